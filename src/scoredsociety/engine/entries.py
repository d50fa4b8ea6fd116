"""Steps 5 to 7 of the month: due process, records, lists, copies and joint enforcement."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, part
from scoredsociety.base.streams import uniform, words
from scoredsociety.engine.codes import (
    ACCEPTED,
    BITS_8,
    BITS_16,
    CORRECTED,
    ENTRY,
    EXCUSED,
    EXEMPT,
    EXEMPTED,
    FILED,
    IN_FORCE,
    NO_EVENT,
    NOTIFIED,
    PROCESS,
    RECORD,
    STOPPED,
    TRUE,
    owner,
    touch,
)
from scoredsociety.engine.copies import pass_on
from scoredsociety.engine.lists import enter
from scoredsociety.engine.marks import later, score
from scoredsociety.engine.program import FEATURES, Program
from scoredsociety.engine.state import Scratch, Tally
from scoredsociety.society.people import ELITE, PARTY


@part
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
    persons, points, accepted, count = (
        scratch.persons,
        scratch.points,
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
        point = points[found.candidate]
        person = persons[i]
        for r in range(ruled_first[c], ruled_first[c + 1]):
            s = ruled[r]
            if not (person.covered >> np.uint32(s)) & np.uint32(1):
                continue
            scheme, standing = schemes[s], standings[s, i]
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
                used = enter(
                    scratch, used, tally, program, row, point, month, months,
                    seed, replicate, tile, base,
                )  # fmt: skip
            else:
                score(record, links[row], person, standing, scheme, row, rule.holds, monthly)
                if scheme.kind == FEATURES:
                    dirty[scheme.feature, i] = 1
                if scheme.expiry > 0:
                    later(due, links[row], row, month + scheme.expiry, months)
                touch(person, touched, count, i)
            if program.copy_first[s] < program.copy_first[s + 1]:
                used = pass_on(
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
