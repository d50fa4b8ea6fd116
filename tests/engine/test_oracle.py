"""The fast kernel gives the ledger of the obvious loop, row for row."""

from __future__ import annotations

from typing import Any

import pytest

from scoredsociety.schemes.catalogue import resolve
from scoredsociety.society import Society
from tests.engine.oracle import Oracle, engine_keys, oracle_keys
from tests.engine.worlds import Tree, edited, run


def busy(data: Tree) -> None:
    """Make everything happen often: errors, reviews, late appeals, spells, returns."""
    for name, conduct in data["world"]["conducts"].items():
        conduct["monthly"]["value"] *= 8 if name != "traffic-violation" else 3
        conduct["certainty_cap"]["value"] = 1.5
        if conduct["innocent"]:
            conduct["innocent"]["majority"]["value"] = 0.01
            conduct["innocent"]["minority"]["value"] = 0.05
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
            scheme["feedback"][0]["counts_to"] = 3
            scheme["process"]["exit"]["term_months"]["value"] = 20
        else:
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


CASES: dict[str, Any] = {
    "as shipped": (lambda: resolve("fragmented-2018"), 2000, 48),
    "calibration B, long": (lambda: resolve("fragmented-2018", (), {"court-list": "B"}), 900, 150),
    "all safeguards": (
        lambda: resolve(
            "fragmented-2018", ("notice", "longer-window", "independent-review", "sunset")
        ),
        1500,
        40,
    ),
    "no limits": (lambda: edited(unlimited), 1500, 36),
    "busy": (lambda: edited(busy), 700, 40),
    "busy with three schemes": (lambda: edited(many_schemes), 500, 40),
    "none": (lambda: resolve("none"), 800, 24),
}


@pytest.mark.parametrize("case", CASES)
def test_the_kernel_equals_the_obvious_loop(case):
    make, people, months = CASES[case]
    regime = make()
    fast = run(regime, people=people, months=months, seed=11)
    slow = Oracle(regime, Society.make(people=people, seed=11), months)
    rows = oracle_keys(slow.run())
    ours = engine_keys(fast.replicates[0].ledger, fast.manifest)
    assert sorted(map(repr, ours)) == sorted(map(repr, rows))
    if case.startswith("busy"):  # every kind of row, truth, exit and flag did occur
        seen = [row for row, _ in ours]
        assert {r[1] for r in seen} == {0, 1, 2}
        assert {r[5] for r in seen} == {0, 1, 2, 3}
        recovers = {4} if case == "busy" else set()  # without expiry that needs a deed
        assert {r[8] for r in seen} >= {0, 1, 2, 3, 5} | recovers
        assert max(r[6] for r in seen) > 1
        assert {bit for r in seen for bit in range(7) if r[7] >> bit & 1} == set(range(7))
