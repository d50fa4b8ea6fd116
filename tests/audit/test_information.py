"""AUC, Brier score and perceived weights against closed forms."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from scoredsociety.audit import audit_run
from scoredsociety.audit.information import auc, brier
from scoredsociety.audit.transparency import (
    perceived_order,
    rank_correlation,
    ranks,
    weight_distance,
)
from tests.audit.audit_worlds import regime
from tests.audit.kinds_worlds import every_kind, made_run, profile, rows_of


def test_auc_of_known_histograms():
    assert auc([0, 0, 5], [3, 4, 0]) == 1.0
    assert auc([5, 0, 0], [0, 4, 3]) == 0.0
    assert auc([2, 2], [7, 7]) == 0.5
    assert auc([0, 1], [1, 1]) == 0.75  # one pair won, one tied
    assert np.isnan(auc([0, 0], [1, 1]))
    assert np.isnan(auc([1, 0], [0, 0]))


def test_auc_is_the_share_of_pairs_won_and_half_of_those_tied():
    rng = np.random.default_rng(1)
    p, n = rng.integers(0, 9, (2, 12))
    x, y = np.repeat(np.arange(12), p), np.repeat(np.arange(12), n)
    won = (x[:, None] > y) + 0.5 * (x[:, None] == y)
    assert auc(p, n) == pytest.approx(won.mean())


def test_auc_of_two_normal_laws_is_that_of_their_distance():
    edges = np.linspace(-6, 6, 4001)
    apart = 0.8
    p, n = (np.diff(stats.norm.cdf(edges - x)) for x in (apart, 0.0))
    assert auc(p, n) == pytest.approx(stats.norm.cdf(apart / math.sqrt(2)), abs=1e-4)


def test_brier_score_of_calibrated_buckets():
    # A fifth acts in one bucket of 10, half in another of 10: (10 x .16 + 10 x .25) / 20.
    assert brier([2, 5], [8, 5]) == pytest.approx((10 * 0.16 + 10 * 0.25) / 20)
    assert brier([7], [13]) == pytest.approx(0.35 * 0.65)
    assert np.isnan(brier([0, 0], [3, 4]))


def informed(months=48):
    """Return counts in which the score ranks pets perfectly and says nothing of defaults."""
    table = np.zeros((2, 64, 3, 2), dtype=np.int64)
    table[0, 10, 1, 1], table[0, 40, 1, 0] = 30, 70  # pets: the low scores act
    table[1, 40, 1, 1], table[1, 10, 1, 0] = 2, 3  # thin files: the reverse
    table[:, 20, 0] = 10  # defaults: everybody in one bucket
    own = np.zeros((4, 3, 2), dtype=np.int64)
    own[0, 1], own[2, 1] = (60, 10), (20, 30)
    profiles = np.full(10, profile(), dtype=np.uint16)
    return made_run(regime(), rows_of(), profiles, months,
                    information={"city-points": table}, own=own)  # fmt: skip


def test_information_value_within_across_and_by_file():
    audit = audit_run(informed())
    item = "city-points:pets"
    assert audit.value("M14", item, "AUC", "file=thick") == 1.0
    assert audit.value("M14", item, "AUC", "file=thin") == 0.0
    together = (30 * 70 + 0.5 * (30 * 3 + 2 * 70)) / (32 * 73)
    assert audit.value("M14", item, "AUC") == pytest.approx(together)
    own = (30 * 60 + 0.5 * (10 * 60 + 30 * 20)) / (40 * 80)
    assert audit.value("M14", item, "AUC of the own record") == pytest.approx(own)
    gain = audit.value("M14", item, "AUC over that of the own record")
    assert gain == pytest.approx(together - own)
    assert audit.value("M14", "city-points", "AUC within") == pytest.approx(together)
    assert audit.value("M14", "city-points", "AUC across") == 0.5  # posts have no positives
    assert audit.value("M14", "city-points:posts", "AUC") is None
    assert audit.value("M14", "city-points:posts", "Brier score") is None
    mean = audit.value("M14", item, "Brier score of the mean alone")
    assert mean == pytest.approx(32 * 73 / 105**2)
    assert audit.value("M14", item, "Brier score") < mean


def test_a_short_run_says_nothing_of_information():
    profiles = np.full(10, profile(), dtype=np.uint16)
    audit = audit_run(made_run(every_kind(), rows_of(), profiles))
    for scheme in ("sesame", "stars"):
        assert audit.value("M14", scheme, "AUC within") is None
    rows = audit.table("M14").to_pylist()
    assert {x["item"] for x in rows} == {"sesame", "stars"}
    assert all("36 months" in x["note"] for x in rows)


def test_ranks_and_their_correlation_equal_scipy():
    rng = np.random.default_rng(2)
    x, y = rng.integers(0, 5, (2, 9))
    np.testing.assert_allclose(ranks(x), stats.rankdata(x) - 1)
    assert rank_correlation(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert np.isnan(rank_correlation([1, 1, 1], [1, 2, 3]))


def test_perceived_order_is_complete_open_or_in_between():
    weights = [60, 30, 10]
    assert perceived_order(weights, 1.0) == pytest.approx(1.0)
    assert perceived_order(weights, 0.0) == 0.0
    # One of three read: the first or the last makes an order of two, the middle one of two too.
    by_hand = sum(
        stats.spearmanr(weights, seen).statistic
        for seen in (
            [60, 33, 33],
            [33, 30, 33],
            [33, 33, 10],
            [60, 30, 33],
            [60, 33, 10],
            [33, 30, 10],
            weights,
        )
    )
    assert perceived_order(weights, 0.5) == pytest.approx(by_hand / 8)
    assert np.isnan(perceived_order([1.0], 0.5))
    assert np.isnan(perceived_order([2.0, 2.0], 0.5))
    more = [perceived_order(np.arange(20.0), t) for t in (0.0, 0.2, 0.6, 1.0)]
    assert more == sorted(more)
    assert more[-1] == pytest.approx(1.0)


def test_distance_of_weights_shrinks_in_proportion():
    assert weight_distance([3, 1], 0.0) == pytest.approx(0.25)
    assert weight_distance([3, 1], 0.4) == pytest.approx(0.15)
    assert weight_distance([3, 1], 1.0) == 0.0
    assert np.isnan(weight_distance([0, 0], 0.5))


def test_transparency_reads_points_times_recorded_acts():
    plain = regime()
    scheme = plain["schemes"]["city-points"]
    scheme["rules"] = [
        {"conduct": "pets", "points": -5, "confidence": "M"},
        {"conduct": "posts", "points": -50, "confidence": "M"},
    ]
    record = {"scheme": 1, "kind": 0, "month": 1, "end": 9}
    rows = [{**record, "subject": k, "conduct": 1, "points": -5} for k in range(6)]
    rows += [{**record, "subject": 7, "conduct": 2, "points": -50}]
    rows += [{**record, "subject": 8, "conduct": 2, "points": -50, "exit": 5}]  # never counted
    profiles = np.full(10, profile(), dtype=np.uint16)
    audit = audit_run(made_run(plain, rows_of(*rows), profiles))
    assert audit.value("M24", "city-points", "rank correlation") is None  # nothing is declared
    scheme["transparency"] = {"value": 0.5, "confidence": "assumed"}
    audit = audit_run(made_run(plain, rows_of(*rows), profiles))
    assert audit.value("M24", "city-points", "rank correlation") == pytest.approx(0.75)
    distance = audit.value("M24", "city-points", "distance of weights")
    assert distance == pytest.approx(0.5 * (50 / 80 - 0.5))
