"""Logarithm and exponential in plain arithmetic, so that a loop of them becomes vector code.

Neither Numba nor LLVM has a vector library here, and a call for each number costs ten times as
much. The scalar functions compile into their callers; both are within one unit in the last place
of the exact value.

Source: the argument reductions and polynomials of FDLIBM (Sun Microsystems, 1993; freely granted).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scoredsociety.base.jit import unrolled

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_INVERSE_LN2 = 1.44269504088896338700
_SQRT_HALF = np.int64(0x3FE6A09E667F3BCD)  # the bits of sqrt(1/2)
_MANTISSA = np.int64(52)
_BIAS = np.int64(1023)
# Added to a whole number below 2**51, this leaves it in the last bits: a conversion between whole
# numbers and others that needs no instruction of AVX-512.
_SHIFT = 6755399441055744.0
_SHIFT_BITS = np.int64(0x4338000000000000)


@unrolled
def whole_part(x: Any) -> Any:
    """Return the largest whole number up to ``x``, itself below 2**51, as an integer."""
    return np.float64(np.floor(x) + _SHIFT).view(np.int64) - _SHIFT_BITS


@unrolled
def log(x: Any) -> Any:
    """Return the natural logarithm of a positive, normal number."""
    bits = np.float64(x).view(np.int64)
    power = (bits - _SQRT_HALF) >> _MANTISSA
    f = np.int64(bits - (power << _MANTISSA)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (
        3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01)
    )
    odd = z * (
        6.666666666666735130e-01
        + w
        * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    k = np.int64(power + _SHIFT_BITS).view(np.float64) - _SHIFT
    return k * _LN2_HIGH - ((half - (s * (half + (odd + even)) + k * _LN2_LOW)) - f)


@unrolled
def exp(x: Any) -> Any:
    """Return e to the power of a number from -700 to 700."""
    k = np.floor(x * _INVERSE_LN2 + 0.5)
    high = x - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    t = r * r
    c = r - t * (
        1.66666666666666019037e-01
        + t
        * (
            -2.77777777770155933842e-03
            + t
            * (
                6.61375632143793436117e-05
                + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08)
            )
        )
    )
    y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    return y * np.int64((whole_part(k) + _BIAS) << _MANTISSA).view(np.float64)


@unrolled
def power(x: Any, exponent: Any) -> Any:
    """Return a positive number to a power, to a few units in the last place."""
    return exp(exponent * log(x))
