"""Pairing the ends of friendships inside groups, and the rows of friends that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, part
from scoredsociety.base.streams import Block, Word, words_in_a_row

if TYPE_CHECKING:
    from scoredsociety.society.friends import Friends, FriendsWork

WIDTH = 16
"""Ends that are written at a time."""
_0, _1, _2, _63 = (np.uint64(k) for k in (0, 1, 2, 63))
_MATCH = int(Block.MATCH)


@part
def arrange(work: FriendsWork, n: int, groups: int) -> None:
    """Put people in the order of their groups; group g stands from at[g] to at[g + 1]."""
    at, group, order = work.at, work.group, work.order
    at[: groups + 1] = 0
    for i in range(n):
        at[group[i] + 1] += 1
    total = 0
    for g in range(1, groups + 1):
        count = at[g]
        at[g] = total
        total += count
    for i in range(n):
        g = group[i] + 1
        order[at[g]] = i
        at[g] += 1


@part
def match(
    work: FriendsWork, n: int, turn: int, seed: int, replicate: int, tile: int
) -> tuple[int, int]:
    """Pair the ends that still look, inside each of the groups.

    Swap p of the shuffle takes word p of stream ``turn``: lane p % 4 of who p // 4.

    Returns how many of the first ``n`` of the order looked, to whom the order is cut, and how
    many pairs they are.
    """
    ends, noted, start, found, word = work.ends, work.noted, work.start, work.found, work.word
    group, quota, order, high = work.group, work.quota, work.order, work.high
    met = work.met
    left, total, groups, last = 0, np.uint64(0), 0, -1
    high[0] = 0
    for q in range(n):
        i = order[q]
        wanted = np.uint64(quota[i] - found[i])
        _fill(ends, total, wanted, i)
        total += wanted
        order[left] = i
        left += int(wanted > 0)
        groups += int(group[i]) != last
        last = int(group[i])
        high[groups] = total
    words_in_a_row(word, (int(total) + 3) // 4, seed, replicate, turn, tile, _MATCH)
    pairs = 0
    for g in range(groups):
        low, end = np.uint64(high[g]), np.uint64(high[g + 1])
        p = end
        while p > low + _1:
            j = low + ((np.uint64(word[p - _1]) * (p - low)) >> np.uint64(32))
            p -= _1
            ends[p], ends[j] = ends[j], ends[p]
        for q in range((int(end) - int(low)) // 2):
            p = low + _2 * np.uint64(q)
            one, other = ends[p], ends[p + _1]
            mine, theirs = np.uint64(found[one]), np.uint64(found[other])
            bit = _1 << (np.uint64(other) & _63)
            fresh = one != other
            if met[one] & bit:  # or somebody whose position has the same last bits
                fresh &= not _knows(noted, np.uint64(start[one]), mine, other)
            # what is not counted is written over
            noted[np.uint64(start[one]) + mine] = other
            noted[np.uint64(start[other]) + theirs] = one
            met[one] |= bit if fresh else _0
            met[other] |= _1 << (np.uint64(one) & _63) if fresh else _0
            found[one] += fresh
            found[other] += fresh
            pairs += fresh
    return left, pairs


@inlined
def _fill(ends: NDArray[np.uint16], first: Word, count: Word, who: int) -> None:
    """Write a person so many times, and on to the next multiple of ``WIDTH``: who follows will."""
    for k in range(WIDTH):
        ends[first + np.uint64(k)] = who
    for k in range(WIDTH, count):
        ends[first + np.uint64(k)] = who


@inlined
def _knows(noted: NDArray[np.uint16], start: Word, found: Word, other: int) -> bool:
    """Return whether somebody is among the friends noted so far."""
    known = False
    for k in range(start, start + found):
        known |= noted[k] == other
    return known


@part
def write_rows(friends: Friends, work: FriendsWork, n: int) -> int:
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
        for k in range(np.uint64(start[i]), np.uint64(start[i]) + np.uint64(found[i])):
            j = noted[k]
            friend[at[j]] = i
            at[j] += 1
    for i in range(n):
        at[i] = first[i]
    # what is left of a row when its turn comes are those further on: their rows hold, in order,
    # whoever came before
    for i in range(n):
        for k in range(np.uint64(at[i]), np.uint64(first[i + 1])):
            j = friend[k]
            there = at[j]
            back[k] = there
            back[there] = k
            at[j] = there + 1
    friends.alive[:total] = 1
    return total
