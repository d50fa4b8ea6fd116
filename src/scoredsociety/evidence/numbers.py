"""A number with its interval, and the exact intervals of counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoredsociety.audit.intervals import means


@dataclass(frozen=True)
class Number:
    """What a measurement gave.

    Attributes
    ----------
    value : float or None
        None if it is undefined in every replicate.
    low, high : float or None
        95% interval over replicates; None where fewer than three define it, or for arithmetic.
    unit : str
    replicates : int
        0 for arithmetic on published figures, which has no luck in it.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str = "share"
    replicates: int = 0


def exact(value: float, unit: str = "share") -> Number:
    """Return a number that no luck touches."""
    return Number(float(value), None, None, unit, 0)


def over_replicates(values: ArrayLike, unit: str = "share") -> Number:
    """Average values by replicate, shape (R,), NaN where undefined."""
    x = np.asarray(values, dtype=np.float64)
    m = means(x[None, :])
    parts = [None if not np.isfinite(v[0]) else float(v[0]) for v in (m.value, m.low, m.high)]
    return Number(parts[0], parts[1], parts[2], unit, int(m.replicates[0]))


def share_error(share: float, people: float) -> float:
    """Return the standard error of a share in a simple random sample."""
    return math.sqrt(share * (1.0 - share) / people)


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
    return _root(lambda p: _binomial_cdf(successes, trials, p) - (1.0 - level), 0.0, 1.0)


def binomial_interval(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) two-sided interval of a probability."""
    tail = (1.0 - level) / 2
    high = binomial_upper(successes, trials, 1.0 - tail)
    low = 1.0 - binomial_upper(trials - successes, trials, 1.0 - tail)
    return low, high


def poisson_interval(count: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact (Garwood) two-sided interval of the mean of a Poisson count."""
    tail = (1.0 - level) / 2
    far = count + 10.0 * math.sqrt(count + 1.0) + 20.0
    high = _root(lambda m: _poisson_cdf(count, m) - tail, 0.0, far)
    if count == 0:
        return 0.0, high
    low = _root(lambda m: _poisson_cdf(count - 1, m) - (1.0 - tail), 0.0, far)
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


def _poisson_cdf(k: int, mean: float) -> float:
    if mean <= 0.0:
        return 1.0
    return math.fsum(math.exp(j * math.log(mean) - mean - math.lgamma(j + 1)) for j in range(k + 1))


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function crosses 0, to the last bits."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        if falling(middle) > 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Return the rank correlation of two lists of numbers (ties share their mean rank)."""
    a, b = _ranks(x), _ranks(y)
    if len(a) < 2 or a.std() == 0 or b.std() == 0:
        return math.nan
    return float(np.corrcoef(a, b)[0, 1])


def _ranks(x: Sequence[float]) -> np.ndarray:
    values = np.asarray(x, dtype=np.float64)
    return np.array([(values < v).sum() + 0.5 * ((values == v).sum() - 1) for v in values])
