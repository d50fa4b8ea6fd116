"""M7, how a status ends: ways out, returns, cohorts, and the time people spend under sanctions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from scoredsociety.audit.competing import at_month, cumulative_incidence
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.masks import masks_of
from scoredsociety.audit.rows import Floats, Ints
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.audit.sheet import Sheet, nullable
from scoredsociety.audit.spread import spread, survival_labels
from scoredsociety.audit.survival import Episodes, episodes, first_at_most, gaps, product_limit
from scoredsociety.engine.result import ExitReason

WAYS = {
    "performed": (ExitReason.PERFORMED,),
    "term or expiry": (ExitReason.TERM,),
    "late appeal": (ExitReason.LATE_APPEAL,),
    "score recovered or reset": (ExitReason.RECOVERED, ExitReason.RESET),
}
"""Ways in which an episode ends, as its last row does; what is censored has none."""

READ_AT = (12, 24, 60)
"""Months after which ways out and returns are read."""

COHORT_AT = 12
"""Months after which cohorts are read."""

FOLLOWED = "Null where nobody could be followed for so long."

_WAY = np.full(len(ExitReason), -1, dtype=np.int64)
for _k, _reasons in enumerate(WAYS.values()):
    _WAY[list(_reasons)] = _k


def found_episodes(sample: Sample, stream: Stream) -> Episodes:
    """Return the episodes of a stream, made once."""
    if "episodes" not in stream.memo:
        stream.memo["episodes"] = episodes(stream.entered, sample.months)
    known: Episodes = stream.memo["episodes"]
    return known


def last_visible(sample: Sample, stream: Stream) -> int:
    """Return T, or the month before the scheme is shut down if that is earlier."""
    timing = sample.regime.schemes[stream.scheme].timing
    ends = timing.ends if timing is not None else None
    return sample.months if ends is None else min(sample.months, ends - 1)


def ways_out(sample: Sample, stream: Stream) -> tuple[Floats, Floats]:
    """Count episodes by the way in which they ended, and the censored ones.

    Returns
    -------
    events : float64 array, shape (R, G, ways, T + 1)
    censored : float64 array, shape (R, G, T + 1)
        By replicate, group of :func:`survival_labels` and duration.
    """
    width, ways = sample.months + 1, len(WAYS)
    e, rows = found_episodes(sample, stream), stream.entered
    way = np.where(e.observed, _WAY[rows.exit[e.last]], -1)
    both = spread(sample, rows.take(e.first), (way + 1) * width + e.duration, (ways + 1) * width)
    table = both.reshape(*both.shape[:2], ways + 1, width)
    return table[:, :, 1:], table[:, :, 0]


def returns(sample: Sample, stream: Stream) -> tuple[Floats, Floats]:
    """Count times away from a status that ended with a return, and the censored ones.

    Returns
    -------
    back, away : float64 arrays, shape (R, G, T + 1)
    """
    width, rows = sample.months + 1, stream.entered
    g = gaps(rows, found_episodes(sample, stream), last_visible(sample, stream))
    both = spread(sample, rows.take(g.first), g.duration + width * g.observed, 2 * width)
    return both[..., width:], both[..., :width]


def cohorts(sample: Sample, stream: Stream) -> tuple[Floats, Floats]:
    """Count the ends of episodes seen and censored, by the year of the run in which they began.

    Returns
    -------
    ended, running : float64 arrays, shape (R, years, T + 1)
    """
    width, years = sample.months + 1, max(1, -(-sample.months // 12))
    e, rows = found_episodes(sample, stream), stream.entered
    first = rows.take(e.first)
    year = np.clip((first.month - 1) // 12, 0, years - 1)
    cell = ((first.replicate * years + year) * 2 + e.observed) * width + e.duration
    counted = np.bincount(cell, minlength=sample.replicates * years * 2 * width)
    table = counted.reshape(sample.replicates, years, 2, width).astype(np.float64)
    return table[:, :, 1], table[:, :, 0]


def months_sanctioned(sample: Sample, wrongful: bool = False) -> Ints:
    """Return the months under any status that bears sanctions, for each person: shape (R * N,).

    With ``wrongful``, only those under a status that is wrong.
    """
    out = np.zeros(sample.replicates * sample.people, dtype=np.int64)
    kept = [s.entered.index[masks_of(sample, s, s.entered) != 0] for s in sample.statuses]
    if kept:
        rows = sample.rows.take(np.concatenate(kept))
        rows = rows.take(rows.wrongful) if wrongful else rows
        e = episodes(rows, sample.months)
        np.add.at(out, rows.person[e.first], e.duration)
    return out


def write_leaving(sample: Sample, sheet: Sheet, stream: Stream) -> None:
    """Write the ways out, the returns and the cohorts of one status."""
    labels = survival_labels(sample)
    events, censored = ways_out(sample, stream)
    count = events.sum(axis=(2, 3)) + censored.sum(axis=2)
    incidence, _, _, survival, at_risk = cumulative_incidence(events, censored)
    back, away = returns(sample, stream)
    left = (back + away).sum(axis=2)
    stay, _, _, followed = product_limit(back, away)
    put = sheet.put_groups
    for month in READ_AT:
        share = at_month(incidence, at_risk[:, :, None], survival[:, :, None], month)
        for k, word in enumerate(WAYS):
            if events[:, :, k].any():
                put("M7", stream.item, f"left within {month} months, {word}", "share",
                    share[:, :, k], labels, people=count, entries=events[:, :, k].sum(axis=2),
                    note=f"Aalen-Johansen, other ways out competing. {FOLLOWED}")  # fmt: skip
        again = 1.0 - at_month(stay, followed, stay, month)
        put("M7", stream.item, f"listed again within {month} months of leaving", "share", again,
            labels, people=left, entries=back.sum(axis=2),
            note=f"Kaplan-Meier, of those seen to leave. {FOLLOWED}")  # fmt: skip
    time = np.arange(sample.months + 1, dtype=np.float64)
    put("M7", stream.item, "median months from leaving to the next entry", "months",
        first_at_most(time, stay), labels, people=left, entries=back.sum(axis=2),
        note="Null where fewer than half are seen to return.")  # fmt: skip
    ended, running = cohorts(sample, stream)
    lasting, _, _, n = product_limit(ended, running)
    listed = at_month(lasting, n, lasting, COHORT_AT)
    size = (ended + running).sum(axis=2)
    put("M7", stream.item, f"still listed {COHORT_AT} months after entry", "share", listed,
        cohort_labels(sample), people=size, note=f"By year of entry. {FOLLOWED}")  # fmt: skip
    e = found_episodes(sample, stream)
    person = stream.entered.person[e.first]
    months = np.bincount(person, e.duration, minlength=sample.replicates * sample.people)
    _write_time(sample, sheet, stream.item, months.astype(np.int64), "months in it")


def write_time_sanctioned(sample: Sample, sheet: Sheet) -> None:
    """Write how long people are under any sanction."""
    if sample.statuses:
        _write_time(sample, sheet, "any", months_sanctioned(sample), "months under a sanction")


def _write_time(sample: Sample, sheet: Sheet, item: str, months: Ints, words: str) -> None:
    """Write the months of each person who has any: ``months`` of shape (R * N,)."""
    at = np.flatnonzero(months)
    ones = sample.persons_by_profile(at, np.ones(at.size))
    total = sample.persons_by_profile(at, months[at])
    persons, time = sample.groups.sum(ones), sample.groups.sum(total)
    note = "Up to the horizon: who is still under it has more to come."
    sheet.put_groups("M7", item, f"{words}, per person ever under it", "months",
                     ratio(time, persons), sample.groups.labels, people=persons,
                     note=note)  # fmt: skip
    sheet.put_groups("M7", item, f"{words}, rate", "months per 1,000 adults",
                     1000.0 * ratio(time, sample.adults), sample.groups.labels,
                     people=sample.adults, note=note)  # fmt: skip
    each = months.reshape(sample.replicates, -1)
    for word, level in (("median", 0.5), ("exceeded by a tenth", 0.9)):
        values = [float(np.quantile(x[x > 0], level)) if x.any() else np.nan for x in each]
        sheet.put("M7", item, f"{words}, {word}", "months", values, people=persons[:, 0],
                  note=note)  # fmt: skip


def cohort_labels(sample: Sample) -> list[str]:
    """Return the labels of the years of entry."""
    return [f"entered=year {k + 1}" for k in range(max(1, -(-sample.months // 12)))]


def leaving_table(sample: Sample, streams: Sequence[Stream]) -> pa.Table:
    """Return ways out, returns and cohorts as curves over all replicates together.

    ``streams`` are those of ``sample.statuses`` that are wanted.

    Returns
    -------
    pyarrow.Table
        Columns clock, item, group, month, share, low, high, at_risk; months at which anybody is
        at risk. ``clock`` is "left: WAY" (cumulative incidence; with the survival of the same
        item and group all of them add up to 1), "listed again" (months since leaving) or "still
        listed, by year of entry".
    """
    parts: list[pa.Table] = []
    labels = survival_labels(sample)
    for stream in streams:
        events, censored = (x.sum(axis=0) for x in ways_out(sample, stream))
        share, low, high, _, at_risk = cumulative_incidence(events, censored)
        for k, word in enumerate(WAYS):
            if events[:, k].any():
                curves = (share[:, k], low[:, k], high[:, k], at_risk)
                parts.append(_tidy(f"left: {word}", stream.item, labels, *curves))
        stay, low, high, at_risk = product_limit(*(x.sum(axis=0) for x in returns(sample, stream)))
        again = (1.0 - stay, 1.0 - high, 1.0 - low, at_risk)
        parts.append(_tidy("listed again", stream.item, labels, *again))
        lasting = product_limit(*(x.sum(axis=0) for x in cohorts(sample, stream)))
        years = cohort_labels(sample)
        parts.append(_tidy("still listed, by year of entry", stream.item, years, *lasting))
    empty = _tidy("", "", [], *(np.zeros((0, 1)),) * 4)
    return pa.concat_tables([empty, *parts])


def _tidy(
    clock: str,
    item: str,
    labels: list[str],
    share: Floats,
    low: Floats,
    high: Floats,
    at_risk: Floats,
) -> pa.Table:
    """Return curves of shape (G, K) as rows, one for each month at which anybody is at risk."""
    g, month = np.nonzero(at_risk > 0)
    names = np.array([*labels, ""], dtype=object)
    return pa.table(
        {
            "clock": pa.array([clock] * g.size, pa.string()),
            "item": pa.array([item] * g.size, pa.string()),
            "group": pa.array(names[g].tolist(), pa.string()),
            "month": pa.array(month.astype(np.int32)),
            **{
                name: nullable(x[g, month])
                for name, x in (("share", share), ("low", low), ("high", high))
            },
            "at_risk": pa.array(at_risk[g, month].astype(np.int64)),
        }
    )
