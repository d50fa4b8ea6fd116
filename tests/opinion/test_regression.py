"""Ordered probit and logit against statsmodels, closed forms, loops and simulations."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from scipy.optimize import linprog
from statsmodels.discrete.discrete_model import Logit, Probit
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.miscmodels.ordinal_model import OrderedModel

from scoredsociety.opinion.likelihood import Likelihood
from scoredsociety.opinion.regression import fit_ordered

LINKS = ("probit", "logit")
NAMES = ("income", "age", "urban")
BETA = np.array([0.5, -0.3, 0.4])
EDGES = np.array([-1.0, 0.1, 0.9])


def draw(link="probit", n=400, seed=0):
    """Return answers, regressors (the last of zeros and ones) and whole weights from 1 to 4."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    x[:, 2] = x[:, 2] > 0.3
    luck = rng.normal(size=n) if link == "probit" else rng.logistic(size=n)
    return np.digitize(x @ BETA + luck, EDGES), x, rng.integers(1, 5, n)


def oracle(y, x, link, **options):
    """Return coefficients then thresholds, their covariance and log-likelihood by statsmodels."""
    fit = OrderedModel(y, x, distr=link).fit(method="newton", disp=0, tol=1e-8, **options)
    k, p = x.shape[1], len(fit.params)
    back = np.eye(p)  # statsmodels has the first threshold and the logarithms of the steps
    back[k:, k] = 1.0
    steps = np.append(1.0, np.exp(fit.params[k + 1 :]))
    back[k:, k + 1 :] = np.tri(p - k)[:, 1:] * steps[1:]
    edges = np.cumsum(np.append(fit.params[k], steps[1:]))
    return np.append(fit.params[:k], edges), back @ fit.cov_params() @ back.T, fit.llf


def theta(fit):
    return np.append(fit.coefficients, fit.thresholds)


def close(a, b, size=1e-6):
    np.testing.assert_allclose(a, b, rtol=size, atol=size)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("kind", ["nonrobust", "HC0", "cluster"])
def test_statsmodels_fits_the_same(link, kind):
    y, x, _ = draw(link)
    group = np.arange(len(y)) // 8
    more = {"cov_kwds": {"groups": group, "use_correction": False}} if kind == "cluster" else {}
    told, spread, value = oracle(y, x, link, cov_type=kind, **more)
    fit = fit_ordered(y, x, names=NAMES, link=link, clusters=group if more else None)
    close(theta(fit), told)
    close(fit.covariance_model if kind == "nonrobust" else fit.covariance, spread)
    close(fit.log_likelihood, value)
    assert fit.units == (50 if more else 400)
    assert fit.reason == ""


@pytest.mark.parametrize("link", LINKS)
def test_whole_weights_stand_for_repeated_rows(link):
    y, x, w = draw(link)
    told, spread, value = oracle(np.repeat(y, w), np.repeat(x, w, axis=0), link)
    fit = fit_ordered(y, x, names=NAMES, link=link, weights=w)
    close(theta(fit), told)
    close(fit.log_likelihood * w.mean(), value)
    close(fit.covariance_model / w.mean(), spread)
    rows = np.repeat(np.arange(len(y)), w)  # the repeated rows are one person each
    again = fit_ordered(y[rows], x[rows], names=NAMES, link=link, clusters=rows)
    close(fit.covariance, again.covariance)
    close(fit.n_effective, w.sum() ** 2 / (w**2).sum())


