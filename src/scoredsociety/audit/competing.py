"""Competing risks: how a status ends when it can end in more than one way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoredsociety.audit.intervals import NORMAL_QUANTILE
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.survival import product_limit


@dataclass(frozen=True)
class Incidence:
    """Aalen-Johansen curves: the share that has ended in each way by a time.

    Attributes
    ----------
    time : float64 array, shape (K,)
        Durations at which something ended or was censored, ascending.
    incidence : float64 array, shape (C, K)
        Share that has ended in way c by ``time``. With ``survival`` they add up to 1.
    low, high : float64 arrays, shape (C, K)
        95% limits; NaN where the incidence is 0 or 1.
    survival : float64 array, shape (K,)
        Kaplan-Meier share that lasts longer, whatever the way.
    at_risk : float64 array, shape (K,)
    """

    time: Floats
    incidence: Floats
    low: Floats
    high: Floats
    survival: Floats
    at_risk: Floats


def aalen_johansen(durations: ArrayLike, ways: ArrayLike, count: int | None = None) -> Incidence:
    """Estimate in which way a status ends, from spells some of which were still running.

    Taking every other way for censoring, as 1 - Kaplan-Meier would, says too much: who has left
    in one way can no longer leave in another.

    Parameters
    ----------
    durations : array_like, shape (n,)
        Length of each spell, up to its end or to the horizon.
    ways : array_like of int, shape (n,)
        In which way it ended, 0 to C - 1; -1: censored.
    count : int, optional
        C; one more than the largest of ``ways`` if not given.

    Raises
    ------
    ValueError
        If the shapes differ or there is no spell.

    References
    ----------
    Aalen and Johansen (1978), Scand. J. Statist. 5, 141-150; Marubini and Valsecchi (1995),
    section 10.5, for the variance.
    """
    x, way = np.asarray(durations, dtype=np.float64), np.asarray(ways, dtype=np.int64)
    if x.shape != way.shape or x.ndim != 1 or x.size == 0:
        raise ValueError("aalen_johansen needs as many durations as ends, and at least one.")
    c = int(way.max()) + 1 if count is None else count
    time, at = np.unique(x, return_inverse=True)
    cell = np.bincount((way + 1) * time.size + at, minlength=(c + 1) * time.size)
    table = cell.reshape(c + 1, time.size).astype(np.float64)
    incidence, low, high, survival, at_risk = cumulative_incidence(table[1:], table[0])
    return Incidence(time, incidence, low, high, survival, at_risk)


def cumulative_incidence(
    events: Floats, censored: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Compute cumulative incidences along the last axis.

    F_c(t) = sum over u <= t of S(u-) d_c(u) / n(u), with S the product limit of all ends.

    Parameters
    ----------
    events : float64 array, shape (..., C, K)
        How many ended in each way at each duration, ascending.
    censored : float64 array, shape (..., K)
        How many were censored; they count as at risk at their duration.

    Returns
    -------
    incidence, low, high : float64 arrays, shape (..., C, K)
    survival, at_risk : float64 arrays, shape (..., K)
    """
    every = events.sum(axis=-2)
    survival, _, _, at_risk = product_limit(every, censored)
    n = np.maximum(at_risk, 1.0)
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)
    n_, before_ = n[..., None, :], before[..., None, :]
    incidence: Floats = np.cumsum(before_ * events / n_, axis=-1)
    # Where all end at once F no longer changes, and what the first term would add is nought.
    left = at_risk > every
    a = np.where(left, every / np.where(left, n * (n - every), 1.0), 0.0)[..., None, :]
    b = before_ * events / n_**2
    own = before_**2 * (n_ - events) * events / n_**3
    f = incidence
    variance = (
        f**2 * np.cumsum(a, axis=-1)
        - 2.0 * f * np.cumsum(f * a, axis=-1)
        + np.cumsum(f**2 * a, axis=-1)
        + np.cumsum(own, axis=-1)
        - 2.0 * (f * np.cumsum(b, axis=-1) - np.cumsum(f * b, axis=-1))
    )
    inner = (f > 0.0) & (f < 1.0 - 1e-12)  # a sum that has reached 1 is rounded
    log_f = np.log(np.where(inner, f, 0.5))
    spread = np.sqrt(np.maximum(variance, 0.0)) / (np.where(inner, f, 0.5) * np.abs(log_f))
    half = np.minimum(NORMAL_QUANTILE * spread, 700.0)
    low: Floats = np.where(inner, np.exp(log_f * np.exp(half)), np.nan)
    high: Floats = np.where(inner, np.exp(log_f * np.exp(-half)), np.nan)
    return incidence, low, high, survival, at_risk


def at_month(curve: Floats, at_risk: Floats, survival: Floats, month: int) -> Floats:
    """Read curves at a month; NaN where nobody could be followed so far.

    Parameters
    ----------
    curve : float64 array, shape (..., K)
        By duration from 0.
    at_risk, survival : float64 arrays, broadcastable to ``curve``
        A curve whose survival has reached 0 is known for ever.
    month : int

    Returns
    -------
    float64 array, shape (...)
    """
    if month >= curve.shape[-1]:
        last = np.broadcast_to(survival, curve.shape)[..., -1]
        risked = np.broadcast_to(at_risk, curve.shape)[..., 0] > 0
        return np.where(risked & (last <= 0.0), curve[..., -1], np.nan)
    known = np.broadcast_to((at_risk > 0) | (survival <= 0.0), curve.shape)
    out: Floats = np.where(known[..., month], curve[..., month], np.nan)
    return out
