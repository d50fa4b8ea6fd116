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

from scoredsociety.base.arithmetic import exp
from scoredsociety.base.jit import kernel, part, unrolled
from scoredsociety.base.normal import make_normal, normals_of_many
from scoredsociety.base.streams import Block, uniform, words, words_in_a_row
from scoredsociety.society.marginals import GROWN
from scoredsociety.society.raking import CELLS, Tables

TILE = 4096
_GOLDEN = 0.6180339887498949
_SILVER = 0.4142135623730951
"""Steps of sequences that fill the unit interval evenly however long they are."""

# Bits of ``flags``, in the order of the late attributes.
MINORITY, INTERNET, PILOT, PARTY, ELITE, DRIVER, DOG, BUSINESS, STUDENT, CONSENT, THIN = (
    1 << i for i in range(11)
)

_PILOT, _ELITE = 2, 4
_2, _4 = np.uint64(_PILOT), np.uint64(_ELITE)
_AGE, _START = int(Block.AGE), int(Block.START)
_GENERAL = int(Block.GENERAL)


class People(NamedTuple):
    """The static attributes of one tile, each of shape (TILE,).

    ``age`` u1 years at the start; ``female``, ``urban``, ``hukou`` u1 0/1; ``education`` u1
    0 primary or less, 1 junior, 2 senior, 3 college; ``flags`` u2 bits (see the constants above);
    ``city`` u1; ``income`` f8 CNY a month; ``rank`` f8 share of the population with a lower
    income; ``attention`` f8 uniform: who hears of a scheme first; ``general`` f8: the
    propensity common to all contexts, N(0, 1); ``profile`` u2: groups, without ``aware``;
    the others are room that :func:`build_people` needs.
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
    running: NDArray[np.float64]  # (48,)
    totals: NDArray[np.float64]  # (24,) at least as many as ``PeopleTables.lanes`` are wide
    years: NDArray[np.uint8]  # age and first cell of the tile's people from the youngest on
    bands: NDArray[np.uint16]
    cell: NDArray[np.uint16]
    word: NDArray[np.uint32]  # (4 TILE,)
    room: NDArray[np.float64]


class PeopleTables(NamedTuple):
    """``Tables`` in the form that the kernel takes."""

    age_edges: NDArray[np.float64]
    age_low: NDArray[np.float64]
    female: float
    early: NDArray[np.float64]
    late: NDArray[np.float64]
    grown: NDArray[np.bool_]
    lanes: NDArray[np.float64]  # (CELLS, L) probabilities by running sum; 0: not concerned
    turn: NDArray[np.int64]  # (L,) which running sum it is; L is a multiple of 8
    bit: NDArray[np.int64]  # (L,) of ``flags``
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
    young = np.repeat(tables.age_low[:-1] < GROWN, CELLS // (len(tables.age_low) - 1))
    lanes = []
    for a, grown in enumerate(tables.grown):
        if a in (_PILOT, _ELITE):
            continue
        # the running sum of children who will have what only adults have is one of its own
        for concerned, first in ((~young, 6), (young, 33)) if grown else ((young | True, 6),):
            lanes.append((np.where(concerned, tables.late[a], 0.0), first + a, 1 << a))
    lanes += [(np.zeros(CELLS), 0, 0)] * (-len(lanes) % 8)
    chance, turn, bit = (np.array(column) for column in zip(*lanes, strict=True))
    made: dict[str, Any] = {"lanes": np.ascontiguousarray(chance.T), "turn": turn, "bit": bit}
    known = {name: getattr(tables, name) for name in PeopleTables._fields if name not in made}
    return PeopleTables(**known, **made)


def empty_people() -> People:
    """Return arrays for one tile, to be filled by :func:`build_people`."""
    kinds: dict[str, Any] = dict.fromkeys(
        ("flags", "profile", "order", "bands", "cell"), np.uint16
    ) | dict.fromkeys(
        ("income", "rank", "attention", "general", "running", "totals", "room"), np.float64
    )
    kinds["word"] = np.uint32
    sizes = {"running": 48, "totals": 24, "word": 4 * TILE}
    arrays: dict[str, Any] = {
        name: np.zeros(sizes.get(name, TILE), kinds.get(name, np.uint8)) for name in People._fields
    }
    return People(**arrays)


@part
def _shuffle(
    order: NDArray[np.uint16],
    word: NDArray[np.uint32],
    seed: int,
    replicate: int,
    tile: int,
    block: int,
) -> None:
    """Fill ``order`` with a permutation of 0 ... TILE - 1 (Fisher-Yates)."""
    for i in range(TILE):
        order[i] = i
    words_in_a_row(word, TILE // 4, seed, replicate, 0, tile, block)
    for i in range(TILE - 1, 0, -1):
        j = (np.uint64(word[i]) * np.uint64(i + 1)) >> np.uint64(32)
        order[i], order[j] = order[j], order[i]


@part
def _set_ages(people: People, tables: PeopleTables, start: float) -> None:
    """Lay the ages of the tile out from the youngest on, and to which cells they belong."""
    first, bands = 0, tables.age_edges.shape[0] - 1
    for band in range(bands):
        edge, upper = tables.age_edges[band], tables.age_edges[band + 1]
        low, span = tables.age_low[band], tables.age_low[band + 1] - tables.age_low[band]
        last = first
        while last < TILE and (band == bands - 1 or (last + start) / TILE < upper):
            last += 1
        for r in range(first, last):
            share = ((r + start) / TILE - edge) / (upper - edge)
            people.years[r] = int(low + min(share, 0.999999) * span)
            people.bands[r] = band * 32
        first = last


@unrolled
def _left(after: float) -> float:
    """Return what is left of a running sum once it has passed a whole number."""
    return after - 1.0 if after >= 1.0 else after


@part
def _set_early(people: People, tables: PeopleTables) -> None:
    """Draw sex, residence, hukou and education, and note everybody's cell."""
    running, early = people.running, tables.early
    a, b, c, d, e, f = running[0], running[1], running[2], running[3], running[4], running[5]
    for i in range(TILE):
        place = people.order[i]
        cell = np.uint64(people.bands[place])
        people.age[i] = people.years[place]
        a += tables.female
        female = a >= 1.0
        a = _left(a)
        cell += np.uint64(16) * np.uint64(female)
        b += early[0, cell]
        urban = b >= 1.0
        b = _left(b)
        cell += np.uint64(8) * np.uint64(urban)
        c += early[1, cell]
        hukou = c >= 1.0
        c = _left(c)
        cell += np.uint64(4) * np.uint64(hukou)
        # each level of schooling is drawn among those without a higher one
        d += early[2, cell]
        college = d >= 1.0
        d = _left(d)
        chance = early[3, cell]
        e += 0.0 if college else chance
        senior = e >= 1.0
        e = _left(e)
        chance = early[4, cell]
        f += 0.0 if college | senior else chance
        junior = f >= 1.0
        f = _left(f)
        education = np.uint64(3) * college + np.uint64(2) * senior + np.uint64(junior)
        people.female[i] = female
        people.urban[i] = urban
        people.hukou[i] = hukou
        people.education[i] = education
        people.cell[i] = cell + education


