"""M17 and M19: who knows of the scheme, and whom its rewards and sanctions reach."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoredsociety.audit.counts import CELL_GROUPS, cell_sum
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import PEOPLE, Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import CELLS, profile_level
from scoredsociety.schemes.model import Scheme


def announced_scheme(sample: Sample) -> str | None:
    """Return the scheme by which people are grouped into aware and unaware.

    The first that announces itself; where none does, the first with points.
    """
    schemes = sample.regime.schemes
    told = [n for n in sample.schemes if schemes[n].awareness is not None]
    points = [n for n in sample.schemes if schemes[n].kind == "points"]
    return next(iter([*told, *points]), None)


def covers_all(scheme: Scheme) -> bool:
    """Tell whether every adult in the places of a scheme is covered by it from beginning to end."""
    s = scheme.subjects
    everybody = s.who in ("adult-residents", "everyone")
    whole = s.enrolment == "mandatory" and s.coverage is None
    return everybody and whole and scheme.timing is None


def compute_m17(sample: Sample, sheet: Sheet) -> None:
    """Write who is aware of the first scheme that announces itself, and who is covered by it."""
    _write_enrolment(sample, sheet)
    name = announced_scheme(sample)
    if name is None:
        return
    scheme = sample.regime.schemes[name]
    sums, adults = sample.groups.sum, sample.adults_by_profile
    aware = (profile_level(sample.groups.codes, "aware") == 1) * 1.0
    all_, know = sums(adults), sums(adults * aware)
    labels = sample.groups.labels
    sheet.put_groups("M17", name, "aware", "share", ratio(know, all_), labels, people=all_)
    if covers_all(scheme):
        pilot = (profile_level(sample.groups.codes, "city") == 1) * 1.0
        covered = np.ones(aware.size) if scheme.subjects.where == "everywhere" else pilot
        inside, outside = sums(adults * covered), sums(adults * aware * (1.0 - covered))
        unaware = sums(adults * (1.0 - aware) * covered)
    else:  # who is covered is known by cell only
        enrolled, all_, know, labels = _by_cell(sample, name)
        inside, unaware = enrolled.sum(axis=2), enrolled[:, :, 0]
        outside = know - enrolled[:, :, 1]
    for quantity, values, behind in (
        ("of the aware, not covered", ratio(outside, know), know),
        ("unaware and covered", ratio(unaware, all_), all_),
        ("covered", ratio(inside, all_), all_),
    ):
        sheet.put_groups("M17", name, quantity, "share", values, labels, people=behind)


def _by_cell(sample: Sample, name: str) -> tuple[Floats, Floats, Floats, list[str]]:
    """Return the enrolled by group and awareness, adults, aware adults (R, G) and the groups."""
    labels = ["all", *CELL_GROUPS]
    aware = np.arange(CELLS) % 2 == 1  # the last of the fields of a cell

    def cut(table: Floats, mask: NDArray[np.bool_]) -> Floats:
        kept = np.where(mask, table, 0.0)
        return np.stack([cell_sum(kept, group) for group in labels], axis=1)

    enrolled, adults = (sample.monthly(k)[:, -1] for k in (f"enrolled:{name}", "adults"))
    both = np.stack([cut(enrolled, ~aware), cut(enrolled, aware)], axis=2)
    return both, cut(adults, np.ones_like(aware)), cut(adults, aware), labels


def _write_enrolment(sample: Sample, sheet: Sheet) -> None:
    """Write who is enrolled in each scheme of people, by group."""
    adults = sample.monthly("adults")
    for name, scheme in sample.regime.of_people().items():
        key = f"enrolled:{name}"
        if name not in sample.schemes or key not in sample.run.replicates[0].monthly:
            continue
        enrolled = sample.monthly(key)
        note = "By its own choice." if scheme.subjects.enrolment == "voluntary" else ""
        for group in ("all", *CELL_GROUPS):
            share = ratio(cell_sum(enrolled, group), cell_sum(adults, group))
            sheet.put("M17", name, "enrolled", "share", share[:, -1], group=group,
                      people=cell_sum(adults, group)[:, -1], note=note)  # fmt: skip
            sheet.put_series("M17", name, "enrolled", "share", share, group=group, note=note)


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
    "P(aware); P(not covered | aware); P(unaware and covered), of the first scheme that announces "
    "itself; P(enrolled), of every scheme",
    ("M18",),
    ("schemes.",),
    compute_m17,
    groups=PEOPLE,
)
M19 = Measure(
    "M19",
    "Reach",
    "Whom do rewards reach, and whom do sanctions reach?",
    "share of adults",
    "adults with at least one reward, adults under at least one sanction, and their ratio",
    ("M1", "M15", "M17"),
    ("schemes.",),
    compute_m19,
    groups=("group", "income"),
)
