"""Ledger rows of all replicates as flat columns, cut out only when they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.result import LEDGER_DTYPE, ExitReason, Kind, RunData, Truth

Ints = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float64]


class _Column:
    """One column of the rows, gathered at its first use."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, rows: Rows, owner: type | None = None) -> Ints:
        return rows.column(self.name)


class Rows:
    """A selection of ledger rows; every column has shape (n,).

    Attributes
    ----------
    replicate : int64 array
        Which replicate the row belongs to.
    person : int64 array
        ``replicate * people + subject``.
    code : int64 array
        Position of the row's profile in ``Groups.codes``.
    cause : int64 array
        Row that caused this one, as a position among the rows of all replicates; -1: none.
    sanctions : int64 array
        Sanctions added by joint enforcement, as bits of the world's list.
    act : int64 array
        Identity of the act: the same under every regime, together with the person.
    """

    replicate = _Column()
    person = _Column()
    code = _Column()
    kind = _Column()
    scheme = _Column()
    conduct = _Column()
    truth = _Column()
    generation = _Column()
    flags = _Column()
    exit = _Column()
    month = _Column()
    end = _Column()
    points = _Column()
    refusals = _Column()
    cause = _Column()
    channel = _Column()
    sanctions = _Column()
    act = _Column()

    def __init__(self, source: Mapping[str, NDArray[Any]], where: Ints | slice) -> None:
        self._source = source
        self._where = where
        self._cut: dict[str, Ints] = {}

    @property
    def index(self) -> Ints:
        """Positions among the rows of all replicates, shape (n,)."""
        w = self._where
        return np.arange(w.start, w.stop) if isinstance(w, slice) else w

    def column(self, name: str) -> Ints:
        """Return a column of the selection."""
        if name not in self._cut:
            narrow = self._source[name][self._where]
            wide = np.int64 if narrow.dtype.itemsize >= 4 else np.int32
            self._cut[name] = narrow.astype(wide)
        return self._cut[name]

    def forget(self) -> None:
        """Drop what was cut out, so that its memory is free."""
        self._cut.clear()

    def take(self, at: NDArray[Any]) -> Rows:
        """Return the rows at positions ``at`` of this selection, or where a mask is true.

        Neighbours are kept as a range, which costs nothing to read.
        """
        w = self._where
        if at.dtype == np.bool_:
            first, count = int(at.argmax()) if at.size else 0, int(np.count_nonzero(at))
            if count == at.size:
                return self
            if isinstance(w, slice) and at[first : first + count].all():
                return Rows(self._source, slice(w.start + first, w.start + first + count))
            at = np.flatnonzero(at)
        return Rows(self._source, at + w.start if isinstance(w, slice) else w[at])

    def with_truth(self, truths: Iterable[int]) -> Rows:
        """Return the rows whose truth is one of ``truths``."""
        wanted = np.zeros(len(Truth), dtype=np.bool_)
        wanted[list(truths)] = True
        return self.take(wanted[self.truth])

    def by_person(self) -> tuple[Ints, Ints]:
        """Order the rows by person and month.

        Returns
        -------
        order : int64 array, shape (n,)
            Positions in this selection; rows of one person and month keep their order.
        rank : int64 array, shape (n,)
            0 for the rows of the first person, 1 for those of the second, and so on.
        """
        if "order" not in self._cut:
            order = np.argsort(self.person << 16 | self.month, kind="stable")
            person = self.person[order]
            new = np.ones(person.size, dtype=np.bool_)
            new[1:] = person[1:] != person[:-1]
            self._cut["order"], self._cut["rank"] = order, np.cumsum(new) - 1
        return self._cut["order"], self._cut["rank"]

    def __len__(self) -> int:
        w = self._where
        return int(w.stop - w.start) if isinstance(w, slice) else int(w.size)

    @property
    def months(self) -> Ints:
        """Months in force, up to the horizon."""
        return self.end - self.month

    @property
    def in_force(self) -> NDArray[np.bool_]:
        """Whether the row is in force at the end of the last month."""
        out: NDArray[np.bool_] = self.exit == ExitReason.IN_FORCE
        return out

    @property
    def censored(self) -> NDArray[np.bool_]:
        """Whether the end by its own rules was not seen: still in force, or the scheme ended."""
        out: NDArray[np.bool_] = self.in_force | (self.exit == ExitReason.SHUT)
        return out

    @property
    def wrongful(self) -> NDArray[np.bool_]:
        """Whether the subject did not do, or could not help, what the row says."""
        out: NDArray[np.bool_] = self.truth != Truth.TRUE
        return out


