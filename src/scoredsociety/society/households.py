"""Households: couples matched on age and education, children to mothers, relatives moved in.

A tile's households are a function of its people. All members live in the same city and the same
kind of place, since matching stays inside (city, residence).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel, part
from scoredsociety.base.streams import Block, uniform, words_in_a_row
from scoredsociety.society.marginals import GROWN
from scoredsociety.society.people import TILE, People

LARGEST = 6
MARRIED = (0.0, 0.25, 0.80, 0.88, 0.85, 0.68)
"""Share living in a couple by age level (0-17, 18-29, ..., 60+): assumed."""
YOUNGEST_MOTHER, OLDEST_MOTHER = 22, 40
"""By how many years a mother is older than her child."""
YOUNG, OLD = 30, 60
"""Single adults under ``YOUNG`` may move in with a mother, people from ``OLD`` with a daughter."""
PLACES = 128
"""Cities times residence."""
_AGES = 512
_HOUSEHOLD = int(Block.HOUSEHOLD)
_MARRIED = np.array(MARRIED)


class HomesWork(NamedTuple):
    """Room that :func:`build_homes` needs and nobody reads.

    ``noise``, ``single``, ``key`` f8 (TILE,): chance, chance, and what couples are sorted by;
    ``keeps`` u1 (TILE,): stays on the marriage market; ``root``, ``size`` i4 (TILE,): a home is
    known by one of its members, and how many live there; ``place`` i4 (PLACES + 1,); ``members``,
    ``men``, ``women``, ``mothers``, ``queue``, ``spare`` i4 (TILE,): lists of people; ``younger``
    i4 (512,): how many mothers are younger than each age; ``keys`` f8,
    ``rank`` i8 (TILE,): of a list that is sorted; ``word`` u4 (4 TILE,).
    """

    noise: NDArray[np.float64]
    single: NDArray[np.float64]
    key: NDArray[np.float64]
    keeps: NDArray[np.uint8]
    root: NDArray[np.int32]
    size: NDArray[np.int32]
    place: NDArray[np.int32]
    members: NDArray[np.int32]
    men: NDArray[np.int32]
    women: NDArray[np.int32]
    mothers: NDArray[np.int32]
    queue: NDArray[np.int32]
    spare: NDArray[np.int32]
    younger: NDArray[np.int32]
    keys: NDArray[np.float64]
    rank: NDArray[np.int64]
    word: NDArray[np.uint32]


def homes_work() -> HomesWork:
    """Return the room that :func:`build_homes` needs."""
    shape = {"place": PLACES + 1, "younger": _AGES, "word": 4 * TILE}
    kind: dict[str, Any] = dict.fromkeys(("noise", "single", "key", "keys"), np.float64)
    kind |= {"keeps": np.uint8, "word": np.uint32, "rank": np.int64}
    arrays: dict[str, Any] = {
        name: np.zeros(shape.get(name, TILE), kind.get(name, np.int32))
        for name in HomesWork._fields
    }
    return HomesWork(**arrays)


@kernel
def _sort(who: NDArray[np.int32], n: int, key: NDArray[np.float64], work: HomesWork) -> None:
    """Sort the first ``n`` people of a list by their keys; equal keys keep their order.

    A place has about a hundred people: to count, in vector code, how many keys are smaller than
    each is faster than any comparison that decides where to go.
    """
    keys, spare, rank = work.keys, work.spare, work.rank
    for p in range(n):
        keys[p] = key[who[p]]
        spare[p] = who[p]
        rank[p] = 0
    for q in range(n):
        for p in range(n):
            rank[p] += keys[q] < keys[p]
    total = 0
    for p in range(n):
        total += rank[p]
        who[rank[p]] = spare[p]
    if total < n * (n - 1) // 2:  # some are equal
        for p in range(n):
            for q in range(p):
                rank[p] += keys[q] == keys[p]
            who[rank[p]] = spare[p]


@inlined
def _root(root: NDArray[np.int32], person: int) -> int:
    """Return the member by whom a person's home is known."""
    while root[person] != person:
        person = int(root[person])
    return person


@part
def _keep(who: NDArray[np.int32], n: int, pairs: int, work: HomesWork) -> None:
    """Leave out the excess of a sorted list at random ages, not all at the end."""
    if n == pairs:
        return
    for p in range(n):
        work.queue[p] = who[p]
    _sort(work.queue, n, work.noise, work)
    for p in range(n):
        work.keeps[work.queue[p]] = p < pairs
    kept = 0
    for p in range(n):
        if work.keeps[who[p]]:
            who[kept] = who[p]
            kept += 1


