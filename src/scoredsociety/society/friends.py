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

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel, part
from scoredsociety.base.streams import Block, philox, uniform
from scoredsociety.society.pairing import WIDTH, arrange, match, write_rows
from scoredsociety.society.people import TILE, People

MOST_FRIENDS = 63
CAPACITY = TILE * 16
"""Directed ends for which there is room unless told otherwise."""
CITIES = 64
AGE_BANDS = 10
"""0-9, 10-17, 18-29, 30-39, ..., 80-89, 90 and over: children and adults are never in one cell."""
CELLS = CITIES * 2 * 4 * AGE_BANDS
GUIDES = 1024
"""Parts of the unit interval for each of which it is known how few friends it can mean."""
CELL_ROUNDS = 4
CITY_ROUNDS = 8
_FRIENDS = int(Block.FRIENDS)


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

    ``law`` f8 (64,): cumulated law of the number of friends; ``guide`` u1 (GUIDES,); ``group``,
    ``order`` u2, ``drawn``, ``quota``, ``found`` u1 (TILE,): a person's cell, then city; people
    by group; ends drawn; ends that look; friends found; ``met`` (TILE,) uint64: bit k, that a
    friend stands at k modulo 64; ``start`` u4 (TILE,): where a person's friends are noted;
    ``at`` u4 (CELLS + 1,); ``high`` u4 (TILE + 1,): where each group's ends end; ``noted``,
    ``ends`` u2 (capacity + WIDTH,); ``word`` u4 (at least capacity + 4,).
    """

    law: NDArray[np.float64]
    guide: NDArray[np.uint8]
    group: NDArray[np.uint16]
    order: NDArray[np.uint16]
    drawn: NDArray[np.uint8]
    quota: NDArray[np.uint8]
    found: NDArray[np.uint8]
    met: NDArray[np.uint64]
    start: NDArray[np.uint32]
    at: NDArray[np.uint32]
    high: NDArray[np.uint32]
    noted: NDArray[np.uint16]
    ends: NDArray[np.uint16]
    word: NDArray[np.uint32]


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
        guide=np.zeros(GUIDES, np.uint8),
        group=np.zeros(TILE, np.uint16),
        order=np.zeros(TILE, np.uint16),
        drawn=np.zeros(TILE, np.uint8),
        quota=np.zeros(TILE, np.uint8),
        found=np.zeros(TILE, np.uint8),
        met=np.zeros(TILE, np.uint64),
        start=np.zeros(TILE, np.uint32),
        at=np.zeros(CELLS + 1, np.uint32),
        high=np.zeros(TILE + 1, np.uint32),
        noted=np.zeros(capacity + WIDTH, np.uint16),
        ends=np.zeros(capacity + WIDTH, np.uint16),
        word=np.zeros(max(capacity + 4, 4 * TILE), np.uint32),
    )


@inlined
def cell_of(people: People, i: int) -> int:
    """Return the cell in which a person's like are: city, residence, education, age band."""
    age = int(people.age[i])
    band = min(age // 10, 1) if age < 18 else max(min(age // 10, AGE_BANDS - 1), 2)
    place = int(people.city[i]) * 2 + int(people.urban[i])
    return (place * 4 + int(people.education[i])) * AGE_BANDS + band


@inlined
def _law(law: NDArray[np.float64], guide: NDArray[np.uint8], mean: float, size: float) -> None:
    """Cumulate the negative binomial law with this mean and variance mean + mean**2 / size."""
    chance = (size / (size + mean)) ** size
    total = 0.0
    for k in range(MOST_FRIENDS + 1):
        total += chance
        law[k] = total
        chance *= (k + size) / (k + 1.0) * mean / (size + mean)
    degree = 0
    for k in range(GUIDES):
        while degree < MOST_FRIENDS and k / GUIDES > law[degree]:
            degree += 1
        guide[k] = degree


@part
def _words(
    work: FriendsWork, n: int, stream: int, block: int, seed: int, replicate: int, tile: int
) -> None:
    """Note the words of a block for the first ``n`` of the order, four to each."""
    word, order = work.word, work.order
    for q in range(n):
        word[4 * q], word[4 * q + 1], word[4 * q + 2], word[4 * q + 3] = philox(
            np.uint64(order[q]),
            np.uint64(stream),
            np.uint64(tile),
            np.uint64(block),
            np.uint64(seed),
            np.uint64(replicate),
        )


@part
def _draw(
    work: FriendsWork, people: People, n: int, within: float, seed: int, replicate: int, tile: int
) -> int:
    """Draw everybody's ends and how many look in the cell; return the number of ends.

    Word 0 of a person decides the number, word 1 + k where end k looks; word w is lane w % 4 of
    stream w // 4.
    """
    order, word, drawn, quota = work.order, work.word, work.drawn, work.quota
    # a uniform number lies below ``within`` if its word lies below this
    below = math.ceil(within * 4294967296.0 - 0.5)
    for i in range(n):
        order[i] = i
    _words(work, n, 0, _FRIENDS, seed, replicate, tile)
    total, more = 0, 0
    for i in range(n):
        u = uniform(word[4 * i])
        degree = int(work.guide[word[4 * i] >> np.uint32(22)])
        while degree < MOST_FRIENDS and u > work.law[degree]:
            degree += 1
        looks = 0
        for lane in range(1, 4):
            looks += (lane <= degree) & (word[4 * i + lane] < below)
        work.group[i] = cell_of(people, i)
        drawn[i] = degree
        quota[i] = looks
        work.found[i] = 0
        work.met[i] = 0
        work.start[i] = total
        total += degree
        order[more] = i
        more += degree >= 4
    stream = 1
    while more > 0:
        _words(work, more, stream, _FRIENDS, seed, replicate, tile)
        left, more = more, 0
        for q in range(left):
            i = order[q]
            degree = int(drawn[i])
            looks = 0
            for lane in range(4):
                looks += (4 * stream + lane <= degree) & (word[4 * q + lane] < below)
            quota[i] += looks
            order[more] = i
            more += degree >= 4 * stream + 4
        stream += 1
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
    _law(work.law, work.guide, mean, size)
    drawn = _draw(work, people, n, within, seed, replicate, tile)
    if drawn > min(friends.friend.shape[0], work.ends.shape[0] - WIDTH):
        return -1
    arrange(work, n, CELLS)
    # a cell of m people has m - 1 friends for each: further ends need not look there
    for i in range(n):
        others = work.at[work.group[i] + 1] - work.at[work.group[i]] - 1
        work.quota[i] = min(int(work.quota[i]), others)
    left = n
    for turn in range(CELL_ROUNDS):
        left, pairs = match(work, left, turn, seed, replicate, tile)
        if pairs == 0:
            break
    for i in range(n):
        work.group[i] = people.city[i]
        work.quota[i] = work.drawn[i]
    arrange(work, n, CITIES)
    left = n
    for turn in range(CELL_ROUNDS, CELL_ROUNDS + CITY_ROUNDS):
        left, pairs = match(work, left, turn, seed, replicate, tile)
        if pairs == 0:
            break
    return write_rows(friends, work, n)
