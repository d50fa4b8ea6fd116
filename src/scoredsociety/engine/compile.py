"""A resolved regime, flattened to the tables that the kernel reads.

Nothing here knows a scheme by name. Positions (of conducts, schemes, channels, sanctions) are
those of the resolved regime; identities (used in the random streams) are hashes of names, so
that adding or removing a conduct or a scheme moves nobody else's luck.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.errors import EngineError
from scoredsociety.schemes.model import Conduct, ResolvedRegime, Scheme

LAYERS = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Edges of the layers of candidates, as multiples of a person's own base rate."""
MAX_GRADES = 8
WHO = {"everyone": 0, "drivers": 1, "dog-owners": 2, "business-owners": 3}
REWARD_BIT = 32
DEFAULT_AWARE = (0.11, 0.0398)
"""Aware shares, inside and outside, by which people are grouped if no scheme announces itself."""


CONDUCT = np.dtype(
    [
        ("identity", "u8"),
        ("context", "u8"),
        ("monthly", "f8"),
        ("others", "f8"),  # rate of those not eligible, as a share of ``monthly``
        ("log_sd", "f8"),
        ("gradient", "f8"),
        ("gradient_mean", "f8"),  # mean of exp(-gamma (rank - 1/2)) over people
        ("chance", "f8"),  # that one act is recorded, with all channels at full strength
        ("certainty_cap", "f8"),
        ("shock_factor", "f8"),
        ("calm", "f8"),  # highest multiple of the base rate without a shock
        ("excused", "f8"),
        ("excused_after_shock", "f8"),
        ("innocent_majority", "f8"),  # false records a month
        ("innocent_minority", "f8"),
        ("innocent_channel", "i4"),
        ("layers", "i4"),
        ("who", "u1"),
        ("deed", "u1"),
    ]
)
CHANNEL = np.dtype(
    [("wrong_majority", "f8"), ("wrong_minority", "f8"), ("human_review", "f8"), ("capacity", "f8")]
)  # capacity 0: no limit
SCHEME = np.dtype(
    [
        ("salt", "u8"),
        ("listed_mask", "u8"),
        ("aware_inside", "f8"),
        ("aware_outside", "f8"),
        ("notice", "f8"),
        ("files", "f8"),  # chance that one who was told files within the window
        ("review_rightful", "f8"),
        ("review_wrongful", "f8"),
        ("exempt", "f8"),
        ("late", "f8"),
        ("exit", "f8"),
        ("income_exponent", "f8"),
        ("start", "i4"),
        ("grades", "i4"),
        ("hold", "i4"),  # grade position of ``at_most``
        ("expiry", "i4"),  # months; 0: never
        ("term", "i4"),  # months; 0: none
        # rows of the monthly table; -1: none
        ("m_listed", "i4"),
        ("m_entries", "i4"),
        ("m_ever", "i4"),
        ("m_in", "i4"),
        ("m_out", "i4"),
        ("m_records", "i4"),
        ("m_stopped", "i4"),
        ("m_grade", "i4"),  # of the best grade; the others follow
        ("is_list", "u1"),
        ("pilot_only", "u1"),
    ]
)
RULE = np.dtype(
    [
        ("theta_listed", "f8"),
        ("theta_below", "f8"),
        ("counts_to", "i4"),  # entries in force that count
        ("below", "i4"),  # the feedback acts on grades worse than this position
        ("points", "i4"),
        ("applies", "u1"),
        ("holds", "u1"),
    ]
)
SETTINGS = np.dtype(
    [
        ("common", "f8"),  # sqrt(rho)
        ("special", "f8"),  # sqrt(1 - rho)
        ("elasticity", "f8"),
        ("prior_acts", "f8"),
        ("deed_boost", "f8"),
        ("shock_monthly", "f8"),
        ("flight_attempts", "f8"),
        ("rail_attempts", "f8"),
        ("income_loss", "f8"),
        ("median_income", "f8"),
        ("aware_in", "f8"),
        ("aware_out", "f8"),
        ("flight_mask", "u8"),
        ("rail_mask", "u8"),
        ("income_mask", "u8"),
        ("shock_months", "i4"),
    ]
)


