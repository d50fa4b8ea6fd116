"""A chunk of tiles, each run through all its months while it is in cache."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel
from scoredsociety.engine.candidates import base_rates, draw_candidates
from scoredsociety.engine.compile import Program
from scoredsociety.engine.month import (
    RATE_ERROR,
    beliefs,
    conduct,
    counters,
    exits,
    observe,
    records,
    shocks,
)
from scoredsociety.engine.scalars import grade_of
from scoredsociety.engine.state import Rows, Scratch, State, Tally
from scoredsociety.society.people import MINORITY, TILE, People, PeopleTables, build_people

ROOM_ERROR = -3
"""More candidates or rows than there was room for: call again with more."""


@kernel
def begin_tile(
    state: State, people: People, tally: Tally, program: Program, n: int, months: int
) -> None:
    """Set the state at the start of month 1 and book the opening stocks."""
    schemes = program.salt.shape[0]
    state.caught[:] = 0
    state.shocked_to[:] = 0
    state.held[:] = 0
    state.held_honest[:] = 0
    state.last_row[:] = -1
    state.last_wrong[:] = 0
    state.spell[:] = -1
    state.entries[:] = 0
    state.listed[:] = 0
    state.ever[:] = 0
    state.newest[:] = -1
    state.is_touched[:] = 0
    state.count[:] = 0
    state.due[:] = -1
    for s in range(schemes):
        state.balance[s, :] = program.start[s]
        state.honest[s, :] = program.start[s]
        if not program.is_list[s]:
            state.grade[s, :] = grade_of(
                program.start[s], 0, program.floors[s], program.grades[s], program.hold[s]
            )
    for i in range(n):
        pilot = (int(people.profile[i]) >> 11) & 1
        group = int(people.flags[i] & MINORITY)
        aware = int(people.attention[i] < (program.aware_in if pilot else program.aware_out))
        quintile = (int(people.profile[i]) >> 13) & 7
        profile = int(people.profile[i]) | (aware << 12)
        cell = ((group * 2 + pilot) * 5 + quintile) * 2 + aware
        state.cell[i] = cell
        state.profile[i] = profile
        start = max(1, (18 - int(people.age[i])) * 12 + 1)
        state.adult_from[i] = start
        known = 0
        for s in range(schemes):
            inside = pilot or not program.pilot_only[s]
            if people.attention[i] < program.aware[s, 0 if inside else 1]:
                known |= 1 << s
        state.known[i] = known
        tally.persons[profile] += 1
        mask = np.uint64(0)
        if start > months:
            state.mask[i] = mask
            continue
        tally.adults[profile] += 1
        tally.adult_months[profile] += months - start + 1
        tally.monthly[program.plain_measure[0], start - 1, cell] += 1
        for s in range(schemes):
            if not program.is_list[s] and (pilot or not program.pilot_only[s]):
                g = int(state.grade[s, i])
                tally.monthly[program.measure[7, s] + g, start - 1, cell] += 1
                mask |= program.grade_mask[s, g]
        state.mask[i] = mask
        if mask:
            _open_masks(tally, program, mask, start, cell)
    _fill_buckets(state, people, n)


@inlined
def _open_masks(tally: Tally, program: Program, mask: int, month: int, cell: int) -> None:
    for bit in range(64):
        if mask & (np.uint64(1) << np.uint64(bit)):
            tally.monthly[program.bit_measure[bit], month - 1, cell] += 1
    if mask & np.uint64(0xFFFFFFFF):
        tally.monthly[program.plain_measure[1], month - 1, cell] += 1
    if mask >> np.uint64(32):
        tally.monthly[program.plain_measure[2], month - 1, cell] += 1


@inlined
def _fill_buckets(state: State, people: People, n: int) -> None:
    """Sort the adults of the tile by city and group: where wrong attributions land."""
    first = state.bucket_first
    first[:] = 0
    for i in range(n):
        state.bucket_place[i] = -1
        if state.adult_from[i] == 1:
            first[int(people.city[i]) * 2 + int(people.flags[i] & MINORITY) + 1] += 1
    for key in range(1, first.shape[0]):
        first[key] += first[key - 1]
    place = first.copy()
    for i in range(n):
        if state.adult_from[i] == 1:
            key = int(people.city[i]) * 2 + int(people.flags[i] & MINORITY)
            state.bucket[place[key]] = i
            state.bucket_place[i] = place[key]
            place[key] += 1


@inlined
def _expected_load(state: State, tally: Tally, program: Program, n: int) -> None:
    """Add the load that channels with a limit expect in month 1 without any scheme."""
    for c in range(program.identity.shape[0]):
        low = 0.0
        for k in range(program.channel_edge.shape[1]):
            share = program.channel_edge[c, k] - low
            low = program.channel_edge[c, k]
            channel = program.channel_code[c, k]
            if share <= 0.0 or program.capacity[channel] <= 0.0:
                continue
            for i in range(n):
                if state.adult_from[i] == 1:
                    tally.baseline[channel] += np.int64(
                        state.rate[c, i] * program.record_chance[c] * share * 1048576.0
                    )


@kernel
def run_tile(
    scratch: Scratch,
    rows: Rows,
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
    """Run the people in ``scratch`` (already built, with their rates) through all months.

    Returns
    -------
    int
        Number of ledger rows so far, RATE_ERROR or ROOM_ERROR.
    """
    people, state, candidates, accepted = scratch
    if (
        draw_candidates(candidates, state, people, program, n, months, seed, replicate, tile)
        > candidates.who.shape[0]
    ):
        return ROOM_ERROR
    first_row = used
    base = tile * TILE
    for month in range(1, months + 1):
        shocks(state, candidates, program, month)
        if (
            conduct(
                state, people, candidates, accepted, rows, tally, program, capacity,
                seed, replicate, tile, month,
            )
            < 0
        ):  # fmt: skip
            return RATE_ERROR
        used = records(
            state, people, candidates, accepted, rows, used, tally, program, months,
            seed, replicate, tile, month, base,
        )  # fmt: skip
        counters(state, rows, tally, program, seed, replicate, tile, month, base)
        exits(state, rows, tally, program, month, base)
        beliefs(state, candidates, accepted)
        used = observe(state, rows, used, tally, program, months, month, base)
        if used > rows.chain.shape[0]:
            return ROOM_ERROR
    return max(used, first_row)


@kernel
def run_chunk(
    scratch: Scratch,
    rows: Rows,
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
) -> int:
    """Build and run tiles ``first_tile`` to ``last_tile`` - 1.

    Parameters
    ----------
    scratch, rows, tally
        Arrays of the calling thread; ``rows`` and ``tally`` are filled.
    program, tables
        The regime and the marginals.
    capacity : (K, months) float64
        Share of its acts that each channel can handle, by month.
    people_count : int
        People of the whole society; the last tile may be cut short.

    Returns
    -------
    int
        Number of ledger rows, RATE_ERROR or ROOM_ERROR.
    """
    used = 0
    for tile in range(first_tile, last_tile):
        n = min(TILE, people_count - tile * TILE)
        build_people(scratch.people, tables, seed, replicate, tile)
        begin_tile(scratch.state, scratch.people, tally, program, n, months)
        base_rates(scratch.state, scratch.people, program, n, seed, replicate, tile)
        _expected_load(scratch.state, tally, program, n)
        used = run_tile(
            scratch, rows, used, tally, program, capacity, n, months, seed, replicate, tile
        )
        if used < 0:
            return used
    return used
