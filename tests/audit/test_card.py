"""The cards of the EU AI Act: which limb is flagged, by which rule, and what would change it."""

# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated"

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scoredsociety.audit.card import article5_card, article5_cards, impact_card
from scoredsociety.audit.card.contexts import (
    Weights,
    declared_harm,
    declared_table,
)
from scoredsociety.audit.card.gravity import balances
from scoredsociety.audit.card.says import SAYS
from scoredsociety.audit.card.statuses import statuses
from scoredsociety.audit.card.text import Elements, article5
from scoredsociety.audit.harm import CNY_PER_MI
from scoredsociety.schemes import list_regimes, list_schemes, resolve
from scoredsociety.schemes.model import ResolvedRegime

MUNICIPAL = Path(__file__).parent / "municipal-trust.yaml"
SMALL = ("bureau", "firm-only", "none", "platform")
LARGE = [pytest.param(n, marks=pytest.mark.slow) for n in list_regimes() if n not in SMALL]
"""Regimes of many schemes, whose files take a while to read."""
ANSWERS = {
    f"{word} on limb ({limb}){tail}"
    for limb in ("i", "ii")
    for word, tail in (
        ("flagged for a lawyer's attention", ""),
        ("not flagged", ""),
        ("not flagged", ", on a condition"),
    )
}


@cache
def known(name: str | Path) -> ResolvedRegime:
    return resolve(name)


def limbs(regime: ResolvedRegime, scheme: str | None = None):
    name = scheme or next(iter(regime.schemes))
    return article5_card(regime, name).limbs


def changed(regime: ResolvedRegime, **updates) -> ResolvedRegime:
    """Return a regime whose only scheme has other blocks."""
    (name,) = regime.schemes
    scheme = regime.schemes[name].model_copy(update=updates)
    return regime.model_copy(update={"schemes": {name: scheme}})


def change(limb, text):
    (found,) = [c for c in limb.changes if c.change == text]
    return found


def test_the_trust_score_of_the_guidelines_is_flagged_on_both_limbs():
    one, two = limbs(known(MUNICIPAL))
    assert one.flagged
    assert two.flagged
    assert one.answer == "flagged for a lawyer's attention on limb (i)"
    assert two.answer == "flagged for a lawyer's attention on limb (ii)"
    assert one.value == 1.0  # neither work nor welfare nor inspections belong to any of it
    assert two.without_end  # too little volunteering harms nobody
    assert two.value is None
    assert two.because[0].startswith("too-little-volunteering (5 records, grade LESS)")
    # 5 late books: 5 x 5 CNY against 24 months of WELF, JOB and CHECK
    monthly = 0.05 * 0.4 + 0.03 + 0.005 * 0.08
    harm = 24 * monthly * CNY_PER_MI
    books = next(b for b in two.because if b.startswith("library-delay"))
    assert f"harm of {harm:,.0f} CNY, gravity 25 CNY, {harm / 25:,.3g} times" in books
    assert change(one, "everything is related (the widest table)").flips
    assert not change(one, "nothing is related (the narrowest table)").flips
    assert not change(two, "gravity at the upper end of every range").flips


def test_a_bureau_in_its_own_context_is_flagged_on_neither_limb_and_the_number_is_told():
    one, two = limbs(known("bureau"))
    assert (one.flagged, one.value, one.because) == (False, 0.0, ())
    assert one.answer == "not flagged on limb (i)"
    assert not two.flagged
    assert two.answer == "not flagged on limb (ii), on a condition"
    assert "para 176" in two.condition
    assert two.value == pytest.approx(0.05 * 84 * CNY_PER_MI / 100)  # seven years for one arrear
    assert [b.split(":")[0] for b in two.because] == ["loan-arrears (on record)"]
    unaccepted = change(two, "the rule of one purpose (para 176) is not accepted")
    assert unaccepted.flagged
    assert unaccepted.flips


def test_a_proportionate_bureau_needs_no_condition():
    regime = known("bureau")
    rules = [r for r in regime.schemes["credit-bureau"].rules if r.conduct != "loan-arrears"]
    one, two = limbs(changed(regime, rules=rules))
    assert (one.flagged, two.flagged, two.condition, two.because) == (False, False, "", ())
    assert two.value == pytest.approx(0.05 * 84 * CNY_PER_MI / 20000)


