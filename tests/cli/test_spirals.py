"""The command ``spiral``: what it prints, and what it refuses."""

from __future__ import annotations

import json

from tests.conftest import Cli

SMALL = ("--people", "4096", "--months", "12", "--replicates", "2")


def test_spiral_prints_every_form_and_the_false_one(cli: Cli) -> None:
    answer = cli("spiral", *SMALL)
    assert answer.code == 0
    for words in ("shock, uniform", "feedback off", "without feedback", "own gain", "court-list"):
        assert words in answer.out
    assert "Nobody in these numbers is real." in answer.out


def test_spiral_as_json_holds_the_groups(cli: Cli) -> None:
    told = json.loads(cli("spiral", *SMALL, "--json").out)
    assert told["simulated"] is True
    assert any(x["group"] == "income=poorest fifth" for x in told["rows"])


def test_spiral_refuses_a_regime_without_one_and_a_list_that_breeds_nothing(cli: Cli) -> None:
    answer = cli("spiral", "none")
    assert answer.code == 2
    assert "choose another regime" in answer.err
    assert "court-list" in cli("spiral", "--scheme", "rongcheng-points").err
