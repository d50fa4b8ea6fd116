"""The arrays of one tile while it runs: a few hundred kilobytes that stay in cache."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.result import CELLS, LEDGER_DTYPE
from scoredsociety.society.people import TILE, People, empty_people

NOBODY = -1
SHOCK = 63
"""Conduct code of the candidates that are shocks (illness or job loss)."""
INNOCENT = 64
"""Added to the conduct code of a false record about somebody who did nothing."""


class Candidates(NamedTuple):
    """Everything that could happen in a tile, drawn without looking at regime or state."""

    who: NDArray[np.uint16]
    code: NDArray[np.uint8]
    layer: NDArray[np.uint8]
    serial: NDArray[np.uint32]
    month: NDArray[np.int32]
    height: NDArray[np.float64]  # multiple of the base rate at which it stands
    channel: NDArray[np.float64]  # mark
    truth: NDArray[np.float64]  # mark
    order: NDArray[np.int32]  # positions sorted by month
    first: NDArray[np.int64]  # first position of each month in ``order``


class State(NamedTuple):
    """Dynamic state; shapes (TILE,), (schemes, TILE) or (conducts, TILE)."""

    adult_from: NDArray[np.int32]
    cell: NDArray[np.uint8]
    profile: NDArray[np.uint16]
    known: NDArray[np.uint8]  # bit set of the schemes one is aware of
    rate: NDArray[np.float64]  # (C, TILE) acts a month at the base level
    caught: NDArray[np.uint16]  # (C, TILE) own recorded acts so far
    shocked_to: NDArray[np.int32]  # last month of a shock
    balance: NDArray[np.int32]  # (S, TILE)
    honest: NDArray[np.int32]  # (S, TILE) balance without wrongful records
    held: NDArray[np.uint8]  # (S, TILE) records that hold the grade down
    held_honest: NDArray[np.uint8]
    grade: NDArray[np.uint8]  # (S, TILE)
    last_row: NDArray[np.int32]  # (S, TILE) latest negative record
    last_wrong: NDArray[np.uint8]  # (S, TILE) truth code of the latest wrongful record
    spell: NDArray[np.int32]  # (S, TILE) open spell
    entries: NDArray[np.uint8]  # (S, TILE) entries in force
    listed: NDArray[np.uint8]  # (S, TILE) as of the last observation
    ever: NDArray[np.uint8]  # (S, TILE)
    mask: NDArray[np.uint64]  # sanctions and rewards as of the last observation
    newest: NDArray[np.int32]  # latest entry in force, head of a chain
    place: NDArray[np.int32]  # position in ``banned``
    banned: NDArray[np.int32]  # people with an entry in force
    touched: NDArray[np.int32]  # people to look at when the month ends
    is_touched: NDArray[np.uint8]
    count: NDArray[np.int64]  # [banned, touched, accepted, late]
    bucket: NDArray[np.int32]  # adults sorted by city and group
    bucket_first: NDArray[np.int64]
    bucket_place: NDArray[np.int32]
    due: NDArray[np.int32]  # (months + 2,) chains of rows that end in a month


class Accepted(NamedTuple):
    """The recorded acts of one month, in the order of the candidates."""

    candidate: NDArray[np.int32]
    subject: NDArray[np.int32]
    conduct: NDArray[np.int32]
    channel: NDArray[np.int32]
    truth: NDArray[np.uint8]
    cause: NDArray[np.int32]
    generation: NDArray[np.uint8]


class Rows(NamedTuple):
    """The ledger of a chunk and what the engine keeps beside each row while it is open."""

    ledger: Any  # structured array of LEDGER_DTYPE
    chain: NDArray[np.int32]  # next entry of the same person
    due: NDArray[np.int32]  # next row that ends in the same month
    ends_as: NDArray[np.uint8]  # exit reason when it ends
    luck: NDArray[np.uint8]  # bit 0: would file late, bit 1: would win late


class Tally(NamedTuple):
    """What leaves a chunk of tiles: integer sums only."""

    monthly: NDArray[np.int64]  # (measures, T, CELLS): changes of stocks, counts of flows
    acts: NDArray[np.int64]  # (C, T, 2, 2) in units of 2**-16 recorded acts
    mobility: NDArray[np.int64]  # (S, T, G, G) people who changed grade
    persons: NDArray[np.int64]  # (65536,)
    adults: NDArray[np.int64]  # (65536,)
    adult_months: NDArray[np.int64]  # (65536,)
    load: NDArray[np.int64]  # (K, T) acts that reached a channel
    baseline: NDArray[np.int64]  # (K,) expected load of month 1 in units of 2**-20
    caps: NDArray[np.int64]  # (C, 2) candidates, and how often the certainty cap bound


def new_state(schemes: int, conducts: int, months: int) -> State:
    """Return zeroed arrays for one tile."""
    s, c = (schemes, TILE), (conducts, TILE)
    kinds: dict[str, tuple[tuple[int, ...], type]] = {
        "adult_from": ((TILE,), np.int32),
        "cell": ((TILE,), np.uint8),
        "profile": ((TILE,), np.uint16),
        "known": ((TILE,), np.uint8),
        "rate": (c, np.float64),
        "caught": (c, np.uint16),
        "shocked_to": ((TILE,), np.int32),
        "balance": (s, np.int32),
        "honest": (s, np.int32),
        "held": (s, np.uint8),
        "held_honest": (s, np.uint8),
        "grade": (s, np.uint8),
        "last_row": (s, np.int32),
        "last_wrong": (s, np.uint8),
        "spell": (s, np.int32),
        "entries": (s, np.uint8),
        "listed": (s, np.uint8),
        "ever": (s, np.uint8),
        "mask": ((TILE,), np.uint64),
        "newest": ((TILE,), np.int32),
        "place": ((TILE,), np.int32),
        "banned": ((TILE,), np.int32),
        "touched": ((TILE,), np.int32),
        "is_touched": ((TILE,), np.uint8),
        "count": ((4,), np.int64),
        "bucket": ((TILE,), np.int32),
        "bucket_first": ((129,), np.int64),
        "bucket_place": ((TILE,), np.int32),
        "due": ((months + 2,), np.int32),
    }
    return State(**{name: np.zeros(shape, kind) for name, (shape, kind) in kinds.items()})


def new_candidates(capacity: int, months: int) -> Candidates:
    """Return room for ``capacity`` candidates."""
    kinds = (np.uint16, np.uint8, np.uint8, np.uint32, np.int32, np.float64, np.float64, np.float64)
    return Candidates(
        *(np.zeros(capacity, kind) for kind in kinds),
        np.zeros(capacity, np.int32),
        np.zeros(months + 2, np.int64),
    )  # type: ignore[call-arg]


def new_accepted(capacity: int) -> Accepted:
    """Return room for the recorded acts of one month."""
    kinds = (np.int32, np.int32, np.int32, np.int32, np.uint8, np.int32, np.uint8)
    return Accepted(*(np.zeros(capacity, kind) for kind in kinds))  # type: ignore[call-arg]


def new_rows(capacity: int) -> Rows:
    """Return room for ``capacity`` ledger rows."""
    return Rows(
        np.zeros(capacity, LEDGER_DTYPE),
        np.zeros(capacity, np.int32),
        np.zeros(capacity, np.int32),
        np.zeros(capacity, np.uint8),
        np.zeros(capacity, np.uint8),
    )


def new_tally(measures: int, conducts: int, schemes: int, channels: int, months: int, grades: int) -> Tally:
    """Return zeroed sums."""
    return Tally(
        np.zeros((measures, months, CELLS), np.int64),
        np.zeros((conducts, months, 2, 2), np.int64),
        np.zeros((schemes, months, grades, grades), np.int64),
        np.zeros(65536, np.int64),
        np.zeros(65536, np.int64),
        np.zeros(65536, np.int64),
        np.zeros((channels, months), np.int64),
        np.zeros(channels, np.int64),
        np.zeros((conducts, 2), np.int64),
    )


class Scratch(NamedTuple):
    """All that one thread needs to run tiles."""

    people: People
    state: State
    candidates: Candidates
    accepted: Accepted


def new_scratch(schemes: int, conducts: int, months: int, capacity: int) -> Scratch:
    """Return the arrays of one thread."""
    return Scratch(
        empty_people(),
        new_state(schemes, conducts, months),
        new_candidates(capacity, months),
        new_accepted(capacity),
    )
