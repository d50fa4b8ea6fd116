"""What a snapshot holds of everybody equals what the obvious loop knows of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoredsociety.engine.result import Flag, Kind, Truth
from scoredsociety.study import simulate
from tests.engine.oracle.state import Person
from tests.engine.test_oracle import ALL, SEED, slowly


def bits(names, order):
    return sum(1 << order.index(name) for name in set(names))


@pytest.mark.parametrize("case", ["busy with three schemes", "regime dystopia"])
def test_a_snapshot_equals_the_obvious_loop(case):
    o = slowly(case)
    size: dict[str, Any] = {"people": ALL[case].people, "months": ALL[case].months, "seed": SEED}
    run = simulate(o.regime, **size, replicates=1, snapshot=True)
    there, order = run.replicates[0].people, run.manifest["schemes"]
    assert there is not None
    tile = o.society.tile(0)
    told: dict[int, set[str]] = {p.index: set() for p in o.people}
    for row in o.ledger:
        heard = row.flags & (Flag.NOTIFIED | Flag.DISCOVERED)
        if row.kind == Kind.SPELL or (row.kind == Kind.ENTRY and heard):
            told[row.subject].add(row.scheme)
    harsh = {p.index: any(m.startswith("sanction:") for m in p.mask) for p in o.people}
    for p in o.people:
        one = there[p.index]
        assert one["known"] == bits(p.believes, order)
        assert one["told"] == bits(told[p.index], order)
        covered = [n for n, s in p.in_.items() if s.enrolled_from <= o.months < s.ends]
        assert one["enrolled"] == bits(covered, order)
        sanctions = sum(m.startswith("sanction:") for m in p.mask)
        assert int(one["mask"] & np.uint64(0xFFFFFFFF)).bit_count() == sanctions
        assert int(one["mask"] >> np.uint64(32)).bit_count() == len(p.mask) - sanctions
        assert (one["bears"] > 0) == harsh[p.index]
        assert one["wrongful"] == wrongly(o, p)
        friends = [f for f in p.friends if frozenset((p.index, f)) not in o.broken]
        assert one["friends"] == len(friends)
        assert one["friends_sanctioned"] == sum(harsh[f] for f in friends)
        assert one["age"] == int(tile.age[p.index]) + (o.months - 1) // 12
        assert one["watched"] == p.watched
        assert one["city"] == p.city
    assert there["wrongful"].sum() > 0
    assert there["told"].astype(bool).sum() > 0


def wrongly(o, p: Person) -> bool:
    """Say whether a wrongful row stands behind a sanction in force."""
    spells = [s.spell for s in p.in_.values() if s.spell is not None]
    bearing = [
        row
        for row in p.entries
        if row.extra or any(e.listed and e.sanction for e in o.schemes[row.scheme].effects)
    ]
    return any(row.truth != Truth.TRUE for row in spells + bearing)


def test_a_snapshot_agrees_with_the_monthly_tables_and_changes_nothing():
    size: dict[str, Any] = {"people": 5000, "months": 20, "replicates": 1}
    plain = simulate("dystopia", **size).replicates[0]
    kept = simulate("dystopia", **size, snapshot=True, threads=1).replicates[0]
    assert plain.people is None
    assert np.array_equal(plain.ledger, kept.ledger)
    there = kept.people
    assert there is not None
    low, high = there["mask"] & np.uint64(0xFFFFFFFF), there["mask"] >> np.uint64(32)
    assert (low > 0).sum() == kept.monthly["sanctioned"][-1].sum()
    assert (high > 0).sum() == kept.monthly["rewarded"][-1].sum()
    assert there["friends"].sum() == kept.monthly["friends"][-1].sum()
    assert np.array_equal(there["bears"] > 0, low > 0)
    assert not there["wrongful"][low == 0].any()
