"""The whole ledger, run: enough computed verdicts, companions beside, units apart."""

from __future__ import annotations

import math

import pytest

from scoredsociety.evidence import Answers, Verdict, claims
from scoredsociety.evidence.arms import Arm
from scoredsociety.evidence.measurements import MEASUREMENTS
from scoredsociety.evidence.page import page_html
from scoredsociety.evidence.planning import Plan, evaluate, plan_for

BARE = Arm("none", bare=True)
SMALL = {"people": 4000, "months": 12, "replicates": 3, "seed": 1}


def test_a_run_is_shared_and_dropped_when_nobody_needs_it() -> None:
    plan = plan_for([MEASUREMENTS["loans-closed"], MEASUREMENTS["nine-million"]])
    assert len(plan.arms) == 3, "the list as it is, and with its exit at both ends"
    found = evaluate(plan, SMALL)
    assert set(found) == {"loans-closed", "nine-million"}
    assert plan.ran == {}
    assert [e.at for e in found["loans-closed"].ends] == [0.01, 0.06]


def test_the_number_of_threads_changes_nothing() -> None:
    wanted = [MEASUREMENTS["chill-of-opinion"]]
    one, two = (evaluate(plan_for(wanted), SMALL, threads=n) for n in (1, 2))
    assert one == two


def test_deterrence_never_stands_alone() -> None:
    found = evaluate(plan_for([MEASUREMENTS["only-the-aware"]]), SMALL)["only-the-aware"]
    assert [c.metric for c in found.companions] == ["M5", "M8", "M12", "M13"]
    assert all(c.number.value is not None for c in found.companions)


def test_an_interrupted_plan_leaves_nothing_running() -> None:
    class Stop:
        def start(self, label: str, person_months: int) -> None:
            pass

        def advance(self, person_months: int) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(plan_for([MEASUREMENTS["loans-closed"]]), SMALL, progress=Stop())


def test_a_question_to_the_tables_does_not_hide_a_run_of_the_same_regime() -> None:
    both = [MEASUREMENTS["speech-to-card"], MEASUREMENTS["exchange-crosses"]]
    found = evaluate(plan_for(both), SMALL)
    assert found["speech-to-card"].number.value == 1.0
    assert found["exchange-crosses"].number.replicates == 3


@pytest.fixture(scope="module")
def whole() -> Answers:
    return claims(people=12_000, months=84, replicates=3)


@pytest.mark.slow
def test_at_least_120_verdicts_are_computed(whole: Answers) -> None:
    assert len(whole.answers) == 153
    assert whole.computed >= 120
    assert [a.claim.id for a in whole.having(Verdict.NOT_TESTABLE)] == [12, 37, 110, 138]


@pytest.mark.slow
def test_every_measurement_gives_a_number(whole: Answers) -> None:
    for a in whole.answers:
        if a.finding is not None:
            value = a.finding.number.value
            assert value is not None, a.claim.id
            assert math.isfinite(value), a.claim.id


@pytest.mark.slow
def test_what_must_be_exactly_nothing_is(whole: Answers) -> None:
    nothing = ("no-crossing", "sesame-harmless", "no-disclosure", "bureau-in-context",
               "ratings-in-context", "shut-down", "political-tag", "party-exempt")  # fmt: skip
    found = {a.finding.measurement.name: a.finding for a in whole.answers if a.finding}
    for name in nothing:
        assert found[name].number.value == 0.0, name


@pytest.mark.slow
def test_deterrence_and_chilling_have_companions_everywhere(whole: Answers) -> None:
    for a in whole.answers:
        if a.finding is None or a.finding.measurement.roles.get("run", BARE).bare:
            continue  # where there is no scheme nobody is recorded
        if {"M12", "M13"} & set(a.finding.measurement.metrics):
            assert {"M5", "M8"} <= {c.metric for c in a.finding.companions}, a.claim.id


@pytest.mark.slow
def test_units_stand_apart(whole: Answers) -> None:
    millions = {u.unit: u.millions for u in whole.units}
    persons, entries = millions["persons on the list"], millions["entries in force"]
    ever, refused = millions["persons ever listed"], millions["refusals since month 1"]
    assert persons is not None
    assert entries is not None
    assert ever is not None
    assert refused is not None
    assert persons < entries
    assert persons < ever
    assert len({round(x, 3) for x in (persons, entries, ever, refused)}) == 4
    assert {u.month for u in whole.units} == {50}


@pytest.mark.slow
def test_both_sides_of_every_contradiction_stand_on_the_page(whole: Answers) -> None:
    html = page_html(whole)
    assert len(whole.pairs) == 20
    for p in whole.pairs:
        assert f"{p.contradiction.id}. What separates them" in html
        if p.contradiction.no_observable is None:
            assert p.a is not None, p.contradiction.id
            assert p.b is not None, p.contradiction.id


def test_an_empty_plan_needs_no_run() -> None:
    assert evaluate(Plan(), SMALL) == {}
