"""The arrays of one tile while it runs: a few hundred kilobytes that stay in cache."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.result import CELLS, LEDGER_DTYPE
from scoredsociety.society.people import TILE, People, empty_people

SHOCK = 63
"""Conduct code of the candidates that are shocks (illness or job loss)."""
INNOCENT = 64
"""Added to the conduct code of a false record about somebody who did nothing."""


CANDIDATE = np.dtype(
    [
        ("height", "f8"),  # multiple of the base rate at which it stands
        ("channel", "f8"),  # mark
        ("truth", "f8"),  # mark
        ("serial", "u4"),
        ("month", "i4"),
        ("who", "u2"),
        ("code", "u1"),
        ("layer", "u1"),
    ],
    align=True,
)
PERSON = np.dtype(
    [
        ("mask", "u8"),  # sanctions and rewards as of the last observation
        ("adult_from", "i4"),
        ("shocked_to", "i4"),  # last month of a shock
        ("newest", "i4"),  # latest entry in force, head of a chain
        ("place", "i4"),  # position in ``banned``
        ("bucket", "i4"),  # position in ``bucket``
        ("profile", "u2"),
        ("cell", "u1"),
        ("known", "u1"),  # bit set of the schemes one is aware of
        ("city", "u1"),
        ("minority", "u1"),
        ("pilot", "u1"),
        ("touched", "u1"),
    ],
    align=True,
)
STANDING = np.dtype(
    [
        ("balance", "i4"),
        ("honest", "i4"),  # balance without wrongful records
        ("last_row", "i4"),  # latest negative record
        ("spell", "i4"),  # open spell
        ("held", "u2"),  # records that hold the grade down
        ("held_honest", "u2"),
        ("entries", "u2"),  # in force
        ("grade", "u1"),
        ("last_wrong", "u1"),  # truth code of the latest wrongful record
        ("listed", "u1"),  # as of the last observation
        ("ever", "u1"),
    ],
    align=True,
)
ACCEPTED = np.dtype(
    [
        ("candidate", "i4"),
        ("subject", "i4"),
        ("cause", "i4"),
        ("conduct", "i4"),
        ("channel", "i4"),
        ("truth", "u1"),
        ("generation", "u1"),
    ],
    align=True,
)
LINK = np.dtype(
    [
        ("chain", "i4"),  # next entry of the same person
        ("due", "i4"),  # next row that ends in the same month
        ("ends_as", "u1"),  # exit reason when it ends
        ("late", "u1"),  # bit 0: would file late, bit 1: would win
        ("holds", "u1"),
    ],
    align=True,
)
"""What the engine keeps beside each ledger row while it is open."""


class Scratch(NamedTuple):
    """All that one thread needs to run a tile."""

    people: People
    persons: Any  # (TILE,) PERSON
    standings: Any  # (S, TILE) STANDING
    rate: NDArray[np.float64]  # (C, TILE) acts a month at the base level
    caught: NDArray[np.uint16]  # (TILE, C) own recorded acts so far
    banned: NDArray[np.int32]  # people with an entry in force
    touched: NDArray[np.int32]  # people to look at when the month ends
    counts: NDArray[np.int64]  # banned, touched, accepted
    bucket: NDArray[np.int32]  # adults sorted by city and group
    bucket_first: NDArray[np.int64]
    due: NDArray[np.int32]  # (months + 2,) chains of rows that end in a month
    candidates: Any  # CANDIDATE
    order: NDArray[np.int32]  # candidates by month
    first: NDArray[np.int64]  # (months + 2,) first position of each month in ``order``
    windows: NDArray[np.uint8]  # (1 + TILE, months + 1)
    lanes: NDArray[np.uint32]  # (4, TILE) words of one block for everybody
    accepted: Any  # ACCEPTED
    ledger: Any  # LEDGER_DTYPE
    links: Any  # LINK


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


def new_tally(
    measures: int, conducts: int, schemes: int, channels: int, months: int, grades: int
) -> Tally:
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


def new_scratch(schemes: int, conducts: int, months: int, candidates: int, rows: int) -> Scratch:
    """Return the arrays of one thread, with room for so many candidates a tile and rows a chunk."""
    return Scratch(
        people=empty_people(),
        persons=np.zeros(TILE, PERSON),
        standings=np.zeros((schemes, TILE), STANDING),
        rate=np.zeros((conducts, TILE)),
        caught=np.zeros((TILE, conducts), np.uint16),
        banned=np.zeros(TILE, np.int32),
        touched=np.zeros(TILE, np.int32),
        counts=np.zeros(3, np.int64),
        bucket=np.zeros(TILE, np.int32),
        bucket_first=np.zeros(129, np.int64),
        due=np.zeros(months + 2, np.int32),
        candidates=np.zeros(candidates, CANDIDATE),
        order=np.zeros(candidates, np.int32),
        first=np.zeros(months + 2, np.int64),
        windows=np.zeros((1 + TILE, months + 1), np.uint8),
        lanes=np.zeros((4, TILE), np.uint32),
        accepted=np.zeros(candidates, ACCEPTED),
        ledger=np.zeros(rows, LEDGER_DTYPE),
        links=np.zeros(rows, LINK),
    )
