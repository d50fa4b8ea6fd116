"""The month as an obvious loop."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.result import CELLS, ExitReason, Truth
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Society
from tests.engine.oracle import entries, scores, ties
from tests.engine.oracle.conduct import Conduct, habits
from tests.engine.oracle.detection import Watch
from tests.engine.oracle.people import SHOCK, build
from tests.engine.oracle.state import Found, Person, Point, Row, Setting
from tests.engine.oracle.surroundings import friends_of, homes_of, traits_of

SCORES = ("points", "features", "stars")
BUCKETS = 64


class Oracle(Setting):
    """One society of at most one tile under one regime.

    After :meth:`run`: ``ledger`` (rows), ``flows`` and ``stocks`` ((measure, month, cell) to
    number), ``acts``, ``information`` and ``own``.
    """

    def __init__(self, regime: ResolvedRegime, society: Society, months: int) -> None:
        super().__init__(regime, society, months)
        self.watches = {
            name: Watch(self.world, name, c, self.schemes)
            for name, c in self.world.conducts.items()
        }
        homes = homes_of(society)
        traits = traits_of(society, homes)
        self.people = build(self, self.watches, homes, friends_of(society, self.p), traits.watched)
        self.conduct = Conduct(self, self.watches)
        self.information: dict[str, NDArray[np.int64]] = {}
        self.own = np.zeros((4, len(self.world.conducts), 2), np.int64)
        self.mobility: dict[tuple[str, int, int, int], int] = {}
        """(scheme, month, grade before, grade now) to people who changed."""
        scores.read_features(self, traits)

    def run(self) -> list[Row]:
        """Run all months and return the ledger."""
        by_month: dict[int, list[tuple[Person, Point]]] = {}
        for person in self.people:
            for point in person.points:
                by_month.setdefault(point.month, []).append((person, point))
        earlier: list[dict[str, int]] = []
        for month in range(1, self.months + 1):
            self.month(month, by_month.get(month, []))
            self.count(month)
            if month == self.months - 12 and self.months >= 36:
                earlier = [dict(p.caught) for p in self.people]
                self._buckets = self._standing_now(month)
        if earlier:
            self._inform(earlier)
        return self.ledger

    # ------------------------------------------------------------------- one month

    def month(self, month: int, points: list[tuple[Person, Point]]) -> None:
        """Take all the steps of one month."""
        for person in self.people:  # who comes in at the start of this month
            for name, standing in person.in_.items():
                if standing.enrolled_from == month:
                    self._enrol(person, name)
        for person, point in points:
            if point.conduct == SHOCK:
                person.shocked_to = month + int(self.p.shock_months) - 1
        found = self._acts(month, points)
        for one in found:
            entries.enter(self, one, month)
        for name in self.schemes:
            scores.trade(self, name, month)
        for person in self.people:
            entries.counters(self, person, month)
        if ties.has_ties(self):
            ties.break_ties(self, month)
        for person in self.people:
            entries.exits(self, person, month)
        tomorrow = habits(self, self.watches, month) if self.p.habit > 0 else {}
        for one in found:
            if one.truth in (Truth.TRUE, Truth.EXCUSED):
                one.person.caught[one.point.conduct] += 1
        for person in self.people:
            person.habit = tomorrow.get(person.index, person.habit)
        for name, s in self.schemes.items():
            if s.features is not None:
                scores.update_features(self, name, month)
        for person in self.people:
            self._observe(person, month)

    def _enrol(self, person: Person, name: str) -> None:
        s, standing = self.schemes[name], person.in_[name]
        if s.kind not in SCORES:
            return
        if s.features is not None and standing.enrolled_from > 1:
            scores.start_features(self, person, name)
        standing.grade = scores.grade(s, person, name)
        person.mask |= scores.grade_brings(s, standing.grade)

    def _acts(self, month: int, points: list[tuple[Person, Point]]) -> list[Found]:
        """Return what was recorded, from the state at the start of the month."""
        order = list(self.world.conducts)
        due = [(p, point) for p, point in points if point.conduct != SHOCK and p.adult(month)]
        due.sort(key=lambda x: (order.index(x[1].conduct), x[1].layer, x[0].index, x[1].serial))
        self.conduct.begin(month)
        found = [self.conduct.act(person, point, month) for person, point in due]
        return [one for one in found if one is not None]

    def _observe(self, person: Person, month: int) -> None:
        """Settle the grades, spells, sanctions and rewards of a person."""
        mask = entries.brings(self, person.entries)
        for name, s in self.schemes.items():
            standing = person.in_[name]
            if s.kind not in SCORES or not standing.enrolled(month):
                continue
            if standing.ends == month:
                if standing.spell:
                    standing.spell.exit, standing.spell.end = ExitReason.SHUT, month
                    standing.spell = None
                standing.reset_on = None
                continue
            was = standing.grade
            scores.settle(self, person, name, month)
            if standing.grade != was:
                change = (name, month, was, standing.grade)
                self.mobility[change] = self.mobility.get(change, 0) + 1
            mask |= scores.grade_brings(s, standing.grade)
        person.mask = frozenset(mask)

    # -------------------------------------------------------------------- counting

    def count(self, month: int) -> None:
        """Count everything that there is at the end of a month."""

        def stock(measure: str, person: Person, number: int = 1) -> None:
            self.stocks[measure, month, person.cell] += number

        for person in self.people:
            if person.adult(month):
                stock("adults", person)
            for code in person.mask:
                stock(code, person)
            for word, prefix in (("sanctioned", "sanction:"), ("rewarded", "reward:")):
                if any(code.startswith(prefix) for code in person.mask):
                    stock(word, person)
            for name, s in self.schemes.items():
                self._count_in(name, s.kind, person, month)
            if ties.has_ties(self):
                stock("friends", person, ties.living(self, person))
        for child in ties.burdened(self, month):
            stock("children", child)

    def _count_in(self, name: str, kind: str, person: Person, month: int) -> None:
        standing = person.in_[name]
        there = {}
        if standing.enrolled(month) and month < standing.ends:
            there["enrolled"] = 1
            if kind in SCORES:
                grades = self.schemes[name].grades
                assert grades is not None
                self.stocks[
                    f"grade:{name}:{list(grades.bands)[standing.grade]}", month, person.cell
                ] += 1
            if kind == "features":
                there["score"] = standing.score
        if kind in entries.LISTS:
            there["entries"] = len(person.entries_of(name))
            there["listed"] = int(there["entries"] > 0)
            there["ever"] = int(standing.ever)
        for measure, number in there.items():
            self.stocks[f"{measure}:{name}", month, person.cell] += number

    def monthly(self) -> dict[str, NDArray[np.int64]]:
        """Return the monthly tables, (months, CELLS) each; what never was above 0 is missing."""
        out: dict[str, NDArray[np.int64]] = {}
        for table in (self.flows, self.stocks):
            for (measure, month, cell), number in table.items():
                if number:
                    grid = out.setdefault(measure, np.zeros((self.months, CELLS), np.int64))
                    grid[month - 1, cell] += number
        return out

    # ----------------------------------------------------------------- information

    def _standing_now(self, month: int) -> dict[str, dict[int, int]]:
        """Return the bucket of everybody's score, by scheme."""
        out: dict[str, dict[int, int]] = {}
        for name, s in self.schemes.items():
            if s.kind in SCORES:
                out[name] = {
                    p.index: self._bucket(name, p)
                    for p in self.people
                    if p.in_[name].enrolled(month) and month < p.in_[name].ends
                }
        return out

    def _bucket(self, name: str, person: Person) -> int:
        s = self.schemes[name]
        if s.kind == "points":
            bucket = 32 + scores.balance(person, name) // 5
        elif s.features is not None:
            low, span = s.features.low.value, s.features.high.value - s.features.low.value
            bucket = math.floor(64.0 * (person.in_[name].score / 64.0 - low) / span)
        else:
            bucket = math.floor(16.0 * (scores.units(s, person, name) / 1000.0 - 1.0))
        return min(max(bucket, 0), BUCKETS - 1)

    def _inform(self, earlier: list[dict[str, int]]) -> None:
        """Set scores and own records of a year ago against what was recorded since."""
        conducts = list(self.world.conducts)
        shape = (2, BUCKETS, len(conducts), 2)
        self.information = {name: np.zeros(shape, np.int64) for name in self._buckets}
        for person in self.people:
            for c, conduct in enumerate(conducts):
                before = earlier[person.index].get(conduct, 0)
                acted = int(person.caught[conduct] > before)
                if person.adult(self.months - 12):
                    self.own[min(3, before), c, acted] += 1
                for name, buckets in self._buckets.items():
                    if person.index in buckets:
                        bucket = buckets[person.index]
                        self.information[name][int(person.thin), bucket, c, acted] += 1


def totals(tables: dict[str, NDArray[np.int64]]) -> dict[str, Any]:
    """Return the monthly tables summed over cells."""
    return {name: table.sum(axis=1) for name, table in tables.items()}
