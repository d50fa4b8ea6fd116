"""The line between two regimes: its ends are the regimes, and gaps stay gaps."""

from __future__ import annotations

import csv
import itertools
import math
import re
from typing import Any

import numpy as np
import pytest

import scoredsociety
from scoredsociety import audit, simulate
from scoredsociety.audit.along import Course
from scoredsociety.report.along import Way, heading, line_chart, line_html, pieces, say_ratio
from scoredsociety.study import StudyError
from tests.report.test_page import outline

SIZE: dict[str, Any] = {"people": 2000, "months": 12, "replicates": 3}
STEPS = 4


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("line") / "way"
    return scoredsociety.line("fragmented-2018", "dystopia", steps=STEPS, out=out, **SIZE)


@pytest.fixture(scope="module")
def rows(made):
    with (made.path / "line.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def course(*values: float | None, unit: str = "share", replicates: int = 3) -> Course:
    x = [[math.nan if v is None else v + 1e-4 * r for r in range(replicates)] for v in values]
    return Course("k", "Something", "M1", "any", "rate", unit, np.array(x))


def way_of(*courses: Course) -> Way:
    stops = len(courses[0].values)
    shares = [k / (stops - 1) for k in range(stops)]
    sizes = {"people": 1, "months": 1, "replicates": 3, "seed": 1}
    return Way("a", "b", ("A", "B"), ("One.", "Two."), shares, courses, sizes)


def test_the_ends_are_the_two_regimes_own_runs(made):
    for at, name in ((0, "fragmented-2018"), (-1, "dystopia")):
        own = audit(simulate(name, **SIZE))
        for key, cell in {
            "sanctioned": ("M1", "any", "rate"),
            "wrongful": ("M5", "court-list", "entry-weighted"),
            "cross-context": ("M8", "all statuses", "cross-context share"),
            "rewarded": ("M19", "any", "at least one reward"),
            "friendships": ("M20", "friends", "friendships lost, share"),
        }.items():
            value = made.way.course(key).levels.value[at]
            assert own.value(*cell) == pytest.approx(value, rel=1e-12), (name, key)


def test_the_table_has_a_row_for_each_stop_and_gaps_for_what_is_undefined(made, rows):
    metrics = dict.fromkeys(r["metric"] for r in rows)
    assert {"sanctioned", "wrongful", "chilling", "deterrence", "spiral, feedback off"} <= {
        *metrics
    }
    for metric in metrics:
        mine = [r for r in rows if r["metric"] == metric]
        assert [float(r["share"]) for r in mine] == [0, 0.25, 0.5, 0.75, 1]
        assert mine[0]["change"] == ""
    trap = [r for r in rows if r["metric"] == "trap"]
    assert {r["value"] for r in trap} == {""}  # twelve months say nothing about 24
    one = [r for r in rows if r["metric"] == "sanctioned"]
    for before, after in itertools.pairwise(one):
        step = float(after["value"]) - float(before["value"])
        assert float(after["change"]) == pytest.approx(step)
    assert made.table().num_rows == len(rows)


def test_the_page_loads_nothing(made):
    page = (made.path / "line.html").read_text("utf-8")
    found = outline(page)
    for tag, attrs in found.tags:
        assert tag not in {"script", "link", "img", "iframe", "object", "base", "a", "use", "image"}
        for name, value in attrs.items():
            assert name not in {"src", "href", "xlink:href"}
            assert name == "xmlns" or "//" not in (value or "")
    assert page.startswith("<!DOCTYPE html>")
    assert "Simulated." in page
    assert "scoredsociety line fragmented-2018 dystopia --steps 4" in page
    assert 'aria-label="Line chart, simulated. Still' not in page  # undefined on the whole line
    assert "not drawn" in page
    text = re.sub("<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", page, flags=re.S))
    assert not re.search(r"\b(nan|None|inf)\b", text)
    # chilling and deterrence are never shown apart
    assert text.index("falls silent") < text.index("Prevented")
    assert made.chart().to_dict()["description"].startswith("Simulated")


@pytest.mark.slow
def test_the_same_line_has_the_same_bytes(made, tmp_path):
    again = scoredsociety.line(
        "fragmented-2018", "dystopia", steps=STEPS, out=tmp_path / "x", **SIZE
    )
    assert again.report(tmp_path / "y.html").read_bytes() == (made.path / "line.html").read_bytes()
    assert sorted(p.name for p in (tmp_path / "x").iterdir()) == ["line.csv", "line.html"]


def test_a_gap_cuts_the_line_and_is_no_nought():
    cut = pieces(course(0.1, None, 0.3, 0.4), [0, 1 / 3, 2 / 3, 1])
    assert [len(piece) for piece in cut] == [1, 2]
    assert all(r["y"] > 0 for piece in cut for r in piece)
    gone = course(None, None, None)
    with pytest.raises(ValueError, match="undefined"):
        line_chart(way_of(gone))
    assert "Undefined on the whole line" in line_html(way_of(gone, course(0.1, 0.2, 0.4)))


def test_the_heading_is_computed():
    bent, straight = course(0.1, 0.2, 0.8), course(0.1, 0.5, 0.6)
    assert heading(way_of(bent, bent, straight)).startswith("Two of three measures change more")
    assert heading(way_of(straight)).startswith("None of one")
    assert heading(way_of(course(0.1, 0.1, 0.1))).startswith("Nothing")


def test_convexity_is_told_only_where_the_first_step_is_no_luck():
    assert say_ratio(course(0.1, 0.2, 0.8)) == "6 times"
    assert say_ratio(course(0.1, 0.1, 0.8)) == "no change at first"
    assert say_ratio(course(0.1, 0.2, 0.2)) == "no change at last"
    assert say_ratio(course(0.1, None, 0.2)) == "undefined"
    luck = course(0.1, 0.1, 0.8)
    luck.values[1] += [-0.2, 0.0, 0.21]
    assert say_ratio(luck) == "may be luck"


def test_a_folder_is_never_overwritten_nor_left_half_made(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    with pytest.raises(StudyError, match="exists already"):
        scoredsociety.line(steps=2, out=tmp_path / "there", **SIZE)
    monkeypatch.setattr(
        "pyarrow.csv.write_csv", lambda *a: (_ for _ in ()).throw(OSError(28, "full"))
    )
    with pytest.raises(StudyError, match="cannot be written"):
        scoredsociety.line("none", "court-list", steps=2, out=tmp_path / "new", **SIZE)
    assert [p.name for p in tmp_path.iterdir()] == ["there"]
