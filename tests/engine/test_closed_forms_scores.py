"""Scores: stars with a prior, records that never expire, strikes and new beginnings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats as laws

from scoredsociety.engine import ExitReason, Kind
from scoredsociety.engine.scalars import star_score
from scoredsociety.engine.tile import run_tile
from scoredsociety.society.people import TILE
from tests.engine.counting import adults, close, rows
from tests.engine.tiles import SEED, begun
from tests.engine.worlds import (
    Tree,
    compiled,
    conduct,
    homogeneous,
    points,
    process,
    quantity,
    run,
    stars,
)


@pytest.mark.parametrize(
    ("total", "number", "prior", "weight"),
    [(0, 0, 3.5, 10.0), (5, 1, 3.5, 10.0), (47, 13, 3.5, 10.0), (999, 331, 4.25, 0.5)],
)
def test_stars_are_a_mean_with_a_prior(total, number, prior, weight):
    exact = (weight * prior + total) / (weight + number)
    seen = star_score(total, number, prior, weight)
    assert isinstance(seen, int)
    assert abs(seen / 1000 - exact) <= 0.0005 + 1e-9
    assert math.isclose(seen, round(1000 * exact), abs_tol=1e-9)


def law_of_ratings(mean: Any, noise: float) -> np.ndarray:
    """Return the chance of 1 to 5 stars for each mean."""
    edges = np.array([-np.inf, 1.5, 2.5, 3.5, 4.5, np.inf])
    return np.diff(laws.norm.cdf((edges[:, None] - np.atleast_1d(mean)) / noise), axis=0)


def traded(months: int, numbers: Tree) -> tuple[Any, Any]:
    """Run one tile of traders and return how they stand, and what they are like."""
    rating = stars(context="court", bands={"GOOD": 4.0, "POOR": 0}, numbers=numbers)
    c = compiled(homogeneous({"x": conduct(0.001)}, rating, common_propensity=0.4))
    scratch, rooms, tally = begun(c, months=months)
    capacity = np.ones((len(c.channels), months))
    used = run_tile(
        scratch, rooms, 0, tally, c.program, capacity, TILE, months, SEED, 0, 0
    )  # fmt: skip
    assert used == 0
    grown = scratch.persons["adult_from"][:TILE] == 1
    stocks = {n: tally.monthly[k].sum() for k, n in enumerate(c.measures)}
    return (scratch.standings[0], scratch.quality[0], grown, scratch.since[0]), stocks


@pytest.mark.parametrize(
    ("retaliation", "quality", "noise"), [(0.0, 3.8, 1.0), (0.3, 3.0, 1.2), (0.5, 2.4, 0.7)]
)
def test_ratings_and_what_retaliation_takes_from_them(retaliation, quality, noise):
    numbers = {"prior": 3.5, "weight": 10, "trades": 2, "quality": quality, "spread": 0.0}
    months = 24
    (s, mean, grown, since), stocks = traded(
        months, numbers | {"noise": noise, "retaliation": retaliation}
    )
    assert np.all(mean[grown] == quality)
    p = law_of_ratings(quality, noise)[:, 0]
    m = (p * np.arange(1, 6)).sum()
    spread = math.sqrt((p * np.arange(1, 6) ** 2).sum() - m * m)
    count, total, honest = (s[x][grown].astype(float) for x in ("count", "balance", "honest"))
    n = count.sum()
    assert abs(count.mean() - 4 * months) < 1.0  # each month one begins two, and joins in two
    close(honest.sum() / n, m, spread / math.sqrt(n))
    # a rating of 1 or 2 makes the other's 1 with chance ``retaliation``, and the same the other way
    after = m - retaliation * p[:2].sum() * (m - 1)
    close(total.sum() / n, after, spread / math.sqrt(n / 2))
    # a score lies between the prior and the mean, by the number of ratings
    scores = np.array(
        [star_score(int(a), int(b), 3.5, 10.0) for a, b in zip(total, count, strict=True)]
    )
    expected = (10 * 3.5 + count * after) / (10 + count)
    off = scores / 1000 - expected
    # both sides of a trade err together, so a person is no less than half an observation
    close(off.mean(), 0.0, off.std() / math.sqrt(len(off) / 2))
    good = np.count_nonzero(scores >= 4000)
    children = np.count_nonzero(since[~grown] <= months)
    assert 0 <= stocks["grade:a-rating:GOOD"] - good <= children


def test_people_of_better_conduct_are_rated_better():
    numbers = {"prior": 3.5, "weight": 10, "trades": 2, "quality": 3.6, "spread": 0.5}
    (s, mean, grown, _), _ = traded(24, numbers | {"noise": 1.0, "retaliation": 0.0})
    n = np.count_nonzero(grown)
    close(mean[grown].mean(), 3.6, 0.5 / math.sqrt(n))
    close(mean[grown].std(), 0.5, 0.5 / math.sqrt(2 * n))
    p = law_of_ratings(mean[grown], 1.0)
    m = (p * np.arange(1, 6)[:, None]).sum(axis=0)
    count, total = s["count"][grown].astype(float), s["balance"][grown].astype(float)
    off = total - count * m
    close(off.sum() / count.sum(), 0.0, 1.0 / math.sqrt(count.sum()))
    slope = (off * (m - m.mean())).sum() / (count * (m - m.mean()) ** 2).sum()
    assert abs(slope) < 4 / math.sqrt((count * (m - m.mean()) ** 2).sum())


def test_records_that_never_expire_take_everybody_below_a():
    # (claim 63) one ticket of -5 in 20 months; from 1000 the ninth leads below 960
    law = laws.gamma(9, scale=20)
    assert round(laws.poisson.sf(8, 6), 3) == 0.153
    assert round(law.median()) == 173
    data = run(
        homogeneous({"x": conduct(0.05)}, points({"x": -5}, expiry=None, bands={"A": 960, "B": 0})),
        people=20_000,
        months=200,
    )
    n, found = adults(data), rows(data, Kind.RECORD)
    assert np.all(found["exit"] == ExitReason.IN_FORCE)
    order = np.argsort(found["subject"], kind="stable")  # by month within a person
    subject, month = found["subject"][order], found["month"][order].astype(int)
    first = np.flatnonzero(np.diff(subject, prepend=-1))
    ninth = first + 8
    ninth = ninth[ninth < len(subject)]
    reached = month[ninth[subject[ninth] == subject[ninth - 8]]]
    for t in (60, 120, 173, 200):
        p = laws.poisson.sf(8, t / 20)
        close(np.count_nonzero(reached <= t) / n, p, math.sqrt(p * (1 - p) / n))
    # the grades say the same: they count those who came of age later too, who have had less time
    below = data.replicates[0].monthly["grade:a-score:B"].sum(axis=1)
    assert 0 <= below[119] - np.count_nonzero(reached <= 120) < 0.1 * below[119]


def strikes(k: int, expiry: int | None, after: int | None) -> Tree:
    """Return a licence that is lost after ``k`` strikes, and perhaps given back."""
    way_back = {"reset": {"at": "LOST", "after_months": quantity(after)}} if after else {}
    settings = process(expiry_months=quantity(expiry), **way_back)
    bands = {"FINE": 1000 - k + 1, "LOST": 0}
    return points({"x": -1}, expiry=expiry, bands=bands) | {"process": settings}


def below_and_back(k: int, rate: float, after: int | None, months: int) -> tuple[Any, Any]:
    """Return the share without a licence and the new beginnings of each month: a Markov chain."""
    share = np.zeros(k)
    share[0] = 1.0
    waiting = np.zeros(months + (after or months) + 2)
    lost, back = np.zeros(months + 1), np.zeros(months + 1)
    for t in range(1, months + 1):
        come = laws.poisson.pmf(np.arange(k), rate)
        then = np.array([(share[: j + 1] * come[j::-1][: j + 1]).sum() for j in range(k)])
        waiting[t + (after or months + 1)] += share.sum() - then.sum()
        share = then
        if after:
            back[t] = waiting[t]
            share[0] += back[t]
        lost[t] = 1.0 - share.sum()
    return lost, back


@pytest.mark.parametrize("k", [3, 4])
@pytest.mark.parametrize(("rate", "after"), [(0.3 / 12, 2), (0.2, 2), (0.3, 6), (0.2, None)])
def test_strikes_wait_as_the_kth_record_does(k, rate, after):
    # (claim 126) without expiry: the k-th record comes after an Erlang time, then all begins anew
    months = 60
    data = run(homogeneous({"x": conduct(rate)}, strikes(k, None, after)), months=months)
    monthly = data.replicates[0].monthly
    lost, back = below_and_back(k, rate, after, months)
    grown = monthly["adults"].sum(axis=1)
    joined = np.diff(grown, prepend=0)
    # who came of age in month j has lived t - j + 1 months by month t
    for name, law in (("grade:a-score:LOST", lost), ("reset:a-score", back)):
        expected = np.convolve(joined, law[1:])[:months]
        seen = monthly[name].sum(axis=1)
        if name.startswith("grade"):
            for t in (6, 12, 36, 60):
                p = expected[t - 1]
                close(seen[t - 1], p, math.sqrt(p) + 1e-9)
        else:
            close(seen.sum(), expected.sum(), math.sqrt(expected.sum()) + 1e-9)
    if after is None:
        p = laws.poisson.sf(k - 1, rate * 60)
        assert math.isclose(lost[60], p, rel_tol=1e-9)
    else:
        ended = rows(data, Kind.RECORD)
        assert np.any(ended["exit"] == ExitReason.RESET)


@pytest.mark.parametrize("k", [3, 4])
def test_strikes_in_a_window_of_two_years(k):
    # (claim 126) 0.3 recorded strikes a year, each of which expires after 24 months
    rate, months = 0.3 / 12, 60
    data = run(
        homogeneous({"x": conduct(rate)}, strikes(k, 24, None)), people=120_000, months=months
    )
    monthly, n = data.replicates[0].monthly, adults(data)
    p = laws.poisson.sf(k - 1, 24 * rate)
    if k == 4:
        assert round(100 * p, 2) == 0.34  # per cent without a licence at any time
        assert round(100 * laws.poisson.sf(3, 0.3), 3) == 0.027  # all four in one year
    seen = monthly["grade:a-score:LOST"][-1].sum()
    joined = np.diff(monthly["adults"].sum(axis=1), prepend=0)
    lived = np.minimum(np.arange(months, 0, -1), 24)
    expected = (joined * laws.poisson.sf(k - 1, lived * rate)).sum()
    close(seen, expected, math.sqrt(expected))
    # who loses it in a year: each record finds k - 1 others in the 24 months before
    a_year = 12 * rate * laws.poisson.pmf(k - 1, 24 * rate)
    late = monthly_crossings(data, k)
    close(late / n, 3 * a_year, 1.5 * math.sqrt(3 * a_year / n) + 0.03 * a_year)


def monthly_crossings(data: Any, k: int) -> int:
    """Return how often somebody lost a licence in the last 36 months, from the grades' mobility."""
    return int(data.replicates[0].mobility["a-score"][24:, 0, 1].sum())
