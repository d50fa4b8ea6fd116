"""Safeguards compared: declared designs, exact nothing, and what is more than its parts."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scoredsociety
from scoredsociety import compare, resolve
from scoredsociety.audit.combining import interactions, level_and_change, note_of
from scoredsociety.audit.designs import QUANTITIES, Outcome, alike
from scoredsociety.report.frontier import compressed
from scoredsociety.report.safeguards import GIVEN, HARMED, PAIRED, say_change
from scoredsociety.schemes.catalogue import list_safeguards, resolve_as_far
from scoredsociety.schemes.errors import SchemeError
from scoredsociety.study import StudyError
from scoredsociety.study.safeguards import HANDFUL, NUMBERS, PROCESS, default_safeguards, designs
from tests.report.test_page import outline

SIZE: dict[str, Any] = {"people": 2000, "months": 12, "replicates": 3}
ASKED = ("notice", "longer-window", "end-exemptions", "publish-weights")
SAME = """
safeguard: nothing-new
title: Nothing new
summary: The regime already tells seven in ten.
patch:
  - set: schemes.court-list.process.notice
    to: {value: 0.7, confidence: assumed, note: as it is}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("safeguards") / "tried"
    return scoredsociety.safeguards(safeguards=ASKED, out=out, **SIZE)


def test_every_safeguard_of_the_model_is_in_the_catalogue_and_has_its_number() -> None:
    assert set(NUMBERS) <= set(list_safeguards())
    assert {int(n.removeprefix("S")) for n in NUMBERS.values()} == set(range(1, 18))
    left = set(list_safeguards()) - set(default_safeguards())
    assert left == {"no-notice"}  # no protection
    assert set(PROCESS) < set(HANDFUL) < set(default_safeguards())


@pytest.mark.slow
def test_the_designs_are_alone_in_pairs_and_together() -> None:
    found = designs("fragmented-2018")
    names = [d.names for d in found]
    assert names[0] == ()
    assert len(set(names)) == len(names)
    assert [n[0] for n in names if len(n) == 1] == list(default_safeguards())
    assert [n for n in names if len(n) == 2] == [
        (a, b) for k, a in enumerate(HANDFUL) for b in HANDFUL[k + 1 :]
    ]
    assert names[-2] == PROCESS
    assert not set(names[-1]) & {"switch-off", "rewards-only", "sanctions-only"}
    assert not set(names[-1]) & {"end-exemptions", "no-joint-enforcement"}  # nothing to change
    assert len(designs("fragmented-2018", pairs=False)) == 1 + len(default_safeguards()) + 2


def test_a_few_designs() -> None:
    few = designs("fragmented-2018", ["notice", "sunset"])
    assert [d.names for d in few] == [(), ("notice",), ("sunset",), ("notice", "sunset")]


def test_a_safeguard_with_nothing_to_change_is_told_and_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "same.yaml").write_text(SAME)
    with pytest.raises(SchemeError, match="changes nothing"):
        resolve("fragmented-2018", [tmp_path / "same.yaml"])
    regime, idle = resolve_as_far("fragmented-2018", [tmp_path / "same.yaml", "notice"])
    assert idle.keys() == {"nothing-new"}
    assert "changes nothing" in idle["nothing-new"]
    assert regime.safeguards == ["notice"]
    assert regime.schemes == resolve("fragmented-2018", ["notice"]).schemes
    declared = designs("fragmented-2018", [tmp_path / "same.yaml"])
    assert [(d.names, d.changes) for d in declared] == [((), False), (("nothing-new",), False)]
    told = note_of(Outcome(("nothing-new",), "alone", declared[1].idle, {}))
    assert told.startswith("changes nothing in this regime")


