"""The tables of a program that concern schemes: rules, effects, scores, agreements."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.errors import EngineError
from scoredsociety.engine.program import (
    COPY,
    DIMENSION,
    FEATURES,
    JOINT,
    LIST,
    MAX_GRADES,
    NEVER,
    POINTS,
    REWARD_BIT,
    RULE,
    SCHEME,
    STARS,
    TERM,
    UNIT,
    identity,
    salt,
)
from scoredsociety.engine.tables import bits, joined, pointers, records
from scoredsociety.schemes.model import ResolvedRegime, Scheme
from scoredsociety.society.traits import ATTRIBUTE, ELIGIBLE

MOST_ROWS = 1000
KINDS = {"points": POINTS, "list": LIST, "record": LIST, "features": FEATURES, "stars": STARS}


def scheme_tables(regime: ResolvedRegime, positions: list[dict[str, int]]) -> dict[str, Any]:
    """Return everything of a program that depends on its schemes.

    Parameters
    ----------
    regime : ResolvedRegime
    positions : list of dict
        Rows of the monthly table, by scheme.

    Returns
    -------
    dict
        Fields of :class:`scoredsociety.engine.program.Program`.
    """
    schemes, conducts = regime.of_people(), list(regime.world.conducts)
    rules, later = _rules(regime, conducts)
    floors = np.full((len(schemes), MAX_GRADES), -(2**31), np.int64)
    grade_mask = np.zeros((len(schemes), MAX_GRADES), np.uint64)
    items: list[dict[str, Any]] = []
    for s, (name, scheme) in enumerate(schemes.items()):
        bands = scheme.grades.bands if scheme.grades else {}
        unit = UNIT[scheme.kind]
        floors[s, : max(len(bands) - 1, 0)] = [
            math.floor(low * unit + 0.5) for low in bands.values()
        ][:-1]
        masks, listed_mask = _masks(regime, scheme)
        grade_mask[s, : len(bands)] = masks
        items.append(
            positions[s]
            | _subjects(scheme)
            | _process(scheme)
            | _score(regime, scheme, conducts)
            | {
                "salt": salt(name),
                "identity": identity(name),
                "listed_mask": listed_mask,
                "grades": len(bands),
                "hold": _hold(scheme),
                "room": most_rows(regime, name),
                "feature": sum(x["kind"] == FEATURES for x in items) if scheme.features else -1,
                "star": sum(x["kind"] == STARS for x in items) if scheme.stars else -1,
            }
        )
    every = range(len(schemes))
    ruled = [[s for s in every if rules[s, c]["applies"]] for c in range(len(conducts))]
    theta = rules["theta_listed"] + rules["theta_below"]
    felt = [[s for s in every if theta[s, c] > 0] for c in range(len(conducts))]
    return {
        "rules": rules,
        "later": later,
        "schemes": records(SCHEME, items),
        "floors": floors,
        "grade_mask": grade_mask,
        "ruled_first": pointers(ruled),
        "ruled": _flat(ruled),
        "felt_first": pointers(felt),
        "felt": _flat(felt),
        **_agreements(regime),
        **_dimensions(schemes),
    }


def _flat(groups: list[list[int]]) -> NDArray[np.int64]:
    return np.array([x for group in groups for x in group], np.int64)


def _rules(
    regime: ResolvedRegime, conducts: list[str]
) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    schemes = regime.of_people()
    rules = np.zeros((len(schemes), len(conducts)), RULE)
    later: list[int] = []
    for s, scheme in enumerate(schemes.values()):
        names = list(scheme.grades.bands) if scheme.grades else []
        for rule in scheme.rules:
            entry = rules[s, conducts.index(rule.conduct)]
            entry["applies"], entry["points"] = 1, rule.points or 0
            entry["holds"] = rule.at_most is not None
            entry["later_first"], entry["later"] = len(later), len(rule.escalates or ())
            later += rule.escalates or []
        for feedback in scheme.feedback:
            entry = rules[s, conducts.index(feedback.conduct)]
            if feedback.listed:
                entry["theta_listed"] = feedback.theta.value
                entry["counts_to"] = feedback.counts_to
            else:
                entry["theta_below"] = feedback.theta.value
                entry["below"] = names.index(feedback.below or "")
    return rules, np.array([*later, 0], np.int64)


def _hold(scheme: Scheme) -> int:
    names = list(scheme.grades.bands) if scheme.grades else []
    return next((names.index(rule.at_most) for rule in scheme.rules if rule.at_most), 0)


def _masks(regime: ResolvedRegime, scheme: Scheme) -> tuple[list[int], int]:
    """Return the effects as bits: by grade, and of being listed."""
    sanctions = bits(regime.world.sanctions)
    rewards = {code: bit << REWARD_BIT for code, bit in bits(regime.world.rewards).items()}
    names = list(scheme.grades.bands) if scheme.grades else []
    masks, listed = [0] * len(names), 0
    for effect in scheme.effects:
        bit = sanctions[effect.sanction] if effect.sanction else rewards[effect.reward or ""]
        listed |= bit if effect.listed else 0
        for grade in effect.grade or []:
            masks[names.index(grade)] |= bit
    return masks, listed


def _subjects(scheme: Scheme) -> dict[str, Any]:
    who, timing, aware = scheme.subjects, scheme.timing, scheme.awareness
    spared = {"everyone": 0.0, "party-members": 0.0, "elite": 0.0}
    for exemption in scheme.exemptions:
        if exemption.members:
            spared[exemption.members] = max(spared[exemption.members], exemption.share)
    seen = scheme.disclosure
    pressure = who.pressure.cost.value - who.pressure.penalty.value if who.pressure else math.nan
    return {
        "who": ELIGIBLE["everyone" if who.who == "adult-residents" else who.who],
        "pilot_only": who.where == "pilot-cities",
        "voluntary": who.enrolment == "voluntary",
        "coverage": who.coverage.value if who.coverage else 1.0,
        "selection": who.selection.value if who.selection else 0.0,
        "pressure": pressure,
        "announced": timing.announced if timing else 0,
        "first": timing.first if timing else 1,
        "last": timing.last if timing else 1,
        "ends": timing.ends if timing and timing.ends else NEVER,
        "aware_inside": aware.inside.value if aware else 0.0,
        "aware_outside": aware.outside.value if aware else 0.0,
        "certainty": aware.certainty.value if aware else 1.0,
        "spare_everyone": spared["everyone"],
        "spare_party": spared["party-members"],
        "spare_elite": spared["elite"],
        "level": seen.level if seen else 0,
        "reach": seen.reach.value if seen and seen.level >= 1 else 0.0,
        "namesakes": seen.namesakes.value if seen and seen.namesakes and seen.level >= 2 else 0.0,
    }


def _process(scheme: Scheme) -> dict[str, Any]:
    p = scheme.process
    filing, life = p.filing_days.value, p.expiry_months.value if p.expiry_months else None
    term = p.exit.term_months.value if p.exit else life
    grades = list(scheme.grades.bands) if scheme.grades else []
    return {
        "notice": p.notice.value,
        "files": 1.0 - math.exp(-p.window_days.value / filing) if filing > 0 else 1.0,
        "review_rightful": p.review.rightful.value,
        "review_wrongful": p.review.wrongful.value,
        "exempt": p.hardship_exemption.value,
        "late": p.late_appeal.value,
        "exit": p.exit.monthly.value if p.exit else 0.0,
        "income_exponent": p.exit.income_exponent.value if p.exit else 0.0,
        "expiry": int(life or 0),
        "term": int(term or 0),
        "reset_at": grades.index(p.reset.at) if p.reset else -1,
        "reset_after": int(p.reset.after_months.value) if p.reset else 0,
    }


def _score(regime: ResolvedRegime, scheme: Scheme, conducts: list[str]) -> dict[str, Any]:
    kind: dict[str, Any] = {
        "kind": KINDS[scheme.kind],
        "is_list": scheme.kind in ("list", "record"),
        "start": int(scheme.start.value) if scheme.start else 0,
        "default_conduct": conducts.index(scheme.rules[0].conduct) if scheme.rules else 0,
    }
    if scheme.features:
        f = scheme.features
        kind |= {
            "low": f.low.value,
            "span": f.high.value - f.low.value,
            "ties": f.ties.value if f.ties else 0.0,
            "record_weight": f.dimensions[f.records].weight.value,
        }
    if scheme.stars:
        stars = scheme.stars
        named = (c for c, x in regime.world.conducts.items() if x.context == stars.context)
        kind |= {
            "prior": stars.prior.value,
            "weight": stars.weight.value,
            "trades": int(stars.trades.value),
            "quality": stars.quality.value,
            "spread": stars.spread.value,
            "noise": stars.noise.value,
            "retaliation": stars.retaliation.value,
            "context": identity(stars.context),
            "default_conduct": conducts.index(next(named, conducts[0])),
        }
    return kind


def most_rows(regime: ResolvedRegime, name: str) -> int:
    """Return how many ledger rows one recorded act can leave through a scheme and its copies.

    Raises
    ------
    EngineError
        If there are too many ways along which one record is copied.
    """
    counted: dict[str, int] = {}

    def rows(origin: str) -> int:
        if origin not in counted:
            seen = regime.schemes[origin].disclosure
            own = 2 if seen and seen.namesakes else 1
            counted[origin] = own + sum(
                rows(m.target) for m in regime.memoranda if m.origin == origin
            )
        return counted[origin]

    most = rows(name)
    if most > MOST_ROWS:
        raise EngineError(
            f"one record of {name} would be copied {most:,} times along the memoranda; "
            f"at most {MOST_ROWS:,} times can be simulated"
        )
    return most


def _agreements(regime: ResolvedRegime) -> dict[str, Any]:
    names, sanctions = list(regime.of_people()), bits(regime.world.sanctions)
    copies = [
        sorted(
            (
                {
                    "salt": salt(f"{m.origin}>{m.target}"),
                    "share": m.share.value if m.share else 1.0,
                    "target": names.index(m.target),
                    "points": m.points or 0,
                    "lists": bool(m.lists),
                    "consent": m.consent,
                }
                for m in regime.memoranda
                if m.origin == name
            ),
            key=lambda copy: copy["target"],
        )
        for name in names
    ]
    joints = [
        [
            {"probability": p, "mask": sum(sanctions[c] for c in dict.fromkeys(codes))}
            for p, codes in joined(regime, name)
        ]
        for name in names
    ]
    return {
        "copies": records(COPY, [x for g in copies for x in g]),
        "copy_first": pointers(copies),
        "joints": records(JOINT, [x for g in joints for x in g]),
        "joint_first": pointers(joints),
    }


def _dimensions(schemes: dict[str, Scheme]) -> dict[str, Any]:
    dimensions: list[dict[str, Any]] = []
    terms: list[dict[str, Any]] = []
    for number, f in enumerate(s.features for s in schemes.values() if s.features):
        for name, d in f.dimensions.items():
            first = len(terms)
            terms += [
                {"slope": t.slope.value, "attribute": ATTRIBUTE[t.attribute]} for t in d.terms
            ]
            dimensions.append(
                {
                    "weight": d.weight.value,
                    "base": d.base.value,
                    "feature": number,
                    "first": first,
                    "last": len(terms),
                    "records": name == f.records,
                }
            )
    return {"dimensions": records(DIMENSION, dimensions), "terms": records(TERM, terms)}
