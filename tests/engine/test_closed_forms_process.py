"""From an act to an entry and out again: errors, corrections, beliefs, time on a list."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoredsociety.audit import kaplan_meier
from scoredsociety.engine import ExitReason, Flag, Kind, Truth
from scoredsociety.engine.result import profile_level
from scoredsociety.engine.scalars import perceived_factor
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Society
from tests.engine.counting import close, rows
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