class Program(NamedTuple):
    """The regime as arrays: C conducts, S schemes, K channels, G grades at most."""

    conducts: Any  # (C,) CONDUCT
    channels: Any  # (K,) CHANNEL
    schemes: Any  # (S,) SCHEME
    rules: Any  # (S, C) RULE
    settings: Any  # (1,) SETTINGS
    channel_edge: NDArray[np.float64]  # (C, K) cumulated share of recorded acts
    channel_code: NDArray[np.int64]  # (C, K)
    prior: NDArray[np.float64]  # (C, 2**S) expected chance by the set of schemes one is aware of
    floors: NDArray[np.int64]  # (S, G)
    grade_mask: NDArray[np.uint64]  # (S, G)
    copied: NDArray[np.int64]  # (S, S) points of a memorandum
    bit_measure: NDArray[np.int64]  # (64,) row of the monthly table


@dataclass(frozen=True)
class Compiled:
    """A program with the names of its positions.

    Attributes
    ----------
    program : Program
    schemes, conducts, channels, measures : tuple of str
        Names by position.
    flows : frozenset of str
        Measures that count what happens in a month; the others are stocks.
    majorants : dict
        By conduct: the largest multiple of the base rate that any state of this regime allows,
        and the top of the layers of candidates that cover it.
    aware_reference : (float, float)
        Shares by which results are grouped into aware and unaware people.
    """

    program: Program
    schemes: tuple[str, ...]
    conducts: tuple[str, ...]
    channels: tuple[str, ...]
    measures: tuple[str, ...]
    flows: frozenset[str]
    majorants: dict[str, dict[str, float]]
    aware_reference: tuple[float, float]


def identity(name: str) -> int:
    """Return the stable 32-bit identity of a name in the random streams."""
    return zlib.crc32(name.encode())


def compile_regime(
    regime: ResolvedRegime,
    median_income: float,
    aware_reference: tuple[float, float] | None = None,
    majorants: Mapping[str, float] | None = None,
) -> Compiled:
    """Flatten a regime.

    Parameters
    ----------
    regime : ResolvedRegime
        As :func:`scoredsociety.schemes.resolve` returns it.
    median_income : float
        Of the society, in CNY a month: the income at which the exit hazard is mu.
    aware_reference : (float, float), optional
        Aware shares inside and outside pilot cities by which results are grouped. Default: those
        of the first scheme that announces itself.
    majorants : mapping of str to float, optional
        Multiples of the base rate, by conduct, that the candidates must cover at least: the arms
        of a comparison share one set. Covering more changes no result.

    Raises
    ------
    EngineError
        If two names share an identity, or a rate could exceed the highest layer of candidates.
    """
    world = regime.world
    schemes, conducts = list(regime.schemes.values()), list(world.conducts.items())
    channels = list(world.channels)
    _distinct([*world.conducts, "shock"], identity, "conducts")
    _distinct(list(world.contexts), identity, "contexts")
    _distinct(list(regime.schemes), _salt, "schemes")
    if len(schemes) > 8 or len(conducts) > 63:
        raise EngineError(
            f"a regime of {len(schemes)} schemes and {len(conducts)} conducts is too large: "
            "at most 8 schemes and 63 conducts can act at once"
        )
    reference = aware_reference or next(
        ((s.awareness.inside.value, s.awareness.outside.value) for s in schemes if s.awareness),
        DEFAULT_AWARE,
    )
    measures, flows, bit_measure, positions = _measures(regime)
    rules, schemes_table, by_grade = _scheme_tables(
        regime, schemes, list(world.conducts), positions
    )
    highest = {
        name: max(_highest(regime, name, conduct), (majorants or {}).get(name, 0.0))
        for name, conduct in conducts
    }
    conduct_table, by_conduct = _conduct_tables(regime, conducts, channels, schemes, highest)
    program = Program(
        conducts=conduct_table,
        channels=_records(
            CHANNEL,
            [
                {
                    "wrong_majority": c.wrong_person.majority.value,
                    "wrong_minority": c.wrong_person.minority.value,
                    "human_review": c.human_review.value,
                    "capacity": c.capacity.value or 0.0,
                }
                for c in world.channels.values()
            ],
        ),
        schemes=schemes_table,
        rules=rules,
        settings=_settings(regime, median_income, reference),
        bit_measure=bit_measure,
        **by_conduct,
        **by_grade,
    )
    covered = {
        name: {
            "highest": highest[name],
            "layers_to": LAYERS[int(conduct_table["layers"][i])],
        }
        for i, (name, conduct) in enumerate(conducts)
    }
    return Compiled(
        program=program,
        schemes=tuple(regime.schemes),
        conducts=tuple(world.conducts),
        channels=tuple(channels),
        measures=tuple(measures),
        flows=frozenset(flows),
        majorants=covered,
        aware_reference=reference,
    )