def with_process(regime, **updates):
    (scheme,) = regime.schemes.values()
    return changed(regime, process=scheme.process.model_copy(update=updates))


def test_the_rule_of_one_purpose_closes_with_any_door_left_open():
    regime = known("bureau")
    (scheme,) = regime.schemes.values()
    nothing = scheme.process.notice.model_copy(update={"value": 0.0})
    never = scheme.process.expiry_months.model_copy(update={"value": None})
    political = [r.model_copy(update={"political": True}) for r in scheme.rules]
    shame = scheme.effects[0].model_copy(update={"sanction": "SHAME"})
    fine = [*scheme.rules, scheme.rules[0].model_copy(update={"conduct": "traffic-violation"})]
    for other, door in (
        (with_process(regime, notice=nothing), "not told"),
        (with_process(regime, window_days=nothing), "not told"),
        (with_process(regime, review=scheme.process.review.model_copy(
            update={"wrongful": nothing})), "a review corrects nothing"),
        (with_process(regime, expiry_months=never), "never ends"),
        (changed(regime, rules=political), "political"),
        (changed(regime, effects=[*scheme.effects, shame]), "names are published"),
        (changed(regime, rules=fine), "several contexts"),
    ):  # fmt: skip
        card = article5_card(other, "credit-bureau")
        assert card.limbs[1].flagged, door
        scope = next(e for e in card.elements if e.id == "scope")
        assert any(door in said.text for said in scope.says)


def test_the_limbs_are_alternatives():
    dogs = limbs(known("jinan-dogs"))
    assert [x.flagged for x in dogs] == [False, True]
    court = limbs(known("court-list"))
    assert [x.flagged for x in court] == [True, False]
    # one entry bears .1825 mi a month, .07 of it in finance, for 1 / .03 months
    assert court[0].value == pytest.approx(1 - 0.07 / 0.1825)
    assert court[1].value == pytest.approx(0.1825 / 0.03 * CNY_PER_MI / 20000)
    lower = change(court[1], "gravity at the lower end of every range")
    assert lower.value == pytest.approx(5 * court[1].value)
    assert (lower.flagged, lower.flips) == (True, True)


@pytest.mark.parametrize("name", [*list_schemes(), *SMALL, *LARGE])
def test_every_card_of_the_catalogue(name):
    regime = known(name)
    cards = article5_cards(regime)
    assert [c.scheme for c in cards] == list(regime.schemes)
    for card in cards:
        assert not card.simulated
        assert card.concerns_people == (regime.schemes[card.scheme].kind != "organisations")
        assert len(card.elements) == len(Elements.model_fields) == len(SAYS)
        assert all(e.says and e.lawyer and e.paragraphs for e in card.elements)
        assert all(not e.measured for e in card.elements)
        for said in (s for e in card.elements for s in e.says if s.path):
            assert leads_somewhere(regime, said.path), said.path
        assert len(card.limbs) == 2 * card.concerns_people
        for limb in card.limbs:
            assert limb.answer in ANSWERS
            assert limb.flagged == (bool(limb.because) and not limb.condition)
            assert all(c.flips == (c.flagged != limb.flagged) for c in limb.changes)
        assert "NaN" not in card.model_dump_json()
    impact = impact_card(regime)
    assert [h.article[-3:] for h in impact.headings] == ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)"]
    assert all(h.says and h.unknown for h in impact.headings)


def leads_somewhere(regime, path):
    place = regime
    for step in path.split("."):
        if isinstance(place, list):
            place = place[int(step)]
        else:
            place = place.get(step) if isinstance(place, dict) else getattr(place, step, None)
    return place is not None


def test_rewards_are_examined_too():
    redlist, _ = limbs(known("volunteer-redlist"))
    assert redlist.flagged
    assert all("an advantage (para 169)" in b for b in redlist.because)
    assert redlist.value is None  # nobody is harmed


