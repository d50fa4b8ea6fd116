"""Steps 13 and 16 of the month: what people learn, and what is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, part
from scoredsociety.engine.codes import (
    ACCEPTED,
    BITS_32,
    IN_FORCE,
    LAST_YEAR,
    NO_EVENT,
    NONE,
    RECOVERED,
    SANCTIONS,
    SHUT,
    SPELL,
    TOUCHED,
    TRUE,
    touch,
)
from scoredsociety.engine.program import (
    CHILDREN,
    FEATURES,
    GONE,
    POINTS,
    REWARDED,
    SANCTIONED,
    Program,
)
from scoredsociety.engine.scores import honest_grade, settled_grade
from scoredsociety.engine.state import OWN_LEVELS, Scratch, Tally


@part
def beliefs(scratch: Scratch, month: int) -> None:
    """Take step 13: those whose own act was recorded learn from it, scheme or no scheme.

    What they learn from acts that were foreseen has been foreseen too.
    """
    accepted, caught, own_level = scratch.accepted, scratch.caught, scratch.own_level
    last_year = month > scratch.first.shape[0] - 2 - LAST_YEAR
    for a in range(scratch.counts[ACCEPTED]):
        found = accepted[a]
        if found.learns and caught[found.conduct, found.subject] < 65535:
            caught[found.conduct, found.subject] += 1
            if not last_year and own_level[found.conduct, found.subject] < OWN_LEVELS - 1:
                own_level[found.conduct, found.subject] += 1


@part
def observe(
    scratch: Scratch,
    used: int,
    tally: Tally,
    program: Program,
    months: int,
    month: int,
    base: int,
) -> int:
    """Take step 16: settle the grades, spells, sanctions and rewards of all who were touched."""
    persons, standings, links = scratch.persons, scratch.standings, scratch.links
    schemes, floors, grade_mask = program.schemes, program.floors, program.grade_mask
    monthly, mobility, count = tally.monthly, tally.mobility, scratch.counts
    joint = program.joints.shape[0] > 0
    for position in range(count[TOUCHED]):
        i = scratch.touched[position]
        person = persons[i]
        person.touched = 0
        mask = NONE
        if joint:
            row = person.newest
            while row >= 0:
                mask |= links[row].extra
                row = links[row].chain
        for s in range(schemes.shape[0]):
            if not (person.covered >> np.uint32(s)) & np.uint32(1):
                continue
            scheme, standing = schemes[s], standings[s, i]
            if scheme.ends == month:
                _shut(scratch, tally, program, s, i, month)
                if not scheme.is_list:
                    continue
            if scheme.is_list:
                now = 1 if standing.entries > 0 else 0
                if now != standing.listed:
                    monthly[scheme.m_listed, month - 1, person.cell] += 1 if now else -1
                    standing.listed = now
                if now:
                    mask |= scheme.listed_mask
                continue
            was = int(standing.grade)
            grade = settled_grade(standing, scheme, floors, s)
            mask |= grade_mask[s, grade]
            if scheme.reset_at >= 0:
                if grade < scheme.reset_at:
                    standing.reset_on = 0
                elif standing.reset_on == 0:
                    standing.reset_on = month + scheme.reset_after
            if grade == was:
                continue
            standing.grade = grade
            monthly[scheme.m_grade + was, month - 1, person.cell] -= 1
            monthly[scheme.m_grade + grade, month - 1, person.cell] += 1
            mobility[s, month - 1, was, grade] += 1
            used = _settle_spell(scratch, used, program, s, i, months, month, base)
        if mask != person.mask:
            book_masks(monthly, program.bit_measure, person.mask, mask, month, person.cell)
            person.mask = mask
        school = 1 if mask & program.settings[0].school_mask else 0
        if school != person.school:
            person.school = school
            _bar_children(scratch, tally, i, school, month)
    count[TOUCHED] = 0
    return used


@part
def _shut(scratch: Scratch, tally: Tally, program: Program, s: int, i: int, month: int) -> None:
    """Let somebody go whose scheme ends."""
    person, standing, scheme = scratch.persons[i], scratch.standings[s, i], program.schemes[s]
    monthly = tally.monthly
    person.covered &= ~(np.uint32(1) << np.uint32(s))
    scratch.since[s, i] = GONE
    monthly[scheme.m_enrolled, month - 1, person.cell] -= 1
    if scheme.is_list:
        return
    monthly[scheme.m_grade + standing.grade, month - 1, person.cell] -= 1
    if scheme.kind == FEATURES:
        monthly[scheme.m_score, month - 1, person.cell] -= standing.score
    if standing.spell >= 0:
        scratch.ledger[standing.spell].exit = SHUT
        scratch.ledger[standing.spell].end = month
        standing.spell = -1
    standing.reset_on = 0


@part
def _settle_spell(
    scratch: Scratch,
    used: int,
    program: Program,
    s: int,
    i: int,
    months: int,
    month: int,
    base: int,
) -> int:
    """Begin or end the time in sanctioned grades of somebody whose grade changed."""
    ledger, scheme, standing = scratch.ledger, program.schemes[s], scratch.standings[s, i]
    grade = int(standing.grade)
    harsh = (program.grade_mask[s, grade] & SANCTIONS) != NONE
    if standing.spell >= 0 and not harsh:
        ledger[standing.spell].exit = RECOVERED
        ledger[standing.spell].end = month
        standing.spell = -1
    elif standing.spell < 0 and harsh and (standing.last_row >= 0 or scheme.kind != POINTS):
        used += 1
        if used <= ledger.shape[0]:
            honest = honest_grade(standing, scheme, program.floors, s)
            deserved = (program.grade_mask[s, honest] & SANCTIONS) != NONE
            standing.spell = used - 1
            _begin_spell(ledger[used - 1], ledger, scheme, standing, scratch.persons[i], base + i)
            record = ledger[used - 1]
            record.scheme = s
            record.truth = TRUE if deserved else standing.last_wrong
            if not deserved and standing.last_wrong == TRUE:
                record.truth = NO_EVENT
            record.month = month
            record.end = months
            record.points = grade
    return used


@part
def touch_everybody(scratch: Scratch, n: int) -> None:
    """Have everybody looked at when the month ends: the regime before it was another one."""
    for i in range(n):
        touch(scratch.persons[i], scratch.touched, scratch.counts, i)


@part
def settle_spells(
    scratch: Scratch,
    used: int,
    program: Program,
    before: NDArray[np.uint64],
    n: int,
    months: int,
    month: int,
    base: int,
) -> int:
    """Begin and end spells of grades that bear sanctions now and did not ``before``, or did."""
    for s in range(program.schemes.shape[0]):
        if program.schemes[s].is_list:
            continue
        for i in range(n):
            if scratch.since[s, i] >= month:
                continue
            grade = scratch.standings[s, i].grade
            now, was = program.grade_mask[s, grade], before[s, grade]
            if (now & SANCTIONS != NONE) != (was & SANCTIONS != NONE):
                used = _settle_spell(scratch, used, program, s, i, months, month, base)
    return used


@inlined
def _begin_spell(
    record: Any, ledger: Any, scheme: Any, standing: Any, person: Any, subject: int
) -> None:
    """Fill what a spell has from the record that led to it, if one did."""
    if standing.last_row >= 0:
        last = ledger[standing.last_row]
        record.conduct = last.conduct
        record.channel = last.channel
        record.generation = last.generation
        record.flags = last.flags
        record.actor = last.actor
        record.act = last.act
    else:
        record.conduct = scheme.default_conduct
        record.channel = 0
        record.generation = 0
        record.flags = 0
        record.actor = subject
        record.act = 0
    record.subject = subject
    record.kind = SPELL
    record.exit = IN_FORCE
    record.refusals = 0
    record.sanctions = 0
    record.profile = person.profile
    record.cause = standing.last_row


@part
def _bar_children(scratch: Scratch, tally: Tally, i: int, school: int, month: int) -> None:
    """Count the children of a home in or out when a parent comes under SCHOOL or leaves it."""
    homes, persons = scratch.homes, scratch.persons
    home = scratch.home[i]
    before = homes[home].barred
    homes[home].barred = before + 1 if school else before - 1
    if (before == 0) == (homes[home].barred == 0):
        return
    child = homes[home].first_child
    while child >= 0:
        if month < persons[child].adult_from:
            tally.monthly[CHILDREN, month - 1, persons[child].cell] += 1 if school else -1
        child = homes[child].next_child


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
    for half in range(0, 64, 32):
        changed = ((old ^ new) >> np.uint64(half)) & SANCTIONS
        bit = half
        while changed != NONE:
            if changed & np.uint64(1):
                now = (new >> np.uint64(bit)) & np.uint64(1)
                monthly[bit_measure[bit], month - 1, cell] += 1 if now else -1
            changed >>= np.uint64(1)
            bit += 1
    was, now = old & SANCTIONS, new & SANCTIONS
    if (was != NONE) != (now != NONE):
        monthly[SANCTIONED, month - 1, cell] += 1 if now else -1
    was, now = old >> BITS_32, new >> BITS_32
    if (was != NONE) != (now != NONE):
        monthly[REWARDED, month - 1, cell] += 1 if now else -1
