"""Closed forms: branching, absorbing chains, harm, Student's t, base rates."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scoredsociety.audit import (
    CNY_PER_MI,
    audit_run,
    branching_total,
    expected_harm,
    gain_from_generations,
    linear_gain,
    offspring_by_generation,
    steps_to_target,
    type_gain,
)
from scoredsociety.audit.grades import target_grades
from scoredsociety.audit.intervals import means, student_quantile
from scoredsociety.schemes.model import ResolvedRegime
from tests.audit.audit_worlds import GRADES, LISTED, SANCTIONS, entry, hand_run, random_run, regime


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 19, 40, 200])
def test_student_quantile_equals_scipy(df):
    assert student_quantile(df) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-9)


def test_student_quantile_needs_two_values():
    with pytest.raises(ValueError, match="at least 1 degree"):
        student_quantile(0)


def test_means_leave_out_the_undefined_and_give_no_interval_to_two():
    nan = np.nan
    m = means([[1, 2, 3], [1, nan, 3], [nan, 4, nan], [nan] * 3, [0.1, 0.1, 0.1]])
    np.testing.assert_allclose(m.value, [2, 2, 4, nan, 0.1])
    np.testing.assert_allclose(m.se, [1 / np.sqrt(3), 1, nan, nan, 0])
    assert m.replicates.tolist() == [3, 2, 1, 0, 3]
    half = stats.t.ppf(0.975, 2) / np.sqrt(3)
    np.testing.assert_allclose(m.low[0], 2 - half)
    assert np.isnan(m.low[1:4]).all()
    assert np.isnan(m.high[1:4]).all()
    assert m.value[4] == m.low[4] == m.high[4] == 0.1


def test_branching_total_is_the_sum_of_the_generations():
    gain = linear_gain(3.06e-4, 2.0, 0.03)
    assert gain == pytest.approx(0.0204)
    assert branching_total(0.4) == pytest.approx(sum(0.4**k for k in range(200)))
    assert branching_total(1.0) is None


def test_generations_of_a_geometric_family_give_its_gain():
    counts = 1000 * 0.3 ** np.arange(60)
    np.testing.assert_allclose(offspring_by_generation(counts), 0.3)
    assert gain_from_generations(counts) == pytest.approx(0.3)
    assert np.isnan(gain_from_generations([0, 0]))
    assert np.isnan(offspring_by_generation([0, 0])).all()


def test_type_gain_is_the_spectral_radius():
    assert type_gain([[0.2, 0.0], [0.9, 0.1]]) == pytest.approx(0.2)
    assert type_gain([[0.0, 0.5], [0.5, 0.0]]) == pytest.approx(0.5)
    assert type_gain(np.zeros((0, 0))) == 0.0


def test_steps_to_target_of_a_ladder():
    # From rung k the way up takes one step of chance p a rung.
    p = 0.25
    matrix = np.array([[1, 0, 0], [p, 1 - p, 0], [0, p, 1 - p]])
    steps = steps_to_target(matrix, np.array([True, False, False]))
    np.testing.assert_allclose(steps, [0, 1 / p, 2 / p])


def test_steps_to_target_equals_a_simulation_of_powers():
    rng = np.random.default_rng(3)
    p = rng.random((5, 5))
    p /= p.sum(axis=1, keepdims=True)
    target = np.array([True, True, False, False, False])
    q = p[2:, 2:]
    survive, total = np.eye(3), np.zeros((3, 3))
    for _ in range(2000):
        total += survive
        survive = survive @ q
    np.testing.assert_allclose(steps_to_target(p, target)[2:], total.sum(axis=1), rtol=1e-10)


def test_steps_to_target_is_undefined_where_the_way_is_not_sure():
    nan = np.nan
    matrix = np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 1, 0], [0.5, 0.1, 0, 0.4]])
    target = np.array([True, False, False, False])
    np.testing.assert_allclose(steps_to_target(matrix, target), [0, 2, nan, 2])
    matrix[3] = [0.5, 0.1, 0.1, 0.3]  # may fall into the state without a way out
    np.testing.assert_allclose(steps_to_target(matrix, target), [0, 2, nan, nan])
    matrix[1] = nan  # nothing known of state 1
    np.testing.assert_allclose(steps_to_target(matrix, target), [0, nan, nan, nan])


def test_target_grade_is_a_or_that_of_the_start():
    scheme = ResolvedRegime.model_validate(regime()).schemes["city-points"]
    mask, name = target_grades(scheme)
    assert name == "A"
    assert mask.tolist() == [True, True, False, False]
    bands = {"X": 1100, "Y": 990, "Z": 0}
    grades = scheme.grades.model_copy(update={"bands": bands})
    mask, name = target_grades(scheme.model_copy(update={"grades": grades}))
    assert name == "Y"
    assert mask.tolist() == [True, True, False]
    assert GRADES[1] == "A"


def test_the_worked_default_of_article_5():
    monthly = sum(SANCTIONS[c][0] * SANCTIONS[c][2] for c in LISTED)
    assert monthly == pytest.approx(0.1825)
    run = hand_run(entry(0, 0, 10), people=4, months=24)
    audit = audit_run(run)
    assert audit.value("M8", "court-list", "monthly harm") == pytest.approx(0.1825)
    assert audit.value("M8", "court-list", "monthly harm in finance") == pytest.approx(0.07)
    share = audit.value("M8", "court-list", "cross-context share")
    assert share == pytest.approx(1 - 0.07 / 0.1825)
    assert round(share, 3) == 0.616
    assert audit.value("M8", "court-list", "harm") == pytest.approx(1.825)
    total = expected_harm(0.1825, 0.03, None)
    assert round(total, 2) == 6.08
    assert round(total * CNY_PER_MI) == 12_337
    expected = audit.value("M9", "court-list", "expected harm of an entry")
    assert expected == pytest.approx(total * CNY_PER_MI)
    assert audit.value("M9", "court-list", "median ratio") == pytest.approx(
        1.825 * CNY_PER_MI / 20_000
    )


def test_expected_harm_with_a_term_is_the_sum_of_the_months():
    by_hand = sum(0.5 * 0.9**k for k in range(24))
    assert expected_harm(0.5, 0.1, 24) == pytest.approx(by_hand)
    assert expected_harm(0.5, 0.0, 24) == 12.0
    with pytest.raises(ValueError, match="never ends"):
        expected_harm(1.0, 0.0, None)


def test_wrongful_rate_follows_the_base_rate():
    # With a tenth of the acts wrongly attributed, a tenth of the entries is wrong.
    rng = np.random.default_rng(0)
    rows = [entry(k, 1, 5, truth=int(rng.random() < 0.1)) for k in range(2000)]
    audit = audit_run(hand_run(*rows, people=2000, months=6))
    share = audit.value("M5", "court-list", "entry-weighted")
    assert share == pytest.approx(0.1, abs=0.02)
    assert share == np.mean([row["truth"] > 0 for row in rows])


def test_spiral_from_generations_of_a_hand_made_family():
    run = hand_run(
        entry(0, 1, 9),
        entry(0, 2, 9, generation=1, cause=0),
        entry(0, 3, 9, generation=1, cause=0),
        entry(0, 4, 9, generation=2, cause=1),
        entry(1, 1, 9),
    )
    audit = audit_run(run)
    assert audit.value("M6", "court-list", "share triggered") == pytest.approx(3 / 5)
    assert audit.value("M6", "court-list", "offspring of generation 0") == 1.0
    assert audit.value("M6", "court-list", "offspring of generation 1") == 0.5
    assert audit.value("M6", "all lists", "type form") == pytest.approx(3 / 5)


def test_trap_companions_exist_for_every_measure():
    audit = audit_run(random_run())
    known = {m.id for m in audit.measures} | {"M12"}
    for measure in audit.measures:
        assert measure.companions
        assert set(measure.companions) <= known
        assert measure.question.endswith("?")
        assert audit.measure(measure.id) is measure
