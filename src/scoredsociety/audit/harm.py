"""M8 and M9: harm in unrelated contexts, and harm beside the gravity of the conduct."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from scoredsociety.audit.burden import (
    Burden,
    burden,
    expected_monthly_harm,
    known_conduct,
    related_contexts,
)
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import PEOPLE, TRUTH, Measure
from scoredsociety.audit.rows import Floats, Ints, Rows
from scoredsociety.audit.sample import TRUTH_GROUPS, Sample, Stream
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import Kind

CNY_PER_MI = 2028.0
"""One median monthly income in CNY (docs/model.md, 4.2: NBS median income per head of 2018,
24,336 CNY a year)."""


def expected_harm(monthly_harm: float, exit_monthly: float, term_months: float | None) -> float:
    """Return the harm of one entry from its beginning to its end.

    The entry ends each month with the chance given, and at the latest at its term, so that it
    lasts (1 - (1 - mu)^term) / mu months on average.

    Parameters
    ----------
    monthly_harm : float
        Any unit a month.
    exit_monthly : float
        mu, above 0; or 0 with a term.
    term_months : float or None
        None: no term.

    Raises
    ------
    ValueError
        If the entry never ends.
    """
    if term_months is None:
        if exit_monthly <= 0:
            raise ValueError("An entry with neither an exit nor a term never ends.")
        return monthly_harm / exit_monthly
    if exit_monthly <= 0:
        return monthly_harm * term_months
    return float(monthly_harm * (1.0 - (1.0 - exit_monthly) ** term_months) / exit_monthly)


def gravity(sample: Sample) -> Floats:
    """Return the declared social harm of one act in CNY, by conduct code; NaN if not declared."""
    table = sample.regime.world.gravity
    return np.array([table[c].value if c in table else np.nan for c in sample.conducts])


def compute_m8(sample: Sample, sheet: Sheet) -> None:
    """Write the harm of every status and the share of it that bites in unrelated contexts."""
    related = related_contexts(sample)
    with_finance = [x | {"finance"} for x in related]
    parts: dict[str, list[Floats]] = {}
    notes: list[str] = []
    for stream in sample.statuses:
        b = burden(sample, stream)
        if not b.monthly.any():
            continue
        rows, bears, lost = known_conduct(sample, stream, b)
        note = f"{b.note} {lost}".strip()
        notes.append(note)
        cross, lenient = b.outside(related), b.outside(with_finance)
        columns = [(np.ones(len(rows), dtype=np.bool_), "all")]
        columns += [(np.isin(rows.truth, t), g) for g, t in TRUTH_GROUPS.items()]
        for chosen, label in columns:
            part, at = rows.take(chosen), bears[chosen]
            conduct = part.conduct
            tables = [
                sample.count(part, part.months * rate)
                for rate in (b.monthly[at], cross[at, conduct], lenient[at, conduct])
            ]
            tables.append(sample.count(part))
            if label == "all":
                parts.setdefault("all", []).append(np.stack(tables))
                _write_m8(sheet, sample, stream.item, np.stack(tables), sample.groups.labels, note)
            else:
                _write_m8(sheet, sample, stream.item, np.stack(tables)[:, :, :1], [label], note)
        _write_monthly(sample, sheet, stream, b, note)
    if parts:
        together = np.sum(parts["all"], axis=0)
        note = " ".join(dict.fromkeys(notes))
        _write_m8(sheet, sample, "all statuses", together, sample.groups.labels, note)


def _write_monthly(sample: Sample, sheet: Sheet, stream: Stream, b: Burden, note: str) -> None:
    """Write the harm of a month by context: once, or for each grade where grades differ."""
    item = stream.item
    sanctioned = [k for k, at in enumerate(b.own) if b.by_context[at]]
    alike = len({int(b.own[k]) for k in sanctioned}) == 1
    for k in sanctioned[:1] if alike else sanctioned:
        grade = "" if alike else f", grade {b.names[k]}"
        for context, h in b.by_context[b.own[k]].items():
            sheet.put("M8", item, f"monthly harm in {context}{grade}", "mi a month", h, note=note)
        sheet.put("M8", item, f"monthly harm{grade}", "mi a month", b.monthly[b.own[k]], note=note)
    if stream.kind == Kind.ENTRY and any(j.origin == stream.scheme for j in sample.regime.joint):
        rows = stream.entered
        mean = ratio(sample.per_replicate(rows, b.monthly[b.of_row]), sample.per_replicate(rows))
        sheet.put("M8", item, "monthly harm, joint enforcement included", "mi a month", mean,
                  entries=sample.per_replicate(rows), note=note)  # fmt: skip
        sheet.put("M8", item, "monthly harm, joint enforcement included, expected", "mi a month",
                  expected_monthly_harm(sample, stream.scheme), note=note)  # fmt: skip


def _write_m8(
    sheet: Sheet, sample: Sample, item: str, tables: Floats, labels: list[str], note: str
) -> None:
    """Write shares and sums from harm, cross harm, lenient cross harm and rows: (4, R, G)."""
    harm, cross, lenient, entries = tables
    put = sheet.put_groups
    put("M8", item, "cross-context share", "share", ratio(cross, harm), labels,
        entries=entries, note=note)  # fmt: skip
    put("M8", item, "cross-context share, finance always related", "share", ratio(lenient, harm),
        labels, entries=entries, note=note)  # fmt: skip
    put("M8", item, "cross-context share, nothing related", "share", ratio(harm, harm), labels,
        entries=entries, note="The upper end. " + note)  # fmt: skip
    put("M8", item, "harm", "mi", harm, labels, entries=entries, note=note)
    if len(labels) > 1:
        put("M8", item, "harm per adult", "mi", ratio(harm, sample.adults), labels,
            people=sample.adults, entries=entries, note=note)  # fmt: skip


def _medians(values: Floats, replicate: Ints, replicates: int) -> Floats:
    """Return the median by replicate of values sorted by replicate; NaN where there is none."""
    bounds = np.searchsorted(replicate, np.arange(replicates + 1))
    return np.array(
        [float(np.median(values[a:b])) if b > a else np.nan for a, b in pairwise(bounds)]
    )


def compute_m9(sample: Sample, sheet: Sheet) -> None:
    """Write proportionality ratios and excess harm of every status."""
    g_of = gravity(sample)
    for stream in sample.statuses:
        b = burden(sample, stream)
        if not b.monthly.any():
            continue
        rows, bears, lost = known_conduct(sample, stream, b)
        harm = rows.months * b.monthly[bears] * CNY_PER_MI
        note = f"{b.note} Gravity is the declared table. {lost}".strip()
        selections = {"all": np.ones(len(rows), dtype=np.bool_)}
        for label, truths in TRUTH_GROUPS.items():
            selections[label] = np.isin(rows.truth, truths)
        for code in np.unique(rows.conduct):
            selections[f"conduct={sample.conducts[code]}"] = rows.conduct == code
        for label, at in selections.items():
            _write_m9(sample, sheet, stream.item, label, rows.take(at), harm[at], g_of, note)
        exit_ = sample.regime.schemes[stream.scheme].process.exit
        if stream.listing and exit_ is not None:
            mu, term = exit_.monthly.value, exit_.term_months.value
            if mu > 0 or term is not None:
                monthly = expected_monthly_harm(sample, stream.scheme) * CNY_PER_MI
                sheet.put("M9", stream.item, "expected harm of an entry", "CNY",
                          expected_harm(monthly, mu, term),
                          note="To its end, at median income. " + note)  # fmt: skip


def _write_m9(
    sample: Sample,
    sheet: Sheet,
    item: str,
    label: str,
    rows: Rows,
    harm: Floats,
    g_of: Floats,
    note: str,
) -> None:
    def put(quantity: str, unit: str, values: Floats, entries: Floats) -> None:
        sheet.put("M9", item, quantity, unit, values, group=label, entries=entries, note=note)

    g = g_of[rows.conduct]
    n = sample.per_replicate(rows)
    declared, positive = ~np.isnan(g), g > 0
    defined = rows.take(positive)
    pr = harm[positive] / g[positive]
    n_defined = sample.per_replicate(defined)
    put("median ratio", "ratio", _medians(pr, defined.replicate, sample.replicates), n_defined)
    above = sample.per_replicate(defined, (pr > 1.0).astype(np.float64))
    put("share above 1", "share", ratio(above, n_defined), n_defined)
    known = rows.take(declared)
    excess = np.maximum(harm[declared] - g[declared], 0.0)
    n_known = sample.per_replicate(known)
    total = np.where(n_known > 0, sample.per_replicate(known, excess), np.nan)
    put("excess harm", "CNY", total, n_known)
    put("mean harm up to the horizon", "CNY", ratio(sample.per_replicate(rows, harm), n), n)
    over = ~rows.censored
    done = rows.take(over)
    n_done = sample.per_replicate(done)
    mean = ratio(sample.per_replicate(done, harm[over]), n_done)
    put("mean harm of completed spells", "CNY", mean, n_done)


M8 = Measure(
    "M8",
    "Cross-context harm share",
    "How much of the harm falls in a part of life that has nothing to do with the conduct?",
    "share",
    "sum of harm x months in contexts not related to the conduct / sum of harm x months; "
    "related: the declared table. In the spirit of Art. 5(1)(c)(i) of the EU AI Act, not a "
    "legal finding",
    ("M9",),
    ("world.sanctions.", "world.contexts."),
    compute_m8,
    groups=(*PEOPLE, TRUTH),
    rises_with={"harm": ("harm",), "time": ("harm",)},
)
M9 = Measure(
    "M9",
    "Proportionality",
    "Is the harm larger than what was done?",
    "ratio",
    "harm of the entry in CNY / declared social harm of the act; excess: sum of max(0, harm - "
    "gravity). In the spirit of Art. 5(1)(c)(ii), not a legal finding",
    ("M8", "M5"),
    ("world.sanctions.", "world.gravity."),
    compute_m9,
    groups=(TRUTH, "conduct"),
    rises_with={"harm": ("median ratio", "excess harm"), "time": ("median ratio", "excess harm")},
)
