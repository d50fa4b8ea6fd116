"""``card``: from a name, from a file, from a run; as text, JSON and Markdown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scoredsociety.schemes.library import root

MUNICIPAL = Path(__file__).parents[1] / "audit" / "municipal-trust.yaml"


def test_a_card_from_a_file_of_ones_own(cli):
    answer = cli("card", MUNICIPAL)
    assert answer.code == 0
    text = " ".join(answer.out.split())
    assert "Not simulated: from the file alone." in text
    assert "It is no legal finding and no advice" in text
    assert "Flagged for a lawyer's attention on limb (i)." in text
    assert "Flagged for a lawyer's attention on limb (ii)." in text
    assert "The limbs are alternatives (para 164)" in text
    assert "Art. 27 of the EU AI Act, impact assessment" in text
    assert text.count("Not known from the file: ") >= 6
    assert max(map(len, answer.out.splitlines())) <= 100


def test_a_card_of_a_bureau_is_flagged_on_neither(cli):
    text = " ".join(cli("card", "bureau", "--article", "5").out.split())
    assert "Not flagged on limb (i)." in text
    assert "Not flagged on limb (ii), on a condition." in text
    assert "Without that it would be flagged: loan-arrears (on record): harm" in text
    assert "Flagged for a lawyer's attention" not in text
    assert "Art. 27" not in text


@pytest.mark.slow
def test_the_cards_of_a_comparison_have_figures_of_every_arm(cli, compared):
    answer = cli("card", compared, "--json")
    assert answer.code == 0
    both = json.loads(answer.out)["cards"]
    assert [c["safeguards"] for c in both] == [[], ["notice"]]
    for told in both:
        assert len(told["article_27"]["headings"]) == 6
        court = next(c for c in told["article_5"] if c["scheme"] == "court-list")
        assert court["simulated"] is True
        measured = [m for e in court["elements"] for m in e["measured"]]
        assert any(m["what"].endswith("(M8)") for m in measured)
    assert not re.search(r'"verdict"|"(un)?lawful"', answer.out)


def test_markdown_escapes_what_comes_from_files(cli, tmp_path):
    text = MUNICIPAL.read_text("utf-8")
    text = text.replace("title: Trust score of a municipality", 'title: "<b>a|b</b> [x](http://y)"')
    own = tmp_path / "own.yaml"
    own.write_text(text, "utf-8")
    answer = cli("card", own, "--markdown")
    assert answer.code == 0
    bare = re.sub(r"\\.", "", answer.out)
    assert "bab/b x(http//y)" in bare
    for armed in ("<b>", "](", "://"):
        assert armed not in bare
    width = 0
    for line in answer.out.splitlines():
        columns = line.replace("\\|", "").count("|") if line.startswith("|") else 0
        assert not (width and columns) or columns == width
        width = columns


def test_what_cannot_be_a_card(cli, finished):
    assert cli("card", "none").out.startswith("Art. 27")
    assert "there is nothing to fill in" in cli("card", "none", "--article", "5").out
    for arguments, words in (
        (("bureaux",), "write bureau"),
        (("bureau", "--article", "6"), "Allowed: 5, 27"),
        (("bureau", "--json", "--markdown"), "not both"),
        (("bureau", "--people", "many"), "not a whole number"),
        ((finished, "--people", "100"), "is a finished run"),
        ((finished, "--safeguard", "notice"), "is a finished run"),
        ((root(),), "not the folder of a run"),
    ):
        answer = cli("card", *arguments)
        assert answer.code == 2
        assert answer.out == ""
        assert words in " ".join(answer.err.split())


@pytest.mark.slow
def test_a_card_can_be_simulated_in_passing(cli):
    size = ("--people", "4000", "--months", "24", "--replicates", "3")
    (told,) = json.loads(cli("card", MUNICIPAL, *size, "--json").out)["cards"]
    (card,) = told["article_5"]
    assert [limb["flagged"] for limb in card["limbs"]] == [True, True]
    limb = next(e for e in card["elements"] if e["id"] == "unrelated")
    assert limb["measured"][0]["value"] == 1.0
    assert limb["measured"][0]["entries"] > 10
    two = next(e for e in card["elements"] if e["id"] == "disproportionate")
    assert two["measured"][1]["value"] > 0.5
    risks = next(h for h in told["article_27"]["headings"] if h["id"] == "risks")
    assert any("group=minority" in m["what"] for m in risks["measured"])


@pytest.mark.slow
def test_a_card_of_a_simulated_bureau_is_flagged_on_neither(cli):
    size = ("--people", "4000", "--months", "24", "--replicates", "3")
    (told,) = json.loads(cli("card", "bureau", *size, "--json").out)["cards"]
    (card,) = told["article_5"]
    assert [limb["flagged"] for limb in card["limbs"]] == [False, False]
    assert card["limbs"][0]["value"] == 0.0
