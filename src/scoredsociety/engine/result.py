"""What one simulated society leaves behind: plain arrays, in the units of the model.

Months are numbered 1 to T. A stock of month t is what is in force at the end of month t
(so in force during month t + 1); a flow of month t is what happened during it. An entry
made in month t with duration d is in force in months t+1 ... t+d.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Kind(IntEnum):
    """What a ledger row is."""

    RECORD = 0  # an act recorded by a score (points, features)
    ENTRY = 1  # an entry of a list, or of a store of records without a score
    SPELL = 2  # a time in a grade that bears sanctions


class Truth(IntEnum):
    """Whether the subject of a row did what the row says."""

    TRUE = 0
    WRONG_PERSON = 1
    NO_EVENT = 2
    EXCUSED = 3


class ExitReason(IntEnum):
    """How a row ended."""

    IN_FORCE = 0  # still in force at the horizon (censored)
    PERFORMED = 1
    TERM = 2  # term of an entry, expiry of a record
    LATE_APPEAL = 3
    RECOVERED = 4  # a spell: the score rose above the sanctioned bands
    STOPPED = 5  # never entered: corrected before entry
    RESET = 6  # a record: a course was taken, the score starts anew
    SHUT = 7  # the scheme ended


class Flag(IntEnum):
    """Bits of the ledger column ``flags``."""

    NOTIFIED = 1
    FILED = 2  # in time, before entry
    CORRECTED = 4  # before entry: a successful review, or the hardship exemption
    DISCOVERED = 8  # at a counter
    FILED_LATE = 16
    COPIED = 32  # came through a memorandum
    EXEMPTED = 64  # corrected by the hardship exemption
    NAMESAKE = 128  # about somebody who bears the name of a listed person


LEDGER_DTYPE = np.dtype(
    [
        ("subject", "<u4"),  # index of the person
        ("kind", "u1"),
        ("scheme", "u1"),  # position in manifest["schemes"]
        ("conduct", "u1"),  # position in manifest["conducts"]
        ("channel", "u1"),  # position in manifest["channels"]
        ("truth", "u1"),
        (
            "generation",
            "u1",
        ),  # 0 exogenous; g + 1: would not have happened without an entry of generation g
        ("flags", "u1"),
        ("exit", "u1"),
        ("month", "<u2"),  # made in this month
        ("end", "<u2"),  # last month in force; at most T. Months in force: end - month
        ("points", "<i2"),  # of a spell: position of the grade in which it began, best first
        ("refusals", "<u2"),  # of an entry: attempts refused while it was the oldest in force
        ("profile", "<u2"),
        ("cause", "<i4"),  # row that caused this one, in the same ledger; -1: none
        ("actor", "<i4"),  # person who acted; -1: nobody
        (
            "sanctions",
            "<u4",
        ),  # of an entry: added by joint enforcement, as bits of the world's list
        (
            "act",
            "<u4",
        ),  # identity of the act: the same under every regime (with ``actor``/``subject``)
    ]
)

# A profile is 16 bits: the groups that results are cut by.
PROFILE_FIELDS: dict[str, tuple[int, int, tuple[str, ...]]] = {
    # name: (first bit, number of bits, labels)
    "sex": (0, 1, ("male", "female")),
    "age": (1, 3, ("0-17", "18-29", "30-39", "40-49", "50-59", "60+")),  # at the start
    "residence": (4, 1, ("rural", "urban")),
    "hukou": (5, 1, ("rural hukou", "urban hukou")),
    "education": (6, 2, ("primary or less", "junior", "senior", "college")),
    "group": (8, 1, ("majority", "minority")),
    "party": (9, 1, ("not a member", "party member")),
    "elite": (10, 1, ("not elite", "elite")),
    "city": (11, 1, ("elsewhere", "pilot city")),
    "aware": (12, 1, ("unaware", "aware")),  # of the first points scheme of the regime
    "income": (
        13,
        3,
        ("poorest fifth", "second fifth", "middle fifth", "fourth fifth", "richest fifth"),
    ),
}

# The cells of the monthly tables: index = ((group*2 + city)*5 + income)*2 + aware.
CELL_FIELDS = ("group", "city", "income", "aware")
CELLS = 40


@dataclass(frozen=True)
class SocietyResult:
    """One society under one regime.

    Attributes
    ----------
    ledger : structured array of LEDGER_DTYPE
        Sorted by tile and month; includes the rows stopped before entry.
    monthly : dict of int64 arrays, shape (T, CELLS)
        Keys: ``adults`` (stock); per list or record scheme s ``listed:s`` (persons, stock),
        ``entries:s`` (stock), ``ever:s`` (persons, stock), ``in:s``, ``out:s`` (entries, flows);
        per scheme with grades ``records:s``, ``reset:s`` (flows) and ``grade:s:G`` (persons
        enrolled in grade G, stock); per feature scheme ``score:s`` (sum of the scores of those
        enrolled in 1/64 points, stock); for every scheme ``stopped:s`` (flow) and ``enrolled:s``
        (persons, stock); ``sanction:CODE``, ``reward:CODE`` (persons, stock); ``sanctioned``,
        ``rewarded`` (persons with at least one, stock); ``refused:FLY``, ``refused:RAIL``
        (attempts, flow); ``children`` (under 18 with a parent under SCHOOL, stock); ``friends``
        (living friendships, each side counted once, stock), ``friends-lost`` (by people listed in
        public, flow).
    acts : float64 array, shape (conducts, T, 2, 2)
        Expected number of acts (recorded or not) by month, [aware], [pilot city].
    mobility : dict of int64 arrays, shape (T, G, G)
        Per points scheme: persons who were in grade i at the end of the month before and in
        grade j at the end of this one. Grades in the order of the scheme, best first.
    population : dict of int64 arrays
        ``profile`` (codes present), ``persons``, ``adults`` (at the horizon), ``adult_months``.
    caps : dict of int
        How often each declared cap bound, by conduct, and the number of candidates.
    information : dict of int64 arrays, shape (2, 64, conducts, 2)
        Per scheme with a score: people by [thin file][bucket of the score 12 months before the
        end][conduct][own recorded act in the last 12 months]. Empty in runs under 36 months.
    own : int64 array, shape (4, conducts, 2)
        The same for all adults by the number of their own recorded acts of that conduct until
        then (3: three or more).
    organisations : dict of dict of float64 arrays, shape (T,)
        Per scheme of firms or offices: see ``engine.organisations.run_organisations``.
    people : structured array of SNAPSHOT, shape (people,), or None
        What everybody bears and knows at the end, where it was asked for. In memory only.
    """

    ledger: NDArray[np.void]
    monthly: dict[str, NDArray[np.int64]]
    acts: NDArray[np.float64]
    mobility: dict[str, NDArray[np.int64]]
    population: dict[str, NDArray[np.int64]]
    caps: dict[str, dict[str, int]]
    information: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    own: NDArray[np.int64] = field(default_factory=lambda: np.zeros((4, 0, 2), np.int64))
    organisations: dict[str, dict[str, NDArray[np.float64]]] = field(default_factory=dict)
    people: NDArray[np.void] | None = None


def profile_level(profile: NDArray[np.uint16], field: str) -> NDArray[np.intp]:
    """Return the level of ``field`` (index into its labels) for each profile code."""
    first, bits, _ = PROFILE_FIELDS[field]
    return ((profile >> first) & ((1 << bits) - 1)).astype(np.intp)


@dataclass(frozen=True)
class RunData:
    """The replicates of one regime, and the manifest that makes them again.

    Attributes
    ----------
    manifest : mapping
        ``label`` (name of this arm), ``regime`` (the resolved regime as plain data, for
        ``ResolvedRegime.model_validate``), ``schemes``, ``conducts``, ``channels`` (names in the
        order of the ledger's codes), ``people``, ``months``, ``seed``, ``replicates``,
        ``adults_nationwide`` (adults that the sample stands for), ``marginals`` (plain data),
        ``majorants``, ``versions``.
    replicates : sequence of SocietyResult
        Replicate r has the same people count and months, and luck of its own. Replicate r of two
        runs with the same seed is the same society with the same luck.
    path : Path or None
        The run's folder, if it was written.
    """

    manifest: Mapping[str, Any]
    replicates: Sequence[SocietyResult]
    path: Path | None = None
