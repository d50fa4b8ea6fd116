"""What people no longer say, and what becomes a habit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoredsociety.schemes.model import ResolvedRegime
from tests.engine.worlds import Tree, conduct, homogeneous, points, quantity, run

EVERYBODY = {"inside": quantity(0.5), "outside": quantity(0.5), "certainty": quantity(1.0)}
KINDS = {
    "critique": conduct(0.5, speech="lawful", detection={"administration": quantity(0.3)}),
    "gossip": conduct(0.3, speech="punishable", detection={"administration": quantity(0.3)}),
    "litter": conduct(0.2, detection={"administration": quantity(0.3)}),
}


def spoken(conduct_name: str, **parameters: float) -> np.ndarray:
    """Return lawful critical acts by (month, aware) if a score has a rule for one conduct."""
    score = points({conduct_name: -1}, expiry=12, bands={"A": 900, "D": 0}, awareness=EVERYBODY)
    data = run(homogeneous(KINDS, score, **parameters), people=6000, months=24)
    return np.asarray(data.replicates[0].acts[0].sum(axis=2))


@pytest.mark.parametrize(("chi", "iota", "vague"), [(0.1, 1.0, 0.3), (0.3, 0.5, 0.8), (0.0, 1, 1)])
@pytest.mark.parametrize("ruled", ["critique", "gossip"])
def test_the_aware_say_less_by_chill_times_weight_in_the_first_month(chi, iota, vague, ruled):
    # a rule for lawful speech weighs 1, one for speech that may be punished its vagueness
    weight = 1.0 if ruled == "critique" else vague
    settings: dict[str, float] = {
        "chill": chi, "identifiability": iota, "vagueness": vague, "assume_watched": 0.0,
    }  # fmt: skip
    silent, talking = spoken("litter", **settings), spoken(ruled, **settings)
    assert silent[0].min() > 500
    # the same opportunities under both, so there is no noise in the ratio: 16 bits of rounding
    seen = talking[0] / silent[0]
    assert abs(seen[1] - (1 - chi * weight * iota)) < 1e-4
    assert seen[0] == 1.0
    assert np.array_equal(talking[:, 0], silent[:, 0])  # who knows nothing goes on as before
    if chi:
        later = talking[12:, 1].sum() / silent[12:, 1].sum()
        assert seen[1] < later < 1.0  # who is never recorded comes to believe less in it


def test_who_thinks_to_be_watched_anyway_has_nothing_left_to_lose():
    settings = {"chill": 0.2, "vagueness": 0.5, "assume_watched": 1.0}
    silent = spoken("litter", **settings)
    for ruled in ("critique", "gossip"):
        assert np.array_equal(spoken(ruled, **settings), silent)
    free = spoken("litter", **(settings | {"assume_watched": 0.0}))
    assert np.abs(silent / free - 0.8).max() < 1e-4
    some = spoken("litter", **(settings | {"assume_watched": 0.3}))
    share = ((1 - some / free) / 0.2).mean()
    assert abs(share - 0.3) < 4 * (0.3 * 0.7 / 4000) ** 0.5  # of 4,000 adults and more


def never_caught(regime: ResolvedRegime) -> ResolvedRegime:
    """Attribute every act to somebody else, and have every such mistake found."""
    data: Any = regime.model_dump(mode="json")
    channel = data["world"]["channels"]["court"]
    channel["wrong_person"] = {"majority": quantity(1.0), "minority": quantity(1.0)}
    channel["human_review"] = quantity(1.0)
    return ResolvedRegime.model_validate(data)


@pytest.mark.parametrize(
    ("kappa", "eta", "certainty", "rate"),
    [(0.1, 0.3, 2.0, 2.0), (0.3, 0.7, 3.0, 1.0), (0.05, 0.5, 1.0, 6.0), (0.0, 0.3, 2.0, 2.0)],
)
def test_habit_follows_its_own_path_where_nobody_is_caught(kappa, eta, certainty, rate):
    cap, n0, chance, months = 2.0, 15.0, 0.2, 12  # whoever is of age in a year is so from the start
    known: Tree = {"inside": quantity(1), "outside": quantity(1), "certainty": quantity(certainty)}
    score = points({"x": -1}, expiry=12, bands={"A": 900, "D": 0}, awareness=known)
    kind = {"x": conduct(rate, chance=chance, certainty_cap=quantity(cap))}
    settings: dict[str, float] = {"prior_acts": n0, "habit": kappa}
    runs = [
        run(never_caught(homogeneous(kind, score, **(settings | more))), people=4096, months=months)
        for more in ({"certainty_elasticity": eta}, {"certainty_elasticity": 0.0, "habit": 0.0})
    ]
    assert not any(len(r.replicates[0].ledger) for r in runs)
    acts, base = (r.replicates[0].acts[0].sum(axis=(1, 2)) for r in runs)
    habit = 1.0
    for t in range(months):
        believed = n0 * certainty * chance / (n0 + rate * t)
        answer = min((believed / chance) ** -eta, cap)
        assert abs(acts[t] / base[t] - min(answer * habit, cap)) < 1e-4, t
        habit = min(cap, habit + kappa * (answer * habit - habit))
    if kappa:
        assert abs(habit - 1.0) > 0.01
