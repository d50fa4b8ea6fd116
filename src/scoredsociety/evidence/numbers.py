"""A number with its interval, and the exact intervals of counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
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


def spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Return the rank correlation of two lists of numbers (ties share their mean rank)."""
    a, b = _ranks(x), _ranks(y)
    if len(a) < 2 or a.std() == 0 or b.std() == 0:
        return math.nan
    return float(np.corrcoef(a, b)[0, 1])


def _ranks(x: Sequence[float]) -> np.ndarray:
    values = np.asarray(x, dtype=np.float64)
    return np.array([(values < v).sum() + 0.5 * ((values == v).sum() - 1) for v in values])
