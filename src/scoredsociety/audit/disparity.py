"""M10: how much more often one group is recorded, listed, or wronged than another."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.contrast import POOLED, Contrast, Tally, pooled_ratio, rate_ratio
from scoredsociety.audit.counts import PER_1000
from scoredsociety.audit.intersections import write_intersections
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.parts import OWN, write_parts
from scoredsociety.audit.rows import Floats, Rows
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import Flag, Kind, Truth

CONTRASTS = (Contrast("group", 1, 0), Contrast("income", 0, 4), Contrast("city", 1, 0))
"""The minority beside the majority, the poorest fifth beside the richest, pilot cities beside the
rest."""

MISATTRIBUTED = (Truth.WRONG_PERSON, Truth.NO_EVENT)

BY_RECORDS = (
    "Acts are not counted by this group: adjusted by the records of own acts, so that detection "
    "that differs between the groups is not seen."
)
NO_RECORDS = "Ratings leave no records of acts."


def own_records(rows: Rows) -> Rows:
    """Return the rows about acts of the subject's own, corrected ones included, without copies."""
    part = rows.with_truth(OWN)
    return part.take(part.flags & (Flag.COPIED | Flag.NAMESAKE) == 0)


def expected_acts(sample: Sample, scheme: str) -> Floats:
    """Return the expected acts of the conducts that a scheme has rules for, by place: (R, 2).

    Pilot cities come first. Acts are counted by place and awareness only.
    """
    ruled = {r.conduct for r in sample.regime.schemes[scheme].rules}
    at = [k for k, name in enumerate(sample.conducts) if name in ruled]
    acts = np.stack([result.acts[at].sum(axis=(0, 1, 2)) for result in sample.run.replicates])
    return acts[:, ::-1]


def _own_source(sample: Sample, stream: Stream) -> Stream | None:
    """Return the stream whose records of own acts stand for conduct; None if there is none."""
    item = f"{stream.scheme}/records" if stream.kind == Kind.SPELL else stream.item
    return next((s for s in sample.streams if s.item == item), None)


def _write(sample: Sample, sheet: Sheet, stream: Stream) -> None:
    rows, source = stream.entered, _own_source(sample, stream)
    everything = Tally.of(sample, rows)
    wrong = Tally.of(sample, rows.take(rows.wrongful))
    aside = Tally.of(sample, rows.with_truth(MISATTRIBUTED))
    own = None if source is None else Tally.of(sample, own_records(source.rows))
    for contrast in CONTRASTS:
        adults = contrast.sums(sample, sample.adults_by_profile.astype(np.float64))
        counts = contrast.sums(sample, everything.count)
        for k, group in enumerate((contrast.label, contrast.against)):
            sheet.put("M10", stream.item, "rate", PER_1000,
                      1000.0 * ratio(counts[:, k], adults[:, k]), group=group,
                      people=adults[:, k], entries=counts[:, k])  # fmt: skip
        offset, conduct, how = None, np.full_like(adults, np.nan), NO_RECORDS
        if contrast.field == "city":
            conduct, how = expected_acts(sample, stream.scheme), "Adjusted by the expected acts."
        elif own is not None:
            offset, conduct, how = own, contrast.sums(sample, own.count), BY_RECORDS
        for quantity, tally, base, chance, note in (
            ("ratio, raw", everything, adults, None, ""),
            ("ratio, conduct-adjusted", everything, conduct, offset, how),
            ("ratio, error-only", wrong, adults, None, "Rows with a truth other than true."),
            ("ratio, misattributed", aside, adults, None, "Somebody else did it, or nobody."),
        ):
            top = contrast.sums(sample, tally.count)
            said = " ".join(x for x in (f"Against {contrast.against}.", note, POOLED) if x)
            sheet.put("M10", stream.item, quantity, "ratio", rate_ratio(top, base),
                      group=contrast.label, people=adults[:, 0], entries=top[:, 0], note=said,
                      pooled=pooled_ratio(sample, contrast, tally, base, chance))  # fmt: skip
            rate, unit = ratio(top, base), PER_1000
            if quantity == "ratio, conduct-adjusted":
                unit = "rows an act" if contrast.field == "city" else "rows a record of an own act"
            else:
                rate = 1000.0 * rate
            sheet.put("M10", stream.item, quantity.replace("ratio", "difference"), unit,
                      rate[:, 0] - rate[:, 1], group=contrast.label, people=adults[:, 0],
                      entries=top[:, 0],
                      note=" ".join(x for x in (f"Against {contrast.against}.", note) if x),
                      )  # fmt: skip


def compute_m10(sample: Sample, sheet: Sheet) -> None:
    """Write rates, ratios, differences and their parts, and intersections, of every stream."""
    for stream in sample.streams:
        _write(sample, sheet, stream)
        if stream.kind != Kind.SPELL:
            write_parts(sample, sheet, stream, CONTRASTS)
        write_intersections(sample, sheet, stream)


M10 = Measure(
    "M10",
    "Disparity",
    "How much more often is one group recorded or listed than another, for the same conduct?",
    "ratio",
    "rate of the group / rate of the reference group: rows per adult (raw), rows per expected act "
    "or per record of an own act (conduct-adjusted), wrongful rows per adult (error-only); beside "
    "each the difference; months in force per adult = coverage x (conduct x detection x exemption "
    "+ error) x correction x capacity to pay, the ratio of two groups split by Shapley values of "
    "its logarithm; two fields crossed, from 100 adults on",
    ("M14", "M23"),
    ("world.channels.", "world.conducts.", "schemes."),
    compute_m10,
    groups=("group", "income", "city", "sex", "residence"),
)
