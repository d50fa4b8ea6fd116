"""The cards of a run: what was measured is what the audit says, and no luck flags a limb."""

# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from scoredsociety.audit import audit_run
from scoredsociety.audit.burden import expected_monthly_harm
from scoredsociety.audit.card import article5_card, article5_cards, impact_card
from scoredsociety.audit.card.contexts import declared_table, measured_harm
from scoredsociety.audit.card.gravity import measured_above
from scoredsociety.audit.card.statuses import joint_chances, statuses
from scoredsociety.audit.sample import load_sample
from scoredsociety.engine.result import RunData
from scoredsociety.schemes import resolve
from tests.audit.audit_worlds import random_run


@cache
def sampled():
    run = random_run(11)
    return run, load_sample(run), audit_run(run)


@pytest.mark.parametrize("name", ["court-list", "transit-list", "city-points"])
def test_what_a_run_measured_is_what_m8_and_m9_say(name):
    _, sample, audit = sampled()
    item = f"{name}/spells" if name == "city-points" else name
    share = measured_harm(sample, name).share(declared_table(sample.regime))
    expected = audit.by_replicate["M8", item, "cross-context share", "all", None]
    np.testing.assert_allclose(share, expected, rtol=1e-12, atol=1e-15)
    above, count = measured_above(sample, name, 1.0)["declared"]
    key = ("M9", item, "share above 1", "all", None)
    np.testing.assert_allclose(above, audit.by_replicate[key], rtol=1e-12)
    lower, _ = measured_above(sample, name, 1.0)["a fifth"]
    assert (np.nan_to_num(lower) >= np.nan_to_num(above)).all()
    assert (count >= 0).all()


def test_a_card_of_a_run_has_figures_with_what_stands_behind_them():
    run, sample, audit = sampled()
    cards = article5_cards(sample.regime, run, audit)
    card = next(c for c in cards if c.scheme == "court-list")
    assert card.simulated
    element = next(e for e in card.elements if e.id == "unrelated")
    first = element.measured[0]
    assert first.value == audit.value("M8", "court-list", "cross-context share")
    assert first.entries > 0
    assert any("wrongful" in c for c in first.companions)
    assert any("assumed" in c for c in first.companions)
    assert card.limbs[0].value == pytest.approx(first.value)
    # what is flagged does not hang on luck
    assert [x.flagged for x in card.limbs] == [
        x.flagged for x in article5_card(sample.regime, "court-list").limbs
    ]
    risks = next(h for h in impact_card(sample.regime, audit).headings if h.id == "risks")
    groups = {m.what for m in risks.measured}
    assert any("group=minority" in what for what in groups)


def test_sanctions_that_others_add_count_by_their_chance():
    regime = resolve("joint-2020")
    chances = joint_chances(regime, "court-list")
    assert chances
    manifest = {"regime": regime.model_dump(mode="json"), "schemes": list(regime.schemes)}
    empty = random_run(1)
    run = RunData({**empty.manifest, **manifest}, empty.replicates)
    sample = load_sample(run)
    (status,) = statuses(regime, "court-list")
    world = regime.world.sanctions
    monthly = sum(p * world[c].harm.value * world[c].exposed.value
                  for c, p in status.sanctions.items())  # fmt: skip
    assert monthly == pytest.approx(expected_monthly_harm(sample, "court-list"))
