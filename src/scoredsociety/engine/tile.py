"""A chunk of tiles, each run through all its months while it is in cache.

A tile takes a few kernels: people are made, it begins, candidates are drawn, the months run. They
are called from here, and not from one more, so that each is compiled once for all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.arithmetic import whole_part
from scoredsociety.base.jit import kernel
from scoredsociety.engine.acts import conduct
from scoredsociety.engine.candidates import base_rates
from scoredsociety.engine.chains import draw_candidates
from scoredsociety.engine.codes import RATE_ERROR
from scoredsociety.engine.entries import records
from scoredsociety.engine.exits import counters, exits
from scoredsociety.engine.information import count_information, note_scores
from scoredsociety.engine.observers import beliefs, observe, settle_spells, touch_everybody
from scoredsociety.engine.opening import TOO_MANY_FRIENDS, arrive, begin_tile, note_late
from scoredsociety.engine.program import Program
from scoredsociety.engine.scores import update_features
from scoredsociety.engine.snapshot import take_snapshot
from scoredsociety.engine.stars import trades
from scoredsociety.engine.state import Rooms, Scratch, Tally
from scoredsociety.engine.ties import tie_loss
from scoredsociety.society.people import TILE, PeopleTables, build_people

ROOM_ERROR = -3
"""More candidates or rows than there was room for: call again with more."""


@kernel
def expected_load(scratch: Scratch, rooms: Rooms, tally: Tally, program: Program, n: int) -> None:
    """Add the load that channels with a limit expect in month 1 without any scheme."""
    rate, conducts, member = scratch.rate, program.conducts, rooms.member
    for i in range(n):
        adult = 1.0 if scratch.persons[i].adult_from == 1 else 0.0
        member[0, i] = adult if scratch.persons[i].minority == 0 else 0.0
        member[1, i] = adult - member[0, i]
    edge, code = program.channel_edge, program.channel_code
    for c in range(conducts.shape[0]):
        for group in range(2):
            factor = conducts[c].factor_minority if group else conducts[c].factor_majority
            low = 0.0
            for k in range(edge.shape[2]):
                share = edge[group, c, k] - low
                low = edge[group, c, k]
                channel = code[c, k]
                if share <= 0.0 or program.channels[channel].capacity <= 0.0:
                    continue
                part = conducts[c].drawn * factor * share * 1048576.0
                total = np.int64(0)
                for i in range(n):
                    total += whole_part(rate[c, i] * part * member[group, i])
                tally.baseline[channel] += total


def open_tile(
    scratch: Scratch,
    rooms: Rooms,
    tally: Tally,
    program: Program,
    tables: PeopleTables,
    n: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Make the people of a tile, with their ties and rates, and set what stands before month 1.

    Returns 0, or TOO_MANY_FRIENDS.
    """
    build_people(rooms.people, tables, seed, replicate, tile)
    if begin_tile(scratch, rooms, tally, program, tables, n, months, seed, replicate, tile) < 0:
        return TOO_MANY_FRIENDS
    base_rates(scratch, rooms, program, n, seed, replicate, tile)
    expected_load(scratch, rooms, tally, program, n)
    return 0


def run_tile(
    scratch: Scratch,
    rooms: Rooms,
    used: int,
    tally: Tally,
    program: Program,
    capacity: NDArray[np.float64],
    n: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Run the people in ``scratch`` (built, begun, with their rates) through all months.

    Returns
    -------
    int
        Number of ledger rows so far, RATE_ERROR or ROOM_ERROR.
    """
    found = draw_candidates(
        scratch, rooms, tally, program, capacity, n, 1, months, seed, replicate, tile
    )
    if found < 0:
        return RATE_ERROR
    if found > scratch.candidates.shape[0]:
        return ROOM_ERROR
    return run_months(
        scratch, rooms, used, tally, program, capacity, n, months, seed, replicate, tile,
        1, months, 0, program.grade_mask,
    )  # fmt: skip


@kernel
def run_months(
    scratch: Scratch,
    rooms: Rooms,
    used: int,
    tally: Tally,
    program: Program,
    capacity: NDArray[np.float64],
    n: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
    first: int,
    last: int,
    again: int,
    grade_mask: NDArray[np.uint64],
) -> int:
    """Run the months ``first`` to ``last`` of a tile whose candidates are drawn.

    ``again`` is a month at whose end everybody is settled, for the regime before it, with this
    ``grade_mask`` (S, G), was another one; 0: none. Returns as :func:`run_tile`.
    """
    base = tile * TILE
    note_late(scratch, program, n, months)
    for month in range(first, last + 1):
        arrive(scratch, tally, program, n, month)
        if conduct(
            scratch, rooms, tally, program, capacity, seed, replicate, tile, month, months
        ) < 0:  # fmt: skip
            return RATE_ERROR
        used = records(scratch, used, tally, program, months, seed, replicate, tile, month, base)
        trades(scratch, program, n, seed, replicate, tile, month)
        counters(scratch, tally, program, seed, replicate, tile, month)
        tie_loss(scratch, tally, program, seed, replicate, tile, month)
        exits(scratch, tally, program, n, month, base)
        beliefs(scratch, month)
        update_features(scratch, tally, program, n, month)
        if month == again:
            touch_everybody(scratch, n)
        used = observe(scratch, used, tally, program, months, month, base)
        if month == again:
            used = settle_spells(scratch, used, program, grade_mask, n, months, month, base)
        if used > scratch.ledger.shape[0]:
            return ROOM_ERROR
        note_scores(scratch, program, n, month, months)
    if last == months:
        count_information(scratch, tally, program, n, months)
    return used


def run_chunk(
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
) -> int:
    """Build and run tiles ``first_tile`` to ``last_tile`` - 1.

    Parameters
    ----------
    scratch, rooms, tally
        Arrays of the calling thread; ``scratch.ledger`` and ``tally`` are filled.
    program, tables
        The regime and the marginals.
    capacity : (K, months) float64
        Share of its acts that each channel can handle, by month.
    people_count : int
        People of the whole society; the last tile may be cut short.
    snapshot : (people_count,) SNAPSHOT
        Filled where it has room; of length 0: not wanted.

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
        before = used
        used = run_tile(
            scratch, rooms, used, tally, program, capacity, n, months, seed, replicate, tile
        )
        if used < 0:
            return used
        if snapshot.shape[0] > 0:
            base = tile * TILE
            take_snapshot(snapshot, scratch, rooms, program, n, months, base, before, used)
    return used