def test_what_is_wrong_with_a_safeguard_is_still_told() -> None:
    for wrong, error, told in (
        (["notise"], SchemeError, "notise"),
        (["notice", "notice"], StudyError, "asked for twice"),
        (default_safeguards(), StudyError, "pairs of at most 12"),
    ):
        with pytest.raises(error, match=told):
            designs("fragmented-2018", wrong)
    for empty in ("none", "firm-only"):
        with pytest.raises(StudyError, match="nothing to guard"):
            designs(empty)


def test_a_regime_against_itself_and_a_change_that_nobody_feels_differ_in_exactly_nothing(
    made: Any,
) -> None:
    base, same = made.outcome(), made.outcome("publish-weights")
    assert same.unchanged
    assert "no count in this run differs" in note_of(same)
    for q in QUANTITIES:
        level, change = level_and_change(same, base, q.key)
        if np.isfinite(level.value[0]):
            assert change.value[0] == change.low[0] == change.high[0] == 0.0
            if q.paired and q.key != "not helped":
                assert level.value[0] == 0.0
            elif not q.paired:
                assert say_change(same, base, q.key) == "no change"
    for q in QUANTITIES:
        if q.paired and q.key != "not helped":
            assert not base.values[q.key].any()


@pytest.mark.slow
def test_what_is_read_is_what_a_comparison_says(made: Any) -> None:
    both = compare("fragmented-2018", safeguards=["notice"], **SIZE)
    assert not alike(*both.runs)
    comparison, outcome = both.comparisons[0], made.outcome("notice")
    a, b = both.audits
    mean = {k: float(v.mean()) for k, v in outcome.values.items()}
    base = {k: float(v.mean()) for k, v in made.outcome().values.items()}
    assert base["wrongful share"] == pytest.approx(a.value("M5", "court-list", "entry-weighted"))
    assert mean["wrongful share"] == pytest.approx(b.value("M5", "court-list", "entry-weighted"))
    assert mean["harm"] == pytest.approx(b.value("M15", "any", "harms"))
    assert mean["helped"] == pytest.approx(comparison.value("persons", "helped, rate"))
    assert mean["not helped"] == pytest.approx(
        comparison.value("persons", "wrongly listed under both, rate")
    )
    avoided = comparison.by_replicate["entries", "wrongful prevented", "all"]
    assert (avoided > 0).any() == (outcome.values["wrongful avoided"] > 0).any()
    assert mean["rewarded"] == pytest.approx(
        1000 * (b.value("M19", "any", "at least one reward") or math.nan)
    )
    assert mean["filings"] > base["filings"] > 0
    assert 0 < base["prevented share"] < 1


def invented(**shares: float) -> list[Outcome]:
    """Return outcomes with these wrongful shares and a little luck; ``base`` is as it is."""
    luck = np.array([-0.001, 0.0, 0.001])
    out = []
    for name, share in shares.items():
        names = () if name == "base" else tuple(name.split("_"))
        out.append(
            Outcome(names, "x", {}, {"wrongful share": share + luck * (1 + len(names) ** 2)})
        )
    return out


def test_complements_substitutes_and_nothing_to_tell() -> None:
    found = interactions(invented(base=0.2, a=0.18, b=0.19, c=0.1, a_b=0.1, a_c=0.09, b_c=0.0905))
    assert [(i.names, i.word) for i in found] == [
        (("a", "b"), "complements"),
        (("a", "c"), "substitutes"),
        (("b", "c"), "not enough evidence"),
    ]
    assert found[0].value == pytest.approx(0.1 - 0.2 - (0.18 - 0.2) - (0.19 - 0.2))
    shares: dict[tuple[str, ...], float] = {(): 0.5, ("a",): 0.25, ("b",): 0.5, ("a", "b"): 0.25}
    exact = [Outcome(n, "x", {}, {"wrongful share": np.full(3, s)}) for n, s in shares.items()]
    assert interactions(exact)[0].word == "no interaction"
    two = [Outcome(o.names, "x", {}, {"wrongful share": o.values["wrongful share"][:2]})
           for o in invented(base=0.2, a=0.18, b=0.19, a_b=0.1)]  # fmt: skip
    assert interactions(two)[0].word == "not enough evidence"  # two societies make no interval


