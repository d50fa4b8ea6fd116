"""M7: how long people stay listed, and how many do not get out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import PEOPLE, TRUTH, Measure
from scoredsociety.audit.rows import Floats, Ints, Rows
from scoredsociety.audit.sample import TRUTH_GROUPS, TRUTH_LABELS, Sample, Stream
from scoredsociety.audit.sheet import Sheet, nullable
from scoredsociety.audit.survival import episodes, first_at_most, product_limit, trapped

TAUS = (24, 60)
"""Months after the first entry at which the trap probability is read."""


def survival_labels(sample: Sample) -> list[str]:
    """Return the labels of the groups that survival is cut by: all, truth, then profiles."""
    return ["all", *TRUTH_GROUPS, *sample.groups.labels[1:]]


def _spread(sample: Sample, rows: Rows, extra: Ints, width: int) -> Floats:
    """Count rows by replicate, group and ``extra`` (0 to width - 1): shape (R, G, width)."""
    labels = survival_labels(sample)
    groups = len(labels)
    out = np.zeros(sample.replicates * groups * width, dtype=np.int64)

    def add(mask: Ints, column: Ints) -> None:
        cell = (rows.replicate[mask] * groups + column) * width + extra[mask]
        out[:] += np.bincount(cell, minlength=out.size)

    everything = np.arange(len(rows))
    add(everything, np.zeros(len(rows), dtype=np.int64))
    for k, truths in enumerate(TRUTH_GROUPS.values()):
        wanted = np.zeros(len(TRUTH_LABELS), dtype=np.bool_)
        wanted[list(truths)] = True
        mask = np.flatnonzero(wanted[rows.truth])
        add(mask, np.full(mask.size, 1 + k))
    for column in sample.groups.column:
        add(everything, column[rows.code] + len(TRUTH_GROUPS))
    return out.reshape(sample.replicates, groups, width).astype(np.float64)


def _durations(sample: Sample, stream: Stream) -> tuple[Floats, Floats]:
    """Count the ends seen and censored by replicate, group and duration: (R, G, T + 1) each."""
    if "durations" in stream.memo:
        known: tuple[Floats, Floats] = stream.memo["durations"]
        return known
    width = sample.months + 1
    e = episodes(stream.entered, sample.months)
    first = stream.entered.take(e.first)
    both = _spread(sample, first, e.duration + width * e.observed, 2 * width)
    out = both[..., width:], both[..., :width]
    stream.memo["durations"] = out
    return out


def _write_stream(sample: Sample, sheet: Sheet, stream: Stream) -> None:
    labels = survival_labels(sample)
    rows = stream.entered
    ended, running = _durations(sample, stream)
    time = np.arange(sample.months + 1, dtype=np.float64)
    count = (ended + running).sum(axis=2)
    done = ended.sum(axis=2)
    naive = ratio((ended * time).sum(axis=2), done)
    own = product_limit(ended, running)[0]
    medians = first_at_most(time, own)
    all_ended, all_running = ended.sum(axis=0), running.sum(axis=0)
    survival, low, high, _ = product_limit(all_ended, all_running)
    pooled = first_at_most(time, survival)
    # Where survival has reached 0 its limits are undefined, and the median is below them.
    gone = survival <= 0.0
    early = first_at_most(time, np.where(gone, 0.0, low))
    late = first_at_most(time, np.where(gone, 0.0, high))
    note = "Pooled over the replicates; limits by Greenwood's formula on the log(-log) scale."
    for g, label in enumerate(labels):
        sheet.put("M7", stream.item, "median months to recovery", "months", medians[:, g],
                  group=label, people=count[:, g], entries=count[:, g], note=note,
                  pooled=(pooled[g], early[g], late[g]))  # fmt: skip
        sheet.put("M7", stream.item, "naive mean of completed episodes", "months", naive[:, g],
                  group=label, entries=done[:, g],
                  note="Biased: long episodes are still running and are left out.")  # fmt: skip
        sheet.put("M7", stream.item, "episodes still running", "share",
                  ratio(running[:, g].sum(axis=1), count[:, g]), group=label,
                  entries=count[:, g])  # fmt: skip
    timing = sample.regime.schemes[stream.scheme].timing
    ends = timing.ends if timing is not None else None
    visible = sample.months if ends is None else min(sample.months, ends - 1)
    for tau in TAUS:
        at, listed = trapped(rows, visible, tau)
        both = _spread(sample, rows.take(at), listed.astype(np.int64), 2)
        share = ratio(both[..., 1], both.sum(axis=2))
        sheet.put_groups("M7", stream.item, f"trap probability, {tau} months", "share", share,
                         labels, people=both.sum(axis=2),
                         note="Listed, still or again, so long after the first entry.")  # fmt: skip


def compute_m7(sample: Sample, sheet: Sheet) -> None:
    """Write recovery times and trap probabilities of lists, stores of records and spells."""
    for stream in sample.statuses:
        _write_stream(sample, sheet, stream)


def survival_table(sample: Sample) -> pa.Table:
    """Return the Kaplan-Meier curves of every list and of spells, by group.

    Returns
    -------
    pyarrow.Table
        Columns item, group, month, survival, low, high, at_risk (of all replicates together);
        one row for each month from 0 at which anybody is at risk.
    """
    labels = np.array(survival_labels(sample))
    columns: dict[str, list[np.ndarray]] = {
        k: [] for k in ("item", "group", "month", "survival", "low", "high", "at_risk")
    }
    for stream in sample.statuses:
        ended, running = _durations(sample, stream)
        survival, low, high, at_risk = product_limit(ended.sum(axis=0), running.sum(axis=0))
        g, month = np.nonzero(at_risk > 0)
        columns["item"].append(np.full(g.size, stream.item, dtype=object))
        columns["group"].append(labels[g].astype(object))
        columns["month"].append(month)
        for name, x in (("survival", survival), ("low", low), ("high", high)):
            columns[name].append(x[g, month])
        columns["at_risk"].append(at_risk[g, month])

    def joined(name: str) -> np.ndarray:
        return np.concatenate(columns[name] or [np.zeros(0)])

    return pa.table(
        {
            "item": pa.array(joined("item").tolist(), pa.string()),
            "group": pa.array(joined("group").tolist(), pa.string()),
            "month": pa.array(joined("month").astype(np.int32)),
            **{name: nullable(joined(name)) for name in ("survival", "low", "high")},
            "at_risk": pa.array(joined("at_risk").astype(np.int64)),
        }
    )


M7 = Measure(
    "M7",
    "Recovery and trap",
    "How long until people are free again, and how many are not?",
    "months",
    "Kaplan-Meier on episodes of being listed (overlapping and adjacent entries merged), "
    "censored at the horizon and where the scheme is shut down; trap: P(listed, still or again, "
    "tau months after the first entry)",
    ("M5", "M6"),
    ("schemes.",),
    compute_m7,
    groups=(*PEOPLE, TRUTH),
    rises_with={"time": ("trap probability, 24 months",)},
)
