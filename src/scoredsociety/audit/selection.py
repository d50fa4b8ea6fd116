"""M6: the spiral that is none, since those who are listed default more often anyway.

The naive comparison of the listed with the rest mixes what the list does to people with who gets
on it. In the ledger the two are apart, for each row knows whether it would exist without an
earlier one: naive = true x selection, exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.rows import Floats, Rows
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import Flag

MONTHLY = "entries per 1,000 person-months"

BOTH = "Who is listed may differ from who is not: selection and feedback together."
TRUE = "All entries of listed people / those that no earlier entry brought about."
ALONE = "Entries of listed people that no earlier entry brought about / those of the rest."


def while_listed(rows: Rows) -> NDArray[np.bool_]:
    """Tell of each row whether its person had another one in force in the month it was made.

    Parameters
    ----------
    rows : Rows
        Entries of one list that took effect. A row is in force in the months (month, end].

    Returns
    -------
    bool array, shape (n,)
    """
    out = np.zeros(len(rows), dtype=np.bool_)
    if not len(rows):
        return out
    order, rank = rows.by_person()
    month, end = rows.month[order], rows.end[order]
    offset = rank * (int(end.max()) + 2)
    latest = np.maximum.accumulate(offset + end)
    new = np.ones(order.size, dtype=np.bool_)  # the first row of a person in a month
    new[1:] = (rank[1:] != rank[:-1]) | (month[1:] != month[:-1])
    at = np.flatnonzero(new)
    before = np.append(-1, latest[:-1])[at]  # of rows made in earlier months
    out[order] = (before >= offset[at] + month[at])[np.cumsum(new) - 1]
    return out


def state_dependence(sample: Sample, stream: Stream) -> dict[str, Floats]:
    """Count entries of listed people and of the rest, with the person-months of either.

    Returns
    -------
    dict of float64 arrays, shape (R,)
        ``listed``, ``rest``: entries; ``own``: entries of listed people that no earlier row of
        theirs brought about; ``listed_months``, ``rest_months``: person-months at risk.
    """
    rows = stream.entered
    rows = rows.take(rows.flags & (Flag.COPIED | Flag.NAMESAKE) == 0)
    inside = while_listed(rows)
    cause = rows.cause
    mine = np.zeros(len(rows), dtype=np.bool_)
    caused = np.flatnonzero(cause >= 0)
    mine[caused] = sample.rows.person[cause[caused]] == rows.person[caused]
    stock = sample.monthly_sum(f"listed:{stream.scheme}")
    known = all(f"enrolled:{stream.scheme}" in r.monthly for r in sample.run.replicates)
    subject = sample.monthly_sum(f"enrolled:{stream.scheme}" if known else "adults")
    under = stock[:, :-1].sum(axis=1)  # listed at the end of a month: in force in the next
    return {
        "listed": sample.per_replicate(rows.take(inside)),
        "own": sample.per_replicate(rows.take(inside & ~mine)),
        "rest": sample.per_replicate(rows.take(~inside)),
        "listed_months": under,
        "rest_months": subject.sum(axis=1) - under,
    }


def write_selection(sample: Sample, sheet: Sheet) -> None:
    """Write the naive state dependence of each list, and what of it is feedback and selection."""
    for stream in sample.streams:
        if not stream.listing:
            continue
        n = state_dependence(sample, stream)
        inside = ratio(n["listed"], n["listed_months"])
        own = ratio(n["own"], n["listed_months"])
        outside = ratio(n["rest"], n["rest_months"])
        every = n["listed"] + n["rest"]
        for quantity, unit, values, note in (
            ("entries while listed", MONTHLY, 1000.0 * inside, ""),
            ("entries while not listed", MONTHLY, 1000.0 * outside, ""),
            ("state dependence, naive", "ratio", ratio(inside, outside), BOTH),
            ("state dependence, true", "ratio", ratio(n["listed"], n["own"]), TRUE),
            ("state dependence, selection alone", "ratio", ratio(own, outside), ALONE),
        ):
            known = np.where(every > 0, values, np.nan)
            sheet.put("M6", stream.item, quantity, unit, known, entries=every, note=note)
