"""Cards: everything a reader needs, in plain text of a fixed width."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scoredsociety.schemes import (
    list_regimes,
    list_safeguards,
    list_schemes,
    load_regime,
    load_safeguard,
    load_scheme,
    load_world,
    resolve,
)
from scoredsociety.schemes.card import card
from scoredsociety.schemes.model import Regime, Safeguard, Scheme

LOAD: dict[str, Callable[[str], Scheme | Regime | Safeguard]] = {
    "scheme": load_scheme,
    "regime": load_regime,
    "safeguard": load_safeguard,
}
ALL = [
    *(("scheme", name) for name in list_schemes()),
    *(("regime", name) for name in list_regimes()),
    *(("safeguard", name) for name in list_safeguards()),
]


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_card_is_plain_text_of_a_hundred_columns(kind: str, name: str) -> None:
    item = LOAD[kind](name)
    text = card(item)
    lines = text.split("\n")
    assert lines[0] == item.title
    assert name in lines[1]
    assert all(len(line) <= 100 for line in lines if "http" not in line)
    assert all(line == line.rstrip() and (line == "" or line.isprintable()) for line in lines)
    assert " ".join(item.summary.split())[:60] in " ".join(text.split())


@pytest.mark.parametrize("name", list_schemes())
def test_the_card_of_a_scheme_shows_rules_sanctions_figures_and_sources(name: str) -> None:
    scheme, world = load_scheme(name), load_world()
    text = " ".join(card(scheme).split())
    for rule in scheme.rules:
        assert world.conducts[rule.conduct].title.split()[0] in text
        if rule.points is not None:
            assert f"{rule.points:+d} points" in text
    for effect in scheme.effects:
        assert f"({effect.sanction or effect.reward})" in text
    for figure in scheme.published:
        assert f"{figure.value:,.10g}" in text
    for source in scheme.sources.values():
        assert " ".join(source.title.split())[:40] in text


def test_assumptions_are_listed_with_their_notes() -> None:
    text = card(load_scheme("rongcheng-points"))
    assumptions = text[text.index("Assumptions\n") : text.index("\nSources\n")]
    assert "  grades (six bands are in the text" in assumptions
    assert "rules[14] = tax-arrears, -20 points" in assumptions
    assert "start" not in assumptions


def test_the_card_of_a_resolved_regime_names_safeguards_and_calibrations() -> None:
    text = card(resolve("fragmented-2018", ["notice"], {"court-list": "B"}))
    assert "(calibration B)" in text
    assert "Safeguards in force" in text
    assert "costs 50 points" in text