@part
def _set_late(people: People, tables: PeopleTables) -> None:
    """Draw the late attributes but pilot cities and the elite, all of a person at once."""
    totals, lanes, bit = people.totals, tables.lanes, tables.bit
    for lane in range(bit.shape[0]):
        totals[lane] = people.running[tables.turn[lane]]
    for i in range(TILE):
        cell = people.cell[i]
        flags = 0
        # not a constant number of lanes, or the loop would be taken apart and not be vector code
        for lane in range(bit.shape[0]):
            after = totals[lane] + lanes[cell, lane]
            flags |= bit[lane] if after >= 1.0 else 0
            totals[lane] = _left(after)
        people.flags[i] = flags


@part
def _set_rest(people: People, tables: PeopleTables) -> None:
    """Draw pilot cities and the elite, cities, attention and the places in the order of incomes."""
    running, late, cell = people.running, tables.late, people.cell
    elite_grown = GROWN if tables.grown[_ELITE] else 0
    # of the cities without the pilot and of those with it: how many, whose turn, who hears first
    outside, pilots = tables.cities - tables.pilot_cities, np.uint64(tables.pilot_cities)
    running[18], running[19] = (
        np.floor(running[19] * outside),
        np.floor(running[18] * tables.pilot_cities),
    )
    running[22], running[23] = running[23], running[22]
    for i in range(TILE):
        age, flags = people.age[i], np.uint64(people.flags[i])
        # pilots are drawn apart inside and outside the frame of surveys, and adults apart
        framed = (flags & np.uint64(INTERNET) != 0) & (age >= 14) & (age <= 65)
        of_adults, of_children = np.uint64(8 if framed else 17), np.uint64(32 if framed else 21)
        turn = of_adults if age >= GROWN else of_children
        after = running[turn] + late[_PILOT, cell[i]]
        running[turn] = _left(after)
        pilot = np.uint64(after >= 1.0)
        turn = np.uint64(10 if age >= elite_grown else 37)
        chance = late[_ELITE, cell[i]]
        after = running[turn] + (chance if flags & np.uint64(PARTY) else 0.0)
        running[turn] = _left(after)
        people.flags[i] = flags | (pilot << _2) | (np.uint64(after >= 1.0) << _4)
        turn = np.uint64(18) + pilot
        city = running[turn] + 1.0
        city = city if city < (tables.pilot_cities if pilot else outside) else 0.0
        running[turn] = city
        people.city[i] = np.uint64(city) + (np.uint64(0) if pilot else pilots)
        turn = np.uint64(22) + pilot
        attention = _left(running[turn] + _GOLDEN)
        running[turn] = attention
        people.attention[i] = attention
        # each kind of household income has a sequence of its own
        kind = np.uint64(24 + 4 * people.urban[i] + people.education[i])
        running[kind] = _left(running[kind] + _SILVER)
        people.income[i] = min(max(running[kind], 1e-9), 1.0 - 1e-9)


