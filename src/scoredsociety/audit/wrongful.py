"""M5 and M22: how many rows are wrong, and what due process did about it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import PEOPLE, TRUTH, Measure
from scoredsociety.audit.rows import Floats, Rows
from scoredsociety.audit.sample import TRUTH_GROUPS, TRUTH_LABELS, Sample, Stream
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import ExitReason, Flag, Kind, Truth

WRONGFUL = "truth=wrongful"


def compute_m5(sample: Sample, sheet: Sheet) -> None:
    """Write the wrongful shares of every stream: by entry, by time and by person."""
    labels = sample.groups.labels
    for stream in sample.streams:
        rows, unit = stream.entered, stream.word
        wrong = rows.take(rows.wrongful)
        entries, persons = sample.count(rows), sample.count_persons(rows.person)
        months = sample.count(rows, rows.months)
        wronged = sample.count_persons(wrong.person)
        item = stream.item

        def put(
            quantity: str,
            unit: str,
            values: Floats,
            people: Floats = persons,
            item: str = item,
            entries: Floats = entries,
            hits: Floats | None = None,
        ) -> None:
            sheet.put_groups("M5", item, quantity, unit, values, labels,
                             people=people, entries=entries, hits=hits)  # fmt: skip

        hits = sample.count(wrong)
        put("entry-weighted", "share", ratio(hits, entries), hits=hits)
        put("time-weighted", "share", ratio(sample.count(wrong, wrong.months), months))
        put("person-weighted", "share", ratio(wronged, persons))
        put(f"wrongful {unit}", unit, sample.count(wrong))
        put("persons ever wronged", "persons", wronged)
        put("persons ever wronged, rate", "per 1,000 adults",
            1000.0 * ratio(wronged, sample.adults), sample.adults)  # fmt: skip
        for truth in (Truth.WRONG_PERSON, Truth.NO_EVENT, Truth.EXCUSED):
            part = rows.take(rows.truth == truth)
            name = TRUTH_LABELS[truth]
            hits = sample.count(part)
            put(f"entry-weighted, {name}", "share", ratio(hits, entries), hits=hits)
            put(f"time-weighted, {name}", "share",
                ratio(sample.count(part, part.months), months))  # fmt: skip


def _steps(table: Floats) -> dict[str, Floats]:
    """Count the steps of due process in a table of shape (R, flags, exits)."""
    flag = np.arange(table.shape[1])

    def having(bits: int) -> Floats:
        out: Floats = table[:, (flag & bits) != 0, :].sum(axis=(1, 2))
        return out

    corrected = (flag & Flag.CORRECTED) != 0
    exempted = (flag & Flag.EXEMPTED) != 0
    stopped = table[:, :, ExitReason.STOPPED].sum(axis=1)
    everything = table.sum(axis=(1, 2))
    return {
        "recorded": everything,
        "notified": having(Flag.NOTIFIED),
        "filed": having(Flag.FILED),
        "heard": having(Flag.FILED | Flag.FILED_LATE),
        "exempted": having(Flag.EXEMPTED),
        "corrected before entry": table[:, corrected & ~exempted, :].sum(axis=(1, 2)),
        "entered": everything - stopped,
        "discovered at a counter": having(Flag.DISCOVERED),
        "filed late": having(Flag.FILED_LATE),
        "corrected late": table[:, :, ExitReason.LATE_APPEAL].sum(axis=1),
    }


def _waiting(sample: Sample, sheet: Sheet, stream: Stream, rows: Rows) -> None:
    """Write how long wrongful rows stood before a late correction, and how many still stand."""
    late = rows.take(rows.wrongful & (rows.exit == ExitReason.LATE_APPEAL))
    n = sample.per_replicate(late)
    bounds = np.searchsorted(late.replicate, np.arange(sample.replicates + 1))
    middle = [float(np.median(late.months[a:b])) if b > a else np.nan for a, b in pairwise(bounds)]
    mean = ratio(sample.per_replicate(late, late.months), n)
    note = "Wrongful rows that a late appeal corrected; those never corrected are counted apart."
    for quantity, values in (("mean", mean), ("median", np.array(middle))):
        sheet.put("M22", stream.item, f"{quantity} months wrongly in force before correction",
                  "months", values, group=WRONGFUL, entries=n, note=note)  # fmt: skip
    never = rows.take(rows.wrongful & (rows.exit != ExitReason.LATE_APPEAL))
    sheet.put("M22", stream.item, "entered and never corrected", stream.word,
              sample.per_replicate(never), group=WRONGFUL,
              entries=sample.per_replicate(rows.take(rows.wrongful)))  # fmt: skip


def compute_m22(sample: Sample, sheet: Sheet) -> None:
    """Write the funnel of due process of every stream but spells, whole and by truth."""
    flags, exits = 256, len(ExitReason)
    for stream in sample.streams:
        if stream.kind == Kind.SPELL:
            continue
        rows = stream.rows.take(stream.rows.flags & Flag.COPIED == 0)
        note = ""
        if stream.kind == Kind.RECORD or len(rows) < len(stream.rows):
            note = "Without copies from other schemes: their funnel is that of the origin."
        cell = ((rows.replicate * 4 + rows.truth) * flags + rows.flags) * exits + rows.exit
        table = np.bincount(cell, minlength=sample.replicates * 4 * flags * exits)
        table = table.reshape(sample.replicates, 4, flags, exits).astype(np.float64)
        for group, truths in {"all": (0, 1, 2, 3), **TRUTH_GROUPS}.items():
            steps = _steps(table[:, list(truths)].sum(axis=1))
            base = steps["recorded"]
            for step, values in steps.items():
                put = sheet.put
                put("M22", stream.item, step, stream.word, values, group=group,
                    entries=base, note=note)  # fmt: skip
                put("M22", stream.item, f"{step}, share of recorded", "share",
                    ratio(values, base), group=group, entries=base, note=note,
                    hits=values)  # fmt: skip
        _waiting(sample, sheet, stream, rows.take(rows.exit != ExitReason.STOPPED))


M5 = Measure(
    "M5",
    "Wrongful rate",
    "Of those listed or recorded, how many did not do it, or could not help it?",
    "share",
    "number of rows with truth other than true / number of rows that entered; weighted by "
    "entry, by months in force, and by person",
    ("M22",),
    ("world.channels.", "world.conducts.", "schemes."),
    compute_m5,
    groups=PEOPLE,
    rises_with={"errors": ("entry-weighted", "time-weighted", "person-weighted")},
)
M22 = Measure(
    "M22",
    "Due-process funnel",
    "Who was told, who could object, who was heard, and what did it change?",
    "entries",
    "number of rows at each step: recorded, notified, filed, heard, corrected or exempted, "
    "entered, discovered at a counter, filed late, corrected late",
    ("M5",),
    ("schemes.",),
    compute_m22,
    groups=(TRUTH,),
)
