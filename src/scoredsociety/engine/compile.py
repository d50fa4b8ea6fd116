"""A resolved regime, flattened to the tables that the kernel reads.

Positions (of conducts, schemes, channels, sanctions) are those of the resolved regime;
identities (used in the random streams) are hashes of names, so that adding or removing a
conduct or a scheme moves nobody else's luck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scoredsociety.engine.errors import EngineError
from scoredsociety.engine.program import CHANNEL, LAYERS, Program, identity
from scoredsociety.engine.tables import (
    conduct_tables,
    name_measures,
    records,
    salt,
    scheme_tables,
    settings_table,
)
from scoredsociety.schemes.model import Conduct, ResolvedRegime

DEFAULT_AWARE = (0.11, 0.0398)
"""Aware shares, inside and outside, by which people are grouped if no scheme announces itself."""


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
    _distinct(list(regime.schemes), salt, "schemes")
    if len(schemes) > 8 or len(conducts) > 63:
        raise EngineError(
            f"a regime of {len(schemes)} schemes and {len(conducts)} conducts is too large: "
            "at most 8 schemes and 63 conducts can act at once"
        )
    reference = aware_reference or next(
        ((s.awareness.inside.value, s.awareness.outside.value) for s in schemes if s.awareness),
        DEFAULT_AWARE,
    )
    measures, flows, bit_measure, positions = name_measures(regime)
    rules, schemes_table, by_grade = scheme_tables(regime, schemes, list(world.conducts), positions)
    highest = {
        name: max(_highest(regime, name, conduct), (majorants or {}).get(name, 0.0))
        for name, conduct in conducts
    }
    psi = world.parameters.shock_factor.value
    calm = {
        name: _highest(regime, name, c) / (1.0 + psi if c.shock else 1.0) for name, c in conducts
    }
    conduct_table, by_conduct = conduct_tables(regime, conducts, channels, schemes, highest, calm)
    program = Program(
        conducts=conduct_table,
        channels=records(
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
        settings=settings_table(regime, median_income, reference),
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