@part
def _couples(people: People, work: HomesWork, low: int, high: int, ages: int) -> int:
    """Match couples of one place and list the women by age, to below ``ages``; return how many."""
    men, women = 0, 0
    for p in range(low, high):
        i = int(work.members[p])
        age = int(people.age[i])
        if age < GROWN:
            continue
        level = 1 if age < 30 else min(age // 10 - 1, 5)
        if work.single[i] < _MARRIED[level]:
            if people.female[i]:
                work.women[women] = i
                women += 1
            else:
                work.men[men] = i
                men += 1
    _sort(work.men, men, work.key, work)
    _sort(work.women, women, work.key, work)
    pairs = min(men, women)
    _keep(work.men, men, pairs, work)
    _keep(work.women, women, pairs, work)
    younger = work.younger
    younger[:ages] = 0
    for p in range(pairs):
        man, woman = work.men[p], work.women[p]
        work.root[man] = woman
        work.size[woman] = 2
        work.size[man] = 0
        younger[int(people.age[woman])] += 1
    total = 0
    for age in range(ages):
        count = younger[age]
        younger[age] = total
        total += count
    for p in range(pairs):
        woman = work.women[p]
        age = int(people.age[woman])
        work.mothers[younger[age]] = woman
        younger[age] += 1
    # the list is full: what stood at an age stands at the next
    for age in range(ages - 1, 0, -1):
        younger[age] = younger[age - 1]
    younger[0] = 0
    return pairs


@part
def _move_in(person: int, older_from: int, older_to: int, people: People, work: HomesWork) -> int:
    """Move a person's household in with a woman so many years older, if there is room.

    Returns by how many the homes become fewer: 0 or 1.
    """
    age = int(people.age[person])
    first = int(work.younger[age + older_from])
    room = int(work.younger[age + older_to + 1]) - first
    if room <= 0:
        return 0
    start = int(work.noise[person] * room)
    old = _root(work.root, person)
    for step in range(room):
        turn = start + step
        new = _root(work.root, int(work.mothers[first + (turn if turn < room else turn - room)]))
        if new != old and work.size[new] + work.size[old] <= LARGEST:
            work.root[old] = new
            work.size[new] += work.size[old]
            work.size[old] = 0
            return 1
    return 0


@part
def _match(people: People, work: HomesWork, low: int, high: int, mean: float, ages: int) -> None:
    """Form the households of one place, whose people stand at ``low`` to ``high`` of the list."""
    homes = high - low - _couples(people, work, low, high, ages)
    wanted = (high - low) / mean
    young = 0
    for p in range(low, high):
        i = int(work.members[p])
        if GROWN <= people.age[i] < YOUNG and work.size[_root(work.root, i)] == 1:
            work.queue[young] = i
            young += 1
    for p in range(low, high):
        i = int(work.members[p])
        if people.age[i] < GROWN:
            homes -= _move_in(i, YOUNGEST_MOTHER, OLDEST_MOTHER, people, work)
    _sort(work.queue, young, work.noise, work)
    for p in range(young):
        if homes <= wanted:
            return
        homes -= _move_in(int(work.queue[p]), YOUNGEST_MOTHER, OLDEST_MOTHER, people, work)
    old = 0
    for p in range(low, high):
        if people.age[work.members[p]] >= OLD:
            work.queue[old] = work.members[p]
            old += 1
    _sort(work.queue, old, work.noise, work)
    for p in range(old):
        if homes <= wanted:
            return
        person = int(work.queue[p])
        if work.size[_root(work.root, person)] <= 2:
            homes -= _move_in(person, -OLDEST_MOTHER, -YOUNGEST_MOTHER, people, work)


@kernel
def build_homes(
    home: NDArray[np.int32],
    work: HomesWork,
    people: People,
    n: int,
    mean: float,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Fill ``home`` with the household of each person of a tile, numbered from 0 in the tile.

    A full tile is the same in a society of any size. In a last tile cut short people live with
    those who exist, so there a smaller society is not the beginning of a larger one.

    Parameters
    ----------
    home : (TILE,) int32
        To fill; -1 for people who do not exist.
    work : HomesWork
        Room.
    people : People
        The whole tile, at most 64 cities.
    n : int
        People who exist, 0 to TILE.
    mean : float
        Wanted mean number of members.
    seed, replicate, tile : int
        Which tile of which society.

    Returns
    -------
    int
        Number of households.
    """
    place = work.place
    place[:] = 0
    words_in_a_row(work.word, n, seed, replicate, 0, tile, _HOUSEHOLD)
    for i in range(n):
        work.noise[i] = uniform(work.word[4 * i])
        work.single[i] = uniform(work.word[4 * i + 1])
    oldest = 0
    for i in range(n):
        key = people.age[i] + 3.0 * people.education[i] + 6.0 * work.noise[i]
        # a man is two years older than the woman beside whom he is sorted
        work.key[i] = key if people.female[i] else key - 2.0
        work.root[i] = i
        work.size[i] = 1
        oldest = max(oldest, int(people.age[i]))
    ages = oldest + OLDEST_MOTHER + 2
    for i in range(n):
        place[int(people.city[i]) * 2 + int(people.urban[i]) + 1] += 1
    for k in range(PLACES):
        place[k + 1] += place[k]
    for i in range(n):
        k = int(people.city[i]) * 2 + int(people.urban[i])
        work.members[place[k]] = i
        place[k] += 1
    # each place has moved its own beginning to its end
    low = 0
    for k in range(PLACES):
        if place[k] > low:
            _match(people, work, low, int(place[k]), mean, ages)
        low = int(place[k])
    # homes are numbered in the order of the members by whom they are known
    homes = 0
    for i in range(n):
        if work.root[i] == i:
            work.queue[i] = homes
            homes += 1
    home[n:] = -1
    for i in range(n):
        home[i] = work.queue[_root(work.root, i)]
    return homes
