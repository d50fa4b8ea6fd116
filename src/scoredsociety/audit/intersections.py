"""M10 where two fields of the profile meet, if enough people stand there."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import PROFILE_FIELDS, profile_level

CROSSED = ("group", "income", "sex", "residence")
"""Fields that are crossed, each with each other."""

ENOUGH_ADULTS = 100
"""Adults, of all replicates together, below which an intersection has no figures."""

PER_1000 = "per 1,000 adults"


def cells(sample: Sample) -> tuple[list[str], Floats]:
    """Return every pair of levels of two fields, and which profiles are in it.

    Returns
    -------
    labels : list of str, length K
        "field=label & field=label".
    member : float64 array, shape (P, K)
        1 where the profile is in the intersection. Those of one pair of fields add up to 1.
    """
    labels, columns = [], []
    for a, b in combinations(CROSSED, 2):
        left, right = (profile_level(sample.groups.codes, f) for f in (a, b))
        for i, one in enumerate(PROFILE_FIELDS[a][2]):
            for j, other in enumerate(PROFILE_FIELDS[b][2]):
                labels.append(f"{a}={one} & {b}={other}")
                columns.append((left == i) & (right == j))
    return labels, np.stack(columns, axis=1).astype(np.float64)


def write_intersections(sample: Sample, sheet: Sheet, stream: Stream) -> None:
    """Write the rate of each intersection, and its ratio to and difference from all adults."""
    labels, member = cells(sample)
    counts = sample.by_profile(stream.entered)
    everybody = sample.adults_by_profile.astype(np.float64)
    rows, adults = (np.einsum("rp,pk->rk", x, member) for x in (counts, everybody))
    rate = 1000.0 * ratio(rows, adults)
    whole = (1000.0 * ratio(counts.sum(axis=1), everybody.sum(axis=1)))[:, None]
    size = adults.sum(axis=0)
    enough = size >= ENOUGH_ADULTS
    for quantity, unit, values in (
        ("rate", PER_1000, rate),
        ("ratio to all adults", "ratio", ratio(rate, whole)),
        ("difference from all adults", PER_1000, rate - whole),
    ):
        for k, label in enumerate(labels):
            note = "" if enough[k] else f"{size[k]:,.0f} adults are fewer than {ENOUGH_ADULTS}."
            sheet.put("M10", stream.item, quantity, unit,
                      values[:, k] if enough[k] else np.nan, group=label,
                      people=adults[:, k], entries=rows[:, k], note=note)  # fmt: skip
