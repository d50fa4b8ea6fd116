"""Philox against the published answers, and the streams that are made of it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from scoredsociety.base.streams import Block, draw, philox, uniform

U = np.uint64
KNOWN = [  # Random123 1.14, kat_vectors, philox4x32 10
    (
        (0x00000000,) * 4,
        (0x00000000,) * 2,
        (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ),
    (
        (0xFFFFFFFF,) * 4,
        (0xFFFFFFFF,) * 2,
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_philox_gives_the_published_answers(counter, key, answer):
    assert tuple(int(w) for w in philox(*map(U, counter), *map(U, key))) == answer


def test_every_decision_has_a_block_of_its_own():
    assert max(Counter(int(b) for b in Block).values()) == 1
    assert all(0 < b < 256 for b in Block)


def test_a_draw_depends_on_every_field_and_on_nothing_else():
    base = (1, 0, 5, 7, 2, int(Block.ATTEMPT), 0)
    seen = {draw(*base)}
    for position in range(7):
        changed = list(base)
        changed[position] += 1
        seen.add(draw(*changed))
    assert len(seen) == 8
    assert draw(*base) == draw(*base)


def test_uniform_never_reaches_its_ends():
    assert 0.0 < uniform(U(0)) < 1e-9
    assert 1 - 1e-9 < uniform(U(2**32 - 1)) < 1.0


def test_interleaved_seeds_do_not_collide():
    # seeds 0 ... 63, everything else equal: as good as one stream of random numbers
    x = np.array([draw(s, 0, who, 1, 0, 1, 0) for s in range(64) for who in range(64)])
    assert len(np.unique(x)) == x.size
    counts = np.histogram(x, bins=16, range=(0, 1))[0]
    assert ((counts - 256) ** 2 / 256).sum() < 37.7  # chi-squared, 15 degrees, 0.1 %
