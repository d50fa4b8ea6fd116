"""Two regimes, the same people, the same luck: what differs, person by person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoredsociety.audit.audit import Audit, audit_sample
from scoredsociety.audit.deterrence import deterrence
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.leaving import months_sanctioned
from scoredsociety.audit.matching import differing_lives, recode, same, shared_names
from scoredsociety.audit.rows import Floats, Ints, Rows
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.audit.sheet import Line, Sheet, figures_table
from scoredsociety.audit.spiral import require_pair
from scoredsociety.engine.result import Kind, RunData

PER_1000 = "per 1,000 adults"


@dataclass(frozen=True)
class Comparison:
    """What changes between two regimes on the same societies.

    Attributes
    ----------
    a, b : Audit
        The two arms; "under A", "under B".
    figures : pyarrow.Table
        Paired figures (columns of ``Audit.figures``; measure is "paired"): item "listed" (ever
        listed only under A, only under B, both, neither), "wrongly listed", "entries" (prevented
        and added, by truth), "lives" (that differ at all, or in the outcome) and "persons"
        (helped, worse off, wrongly listed under both), by group where it makes sense.
    differences : pyarrow.Table
        Figures that both audits have: value_a, value_b, difference (B minus A), its paired se
        and 95% interval.
    deterrence, deterrence_series : pyarrow.Table
        M13 of B against A, and M12 beside it.
    """

    a: Audit
    b: Audit
    figures: pa.Table
    differences: pa.Table
    deterrence: pa.Table
    deterrence_series: pa.Table
    by_replicate: Mapping[tuple[str, str, str], Floats] = field(repr=False)

    def value(self, item: str, quantity: str, group: str = "all") -> float | None:
        """Return one paired figure; None if undefined."""
        return self.cell(item, quantity, group)[0]

    def cell(self, item: str, quantity: str, group: str = "all") -> tuple[float | None, ...]:
        """Return (value, low, high, scaled) of one paired figure.

        Raises
        ------
        KeyError
            If there is no such figure.
        """
        names = [self.figures[c].to_pylist() for c in ("item", "quantity", "group")]
        keys = list(zip(*names, strict=True))
        if (item, quantity, group) not in keys:
            raise KeyError(f"No paired figure {(item, quantity, group)}.")
        at = keys.index((item, quantity, group))
        return tuple(self.figures[c][at].as_py() for c in ("value", "low", "high", "scaled"))

    def difference(
        self, measure: str, item: str, quantity: str, group: str = "all"
    ) -> dict[str, Any] | None:
        """Return one row of ``differences``; None if there is none."""
        table = self.differences
        names = [table[c].to_pylist() for c in ("measure", "item", "quantity", "group")]
        keys = list(zip(*names, strict=True))
        key = (measure, item, quantity, group)
        row: dict[str, Any] | None = (
            table.slice(keys.index(key), 1).to_pylist()[0] if key in keys else None
        )
        return row

    def to_text(self) -> list[tuple[str, str, str]]:
        """Return the findings as (sentence, value, interval)."""
        from scoredsociety.audit.changes import findings_comparison

        return [(f.text, f.value_text, f.interval_text) for f in findings_comparison(self)]


def status_kind(*samples: Sample) -> Kind:
    """Return what "listed" means here: entries, or spells where no regime has a list.

    Where there is neither a list nor a scheme with grades, the records of stores without a score
    stand in, as entries.
    """
    if any(sample.lists for sample in samples):
        return Kind.ENTRY
    return Kind.SPELL if any(sample.graded for sample in samples) else Kind.ENTRY


def entered_statuses(sample: Sample, kind: Kind, *others: Sample) -> Rows:
    """Return the rows of a kind that took effect, of all schemes that list.

    Lists that only bring rewards are left out, and so are stores of records without a score
    where this sample or one of the others has a list.
    """
    listing = any(x.lists for x in (sample, *others))
    kept = [
        stream.entered.index
        for stream in sample.statuses
        if stream.kind == kind
        and (kind != Kind.ENTRY or stream.scheme in sample.lists or not (listing or stream.listing))
    ]
    nothing = np.zeros(0, dtype=np.int64)
    return sample.rows.take(np.sort(np.concatenate([nothing, *kept])))


def has_person(sample: Sample, rows: Rows) -> NDArray[np.bool_]:
    """Return, for each person of each replicate, whether he or she has a row: shape (R * N,)."""
    flag = np.zeros(sample.replicates * sample.people, dtype=np.bool_)
    flag[rows.person] = True
    return flag


def _prevented(sheet: Sheet, a: Sample, b: Sample, schemes: dict[str, int]) -> None:
    """Write the entries of A whose act brings no entry under B, and the reverse, by truth."""
    rows = (entered_statuses(a, Kind.ENTRY, b), entered_statuses(b, Kind.ENTRY, a))
    acts, codes = [], []
    for sample, part in zip((a, b), rows, strict=True):
        acts.append(part.act)
        codes.append(recode(sample.run, "schemes", part.scheme, schemes))
    at_all = same(
        np.concatenate([x.person for x in rows]), np.concatenate(acts), np.concatenate(codes)
    )
    left, right = at_all[: len(rows[0])], at_all[len(rows[0]) :]
    for word, mine, other, sample, part in (
        ("prevented", left, right, a, rows[0]),
        ("added", right, left, b, rows[1]),
    ):
        there = np.zeros(int(at_all.max()) + 1 if at_all.size else 0, dtype=np.bool_)
        there[other] = True
        gone = part.take(~there[mine])
        for kind, mask in (("wrongful", gone.wrongful), ("rightful", ~gone.wrongful)):
            whole = part.wrongful if kind == "wrongful" else ~part.wrongful
            sheet.put("paired", "entries", f"{kind} {word}", "entries",
                      sample.per_replicate(gone.take(mask)),
                      entries=sample.per_replicate(part.take(whole)))  # fmt: skip


def persons_by_group(sample: Sample, other: Sample, flag: NDArray[np.bool_]) -> Floats:
    """Count flagged persons by replicate and group of ``sample``, shape (R, G)."""
    at = np.flatnonzero(flag)
    code = _codes(sample, other)[at]
    p = len(sample.groups.codes)
    table = np.bincount(at // max(sample.people, 1) * p + code, minlength=sample.replicates * p)
    return sample.groups.sum(table.reshape(sample.replicates, p))


def _codes(sample: Sample, other: Sample) -> Ints:
    """Return the profile position of each person who has a row in either run: shape (R * N,)."""
    out = other.person_code.copy()
    out[sample.rows.person] = sample.rows.code
    return out


def _four_ways(
    sheet: Sheet, a: Sample, b: Sample, item: str, x: NDArray[np.bool_], y: NDArray[np.bool_]
) -> None:
    """Write how many persons are flagged only under A, only under B, under both, and neither."""
    labels = a.groups.labels
    parts = {
        "only under A": persons_by_group(a, b, x & ~y),
        "only under B": persons_by_group(a, b, y & ~x),
        "under both": persons_by_group(a, b, x & y),
    }
    parts["under neither"] = a.adults - sum(parts.values())
    for name, n in parts.items():
        sheet.put_groups("paired", item, name, "persons", n, labels, people=a.adults)
        sheet.put_groups("paired", item, f"{name}, rate", PER_1000,
                         1000.0 * ratio(n, a.adults), labels, people=a.adults)  # fmt: skip


def _differences(a: Audit, b: Audit) -> pa.Table:
    keys = [k for k in a.by_replicate if k in b.by_replicate]
    lines = [
        Line(m, i, q, "", g, b.by_replicate[k] - a.by_replicate[k], None, None, "")
        for k in keys
        for m, i, q, g, _ in [k]
    ]
    names = ("measure", "item", "quantity", "group")
    rows = zip(*(a.figures[c].to_pylist() for c in names), strict=True)
    place = {key: at for at, key in enumerate(rows)}
    order_a = [place[k[:4]] for k in keys]
    rows = zip(*(b.figures[c].to_pylist() for c in names), strict=True)
    place = {key: at for at, key in enumerate(rows)}
    order_b = [place[k[:4]] for k in keys]
    t = figures_table(lines, 1.0)
    take_a = a.figures.take(pa.array(order_a, pa.int64()))
    take_b = b.figures.take(pa.array(order_b, pa.int64()))
    return pa.table(
        {
            **{c: t[c] for c in ("measure", "item", "quantity")},
            "unit": take_a["unit"],
            "group": t["group"],
            "value_a": take_a["value"],
            "value_b": take_b["value"],
            "difference": t["value"],
            **{c: t[c] for c in ("se", "low", "high", "replicates")},
        }
    )


def compare_runs(run_a: RunData, run_b: RunData) -> Comparison:
    """Compare two regimes person by person, on the same luck.

    Parameters
    ----------
    run_a, run_b : RunData
        Runs with the same seed, people, months, marginals, majorants and replicates. A is the
        regime as it is, B the changed one.

    Returns
    -------
    Comparison
        Every figure is made for each replicate first, then averaged, so that its interval is
        that of the paired difference.

    Raises
    ------
    ValueError
        If the runs are not a pair.
    """
    require_pair(run_a, run_b)
    a, b = load_sample(run_a, run_b), load_sample(run_b, run_a)
    audit_a, audit_b = audit_sample(a), audit_sample(b)
    sheet = paired_sheet(a, b)
    figures, series = deterrence(run_b, run_a)
    return Comparison(
        a=audit_a,
        b=audit_b,
        figures=figures_table(sheet.lines, a.weight),
        differences=_differences(audit_a, audit_b),
        deterrence=figures,
        deterrence_series=series,
        by_replicate={(x.item, x.quantity, x.group): np.array(x.values) for x in sheet.lines},
    )


def paired_sheet(a: Sample, b: Sample) -> Sheet:
    """Write every paired figure of two samples of one pair of runs, B held against A."""
    sheet = Sheet(a.replicates, a.weight)
    kind = status_kind(a, b)
    rows_a, rows_b = entered_statuses(a, kind, b), entered_statuses(b, kind, a)
    _four_ways(sheet, a, b, "listed", has_person(a, rows_a), has_person(b, rows_b))
    wrong_a = has_person(a, rows_a.take(rows_a.wrongful))
    wrong_b = has_person(b, rows_b.take(rows_b.wrongful))
    _four_ways(sheet, a, b, "wrongly listed", wrong_a, wrong_b)
    _prevented(sheet, a, b, shared_names(a.run, b.run, "schemes"))
    for name, flags in (("that differ", True), ("with another outcome", False)):
        found = differing_lives(a.run, b.run, flags=flags)
        different = np.array([x.size for x in found], dtype=np.float64)
        _write_lives(sheet, a, name, different)
    _gains(sheet, a, b, wrong_a & wrong_b)
    return sheet


def _write_lives(sheet: Sheet, a: Sample, name: str, different: Floats) -> None:
    """Write how many lives differ, and of how many people."""
    sheet.put("paired", "lives", name, "persons", different)
    share = ratio(different, a.people)
    sheet.put("paired", "lives", f"{name}, share", "share of people", share)


def _gains(sheet: Sheet, a: Sample, b: Sample, not_helped: NDArray[np.bool_]) -> None:
    """Write who is sanctioned for fewer months, who for more, and the months that this makes."""
    labels = a.groups.labels
    before, after = months_sanctioned(a), months_sanctioned(b)
    saved = before - after
    for name, flag in (
        ("helped", saved > 0),
        ("worse off", saved < 0),
        ("wrongly listed under both", not_helped),
    ):
        n = persons_by_group(a, b, flag)
        sheet.put_groups("paired", "persons", name, "persons", n, labels, people=a.adults)
        sheet.put_groups("paired", "persons", f"{name}, rate", PER_1000,
                         1000.0 * ratio(n, a.adults), labels, people=a.adults)  # fmt: skip
    at = np.flatnonzero(saved)
    p = len(a.groups.codes)
    cell = at // max(a.people, 1) * p + _codes(a, b)[at]
    months = np.bincount(cell, saved[at], minlength=a.replicates * p).reshape(a.replicates, p)
    rate = 1000.0 * ratio(a.groups.sum(months), a.adults)
    sheet.put_groups("paired", "persons", "months sanctioned saved, rate",
                     "months per 1,000 adults", rate, labels, people=a.adults)  # fmt: skip
