"""M17 and M19: who knows of the scheme, and whom its rewards and sanctions reach."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.counts import CELL_GROUPS, cell_sum
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.sample import Sample
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import profile_level


def compute_m17(sample: Sample, sheet: Sheet) -> None:
    """Write who is aware of the first points scheme, and who is covered by it."""
    points = [n for n in sample.schemes if sample.regime.schemes[n].kind == "points"]
    if not points:
        return
    name = points[0]
    codes, adults = sample.groups.codes, sample.adults_by_profile
    everywhere = sample.regime.schemes[name].subjects.where == "everywhere"
    covered = np.ones(codes.size) if everywhere else (profile_level(codes, "city") == 1) * 1.0
    aware = (profile_level(codes, "aware") == 1) * 1.0
    sums = sample.groups.sum
    all_, know = sums(adults), sums(adults * aware)
    outside = sums(adults * aware * (1.0 - covered))
    unaware = sums(adults * (1.0 - aware) * covered)
    for quantity, values, behind in (
        ("aware", ratio(know, all_), all_),
        ("of the aware, not covered", ratio(outside, know), know),
        ("unaware and covered", ratio(unaware, all_), all_),
        ("covered", ratio(sums(adults * covered), all_), all_),
    ):
        sheet.put_groups("M17", name, quantity, "share", values, sample.groups.labels,
                         people=behind)  # fmt: skip


def compute_m19(sample: Sample, sheet: Sheet) -> None:
    """Write the share of adults with a reward, the share under a sanction, and their ratio."""
    adults, rewarded, sanctioned = (
        sample.monthly(key) for key in ("adults", "rewarded", "sanctioned")
    )
    for group in ("all", *CELL_GROUPS):
        n, r, s = (cell_sum(x, group) for x in (adults, rewarded, sanctioned))
        for quantity, top in (("at least one reward", r), ("at least one sanction", s)):
            share = ratio(top, n)
            sheet.put("M19", "any", quantity, "share", share[:, -1], group=group, people=n[:, -1])
            sheet.put_series("M19", "any", quantity, "share", share, group=group)
        sheet.put("M19", "any", "rewarded for one sanctioned", "persons a person",
                  ratio(r[:, -1], s[:, -1]), group=group, people=n[:, -1])  # fmt: skip
        sheet.put("M19", "any", "persons with at least one reward", "persons", r[:, -1],
                  group=group, people=n[:, -1])  # fmt: skip


M17 = Measure(
    "M17",
    "Awareness",
    "Who knows that the scheme exists, and who is under it without knowing?",
    "share of adults",
    "P(aware); P(not covered | aware); P(unaware and covered)",
    ("M18",),
    ("schemes.",),
    compute_m17,
)
M19 = Measure(
    "M19",
    "Reach",
    "Whom do rewards reach, and whom do sanctions reach?",
    "share of adults",
    "adults with at least one reward, adults under at least one sanction, and their ratio",
    ("M1", "M17"),
    ("schemes.",),
    compute_m19,
)
