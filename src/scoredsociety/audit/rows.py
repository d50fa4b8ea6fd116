"""Ledger rows of all replicates as flat columns, cut out only when they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.result import ExitReason, RunData, Truth

Ints = NDArray[np.int64]
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
    index : int64 array
        Positions among the rows of all replicates.
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

    def __init__(self, source: Mapping[str, NDArray[Any]], index: Ints) -> None:
        self._source = source
        self._cut: dict[str, Ints] = {}
        self.index = index

    def column(self, name: str) -> Ints:
        """Return a column of the selection."""
        if name not in self._cut:
            self._cut[name] = self._source[name][self.index].astype(np.int64, copy=False)
        return self._cut[name]

    def take(self, at: NDArray[Any]) -> Rows:
        """Return the rows at positions ``at`` of this selection, or where a mask is true."""
        return Rows(self._source, self.index[at])

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
        return int(self.index.size)

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
    """Lay the ledgers of all replicates end to end.

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
    replicate = np.repeat(np.arange(len(ledgers)), sizes)

    def column(name: str) -> NDArray[Any]:  # as narrow as in the ledger: there may be many rows
        return np.concatenate([x[name] for x in ledgers])

    subject = column("subject").astype(np.int64)
    if subject.size and int(subject.max()) >= people:
        raise ValueError(
            f"The ledger names person {int(subject.max())}, but the manifest has {people} people."
        )
    cause = column("cause").astype(np.int64)
    names = (
        *("kind", "scheme", "conduct", "channel", "truth", "generation", "flags", "exit"),
        *("month", "end", "points", "refusals", "sanctions", "act"),
    )
    source = {
        "replicate": replicate,
        "person": replicate * people + subject,
        "code": position[column("profile")].astype(np.int64),
        "cause": np.where(cause < 0, -1, cause + starts[replicate]),
        **{name: column(name) for name in names},
    }
    return Rows(source, np.arange(subject.size))