def flatten(run: RunData, position: NDArray[np.intp]) -> Rows:
    """Lay the ledgers of all replicates together, in an order of their own; see :func:`_order`.

    Parameters
    ----------
    run : RunData
    position : int array, shape (65536,)
        Profile code to its position in ``Groups.codes``.

    Raises
    ------
    ValueError
        If a ledger names a person whom the manifest does not have.
    """
    people = int(run.manifest["people"])
    ledgers = [result.ledger for result in run.replicates]
    sizes = np.array([len(x) for x in ledgers])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    total = int(sizes.sum())
    columns = _columns(ledgers, total)
    subject = columns.pop("subject")
    if total and int(subject.max()) >= people:
        raise ValueError(
            f"The ledger names person {int(subject.max())}, but the manifest has {people} people."
        )
    order = _order(columns["scheme"], columns["kind"], columns["points"], columns["exit"])
    person = subject.astype(_narrow(people * len(ledgers)))
    cause = columns["cause"].astype(_narrow(total))
    where = np.empty(total, dtype=cause.dtype)
    where[order] = np.arange(total, dtype=cause.dtype)
    for r, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        mine = slice(start, start + size)
        person[mine] += person.dtype.type(r * people)
        cause[mine] = np.where(cause[mine] < 0, -1, where[np.maximum(cause[mine], 0) + start])
    columns["person"], columns["cause"] = person, cause
    columns["code"] = position[columns.pop("profile")].astype(np.uint16)
    columns["replicate"] = np.repeat(np.arange(len(ledgers), dtype=np.uint16), sizes)
    for name in columns:  # one at a time, for there may be many rows
        columns[name] = columns[name][order]
    return Rows(columns, slice(0, total))


_READ = (
    *("subject", "kind", "scheme", "conduct", "channel", "truth", "generation", "flags", "exit"),
    *("month", "end", "points", "refusals", "sanctions", "act", "cause", "profile"),
)
_BLOCK = 1 << 16
"""Rows taken apart at once: as many as stay in cache, so that a ledger is read only once."""


def _columns(ledgers: list[NDArray[np.void]], total: int) -> dict[str, NDArray[Any]]:
    """Take ledgers apart into columns as narrow as they are, end to end."""
    out = {name: np.empty(total, LEDGER_DTYPE[name]) for name in _READ}
    at = 0
    for ledger in ledgers:
        for start in range(0, len(ledger), _BLOCK):
            block = ledger[start : start + _BLOCK]
            for name, column in out.items():
                column[at : at + len(block)] = block[name]
            at += len(block)
    return out


def _narrow(most: int) -> type[np.signedinteger[Any]]:
    """Return the narrowest type, of 32 bits at least, that holds numbers up to ``most``."""
    return np.int32 if most < 2**31 else np.int64


def _order(
    scheme: NDArray[Any], kind: NDArray[Any], points: NDArray[Any], reason: NDArray[Any]
) -> NDArray[np.intp]:
    """Return the order in which rows that are read together are neighbours.

    By scheme and kind; of records, those that cost points first; in each, those that took effect
    first; then by replicate, as in the ledgers.
    """
    key = scheme.astype(np.uint16) * np.uint16(16) + kind.astype(np.uint16) * np.uint16(4)
    key += ((kind == Kind.RECORD) & (points >= 0)) * np.uint16(2)
    key += (reason == ExitReason.STOPPED) * np.uint16(1)
    return np.argsort(key, kind="stable")
