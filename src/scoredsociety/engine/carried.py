"""What a tile carries over a policy date, and how it is put in place again.

People, ties, homes, traits, base rates and candidates are functions of (marginals, seed, index):
they are made anew, and no generator is saved. What the months have changed is carried. All
positions of rows are those in the tile's own part of the ledger.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel
from scoredsociety.engine.candidates import base_rates
from scoredsociety.engine.chains import draw_candidates
from scoredsociety.engine.codes import BANNED, ENTRY, IN_FORCE, NONE, RATE_ERROR, SPELL
from scoredsociety.engine.opening import TOO_MANY_FRIENDS, begin_tile
from scoredsociety.engine.program import CHILDREN, FEATURES, NEVER, Program
from scoredsociety.engine.response import announced, answer
from scoredsociety.engine.result import LEDGER_DTYPE
from scoredsociety.engine.scores import tell_friends
from scoredsociety.engine.snapshot import take_snapshot
from scoredsociety.engine.state import LINK, STANDING, Rooms, Scratch, Tally
from scoredsociety.engine.tile import ROOM_ERROR, expected_load, run_months
from scoredsociety.society.people import TILE, PeopleTables, build_people

CARRIED = np.dtype(
    [
        ("mask", "u8"),
        ("acted", "u8"),
        ("alive", "u8"),  # bit k: the friendship with the k-th friend lasts
        ("newest", "i4"),
        ("place", "i4"),
        ("school", "i4"),
    ],
    align=True,
)
"""What the months have changed of a person; ``engine.state.PERSON`` says what it is."""
_ALL = np.uint64(2**64 - 1)
PAST = np.dtype([("habit", "f8"), ("month", "i8")], align=True)
"""A habit, worked out up to a month."""


class State(NamedTuple):
    """All tiles of a society of P people at the end of a month; R rows of the ledger so far."""

    persons: Any  # (P,) CARRIED
    standings: Any  # (S, P) STANDING
    caught: NDArray[np.uint16]  # (P, C)
    own_level: NDArray[np.uint8]  # (P, C); (0, 0) where it is not noted yet
    habit: Any  # (P, C) PAST; (0, 0) without habit
    due: NDArray[np.int32]  # (tiles, months + 2)
    rows: NDArray[np.int64]  # (tiles + 1,) where each tile's rows begin
    ledger: Any  # (R,) LEDGER_DTYPE
    links: Any  # (R,) LINK


class Change(NamedTuple):
    """What a continuation must know of the regime before it."""

    differs: bool  # the program is another one
    ended: NDArray[np.uint8]  # (S,) whether a scheme is over
    grade_mask: NDArray[np.uint64]  # (S, G)


def new_state(
    people: int, schemes: int, conducts: int, months: int, noted: bool, habit: bool, rows: int = 0
) -> State:
    """Return a state of the right shape, zeroed.

    Parameters
    ----------
    people, schemes, conducts, months : int
        P, S, C and the months of the whole run.
    noted : bool
        Whether scores were noted already for what they foretell.
    habit : bool
    rows : int
        R.
    """
    tiles = (people + TILE - 1) // TILE
    each = (people, conducts)
    return State(
        persons=np.zeros(people, CARRIED),
        standings=np.zeros((schemes, people), STANDING),
        caught=np.zeros(each, np.uint16),
        own_level=np.zeros(each if noted else (0, 0), np.uint8),
        habit=np.zeros(each if habit else (0, 0), PAST),
        due=np.zeros((tiles, months + 2), np.int32),
        rows=np.zeros(tiles + 1, np.int64),
        ledger=np.zeros(rows, LEDGER_DTYPE),
        links=np.zeros(rows, LINK),
    )


@inlined
def _moved(row: int, by: int) -> int:
    """Return a row's position elsewhere; -1 stays none."""
    return row + by if row >= 0 else -1


@inlined
def _catch_up(scratch: Scratch, program: Program, n: int, month: int) -> None:
    """Bring every habit up to the start of the month after ``month``, under this regime."""
    schemes, settings, ruled = program.schemes, program.settings[0], program.ruled
    for c in range(program.conducts.shape[0]):
        kind = program.conducts[c]
        if kind.deed or kind.lawful:
            continue
        first, last = program.ruled_first[c], program.ruled_first[c + 1]
        for i in range(n):
            person, past, rate = scratch.persons[i], scratch.habit[i, c], scratch.rate[c, i]
            if person.adult_from > month or rate <= 0.0:
                continue
            if past.month == 0:
                past.month = person.adult_from
                past.habit = 1.0
                past.factor = -1.0
            while past.month <= month:
                if past.factor < 0.0:
                    known = person.known & announced(schemes, past.month)
                    acts = rate * (past.month - person.adult_from)
                    caught = float(scratch.caught[i, c])
                    factor = answer(
                        schemes, ruled, first, last, kind, settings, person, known, acts, caught
                    )
                    past.factor = min(factor, kind.certainty_cap)
                more = settings.habit * (past.factor * past.habit - past.habit)
                past.habit = min(kind.certainty_cap, past.habit + more)
                past.month += 1
                past.factor = -1.0


