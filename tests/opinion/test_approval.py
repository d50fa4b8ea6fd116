"""Thresholds, falsification and their closed forms."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from scoredsociety.opinion.answers import Replies, calibrated
from scoredsociety.opinion.approval import (
    Reading,
    calibrate,
    conceals,
    private_category,
    reported_category,
    shares_given,
)
from scoredsociety.opinion.errors import OpinionError
from scoredsociety.opinion.experiments import approves
from scoredsociety.opinion.files import load_questionnaire
from scoredsociety.opinion.frame import in_frame
from tests.opinion.conftest import with_opinion

SHARES = [0.005, 0.005, 0.19, 0.30, 0.50]
NORMAL = NormalDist()


def test_thresholds_without_any_difference_between_people_are_normal_quantiles():
    found = calibrate(SHARES, np.zeros(1000))
    wanted = [NORMAL.inv_cdf(p) for p in (0.005, 0.01, 0.2, 0.5)]
    assert found == pytest.approx(wanted, abs=1e-9)
    assert found[1] == pytest.approx(-2.326, abs=1e-3)
    assert found[2] == pytest.approx(-0.842, abs=1e-3)


def test_people_of_two_kinds_have_the_thresholds_of_a_mixture():
    found = calibrate([0.3, 0.7], np.array([-1.0, 1.0] * 50))[0]
    assert 0.5 * (NORMAL.cdf(found + 1) + NORMAL.cdf(found - 1)) == pytest.approx(0.3, abs=1e-12)


@pytest.mark.parametrize("falsification", [0.0, 0.41, 0.5])
def test_calibrated_thresholds_give_the_shares_back(public, falsification):
    conceal = conceals(public, falsification)
    thresholds = calibrate(SHARES, public.predicted, 2, conceal)
    assert shares_given(public.predicted, thresholds, 2, conceal) == pytest.approx(SHARES, abs=1e-9)
    private = shares_given(public.predicted, calibrate(SHARES, public.predicted), None, None)
    assert private == pytest.approx(SHARES, abs=1e-9)


@pytest.mark.parametrize(("falsification", "private"), [(0.0, 0.8), (0.41, 0.661), (0.5, 0.6)])
def test_private_approval_behind_80_per_cent(public, falsification, private):
    # p + (1 - p) f = 0.8 where fear has mean 1 and hangs on nothing
    calm = with_opinion(public, fear_of_scores=0.0)
    conceal = conceals(calm, falsification)
    assert conceal.mean() == pytest.approx(falsification, abs=0.01)
    thresholds = calibrate(SHARES, calm.predicted, 2, conceal)
    expected = shares_given(calm.predicted, thresholds, None, None)[3:].sum()
    exact = (0.8 - conceal.mean()) / (1 - conceal.mean())
    assert exact == pytest.approx(private, abs=0.01)
    assert expected == pytest.approx(exact, abs=0.01)
    codes = private_category(calm.approval, thresholds)
    assert (codes > 2).mean() == pytest.approx(expected, abs=4 * np.sqrt(0.25 / len(calm)))
    said = reported_category(codes, 2, conceal, calm.suppositions[3])
    assert (said > 2).mean() == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / len(calm)))
    assert np.array_equal(said[codes > 2], codes[codes > 2])
    assert set(said[(codes <= 2) & (said > 2)]) <= {3}


def test_shares_that_leave_no_room_for_what_is_concealed_are_refused(public):
    everybody = np.ones(len(public))
    with pytest.raises(OpinionError, match=r"no more than 0\.0 % would say so"):
        calibrate(SHARES, public.predicted, 2, everybody)
    with pytest.raises(OpinionError, match="fewer people would approve at all"):
        calibrate(SHARES, public.predicted, 2, np.full(len(public), 0.75))


def test_answers_calibrated_as_private_are_private_and_more_is_said(public):
    q = load_questionnaire("kostka-2018")
    inside = in_frame(q.frame, public)
    scale = calibrated(q, [public], Reading("partly", 0.41, on="private"))
    replies = Replies(q, public, scale)
    item = q.items["approve"]
    error = 4 * np.sqrt(0.16 / inside.sum())
    assert approves(item, replies.private["approve"])[inside].mean() == pytest.approx(
        0.8, abs=error
    )
    assert approves(item, replies.said["approve"])[inside].mean() > 0.85


def test_fear_grows_where_speech_is_scored(public):
    base = with_opinion(public, fear_of_scores=0.0).fear
    more = with_opinion(public, fear_of_scores=1.0).fear
    city = public.aware & public.bits(("rongcheng-points",)) > 0  # it has a rule for rumours
    assert np.allclose(more[city], 2 * base[city])
    assert np.array_equal(more[~city], base[~city])
    assert base.mean() == pytest.approx(1.0, abs=4 / np.sqrt(3 * len(public)))


def test_many_who_know_of_repressive_use_approve_less_by_the_closed_form(public):
    effect = public.regime.world.opinion.repression.value
    everybody, nobody = (with_opinion(public, informed=x).predicted for x in (1.0, 0.0))
    assert np.allclose(nobody - everybody, effect)
    # without other differences, 80 % become Phi(Phi^-1(.8) - beta)
    flat = np.zeros(len(public))
    threshold = calibrate([0.2, 0.8], flat)
    left = shares_given(flat - effect, threshold, None, None)[1]
    assert left == pytest.approx(NORMAL.cdf(NORMAL.inv_cdf(0.8) - effect), abs=1e-9)
    assert left == pytest.approx(0.65, abs=0.005)  # the published fall, read as a closed form
