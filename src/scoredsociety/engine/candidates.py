"""Candidate acts: a Poisson scatter over (time, height), person by person and conduct by conduct.

The height of a point is a multiple of the person's own base rate. A regime in a given state
accepts the points below the multiple that it produces; it never makes or moves one. So the
same person has the same opportunities under every regime, and raising a rate only ever adds
the points between the old height and the new one. Heights come in layers, each a scatter of
its own: a regime that needs a higher layer adds points above and leaves those below alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel
from scoredsociety.base.normal import normal_quantile
from scoredsociety.base.streams import Block, uniform, words, words_of_many
from scoredsociety.engine.program import LAYERS, Program, identity
from scoredsociety.engine.state import INNOCENT, SHOCK, Rooms, Scratch
from scoredsociety.society.traits import eligible

_CONTEXT, _FIRST, _CANDIDATE = (np.uint64(b) for b in (Block.CONTEXT, Block.FIRST, Block.CANDIDATE))
_EDGES = np.array(LAYERS)
_8, _12 = np.uint64(8), np.uint64(12)
_SHOCK_STREAM = np.uint64(identity("shock"))
_INNOCENT_LAYER = 7
"""Layer code of the scatter of false records about people who did nothing."""


@kernel
def base_rates(
    scratch: Scratch,
    rooms: Rooms,
    program: Program,
    n: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
) -> None:
    """Fill ``scratch.rate`` (C, TILE): acts a month of each person at multiple 1.

    rate = b e exp(s z - s**2 / 2) f(income rank), with z = sqrt(rho) z_i + sqrt(1 - rho) eps
    (docs/model.md).
    """
    rate, conducts, settings, lanes = (
        scratch.rate,
        program.conducts,
        program.settings[0],
        rooms.lanes,
    )
    persons, general, rank = scratch.persons, rooms.people.general, rooms.people.rank
    propensity = rooms.propensity
    last_context = np.uint64(0)
    for c in range(conducts.shape[0]):
        conduct = conducts[c]
        if conduct.context != last_context:
            last_context = conduct.context
            words_of_many(lanes, seed, replicate, last_context, tile, _CONTEXT)
            for i in range(n):
                own = normal_quantile(uniform(lanes[0, i]))
                propensity[i] = settings.common * general[i] + settings.special * own
        s, g = conduct.log_sd, conduct.gradient
        acts = conduct.monthly / conduct.gradient_mean
        for i in range(n):
            own_acts = acts
            if conduct.who != 0 and not eligible(conduct.who, i, rooms.people):
                own_acts = acts * conduct.others
            if own_acts > 0.0 and persons[i].adult_from <= months:
                own_acts *= np.exp(s * propensity[i] - 0.5 * s * s - g * (rank[i] - 0.5))
            rate[c, i] = own_acts


@inlined
def _scatter(
    candidates: Any,
    used: int,
    who: int,
    code: int,
    layer: int,
    stream: Any,
    rate: float,
    low: float,
    width: float,
    u: float,
    windows: NDArray[np.uint8],
    kind: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Append one person's points in one layer; return the new number of candidates.

    Points in months where ``windows[kind]`` is 0 are left out: no state could accept them.
    """
    time = -np.log(u) / rate
    serial = 0
    block = _CANDIDATE | (np.uint64(layer) << _8)
    while time < months:
        lanes = words(
            seed, replicate, np.uint64(who) | (np.uint64(serial) << _12), stream, tile, block
        )
        month = int(time) + 1
        if windows[kind, month] and used < candidates.shape[0]:
            point = candidates[used]
            point.height = low + width * uniform(lanes[0])
            point.channel = uniform(lanes[1])
            point.truth = uniform(lanes[2])
            point.serial = serial
            point.month = month
            point.who = who
            point.code = code
            point.layer = layer
        used += windows[kind, month]
        serial += 1
        time += -np.log(uniform(lanes[3])) / rate
    return used


@kernel
def draw_candidates(
    scratch: Scratch,
    rooms: Rooms,
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
        Number of candidates. If it exceeds the capacity, they are not sorted and the caller must
        call again with more room.
    """
    used = 0
    candidates, persons, rate, lanes = (
        scratch.candidates,
        scratch.persons,
        scratch.rate,
        rooms.lanes,
    )
    conducts, shock = program.conducts, program.settings[0].shock_monthly
    windows = rooms.windows  # row 0: all months; row 1 + i: months in which person i is shocked
    windows[0, :] = 1
    windows[1:, :] = 0
    if shock > 0.0:
        words_of_many(lanes, seed, replicate, _SHOCK_STREAM, tile, _FIRST)
        for i in range(n):
            u = uniform(lanes[0, i])
            # otherwise the first is surely beyond the horizon
            if u > 1.0 - shock * months and persons[i].adult_from <= months:
                before = used
                used = _scatter(
                    candidates, used, i, SHOCK, 0, _SHOCK_STREAM, shock, 0.0, 1.0, u, windows, 0,
                    months, seed, replicate, tile,
                )  # fmt: skip
                for k in range(before, min(used, candidates.shape[0])):
                    first = candidates[k].month
                    windows[1 + i, first : first + program.settings[0].shock_months] = 1
    for c in range(conducts.shape[0]):
        conduct = conducts[c]
        for layer in range(conduct.layers if conduct.drawn > 0.0 else 0):
            if layer % 4 == 0:
                field = np.uint64(layer // 4) << _8
                words_of_many(lanes, seed, replicate, conduct.identity, tile, _FIRST | field)
            low = _EDGES[layer]
            width = _EDGES[layer + 1] - low
            only_shocked = low >= conduct.calm
            span = conduct.drawn * width * months
            for i in range(n):
                u = uniform(lanes[layer % 4, i])
                if (
                    u > 1.0 - rate[c, i] * span
                    and persons[i].adult_from <= months
                    and rate[c, i] > 0.0
                ):
                    used = _scatter(
                        candidates, used, i, c, layer, conduct.identity,
                        rate[c, i] * conduct.drawn * width, low, width, u, windows,
                        1 + i if only_shocked else 0, months, seed, replicate, tile,
                    )  # fmt: skip
        if conduct.innocent_majority > 0.0 or conduct.innocent_minority > 0.0:
            field = np.uint64(_INNOCENT_LAYER) << _8
            words_of_many(lanes, seed, replicate, conduct.identity, tile, _FIRST | field)
            for i in range(n):
                u = uniform(lanes[0, i])
                person = persons[i]
                false = conduct.innocent_minority if person.minority else conduct.innocent_majority
                if u > 1.0 - false * months and person.adult_from <= months:
                    used = _scatter(
                        candidates, used, i, INNOCENT + c, _INNOCENT_LAYER, conduct.identity, false,
                        0.0, 1.0, u, windows, 0, months, seed, replicate, tile,
                    )  # fmt: skip
    if used <= candidates.shape[0]:
        _sort(candidates, scratch.order, scratch.first, used, months)
    return used


@inlined
def _sort(
    candidates: Any, order: NDArray[np.int32], first: NDArray[np.int64], used: int, months: int
) -> None:
    """Sort positions by month, stably, by counting; month t is first[t] ... first[t + 1] - 1."""
    first[:] = 0
    for k in range(used):
        first[candidates[k].month + 1] += 1
    for t in range(1, months + 2):
        first[t] += first[t - 1]
    for k in range(used):
        t = candidates[k].month
        order[first[t]] = k
        first[t] += 1
    for t in range(months + 1, 0, -1):  # each has moved to where the next begins
        first[t] = first[t - 1]
    first[0] = 0
