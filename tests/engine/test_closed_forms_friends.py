"""Friends: what a score of features passes on to them, and how many stay after an entry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from scoredsociety.engine.program import NEVER
from scoredsociety.engine.run import empty_tally
from scoredsociety.engine.scores import feature_score, open_features, settled, update_features
from scoredsociety.engine.state import Scratch, new_scratch
from scoredsociety.engine.tile import run_tile
from scoredsociety.society.people import TILE
from tests.engine.tiles import SEED, begun
from tests.engine.worlds import (
    Tree,
    a_list,
    compiled,
    conduct,
    dimension,
    exit_by,
    features,
    homogeneous,
    quantity,
)

WIDE = 100_000.0
"""Points from the lowest score to the highest, so that rounding to 1/64 point is small."""


def everybody_knows_everybody(n: int, w: float) -> tuple[Any, Scratch]:
    """Return a program with one score of features, and ``n`` people who are all friends."""
    profile = features(
        {"x": -1},
        dimensions={"rest": dimension(0.9, 0.5), "record": dimension(0.1 - w, 1.0)},
        records="record",
        ties=w,
    )
    c = compiled(homogeneous({"x": conduct(0.01)}, profile))
    schemes = c.program.schemes.copy()
    schemes["low"], schemes["span"], schemes["record_weight"] = 0.0, WIDE, 0.0
    scratch = new_scratch(c.program, 12, 1000, 1000)
    friends = scratch.friends
    for i in range(n):
        others = [j for j in range(n) if j != i]
        friends.first[i] = i * (n - 1)
        friends.friend[i * (n - 1) : (i + 1) * (n - 1)] = others
    friends.first[n:] = n * (n - 1)
    friends.alive[: n * (n - 1)] = 1
    scratch.since[:] = NEVER
    scratch.since[0, :n] = 1
    return (c, c.program._replace(schemes=schemes)), scratch


@pytest.mark.parametrize("w", [0.02, 0.05, 0.4])
@pytest.mark.parametrize("n", [2, 21, 150])
def test_what_one_loses_lands_on_friends_by_the_weight_of_ties(n, w):
    (c, program), scratch = everybody_knows_everybody(n, w)
    own = np.random.default_rng(5).uniform(0.3, 0.9, n) * (1 - w)
    scratch.mixed["stays"][0, :n] = own
    open_features(scratch, program.schemes[0], 0, n)
    before = scratch.standings["score"][0, :n].astype(float) / 64 / WIDE
    between = (np.ones((n, n)) - np.eye(n)) / (n - 1)
    solve = np.linalg.inv(np.eye(n) - w * between)
    # a score that is nearly right stays, so each may be .75 units off, and its friends by w of it
    room = 0.75 / (1 - w) / 64 / WIDE * 1.001
    assert np.abs(before - solve @ own).max() <= room
    drop = 0.25
    scratch.mixed["stays"][0, 0] -= drop
    scratch.dirty[0, 0] = 1
    tally = empty_tally(c, 40)
    for month in range(2, 41):
        update_features(scratch, tally, program, n, month)
    assert not scratch.dirty[0, :n].any()
    after = scratch.standings["score"][0, :n].astype(float) / 64 / WIDE
    assert np.abs(after - solve @ scratch.mixed["stays"][0, :n]).max() <= room
    lost = (before - after) * (1 - w) / drop  # as shares of all that is lost
    shares = (1 - w) * solve[0, 0], (1 - w) * solve[1:, 0].sum()
    assert math.isclose(sum(shares), 1.0, rel_tol=1e-12)
    assert abs(lost[0] - shares[0]) < 2 * room / drop
    assert abs(lost[1:].sum() - shares[1]) < 2 * n * room / drop
    # (claim 55) many friends: all but the weight of ties stays with the person
    if n == 150:
        assert abs(lost[0] - (1 - w)) < w / (n - 2)
        assert abs(lost[1:].sum() - w) < w / (n - 2)


def test_one_score_is_low_and_span_times_own_part_and_friends_mean():
    (_, program), scratch = everybody_knows_everybody(4, 0.25)
    scheme = program.schemes[0]
    scratch.mixed["stays"][0, :4] = (0.6, 0.1, 0.2, 0.3)
    open_features(scratch, scheme, 0, 4)
    for friends, total in ((3, 64 * 90_000), (2, 64 * 30_000)):
        own = feature_score(scheme, 0.6, 0.0, 0, total, friends) / 64
        assert math.isclose(own, WIDE * 0.6 + 0.25 * total / 64 / friends, rel_tol=1e-9)
    alone = feature_score(scheme, 0.6, 0.0, 0, 0, 0) / 64  # the own part stands for the whole
    assert math.isclose(alone, WIDE * 0.6 / 0.75, rel_tol=1e-9)
    scheme["record_weight"] = 0.2
    for balance, level in ((0, 0.9), (-5_000, 0.65), (-50_000, 0.0), (9_000, 1.0)):
        seen = feature_score(scheme, 0.6, 0.9, balance, 0, 0) / 64
        assert math.isclose(seen, WIDE * (0.6 + 0.2 * level) / 0.75, rel_tol=1e-9)
    assert [settled(100, x) for x in (100.7, 99.3, 100.76, 99.2)] == [100, 100, 101, 99]


def seen_by(level: int, reach: float) -> Tree:
    """Return who can see an entry."""
    return {"level": level, "reach": quantity(reach), "confidence": "assumed"}


@pytest.mark.parametrize(
    ("level", "reach", "mu", "sigma", "o"),
    [
        (3, 1.0, 0.03, 0.02, 0.0),
        (2, 0.5, 0.05, 0.04, 0.01),
        (1, 0.0, 0.1, 0.5, 0.05),
        (0, 1.0, 0.1, 0.5, 0.5),
    ],
)
def test_friends_left_after_a_spell_are_geometric(level, reach, mu, sigma, o):
    months, last = 360, 240
    listed = a_list(exits=exit_by(mu), disclosure=seen_by(level, reach))
    regime = homogeneous({"x": conduct(0.003)}, listed, tie_loss=sigma, ordered_shunning=o)
    c = compiled(regime)
    # a program in which nobody sees anything builds no friends: build them as if
    settings = c.program.settings.copy()
    settings["uses_friends"] = 1
    c.program.settings[:] = settings
    scratch, rooms, tally = begun(c, months=months)
    ties = scratch.friends
    degree = np.diff(ties.first)
    # only people who are not each other's friends are ever listed: no other loss interferes
    alone: list[int] = []
    barred = np.zeros(TILE, bool)
    for i in range(TILE):
        row = slice(ties.first[i], ties.first[i + 1])
        if degree[i] and scratch.persons["adult_from"][i] == 1 and not barred[i]:
            alone.append(i)
            barred[ties.friend[row]] = True
    scratch.rate[0, np.setdiff1d(np.arange(TILE), alone)] = 0.0
    used = run_tile(
        scratch, rooms, 0, tally, c.program, np.ones((len(c.channels), months)), TILE, months,
        SEED, 0, 0,
    )  # fmt: skip
    ledger = scratch.ledger[:used]
    once = np.bincount(ledger["subject"], minlength=TILE) == 1
    done = ledger[once[ledger["subject"]] & (ledger["month"] <= last)]
    assert len(done) > 150
    spell = (done["end"] - done["month"]).astype(int)
    alive = np.array([ties.alive[ties.first[i] : ties.first[i + 1]].sum() for i in done["subject"]])
    k = degree[done["subject"]]
    stay = (1 - sigma * reach) * (1 - o) if level else 1.0
    # given how long each was listed, every friendship is a coin of its own
    p = stay**spell
    se = math.sqrt((k * p * (1 - p)).sum())
    assert abs(alive.sum() - (k * p).sum()) <= 4 * se
    # and the length of a spell is geometric
    expected = mu * stay / (1 - (1 - mu) * stay)
    if (level, mu, sigma) == (3, 0.03, 0.02):
        assert round(6 * expected, 2) == 3.57  # (claim 10)
    share = alive / k
    assert abs(share.mean() - expected) <= 4 * share.std() / math.sqrt(len(share)) + 1e-12
    lost = tally.monthly[c.measures.index("friends-lost")].sum()
    everywhere = tally.monthly[c.measures.index("friends")].sum()
    assert everywhere == 2 * (degree.sum() // 2 - lost)
