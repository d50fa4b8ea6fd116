"""Means over replicates and their intervals, without SciPy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atan, cos, pi, sin, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
NORMAL_QUANTILE = 1.959963984540054
"""The 0.975 quantile of the normal distribution."""
ENOUGH = 3
"""Replicates below which there is no interval: of two, Student's t leaves 13 standard errors."""


def student_cdf(t: float, df: int) -> float:
    """Return P(|X| <= t) of Student's t for a whole number of degrees of freedom.

    Finite trigonometric sums, exact up to rounding.

    Parameters
    ----------
    t : float
        A non-negative number.
    df : int
        Degrees of freedom, at least 1.

    Returns
    -------
    float
        Probability between 0 and 1.

    References
    ----------
    Abramowitz and Stegun (1964), 26.7.3 and 26.7.4.
    """
    theta = atan(t / sqrt(df))
    c2 = cos(theta) ** 2
    term = total = 1.0
    if df % 2 == 0:
        for k in range(1, df // 2):
            term *= c2 * (2 * k - 1) / (2 * k)
            total += term
        return sin(theta) * total
    if df == 1:
        return 2.0 * theta / pi
    for k in range(1, (df - 1) // 2):
        term *= c2 * (2 * k) / (2 * k + 1)
        total += term
    return 2.0 / pi * (theta + sin(theta) * cos(theta) * total)


@lru_cache(maxsize=256)
def student_quantile(df: int) -> float:
    """Return the number that Student's t stays below in size with probability 0.95.

    Parameters
    ----------
    df : int
        Degrees of freedom; above 1,000 the normal quantile is returned (off by less than 0.003).

    Raises
    ------
    ValueError
        If ``df`` is below 1.
    """
    if df < 1:
        raise ValueError(f"Student's t needs at least 1 degree of freedom, not {df}.")
    if df > 1000:
        return NORMAL_QUANTILE
    low, high = 1.0, 16.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        if student_cdf(middle, df) < LEVEL:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@dataclass(frozen=True)
class Means:
    """Means over the replicates in which a figure is defined; NaN stands for undefined.

    Attributes
    ----------
    value, se, low, high : float64 arrays, shape (K,)
        Mean, its standard error, and the limits of its 95% interval (Student t).
    replicates : int64 array, shape (K,)
        How many replicates defined the figure.
    """

    value: NDArray[np.float64]
    se: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    replicates: NDArray[np.int64]


def means(values: ArrayLike) -> Means:
    """Average each row over the replicates that define it.

    Parameters
    ----------
    values : array_like, shape (K, R)
        One row a figure, one column a replicate; NaN where undefined.

    Returns
    -------
    Means
        ``value`` is NaN where no replicate defines the figure, ``se`` where fewer than two do, and
        the limits where fewer than three do.
    """
    x = np.asarray(values, dtype=np.float64)
    defined = ~np.isnan(x)
    n = defined.sum(axis=1)
    mean = ratio(np.where(defined, x, 0.0).sum(axis=1), n)
    # Values that agree in every replicate have exactly no spread, however the mean is rounded.
    spread = np.where(defined, x - mean[:, None], 0.0)
    low_end = np.where(defined, x, np.inf).min(axis=1, initial=np.inf)
    high_end = np.where(defined, x, -np.inf).max(axis=1, initial=-np.inf)
    constant = (n > 0) & (low_end == high_end)
    mean = np.where(constant, low_end, mean)
    variance = ratio(np.where(constant, 0.0, (spread**2).sum(axis=1)), n - 1)
    se = np.sqrt(variance / np.maximum(n, 1))
    t = np.array(
        [np.nan if k < ENOUGH else student_quantile(int(k) - 1) for k in range(x.shape[1] + 1)]
    )
    half = t[n] * se
    return Means(mean, se, mean - half, mean + half, n.astype(np.int64))


def ratio(top: ArrayLike, bottom: ArrayLike) -> NDArray[np.float64]:
    """Divide, with NaN (undefined) wherever the denominator is not positive."""
    a, b = np.broadcast_arrays(
        np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    )
    out = np.full(a.shape, np.nan)
    np.divide(a, b, out=out, where=b > 0)
    return out
