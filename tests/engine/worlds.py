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
        "operator": "public",
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
        "operator": "public",
        "summary": "A score.",
        "subjects": SUBJECTS,
        "start": quantity(1000),
        "grades": {"bands": bands, "confidence": "assumed"},
        "rules": [{"conduct": c, "points": p, "confidence": "assumed"} for c, p in rules.items()],
        "process": process(expiry_months=quantity(expiry)),
        "effects": [],
    } | settings


def a_record(rules: list[str], *, expiry: int | None, **settings: Any) -> Tree:
    """Return a store of records without a score."""
    return {
        "scheme": "a-record",
        "title": "A record",
        "kind": "record",
        "operator": "public",
        "summary": "A record.",
        "subjects": SUBJECTS,
        "rules": [{"conduct": c, "lists": True, "confidence": "assumed"} for c in rules],
        "process": process(expiry_months=quantity(expiry)),
        "effects": [],
    } | settings


def dimension(weight: float, base: float, **slopes: float) -> Tree:
    """Return a part of a weighted score; the names of attributes are written with _."""
    return {
        "title": "test",
        "weight": quantity(weight),
        "base": quantity(base),
        "terms": [
            {"attribute": name.replace("_", "-"), "slope": quantity(slope)}
            for name, slope in slopes.items()
        ],
    }


def features(
    rules: dict[str, int], *, dimensions: Tree, records: str, ties: float | None, **settings: Any
) -> Tree:
    """Return a weighted score from 350 to 950."""
    return {
        "scheme": "a-profile",
        "title": "A profile",
        "kind": "features",
        "operator": "private",
        "summary": "A profile.",
        "subjects": SUBJECTS,
        "features": {
            "low": quantity(350),
            "high": quantity(950),
            "dimensions": dimensions,
            "records": records,
            "ties": None if ties is None else quantity(ties),
        },
        "rules": [{"conduct": c, "points": p, "confidence": "assumed"} for c, p in rules.items()],
        "process": process(expiry_months=quantity(None)),
        "effects": [],
    } | settings


def stars(*, context: str, bands: dict[str, float], numbers: Tree, **settings: Any) -> Tree:
    """Return a scheme of mutual ratings; ``numbers`` are those of the language."""
    return {
        "scheme": "a-rating",
        "title": "A rating",
        "kind": "stars",
        "operator": "private",
        "summary": "A rating.",
        "subjects": SUBJECTS,
        "stars": {name: quantity(value) for name, value in numbers.items()} | {"context": context},
        "grades": {"bands": bands, "confidence": "assumed"},
        "process": process(),
        "effects": [],
    } | settings


def effect(**what: Any) -> Tree:
    """Return what a status brings."""
    return what | {"confidence": "assumed"}


def memo(origin: str, target: str, **settings: Any) -> Tree:
    """Return an agreement that copies rows."""
    return {"origin": origin, "target": target, "confidence": "assumed"} | settings


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
