"""Quotas, nonresponse, weights, and errors by their closed forms."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from scoredsociety.opinion.answers import Replies, calibrated
from scoredsociety.opinion.approval import Reading
from scoredsociety.opinion.errors import OpinionError
from scoredsociety.opinion.estimates import (
    difference,
    errors,
    list_error,
    means,
    share_error,
    shares,
)
from scoredsociety.opinion.experiments import power
from scoredsociety.opinion.experiments import run as experiment
from scoredsociety.opinion.files import load_questionnaire
from scoredsociety.opinion.questionnaire import Questionnaire
from scoredsociety.opinion.sampling import Fieldwork, Sampled, allocate, rake

SURVEYS = 120


def edited(**sample) -> Questionnaire:
    """Return the shipped questionnaire with another sample."""
    q = load_questionnaire("kostka-2018")
    return q.model_copy(update={"sample": q.sample.model_copy(update=sample)})


def quantity(value: float):
    return load_questionnaire("kostka-2018").sample.size.model_copy(
        update={"value": value, "range": None}
    )


def test_a_sample_is_shared_out_by_largest_remainders():
    sizes = np.array([50, 30, 20, 0])
    assert allocate(sizes, 7).tolist() == [4, 2, 1, 0]
    for total in range(1, 60):
        got = allocate(sizes, total)
        assert got.sum() == total
        assert np.all(np.abs(got - total * sizes / 100) < 1)
        assert got[3] == 0


def test_quotas_are_filled_exactly_and_by_people_of_the_cell(public):
    place = Fieldwork(edited(), public)
    sample = place.draw(3)
    assert len(sample) == len(set(sample.index.tolist())) == 2209
    assert np.array_equal(np.bincount(sample.stratum, minlength=place.cells), place.quota)
    assert np.all(place.mask[sample.index])
    age, sex, region = (place.cut(name).level[sample.index] for name in ("age", "sex", "region"))
    assert np.array_equal(sample.stratum, (age * 2 + sex) * 4 + region)
    cells = list(product(range(5), range(2), range(4)))
    assert len(cells) == place.cells
    assert np.all(np.diff(sample.stratum) >= 0)
    share = place.questionnaire.sample.response.share.value
    assert sample.contacted == pytest.approx(2209 / share, rel=0.15)


def test_who_is_asked_is_the_first_in_the_order_who_answers(public):
    place = Fieldwork(edited(size=quantity(300)), public)
    sample = place.draw(1)
    order, answers = (x[place.frame] for x in public.draws(1, 44)[:2])
    wanted = []
    for cell in range(place.cells):  # the obvious loop
        there = np.flatnonzero((place.cell == cell) & (answers < place.chance))
        wanted += list(place.frame[there[np.argsort(order[there])][: place.quota[cell]]])
    assert sorted(sample.index.tolist()) == sorted(wanted)


def test_samples_of_other_numbers_are_other_people_and_the_same_number_the_same(public):
    place = Fieldwork(edited(), public)
    one, again, other = place.draw(1), place.draw(1), place.draw(2)
    assert np.array_equal(one.index, again.index)
    assert len(set(one.index.tolist()) & set(other.index.tolist())) < 600


def test_a_quota_that_cannot_be_met_is_refused_by_name(public):
    none = edited(response=edited().sample.response.model_copy(update={"share": quantity(0.02)}))
    with pytest.raises(OpinionError, match=r"the quota of \d+ people \(.*region \d\) cannot be"):
        Fieldwork(none, public).draw(0)
    with pytest.raises(OpinionError, match="the frame holds"):
        Fieldwork(edited(size=quantity(1_000_000)), public)


def test_answering_hangs_on_what_the_file_says(public):
    base = edited().sample.response
    asked = base.model_copy(
        update={"college": quantity(1.0), "age": None, "approval": quantity(0.5)}
    )
    place = Fieldwork(edited(response=asked), public)
    odds = np.log(place.chance / (1 - place.chance))
    level = np.log(base.share.value / (1 - base.share.value))
    college = public.level("education")[place.frame] == 3
    assert np.allclose(odds, level + college + 0.5 * public.approval[place.frame])


def test_weights_reach_the_margins_of_the_frame(public):
    tilted = edited().sample.response.model_copy(update={"college": quantity(1.5)})
    q = edited(response=tilted, weights=["education", "residence", "age"], quotas=[])
    place = Fieldwork(q, public)
    sample = place.draw(0)
    for name in ("education", "residence", "age"):
        each = place.cut(name)
        want = np.bincount(each.level[place.frame]) / len(place.frame)
        have = np.bincount(each.level[sample.index], sample.weight) / sample.weight.sum()
        assert have == pytest.approx(want, abs=1e-8)
    assert sample.weight.sum() == pytest.approx(len(sample))
    assert sample.effective < len(sample)


def test_a_margin_that_nobody_has_is_shared_by_the_others():
    level = np.array([0, 0, 1, 1])
    weight = rake(np.ones(4), [(level, np.array([0.5, 0.25, 0.25]))])
    assert np.bincount(level, weight) == pytest.approx([2 / 3, 1 / 3])


def test_the_error_of_a_share_is_the_textbook_one():
    rng = np.random.default_rng(1)
    n = 500
    y = (rng.random(n) < 0.3).astype(np.float64)
    plain = Sampled(np.arange(n), np.zeros(n, np.int64), np.ones(n), n, 0)
    found = means(plain, y[:, None])
    assert found.se[0] == pytest.approx(share_error(y.mean(), n), abs=1e-12)
    assert found.value[0] == pytest.approx(y.mean(), abs=1e-12)
    # stratified: sqrt(sum of W_h^2 p_h (1 - p_h) / (n_h - 1))
    cell = np.sort(rng.integers(0, 4, n))
    weight = np.array([1.0, 2.0, 0.5, 1.5])[cell]
    sample = Sampled(np.arange(n), cell, weight * n / weight.sum(), n, 0)
    size = np.bincount(cell)
    part = np.bincount(cell, weight) / weight.sum()
    mean = np.bincount(cell, y) / size
    wanted = np.sqrt((part**2 * mean * (1 - mean) / (size - 1)).sum())
    assert means(sample, y[:, None]).value[0] == pytest.approx((part * mean).sum(), abs=1e-12)
    assert stratified(sample, y) == pytest.approx(wanted, abs=1e-12)


def stratified(sample: Sampled, y) -> float:
    """Return the error of a stratified mean whose strata are of known size."""
    mean = np.bincount(sample.stratum, y) / np.bincount(sample.stratum)
    scores = sample.weight * (y - mean[sample.stratum]) / sample.weight.sum()
    return float(errors(scores[:, None], sample.stratum)[0])


def test_a_domain_that_nobody_is_in_is_undefined():
    sample = Sampled(np.arange(5), np.zeros(5, np.int64), np.ones(5), 5, 0)
    found = shares(sample, np.full(5, -1, np.int8), 3)
    assert np.isnan(found.value).all()
    assert np.isnan(found.se).all()
    assert found.asked == 0


def test_differences_on_the_same_people_keep_what_hangs_together():
    rng = np.random.default_rng(2)
    n = 4000
    a = (rng.random(n) < 0.6).astype(np.float64)
    b = np.where(rng.random(n) < 0.9, a, 1 - a)
    sample = Sampled(np.arange(n), np.zeros(n, np.int64), np.ones(n), n, 0)
    one, two = means(sample, a[:, None]), means(sample, b[:, None])
    gap = difference(sample, one, two)
    assert gap.se[0] == pytest.approx((a - b).std(ddof=1) / np.sqrt(n), abs=1e-12)
    assert gap.se[0] < 0.6 * np.hypot(one.se[0], two.se[0])


@pytest.fixture(scope="module")
def many(public):
    """Return direct and list estimates of many surveys under the reading ``partly``."""
    q = load_questionnaire("kostka-2018")
    place = Fieldwork(q, public)
    replies = Replies(q, public, calibrated(q, [public], Reading("partly", 0.41)))
    rows = []
    for number in range(SURVEYS):
        found, reason = experiment(replies, place.draw(number), place.mask, "private-approval", 0)
        assert not reason
        rows.append([(float(f.estimate.value[0]), float(f.estimate.se[0]), f.truth) for f in found])
    return np.array(rows)  # (surveys, figures, value/se/truth)


def test_shares_at_2209_with_quotas_have_the_error_they_claim(many):
    value, se, truth = many[:, 0].T
    plain = share_error(0.8, 2209)
    assert plain == pytest.approx(0.0085, abs=1e-4)  # 0.85 points
    assert se.mean() == pytest.approx(plain, rel=0.05)
    assert se.mean() < plain  # quotas explain a little
    assert value.std(ddof=1) == pytest.approx(se.mean(), rel=4 / np.sqrt(2 * SURVEYS))
    assert value.mean() == pytest.approx(truth.mean(), abs=4 * se.mean() / np.sqrt(SURVEYS) + 2e-3)


def test_the_list_experiment_is_unbiased_with_the_variance_of_its_closed_form(many):
    value, se, truth = many[:, 1].T
    q = load_questionnaire("kostka-2018")
    controls = np.array([c.value for c in q.experiments["private-approval"].controls.values()])
    exact = list_error(controls, truth[0], 1104, 1105)
    assert se.mean() == pytest.approx(exact, rel=0.03)
    assert value.std(ddof=1) == pytest.approx(exact, rel=4 / np.sqrt(2 * SURVEYS))
    assert value.mean() == pytest.approx(truth[0], abs=4 * exact / np.sqrt(SURVEYS))


def test_the_power_of_the_list_experiment_is_that_of_a_normal_test(many):
    told, gap = many[:, 3, 0], many[:, 2]
    expected = power(gap[0, 2], gap[:, 1].mean())
    assert expected > 0.9  # 14 points are told apart at n = 2,209
    assert told.mean() == pytest.approx(expected, abs=4 * np.sqrt(0.25 / SURVEYS))
    assert power(0.0, 1.0) == pytest.approx(0.05, abs=1e-9)


def test_a_sincere_public_is_told_apart_as_often_as_chance_says(public):
    q = load_questionnaire("kostka-2018")
    place = Fieldwork(q, public)
    replies = Replies(q, public, calibrated(q, [public], Reading("sincere", 0.0)))
    apart = 0
    for number in range(SURVEYS):
        found, _ = experiment(replies, place.draw(number), place.mask, "private-approval", 0)
        apart += int(found[3].estimate.value[0])
        assert found[2].truth == 0.0
    assert apart / SURVEYS == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / SURVEYS))
