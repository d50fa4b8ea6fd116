"""People as a function of (marginals, seed, replicate, index), a tile of 4,096 at a time.

Shares are met closely because attributes are drawn systematically: within a tile the running
sum of the probabilities decides, so that every attribute's count is within one of its
expectation, while each person's own chance is exactly the tabulated one. Ages and incomes are
drawn from even sequences. A person's attributes depend on earlier indices of the same tile only
through these running sums, never on how many people a run has.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel
from scoredsociety.base.normal import normal_quantile
from scoredsociety.base.streams import Block, uniform, words
from scoredsociety.society.raking import Tables

TILE = 4096
_GOLDEN = 0.6180339887498949
_SILVER = 0.4142135623730951
"""Steps of sequences that fill the unit interval evenly however long they are."""

# Bits of ``flags``, in the order of the late attributes.
MINORITY, INTERNET, PILOT, PARTY, ELITE, DRIVER, DOG, BUSINESS, STUDENT, CONSENT, THIN = (
    1 << i for i in range(11)
)

_AGE, _START = int(Block.AGE), int(Block.START)
_GENERAL = int(Block.GENERAL)


class People(NamedTuple):
    """The static attributes of one tile, each of shape (TILE,).

    ``age`` u1 years at the start; ``female``, ``urban``, ``hukou`` u1 0/1; ``education`` u1
    0 primary or less, 1 junior, 2 senior, 3 college; ``flags`` u2 bits (see the constants above);
    ``city`` u1; ``income`` f8 CNY a month; ``rank`` f8 share of the population with a lower
    income; ``attention`` f8 uniform: who hears of a scheme first; ``general`` f8: the
    propensity common to all contexts, N(0, 1); ``profile`` u2: groups, without ``aware``;
    ``order`` and ``running`` (48,) are room that :func:`build_people` needs.
    """

    age: NDArray[np.uint8]
    female: NDArray[np.uint8]
    urban: NDArray[np.uint8]
    hukou: NDArray[np.uint8]
    education: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    city: NDArray[np.uint8]
    income: NDArray[np.float64]
    rank: NDArray[np.float64]
    attention: NDArray[np.float64]
    general: NDArray[np.float64]
    profile: NDArray[np.uint16]
    order: NDArray[np.uint16]
    running: NDArray[np.float64]


class PeopleTables(NamedTuple):
    """``Tables`` in the form that the kernel takes."""

    age_edges: NDArray[np.float64]
    age_low: NDArray[np.float64]
    female: float
    early: NDArray[np.float64]
    late: NDArray[np.float64]
    grown: NDArray[np.bool_]
    cities: int
    pilot_cities: int
    income_mu: NDArray[np.float64]
    income_sd: float
    rank_low: float
    rank_step: float
    rank: NDArray[np.float64]
    median_income: float


def kernel_tables(tables: Tables) -> PeopleTables:
    """Return the tables as a named tuple of arrays and scalars."""
    return PeopleTables(**{name: getattr(tables, name) for name in PeopleTables._fields})


def empty_people() -> People:
    """Return arrays for one tile, to be filled by :func:`build_people`."""
    kinds = dict.fromkeys(("flags", "profile", "order"), np.uint16) | dict.fromkeys(
        ("income", "rank", "attention", "general", "running"), np.float64
    )
    arrays: dict[str, Any] = {
        name: np.zeros(48 if name == "running" else TILE, kinds.get(name, np.uint8))
        for name in People._fields
    }
    return People(**arrays)


@inlined
def _shuffle(order: NDArray[np.uint16], seed: int, replicate: int, tile: int, block: int) -> None:
    """Fill ``order`` with a permutation of 0 ... TILE - 1 (Fisher-Yates)."""
    for i in range(TILE):
        order[i] = i
    lanes: tuple[Any, ...] = (np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0))
    for i in range(TILE - 1, 0, -1):
        if i % 4 == 3:
            lanes = words(seed, replicate, i // 4, 0, tile, block)
        j = int((np.uint64(lanes[i % 4]) * np.uint64(i + 1)) >> np.uint64(32))
        order[i], order[j] = order[j], order[i]


@inlined
def _take(total: NDArray[np.float64], which: int, p: float) -> bool:
    """Advance the running sum of probabilities and say whether it passed a whole number."""
    before = total[which]
    after = before + p
    total[which] = after - np.floor(after)
    return bool(after >= 1.0)


@kernel
def build_people(
    people: People, tables: PeopleTables, seed: int, replicate: int, tile: int
) -> None:
    """Fill ``people`` with the tile's 4,096 persons.

    Parameters
    ----------
    people : People
        Arrays to fill.
    tables : PeopleTables
        The compiled marginals.
    seed, replicate, tile : int
        Which tile of which society.
    """
    ages, running = people.order, people.running
    _shuffle(ages, seed, replicate, tile, _AGE)
    for block in range(12):
        lanes = words(seed, replicate, block, 0, tile, _START)
        for lane in range(4):
            running[4 * block + lane] = uniform(lanes[lane])
    age_start, attention_in, attention_out = running[20], running[22], running[23]
    incomes = running[24:32]  # where each kind of household income stands in its own sequence
    pilot_turn = int(running[18] * tables.pilot_cities)
    other_turn = int(running[19] * (tables.cities - tables.pilot_cities))
    rank_last = tables.rank.shape[0] - 1
    bands = tables.age_edges.shape[0] - 1
    for i in range(TILE):
        u = (ages[i] + age_start) / TILE
        band = 0
        while band < bands - 1 and tables.age_edges[band + 1] <= u:
            band += 1
        edge = tables.age_edges[band]
        width = tables.age_edges[band + 1] - edge
        low, span = tables.age_low[band], tables.age_low[band + 1] - tables.age_low[band]
        age = int(low + min((u - edge) / width, 0.999999) * span)
        female = int(_take(running, 0, tables.female))
        cell = (band * 2 + female) * 16
        urban = int(_take(running, 1, tables.early[0, cell]))
        cell += urban * 8
        hukou = int(_take(running, 2, tables.early[1, cell]))
        cell += hukou * 4
        education = 0
        if _take(running, 3, tables.early[2, cell]):
            education = 3
        elif _take(running, 4, tables.early[3, cell]):
            education = 2
        elif _take(running, 5, tables.early[4, cell]):
            education = 1
        cell += education
        flags = 0
        for a in range(11):
            if a == 4 and not flags & PARTY:
                continue
            turn = 33 + a if age < 18 and tables.grown[a] else 6 + a
            if a == 2 and not (flags & INTERNET and 14 <= age <= 65):
                # pilots are drawn apart inside and outside the frame of surveys, and adults apart
                turn = 17 if age >= 18 else 21
            elif a == 2 and age < 18:
                turn = 32
            if _take(running, turn, tables.late[a, cell]):
                flags |= 1 << a
        pilot = (flags >> 2) & 1
        if pilot:
            pilot_turn = (pilot_turn + 1) % tables.pilot_cities
            people.city[i] = pilot_turn
            attention_in = (attention_in + _GOLDEN) % 1.0
            people.attention[i] = attention_in
        else:
            other_turn = (other_turn + 1) % (tables.cities - tables.pilot_cities)
            people.city[i] = tables.pilot_cities + other_turn
            attention_out = (attention_out + _GOLDEN) % 1.0
            people.attention[i] = attention_out
        kind = 4 * urban + education
        incomes[kind] = (incomes[kind] + _SILVER) % 1.0
        quantile = min(max(incomes[kind], 1e-9), 1.0 - 1e-9)
        log_income = tables.income_mu[urban, education] + tables.income_sd * normal_quantile(
            quantile
        )
        x = (log_income - tables.rank_low) / tables.rank_step
        k = min(max(int(x), 0), rank_last - 1)
        step = min(max(x - k, 0.0), 1.0)
        rank = tables.rank[k] + step * (tables.rank[k + 1] - tables.rank[k])
        people.age[i] = age
        people.female[i] = female
        people.urban[i] = urban
        people.hukou[i] = hukou
        people.education[i] = education
        people.flags[i] = flags
        people.income[i] = np.exp(log_income)
        people.rank[i] = rank
        people.general[i] = normal_quantile(
            uniform(words(seed, replicate, i, 0, tile, _GENERAL)[0])
        )
        age_level = 0 if age < 18 else (1 if age < 30 else min(age // 10 - 1, 5))
        people.profile[i] = (
            female
            | (age_level << 1)
            | (urban << 4)
            | (hukou << 5)
            | (education << 6)
            | ((flags & MINORITY) << 8)
            | (((flags >> 3) & 1) << 9)
            | (((flags >> 4) & 1) << 10)
            | (pilot << 11)
            | (min(int(rank * 5.0), 4) << 13)
        )
