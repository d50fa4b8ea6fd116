"""Candidate acts: a Poisson scatter over (time, height), person by person and conduct by conduct.

The height of a point is a multiple of the person's own base rate. A regime in a given state
accepts the points below the multiple that it produces; it never makes or moves one. So the
same person has the same opportunities under every regime, and raising a rate only ever adds
the points between the old height and the new one. Heights come in layers, each a scatter of
its own: a regime that needs a higher layer adds points above and leaves those below alone.
"""

from __future__ import annotations

import numpy as np

from scoredsociety.base.jit import inlined, kernel
from scoredsociety.base.streams import Block, uniform, words
from scoredsociety.engine.compile import LAYERS, Program
from scoredsociety.engine.state import INNOCENT, SHOCK, Candidates, State
from scoredsociety.society.people import BUSINESS, DOG, DRIVER, MINORITY, People, context_normal

_FIRST, _CANDIDATE = np.uint64(Block.FIRST), np.uint64(Block.CANDIDATE)
_EDGES = np.array(LAYERS)
_8, _12 = np.uint64(8), np.uint64(12)
_SHOCK_STREAM = np.uint64(0x5C0C_0001)
_INNOCENT_LAYER = 7
"""Layer code of the scatter of false records about people who did nothing."""


@kernel
def base_rates(
    state: State, people: People, program: Program, n: int, seed: int, replicate: int, tile: int
) -> None:
    """Fill ``state.rate`` (C, TILE): acts a month of each person at multiple 1 (MODEL.md BEH).

    rate = b e exp(s z - s**2 / 2) f(income rank), with z = sqrt(rho) z_i + sqrt(1 - rho) eps.
    """
    conducts = program.identity.shape[0]
    for i in range(n):
        flags = people.flags[i]
        last_context = np.uint64(0)
        own = 0.0
        for c in range(conducts):
            kind = program.who[c]
            eligible = (
                kind == 0
                or (kind == 1 and flags & DRIVER)
                or (kind == 2 and flags & DOG)
                or (kind == 3 and flags & BUSINESS)
            )
            rate = program.monthly[c]
            if not eligible:
                rate *= program.others[c]
            if rate > 0.0:
                if program.context[c] != last_context:
                    last_context = program.context[c]
                    own = context_normal(seed, replicate, i, tile, last_context)
                s = program.log_sd[c]
                z = program.common * people.general[i] + program.special * own
                g = program.gradient[c]
                rate *= np.exp(s * z - 0.5 * s * s - g * (people.rank[i] - 0.5)) / program.gradient_mean[c]
            state.rate[c, i] = rate


@inlined
def _scatter(
    candidates: Candidates,
    used: int,
    who: int,
    code: int,
    layer: int,
    stream: int,
    rate: float,
    low: float,
    width: float,
    first: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Append one person's points in one layer; return the new number of candidates."""
    u = uniform(first)
    if u <= 1.0 - rate * months:
        return used
    time = -np.log(u) / rate
    serial = 0
    block = _CANDIDATE | (np.uint64(layer) << _8)
    while time < months:
        lanes = words(
            seed, replicate, np.uint64(who) | (np.uint64(serial) << _12), stream, tile, block
        )
        if used < candidates.who.shape[0]:
            candidates.who[used] = who
            candidates.code[used] = code
            candidates.layer[used] = layer
            candidates.serial[used] = serial
            candidates.month[used] = int(time) + 1
            candidates.height[used] = low + width * uniform(lanes[0])
            candidates.channel[used] = uniform(lanes[1])
            candidates.truth[used] = uniform(lanes[2])
        used += 1
        serial += 1
        time += -np.log(uniform(lanes[3])) / rate
    return used


@kernel
def draw_candidates(
    candidates: Candidates,
    state: State,
    people: People,
    program: Program,
    n: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Draw everything that could happen to the first ``n`` people of a tile.

    Returns
    -------
    int
        Number of candidates. If it exceeds the capacity, none is sorted and the caller must
        call again with more room.
    """
    used = 0
    conducts = program.identity.shape[0]
    for i in range(n):
        if state.adult_from[i] > months:
            continue
        group = int(people.flags[i] & MINORITY)
        if program.shock_monthly > 0.0:
            lanes = words(seed, replicate, i, _SHOCK_STREAM, tile, _FIRST)
            used = _scatter(
                candidates, used, i, SHOCK, 0, _SHOCK_STREAM, program.shock_monthly, 0.0, 1.0,
                lanes[0], months, seed, replicate, tile,
            )  # fmt: skip
        for c in range(conducts):
            rate = state.rate[c, i] * program.record_chance[c]
            if rate > 0.0:
                stream = program.identity[c]
                lanes = words(seed, replicate, i, stream, tile, _FIRST)
                for layer in range(program.layers[c]):
                    width = _EDGES[layer + 1] - _EDGES[layer]
                    if layer == 4:
                        lanes = words(seed, replicate, i, stream, tile, _FIRST | (np.uint64(1) << _8))
                    used = _scatter(
                        candidates, used, i, c, layer, stream, rate * width, _EDGES[layer], width,
                        lanes[layer % 4], months, seed, replicate, tile,
                    )  # fmt: skip
            if program.innocent[c, group] > 0.0:
                stream = program.identity[c]
                lanes = words(
                    seed, replicate, i, stream, tile, _FIRST | (np.uint64(_INNOCENT_LAYER) << _8)
                )
                used = _scatter(
                    candidates, used, i, INNOCENT + c, _INNOCENT_LAYER, stream,
                    program.innocent[c, group], 0.0, 1.0, lanes[0], months, seed, replicate, tile,
                )  # fmt: skip
    if used <= candidates.who.shape[0]:
        _sort(candidates, used, months)
    return used


@inlined
def _sort(candidates: Candidates, used: int, months: int) -> None:
    """Sort positions by month, stably, by counting."""
    first = candidates.first
    first[:] = 0
    for k in range(used):
        first[candidates.month[k] + 1] += 1
    for t in range(1, months + 2):
        first[t] += first[t - 1]
    # first[t] is now the number of candidates before month t; advance while placing
    place = first.copy()
    for k in range(used):
        t = candidates.month[k]
        candidates.order[place[t]] = k
        place[t] += 1
