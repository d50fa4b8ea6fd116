"""Friendships: their law, their symmetry, where they lie, and on what they depend."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoredsociety.society import Society
from scoredsociety.society.friends import (
    CELLS,
    MOST_FRIENDS,
    build_friends,
    cell_of,
    empty_friends,
    friends_work,
)
from scoredsociety.society.people import TILE

MEAN, SIZE, WITHIN = 6.0, 3.0, 0.6
SOCIETY = Society.make(people=16 * TILE, seed=5)
WORK = friends_work()


def build(tile=0, n=TILE, mean=MEAN, size=SIZE, within=WITHIN, seed=5, replicate=0):
    """Return the people of a tile, their friends, and both ends of each direction."""
    people, friends = SOCIETY.tile(tile), empty_friends()
    ends = build_friends(friends, WORK, people, n, mean, size, within, seed, replicate, tile)
    source = np.repeat(np.arange(TILE), np.diff(friends.first))
    assert ends == friends.first[-1] == len(source)
    return people, friends, source, friends.friend[:ends].astype(np.int64)


def cells(people):
    return np.array([cell_of(people, i) for i in range(TILE)])


def moments(mean, size):
    """Mean, variance and fourth central moment of the law cut at its end."""
    chance, law = (size / (size + mean)) ** size, []
    for k in range(MOST_FRIENDS + 1):
        law.append(chance)
        chance *= (k + size) / (k + 1) * mean / (size + mean)
    law[-1] += 1 - sum(law)
    count = np.arange(MOST_FRIENDS + 1)
    centre = float(np.dot(count, law))
    powers = ((count - centre) ** 2, (count - centre) ** 4)
    return centre, float(np.dot(powers[0], law)), float(np.dot(powers[1], law))


@pytest.mark.parametrize(("mean", "size"), [(6, 3), (3, 10), (8, 4)])
def test_the_number_of_friends_is_negative_binomial(mean, size):
    counts = np.concatenate(
        [np.diff(build(tile, mean=mean, size=size)[1].first) for tile in range(16)]
    )
    centre, variance, fourth = moments(mean, size)
    assert abs(centre - mean) < 0.001
    n = len(counts)
    assert abs(counts.mean() - centre) < 4 * math.sqrt(variance / n)
    assert abs(counts.var() - variance) < 4 * math.sqrt((fourth - variance**2) / n)
    none = (size / (size + mean)) ** size
    assert abs(np.mean(counts == 0) - none) < 4 * math.sqrt(none * (1 - none) / n) + 0.001


def test_ends_that_find_nobody_are_about_one_in_a_thousand():
    found, drawn = 0, 0
    for tile in range(16):
        found += len(build(tile)[2])
        drawn += int(WORK.drawn.sum())
    assert 0 < drawn - found < 0.003 * drawn


@pytest.mark.parametrize("n", [TILE, 1500, 40, 1, 0])
def test_friendship_is_mutual_and_rows_are_sorted(n):
    people, friends, source, target = build(2, n)
    ends = len(source)
    back = friends.back[:ends]
    assert np.all(source < n)
    assert np.all(target < n)
    assert np.array_equal(target[back], source)
    assert np.array_equal(source[back], target)
    assert np.array_equal(back[back], np.arange(ends))
    assert not np.any(source == target)
    # ascending within each row, so nobody is a friend twice
    assert np.all(np.diff(source * TILE + target) > 0)
    assert np.all(friends.alive[:ends] == 1)
    assert not np.any(friends.alive[ends:])
    assert np.array_equal(people.city[source], people.city[target])


def test_friends_are_alike_as_often_as_small_cells_allow():
    people, _, source, target = build(1)
    cell = cells(people)
    size = np.bincount(cell, minlength=CELLS)
    share = np.mean(cell[source] == cell[target])
    # a person alone in a cell, or with fewer others than ends that look there, looks elsewhere
    looking = np.random.default_rng(1).binomial(WORK.drawn, WITHIN)
    bound = np.minimum(looking, size[cell] - 1).sum() / WORK.drawn.sum()
    assert bound < 0.5  # at 20 cities a tile has about seven people of a kind
    assert 0.75 * bound < share < bound
    # in cells with many people the share is met
    large = size[cell[source]] >= 15
    assert large.sum() > 1000
    assert abs(np.mean((cell[source] == cell[target])[large]) - WITHIN) < 0.06
    adult = people.age >= 18
    alike = cell[source] == cell[target]
    assert np.array_equal(adult[source][alike], adult[target][alike])
    assert np.any(adult[source] != adult[target])


def test_with_one_cell_for_many_people_the_share_is_met():
    people = SOCIETY.tile(0)
    for values in (people.urban, people.education):
        values[:] = 0
    people.city[:] %= 2
    people.age[:] = np.where(people.age < 18, 5, 40)
    friends = empty_friends()
    build_friends(friends, WORK, people, TILE, MEAN, SIZE, WITHIN, 1, 0, 0)
    cell = cells(people)
    source = np.repeat(np.arange(TILE), np.diff(friends.first))
    target = friends.friend[: len(source)].astype(int)
    # who looks in the city meets people of the own cell as often as they look there
    ends = np.bincount(cell, minlength=CELLS) / TILE
    city = np.bincount(people.city, minlength=2) / TILE
    wanted = WITHIN + (1 - WITHIN) * np.sum(ends[ends > 0] ** 2 / np.repeat(city, 2))
    assert len(np.unique(cell)) == 4
    assert abs(np.mean(cell[source] == cell[target]) - wanted) < 0.02


def test_with_nobody_looking_within_only_chance_makes_friends_alike():
    people, _, source, target = build(within=0.0)
    cell = cells(people)
    assert np.mean(cell[source] == cell[target]) < 0.06


def test_who_is_whose_friend_says_nothing_about_the_index():
    _, _, source, target = build(3)
    assert abs(np.corrcoef(source, target)[0, 1]) < 4 / math.sqrt(len(source) / 2)


def test_the_same_tile_has_the_same_friends_and_other_luck_has_others():
    first = build(3)[1]
    again = build(3)[1]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    for other in (build(3, seed=6), build(3, replicate=1)):
        degree, moved = np.diff(first.first), np.diff(other[1].first)
        assert not np.array_equal(degree, moved)
        assert abs(np.corrcoef(degree, moved)[0, 1]) < 4 / math.sqrt(TILE)


def test_work_of_another_tile_leaves_no_trace():
    clean = build(4)[1]
    friends, people = empty_friends(), SOCIETY.tile(4)
    for tile, n in ((7, TILE), (8, 100), (4, TILE)):
        build_friends(friends, WORK, SOCIETY.tile(tile), n, MEAN, SIZE, WITHIN, 5, 0, tile)
    ends = build_friends(friends, WORK, people, TILE, MEAN, SIZE, WITHIN, 5, 0, 4)
    assert np.array_equal(friends.first, clean.first)
    assert np.array_equal(friends.friend[:ends], clean.friend[:ends])
    assert np.array_equal(friends.back[:ends], clean.back[:ends])


def test_a_short_capacity_is_said():
    people = SOCIETY.tile(0)
    arguments = (people, TILE, MEAN, SIZE, WITHIN, 5, 0, 0)
    assert build_friends(empty_friends(1000), friends_work(1000), *arguments) == -1
    assert build_friends(empty_friends(), friends_work(1000), *arguments) == -1
    assert build_friends(empty_friends(), WORK, *arguments) > 20_000


def test_a_broken_friendship_is_mended_for_the_next_run():
    friends, people = empty_friends(), SOCIETY.tile(0)
    ends = build_friends(friends, WORK, people, TILE, MEAN, SIZE, WITHIN, 5, 0, 0)
    friends.alive[:ends] = 0
    build_friends(friends, WORK, people, TILE, MEAN, SIZE, WITHIN, 5, 0, 0)
    assert np.all(friends.alive[:ends] == 1)
