"""Small worlds in which every rule of the month is at work, and what must be seen to happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scoredsociety.engine.result import ExitReason, Flag, Kind, Truth
from scoredsociety.schemes.model import ResolvedRegime
from tests.engine.lively import (
    a_city_score,
    a_court_list,
    a_friendly_profile,
    a_platform,
    a_store,
    disclosure,
    dog_points,
    faces,
    hardship,
    informants,
    speech,
    targeted,
    timing,
    who,
    world,
)
from tests.engine.oracle import Oracle
from tests.engine.worlds import Tree, effect, memo, quantity

# ------------------------------------------------------------------- what must be seen


def happened(*names: str) -> Callable[[Oracle], bool]:
    """Require that rules decided something."""
    return lambda o: all(o.happened[name] > 0 for name in names)


def rows(**wanted: Any) -> Callable[[Oracle], bool]:
    """Require a row with these values."""
    return lambda o: any(
        all(getattr(row, name) == value for name, value in wanted.items()) for row in o.ledger
    )


def flagged(flag: Flag, **wanted: Any) -> Callable[[Oracle], bool]:
    """Require a row with this flag and these values."""
    return lambda o: any(
        row.flags & flag and all(getattr(row, name) == value for name, value in wanted.items())
        for row in o.ledger
    )


def grows(measure: str) -> Callable[[Oracle], bool]:
    """Require that a table is above zero somewhere, and not constant."""

    def check(o: Oracle) -> bool:
        table = o.monthly().get(measure)
        return table is not None and len(set(table.sum(axis=1))) > 1

    return check


def joined_differently(o: Oracle) -> bool:
    """Require entries that different institutions joined."""
    return len({row.sanctions for row in o.ledger if row.kind == Kind.ENTRY}) > 4


def two_steps(o: Oracle) -> bool:
    """Require a copy of a copy."""
    return any(row.cause and row.cause.flags & Flag.COPIED for row in o.ledger)


def all_gone(scheme: str, month: int) -> Callable[[Oracle], bool]:
    """Require that a scheme covers somebody before it ends, and nobody after."""

    def check(o: Oracle) -> bool:
        covered = o.monthly()[f"enrolled:{scheme}"].sum(axis=1)
        return bool(covered[month - 2] > 0 and not covered[month - 1 :].any())

    return check


def partly(scheme: str) -> Callable[[Oracle], bool]:
    """Require that a scheme covers some adults and not all of them."""

    def check(o: Oracle) -> bool:
        covered = o.monthly()[f"enrolled:{scheme}"].sum(axis=1)
        return bool(0 < covered[-1] < o.monthly()["adults"].sum(axis=1)[-1])

    return check


@dataclass(frozen=True)
class Case:
    """A world, its size, and what must be seen in it."""

    make: Callable[[], ResolvedRegime]
    seen: tuple[Callable[[Oracle], bool], ...] = ()
    people: int = 300
    months: int = 40


def _mixed() -> ResolvedRegime:
    """Return everything at once."""

    def edit(data: Tree) -> None:
        faces(data)
        informants(data)
        targeted(data)
        hardship(data)
        speech(data, ("gossip",))

    elite = {"members": "elite", "share": 0.9, "confidence": "assumed"}
    return world(
        a_court_list(**disclosure(3, 0.8, 0.3), exemptions=[elite]),
        a_city_score(**timing(announced=2, first=3, last=12, ends=33)),
        dog_points() | {"scheme": "dogs"},
        a_friendly_profile(**who(enrolment="voluntary", coverage=quantity(0.6))),
        a_platform(),
        a_store(9) | disclosure(1, 0.3),
        edit=edit,
        memoranda=(
            memo("a-list", "a-score", points=-30),
            memo("a-list", "a-record", lists=True, share=quantity(0.6)),
            memo("a-record", "a-profile", points=-25, consent=True),
        ),
        joint=({"origin": "a-list", "institutions": "all", "probability": quantity(0.2)},),
        habit=0.05,
        tie_loss=0.1,
        ordered_shunning=0.01,
        identifiability=0.7,
    )


JOINT = (
    {"origin": "a-list", "institutions": ["body-b", "body-a"], "probability": quantity(0.5)},
    {"origin": "a-list", "institutions": "all", "probability": quantity(0.2)},
    {"origin": "other", "institutions": ["body-d"], "probability": quantity(0.7)},
)
VOLUNTARY = {"enrolment": "voluntary", "coverage": quantity(0.3), "selection": quantity(0.6)}
PRESSURE = {"pressure": {"penalty": quantity(0.02), "cost": quantity(0.3)}}
COVERED = {"coverage": quantity(0.4)}
WHEN = {"announced": 5, "first": 6, "last": 20, "ends": 30}

CASES: dict[str, Case] = {
    "features with ties and records": Case(
        lambda: world(a_friendly_profile()),
        (
            rows(kind=Kind.SPELL, cause=None),
            rows(kind=Kind.SPELL, truth=Truth.TRUE),
            rows(kind=Kind.SPELL, exit=ExitReason.RECOVERED),
            grows("score:a-profile"),
        ),
    ),
    "features without ties": Case(
        lambda: world(a_friendly_profile(None)), (rows(kind=Kind.SPELL), grows("score:a-profile"))
    ),
    "stars with retaliation and reset": Case(
        lambda: world(a_platform()),
        (
            happened("retaliation of the first", "retaliation of the second"),
            grows("reset:a-rating"),
            rows(kind=Kind.SPELL, truth=Truth.NO_EVENT),
            rows(kind=Kind.SPELL, truth=Truth.TRUE, exit=ExitReason.RECOVERED),
        ),
    ),
    "records that expire": Case(
        lambda: world(a_store(7)),
        (rows(kind=Kind.ENTRY, exit=ExitReason.TERM), flagged(Flag.FILED_LATE)),
    ),
    "records that never expire": Case(
        lambda: world(a_store(None)),
        (rows(kind=Kind.ENTRY, exit=ExitReason.IN_FORCE), rows(exit=ExitReason.LATE_APPEAL)),
    ),
    "dog points that escalate, and a course": Case(
        lambda: world(dog_points()),
        (
            rows(points=-4),
            rows(points=-6),
            rows(points=-12),
            rows(exit=ExitReason.RESET),
            rows(exit=ExitReason.TERM),
            grows("reset:a-score"),
        ),
        people=700,
    ),
    "joint enforcement": Case(
        lambda: world(
            a_court_list(effects=[effect(listed=True, sanction="HOTEL")]),
            a_court_list(scheme="other", effects=[], feedback=[]),
            joint=JOINT,
        ),
        (joined_differently, grows("refused:FLY"), grows("refused:RAIL"), grows("sanction:LOAN")),
    ),
    "copies between scores, by share and consent": Case(
        lambda: world(
            a_city_score(),
            a_city_score(scheme="other", rules=[]),
            a_friendly_profile(rules=[]),
            memoranda=(
                memo("a-score", "other", points=-20, share=quantity(0.5)),
                memo("a-score", "a-profile", points=-50, consent=True),
            ),
        ),
        (
            happened("not shared", "no consent"),
            flagged(Flag.COPIED, scheme="other", kind=Kind.RECORD),
            flagged(Flag.COPIED, scheme="a-profile", kind=Kind.RECORD),
        ),
    ),
    "copies from list to list, in two steps": Case(
        lambda: world(
            a_city_score(rules=[]),
            a_court_list(),
            a_court_list(scheme="other", rules=[], feedback=[]),
            memoranda=(
                memo("other", "a-score", points=-25),
                memo("a-list", "other", lists=True, share=quantity(0.8)),
                memo("a-list", "a-score", points=-5),
            ),
        ),
        (two_steps, flagged(Flag.COPIED, scheme="other", kind=Kind.ENTRY), rows(generation=1)),
    ),
    "namesakes": Case(
        lambda: world(
            a_court_list(**disclosure(2, 0.5, 0.5), **who(**COVERED)),
            a_city_score(rules=[]),
            memoranda=(memo("a-list", "a-score", points=-25),),
            joint=JOINT[:1],
        ),
        (
            happened("namesake outside"),
            flagged(Flag.NAMESAKE, kind=Kind.ENTRY, truth=Truth.WRONG_PERSON),
            flagged(Flag.NAMESAKE, exit=ExitReason.LATE_APPEAL),
        ),
        people=500,
    ),
    "disclosure, lost friends and shunning": Case(
        lambda: world(
            a_court_list(**disclosure(2, 0.9)),
            a_store(6) | disclosure(1, 0.3),
            a_court_list(scheme="hidden", feedback=[], **disclosure(0, 1.0)),
            a_friendly_profile(),
            tie_loss=0.2,
            ordered_shunning=0.02,
        ),
        (grows("friends-lost"), grows("friends"), grows("score:a-profile")),
    ),
    "exemptions": Case(
        lambda: world(
            a_city_score(
                exemptions=[
                    {"members": "elite", "share": 0.9, "confidence": "assumed"},
                    {"members": "party-members", "share": 0.5, "confidence": "assumed"},
                ]
            ),
            a_court_list(),
        ),
        (happened("exempt", "exempt elite"),),
        people=900,
        months=30,
    ),
    "voluntary, with selection and pressure": Case(
        lambda: world(
            a_friendly_profile(**who(**VOLUNTARY, **PRESSURE)),
            a_platform(**who(**VOLUNTARY)),
        ),
        (happened("enrols under pressure"), partly("a-profile"), partly("a-rating")),
    ),
    "coverage": Case(
        lambda: world(
            a_court_list(**who(**COVERED)), a_city_score(**who(where="pilot-cities", **COVERED))
        ),
        (partly("a-list"), partly("a-score")),
    ),
    "staggered, announced before and shut down": Case(
        lambda: world(
            a_court_list(**timing(**WHEN)),
            a_city_score(**timing(**WHEN), **who(where="pilot-cities")),
            a_friendly_profile(**timing(**WHEN)),
            a_platform(**timing(**WHEN)),
            memoranda=(memo("a-list", "a-score", points=-30),),
        ),
        (
            rows(kind=Kind.ENTRY, exit=ExitReason.SHUT),
            rows(kind=Kind.SPELL, exit=ExitReason.SHUT, scheme="a-score"),
            rows(kind=Kind.SPELL, exit=ExitReason.SHUT, scheme="a-profile"),
            grows("enrolled:a-score"),
            *(all_gone(s, 30) for s in ("a-list", "a-score", "a-profile", "a-rating")),
        ),
        people=500,
    ),
    "targeting by group, with errors and a limit": Case(
        lambda: world(a_city_score(), a_court_list(), edit=targeted),
        (happened("channel full"), rows(truth=Truth.WRONG_PERSON), rows(generation=1)),
        people=600,
    ),
    "speech near a rule": Case(
        lambda: world(
            a_city_score(), edit=lambda d: speech(d, ("gossip",)), identifiability=0.02, chill=0.3
        ),
        (happened("speech near a rule", "speech of the watched", "act that nobody records"),),
    ),
    "speech under a rule": Case(
        lambda: world(a_city_score(), edit=lambda d: speech(d, ("gossip", "critique")), chill=0.3),
        (happened("speech under a rule"), rows(conduct="critique"), rows(conduct="gossip")),
    ),
    "habit": Case(lambda: world(a_city_score(), a_court_list(), habit=0.1), (happened("habit"),)),
    "hardship excuses": Case(
        lambda: world(a_court_list(), edit=hardship, hardship_scale=0.05), (happened("hardship"),)
    ),
    "cameras that search faces": Case(
        lambda: world(a_city_score(), edit=faces), (rows(truth=Truth.NO_EVENT, channel="camera"),)
    ),
    "informants": Case(
        lambda: world(a_city_score(), edit=informants),
        (rows(truth=Truth.NO_EVENT, channel="informant"),),
    ),
    "children": Case(
        lambda: world(a_court_list(), a_city_score()), (grows("children"), grows("sanction:SCHOOL"))
    ),
    "everything at once": Case(_mixed, (grows("children"), grows("friends-lost"), two_steps)),
}
