"""Claims about opinion: people are asked, approval never stands alone, and no run is made twice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from scoredsociety.evidence import MEASUREMENTS
from scoredsociety.evidence.arms import Arm, changed, run_arm, with_number
from scoredsociety.evidence.measurements.common import FRAGMENTED
from scoredsociety.evidence.measurements.opinion import INFORMED, OPINIONS, answer_shares
from scoredsociety.evidence.opinions import (
    APPROVE,
    PARTLY,
    approval,
    framed,
    gap,
    gap_error,
    published,
    replies,
    says,
    whoever,
)
from scoredsociety.evidence.planning import Finding, Plan, evaluate, plan_for, runs_of
from scoredsociety.evidence.scene import Scene
from scoredsociety.opinion.public import Public

SMALL = {"people": 4000, "months": 12, "replicates": 3, "seed": 1}
Answered = tuple[Plan, Mapping[str, Finding]]


@pytest.fixture(scope="module")
def answered() -> Answered:
    plan = plan_for(OPINIONS, (FRAGMENTED,))
    return plan, evaluate(plan, SMALL)


@pytest.fixture(scope="module")
def scene(answered: Answered) -> Scene:
    run = answered[0].get(FRAGMENTED)
    return Scene({"run": run, "reference": run})


def test_every_measurement_of_opinion_gives_a_number_and_can_be_moved(answered: Answered) -> None:
    for name, found in answered[1].items():
        numbers = [found.number, *(e.number for e in found.ends)]
        assert all(n.value is not None and math.isfinite(n.value) for n in numbers), name
        assert all(n.replicates == 3 for n in numbers), name
        assert found.ends, "each rests on an assumption that is tried"
        assert len({n.value for n in numbers}) > 1, name


def test_approval_never_stands_alone(answered: Answered) -> None:
    for name, found in answered[1].items():
        metrics = [c.metric for c in found.companions]
        approves = "M16" in found.measurement.metrics
        assert metrics[:2] == ["M1", "M5"], name
        assert metrics[2:4] == ["M16", "M16"] * approves, name
        assert "reading" in found.measurement.formula or not approves, name
        assert all(c.number.value is not None for c in found.companions), name


def test_numbers_of_opinion_need_no_run_of_their_own(answered: Answered) -> None:
    assert len(answered[0].arms) == 6
    assert all(a == a.simulated for a in answered[0].arms)
    assert runs_of(MEASUREMENTS["told-lowers"]) == [FRAGMENTED]
    assert INFORMED.simulated == FRAGMENTED


def test_a_run_with_another_number_of_opinion_leaves_the_same_people(answered: Answered) -> None:
    shared = answered[0].get(INFORMED).publics[0]
    own = run_arm(INFORMED, **SMALL, snapshot=True).replicates[0].people
    assert own is not None
    assert np.array_equal(shared.people, own)
    assert shared.informed.all()
    assert not answered[0].get(FRAGMENTED).publics[0].informed.all()


def test_only_runs_whose_people_are_asked_keep_them() -> None:
    city = MEASUREMENTS["loans-closed"]
    plan = plan_for([city], (FRAGMENTED,))
    evaluate(plan, SMALL)
    with pytest.raises(ValueError, match="no snapshot"):
        _ = plan.get(FRAGMENTED).publics
    both = plan_for([city, MEASUREMENTS["rosy-media"]])
    assert both.asked == {repr(FRAGMENTED)}


def test_the_readings_give_the_same_answers_and_another_truth(scene: Scene) -> None:
    share = scene.run.regime.world.opinion.falsification[PARTLY].value
    told = approval(scene, whether=says, reading=PARTLY)
    private = approval(scene, reading=PARTLY)
    assert told.mean() == pytest.approx(0.8, abs=0.015)
    assert approval(scene).mean() == pytest.approx(0.8, abs=0.015)
    # p + (1 - p) f = said, if fear is the same in everybody on average
    assert (private + (1 - private) * share).mean() == pytest.approx(told.mean(), abs=0.015)


def test_a_difference_is_that_of_the_mean_chances(scene: Scene) -> None:
    found = gap(scene, whoever(lambda p: p.measured["media"] > 0))
    for r, replied in enumerate(replies(scene)):
        p = replied.public
        threshold = replied.scale.thresholds[APPROVE][2]
        chances: dict[bool, list[float]] = {True: [], False: []}
        for k in np.flatnonzero(framed(p)):
            chance = 0.5 * math.erfc((threshold - p.predicted[k]) / math.sqrt(2))
            chances[bool(p.measured["media"][k])].append(chance)
        one, other = (sum(x) / len(x) for x in (chances[True], chances[False]))
        assert found[r] == pytest.approx(100 * (one - other), abs=1e-9)


def test_equal_benefits_leave_what_the_other_effects_make(scene: Scene) -> None:
    rich = published("income")
    assert np.all(gap(scene, rich, equal=True) < gap(scene, rich))
    plan = Plan(ran={repr(FRAGMENTED): scene.run})
    none = plan.get(with_number(FRAGMENTED, "world.opinion.benefits", 0.0))
    without = Scene({"run": none, "reference": none})
    assert gap(without, rich, equal=True) == pytest.approx(gap(without, rich))


def test_nobody_on_one_side_is_no_difference(scene: Scene) -> None:
    def nobody(p: Public) -> np.ndarray:
        return np.zeros(len(p), np.bool_)

    assert np.isnan(gap(scene, whoever(nobody))).all()


def test_the_error_of_a_list_experiment_less_direct_answers() -> None:
    rng = np.random.default_rng(3)
    controls, p, said, n, surveys = np.array([0.2, 0.5, 0.5, 0.8]), 0.66, 0.8, 400, 6000
    private = rng.random((surveys, n)) < p
    hidden = rng.random((surveys, n)) < (said - p) / (1 - p)
    counts = rng.binomial(1, controls[:, None, None], (4, surveys, n)).sum(axis=0)
    half = n // 2
    listed = (counts + private)[:, :half].mean(axis=1) - counts[:, half:].mean(axis=1)
    spread = ((private | hidden).mean(axis=1) - listed).std()
    assert gap_error(controls, said, p, n) == pytest.approx(spread, rel=0.03)


def test_users_are_asked_for_their_score_and_nobody_else(scene: Scene) -> None:
    assert answer_shares(scene, "looked-up", 1, "commercial") == pytest.approx(
        [
            1 - (p.enrolled[asked] & p.aware[asked] & bit > 0)[looks[asked]].sum() / asked.sum()
            for p in scene.run.publics
            for bit in [p.bits(("sesame-score",))]
            for claims in [p.suppositions[2] < p.regime.world.opinion.overclaims.value]
            for asked in [framed(p) & ((p.enrolled & bit > 0) | claims)]
            for looks in [p.reading("sesame-score")[2] < p.regime.world.opinion.looks_up.value]
        ]
    )


def test_a_value_outside_its_declared_range_is_marked_as_ours() -> None:
    arm = with_number(FRAGMENTED, "world.opinion.falsification.sincere", 0.5)
    ((_, path, written),) = arm.changes
    assert path == "world.opinion.falsification.sincere"
    assert written["confidence"] == "assumed"
    inside = with_number(FRAGMENTED, "world.opinion.media", 0.5)
    assert inside.changes == (("set", "world.opinion.media.value", 0.5),)


def test_only_numbers_of_opinion_are_left_out_of_a_run() -> None:
    other = ("set", "world.parameters.vagueness.value", 0.2)
    arm = changed(INFORMED, other)
    assert arm.simulated == replace(FRAGMENTED, changes=(other,))
    assert Arm("court-list").simulated == Arm("court-list")