def test_the_folder_holds_the_page_and_both_tables(made: Any) -> None:
    assert sorted(p.name for p in made.path.iterdir()) == [
        "interactions.csv", "safeguards.csv", "safeguards.html",
    ]  # fmt: skip
    with (made.path / "safeguards.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(QUANTITIES) * len(made.made.outcomes)
    idle = [r for r in rows if r["design"] == "end-exemptions"]
    assert all(r["value"] == "" and "changes nothing" in r["note"] for r in idle)
    shown = (*HARMED, *GIVEN, *PAIRED)
    assert {q.key for q in QUANTITIES} - set(shown) == {"wrongful added", "touched"} - set(shown)
    page = (made.path / "safeguards.html").read_text("utf-8")
    found = outline(page)
    for tag, attrs in found.tags:
        assert tag not in {"script", "link", "img", "iframe", "object", "base", "a", "use", "image"}
        for name, value in attrs.items():
            assert name == "xmlns" or "//" not in (value or "")
    text = re.sub("<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", page, flags=re.S))
    assert not re.search(r"\b(nan|None|inf)\b", text)
    # what is prevented never stands without what falls silent, and every design is in the page
    assert "falls silent" in text
    assert "(M12" in text
    assert "(M13" in text
    for outcome in made.made.outcomes:
        assert outcome.label in text
    assert "recommend" in text
    assert "scoredsociety safeguards fragmented-2018 --safeguard notice" in page
    assert made.chart().to_dict()["description"].startswith("Dots, simulated")


@pytest.mark.slow
def test_the_command_prints_every_design(cli: Any, tmp_path: Path) -> None:
    ask = ["safeguards", "fragmented-2018", "--people", "2000", "--months", "6"]
    ask += ["--replicates", "2", "--safeguard", "notice", "--safeguard", "sunset"]
    answer = cli(*ask, "--no-pairs", "--out", tmp_path / "x")
    assert answer.code == 0, answer.err
    for told in ("as it is", "notice", "sunset", "No design is recommended"):
        assert told in " ".join(answer.out.split())
    again = cli(*ask, "--out", tmp_path / "x")
    assert again.code == 2
    assert "exists already" in again.err
    wrong = cli("safeguards", "none", "--out", tmp_path / "y")
    assert wrong.code == 2
    assert "nothing to guard" in wrong.err
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_numbers_are_written_shortly() -> None:
    assert compressed([7, 1, 3, 4, 5, 8]) == "1, 3–5, 7, 8"
    assert compressed([2]) == "2"


@pytest.mark.slow
def test_notice_window_and_review_are_complements() -> None:
    """Model 6, S1 to S3: each alone does little, together they do (20.4 to 5.6 per cent)."""
    tried = scoredsociety.safeguards(safeguards=PROCESS, people=20_000, months=84, replicates=4)
    share = {o.names: float(o.values["wrongful share"].mean()) for o in tried.made.outcomes}
    assert 0.16 < share[()] < 0.24
    assert share[PROCESS] < 0.09
    for name in PROCESS:
        assert share[name,] > 0.13
    words = {i.names: i.word for i in tried.made.interactions}
    assert words[PROCESS] == "complements"
    assert words["longer-window", "independent-review"] == "complements"

    # closed form: of what was wrongly recorded, 1 - nu (1 - exp(-days / 30)) iota gets through;
    # exits, late appeals and luck are not in it
    def through(notice: float, days: float, review: float) -> float:
        return 1 - notice * (1 - math.exp(-days / 30)) * review

    odds = {k: v / (1 - v) for k, v in share.items()}
    wrong, right = (through(1, 60, r) / through(0.7, 10, s) for r, s in ((0.9, 0.5), (0.05, 0.05)))
    assert odds[PROCESS] / odds[()] == pytest.approx(wrong / right, rel=0.3)
