"""The list of claims: each once, each with a test or a reason, and no verdict typed in."""

from __future__ import annotations

import re

import pytest

from scoredsociety.evidence import MEASUREMENTS, Verdict, load_figures, load_ledger
from scoredsociety.evidence.arms import _found, resolve_arm
from scoredsociety.evidence.planning import arms_of, ends_of, plan_for
from scoredsociety.schemes import library

LEDGER = load_ledger()
ROOT = library.root()


def test_every_claim_has_exactly_one_row() -> None:
    assert [c.id for c in LEDGER.claims] == list(range(1, 154))
    assert [c.id for c in LEDGER.contradictions] == [f"C{k}" for k in range(1, 21)]


def test_every_claim_names_a_measurement_or_says_why_there_is_none() -> None:
    for claim in LEDGER.claims:
        assert (claim.measurement is None) != (claim.no_observable is None), claim.id
        if claim.measurement is not None:
            assert claim.measurement in MEASUREMENTS, claim.id
        else:
            assert len(claim.no_observable or "") > 40, "a reason is a sentence"


def test_all_but_four_claims_are_put_to_the_test() -> None:
    assert [c.id for c in LEDGER.claims if c.measurement is None] == [12, 37, 110, 138]


def test_every_measurement_is_named_by_a_claim_or_a_contradiction() -> None:
    named = {c.measurement for c in LEDGER.claims}
    named |= {s.measurement for p in LEDGER.contradictions for s in (p.a, p.b)}
    assert set(MEASUREMENTS) == named - {None}
    assert all(name == m.name for name, m in MEASUREMENTS.items())


def test_every_source_is_a_document_of_the_ledger() -> None:
    for row in LEDGER.claims:
        assert row.sources
        assert set(row.sources) <= set(LEDGER.documents)
    for pair in LEDGER.contradictions:
        assert set(pair.a.sources) | set(pair.b.sources) <= set(LEDGER.documents)


@pytest.mark.parametrize("word", [str(v) for v in Verdict] + ["depends", "verdict:"])
def test_no_verdict_stands_in_the_file(word: str) -> None:
    text = (ROOT / "claims.yaml").read_text("utf-8").lower()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert not [line for line in lines if re.search(rf"\b{re.escape(word)}", line)]


def test_no_measurement_knows_a_verdict() -> None:
    folder = ROOT.parent / "evidence" / "measurements"
    for file in folder.glob("*.py"):
        text = file.read_text("utf-8")
        assert "import Verdict" not in text
        assert not re.search(r"\bVerdict\.|Holds\.", text), file.name


def test_the_project_reads_nothing_outside_itself() -> None:
    for file in [
        ROOT / "claims.yaml",
        ROOT / "figures.yaml",
        *(ROOT.parent / "evidence").rglob("*.py"),
    ]:
        assert "shared/" not in file.read_text("utf-8")


def test_published_figures_have_a_source_or_say_that_they_are_assumed() -> None:
    book = load_figures()
    used = {n for m in MEASUREMENTS.values() for n in m.figures}
    assert used == set(book.figures)
    for name, figure in book.figures.items():
        if figure.confidence == "assumed":
            assert figure.source is None, name
        else:
            assert figure.source in book.sources, name
    assert {f.source for f in book.figures.values()} - {None} == set(book.sources)


def test_every_number_that_a_row_names_is_there() -> None:
    for m in MEASUREMENTS.values():
        for path in m.rests_on:
            assert _found(m.roles["run"], path) is not None, (m.name, path)
        for varied in m.varied:
            low, high = ends_of(m, varied)
            assert low < high, (m.name, varied.path)


@pytest.mark.slow
def test_every_edit_of_a_regime_is_in_the_language() -> None:
    for m in MEASUREMENTS.values():
        for arm in arms_of(m):
            resolve_arm(arm)


def test_each_run_is_made_once() -> None:
    plan = plan_for(list(MEASUREMENTS.values()))
    assert len({repr(a) for a in plan.arms}) == len(plan.arms)
    needed = sum(len(arms_of(m)) for m in MEASUREMENTS.values())
    assert len(plan.arms) < needed, "runs are shared"


def test_deterrence_and_chilling_are_held_against_the_same_world() -> None:
    for m in MEASUREMENTS.values():
        if {"M12", "M13"} & set(m.metrics):
            assert "base" in m.roles, m.name
