"""Small runs on which measures are tried, and what can be done to a run that must not matter."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.result import (
    CELL_FIELDS,
    CELLS,
    PROFILE_FIELDS,
    ExitReason,
    RunData,
    SocietyResult,
    Truth,
    profile_level,
)

REGIMES = ("joint-2020", "platform", "firm-only")
"""Between them every kind of scheme, joint enforcement and memoranda."""

SIZE: dict[str, Any] = {"people": 600, "months": 36, "replicates": 3, "seed": 11, "threads": 1}
"""Months: M14 needs as many. Replicates: as many as an interval needs."""


@dataclass(frozen=True)
class Specimen:
    """A run, and the same people with the same luck without its schemes."""

    name: str
    run: RunData
    bare: RunData


@lru_cache(maxsize=1)
def shipped() -> tuple[Specimen, ...]:
    """Simulate the small runs, once in a process."""
    from scoredsociety.study import simulate, without_schemes

    runs = [(name, simulate(name, **SIZE)) for name in REGIMES]
    return tuple(Specimen(name, run, without_schemes(run, threads=1)) for name, run in runs)


def each_society(
    run: RunData,
    change: Callable[[SocietyResult, int], SocietyResult],
    regime: Mapping[str, Any] | None = None,
) -> RunData:
    """Return a run with every society changed, and its regime if one is given."""
    manifest = run.manifest if regime is None else {**run.manifest, "regime": regime}
    made = [change(x, r) for r, x in enumerate(run.replicates)]
    return RunData(manifest, made)


def ordered(ledger: NDArray[np.void], order: NDArray[np.signedinteger[Any]]) -> NDArray[np.void]:
    """Put ledger rows in another order, so that each still names its cause."""
    out: NDArray[np.void] = ledger[order]
    place = np.empty(order.size + 1, dtype=np.int64)
    place[order], place[-1] = np.arange(order.size), -1
    out["cause"] = place[out["cause"]]
    return out


def strangers(run: RunData) -> RunData:
    """Give the people of every society other numbers, and sort its ledger by them.

    Who a person is, does and suffers stays; only the number is another.
    """
    people = int(run.manifest["people"])

    def change(society: SocietyResult, replicate: int) -> SocietyResult:
        number = np.random.Generator(np.random.Philox(key=replicate)).permutation(people)
        ledger = society.ledger.copy()
        ledger["subject"] = number[ledger["subject"]]
        somebody = ledger["actor"] >= 0
        ledger["actor"][somebody] = number[ledger["actor"][somebody]]
        return replace(
            society, ledger=ordered(ledger, np.argsort(ledger["subject"], kind="stable"))
        )

    return each_society(run, change)


def backwards(run: RunData) -> RunData:
    """Put the societies of a run in the opposite order."""
    return RunData(run.manifest, list(reversed(run.replicates)))


def _only(run: RunData, kept: Callable[[NDArray[Any]], NDArray[np.bool_]],
          cells: NDArray[np.bool_]) -> RunData:  # fmt: skip
    """Keep the people with some profiles, their rows and the cells that count them."""

    def change(society: SocietyResult, replicate: int) -> SocietyResult:
        ledger, population = society.ledger, society.population
        rows = kept(ledger["profile"])
        order = np.flatnonzero(rows)
        place = np.full(len(ledger) + 1, -1, dtype=np.int64)
        place[order] = np.arange(order.size)
        left = ledger[order]
        left["cause"] = place[left["cause"]]
        who = kept(population["profile"])
        return replace(
            society,
            ledger=left,
            monthly={k: np.where(cells, x, 0) for k, x in society.monthly.items()},
            population={k: x[who] for k, x in population.items()},
        )

    return each_society(run, change)


def without_group(run: RunData, field: str = "group", level: int = 1) -> RunData:
    """Leave nobody in one group: by default the minority."""
    shape = [len(PROFILE_FIELDS[name][2]) for name in CELL_FIELDS]
    at = np.unravel_index(np.arange(CELLS), shape)[CELL_FIELDS.index(field)]
    return _only(run, lambda p: profile_level(p, field) != level, at != level)


def deserted(run: RunData) -> RunData:
    """Leave nobody at all, nothing done, and nothing that anybody counted."""
    empty = _only(run, lambda p: np.zeros(p.shape, dtype=np.bool_), np.zeros(CELLS, dtype=np.bool_))

    def change(society: SocietyResult, replicate: int) -> SocietyResult:
        return replace(
            society,
            acts=np.zeros_like(society.acts),
            mobility={k: np.zeros_like(x) for k, x in society.mobility.items()},
            information={k: np.zeros_like(x) for k, x in society.information.items()},
            own=np.zeros_like(society.own),
        )

    return each_society(empty, change)


def _twice_the_harm(run: RunData) -> RunData:
    regime = copy.deepcopy(dict(run.manifest["regime"]))
    for sanction in regime["world"]["sanctions"].values():
        sanction["harm"]["value"] *= 2.0
    return each_society(run, lambda society, _: society, regime)


def _more_errors(run: RunData) -> RunData:
    def change(society: SocietyResult, replicate: int) -> SocietyResult:
        ledger = society.ledger.copy()
        true = np.flatnonzero(ledger["truth"] == Truth.TRUE)
        ledger["truth"][true[::2]] = Truth.NO_EVENT
        return replace(society, ledger=ledger)

    return each_society(run, change)


def _to_the_end(run: RunData) -> RunData:
    def change(society: SocietyResult, replicate: int) -> SocietyResult:
        ledger = society.ledger.copy()
        begun = ledger["exit"] != ExitReason.STOPPED
        ledger["end"][begun] = run.manifest["months"]
        ledger["exit"][begun] = ExitReason.IN_FORCE
        return replace(society, ledger=ledger)

    return each_society(run, change)


WORSE: dict[str, Callable[[RunData], RunData]] = {
    "harm": _twice_the_harm,
    "errors": _more_errors,
    "time": _to_the_end,
}
"""How each of ``measures.SEVERITIES`` is done to a run."""
