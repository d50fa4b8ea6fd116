"""The tables of a program, filled from the parts of a resolved regime."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.errors import EngineError
from scoredsociety.engine.program import (
    CONDUCT,
    LAYERS,
    MAX_GRADES,
    PLAIN,
    REWARD_BIT,
    RULE,
    SCHEME,
    SETTINGS,
    WHO,
    identity,
)
from scoredsociety.schemes.model import Conduct, ResolvedRegime, Scheme


def records(dtype: np.dtype[np.void], items: Sequence[dict[str, Any]]) -> NDArray[np.void]:
    """Return a structured array from one mapping an item (missing fields are 0)."""
    table = np.zeros(len(items), dtype)
    for i, item in enumerate(items):
        for name, value in item.items():
            table[i][name] = value
    return table


def salt(name: str) -> int:
    """Return the 16 bits by which a scheme is told apart in the streams of one act."""
    return identity(name) & 0xFFFF


def settings_table(
    regime: ResolvedRegime, median_income: float, reference: tuple[float, float]
) -> NDArray[np.void]:
    """Return the numbers of the world that belong to no conduct, as one row of SETTINGS."""
    world = regime.world
    p, bits = world.parameters, {code: 1 << i for i, code in enumerate(world.sanctions)}
    return records(
        SETTINGS,
        [
            {
                "common": math.sqrt(p.common_propensity.value),
                "special": math.sqrt(1.0 - p.common_propensity.value),
                "elasticity": p.certainty_elasticity.value,
                "prior_acts": p.prior_acts.value,
                "deed_boost": p.deed_boost.value,
                "shock_monthly": p.illness_monthly.value + p.job_loss_monthly.value,
                "shock_months": int(p.shock_months.value),
                "flight_attempts": p.flight_attempts.value,
                "rail_attempts": p.rail_attempts.value,
                "flight_mask": bits.get("FLY", 0),
                "rail_mask": bits.get("RAIL", 0),
                "income_mask": bits.get("JOB", 0) | bits.get("SHAME", 0),
                "income_loss": world.sanctions["JOB"].harm.value
                if "JOB" in world.sanctions
                else 0.0,
                "median_income": median_income,
                "aware_in": reference[0],
                "aware_out": reference[1],
            }
        ],
    )


def conduct_tables(
    regime: ResolvedRegime,
    conducts: list[tuple[str, Conduct]],
    channels: list[str],
    schemes: list[Scheme],
    majorants: Mapping[str, float],
    calm: Mapping[str, float],
) -> tuple[NDArray[np.void], dict[str, Any]]:
    """Return the conducts, and what depends on (conduct, channel) and on who knows what."""
    n, k = len(conducts), len(channels)
    edge, code = np.ones((n, k)), np.zeros((n, k), np.int64)
    chance, layers = np.zeros(n), np.zeros(n, np.int64)
    prior = np.zeros((n, 1 << len(schemes)))
    for c, (name, conduct) in enumerate(conducts):
        highest = majorants[name]
        if highest > LAYERS[-1]:
            raise EngineError(
                f"conduct {name!r} could rise to {highest:g} times its base rate; "
                f"at most {LAYERS[-1]:g} times can be simulated. "
                "Lower its certainty cap, theta or shock factor"
            )
        layers[c] = next(i for i in range(1, len(LAYERS)) if highest <= LAYERS[i] + 1e-12)
        # Channels with a limit come last: what an unlimited one records is recorded anyway.
        order = sorted(
            conduct.detection,
            key=lambda x: (regime.world.channels[x].capacity.value is not None, channels.index(x)),
        )
        missed, shares = 1.0, []
        for channel in order:
            shares.append(missed * conduct.detection[channel].value)
            missed *= 1.0 - conduct.detection[channel].value
        chance[c] = 1.0 - missed
        if chance[c] > 0:
            edge[c, : len(order)] = np.cumsum(shares) / chance[c]
            edge[c, len(order) - 1] = 1.0
        code[c, : len(order)] = [channels.index(x) for x in order]
        for known in range(1 << len(schemes)):
            multiple = 1.0
            for s, scheme in enumerate(schemes):
                if (
                    known >> s & 1
                    and scheme.awareness
                    and any(r.conduct == name for r in scheme.rules)
                ):
                    multiple = max(multiple, scheme.awareness.certainty.value)
            prior[c, known] = min(1.0, multiple * chance[c])
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
                "chance": chance[i],
                "certainty_cap": c.certainty_cap.value,
                "shock_factor": psi if c.shock else 0.0,
                "calm": calm[name],
                "excused": c.excused.value,
                "excused_after_shock": c.excused_after_shock.value,
                "innocent_majority": c.innocent.majority.value if c.innocent else 0.0,
                "innocent_minority": c.innocent.minority.value if c.innocent else 0.0,
                "innocent_channel": channels.index(c.innocent_channel) if c.innocent_channel else 0,
                "layers": layers[i],
                "who": WHO[c.who],
                "deed": c.deed,
            }
            for i, (name, c) in enumerate(conducts)
        ],
    )
    return table, {"channel_edge": edge, "channel_code": code, "prior": prior}


def scheme_tables(
    regime: ResolvedRegime,
    schemes: list[Scheme],
    conducts: list[str],
    positions: list[dict[str, int]],
) -> tuple[NDArray[np.void], NDArray[np.void], dict[str, Any]]:
    """Return the rules (S, C), the schemes (S,), and what depends on their grades."""
    n = len(schemes)
    rules = np.zeros((n, len(conducts)), RULE)
    floors = np.full((n, MAX_GRADES), -(2**31), np.int64)
    grade_mask = np.zeros((n, MAX_GRADES), np.uint64)
    copied = np.zeros((n, n), np.int64)
    items: list[dict[str, Any]] = []
    sanctions, rewards = list(regime.world.sanctions), list(regime.world.rewards)
    for s, (name, scheme) in enumerate(regime.schemes.items()):
        process, listed_mask, hold = scheme.process, 0, 0
        names = list(scheme.grades.bands) if scheme.grades else []
        if scheme.grades:
            floors[s, : len(names) - 1] = list(scheme.grades.bands.values())[:-1]
        for rule in scheme.rules:
            entry = rules[s, conducts.index(rule.conduct)]
            entry["applies"], entry["points"] = 1, rule.points or 0
            if rule.at_most is not None:
                entry["holds"], hold = 1, names.index(rule.at_most)
        for feedback in scheme.feedback:
            entry = rules[s, conducts.index(feedback.conduct)]
            if feedback.listed:
                entry["theta_listed"] = feedback.theta.value
                entry["counts_to"] = feedback.counts_to
            else:
                entry["theta_below"] = feedback.theta.value
                entry["below"] = names.index(feedback.below or "")
        for effect in scheme.effects:
            bit = (
                1 << sanctions.index(effect.sanction)
                if effect.sanction
                else 1 << (REWARD_BIT + rewards.index(effect.reward or ""))
            )
            if effect.listed:
                listed_mask |= bit
            for grade in effect.grade or []:
                grade_mask[s, names.index(grade)] |= np.uint64(bit)
        filing = process.filing_days.value
        items.append(
            positions[s]
            | {
                "salt": salt(name),
                "listed_mask": listed_mask,
                "aware_inside": scheme.awareness.inside.value if scheme.awareness else 0.0,
                "aware_outside": scheme.awareness.outside.value if scheme.awareness else 0.0,
                "notice": process.notice.value,
                "files": 1.0 - math.exp(-process.window_days.value / filing) if filing > 0 else 1.0,
                "review_rightful": process.review.rightful.value,
                "review_wrongful": process.review.wrongful.value,
                "exempt": process.hardship_exemption.value,
                "late": process.late_appeal.value,
                "exit": process.exit.monthly.value if process.exit else 0.0,
                "income_exponent": process.exit.income_exponent.value if process.exit else 0.0,
                "start": int(scheme.start.value) if scheme.start else 0,
                "grades": len(names),
                "hold": hold,
                "expiry": int(process.expiry_months.value or 0) if process.expiry_months else 0,
                "term": int(process.exit.term_months.value or 0) if process.exit else 0,
                "is_list": scheme.kind == "list",
                "pilot_only": scheme.subjects.where == "pilot-cities",
            }
        )
    order = list(regime.schemes)
    for memorandum in regime.memoranda:
        copied[order.index(memorandum.origin), order.index(memorandum.target)] = memorandum.points
    return (
        rules,
        records(SCHEME, items),
        {"floors": floors, "grade_mask": grade_mask, "copied": copied},
    )


def name_measures(
    regime: ResolvedRegime,
) -> tuple[list[str], set[str], NDArray[np.int64], list[dict[str, int]]]:
    """Name the rows of the monthly table and say where each scheme's rows are."""
    names, flows = list(PLAIN), {"refused:FLY", "refused:RAIL"}
    positions: list[dict[str, int]] = []

    def row(name: str, flow: bool = False) -> int:
        if flow:
            flows.add(name)
        names.append(name)
        return len(names) - 1

    for name, scheme in regime.schemes.items():
        mine = {
            f"m_{what}": -1
            for what in ("listed", "entries", "ever", "in", "out", "records", "grade")
        }
        if scheme.kind == "list":
            for what in ("listed", "entries", "ever"):
                mine[f"m_{what}"] = row(f"{what}:{name}")
            for what in ("in", "out"):
                mine[f"m_{what}"] = row(f"{what}:{name}", flow=True)
        else:
            mine["m_records"] = row(f"records:{name}", flow=True)
            rows = [
                row(f"grade:{name}:{grade}")
                for grade in (scheme.grades.bands if scheme.grades else ())
            ]
            mine["m_grade"] = rows[0] if rows else -1
        mine["m_stopped"] = row(f"stopped:{name}", flow=True)
        positions.append(mine)
    bit_measure = np.full(64, -1, np.int64)
    used = {e.sanction or e.reward for s in regime.schemes.values() for e in s.effects}
    for i, code in enumerate(regime.world.sanctions):
        if code in used:
            bit_measure[i] = row(f"sanction:{code}")
    for i, code in enumerate(regime.world.rewards):
        if code in used:
            bit_measure[REWARD_BIT + i] = row(f"reward:{code}")
    return names, flows, bit_measure, positions
