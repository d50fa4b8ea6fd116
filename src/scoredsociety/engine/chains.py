"""Candidate acts: a Poisson scatter over (time, height), drawn for a whole tile in lockstep.

The height of a point is a multiple of the person's own base rate. A regime in a given state
accepts the points below the multiple that it produces; it never makes or moves one. So the
same person has the same opportunities under every regime, and raising a rate only ever adds
the points between the old height and the new one. Heights come in layers, each a scatter of
its own: a regime that needs a higher layer adds points above and leaves those below alone.

A person's points in one layer are a chain: each waits for the one before. All chains of a layer
take their first step together, then their second, and so on, so that the arithmetic of a step is
vector code over the people who are still in it. What happens to a point is decided when the month
comes (:mod:`scoredsociety.engine.acts`), or at once where it can be foreseen
(:mod:`scoredsociety.engine.foresight`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.arithmetic import log
from scoredsociety.base.jit import inlined, kernel, part
from scoredsociety.base.streams import Block, philox, uniform, words_of_many
from scoredsociety.engine.codes import EDGES, RATE_ERROR
from scoredsociety.engine.foresight import OPEN, foresee, outlook, prepare
from scoredsociety.engine.program import Program, identity
from scoredsociety.engine.state import INNOCENT, Chains, Rooms, Scratch, Tally

_FIRST, _CANDIDATE = np.uint64(Block.FIRST), np.uint64(Block.CANDIDATE)
_8, _12 = np.uint64(8), np.uint64(12)
_SHOCK_STREAM = np.uint64(identity("shock"))
INNOCENT_LAYER = 7
"""Layer code of the scatter of false records about people who did nothing."""


@inlined
def shocked(windows: NDArray[np.uint64], i: int, month: int) -> bool:
    """Return whether a person is ill or out of work in a month."""
    return bool((windows[i, month >> 6] >> np.uint64(month & 63)) & np.uint64(1))


@part
def _begin(chains: Chains, lane: NDArray[np.uint32], n: int, last: int) -> int:
    """List who has a first point by month ``last``, and when; return how many do."""
    pace, hit, hits, who, time = chains.pace, chains.hit, chains.hits, chains.who, chains.time
    for i in range(n):  # a bound: -log(u) is at least 1 - u
        hit[i] = uniform(lane[i]) > 1.0 - pace[i] * last
    found = 0
    for k in range(hits.shape[0]):
        if hits[k]:
            for i in range(8 * k, 8 * k + 8):
                who[found] = i
                found += hit[i]
    u, wait = chains.height, chains.wait
    for k in range(found):
        u[k] = uniform(lane[who[k]])
        wait[k] = pace[who[k]]
    for k in range(found):
        time[k] = -log(u[k]) / wait[k]
    return _still(chains, found, last)


@part
def _still(chains: Chains, m: int, last: int) -> int:
    """Keep the chains whose next point comes by month ``last``; return how many they are."""
    who, time = chains.who, chains.time
    kept = 0
    for k in range(m):
        who[kept] = who[k]
        time[kept] = time[k]
        kept += time[k] < last
    return kept


@part
def _step(
    chains: Chains,
    m: int,
    serial: int,
    stream: Any,
    tile: int,
    block: Any,
    seed: int,
    replicate: int,
) -> None:
    """Draw the marks and the month of the next point of each of the first ``m`` chains."""
    who, time, month = chains.who, chains.time, chains.month
    height, channel, truth, gap = chains.height, chains.channel, chains.truth, chains.gap
    high = np.uint64(serial) << _12
    for k in range(m):
        w = philox(
            np.uint64(who[k]) | high,
            np.uint64(stream),
            np.uint64(tile),
            np.uint64(block),
            np.uint64(seed),
            np.uint64(replicate),
        )
        height[k] = uniform(w[0])
        channel[k] = uniform(w[1])
        truth[k] = uniform(w[2])
        gap[k] = uniform(w[3])
    for k in range(m):
        month[k] = np.int32(time[k]) + 1


@part
def _go_on(chains: Chains, m: int, last: int) -> int:
    """Wait for the next point of each chain; return how many chains have one in time."""
    who, time, gap, wait, pace = chains.who, chains.time, chains.gap, chains.wait, chains.pace
    for k in range(m):
        wait[k] = pace[who[k]]
    for k in range(m):
        time[k] += -log(gap[k]) / wait[k]
    return _still(chains, m, last)


@part
def shocks(
    rooms: Rooms, program: Program, n: int, months: int, seed: int, replicate: int, tile: int
) -> None:
    """Take step 1 of every month: who falls ill or loses work, and for how long."""
    chains, windows, settings = rooms.chains, rooms.windows, program.settings[0]
    windows[:] = np.uint64(0)
    chains.hit[:] = 0
    if settings.shock_monthly <= 0.0:
        return
    for i in range(n):
        chains.pace[i] = settings.shock_monthly if chains.adult[i] <= months else 0.0
    words_of_many(rooms.lanes, seed, replicate, _SHOCK_STREAM, tile, _FIRST)
    m, serial = _begin(chains, rooms.lanes[0], n, months), 0
    while m > 0:
        _step(chains, m, serial, _SHOCK_STREAM, tile, _CANDIDATE, seed, replicate)
        for k in range(m):
            i, first = chains.who[k], chains.month[k]
            for month in range(first, min(first + settings.shock_months, months + 1)):
                windows[i, month >> 6] |= np.uint64(1) << np.uint64(month & 63)
        m, serial = _go_on(chains, m, months), serial + 1


@part
def _layer(
    scratch: Scratch,
    rooms: Rooms,
    tally: Tally,
    program: Program,
    capacity: NDArray[np.float64],
    used: int,
    m: int,
    c: int,
    layer: int,
    view: int,
    first: int,
    last: int,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Follow the chains of one layer and keep their points from month ``first`` on.

    Returns
    -------
    int
        Number of candidates, or RATE_ERROR.
    """
    chains, windows, candidates = rooms.chains, rooms.windows, scratch.candidates
    conduct = program.conducts[c]
    block = _CANDIDATE | (np.uint64(layer) << _8)
    low, width, code = 0.0, 1.0, INNOCENT + c
    only_shocked = False
    if layer != INNOCENT_LAYER:
        low, code = EDGES[layer], c
        width = EDGES[layer + 1] - low
        only_shocked = low >= conduct.calm
    before, serial, starters = used, 0, m
    for k in range(m):
        chains.starter[k] = chains.who[k]
        chains.place[chains.who[k]] = 0
    if view != OPEN:
        prepare(scratch, chains, program, c, m, first)
    while m > 0:
        _step(chains, m, serial, conduct.identity, tile, block, seed, replicate)
        if view != OPEN:
            used = foresee(
                scratch, rooms, tally, program, capacity, used, m, c, serial, view, first,
                seed, replicate, tile,
            )  # fmt: skip
            if used < 0:
                return RATE_ERROR
        else:
            for k in range(m):
                i, month = int(chains.who[k]), int(chains.month[k])
                if month < first or (only_shocked and not shocked(windows, i, month)):
                    continue
                if used < candidates.shape[0]:
                    point = candidates[used]
                    point.height = low + width * chains.height[k]
                    point.channel = chains.channel[k]
                    point.truth = chains.truth[k]
                    point.serial = serial
                    point.month = month
                    point.who = i
                    point.code = code
                    point.layer = layer
                    point.foreseen = 0
                used += 1
        m, serial = _go_on(chains, m, last), serial + 1
    if used <= candidates.shape[0]:
        _by_person(scratch, chains, before, used, starters, serial)
    return used


