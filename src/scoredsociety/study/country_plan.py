"""A country to be made: all that determines it, checked before anything is run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoredsociety.base.jit import source_stamp
from scoredsociety.engine.country import Land
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Society, load_marginals
from scoredsociety.society.people import TILE
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import Engine, check_size, engine_of, make_engine, make_manifest
from scoredsociety.study.store import dump


@dataclass(frozen=True)
class Plan:
    """A country to be made: its manifest, and what runs it."""

    manifest: dict[str, Any]
    engine: Engine

    @property
    def land(self) -> Land:
        """What every tile depends on."""
        m = self.manifest
        compiled, tables = self.engine.compiled, self.engine.tables
        return Land(compiled, tables, m["people"], m["months"], m["seed"])

    @property
    def mark(self) -> str:
        """A mark of all that determines the country."""
        return hashlib.sha256(dump(self.manifest).encode()).hexdigest()

    @property
    def attempt(self) -> str:
        """A mark of who may go on with what is unfinished: the same country, the same kernels."""
        return hashlib.sha256((dump(self.manifest) + source_stamp()).encode()).hexdigest()[:12]


def plan_country(
    regime: str | Path | ResolvedRegime,
    *,
    safeguards: Sequence[str | Path] = (),
    calibrations: Mapping[str, str] | None = None,
    marginals: str | Path = "china-2018",
    people: int = 1_400_000_000,
    months: int = 120,
    seed: int = 1,
    sample: int = 1_000_000,
    aware_reference: tuple[float, float] | None = None,
    majorants: Mapping[str, float] | None = None,
) -> Plan:
    """Return what there is to make, and refuse what cannot be made.

    Raises
    ------
    SchemeError, EngineError, StudyError
    """
    check_size(people, months, seed, 1)
    if sample < 0:
        raise StudyError(f"sample: {sample} is not allowed. Allowed: 0 (none) or more people")
    if not isinstance(regime, ResolvedRegime):
        regime = resolve(regime, safeguards, calibrations or {})
    source = load_marginals(marginals)
    engine = make_engine(regime, Society(source, 1), aware_reference, majorants)
    manifest = make_manifest(
        regime, source, engine.compiled, people=people, months=months, seed=seed, replicates=1
    )
    kept = min(people, -(-sample // TILE) * TILE)
    return Plan(manifest | {"format": 1, "country": True, "sample": kept}, engine)


def plan_of(manifest: Mapping[str, Any]) -> Plan:
    """Return the plan that a manifest describes."""
    return Plan(dict(manifest), engine_of(manifest))
