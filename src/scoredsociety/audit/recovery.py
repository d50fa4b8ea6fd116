"""M7: how long people stay listed, and how many do not get out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.leaving import (
    found_episodes,
    last_visible,
    write_leaving,
    write_time_sanctioned,
)
from scoredsociety.audit.measures import PEOPLE, TRUTH, Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.audit.sheet import Sheet, nullable
from scoredsociety.audit.spread import spread, survival_labels
from scoredsociety.audit.survival import first_at_most, product_limit, trapped

TAUS = (24, 60)
"""Months after the first entry at which the trap probability is read."""


def _durations(sample: Sample, stream: Stream) -> tuple[Floats, Floats]:
    """Count the ends seen and censored by replicate, group and duration: (R, G, T + 1) each."""
    if "durations" in stream.memo:
        known: tuple[Floats, Floats] = stream.memo["durations"]
        return known
    width = sample.months + 1
    e = found_episodes(sample, stream)
    first = stream.entered.take(e.first)
    both = spread(sample, first, e.duration + width * e.observed, 2 * width)
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
    visible = last_visible(sample, stream)
    for tau in TAUS:
        at, listed = trapped(rows, visible, tau)
        both = spread(sample, rows.take(at), listed.astype(np.int64), 2)
        share = ratio(both[..., 1], both.sum(axis=2))
        sheet.put_groups("M7", stream.item, f"trap probability, {tau} months", "share", share,
                         labels, people=both.sum(axis=2),
                         note="Listed, still or again, so long after the first entry.")  # fmt: skip


def compute_m7(sample: Sample, sheet: Sheet) -> None:
    """Write recovery times, ways out, returns and traps of lists, stores and spells."""
    for stream in sample.statuses:
        _write_stream(sample, sheet, stream)
        write_leaving(sample, sheet, stream)
    write_time_sanctioned(sample, sheet)


def survival_table(sample: Sample, streams: Sequence[Stream]) -> pa.Table:
    """Return the Kaplan-Meier curves of lists and of spells (``sample.statuses``), by group.

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
    for stream in streams:
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
    "censored at the horizon and where the scheme is shut down; ways out by Aalen-Johansen, which "
    "with that survival add up to 1; return: Kaplan-Meier from leaving to the next entry; trap: "
    "P(listed, still or again, tau months after the first entry); months under any sanction",
    ("M5", "M6"),
    ("schemes.",),
    compute_m7,
    groups=(*PEOPLE, TRUTH, "entered"),
    rises_with={"time": ("trap probability, 24 months",)},
)