@part
def _by_person(
    scratch: Scratch, chains: Chains, before: int, used: int, starters: int, steps: int
) -> None:
    """Put the points of a layer, made step by step, in the order of people and then of time."""
    candidates, line, place, starter = (
        scratch.candidates,
        scratch.line,
        chains.place,
        chains.starter,
    )
    if steps < 2 or used - before < 2:  # they are in this order already
        for k in range(before, used):
            line[k] = k
        return
    for k in range(before, used):
        place[candidates[k].who] += 1
    total = before
    for k in range(starters):
        mine = place[starter[k]]
        place[starter[k]] = total
        total += mine
    for k in range(before, used):
        i = candidates[k].who
        line[place[i]] = k
        place[i] += 1


@kernel
def draw_candidates(
    scratch: Scratch,
    rooms: Rooms,
    tally: Tally,
    program: Program,
    capacity: NDArray[np.float64],
    n: int,
    first: int,
    last: int,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Draw everything that could happen to the first ``n`` people of a tile in some months.

    Parameters
    ----------
    scratch, rooms : Scratch, Rooms
        A tile that has begun, with its rates and with what it has learnt before month ``first``.
    tally : Tally
        Takes what is decided at once.
    program : Program
    capacity : (K, months) float64
        Share of its acts that each channel can handle, by month.
    n : int
    first, last : int
        Months of which points are kept, both included.
    seed, replicate, tile : int

    Returns
    -------
    int
        Number of candidates, or RATE_ERROR. If it exceeds the capacity, they are not sorted and
        the caller must call again with more room.
    """
    chains, lanes, persons, rate = rooms.chains, rooms.lanes, scratch.persons, scratch.rate
    conducts = program.conducts
    for i in range(n):
        chains.adult[i] = persons[i].adult_from
        chains.known[i] = persons[i].known
        chains.group[i] = persons[i].minority
        chains.place_of[i] = 2 * (persons[i].cell & 1) + persons[i].pilot
    shocks(rooms, program, n, last, seed, replicate, tile)
    for i in range(n):
        chains.alive[i] = 1.0 if chains.adult[i] <= last else 0.0
        ever = np.uint64(0)
        for w in range(rooms.windows.shape[1]):
            ever |= rooms.windows[i, w]
        chains.frail[i] = chains.alive[i] if ever else 0.0
    used = 0
    for c in range(conducts.shape[0]):
        conduct = conducts[c]
        view = outlook(program, c, first, last)
        for layer in range(conduct.layers if conduct.drawn > 0.0 else 0):
            if layer % 4 == 0:
                field = np.uint64(layer // 4) << _8
                words_of_many(lanes, seed, replicate, conduct.identity, tile, _FIRST | field)
            width = EDGES[layer + 1] - EDGES[layer]
            some = chains.frail if EDGES[layer] >= conduct.calm else chains.alive
            for i in range(n):
                chains.pace[i] = rate[c, i] * conduct.drawn * width * some[i]
            m = _begin(chains, lanes[layer % 4], n, last)
            if m > 0:
                used = _layer(
                    scratch, rooms, tally, program, capacity, used, m, c, layer, view,
                    first, last, seed, replicate, tile,
                )  # fmt: skip
                if used < 0:
                    return RATE_ERROR
        if conduct.innocent_majority > 0.0 or conduct.innocent_minority > 0.0:
            field = np.uint64(INNOCENT_LAYER) << _8
            words_of_many(lanes, seed, replicate, conduct.identity, tile, _FIRST | field)
            for i in range(n):
                false = conduct.innocent_majority
                if persons[i].minority:
                    false = conduct.innocent_minority
                chains.pace[i] = false * chains.alive[i]
            m = _begin(chains, lanes[0], n, last)
            if m > 0:
                used = _layer(
                    scratch, rooms, tally, program, capacity, used, m, c, INNOCENT_LAYER, OPEN,
                    first, last, seed, replicate, tile,
                )  # fmt: skip
    if used <= scratch.candidates.shape[0]:
        _sort(scratch, used)
    return used


@part
def _sort(scratch: Scratch, used: int) -> None:
    """Lay the points out by month, stably; month t is first[t] ... first[t + 1] - 1."""
    candidates, points, line, first = (
        scratch.candidates,
        scratch.points,
        scratch.line,
        scratch.first,
    )
    first[:] = 0
    for k in range(used):
        first[candidates[k].month + 1] += 1
    for t in range(1, first.shape[0]):
        first[t] += first[t - 1]
    for k in range(used):
        t = candidates[line[k]].month
        points[first[t]] = candidates[line[k]]
        first[t] += 1
    for t in range(first.shape[0] - 1, 0, -1):  # each has moved to where the next begins
        first[t] = first[t - 1]
    first[0] = 0
