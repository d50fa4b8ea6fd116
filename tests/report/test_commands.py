"""The commands that a page prints make its runs again."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from scoredsociety.report.commands import commands
from scoredsociety.report.reading import Arm
from scoredsociety.schemes import resolve
from scoredsociety.society import load_marginals

if TYPE_CHECKING:
    from scoredsociety.audit import Audit

SIZE = "--people 4000 --months 48 --replicates 5 --seed 7"


def arm(regime="fragmented-2018", safeguards=(), calibrations=None, marginals=None, **changes):
    plain = resolve(regime, safeguards, calibrations or {}).model_dump(mode="json")
    source = marginals or load_marginals("china-2018").model_dump(mode="json")
    manifest = {"regime": plain | changes, "marginals": source, "people": 4000, "months": 48}
    manifest |= {"replicates": 5, "seed": 7, "schemes": list(plain["schemes"])}
    return Arm(cast("Audit", SimpleNamespace(manifest=manifest)))


@pytest.mark.parametrize(
    ("arms", "line"),
    [
        ([arm()], "run fragmented-2018"),
        ([arm("none")], "run none"),
        ([arm("court-list")], "run court-list"),
        ([arm(safeguards=["notice", "sunset"])],
         "run fragmented-2018 --safeguard notice --safeguard sunset"),
        ([arm(calibrations={"court-list": "B"})], "run fragmented-2018 --calibration court-list=B"),
        ([arm("court-list", calibrations={"court-list": "B"})],
         "run court-list --calibration court-list=B"),
        ([arm("none"), arm()], "compare none fragmented-2018"),
        ([arm(), arm(safeguards=["notice"])], "compare fragmented-2018 --safeguard notice"),
        ([arm(), arm(safeguards=["notice", "sunset"])],
         "compare fragmented-2018 --safeguard notice --safeguard sunset"),
        ([arm(), arm(safeguards=["notice"]), arm(safeguards=["sunset"]),
          arm(safeguards=["notice", "sunset"])],
         "compare fragmented-2018 --separately --safeguard notice --safeguard sunset"),
        ([arm(calibrations={"court-list": "B"}),
          arm(safeguards=["notice"], calibrations={"court-list": "B"})],
         "compare fragmented-2018 --safeguard notice --calibration court-list=B"),
    ],
)  # fmt: skip
def test_one_command(arms, line):
    assert commands(arms) == ([f"scoredsociety {line} {SIZE}"], [])


def test_runs_that_no_comparison_makes_have_a_command_each():
    lines, _ = commands([arm(), arm(calibrations={"court-list": "B"})])
    assert lines == [
        f"scoredsociety run fragmented-2018 {SIZE}",
        f"scoredsociety run fragmented-2018 --calibration court-list=B {SIZE}",
    ]


def test_files_of_your_own_are_named_as_such():
    changed = copy.deepcopy(arm().regime["schemes"])
    changed["court-list"]["rules"] = []
    lines, notes = commands([arm(schemes=changed)])
    assert lines == [f"scoredsociety run your-file.yaml {SIZE}"]
    assert notes[0].startswith("your-file.yaml stands for your file of the regime fragmented-2018")
    lines, notes = commands([arm(regime="fragmented-2018"), arm(safeguards=["notice"])])
    assert not notes
    mine = arm(safeguards=["notice"])
    mine.regime["safeguards"].append("my-own")
    lines, notes = commands([mine])
    assert "--safeguard notice --safeguard your-safeguard.yaml" in lines[0]
    assert "the safeguard my-own" in notes[0]


def test_other_marginals_are_named():
    source = load_marginals("china-2018").model_dump(mode="json")
    source["title"] = "Elsewhere"
    lines, notes = commands([arm(marginals=source)])
    assert lines == [f"scoredsociety run fragmented-2018 {SIZE} --marginals your-marginals.yaml"]
    assert "your file of the marginals china-2018" in notes[0]


def test_conduct_lent_by_another_arm_is_no_file_of_your_own():
    lent = copy.deepcopy(arm("none").regime["world"])
    lent["conducts"]["spitting"] = next(iter(lent["conducts"].values()))
    lines, notes = commands([arm("none", world=lent)])
    assert lines == [f"scoredsociety run none {SIZE}"]
    assert not notes