def test_a_scheme_of_firms_is_out_of_scope():
    (card,) = article5_cards(known("quality-list"))
    assert card.limbs == ()
    persons = next(e for e in card.elements if e.id == "natural-persons")
    assert "para 173" in persons.says[0].text


def obvious_share(harm, table):
    total = sum(harm.values())
    outside = sum(h for (c, x), h in harm.items() if x not in table.get(c, ()))
    return outside / total if total else math.nan


def test_every_change_of_the_table_of_contexts_is_worked_out_anew():
    regime = known("rongcheng-points")
    found = statuses(regime, "rongcheng-points")
    weights, table = declared_harm(regime, found), declared_table(regime)
    harm = {p: float(h[0]) for p, h in weights.harm.items()}
    (one, _) = limbs(regime)
    assert one.value == pytest.approx(obvious_share(harm, table))
    world = regime.world
    moved = 0
    for (c, x), _h in harm.items():
        other = {**table, c: table[c] ^ {x}}
        word = "related" if x not in table[c] else "unrelated"
        text = f"{world.contexts[c].title} to {world.harm_contexts[x].lower()} counts as {word}"
        shown = [k for k in one.changes if k.change == text]
        assert weights.share(other)[0] == pytest.approx(obvious_share(harm, other))
        if shown:
            assert shown[0].value == pytest.approx(obvious_share(harm, other))
            moved += shown[0].value != one.value
    assert moved >= 5
    single = [
        c for c in one.changes if "counts as" in c.change and "finance always" not in c.change
    ]
    size = [abs((c.value or 0) - one.value) for c in single]
    assert size == sorted(size, reverse=True)  # those that move it most come first


def test_the_ends_of_the_table_of_contexts():
    two = Weights({("a", "x"): np.array([1.0, 3.0]), ("a", "y"): np.array([1.0, 1.0])}, frozenset())
    assert two.share({}).tolist() == [1.0, 1.0]
    assert two.share({"a": {"x"}}).tolist() == [0.5, 0.25]
    assert two.share({"a": {"x", "y"}}).tolist() == [0.0, 0.0]
    assert np.isnan(Weights({}, frozenset()).share({})[0])


def test_records_that_it_takes_are_counted_from_the_start():
    regime = known(MUNICIPAL)
    need = {
        b.cause.conduct: b.cause.need for b in balances(regime, statuses(regime, "municipal-trust"))
    }
    # from 100 to below 60: 5 x 10 points, 3 x 20 points
    assert need == {"too-little-volunteering": 5, "library-delay": 5, "rubbish-day": 5,
                    "local-tax-delay": 3}  # fmt: skip
    dogs = known("jinan-dogs")
    found = {b.cause.conduct: b.cause.need for b in balances(dogs, statuses(dogs, "jinan-dogs"))}
    assert found["unlicensed-dog"] == 1  # all twelve points at once
    assert found["unleashed-dog"] == 3  # 3, then 6, then what is left


def test_kappa_and_the_gravity_ends_answer_as_they_should():
    two = limbs(known("jinan-dogs"))[1]
    multiple = two.value
    for kappa in (2, 5, 10):
        row = change(two, f"kappa {kappa}")
        assert row.flagged == (multiple > kappa)
        assert row.value == pytest.approx(multiple)
    assert change(two, "every gravity five times").value == pytest.approx(multiple / 5)
    assert change(two, "every gravity a fifth").value == pytest.approx(multiple * 5)


def test_a_single_gravity_is_named_where_it_alone_changes_the_answer():
    two = limbs(known("court-list"))[1]  # one conduct, .617 times its gravity of 20,000 CNY
    alone = [c for c in two.changes if " alone " in c.change]
    assert [c.change for c in alone] == [
        "gravity of court-default alone at the lower end of its range"
    ]
    assert alone[0].flips
    trust = limbs(known(MUNICIPAL))[1]  # no single gravity does
    assert not [c for c in trust.changes if " alone " in c.change]


def test_the_words_are_whole_and_sourced():
    text = article5()
    assert tuple(SAYS) == tuple(Elements.model_fields)
    assert text.rules.kappa.value == 1
    assert {"act", "guidelines"} <= set(text.sources)
