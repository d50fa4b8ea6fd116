"""Steps 9 and 12 of the month: refusals at counters, late appeals, and how entries end."""

from __future__ import annotations

from scoredsociety.base.jit import part
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
    RESET,
    SHUT,
    TERM,
    TRUE,
    touch,
)
from scoredsociety.engine.program import FEATURES, REFUSED_FLY, REFUSED_RAIL, Program
from scoredsociety.engine.scalars import attempts
from scoredsociety.engine.state import Scratch, Tally


@part
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
    refused = settings.flight_mask | settings.rail_mask  # what a counter refuses, and tells
    for position in range(scratch.counts[BANNED]):
        i = banned[position]
        person = persons[i]
        mask = NONE
        oldest = -1
        row = person.newest
        while row >= 0:
            own = (schemes[ledger[row].scheme].listed_mask | links[row].extra) & refused
            if ledger[row].month < month and own != NONE:
                mask |= own
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
            own = (schemes[record.scheme].listed_mask | links[row].extra) & refused
            told = record.flags & (NOTIFIED | DISCOVERED)
            if record.month < month and own != NONE and not told:
                record.flags |= DISCOVERED
                if links[row].late & 1:
                    record.flags |= FILED_LATE
                    if links[row].late & 2:
                        links[row].ends_as = LATE
            row = links[row].chain


@part
def exits(scratch: Scratch, tally: Tally, program: Program, n: int, month: int, base: int) -> None:
    """Take step 12: performance, term, late appeal; records expire; scores reset, schemes end."""
    persons, ledger, links = scratch.persons, scratch.ledger, scratch.links
    banned, count, schemes = scratch.banned, scratch.counts, program.schemes
    row = scratch.due[month]
    while row >= 0:
        record = ledger[row]
        i = int(record.subject) - base
        if record.exit == IN_FORCE:
            if record.kind == ENTRY:
                _leave(scratch, tally, program, row, i, month)
            else:
                _expire(scratch, program, row, i, month)
        row = links[row].due
    position = 0
    while position < count[BANNED]:
        i = banned[position]
        row = persons[i].newest
        while row >= 0:
            after = links[row].chain
            if links[row].ends_as == LATE:
                _leave(scratch, tally, program, row, i, month)
            elif schemes[ledger[row].scheme].ends == month:
                links[row].ends_as = SHUT
                _leave(scratch, tally, program, row, i, month)
            row = after
        if persons[i].newest >= 0:
            position += 1
        # otherwise somebody else now stands at this position
    for s in range(schemes.shape[0]):
        if schemes[s].reset_at >= 0:
            _resets(scratch, tally, program, s, n, month)
        if schemes[s].ends == month:
            for i in range(n):
                if scratch.since[s, i] <= month:
                    touch(persons[i], scratch.touched, count, i)


@part
def _expire(scratch: Scratch, program: Program, row: int, i: int, month: int) -> None:
    """End one record of a score at the end of ``month``."""
    record, links = scratch.ledger[row], scratch.links
    standing = scratch.standings[record.scheme, i]
    record.exit = TERM
    record.end = month
    standing.balance -= record.points
    standing.held -= links[row].holds
    if record.points < 0:
        standing.strikes -= 1
    if record.truth == TRUE:
        standing.honest -= record.points
        standing.held_honest -= links[row].holds
    scheme = program.schemes[record.scheme]
    if scheme.kind == FEATURES:
        scratch.dirty[scheme.feature, i] = 1
    # records of one scheme expire in the order in which they were made: it is the last of its chain
    if standing.records == row:
        standing.records = -1
    touch(scratch.persons[i], scratch.touched, scratch.counts, i)


@part
def _resets(scratch: Scratch, tally: Tally, program: Program, s: int, n: int, month: int) -> None:
    """Begin the scores anew of those whose course or ban is over."""
    ledger, links, scheme = scratch.ledger, scratch.links, program.schemes[s]
    for i in range(n):
        standing = scratch.standings[s, i]
        if scratch.since[s, i] > month or standing.reset_on != month:
            continue
        row = standing.records
        while row >= 0 and ledger[row].exit == IN_FORCE:
            ledger[row].exit = RESET
            ledger[row].end = month
            row = links[row].chain
        standing.records = -1
        standing.reset_on = 0
        standing.balance = scheme.start
        standing.honest = scheme.start
        standing.count = 0
        standing.held = 0
        standing.held_honest = 0
        standing.strikes = 0
        standing.last_row = -1
        person = scratch.persons[i]
        tally.monthly[scheme.m_reset, month - 1, person.cell] += 1
        touch(person, scratch.touched, scratch.counts, i)


@part
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
