"""What people are, bear, know and think: awareness, fairness, luck."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoredsociety.opinion.fairness import revealed_fairness
from scoredsociety.opinion.frame import in_frame
from scoredsociety.opinion.public import PARTS, publics
from scoredsociety.opinion.questionnaire import Frame
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import Timing
from scoredsociety.study import simulate
from tests.opinion.conftest import with_opinion

FRAME = Frame(who="internet-users", youngest=14, oldest=65)


def test_awareness_of_a_local_pilot_is_the_published_one_and_a_third_of_it_is_false(public):
    inside = in_frame(FRAME, public)
    knows = (public.aware & public.bits(("rongcheng-points",)) > 0)[inside]
    pilot = public.pilot[inside]
    assert pilot.mean() == pytest.approx(0.43, abs=0.01)
    assert knows.mean() == pytest.approx(0.07, abs=0.004)
    assert knows[pilot].mean() == pytest.approx(0.11, abs=0.008)
    # 0.07 - 0.43 x 0.11 of all are aware of what does not hold where they live
    assert 1 - pilot[knows].mean() == pytest.approx(1 - 0.43 * 0.11 / 0.07, abs=0.03)


def test_who_was_told_of_an_entry_knows_of_a_list_that_nobody_announces(public):
    court = public.bits(("court-list",))
    told = public.people["told"] & court > 0
    assert 0 < told.sum() < 0.05 * len(public)
    assert np.array_equal(public.aware & court > 0, told)
    assert np.all(public.feels <= public.under)
    assert 0 < public.feels.sum() < public.under.sum()  # some do not know yet


def test_who_enrolled_knows(public):
    firm = public.bits(("sesame-score",))
    assert np.all((public.aware & firm > 0)[public.enrolled & firm > 0])


def test_media_tell_by_a_geometric_law(public):
    hears = 0.02
    loud = with_opinion(public, hears_monthly=hears)
    city = public.bits(("rongcheng-points",))
    before, now = (p.aware & city > 0 for p in (public, loud))
    assert np.all(now[before])
    expected = 1 - (1 - hears) ** 54
    share = now[~before].mean()
    error = np.sqrt(expected * (1 - expected) / (~before).sum())
    assert share == pytest.approx(expected, abs=4 * error)


@pytest.mark.parametrize(
    ("timing", "holds"),
    [
        (Timing(announced=53, first=60, last=60, confidence="assumed"), True),
        (Timing(announced=54, first=60, last=60, confidence="assumed"), False),
        (Timing(announced=0, ends=54, confidence="assumed"), False),
        (Timing(announced=0, ends=55, confidence="assumed"), True),
    ],
)
def test_a_scheme_is_known_from_its_announcement_to_its_end(public, timing, holds):
    schemes = dict(public.regime.schemes)
    name = "rongcheng-points"
    schemes[name] = schemes[name].model_copy(update={"timing": timing})
    there = replace(public, regime=public.regime.model_copy(update={"schemes": schemes}))
    assert (there.aware & there.bits((name,)) > 0).any() == holds


def test_what_a_scheme_reveals_is_the_share_of_its_effects_that_stay_where_they_belong():
    regime = resolve("fragmented-2018")
    # one entry of the court list: 0.07 of 0.1825 monthly incomes in finance
    assert revealed_fairness(regime, "court-list") == pytest.approx(0.07 / 0.1825, abs=1e-9)
    assert revealed_fairness(resolve("bureau"), "credit-bureau") == 1.0
    assert np.isnan(revealed_fairness(resolve("platform"), "platform-stars"))
    joint = resolve("joint-2020")
    assert revealed_fairness(joint, "court-list") < revealed_fairness(regime, "court-list")


def test_published_weights_move_readers_to_what_the_scheme_shows_and_nobody_else(public):
    schemes = {
        n: s.model_copy(update={"transparency": s.transparency.model_copy(update={"value": 1.0})})
        for n, s in public.regime.schemes.items()
        if s.transparency is not None
    }
    open_ = replace(public, regime=public.regime.model_copy(update={"schemes": schemes}))
    none = public.aware == 0
    assert none.any()
    assert np.array_equal(open_.fairness[none], public.fairness[none])
    alone = public.aware == public.bits(("sesame-score",))
    shown = revealed_fairness(public.regime, "sesame-score")
    assert np.allclose(open_.fairness[alone], shown)
    assert open_.fairness[alone].mean() < public.fairness[alone].mean()  # it reveals little


def test_the_luck_of_a_person_is_the_same_under_every_regime_and_noise_is_normal(public):
    run = simulate("none", people=8000, months=54, replicates=1, snapshot=True)
    bare = publics(run)[0]
    assert np.array_equal(bare.noise, public.noise[:8000])
    assert np.array_equal(bare.suppositions, public.suppositions[:, :8000])
    assert not bare.has_schemes
    n = len(public)
    assert abs(public.noise.mean()) < 4 / np.sqrt(n)
    assert public.noise.var() == pytest.approx(1.0, abs=4 * np.sqrt(2 / n))
    assert np.unique(np.concatenate([public.views, public.suppositions])).size > 7.9 * n


def test_noise_stays_with_a_person_as_far_as_it_says(public):
    later = replace(public, month=66)
    n, stays = len(public), public.regime.world.opinion.stability.value
    found = np.corrcoef(public.noise, later.noise)[0, 1]
    assert found == pytest.approx(stays, abs=4 * (1 - stays**2) / np.sqrt(n))
    same = with_opinion(public, stability=1.0)
    assert np.array_equal(same.noise, replace(same, month=66).noise)


def test_approval_is_the_sum_of_its_parts(public):
    parts = sum(public.effects[name] * public.measured[name] for name in PARTS)
    assert np.allclose(parts, public.predicted)
    assert {n for n in PARTS if public.effects[n] < 0} >= {"sanctioned", "repression"}


def test_ten_changed_people_change_ten_opinions(public):
    people = public.people.copy()
    people["mask"][100:110] ^= np.uint64(1) << np.uint64(33)  # one advantage more or less
    other = replace(public, people=people)
    changed = np.flatnonzero(other.approval != public.approval)
    assert changed.tolist() == list(range(100, 110))


def test_a_run_without_a_snapshot_is_refused():
    run = simulate("none", people=100, months=2, replicates=1)
    with pytest.raises(ValueError, match="kept no snapshot"):
        publics(run)
