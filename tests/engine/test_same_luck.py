"""Randomness is a function: what does not change, and that what changes is exactly what should."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from scoredsociety.engine import EngineError, compile_regime, run_society
from scoredsociety.engine.compile import Compiled
from scoredsociety.engine.program import MAX_GRADES
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society.people import DRIVER, TILE
from tests.engine.counting import assert_same
from tests.engine.tiles import TABLES, begun, one_tile
from tests.engine.worlds import Tree, compiled, edited, quantity, run


def society(c: Compiled, people: int = 30_000, months: int = 36, **settings: Any) -> Any:
    """Run a compiled regime and return the result."""
    return run_society(c, TABLES, people=people, months=months, seed=3, **settings)[0]


@pytest.mark.parametrize(("threads", "chunk"), [(2, 4), (1, 1), (2, 1), (1, 100), (3, 2)])
def test_threads_and_batches_change_no_byte(threads, chunk):
    c = compiled(resolve("fragmented-2018"))
    assert_same(society(c, threads=1, chunk=4), society(c, threads=threads, chunk=chunk))


def test_a_smaller_society_is_the_beginning_of_a_larger_one():
    def unlimited(data: Tree) -> None:
        data["world"]["channels"]["police"]["capacity"]["value"] = None

    c = compiled(edited(unlimited))
    small, large = society(c, people=2 * TILE), society(c, people=5 * TILE)
    part = large.ledger[large.ledger["subject"] < 2 * TILE]
    assert part.tobytes() == small.ledger.tobytes()


def test_a_shorter_run_is_the_beginning_of_a_longer_one():
    c = compiled(resolve("fragmented-2018"))
    short, long = society(c, months=24), society(c, months=48)
    for name, table in short.monthly.items():
        assert np.array_equal(table, long.monthly[name][:24]), name


def biographies(ledger: Any) -> dict[int, bytes]:
    """Return each person's rows, without references to rows of the ledger."""
    rows = ledger.copy()
    rows["cause"] = 0
    return {int(s): rows[rows["subject"] == s].tobytes() for s in np.unique(rows["subject"])}


def changed(a: Any, b: Any) -> set[int]:
    """Return the people whose biographies differ."""
    x, y = biographies(a), biographies(b)
    return {s for s in x.keys() | y.keys() if x.get(s) != y.get(s)}


def without_ties(data: Tree) -> None:
    """Take away what passes from one person to another.

    That is wrong attributions and namesakes, limits, the scores of friends, and mutual ratings
    (which no regime here has).
    """
    for channel in data["world"]["channels"].values():
        channel["wrong_person"] = {"majority": quantity(0.0), "minority": quantity(0.0)}
        channel["capacity"]["value"] = None
    for scheme in data["schemes"].values():
        assert scheme["kind"] != "stars"
        if scheme["disclosure"]:
            scheme["disclosure"]["namesakes"] = None
        if scheme["features"]:
            scheme["features"]["ties"] = None


def test_ten_people_changed_without_ties_change_exactly_ten_lives():
    c = compiled(edited(without_ties))
    ten: list[int] = []

    def change(people: Any) -> None:
        fit = np.flatnonzero(
            (people.age >= 18) & (people.flags & DRIVER == 0) & (people.profile >> 11 & 1 == 1)
        )
        ten.extend(int(i) for i in fit[5:15])
        people.flags[ten] |= DRIVER
        people.general[ten] += 12.0  # they now do everything far more often

    before, after = one_tile(c), one_tile(c, change)
    assert len(ten) == 10
    assert changed(before, after) == set(ten)


def test_removing_a_rule_changes_only_lives_that_the_rule_touched():
    def remove(data: Tree) -> None:
        without_ties(data)
        scheme = data["schemes"]["rongcheng-points"]
        scheme["rules"] = [r for r in scheme["rules"] if r["conduct"] != "littering"]
        scheme["awareness"] = None

    def keep(data: Tree) -> None:
        without_ties(data)
        data["schemes"]["rongcheng-points"]["awareness"] = None

    regime = edited(keep)
    a, b = society(compiled(regime)), society(compiled(edited(remove)))
    rule = list(regime.world.conducts).index("littering")
    touched = set(a.ledger["subject"][a.ledger["conduct"] == rule].tolist())
    assert touched
    assert changed(a.ledger, b.ledger) <= touched
    assert set(a.ledger["subject"][a.ledger["conduct"] == rule].tolist()) <= changed(
        a.ledger, b.ledger
    )


def test_with_and_without_a_safeguard_the_same_people_do_the_same_things():
    a = society(compiled(resolve("fragmented-2018")))
    b = society(
        compiled(resolve("fragmented-2018", ["notice", "longer-window", "independent-review"]))
    )
    first = {
        (r["actor"], r["act"], r["month"])
        for r in a.ledger
        if r["generation"] == 0 and r["kind"] == 0
    }
    second = {
        (r["actor"], r["act"], r["month"])
        for r in b.ledger
        if r["generation"] == 0 and r["kind"] == 0
    }
    # only people whose status differs can differ in conduct: far fewer than one in fifty acts
    assert len(first ^ second) < 0.02 * len(first | second)
    # and what a safeguard stops, it stops among the same records
    assert np.count_nonzero(b.ledger["exit"] == 5) > 2 * np.count_nonzero(a.ledger["exit"] == 5)


def test_a_scheme_switched_off_is_byte_identical_to_none():
    def off(data: Tree) -> None:
        data["schemes"] = {}
        data["memoranda"] = []

    assert_same(society(compiled(edited(off))), society(compiled(resolve("none"))))


