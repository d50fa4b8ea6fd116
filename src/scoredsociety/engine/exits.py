"""Steps 9 and 12 of the month: refusals at counters, late appeals, and how entries end."""

from __future__ import annotations

from scoredsociety.base.jit import inlined
from scoredsociety.base.streams import uniform, words
from scoredsociety.engine.codes import (
    ATTEMPT,
    BANNED,
    DISCOVERED,
    ENTRY,
    FILED_LATE,
    IN_FORCE,
    LATE,
    NONE,
    NOTIFIED,
    TERM,
    TRUE,
    touch,
)
from scoredsociety.engine.program import REFUSED_FLY, REFUSED_RAIL, Program
from scoredsociety.engine.scalars import attempts
from scoredsociety.engine.state import Scratch, Tally


@inlined
def counters(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    seed: int,
    replicate: int,
    tile: int,
    month: int,
) -> None:
    """Take step 9: refusals at counters, discovery of entries nobody told about, late appeals."""
    persons, ledger, links, banned = scratch.persons, scratch.ledger, scratch.links, scratch.banned
    schemes, settings, monthly = program.schemes, program.settings[0], tally.monthly
    for position in range(scratch.counts[BANNED]):
        i = banned[position]
        person = persons[i]
        mask = NONE
        oldest = -1
        row = person.newest
        while row >= 0:
            if ledger[row].month < month:
                mask |= schemes[ledger[row].scheme].listed_mask
                oldest = row
            row = links[row].chain
        flight = mask & settings.flight_mask
        rail = mask & settings.rail_mask
        if not (flight or rail):
            continue
        lanes = words(seed, replicate, i, month, tile, ATTEMPT)
        flights = attempts(uniform(lanes[0]), settings.flight_attempts) if flight else 0
        trains = attempts(uniform(lanes[1]), settings.rail_attempts) if rail else 0
        if flights + trains == 0:
            continue
        monthly[REFUSED_FLY, month - 1, person.cell] += flights
        monthly[REFUSED_RAIL, month - 1, person.cell] += trains
        ledger[oldest].refusals += flights + trains
        row = person.newest
        while row >= 0:
            record = ledger[row]
            if record.month < month and not record.flags & (NOTIFIED | DISCOVERED):
                record.flags |= DISCOVERED
                if links[row].late & 1:
                    record.flags |= FILED_LATE
                    if links[row].late & 2:
                        links[row].ends_as = LATE
            row = links[row].chain


@inlined
def exits(scratch: Scratch, tally: Tally, program: Program, month: int, base: int) -> None:
    """Take step 12: entries end by performance, term or late appeal; records expire."""
    persons, standings, ledger, links = (
        scratch.persons,
        scratch.standings,
        scratch.ledger,
        scratch.links,
    )
    banned, count = scratch.banned, scratch.counts
    row = scratch.due[month]
    while row >= 0:
        record = ledger[row]
        i = int(record.subject) - base
        if record.kind == ENTRY:
            if record.exit == IN_FORCE:
                _leave(scratch, tally, program, row, i, month)
        else:
            standing = standings[record.scheme, i]
            record.exit = TERM
            record.end = month
            standing.balance -= record.points
            standing.held -= links[row].holds
            if record.truth == TRUE:
                standing.honest -= record.points
                standing.held_honest -= links[row].holds
            touch(persons[i], scratch.touched, count, i)
        row = links[row].due
    position = 0
    while position < count[BANNED]:
        i = banned[position]
        row = persons[i].newest
        while row >= 0:
            after = links[row].chain
            if links[row].ends_as == LATE:
                _leave(scratch, tally, program, row, i, month)
            row = after
        if persons[i].newest >= 0:
            position += 1
        # otherwise somebody else now stands at this position


@inlined
def _leave(scratch: Scratch, tally: Tally, program: Program, row: int, i: int, month: int) -> None:
    """Take one entry out of force at the end of ``month``."""
    persons, links, banned, count = scratch.persons, scratch.links, scratch.banned, scratch.counts
    record, person = scratch.ledger[row], persons[i]
    s = int(record.scheme)
    scheme = program.schemes[s]
    record.exit = links[row].ends_as
    record.end = month
    scratch.standings[s, i].entries -= 1
    if person.newest == row:
        person.newest = links[row].chain
    else:
        before = person.newest
        while links[before].chain != row:
            before = links[before].chain
        links[before].chain = links[row].chain
    if person.newest < 0:
        last = count[BANNED] - 1
        moved = banned[last]
        banned[person.place] = moved
        persons[moved].place = person.place
        count[BANNED] = last
    tally.monthly[scheme.m_entries, month - 1, person.cell] -= 1
    tally.monthly[scheme.m_out, month - 1, person.cell] += 1
    touch(person, scratch.touched, count, i)
