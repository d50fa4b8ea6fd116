"""A chunk of tiles, each run through all its months while it is in cache."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel
from scoredsociety.engine.acts import conduct, shocks
from scoredsociety.engine.candidates import base_rates, draw_candidates
from scoredsociety.engine.codes import RATE_ERROR
from scoredsociety.engine.entries import records
from scoredsociety.engine.exits import counters, exits
from scoredsociety.engine.observers import beliefs, book_masks, observe
from scoredsociety.engine.program import ADULTS, Program
from scoredsociety.engine.scalars import grade_of
from scoredsociety.engine.state import Scratch, Tally
from scoredsociety.society.people import MINORITY, TILE, PeopleTables, build_people

ROOM_ERROR = -3
"""More candidates or rows than there was room for: call again with more."""


@kernel
def begin_tile(scratch: Scratch, tally: Tally, program: Program, n: int, months: int) -> None:
    """Set the state at the start of month 1 and book the opening stocks."""
    people, persons, standings = scratch.people, scratch.persons, scratch.standings
    schemes, settings, monthly = program.schemes, program.settings[0], tally.monthly
    scratch.caught[:] = 0
    scratch.counts[:] = 0
    scratch.due[:] = -1
    for s in range(schemes.shape[0]):
        scheme = schemes[s]
        opening = 0
        if not scheme.is_list:
            opening = grade_of(scheme.start, 0, program.floors, s, scheme.grades, scheme.hold)
        for i in range(TILE):
            standing = standings[s, i]
            standing.balance = scheme.start
            standing.honest = scheme.start
            standing.last_row = -1
            standing.spell = -1
            standing.held = 0
            standing.held_honest = 0
            standing.entries = 0
            standing.grade = opening
            standing.last_wrong = 0
            standing.listed = 0
            standing.ever = 0
    for i in range(n):
        person = persons[i]
        pilot = (int(people.profile[i]) >> 11) & 1
        group = int(people.flags[i] & MINORITY)
        aware = int(people.attention[i] < (settings.aware_in if pilot else settings.aware_out))
        quintile = (int(people.profile[i]) >> 13) & 7
        start = max(1, (18 - int(people.age[i])) * 12 + 1)
        person.adult_from = start
        person.shocked_to = 0
        person.newest = -1
        person.place = -1
        person.profile = int(people.profile[i]) | (aware << 12)
        person.cell = ((group * 2 + pilot) * 5 + quintile) * 2 + aware
        person.city = people.city[i]
        person.minority = group
        person.pilot = pilot
        person.touched = 0
        person.known = 0
        person.mask = np.uint64(0)
        for s in range(schemes.shape[0]):
            inside = pilot or not schemes[s].pilot_only
            if people.attention[i] < (
                schemes[s].aware_inside if inside else schemes[s].aware_outside
            ):
                person.known |= 1 << s
        tally.persons[person.profile] += 1
        if start > months:
            continue
        tally.adults[person.profile] += 1
        tally.adult_months[person.profile] += months - start + 1
        monthly[ADULTS, start - 1, person.cell] += 1
        mask = np.uint64(0)
        for s in range(schemes.shape[0]):
            if not schemes[s].is_list and (pilot or not schemes[s].pilot_only):
                g = int(standings[s, i].grade)
                monthly[schemes[s].m_grade + g, start - 1, person.cell] += 1
                mask |= program.grade_mask[s, g]
        if mask != person.mask:
            book_masks(monthly, program.bit_measure, person.mask, mask, start, person.cell)
            person.mask = mask
    _fill_buckets(scratch, n)


@inlined
def _fill_buckets(scratch: Scratch, n: int) -> None:
    """Sort the adults of the tile by city and group: where wrong attributions land."""
    persons, first, bucket = scratch.persons, scratch.bucket_first, scratch.bucket
    first[:] = 0
    for i in range(n):
        person = persons[i]
        person.bucket = -1
        if person.adult_from == 1:
            first[int(person.city) * 2 + int(person.minority) + 1] += 1
    for key in range(1, first.shape[0]):
        first[key] += first[key - 1]
    place = first.copy()
    for i in range(n):
        person = persons[i]
        if person.adult_from == 1:
            key = int(person.city) * 2 + int(person.minority)
            bucket[place[key]] = i
            person.bucket = place[key]
            place[key] += 1


@kernel
def expected_load(scratch: Scratch, tally: Tally, program: Program, n: int) -> None:
    """Add the load that channels with a limit expect in month 1 without any scheme."""
    persons, rate, conducts = scratch.persons, scratch.rate, program.conducts
    edge, code = program.channel_edge, program.channel_code
    for c in range(conducts.shape[0]):
        low = 0.0
        for k in range(edge.shape[1]):
            share = edge[c, k] - low
            low = edge[c, k]
            channel = code[c, k]
            if share <= 0.0 or program.channels[channel].capacity <= 0.0:
                continue
            part = conducts[c].chance * share * 1048576.0
            for i in range(n):
                if persons[i].adult_from == 1:
                    tally.baseline[channel] += np.int64(rate[c, i] * part)


@kernel
def run_tile(
    scratch: Scratch,
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
    found = draw_candidates(scratch, program, n, months, seed, replicate, tile)
    if found > scratch.candidates.shape[0]:
        return ROOM_ERROR
    base = tile * TILE
    for month in range(1, months + 1):
        shocks(scratch, program, month)
        if conduct(scratch, tally, program, capacity, seed, replicate, tile, month) < 0:
            return RATE_ERROR
        used = records(scratch, used, tally, program, months, seed, replicate, tile, month, base)
        counters(scratch, tally, program, seed, replicate, tile, month)
        exits(scratch, tally, program, month, base)
        beliefs(scratch)
        used = observe(scratch, used, tally, program, months, month)
        if used > scratch.ledger.shape[0]:
            return ROOM_ERROR
    return used


@kernel
def run_chunk(
    scratch: Scratch,
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
    scratch, tally
        Arrays of the calling thread; ``scratch.ledger`` and ``tally`` are filled.
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
        begin_tile(scratch, tally, program, n, months)
        base_rates(scratch, program, n, months, seed, replicate, tile)
        expected_load(scratch, tally, program, n)
        used = run_tile(scratch, used, tally, program, capacity, n, months, seed, replicate, tile)
        if used < 0:
            return used
    return used
