"""How often everybody acts, scheme or no scheme: the base rates of a tile."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoredsociety.base.arithmetic import exp
from scoredsociety.base.jit import inlined, kernel
from scoredsociety.base.normal import normals_of_many
from scoredsociety.base.streams import Block
from scoredsociety.engine.program import Program
from scoredsociety.engine.state import Rooms, Scratch
from scoredsociety.society.traits import GROUP_BITS, eligible

_CONTEXT = np.uint64(Block.CONTEXT)


@kernel
def base_rates(
    scratch: Scratch,
    rooms: Rooms,
    program: Program,
    n: int,
    seed: int,
    replicate: int,
    tile: int,
) -> None:
    """Fill ``scratch.rate`` (C, TILE): acts a month of each person at multiple 1.

    rate = b e exp(s z - s**2 / 2) f(income rank), with z = sqrt(rho) z_i + sqrt(1 - rho) eps
    (docs/model.md). Whoever never comes of age has one too, which nobody reads. Conducts of one
    context share z, and those that spread and depend on income alike also the exponential.
    """
    rate, conducts, settings = scratch.rate, program.conducts, program.settings[0]
    general, rank, flags = rooms.people.general, rooms.people.rank, rooms.people.flags
    propensity = rooms.propensity
    for c in range(conducts.shape[0]):
        if _has_earlier(conducts, c, 0, False):
            continue
        context = conducts[c].context
        normals_of_many(
            propensity, rooms.lanes[0], rate[c], seed, replicate, context, tile, _CONTEXT
        )
        for i in range(n):
            propensity[i] = settings.common * general[i] + settings.special * propensity[i]
        for d in range(c, conducts.shape[0]):
            if conducts[d].context != context or _has_earlier(conducts, d, c, True):
                continue
            s, g = conducts[d].log_sd, conducts[d].gradient
            shared = rate[d]
            for i in range(n):
                shared[i] = exp(s * propensity[i] - 0.5 * s * s - g * (rank[i] - 0.5))
            # the last to be scaled is the one that holds what the others share
            for e in range(conducts.shape[0] - 1, d - 1, -1):
                if not _alike(conducts[d], conducts[e], True):
                    continue
                acts = conducts[e].monthly / conducts[e].gradient_mean
                others = acts * conducts[e].others
                who = conducts[e].who
                if who == 0:
                    for i in range(n):
                        rate[e, i] = acts * shared[i]
                elif GROUP_BITS[who]:
                    bit = GROUP_BITS[who]
                    for i in range(n):
                        rate[e, i] = (acts if flags[i] & bit else others) * shared[i]
                else:
                    for i in range(n):
                        concerned = eligible(who, i, rooms.people)
                        rate[e, i] = (acts if concerned else others) * shared[i]


@inlined
def _alike(one: Any, other: Any, wholly: bool) -> bool:
    """Return whether two conducts are of one context, or also of one spread and gradient."""
    return bool(
        one.context == other.context
        and (not wholly or (one.log_sd == other.log_sd and one.gradient == other.gradient))
    )


@inlined
def _has_earlier(conducts: Any, c: int, first: int, wholly: bool) -> bool:
    """Return whether a conduct like ``c`` stands before it, from ``first`` on."""
    found = False
    for b in range(first, c):
        found |= _alike(conducts[b], conducts[c], wholly)
    return found
