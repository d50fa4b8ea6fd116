"""One society under one regime: chunks of tiles on threads, passes until nothing changes.

What crosses tiles are monthly sums only (the load of channels with limited capacity), and they
act with a lag of one month. The first pass assumes that no limit binds; each further pass uses
the loads of the one before, until none changes. That fixed point is exactly the run in which
all tiles go through the months together.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.codes import RATE_ERROR
from scoredsociety.engine.compile import Compiled
from scoredsociety.engine.errors import EngineError
from scoredsociety.engine.information import fill_information
from scoredsociety.engine.opening import TOO_MANY_FRIENDS
from scoredsociety.engine.program import MAX_GRADES
from scoredsociety.engine.result import LEDGER_DTYPE, SocietyResult
from scoredsociety.engine.snapshot import SNAPSHOT
from scoredsociety.engine.state import Rooms, Scratch, Tally, new_rooms, new_scratch, new_tally
from scoredsociety.engine.tile import ROOM_ERROR, run_chunk
from scoredsociety.society.people import TILE, PeopleTables

if TYPE_CHECKING:
    from scoredsociety.engine.checkpoint import Span
    from scoredsociety.engine.lanes import Lanes
    from scoredsociety.engine.program import Program

CHUNK = 4
"""Tiles that one task runs: small enough for progress, large enough to hide its overhead."""
MAX_PASSES = 200
Progress = Callable[[int], None]
"""Called with the number of person-months just finished."""


class Worker:
    """The arrays of one thread, kept from chunk to chunk."""

    def __init__(self, compiled: Compiled, months: int, program: Program | None = None) -> None:
        self.compiled, self.months = compiled, months
        self.program = program or compiled.program
        self.room = (1 << 16, 1 << 16)
        self.scratch: Scratch = new_scratch(self.program, months, *self.room)
        self.rooms: Rooms = new_rooms(months)
        self.tally = empty_tally(compiled, months)

    def grow(self) -> None:
        """Make room, and forget what was counted."""
        self.room = (self.room[0] * 2, self.room[1] * 2)
        self.scratch = new_scratch(self.program, self.months, *self.room)
        self.tally = empty_tally(self.compiled, self.months)


class Ledger:
    """Joins the chunks' ledgers in order as they come, without ever holding them twice."""

    def __init__(self, starts: list[int]) -> None:
        self._next = iter([*starts, None])
        self._expected: int | None = next(self._next)
        self._waiting: dict[int, NDArray[np.void]] = {}
        self._seen: set[int] = set()
        self._rows = np.empty(1 << 12, LEDGER_DTYPE)
        self._used = 0
        self._lock = threading.Lock()

    def add(self, start: int, part: NDArray[np.void]) -> bool:
        """Take the rows of a chunk; return whether they are new."""
        with self._lock:
            if start in self._seen:
                return False
            self._seen.add(start)
            self._waiting[start] = part if start == self._expected else part.copy()
            while self._expected in self._waiting:
                self._append(self._waiting.pop(self._expected))
                self._expected = next(self._next)
            return True

    def _append(self, part: NDArray[np.void]) -> None:
        end = self._used + len(part)
        if end > len(self._rows):
            # a little more than needed: new room is filled with zeros, and large blocks move freely
            self._rows.resize(end + end // 16, refcheck=False)
        mine = self._rows[self._used : end]
        mine[...] = part
        mine["cause"][part["cause"] >= 0] += self._used
        self._used = end

    def rows(self) -> NDArray[np.void]:
        """Return the whole ledger."""
        self._rows.resize(self._used, refcheck=False)
        return self._rows


def empty_tally(compiled: Compiled, months: int) -> Tally:
    """Return zeroed sums of the right shape for a regime."""
    p = compiled.program
    return new_tally(
        len(compiled.measures),
        len(p.conducts),
        len(p.schemes),
        len(compiled.channels),
        months,
        MAX_GRADES,
    )


def run_society(
    compiled: Compiled,
    tables: PeopleTables,
    *,
    people: int,
    months: int,
    seed: int,
    replicate: int = 0,
    threads: int | None = None,
    chunk: int = CHUNK,
    progress: Progress | None = None,
    keep: range | None = None,
    snapshot: bool = False,
    shares: NDArray[np.float64] | None = None,
    span: Span | None = None,
    program: Program | None = None,
    device: Lanes | None = None,
) -> tuple[SocietyResult, int]:
    """Simulate one society.

    Parameters
    ----------
    compiled : Compiled
        The regime, from :func:`scoredsociety.engine.compile_regime`.
    tables : PeopleTables
        The marginals, compiled.
    people, months : int
        Size and length; months are numbered from 1.
    seed, replicate : int
        The luck, each 0 to 2**32 - 1.
    threads : int, optional
        Default: the processors of the machine. Changes no result.
    chunk : int
        Tiles a task. Changes no result.
    progress : callable, optional
        Called with finished person-months.
    keep : range, optional
        Run only these tiles, with the aggregates of the full run taken as given by earlier
        passes over all tiles (used to replay one tile).
    snapshot : bool
        Also keep, in memory, what everybody bears and knows at the end.
    shares : float64 array, shape (channels, months), optional
        Share of its acts that each channel can handle, where it follows from the load of a larger
        society of which this is a part. There is one pass then.
    span : Span, optional
        Run only these months (``engine.checkpoint``).
    program : Program, optional
        What the kernel runs, if it must keep more than the regime itself asks for.
    device : Lanes, optional
        What runs the passes instead of threads; not with ``span`` or ``program``.

    Returns
    -------
    SocietyResult
    int
        Number of passes.

    Raises
    ------
    EngineError
        If a rate exceeded its majorant, or the passes did not settle.
    """
    tiles = range((people + TILE - 1) // TILE)
    shape = (len(compiled.channels), months)
    limited = compiled.program.channels["capacity"] > 0
    at_end = np.zeros(people if snapshot else 0, SNAPSHOT)
    capacity = np.ones(shape) if shares is None else shares
    passes = 0
    while passes < MAX_PASSES:
        passes += 1
        if device is None:
            tally, ledger = _pass(
                compiled, tables, capacity, people, months, seed, replicate, threads, chunk,
                tiles, progress, at_end, span, program,
            )  # fmt: skip
        else:
            tally, ledger = device.one_pass(
                compiled, tables, capacity, people, months, seed, replicate, tiles, progress,
                at_end,
            )  # fmt: skip
        free = shares is None and limited.any()
        wanted = shares_of(compiled, tally, months) if free else capacity
        if span is not None and free:
            wanted = span.open(wanted)
        if np.array_equal(wanted, capacity):
            break
        capacity = wanted
    else:
        names = ", ".join(np.array(compiled.channels)[limited])
        raise EngineError(f"the load of {names} did not settle in {MAX_PASSES} passes")
    if keep is not None:
        tally, ledger = _pass(
            compiled, tables, capacity, people, months, seed, replicate, 1, chunk, keep, None,
            at_end, span, program,
        )  # fmt: skip
    return result_of(compiled, tally, ledger, months, at_end if snapshot else None), passes


def _pass(
    compiled: Compiled,
    tables: PeopleTables,
    capacity: NDArray[np.float64],
    people: int,
    months: int,
    seed: int,
    replicate: int,
    threads: int | None,
    chunk: int,
    tiles: range,
    progress: Progress | None,
    at_end: NDArray[np.void],
    span: Span | None,
    program: Program | None,
) -> tuple[Tally, NDArray[np.void]]:
    """Run all tiles once, with the capacities as given."""
    starts = list(range(tiles.start, tiles.stop, chunk))
    count = max(1, min(threads or os.cpu_count() or 1, len(starts)))
    workers = [Worker(compiled, months, program) for _ in range(count)]
    ledger = Ledger(starts)
    length = months if span is None else span.last - span.first + 1
    stop = False

    def work(worker: Worker, mine: list[int]) -> None:
        todo = list(mine)
        while todo and not stop:
            start = todo[0]
            end = min(start + chunk, tiles.stop)
            if span is None:
                rows = run_chunk(
                    worker.scratch, worker.rooms, worker.tally, worker.program, tables, capacity,
                    people, months, seed, replicate, start, end, at_end,
                )  # fmt: skip
            else:
                rows = span.run(
                    worker, start, end, tables, capacity, people, months, seed, replicate, at_end
                )
            if rows == ROOM_ERROR:  # rare: begin again with more room
                worker.grow()
                todo = list(mine)
                continue
            refuse(rows)
            todo.pop(0)
            if ledger.add(start, worker.scratch.ledger[:rows]) and progress is not None:
                progress((min(end * TILE, people) - start * TILE) * length)

    if count == 1:
        work(workers[0], starts)
    else:
        with ThreadPoolExecutor(count) as pool:
            tasks = [pool.submit(work, w, starts[k::count]) for k, w in enumerate(workers)]
            try:
                for task in tasks:
                    task.result()
            except BaseException:
                stop = True
                raise
    total = workers[0].tally
    for worker in workers[1:]:
        for mine, other in zip(total, worker.tally, strict=True):
            mine += other
    if span is not None:
        span.join(total)
    return total, ledger.rows()


def refuse(answer: int) -> None:
    """Say why a chunk could not be run, if it could not.

    Raises
    ------
    EngineError
    """
    if answer == RATE_ERROR:
        raise EngineError(
            "a rate rose above its majorant: the rates of the regime and the layers of "
            "candidates disagree"
        )
    if answer == TOO_MANY_FRIENDS:
        raise EngineError("people have too many friends: lower friends_mean, or raise friends_size")


def shares_of(compiled: Compiled, tally: Tally, months: int) -> NDArray[np.float64]:
    """Return the share of its acts that each channel can handle, from the load a month before.

    The capacity is a multiple of the load expected in month 1 and grows with the adults.
    Quantised to 2**-16, so that the fixed point is reached exactly.
    """
    capacity = np.ones((len(compiled.channels), months))
    adults = tally.monthly[0].sum(axis=1).cumsum()
    for k, limit in enumerate(compiled.program.channels["capacity"]):
        if limit <= 0 or months < 2:
            continue
        handled = limit * tally.baseline[k] / 2.0**20 * adults / max(int(adults[0]), 1)
        load = np.maximum(tally.load[k], 1)
        share = np.minimum(1.0, handled[:-1] / load[:-1])
        capacity[k, 1:] = np.floor(share * 65536.0) / 65536.0
    return capacity


def result_of(
    compiled: Compiled,
    tally: Tally,
    ledger: NDArray[np.void],
    months: int,
    at_end: NDArray[np.void] | None,
) -> SocietyResult:
    """Turn sums of changes into stocks and name everything."""
    p = compiled.program
    monthly = {
        name: tally.monthly[m] if name in compiled.flows else tally.monthly[m].cumsum(axis=0)
        for m, name in enumerate(compiled.measures)
    }
    drawn = np.where(p.conducts["drawn"] > 0, p.conducts["drawn"], np.nan)
    acts = tally.acts / 65536.0 / drawn[:, None, None, None]
    mobility = {}
    for s, name in enumerate(compiled.schemes):
        g = int(p.schemes[s]["grades"])
        if p.schemes[s]["is_list"] or not g:
            continue
        matrix = tally.mobility[s, :, :g, :g].copy()
        first = int(p.schemes[s]["m_grade"])
        stock = tally.monthly[first : first + g].sum(axis=2).cumsum(axis=1)  # (G, T) at month end
        stayed = np.zeros((months, g), np.int64)
        stayed[1:] = stock[:, :-1].T
        matrix[:, np.arange(g), np.arange(g)] = np.maximum(stayed - matrix.sum(axis=2), 0)
        mobility[name] = matrix
    present = np.flatnonzero(tally.persons)
    population = {
        "profile": present.astype(np.int64),
        "persons": tally.persons[present],
        "adults": tally.adults[present],
        "adult_months": tally.adult_months[present],
    }
    caps = {
        name: {"candidates": int(tally.caps[c, 0]), "bound": int(tally.caps[c, 1])}
        for c, name in enumerate(compiled.conducts)
    }
    fill_information(tally)
    information = {
        name: tally.information[s]
        for s, name in enumerate(compiled.schemes)
        if not p.schemes[s]["is_list"] and tally.own.any()
    }
    return SocietyResult(
        ledger, monthly, acts, mobility, population, caps, information, tally.own, people=at_end
    )
