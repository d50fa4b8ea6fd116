"""A resolved regime, flattened to the tables that the kernel reads.

Nothing here knows a scheme by name. Positions (of conducts, schemes, channels, sanctions) are
those of the resolved regime; identities (used in the random streams) are hashes of names, so
that adding or removing a conduct or a scheme moves nobody else's luck.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
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
"""Grouping by awareness where no scheme of the regime announces itself (MODEL.md a_in, a_out)."""

F = NDArray[np.float64]
I = NDArray[np.int64]
U = NDArray[np.uint64]
B = NDArray[np.uint8]


class Program(NamedTuple):
    """The regime as arrays: C conducts, S schemes, K channels, G grades at most."""

    # conducts, (C,)
    identity: U
    context: U
    who: B
    monthly: F
    others: F
    log_sd: F
    gradient: F
    gradient_mean: F  # mean of exp(-gamma (rank - 1/2)) over people
    record_chance: F
    deed: B
    certainty_cap: F
    shock_factor: F
    excused: F  # (C, 2): usually, after a shock
    layers: I  # (C,) number of layers
    channel_edge: F  # (C, K) cumulated share of recorded acts
    channel_code: I  # (C, K)
    innocent: F  # (C, 2) false records a month by group
    innocent_channel: I  # (C,)
    prior: F  # (C, 2**S) perceived chance by the set of schemes one is aware of
    # channels, (K,)
    wrong_person: F  # (K, 2)
    human_review: F
    capacity: F  # 0: no limit
    # schemes, (S,)
    salt: U
    is_list: B
    pilot_only: B
    aware: F  # (S, 2) inside, outside
    start: I
    grades: I
    floors: I  # (S, G)
    hold: I  # grade index of ``at_most``
    notice: F
    files: F
    review: F  # (S, 2) rightful, wrongful
    exempt: F
    late: F
    expiry: I  # months, 0: never
    exit: F
    income_exponent: F
    term: I  # months, 0: none
    rule: B  # (S, C) bit 0: has a rule, bit 1: lists, bit 2: holds the grade
    points: I  # (S, C)
    theta_listed: F  # (S, C)
    theta_below: F  # (S, C)
    below: I  # (S, C) grade index: the feedback acts on grades worse than this
    listed_mask: U  # (S,)
    grade_mask: U  # (S, G)
    copied: I  # (S, S) points of a memorandum
    # measures: rows of the monthly table, -1 where it does not exist
    measure: I  # (8, S): listed, entries, ever, in, out, records, stopped, first grade
    bit_measure: I  # (64,)
    plain_measure: I  # (5,): adults, sanctioned, rewarded, refused FLY, refused RAIL
    # scalars
    common: float  # sqrt(rho)
    special: float  # sqrt(1 - rho)
    elasticity: float
    prior_acts: float
    deed_boost: float
    shock_monthly: float
    shock_months: int
    flight_attempts: float
    rail_attempts: float
    flight_mask: int
    rail_mask: int
    income_mask: int
    income_loss: float
    median_income: float
    aware_in: float
    aware_out: float


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
    measures, flows, measure, bit_measure, plain = _measures(regime)
    fields: dict[str, Any] = {}
    fields |= _conduct_tables(regime, conducts, channels, schemes)
    fields |= _scheme_tables(regime, schemes, [name for name, _ in conducts])
    fields |= {"measure": measure, "bit_measure": bit_measure, "plain_measure": plain}
    fields |= {
        "wrong_person": np.array(
            [[c.wrong_person.majority.value, c.wrong_person.minority.value] for c in world.channels.values()]
        ),
        "human_review": np.array([c.human_review.value for c in world.channels.values()]),
        "capacity": np.array([c.capacity.value or 0.0 for c in world.channels.values()]),
    }
    p, bits = world.parameters, {code: 1 << i for i, code in enumerate(world.sanctions)}
    fields |= {
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
        "income_loss": world.sanctions["JOB"].harm.value if "JOB" in world.sanctions else 0.0,
        "median_income": median_income,
        "aware_in": reference[0],
        "aware_out": reference[1],
    }
    program = Program(**fields)
    majorants = {
        name: {
            "highest": _highest(regime, name, conduct),
            "layers_to": LAYERS[int(program.layers[i])],
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
        majorants=majorants,
        aware_reference=reference,
    )


def _salt(name: str) -> int:
    return identity(name) & 0xFFFF


def _distinct(names: Sequence[str], function: Any, what: str) -> None:
    seen: dict[int, str] = {}
    for name in names:
        other = seen.setdefault(function(name), name)
        if other != name:
            raise EngineError(f"{what} {other!r} and {name!r} share a random stream: rename one of them")


def _highest(regime: ResolvedRegime, name: str, conduct: Conduct) -> float:
    """Return the largest multiple of the base rate that any state can reach."""
    world = regime.world
    if conduct.deed:
        return 1.0 + world.parameters.deed_boost.value
    highest = conduct.certainty_cap.value
    for scheme in regime.schemes.values():
        for feedback in scheme.feedback:
            if feedback.conduct == name:
                highest *= 1.0 + feedback.theta.value
    return highest * (1.0 + world.parameters.shock_factor.value if conduct.shock else 1.0)


def _conduct_tables(
    regime: ResolvedRegime,
    conducts: list[tuple[str, Conduct]],
    channels: list[str],
    schemes: list[Scheme],
) -> dict[str, Any]:
    n, k = len(conducts), len(channels)
    edge, code = np.ones((n, k)), np.zeros((n, k), np.int64)
    chance, layers = np.zeros(n), np.zeros(n, np.int64)
    prior = np.zeros((n, 1 << len(schemes)))
    for c, (name, conduct) in enumerate(conducts):
        highest = _highest(regime, name, conduct)
        if highest > LAYERS[-1]:
            raise EngineError(
                f"conduct {name!r} could rise to {highest:g} times its base rate; "
                f"at most {LAYERS[-1]:g} times can be simulated. Lower its certainty cap, theta or shock factor"
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
                if known >> s & 1 and scheme.awareness and any(r.conduct == name for r in scheme.rules):
                    multiple = max(multiple, scheme.awareness.certainty.value)
            prior[c, known] = min(1.0, multiple * chance[c])
    items = [conduct for _, conduct in conducts]
    psi = regime.world.parameters.shock_factor.value
    return {
        "identity": np.array([identity(name) for name, _ in conducts], np.uint64),
        "context": np.array([identity(c.context) for c in items], np.uint64),
        "who": np.array([WHO[c.who] for c in items], np.uint8),
        "monthly": np.array([c.monthly.value for c in items]),
        "others": np.array([c.others.value if c.others else 0.0 for c in items]),
        "log_sd": np.array([c.log_sd.value for c in items]),
        "gradient": np.array([c.income_gradient.value for c in items]),
        "gradient_mean": np.array(
            [2 / g * math.sinh(g / 2) if (g := c.income_gradient.value) else 1.0 for c in items]
        ),
        "record_chance": chance,
        "deed": np.array([c.deed for c in items], np.uint8),
        "certainty_cap": np.array([c.certainty_cap.value for c in items]),
        "shock_factor": np.array([psi if c.shock else 0.0 for c in items]),
        "excused": np.array([[c.excused.value, c.excused_after_shock.value] for c in items]),
        "layers": layers,
        "channel_edge": edge,
        "channel_code": code,
        "innocent": np.array(
            [[c.innocent.majority.value, c.innocent.minority.value] if c.innocent else [0.0, 0.0] for c in items]
        ),
        "innocent_channel": np.array(
            [channels.index(c.innocent_channel) if c.innocent_channel else 0 for c in items], np.int64
        ),
        "prior": prior,
    }


def _scheme_tables(regime: ResolvedRegime, schemes: list[Scheme], conducts: list[str]) -> dict[str, Any]:
    n, c = len(schemes), len(conducts)
    t: dict[str, Any] = {
        name: np.zeros(n, np.int64) for name in ("start", "grades", "hold", "expiry", "term")
    }
    t |= {name: np.zeros(n) for name in ("notice", "files", "exempt", "late", "exit", "income_exponent")}
    t |= {name: np.zeros(n, np.uint8) for name in ("is_list", "pilot_only")}
    t |= {"aware": np.zeros((n, 2)), "review": np.zeros((n, 2)), "salt": np.zeros(n, np.uint64)}
    t |= {"floors": np.full((n, MAX_GRADES), -(2**31), np.int64), "rule": np.zeros((n, c), np.uint8)}
    t |= {name: np.zeros((n, c)) for name in ("theta_listed", "theta_below")}
    t |= {name: np.zeros((n, c), np.int64) for name in ("points", "below")}
    t |= {"listed_mask": np.zeros(n, np.uint64), "grade_mask": np.zeros((n, MAX_GRADES), np.uint64)}
    t["copied"] = np.zeros((n, n), np.int64)
    sanctions, rewards = list(regime.world.sanctions), list(regime.world.rewards)
    for s, (name, scheme) in enumerate(regime.schemes.items()):
        process = scheme.process
        t["salt"][s] = _salt(name)
        t["is_list"][s] = scheme.kind == "list"
        t["pilot_only"][s] = scheme.subjects.where == "pilot-cities"
        if scheme.awareness:
            t["aware"][s] = scheme.awareness.inside.value, scheme.awareness.outside.value
        t["notice"][s] = process.notice.value
        filing = process.filing_days.value
        t["files"][s] = 1.0 - math.exp(-process.window_days.value / filing) if filing > 0 else 1.0
        t["review"][s] = process.review.rightful.value, process.review.wrongful.value
        t["exempt"][s] = process.hardship_exemption.value
        t["late"][s] = process.late_appeal.value
        if process.expiry_months and process.expiry_months.value:
            t["expiry"][s] = int(process.expiry_months.value)
        if process.exit:
            t["exit"][s] = process.exit.monthly.value
            t["income_exponent"][s] = process.exit.income_exponent.value
            t["term"][s] = int(process.exit.term_months.value or 0)
        names = list(scheme.grades.bands) if scheme.grades else []
        if scheme.grades:
            t["grades"][s] = len(names)
            t["floors"][s, : len(names)] = list(scheme.grades.bands.values())
            t["floors"][s, len(names) - 1 :] = -(2**31)
        if scheme.start:
            t["start"][s] = int(scheme.start.value)
        for rule in scheme.rules:
            i = conducts.index(rule.conduct)
            t["rule"][s, i] = 1 | 2 * rule.lists | 4 * (rule.at_most is not None)
            t["points"][s, i] = rule.points or 0
            if rule.at_most is not None:
                t["hold"][s] = names.index(rule.at_most)
        for feedback in scheme.feedback:
            i = conducts.index(feedback.conduct)
            if feedback.listed:
                t["theta_listed"][s, i] = feedback.theta.value
            else:
                t["theta_below"][s, i] = feedback.theta.value
                t["below"][s, i] = names.index(feedback.below or "")
        for effect in scheme.effects:
            bit = (
                np.uint64(1 << sanctions.index(effect.sanction))
                if effect.sanction
                else np.uint64(1 << (REWARD_BIT + rewards.index(effect.reward or "")))
            )
            if effect.listed:
                t["listed_mask"][s] |= bit
            for grade in effect.grade or []:
                t["grade_mask"][s, names.index(grade)] |= bit
    order = list(regime.schemes)
    for memorandum in regime.memoranda:
        t["copied"][order.index(memorandum.origin), order.index(memorandum.target)] = memorandum.points
    return t


def _measures(regime: ResolvedRegime) -> tuple[list[str], set[str], I, I, I]:
    """Name the rows of the monthly table and say where each scheme's rows are."""
    names = ["adults", "sanctioned", "rewarded", "refused:FLY", "refused:RAIL"]
    flows = {"refused:FLY", "refused:RAIL"}
    measure = np.full((8, len(regime.schemes)), -1, np.int64)

    def row(name: str, flow: bool = False) -> int:
        if flow:
            flows.add(name)
        names.append(name)
        return len(names) - 1

    for s, (name, scheme) in enumerate(regime.schemes.items()):
        if scheme.kind == "list":
            for i, what in enumerate(("listed", "entries", "ever")):
                measure[i, s] = row(f"{what}:{name}")
            measure[3, s], measure[4, s] = row(f"in:{name}", True), row(f"out:{name}", True)
        else:
            measure[5, s] = row(f"records:{name}", True)
            for g, grade in enumerate(scheme.grades.bands if scheme.grades else ()):
                index = row(f"grade:{name}:{grade}")
                measure[7, s] = index if g == 0 else measure[7, s]
        measure[6, s] = row(f"stopped:{name}", True)
    bit_measure = np.full(64, -1, np.int64)
    used = {e.sanction for s in regime.schemes.values() for e in s.effects} | {
        e.reward for s in regime.schemes.values() for e in s.effects
    }
    for i, code in enumerate(regime.world.sanctions):
        if code in used:
            bit_measure[i] = row(f"sanction:{code}")
    for i, code in enumerate(regime.world.rewards):
        if code in used:
            bit_measure[REWARD_BIT + i] = row(f"reward:{code}")
    return names, flows, measure, bit_measure, np.arange(5, dtype=np.int64)
