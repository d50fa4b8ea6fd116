"""Closed forms of due process, sunsets, traps, mobility and families of entries; sums that hold."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from scoredsociety.audit import (
    audit_run,
    branching_total,
    expected_months,
    steps_to_target,
    steps_variance,
    type_gain,
    wrongful_after,
)
from tests.audit.audit_worlds import entry, hand_run, random_run
from tests.engine.counting import adults, close
from tests.engine.worlds import a_list, conduct, exit_by, homogeneous, run

U, RIGHTFUL, TAU = 0.204, 0.05, 30
"""The wrongful share before any process, and the other defaults of the founding model."""


def after(nu, window, iota):
    files = 1 - math.exp(-window / TAU)
    return wrongful_after(U, notice=nu, files=files, review_wrongful=iota, review_rightful=RIGHTFUL)


@pytest.mark.parametrize(
    ("nu", "window", "iota", "published"),
    [(0, 10, 0.5, 0.204), (1, 10, 0.5, 0.182), (1, 60, 0.5, 0.132), (1, 10, 0.9, 0.162),
     (1, 60, 0.9, 0.056)],
)  # fmt: skip
def test_due_process_gives_the_sizes_of_the_founding_model(nu, window, iota, published):
    assert after(nu, window, iota) == pytest.approx(published, abs=5e-4)


def test_notice_time_and_review_are_complements():
    nothing = after(0, 10, 0.5)
    assert after(0, 60, 0.9) == pytest.approx(nothing)  # without notice the rest does nothing
    assert after(1, 0, 0.9) == pytest.approx(nothing)  # nor without time
    alone = (nothing - after(1, 10, 0.5), 0.0, 0.0)  # a longer window or a better review, untold
    assert nothing - after(1, 60, 0.9) > 3 * sum(alone)
    # each helps more where the others are there
    assert after(1, 10, 0.5) - after(1, 60, 0.5) < after(1, 10, 0.9) - after(1, 60, 0.9)
    assert after(1, 10, 0.5) - after(1, 10, 0.9) < after(1, 60, 0.5) - after(1, 60, 0.9)


def test_a_sunset_shortens_the_stock_as_in_the_founding_model():
    mu, term = 0.03, 24
    assert expected_months(mu, term) / expected_months(mu, None) == pytest.approx(0.519, abs=5e-4)
    by_60 = expected_months(mu, term) / expected_months(mu, 60)  # the stock after 60 months
    assert by_60 == pytest.approx(0.618, abs=5e-4)


MU, RATE = 0.03, 0.004


@cache
def listed(term):
    return run(
        homogeneous({"x": conduct(RATE)}, a_list(exits=exit_by(MU, term))),
        people=20_000, months=60,
    )  # fmt: skip


@pytest.mark.parametrize("term", [None, 12, 24])
def test_stock_and_trap_with_and_without_a_sunset(term):
    data = listed(term)
    audit = audit_run(data)
    n = adults(data)
    stock = n * RATE * expected_months(MU, 60 if term is None else term)
    # those who come of age add a little: as many months as they have been adults
    arrived = int(data.replicates[0].monthly["adults"][-1].sum()) - n
    grown = stock * (1 + arrived / n)
    value = audit.value("M2", "a-list", "entries")
    assert stock - 4 * math.sqrt(stock) < value < grown + 4 * math.sqrt(grown)
    # Trap: the first entry still in force, or another one since.
    tau = 24
    stays = (1 - MU) ** tau if term is None else 0.0
    others = RATE * float(expected_months(MU, tau if term is None else min(tau, term)))
    trap = 1 - (1 - stays) * math.exp(-others)
    found = audit.cell("M7", "a-list", f"trap probability, {tau} months")
    people = next(
        x["people"] for x in audit.table("M7").to_pylist()
        if x["quantity"] == f"trap probability, {tau} months" and x["group"] == "all"
    )  # fmt: skip
    close(found[0], trap, math.sqrt(trap * (1 - trap) / people))


@pytest.mark.parametrize("term", [None, 12])
def test_ways_out_of_a_simulated_list_are_geometric_until_the_term(term):
    audit = audit_run(listed(term))
    left = audit.value("M7", "a-list", "left within 12 months, performed")
    # episodes are a little longer than entries, for some people are entered twice
    assert left == pytest.approx(1 - (1 - MU) ** 12, abs=0.03)
    if term is not None:
        out = audit.value("M7", "a-list", "left within 12 months, term or expiry")
        assert out == pytest.approx((1 - MU) ** 12, abs=0.05)
        longest = audit.value(
            "M7", "a-list", "still listed 12 months after entry", "entered=year 1"
        )
        assert longest < 0.06


def test_the_time_to_leave_a_ladder_has_the_variance_of_its_rungs():
    p = 0.25
    matrix = np.array([[1, 0, 0], [p, 1 - p, 0], [0, p, 1 - p]])
    target = np.array([True, False, False])
    one = (1 - p) / p**2
    np.testing.assert_allclose(steps_variance(matrix, target), [0, one, 2 * one])


def test_the_variance_of_steps_is_that_of_the_fundamental_matrix_and_of_a_simulation():
    rng = np.random.default_rng(3)
    p = rng.random((4, 4))
    p /= p.sum(axis=1, keepdims=True)
    target = np.array([True, False, False, False])
    n = np.linalg.inv(np.eye(3) - p[1:, 1:])
    t = n.sum(axis=1)
    found = steps_variance(p, target)
    np.testing.assert_allclose(found[1:], (2 * n - np.eye(3)) @ t - t**2)
    edges = np.cumsum(p, axis=1)
    state, steps = np.full(40_000, 2), np.zeros(40_000)
    while (state > 0).any():
        moving = state > 0
        steps[moving] += 1
        u = rng.random(moving.sum())
        state[moving] = (u[:, None] > edges[state[moving]]).sum(axis=1)
    assert steps.mean() == pytest.approx(steps_to_target(p, target)[2], rel=0.03)
    assert steps.var() == pytest.approx(found[2], rel=0.06)
    nan = np.nan
    lost = steps_variance([[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0]], np.array([True, False, False]))
    np.testing.assert_allclose(lost, [0, nan, nan])


def test_families_of_two_types_grow_as_their_next_generation_matrix_says():
    # One of a brings .5 of b, one of b brings .3 of a and .2 of b.
    k = np.array([[0.0, 0.5], [0.3, 0.2]])
    total = np.linalg.inv(np.eye(2) - k)
    family = sum(np.linalg.matrix_power(k, g) for g in range(200))
    np.testing.assert_allclose(family, total, rtol=1e-10)
    radius = type_gain(k)
    assert radius == pytest.approx(0.1 + math.sqrt(0.01 + 0.15))
    generations = [np.linalg.matrix_power(k, g).sum() for g in (40, 41)]
    assert generations[1] / generations[0] == pytest.approx(radius)
    assert branching_total(type_gain([[0.4]])) == pytest.approx(1 / 0.6)


def test_the_type_form_is_counted_from_causes_over_lists():
    # Four entries of the court list bring two of the transit list; these two bring one back.
    rows = [entry(k, 1, 9) for k in range(3)]
    rows += [entry(k, 2, 9, scheme=2, cause=k, generation=1) for k in range(2)]
    rows += [entry(0, 3, 9, cause=3, generation=2)]
    audit = audit_run(hand_run(*rows))
    assert audit.value("M6", "all lists", "type form") == pytest.approx(math.sqrt(2 / 4 * 1 / 2))


@pytest.mark.parametrize("chance", [0.05, 0.6])
def test_true_positive_and_false_negative_rates_are_the_chance_and_sum_to_one(chance):
    regime = homogeneous(
        {"x": conduct(0.1, chance=chance), "y": conduct(0.1)}, a_list(exits=exit_by(0.2))
    )
    audit = audit_run(run(regime, people=8192, months=24))
    rates = [audit.value("M23", "conduct:x", f"{x} rate")
             for x in ("true positive", "false negative")]  # fmt: skip
    acts = 0.1 * 8192 * 0.78 * 24
    close(rates[0], chance, math.sqrt(chance / acts))
    assert sum(rates) == pytest.approx(1.0)
    # No scheme asks about y, so that nobody can say what would have been recorded of it.
    assert "conduct:y" not in audit.items("M23")


def test_rates_weighted_by_people_add_up_to_the_whole():
    audit = audit_run(random_run(3, replicates=1))
    for measure, item, quantity in (
        ("M3", "court-list", "rate"),
        ("M5", "court-list", "persons ever wronged, rate"),
        ("M7", "any", "months under a sanction, rate"),
    ):
        table = [
            x for x in audit.table(measure).to_pylist()
            if x["item"] == item and x["quantity"] == quantity
        ]  # fmt: skip
        whole = next(x for x in table if x["group"] == "all")
        for field in ("sex", "income", "age", "group"):
            parts = [
                x for x in table if x["group"].startswith(f"{field}=") and " & " not in x["group"]
            ]
            total = sum((x["value"] or 0) * x["people"] for x in parts)
            assert total == pytest.approx(whole["value"] * whole["people"]), (quantity, field)


def test_shares_of_all_ways_are_one_and_undefined_where_there_is_nothing():
    audit = audit_run(random_run(3, replicates=1))
    fates = ("corrected", "ended uncorrected", "still in force")
    values = [audit.value("M22", "court-list", f"wrongful, {x}", "truth=wrongful") for x in fates]
    assert sum(values) == pytest.approx(1.0)
    wrong = audit.value("M5", "court-list", "entry-weighted")
    kinds = [audit.value("M5", "court-list", f"entry-weighted, {x}")
             for x in ("wrong person", "no event", "excused")]  # fmt: skip
    assert sum(kinds) == pytest.approx(wrong)
    # Of true entries none is wrongful; where nobody is, nothing is said.
    empty = audit_run(hand_run(entry(0, 1, 5, exit=5)))
    for measure, quantity in (
        ("M5", "entry-weighted"),
        ("M6", "state dependence, naive"),
        ("M7", "left within 12 months, performed"),
        ("M7", "listed again within 12 months of leaving"),
        ("M7", "months in it, per person ever under it"),
    ):
        rows = [x for x in empty.table(measure).to_pylist()
                if x["quantity"] == quantity and x["item"] == "court-list"]  # fmt: skip
        assert all(x["value"] is None for x in rows)