def test_a_rate_above_its_majorant_is_an_error_never_a_clip():
    c = compiled(resolve("fragmented-2018"))
    conducts = c.program.conducts.copy()
    arrears = list(c.conducts).index("loan-arrears")
    conducts["layers"][arrears] = 1  # covers twice the base rate; a shock makes it four times
    low = Compiled(**{**c.__dict__, "program": c.program._replace(conducts=conducts)})
    with pytest.raises(EngineError, match="majorant"):
        society(low)


def test_a_regime_that_could_exceed_every_layer_is_refused_before_it_runs():
    def wild(data: Tree) -> None:
        data["schemes"]["court-list"]["feedback"][0]["theta"]["value"] = 60.0

    with pytest.raises(EngineError, match="court-default"):
        compiled(edited(wild))


def test_raising_a_majorant_adds_points_above_and_moves_none():
    def higher(data: Tree) -> None:
        data["world"]["conducts"]["traffic-violation"]["certainty_cap"]["value"] = 7.0

    a, b = compiled(resolve("fragmented-2018")), compiled(edited(higher))
    assert a.majorants["traffic-violation"]["layers_to"] == 2.0
    assert b.majorants["traffic-violation"]["layers_to"] == 8.0
    # nobody's multiple reaches 2 in two years, so the extra points change nothing
    x, y = society(a, months=8), society(b, months=8)
    assert x.caps["traffic-violation"]["bound"] == 0
    assert x.ledger.tobytes() == y.ledger.tobytes()


def test_adding_a_conduct_moves_nobody_elses_luck():
    def add(data: Tree) -> None:
        conducts = data["world"]["conducts"]
        new = copy.deepcopy(conducts["littering"])
        data["world"]["conducts"] = {"singing": new} | conducts

    a = society(compiled(resolve("fragmented-2018")))
    b = society(compiled(edited(add)))
    fields = ["subject", "kind", "scheme", "truth", "month", "end", "points", "refusals", "exit"]
    assert np.array_equal(a.ledger[fields], b.ledger[fields])


def test_the_thinned_draw_has_the_distribution_of_the_dense_one():
    # per person and month a Poisson number of recorded acts with the person's own mean
    c = compiled(edited(without_ties))
    months, traffic = 24, list(c.conducts).index("traffic-violation")
    p = c.program
    scratch, _, _ = begun(c, months=months)
    mean = scratch.rate[traffic] * p.conducts["chance"][traffic]
    grown = np.flatnonzero(scratch.persons["adult_from"] == 1)
    rng = np.random.default_rng(7)
    dense = rng.poisson(mean[grown, None], (len(grown), months))  # the reference: no learning

    def flat(data: Tree) -> None:
        without_ties(data)
        data["world"]["parameters"]["certainty_elasticity"]["value"] = 0.0

    ledger = society(compiled(edited(flat)), people=TILE, months=months).ledger
    mine = ledger[(ledger["conduct"] == traffic) & (ledger["kind"] == 0) & (ledger["actor"] >= 0)]
    pilot = grown[scratch.persons["pilot"][grown] == 1]
    ours = np.bincount(mine["subject"], minlength=TILE)[pilot]
    theirs = dense[np.isin(grown, pilot)].sum(axis=1)
    expected = mean[pilot].sum() * months
    assert abs(ours.sum() - expected) < 4 * np.sqrt(expected)
    assert abs(theirs.sum() - expected) < 4 * np.sqrt(expected)
    for k in range(4):  # and the same spread between people
        x, y = np.mean(ours == k), np.mean(theirs == k)
        assert abs(x - y) < 4 * np.sqrt(x * (1 - x) * 2 / len(pilot) + 1e-6), k
    monthly = np.bincount(mine["month"], minlength=months + 1)[1:]
    chi = ((monthly - monthly.mean()) ** 2 / monthly.mean()).sum()
    assert chi < 49.7  # chi-squared, 23 degrees, 0.1 %


def test_limited_capacity_settles_in_a_few_passes():
    def tight(data: Tree) -> None:
        data["world"]["channels"]["police"]["capacity"]["value"] = 0.5

    c = compiled(edited(tight))
    result, passes = run_society(c, TABLES, people=20_000, months=24, seed=3)
    assert 1 < passes <= 25
    free = society(compiled(resolve("fragmented-2018")), people=20_000, months=24)
    police = list(c.channels).index("police")
    seen, all_of_them = (np.count_nonzero(r.ledger["channel"] == police) for r in (result, free))
    assert 0.4 * all_of_them < seen < 0.62 * all_of_them


def test_grades_fit_the_program():
    assert all(
        len(s.grades.bands) <= MAX_GRADES
        for s in resolve("fragmented-2018").schemes.values()
        if s.grades
    )


def test_two_replicates_are_two_societies():
    data = run(resolve("fragmented-2018"), people=5000, months=12, replicates=2)
    a, b = data.replicates
    assert a.ledger.tobytes() != b.ledger.tobytes()


def test_compile_refuses_names_that_share_a_stream(monkeypatch):
    from scoredsociety.engine import compile as module

    monkeypatch.setattr(module, "identity", lambda name: len(name))
    with pytest.raises(EngineError, match="share a random stream"):
        compile_regime(resolve("fragmented-2018"), 1000.0)


def test_the_regime_is_not_touched_by_a_run():
    regime = resolve("fragmented-2018")
    before = regime.model_dump_json()
    run(regime, people=1000, months=6)
    assert regime.model_dump_json() == before
    assert isinstance(regime, ResolvedRegime)
