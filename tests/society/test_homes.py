"""The households that the kernel builds are those of the obvious array code."""

from __future__ import annotations

import numpy as np
import pytest

from scoredsociety.society import Society
from scoredsociety.society.households import _sort, build_homes, homes_work
from scoredsociety.society.people import TILE, People
from tests.society.households_oracle import households

WORK = homes_work()


def first(people: People, n: int) -> People:
    return People._make(values[:n] for values in people)


@pytest.mark.parametrize("tile", range(12))
def test_the_kernel_gives_the_households_of_the_oracle(tile):
    people = Society.make(seed=3).tile(tile)
    home = np.empty(TILE, np.int32)
    for n, mean in ((TILE, 2.62), (1000, 2.62), (300, 4.0), (TILE, 1.8), (1, 2.62)):
        count = build_homes(home, WORK, people, n, mean, 3, 0, tile)
        assert np.array_equal(home[:n], households(first(people, n), 3, 0, tile, mean))
        assert count == home[:n].max() + 1
        assert np.all(home[n:] == -1)


@pytest.mark.parametrize("values", [4, 10**6])
@pytest.mark.parametrize("n", [0, 1, 50])
def test_lists_are_sorted_and_equal_keys_keep_their_order(n, values):
    rng = np.random.default_rng(2)
    key = rng.integers(0, values, TILE).astype(np.float64)
    who = rng.permutation(TILE).astype(np.int32)
    wanted = who.copy()
    wanted[:n] = who[:n][np.argsort(key[who[:n]], kind="stable")]
    _sort(who, n, key, WORK)
    assert who.tolist() == wanted.tolist()


def test_few_places_sort_as_many_do():
    people = Society.make(seed=4).tile(0)
    people.city[:] %= 2
    home = np.empty(TILE, np.int32)
    build_homes(home, WORK, people, TILE, 2.62, 4, 7, 0)
    assert np.array_equal(home, households(people, 4, 7, 0, 2.62))


def test_nobody_lives_nowhere():
    home = np.zeros(TILE, np.int32)
    assert build_homes(home, WORK, Society.make().tile(0), 0, 2.62, 1, 0, 0) == 0
    assert np.all(home == -1)


def test_people_of_a_tile_cut_short_live_with_those_who_exist():
    table = Society.make(people=TILE + 1500, seed=2).table().slice(TILE)
    home, age = table["household"].to_numpy(), table["age"].to_numpy()
    size = np.bincount(home - home.min())
    assert abs(size.mean() - 2.62) < 0.15
    alone = size[(home - home.min())[age < 18]] == 1
    assert alone.mean() < 0.1


def test_other_luck_gives_other_households():
    people = Society.make(seed=3).tile(0)
    homes = np.empty((3, TILE), np.int32)
    for home, (seed, replicate) in zip(homes, ((3, 0), (4, 0), (3, 1)), strict=True):
        build_homes(home, WORK, people, TILE, 2.62, seed, replicate, 0)
    assert not np.array_equal(homes[0], homes[1])
    assert not np.array_equal(homes[0], homes[2])
