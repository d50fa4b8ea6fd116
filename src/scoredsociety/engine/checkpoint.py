"""Stop a society at a policy date, and go on under the same or another regime.

A checkpoint is the engine's own state, in memory only. It is a function of the regime, the
marginals, the seed and the size, so what is kept of it are those and its hash
(``study.checkpoints``): no file can bring anybody in. If the regime stays the same, what follows
has the bytes of the run that never stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.carried import Change, State, new_state
from scoredsociety.engine.codes import ENOUGH, LAST_YEAR
from scoredsociety.engine.compile import Compiled
from scoredsociety.engine.errors import EngineError
from scoredsociety.engine.following import differences
from scoredsociety.engine.program import FRIENDS, Program
from scoredsociety.engine.result import LEDGER_DTYPE, SocietyResult
from scoredsociety.engine.run import Progress, run_society
from scoredsociety.engine.span import run_span
from scoredsociety.engine.state import LINK, Tally
from scoredsociety.society.people import PeopleTables

if TYPE_CHECKING:
    from scoredsociety.engine.run import Worker


@dataclass(frozen=True)
class Checkpoint:
    """One society at the end of a month.

    Attributes
    ----------
    month, months : int
        The month that is over, and the months of the whole run.
    people, seed, replicate : int
        Of the run.
    state : State
        What the months have changed, by person.
    tally : Tally
        The sums so far.
    """

    month: int
    months: int
    people: int
    seed: int
    replicate: int
    state: State
    tally: Tally

    def fingerprint(self) -> str:
        """Return the SHA-256 of the state and the sums, field by field."""
        mark = hashlib.sha256()
        arrays: tuple[Any, ...] = (*self.state, *self.tally)
        for array in arrays:
            for name in array.dtype.names or (None,):
                mark.update((array if name is None else array[name]).tobytes())
        return mark.hexdigest()


class Span:
    """Some of the months of a run: ``first`` to ``last``, going on from a checkpoint if not 1."""

    def __init__(
        self,
        compiled: Compiled,
        people: int,
        months: int,
        last: int,
        before: Checkpoint | None = None,
        change: Change | None = None,
        rows: Sequence[int] = (),
    ) -> None:
        self.first = before.month + 1 if before else 1
        self.last, self.before, self.rows = last, before, rows
        self.stops = last < months
        shape = (len(compiled.schemes), len(compiled.conducts))
        nothing = new_state(0, *shape, months, False, False)
        self.state = before.state if before else nothing
        self.change = change or unchanged(compiled.program, last)
        self.after = shaped(compiled.program, people, months, last) if self.stops else nothing
        self.tally: Tally | None = None
        self._parts: dict[int, tuple[bytes, bytes]] = {}

    def run(self, worker: Worker, start: int, end: int, *settings: Any) -> int:
        """Run the tiles of one task; return as ``run_chunk``."""
        tables, capacity, people, months, seed, replicate, at_end = settings
        scratch = worker.scratch
        links = np.zeros(len(scratch.ledger) if self.stops else 0, LINK)
        rows = run_span(
            scratch, worker.rooms, worker.tally, worker.program, tables, capacity,
            people, months, seed, replicate, start, end, at_end,
            self.first, self.last, self.state, self.change, self.after, links,
        )  # fmt: skip
        if rows >= 0 and self.stops:
            self._parts[start] = (scratch.ledger[:rows].tobytes(), links[:rows].tobytes())
        return int(rows)

    def open(self, capacity: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return shares of channels (K, T) that bind in no month but those of the span."""
        capacity[:, : self.first - 1] = 1.0
        capacity[:, self.last :] = 1.0
        return capacity

    def join(self, tally: Tally) -> None:
        """Add the sums of the past to those of a pass, and keep them if the span stops."""
        if self.before is not None:
            past, month = self.before.tally, self.before.month
            if not past.monthly[FRIENDS].any():  # friends are asked for from now on
                tally.monthly[FRIENDS, month] += tally.monthly[FRIENDS, 0]
            tally.monthly[:, :month] = 0
            for again in (tally.persons, tally.adults, tally.adult_months):
                again[:] = 0
            tally.monthly[self.rows] += past.monthly
            for name, mine, old in zip(Tally._fields, tally, past, strict=True):
                # what a limit is a multiple of belongs to the regime
                if name not in ("monthly", "baseline"):
                    mine += old
        self.tally = tally

    def ended(self) -> State:
        """Return what is carried on, with its rows."""
        parts = [self._parts[start] for start in sorted(self._parts)]
        np.cumsum(self.after.rows, out=self.after.rows)
        return self.after._replace(
            ledger=np.frombuffer(bytearray(b"".join(ledger for ledger, _ in parts)), LEDGER_DTYPE),
            links=np.frombuffer(bytearray(b"".join(links for _, links in parts)), LINK),
        )


