"""Small regimes for the tests: the shipped ones with numbers changed, or one homogeneous rule."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from scoredsociety.engine import RunData, compile_regime
from scoredsociety.engine.compile import Compiled
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Society
from scoredsociety.study import simulate

Tree = dict[str, Any]
SOCIETY = Society.make(people=1)


def quantity(value: float | None) -> Tree:
    """Return a number as the language writes it."""
    return {"value": value, "confidence": "assumed"}


def edited(
    edit: Callable[[Tree], None], regime: str = "fragmented-2018", **settings: Any
) -> ResolvedRegime:
    """Return a shipped regime after a change to its plain form."""
    data = copy.deepcopy(resolve(regime, **settings).model_dump(mode="json"))
    edit(data)
    return ResolvedRegime.model_validate(data)


def compiled(regime: ResolvedRegime) -> Compiled:
    """Compile with the median income of the shipped marginals."""
    return compile_regime(regime, SOCIETY.tables.median_income)


def conduct(rate: float, *, chance: float = 1.0, **settings: Any) -> Tree:
    """Return a conduct that everybody commits at the same constant rate."""
    return {
        "title": "test",
        "context": "court",
        "monthly": quantity(rate),
        "log_sd": quantity(0.0),
        "income_gradient": quantity(0.0),
        "detection": {"court": quantity(chance)},
        "certainty_cap": quantity(1.0),
        "excused": quantity(0.0),
        "excused_after_shock": quantity(0.0),
    } | settings


def process(**settings: Any) -> Tree:
    """Return a process without notice, review or exit."""
    return {
        "notice": quantity(0.0),
        "window_days": quantity(10),
        "filing_days": quantity(30),
        "review": {"wrongful": quantity(0.5), "rightful": quantity(0.05)},
        "late_appeal": quantity(0.0),
        "hardship_exemption": quantity(0.0),
    } | settings


def exit_by(monthly: float, term: int | None = None) -> Tree:
    """Return the exit of a list: a hazard that does not depend on income."""
    return {
        "monthly": quantity(monthly),
        "income_exponent": quantity(0.0),
        "term_months": quantity(term),
    }


SUBJECTS = {
    "who": "adult-residents",
    "where": "everywhere",
    "enrolment": "mandatory",
    "confidence": "assumed",
}


def a_list(
    *, exits: Tree, theta: float = 0.0, counts_to: int = 1, conduct_name: str = "x", **settings: Any
) -> Tree:
    """Return a list of those recorded for one conduct."""
    feedback = [
        {"conduct": conduct_name, "listed": True, "theta": quantity(theta), "counts_to": counts_to}
    ]
    return {
        "scheme": "a-list",
        "title": "A list",
        "kind": "list",
        "summary": "A list.",
        "subjects": SUBJECTS,
        "rules": [{"conduct": conduct_name, "lists": True, "confidence": "assumed"}],
        "process": process(exit=exits),
        "effects": [{"listed": True, "sanction": "FLY", "confidence": "assumed"}],
        "feedback": feedback if theta else [],
    } | settings


def points(
    rules: dict[str, int], *, expiry: int | None, bands: dict[str, int], **settings: Any
) -> Tree:
    """Return a points scheme."""
    return {
        "scheme": "a-score",
        "title": "A score",
        "kind": "points",
        "summary": "A score.",
        "subjects": SUBJECTS,
        "start": quantity(1000),
        "grades": {"bands": bands, "confidence": "assumed"},
        "rules": [{"conduct": c, "points": p, "confidence": "assumed"} for c, p in rules.items()],
        "process": process(expiry_months=quantity(expiry)),
        "effects": [],
    } | settings


def homogeneous(conducts: dict[str, Tree], *schemes: Tree, **parameters: float) -> ResolvedRegime:
    """Return a regime in which all adults act alike, nobody learns and no channel errs."""

    def edit(data: Tree) -> None:
        world = data["world"]
        world["conducts"] = conducts
        world["gravity"] = {}
        world["parameters"]["certainty_elasticity"]["value"] = 0.0
        world["parameters"]["deed_boost"]["value"] = 0.0
        for name, value in parameters.items():
            world["parameters"][name]["value"] = value
        for channel in world["channels"].values():
            channel["wrong_person"] = {"majority": quantity(0.0), "minority": quantity(0.0)}
            channel["capacity"]["value"] = None
        data["schemes"] = {s["scheme"]: s for s in schemes}
        data["memoranda"] = []

    return edited(edit, "none")


def run(
    regime: ResolvedRegime, people: int = 40_000, months: int = 120, **settings: Any
) -> RunData:
    """Simulate in memory."""
    return simulate(regime, people=people, months=months, **({"replicates": 1} | settings))
