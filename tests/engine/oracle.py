"""The month as an obvious loop: slow, plain, and the judge of the kernel.

It shares with the engine the people, the random function ``draw`` and the resolved regime, and
nothing else: no compiled tables, no chains, no compaction, no tiles of state.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from scoredsociety.base.normal import normal_quantile
from scoredsociety.base.streams import Block, draw
from scoredsociety.engine.program import LAYERS, identity
from scoredsociety.engine.result import ExitReason, Flag, Kind, Truth
from scoredsociety.schemes.model import Conduct, ResolvedRegime, Scheme
from scoredsociety.society import Society
from scoredsociety.society.people import BUSINESS, DOG, DRIVER, MINORITY, PILOT, TILE

SHOCK_STREAM = identity("shock")


@dataclass
class Point:
    """One candidate act."""

    who: int
    conduct: str
    layer: int
    serial: int
    month: int
    height: float
    channel: float
    truth: float
    innocent: bool = False


@dataclass
class Row:
    """One ledger row, by names."""

    subject: int
    kind: Kind
    scheme: str
    conduct: str
    channel: str
    truth: Truth
    generation: int
    flags: int
    exit: ExitReason
    month: int
    end: int
    points: int
    refusals: int
    cause: Row | None
    actor: int
    act: tuple[str, bool, int, int]
    ends_as: ExitReason = ExitReason.IN_FORCE
    due: int = 0
    late: bool = False
    wins: bool = False
    holds: bool = False

    def key(self) -> tuple[Any, ...]:
        """Identify the row without its cause."""
        return (
            self.subject, int(self.kind), self.scheme, self.conduct, self.channel, int(self.truth),
            self.generation, int(self.flags), int(self.exit), self.month, self.end, self.points,
            self.refusals, self.actor, self.act,
        )  # fmt: skip


@dataclass
class Person:
    """One synthetic person."""

    index: int
    adult_from: int
    pilot: bool
    minority: int
    city: int
    income: float
    known: set[str]
    rates: dict[str, float]
    caught: dict[str, int]
    points: list[Point]
    shocked_to: int = 0
    rows: list[Row] = field(default_factory=list)  # entries in force, oldest first
    records: list[Row] = field(default_factory=list)  # records in force
    grade: dict[str, int] = field(default_factory=dict)
    spell: dict[str, Row | None] = field(default_factory=dict)
    last_bad: dict[str, Row] = field(default_factory=dict)
    last_wrong: dict[str, Truth] = field(default_factory=dict)
    income_hit: bool = False


class Oracle:
    """One society of at most one tile under one regime."""

    def __init__(self, regime: ResolvedRegime, society: Society, months: int) -> None:
        assert society.people <= TILE
        self.regime, self.world, self.months = regime, regime.world, months
        self.seed, self.replicate = society.seed, society.replicate
        self.median = society.tables.median_income
        self.ledger: list[Row] = []
        self.people = [self._person(society, i) for i in range(society.people)]
        self.load = dict.fromkeys(self.world.channels, 0)
        self.handles = dict.fromkeys(self.world.channels, 1.0)

    def u(self, who: int, stream: int, block: int, lane: int) -> float:
        """Return a uniform draw of tile 0."""
        return draw(self.seed, self.replicate, who, stream, 0, block, lane)

    # ------------------------------------------------------------------ people

    def _person(self, society: Society, i: int) -> Person:
        p = getattr(self, "_tile", None)
        if p is None:
            p = self._tile = society.tile(0)
        pilot = bool(p.flags[i] & PILOT)
        known = set()
        for name, s in self.regime.schemes.items():
            if s.awareness:
                inside = pilot or s.subjects.where == "everywhere"
                share = s.awareness.inside if inside else s.awareness.outside
                if p.attention[i] < share.value:
                    known.add(name)
        rates = {name: self._rate(p, i, c) for name, c in self.world.conducts.items()}
        person = Person(
            i, max(1, (18 - int(p.age[i])) * 12 + 1), pilot, int(p.flags[i] & MINORITY),
            int(p.city[i]), float(p.income[i]), known, rates, dict.fromkeys(rates, 0), [],
        )  # fmt: skip
        if person.adult_from <= self.months:
            person.points = self._points(person)
        for name, s in self.regime.schemes.items():
            if s.kind == "points":
                person.grade[name] = self._grade(s, person, name)
        return person

    def _rate(self, p: Any, i: int, c: Conduct) -> float:
        eligible = {
            "everyone": True,
            "drivers": p.flags[i] & DRIVER,
            "dog-owners": p.flags[i] & DOG,
            "business-owners": p.flags[i] & BUSINESS,
        }[c.who]
        rate = (
            c.monthly.value if eligible else c.monthly.value * (c.others.value if c.others else 0.0)
        )
        if rate == 0.0:
            return 0.0
        rho = self.world.parameters.common_propensity.value
        own = normal_quantile(self.u(i, identity(c.context), Block.CONTEXT, 0))
        z = math.sqrt(rho) * p.general[i] + math.sqrt(1 - rho) * own
        s, g = c.log_sd.value, c.income_gradient.value
        mean = 2 / g * math.sinh(g / 2) if g else 1.0
        return rate * math.exp(s * z - 0.5 * s * s - g * (p.rank[i] - 0.5)) / mean

    def _chance(self, c: Conduct) -> float:
        missed = 1.0
        for channel in c.detection.values():
            missed *= 1.0 - channel.value
        return 1.0 - missed

    def _scatter(
        self,
        who: int,
        name: str,
        stream: int,
        layer: int,
        rate: float,
        low: float,
        width: float,
        u: float,
    ) -> list[Point]:
        out, time, serial = [], -math.log(u) / rate, 0
        while time < self.months:
            block, owner = Block.CANDIDATE | layer << 8, who | serial << 12
            marks = [self.u(owner, stream, block, lane) for lane in range(4)]
            out.append(
                Point(
                    who,
                    name,
                    layer,
                    serial,
                    int(time) + 1,
                    low + width * marks[0],
                    marks[1],
                    marks[2],
                )
            )
            serial += 1
            time += -math.log(marks[3]) / rate
        return out

    def _points(self, person: Person) -> list[Point]:
        i, p = person.index, self.world.parameters
        shock = p.illness_monthly.value + p.job_loss_monthly.value
        out: list[Point] = []
        if shock > 0:
            u = self.u(i, SHOCK_STREAM, Block.FIRST, 0)
            out += self._scatter(i, "shock", SHOCK_STREAM, 0, shock, 0.0, 1.0, u)
        for name, c in self.world.conducts.items():
            stream = identity(name)
            rate = person.rates[name] * self._chance(c)
            for layer in range(5):
                if rate > 0 and LAYERS[layer] < self._highest(name, c):
                    width = LAYERS[layer + 1] - LAYERS[layer]
                    u = self.u(i, stream, Block.FIRST | (layer // 4) << 8, layer % 4)
                    out += self._scatter(
                        i, name, stream, layer, rate * width, LAYERS[layer], width, u
                    )
            if c.innocent:
                false = (c.innocent.minority if person.minority else c.innocent.majority).value
                if false > 0:
                    u = self.u(i, stream, Block.FIRST | 7 << 8, 0)
                    found = self._scatter(i, name, stream, 7, false, 0.0, 1.0, u)
                    for point in found:
                        point.innocent = True
                    out += found
        return out

    def _highest(self, name: str, c: Conduct) -> float:
        if c.deed:
            return 1.0 + self.world.parameters.deed_boost.value
        highest = c.certainty_cap.value
        for s in self.regime.schemes.values():
            for f in s.feedback:
                highest *= 1.0 + f.theta.value * f.counts_to if f.conduct == name else 1.0
        return highest * (1.0 + self.world.parameters.shock_factor.value if c.shock else 1.0)

    # ------------------------------------------------------------------- month

    def run(self) -> list[Row]:
        """Run all months and return the ledger."""
        for month in range(1, self.months + 1):
            self._limits(month)
            for person in self.people:
                for point in person.points:
                    if point.month == month and point.conduct == "shock":
                        person.shocked_to = (
                            month + int(self.world.parameters.shock_months.value) - 1
                        )
            order = list(self.world.conducts)
            due = [
                (order.index(point.conduct), point.layer, person.index, point.serial)
                for person in self.people
                if month >= person.adult_from
                for point in person.points
                if point.month == month and point.conduct != "shock"
            ]
            by_key = {
                (order.index(p.conduct), p.layer, person.index, p.serial): (person, p)
                for person in self.people
                for p in person.points
                if p.conduct != "shock"
            }
            found = [record for key in sorted(due) for record in self._act(*by_key[key], month)]
            for record in found:
                self._enter(month, *record)
            for person in self.people:
                self._counters(person, month)
            for person in self.people:
                self._exits(person, month)
            for person, point, _, truth, _, _ in found:
                if truth in (Truth.TRUE, Truth.EXCUSED):
                    person.caught[point.conduct] += 1
            for person in self.people:
                self._observe(person, month)
        return self.ledger

    def _limits(self, month: int) -> None:
        """Say what share of its acts each channel handles this month, from last month's load."""
        adults = [sum(p.adult_from <= m for p in self.people) for m in (1, month - 1)]
        for name, channel in self.world.channels.items():
            limit = channel.capacity.value
            if limit is not None and month > 1:
                expected = sum(self._expected(name, c) for c in self.world.conducts.items())
                handled = limit * expected / 2.0**20 * adults[1] / max(adults[0], 1)
                share = min(1.0, handled / max(self.load[name], 1))
                self.handles[name] = math.floor(share * 65536.0) / 65536.0
            self.load[name] = 0

    def _expected(self, channel: str, item: tuple[str, Conduct]) -> int:
        name, c = item
        low, high = self._interval(c, channel)
        part = self._chance(c) * (high - low) * 1048576.0
        return sum(int(p.rates[name] * part) for p in self.people if p.adult_from == 1)

    def _interval(self, c: Conduct, wanted: str) -> tuple[float, float]:
        """Return the part of the channel mark that belongs to a channel."""
        edge, chance, missed = 0.0, self._chance(c), 1.0
        shares = []
        limited = [
            k for k in self.world.channels if self.world.channels[k].capacity.value is not None
        ]
        order = [k for k in self.world.channels if k in c.detection]
        for channel in [k for k in order if k not in limited] + [k for k in order if k in limited]:
            low = edge
            shares.append(missed * c.detection[channel].value)
            edge = sum(shares) / chance
            if len(shares) == len(order):
                edge = 1.0
            missed *= 1.0 - c.detection[channel].value
            if channel == wanted:
                return low, edge
        return 0.0, 0.0

    def _act(self, person: Person, point: Point, month: int) -> list[tuple[Any, ...]]:
        c = self.world.conducts[point.conduct]
        if point.innocent:
            watching = self.world.channels[c.innocent_channel or ""]
            if point.truth < watching.human_review.value:
                return []
            return [(person, point, c.innocent_channel, Truth.NO_EVENT, None, 0)]
        plain = self._plain(person, point.conduct, c, month)
        multiple, cause = plain, None
        for name, s in self.regime.schemes.items():
            for f in s.feedback:
                if f.conduct != point.conduct:
                    continue
                before = multiple
                if f.listed:
                    counted = [row for row in person.rows if row.scheme == name][: f.counts_to]
                    multiple *= 1.0 + f.theta.value * len(counted)
                    if before <= point.height < multiple:
                        step = int((point.height / before - 1.0) / f.theta.value)
                        cause = counted[min(max(step, 0), len(counted) - 1)]
                elif self._worse(s, person, name, f.below or ""):
                    multiple *= 1.0 + f.theta.value
                    if before <= point.height < multiple:
                        cause = person.last_bad.get(name)
        if point.height >= multiple:
            return []
        low, high = 0.0, 0.0
        channel = ""
        for channel in c.detection:
            low, high = self._interval(c, channel)
            if low < point.channel <= high:
                break
        self.load[channel] += 1
        if point.channel - low > (high - low) * self.handles[channel]:
            return []
        via = self.world.channels[channel]
        wrong = (via.wrong_person.minority if person.minority else via.wrong_person.majority).value
        truth, subject = Truth.TRUE, person
        rest = (point.truth - wrong) / (1.0 - wrong)
        if point.truth < wrong:
            review = via.human_review.value
            rest = point.truth / wrong
            if rest < review:
                return []
            rest = (rest - review) / (1.0 - review)
            block = Block.OUTCOME | point.layer << 8
            others = [
                q
                for q in self.people
                if q is not person
                and q.adult_from == 1
                and (q.city, q.minority) == (person.city, person.minority)
            ]
            if others:
                u = self.u(point.who | point.serial << 12, identity(point.conduct), block, 1)
                subject, truth = others[int(u * len(others))], Truth.WRONG_PERSON
        shocked = person.shocked_to >= month
        excused = (c.excused_after_shock if shocked else c.excused).value
        if truth == Truth.TRUE and rest < excused:
            truth = Truth.EXCUSED
        generation = cause.generation + 1 if cause else 0
        return [(subject, point, channel, truth, cause, generation)]

    def _worse(self, s: Scheme, person: Person, name: str, grade: str) -> bool:
        return person.grade[name] > list(s.grades.bands if s.grades else ()).index(grade)

    def _plain(self, person: Person, name: str, c: Conduct, month: int) -> float:
        p = self.world.parameters
        if c.deed:
            plain = 1.0 + (p.deed_boost.value if person.known else 0.0)
        else:
            chance = self._chance(c)
            prior = chance
            for scheme in person.known:
                s = self.regime.schemes[scheme]
                if s.awareness and any(r.conduct == name for r in s.rules):
                    prior = max(prior, min(1.0, s.awareness.certainty.value * chance))
            n = person.rates[name] * (month - person.adult_from)
            n0 = p.prior_acts.value
            believed = min((n0 * prior + person.caught[name]) / (n0 + n), 1.0)
            plain = min((believed / chance) ** -p.certainty_elasticity.value, c.certainty_cap.value)
        if person.shocked_to >= month and c.shock:
            plain *= 1.0 + p.shock_factor.value
        return plain

    def _enter(
        self,
        month: int,
        person: Person,
        point: Point,
        channel: str,
        truth: Truth,
        cause: Row | None,
        gen: int,
    ) -> None:
        stream, owner = identity(point.conduct), point.who | point.serial << 12
        for name, s in self.regime.schemes.items():
            rule = next((r for r in s.rules if r.conduct == point.conduct), None)
            if rule is None or (s.subjects.where == "pilot-cities" and not person.pilot):
                continue
            salt = (identity(name) & 0xFFFF) << 16 | point.layer << 8
            flags = 0
            if not rule.points or rule.points < 0:
                marks = [self.u(owner, stream, Block.PROCESS | salt, lane) for lane in range(4)]
                flags = self._process(s, truth, marks)
            stopped = bool(flags & Flag.CORRECTED)
            row = Row(
                person.index, Kind.ENTRY if s.kind == "list" else Kind.RECORD, name, point.conduct,
                channel,
                truth, gen, flags, ExitReason.STOPPED if stopped else ExitReason.IN_FORCE, month,
                month if stopped else self.months, rule.points or 0, 0, cause,
                -1 if point.innocent else point.who,
                (point.conduct, point.innocent, point.layer, point.serial),
            )  # fmt: skip
            row.holds = rule.at_most is not None
            self.ledger.append(row)
            if stopped:
                continue
            if s.kind == "points":
                self._record(person, s, row, month)
                continue
            marks = [self.u(owner, stream, Block.OUTCOME | salt, lane) for lane in range(4)]
            self._list(person, s, row, marks, month)
            for memo in self.regime.memoranda:
                target = self.regime.schemes[memo.target]
                if memo.origin == name and (person.pilot or target.subjects.where == "everywhere"):
                    copy = Row(
                        row.subject, Kind.RECORD, memo.target, row.conduct, channel, truth, gen,
                        flags | Flag.COPIED, ExitReason.IN_FORCE, month, self.months, memo.points,
                        0,
                        row, row.actor, row.act,
                    )  # fmt: skip
                    self.ledger.append(copy)
                    self._record(person, target, copy, month)

    def _process(self, s: Scheme, truth: Truth, marks: list[float]) -> int:
        p = s.process
        if truth == Truth.EXCUSED and marks[3] < p.hardship_exemption.value:
            return Flag.EXEMPTED | Flag.CORRECTED
        if marks[0] >= p.notice.value:
            return 0
        if marks[1] >= 1.0 - math.exp(-p.window_days.value / p.filing_days.value):
            return Flag.NOTIFIED
        success = p.review.rightful if truth == Truth.TRUE else p.review.wrongful
        corrected = Flag.CORRECTED if marks[2] < success.value else 0
        return Flag.NOTIFIED | Flag.FILED | corrected

    def _record(self, person: Person, s: Scheme, row: Row, month: int) -> None:
        person.records.append(row)
        if row.points < 0 or row.holds:
            person.last_bad[row.scheme] = row
            if row.truth != Truth.TRUE:
                person.last_wrong[row.scheme] = row.truth
        life = s.process.expiry_months
        row.due = month + int(life.value) if life and life.value else 10**9
        row.ends_as = ExitReason.TERM

    def _list(self, person: Person, s: Scheme, row: Row, marks: list[float], month: int) -> None:
        assert s.process.exit is not None
        ex = s.process.exit
        income = person.income * (
            1.0 - self.world.sanctions["JOB"].harm.value if person.income_hit else 1.0
        )
        hazard = ex.monthly.value * (income / self.median) ** ex.income_exponent.value
        d = 1 + math.floor(math.log(marks[0]) / math.log1p(-hazard))
        term = int(ex.term_months.value or 0)
        row.ends_as = ExitReason.PERFORMED
        if term and d > term:
            d, row.ends_as = term, ExitReason.TERM
        row.due = month + d
        row.late = marks[2] < s.process.late_appeal.value
        success = (
            s.process.review.rightful if row.truth == Truth.TRUE else s.process.review.wrongful
        )
        row.wins = marks[3] < success.value
        person.rows.append(row)

    def _counters(self, person: Person, month: int) -> None:
        old = [row for row in person.rows if row.month < month]
        codes = {
            e.sanction for row in old for e in self.regime.schemes[row.scheme].effects if e.listed
        }
        p, total = self.world.parameters, 0
        for lane, code, mean in (
            (0, "FLY", p.flight_attempts.value),
            (1, "RAIL", p.rail_attempts.value),
        ):
            if code in codes:
                u = self.u(person.index, month, Block.ATTEMPT, lane)
                n, q = 0, math.exp(-mean)
                cumulated = q
                while u > cumulated:
                    n += 1
                    q *= mean / n
                    cumulated += q
                total += n
        if not total:
            return
        old[0].refusals += total
        for row in old:
            if not row.flags & (Flag.NOTIFIED | Flag.DISCOVERED):
                row.flags |= Flag.DISCOVERED
                if row.late:
                    row.flags |= Flag.FILED_LATE
                    if row.wins:
                        row.due, row.ends_as = month, ExitReason.LATE_APPEAL

    def _exits(self, person: Person, month: int) -> None:
        for row in [r for r in person.rows + person.records if r.due == month]:
            row.exit, row.end = row.ends_as, month
            (person.rows if row.kind == Kind.ENTRY else person.records).remove(row)

    def _grade(self, s: Scheme, person: Person, name: str, honest: bool = False) -> int:
        assert s.grades is not None
        assert s.start is not None
        mine = [
            r for r in person.records if r.scheme == name and (not honest or r.truth == Truth.TRUE)
        ]
        balance = s.start.value + sum(r.points for r in mine)
        names, floors = list(s.grades.bands), list(s.grades.bands.values())
        g = next((i for i, f in enumerate(floors[:-1]) if balance >= f), len(floors) - 1)
        if any(r.holds for r in mine):
            held = next(names.index(r.at_most) for r in s.rules if r.at_most)
            g = max(g, held)
        return g

    def _observe(self, person: Person, month: int) -> None:
        codes = {
            e.sanction
            for row in person.rows
            for e in self.regime.schemes[row.scheme].effects
            if e.listed
        }
        for name, s in self.regime.schemes.items():
            if s.kind != "points" or (s.subjects.where == "pilot-cities" and not person.pilot):
                continue
            assert s.grades is not None
            names = list(s.grades.bands)
            harsh = {g for e in s.effects if e.sanction for g in e.grade or ()}
            g = self._grade(s, person, name)
            codes |= {e.sanction for e in s.effects if e.sanction and names[g] in (e.grade or ())}
            if g == person.grade[name]:
                continue
            person.grade[name] = g
            spell = person.spell.get(name)
            if spell and names[g] not in harsh:
                spell.exit, spell.end = ExitReason.RECOVERED, month
                person.spell[name] = None
            elif not spell and names[g] in harsh and name in person.last_bad:
                bad = person.last_bad[name]
                deserved = names[self._grade(s, person, name, honest=True)] in harsh
                new = Row(
                    person.index, Kind.SPELL, name, bad.conduct, bad.channel,
                    Truth.TRUE if deserved else person.last_wrong[name], bad.generation, bad.flags,
                    ExitReason.IN_FORCE, month, self.months, g, 0, bad, bad.actor, bad.act,
                )  # fmt: skip
                self.ledger.append(new)
                person.spell[name] = new
        person.income_hit = bool(codes & {"JOB", "SHAME"})


def engine_keys(ledger: Any, manifest: Any) -> list[tuple[Any, ...]]:
    """Return the keys of an engine ledger in the oracle's terms, with those of the causes."""
    names = list(manifest["conducts"])

    def key(row: Any) -> tuple[Any, ...]:
        code = int(row["act"]) & 127
        return (
            int(row["subject"]), int(row["kind"]), manifest["schemes"][row["scheme"]],
            names[row["conduct"]], manifest["channels"][row["channel"]], int(row["truth"]),
            int(row["generation"]), int(row["flags"]), int(row["exit"]), int(row["month"]),
            int(row["end"]), int(row["points"]), int(row["refusals"]), int(row["actor"]),
            (names[code & 63], code >= 64, int(row["act"]) >> 7 & 7, int(row["act"]) >> 10),
        )  # fmt: skip

    return [(key(r), key(ledger[r["cause"]]) if r["cause"] >= 0 else None) for r in ledger]


def oracle_keys(rows: list[Row]) -> list[tuple[Any, ...]]:
    """Return the keys of the oracle's ledger, with those of the causes."""
    return [(r.key(), r.cause.key() if r.cause else None) for r in rows]
