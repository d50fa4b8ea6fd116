"""The line between two regimes: the same people with the same luck at every stop of the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoredsociety.engine import RunData
from scoredsociety.schemes.blend import blend
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.study.compare import same_world, shared_settings
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import Progress, simulate

STEPS = (2, 100)
"""Fewest and most steps of a line."""


@dataclass(frozen=True)
class Stop:
    """One stop of a line.

    Attributes
    ----------
    share : float
        How much of the way lies behind it, 0 to 1.
    run : RunData
        The regime of this stop.
    without_feedback : RunData
        The same without any feedback of a status on conduct: what the spiral gain is read against.
    """

    share: float
    run: RunData
    without_feedback: RunData


def stops(start: str | Path, end: str | Path, steps: int) -> list[ResolvedRegime]:
    """Return the regimes of a line: ``start``, those in between, and ``end``.

    Parameters
    ----------
    start, end : str or Path
        Names of the catalogue, or YAML files.
    steps : int
        From 2 to 100; there is one stop more.

    Raises
    ------
    SchemeError
        If there is no such regime.
    StudyError
        If the number of steps is not allowed.
    """
    if not STEPS[0] <= steps <= STEPS[1]:
        raise StudyError(
            f"steps: {steps} is not allowed. Allowed: a whole number from {STEPS[0]} to {STEPS[1]}"
        )
    a, b = resolve(start), resolve(end)
    return [blend(a, b, k / steps) for k in range(steps + 1)]


def without_feedback(regime: ResolvedRegime) -> ResolvedRegime:
    """Return a regime in which no status makes any conduct more frequent."""
    schemes = {
        name: scheme.model_copy(update={"feedback": []}) for name, scheme in regime.schemes.items()
    }
    return regime.model_copy(update={"schemes": schemes})


def simulate_line(
    start: str | Path,
    end: str | Path,
    *,
    steps: int = 10,
    progress: Progress | None = None,
    **settings: Any,  # noqa: ANN401
) -> tuple[RunData, Iterator[Stop]]:
    """Simulate every stop of a line, each when it is asked for.

    Parameters
    ----------
    start, end, steps
        See :func:`stops`.
    progress : Progress, optional
        A display; it sees the regimes of the line only.
    **settings
        ``people``, ``months``, ``seed``, ``replicates``, ``marginals`` and ``threads`` of
        :func:`scoredsociety.simulate`.

    Returns
    -------
    RunData
        The same people with the same luck under the regime ``none``.
    iterator of Stop
        From ``start`` to ``end``.
    """
    bare, *line = same_world([resolve("none"), *stops(start, end, steps)])
    reference, majorants = shared_settings(line)
    shared = {**settings, "aware_reference": reference, "majorants": majorants}
    baseline = simulate(bare, **shared)
    return baseline, _each(line, progress, shared)


def _each(
    line: Sequence[ResolvedRegime], progress: Progress | None, shared: dict[str, Any]
) -> Iterator[Stop]:
    for k, regime in enumerate(line):
        run = simulate(regime, progress=progress, **shared)
        fed = any(scheme.feedback for scheme in regime.schemes.values())
        other = simulate(without_feedback(regime), **shared) if fed else run
        yield Stop(k / (len(line) - 1), run, other)
