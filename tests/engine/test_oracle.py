"""The fast kernel gives the ledger and the tables of the obvious loop, row for row."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from scoredsociety.engine.result import ExitReason, Flag, Kind
from scoredsociety.schemes.catalogue import list_regimes, resolve
from scoredsociety.society import Society
from tests.engine.oracle import Oracle, engine_keys, oracle_keys
from tests.engine.oracle_cases import CASES, Case
from tests.engine.worlds import Tree, edited, run

SEED = 11


def busy(data: Tree) -> None:
    """Make everything happen often: errors, reviews, late appeals, spells, returns."""
    for name, conduct in data["world"]["conducts"].items():
        conduct["monthly"]["value"] *= 8 if name != "traffic-violation" else 3
        conduct["certainty_cap"]["value"] = 1.5
        if conduct["innocent_channel"] == "camera":
            rate = {"confidence": "assumed"}
            shares = {"majority": rate | {"value": 0.01}, "minority": rate | {"value": 0.05}}
            conduct["innocent"] = shares
    data["world"]["conducts"]["court-default"]["monthly"]["value"] = 0.02
    data["world"]["conducts"]["drunk-driving"]["monthly"]["value"] = 1.0
    for channel in data["world"]["channels"].values():
        channel["wrong_person"]["majority"]["value"] = 0.05
        channel["wrong_person"]["minority"]["value"] = 0.2
        channel["human_review"]["value"] = 0.3
    data["world"]["parameters"]["flight_attempts"]["value"] = 0.4
    for scheme in data["schemes"].values():
        scheme["process"]["hardship_exemption"]["value"] = 0.4
        scheme["process"]["late_appeal"]["value"] = 0.7
        if scheme["kind"] == "list":
            scheme["process"]["exit"]["term_months"]["value"] = 20
            for feedback in scheme["feedback"]:
                feedback["counts_to"] = 3
        elif scheme["process"]["expiry_months"]:
            scheme["process"]["expiry_months"]["value"] = 9


def many_schemes(data: Tree) -> None:
    """Add a second list with a memorandum of its own, and no expiry of records."""
    busy(data)
    other = dict(data["schemes"]["court-list"]) | {"scheme": "other-list", "feedback": []}
    other["rules"] = [
        dict(other["rules"][0]) | {"conduct": c} for c in ("loan-arrears", "court-default")
    ]
    data["schemes"]["other-list"] = other
    data["memoranda"].append(dict(data["memoranda"][0]) | {"origin": "other-list", "points": -3})
    data["schemes"]["rongcheng-points"]["process"]["expiry_months"]["value"] = None


def unlimited(data: Tree) -> None:
    """Give the police no limit, so that nothing crosses from one person to another."""
    data["world"]["channels"]["police"]["capacity"]["value"] = None


SAFEGUARDS = ("notice", "longer-window", "independent-review", "sunset")
SHIPPED = {
    "as shipped": Case(lambda: resolve("fragmented-2018"), (), 1200, 48),
    "calibration B, long": Case(
        lambda: resolve("fragmented-2018", (), {"court-list": "B"}), (), 900, 150
    ),
    "all safeguards": Case(lambda: resolve("fragmented-2018", SAFEGUARDS), (), 1500, 40),
    "no limits": Case(lambda: edited(unlimited), (), 500, 36),
    "busy": Case(lambda: edited(busy), (), 700, 40),
    "busy with three schemes": Case(lambda: edited(many_schemes), (), 500, 40),
}
CATALOGUE = {
    f"regime {name}": Case(lambda name=name: resolve(name), (), 250, 40)  # type: ignore[misc]
    for name in list_regimes()
}
ALL = SHIPPED | CASES | CATALOGUE


@cache
def slowly(case: str) -> Oracle:
    """Return the obvious loop of a case, after its run."""
    regime = ALL[case].make()
    oracle = Oracle(regime, Society.make(people=ALL[case].people, seed=SEED), ALL[case].months)
    oracle.run()
    return oracle


@pytest.mark.parametrize("case", CASES)
def test_what_a_case_is_for_does_occur(case):
    assert ALL[case].seen
    assert [check(slowly(case)) for check in ALL[case].seen] == [True] * len(ALL[case].seen)


@pytest.mark.parametrize("case", CASES)
def test_the_obvious_loop_keeps_its_books(case):
    o = slowly(case)
    tables = o.monthly()
    none = np.zeros_like(tables["adults"])
    for name, s in o.schemes.items():
        there = tables.get(f"enrolled:{name}", none)
        if s.kind in ("list", "record"):
            moved = tables.get(f"in:{name}", none) - tables.get(f"out:{name}", none)
            assert np.array_equal(tables.get(f"entries:{name}", none), moved.cumsum(axis=0))
            assert np.all(np.diff(tables.get(f"ever:{name}", none), axis=0) >= 0)
        else:
            assert s.grades is not None
            grades = [tables.get(f"grade:{name}:{g}", none) for g in s.grades.bands]
            assert np.array_equal(sum(grades, none), there)
        assert np.all(there <= tables["adults"])
    left = [row for row in o.ledger if row.exit == ExitReason.IN_FORCE]
    kept = [row for p in o.people for row in p.entries + p.records]
    spells = [st.spell for p in o.people for st in p.in_.values() if st.spell]
    assert {id(row) for row in left} == {id(row) for row in kept + spells}
    assert all(row.end >= row.month for row in o.ledger)
    if "friends" in tables:
        lost = 2 * len(o.broken)
        assert tables["friends"][-1].sum() == sum(len(p.friends) for p in o.people) - lost
        assert tables.get("friends-lost", none).sum() >= len(o.broken)
    if o.months >= 36:
        month = o.months - 13
        assert np.all(o.own.sum(axis=(0, 2)) == tables["adults"][month].sum())
        for name, information in o.information.items():
            there = tables.get(f"enrolled:{name}", none)[month].sum()
            assert np.all(information.sum(axis=(0, 1, 3)) == there)


LONG = ("as shipped", "calibration B, long", "all safeguards")
"""A quick test has them smaller, or parts of them."""


@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=pytest.mark.slow) if c in LONG else c for c in ALL]
)
def test_the_kernel_equals_the_obvious_loop(case):
    slow = slowly(case)
    fast = run(slow.regime, people=ALL[case].people, months=ALL[case].months, seed=SEED)
    result = fast.replicates[0]
    ours, theirs = engine_keys(result.ledger, fast.manifest), oracle_keys(slow.ledger)
    assert sorted(map(repr, ours)) == sorted(map(repr, theirs))
    without_spells = [key for key in ours if key[0][1] != Kind.SPELL]
    assert without_spells == [key for key in theirs if key[0][1] != Kind.SPELL]
    _same_tables(slow, result)
    _same_acts(slow, result)
    _same_mobility(slow, result)
    if ALL[case].months >= 36:
        assert np.array_equal(result.own, slow.own)
        assert set(result.information) == set(slow.information)
        for name, table in slow.information.items():
            assert np.array_equal(result.information[name], table), name
    if case.startswith("busy"):
        _everything_occurred([row for row, _ in ours], case)


def _same_tables(slow: Oracle, result: Any) -> None:
    expected = slow.monthly()
    none = np.zeros_like(expected["adults"])
    names = set(expected) | set(result.monthly)
    given = {name: result.monthly.get(name, none) for name in names}
    wanted = {name: expected.get(name, none) for name in names}
    summed = [n for n in names if not np.array_equal(given[n].sum(axis=1), wanted[n].sum(axis=1))]
    assert sorted(summed) == []
    assert sorted(n for n in names if not np.array_equal(given[n], wanted[n])) == []


def _same_acts(slow: Oracle, result: Any) -> None:
    wanted = np.zeros_like(result.acts)
    names = list(slow.world.conducts)
    for (conduct, month, aware, pilot), units in slow.conduct.acts.items():
        acts = units / 65536.0 / slow.watches[conduct].drawn
        wanted[names.index(conduct), month - 1, aware, pilot] = acts
    watched = [c for c, name in enumerate(names) if slow.watches[name].drawn > 0]
    assert np.allclose(result.acts[watched], wanted[watched], rtol=1e-12)


def _same_mobility(slow: Oracle, result: Any) -> None:
    for name, given in result.mobility.items():
        moved, stay = given.copy(), np.arange(given.shape[1])
        moved[:, stay, stay] = 0
        wanted = np.zeros_like(moved)
        for (scheme, month, was, now), people in slow.mobility.items():
            if scheme == name:
                wanted[month - 1, was, now] = people
        assert np.array_equal(moved, wanted), name


def _everything_occurred(seen: list[tuple[Any, ...]], case: str) -> None:
    """Every kind of row, truth, exit and flag of a points scheme with a list did occur."""
    assert {r[1] for r in seen} == {0, 1, 2}
    assert {r[5] for r in seen} == {0, 1, 2, 3}
    recovers = {4} if case == "busy" else set()  # without expiry that needs a deed
    assert {r[8] for r in seen} >= {0, 1, 2, 3, 5} | recovers
    assert max(r[6] for r in seen) > 1
    bits = {bit for r in seen for bit in range(8) if r[7] >> bit & 1}
    assert bits == {bit for bit in range(8) if 1 << bit != Flag.NAMESAKE}
