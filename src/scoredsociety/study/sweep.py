"""What nobody knows: a declared design that draws every assumed number over its range.

A Latin hypercube: each number takes every part of its range once. All draws are fixed before
anything runs, and no result chooses the next one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.streams import Block, draw
from scoredsociety.engine import RunData
from scoredsociety.schemes import validate
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.errors import Finding
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.schemes.structure import build
from scoredsociety.study.compare import read_once, shared_settings
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import Progress, simulate

DRAWS = (4, 1000)
"""Fewest and most draws."""
WIDE = 10.0
"""From this ratio of its ends on, a range above 0 is drawn on a logarithmic scale."""


FLOOD = 1.0
"""False matches of faces a person and month from which on a draw is not simulated as drawn: the
ends of the ranges multiply to hundreds, which no memory holds."""


@dataclass(frozen=True)
class Assumed:
    """A number that nobody published, with the range that it may lie in.

    Attributes
    ----------
    path : str
        In the resolved regime.
    value : float
        As declared.
    low, high : float
        The declared range.
    """

    path: str
    value: float
    low: float
    high: float

    @property
    def logarithmic(self) -> bool:
        """Whether it is drawn log-uniformly: its range spans an order of magnitude or more."""
        return self.low > 0 and self.high / self.low >= WIDE

    def at(self, share: float) -> float:
        """Return the number at a share of its range, from 0 to 1."""
        if self.logarithmic:
            return float(self.low * (self.high / self.low) ** share)
        return float(self.low + share * (self.high - self.low))


def hypercube(seed: int, paths: Sequence[str], draws: int) -> NDArray[np.float64]:
    """Return a Latin hypercube: of every number, one share in each of ``draws`` equal parts.

    Parameters
    ----------
    seed : int
        Of the run. Each number has a stream of its own, so that leaving one out moves no other.
    paths : sequence of str
        Names of the numbers.
    draws : int

    Returns
    -------
    float64 array, shape (draws, len(paths))
        Between 0 and 1.
    """
    out = np.empty((draws, len(paths)))
    for column, path in enumerate(paths):
        stream = zlib.crc32(path.encode())
        lanes = [
            [draw(seed, 0, who, stream, 0, Block.DESIGN, lane) for who in range(draws)]
            for lane in (0, 1)
        ]
        stratum = np.argsort(np.argsort(lanes[0], kind="stable"))
        out[:, column] = (stratum + np.array(lanes[1])) / draws
    return out


@dataclass(frozen=True)
class Design:
    """What a sweep will run, written down before it does.

    Attributes
    ----------
    assumed : tuple of Assumed
        The numbers that are drawn.
    values : float64 array, shape (K, len(assumed))
        What each draw sets.
    regimes : tuple of ResolvedRegime, length K + 1
        As declared first, then each draw.
    guarded : tuple of ResolvedRegime, length K + 1 or 0
        The same with the safeguards.
    kept : dict of str to int
        Numbers that keep their declared value in so many draws: drawn together with others they
        would break the language, or cameras would mistake everybody every month.
    """

    assumed: tuple[Assumed, ...]
    values: NDArray[np.float64]
    regimes: tuple[ResolvedRegime, ...]
    guarded: tuple[ResolvedRegime, ...]
    kept: Mapping[str, int]


def design(
    regime: str | Path,
    assumptions: Sequence[Mapping[str, Any]],
    *,
    safeguards: Sequence[str | Path] = (),
    calibrations: Mapping[str, str] | None = None,
    draws: int = 16,
    only: Sequence[str] = (),
    seed: int = 1,
) -> Design:
    """Declare a sweep.

    Parameters
    ----------
    regime : str or Path
    assumptions : sequence of mapping
        Of the regime as it is: path, value and range (``audit.assumptions.list_assumptions``).
    safeguards : sequence of str or Path
        Applied together in a second arm. A number that they set themselves is not drawn there.
    calibrations : mapping of str to str, optional
    draws : int
        From 4 to 1,000.
    only : sequence of str
        Beginnings of the paths to draw; all if empty.
    seed : int

    Raises
    ------
    SchemeError
        If there is no such regime or safeguard.
    StudyError
        If the number of draws is not allowed, or no number with a range begins so.
    """
    if not DRAWS[0] <= draws <= DRAWS[1]:
        raise StudyError(
            f"draws: {draws} is not allowed. Allowed: a whole number from {DRAWS[0]} to {DRAWS[1]}"
        )
    plain = resolve(regime, (), calibrations)
    guarded = resolve(regime, safeguards, calibrations) if safeguards else None
    ranged = [
        Assumed(str(a["path"]), float(a["value"]), *(float(x) for x in a["range"]))
        for a in assumptions
        if a["range"] is not None and a["value"] is not None
    ]
    chosen = tuple(a for a in ranged if not only or a.path.startswith(tuple(only)))
    if not chosen:
        told = sorted({".".join(a.path.split(".")[:2]) for a in ranged})
        raise StudyError(
            f"only: no assumed number with a range begins with {' or '.join(only)!r}. "
            f"There are numbers below {', '.join(told) or 'nothing'}"
        )
    shares = hypercube(seed, [a.path for a in chosen], draws)
    values = np.array([[a.at(u) for a, u in zip(chosen, row, strict=True)] for row in shares])
    kept: dict[str, int] = {}
    arms: list[list[ResolvedRegime]] = [[plain], [guarded] if guarded else []]
    for row in values:
        wanted = {a: float(v) for a, v in zip(chosen, row, strict=True)}
        drawn, lost = placed(plain, wanted)
        arms[0].append(drawn)
        for path in lost:
            kept[path] = kept.get(path, 0) + 1
        if guarded is not None:
            left = {a: v for a, v in wanted.items() if a.path not in lost}
            arms[1].append(placed(guarded, left)[0])
    return Design(chosen, values, tuple(arms[0]), tuple(arms[1]), kept)


def placed(
    regime: ResolvedRegime, wanted: Mapping[Assumed, float]
) -> tuple[ResolvedRegime, list[str]]:
    """Return a regime with other numbers, and the paths that had to keep theirs.

    A number that must be whole is rounded. One that is not there, or that stands otherwise than
    declared because a safeguard set it, stays.

    Raises
    ------
    StudyError
        If the numbers break the language and no drawn one is to blame.
    """
    data = regime.model_dump(mode="json")
    there = {}
    for a, value in wanted.items():
        block = _block(data, a.path)
        if block is not None and block["value"] == a.value:
            block["value"] = value
            there[a.path] = a
    kept: list[str] = []
    for attempt in range(5):  # whole numbers, blocks that clash, cameras, and what is then left
        item, faults = build(ResolvedRegime, data)
        faults = faults + validate.resolved(data)
        if item is not None and not faults:
            faults = [f for f in floods(item) if any(p.startswith(_text(f)) for p in there)]
        if item is not None and not faults:
            return item, kept
        for fault in faults:
            at = _text(fault)
            for path in [p for p in there if p == at or p.startswith(f"{at}.")]:
                block = _block(data, path)
                assert block is not None
                if attempt == 0 and path == at:
                    block["value"] = float(round(block["value"]))
                elif path not in kept:
                    block["value"] = there[path].value
                    kept.append(path)
    told = "; ".join(f"{_text(f)}: {f.message}" for f in faults[:3])
    raise StudyError(f"drawn numbers do not fit together: {told}")


def floods(regime: ResolvedRegime) -> list[Finding]:
    """Return the cameras that would take everybody for somebody else every month."""
    out = []
    for name, channel in regime.world.channels.items():
        if (faces := channel.faces) is None:
            continue
        rate = max(faces.false_match.majority.value, faces.false_match.minority.value)
        mistaken = -np.expm1(faces.gallery.value * np.log1p(-rate))
        if faces.passages.value * faces.density.value * mistaken > FLOOD:
            path = ("world", "channels", name, "faces")
            out.append(Finding(path, "cameras would mistake everybody every month"))
    return out


def _text(fault: Finding) -> str:
    return ".".join(map(str, fault.path)).removesuffix(".value")


def _block(data: Any, path: str) -> dict[str, Any] | None:  # noqa: ANN401
    """Return the block with a value at a path of plain data; None if there is none."""
    for part in path.split("."):
        if isinstance(data, list):
            data = data[int(part)] if part.isdigit() and int(part) < len(data) else None
        else:
            data = data.get(part) if isinstance(data, dict) else None
    return data if isinstance(data, dict) and "value" in data else None


def simulate_design(
    made: Design,
    *,
    progress: Progress | None = None,
    **settings: Any,  # noqa: ANN401
) -> Iterator[tuple[RunData, RunData | None, RunData]]:
    """Simulate a sweep: as declared first, then each draw, on the same people and luck.

    Parameters
    ----------
    made : Design
    progress : Progress, optional
        A display; it sees the regimes as they are only.
    **settings
        As in :func:`scoredsociety.simulate`.

    Yields
    ------
    RunData
        The regime.
    RunData or None
        The regime with the safeguards.
    RunData
        The same people without any scheme, in the world of that draw.
    """
    reference, majorants = shared_settings([*made.regimes, *made.guarded])
    shared = {**read_once(settings), "aware_reference": reference, "majorants": majorants}
    for k, regime in enumerate(made.regimes):
        run = simulate(regime, progress=progress, **shared)
        other = simulate(made.guarded[k], **shared) if made.guarded else None
        yield run, other, simulate(regime.bare(), **shared)
