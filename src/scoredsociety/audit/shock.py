"""M6: every form of the spiral gain side by side, from runs that differ in one thing each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.own_gain import own_gains
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.audit.selection import state_dependence
from scoredsociety.audit.sheet import Sheet, figures_table
from scoredsociety.audit.spiral import compute_m6, require_pair
from scoredsociety.engine.result import RunData

SHORT = "Entries near the horizon have not had all their offspring: a lower bound."


def entries_by_conduct(sample: Sample, conduct: str) -> tuple[Floats, Floats]:
    """Count the entries of all lists, shape (R,): those of a conduct, and the others."""
    mine, others = np.zeros(sample.replicates), np.zeros(sample.replicates)
    names = sample.conducts
    code = names.index(conduct) if conduct in names else -1
    for stream in sample.streams:
        if stream.listing:
            rows = stream.entered
            mine += sample.per_replicate(rows.take(rows.conduct == code))
            others += sample.per_replicate(rows.take(rows.conduct != code))
    return mine, others


def descendants(run: RunData, shocked: RunData, conduct: str) -> tuple[Floats, Floats]:
    """Return the entries that entries from outside brought about, and how many those were.

    Parameters
    ----------
    run : RunData
        Without the shock.
    shocked : RunData
        The same people with the same luck, and entries from outside.
    conduct : str
        The conduct that stands for the shock.

    Returns
    -------
    extra, shock : float64 arrays, shape (R,)
        (entries with the shock - entries without - shock), and the shock.

    Raises
    ------
    ValueError
        If the runs are not the same people with the same luck.
    """
    require_pair(run, shocked)
    _, before = entries_by_conduct(load_sample(run), conduct)
    shock, after = entries_by_conduct(load_sample(shocked), conduct)
    return after - before, shock


def per_generation(total: Floats) -> Floats:
    """Return R from the expected number of all descendants of one entry, D = R / (1 - R)."""
    return ratio(total, 1.0 + total)


def spiral_table(
    run: RunData,
    without_feedback: RunData,
    uniform: RunData,
    endogenous: RunData,
    scheme: str,
    conduct: str,
) -> pa.Table:
    """Return every form of the gain, and the false spiral beside the true one.

    Parameters
    ----------
    run, without_feedback, uniform, endogenous : RunData
        A regime as it is, with no feedback, and with entries from outside, on all adults alike
        and in proportion to their conduct.
    scheme : str
        The list in which the entries from outside are made.
    conduct : str
        The conduct that stands for them.

    Returns
    -------
    pyarrow.Table
        The columns of ``Audit.figures``. Items: "shock, uniform", "shock, endogenous",
        "feedback off", the lists and "all lists" of M6, "without feedback" (the same lists
        with no feedback, where state dependence is selection alone) and "own gain".
    """
    require_pair(run, without_feedback)
    sample, off = load_sample(run), load_sample(without_feedback)
    sheet = Sheet(sample.replicates, sample.weight)
    for word, arm in (("uniform", uniform), ("endogenous", endogenous)):
        extra, shock = descendants(run, arm, conduct)
        total = ratio(extra, shock)
        sheet.put("M6", f"shock, {word}", "entries brought about by one from outside",
                  "entries an entry", total, entries=shock, note=SHORT)  # fmt: skip
        sheet.put("M6", f"shock, {word}", "gain a generation", "entries an entry",
                  per_generation(total), entries=shock,
                  note=f"D / (1 + D) of all descendants D. {SHORT}")  # fmt: skip
    start = sample.months // 2
    on_, off_ = (
        sum(
            (s.per_replicate(x.entered.take(x.entered.month > start))
             for x in s.streams if x.listing),
            np.zeros(s.replicates),
        )
        for s in (sample, off)
    )  # fmt: skip
    sheet.put("M6", "feedback off", "gain a generation", "entries an entry",
              1.0 - ratio(off_, on_), entries=on_,
              note="1 - entries without feedback / entries, of the second half.")  # fmt: skip
    compute_m6(sample, sheet)
    _write_false(sheet, sample, off, scheme)
    own = own_gains(run)
    return pa.concat_tables([figures_table(sheet.lines, sample.weight), own])


def _write_false(sheet: Sheet, sample: Sample, off: Sample, scheme: str) -> None:
    """Write the naive state dependence with feedback, and with none on the same luck."""
    naive = []
    for each in (sample, off):
        stream = next(s for s in each.streams if s.item == scheme)
        n = state_dependence(each, stream)
        inside, outside = (ratio(n[k], n[f"{k}_months"]) for k in ("listed", "rest"))
        naive.append(ratio(inside, outside))
    entries = state_dependence(off, next(s for s in off.streams if s.item == scheme))["listed"]
    sheet.put("M6", "without feedback", "state dependence, naive", "ratio", naive[1],
              entries=entries,
              note="No entry brings about another here: all of it is selection.")  # fmt: skip
    sheet.put("M6", "without feedback", "state dependence, with feedback / without", "ratio",
              ratio(naive[0], naive[1]),
              note="What feedback adds to the naive figure on the same luck.")  # fmt: skip
    safe = (naive[0] > 1.0) & (naive[1] > 0.0)
    logs = [np.log(np.where(safe, x, np.e)) for x in naive]
    sheet.put("M6", "without feedback", "selection, share of the naive figure", "share, signed",
              np.where(safe, ratio(logs[1], logs[0]), np.nan),
              note="Of its logarithm; null where the naive figure is no more than 1.")  # fmt: skip
