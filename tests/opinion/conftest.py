"""One society for the tests of opinion: the regime of the published survey, at its date."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scoredsociety.opinion.public import Public, publics
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.study import simulate

PEOPLE = 40_000


@pytest.fixture(scope="session")
def public() -> Public:
    """Return the people of ``fragmented-2018`` at the end of month 54."""
    run = simulate("fragmented-2018", people=PEOPLE, months=54, replicates=1, snapshot=True)
    return publics(run)[0]


def with_opinion(public: Public, **values: float) -> Public:
    """Return the same people where some numbers of opinion are others."""
    opinion = public.regime.world.opinion
    changed = {
        name: getattr(opinion, name).model_copy(update={"value": value, "range": None})
        for name, value in values.items()
    }
    return with_regime(public, opinion=opinion.model_copy(update=changed))


def with_regime(public: Public, **world: Any) -> Public:
    """Return the same people where a part of the world is another."""
    regime: ResolvedRegime = public.regime
    now = regime.world.model_copy(update=world)
    return replace(public, regime=regime.model_copy(update={"world": now}))
