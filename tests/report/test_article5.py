"""The cards in a report, as text and as Markdown."""

from __future__ import annotations

import re

import pytest

from scoredsociety.audit.card import article5_cards, impact_card
from scoredsociety.report.article5 import (
    NO_VERDICT,
    as_markdown,
    as_text,
    card_blocks,
    card_section,
    impact_blocks,
)
from scoredsociety.report.reading import make_arms
from scoredsociety.schemes import resolve
from scoredsociety.schemes.model import ResolvedRegime


@pytest.fixture(scope="module")
def cards(runs, audits):
    regime = ResolvedRegime.model_validate(audits[0].manifest["regime"])
    return article5_cards(regime, runs[0], audits[0])


def test_the_report_holds_the_answers_of_every_arm_and_the_cards_of_the_first(two):
    for name in ("law-0", "law-1"):
        assert f'<section id="{name}"' in two
    first, second = two.split('<section id="law-1"')
    assert NO_VERDICT in first
    assert "flagged for a lawyer&#39;s attention on limb (i)" in first
    folded = re.findall(r"Show the card: ([^<]*)", two)
    assert len(folded) == 4  # three schemes and the impact assessment
    assert "Show the card" not in second
    assert '<section id="card"' in first  # with its charts


def test_a_section_counts_what_is_flagged(audits):
    arm = make_arms(audits[:1])[0]
    section = card_section(arm, whole=False)
    assert section.heading.startswith("Of 3 schemes ")
    assert "three are flagged" in section.heading
    (table,) = section.tables
    assert len(table.rows) == 3
    assert all(len(row) == len(table.columns) for row in table.rows)
    sesame = next(row for row in table.rows if row[0] == "Sesame credit")
    assert sesame[2] == sesame[4] == "no harm to weigh"  # it brings advantages only


def test_text_and_markdown_say_the_same(cards):
    for card in cards:
        text, marked = as_text(card_blocks(card)), as_markdown(card_blocks(card))
        assert max(map(len, text.splitlines())) <= 100
        for element in card.elements:
            assert element.title in text
            for said in (element.lawyer, *(s.text for s in element.says)):
                assert " ".join(said.split()) in " ".join(text.split())
        plain = re.sub(r"\\(.)", r"\1", marked)
        for limb in card.limbs:
            for change in limb.changes:
                assert change.change in plain
            assert limb.answer in plain.lower()
        width = 0
        for line in marked.splitlines():
            columns = line.replace("\\|", "").count("|") if line.startswith("|") else 0
            assert not (width and columns) or columns == width
            width = columns


def test_figures_of_a_run_have_an_interval_in_every_change_of_the_table(cards):
    court = next(c for c in cards if c.scheme == "court-list")
    blocks = list(card_blocks(court))
    heads = [b.heads for b in blocks if b.heads and b.heads[0] == "If the reader declares"]
    assert ["95% interval" in h for h in heads] == [True, False]
    declared = next(iter(article5_cards(resolve("court-list"))))
    assert all("95% interval" not in b.heads for b in card_blocks(declared))


def test_the_impact_card_names_groups_and_what_is_not_known(audits):
    regime = ResolvedRegime.model_validate(audits[0].manifest["regime"])
    text = as_text(impact_blocks(impact_card(regime, audits[0])))
    assert "group=minority" in text
    assert text.count("Not known from the file: ") == 9
    assert "makes nothing lawful" in " ".join(text.split())
