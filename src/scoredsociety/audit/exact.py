"""Exact intervals of shares and counts that few entries stand behind, without SciPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

FEW = 30
"""Entries of all societies together below which a share has an exact interval."""

EXACT = (
    "Few entries: the interval is the exact one (Clopper and Pearson) of {top} of {n} in all "
    "societies together, as if entries were independent of each other."
)


@lru_cache(maxsize=4096)
def binomial_upper(successes: int, trials: int, level: float = 0.95) -> float:
    """Return the exact one-sided upper bound of a probability.

    Parameters
    ----------
    successes, trials : int
        Of ``trials`` people, ``successes`` said so.
    level : float
        The bound is at or above the truth in this share of samples.

    Returns
    -------
    float
        The p at which so few successes have the chance ``1 - level``.
    """
    if successes >= trials:
        return 1.0
    return root(lambda p: _binomial_cdf(successes, trials, p) - (1.0 - level), 0.0, 1.0)


@lru_cache(maxsize=4096)
def binomial_interval(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) two-sided interval of a probability."""
    tail = (1.0 - level) / 2
    high = binomial_upper(successes, trials, 1.0 - tail)
    low = 1.0 - binomial_upper(trials - successes, trials, 1.0 - tail)
    return low, high


def _binomial_cdf(k: int, n: int, p: float) -> float:
    if p <= 0.0:
        return 1.0
    if p >= 1.0:
        return 1.0 if k >= n else 0.0
    logs = [
        math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1)
        + j * math.log(p) + (n - j) * math.log1p(-p)
        for j in range(k + 1)
    ]  # fmt: skip
    return math.fsum(math.exp(x) for x in logs)


def poisson_interval(count: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact (Garwood) two-sided interval of the mean of a Poisson count."""
    tail = (1.0 - level) / 2
    far = count + 10.0 * math.sqrt(count + 1.0) + 20.0
    high = root(lambda m: _poisson_cdf(count, m) - tail, 0.0, far)
    if count == 0:
        return 0.0, high
    low = root(lambda m: _poisson_cdf(count - 1, m) - (1.0 - tail), 0.0, far)
    return low, high


def _poisson_cdf(k: int, mean: float) -> float:
    if mean <= 0.0:
        return 1.0
    return math.fsum(math.exp(j * math.log(mean) - mean - math.lgamma(j + 1)) for j in range(k + 1))


def root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function crosses 0, to the last bits."""
    for _ in range(80):
        middle = 0.5 * (low + high)
        if falling(middle) > 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
