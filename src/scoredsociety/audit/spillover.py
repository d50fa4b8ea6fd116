"""M20: what falls on people who did nothing: children, friends, those wrongly named."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.burden import burden, harm_by_context
from scoredsociety.audit.counts import CELL_GROUPS, cell_sum
from scoredsociety.audit.grades import SCORE_UNITS
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.masks import mask_of_codes
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import CELL_FIELDS, CELLS, PROFILE_FIELDS, Truth, profile_level

TIES = "Held against a run without ties: the points that friends cost."

CHILDREN_BEAR = "SCHOOL"
"""The sanction that bites the children of the person who is under it."""


def cells_of(codes: np.ndarray) -> np.ndarray:
    """Return the cell of the monthly tables of each profile, shape (P,)."""
    out = np.zeros(len(codes), dtype=np.int64)
    for field in CELL_FIELDS:
        out = out * len(PROFILE_FIELDS[field][2]) + profile_level(codes, field)
    return out


def minors(sample: Sample) -> Floats:
    """Return the people under 18 at the horizon by cell, shape (R, CELLS)."""
    out = np.zeros((sample.replicates, CELLS))
    for r, result in enumerate(sample.run.replicates):
        p = result.population
        young = p["persons"].astype(np.float64) - p["adults"]
        out[r] = np.bincount(cells_of(p["profile"]), young, minlength=CELLS)
    return out


def _write_children(sample: Sample, sheet: Sheet) -> None:
    exposed, young = sample.monthly("children"), minors(sample)
    note = f"Under 18, with a parent under {CHILDREN_BEAR}."
    for group in ("all", *CELL_GROUPS):
        n, of = cell_sum(exposed[:, -1], group), cell_sum(young, group)
        sheet.put("M20", "children", "children exposed", "persons", n, group=group, people=of,
                  note=note)  # fmt: skip
        sheet.put("M20", "children", "children exposed, share", "share of children",
                  ratio(n, of), group=group, people=of, note=note)  # fmt: skip
    sheet.put_series("M20", "children", "children exposed", "persons", exposed.sum(axis=2))
    persons = np.array([r.population["persons"].sum() for r in sample.run.replicates], np.float64)
    of_all = persons[:, None] - sample.monthly_sum("adults")
    sheet.put_series("M20", "children", "children exposed, share", "share of children",
                     ratio(exposed.sum(axis=2), of_all))  # fmt: skip


def shown_lists(sample: Sample) -> list[str]:
    """Return the schemes whose entries others can see."""
    schemes = sample.regime.schemes
    return [n for n in sample.schemes if (d := schemes[n].disclosure) is not None and d.level >= 1]


def _write_friends(sample: Sample, sheet: Sheet) -> None:
    stock, lost = sample.monthly_sum("friends"), sample.monthly_sum("friends-lost")
    shown = set(shown_lists(sample))
    index = [s.entered.index for s in sample.statuses if s.scheme in shown]
    rows = sample.rows.take(np.concatenate([np.zeros(0, np.int64), *index]))
    listed = sample.count_persons(rows.person)[:, 0]
    total = lost.sum(axis=1)
    sheet.put("M20", "friends", "friends lost per listed person", "friends a person",
              ratio(total, listed), people=listed,
              note="By people on a list that others can see, since month 1.")  # fmt: skip
    # Nobody is listed before month 1, so that its stock is the one people start with.
    share = 1.0 - ratio(stock, stock[:, :1])
    sheet.put("M20", "friends", "friendships lost, share", "share", share[:, -1])
    sheet.put_series("M20", "friends", "friendships lost, share", "share", share)
    sheet.put_series("M20", "friends", "friends lost", "friendships", lost)


def _write_harm(sample: Sample, sheet: Sheet) -> None:
    """Write the share of all harm that falls on those who did not do what the row says."""
    whole, aside, children = (np.zeros(sample.replicates) for _ in range(3))
    school = CHILDREN_BEAR in sample.regime.world.sanctions
    bit = mask_of_codes(sample, [CHILDREN_BEAR]) if school else 0
    part = sum(harm_by_context(sample, bit).values())
    for stream in sample.statuses:
        b, rows = burden(sample, stream), stream.entered
        harm = rows.months * b.monthly[b.of_row]
        innocent = np.isin(rows.truth, (Truth.WRONG_PERSON, Truth.NO_EVENT))
        borne = rows.months * part * (b.masks[b.of_row] & bit != 0)
        whole += sample.per_replicate(rows, harm)
        aside += sample.per_replicate(rows, np.where(innocent, harm, borne))
        children += sample.per_replicate(rows, borne)
    note = f"Misattributed rows, and {CHILDREN_BEAR} of all others."
    sheet.put("M20", "harm", "share of harm on non-offenders", "share", ratio(aside, whole),
              note=note)  # fmt: skip
    sheet.put("M20", "harm", "share of harm on children", "share", ratio(children, whole))


def compute_m20(sample: Sample, sheet: Sheet) -> None:
    """Write what falls on children, friends and other people who did nothing."""
    recorded = sample.run.replicates[0].monthly
    if "children" in recorded:
        _write_children(sample, sheet)
    if "friends" in recorded:
        _write_friends(sample, sheet)
    if sample.statuses:
        _write_harm(sample, sheet)
    for name in sample.schemes:
        scheme = sample.regime.schemes[name]
        if scheme.features is not None and f"score:{name}" in recorded:
            points = ratio(
                sample.monthly_sum(f"score:{name}"), sample.monthly_sum(f"enrolled:{name}")
            )
            sheet.put("M20", name, "mean points", "points", points[:, -1] / SCORE_UNITS, note=TIES)


M20 = Measure(
    "M20",
    "Spill-over",
    "What falls on people who did nothing themselves?",
    "share",
    "children with a parent under SCHOOL / all children; friends lost per listed person; 1 - "
    "friendships / friendships at the start; harm on the misattributed and on children / all harm",
    ("M1", "M8"),
    ("world.parameters.", "world.sanctions.", "schemes."),
    compute_m20,
    groups=("group", "income"),
)
