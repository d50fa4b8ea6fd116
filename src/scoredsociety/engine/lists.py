"""Step 7 of the month: entries in lists, the institutions that join in, and namesakes."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoredsociety.base.jit import part
from scoredsociety.base.streams import uniform, words
from scoredsociety.engine.codes import (
    BANNED,
    BITS_8,
    BITS_16,
    JOINT,
    NAMESAKE,
    NONE,
    OUTCOME,
    PERFORMED,
    SAME_NAME,
    TERM,
    TRUE,
    WRONG,
    owner,
    touch,
)
from scoredsociety.engine.foresight import somebody_else
from scoredsociety.engine.marks import later
from scoredsociety.engine.program import Program
from scoredsociety.engine.scalars import duration, exit_hazard
from scoredsociety.engine.state import Scratch, Tally


@part
def enter(
    scratch: Scratch,
    used: int,
    tally: Tally,
    program: Program,
    row: int,
    point: Any,
    month: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
    base: int,
) -> int:
    """Make an entry in a list: in force in months month + 1 ... month + d; return the rows used.

    Institutions join in its enforcement, and a namesake may be taken too.
    """
    ledger = scratch.ledger
    record = ledger[row]
    s, i = int(record.scheme), int(record.subject) - base
    scheme, identity = program.schemes[s], program.conducts[record.conduct].identity
    field = (np.uint64(point.layer) << BITS_8) | (scheme.salt << BITS_16)
    lanes = words(seed, replicate, owner(point), identity, tile, OUTCOME | field)
    success = scheme.review_rightful if record.truth == TRUE else scheme.review_wrongful
    late = int(uniform(lanes[2]) < scheme.late) + 2 * int(uniform(lanes[3]) < success)
    extra = NONE
    first, last = program.joint_first[s], program.joint_first[s + 1]
    joining = (np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0))
    for k in range(last - first):
        if k % 4 == 0:
            four = (np.uint64(point.layer) | (np.uint64(k // 4) << np.uint64(3))) << BITS_8
            block = JOINT | four | (scheme.salt << BITS_16)
            joining = words(seed, replicate, owner(point), identity, tile, block)
        if uniform(joining[k % 4]) < program.joints[first + k].probability:
            extra |= program.joints[first + k].mask
    _put_in_force(scratch, tally, program, row, i, month, months, uniform(lanes[0]), late, extra)
    if scheme.namesakes <= 0.0:
        return used
    lanes = words(seed, replicate, owner(point), identity, tile, SAME_NAME | field)
    if uniform(lanes[0]) >= scheme.namesakes:
        return used
    person = scratch.persons[i]
    other = somebody_else(person, scratch.bucket, scratch.bucket_first, uniform(lanes[1]))
    if other < 0 or scratch.since[s, other] > month:
        return used
    more = words(
        seed, replicate, owner(point), identity, tile, SAME_NAME | field | (np.uint64(8) << BITS_8)
    )
    late = int(uniform(lanes[3]) < scheme.late) + 2 * int(uniform(more[0]) < scheme.review_wrongful)
    new = used
    ledger[new] = ledger[row]
    taken = ledger[new]
    taken.subject = base + other
    taken.truth = WRONG
    taken.flags = NAMESAKE
    taken.profile = scratch.persons[other].profile
    taken.cause = row
    _put_in_force(
        scratch, tally, program, new, other, month, months, uniform(lanes[2]), late, extra
    )
    return used + 1


@part
def _put_in_force(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    row: int,
    i: int,
    month: int,
    months: int,
    u: float,
    late: int,
    extra: Any,
) -> None:
    """Give an entry its duration and put it in its person's chain."""
    record, link, person = scratch.ledger[row], scratch.links[row], scratch.persons[i]
    s = int(record.scheme)
    scheme, standing, settings = program.schemes[s], scratch.standings[s, i], program.settings[0]
    count, monthly = scratch.counts, tally.monthly
    record.sanctions = extra
    loss = settings.income_loss if person.mask & settings.income_mask else 0.0
    hazard = exit_hazard(
        scheme.exit, person.income, settings.median_income, scheme.income_exponent, loss
    )
    d, by_term = duration(u, hazard, scheme.term, months + 1)
    link.ends_as = TERM if by_term else PERFORMED
    link.late = late
    link.extra = extra
    later(scratch.due, link, row, month + d, months)
    if person.newest < 0:
        person.place = count[BANNED]
        scratch.banned[count[BANNED]] = i
        count[BANNED] += 1
    link.chain = person.newest
    person.newest = row
    standing.entries += 1
    monthly[scheme.m_entries, month - 1, person.cell] += 1
    monthly[scheme.m_in, month - 1, person.cell] += 1
    if standing.ever == 0:
        standing.ever = 1
        monthly[scheme.m_ever, month - 1, person.cell] += 1
    touch(person, scratch.touched, count, i)