@pytest.mark.parametrize("link", LINKS)
def test_two_categories_are_the_plain_model(link):
    y, x, w = draw(link)
    yes = (y >= 2).astype(np.int64)
    family = families.Binomial(getattr(families.links, link.capitalize())())
    design = np.column_stack([x, np.ones(len(x))])
    sign = np.array([1.0, 1.0, 1.0, -1.0])  # the threshold is minus the intercept
    options = {"method": "newton", "cov_type": "HC0", "tol": 1e-12}
    weighted = GLM(yes, design, family=family, var_weights=w).fit(**options)
    fit = fit_ordered(yes, x, names=NAMES, link=link, weights=w)
    close(theta(fit), sign * weighted.params)
    close(fit.covariance, np.outer(sign, sign) * weighted.cov_params())
    close(fit.log_likelihood * w.mean(), weighted.llf)
    repeated = GLM(yes, design, family=family, freq_weights=w).fit(**options)
    twice = fit_ordered(np.repeat(yes, w), np.repeat(x, w, axis=0), names=NAMES, link=link)
    close(twice.covariance, np.outer(sign, sign) * repeated.cov_params())
    plain = (Probit if link == "probit" else Logit)(yes, design).fit(disp=0, cov_type="HC0")
    effects = plain.get_margeff(dummy=True)
    ours = [fit_ordered(yes, x, names=NAMES, link=link).average_effect(name) for name in NAMES]
    close([e.estimate for e in ours], effects.margeff)
    close([e.se for e in ours], effects.margeff_se)
    close(fit_ordered(yes, x, names=NAMES, link=link).r2, plain.prsquared)


def test_strata_are_centred_each_for_itself():
    y, x, w = draw()
    cluster = np.arange(len(y)) // 5
    stratum = np.where(cluster < 20, "east", np.where(cluster < 50, "west", "north"))
    fit = fit_ordered(y, x, names=NAMES, weights=w, clusters=cluster, strata=stratum)
    _, scores, information = Likelihood(y, x, w / w.mean(), "probit").at(theta(fit))
    meat = np.zeros((6, 6))
    for h in ("east", "west", "north"):
        inside = sorted(set(cluster[stratum == h]))
        sums = [(fit.w[:, None] * scores)[cluster == c].sum(axis=0) for c in inside]
        for z in sums:
            off = z - np.mean(sums, axis=0)
            meat += len(sums) / (len(sums) - 1) * np.outer(off, off)
    inverse = np.linalg.inv(information)
    close(fit.covariance, inverse @ meat @ inverse, 1e-9)


@pytest.mark.parametrize("link", LINKS)
def test_derivatives_are_those_of_finite_differences(link):
    y, x, w = draw(link, n=60)
    problem = Likelihood(y, x, w.astype(float), link)
    at = np.concatenate([BETA, EDGES]) + 0.1
    _, scores, information = problem.at(at)
    h = 1e-5
    for j, step in enumerate(np.eye(6) * h):
        up, down = problem.at(at + step), problem.at(at - step)
        close((up[0] - down[0]) / (2 * h), w @ scores[:, j])
        close((w @ up[1] - w @ down[1]) / (2 * h), -information[j])


@pytest.mark.parametrize("link", LINKS)
def test_both_tails_are_as_exact(link):
    far = np.array([0.0, 9.0, 9.5])
    x, w = np.zeros((3, 1)), np.ones(3)
    up = Likelihood(np.arange(3), x, w, link).at(far)
    down = Likelihood(2 - np.arange(3), x, w, link).at(-far[[0, 2, 1]])
    np.testing.assert_allclose(up[0], down[0], rtol=1e-13)
    np.testing.assert_allclose(up[1][:, 1:], -down[1][:, :0:-1], rtol=1e-11)