def _records(dtype: np.dtype[np.void], items: Sequence[dict[str, Any]]) -> NDArray[np.void]:
    """Return a structured array from one mapping an item (missing fields are 0)."""
    table = np.zeros(len(items), dtype)
    for i, item in enumerate(items):
        for name, value in item.items():
            table[i][name] = value
    return table


def _settings(
    regime: ResolvedRegime, median_income: float, reference: tuple[float, float]
) -> NDArray[np.void]:
    world = regime.world
    p, bits = world.parameters, {code: 1 << i for i, code in enumerate(world.sanctions)}
    return _records(
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


def _salt(name: str) -> int:
    return identity(name) & 0xFFFF


def _distinct(names: Sequence[str], function: Callable[[str], int], what: str) -> None:
    seen: dict[int, str] = {}
    for name in names:
        other = seen.setdefault(function(name), name)
        if other != name:
            raise EngineError(
                f"{what} {other!r} and {name!r} share a random stream: rename one of them"
            )


def _highest(regime: ResolvedRegime, name: str, conduct: Conduct) -> float:
    """Return the largest multiple of the base rate that any state can reach."""
    world = regime.world
    if conduct.deed:
        return 1.0 + world.parameters.deed_boost.value
    highest = conduct.certainty_cap.value
    for scheme in regime.schemes.values():
        for feedback in scheme.feedback:
            if feedback.conduct == name:
                highest *= 1.0 + feedback.theta.value * feedback.counts_to
    return highest * (1.0 + world.parameters.shock_factor.value if conduct.shock else 1.0)


def highest_rates(regime: ResolvedRegime) -> dict[str, float]:
    """Return, by conduct, the largest multiple of the base rate that any state can reach."""
    return {
        name: _highest(regime, name, conduct) for name, conduct in regime.world.conducts.items()
    }


def _conduct_tables(
    regime: ResolvedRegime,
    conducts: list[tuple[str, Conduct]],
    channels: list[str],
    schemes: list[Scheme],
    majorants: Mapping[str, float],
) -> tuple[NDArray[np.void], dict[str, Any]]:
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
    table = _records(
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
                "calm": _highest(regime, name, c) / (1.0 + psi if c.shock else 1.0),
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


def _scheme_tables(
    regime: ResolvedRegime,
    schemes: list[Scheme],
    conducts: list[str],
    positions: list[dict[str, int]],
) -> tuple[NDArray[np.void], NDArray[np.void], dict[str, Any]]:
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
                "salt": _salt(name),
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
        _records(SCHEME, items),
        {"floors": floors, "grade_mask": grade_mask, "copied": copied},
    )


PLAIN = ("adults", "sanctioned", "rewarded", "refused:FLY", "refused:RAIL")
"""The first rows of every monthly table."""
ADULTS, SANCTIONED, REWARDED, REFUSED_FLY, REFUSED_RAIL = range(5)


def _measures(
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
