"""Steps 5 to 7 of the month: due process, records, lists and copies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined
from scoredsociety.base.streams import uniform, words
from scoredsociety.engine.codes import (
    ACCEPTED,
    BANNED,
    BITS_8,
    BITS_16,
    COPIED,
    CORRECTED,
    ENTRY,
    EXCUSED,
    EXEMPTED,
    FILED,
    IN_FORCE,
    NO_EVENT,
    NOTIFIED,
    OUTCOME,
    PERFORMED,
    PROCESS,
    RECORD,
    STOPPED,
    TERM,
    TRUE,
    owner,
    touch,
)
from scoredsociety.engine.program import Program
from scoredsociety.engine.scalars import duration, exit_hazard
from scoredsociety.engine.state import Scratch, Tally


@inlined
def records(
    scratch: Scratch,
    used: int,
    tally: Tally,
    program: Program,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
    month: int,
    base: int,
) -> int:
    """Take steps 5 to 7: due process, records and points, admission to lists.

    Returns the number of ledger rows; beyond the capacity rows are counted, not written.
    """
    persons, candidates, accepted, count = (
        scratch.persons,
        scratch.candidates,
        scratch.accepted,
        scratch.counts,
    )
    ledger, monthly = scratch.ledger, tally.monthly
    conducts, rules, schemes, copied = (
        program.conducts,
        program.rules,
        program.schemes,
        program.copied,
    )
    total = schemes.shape[0]
    for a in range(count[ACCEPTED]):
        found = accepted[a]
        c, i, truth = int(found.conduct), int(found.subject), int(found.truth)
        point = candidates[found.candidate]
        person = persons[i]
        for s in range(total):
            rule, scheme = rules[s, c], schemes[s]
            if not rule.applies or (scheme.pilot_only and not person.pilot):
                continue
            if used + 1 + total > ledger.shape[0]:
                used += 1 + total  # no room: the chunk is run again with more
                continue
            field = (np.uint64(point.layer) << BITS_8) | (scheme.salt << BITS_16)
            flags = 0
            if rule.points <= 0:  # a deed needs no defence
                lanes = words(
                    seed, replicate, owner(point), conducts[c].identity, tile, PROCESS | field
                )
                flags = _due_process(scheme, truth, lanes)
            row = used
            used += 1
            record = ledger[row]
            record.subject = base + i
            record.kind = ENTRY if scheme.is_list else RECORD
            record.scheme = s
            record.conduct = c
            record.channel = found.channel
            record.truth = truth
            record.generation = found.generation
            record.flags = flags
            record.month = month
            record.points = rule.points
            record.refusals = 0
            record.profile = person.profile
            record.cause = found.cause
            record.actor = -1 if truth == NO_EVENT else base + int(point.who)
            record.act = (
                np.uint64(point.code)
                | (np.uint64(point.layer) << np.uint64(7))
                | (np.uint64(point.serial) << np.uint64(10))
            )
            if flags & CORRECTED:
                record.exit = STOPPED
                record.end = month
                monthly[scheme.m_stopped, month - 1, person.cell] += 1
                continue
            record.exit = IN_FORCE
            record.end = months
            if not scheme.is_list:
                _score(scratch, tally, program, row, i, month, months, rule.holds)
                continue
            lanes = words(
                seed, replicate, owner(point), conducts[c].identity, tile, OUTCOME | field
            )
            _enter(scratch, tally, program, row, i, month, months, lanes)
            for target in range(total):
                if copied[s, target] != 0 and (person.pilot or not schemes[target].pilot_only):
                    copy = used
                    used += 1
                    ledger[copy] = ledger[row]
                    record = ledger[copy]
                    record.kind = RECORD
                    record.scheme = target
                    record.points = copied[s, target]
                    record.flags = flags | COPIED
                    record.cause = row
                    record.exit = IN_FORCE
                    record.end = months
                    _score(scratch, tally, program, copy, i, month, months, 0)
    return used


@inlined
def _due_process(scheme: Any, truth: int, lanes: Any) -> int:
    """Return the flags of what happens between a record and its entry."""
    if truth == EXCUSED and uniform(lanes[3]) < scheme.exempt:
        return EXEMPTED | CORRECTED
    if uniform(lanes[0]) >= scheme.notice:
        return 0
    if uniform(lanes[1]) >= scheme.files:
        return NOTIFIED
    if uniform(lanes[2]) >= (scheme.review_rightful if truth == TRUE else scheme.review_wrongful):
        return NOTIFIED | FILED
    return NOTIFIED | FILED | CORRECTED


@inlined
def _later(due: NDArray[np.int32], link: Any, row: int, month: int, months: int) -> None:
    """Have ``row`` end at the end of ``month``, if that is within the horizon."""
    if month <= months:
        link.due = due[month]
        due[month] = row


@inlined
def _score(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    row: int,
    i: int,
    month: int,
    months: int,
    holds: int,
) -> None:
    """Enter a record in a points scheme."""
    record, link, person = scratch.ledger[row], scratch.links[row], scratch.persons[i]
    s = int(record.scheme)
    standing, scheme = scratch.standings[s, i], program.schemes[s]
    standing.balance += record.points
    if holds:
        standing.held += 1
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
    if scheme.expiry > 0:
        _later(scratch.due, link, row, month + scheme.expiry, months)
    tally.monthly[scheme.m_records, month - 1, person.cell] += 1
    touch(person, scratch.touched, scratch.counts, i)


@inlined
def _enter(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    row: int,
    i: int,
    month: int,
    months: int,
    lanes: Any,
) -> None:
    """Make an entry in a list: in force in months month + 1 ... month + d."""
    record, link, person = scratch.ledger[row], scratch.links[row], scratch.persons[i]
    s = int(record.scheme)
    scheme, standing, settings = program.schemes[s], scratch.standings[s, i], program.settings[0]
    count, monthly = scratch.counts, tally.monthly
    loss = settings.income_loss if person.mask & settings.income_mask else 0.0
    hazard = exit_hazard(
        scheme.exit, scratch.people.income[i], settings.median_income, scheme.income_exponent, loss
    )
    d, by_term = duration(uniform(lanes[0]), hazard, scheme.term, months + 1)
    link.ends_as = TERM if by_term else PERFORMED
    link.late = 0
    if uniform(lanes[2]) < scheme.late:
        link.late |= 1
    if uniform(lanes[3]) < (
        scheme.review_rightful if record.truth == TRUE else scheme.review_wrongful
    ):
        link.late |= 2
    _later(scratch.due, link, row, month + d, months)
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