@pytest.mark.parametrize("seed", [20, 23, 45])
def test_steps_that_would_run_away_are_halved(seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_cauchy((20, 2))
    y = np.digitize((x > 0).sum(axis=1) * 3 + rng.normal(size=20), [0.5, 1.5, 2])
    fit = fit_ordered(y, x, names=NAMES[:2], link="logit", weights=np.exp(2 * rng.normal(size=20)))
    assert fit.converged
    _, scores, _ = Likelihood(y, x, fit.w, "logit").at(theta(fit))
    close(fit.w @ scores, 0.0)


@pytest.mark.parametrize("link", LINKS)
def test_known_coefficients_come_back(link):
    y, x, _ = draw(link, n=8_000, seed=3)
    fit = fit_ordered(y, x, names=NAMES, link=link)
    off = (theta(fit) - np.concatenate([BETA, EDGES])) / np.sqrt(np.diag(fit.covariance))
    assert (np.abs(off) < 4).all()
    assert np.sqrt(np.diag(fit.covariance)).max() < 0.06
    seen = np.bincount(y) / len(y)
    close(fit.shares(x).mean(axis=0), seen, 0.01)
    close(fit.shares(x).sum(axis=1), 1.0, 1e-12)


def test_without_regressors_thresholds_are_quantiles():
    shares = np.array([0.01, 0.19, 0.3, 0.5])
    y = np.repeat(np.arange(4), (1000 * shares).astype(int))
    empty = np.zeros((1000, 0))
    below = np.cumsum(shares)[:-1]
    probit = fit_ordered(y, empty, names=())
    close(probit.thresholds, [NormalDist().inv_cdf(p) for p in below], 1e-12)
    close(fit_ordered(y, empty, names=(), link="logit").thresholds, np.log(below / (1 - below)))
    # Delta method: variance of a share, over the squared density.
    density = [NormalDist().pdf(t) for t in probit.thresholds]
    close(np.diag(probit.covariance), below * (1 - below) / 1000 / np.square(density), 1e-9)
    close(probit.r2, 0.0, 1e-12)
    close(probit.shares(np.zeros((1, 0)))[0], shares, 1e-12)
    half = fit_ordered([0, 1], empty[:2], names=())  # the first guess is exact, the step nothing
    assert half.converged
    assert half.thresholds.tolist() == [0.0]


def test_order_of_rows_and_scale_of_weights_do_not_matter():
    y, x, w = draw()
    first = fit_ordered(y, x, names=NAMES, weights=w, strata=y % 2)
    mixed = np.random.default_rng(1).permutation(len(y))
    other = fit_ordered(
        y[mixed], x[mixed], names=NAMES, weights=w[mixed] * 1e6, strata=y[mixed] % 2
    )
    for name in ("coefficients", "thresholds", "covariance", "covariance_model", "r2",
                 "log_likelihood", "n_effective"):  # fmt: skip
        close(getattr(first, name), getattr(other, name), 1e-9)
    # Nor do unit and origin of a regressor.
    moved = fit_ordered(y, x * [1e5, 1, 1] + [3e5, 0, 7], names=NAMES, weights=w, strata=y % 2)
    close(moved.coefficients * [1e5, 1, 1], first.coefficients, 1e-9)
    close([t.z for t in moved.table()[:3]], [t.z for t in first.table()[:3]], 1e-7)


def test_a_table_and_effects_in_every_category():
    y, x, w = draw()
    fit = fit_ordered(2 * y, x, names=NAMES, weights=w)  # nobody chose the odd codes
    assert fit.categories == (0, 2, 4, 6)
    assert [t.name for t in fit.table()] == [*NAMES, "0|2", "2|4", "4|6"]
    first = fit.table()[0]
    assert first.estimate == fit.coefficients[0]
    close(first.high - first.low, 2 * 1.959964 * first.se, 1e-6)
    close(theta(fit), theta(fit_ordered(y, x, names=NAMES, weights=w)), 1e-12)
    h = 1e-5
    for at_least, c in ((1, 1), (2, 1), (6, 3)):

        def share(values, c=c):
            return w @ fit.shares(values)[:, c:].sum(axis=1) / w.sum()

        aside = np.array([h, 0, 0])
        slope = (share(x + aside) - share(x - aside)) / (2 * h)
        close(fit.average_effect("income", at_least).estimate, slope)
        change = share(x * [1, 1, 0] + [0, 0, 1]) - share(x * [1, 1, 0])
        close(fit.average_effect("urban", at_least).estimate, change)
        # The delta method, with the slope by finite differences.
        for name in ("income", "urban"):
            slopes = []
            for step in np.eye(6) * h:
                ends = [nudged(fit, s * step).average_effect(name, at_least) for s in (1, -1)]
                slopes.append((ends[0].estimate - ends[1].estimate) / (2 * h))
            variance = np.array(slopes) @ fit.covariance @ slopes
            close(fit.average_effect(name, at_least).se, np.sqrt(variance))
    assert np.isnan(fit.average_effect("income", 0).estimate)
    assert np.isnan(fit.average_effect("income", 7).estimate)
    with pytest.raises(ValueError, match="wealth"):
        fit.average_effect("wealth")


def nudged(fit, step):
    """Return the fit with other coefficients and thresholds."""
    k = len(fit.names)
    return replace(
        fit, coefficients=fit.coefficients + step[:k], thresholds=fit.thresholds + step[k:]
    )


def all_nan(fit):
    values = [theta(fit), fit.covariance.ravel(), fit.covariance_model.ravel()]
    numbers = [fit.log_likelihood, fit.log_likelihood_null, fit.r2]
    return bool(np.isnan(np.concatenate([*values, numbers])).all())


def test_what_cannot_be_fitted_is_nan_with_its_reason():
    y, x, _ = draw()
    apart = (x[:, 0] > 0.2).astype(int)
    cases = {
        "no rows": (y[:0], x[:0]),
        "All answers are in category 2": (np.full(9, 2), x[:9]),
        "5 rows are too few for 6 parameters": (np.array([0, 1, 2, 3, 1]), x[:5]),
        "Perfect separation: income": (apart, x),
        "Perfect separation: urban": (np.where(x[:, 2] == 1, 3, np.minimum(y, 2)), x),
    }
    for reason, (answers, regressors) in cases.items():
        fit = fit_ordered(answers, regressors, names=NAMES)
        assert reason in fit.reason
        assert not fit.converged
        assert fit.n == len(answers)
        assert all_nan(fit)
        assert np.isnan(fit.shares(x[:2])).all()
        assert np.isnan(fit.average_effect("income")[1:]).all()


def test_regressors_without_variation_of_their_own_are_left_out():
    y, x, w = draw()
    names = ("one", *NAMES, "sum")
    wide = np.column_stack([np.full(len(y), 0.1), x, x[:, 0] - 2 * x[:, 1] + 5])
    fit = fit_ordered(y, wide, names=names, weights=w)
    plain = fit_ordered(y, x, names=NAMES, weights=w)
    assert np.isnan(fit.coefficients[[0, 4]]).all()
    assert fit.reason == ("one does not vary. sum is a combination of the regressors before it.")
    inner = np.ix_([1, 2, 3, 5, 6, 7], [1, 2, 3, 5, 6, 7])
    close(theta(fit)[[1, 2, 3, 5, 6, 7]], theta(plain), 1e-12)
    close(fit.covariance[inner], plain.covariance, 1e-12)
    close(fit.average_effect("age", 2)[1:], plain.average_effect("age", 2)[1:], 1e-12)
    assert np.isnan(fit.average_effect("one").estimate)
    close(fit.shares(wide), plain.shares(x), 1e-9)
    strange = wide[:3] + np.array([[0.0], [1.0], [0.0]]) * [1, 0, 0, 0, 0]
    strange[2, 4] += 1.0
    assert np.isnan(fit.shares(strange)).all(axis=1).tolist() == [False, True, True]


def test_robust_errors_need_more_than_one_unit():
    y, x, _ = draw()
    lonely = np.where(np.arange(len(y)) == 7, 1, 0)
    for labels, reason in (({"clusters": np.zeros(len(y))}, "There is a single unit"),
                           ({"strata": lonely}, "In 1 of 2 strata")):  # fmt: skip
        fit = fit_ordered(y, x, names=NAMES, **labels)
        assert fit.converged
        assert reason in fit.reason
        assert np.isnan(fit.covariance).all()
        assert np.isfinite(fit.covariance_model).all()
        assert np.isfinite(fit.coefficients).all()
    # Of one person alone the score is 0 and the sandwich would claim to be almost sure.
    y[7] = 1
    fit = fit_ordered(y, np.column_stack([x, lonely]), names=(*NAMES, "alone"))
    assert fit.reason == "Only one unit makes alone vary: no robust error."
    assert np.isfinite(fit.coefficients).all()
    assert np.isnan([t.se for t in fit.table()]).tolist() == [False] * 3 + [True] + [False] * 3


def test_separation_is_found_where_linear_programming_finds_it():
    rng = np.random.default_rng(5)
    found = {True: 0, False: 0}
    for _ in range(40):
        n, k, c = rng.integers(8, 25), rng.integers(1, 4), rng.integers(2, 4)
        x = np.array(rng.normal(size=(n, k)))
        x = x if rng.random() < 0.5 else np.where(x > 0, 1.0, 0.0)
        latent = 2 * x.sum(axis=1) + rng.choice([0.2, 2]) * rng.normal(size=n)
        y = np.digitize(latent, np.quantile(latent, np.arange(1, c) / c))
        fit = fit_ordered(y, x, names=NAMES[:k], link=rng.choice(LINKS).item())
        if np.isnan(fit.coefficients).any() and "separation" not in fit.reason:
            continue  # some regressor was left out
        problem = Likelihood(y, x, np.ones(n), "logit")
        away = np.vstack([problem.upper, -problem.lower])
        best = linprog(-away.sum(0), -away, np.zeros(len(away)), bounds=(-1, 1))
        assert fit.converged == (best.fun > -1e-7)
        found[fit.converged] += 1
    assert min(found.values()) > 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": np.zeros(5, int)}, "a category for each of the 400 rows"),
        ({"y": np.full(400, 0.5)}, "whole numbers from 0"),
        ({"y": np.full(400, -1)}, "int64 from -1"),
        ({"x": np.zeros(400)}, "3 different names"),
        ({"x": np.full((400, 3), np.nan)}, "income is nan in row 0"),
        ({"names": ("a", "a", "b")}, "3 different names"),
        ({"link": "cauchit"}, "'probit' or 'logit', not 'cauchit'"),
        ({"weights": np.zeros(400)}, "400 finite weights above 0"),
        ({"weights": np.ones(3)}, "shape \\(3,\\)"),
        ({"clusters": np.full(400, np.nan)}, "400 rows in clusters"),
        ({"strata": np.zeros(4)}, "400 rows in strata"),
        ({"clusters": np.zeros(400), "strata": np.arange(400)}, "lies in two strata"),
    ],
)
def test_faulty_input_is_told(changes, message):
    y, x, _ = draw()
    with pytest.raises(ValueError, match=message):
        fit_ordered(**({"y": y, "x": x, "names": NAMES} | changes))


