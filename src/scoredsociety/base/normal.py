"""The normal distribution, in plain arithmetic that Numba and NumPy share."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.arithmetic import log
from scoredsociety.base.jit import inlined, kernel, unrolled
from scoredsociety.base.streams import Word, philox, uniform

_LOW, _HIGH = 0.02425, 0.97575
"""Beyond these lie the tails."""


def normal_cdf(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard normal distribution function, elementwise."""
    flat = np.ascontiguousarray(x, dtype=np.float64).ravel()
    out = np.empty_like(flat)
    _shares(out, flat)
    return out.reshape(np.shape(x))


def normal_ppf(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard normal quantiles of numbers in (0, 1), elementwise."""
    flat = np.ascontiguousarray(p, dtype=np.float64).ravel()
    out = np.empty_like(flat)
    _quantiles(out, flat)
    return out.reshape(np.shape(p))


@inlined
def normal_share(x: float) -> float:
    """Return the standard normal distribution function at one number."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@inlined
def normal_quantile(p: float) -> float:
    """Return the standard normal quantile of ``p`` in (0, 1).

    Absolute error below 1e-8 up to 6 standard deviations.
    Source: P. J. Acklam's rational approximation (relative error 1.15e-9).
    """
    return _tail(p) if p < _LOW or p > _HIGH else _centre(p)


@kernel
def make_normal(
    x: NDArray[np.float64], where: NDArray[np.uint32], room: NDArray[np.float64]
) -> None:
    """Replace numbers in (0, 1) by their normal quantiles; all are (n,), the others are room."""
    found = 0
    for i in range(x.shape[0]):
        where[found] = i
        found += (x[i] < _LOW) | (x[i] > _HIGH)
    # the one in twenty that lies in the tails is worked out apart
    for k in range(found):
        room[k] = x[where[k]]
    for i in range(x.shape[0]):
        x[i] = _centre(x[i])
    for k in range(found):
        room[k] = _tail(room[k])
    for k in range(found):
        x[where[k]] = room[k]


@kernel
def normals_of_many(
    out: NDArray[np.float64],
    where: NDArray[np.uint32],
    room: NDArray[np.float64],
    seed: int,
    replicate: int,
    stream: Word,
    tile: int,
    block: Word,
) -> None:
    """Fill ``out`` (n,) with normal numbers from lane 0 of a block for who = 0 ... n - 1.

    ``where`` and ``room`` (n,) are room; see :func:`scoredsociety.base.streams.words_of_many`.
    """
    for i in range(out.shape[0]):
        out[i] = uniform(
            philox(
                np.uint64(i),
                np.uint64(stream),
                np.uint64(tile),
                np.uint64(block),
                np.uint64(seed),
                np.uint64(replicate),
            )[0]
        )
    make_normal(out, where, room)


@unrolled
def _centre(p: float) -> float:
    q = p - 0.5
    r = q * q
    return (
        (((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
           + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239e00) * q
    ) / (
        ((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
          + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0
    )  # fmt: skip


@unrolled
def _tail(p: float) -> float:
    low = p < 0.5
    q = math.sqrt(-2.0 * log(p if low else 1.0 - p))
    x = (
        ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e00) * q
          - 2.549732539343734e00) * q + 4.374664141464968e00) * q + 2.938163982698783e00
    ) / (
        (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e00) * q
         + 3.754408661907416e00) * q + 1.0
    )  # fmt: skip
    return x if low else -x


@kernel
def _shares(out: NDArray[np.float64], x: NDArray[np.float64]) -> None:
    for i in range(x.shape[0]):
        out[i] = normal_share(x[i])


@kernel
def _quantiles(out: NDArray[np.float64], p: NDArray[np.float64]) -> None:
    for i in range(p.shape[0]):
        out[i] = normal_quantile(p[i])
