"""The arrays of one tile while it runs: a few hundred kilobytes that stay in cache."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.program import Program
from scoredsociety.engine.result import CELLS, LEDGER_DTYPE
from scoredsociety.society.friends import (
    CAPACITY,
    Friends,
    FriendsWork,
    empty_friends,
    friends_work,
)
from scoredsociety.society.households import HomesWork, homes_work
from scoredsociety.society.people import TILE, People, empty_people
from scoredsociety.society.traits import Traits, empty_traits

BUCKETS = 64
"""Levels into which a score is sorted for its value as information."""
OWN_LEVELS = 4

INNOCENT = 64
"""Added to the conduct code of a false record about somebody who did nothing."""


CANDIDATE = np.dtype(
    [
        ("height", "f8"),  # multiple of the base rate at which it stands
        ("channel", "f8"),  # mark
        ("truth", "f8"),  # mark; of what was foreseen: what is left of it
        ("serial", "u4"),
        ("month", "i4"),
        ("who", "u2"),
        ("subject", "u2"),  # of what was foreseen, as the next three
        ("code", "u1"),
        ("layer", "u1"),
        ("foreseen", "u1"),
        ("via", "u1"),  # channel
        ("found", "u1"),  # truth
    ],
    align=True,
)


def _one_line(kind: np.dtype[np.void]) -> np.dtype[np.void]:
    """Return a record type widened to the 64 bytes of a line of the cache."""
    names = list(kind.names or ())
    places = [kind.fields[name] for name in names] if kind.fields else []
    return np.dtype(
        {
            "names": names,
            "formats": [place[0] for place in places],
            "offsets": [place[1] for place in places],
            "itemsize": 64,
        },
        align=True,
    )


_PERSON = np.dtype(
    [
        ("mask", "u8"),  # sanctions and rewards as of the last observation
        ("income", "f8"),  # CNY a month
        ("acted", "u8"),  # bit set of the conducts recorded in the last year of the run
        ("known", "u4"),  # bit set of the schemes one is aware of, once they are announced
        ("covered", "u4"),  # bit set of the schemes that one is in now
        ("adult_from", "i4"),
        ("newest", "i4"),  # latest entry in force, head of a chain
        ("place", "i4"),  # position in ``banned``
        ("bucket", "i4"),  # position in ``bucket``
        ("profile", "u2"),
        ("flags", "u2"),
        ("cell", "u1"),
        ("city", "u1"),
        ("minority", "u1"),
        ("pilot", "u1"),
        ("touched", "u1"),
        ("thin", "u1"),
        ("watched", "u1"),  # assumes that the state sees everything
        ("school", "u1"),  # a sanction on the children is in force
    ],
    align=True,
)
PERSON = _one_line(_PERSON)
_STANDING = np.dtype(
    [
        ("balance", "i4"),
        ("honest", "i4"),  # balance without wrongful records
        ("score", "i4"),  # of features, in units
        ("honest_score", "i4"),
        ("count", "i4"),  # of stars: ratings
        ("last_row", "i4"),  # latest negative record
        ("spell", "i4"),  # open spell
        ("records", "i4"),  # latest record in force, head of a chain; only where scores reset
        ("reset_on", "i4"),  # month; 0: none
        ("held", "u2"),  # records that hold the grade down
        ("held_honest", "u2"),
        ("entries", "u2"),  # in force
        ("strikes", "u2"),  # records with negative points in force
        ("grade", "u1"),
        ("last_wrong", "u1"),  # truth code of the latest wrongful record
        ("listed", "u1"),  # as of the last observation
        ("ever", "u1"),
    ],
    align=True,
)
STANDING = _one_line(_STANDING)
ACCEPTED = np.dtype(
    [
        ("candidate", "i4"),
        ("cause", "i4"),
        ("subject", "u2"),
        ("conduct", "u1"),
        ("channel", "u1"),
        ("truth", "u1"),
        ("generation", "u1"),
        ("learns", "u1"),  # the subject, from an act of their own
    ],
    align=True,
)
LINK = np.dtype(
    [
        ("extra", "u8"),  # sanctions added by joint enforcement
        ("chain", "i4"),  # next entry of the same person
        ("due", "i4"),  # next row that ends in the same month
        ("ends_as", "u1"),  # exit reason when it ends
        ("late", "u1"),  # bit 0: would file late, bit 1: would win
        ("holds", "u1"),
    ],
    align=True,
)
"""What the engine keeps beside each ledger row while it is open."""


HOME = np.dtype([("first_child", "i4"), ("next_child", "i4"), ("barred", "i4")])
"""By home: its first child and the adults under SCHOOL; by person: the next child of the home."""
MIXED = np.dtype(
    [
        ("stays", "f8"),  # part of the score that stays
        ("level", "f8"),  # base of the records
        ("total", "i4"),  # sum of the scores of living friends who have one
        ("count", "i4"),  # how many they are
        ("low", "i4"),  # while the sum lies from here
        ("high", "i4"),  # to here, the person's own score surely stays
    ],
    align=True,
)
"""What a score of features is worked out from, beside the records."""
HABIT = np.dtype([("habit", "f8"), ("factor", "f8"), ("month", "i4")], align=True)


class Scratch(NamedTuple):
    """All that one thread needs to run a tile."""

    friends: Friends
    home: NDArray[np.int32]  # (TILE,) home of each person, from 0
    homes: Any  # (TILE,) HOME
    persons: Any  # (TILE,) PERSON
    cells: NDArray[np.uint8]  # (TILE,) cell of each person in the monthly table
    since: NDArray[np.int32]  # (S, TILE) month from which each is in; NEVER; GONE
    standings: Any  # (S, TILE) STANDING
    noted: NDArray[np.uint8]  # (S, TILE) bucket of the score a year before the end; NOT_IN
    rate: NDArray[np.float64]  # (C, TILE) acts a month at the base level
    caught: NDArray[np.uint16]  # (C, TILE) own recorded acts so far
    own_level: NDArray[np.uint8]  # (C, TILE) the same a year before the end, at most 3
    own_levels: NDArray[np.uint64]  # (C, TILE / 8) the same, eight at a time
    habit: Any  # (TILE, C) HABIT; (1, 1) without habit
    mixed: Any  # (F, TILE + 1) MIXED; the last is of nobody
    heard: NDArray[np.uint16]  # (F, ends) friends who have a score at some time; TILE: lost
    heard_first: NDArray[np.int32]  # (F, TILE + 1) where those of each person begin
    dirty: NDArray[np.uint8]  # (F, TILE + 8) whose score must be worked out again
    soiled: NDArray[np.uint64]  # (F, TILE / 8 + 1) the same, eight at a time
    fresh: NDArray[np.int32]  # (TILE,) scores worked out this month
    listing: NDArray[np.int32]  # (TILE + 1,) people to work out, or to trade
    read: NDArray[np.float64]  # (6, TILE) what their scores are worked out from
    quality: NDArray[np.float64]  # (stars, TILE) mean rating before noise
    banned: NDArray[np.int32]  # people with an entry in force
    touched: NDArray[np.int32]  # people to look at when the month ends
    counts: NDArray[np.int64]  # banned, touched, accepted
    bucket: NDArray[np.int32]  # adults sorted by city and group
    bucket_first: NDArray[np.int64]
    arrivals: NDArray[np.uint8]  # (months + 2,) whether anybody comes of age or under a scheme
    late: NDArray[np.int32]  # (TILE + 1,) those who do so after month 1; at the end, how many
    due: NDArray[np.int32]  # (months + 2,) chains of rows that end in a month
    candidates: Any  # CANDIDATE
    line: NDArray[np.int32]  # candidates by conduct, layer, person and time
    points: Any  # CANDIDATE, by month and so within one
    first: NDArray[np.int64]  # (months + 2,) first position of each month in ``points``
    accepted: Any  # ACCEPTED
    ledger: Any  # LEDGER_DTYPE
    links: Any  # LINK


class Chains(NamedTuple):
    """The points of one layer while they are drawn, (TILE,) each."""

    # by person
    pace: NDArray[np.float64]  # points a month
    adult: NDArray[np.float64]  # first month as an adult
    alive: NDArray[np.float64]  # 1 for those who come of age in time, else 0
    frail: NDArray[np.float64]  # 1 for those of them who have a shock
    hit: NDArray[np.uint8]  # may have a point
    hits: NDArray[np.uint64]  # the same, eight at a time
    expects: NDArray[np.float64]  # certainty before any experience, or the multiple itself
    weight: NDArray[np.float64]  # how far speech falls if one is sure
    learns: NDArray[np.float64]  # 0 for those who believe to be watched
    total: NDArray[np.int32]  # own recorded acts so far
    before: NDArray[np.int32]  # the same before month ``since``
    since: NDArray[np.int32]
    place: NDArray[np.int32]
    known: NDArray[np.uint32]  # bit set of the schemes one is aware of
    group: NDArray[np.uint8]
    place_of: NDArray[np.uint8]  # 2 x aware + pilot
    # by chain that still goes on
    who: NDArray[np.uint16]
    starter: NDArray[np.uint16]  # who had a chain at all
    time: NDArray[np.float64]  # of the next point
    month: NDArray[np.int32]
    wait: NDArray[np.float64]
    height: NDArray[np.float64]
    channel: NDArray[np.float64]
    truth: NDArray[np.float64]
    gap: NDArray[np.float64]
    g_expects: NDArray[np.float64]
    g_acts: NDArray[np.float64]
    g_seen: NDArray[np.float64]
    g_weight: NDArray[np.float64]
    multiple: NDArray[np.float64]
    share: NDArray[np.int64]  # of the layer's points that lie below it, in units of 2**-16
    open: NDArray[np.float64]  # 1 for a point of an adult, else 0
    happens: NDArray[np.uint8]
    pick: NDArray[np.int32]  # positions of the points that happen


def new_chains() -> Chains:
    """Return the arrays in which points are drawn."""
    narrow = dict.fromkeys(("total", "before", "since", "place", "month", "pick"), np.int32)
    kinds: dict[str, Any] = narrow | dict.fromkeys(("who", "starter"), np.uint16)
    kinds |= dict.fromkeys(("group", "place_of", "happens"), np.uint8) | {"share": np.int64}
    kinds["known"] = np.uint32
    hits = np.zeros(TILE // 8, np.uint64)
    arrays: dict[str, Any] = {
        name: np.zeros(TILE, kinds.get(name, np.float64)) for name in Chains._fields
    }
    return Chains(**arrays | {"hits": hits, "hit": hits.view(np.uint8)})


class Rooms(NamedTuple):
    """What one thread needs to begin a tile, and no more after that."""

    people: People
    traits: Traits
    friends_work: FriendsWork
    homes_work: HomesWork
    chains: Chains
    windows: NDArray[np.uint64]  # (TILE, months // 64 + 1) bit set of the months in shock
    lanes: NDArray[np.uint32]  # (4, TILE) words of one block for everybody
    propensity: NDArray[np.float64]  # (TILE,) in one context
    member: NDArray[np.float64]  # (2, TILE) 1 for the adults of each group in month 1


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
    information: NDArray[np.int64]  # (S, 2, BUCKETS, C, 2)
    own: NDArray[np.int64]  # (OWN_LEVELS, C, 2)
    scored: NDArray[np.int64]  # (S, 2, BUCKETS)
    asked: NDArray[np.int64]  # (1,)


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
        np.zeros((schemes, 2, BUCKETS, conducts, 2), np.int64),
        np.zeros((OWN_LEVELS, conducts, 2), np.int64),
        np.zeros((schemes, 2, BUCKETS), np.int64),
        np.zeros(1, np.int64),
    )


def new_rooms(months: int) -> Rooms:
    """Return the rest of the arrays of one thread."""
    return Rooms(
        people=empty_people(),
        traits=empty_traits(),
        friends_work=friends_work(),
        homes_work=homes_work(),
        chains=new_chains(),
        windows=np.zeros((TILE, months // 64 + 1), np.uint64),
        lanes=np.zeros((4, TILE), np.uint32),
        propensity=np.zeros(TILE),
        member=np.zeros((2, TILE)),
    )


def _in_lines(count: int, kind: np.dtype[np.void]) -> NDArray[np.void]:
    """Return zeroed records that begin where a line of the cache does."""
    raw = np.zeros(count * kind.itemsize + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + count * kind.itemsize].view(kind)


def new_scratch(program: Program, months: int, candidates: int, rows: int) -> Scratch:
    """Return the arrays of one thread, with room for so many candidates a tile and rows a chunk."""
    schemes, conducts = len(program.schemes), len(program.conducts)
    features = int((program.schemes["feature"] >= 0).sum())
    stars = int((program.schemes["star"] >= 0).sum())
    habit = (TILE, conducts) if program.settings["habit"][0] > 0 else (1, 1)
    soiled = np.zeros((features, TILE // 8 + 1), np.uint64)
    own_levels = np.zeros((conducts, TILE // 8), np.uint64)
    return Scratch(
        friends=empty_friends(),
        home=np.zeros(TILE, np.int32),
        homes=np.zeros(TILE, HOME),
        persons=_in_lines(TILE, PERSON),
        cells=np.zeros(TILE, np.uint8),
        since=np.zeros((schemes, TILE), np.int32),
        standings=_in_lines(schemes * TILE, STANDING).reshape(schemes, TILE),
        noted=np.zeros((schemes, TILE), np.uint8),
        rate=np.zeros((conducts, TILE)),
        caught=np.zeros((conducts, TILE), np.uint16),
        own_level=own_levels.view(np.uint8),
        own_levels=own_levels,
        habit=np.zeros(habit, HABIT),
        mixed=np.zeros((features, TILE + 1), MIXED),
        heard=np.zeros((features, CAPACITY), np.uint16),
        heard_first=np.zeros((features, TILE + 1), np.int32),
        dirty=soiled.view(np.uint8),
        soiled=soiled,
        fresh=np.zeros(TILE, np.int32),
        listing=np.zeros(TILE + 1, np.int32),
        read=np.zeros((6, TILE)),
        quality=np.zeros((stars, TILE)),
        banned=np.zeros(TILE, np.int32),
        touched=np.zeros(TILE, np.int32),
        counts=np.zeros(3, np.int64),
        bucket=np.zeros(TILE, np.int32),
        bucket_first=np.zeros(129, np.int64),
        arrivals=np.zeros(months + 2, np.uint8),
        late=np.zeros(TILE + 1, np.int32),
        due=np.zeros(months + 2, np.int32),
        candidates=np.zeros(candidates, CANDIDATE),
        line=np.zeros(candidates, np.int32),
        points=np.zeros(candidates, CANDIDATE),
        first=np.zeros(months + 2, np.int64),
        accepted=np.zeros(candidates, ACCEPTED),
        ledger=np.zeros(rows, LEDGER_DTYPE),
        links=np.zeros(rows, LINK),
    )
