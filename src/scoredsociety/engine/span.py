"""Some months of a run, tile by tile, between what a tile carried and what it carries on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import kernel, part
from scoredsociety.engine.carried import Change, State, moved, save
from scoredsociety.engine.chains import draw_candidates
from scoredsociety.engine.codes import BANNED, NONE, RATE_ERROR
from scoredsociety.engine.opening import TOO_MANY_FRIENDS
from scoredsociety.engine.program import CHILDREN, FEATURES, GONE, NEVER, Program
from scoredsociety.engine.scores import hear, tell_friends, unheard
from scoredsociety.engine.snapshot import take_snapshot
from scoredsociety.engine.state import OWN_LEVELS, Rooms, Scratch, Tally
from scoredsociety.engine.tile import ROOM_ERROR, open_tile, run_months
from scoredsociety.society.people import TILE, PeopleTables


@kernel
def _restore(
    scratch: Scratch,
    state: State,
    change: Change,
    tally: Tally,
    program: Program,
    n: int,
    tile: int,
    month: int,
    used: int,
) -> int:
    """Put in place what a tile carried over the end of ``month``; return the rows used."""
    base, ties, settings = tile * TILE, scratch.friends, program.settings[0]
    first, last = state.rows[tile], state.rows[tile + 1]
    if used + last - first > scratch.ledger.shape[0]:
        return ROOM_ERROR
    for k in range(last - first):
        row = used + k
        scratch.ledger[row] = state.ledger[first + k]
        scratch.ledger[row].cause = moved(scratch.ledger[row].cause, used)
        scratch.links[row] = state.links[first + k]
        scratch.links[row].chain = moved(scratch.links[row].chain, used)
        scratch.links[row].due = moved(scratch.links[row].due, used)
    for t in range(scratch.due.shape[0]):
        scratch.due[t] = moved(state.due[tile, t], used)
    for i in range(n):
        person, old = scratch.persons[i], state.persons[base + i]
        person.mask = old.mask
        person.acted = old.acted
        person.newest = moved(old.newest, used)
        person.place = old.place
        person.school = old.school
        if old.place >= 0:
            scratch.banned[old.place] = i
            scratch.counts[BANNED] += 1
        if settings.uses_friends:
            for k in range(ties.first[i], ties.first[i + 1]):
                ties.alive[k] = (old.alive >> np.uint64(k - ties.first[i])) & np.uint64(1)
        if old.school:
            scratch.homes[scratch.home[i]].barred += 1
        for c in range(scratch.caught.shape[0]):
            scratch.caught[c, i] = state.caught[c, base + i]
            scratch.own_level[c, i] = min(int(scratch.caught[c, i]), OWN_LEVELS - 1)
            if state.own_level.shape[0] > 0:
                scratch.own_level[c, i] = state.own_level[c, base + i]
            if settings.habit > 0.0:
                past = scratch.habit[i, c]
                past.habit = 1.0
                past.month = max(month + 1, int(person.adult_from))
                if state.habit.shape[0] > 0:
                    past.habit = state.habit[base + i, c].habit
                    past.month = state.habit[base + i, c].month
                past.factor = -1.0
        person.covered = 0
        for s in range(scratch.standings.shape[0]):
            scratch.noted[s, i] = state.noted[s, base + i]
            was = state.since[s, base + i]
            if was <= month or was == GONE:
                scratch.since[s, i] = was
                scratch.standings[s, i] = state.standings[s, base + i]
                standing = scratch.standings[s, i]
                standing.last_row = moved(standing.last_row, used)
                standing.spell = moved(standing.spell, used)
                standing.records = moved(standing.records, used)
            elif change.ended[s]:
                scratch.since[s, i] = NEVER
            else:  # not in yet: in when this regime has it
                wanted = max(int(scratch.since[s, i]), month + 1)
                scratch.since[s, i] = wanted if wanted <= program.schemes[s].ends else NEVER
            if scratch.since[s, i] <= month:
                person.covered |= np.uint32(1) << np.uint32(s)
    scratch.arrivals[month + 1] = 1
    if settings.school_mask == NONE:  # else taken with those who come of age
        for i in range(n):
            person = scratch.persons[i]
            if (
                settings.uses_homes
                and person.adult_from == month + 1
                and scratch.homes[scratch.home[i]].barred > 0
            ):
                tally.monthly[CHILDREN, month, person.cell] -= 1
    for s in range(program.schemes.shape[0]):
        scheme = program.schemes[s]
        if scheme.kind == FEATURES:
            _restore_friends(scratch, scheme, s, n, month)
    return int(used + last - first)


@part
def _restore_friends(scratch: Scratch, scheme: Any, s: int, n: int, month: int) -> None:
    """Have everybody's score read again what the scores of living friends are."""
    f = scheme.feature
    hear(scratch, scheme, s, n, scratch.first.shape[0] - 2)
    for i in range(n):
        unheard(scratch.mixed[f, i], scratch.since[s, i] <= month)
    if scheme.ties > 0.0:
        for i in range(n):
            if scratch.since[s, i] <= month:
                tell_friends(scratch, f, i, int(scratch.standings[s, i].score), 1)
    for i in range(n):
        scratch.dirty[f, i] = 1