@part
def _set_incomes(people: People, tables: PeopleTables) -> None:
    """Turn places in the order of incomes into incomes and ranks."""
    income, rank = people.income, people.rank
    make_normal(income, people.word, people.room)
    last = tables.rank.shape[0] - 1
    for i in range(TILE):
        income[i] = (
            tables.income_mu[people.urban[i], people.education[i]] + tables.income_sd * income[i]
        )
    for i in range(TILE):
        x = (income[i] - tables.rank_low) / tables.rank_step
        k = min(max(int(x), 0), last - 1)
        step = min(max(x - k, 0.0), 1.0)
        rank[i] = tables.rank[k] + step * (tables.rank[k + 1] - tables.rank[k])
        income[i] = exp(income[i])


@part
def _set_profiles(people: People) -> None:
    """Pack the groups of everybody."""
    for i in range(TILE):
        age, flags = people.age[i], int(people.flags[i])
        level = (age >= 18) + (age >= 30) + (age >= 40) + (age >= 50) + (age >= 60)
        people.profile[i] = (
            people.female[i]
            | (level << 1)
            | (people.urban[i] << 4)
            | (people.hukou[i] << 5)
            | (people.education[i] << 6)
            | ((flags & MINORITY) << 8)
            | (((flags >> 3) & 1) << 9)
            | (((flags >> 4) & 1) << 10)
            | (((flags >> 2) & 1) << 11)
            | (min(int(people.rank[i] * 5.0), 4) << 13)
        )


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
    _shuffle(people.order, people.word, seed, replicate, tile, _AGE)
    for block in range(12):
        lanes = words(seed, replicate, block, 0, tile, _START)
        for lane in range(4):
            people.running[4 * block + lane] = uniform(lanes[lane])
    _set_ages(people, tables, people.running[20])
    _set_early(people, tables)
    _set_late(people, tables)
    _set_rest(people, tables)
    _set_incomes(people, tables)
    _set_profiles(people)
    normals_of_many(people.general, people.word, people.room, seed, replicate, 0, tile, _GENERAL)
