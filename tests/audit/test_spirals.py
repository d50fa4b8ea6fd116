"""Every form of the spiral gain, and the false spiral, against closed forms."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from scoredsociety import spiral
from scoredsociety.audit import audit_run, expected_months, findings, own_gain, own_gains
from scoredsociety.audit.own_gain import gains_of, passing
from scoredsociety.audit.sample import load_sample
from scoredsociety.audit.selection import state_dependence, while_listed
from scoredsociety.audit.shock import descendants, per_generation
from scoredsociety.engine.propensities import propensities, record_chances
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.study import StudyError
from scoredsociety.study.shock import SHOCK, fed_list, with_shock
from tests.audit.audit_worlds import random_run
from tests.engine.counting import close
from tests.engine.worlds import a_list, conduct, exit_by, homogeneous, quantity, run

RATE, MU, THETA = 0.01, 0.1, 3.0


@cache
def world(theta=THETA, counts_to=1, sd=0.0, shock=0.0, like=None, people=16_384):
    regime = homogeneous(
        {"x": conduct(RATE, log_sd=quantity(sd))},
        a_list(exits=exit_by(MU), theta=theta, counts_to=counts_to),
    )
    if shock:
        regime = with_shock(regime, "a-list", shock, like)
    return run(regime, people=people, months=60)


def test_expected_months_is_the_sum_of_what_survives():
    np.testing.assert_allclose(
        expected_months([0.03, 0.2], 24),
        [sum((1 - m) ** k for k in range(24)) for m in (0.03, 0.2)],
    )
    np.testing.assert_allclose(expected_months([0.03, 0.5], None), [1 / 0.03, 2])
    assert expected_months(0.0, 24) == 24
    assert np.isnan(expected_months(0.0, None))


def test_own_gain_is_a_product_that_equals_the_linear_gain():
    assert own_gain(3.06e-4, 2.0, 1.0, expected_months(0.03, None)) == pytest.approx(0.0204)
    assert own_gain(0.5, 2.0, 0.5, 4.0) == 2.0


def test_what_passes_is_what_due_process_lets_through():
    scheme = resolve("fragmented-2018").schemes["court-list"]
    files = 1 - math.exp(-10 / 30)
    assert passing(scheme, 0.0) == pytest.approx(1 - 0.7 * files * 0.05)
    assert passing(scheme, 1.0) == pytest.approx(1 - 0.7 * files * 0.5)
    half = (passing(scheme, 0.0) + passing(scheme, 1.0)) / 2
    assert passing(scheme, 0.5) == pytest.approx(half)


def test_an_act_is_recorded_of_the_actor_of_another_or_not_at_all():
    plain = resolve("fragmented-2018").model_dump(mode="json")
    channels = plain["world"]["channels"]
    for name, wrong, review, aimed in (("police", 0.1, 0.0, 2.0), ("camera", 0.3, 0.5, 1.0)):
        channels[name]["wrong_person"] = {"majority": quantity(0.0), "minority": quantity(wrong)}
        channels[name]["human_review"] = quantity(review)
        channels[name]["targeting"] = {"majority": quantity(1.0), "minority": quantity(aimed)}
        channels[name].pop("faces", None)
    x = plain["world"]["conducts"]["traffic-violation"]
    x["detection"] = {"police": quantity(0.2), "camera": quantity(0.5)}
    own, other = record_chances(ResolvedRegime.model_validate(plain), "traffic-violation")
    assert own[0] == pytest.approx(1 - 0.8 * 0.5)
    assert other[0] == 0
    # The camera, which has no limit, comes first; the police see the rest, of the minority twice.
    assert own[1] == pytest.approx(0.5 * 0.7 + 2 * 0.5 * 0.2 * 0.9)
    assert other[1] == pytest.approx(0.5 * 0.3 * 0.5 + 2 * 0.5 * 0.2 * 0.1)


def test_own_gains_of_equal_people_are_all_the_same():
    table = own_gains(world()).to_pylist()
    mean = [x["value"] for x in table if x["quantity"] == "mean" and x["value"] is not None]
    np.testing.assert_allclose(mean, THETA * RATE / MU)
    above = [x["value"] for x in table if x["quantity"].startswith("share")]
    assert {x for x in above if x is not None} == {0.0}


def test_the_share_above_one_is_the_tail_of_the_propensity():
    data = world(sd=1.5)
    mean, s = THETA * RATE / MU, 1.5
    share = stats.norm.sf((s * s / 2 - math.log(mean)) / s)
    table = {(x["quantity"], x["group"]): x for x in own_gains(data).to_pylist()}
    found = table["share of adults above one", "all"]
    close(found["value"], share, math.sqrt(share * (1 - share) / found["people"]))
    spread = mean * math.sqrt(math.expm1(s * s) / found["people"])
    close(table["mean", "all"]["value"], mean, spread)


def test_two_lists_that_feed_each_other_gain_together():
    one = a_list(exits=exit_by(MU), theta=2.0, conduct_name="y")
    one["rules"] = [{"conduct": "x", "lists": True, "confidence": "assumed"}]
    other = a_list(exits=exit_by(MU), theta=8.0, scheme="b-list")
    other["rules"] = [{"conduct": "y", "lists": True, "confidence": "assumed"}]
    regime = homogeneous({"x": conduct(RATE), "y": conduct(RATE)}, one, other)
    data = run(regime, people=4096, months=1)
    people = next(propensities(data.manifest))
    gains = gains_of(ResolvedRegime.model_validate(data.manifest["regime"]), people, 1.0)
    # a entries bring 2 RATE / MU of b, and these 8 RATE / MU of a
    np.testing.assert_allclose(gains, math.sqrt(2 * 8) * RATE / MU)


@pytest.mark.parametrize("seed", range(3))
def test_while_listed_is_the_obvious_loop(seed):
    rows = load_sample(random_run(seed, rows=150, replicates=1)).streams[0].entered
    expected = [
        any(
            rows.person[j] == rows.person[k] and rows.month[j] < rows.month[k] <= rows.end[j]
            for j in range(len(rows))
        )
        for k in range(len(rows))
    ]
    assert while_listed(rows).tolist() == expected
    assert any(expected)


def figures(data):
    audit = audit_run(data)
    return {
        word: audit.value("M6", "a-list", f"state dependence, {word}")
        for word in ("naive", "true", "selection alone")
    }


def test_among_equals_the_naive_figure_is_the_feedback():
    found = figures(world())
    n = state_dependence(load_sample(world()), load_sample(world()).streams[0])
    error = math.sqrt(1 / n["listed"][0] + 1 / n["own"][0])
    close(math.log(found["true"]), math.log(1 + THETA), error)
    close(math.log(found["selection alone"]), 0, math.sqrt(1 / n["own"][0] + 1 / n["rest"][0]))
    assert found["naive"] == pytest.approx(found["true"] * found["selection alone"])


def test_without_feedback_all_of_a_naive_spiral_is_selection():
    found = figures(world(theta=0.0, sd=0.8))
    assert found["true"] == 1.0
    assert found["naive"] == pytest.approx(found["selection alone"])
    # Who is listed is drawn in proportion to the rate: E[r^2] / E[r]^2 = exp(s^2), if few are.
    assert found["naive"] == pytest.approx(math.exp(0.64), rel=0.2)


def test_a_shock_without_feedback_brings_nothing_and_moves_nobody():
    before, after = world(theta=0.0), world(theta=0.0, shock=0.005)
    extra, shock = descendants(before, after, SHOCK)
    assert extra.tolist() == [0.0]
    assert shock[0] > 1000
    a, b = (x.replicates[0].ledger for x in (before, after))
    b = b[b["conduct"] != after.manifest["conducts"].index(SHOCK)]
    kept = [name for name in a.dtype.names if name not in ("refusals", "cause")]
    assert len(a) == len(b)  # refusals are booked on the oldest entry in force
    assert all(np.array_equal(a[name], b[name]) for name in kept)


def test_a_shock_brings_what_a_branching_process_says():
    # The linear form: S(t) = (1 - mu) S(t - 1) + new, and each in force adds theta x rate a month.
    size, months = 0.002, 60
    data = world(counts_to=9), world(counts_to=9, shock=size)
    extra, shock = descendants(*data, SHOCK)
    stock, brought = 0.0, 0.0
    for _ in range(months):
        more = THETA * RATE * stock
        brought += more
        stock = (1 - MU) * stock + size + more
    expected = brought / (size * months)
    gain = THETA * RATE / MU
    close(extra[0] / shock[0], expected, math.sqrt(expected / shock[0]) / (1 - gain))
    assert expected < gain / (1 - gain)  # the horizon cuts off late descendants
    assert per_generation(np.array([gain / (1 - gain)])) == pytest.approx([gain])
    assert np.isnan(per_generation(np.array([np.nan])))


def test_a_shock_on_those_who_default_more_brings_more():
    plain = world(sd=1.0, people=32_768)
    brought = []
    for like in (None, "x"):
        data = world(sd=1.0, shock=0.005, like=like, people=32_768)
        extra, shock = descendants(plain, data, SHOCK)
        brought.append(extra[0] / shock[0])
    assert brought[1] > 1.5 * brought[0] > 0


def test_a_shock_in_proportion_has_the_shape_of_the_conduct_it_is_like():
    regime = resolve("fragmented-2018")
    world = with_shock(regime, "court-list", 0.1, "traffic-violation").world
    shock, known = world.conducts[SHOCK], world.conducts["traffic-violation"]
    for name in ("context", "log_sd", "income_gradient", "who", "others"):
        assert getattr(shock, name) == getattr(known, name)
    assert shock.monthly.value == 0.1
    assert list(shock.detection) == [SHOCK]
    alike = with_shock(regime, "court-list", 0.1).world.conducts[SHOCK]
    assert (alike.who, alike.log_sd.value, alike.income_gradient.value) == ("everyone", 0, 0)


def test_the_findings_name_the_false_spiral():
    said = [x for f in findings(audit_run(world(sd=0.8))) for x in f.companions]
    assert any("through who they are" in x for x in said)
    none = audit_run(world(sd=0.8, people=100))
    assert all(isinstance(x, str) for f in findings(none) for x in f.companions)


def test_only_a_list_with_feedback_can_be_shocked():
    regime = resolve("fragmented-2018")
    assert fed_list(regime) == ("court-list", "court-default")
    with pytest.raises(StudyError, match="not a list whose entries bring further entries"):
        fed_list(regime, "rongcheng-points")
    with pytest.raises(StudyError, match="choose another regime"):
        fed_list(resolve("none"))
    with pytest.raises(StudyError, match="above 0, at most 10"):
        spiral(size=0.0)


def test_every_form_stands_in_one_table():
    rows = spiral(people=4096, months=24, replicates=2).to_pylist()
    items = {x["item"] for x in rows}
    assert {"shock, uniform", "shock, endogenous", "feedback off", "court-list", "all lists",
            "without feedback", "own gain"} <= items  # fmt: skip
    assert {x["measure"] for x in rows} == {"M6"}
    assert all(x["replicates"] <= 2 for x in rows)
