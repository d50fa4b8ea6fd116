"""M22: the funnel of due process step by step, and how long what is wrong stays in force."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from scoredsociety.audit.competing import at_month, cumulative_incidence
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.rows import Floats, Rows
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.audit.sheet import Sheet
from scoredsociety.audit.survival import first_at_most
from scoredsociety.engine.result import ExitReason, Flag

WRONGFUL = "truth=wrongful"
CORRECTED_BY = (12, 24, 60)
"""Months after entry at which the share of wrongful rows that are corrected is read."""


def wrongful_after(
    wrongful: float, *, notice: float, files: float, review_wrongful: float, review_rightful: float
) -> float:
    """Return the wrongful share of what enters, after notice, filing and review.

    A record is corrected with the chance notice x files x review: none of the three does anything
    without the other two.

    Parameters
    ----------
    wrongful : float
        Wrongful share of what is recorded.
    notice : float
        Share of people who are told.
    files : float
        Share of those told who file in time, 1 - exp(-window / mean time to file).
    review_wrongful, review_rightful : float
        Chance that a review corrects a wrongful, and a rightful record.
    """
    told = notice * files
    wrong = wrongful * (1.0 - told * review_wrongful)
    right = (1.0 - wrongful) * (1.0 - told * review_rightful)
    return wrong / (wrong + right)


def steps(table: Floats) -> dict[str, Floats]:
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


def conditional(table: Floats) -> dict[str, tuple[Floats, Floats]]:
    """Return each step and what it is a share of, from a table of shape (R, flags, exits).

    Whoever files is heard, so that hearing is no step of its own.
    """
    flag = np.arange(table.shape[1])
    untold = (flag & Flag.NOTIFIED) == 0
    count = steps(table)
    entered_untold = table[:, untold].sum(axis=(1, 2))
    entered_untold -= table[:, untold, ExitReason.STOPPED].sum(axis=1)
    corrected = count["exempted"] + count["corrected before entry"] + count["corrected late"]
    not_exempted = count["recorded"] - count["exempted"]
    return {
        "notified, of those not exempted": (count["notified"], not_exempted),
        "filed, of those notified": (count["filed"], count["notified"]),
        "corrected before entry, of those filed": (count["corrected before entry"], count["filed"]),
        "discovered at a counter, of those entered untold": (
            count["discovered at a counter"],
            entered_untold,
        ),
        "filed late, of those discovered": (count["filed late"], count["discovered at a counter"]),
        "corrected late, of those filed late": (count["corrected late"], count["filed late"]),
        "corrected at any step, of those recorded": (corrected, count["recorded"]),
    }


def _fates(rows: Rows) -> dict[str, np.ndarray]:
    """Return which rows ended in which way: corrected, ended uncorrected, or not ended."""
    corrected = rows.exit == ExitReason.LATE_APPEAL
    return {
        "corrected": corrected,
        "ended uncorrected": ~corrected & ~rows.censored,
        "still in force": rows.censored,
    }


def write_waiting(sample: Sample, sheet: Sheet, stream: Stream, rows: Rows) -> None:
    """Write how long wrongful rows stand, whether or not anybody corrects them.

    ``rows`` are those that entered.
    """
    wrong = rows.take(rows.wrongful)
    late = wrong.take(wrong.exit == ExitReason.LATE_APPEAL)
    n = sample.per_replicate(late)
    note = "Wrongful rows that a late appeal corrected; those never corrected are counted apart."
    for quantity, values in (
        ("mean", ratio(sample.per_replicate(late, late.months), n)),
        ("median", _medians(sample, late)),
    ):
        sheet.put("M22", stream.item, f"{quantity} months wrongly in force before correction",
                  "months", values, group=WRONGFUL, entries=n, note=note)  # fmt: skip
    never = wrong.take(wrong.exit != ExitReason.LATE_APPEAL)
    every = sample.per_replicate(wrong)
    sheet.put("M22", stream.item, "entered and never corrected", stream.word,
              sample.per_replicate(never), group=WRONGFUL, entries=every)  # fmt: skip
    months = sample.per_replicate(wrong, wrong.months)
    for fate, mask in _fates(wrong).items():
        part = wrong.take(mask)
        count, time = sample.per_replicate(part), sample.per_replicate(part, part.months)
        sheet.put("M22", stream.item, f"wrongful, {fate}", "share", ratio(count, every),
                  group=WRONGFUL, entries=every)  # fmt: skip
        sheet.put("M22", stream.item, f"mean months wrongly in force, {fate}", "months",
                  ratio(time, count), group=WRONGFUL, entries=count,
                  note="So far." if fate == "still in force" else "")  # fmt: skip
        sheet.put("M22", stream.item, f"months wrongly in force, {fate}", "share",
                  ratio(time, months), group=WRONGFUL, entries=every)  # fmt: skip
    _write_curve(sample, sheet, stream, wrong)
    _write_discovery(sample, sheet, stream, rows)


def _write_curve(sample: Sample, sheet: Sheet, stream: Stream, wrong: Rows) -> None:
    """Write the share of wrongful rows corrected by a month, and the median with censoring."""
    width = sample.months + 1
    way = np.select([wrong.censored, wrong.exit == ExitReason.LATE_APPEAL], [0, 1], 2)
    cell = (wrong.replicate * 3 + way) * width + wrong.months
    counted = np.bincount(cell, minlength=sample.replicates * 3 * width)
    table = counted.reshape(sample.replicates, 3, width).astype(np.float64)
    incidence, _, _, survival, at_risk = cumulative_incidence(table[:, 1:], table[:, 0])
    every, corrected = table.sum(axis=(1, 2)), table[:, 1].sum(axis=1)
    for month in CORRECTED_BY:
        share = at_month(incidence[:, 0], at_risk, survival, month)
        sheet.put("M22", stream.item, f"corrected within {month} months of entry", "share", share,
                  group=WRONGFUL, entries=every,
                  note="Aalen-Johansen: other ends compete, the horizon censors.")  # fmt: skip
    time = np.arange(width, dtype=np.float64)
    sheet.put("M22", stream.item, "median months wrongly in force", "months",
              first_at_most(time, survival), group=WRONGFUL, entries=every,
              note="Kaplan-Meier, however it ends.")  # fmt: skip
    sheet.put("M22", stream.item, "ends that are corrections", "share",
              ratio(corrected, every - table[:, 0].sum(axis=1)), group=WRONGFUL,
              entries=every)  # fmt: skip


def _write_discovery(sample: Sample, sheet: Sheet, stream: Stream, rows: Rows) -> None:
    """Write how long after entry people find out at a counter, where the ledger dates it."""
    found = rows.take(rows.exit == ExitReason.LATE_APPEAL)
    n = sample.per_replicate(found)
    discovered = sample.per_replicate(rows.take((rows.flags & Flag.DISCOVERED) != 0))
    note = (
        "An appeal that succeeds ends the row in the month of discovery; of other discoveries the "
        "ledger keeps no date. Who files, and with what success, does not depend on when."
    )
    for quantity, values in (
        ("mean", ratio(sample.per_replicate(found, found.months), n)),
        ("median", _medians(sample, found)),
    ):
        sheet.put("M22", stream.item, f"{quantity} months from entry to discovery at a counter",
                  "months", values, entries=n, note=note)  # fmt: skip
    sheet.put("M22", stream.item, "discoveries that are dated", "share", ratio(n, discovered),
              entries=discovered)  # fmt: skip


def _medians(sample: Sample, rows: Rows) -> Floats:
    """Return the median months in force by replicate; NaN where there is no row."""
    bounds = np.searchsorted(rows.replicate, np.arange(sample.replicates + 1))
    return np.array(
        [float(np.median(rows.months[a:b])) if b > a else np.nan for a, b in pairwise(bounds)]
    )
