"""Kaplan-Meier against SciPy and by hand; episodes and traps against the obvious loop."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf

from scoredsociety.audit import audit_run, kaplan_meier
from scoredsociety.audit.sample import load_sample
from scoredsociety.audit.survival import episodes, first_at_most, trapped
from tests.audit.audit_worlds import entry, hand_run, in_force, random_run


@pytest.mark.parametrize("seed", range(6))
def test_kaplan_meier_equals_scipy(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 400))
    x = rng.integers(1, 60, n) if seed % 2 else rng.exponential(10, n)
    seen = rng.random(n) < rng.uniform(0.2, 1.0)
    if not seen.any():
        seen[0] = True
    theirs = ecdf(CensoredData(uncensored=x[seen], right=x[~seen])).sf
    ours = kaplan_meier(x, seen)
    np.testing.assert_allclose(ours.time, theirs.quantiles)
    np.testing.assert_allclose(ours.survival, theirs.probabilities, rtol=0, atol=1e-12)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy warns where its limits are undefined
        limits = theirs.confidence_interval(method="log-log")
    inner = ~np.isnan(ours.low)
    np.testing.assert_allclose(ours.low[inner], limits.low.probabilities[inner], atol=1e-9)
    np.testing.assert_allclose(ours.high[inner], limits.high.probabilities[inner], atol=1e-9)


def test_kaplan_meier_of_censored_geometric_spells_finds_the_hazard():
    rng = np.random.default_rng(0)
    mu, horizon = 0.05, 40
    x = rng.geometric(mu, 40_000)
    seen = x <= horizon
    curve = kaplan_meier(np.minimum(x, horizon), seen)
    expected = (1 - mu) ** curve.time
    assert np.abs(curve.survival - expected).max() < 0.01
    naive = x[seen].mean()
    assert naive < 0.8 / mu  # the bias that the companion shows


def test_kaplan_meier_without_censoring_is_the_share_still_there():
    curve = kaplan_meier([1, 2, 2, 5], [True] * 4)
    assert curve.survival.tolist() == [0.75, 0.25, 0.0]
    assert curve.at_risk.tolist() == [4, 3, 1]
    assert np.isnan(curve.low[-1])
    assert np.isnan(curve.high[-1])


@pytest.mark.parametrize(("x", "seen"), [([], []), ([1, 2], [True])])
def test_kaplan_meier_says_what_it_needs(x, seen):
    with pytest.raises(ValueError, match="as many durations as ends"):
        kaplan_meier(x, seen)


def test_median_is_undefined_when_not_reached():
    assert np.isnan(first_at_most(np.arange(3.0), np.array([1.0, 0.8, 0.6])))
    assert first_at_most(np.arange(3.0), np.array([1.0, 0.5, 0.1])) == 1.0


def listed_months(rows):
    """Return the months in which somebody is listed."""
    return {m for row in rows for m in range(row["month"] + 1, row["end"] + 1)}


def test_episodes_and_traps_equal_the_obvious_loop():
    run = random_run(5)
    sample = load_sample(run)
    months = sample.months
    stream = next(s for s in sample.streams if s.item == "court-list")
    e = episodes(stream.entered, months)
    got = sorted(
        zip(stream.entered.person[e.first], e.duration, e.observed, strict=True)
    )  # fmt: skip
    want, traps = [], {12: [], 20: []}
    for r, result in enumerate(run.replicates):
        x = result.ledger
        x = x[(x["scheme"] == 0) & (x["exit"] != 5)]
        for who in np.unique(x["subject"]):
            mine = x[x["subject"] == who]
            days = listed_months(mine)
            starts = {int(m) for m in mine["month"] if m not in days}
            for start in starts:
                end = start
                while end + 1 in days:
                    end += 1
                running = any(row["exit"] == 0 and start <= row["month"] <= end for row in mine)
                want.append((r * sample.people + who, end - start, not running))
            first = int(mine["month"].min())
            for tau in traps:
                if first + tau <= months:
                    traps[tau].append(any(in_force(row, first + tau) for row in mine))
    assert got == sorted(want)
    for tau, listed in traps.items():
        _, ours = trapped(stream.entered, months, tau)
        assert sorted(ours) == sorted(listed)


def test_a_return_counts_as_trapped_and_touching_entries_as_one_episode():
    run = hand_run(
        entry(0, 1, 3),
        entry(0, 3, 6),  # made in the last month of the first: no gap
        entry(1, 1, 2),
        entry(1, 20, 24, exit=0),  # returns, and is there 23 months later
        entry(2, 2, 5),
        people=5,
        months=25,
    )
    audit = audit_run(run)
    assert audit.value("M7", "court-list", "median months to recovery") == 3.0
    assert audit.value("M7", "court-list", "naive mean of completed episodes") == 3.0
    trap = audit.value("M7", "court-list", "trap probability, 24 months")
    assert trap == 0.5  # of persons 0 and 1; person 2 came too late to be followed
    assert audit.value("M7", "court-list", "trap probability, 60 months") is None


def test_survival_table_is_pooled_kaplan_meier():
    run = random_run(2)
    sample = load_sample(run)
    stream = sample.streams[0]
    e = episodes(stream.entered, sample.months)
    curve = kaplan_meier(e.duration, e.observed)
    table = audit_run(run).survival.to_pylist()
    rows = [x for x in table if x["item"] == "court-list" and x["group"] == "all"]
    by_month = {x["month"]: x for x in rows}
    for k, t in enumerate(curve.time):
        x = by_month[int(t)]
        assert x["survival"] == pytest.approx(curve.survival[k], abs=1e-12)
        assert x["at_risk"] == curve.at_risk[k]
        assert (x["low"] is None) == np.isnan(curve.low[k])
