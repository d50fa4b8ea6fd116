"""The scalar rules of the model: one small function each, shared by the kernel and its oracle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.arithmetic import power
from scoredsociety.base.jit import kernel


@kernel
def perceived_factor(
    prior: float, chance: float, prior_acts: float, acts: float, caught: float, elasticity: float
) -> float:
    """Return D = (pi / pi_0) ** -eta: how conduct answers to the chance a person expects.

    The expected chance pi is at most 1.

    Parameters
    ----------
    prior : float
        Expected chance of being recorded before any experience.
    chance : float
        True chance pi_0 that one act is recorded.
    prior_acts : float
        Weight n0 of the prior, in acts.
    acts, caught : float
        Own acts so far (expected, at the base rate) and own recorded acts.
    elasticity : float
        eta.
    """
    believed = min((prior_acts * prior + caught) / (prior_acts + acts), 1.0)
    return float(power(believed / chance, -elasticity))


@kernel
def believed_share(prior: float, prior_acts: float, acts: float, caught: float) -> float:
    """Return expected certainty as a share of what was expected at the announcement, at most 1.

    Parameters
    ----------
    prior : float
        Chance of being recorded that was expected; 0 where no channel exists.
    prior_acts, acts, caught : float
        As in :func:`perceived_factor`.
    """
    seen = caught / prior if prior > 0.0 else 0.0
    return min(1.0, (prior_acts + seen) / (prior_acts + acts))


@kernel
def accepted_share(multiple: float, low: float, width: float) -> float:
    """Return the share of a layer's points that lie below ``multiple``."""
    return min(max((multiple - low) / width, 0.0), 1.0)


@kernel
def grade_of(
    balance: int, held: int, floors: NDArray[np.int64], s: int, grades: int, hold: int
) -> int:
    """Return the position of the grade of a balance in scheme ``s``, best first."""
    g = 0
    while g < grades - 1 and balance < floors[s, g]:
        g += 1
    if held > 0 and g < hold:
        g = hold
    return g


@kernel
def duration(u: float, hazard: float, term: int, longest: int) -> tuple[int, bool]:
    """Return months in force (at least 1) and whether the term ended them.

    Geometric with the monthly ``hazard``, cut at ``term`` if there is one (0: none).
    """
    hazard = min(max(hazard, 1e-9), 0.999999)
    d = 1.0 + np.floor(np.log(u) / np.log1p(-hazard))
    months = int(min(d, longest))
    if 0 < term < months:
        return term, True
    return months, False


@kernel
def exit_hazard(mu: float, income: float, median: float, exponent: float, loss: float) -> float:
    """Return the monthly chance of performing: mu (y / median) ** xi, with y less ``loss``."""
    if exponent == 0.0:
        return mu
    return float(mu * (income * (1.0 - loss) / median) ** exponent)


@kernel
def attempts(u: float, mean: float) -> int:
    """Return a Poisson number by inversion."""
    n = 0
    p = np.exp(-mean)
    total = p
    while u > total and n < 50:
        n += 1
        p *= mean / n
        total += p
    return n


@kernel
def channel_of(
    u: float,
    edge: NDArray[np.float64],
    capacity: NDArray[np.float64],
    code: NDArray[np.int64],
    group: int,
    c: int,
    month: int,
) -> int:
    """Return the position of the channel that records an act, or -1 - position if it is full.

    ``u`` is uniform below the last edge of the person's group. Where the channel has more acts than
    it can handle this month, the upper part of its share of ``u`` is lost.
    """
    k = 0
    low = 0.0
    while u > edge[group, c, k]:
        low = edge[group, c, k]
        k += 1
    if (u - low) > (edge[group, c, k] - low) * capacity[code[c, k], month - 1]:
        return -1 - k
    return k


@kernel
def star_score(total: int, number: int, prior: float, weight: float) -> int:
    """Return the shrunken mean (weight x prior + total) / (weight + number) in thousandths.

    Parameters
    ----------
    total, number : int
        Sum and number of ratings.
    prior, weight : float
        Mean and weight of what is assumed before any rating.
    """
    return int(np.floor(1000.0 * (weight * prior + total) / (weight + number) + 0.5))
