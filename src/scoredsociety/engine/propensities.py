"""What people would do under no scheme: base rates of everybody, a tile at a time.

The engine makes these numbers for itself in each tile. Here they leave it for measures that need
the true propensity of a whole population: as arrays over people, never for one person on request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.candidates import base_rates
from scoredsociety.engine.compile import compile_regime
from scoredsociety.engine.detection import detection
from scoredsociety.engine.state import new_rooms, new_scratch
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Marginals, Society
from scoredsociety.society.people import ELITE, MINORITY, PARTY, TILE, build_people

FIRST_TILES = 25
"""Tiles read of each society if not told otherwise: people are exchangeable, and 100,000 enough."""


@dataclass(frozen=True)
class Propensities:
    """The adults of one tile.

    Attributes
    ----------
    rate : float64 array, shape (C, n)
        Acts a month at the base level, by conduct.
    profile : uint16 array, shape (n,)
        Groups, without awareness.
    income : float64 array, shape (n,)
        CNY a month.
    minority, party, elite : bool arrays, shape (n,)
    since : int64 array, shape (n,)
        Month in which each comes of age; 1: an adult from the start.
    """

    rate: NDArray[np.float64]
    profile: NDArray[np.uint16]
    income: NDArray[np.float64]
    minority: NDArray[np.bool_]
    party: NDArray[np.bool_]
    elite: NDArray[np.bool_]
    since: NDArray[np.int64]


def propensities(
    manifest: Mapping[str, Any], replicate: int = 0, tiles: int | None = FIRST_TILES
) -> Iterator[Propensities]:
    """Make the people of a run again, with the base rates of everybody of age by its end.

    Parameters
    ----------
    manifest : mapping
        Of a run; see :class:`scoredsociety.engine.RunData`.
    replicate : int
    tiles : int, optional
        How many tiles at most; None: all.
    """
    society = Society(Marginals.model_validate(manifest["marginals"]), 1)
    regime = ResolvedRegime.model_validate(manifest["regime"])
    program = compile_regime(regime, society.tables.median_income).program
    people, months, seed = (int(manifest[k]) for k in ("people", "months", "seed"))
    scratch, rooms = new_scratch(program, months, 1, 1), new_rooms(months)
    every = (people + TILE - 1) // TILE
    for tile in range(every if tiles is None else min(every, tiles)):
        n = min(TILE, people - tile * TILE)
        build_people(rooms.people, society.kernel_tables, seed, replicate, tile)
        since = np.maximum(1, (18 - rooms.people.age.astype(np.int64)) * 12 + 1)
        scratch.persons["adult_from"] = since
        base_rates(scratch, rooms, program, n, seed, replicate, tile)
        grown = np.flatnonzero(since[:n] <= months)
        flags = rooms.people.flags[grown]
        yield Propensities(
            rate=scratch.rate[:, grown].copy(),
            profile=rooms.people.profile[grown].copy(),
            income=rooms.people.income[grown].copy(),
            minority=(flags & MINORITY) != 0,
            party=(flags & PARTY) != 0,
            elite=(flags & ELITE) != 0,
            since=since[grown],
        )


def median_income(manifest: Mapping[str, Any]) -> float:
    """Return the income, in CNY a month, at which a list's exit hazard is mu."""
    society = Society(Marginals.model_validate(manifest["marginals"]), 1)
    return float(society.tables.median_income)


def record_chances(
    regime: ResolvedRegime, conduct: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the chance that one act is recorded of the actor, and of somebody else instead.

    Parameters
    ----------
    regime : ResolvedRegime
    conduct : str

    Returns
    -------
    own, other : float64 arrays, shape (2,)
        Of the majority and of the minority; channels below their limit.
    """
    found = detection(regime, regime.world.conducts[conduct])
    own, other = np.zeros(2), np.zeros(2)
    if found.chance <= 0:
        return own, other
    for g in range(2):
        by_channel = np.diff(found.edges[g], prepend=0.0) * found.drawn * found.factor[g]
        for name, p in zip(found.order, by_channel, strict=False):
            channel = regime.world.channels[name]
            pair = channel.wrong_person
            wrong = (pair.minority if g else pair.majority).value
            own[g] += p * (1.0 - wrong)
            other[g] += p * wrong * (1.0 - channel.human_review.value)
    return own, other
