"""Blocks of tiles of a country: run, counted and forgotten, so that memory does not grow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.census import census_work, new_census, run_counted
from scoredsociety.engine.compile import Compiled
from scoredsociety.engine.result import LEDGER_DTYPE, SocietyResult
from scoredsociety.engine.run import Worker, empty_tally, refuse, result_of, shares_of
from scoredsociety.engine.snapshot import SNAPSHOT
from scoredsociety.engine.state import Tally
from scoredsociety.engine.tile import ROOM_ERROR
from scoredsociety.society.people import TILE, PeopleTables

STEP = 8
"""Tiles between two looks at the clock and at Ctrl-C."""
Sums = dict[str, NDArray[np.int64]]
"""The arrays of ``Tally`` and ``Census`` by name: all that leaves a block of tiles."""


@dataclass(frozen=True)
class Land:
    """What every tile of a country depends on.

    Attributes
    ----------
    compiled : Compiled
    tables : PeopleTables
    people, months, seed, replicate : int
    """

    compiled: Compiled
    tables: PeopleTables
    people: int
    months: int
    seed: int
    replicate: int = 0

    @property
    def tiles(self) -> range:
        """All tiles."""
        return range((self.people + TILE - 1) // TILE)

    @property
    def limited(self) -> NDArray[np.bool_]:
        """Which channels have a limited capacity, shape (K,)."""
        limited: NDArray[np.bool_] = self.compiled.program.channels["capacity"] > 0
        return limited

    def all_handled(self) -> NDArray[np.float64]:
        """Return the shares of a world in which no limit binds, shape (K, months)."""
        return np.ones((len(self.compiled.channels), self.months))

    def shares(self, sums: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float64]:
        """Return the share of its acts that each channel handles under these loads, (K, months)."""
        if not self.limited.any():
            return self.all_handled()
        return shares_of(self.compiled, tally_of(sums), self.months)

    def result(self, sums: Mapping[str, NDArray[np.int64]]) -> SocietyResult:
        """Return the tables of the country, with an empty ledger."""
        ledger = np.zeros(0, LEDGER_DTYPE)
        return result_of(self.compiled, tally_of(sums), ledger, self.months, None)


def tally_of(sums: Mapping[str, NDArray[np.int64]]) -> Tally:
    """Return the part of the sums that is a tally."""
    return Tally(**{name: sums[name] for name in Tally._fields})


class Counter:
    """Runs blocks of tiles one after the other on one thread."""

    def __init__(self, land: Land) -> None:
        self.land = land
        self.worker = Worker(land.compiled, land.months)
        self.census, self.work = new_census(land.compiled), census_work(land.compiled)
        self.nobody = np.zeros(0, SNAPSHOT)

    def run(
        self,
        tiles: range,
        shares: NDArray[np.float64],
        progress: Callable[[int], None] | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> Sums | None:
        """Run a block of tiles.

        Parameters
        ----------
        tiles : range
        shares : float64 array, shape (K, months)
            Of its acts that each channel can handle.
        progress : callable, optional
            Called with the number of person-months just finished.
        stopped : callable, optional
            Asked now and then; when it says so, the block is given up.

        Returns
        -------
        dict of int64 arrays or None
            The sums, valid until the next block; None if the block was given up.

        Raises
        ------
        EngineError
            If a rate exceeded its majorant.
        """
        land, told = self.land, tiles.start
        first = tiles.start
        self._forget()
        while first < tiles.stop:
            if stopped is not None and stopped():
                return None
            last = min(first + STEP, tiles.stop)
            worker = self.worker
            answer = run_counted(
                worker.scratch, worker.rooms, worker.tally, self.census, self.work,
                land.compiled.program, land.tables, shares, land.people, land.months, land.seed,
                land.replicate, first, last, self.nobody,
            )  # fmt: skip
            if answer == ROOM_ERROR:  # rare: begin again with more room
                worker.grow()
                self._forget()
                first = tiles.start
                continue
            refuse(answer)
            if last > told and progress is not None:
                progress((min(last * TILE, land.people) - told * TILE) * land.months)
            first, told = last, max(told, last)
        return {**self.worker.tally._asdict(), **self.census._asdict()}

    def _forget(self) -> None:
        for array in (*self.worker.tally, *self.census, self.work.rows):
            array.fill(0)


def nothing(land: Land) -> Sums:
    """Return sums that are all zero."""
    tally = empty_tally(land.compiled, land.months)
    return {**tally._asdict(), **new_census(land.compiled)._asdict()}
