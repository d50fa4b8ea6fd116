"""Friends: who knows whom within a tile, drawn once, the same under every regime.

How many friends a person has is negative binomial. Each end of a friendship looks, with
probability ``within``, for a partner in the person's own cell (city, residence, education, age
band), else anywhere in the city; there adults and children may meet. Ends are shuffled and paired
as they lie. A pair that would join a person to itself or to a friend is undone, and its ends
are shuffled again, a few times.

What a cell cannot pair, for it is small or its ends are odd, looks in the city. With 20 cities a
tile has about seven people like a given one, so that at ``within`` 0.6 about 0.37 of friendships
lie inside cells. What the city cannot pair is dropped: one end in a thousand at mean 6 and size
3, more the wider the law (three in a thousand, and 3 % of the variance, at mean 12 and size 2).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel, part
from scoredsociety.base.streams import Block, uniform, words
from scoredsociety.society.people import TILE, People

MOST_FRIENDS = 63
CAPACITY = TILE * 16
"""Directed ends for which there is room unless told otherwise."""
CITIES = 64
AGE_BANDS = 10
"""0-9, 10-17, 18-29, 30-39, ..., 80-89, 90 and over: children and adults are never in one cell."""
CELLS = CITIES * 2 * 4 * AGE_BANDS
CELL_ROUNDS = 4
CITY_ROUNDS = 8
_FRIENDS, _MATCH = int(Block.FRIENDS), int(Block.MATCH)


class Friends(NamedTuple):
    """The friendships of one tile, each in both directions.

    ``first`` i4 (TILE + 1,): the friends of person i lie at ``first[i]`` to ``first[i + 1] - 1``;
    ``friend`` u2 (capacity,): position of the friend in the tile, ascending within a person;
    ``back`` i4 (capacity,): where the same friendship lies in the friend's row; ``alive`` u1
    (capacity,): 1 until somebody breaks off.
    """

    first: NDArray[np.int32]
    friend: NDArray[np.uint16]
    back: NDArray[np.int32]
    alive: NDArray[np.uint8]


class FriendsWork(NamedTuple):
    """Room that :func:`build_friends` needs and nobody reads.

    ``law`` f8 (64,): cumulated law of the number of friends; ``group`` i4, ``drawn``, ``quota``,
    ``found`` u1 (TILE,): a person's cell, then city; ends drawn; ends that look; friends found;
    ``start`` i4 (TILE,): where a person's friends are noted; ``at`` i4 (CELLS,); ``noted``,
    ``ends`` u2 (capacity,).
    """

    law: NDArray[np.float64]
    group: NDArray[np.int32]
    drawn: NDArray[np.uint8]
    quota: NDArray[np.uint8]
    found: NDArray[np.uint8]
    start: NDArray[np.int32]
    at: NDArray[np.int32]
    noted: NDArray[np.uint16]
    ends: NDArray[np.uint16]


def empty_friends(capacity: int = CAPACITY) -> Friends:
    """Return arrays for one tile, to be filled by :func:`build_friends`."""
    return Friends(
        first=np.zeros(TILE + 1, np.int32),
        friend=np.zeros(capacity, np.uint16),
        back=np.zeros(capacity, np.int32),
        alive=np.zeros(capacity, np.uint8),
    )


def friends_work(capacity: int = CAPACITY) -> FriendsWork:
    """Return the room that :func:`build_friends` needs; ``capacity`` as of ``friends``."""
    return FriendsWork(
        law=np.zeros(MOST_FRIENDS + 1, np.float64),
        group=np.zeros(TILE, np.int32),
        drawn=np.zeros(TILE, np.uint8),
        quota=np.zeros(TILE, np.uint8),
        found=np.zeros(TILE, np.uint8),
        start=np.zeros(TILE, np.int32),
        at=np.zeros(CELLS, np.int32),
        noted=np.zeros(capacity, np.uint16),
        ends=np.zeros(capacity, np.uint16),
    )


@inlined
def cell_of(people: People, i: int) -> int:
    """Return the cell in which a person's like are: city, residence, education, age band."""
    age = int(people.age[i])
    band = min(age // 10, 1) if age < 18 else max(min(age // 10, AGE_BANDS - 1), 2)
    place = int(people.city[i]) * 2 + int(people.urban[i])
    return (place * 4 + int(people.education[i])) * AGE_BANDS + band


@inlined
def _law(law: NDArray[np.float64], mean: float, size: float) -> None:
    """Cumulate the negative binomial law with this mean and variance mean + mean**2 / size."""
    chance = (size / (size + mean)) ** size
    total = 0.0
    for k in range(MOST_FRIENDS + 1):
        total += chance
        law[k] = total
        chance *= (k + size) / (k + 1.0) * mean / (size + mean)


@part
def _draw(
    work: FriendsWork, people: People, n: int, within: float, seed: int, replicate: int, tile: int
) -> int:
    """Draw everybody's ends and how many look in the cell; return the number of ends.

    Word 0 of a person decides the number, word 1 + k where end k looks; word w is lane w % 4 of
    stream w // 4.
    """
    total = 0
    work.at[:] = 0
    for i in range(n):
        lanes: tuple[Any, ...] = words(seed, replicate, i, 0, tile, _FRIENDS)
        u = uniform(lanes[0])
        degree = 0
        while degree < MOST_FRIENDS and u > work.law[degree]:
            degree += 1
        quota = 0
        for w in range(1, degree + 1):
            if w % 4 == 0:
                lanes = words(seed, replicate, i, w // 4, tile, _FRIENDS)
            if uniform(lanes[w % 4]) < within:
                quota += 1
        cell = cell_of(people, i)
        work.group[i] = cell
        work.at[cell] += 1
        work.drawn[i] = degree
        work.quota[i] = quota
        work.found[i] = 0
        work.start[i] = total
        total += degree
    # a cell of m people has m - 1 friends for each: further ends need not look there
    for i in range(n):
        work.quota[i] = min(int(work.quota[i]), work.at[work.group[i]] - 1)
    return total


@part
def _match(
    work: FriendsWork, n: int, groups: int, turn: int, seed: int, replicate: int, tile: int
) -> int:
    """Pair the ends that still look, inside each of the groups; return how many pairs.

    Swap p of the shuffle takes word p of stream ``turn``: lane p % 4 of who p // 4.
    """
    at, ends, noted, start, found = work.at, work.ends, work.noted, work.start, work.found
    group, quota = work.group, work.quota
    at[:groups] = 0
    for i in range(n):
        if quota[i] != found[i]:
            at[group[i]] += quota[i] - found[i]
    total = 0
    for g in range(groups):
        total += at[g]
        at[g] = total
    if total == 0:
        return 0
    for i in range(n - 1, -1, -1):
        for _ in range(quota[i] - found[i]):
            at[group[i]] -= 1
            ends[at[group[i]]] = i
    lanes: tuple[Any, ...] = words(seed, replicate, (total - 1) // 4, turn, tile, _MATCH)
    block = (total - 1) // 4
    pairs = 0
    high = total
    while high > 0:
        low = int(at[group[ends[high - 1]]])
        for p in range(high - 1, low, -1):
            if p // 4 != block:
                block = p // 4
                lanes = words(seed, replicate, block, turn, tile, _MATCH)
            j = low + int((np.uint64(lanes[p % 4]) * np.uint64(p - low + 1)) >> np.uint64(32))
            ends[p], ends[j] = ends[j], ends[p]
        for p in range(low, high - 1, 2):
            i, j = int(ends[p]), int(ends[p + 1])
            fresh = i != j
            for k in range(start[i], start[i] + found[i]):
                if noted[k] == j:
                    fresh = False
            if fresh:
                noted[start[i] + found[i]] = j
                noted[start[j] + found[j]] = i
                found[i] += 1
                found[j] += 1
                pairs += 1
        high = low
    return pairs


@part
def _sort(friends: Friends, work: FriendsWork, n: int) -> int:
    """Write the noted friendships in order and find the way back; return the number of ends."""
    first, friend, back = friends.first, friends.friend, friends.back
    found, start, noted, at = work.found, work.start, work.noted, work.at
    total = 0
    for i in range(n):
        first[i] = total
        at[i] = total
        total += found[i]
    first[n:] = total
    # people enter their friends' rows in ascending order, so every row is sorted
    for i in range(n):
        for k in range(start[i], start[i] + found[i]):
            j = noted[k]
            friend[at[j]] = i
            at[j] += 1
    for i in range(n):
        at[i] = first[i]
    # and the rows that hold a person are met in the order of that person's own row
    for i in range(n):
        for k in range(first[i], first[i + 1]):
            j = friend[k]
            back[k] = at[j]
            at[j] += 1
    friends.alive[:total] = 1
    return total


@kernel
def build_friends(
    friends: Friends,
    work: FriendsWork,
    people: People,
    n: int,
    mean: float,
    size: float,
    within: float,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Fill ``friends`` with the friendships of the tile's first ``n`` people.

    They are a function of the tile, of ``n`` and of the three numbers of the law: no regime
    changes them. A full tile is the same in a society of any size; in a last tile cut short
    people meet those who exist, so there a smaller society is not the beginning of a larger one.

    Parameters
    ----------
    friends : Friends
        Arrays to fill.
    work : FriendsWork
        Room of the same capacity.
    people : People
        The tile, at most 64 cities.
    n : int
        People who exist, 0 to TILE.
    mean, size : float
        Number of friends: negative binomial with this mean and dispersion size (variance
        mean + mean**2 / size), cut at 63.
    within : float
        Probability that an end looks inside its cell.
    seed, replicate, tile : int
        Which tile of which society.

    Returns
    -------
    int
        Number of directed ends, ``friends.first[n]``; -1 if the capacity is short.
    """
    _law(work.law, mean, size)
    drawn = _draw(work, people, n, within, seed, replicate, tile)
    if drawn > min(friends.friend.shape[0], work.ends.shape[0]):
        return -1
    for turn in range(CELL_ROUNDS):
        if _match(work, n, CELLS, turn, seed, replicate, tile) == 0:
            break
    for i in range(n):
        work.group[i] = people.city[i]
        work.quota[i] = work.drawn[i]
    for turn in range(CELL_ROUNDS, CELL_ROUNDS + CITY_ROUNDS):
        if _match(work, n, CITIES, turn, seed, replicate, tile) == 0:
            break
    return _sort(friends, work, n)
