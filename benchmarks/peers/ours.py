"""The peers' workload with this project's parts: streams, tiles of 4,096, sparse events.

Offences, false accusations and good deeds arrive as first arrivals and gaps between arrivals,
drawn for a whole tile in vector code and laid into one bucket a month; the months then touch
only the people to whom something happened. A tile's state stays in cache through all its
months. Every draw is a hash of (seed, who, serial or month, tile, decision): common random
numbers are on. Sums are whole numbers, kept up as people change.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from worker import MONTHS, Monthly, serve

from scoredsociety.base.arithmetic import exp, log
from scoredsociety.base.jit import inlined, kernel, unrolled
from scoredsociety.base.normal import normal_quantile
from scoredsociety.base.streams import Block, Word, philox, uniform

TILE = 4096
OFFENCE, FALSE, DEED = 0, 1, 2
START, LINE, REPAIRED = 1000, 900, 950
OFFENCE_RATE, FALSE_RATE, DEED_RATE = 0.05, 0.001, 0.03
GOOD, LEAST, WIDTH = 5, 10, 41
ALWAYS = np.uint64(2**32)
RECORDED = np.uint64(round(0.3 * 2**32))
REPAYS = np.uint64(round(0.1 * 2**32))
FALL, SHARE, AFFORDS = np.float32(0.98), np.float32(0.5), np.float32(0.8)
UNIT = np.float32(2**24)
"""Incomes are added up in whole 2**-24 parts."""
_12, _32 = np.uint64(12), np.uint64(32)
_LOW = np.uint32(0xFFFF)
_SHIFT = 64
_FIRST, _CANDIDATE, _GENERAL, _ATTEMPT = (
    np.uint64(b) for b in (Block.FIRST, Block.CANDIDATE, Block.GENERAL, Block.ATTEMPT)
)


class People(NamedTuple):
    """All people of a run; 15 bytes each."""

    honesty: NDArray[np.float32]
    base: NDArray[np.float32]
    income: NDArray[np.float32]
    score: NDArray[np.int16]
    listed: NDArray[np.bool_]


class Room(NamedTuple):
    """What one tile needs while it runs."""

    scales: NDArray[np.float64]  # (3, TILE): 1 / log(1 - probability a month), by kind
    first: NDArray[np.int32]  # (3, TILE): month of the first of each kind
    who: NDArray[np.uint32]  # (TILE,), like the next four: the latest candidates of one kind
    month: NDArray[np.int32]
    scale: NDArray[np.float64]
    change: NDArray[np.int32]
    after: NDArray[np.int32]
    bucket: NDArray[np.uint32]  # (MONTHS, 3 * TILE): who << 16 | change + 64
    used: NDArray[np.int64]  # (MONTHS,)
    low: NDArray[np.int32]
    on: NDArray[np.int32]


@unrolled
def months_until(word: Word, scale: float, months: int) -> Word:
    """Return the months that pass before the next arrival, at most ``months``."""
    wait = log(uniform(word)) * scale
    return np.int32(wait if wait < months else months)


@kernel
def draw_people(people: People, seed: int) -> None:
    """Give everybody honesty (the median of three uniforms is Beta(2, 2)) and income."""
    for i in range(people.score.shape[0]):
        a, b, c, d = philox(
            np.uint64(i % TILE), np.uint64(0), np.uint64(i // TILE), _GENERAL,
            np.uint64(seed), np.uint64(0),
        )  # fmt: skip
        people.honesty[i] = uniform(max(min(a, b), min(max(a, b), c)))
        people.base[i] = exp(0.5 * normal_quantile(uniform(d)))
        people.income[i] = people.base[i]
        people.score[i] = START
        people.listed[i] = False


def new_people(people: int) -> People:
    """Return room for so many people."""
    honesty, base, income = (np.empty(people, np.float32) for _ in range(3))
    return People(honesty, base, income, np.empty(people, np.int16), np.empty(people, np.bool_))


def new_room(months: int) -> Room:
    """Return room for one tile; what a run does not touch is never resident."""
    return Room(
        np.empty((3, TILE)),
        np.empty((3, TILE), np.int32),
        np.empty(TILE, np.uint32),
        np.empty(TILE, np.int32),
        np.empty(TILE),
        np.empty(TILE, np.int32),
        np.empty(TILE, np.int32),
        np.empty((months, 3 * TILE), np.uint32),
        np.zeros(months, np.int64),
        np.empty(TILE, np.int32),
        np.empty(TILE, np.int32),
    )


@inlined
def draw_marks(
    change: NDArray[np.int32],
    after: NDArray[np.int32],
    who: NDArray[np.uint32],
    month: NDArray[np.int32],
    scale: NDArray[np.float64],
    used: int,
    kind: int,
    serial: int,
    months: int,
    seed: int,
    tile: int,
) -> None:
    """Draw what each candidate of one kind does to the score, and the month of its follower.

    The loop has no branch and no gather, so that it becomes vector code.
    """
    recorded = RECORDED if kind == OFFENCE else ALWAYS
    least = np.uint64(GOOD if kind == DEED else LEAST)
    width = np.uint64(1 if kind == DEED else WIDTH)
    sign = np.int32(1 if kind == DEED else -1)
    for k in range(used):
        seen, cost, gap, _ = philox(
            np.uint64(who[k]) | (np.uint64(serial) << _12), np.uint64(kind), np.uint64(tile),
            _CANDIDATE, np.uint64(seed), np.uint64(0),
        )  # fmt: skip
        points = np.int32(least + ((cost * width) >> _32)) * sign
        change[k] = points if seen < recorded else np.int32(0)
        after[k] = month[k] + np.int32(1) + months_until(gap, scale[k], months)


@inlined
def draw_events(
    room: Room, honesty: NDArray[np.float32], months: int, seed: int, tile: int
) -> None:
    """Lay everything that will happen in a tile into the buckets of its months."""
    n = honesty.shape[0]
    who, month, scale = room.who, room.month, room.scale
    false = 1.0 / log(1.0 - FALSE_RATE)
    for i in range(n):
        h = np.float64(honesty[i])
        room.scales[OFFENCE, i] = 1.0 / log(1.0 - OFFENCE_RATE * (1.0 - h))
        room.scales[FALSE, i] = false
        room.scales[DEED, i] = 1.0 / log(1.0 - DEED_RATE * h)
    for i in range(n):
        a, b, c, _ = philox(
            np.uint64(i), np.uint64(0), np.uint64(tile), _FIRST, np.uint64(seed), np.uint64(0)
        )
        room.first[OFFENCE, i] = months_until(a, room.scales[OFFENCE, i], months)
        room.first[FALSE, i] = months_until(b, room.scales[FALSE, i], months)
        room.first[DEED, i] = months_until(c, room.scales[DEED, i], months)
    room.used[:] = 0
    for kind in range(3):
        left = 0
        for i in range(n):
            who[left] = i
            month[left] = room.first[kind, i]
            scale[left] = room.scales[kind, i]
            left += room.first[kind, i] < months
        serial = 0
        while left > 0:
            used, left = left, 0
            draw_marks(
                room.change, room.after, who, month, scale, used, kind, serial, months, seed, tile
            )
            for k in range(used):
                t, change = month[k], room.change[k]
                room.bucket[t, room.used[t]] = who[k] << np.uint32(16) | np.uint32(change + _SHIFT)
                room.used[t] += change != 0
                who[left] = who[k]
                scale[left] = scale[k]
                month[left] = room.after[k]
                left += room.after[k] < months
            serial += 1


@inlined
def live(
    room: Room,
    people: People,
    start: int,
    n: int,
    months: int,
    seed: int,
    tile: int,
    sums: NDArray[np.int64],
) -> None:
    """Run a tile's months and add its score, listed people and income to ``sums`` (months, 3)."""
    score, listed = people.score[start : start + n], people.listed[start : start + n]
    income, base = people.income[start : start + n], people.base[start : start + n]
    bucket, low, on = room.bucket, room.low, room.on
    points: Word = START * n
    money: Word = 0
    many = 0
    for i in range(n):
        money += np.int64(income[i] * UNIT)
    for t in range(months):
        lows = 0
        for k in range(room.used[t]):
            i = bucket[t, k] >> np.uint32(16)
            change = np.int32(bucket[t, k] & _LOW) - _SHIFT
            score[i] += change
            points += change
            low[lows] = i
            lows += score[i] < LINE
        for k in range(lows):
            i = low[k]
            if score[i] < LINE and not listed[i]:
                listed[i] = True
                on[many] = i
                many += 1
        kept = 0
        for k in range(many):
            i = on[k]
            money -= np.int64(income[i] * UNIT)
            income[i] = max(income[i] * FALL, base[i] * SHARE)
            money += np.int64(income[i] * UNIT)
            on[kept] = i
            kept += 1
            if income[i] > AFFORDS:
                word, _, _, _ = philox(
                    np.uint64(i), np.uint64(t), np.uint64(tile), _ATTEMPT, np.uint64(seed),
                    np.uint64(0),
                )  # fmt: skip
                if word < REPAYS:
                    points += REPAIRED - score[i]
                    score[i] = REPAIRED
                    listed[i] = False
                    kept -= 1
        many = kept
        sums[t, 0] += points
        sums[t, 1] += many
        sums[t, 2] += money


@kernel
def run_tiles(people: People, room: Room, sums: NDArray[np.int64], seed: int) -> None:
    """Run all months, tile by tile; ``sums`` (months, 3) gets score, listed people, income."""
    everybody, months = people.score.shape[0], sums.shape[0]
    for tile in range((everybody + TILE - 1) // TILE):
        start = tile * TILE
        n = min(TILE, everybody - start)
        draw_events(room, people.honesty[start : start + n], months, seed, tile)
        live(room, people, start, n, months, seed, tile, sums)


def build(people: int, seed: int) -> tuple[People, int]:
    """Make a society of so many people."""
    everybody = new_people(people)
    draw_people(everybody, seed)
    return everybody, seed


def run(model: tuple[People, int]) -> Monthly:
    """Run all months."""
    people, seed = model
    sums = np.zeros((MONTHS, 3), np.int64)
    run_tiles(people, new_room(MONTHS), sums, seed)
    each = sums / people.score.size
    return [(score, listed, income / UNIT) for score, listed, income in each]


if __name__ == "__main__":
    serve(build, run)
