"""M1 to M4: persons, entries, persons ever listed and refusals, always apart."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.masks import (
    borne_codes,
    mask_of_codes,
    masks_of,
    sanctions_of,
    unlike_note,
)
from scoredsociety.audit.measures import PEOPLE, Measure
from scoredsociety.audit.rows import Floats, Rows
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import CELL_FIELDS, PROFILE_FIELDS, Kind

PER_1000 = "per 1,000 adults"
PERSON_ON_RECORD = "person on record"
ON_RECORD = "persons on record"
"""Who has a record in a store without a score: never called listed, nor added to the listed."""

CELL_SHAPE = (2, 2, 5, 2)
"""Levels of ``CELL_FIELDS``, in the order of the cell index."""

CELL_GROUPS: dict[str, tuple[int, int]] = {
    f"{name}={label}": (CELL_FIELDS.index(name), level)
    for name in ("group", "income")
    for level, label in enumerate(PROFILE_FIELDS[name][2])
}
"""Groups that the monthly tables can be cut by: label to (axis, level)."""


def cell_sum(table: Floats, group: str = "all") -> Floats:
    """Sum a monthly table over the cells of a group.

    Parameters
    ----------
    table : float64 array, shape (..., CELLS)
    group : str
        "all" or a key of ``CELL_GROUPS``.

    Returns
    -------
    float64 array, shape (...)
    """
    if group == "all":
        out: Floats = table.sum(axis=-1)
        return out
    axis, level = CELL_GROUPS[group]
    cells = table.reshape(*table.shape[:-1], *CELL_SHAPE)
    cut: Floats = np.take(cells, level, axis=table.ndim - 1 + axis).sum(axis=(-3, -2, -1))
    return cut


def _bearers(sample: Sample, stream: Stream, code: str | None) -> Rows:
    """Return the rows that bear a sanction (None: any)."""
    wanted = -1 if code is None else mask_of_codes(sample, [code])
    return stream.entered.take(masks_of(sample, stream, stream.entered) & wanted != 0)


def _stock(
    sample: Sample,
    sheet: Sheet,
    item: str,
    key: str,
    rows: list[Rows],
    note: str = "",
    who: str = "persons",
) -> None:
    """Write the persons under one status at the horizon, whole and by group."""
    share = "rate" if who == "persons" else f"{who}, rate"
    series = sample.monthly_sum(key)
    adults = sample.monthly_sum("adults")
    whole = series[:, -1]
    groups = sample.groups.labels
    persons = np.concatenate([x.person[x.in_force] for x in rows])
    by_group = sample.count_persons(persons)
    by_group[:, 0] = whole
    table, base = sample.monthly(key), sample.monthly("adults")
    for group in CELL_GROUPS:  # what the engine counts is exact, whatever a spell began with
        by_group[:, groups.index(group)] = cell_sum(table, group)[:, -1]
    sheet.put_groups("M1", item, who, "persons", by_group, groups,
                     people=sample.adults, note=note)  # fmt: skip
    rate = 1000.0 * ratio(by_group, sample.adults)
    sheet.put_groups("M1", item, share, PER_1000, rate, groups, people=sample.adults, note=note)
    sheet.put_series("M1", item, who, "persons", series)
    sheet.put_series("M1", item, share, PER_1000, 1000.0 * ratio(series, adults))
    for group in CELL_GROUPS:
        cut = 1000.0 * ratio(cell_sum(table, group), cell_sum(base, group))
        sheet.put_series("M1", item, share, PER_1000, cut, group=group)


def compute_m1(sample: Sample, sheet: Sheet) -> None:
    """Write the persons on each list, with each kind of record, and under each sanction."""
    bearing: dict[str, dict[str, Stream]] = {}
    notes = {}
    for stream in sample.statuses:
        notes[stream.item] = unlike_note(sanctions_of(sample, stream.scheme, stream.kind))
        for code in borne_codes(sample, stream):
            bearing.setdefault(code, {})[stream.item] = stream
        if stream.kind == Kind.ENTRY:
            who = "persons" if stream.listing else ON_RECORD
            _stock(sample, sheet, stream.item, f"listed:{stream.scheme}", [stream.entered], who=who)
    for code, streams in bearing.items():
        rows = [_bearers(sample, s, code) for s in streams.values()]
        note = next((notes[item] for item in streams if notes[item]), "")
        _stock(sample, sheet, code, f"sanction:{code}", rows, note)
    if bearing:
        unique = {item: s for streams in bearing.values() for item, s in streams.items()}
        rows = [_bearers(sample, s, None) for s in unique.values()]
        _stock(sample, sheet, "any", "sanctioned", rows, "Under at least one sanction.")


def compute_m2(sample: Sample, sheet: Sheet) -> None:
    """Write the entries or records in force, and the flows in and out."""
    for stream in sample.streams:
        if stream.kind != Kind.ENTRY:
            continue
        s, rows = stream.scheme, stream.entered
        word, what = ("entries", "entries") if stream.listing else ("records", stream.unit)
        each = "entries per listed person" if stream.listing else f"records per {PERSON_ON_RECORD}"
        stock = sample.monthly_sum(f"entries:{s}")
        by_group = sample.count(rows.take(rows.in_force))
        by_group[:, 0] = stock[:, -1]
        sheet.put_groups("M2", s, what, word, by_group, sample.groups.labels,
                         people=sample.adults)  # fmt: skip
        persons = sample.monthly_sum(f"listed:{s}")[:, -1]
        sheet.put("M2", s, each, f"{word} a person", ratio(stock[:, -1], persons),
                  people=persons, entries=stock[:, -1])  # fmt: skip
        sheet.put_series("M2", s, what, word, stock)
        sheet.put_series("M2", s, f"{word} in", word, sample.monthly_sum(f"in:{s}"))
        sheet.put_series("M2", s, f"{word} out", word, sample.monthly_sum(f"out:{s}"))


def compute_m3(sample: Sample, sheet: Sheet) -> None:
    """Write the persons ever listed, and those who ever had a record."""
    for stream in sample.streams:
        if stream.kind != Kind.ENTRY:
            continue
        s = stream.scheme
        word = "persons ever listed" if stream.listing else "persons ever on record"
        rate = "rate" if stream.listing else f"{word}, rate"
        series = sample.monthly_sum(f"ever:{s}")
        by_group = sample.count_persons(stream.entered.person)
        by_group[:, 0] = series[:, -1]
        labels = sample.groups.labels
        sheet.put_groups("M3", s, word, "persons", by_group, labels, people=sample.adults)
        sheet.put_groups("M3", s, rate, PER_1000, 1000.0 * ratio(by_group, sample.adults),
                         labels, people=sample.adults)  # fmt: skip
        sheet.put_series("M3", s, word, "persons", series)


def compute_m4(sample: Sample, sheet: Sheet) -> None:
    """Write the refusals since month 1, by code and together."""
    borne = {code for stream in sample.statuses for code in borne_codes(sample, stream)}
    codes = [code for code in ("FLY", "RAIL") if code in borne]
    total = np.zeros((sample.replicates, sample.months))
    for code in codes:
        series = sample.monthly_sum(f"refused:{code}")
        total = total + series
        national = np.cumsum(series * sample.weight_by_month, axis=1)
        sheet.put("M4", code, "refusals", "refusals", series.sum(axis=1), national=national[:, -1])
        sheet.put_series(
            "M4", code, "refusals", "refusals", np.cumsum(series, axis=1), national=national
        )
        sheet.put_series("M4", code, "refusals in the month", "refusals", series)
    if codes:
        rows = sample.rows
        by_group = sample.count(rows, rows.refusals)
        by_group[:, 0] = total.sum(axis=1)
        sheet.put_groups("M4", "any", "refusals", "refusals", by_group, sample.groups.labels,
                         people=sample.adults)  # fmt: skip
        sheet.put_series("M4", "any", "refusals", "refusals", np.cumsum(total, axis=1))


M1 = Measure(
    "M1",
    "Persons under a sanction",
    "How many people are on the list, or under the sanction, at the end of the run?",
    "persons",
    "w x number of persons with at least one status in force that bears the sanction",
    ("M2", "M3", "M4"),
    ("schemes.", "world.conducts."),
    compute_m1,
    groups=PEOPLE,
)
M2 = Measure(
    "M2",
    "Entries in force",
    "How many entries does the list hold?",
    "entries",
    "w x number of entries in force at the end of the month",
    ("M1",),
    ("schemes.", "world.conducts."),
    compute_m2,
    groups=PEOPLE,
)
M3 = Measure(
    "M3",
    "Persons ever listed",
    "How many people were on the list at any time?",
    "persons",
    "w x number of persons with at least one entry made by the end of the month",
    ("M1",),
    ("schemes.", "world.conducts."),
    compute_m3,
    groups=PEOPLE,
)
M4 = Measure(
    "M4",
    "Refusals",
    "How many times was a listed person refused a ticket?",
    "refusals",
    "w x sum over months of attempts made while banned",
    ("M1",),
    ("world.parameters.flight_attempts", "world.parameters.rail_attempts", "schemes."),
    compute_m4,
    groups=PEOPLE,
)
