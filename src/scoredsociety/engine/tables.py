"""The tables of a program that concern conduct and the world."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.detection import Detection
from scoredsociety.engine.errors import EngineError
from scoredsociety.engine.program import (
    CHANNEL,
    CONDUCT,
    LAYERS,
    PLAIN,
    REWARD_BIT,
    SETTINGS,
    identity,
)
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.schemes.world import Conduct
from scoredsociety.society.traits import ELIGIBLE


def records(dtype: np.dtype[np.void], items: Sequence[Mapping[str, Any]]) -> NDArray[np.void]:
    """Return a structured array from one mapping an item (missing fields are 0)."""
    table = np.zeros(len(items), dtype)
    for i, item in enumerate(items):
        for name, value in item.items():
            table[i][name] = value
    return table


def pointers(groups: Sequence[Sequence[Any]]) -> NDArray[np.int64]:
    """Return where each group begins when all are laid in one row, and where the last ends."""
    return np.concatenate([[0], np.cumsum([len(g) for g in groups])]).astype(np.int64)


def bits(codes: Mapping[str, Any]) -> dict[str, int]:
    """Return the bit of each code."""
    return {code: 1 << i for i, code in enumerate(codes)}


def joined(regime: ResolvedRegime, name: str) -> list[tuple[float, list[str]]]:
    """Return the institutions that join in a list: probability and sanctions of each."""
    known = regime.world.institutions
    return [
        (row.probability.value, known[i].sanctions)
        for row in regime.joint
        if row.origin == name
        for i in (known if row.institutions == "all" else row.institutions)
    ]


def codes_in_use(regime: ResolvedRegime) -> set[str]:
    """Return the codes of the sanctions and rewards that somebody can come under."""
    used = {
        str(effect.sanction or effect.reward)
        for scheme in regime.of_people().values()
        for effect in scheme.effects
    }
    for name in regime.of_people():
        used |= {code for _, codes in joined(regime, name) for code in codes}
    return used


def settings_table(
    regime: ResolvedRegime, median_income: float, household: float, reference: tuple[float, float]
) -> NDArray[np.void]:
    """Return the numbers of the world that belong to no conduct, as one row of SETTINGS."""
    world, schemes = regime.world, list(regime.of_people().values())
    p, bit, used = world.parameters, bits(world.sanctions), codes_in_use(regime)
    punishable = {name for name, c in world.conducts.items() if c.speech == "punishable"}
    disclosed = [bool(s.disclosure and s.disclosure.level >= 1) for s in schemes]
    features = [s.features for s in schemes if s.features]
    terms = [term for f in features for d in f.dimensions.values() for term in d.terms]
    parents = any(term.attribute == "parent" for term in terms)
    school = bit.get("SCHOOL", 0) if "SCHOOL" in used else 0
    speech = any(c.speech == "lawful" for c in world.conducts.values())
    return records(
        SETTINGS,
        [
            {
                "common": math.sqrt(p.common_propensity.value),
                "special": math.sqrt(1.0 - p.common_propensity.value),
                "elasticity": p.certainty_elasticity.value,
                "prior_acts": p.prior_acts.value,
                "habit": p.habit.value,
                "deed_boost": p.deed_boost.value,
                "shock_monthly": p.illness_monthly.value + p.job_loss_monthly.value,
                "shock_months": int(p.shock_months.value),
                "flight_attempts": p.flight_attempts.value,
                "rail_attempts": p.rail_attempts.value,
                "flight_mask": bit.get("FLY", 0),
                "rail_mask": bit.get("RAIL", 0),
                "income_mask": bit.get("JOB", 0) | bit.get("SHAME", 0),
                "school_mask": school,
                "income_loss": world.sanctions["JOB"].harm.value
                if "JOB" in world.sanctions
                else 0.0,
                "median_income": median_income,
                "household": household,
                "aware_in": reference[0],
                "aware_out": reference[1],
                "chill": p.chill.value,
                "vagueness": p.vagueness.value,
                "identifiability": p.identifiability.value,
                "assume_watched": p.assume_watched.value,
                "friends_mean": p.friends_mean.value,
                "friends_size": p.friends_size.value,
                "friends_within": p.friends_within.value,
                "tie_loss": p.tie_loss.value,
                "shunning": p.ordered_shunning.value,
                "hardship_scale": p.hardship_scale.value,
                "scores_speech": sum(
                    1 << k
                    for k, s in enumerate(schemes)
                    if punishable & {rule.conduct for rule in s.rules}
                ),
                "disclosed": sum(1 << k for k, seen in enumerate(disclosed) if seen),
                "uses_friends": any(disclosed) or any(f.ties for f in features),
                "uses_homes": bool(school) or parents,
                "uses_traits": bool(features) or speech,
            }
        ],
    )


def channel_table(regime: ResolvedRegime) -> NDArray[np.void]:
    """Return the channels."""
    return records(
        CHANNEL,
        [
            {
                "wrong_majority": c.wrong_person.majority.value,
                "wrong_minority": c.wrong_person.minority.value,
                "human_review": c.human_review.value,
                "capacity": c.capacity.value or 0.0,
            }
            for c in regime.world.channels.values()
        ],
    )


def conduct_tables(
    regime: ResolvedRegime,
    detections: Mapping[str, Detection],
    highest: Mapping[str, float],
    calm: Mapping[str, float],
) -> tuple[NDArray[np.void], dict[str, Any]]:
    """Return the conducts, and what depends on (group, conduct, channel)."""
    conducts, channels = regime.world.conducts, list(regime.world.channels)
    edge = np.ones((2, len(conducts), len(channels)))
    code = np.zeros((len(conducts), len(channels)), np.int64)
    for c, name in enumerate(conducts):
        found = detections[name]
        edge[:, c, :] = found.edges
        code[c, : len(found.order)] = [channels.index(x) for x in found.order]
    psi = regime.world.parameters.shock_factor.value
    table = records(
        CONDUCT,
        [
            {
                "identity": identity(name),
                "context": identity(c.context),
                "monthly": c.monthly.value,
                "others": c.others.value if c.others else 0.0,
                "log_sd": c.log_sd.value,
                "gradient": (g := c.income_gradient.value),
                "gradient_mean": 2 / g * math.sinh(g / 2) if g else 1.0,
                "chance": (found := detections[name]).chance,
                "drawn": found.drawn,
                "factor_majority": found.factor[0],
                "factor_minority": found.factor[1],
                "certainty_cap": c.certainty_cap.value,
                "shock_factor": psi if c.shock else 0.0,
                "calm": calm[name],
                "excused": c.excused.value,
                "excused_after_shock": c.excused_after_shock.value,
                "hardship_excuse": c.hardship_excuse.value if c.hardship_excuse else 0.0,
                "innocent_majority": found.innocent[0],
                "innocent_minority": found.innocent[1],
                "innocent_channel": channels.index(c.innocent_channel) if c.innocent_channel else 0,
                "layers": layers_for(name, highest[name]),
                "who": ELIGIBLE[c.who],
                "deed": c.deed,
                "lawful": c.speech == "lawful",
                "punishable": c.speech == "punishable",
            }
            for name, c in conducts.items()
        ],
    )
    return table, {"channel_edge": edge, "channel_code": code}


def layers_for(name: str, highest: float) -> int:
    """Return how many layers of candidates cover a multiple of the base rate."""
    if highest > LAYERS[-1]:
        raise EngineError(
            f"conduct {name!r} could rise to {highest:g} times its base rate; "
            f"at most {LAYERS[-1]:g} times can be simulated. "
            "Lower its certainty cap, theta, shock factor or targeting"
        )
    return next(i for i in range(1, len(LAYERS)) if highest <= LAYERS[i] + 1e-12)


def highest_multiple(regime: ResolvedRegime, name: str, conduct: Conduct) -> float:
    """Return the largest multiple of the base rate that any state can reach, targeting aside."""
    world = regime.world
    if conduct.deed:
        return 1.0 + world.parameters.deed_boost.value
    highest = 1.0 if conduct.speech == "lawful" else conduct.certainty_cap.value
    for scheme in regime.of_people().values():
        for feedback in scheme.feedback:
            if feedback.conduct == name:
                highest *= 1.0 + feedback.theta.value * feedback.counts_to
    return highest * (1.0 + world.parameters.shock_factor.value if conduct.shock else 1.0)


def name_measures(
    regime: ResolvedRegime,
    also: Collection[str] = (),
) -> tuple[list[str], set[str], NDArray[np.int64], list[dict[str, int]]]:
    """Name the rows of the monthly table and say where each scheme's rows are.

    Sanctions and rewards have one if they are in use, or among ``also``.
    """
    names, flows = list(PLAIN), {"refused:FLY", "refused:RAIL", "friends-lost"}
    positions: list[dict[str, int]] = []

    def row(name: str, flow: bool = False) -> int:
        if flow:
            flows.add(name)
        names.append(name)
        return len(names) - 1

    for name, scheme in regime.of_people().items():
        mine = {
            f"m_{what}": -1
            for what in (
                "listed",
                "entries",
                "ever",
                "in",
                "out",
                "records",
                "grade",
                "score",
                "reset",
            )
        }
        if scheme.kind in ("list", "record"):
            for what in ("listed", "entries", "ever"):
                mine[f"m_{what}"] = row(f"{what}:{name}")
            for what in ("in", "out"):
                mine[f"m_{what}"] = row(f"{what}:{name}", flow=True)
        else:
            mine["m_records"] = row(f"records:{name}", flow=True)
            mine["m_reset"] = row(f"reset:{name}", flow=True)
            rows = [
                row(f"grade:{name}:{grade}")
                for grade in (scheme.grades.bands if scheme.grades else ())
            ]
            mine["m_grade"] = rows[0] if rows else -1
        if scheme.kind == "features":
            mine["m_score"] = row(f"score:{name}")
        mine["m_stopped"] = row(f"stopped:{name}", flow=True)
        mine["m_enrolled"] = row(f"enrolled:{name}")
        positions.append(mine)
    bit_measure = np.full(64, -1, np.int64)
    used = codes_in_use(regime).union(also)
    for i, code in enumerate(regime.world.sanctions):
        if code in used:
            bit_measure[i] = row(f"sanction:{code}")
    for i, code in enumerate(regime.world.rewards):
        if code in used:
            bit_measure[REWARD_BIT + i] = row(f"reward:{code}")
    return names, flows, bit_measure, positions
