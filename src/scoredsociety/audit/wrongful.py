"""M5 and M22: how many rows are wrong, and what due process did about it."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.correction import conditional, steps, write_waiting
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import PEOPLE, TRUTH, Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import TRUTH_GROUPS, TRUTH_LABELS, Sample
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import ExitReason, Flag, Kind, Truth


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
            part = table[:, list(truths)].sum(axis=1)
            counted, put = steps(part), sheet.put
            base = counted["recorded"]
            for step, values in counted.items():
                put("M22", stream.item, step, stream.word, values, group=group,
                    entries=base, note=note)  # fmt: skip
                put("M22", stream.item, f"{step}, share of recorded", "share",
                    ratio(values, base), group=group, entries=base, note=note,
                    hits=values)  # fmt: skip
            for step, (values, of) in conditional(part).items():
                put("M22", stream.item, step, "share", ratio(values, of), group=group,
                    entries=of, note=note)  # fmt: skip
        write_waiting(sample, sheet, stream, rows.take(rows.exit != ExitReason.STOPPED))


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
    "entered, discovered at a counter, filed late, corrected late; each also as a share of those "
    "at the step before (whoever files is heard); corrected within so many months of entry by "
    "Aalen-Johansen; months from entry to discovery, where an appeal that succeeded dates it",
    ("M5",),
    ("schemes.",),
    compute_m22,
    groups=(TRUTH,),
)
