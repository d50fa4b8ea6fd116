"""Steps 13 and 16 of the month: what people learn, and what is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined
from scoredsociety.engine.codes import (
    ACCEPTED,
    BITS_32,
    EXCUSED,
    IN_FORCE,
    NONE,
    RECOVERED,
    SANCTIONS,
    SPELL,
    TOUCHED,
    TRUE,
)
from scoredsociety.engine.program import REWARDED, SANCTIONED, Program
from scoredsociety.engine.scalars import grade_of
from scoredsociety.engine.state import Scratch, Tally


@inlined
def beliefs(scratch: Scratch) -> None:
    """Take step 13: those whose own act was recorded learn from it, scheme or no scheme."""
    accepted, caught = scratch.accepted, scratch.caught
    for a in range(scratch.counts[ACCEPTED]):
        found = accepted[a]
        own = found.truth == TRUE or found.truth == EXCUSED
        if own and caught[found.subject, found.conduct] < 65535:
            caught[found.subject, found.conduct] += 1


@inlined
def observe(
    scratch: Scratch, used: int, tally: Tally, program: Program, months: int, month: int
) -> int:
    """Take step 16: settle the grades, spells, sanctions and rewards of all who were touched."""
    persons, standings, ledger = scratch.persons, scratch.standings, scratch.ledger
    schemes, floors, grade_mask = program.schemes, program.floors, program.grade_mask
    monthly, mobility, count = tally.monthly, tally.mobility, scratch.counts
    for position in range(count[TOUCHED]):
        i = scratch.touched[position]
        person = persons[i]
        person.touched = 0
        mask = NONE
        for s in range(schemes.shape[0]):
            scheme, standing = schemes[s], standings[s, i]
            if scheme.is_list:
                now = 1 if standing.entries > 0 else 0
                if now != standing.listed:
                    monthly[scheme.m_listed, month - 1, person.cell] += 1 if now else -1
                    standing.listed = now
                if now:
                    mask |= scheme.listed_mask
                continue
            if scheme.pilot_only and not person.pilot:
                continue
            was = int(standing.grade)
            grade = grade_of(standing.balance, standing.held, floors, s, scheme.grades, scheme.hold)
            mask |= grade_mask[s, grade]
            if grade == was:
                continue
            standing.grade = grade
            monthly[scheme.m_grade + was, month - 1, person.cell] -= 1
            monthly[scheme.m_grade + grade, month - 1, person.cell] += 1
            mobility[s, month - 1, was, grade] += 1
            harsh = (grade_mask[s, grade] & SANCTIONS) != NONE
            if standing.spell >= 0 and not harsh:
                ledger[standing.spell].exit = RECOVERED
                ledger[standing.spell].end = month
                standing.spell = -1
            elif standing.spell < 0 and harsh and standing.last_row >= 0:
                used += 1
                if used <= ledger.shape[0]:
                    honest = grade_of(
                        standing.honest, standing.held_honest, floors, s, scheme.grades, scheme.hold
                    )
                    deserved = (grade_mask[s, honest] & SANCTIONS) != NONE
                    standing.spell = used - 1
                    ledger[used - 1] = ledger[standing.last_row]
                    record = ledger[used - 1]
                    record.kind = SPELL
                    record.scheme = s
                    record.truth = TRUE if deserved else standing.last_wrong
                    record.month = month
                    record.end = months
                    record.exit = IN_FORCE
                    record.points = grade
                    record.refusals = 0
                    record.cause = standing.last_row
        if mask != person.mask:
            book_masks(monthly, program.bit_measure, person.mask, mask, month, person.cell)
            person.mask = mask
    count[TOUCHED] = 0
    return used


@inlined
def book_masks(
    monthly: NDArray[np.int64],
    bit_measure: NDArray[np.int64],
    old: Any,
    new: Any,
    month: int,
    cell: int,
) -> None:
    """Book the change of a person's sanctions (low 32 bits) and rewards (high)."""
    for bit in range(64):
        was = (old >> np.uint64(bit)) & np.uint64(1)
        now = (new >> np.uint64(bit)) & np.uint64(1)
        if was != now:
            monthly[bit_measure[bit], month - 1, cell] += 1 if now else -1
    was, now = old & SANCTIONS, new & SANCTIONS
    if (was != NONE) != (now != NONE):
        monthly[SANCTIONED, month - 1, cell] += 1 if now else -1
    was, now = old >> BITS_32, new >> BITS_32
    if (was != NONE) != (now != NONE):
        monthly[REWARDED, month - 1, cell] += 1 if now else -1
