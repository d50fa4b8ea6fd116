"""What can be computed by hand must come out of the engine, within four standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from scoredsociety.engine import ExitReason
from scoredsociety.engine.result import profile_level
from tests.engine.counting import adults, close, rows
from tests.engine.worlds import (
    a_list,
    conduct,
    exit_by,
    homogeneous,
    points,
    run,
)


@pytest.mark.parametrize(("rate", "chance"), [(0.002, 1.0), (0.02, 0.8), (0.3, 0.1)])
def test_waiting_for_the_first_record_is_geometric(rate, chance):
    data = run(homogeneous({"x": conduct(rate, chance=chance)}, a_list(exits=exit_by(0.5))))
    n, found = adults(data), rows(data)
    month = np.full(found["subject"].max() + 1, 10**6)
    np.minimum.at(month, found["subject"], found["month"])
    for t in (1, 12, 60, 120):
        expected = 1 - math.exp(-rate * chance * t)
        seen = np.count_nonzero(month <= t) / n
        close(seen, expected, math.sqrt(expected * (1 - expected) / n))


@pytest.mark.parametrize(
    ("rate", "mu", "term"),
    [
        (0.001, 0.03, None),
        (0.004, 0.1, None),
        (0.001, 0.012, 24),
        (0.003, 0.03, 12),
        (0.002, 0.03, 1),
    ],
)
def test_the_stock_of_a_list_is_that_of_an_infinite_server_queue(rate, mu, term):
    data = run(homogeneous({"x": conduct(rate)}, a_list(exits=exit_by(mu, term))))
    n, found = adults(data), rows(data)
    for t in (1, 6, 24, 60, 120):
        k = min(t, term) if term else t
        expected = n * rate * (1 - (1 - mu) ** k) / mu  # transient; t to infinity: rate / mu
        in_force = found[
            (found["month"] <= t) & ((found["end"] > t) | (found["exit"] == ExitReason.IN_FORCE))
        ]
        close(len(in_force), expected, math.sqrt(expected))


@pytest.mark.parametrize(("mu", "term"), [(0.03, None), (0.012, 24), (0.2, 6)])
def test_a_term_ends_as_many_entries_as_outlive_it(mu, term):
    data = run(homogeneous({"x": conduct(0.01)}, a_list(exits=exit_by(mu, term))))
    found = rows(data)
    old = found[found["month"] <= 60]
    share = np.mean(old["exit"] == ExitReason.TERM)
    expected = (1 - mu) ** term if term else 0.0
    close(share, expected, math.sqrt(max(expected * (1 - expected), 1e-12) / len(old)))


@pytest.mark.parametrize(
    ("rate", "mu", "theta"), [(0.001, 0.05, 20.0), (0.002, 0.03, 5.0), (0.0005, 0.1, 29.0)]
)
def test_saturating_feedback_is_an_exact_markov_chain(rate, mu, theta):
    data = run(
        homogeneous({"x": conduct(rate)}, a_list(exits=exit_by(mu), theta=theta, counts_to=1)),
        people=200_000,
        months=100,
    )
    n, found = adults(data), rows(data)
    listed, entries = _saturating(rate, mu, theta, 100)
    seen = len(found) / n
    close(seen, entries, math.sqrt(entries * (1 + 2 * rate * theta / mu) / n))
    held = [
        np.unique(
            found["subject"][(found["month"] <= t) & ((found["end"] > t) | (found["exit"] == 0))]
        ).size
        for t in (20, 100)
    ]
    for t, k in zip((20, 100), held, strict=True):
        close(k / n, listed[t], math.sqrt(listed[t] / n))


def _saturating(rate: float, mu: float, theta: float, months: int) -> tuple[np.ndarray, float]:
    """Return the share listed at each month's end and the mean entries: an exact Markov chain.

    State: number of entries in force. In a month new entries are Poisson with mean
    rate (1 + theta [state > 0]); each entry in force at its start ends with chance mu.
    """
    size = 40
    p = np.zeros(size)
    p[0] = 1.0
    listed, entries = np.zeros(months + 1), 0.0
    for t in range(1, months + 1):
        new = np.zeros(size)
        for k in np.flatnonzero(p > 1e-15):
            mean = rate * (1 + theta * (k > 0))
            entries += p[k] * mean
            stay = stats.binom.pmf(np.arange(k + 1), k, 1 - mu)
            come = stats.poisson.pmf(np.arange(8), mean)
            both = np.convolve(stay, come)[:size]
            new[: len(both)] += p[k] * both
        p = new
        listed[t] = 1 - p[0]
    return listed, entries


@pytest.mark.parametrize(
    ("rate", "mu", "theta"), [(0.004, 0.1, 2.0), (0.01, 0.1, 4.0), (0.03, 0.1, 2.0)]
)
def test_spiral_gain_is_lambda_theta_over_mu(rate, mu, theta):
    # the linear form, in which each entry in force adds theta: a branching process
    counts_to = int(30 // theta)
    data = run(
        homogeneous(
            {"x": conduct(rate)}, a_list(exits=exit_by(mu), theta=theta, counts_to=counts_to)
        ),
        people=150_000,
    )
    n, found = adults(data), rows(data)
    gain = rate * theta / mu
    # transient mean: S(t) = (1 - mu) S(t-1) + rate + rate theta S(t-1)
    stock, entries = 0.0, 0.0
    for _ in range(120):
        new = rate + rate * theta * stock
        entries += new
        stock = (1 - mu) * stock + new
    total = 1 / (1 - gain)
    se = math.sqrt(n * entries * total**2)  # clusters of mean size 1 / (1 - R)
    close(len(found), n * entries, se)
    # offspring of early entries, whose descendants are all inside the horizon
    cause = data.replicates[0].ledger["cause"]
    children = np.bincount(cause[cause >= 0], minlength=len(cause))
    ledger = data.replicates[0].ledger
    early = (ledger["month"] <= 40) & (profile_level(ledger["profile"], "age") > 0)
    mean = children[early].mean()
    close(mean, gain, children[early].std() / math.sqrt(early.sum()))
    # one generation after another: the share with generation >= 1 tends to R
    assert abs((found["generation"] > 0).mean() - gain) < 0.1 * gain


@pytest.mark.parametrize(
    ("bad", "good", "window"), [(0.05, 0.0, 24), (0.2, 0.1, 12), (0.08, 0.08, 24)]
)
def test_grades_in_a_rolling_window_are_poisson_and_skellam(bad, good, window):
    bands = {"AA": 1010, "A": 1000, "B": 980, "C": 970, "D": 0}
    deed = conduct(good or 1e-12, deed=True)
    score = points({"x": -10, "y": 10}, expiry=window, bands=bands)
    data = run(homogeneous({"x": conduct(bad), "y": deed}, score), months=60)
    law = stats.skellam(window * good, window * bad) if good else None
    down = (lambda k: law.cdf(-k)) if law else (lambda k: stats.poisson.sf(k - 1, window * bad))
    expected = {
        "AA": 1 - down(0),
        "A": down(0) - down(1),
        "B": down(1) - down(3),
        "C": down(3) - down(4),
        "D": down(4),
    }
    monthly, n = data.replicates[0].monthly, adults(data)
    share = {}
    ledger = data.replicates[0].ledger
    for grade in bands:
        share[grade] = monthly[f"grade:a-score:{grade}"][-1].sum() / monthly["adults"][-1].sum()
    # people who came of age within the window have had less time: leave them out
    total = np.full(40_000, 1000)
    alive = (ledger["end"] == 60) & (ledger["exit"] == ExitReason.IN_FORCE)
    np.add.at(total, ledger["subject"][alive], ledger["points"][alive])
    grown = np.zeros(40_000, bool)
    people = profile_level(ledger["profile"], "age") > 0
    grown[ledger["subject"][people]] = True
    never = n - np.count_nonzero(grown)
    low = {
        "AA": (1010, 10**6),
        "A": (1000, 1010),
        "B": (980, 1000),
        "C": (970, 980),
        "D": (-(10**6), 970),
    }
    for grade, (floor, top) in low.items():
        seen = np.count_nonzero((total >= floor) & (total < top) & grown) + never * (grade == "A")
        p = expected[grade]
        close(seen / n, p, math.sqrt(max(p * (1 - p), 1e-9) / n))
        assert abs(share[grade] - seen / n) < 0.02  # the monthly table counts the same people


def test_generation_zero_is_the_run_without_feedback():
    # the feedback-off form of the spiral gain needs no second run: same luck, same acts
    with_it, without = (
        run(
            homogeneous({"x": conduct(0.01)}, a_list(exits=exit_by(0.1), theta=theta)),
            people=20_000,
            months=60,
        )
        .replicates[0]
        .ledger
        for theta in (4.0, 0.0)
    )
    first = with_it[with_it["generation"] == 0]
    fields = ["subject", "month", "end", "act"]
    assert len(first) < len(with_it)
    assert np.array_equal(first[fields], without[fields])


@pytest.mark.parametrize(("rate", "chance", "theta"), [(0.2, 0.3, 0.0), (0.05, 0.9, 6.0)])
def test_expected_acts_are_the_acts_there_are(rate, chance, theta):
    # recorded or not; with feedback they lie in several layers of candidates
    data = run(
        homogeneous({"x": conduct(rate, chance=chance)}, a_list(exits=exit_by(0.5), theta=theta))
    )
    result = data.replicates[0]
    grown = result.monthly["adults"].sum(axis=1)
    seen = result.acts[0].sum(axis=(1, 2))
    if theta:
        listed = result.monthly["listed:a-list"].sum(axis=1)
        before = np.concatenate([[0], listed[:-1]])
        expected = rate * (grown + theta * before)
    else:
        expected = rate * grown
    # the shares of accepted points, whose number is Poisson
    close(seen.sum(), expected.sum(), 2.5 * math.sqrt(expected.sum() / chance))
