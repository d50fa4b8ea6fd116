"""Surveys as a whole: published marginals, gradients, readings, nulls, and luck that stays put."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scoredsociety.doors.surveys as door
from scoredsociety.opinion.answers import Replies, calibrated
from scoredsociety.opinion.approval import Reading
from scoredsociety.opinion.errors import OpinionError
from scoredsociety.opinion.files import load_questionnaire
from scoredsociety.opinion.frame import in_frame
from scoredsociety.opinion.gradients import BUNDLES, CONTRASTS
from scoredsociety.opinion.public import PARTS
from scoredsociety.opinion.regression import fit_ordered
from scoredsociety.opinion.survey import Surveyed, conduct
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.study import StudyError

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def asked() -> Surveyed:
    """Return 50 surveys of ``fragmented-2018`` under all readings, with their second waves."""
    return door.survey(people=40_000, societies=2, replicates=50).surveyed


def rows(table: Any, **wanted: str) -> Rows:
    return [r for r in table.to_pylist() if all(r[k] == v for k, v in wanted.items())]


def one(table: Any, **wanted: str) -> dict[str, Any]:
    found = rows(table, **wanted)
    assert len(found) == 1, (wanted, found)
    return found[0]


def test_every_published_marginal_lies_where_the_surveys_lie(asked):
    found = rows(asked.published, reading="sincere")
    assert len(found) >= 15
    assert [r["what"] for r in found if not r["inside"] and r["item"] != "private-approval"] == []


@pytest.mark.parametrize("reading", ["sincere", "partly", "strongly"])
def test_three_readings_give_the_same_80_per_cent(asked, reading):
    said = one(asked.items, reading=reading, item="approve", category="approves")
    assert said["value"] == pytest.approx(0.80, abs=0.01)
    assert said["se"] == pytest.approx(0.0085, abs=5e-4)
    strongly = one(asked.items, reading=reading, item="approve", category="strongly approve")
    assert strongly["value"] == pytest.approx(0.5, abs=0.01)


def test_only_the_list_experiment_tells_them_apart(asked):
    private = {"sincere": 0.80, "partly": 0.655, "strongly": 0.595}
    for reading, share in private.items():
        found = one(asked.experiments, reading=reading, experiment="private-approval", what="list")
        assert found["value"] == pytest.approx(share, abs=0.03)
    power = [
        one(asked.experiments, reading=r, experiment="private-approval", what="told apart")["value"]
        for r in private
    ]
    assert power[0] < 0.2
    assert power[1] > 0.8
    assert power[2] > 0.95


def test_gradients_have_the_published_signs_and_their_parts_add_up(asked):
    assert set(CONTRASTS.values()) == {r["contrast"] for r in asked.gradients.to_pylist()}
    for contrast in CONTRASTS.values():
        cells = {
            r["what"]: r["value"]
            for r in rows(asked.gradients, reading="sincere", item="approve", contrast=contrast)
        }
        assert cells["said"] > 0
        parts = [cells[f"part: {bundle}"] for bundle in BUNDLES]
        assert sum(parts) == pytest.approx(cells["parts together"], abs=1e-9)
        assert 0 < cells["private, expected, benefits equal"] < cells["private, expected"]


def test_mass_approval_stands_beside_concentrated_harm(asked):
    cells = {
        (r["population"], r["standing"], r["what"]): r
        for r in rows(asked.people, reading="sincere", item="approve")
    }
    share = cells["frame", "under a sanction", "share of the population"]["value"]
    approve = cells["frame", "under a sanction", "approve privately"]["value"]
    whole = cells["frame", "everybody", "approve privately"]["value"]
    assert 0.003 < share < 0.01
    assert approve < whole - 0.1
    wrong = cells["frame", "wrongly under a sanction", "share of the population"]["value"]
    right = cells["frame", "rightly under a sanction", "share of the population"]["value"]
    assert wrong + right == pytest.approx(share)
    assert wrong > 0


def test_intervals_hold_the_truth_of_their_society(asked):
    found = rows(asked.items, reading="sincere")
    coverage = np.mean([r["coverage"] for r in found if 0.02 < (r["value"] or 0) < 0.98])
    assert 0.92 < coverage < 0.98


def test_the_errors_of_a_survey_are_named_one_by_one(asked):
    def error(reading: str, what: str) -> float:
        found: float = one(asked.errors, reading=reading, item="approve", what=what)["value"]
        return found

    coverage = "coverage: frame less all adults"
    assert 0.005 < error("sincere", coverage) < 0.03  # those online approve more
    assert error("sincere", "falsification: said less thought") == 0.0
    gap = error("partly", "said in the frame") - error("partly", "thought in the frame")
    assert error("partly", "falsification: said less thought") == pytest.approx(gap)
    assert gap == pytest.approx(0.145, abs=0.01)
    assert abs(error("sincere", "nonresponse and luck: estimate less frame")) < 0.006


def test_those_who_learn_of_repressive_use_approve_less_in_the_second_wave(asked):
    def change(group: str) -> dict[str, Any]:
        return one(asked.panel, reading="sincere", item="approve", what=f"change, {group}")

    learnt, others = change("learnt of repressive use"), change("others")
    assert learnt["value"] == pytest.approx(learnt["truth"], abs=4 * learnt["se"] / np.sqrt(50))
    assert learnt["value"] < -0.08
    assert abs(others["value"]) < 0.02
    assert 0.6 * 2209 < change("all")["asked"] < 0.8 * 2209


def test_information_moves_what_it_says_and_framing_moves_nothing(asked):
    cells = {
        r["what"]: r for r in rows(asked.experiments, reading="sincere", experiment="repression")
    }
    effect = cells["repression less control"]
    assert effect["truth"] == pytest.approx(-0.12, abs=0.02)
    assert effect["value"] == pytest.approx(effect["truth"], abs=4 * effect["se"] / np.sqrt(50))
    assert cells["order-maintenance less control"]["truth"] == 0.0


def test_regressions_find_the_effects_that_are_there(public):
    names = [n for n in PARTS if public.effects[n] != 0]
    q = load_questionnaire("kostka-2018")
    replies = Replies(q, public, calibrated(q, [public], Reading("sincere", 0.0)))
    inside = in_frame(q.frame, public)
    x = np.stack([public.measured[n][inside] for n in names], axis=1)
    fit = fit_ordered(replies.private["approve"][inside].astype(np.int64), x, names=names)
    errors = np.sqrt(np.diag(fit.covariance))
    for k, name in enumerate(names):
        assert fit.coefficients[k] == pytest.approx(public.effects[name], abs=4 * errors[k]), name


def test_the_regression_of_the_surveys_covers_them_where_answers_are_sincere(asked):
    found = rows(asked.regression, reading="sincere", answers="private", link="probit")
    known = [r for r in found if r["coverage"] is not None and r["name"] != "friends_sanctioned"]
    assert len(known) >= 9
    assert np.mean([r["coverage"] for r in known]) > 0.85


# ---------------------------------------------------------------------- nulls and reasons


def test_without_a_scheme_there_is_nothing_to_approve_and_no_silent_nought():
    s = door.survey("none", people=24_000, societies=1, replicates=2).surveyed
    found = rows(s.items, item="approve")
    assert found
    assert all(r["value"] is None for r in found)
    assert {r["note"] for r in found} == {"there is no scheme to have an opinion of"}
    assert all(r["value"] is None for r in rows(s.items, item="aware"))
    trust = one(s.items, reading="sincere", item="lack-of-trust", category="yes")
    assert trust["value"] == pytest.approx(0.76, abs=0.03)
    assert all(r["value"] is None for r in s.experiments.to_pylist())


def test_an_empty_group_is_null_with_its_reason(public):
    q = load_questionnaire("kostka-2018")
    young = q.model_copy(update={"frame": q.frame.model_copy(update={"oldest": 40})})
    young = young.model_copy(
        update={"sample": q.sample.model_copy(update={"quotas": []}), "panel": None}
    )
    s = conduct(young, [public], [public], [Reading("sincere", 0.0)], surveys=2)
    old = rows(s.groups, group="age=55-40", category="approves") or [
        r for r in s.groups.to_pylist() if r["group"].startswith("age=55")
    ]
    assert old
    assert all(r["value"] is None for r in old)
    assert all("nobody of this group is in the frame" in r["note"] for r in old)


def test_a_route_that_leaves_everybody_out_is_null(public):
    q = load_questionnaire("kostka-2018")
    items = dict(q.items)
    route = (
        items["looked-up"]
        .asked[0]
        .model_copy(update={"item": "covered-nowhere", "answers": ["yes"]})
    )
    items["covered-nowhere"] = items["in-pilot"].model_copy(
        update={"answer": "sanctioned", "about": None, "published": []}
    )
    items["looked-up"] = items["looked-up"].model_copy(update={"asked": [route]})
    order = {"covered-nowhere": items.pop("covered-nowhere")} | items
    q = q.model_copy(update={"items": order, "panel": None})
    nobody = public.people.copy()
    nobody["told"] = 0
    from dataclasses import replace

    s = conduct(q, [replace(public, people=nobody)], [public], [Reading("sincere", 0.0)], surveys=2)
    found = rows(s.items, item="looked-up")
    assert all(r["value"] is None for r in found)
    assert {r["note"] for r in found} == {"nobody was asked: the route leaves everybody out"}


# ---------------------------------------------------------------------- luck and regimes


def test_a_new_item_moves_no_answer_to_another(public):
    q = load_questionnaire("kostka-2018").model_copy(update={"panel": None})
    items = {"purchases-too": q.items["purchases"]} | q.items
    more = q.model_copy(update={"items": items})
    reading = [Reading("partly", 0.41)]
    one_, two = (conduct(x, [public], [public], reading, surveys=2) for x in (q, more))
    before = one_.items.to_pylist()
    after = [r for r in two.items.to_pylist() if r["item"] != "purchases-too"]
    assert before == after
    assert one_.experiments.equals(two.experiments)


def test_the_same_request_gives_the_same_tables_on_any_number_of_threads():
    size: dict[str, Any] = {"people": 24_000, "societies": 2, "replicates": 2}
    a, b = (door.survey(threads=n, **size).plain() for n in (1, 2))
    assert a == b


def test_what_is_revealed_what_is_paid_and_what_is_done_move_approval():
    def approval(regime: str, *safeguards: str) -> tuple[float, float]:
        s = door.survey(
            regime, "everyone-2018", safeguards=safeguards, people=30_000, months=24,
            societies=1, replicates=1, falsification=["sincere", "partly"],
        ).surveyed  # fmt: skip
        found = {(r["reading"], r["what"]): r["value"] for r in s.errors.to_pylist()
                 if r["item"] == "approve"}  # fmt: skip
        return (found["sincere", "thought in the frame"], found["partly", "said in the frame"]
                - found["partly", "thought in the frame"])  # fmt: skip

    base = approval("fragmented-2018")
    assert approval("fragmented-2018", "publish-weights")[0] < base[0] - 0.005
    assert approval("fragmented-2018", "sanctions-only")[0] < base[0] - 0.03
    harsh = approval("panopticon")
    assert harsh[0] < base[0] - 0.01  # more sanctions
    assert harsh[1] > base[1] + 0.02  # and more is concealed: speech is scored


def test_those_without_the_internet_are_missed(asked):
    everyone = door.survey(
        "fragmented-2018", "everyone-2018", people=30_000, societies=1, replicates=2
    ).surveyed
    adults = one(everyone.errors, reading="sincere", item="approve", what="said in the frame")
    online = one(asked.errors, reading="sincere", item="approve", what="said in the frame")
    assert adults["value"] < online["value"] - 0.005


# ---------------------------------------------------------------------- the door


def test_the_folder_of_a_run_is_simulated_again_and_no_person_is_stored(finished, tmp_path):
    made = door.survey(finished, people=1, months=24, societies=1, replicates=1,
                       questionnaire=tiny(tmp_path))  # fmt: skip
    assert made.surveyed.settings["people"] == 2000
    assert not any("people" in p.name for p in finished.rglob("*") if p.is_file())


def tiny(folder) -> Any:
    """Return a file with a questionnaire for very small societies."""
    import scoredsociety.schemes.library as library

    text = (library.root() / "questionnaires" / "everyone-2018.yaml").read_text("utf-8")
    path = folder / "tiny.yaml"
    lines = [
        "  size: {value: 100, confidence: assumed}" if line.startswith("  size:") else line
        for line in text.splitlines()
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        ({"falsification": ["loudly"]}, "Allowed: sincere, partly, strongly, or a number"),
        ({"falsification": [1.5]}, "Allowed: sincere"),
        ({"falsification": ["sincere", "sincere"]}, "one reading stands twice"),
        ({"falsification": [0.9], "people": 12_000}, "Lower the falsification"),
        ({"people": 2000}, "Simulate more people"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(ask, told):
    size: dict[str, Any] = {"societies": 1, "replicates": 1, "months": 6} | ask
    with pytest.raises(OpinionError, match=told):
        door.survey(**size)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        ({"replicates": 0}, "replicates: 0 is not allowed"),
        ({"societies": 3, "replicates": 2}, "at least as many surveys as societies"),
        ({"calibrate_on": "dreams"}, "reported or private"),
        ({"out": "."}, "exists already"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(ask, told):
    with pytest.raises(StudyError, match=told):
        door.survey(**({"people": 100} | ask))


def test_every_number_that_the_answers_rest_on_is_named(asked):
    regime = resolve("fragmented-2018")
    paths = {a["path"] for a in door.assumed(regime, asked.questionnaire)}
    assert {"world.opinion.benefits", "world.opinion.falsification.partly"} <= paths
    assert any(p.startswith("questionnaire.experiments.private-approval") for p in paths)
    assert any(p.startswith("schemes.court-list.") for p in paths)
