"""What is counted of the ledger of a tile before it is forgotten: rows and persons, as sums."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import kernel, part
from scoredsociety.engine.codes import ENTRY, NONE, RECORD, SANCTIONS, SPELL, STOPPED
from scoredsociety.engine.compile import Compiled
from scoredsociety.engine.program import Program
from scoredsociety.engine.result import ExitReason, Flag, Truth
from scoredsociety.engine.state import Rooms, Scratch, Tally
from scoredsociety.engine.tile import run_chunk
from scoredsociety.society.people import TILE, PeopleTables

GENERATIONS = 8
"""Generations that are told apart; the last stands for itself and all after it."""
HELD = 32
"""Numbers of entries of a person that are told apart; the last stands for itself and all more."""
PROFILES = 65536
PARTS = ("records", "entries", "spells", "merits")
"""Parts of a scheme's rows: records that cost points, entries, spells, records that do not."""
MERIT = 3


class Census(NamedTuple):
    """Sums over the rows of the ledger, by stream (a scheme and one of ``PARTS``; Q streams).

    The last place of the last three is of all rows together that bear a sanction.
    """

    conduct: NDArray[np.int64]  # (Q, C, K, 4 truths, 4): rows, entered, months, refusals
    process: NDArray[np.int64]  # (Q, 4 truths, 8 exits, GENERATIONS, 256 flags, 3)
    profile: NDArray[np.int64]  # (Q + 1, PROFILES, 4): entered, wrongful; months of both
    bearers: NDArray[np.int64]  # (Q + 1, PROFILES, 2): persons, of them ever wronged
    held: NDArray[np.int64]  # (Q + 1, HELD, 2): persons with so many rows; of them ever wronged


class CensusWork(NamedTuple):
    """What one thread needs to count persons; all zero between tiles."""

    stream: NDArray[np.int64]  # (S, 4) position among the streams; -1: none
    rows: NDArray[np.int32]  # (TILE, Q + 1, 2) rows of a person that took effect, and wrongful ones


def streams(compiled: Compiled) -> list[tuple[int, int]]:
    """Return the streams of a regime: position of the scheme, and of the part in ``PARTS``."""
    return [
        (s, kind)
        for s in range(len(compiled.schemes))
        for kind in ((ENTRY,) if compiled.program.schemes[s]["is_list"] else (RECORD, SPELL, MERIT))
    ]


def new_census(compiled: Compiled) -> Census:
    """Return zeroed sums."""
    q = len(streams(compiled))
    truths, exits, flags = len(Truth), len(ExitReason), 1 << len(Flag)
    return Census(
        np.zeros((q, len(compiled.conducts), len(compiled.channels), truths, 4), np.int64),
        np.zeros((q, truths, exits, GENERATIONS, flags, 3), np.int64),
        np.zeros((q + 1, PROFILES, 4), np.int64),
        np.zeros((q + 1, PROFILES, 2), np.int64),
        np.zeros((q + 1, HELD, 2), np.int64),
    )


def census_work(compiled: Compiled) -> CensusWork:
    """Return the room that counting needs."""
    known = streams(compiled)
    stream = np.full((len(compiled.schemes), len(PARTS)), -1, np.int64)
    for q, (s, kind) in enumerate(known):
        stream[s, kind] = q
    return CensusWork(stream, np.zeros((TILE, len(known) + 1, 2), np.int32))


@part
def _count_row(
    census: Census, work: CensusWork, q: int, i: int, months: int, wrong: int, profile: int
) -> None:
    """Count a row that took effect, in the stream ``q``."""
    by_profile = census.profile
    by_profile[q, profile, 0] += 1
    by_profile[q, profile, 1] += wrong
    by_profile[q, profile, 2] += months
    by_profile[q, profile, 3] += wrong * months
    work.rows[i, q, 0] += 1
    work.rows[i, q, 1] += wrong


@kernel
def count_rows(
    census: Census,
    work: CensusWork,
    program: Program,
    persons: Any,
    ledger: Any,
    used: int,
    n: int,
    base: int,
) -> None:
    """Count the first ``used`` rows of the ledger of a tile, and its ``n`` persons."""
    schemes, grade_mask, rows = program.schemes, program.grade_mask, work.rows
    by_conduct, process, everything = census.conduct, census.process, rows.shape[1] - 1
    for row in range(used):
        record = ledger[row]
        s, kind = int(record.scheme), int(record.kind)
        if kind == RECORD and record.points >= 0:
            kind = MERIT
        q, truth = work.stream[s, kind], int(record.truth)
        months, refusals = int(record.end) - int(record.month), int(record.refusals)
        c, k = int(record.conduct), int(record.channel)
        by_conduct[q, c, k, truth, 0] += 1
        by_conduct[q, c, k, truth, 2] += months
        by_conduct[q, c, k, truth, 3] += refusals
        g, f = min(int(record.generation), GENERATIONS - 1), int(record.flags)
        process[q, truth, record.exit, g, f, 0] += 1
        process[q, truth, record.exit, g, f, 1] += months
        process[q, truth, record.exit, g, f, 2] += refusals
        if record.exit == STOPPED:
            continue
        by_conduct[q, c, k, truth, 1] += 1
        i, profile, wrong = int(record.subject) - base, int(record.profile), min(truth, 1)
        _count_row(census, work, q, i, months, wrong, profile)
        mask = NONE
        if kind == ENTRY:
            mask = schemes[s].listed_mask | np.uint64(record.sanctions)
        elif kind == SPELL:
            mask = grade_mask[s, record.points]
        if mask & SANCTIONS != NONE:
            _count_row(census, work, everything, i, months, wrong, profile)
    for i in range(n):
        for q in range(everything + 1):
            held = int(rows[i, q, 0])
            if held == 0:
                continue
            wronged = 1 if rows[i, q, 1] > 0 else 0
            census.bearers[q, persons[i].profile, 0] += 1
            census.bearers[q, persons[i].profile, 1] += wronged
            census.held[q, min(held, HELD - 1), 0] += 1
            census.held[q, min(held, HELD - 1), 1] += wronged
            rows[i, q, 0] = 0
            rows[i, q, 1] = 0


def run_counted(
    scratch: Scratch,
    rooms: Rooms,
    tally: Tally,
    census: Census,
    work: CensusWork,
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
) -> int:
    """Run tiles as :func:`scoredsociety.engine.tile.run_chunk` does, and keep only sums.

    Parameters
    ----------
    census, work
        Filled, beside ``tally``.
    snapshot : (0,) SNAPSHOT
        No person leaves.

    Returns
    -------
    int
        0, or what a chunk returned that could not be run.
    """
    for tile in range(first_tile, last_tile):
        used = run_chunk(
            scratch, rooms, tally, program, tables, capacity, people_count, months, seed,
            replicate, tile, tile + 1, snapshot,
        )  # fmt: skip
        if used < 0:
            return used
        n = min(TILE, people_count - tile * TILE)
        base = tile * TILE
        count_rows(census, work, program, scratch.persons, scratch.ledger, used, n, base)
    return 0