def run_span(
    scratch: Scratch,
    rooms: Rooms,
    tally: Tally,
    program: Program,
    tables: PeopleTables,
    capacity: NDArray[np.float64],
    people_count: int,
    months: int,
    seed: int,
    replicate: int,
    first_tile: int,
    last_tile: int,
    snapshot: Any,
    first: int,
    last: int,
    before: State,
    change: Change,
    after: State,
    links: Any,
) -> int:
    """Run some tiles from month ``first`` to ``last`` of a run of ``months``.

    Parameters
    ----------
    scratch, rooms, tally, program, tables, capacity, people_count, snapshot
        As in :func:`scoredsociety.engine.tile.run_chunk`.
    months, seed, replicate, first_tile, last_tile : int
        As there.
    first, last : int
        Months, counted from 1.
    before : State
        At the end of month ``first`` - 1; not read if ``first`` is 1.
    change : Change
        How the regime before differs.
    after : State
        Filled at the end of month ``last``, but for its rows, unless that is the last of all.
        ``rows[tile + 1]`` becomes the number of the tile's rows.
    links : LINK
        As long as ``scratch.ledger``; filled likewise. References among rows are then the tile's.

    Returns
    -------
    int
        Number of ledger rows, RATE_ERROR, ROOM_ERROR or TOO_MANY_FRIENDS.
    """
    used = 0
    for tile in range(first_tile, last_tile):
        n = min(TILE, people_count - tile * TILE)
        if open_tile(scratch, rooms, tally, program, tables, n, months, seed, replicate, tile) < 0:
            return TOO_MANY_FRIENDS
        start = used
        if first > 1:
            used = _restore(scratch, before, change, tally, program, n, tile, first - 1, used)
            if used < 0:
                return used
        found = draw_candidates(
            scratch, rooms, tally, program, capacity, n, first, last, seed, replicate, tile
        )
        if found < 0:
            return RATE_ERROR
        if found > scratch.candidates.shape[0]:
            return ROOM_ERROR
        again = first if change.differs else 0
        used = run_months(
            scratch, rooms, used, tally, program, capacity, n, months, seed, replicate, tile,
            first, last, again, change.grade_mask,
        )  # fmt: skip
        if used < 0:
            return used
        if last < months:
            save(scratch, after, links, program, n, tile, last, months, start, used)
            after.rows[tile + 1] = used - start
        elif snapshot.shape[0] > 0:
            base = tile * TILE
            take_snapshot(snapshot, scratch, rooms, program, n, months, base, start, used)
    return used
