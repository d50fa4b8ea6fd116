"""What the obvious loop keeps: people, rows, and the setting in which they live."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from scoredsociety.base.streams import draw
from scoredsociety.engine.program import identity
from scoredsociety.engine.result import ExitReason, Kind, Truth
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Society
from scoredsociety.society.people import TILE

NEVER = 1 << 30


@dataclass
class Point:
    """One candidate act, with its marks."""

    who: int
    conduct: str
    layer: int
    serial: int
    month: int
    height: float
    channel: float
    truth: float
    innocent: bool = False


@dataclass(eq=False)
class Row:
    """One ledger row, by names."""

    subject: int
    kind: Kind
    scheme: str
    conduct: str
    channel: str
    truth: Truth
    month: int
    end: int
    act: tuple[str, bool, int, int]
    actor: int
    generation: int = 0
    flags: int = 0
    exit: ExitReason = ExitReason.IN_FORCE
    points: int = 0
    refusals: int = 0
    cause: Row | None = None
    extra: frozenset[str] = frozenset()
    """Sanctions that joint enforcement adds to this entry."""
    sanctions: int = 0
    """The same as bits."""
    ends_as: ExitReason = ExitReason.IN_FORCE
    due: int = NEVER
    late: bool = False
    wins: bool = False
    holds: bool = False

    def key(self) -> tuple[Any, ...]:
        """Identify the row without its cause."""
        return (
            self.subject, int(self.kind), self.scheme, self.conduct, self.channel, int(self.truth),
            self.generation, int(self.flags), int(self.exit), self.month, self.end, self.points,
            self.refusals, self.actor, self.sanctions, self.act,
        )  # fmt: skip


@dataclass(eq=False)
class Standing:
    """One person in one scheme."""

    enrolled_from: int
    ends: int
    ever: bool = False
    grade: int = 0
    spell: Row | None = None
    last_bad: Row | None = None
    last_wrong: Truth | None = None
    reset_on: int | None = None
    static: float = 0.0
    """Features: what does not change."""
    base: float = 0.0
    """Features: the dimension of the records without any record."""
    score: int = 0
    """Features: in 1/64 points."""
    honest_score: int = 0
    ratings: list[tuple[int, int]] = field(default_factory=list)
    """Stars: (counted, as it would be without retaliation), since the last reset."""

    def enrolled(self, month: int) -> bool:
        """Say whether the scheme covers the person in a month."""
        return self.enrolled_from <= month <= self.ends


@dataclass(eq=False)
class Person:
    """One synthetic person."""

    index: int
    adult_from: int
    minority: int
    pilot: bool
    city: int
    income: float
    general: float
    thin: bool
    consents: bool
    elite: bool
    party: bool
    watched: bool
    cell: int
    home: int
    believes: set[str]
    """Schemes that the person hears of when they are announced."""
    rates: dict[str, float]
    friends: list[int]
    in_: dict[str, Standing] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    caught: Counter[str] = field(default_factory=Counter)
    habit: dict[str, float] = field(default_factory=dict)
    shocked_to: int = 0
    entries: list[Row] = field(default_factory=list)
    """In force, oldest first."""
    records: list[Row] = field(default_factory=list)
    """In force, oldest first."""
    mask: frozenset[str] = frozenset()
    """Sanctions and rewards as of the last observation, by the names of their measures."""

    def adult(self, month: int) -> bool:
        """Say whether the person is 18 in a month."""
        return month >= self.adult_from

    def entries_of(self, scheme: str) -> list[Row]:
        """Return the entries in force in a list."""
        return [row for row in self.entries if row.scheme == scheme]

    def records_of(self, scheme: str) -> list[Row]:
        """Return the records in force in a score."""
        return [row for row in self.records if row.scheme == scheme]


@dataclass(eq=False)
class Found:
    """An act that a channel recorded: about whom, and whether it is true."""

    person: Person
    point: Point
    channel: str
    truth: Truth
    cause: Row | None = None
    generation: int = 0


class Setting:
    """One society of at most one tile under one regime."""

    def __init__(self, regime: ResolvedRegime, society: Society, months: int) -> None:
        assert society.people <= TILE
        self.regime, self.world, self.months = regime, regime.world, months
        self.society = society
        self.schemes = regime.of_people()
        parameters = self.world.parameters
        self.p = SimpleNamespace(
            **{name: getattr(parameters, name).value for name in type(parameters).model_fields}
        )
        self.median = society.tables.median_income
        self.people: list[Person] = []
        self.ledger: list[Row] = []
        self.broken: set[frozenset[int]] = set()
        """Pairs of friends who broke off."""
        self.flows: Counter[tuple[str, int, int]] = Counter()
        """(measure, month, cell) to how often it happened."""
        self.stocks: Counter[tuple[str, int, int]] = Counter()
        """(measure, month, cell) to how many there were at the end of the month."""

        self.happened: Counter[str] = Counter()
        """How often each rule decided something, for tests that must see it at work."""

    def u(self, who: int, stream: int, block: int, lane: int) -> float:
        """Return a uniform draw of tile 0."""
        # a member of an enumeration would take Numba a hundred times as long to type as a number
        return draw(self.society.seed, self.society.replicate, who, stream, 0, int(block), lane)

    def luck(self, point: Point, block: int, lane: int, salt: str = "", high: int = 0) -> float:
        """Return a uniform draw that belongs to an act, and to a scheme where ``salt`` names it."""
        scheme = identity(salt) & 0xFFFF if salt else 0
        field = block | (point.layer | high) << 8 | scheme << 16
        return self.u(point.who | point.serial << 12, identity(point.conduct), field, lane)

    def book(self, measure: str, month: int, person: Person, number: int = 1) -> None:
        """Count something that happened to a person."""
        self.flows[measure, month, person.cell] += number
