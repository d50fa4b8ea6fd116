"""Traits have their laws; attributes and groups are what their names say."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest

from scoredsociety.base.streams import Block, draw
from scoredsociety.schemes.structures import Attribute
from scoredsociety.schemes.world import Eligible
from scoredsociety.society import Society
from scoredsociety.society.households import build_homes, homes_work
from scoredsociety.society.people import (
    BUSINESS,
    CONSENT,
    DOG,
    DRIVER,
    INTERNET,
    PARTY,
    STUDENT,
    THIN,
    TILE,
)
from scoredsociety.society.traits import (
    ATTRIBUTE,
    ELIGIBLE,
    add_attribute,
    build_traits,
    eligible,
    empty_traits,
)

SOCIETY = Society.make(people=10 * TILE, seed=9)


def build(tile=0, n=TILE):
    people, home, traits = SOCIETY.tile(tile), np.empty(TILE, np.int32), empty_traits()
    build_homes(home, homes_work(), people, n, 2.62, 9, 0, tile)
    build_traits(traits, people, home, n, 9, 0, tile)
    return people, home, traits


@pytest.fixture(scope="module")
def table():
    return SOCIETY.table()


def test_hours_of_games_have_the_stated_medians_and_spread(table):
    age, hours = table["age"].to_numpy(), table["gaming_hours"].to_numpy()
    for group, median in ((age < 30, 20), (age >= 30, 8)):
        logs = np.log(hours[group])
        n = len(logs)
        assert abs(logs.mean() - math.log(median)) < 4 / math.sqrt(n)
        assert abs(logs.std() - 1) < 4 / math.sqrt(2 * n)
        assert abs(np.mean(hours[group] < median) - 0.5) < 2 / math.sqrt(n)


def test_frivolous_purchases_are_beta_2_8(table):
    share = table["frivolous_share"].to_numpy()
    n, variance = len(share), 2 * 8 / (10**2 * 11)
    assert abs(share.mean() - 0.2) < 4 * math.sqrt(variance / n)
    # fourth central moment of Beta(2, 8) from its raw moments
    raw = [math.prod((2 + j) / (10 + j) for j in range(k)) for k in range(5)]
    fourth = raw[4] - 4 * 0.2 * raw[3] + 6 * 0.04 * raw[2] - 3 * 0.2**4
    assert abs(share.var() - variance) < 4 * math.sqrt((fourth - variance**2) / n)


def test_each_trait_is_one_lane_and_quantiles_are_exact():
    _, _, traits = build(1)
    block = int(Block.TRAIT)
    for i in range(0, TILE, 97):
        u = [draw(9, 0, i, 0, 1, block, lane) for lane in range(4)]
        x = traits.frivolous[i]
        # of nine uniform numbers at least two lie below x
        below = sum(math.comb(9, k) * x**k * (1 - x) ** (9 - k) for k in range(2, 10))
        assert abs(below - u[1]) < 1e-10
        assert traits.chance[i] == u[2]
        assert traits.watched[i] == u[3]


def test_the_lanes_are_independent_and_uniform():
    parts = [build(t)[2] for t in range(4)]
    rows = [
        np.concatenate([getattr(t, name) for t in parts])
        for name in ("frivolous", "chance", "watched")
    ]
    seen = np.corrcoef(rows)
    assert np.all(np.abs(seen[~np.eye(3, dtype=bool)]) < 4 / math.sqrt(4 * TILE))
    for row in rows[1:]:
        assert abs(row.mean() - 0.5) < 4 * math.sqrt(1 / 12 / len(row))
        assert abs(row.var() - 1 / 12) < 4 * math.sqrt(1 / 180 / len(row))


@pytest.mark.parametrize("n", [TILE, 700])
def test_parents_are_adults_who_live_with_a_child(n):
    people, home, traits = build(2, n)
    child = people.age[:n] < 18
    with_child = np.isin(home[:n], home[:n][child])
    assert np.array_equal(traits.parent[:n] == 1, with_child & ~child)
    assert 0.2 < traits.parent[:n][~child].mean() < 0.6
    assert not np.any(traits.parent[n:])


def test_people_beyond_the_end_change_nothing():
    whole, cut = build(3)[2], build(3, 700)[2]
    for name in ("gaming", "frivolous", "chance", "watched"):
        assert np.array_equal(getattr(whole, name)[:700], getattr(cut, name)[:700])
        assert not np.any(getattr(cut, name)[700:])


def test_attributes_are_scaled_to_one():
    people, _, traits = build(4)
    traits.gaming[0] = 250.0
    flags = people.flags
    wanted = {
        "income-rank": people.rank,
        "age": people.age / 100,
        "education": people.education / 3,
        "urban": people.urban,
        "parent": traits.parent,
        "gaming-hours": np.minimum(traits.gaming / 100, 1),
        "frivolous-share": traits.frivolous,
        "thin-file": flags & THIN > 0,
        "student": flags & STUDENT > 0,
        "chance": traits.chance,
    }
    assert tuple(wanted) == get_args(Attribute) == tuple(ATTRIBUTE)
    assert list(ATTRIBUTE.values()) == list(range(10))
    for name, values in wanted.items():
        seen = np.zeros(TILE)
        add_attribute(seen, 1.0, ATTRIBUTE[name], TILE, people, traits)
        assert np.array_equal(seen, values.astype(float)), name
        assert 0 <= seen.min() < seen.max() <= 1


def test_groups_are_what_their_names_say():
    people, _, _ = build(5)
    flags = people.flags
    wanted = {
        "everyone": np.ones(TILE, bool),
        "drivers": flags & DRIVER > 0,
        "dog-owners": flags & DOG > 0,
        "business-owners": flags & BUSINESS > 0,
        "internet-users": flags & INTERNET > 0,
        "students": flags & STUDENT > 0,
        "young-men": (people.female == 0)
        & (((people.age >= 18) & (people.age <= 22)) | (people.age < 18)),
        "party-members": flags & PARTY > 0,
        "consenting": flags & CONSENT > 0,
        "thin-file": flags & THIN > 0,
    }
    assert tuple(wanted) == get_args(Eligible) == tuple(ELIGIBLE)
    assert list(ELIGIBLE.values()) == list(range(10))
    for name, values in wanted.items():
        seen = [eligible(ELIGIBLE[name], i, people) for i in range(TILE)]
        assert np.array_equal(seen, values), name
        assert 0 < np.mean(seen) < 1 or name == "everyone"


def test_groups_have_their_published_shares():
    adults, members = 0, dict.fromkeys(ELIGIBLE, 0)
    for tile in range(5):
        people = SOCIETY.tile(tile)
        grown = np.flatnonzero(people.age >= 18).tolist()
        adults += len(grown)
        for name, code in ELIGIBLE.items():
            members[name] += sum(eligible(code, i, people) for i in grown)
    published = {
        "everyone": 1.0,
        "drivers": SOCIETY.marginals.attributes["driver"].share.value,
        "dog-owners": SOCIETY.marginals.attributes["dog_owner"].share.value,
        "business-owners": SOCIETY.marginals.attributes["business_owner"].share.value,
        "party-members": SOCIETY.marginals.attributes["party"].share.value,
        "consenting": SOCIETY.marginals.attributes["consent"].share.value,
        "thin-file": SOCIETY.marginals.attributes["thin_file"].share.value,
    }
    for name, share in published.items():
        assert abs(members[name] / adults - share) < 0.003, name


def test_the_table_shows_them(table):
    assert table.num_rows == 10 * TILE
    assert table["parent"].to_numpy()[table["age"].to_numpy() < 18].sum() == 0
    assert abs(table["friends"].to_numpy().mean() - 6) < 0.1
