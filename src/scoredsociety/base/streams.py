"""Randomness as a function: Philox4x32-10 and the list of decisions.

A draw is a hash of (seed, replicate, who, month or stream, tile, decision). There is no
generator, so nothing to save, to split or to keep in step: any number of threads, any order of
tiles and any resume see the same numbers, and so does the same person under another regime.

The 64-bit key holds (seed, replicate) in two words of their own, and the 128-bit counter holds
four separate fields; nothing is mixed into one word by XOR or addition, because small seeds
would collide there.

Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Random123).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel, unrolled

Word = Any
"""An unsigned 64-bit number: np.uint64 in kernels, which Numba types for itself."""
MASK = np.uint64(0xFFFFFFFF)
_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_32 = np.uint64(32)


class Block(IntEnum):
    """The decisions, four to a block: (lane 0, lane 1, lane 2, lane 3).

    Each lane is used for one decision only. The counter of a block is
    (who | serial << 12, stream or month, tile, block | layer << 8 | scheme << 16).
    """

    # society: who = position in the tile
    AGE = 1  # order of the ages (shuffle)
    START = 3  # starts of the systematic draws
    GENERAL = 4  # z, -, -, -
    CONTEXT = 5  # propensity in one context, -, -, - (stream = identity of the context)
    HOUSEHOLD = 6  # noise of the matching, single, -, -
    TRAIT = 7  # gaming, frivolous purchases, chance, assumes to be watched
    FRIENDS = 8  # number of friends, -, -, -
    MATCH = 9  # shuffles of the ends of friendships
    # candidates: stream = identity of the conduct
    FIRST = 16  # first arrival in layer 0, 1, 2, 3
    CANDIDATE = 17  # height, channel, truth, gap to the next
    PROCESS = 18  # notice, filing, review, exemption (one per scheme)
    OUTCOME = 19  # duration, wrong person, late filing, late review (one per scheme)
    EXEMPT = 20  # dropped, -, -, - (one per scheme)
    COPY = 21  # passed on, -, -, - (one per pair of schemes)
    JOINT = 22  # four institutions (layer field: layer | four << 3; one per list)
    NAMESAKE = 23  # hit, who, duration, late; with 8 in the layer field: wins, -, -, -
    ENROL = 24  # covered or willing, -, -, - (stream = identity of the scheme)
    # months
    ATTEMPT = 32  # flight, rail, -, -
    TIE = 33  # four friends (layer field: which four)
    TRADE = 34  # partner, own rating, partner's rating, retaliation (serial: which trade)
    # opinion
    VIEW = 40  # noise that stays, sees a lack of trust, knows of repression, follows media
    SUPPOSE = 41  # supposed fairness, fear, claims to be a user, manager
    READ = 42  # reads weights, hears in media, looks up, changed conduct (stream = scheme)
    WAVE = 43  # noise of one month, -, -, - (stream = month)
    # surveys: stream = number of the survey, or the identity of an item
    SAMPLE = 44  # order of contact, answers, answers again, -
    ARM = 45  # arm of each of four experiments (stream = number of the survey)
    REPLY = 46  # four replies (stream = identity of the item; layer field: which four)
    # organisations: who = position among those of the scheme, tile = identity of the scheme
    ORGANISATION = 48  # cost of complying, of the Party, never audited, covered (stream 0)
    INSPECTION = 49  # audited, by somebody independent, -, - (stream = month)
    # designs: who = which draw, stream = identity of the assumed number
    DESIGN = 64  # order of the strata, place in the stratum, -, -


@unrolled
def philox(
    c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word
) -> tuple[Word, Word, Word, Word]:
    """Return the four 32-bit words of Philox4x32-10 (all arguments and results are uint64)."""
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (
            (p1 >> _32) ^ c1 ^ k0,
            p1 & MASK,
            (p0 >> _32) ^ c3 ^ k1,
            p0 & MASK,
        )
        k0 = (k0 + _W0) & MASK
        k1 = (k1 + _W1) & MASK
    return c0, c1, c2, c3


@inlined
def words(
    seed: int, replicate: int, who: Word, stream: Word, tile: int, block: Word
) -> tuple[Word, Word, Word, Word]:
    """Return the four words of one block of decisions."""
    return philox(
        np.uint64(who),
        np.uint64(stream),
        np.uint64(tile),
        np.uint64(block),
        np.uint64(seed),
        np.uint64(replicate),
    )


@kernel
def words_of_many(
    out: NDArray[np.uint32], seed: int, replicate: int, stream: Word, tile: int, block: Word
) -> None:
    """Fill ``out`` (4, n) with the words of one block for who = 0 ... n - 1, in vector code."""
    for i in range(out.shape[1]):
        out[0, i], out[1, i], out[2, i], out[3, i] = philox(
            np.uint64(i),
            np.uint64(stream),
            np.uint64(tile),
            np.uint64(block),
            np.uint64(seed),
            np.uint64(replicate),
        )


@kernel
def words_in_a_row(
    out: NDArray[np.uint32],
    n: int,
    seed: int,
    replicate: int,
    stream: Word,
    tile: int,
    block: Word,
) -> None:
    """Fill ``out`` (at least 4 n,) with the words of one block for who = 0 ... n - 1.

    Lane k of somebody lies at 4 who + k.
    """
    for i in range(n):
        out[4 * i], out[4 * i + 1], out[4 * i + 2], out[4 * i + 3] = philox(
            np.uint64(i),
            np.uint64(stream),
            np.uint64(tile),
            np.uint64(block),
            np.uint64(seed),
            np.uint64(replicate),
        )


@unrolled
def uniform(word: Word) -> float:
    """Map a 32-bit word to the open interval (0, 1)."""
    return (np.float64(word) + 0.5) * 2.3283064365386963e-10


@kernel
def draw(
    seed: int, replicate: int, who: int, stream: int, tile: int, block: int, lane: int
) -> float:
    """Return one decision as a uniform number: the readable form of the streams.

    Parameters
    ----------
    seed, replicate : int
        0 to 2**32 - 1.
    who : int
        Position in the tile (12 bits), with the candidate's serial number above it.
    stream : int
        Month, or the identity of the conduct whose candidates are drawn.
    tile : int
        Community of 4,096 people.
    block : int
        A :class:`Block`, with the layer in bits 8 to 15 and the scheme in bits 16 to 23.
    lane : int
        0 to 3.
    """
    return uniform(words(seed, replicate, who, stream, tile, block)[lane])
