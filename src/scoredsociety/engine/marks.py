"""Step 6 of the month: a record enters a score, and will expire."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined
from scoredsociety.engine.codes import (
    TERM,
    TRUE,
)


@inlined
def later(due: NDArray[np.int32], link: Any, row: int, month: int, months: int) -> None:
    """Have ``row`` end at the end of ``month``, if that is within the horizon."""
    if month <= months:
        link.due = due[month]
        due[month] = row


@inlined
def score(
    record: Any,
    link: Any,
    person: Any,
    standing: Any,
    scheme: Any,
    row: int,
    holds: int,
    monthly: NDArray[np.int64],
) -> None:
    """Enter a record in a score."""
    standing.balance += record.points
    if holds:
        standing.held += 1
    if record.points < 0:
        standing.strikes += 1
    if record.truth == TRUE:
        standing.honest += record.points
        if holds:
            standing.held_honest += 1
    elif record.points < 0 or holds:
        standing.last_wrong = record.truth
    if record.points < 0 or holds:
        standing.last_row = row
    link.ends_as = TERM
    link.holds = holds
    link.chain = standing.records
    standing.records = row
    monthly[scheme.m_records, record.month - 1, person.cell] += 1
