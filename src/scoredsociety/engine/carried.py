"""What a tile carries over a policy date, and how it is put in place again.

People, ties, homes, traits, base rates and candidates are functions of (marginals, seed, index):
they are made anew, and no generator is saved. What the months have changed is carried. All
positions of rows are those in the tile's own part of the ledger.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel, part
from scoredsociety.engine.codes import ENTRY, IN_FORCE, NONE, SPELL
from scoredsociety.engine.program import GONE, Program
from scoredsociety.engine.response import announced, answer
from scoredsociety.engine.result import LEDGER_DTYPE
from scoredsociety.engine.state import LINK, STANDING, Scratch
from scoredsociety.society.people import TILE

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
    since: NDArray[np.int32]  # (S, P)
    standings: Any  # (S, P) STANDING, of those who were in
    noted: NDArray[np.uint8]  # (S, P)
    caught: NDArray[np.uint16]  # (C, P)
    own_level: NDArray[np.uint8]  # (C, P); (0, 0) where it is not noted yet
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
    each = (conducts, people)
    return State(
        persons=np.zeros(people, CARRIED),
        since=np.zeros((schemes, people), np.int32),
        standings=np.zeros((schemes, people), STANDING),
        noted=np.zeros((schemes, people), np.uint8),
        caught=np.zeros(each, np.uint16),
        own_level=np.zeros(each if noted else (0, 0), np.uint8),
        habit=np.zeros((people, conducts) if habit else (0, 0), PAST),
        due=np.zeros((tiles, months + 2), np.int32),
        rows=np.zeros(tiles + 1, np.int64),
        ledger=np.zeros(rows, LEDGER_DTYPE),
        links=np.zeros(rows, LINK),
    )


@inlined
def moved(row: int, by: int) -> int:
    """Return a row's position elsewhere; -1 stays none."""
    return row + by if row >= 0 else -1


@part
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
                    caught = float(scratch.caught[c, i])
                    factor = answer(
                        schemes, ruled, first, last, kind, settings, person, known, acts, caught
                    )
                    past.factor = min(factor, kind.certainty_cap)
                more = settings.habit * (past.factor * past.habit - past.habit)
                past.habit = min(kind.certainty_cap, past.habit + more)
                past.month += 1
                past.factor = -1.0


@kernel
def save(
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
        out.newest = moved(person.newest, -before)
        out.place = person.place if person.newest >= 0 else -1
        out.school = person.school
        out.alive = _ALL
        if program.settings[0].uses_friends:
            out.alive = NONE
            for k in range(ties.first[i], ties.first[i + 1]):
                if ties.alive[k]:
                    out.alive |= np.uint64(1) << np.uint64(k - ties.first[i])
        for c in range(scratch.caught.shape[0]):
            state.caught[c, base + i] = scratch.caught[c, i]
            if state.own_level.shape[0] > 0:
                state.own_level[c, base + i] = scratch.own_level[c, i]
            if state.habit.shape[0] > 0:
                state.habit[base + i, c].habit = scratch.habit[i, c].habit
                state.habit[base + i, c].month = scratch.habit[i, c].month
        for s in range(scratch.standings.shape[0]):
            state.since[s, base + i] = scratch.since[s, i]
            state.noted[s, base + i] = scratch.noted[s, i]
            if month < scratch.since[s, i] != GONE:
                continue
            state.standings[s, base + i] = scratch.standings[s, i]
            standing = state.standings[s, base + i]
            standing.last_row = moved(standing.last_row, -before)
            standing.spell = moved(standing.spell, -before)
            standing.records = moved(standing.records, -before)
    for row in range(before, used):
        record, link, out = scratch.ledger[row], scratch.links[row], links[row]
        record.cause = moved(record.cause, -before)
        here = record.exit == IN_FORCE
        entry = here and record.kind == ENTRY
        out.extra = link.extra if entry else NONE
        out.late = link.late if entry else 0
        kept = here and record.kind != SPELL
        out.chain = moved(link.chain, -before) if kept else -1
        out.ends_as = link.ends_as if kept else 0
        out.holds = link.holds if kept and not entry else 0
        out.due = -1
    for t in range(months + 2):
        state.due[tile, t] = -1
    for t in range(month + 1, months + 1):
        row = scratch.due[t]
        state.due[tile, t] = moved(row, -before)
        while row >= 0:
            links[row].due = moved(scratch.links[row].due, -before)
            row = scratch.links[row].due
