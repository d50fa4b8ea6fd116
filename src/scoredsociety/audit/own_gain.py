"""M6: each adult's own gain, and how many stand above one, where entries breed without end."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Groups
from scoredsociety.audit.sheet import Sheet, figures_table
from scoredsociety.audit.spiral import type_gain
from scoredsociety.engine.propensities import (
    FIRST_TILES,
    Propensities,
    median_income,
    propensities,
    record_chances,
)
from scoredsociety.engine.result import RunData
from scoredsociety.schemes.model import ResolvedRegime, Scheme

NOTE = (
    "theta x own rate x chance of being recorded and entered x expected months in force, at the "
    "base rate of conduct; of several lists the spectral radius. One entry standing alone: where "
    "only one entry counts, further ones add nothing."
)


def expected_months(hazard: ArrayLike, term: float | None) -> Floats:
    """Return the expected months in force, (1 - (1 - mu)^term) / mu; 1 / mu without a term.

    Parameters
    ----------
    hazard : array_like
        mu: chance a month that an entry ends by itself, 0 to 1.
    term : float or None
        Months after which it ends anyway.
    """
    mu = np.asarray(hazard, dtype=np.float64)
    if term is None:
        return ratio(1.0, mu)
    short = np.where(mu > 0, mu, 1.0)
    out: Floats = np.where(mu > 0, -np.expm1(term * np.log1p(-np.minimum(short, 1 - 1e-15))), term)
    return out / np.where(mu > 0, short, 1.0)


def own_gain(rate: ArrayLike, theta: float, entered: ArrayLike, months: ArrayLike) -> Floats:
    """Return R_i = theta x rate_i x entered_i x months_i.

    Parameters
    ----------
    rate : array_like
        Acts a month of a person who is not listed.
    theta : float
        Growth of that rate while an entry is in force.
    entered : array_like
        Chance that one act leads to an entry of the person who acted.
    months : array_like
        Expected months in force, see :func:`expected_months`.
    """
    out: Floats = theta * np.asarray(rate) * np.asarray(entered) * np.asarray(months)
    return out


def passing(scheme: Scheme, excused: float) -> float:
    """Return the chance that a record of an own act takes effect, due process behind it."""
    p = scheme.process
    filing = p.filing_days.value
    files = 1.0 - math.exp(-p.window_days.value / filing) if filing > 0 else 1.0
    told = p.notice.value * files
    rightful = 1.0 - told * p.review.rightful.value
    wrongful = (1.0 - p.hardship_exemption.value) * (1.0 - told * p.review.wrongful.value)
    return (1.0 - excused) * rightful + excused * wrongful


def _spared(scheme: Scheme, found: Propensities) -> Floats:
    """Return the share of each person's recorded acts that a scheme drops."""
    out = np.zeros(found.income.size)
    every = np.ones(found.income.size, dtype=np.bool_)
    members = {"everyone": every, "party-members": found.party, "elite": found.elite}
    for exemption in scheme.exemptions:
        if exemption.members:
            out = np.maximum(out, np.where(members[exemption.members], exemption.share, 0.0))
    return out


def gains_of(regime: ResolvedRegime, found: Propensities, median: float) -> Floats:
    """Return the own gain of everybody in a tile, shape (n,).

    Only lists that make conduct more frequent count; spells below a grade do not.
    """
    lists = {
        name: s
        for name, s in regime.of_people().items()
        if s.kind == "list" and any(f.listed and f.theta.value > 0 for f in s.feedback)
    }
    conducts = list(regime.world.conducts)
    minority = found.minority.astype(np.int64)
    k = np.zeros((found.income.size, len(lists), len(lists)))
    for a, origin in enumerate(lists.values()):
        leave = origin.process.exit
        if leave is None:
            continue
        mu = leave.monthly.value * (found.income / median) ** leave.income_exponent.value
        months = expected_months(np.clip(mu, 1e-9, 0.999999), leave.term_months.value)
        for feedback in origin.feedback:
            name = feedback.conduct
            if not feedback.listed:
                continue
            own, _ = record_chances(regime, name)
            excused = regime.world.conducts[name].excused.value
            rate = found.rate[conducts.index(name)] * own[minority]
            for b, target in enumerate(lists.values()):
                if any(r.conduct == name and r.lists for r in target.rules):
                    enters = passing(target, excused) * (1.0 - _spared(target, found))
                    k[:, a, b] += own_gain(rate, feedback.theta.value, enters, months)
    if k.shape[1] == 1:
        return np.asarray(k[:, 0, 0])
    return np.array([type_gain(x) for x in k])


def own_gains(run: RunData, tiles: int | None = FIRST_TILES) -> pa.Table:
    """Return how many adults have an own gain above one, and the mean own gain, by group.

    Parameters
    ----------
    run : RunData
        A simulated run: the people are made again from its manifest.
    tiles : int, optional
        Tiles of 4,096 people read in each replicate; None: all.

    Returns
    -------
    pyarrow.Table
        The columns of ``Audit.figures``: measure "M6", item "own gain", quantities "share of
        adults above one" and "mean".
    """
    regime = ResolvedRegime.model_validate(run.manifest["regime"])
    median = median_income(run.manifest)
    count = np.zeros((len(run.replicates), 3, 1 << 16))
    for r in range(len(run.replicates)):
        for found in propensities(run.manifest, r, tiles):
            gain = gains_of(regime, found, median)
            for k, weight in enumerate((np.ones_like(gain), gain > 1.0, gain)):
                count[r, k] += np.bincount(found.profile, weight, minlength=1 << 16)
    present = np.flatnonzero(count[:, 0].any(axis=0)).astype(np.uint16)
    groups = Groups.of(present)
    adults, above, total = (groups.sum(count[:, k][:, present]) for k in range(3))
    sheet = Sheet(len(run.replicates), float("nan"))
    for quantity, unit, values in (
        ("share of adults above one", "share", ratio(above, adults)),
        ("mean", "entries an entry", ratio(total, adults)),
    ):
        sheet.put_groups("M6", "own gain", quantity, unit, values, groups.labels, people=adults,
                         note=NOTE)  # fmt: skip
    return figures_table(sheet.lines, float("nan"))
