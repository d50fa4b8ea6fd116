"""Friends, homes, traits and enrolment are nobody's doing: no regime moves them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoredsociety.engine import Kind, run_society
from scoredsociety.engine.program import NEVER
from scoredsociety.engine.state import Rooms, Scratch
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.society.people import TILE
from tests.engine.counting import assert_same
from tests.engine.tiles import TABLES, begun
from tests.engine.worlds import Tree, compiled, edited

ONE_RULE = (
    "end-exemptions",
    "hardship-exemption",
    "no-court-points",
    "no-cross-context",
    "no-joint-enforcement",
    "no-speech",
    "record-expiry",
    "rewards-only",
    "switch-off",
)


def private_luck(scratch: Scratch, rooms: Rooms) -> dict[str, bytes]:
    """Return what a tile is before any scheme acts, part by part."""
    friends, traits = scratch.friends, rooms.traits
    ends = int(friends.first[TILE])
    parts: dict[str, Any] = {f"friends {x}": getattr(friends, x)[:ends] for x in friends._fields}
    parts["friends first"] = friends.first
    parts["home"] = scratch.home
    parts |= {f"trait {x}": getattr(traits, x) for x in traits._fields}
    parts |= {f"person {x}": scratch.persons[x] for x in ("adult_from", "income", "watched")}
    return {name: np.ascontiguousarray(part).tobytes() for name, part in parts.items()}


def enrolment(c: Any, scratch: Scratch) -> dict[str, Any]:
    """Return, by scheme, the month from which each person is in it."""
    return {name: scratch.since[s] for s, name in enumerate(c.schemes)}


@pytest.mark.parametrize("safeguard", ONE_RULE)
def test_a_safeguard_leaves_everybody_and_their_friends_as_they_were(safeguard):
    with_it = compiled(resolve("everything", [safeguard]))
    without = compiled(resolve("everything"))
    a, b = begun(with_it), begun(without)
    assert private_luck(*a[:2]) == private_luck(*b[:2])
    assert np.array_equal(a[0].quality, b[0].quality)
    assert a[0].friends.first[TILE] > 4 * TILE  # there is something that could have moved
    ours, theirs = enrolment(with_it, a[0]), enrolment(without, b[0])
    assert set(ours) <= set(theirs)
    for name, month in ours.items():
        ends = with_it.program.schemes["ends"][with_it.schemes.index(name)]
        assert np.array_equal(month, np.where(theirs[name] <= ends, theirs[name], NEVER)), name
    assert any(0 < np.count_nonzero(m == NEVER) < TILE for m in ours.values())
    # and the same opportunities: rates of all conduct that both worlds know
    for position, conduct in enumerate(with_it.conducts):
        other = without.conducts.index(conduct)
        assert np.array_equal(a[0].rate[position], b[0].rate[other]), conduct


def rows_of_others(result: Any, names: tuple[str, ...], scheme: str) -> list[Any]:
    """Return the rows of all schemes but one, with the names of their schemes."""
    ledger = result.ledger
    fields = ["subject", "kind", "conduct", "channel", "truth", "generation", "flags", "exit"]
    fields += ["month", "end", "points", "refusals", "profile", "actor", "sanctions", "act"]
    kept = ledger[[names[s] != scheme for s in ledger["scheme"]]]
    return list(zip([names[s] for s in kept["scheme"]], kept[fields].tolist(), strict=True))


@pytest.mark.parametrize(
    "scheme",
    ["court-list", "sesame-score", "jinan-dogs", "platform-stars", "volunteer-redlist"],
)
def test_adding_a_scheme_moves_nobody_elses_luck(scheme):
    # one that nobody knows of and that does nothing; what it does would rightly change lives
    def quiet(data: Tree) -> None:
        one = data["schemes"][scheme]
        one["awareness"], one["feedback"], one["disclosure"] = None, [], None
        one["effects"] = [e for e in one["effects"] if e["reward"]]
        agreements = data["memoranda"]
        data["memoranda"] = [m for m in agreements if scheme not in (m["origin"], m["target"])]
        data["joint"] = [j for j in data["joint"] if j["origin"] != scheme]
        schemes = data["schemes"]
        data["schemes"] = {scheme: schemes.pop(scheme)} | schemes  # all positions move by one

    def none(data: Tree) -> None:
        quiet(data)
        del data["schemes"][scheme]

    results, lists = [], []
    for change in (quiet, none):
        c = compiled(edited(change, "everything"))
        result, _ = run_society(c, TABLES, people=6000, months=30, seed=3)
        results.append(result)
        lists.append(rows_of_others(result, c.schemes, scheme))
    there = results[0].monthly[f"enrolled:{scheme}"][-1].sum()
    assert there > 100
    leaves_rows = scheme != "platform-stars"  # only spells under sanctions, which are gone
    assert (len(results[0].ledger) > len(lists[0])) == leaves_rows
    assert len(lists[1]) == len(results[1].ledger) > 1000
    assert lists[0] == lists[1]
    for name, table in results[1].monthly.items():
        if not name.startswith(("reward", "friends")):
            assert np.array_equal(table, results[0].monthly[name]), name
    assert np.array_equal(results[0].acts, results[1].acts)


@pytest.mark.parametrize(("threads", "chunk"), [(2, 1), (1, 100), (3, 2)])
def test_threads_and_batches_change_no_byte_of_everything(threads, chunk):
    c = compiled(resolve("everything"))
    runs = [
        run_society(c, TABLES, people=14_000, months=36, seed=3, threads=t, chunk=k)[0]
        for t, k in ((1, 4), (threads, chunk))
    ]
    assert_same(*runs)
    assert runs[0].information.keys() == runs[1].information.keys() != set()
    for name, table in runs[0].information.items():
        assert table.tobytes() == runs[1].information[name].tobytes(), name
    assert runs[0].own.tobytes() == runs[1].own.tobytes()
    assert {int(k) for k in runs[0].ledger["kind"]} == {Kind.RECORD, Kind.ENTRY, Kind.SPELL}


def test_everything_of_a_smaller_society_is_the_beginning_of_that_of_a_larger_one():
    def unlimited(data: Tree) -> None:
        for channel in data["world"]["channels"].values():
            channel["capacity"]["value"] = None

    c = compiled(edited(unlimited, "everything"))
    small, large = (
        run_society(c, TABLES, people=n * TILE, months=24, seed=3)[0].ledger for n in (1, 2)
    )
    part = large[large["subject"] < TILE]
    assert part.tobytes() == small.tobytes()
