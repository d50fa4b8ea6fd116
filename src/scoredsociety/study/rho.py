"""One regime at several values of rho, the share of propensity that is common to all contexts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scoredsociety.engine import RunData
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import simulate

RHOS = (0.0, 0.15, 0.3, 0.5, 0.6)
"""The declared range of rho, with its default; nobody has published a number."""

SHORTEST = 36
"""Months below which a run holds nothing of what a score foretells."""


def at_rho(regime: ResolvedRegime, rho: float) -> ResolvedRegime:
    """Return a regime in a world where propensities of two contexts correlate by ``rho``."""
    parameters = regime.world.parameters
    value = parameters.common_propensity.model_copy(update={"value": rho})
    world = regime.world.model_copy(
        update={"parameters": parameters.model_copy(update={"common_propensity": value})}
    )
    return regime.model_copy(update={"world": world})


def simulate_rhos(
    regime: str | Path | ResolvedRegime, rhos: Sequence[float], settings: Mapping[str, Any]
) -> Iterator[tuple[float, RunData]]:
    """Simulate a regime at each value of rho, with the same luck.

    Parameters
    ----------
    regime : str, Path or ResolvedRegime
    rhos : sequence of float
        From 0 to 1.
    settings : mapping
        ``people``, ``months``, ``seed``, ``replicates``, ``marginals``, ``threads`` of
        :func:`scoredsociety.simulate`.

    Raises
    ------
    StudyError
        If a value is not allowed, or the run is too short to say anything.
    """
    for rho in rhos:
        if not 0.0 <= rho <= 1.0:
            raise StudyError(f"rho: {rho} is not allowed. Allowed: numbers from 0 to 1")
    if settings["months"] < SHORTEST:
        raise StudyError(
            f"months: {settings['months']} is not allowed. What a score foretells is counted in "
            f"the last year of runs of {SHORTEST} months or more"
        )
    plain = regime if isinstance(regime, ResolvedRegime) else resolve(regime)
    return ((rho, simulate(at_rho(plain, rho), **settings)) for rho in rhos)
