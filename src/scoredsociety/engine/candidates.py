"""How often everybody acts, scheme or no scheme: the base rates of a tile."""

from __future__ import annotations

import numpy as np

from scoredsociety.base.jit import kernel
from scoredsociety.base.normal import normal_quantile
from scoredsociety.base.streams import Block, uniform, words_of_many
from scoredsociety.engine.program import Program
from scoredsociety.engine.state import Rooms, Scratch
from scoredsociety.society.traits import eligible

_CONTEXT = np.uint64(Block.CONTEXT)


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
