"""A run that stops and goes on has the bytes of one that never stopped; a changed regime acts."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from scoredsociety.engine import (
    EngineError,
    ExitReason,
    Flag,
    Kind,
    SocietyResult,
    compile_regime,
    run_on,
    run_past,
    run_society,
)
from scoredsociety.engine.checkpoint import Checkpoint
from scoredsociety.engine.compile import Compiled
from scoredsociety.schemes.catalogue import list_regimes, resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society.people import TILE
from tests.engine.lively import (
    a_city_score,
    a_court_list,
    a_friendly_profile,
    a_platform,
    disclosure,
    dog_points,
    targeted,
    timing,
    who,
    world,
)
from tests.engine.oracle_cases import CASES
from tests.engine.tiles import TABLES
from tests.engine.worlds import SOCIETY, Tree, compiled, effect, quantity

SEED, MONTHS = 11, 40
SETTINGS: dict[str, Any] = {"months": MONTHS, "seed": SEED}


def mark(result: SocietyResult) -> str:
    """Return the SHA-256 of all that a society leaves behind."""
    digest = hashlib.sha256(result.ledger.tobytes() + result.acts.tobytes() + result.own.tobytes())
    for part in (result.monthly, result.mobility, result.population, result.information):
        for name, table in part.items():
            digest.update(name.encode() + table.tobytes())
    digest.update(repr(sorted(result.caps.items())).encode())
    return digest.hexdigest()


def nearly(c: Compiled) -> Compiled:
    """Return a regime that differs in a number nobody reads, so that everybody is settled anew."""
    harm = c.program.bit_harm.copy()
    assert harm[63] == 0.0
    harm[63] = 1.0
    return replace(c, program=c.program._replace(bit_harm=harm))


def later(c: Compiled, regime: ResolvedRegime) -> Compiled:
    """Compile a regime that follows another."""
    also = [measure.partition(":")[2] for measure in c.codes.values()]
    return compile_regime(regime, SOCIETY.tables.median_income, also=also)


def whole(c: Compiled, people: int, months: int = MONTHS, **settings: Any) -> SocietyResult:
    return run_society(c, TABLES, people=people, months=months, seed=SEED, **settings)[0]


def stopped(c: Compiled, at: int, people: int, months: int = MONTHS, **settings: Any) -> Checkpoint:
    return run_past(
        c, TABLES, people=people, months=months, seed=SEED, until=at, **settings
    )  # fmt: skip


def on(c: Compiled, past: Checkpoint, before: Compiled | None = None, **more: Any) -> SocietyResult:
    return run_on(c, TABLES, past, before or c, **more)[0]


@pytest.mark.parametrize("case", CASES)
def test_a_run_that_stops_and_goes_on_has_the_same_bytes(case):
    c, people, months = compiled(CASES[case].make()), CASES[case].people, CASES[case].months
    at_once = mark(whole(c, people, months))
    for at in (1, months // 2, months - 5, months - 1):
        past = stopped(c, at, people, months)
        assert mark(on(c, past)) == at_once, at
        assert mark(on(nearly(c), past, c)) == at_once, f"settling everybody after {at}"


@pytest.mark.parametrize("regime", list_regimes())
def test_the_regimes_of_the_catalogue_go_on_over_tiles(regime):
    c, people = compiled(resolve(regime)), TILE + 900
    past = stopped(c, 17, people, threads=1)
    at_once = mark(whole(c, people, threads=1))
    assert mark(on(c, past, threads=2)) == at_once
    assert mark(on(nearly(c), past, c)) == at_once


def lively(edit: Any = None, *, late: int = 1, **settings: Any) -> ResolvedRegime:
    """Return a world with everything in which some things can be changed."""
    return world(
        a_court_list(**disclosure(3, 0.8)),
        a_city_score(**settings),
        dog_points() | {"scheme": "dogs"},
        a_friendly_profile(),
        a_platform(**timing(announced=late - 1, first=late, last=late)),
        edit=edit,
        habit=0.05,
        tie_loss=0.1,
    )


@cache
def base() -> tuple[Compiled, Checkpoint]:
    c = compiled(lively(targeted))
    return c, stopped(c, 20, 900)


def books(result: SocietyResult, c: Compiled) -> None:
    """Hold the sums of a run to its ledger."""
    for s, name in enumerate(c.schemes):
        rows = result.ledger[result.ledger["scheme"] == s]
        if f"entries:{name}" in result.monthly:
            moved = result.monthly[f"in:{name}"] - result.monthly[f"out:{name}"]
            assert np.array_equal(result.monthly[f"entries:{name}"], moved.cumsum(axis=0))
            held = (rows["kind"] == Kind.ENTRY) & (rows["exit"] == ExitReason.IN_FORCE)
            assert held.sum() == result.monthly[f"entries:{name}"][-1].sum()
        else:
            grades = [v for k, v in result.monthly.items() if k.startswith(f"grade:{name}:")]
            assert np.array_equal(sum(grades), result.monthly[f"enrolled:{name}"])
    assert all(v.min() >= 0 for v in result.monthly.values())


def test_what_is_over_stays_and_another_regime_acts_from_the_next_month():
    c, past = base()

    def lenient(data: Tree) -> None:
        targeted(data)
        data["schemes"]["a-list"]["process"]["notice"] = quantity(1.0)

    other = compiled(lively(lenient))
    plain, changed = on(c, past), on(other, past, c)
    for name, table in plain.monthly.items():
        assert np.array_equal(table[:20], changed.monthly[name][:20])
    before, after = plain.ledger["month"] <= 20, changed.ledger["month"] <= 20
    made = ["subject", "scheme", "month", "act", "truth", "points"]
    assert np.array_equal(plain.ledger[before][made], changed.ledger[after][made])
    told = changed.ledger[~after & (changed.ledger["kind"] == Kind.ENTRY)]
    first = c.schemes.index("a-list")
    assert (told["flags"][told["scheme"] == first] & (Flag.NOTIFIED | Flag.EXEMPTED)).all()
    assert not (plain.ledger["flags"][~before & (plain.ledger["scheme"] == first)] & 1).all()
    books(changed, other)


def test_new_thresholds_settle_everybody_in_the_first_month():
    c, past = base()
    bands = {"A": 1020, "B": 1000, "C": 0}  # nobody is an A without good deeds
    grades = {"bands": bands, "confidence": "assumed"}
    other = compiled(lively(targeted, grades=grades))
    changed = on(other, past, c)
    shares = {g: changed.monthly[f"grade:a-score:{g}"].sum(axis=1) for g in bands}
    assert shares["A"][19] > shares["A"][20]
    assert shares["C"][19] < shares["C"][20]
    moved = changed.mobility["a-score"][20]
    assert moved[0, 1] + moved[0, 2] > 100
    balance = past.state.standings["balance"][other.schemes.index("a-score")]
    assert abs(int(shares["A"][20]) - int((balance >= 1020).sum())) < 30
    books(changed, other)


def test_sanctions_that_go_end_spells_and_those_that_come_begin_them():
    c, past = base()
    s = c.schemes.index("a-score")
    spells = past.state.ledger[past.state.standings["spell"][s]]
    assert (past.state.standings["spell"][s] >= 0).sum() > 10, spells
    free = later(c, lively(targeted, effects=[effect(grade=["A"], reward="DISC")]))
    changed = on(free, past, c)
    mine = changed.ledger[(changed.ledger["scheme"] == s) & (changed.ledger["kind"] == Kind.SPELL)]
    assert (mine["end"][mine["month"] <= 20] <= 21).all()
    assert (mine["month"] <= 20).all()
    assert changed.monthly["sanction:PAPER"][20:].sum() == 0
    assert changed.monthly["sanction:PAPER"][19].sum() > 0
    books(changed, free)
    back = on(c, stopped(free, 20, 900), free)
    mine = back.ledger[(back.ledger["scheme"] == s) & (back.ledger["kind"] == Kind.SPELL)]
    begun = mine[mine["month"] == 21]
    assert len(begun) > 10
    assert (begun["points"] == 2).all()
    worst = back.monthly["grade:a-score:C"][20].sum()
    assert back.monthly["sanction:PAPER"][20].sum() == worst
    books(back, c)


def test_children_are_counted_out_when_their_sanction_is_abolished():
    c, past = base()

    def abolished(data: Tree) -> None:
        targeted(data)
        for name in ("a-list", "a-score"):
            effects = data["schemes"][name]["effects"]
            data["schemes"][name]["effects"] = [e for e in effects if e.get("sanction") != "SCHOOL"]

    changed = on(later(c, lively(abolished)), past, c)
    children = changed.monthly["children"].sum(axis=1)
    assert children[19] > 0
    assert not children[20:].any()
    assert not changed.monthly["children"][20:].any()


def test_a_scheme_that_stands_in_both_begins_after_the_date():
    c = compiled(lively(targeted, late=39))
    past = stopped(c, 20, 900)
    early = compiled(lively(targeted, late=1))
    changed = on(early, past, c)
    there = changed.monthly["enrolled:a-rating"].sum(axis=1)
    assert not there[:20].any()
    assert there[20] == changed.monthly["adults"][20].sum()
    soon = on(compiled(lively(targeted, late=26)), past, c)
    assert np.flatnonzero(soon.monthly["enrolled:a-rating"].sum(axis=1))[0] == 25
    books(changed, early)


def test_who_is_in_stays_in_and_habits_begin_where_there_were_none():
    c = compiled(world(a_city_score(), a_court_list()))
    past = stopped(c, 20, 500)
    other = compiled(world(a_city_score(**who(where="pilot-cities")), a_court_list(), habit=0.3))
    changed = on(other, past, c)
    there = changed.monthly["enrolled:a-score"].sum(axis=1)
    assert there[-1] >= there[19] > 0
    assert not np.array_equal(changed.acts[:, 25:], on(c, past).acts[:, 25:])
    books(changed, other)


def test_friends_are_counted_from_the_date_where_nobody_asked_for_them_before():
    c = compiled(world(a_city_score(), a_court_list()))
    seen = compiled(world(a_city_score(), a_court_list(**disclosure(2, 0.9)), tie_loss=0.2))
    changed = on(seen, stopped(c, 20, 500), c)
    friends = changed.monthly["friends"].sum(axis=1)
    assert not friends[:20].any()
    assert friends[20] > 500
    lost = changed.monthly["friends-lost"].sum(axis=1)
    assert lost[20:].sum() > 0
    assert friends[-1] < friends[20]
    # nobody looks any more: friendships stay as they were left
    hidden = on(c, stopped(seen, 20, 500), seen).monthly["friends"].sum(axis=1)
    assert hidden[-1] == hidden[19] > 0


UNLIKE = {
    "one more": (lambda: world(a_city_score(), a_court_list()), "schemes (a-list only after)"),
    "another order of grades": (
        lambda: world(a_city_score(grades={"bands": {"X": 900, "C": 0}, "confidence": "assumed"},
                                   effects=[], feedback=[])),
        "grades (grade:a-score:A, grade:a-score:B only before; grade:a-score:X only after)",
    ),
    "over already": (
        lambda: world(a_city_score(**timing(first=1, last=1, ends=10))),
        "ended in month 10 by the regime after",
    ),
    "a sanction comes out of use and is not counted": (
        lambda: world(a_city_score(effects=[])), "sanctions and rewards"),
    "other friends": (lambda: world(a_city_score(), friends_mean=3.0), "friends_mean"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNLIKE)
def test_a_regime_that_cannot_follow_is_refused_with_what_differs(case):
    c = compiled(world(a_city_score()))
    make, told = UNLIKE[case]
    with pytest.raises(EngineError, match="stand in both") as refused:
        on(compiled(make()), stopped(c, 12, 100, 24), c)
    assert told in str(refused.value)


def test_records_that_a_course_deletes_do_not_come_to_expire_sooner():
    c = compiled(world(dog_points()))
    sooner = dog_points()
    sooner["process"]["expiry_months"] = quantity(6)
    with pytest.raises(EngineError, match="expire sooner"):
        on(compiled(world(sooner)), stopped(c, 12, 100, 24), c)


@pytest.mark.parametrize("at", [0, 24, 30])
def test_a_policy_date_outside_the_run_is_refused(at):
    with pytest.raises(EngineError, match=f"policy date: {at} is not allowed"):
        stopped(compiled(world()), at, 50, 24)


def test_a_state_has_one_fingerprint_whatever_made_it_and_another_if_anything_differs():
    c = compiled(lively(targeted))
    first, again = stopped(c, 9, 9000, 24), stopped(c, 9, 9000, 24, threads=1)
    assert first.fingerprint() == again.fingerprint() != stopped(c, 10, 9000, 24).fingerprint()
    for column in (again.state.standings["balance"], again.tally.monthly):
        column.flat[7] += 1
        assert again.fingerprint() != first.fingerprint()
        column.flat[7] -= 1
    assert again.fingerprint() == first.fingerprint()