@pytest.mark.slow
def test_robust_intervals_cover_under_weights_and_those_of_the_model_do_not():
    """People are kept by their answer and at random chances; weights are the inverse of both."""
    rng, runs = np.random.default_rng(11), 400
    robust, model, bare = np.zeros(6), np.zeros(6), np.zeros(6)
    truth = np.concatenate([BETA, EDGES])
    for run in range(runs):
        y, x, _ = draw(n=2500, seed=1000 + run)
        chance = np.where(y >= 2, 0.6, 0.2) * rng.choice([0.25, 1.0], len(y))
        kept = rng.random(len(y)) < chance
        fit = fit_ordered(y[kept], x[kept], names=NAMES, weights=1 / chance[kept])
        off = np.abs(theta(fit) - truth)
        robust += off < 1.96 * np.sqrt(np.diag(fit.covariance))
        model += off < 1.96 * np.sqrt(np.diag(fit.covariance_model))
        plain = fit_ordered(y[kept], x[kept], names=NAMES)
        bare += np.abs(theta(plain) - truth) < 1.96 * np.sqrt(np.diag(plain.covariance))
    sampling = 4 * np.sqrt(0.95 * 0.05 / runs)
    assert (np.abs(robust / runs - 0.95) < sampling).all()
    assert (model / runs < 0.95 - sampling).all()
    assert (bare[3:] / runs < 0.5).all()  # thresholds are wrong without the weights
