"""Whether a checkpoint that was read from a file can be gone on from: it is not trusted.

Compiled code does not look twice at a position. So every position, code and chain is held against
what the ledger says before a kernel sees it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.carried import State
from scoredsociety.engine.codes import ENTRY, IN_FORCE
from scoredsociety.engine.program import Program
from scoredsociety.engine.result import ExitReason, Kind, Truth
from scoredsociety.engine.state import BUCKETS, OWN_LEVELS
from scoredsociety.society.people import TILE

Ints = NDArray[np.int64]


def fault(state: State, program: Program, month: int, months: int) -> str | None:
    """Return what of a state cannot be, in words; None if it is sound.

    Parameters
    ----------
    state : State
        Of the shape of :func:`scoredsociety.engine.checkpoint.shaped`.
    program : Program
        Of the regime that made it.
    month, months : int
        The month that is over, and the months of the run.
    """
    sizes = np.diff(state.rows)
    if state.rows[0] != 0 or (sizes < 0).any() or state.rows[-1] != len(state.ledger):
        return "rows of its tiles"
    tile = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(tile)) - state.rows[:-1][tile]
    if not _ledger(state, program, tile, place, month, months):
        return "ledger"
    if not _links(state, place):
        return "chains"
    if not _persons(state, program):
        return "persons"
    if not _standings(state, program, sizes):
        return "standings"
    return None if _habits(state, month) else "habits"


def _within(values: NDArray[np.generic], low: int | Ints, high: int | Ints) -> bool:
    """Tell whether every value lies in low ... high - 1."""
    wide = values.astype(np.int64)
    return bool(((wide >= low) & (wide < high)).all())


def _ledger(
    state: State, program: Program, tile: Ints, place: Ints, month: int, months: int
) -> bool:
    rows, people = state.ledger, len(state.persons)
    codes = (
        ("kind", len(Kind)),
        ("truth", len(Truth)),
        ("exit", len(ExitReason)),
        ("scheme", len(program.schemes)),
        ("conduct", len(program.conducts)),
        ("channel", len(program.channels)),
        ("end", months + 1),
    )
    return (
        all(_within(rows[name], 0, most) for name, most in codes)
        and _within(rows["month"], 1, month + 1)
        and _within(rows["subject"], tile * TILE, np.minimum((tile + 1) * TILE, people))
        and _within(rows["actor"], -1, people)
        and _within(rows["cause"], -1, place)
    )


def _links(state: State, place: Ints) -> bool:
    """Tell whether chains lead back in time only, and entries hang on those who bear them."""
    rows, links = state.ledger, state.links
    if not (
        _within(links["chain"], -1, place)
        and _within(links["due"], -1, place)
        and _within(links["ends_as"], 0, len(ExitReason))
        and _within(state.due, -1, np.diff(state.rows)[:, None])
    ):
        return False
    held = np.flatnonzero((rows["kind"] == ENTRY) & (rows["exit"] == IN_FORCE))
    held = held[np.argsort(rows["subject"][held], kind="stable")]
    who, at = rows["subject"][held].astype(np.int64), place[held]
    newest = np.full(len(state.persons), -1)
    newest[who] = at  # the last of each person wins
    before = np.full(len(held), -1)
    before[1:] = np.where(who[1:] == who[:-1], at[:-1], -1)
    key = rows["scheme"][held].astype(np.int64) * len(state.persons) + who
    counted = np.bincount(key, minlength=state.standings.size)
    return (
        np.array_equal(newest, state.persons["newest"])
        and np.array_equal(before, links["chain"][held])
        and np.array_equal(counted, state.standings["entries"].ravel())
    )


def _persons(state: State, program: Program) -> bool:
    """Tell whether those with an entry have a place each, and sanctions are those there are."""
    persons = state.persons
    known = np.uint64(0)
    for bit in np.flatnonzero(program.bit_measure >= 0):
        known |= np.uint64(1) << np.uint64(bit)
    if (persons["mask"] & ~known).any() or not _within(persons["school"], 0, 2):
        return False
    for first in range(0, len(persons), TILE):
        part = persons[first : first + TILE]
        held = part["newest"] >= 0
        if not np.array_equal(np.sort(part["place"][held]), np.arange(held.sum())):
            return False
        if (part["place"][~held] != -1).any():
            return False
    return True


def _standings(state: State, program: Program, sizes: Ints) -> bool:
    of_person = sizes[np.arange(len(state.persons)) // TILE]
    standings = state.standings
    bucket = standings["bucket"]
    return (
        all(_within(standings[name], -1, of_person) for name in ("last_row", "spell", "records"))
        and _within(standings["grade"], 0, np.maximum(program.schemes["grades"], 1)[:, None])
        and _within(standings["last_wrong"], 0, len(Truth))
        and _within(standings["listed"], 0, 2)
        and bool(((bucket < BUCKETS) | (bucket == 255)).all())
        and _within(state.own_level, 0, OWN_LEVELS)
    )


def _habits(state: State, month: int) -> bool:
    habit = state.habit["habit"]
    return bool(np.isfinite(habit).all()) and _within(state.habit["month"], 0, month + 2)
