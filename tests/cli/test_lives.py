"""``lives``: the same people under two regimes, counted and told."""

from __future__ import annotations

import json
import re

import pytest

from scoredsociety.cli.diary import side_by_side


@pytest.fixture(scope="module")
def spared(tmp_path_factory):
    """Return the folder of a comparison in which a safeguard changes much."""
    from scoredsociety import compare

    folder = tmp_path_factory.mktemp("spared") / "both"
    guard = ["hardship-exemption"]
    compare("court-list", safeguards=guard, out=folder, people=3000, months=24, replicates=2)
    return folder


def test_lives_are_counted_and_told_twice(cli, spared, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    answer = cli("lives", spared)
    assert answer.code == 0
    for text in (
        "A: ",
        "B: ",
        "Simulated: the same 3,000 people in 2 societies",
        "Another outcome",
        "How it was chosen",
        "Nobody in these numbers is real.",
    ):
        assert text in answer.out
    assert "Nothing differs" not in answer.out
    stories = re.findall(r"^(Typical|Worst|Saved|Not helped|Worse off): ", answer.out, re.M)
    missing = re.search(r"Nobody in these runs: (.*)\.", answer.out)
    assert {"Typical", "Worst", "Saved"} <= set(stories)
    assert len(stories) + (len(re.split(", | and ", missing[1])) if missing else 0) == 5
    assert answer.out.count("A synthetic person: ") == len(stories)
    assert answer.out.count("It stands for ") == len(stories)


@pytest.mark.slow
def test_a_diary_is_replayed_and_holds_what_life_prints(cli, spared):
    answer = cli("lives", spared, "--story", "saved", "--json")
    assert answer.code == 0
    found = json.loads(answer.out)
    assert found["simulated"] is True
    assert found["nothing_differs"] is False
    (story,) = found["stories"]
    who = (str(story["person"]), "--replicate", str(story["replicate"]))
    for side, arm in zip("ab", sorted(spared.glob("[01]-*")), strict=True):
        told = re.findall(r"^month +(\d+)  (.*)$", cli("life", arm, *who).out, re.M)
        assert [(str(d["month"]), d[side]) for d in story["diary"] if d[side]] == told
    assert any(d["a"] != d["b"] for d in story["diary"])
    mine = json.loads(cli("lives", spared, "--person", *who[:1], *who[1:], "--json").out)
    assert mine["stories"][0]["diary"] == story["diary"]
    assert mine["stories"][0]["kind"] == "chosen by index"


@pytest.mark.slow
def test_the_same_run_twice_differs_in_nothing(cli, finished):
    answer = cli("lives", finished, finished)
    assert answer.code == 0
    assert "Nothing differs: every life is the same" in answer.out
    found = json.loads(cli("lives", finished, finished, "--json").out)
    assert found["nothing_differs"] is True
    for row in found["lives"]:
        if row["way"] != "wrongly listed under both":
            assert row["persons"] == 0
    assert all(d["a"] == d["b"] for s in found["stories"] for d in s["diary"])
    assert not {s["story"] for s in found["stories"]} & {"typical", "saved", "worse-off"}


def test_what_cannot_be_paired_is_refused(cli, finished, compared, spared):
    for arguments, words in (
        ((finished,), "lives needs two runs"),
        ((finished, compared), "lives needs two runs"),
        ((finished, sorted(spared.glob("0-*"))[0]), "differ in more than the regime"),
        ((spared, "--arm", "2"), "arm: 2 is not allowed. Allowed: 1 to 1"),
        ((spared, "--arm", "0"), "arm: 0 is not allowed"),
        ((spared, "--story", "happy"), "Allowed: typical, worst, saved, not-helped, worse-off"),
        ((spared, "--person", "3000"), "person: 3000 is not allowed. Allowed: 0 to 2999"),
        ((spared, "--person", "1", "--replicate", "2"), "replicate: 2 is not allowed"),
        (("nowhere", finished), "nowhere is not the folder of a run"),
    ):
        answer = cli("lives", *arguments)
        assert answer.code == 2
        assert answer.out == ""
        assert words in " ".join(answer.err.split())


def test_two_sides_keep_every_happening_in_its_order():
    left = [(1, "a"), (1, "b"), (2, "c"), (2, "d"), (5, "z")]
    right = [(1, "b"), (2, "c"), (2, "x"), (2, "d"), (4, "y")]
    rows = side_by_side(left, right)
    assert [(m, t) for m, t, _ in rows if t] == left
    assert [(m, t) for m, _, t in rows if t] == right
    assert rows[0] == (1, "a", "")
    assert (2, "", "x") in rows
    assert sum(one == two for _, one, two in rows) == 3
    assert side_by_side([], []) == []
