"""M11: how much less is recorded of those whom a scheme exempts; of firms, see organisations."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.contrast import (
    POOLED,
    Contrast,
    Tally,
    interval_of_ratio,
    pooled_ratio,
    rate_ratio,
    relative_variance,
)
from scoredsociety.audit.counts import PER_1000
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.organisations import compute_m11_organisations
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import PROFILE_FIELDS, Flag, Kind, profile_level
from scoredsociety.schemes.model import Scheme

MEMBERS = {"elite": Contrast("elite", 1), "party-members": Contrast("party", 1)}
"""Whom an exemption can name, beside everybody else."""

STRATA = ("sex", "age", "residence", "city", "income")
"""What the standardised gap holds equal."""

FEW = 30
"""Expected rows below which a cell counts as small."""


def strata(sample: Sample) -> np.ndarray:
    """Return the stratum of each profile, shape (P,)."""
    out = np.zeros(len(sample.groups.codes), dtype=np.int64)
    for field in STRATA:
        out = out * len(PROFILE_FIELDS[field][2]) + profile_level(sample.groups.codes, field)
    return np.unique(out, return_inverse=True)[1]


def expected_rows(rows: Floats, adults: Floats, member: Floats, stratum: np.ndarray) -> Floats:
    """Return the rows of the exempt, and those expected at the rates of the others.

    Indirect standardisation: in each stratum the exempt get the rate of the others. Strata
    without others are left out of both.

    Parameters
    ----------
    rows, adults : float64 arrays, shape (P,)
    member : float64 array, shape (P, 2)
        The exempt, and the others.
    stratum : int array, shape (P,)

    Returns
    -------
    float64 array, shape (2,)
    """
    width = int(stratum.max()) + 1 if stratum.size else 0
    seen, people = (
        np.stack([np.bincount(stratum, x * member[:, k], minlength=width) for k in (0, 1)])
        for x in (rows, adults)
    )
    rate = ratio(seen[1], people[1])
    known = ~np.isnan(rate)
    return np.array([seen[0][known].sum(), (people[0][known] * rate[known]).sum()])


def declared_share(scheme: Scheme, members: str) -> float:
    """Return the largest share of the records of a group that a scheme says it drops."""
    return max((x.share for x in scheme.exemptions if x.members == members), default=0.0)


def _write(sample: Sample, sheet: Sheet, stream: Stream, members: str) -> None:
    contrast, scheme = MEMBERS[members], sample.regime.schemes[stream.scheme]
    share = declared_share(scheme, members)
    if "first hand" not in stream.memo:
        kept = stream.rows.flags & (Flag.COPIED | Flag.NAMESAKE) == 0
        stream.memo["first hand"] = Tally.of(sample, stream.rows.take(kept))
    tally: Tally = stream.memo["first hand"]
    by_profile = tally.count
    by_adults = sample.adults_by_profile.astype(np.float64)
    rows, adults = (contrast.sums(sample, x) for x in (by_profile, by_adults))
    member, stratum = contrast.masks(sample), strata(sample)
    each = np.stack(
        [expected_rows(x, n, member, stratum) for x, n in zip(by_profile, by_adults, strict=True)]
    )
    whole = expected_rows(by_profile.sum(axis=0), by_adults.sum(axis=0), member, stratum)
    raw = pooled_ratio(sample, contrast, tally, adults)
    # The interval of the standardised ratio is that of the rows it is made of, as for the raw one.
    variance = relative_variance(sample, contrast, tally)
    standard = interval_of_ratio(float(ratio(whole[0], whole[1])), variance)
    size = f"Stands on {adults[:, 0].mean():,.0f} of them a society"
    small = ": a small cell." if whole[1] < FEW else "."
    note = f"Against {contrast.against}. {size}{small} {POOLED}"
    for k, group in enumerate((contrast.label, contrast.against)):
        sheet.put("M11", stream.item, "rate", PER_1000, 1000.0 * ratio(rows[:, k], adults[:, k]),
                  group=group, people=adults[:, k], entries=rows[:, k])  # fmt: skip
    for word, values, pooled, how in (
        ("raw", rate_ratio(rows, adults), raw, "Conduct may differ."),
        (
            f"standardised for {', '.join(STRATA)}",
            ratio(each[:, 0], each[:, 1]),
            standard,
            "Acts are not counted by this group: at the rates of others of the same strata.",
        ),
    ):
        name = word.split(" for ")[0]
        said = f"{how} {note}"
        sheet.put("M11", stream.item, f"ratio of rates, {name}", "ratio", values,
                  group=contrast.label, people=adults[:, 0], entries=rows[:, 0], note=said,
                  pooled=pooled)  # fmt: skip
        gap = values if share > 0 else np.full_like(values, np.nan)
        turned = (pooled[0], pooled[2], pooled[1]) if share > 0 else (np.nan,) * 3
        sheet.put("M11", stream.item, f"gap, {name}", "share, signed", 1.0 - gap,
                  group=contrast.label, people=adults[:, 0], entries=rows[:, 0], note=said,
                  pooled=(1.0 - turned[0], 1.0 - turned[1], 1.0 - turned[2]))  # fmt: skip
    sheet.put("M11", stream.item, "declared share", "share", share or np.nan,
              group=contrast.label, note="What the scheme says, not a measurement.")  # fmt: skip


def compute_m11(sample: Sample, sheet: Sheet) -> None:
    """Write what is recorded of the exempt beside what is recorded of others."""
    for stream in sample.streams:
        if stream.kind == Kind.SPELL:
            continue
        for members in MEMBERS:
            _write(sample, sheet, stream, members)
    compute_m11_organisations(sample, sheet)


M11 = Measure(
    "M11",
    "Exemption gap",
    "How much less is recorded of those whom the scheme exempts?",
    "share",
    "1 - (rows per adult of the exempt) / (rows per adult of the others), raw and at equal sex, "
    "age, residence, city and income; rows that an exemption drops are in no ledger",
    ("M10",),
    ("schemes.", "world.conducts."),
    compute_m11,
    groups=("elite", "party"),
)
