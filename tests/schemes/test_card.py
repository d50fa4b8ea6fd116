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
    assumptions = text[text.index("Assumptions\n") : text.index("\nCalibrations\n")]
    assert "  grades (six bands are in the text" in assumptions
    assert " = tax-arrears, -20 points" in assumptions
    assert "start" not in assumptions


def test_the_card_of_a_resolved_regime_names_safeguards_and_calibrations() -> None:
    text = card(resolve("fragmented-2018", ["notice"], {"court-list": "B"}))
    assert "(calibration B)" in text
    assert "Safeguards in force" in text
    assert "costs 50 points" in text


def words(name: str) -> str:
    return " ".join(card(load_scheme(name)).split())


def test_every_number_of_a_scheme_is_on_its_card_or_named_by_its_kind() -> None:
    features = load_scheme("sesame-score").features
    assert features is not None
    text = words("sesame-score")
    for dimension in features.dimensions.values():
        assert f"{dimension.title.split()[0]}" in text
        assert f"{dimension.weight.value * 100:.6g} %" in text
        for term in dimension.terms:
            assert f"{term.slope.value:+.6g}" in text
    stars = load_scheme("platform-stars").stars
    assert stars is not None
    text = words("platform-stars")
    for name in ("prior", "weight", "trades", "quality", "spread", "noise"):
        assert f" {getattr(stars, name).value:,.10g} [" in text
    firms = load_scheme("restaurant-grades").organisations
    assert firms is not None
    assert f"organisations {firms.count.value:,.10g} [" in words("restaurant-grades")


@pytest.mark.parametrize("name", list_schemes())
def test_a_card_says_who_when_and_who_is_let_off(name: str) -> None:
    scheme, text = load_scheme(name), words(name)
    assert f"taking part is {scheme.subjects.enrolment}" in text
    assert scheme.operator in text.split("Who is covered")[0]
    if scheme.subjects.coverage is not None:
        assert f"Of these {scheme.subjects.coverage.value * 100:.6g} %" in text
    if scheme.timing is not None:
        assert f"in month {scheme.timing.first}" in text or "city by city" in text
    for exemption in scheme.exemptions:
        assert f"Exempted: {exemption.share * 100:.6g} %" in text
    if scheme.disclosure is not None:
        assert f"Level {scheme.disclosure.level}:" in text
    for figure in scheme.published:
        assert figure.source is not None or figure.confidence in ("assumed", "derived")


def test_the_card_of_a_regime_shows_agreements_institutions_and_changes() -> None:
    regime = load_regime("dystopia")
    text = " ".join(card(regime).split())
    for institution in load_world().institutions.values():
        assert institution.title in text
    for memo in regime.memoranda:
        assert f"A record of {memo.origin} also" in text
    for patch in regime.changes:
        assert str(patch.set or patch.add or patch.remove) in text
