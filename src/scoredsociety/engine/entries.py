"""Steps 5 to 7 of the month: due process, records, lists, copies and joint enforcement."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined
from scoredsociety.base.streams import uniform, words
from scoredsociety.engine.acts import somebody_else
from scoredsociety.engine.codes import (
    ACCEPTED,
    BANNED,
    BITS_8,
    BITS_16,
    COPIED,
    COPY,
    CORRECTED,
    ENTRY,
    EXCUSED,
    EXEMPT,
    EXEMPTED,
    FILED,
    IN_FORCE,
    JOINT,
    NAMESAKE,
    NO_EVENT,
    NONE,
    NOTIFIED,
    OUTCOME,
    PERFORMED,
    PROCESS,
    RECORD,
    SAME_NAME,
    STOPPED,
    TERM,
    TRUE,
    WRONG,
    owner,
    touch,
)
from scoredsociety.engine.program import FEATURES, Program
from scoredsociety.engine.scalars import duration, exit_hazard
from scoredsociety.engine.state import Scratch, Tally
from scoredsociety.society.people import CONSENT, ELITE, PARTY


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
    """Take steps 5 to 7: due process, records and points, admission to lists, copies.

    Returns the number of ledger rows; beyond the capacity rows are counted, not written.
    """
    persons, candidates, accepted, count = (
        scratch.persons,
        scratch.candidates,
        scratch.accepted,
        scratch.counts,
    )
    ledger, monthly, standings = scratch.ledger, tally.monthly, scratch.standings
    conducts, rules, schemes = program.conducts, program.rules, program.schemes
    ruled, ruled_first = program.ruled, program.ruled_first
    links, dirty, due, touched = scratch.links, scratch.dirty, scratch.due, scratch.touched
    for a in range(count[ACCEPTED]):
        found = accepted[a]
        c, i, truth = int(found.conduct), int(found.subject), int(found.truth)
        point = candidates[found.candidate]
        person = persons[i]
        for r in range(ruled_first[c], ruled_first[c + 1]):
            s = ruled[r]
            scheme, standing = schemes[s], standings[s, i]
            if standing.enrolled_from > month:
                continue
            if used + scheme.room > ledger.shape[0]:
                used += scheme.room  # no room: the chunk is run again with more
                continue
            rule = rules[s, c]
            field = (np.uint64(point.layer) << BITS_8) | (scheme.salt << BITS_16)
            if _spared(person, scheme) > 0.0:
                lanes = words(
                    seed, replicate, owner(point), conducts[c].identity, tile, EXEMPT | field
                )
                if uniform(lanes[0]) < _spared(person, scheme):
                    continue
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
            record.points = _points(program.later, rule, standing)
            record.refusals = 0
            record.profile = person.profile
            record.cause = found.cause
            record.actor = -1 if truth == NO_EVENT else base + int(point.who)
            record.sanctions = 0
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
            if scheme.is_list:
                used = _enter(
                    scratch, used, tally, program, row, point, month, months,
                    seed, replicate, tile, base,
                )  # fmt: skip
            else:
                _score(record, links[row], person, standing, scheme, row, rule.holds, monthly)
                if scheme.kind == FEATURES:
                    dirty[scheme.feature, i] = 1
                if scheme.expiry > 0:
                    _later(due, links[row], row, month + scheme.expiry, months)
                touch(person, touched, count, i)
            if program.copy_first[s] < program.copy_first[s + 1]:
                used = _pass_on(
                    scratch, used, tally, program, row, point, month, months,
                    seed, replicate, tile, base,
                )  # fmt: skip
    return used


@inlined
def _spared(person: Any, scheme: Any) -> float:
    """Return the share of a person's recorded acts that a scheme drops."""
    share = scheme.spare_everyone
    if scheme.spare_party > share and person.flags & PARTY:
        share = scheme.spare_party
    if scheme.spare_elite > share and person.flags & ELITE:
        share = scheme.spare_elite
    return float(share)


@inlined
def _points(later: NDArray[np.int64], rule: Any, standing: Any) -> int:
    """Return the points of a record, which may depend on how many stand already."""
    if rule.later == 0 or standing.strikes == 0:
        return int(rule.points)
    return int(later[rule.later_first + min(int(standing.strikes), int(rule.later)) - 1])


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
def _pass_on(
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
    """Copy a row, and then the copies, wherever an agreement sends them."""
    ledger = scratch.ledger
    identity = program.conducts[ledger[row].conduct].identity
    at = row
    while at < used:
        # a good deed is no bad mark elsewhere
        bad = ledger[at].kind == ENTRY or ledger[at].points < 0 or scratch.links[at].holds
        if bad and not ledger[at].flags & NAMESAKE:
            s = int(ledger[at].scheme)
            i = int(ledger[at].subject) - base
            for k in range(program.copy_first[s], program.copy_first[s + 1]):
                copy = program.copies[k]
                if scratch.standings[copy.target, i].enrolled_from > month:
                    continue
                if copy.consent and not scratch.persons[i].flags & CONSENT:
                    continue
                if copy.share < 1.0:
                    field = (np.uint64(point.layer) << BITS_8) | (copy.salt << BITS_16)
                    lanes = words(seed, replicate, owner(point), identity, tile, COPY | field)
                    if uniform(lanes[0]) >= copy.share:
                        continue
                new = used
                used += 1
                ledger[new] = ledger[at]
                record = ledger[new]
                record.kind = ENTRY if copy.lists else RECORD
                record.scheme = copy.target
                record.points = copy.points
                record.flags |= COPIED
                record.cause = at
                record.exit = IN_FORCE
                record.end = months
                record.refusals = 0
                record.sanctions = 0
                if copy.lists:
                    used = _enter(
                        scratch, used, tally, program, new, point, month, months,
                        seed, replicate, tile, base,
                    )  # fmt: skip
                else:
                    target, person = program.schemes[copy.target], scratch.persons[i]
                    _score(
                        record, scratch.links[new], person, scratch.standings[copy.target, i],
                        target, new, 0, tally.monthly,
                    )  # fmt: skip
                    if target.kind == FEATURES:
                        scratch.dirty[target.feature, i] = 1
                    if target.expiry > 0:
                        _later(scratch.due, scratch.links[new], new, month + target.expiry, months)
                    touch(person, scratch.touched, scratch.counts, i)
        at += 1
    return used


@inlined
def _later(due: NDArray[np.int32], link: Any, row: int, month: int, months: int) -> None:
    """Have ``row`` end at the end of ``month``, if that is within the horizon."""
    if month <= months:
        link.due = due[month]
        due[month] = row


@inlined
def _score(
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


@inlined
def _enter(
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
    if other < 0 or scratch.standings[s, other].enrolled_from > month:
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


@inlined
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
