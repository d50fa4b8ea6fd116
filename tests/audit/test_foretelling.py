"""Calibration, the oracle, and what rho leaves to foretell: closed forms and slow loops."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"
# mypy: disable-error-code="comparison-overlap"

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from scoredsociety import information
from scoredsociety.audit import auc_across, audit_run, oracle_scores, oracle_table
from scoredsociety.audit.calibration import (
    brier_of,
    calibration_error,
    calibration_slope,
    learned_elsewhere,
)
from scoredsociety.audit.information import auc, brier
from scoredsociety.audit.oracle import shared_information
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.study import StudyError
from scoredsociety.study.rho import at_rho
from tests.engine.worlds import a_list, conduct, exit_by, homogeneous, points, quantity, run


def test_forecasts_that_hold_have_no_error_and_a_slope_of_one():
    did, did_not = np.array([2.0, 30, 0]), np.array([18.0, 30, 0])
    forecast = np.array([0.1, 0.5, np.nan])  # nobody stands in the third bucket
    assert calibration_error(forecast, did, did_not) == 0.0
    assert calibration_slope(forecast, did, did_not) == pytest.approx(1.0)
    assert brier_of(forecast, did, did_not) == pytest.approx(brier(did, did_not))


def test_forecasts_too_far_apart_have_a_slope_below_one():
    rng = np.random.default_rng(0)
    size = rng.integers(50, 200, 8).astype(float)
    truth = np.linspace(0.2, 0.4, 8)
    did = truth * size
    forecast = 0.3 + 2 * (truth - 0.3)
    assert calibration_slope(forecast, did, size - did) == pytest.approx(0.5)
    error = (size * np.abs(truth - forecast)).sum() / size.sum()
    assert calibration_error(forecast, did, size - did) == pytest.approx(error)
    by_person = [(f, 1) for f, n in zip(forecast, did, strict=True) for _ in range(round(n))]
    assert len(by_person) > 50
    assert np.isnan(calibration_slope([0.3, 0.3], [1, 2], [3, 4]))
    assert np.isnan(calibration_error([0.3], [0], [0]))


def test_brier_of_a_forecast_is_the_mean_over_persons():
    forecast, did, did_not = [0.2, 0.7], [3, 4], [5, 1]
    each = [(f - 1) ** 2 for f, n in zip(forecast, did, strict=True) for _ in range(n)]
    each += [f**2 for f, n in zip(forecast, did_not, strict=True) for _ in range(n)]
    assert brier_of(forecast, did, did_not) == pytest.approx(np.mean(each))


def test_chances_are_learned_in_the_other_replicates():
    did = np.array([[1.0, 0, 0], [2, 3, 0], [0, 1, 0]])
    did_not = np.array([[3.0, 2, 1], [2, 3, 0], [4, 1, 0]])
    found = learned_elsewhere(did, did_not)
    np.testing.assert_allclose(found[0], [2 / 8, 4 / 8, 6 / 16])  # an empty bucket: that of all
    np.testing.assert_allclose(found[1], [1 / 8, 1 / 4, 0 / 1])
    assert np.isnan(learned_elsewhere(did[:1], did_not[:1])).all()


def test_the_oracle_is_the_obvious_double_loop():
    rng = np.random.default_rng(2)
    p = rng.choice([0.1, 0.3, 0.35, 0.8], 40)
    top = sum(
        a * (1 - b) * ((a > b) + 0.5 * (a == b))
        for i, a in enumerate(p) for j, b in enumerate(p)
    )  # fmt: skip
    assert oracle_scores(p)[0] == pytest.approx(top / (p.sum() * (1 - p).sum()))
    assert oracle_scores(p)[1] == pytest.approx(np.mean(p * (1 - p)))
    assert np.isnan(oracle_scores([])).all()
    assert np.isnan(oracle_scores([0.0, 0.0])[0])
    assert oracle_scores([0.4] * 9) == (pytest.approx(0.5), pytest.approx(0.24))  # a coin


def test_the_oracle_of_a_rare_act_knows_as_much_as_its_spread():
    # Those who act stand s standard deviations higher in the propensity: AUC = Phi(s / sqrt 2).
    s = 1.2
    data = run(
        homogeneous({"x": conduct(1e-5, log_sd=quantity(s))}, a_list(exits=exit_by(0.1))),
        people=32_768, months=36,
    )  # fmt: skip
    table = {x["quantity"]: x for x in oracle_table(data).to_pylist()}
    found = table["AUC of the oracle"]["value"]
    assert found == pytest.approx(stats.norm.cdf(s / math.sqrt(2)), abs=0.01)
    coin, oracle = (table[f"Brier score of {x}"]["value"] for x in ("a coin", "the oracle"))
    assert oracle < coin


def test_the_figures_of_the_founding_model_follow_from_three_contexts_and_an_income_gradient():
    # MODEL.md: AUC .53 at rho 0, through income alone, .60 at .15 and .75 at .5.
    for rho, published in ((0.0, 0.53), (0.15, 0.60), (0.5, 0.75)):
        found = auc_across(rho, log_sd=1.5, contexts=3, income_gradient=0.37)
        assert found == pytest.approx(published, abs=0.01)


@pytest.mark.parametrize(("rho", "contexts"), [(0.15, 1), (0.5, 3), (1.0, 2)])
def test_what_other_contexts_tell_is_that_of_the_best_guess(rho, contexts):
    k = contexts
    seen = (1 - rho) * np.eye(k) + rho
    target = np.full(k, rho)
    best = target @ np.linalg.pinv(seen) @ target
    assert shared_information(rho, k) ** 2 == pytest.approx(best)
    rng = np.random.default_rng(4)
    n, s = 400_000, 1.0
    z = rng.standard_normal(n)
    x = math.sqrt(rho) * z + math.sqrt(1 - rho) * rng.standard_normal((k, n))
    y = math.sqrt(rho) * z + math.sqrt(1 - rho) * rng.standard_normal(n)
    guess = x.sum(axis=0)
    place = np.argsort(np.argsort(guess)) // 400
    weight = np.exp(s * (y if rho < 1 else z))
    got = auc(np.bincount(place, weight), np.bincount(place, minlength=1000))
    assert got == pytest.approx(auc_across(rho, log_sd=s, contexts=k), abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_a_score_of_many_records_foretells_other_contexts_as_rho_says(rho):
    kinds = {
        "x": conduct(0.5, log_sd=quantity(1.5)),
        "y": conduct(0.002, log_sd=quantity(1.5)) | {"context": "traffic"},
    }
    score = points({"x": -1}, expiry=24, bands={"A": 990, "B": 0})
    data = run(homogeneous(kinds, score, common_propensity=rho), people=50_000, months=48,
               replicates=3)  # fmt: skip
    audit = audit_run(data)
    value = audit.value("M14", "a-score", "AUC across")
    # Those who act stand rho s higher in x; of x the score sees a Poisson number of records.
    grid = np.linspace(-7, 8, 3001)
    seen = stats.poisson.pmf(np.arange(2000)[:, None], 12 * np.exp(1.5 * grid - 1.5**2 / 2))
    did, did_not = (seen @ stats.norm.pdf(grid - m) for m in (1.5 * rho, 0.0))
    assert value == pytest.approx(auc(did, did_not), abs=0.03)
    assert auc(did, did_not) <= auc_across(rho, log_sd=1.5) + 1e-9
    best = {x["item"]: x["value"] for x in oracle_table(data).to_pylist() if "AUC" in x["quantity"]}
    assert value < best["oracle:y"]
    assert audit.value("M14", "a-score:x", "AUC") < best["oracle:x"] + 0.01
    slope = audit.value("M14", "a-score:x", "calibration slope")
    assert slope == pytest.approx(1.0, abs=0.05)  # chances learned elsewhere hold


@pytest.mark.slow
def test_information_along_rho_is_one_table():
    table = information(people=4096, months=36, replicates=2, rhos=(0.0, 0.6)).to_pylist()
    assert {x["rho"] for x in table} == {0.0, 0.6}
    assert {x["measure"] for x in table} == {"M14"}
    assert any(x["item"] == "oracle:court-default" and x["rho"] == 0.6 for x in table)


def test_rho_is_refused_out_of_range_and_runs_that_are_too_short():
    with pytest.raises(StudyError, match="numbers from 0 to 1"):
        information(rhos=(2.0,))
    with pytest.raises(StudyError, match="36 months or more"):
        information(months=12)
    world = at_rho(resolve("none"), 0.6).world
    assert world.parameters.common_propensity.value == 0.6
    assert world.conducts == resolve("none").world.conducts
