"""Kaplan-Meier curves, and the episodes they are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoredsociety.audit.intervals import NORMAL_QUANTILE
from scoredsociety.audit.rows import Floats, Ints, Rows


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve.

    Attributes
    ----------
    time : float64 array, shape (K,)
        Durations at which something ended or was censored, ascending.
    survival : float64 array, shape (K,)
        Share that lasts longer than ``time``.
    low, high : float64 array, shape (K,)
        95% limits by Greenwood's formula on the log(-log) scale; NaN where survival is 0 or 1.
    at_risk, events : float64 array, shape (K,)
        How many had lasted at least until ``time``, and how many ended then.
    """

    time: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    events: Floats


def kaplan_meier(durations: ArrayLike, observed: ArrayLike) -> Curve:
    """Estimate how long a status lasts, from spells some of which were still running.

    Parameters
    ----------
    durations : array_like, shape (n,)
        Length of each spell, up to its end or to the horizon.
    observed : array_like of bool, shape (n,)
        True if the end was seen; False if censored.

    Raises
    ------
    ValueError
        If the shapes differ or there is no spell.

    References
    ----------
    Kaplan and Meier (1958), JASA 53, 457-481; Kalbfleisch and Prentice (2002), section 1.4.
    """
    x = np.asarray(durations, dtype=np.float64)
    seen = np.asarray(observed, dtype=np.bool_)
    if x.shape != seen.shape or x.ndim != 1 or x.size == 0:
        raise ValueError("kaplan_meier needs as many durations as ends, and at least one of each.")
    time, at = np.unique(x, return_inverse=True)
    events = np.bincount(at[seen], minlength=time.size).astype(np.float64)
    ends = np.bincount(at, minlength=time.size).astype(np.float64)
    survival, low, high, at_risk = product_limit(events, ends - events)
    return Curve(time, survival, low, high, at_risk, events)


