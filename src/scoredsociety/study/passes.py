"""How often the tiles of a country must be run until what crosses them no longer changes.

Only the load of channels with a limited capacity crosses tiles, and it acts a month later; so there
is one fixed point, that of all tiles going through the months together. It is sought on the first
tiles, which is cheap, and then held by passes over all tiles: the last one reproduces the shares
that it was run with.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.country import Counter, Land, Sums
from scoredsociety.society.people import TILE
from scoredsociety.study.blocks import write_whole
from scoredsociety.study.errors import StudyError

EARLY_TILES = 64
"""Tiles of the early passes."""
EARLY = 20
"""Early passes at most: they only look for a start."""
FULL = 40
"""Passes over all tiles at most."""
_UNIT = 65536.0
"""Shares are whole multiples of its inverse."""


@dataclass(frozen=True)
class Passes:
    """Where a country stands on its way to the fixed point.

    Attributes
    ----------
    shares : float64 array, shape (K, months)
        Of its acts that each channel handles, by which tiles are run next.
    early, full : int
        Passes made on the first tiles, and on all.
    """

    shares: NDArray[np.float64]
    early: int = 0
    full: int = 0

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        units = np.round(self.shares * _UNIT).astype(np.int64)
        return {"early": self.early, "full": self.full, "shares": units.tolist()}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Passes:
        """Return what :meth:`plain` wrote."""
        return cls(shares_of_units(data["shares"]), data["early"], data["full"])


def shares_of_units(units: Any) -> NDArray[np.float64]:  # noqa: ANN401
    """Return shares written as whole numbers of 1/65536, shape (K, months)."""
    return np.asarray(units, np.float64) / _UNIT


def named_shares(land: Land, shares: NDArray[np.float64]) -> dict[str, list[int]] | None:
    """Return the shares of the channels that cannot handle everything, in 1/65536; None: all do."""
    units = np.round(shares * _UNIT).astype(np.int64)
    names = land.compiled.channels
    out = {names[k]: units[k].tolist() for k in np.flatnonzero((shares < 1.0).any(axis=1))}
    return out or None


def begin(land: Land) -> Passes:
    """Make the early passes and return where the full ones begin."""
    first = Passes(land.all_handled())
    if not land.limited.any() or len(land.tiles) <= EARLY_TILES:
        return first
    some = replace(land, people=EARLY_TILES * TILE)
    counter, passes = Counter(some), first
    while passes.early < EARLY:
        sums = counter.run(some.tiles, passes.shares)
        wanted = passes.shares if sums is None else some.shares(sums)
        settled = np.array_equal(wanted, passes.shares)
        passes = Passes(wanted, passes.early + 1)
        if settled:
            break
    return passes


def after(land: Land, passes: Passes, sums: Sums) -> tuple[Passes, bool]:
    """Return where a country stands after a full pass, and whether that was the last one."""
    wanted = land.shares(sums)
    if np.array_equal(wanted, passes.shares):
        return replace(passes, full=passes.full + 1), True
    return Passes(wanted, passes.early, passes.full + 1), False


def unsettled(land: Land, passes: Passes, most: int) -> StudyError:
    """Return the error of a country whose passes did not settle."""
    names = ", ".join(np.array(land.compiled.channels)[land.limited])
    return StudyError(
        f"the load of {names} did not settle in {most} passes over all tiles (made: "
        f"{passes.early} early ones, {passes.full} in full). Nothing is called finished. "
        "More passes, or a capacity further from the load, may settle it"
    )


def settle(
    land: Land,
    partial: Path,
    run: Callable[[NDArray[np.float64], Path, int], Sums],
    most: int = FULL,
) -> tuple[Sums, Passes]:
    """Run passes over all tiles until the shares reproduce themselves.

    Parameters
    ----------
    land : Land
    partial : Path
        Folder in which to remember; who begins again goes on from there.
    run : callable
        Makes one pass: takes the shares, the folder of its blocks, and its number.
    most : int
        Full passes at most.

    Raises
    ------
    StudyError
        If they do not settle.
    """
    note = partial / "passes.json"
    if note.is_file():
        passes = Passes.of(json.loads(note.read_text("utf-8")))
    else:
        passes = begin(land)
        write_whole(note, json.dumps(passes.plain()).encode())
    while passes.full < most:
        folder = partial / f"pass-{passes.full + 1:03d}"
        sums = run(passes.shares, folder, passes.full + 1)
        following, settled = after(land, passes, sums)
        if settled:
            return sums, following
        passes = following
        write_whole(note, json.dumps(passes.plain()).encode())
        shutil.rmtree(folder)
    raise unsettled(land, passes, most)
