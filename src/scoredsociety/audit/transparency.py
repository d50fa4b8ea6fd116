"""M24: how well people can know what a score really weighs."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import ExitReason, Kind

EXACT = 12
"""Conducts up to which every subset that could be read is looked at."""

SUBSETS = 4096
"""Subsets drawn, from a fixed seed, where there are more conducts."""

ASSUMPTION = (
    "Assumed: each weight can be read with the chance that the scheme's transparency says, and "
    "people take the others to be equal."
)


def ranks(values: ArrayLike) -> Floats:
    """Return ranks along the last axis, from 0; equal values share the mean of theirs."""
    x = np.asarray(values, dtype=np.float64)
    below = (x[..., None, :] < x[..., :, None]).sum(axis=-1)
    equal = (x[..., None, :] == x[..., :, None]).sum(axis=-1)
    out: Floats = below + 0.5 * (equal - 1)
    return out


def rank_correlation(x: ArrayLike, y: ArrayLike) -> Floats:
    """Return Spearman's rank correlation along the last axis; NaN where either is constant."""
    a, b = (r - r.mean(axis=-1, keepdims=True) for r in (ranks(x), ranks(y)))
    spread = np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
    return ratio((a * b).sum(axis=-1), spread)


def readable_subsets(conducts: int, transparency: float) -> tuple[NDArray[np.bool_], Floats]:
    """Return the sets of weights that could be read, (S, conducts), and how likely each is."""
    if conducts <= EXACT:
        read = np.array(list(product((False, True), repeat=conducts)), dtype=np.bool_)
        known = read.sum(axis=1)
        chance = transparency**known * (1.0 - transparency) ** (conducts - known)
        return read, chance.astype(np.float64)
    draws = np.random.Generator(np.random.Philox(key=conducts)).random((SUBSETS, conducts))
    return draws < transparency, np.full(SUBSETS, 1.0 / SUBSETS)


def perceived_order(weights: ArrayLike, transparency: float) -> float:
    """Return the expected rank correlation between true weights and those that people perceive.

    Parameters
    ----------
    weights : array_like, shape (k,)
        True weights of the conducts, not negative.
    transparency : float
        Chance that a weight can be read; the others are taken to be 1 / k of the whole. An
        impression in which all weights are equal has no order, and counts as 0.

    Returns
    -------
    float
        1 if everything can be read, 0 if nothing can; NaN for fewer than two conducts, or if all
        true weights are equal.
    """
    w = np.asarray(weights, dtype=np.float64)
    if w.size < 2 or not w.sum() > 0 or np.ptp(w) == 0:
        return float("nan")
    share = w / w.sum()
    read, chance = readable_subsets(w.size, transparency)
    seen = np.where(read, share, 1.0 / w.size)
    found = rank_correlation(np.broadcast_to(share, seen.shape), seen)
    return float((np.nan_to_num(found) * chance).sum())


def weight_distance(weights: ArrayLike, transparency: float) -> float:
    """Return how far an impression mixed of true and equal weights lies from the true ones.

    Half the sum of absolute differences, for transparency x true + (1 - transparency) x equal.

    Parameters
    ----------
    weights : array_like, shape (k,)
    transparency : float

    Returns
    -------
    float
        From 0 to 1; NaN if there is no weight.
    """
    w = np.asarray(weights, dtype=np.float64)
    if not w.sum() > 0:
        return float("nan")
    return float((1.0 - transparency) * 0.5 * np.abs(w / w.sum() - 1.0 / w.size).sum())


def true_weights(sample: Sample, scheme: str) -> Floats:
    """Return absolute points times recorded acts by conduct with a rule, shape (R, k)."""
    ruled = list(dict.fromkeys(rule.conduct for rule in sample.regime.schemes[scheme].rules))
    code = sample.schemes.index(scheme)
    rows = sample.rows.take(sample.rows.scheme == code)
    rows = rows.take((rows.kind == Kind.RECORD) & (rows.exit != ExitReason.STOPPED))
    width = max(len(sample.conducts), 256)  # a conduct is one byte
    table = np.bincount(
        rows.replicate * width + rows.conduct,
        np.abs(rows.points),
        minlength=sample.replicates * width,
    ).reshape(sample.replicates, width)
    return table.astype(np.float64)[:, [sample.conducts.index(name) for name in ruled]]


def compute_m24(sample: Sample, sheet: Sheet) -> None:
    """Write how the weights that people perceive agree with the true ones."""
    for name in sample.graded:
        scheme = sample.regime.schemes[name]
        if not scheme.rules:
            continue
        weights = true_weights(sample, name)
        order = np.full(sample.replicates, np.nan)
        far = order.copy()
        if (transparency := scheme.transparency) is not None:
            order = np.array([perceived_order(w, transparency.value) for w in weights])
            far = np.array([weight_distance(w, transparency.value) for w in weights])
        note = ASSUMPTION if transparency is not None else "The scheme states no transparency."
        sheet.put("M24", name, "rank correlation", "correlation", order, note=note)
        sheet.put("M24", name, "distance of weights", "share", far, note=(
            "Perceived: transparency x true + (1 - transparency) x equal weights."
            if transparency is not None else note))  # fmt: skip


M24 = Measure(
    "M24",
    "Transparency gap",
    "Do people know what the score really weighs?",
    "correlation",
    "rank correlation between true weights (absolute points x recorded acts) and perceived ones, "
    "each read with the chance transparency and else taken as equal; distance: half the sum of "
    "|true - (transparency x true + (1 - transparency) x equal)|",
    ("M13",),
    ("schemes.",),
    compute_m24,
)