def product_limit(events: Floats, censored: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Compute the product limit along the last axis.

    Parameters
    ----------
    events, censored : float64 arrays, shape (..., K)
        How many ended, and were censored, at each duration in ascending order. Those censored
        at a duration count as at risk there.

    Returns
    -------
    survival, low, high, at_risk : float64 arrays, shape (..., K)
        Survival stays at its last value where nobody is at risk; all 1 where nobody ever was.
    """
    out = events + censored
    at_risk = np.cumsum(out[..., ::-1], axis=-1)[..., ::-1]
    safe = np.maximum(at_risk, 1.0)
    survival = np.cumprod((safe - events) / safe, axis=-1, dtype=np.float64)
    inner = (survival > 0.0) & (survival < 1.0)
    left = np.where(at_risk > events, safe * (safe - events), 1.0)
    greenwood = np.cumsum(np.where(at_risk > events, events / left, 0.0), axis=-1)
    log_s = np.log(np.where(inner, survival, 0.5))
    half = NORMAL_QUANTILE * np.sqrt(greenwood) / np.abs(log_s)
    low: Floats = np.where(inner, np.exp(log_s * np.exp(half)), np.nan)
    high: Floats = np.where(inner, np.exp(log_s * np.exp(-half)), np.nan)
    return survival, low, high, at_risk


def first_at_most(time: Floats, curve: Floats, level: float = 0.5) -> Floats:
    """Return the first time at which a curve is at or below ``level``; NaN if never.

    Parameters
    ----------
    time : float64 array, shape (K,)
    curve : float64 array, shape (..., K)
        NaN counts as above.
    level : float

    Returns
    -------
    float64 array, shape (...)
    """
    below = np.nan_to_num(curve, nan=np.inf) <= level
    reached = below.any(axis=-1)
    out: Floats = np.where(reached, time[np.argmax(below, axis=-1)], np.nan)
    return out


@dataclass(frozen=True)
class Episodes:
    """Times during which a person was listed without a break.

    Attributes
    ----------
    duration : int64 array, shape (n,)
        Months.
    observed : bool array, shape (n,)
        False if the end was not seen: the episode was still running at the horizon, or the
        scheme was shut down under it, which says nothing of how long it would have lasted.
    first : int64 array, shape (n,)
        Position, in the rows given, of the row that began it.
    last : int64 array, shape (n,)
        Position of the row that ended it; of several, the one made last.
    """

    duration: Ints
    observed: NDArray[np.bool_]
    first: Ints
    last: Ints


def episodes(rows: Rows, months: int) -> Episodes:
    """Merge the overlapping and adjacent rows of each person.

    A row is in force in the months (month, end]; two rows touch if the second was made no
    later than the last month of the first.

    Parameters
    ----------
    rows : Rows
        Rows that entered.
    months : int
        T.
    """
    order, rank = rows.by_person()
    if not order.size:
        nothing = np.zeros(0, dtype=np.int64)
        return Episodes(nothing, np.zeros(0, dtype=np.bool_), nothing, nothing)
    start, end = rows.month[order], rows.end[order]
    # The latest end so far of the same person: ranks ascend, so the offset resets the maximum.
    offset = rank * (months + 2)
    latest = np.maximum.accumulate(offset + end) - offset
    new = np.ones(order.size, dtype=np.bool_)
    new[1:] = (rank[1:] != rank[:-1]) | (start[1:] > latest[:-1])
    at = np.flatnonzero(new)
    last = np.append(at[1:], order.size) - 1
    running = np.logical_or.reduceat(rows.censored[order], at)
    final = end == latest[last][np.cumsum(new) - 1]
    ending = np.maximum.reduceat(np.where(final, np.arange(order.size), -1), at)
    return Episodes(latest[last] - start[at], ~running, order[at], order[ending])


@dataclass(frozen=True)
class Gaps:
    """Times between leaving and being listed again.

    Attributes
    ----------
    duration : int64 array, shape (n,)
        Months from the end of an episode to the next entry, or to the horizon.
    observed : bool array, shape (n,)
        True if there was a next entry.
    first : int64 array, shape (n,)
        Position, in the rows given, of the row that began the episode that was left.
    """

    duration: Ints
    observed: NDArray[np.bool_]
    first: Ints


def gaps(rows: Rows, found: Episodes, months: int) -> Gaps:
    """Return how long those who left stayed away.

    Parameters
    ----------
    rows : Rows
        The rows that the episodes were made of.
    found : Episodes
        By person, in order.
    months : int
        T, or the month before the scheme was shut down: who had not returned by then is censored.
    """
    start = rows.month[found.first]
    person = rows.person[found.first]
    left = start + found.duration
    back = np.zeros(start.size, dtype=np.bool_)
    back[:-1] = person[1:] == person[:-1]
    until = np.append(start[1:], months)
    away = np.where(back, until, months) - left
    seen = found.observed & (left <= months)
    return Gaps(away[seen], back[seen], found.first[seen])


def trapped(rows: Rows, months: int, tau: int) -> tuple[Ints, NDArray[np.bool_]]:
    """Return who is listed, still or again, ``tau`` months after the first entry.

    Parameters
    ----------
    rows : Rows
        Rows that entered.
    months : int
        T, or the month before the scheme was shut down. Persons first listed after month T - tau
        are left out: it cannot be seen.
    tau : int
        Months.

    Returns
    -------
    first : int64 array, shape (n,)
        Position of the first row of each person who can be seen.
    listed : bool array, shape (n,)
        Whether an entry is in force at the end of month (first entry + tau).
    """
    order, rank = rows.by_person()
    if not order.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    at = np.flatnonzero(np.append(True, rank[1:] != rank[:-1]))
    start = rows.month[order][at]
    when = start[rank] + tau
    in_force = (rows.month[order] <= when) & ((rows.end[order] > when) | rows.in_force[order])
    listed = np.logical_or.reduceat(in_force, at)
    visible = start + tau <= months
    return order[at][visible], listed[visible]