def shaped(program: Program, people: int, months: int, month: int, rows: int = 0) -> State:
    """Return a zeroed state of the shape that a run has at the end of ``month``."""
    noted = months >= ENOUGH and month >= months - LAST_YEAR
    habit = bool(program.settings["habit"][0] > 0)
    return new_state(
        people, len(program.schemes), len(program.conducts), months, noted, habit, rows
    )


def unchanged(program: Program, month: int) -> Change:
    """Return that nothing changes after ``month``."""
    return Change(False, (program.schemes["ends"] <= month).astype(np.uint8), program.grade_mask)


def run_past(
    compiled: Compiled,
    tables: PeopleTables,
    *,
    people: int,
    months: int,
    until: int,
    seed: int,
    replicate: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Checkpoint:
    """Simulate one society up to the end of month ``until`` of ``months``.

    Parameters
    ----------
    compiled, tables, people, months, seed, replicate, threads, progress
        As in :func:`scoredsociety.engine.run_society`.
    until : int
        From 1 to ``months`` - 1.

    Raises
    ------
    EngineError
        As there, or if ``until`` lies outside the run.
    """
    if not 1 <= until < months:
        raise EngineError(
            f"policy date: {until} is not allowed. Allowed: the end of month 1 to {months - 1}, "
            "before the last month of the run"
        )
    span = Span(compiled, people, months, until)
    run_society(
        compiled,
        tables,
        people=people,
        months=months,
        seed=seed,
        replicate=replicate,
        threads=threads,
        progress=progress,
        span=span,
    )
    assert span.tally is not None
    return Checkpoint(until, months, people, seed, replicate, span.ended(), span.tally)


def run_on(
    compiled: Compiled,
    tables: PeopleTables,
    checkpoint: Checkpoint,
    before: Compiled,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    keep: range | None = None,
    snapshot: bool = False,
) -> tuple[SocietyResult, int]:
    """Go on from a checkpoint to the end of its run, under a regime that may be another one.

    Scores, records and entries in force stay as they are. From the next month on all that is new
    follows the new regime, and at its end everybody's grade, sanctions and rewards are settled by
    the new thresholds and effects. Who is under a scheme stays in it; who is not comes in when the
    new regime has it, at the earliest next month.

    Parameters
    ----------
    compiled : Compiled
        The regime from the next month on.
    tables : PeopleTables
    checkpoint : Checkpoint
    before : Compiled
        The regime that made the checkpoint.
    threads, progress, keep, snapshot
        As in :func:`scoredsociety.engine.run_society`.

    Returns
    -------
    SocietyResult
        Of all months, those before the checkpoint included.
    int
        Number of passes.

    Raises
    ------
    EngineError
        If the regimes differ in what cannot change on the way.
    """
    month, old = checkpoint.month, before.program
    if wrong := differences(before, compiled, month):
        raise EngineError(
            f"the regimes before and after month {month} differ in what cannot change on the way: "
            f"{'; '.join(wrong)}. A scheme that begins or ends on the way should stand in both, "
            "with a timing"
        )
    settings = compiled.program.settings.copy()
    for name in ("uses_friends", "uses_homes", "uses_traits"):
        settings[name] |= old.settings[name]
    same = all(
        mine.tobytes() == other.tobytes() for mine, other in zip(compiled.program, old, strict=True)
    )
    change = unchanged(old, month)._replace(differs=not same)
    rows = [compiled.measures.index(name) for name in before.measures]
    span = Span(compiled, checkpoint.people, checkpoint.months, checkpoint.months, checkpoint,
                change, rows)  # fmt: skip
    return run_society(
        compiled,
        tables,
        people=checkpoint.people,
        months=checkpoint.months,
        seed=checkpoint.seed,
        replicate=checkpoint.replicate,
        threads=threads,
        progress=progress,
        keep=keep,
        snapshot=snapshot,
        span=span,
        program=compiled.program._replace(settings=settings),
    )
