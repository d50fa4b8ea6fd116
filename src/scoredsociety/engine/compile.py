"""A resolved regime, flattened to the tables that the kernel reads.

Positions (of conducts, schemes, channels, sanctions) are those of the resolved regime;
identities (used in the random streams) are hashes of names, so that adding or removing a
conduct or a scheme moves nobody else's luck.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoredsociety.engine.detection import detection
from scoredsociety.engine.errors import EngineError
from scoredsociety.engine.program import (
    LAYERS,
    MAX_CONDUCTS,
    MAX_SCHEMES,
    Program,
    identity,
    salt,
)
from scoredsociety.engine.schemes import scheme_tables
from scoredsociety.engine.tables import (
    channel_table,
    conduct_tables,
    highest_multiple,
    name_measures,
    settings_table,
)
from scoredsociety.schemes.model import ResolvedRegime

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

    @property
    def codes(self) -> dict[int, str]:
        """Return the measure of each sanction and reward that is counted, by its bit."""
        return {
            bit: self.measures[row] for bit, row in enumerate(self.program.bit_measure) if row >= 0
        }


def compile_regime(
    regime: ResolvedRegime,
    median_income: float,
    aware_reference: tuple[float, float] | None = None,
    majorants: Mapping[str, float] | None = None,
    household: float = 2.62,
    also: Collection[str] = (),
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
    household : float
        Mean size of a household.
    also : collection of str
        Codes of sanctions and rewards to count although nothing in the regime uses them: a regime
        before it did.

    Raises
    ------
    EngineError
        If two names share an identity, or a rate could exceed the highest layer of candidates.
    """
    world, schemes = regime.world, regime.of_people()
    _distinct([*world.conducts, "shock"], identity, "conducts")
    _distinct(list(world.contexts), identity, "contexts")
    _distinct(list(schemes), salt, "schemes")
    if len(schemes) > MAX_SCHEMES or len(world.conducts) > MAX_CONDUCTS:
        raise EngineError(
            f"a regime of {len(schemes)} schemes and {len(world.conducts)} conducts is too large: "
            f"at most {MAX_SCHEMES} schemes of people and {MAX_CONDUCTS} conducts can act at once"
        )
    announcing = (s.awareness for s in schemes.values() if s.awareness)
    reference = aware_reference or next(
        ((a.inside.value, a.outside.value) for a in announcing), DEFAULT_AWARE
    )
    measures, flows, bit_measure, positions = name_measures(regime, also)
    detections = {name: detection(regime, c) for name, c in world.conducts.items()}
    reach = {name: highest_multiple(regime, name, c) for name, c in world.conducts.items()}
    highest = {
        name: max(own * max(1.0, *detections[name].factor), (majorants or {}).get(name, 0.0))
        for name, own in reach.items()
    }
    psi = world.parameters.shock_factor.value
    calm = {
        name: reach[name] * max(1.0, *detections[name].factor) / (1.0 + psi if c.shock else 1.0)
        for name, c in world.conducts.items()
    }
    conduct_table, by_conduct = conduct_tables(regime, detections, highest, calm)
    bit_harm = np.zeros(64)
    bit_harm[: len(world.sanctions)] = [s.harm.value for s in world.sanctions.values()]
    program = Program(
        conducts=conduct_table,
        channels=channel_table(regime),
        settings=settings_table(regime, median_income, household, reference),
        bit_measure=bit_measure,
        bit_harm=bit_harm,
        **by_conduct,
        **scheme_tables(regime, positions),
    )
    covered = {
        name: {
            "highest": highest[name],
            "layers_to": LAYERS[int(conduct_table["layers"][i])],
        }
        for i, name in enumerate(world.conducts)
    }
    return Compiled(
        program=program,
        schemes=tuple(schemes),
        conducts=tuple(world.conducts),
        channels=tuple(world.channels),
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


def highest_rates(regime: ResolvedRegime) -> dict[str, float]:
    """Return, by conduct, the largest multiple of the base rate that any state can reach."""
    return {
        name: highest_multiple(regime, name, conduct) * max(1.0, *detection(regime, conduct).factor)
        for name, conduct in regime.world.conducts.items()
    }
