"""What readers see: the page loads nothing and escapes everything; the command line explains."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from scoredsociety.evidence import Answers, Verdict, claims
from scoredsociety.evidence.companions import Companion
from scoredsociety.evidence.numbers import Number, exact
from scoredsociety.evidence.page import page_html
from scoredsociety.evidence.telling import at_length, interval, number, with_interval

ARITHMETIC = [12, 18, 39, 45, 71]


@pytest.fixture(scope="module")
def answers() -> Answers:
    return claims(ARITHMETIC)


def test_the_page_loads_nothing(answers: Answers) -> None:
    html = page_html(answers)
    assert not re.findall(r"(?:src|href)\s*=|@import|url\(|<script|<link|<img|<iframe", html)
    assert "default-src 'none'" in html
    assert html == page_html(answers), "the same answers give the same bytes"


def test_the_page_escapes_what_it_says(answers: Answers) -> None:
    first = answers.answers[1]
    evil = first.claim.model_copy(update={"claim": "<script>alert('x')</script> & more"})
    other = replace(answers, answers=(replace(first, claim=evil), *answers.answers[2:]))
    html = page_html(other)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_page_has_a_row_for_every_claim_and_counts_them(answers: Answers) -> None:
    html = page_html(answers)
    for a in answers.answers:
        assert f"{a.claim.id}. " in html
    assert answers.computed == 4
    assert f"Of {len(answers.answers)} claims" in html
    assert str(Verdict.NOT_TESTABLE) in html.lower()


def test_arithmetic_needs_no_run(answers: Answers) -> None:
    assert answers.runs == 0
    assert [a.verdict for a in answers.answers if a.claim.id == 12] == [Verdict.NOT_TESTABLE]


def test_an_unknown_claim_is_refused() -> None:
    with pytest.raises(LookupError, match="1 to 153"):
        claims([154])


def test_one_claim_at_length(answers: Answers) -> None:
    told = dict(at_length(next(a for a in answers.answers if a.claim.id == 39)))
    assert told["Condition"].startswith("below 0.5")
    assert "figures.interviews-dozens" in told["Verdict"]
    assert "Kostka" in told["Figure interviews"]


def test_numbers_in_words() -> None:
    assert number(exact(0.123)) == "12.3%"
    assert number(exact(0.0)) == "0, exactly"
    assert number(exact(3.5, "points")) == "3.5 points"
    assert number(Number(None)) == "not enough evidence"
    assert interval(Number(0.5, 0.4, 0.6)) == "40 to 60%"
    assert with_interval(Number(0.5, 0.5, 0.5)) == "50%"


def test_the_command_explains_and_refuses(cli) -> None:
    code, out, _ = cli("claims", "--claim", "71", "--claim", "12")
    assert code == 0
    assert "Claim 71" in out
    assert "contradicted" in out
    assert "not testable here" in out
    assert max(map(len, out.splitlines())) <= 100
    code, _, err = cli("claims", "--claim", "200")
    assert code == 2
    assert "1 to 153" in err


def test_the_command_writes_json_and_a_page(cli, tmp_path) -> None:
    page = tmp_path / "claims.html"
    code, out, _ = cli("claims", "--claim", "18", "--json")
    assert code == 0
    assert '"verdict": "shown"' in out
    page.write_text("")
    code, _, err = cli("claims", "--quick", "--out", page)
    assert code == 2
    assert "exists already" in err


def test_companions_are_told_beside() -> None:
    from scoredsociety.evidence.telling import beside

    said = beside([Companion("wrongful share", "M5", exact(0.2))])
    assert said == "wrongful share 20% (M5)"