@inlined
def _save(
    scratch: Scratch,
    state: State,
    links: Any,
    program: Program,
    n: int,
    tile: int,
    month: int,
    months: int,
    before: int,
    used: int,
) -> None:
    """Write what a tile carries at the end of ``month``; its rows lie from ``before``."""
    base, ties = tile * TILE, scratch.friends
    if state.habit.shape[0] > 0:
        _catch_up(scratch, program, n, month)
    for i in range(n):
        person, out = scratch.persons[i], state.persons[base + i]
        out.mask = person.mask
        out.acted = person.acted
        out.newest = _moved(person.newest, -before)
        out.place = person.place if person.newest >= 0 else -1
        out.school = person.school
        out.alive = _ALL
        if program.settings[0].uses_friends:
            out.alive = NONE
            for k in range(ties.first[i], ties.first[i + 1]):
                if ties.alive[k]:
                    out.alive |= np.uint64(1) << np.uint64(k - ties.first[i])
        for c in range(scratch.caught.shape[1]):
            state.caught[base + i, c] = scratch.caught[i, c]
            if state.own_level.shape[0] > 0:
                state.own_level[base + i, c] = scratch.own_level[i, c]
            if state.habit.shape[0] > 0:
                state.habit[base + i, c].habit = scratch.habit[i, c].habit
                state.habit[base + i, c].month = scratch.habit[i, c].month
        for s in range(scratch.standings.shape[0]):
            state.standings[s, base + i] = scratch.standings[s, i]
            standing = state.standings[s, base + i]
            standing.last_row = _moved(standing.last_row, -before)
            standing.spell = _moved(standing.spell, -before)
            standing.records = _moved(standing.records, -before)
    for row in range(before, used):
        record, link, out = scratch.ledger[row], scratch.links[row], links[row]
        record.cause = _moved(record.cause, -before)
        here = record.exit == IN_FORCE
        entry = here and record.kind == ENTRY
        out.extra = link.extra if entry else NONE
        out.late = link.late if entry else 0
        kept = here and record.kind != SPELL
        out.chain = _moved(link.chain, -before) if kept else -1
        out.ends_as = link.ends_as if kept else 0
        out.holds = link.holds if kept and not entry else 0
        out.due = -1
    for t in range(months + 2):
        state.due[tile, t] = -1
    for t in range(month + 1, months + 1):
        row = scratch.due[t]
        state.due[tile, t] = _moved(row, -before)
        while row >= 0:
            links[row].due = _moved(scratch.links[row].due, -before)
            row = scratch.links[row].due


@inlined
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
        scratch.ledger[row].cause = _moved(scratch.ledger[row].cause, used)
        scratch.links[row] = state.links[first + k]
        scratch.links[row].chain = _moved(scratch.links[row].chain, used)
        scratch.links[row].due = _moved(scratch.links[row].due, used)
    for t in range(scratch.due.shape[0]):
        scratch.due[t] = _moved(state.due[tile, t], used)
    for i in range(n):
        person, old = scratch.persons[i], state.persons[base + i]
        person.mask = old.mask
        person.acted = old.acted
        person.newest = _moved(old.newest, used)
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
        for c in range(scratch.caught.shape[1]):
            scratch.caught[i, c] = state.caught[base + i, c]
            if state.own_level.shape[0] > 0:
                scratch.own_level[i, c] = state.own_level[base + i, c]
            if settings.habit > 0.0:
                past = scratch.habit[i, c]
                past.habit = 1.0
                past.month = max(month + 1, int(person.adult_from))
                if state.habit.shape[0] > 0:
                    past.habit = state.habit[base + i, c].habit
                    past.month = state.habit[base + i, c].month
                past.factor = -1.0
        for s in range(scratch.standings.shape[0]):
            wanted = scratch.standings[s, i].enrolled_from
            scratch.standings[s, i] = state.standings[s, base + i]
            standing = scratch.standings[s, i]
            standing.last_row = _moved(standing.last_row, used)
            standing.spell = _moved(standing.spell, used)
            standing.records = _moved(standing.records, used)
            if change.ended[s]:
                standing.enrolled_from = NEVER
            elif standing.enrolled_from > month:  # not in yet: in when this regime has it
                wanted = max(int(wanted), month + 1)
                standing.enrolled_from = wanted if wanted <= program.schemes[s].ends else NEVER
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


@inlined
def _restore_friends(scratch: Scratch, scheme: Any, s: int, n: int, month: int) -> None:
    """Have everybody's score read again what the scores of living friends are."""
    f = scheme.feature
    for i in range(n):
        scratch.of_friends[f, i].total = 0
        scratch.of_friends[f, i].count = 0
    if scheme.ties > 0.0:
        for i in range(n):
            if scratch.standings[s, i].enrolled_from <= month:
                tell_friends(scratch, f, i, int(scratch.standings[s, i].score), 1)
    for i in range(n):
        scratch.dirty[f, i] = 1


@kernel
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
        build_people(rooms.people, tables, seed, replicate, tile)
        if begin_tile(scratch, rooms, tally, program, tables, n, months, seed, replicate, tile) < 0:
            return TOO_MANY_FRIENDS
        base_rates(scratch, rooms, program, n, months, seed, replicate, tile)
        expected_load(scratch, tally, program, n)
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
            _save(scratch, after, links, program, n, tile, last, months, start, used)
            after.rows[tile + 1] = used - start
        elif snapshot.shape[0] > 0:
            base = tile * TILE
            take_snapshot(snapshot, scratch, rooms, program, n, months, base, start, used)
    return used
