"""What can be computed by hand must come out of the engine, within four standard errors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from scoredsociety.audit import kaplan_meier
from scoredsociety.engine import ExitReason, Flag, Kind, RunData, Truth
from scoredsociety.engine.result import profile_level
from scoredsociety.engine.scalars import perceived_factor
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Society
from tests.engine.worlds import (
    a_list,
    conduct,
    exit_by,
    homogeneous,
    points,
    process,
    quantity,
    run,
)


def adults(data: RunData) -> int:
    """Return the adults at the start: the others come of age later."""
    return int(data.replicates[0].monthly["adults"][0].sum())


def rows(data: RunData, kind: Kind = Kind.ENTRY) -> Any:
    """Return the ledger rows of one kind about people who were adults from the start."""
    ledger = data.replicates[0].ledger
    grown = profile_level(ledger["profile"], "age") > 0
    return ledger[grown & (ledger["kind"] == kind)]


def close(seen: float, expected: float, se: float) -> None:
    assert abs(seen - expected) <= 4 * se, (seen, expected, se)


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


@pytest.mark.parametrize(
    ("nu", "window", "tau", "iota"),
    [(0.7, 10, 30, 0.5), (1.0, 60, 30, 0.9), (0.4, 20, 10, 0.2), (0.0, 10, 30, 0.5)],
)
def test_correction_before_entry_is_the_product_of_its_parts(nu, window, tau, iota):
    rightful = 0.1
    wanted = process(
        notice=quantity(nu),
        window_days=quantity(window),
        filing_days=quantity(tau),
        review={"wrongful": quantity(iota), "rightful": quantity(rightful)},
        exit=exit_by(0.2),
    )
    kind = conduct(0.02, excused=quantity(0.3), excused_after_shock=quantity(0.3))
    data = run(homogeneous({"x": kind}, a_list(exits=exit_by(0.2)) | {"process": wanted}))
    found = rows(data)
    files = 1 - math.exp(-window / tau)
    for wrongful, success in ((True, iota), (False, rightful)):
        part = found[(found["truth"] == Truth.EXCUSED) == wrongful]
        n = len(part)
        for bit, p in (
            (Flag.NOTIFIED, nu),
            (Flag.FILED, nu * files),
            (Flag.CORRECTED, nu * files * success),
        ):
            close(np.mean(part["flags"] & bit > 0), p, math.sqrt(p * (1 - p) / n) + 1e-12)
        assert np.array_equal(
            part["exit"] == ExitReason.STOPPED, part["flags"] & Flag.CORRECTED > 0
        )
    assert abs(np.mean(found["truth"] == Truth.EXCUSED) - 0.3) < 4 * math.sqrt(0.21 / len(found))


@pytest.mark.parametrize("mu", [0.02, 0.08, 0.3])
def test_time_on_the_list_is_geometric_under_censoring(mu):
    data = run(homogeneous({"x": conduct(0.01)}, a_list(exits=exit_by(mu))), months=60)
    found = rows(data)
    found = found[found["end"] > found["month"]]
    curve = kaplan_meier(
        (found["end"] - found["month"]).astype(float), found["exit"] != ExitReason.IN_FORCE
    )
    for t in (1, 5, 20, 40):
        i = np.searchsorted(curve.time, t, side="right") - 1
        expected = (1 - mu) ** t
        at_risk = max(np.count_nonzero(found["end"] - found["month"] >= t), 1)
        close(curve.survival[i], expected, math.sqrt(expected * (1 - expected) / at_risk) + 1e-9)


@pytest.mark.parametrize(
    ("acts", "chance", "false"), [(1.0, 0.01, 0.001), (0.2, 0.05, 0.02), (3.0, 0.001, 0.0006)]
)
def test_precision_of_alerts_is_base_rate_arithmetic(acts, chance, false):
    kind = conduct(
        acts,
        detection={"camera": quantity(chance)},
        innocent={"majority": quantity(false), "minority": quantity(10 * false)},
        innocent_channel="camera",
    )
    data = run(
        homogeneous({"x": kind}, points({"x": -1}, expiry=12, bands={"A": 900, "D": 0})),
        people=60_000,
    )
    found = rows(data, Kind.RECORD)
    minority = profile_level(found["profile"], "group") == 1
    for group, rate in ((False, false), (True, 10 * false)):
        part = found[minority == group]
        precision = acts * chance / (acts * chance + rate)
        close(
            np.mean(part["truth"] == Truth.TRUE),
            precision,
            math.sqrt(precision * (1 - precision) / len(part)),
        )


@pytest.mark.parametrize("wrong", [0.02, 0.3])
def test_wrong_attributions_land_in_the_same_group_and_city(wrong):
    plain = homogeneous({"x": conduct(0.02)}, a_list(exits=exit_by(0.2))).model_dump(mode="json")
    for channel in plain["world"]["channels"].values():
        channel["wrong_person"] = {"majority": quantity(wrong), "minority": quantity(2 * wrong)}
    data = run(ResolvedRegime.model_validate(plain), people=8192, months=40)
    ledger = data.replicates[0].ledger
    table = Society.make(people=8192, seed=1).table()
    city, group = table["city"].to_numpy(), table["minority"].to_numpy()
    hit = ledger[ledger["truth"] == Truth.WRONG_PERSON]
    assert np.array_equal(city[hit["actor"]], city[hit["subject"]])
    assert np.array_equal(group[hit["actor"]], group[hit["subject"]])
    assert not np.any(hit["actor"] == hit["subject"])
    for g in (False, True):
        acted = ledger[group[ledger["actor"]] == g]
        p = wrong * (1 + g)
        close(np.mean(acted["truth"] == Truth.WRONG_PERSON), p, math.sqrt(p * (1 - p) / len(acted)))


def test_perceived_certainty_is_beta_bernoulli():
    q, n0, eta = 0.01, 40.0, 0.3
    assert perceived_factor(q, q, n0, 0.0, 0.0, eta) == 1.0
    certain = perceived_factor(0.9, 0.5, 1.0, 1.0, 5.0, eta)  # nobody expects more than certainty
    assert math.isclose(certain, 2**-0.3, rel_tol=1e-12)
    assert math.isclose(perceived_factor(2 * q, q, n0, 0.0, 0.0, eta), 2**-0.3, rel_tol=1e-12)
    for acts, caught in ((40.0, 0.0), (100.0, 3.0), (600.0, 6.0)):
        believed = (n0 * 2 * q + caught) / (n0 + acts)
        ours = perceived_factor(2 * q, q, n0, acts, caught, eta)
        assert math.isclose(ours, (believed / q) ** -eta, rel_tol=1e-12)


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
