"""Steps 3 and 4: what people do in a month, which channel sees it, and what it says."""

from __future__ import annotations

import math
from collections import Counter

from scoredsociety.base.streams import Block
from scoredsociety.engine.program import LAYERS
from scoredsociety.engine.result import Truth
from tests.engine.oracle.detection import Watch
from tests.engine.oracle.state import Found, Person, Point, Row, Setting


def known(setting: Setting, person: Person, month: int) -> list[str]:
    """Return the schemes of which a person knows in a month."""
    out = []
    for name, s in setting.schemes.items():
        if name in person.believes:
            t = s.timing
            if t is None or (t.announced < month and (t.ends is None or month <= t.ends)):
                out.append(name)
    return out


def _expected(setting: Setting, name: str) -> float:
    """Return m: by what factor a scheme's announcement raises the expected chance."""
    awareness = setting.schemes[name].awareness
    assert awareness is not None
    return awareness.certainty.value


def _has_rule(setting: Setting, scheme: str, conduct: str) -> bool:
    return any(rule.conduct == conduct for rule in setting.schemes[scheme].rules)


def response(setting: Setting, watch: Watch, person: Person, month: int) -> float:
    """Return D: how an offence answers to the chance that the person expects."""
    if watch.chance == 0.0:
        return 1.0
    m = [
        _expected(setting, scheme)
        for scheme in known(setting, person, month)
        if _has_rule(setting, scheme, watch.name)
    ]
    prior = min(1.0, watch.chance * max([1.0, *m]))
    n0, n = setting.p.prior_acts, person.rates[watch.name] * (month - person.adult_from)
    believed = min((n0 * prior + person.caught[watch.name]) / (n0 + n), 1.0)
    answer = math.pow(believed / watch.chance, -setting.p.certainty_elasticity)
    return float(min(answer, watch.conduct.certainty_cap.value))


def _lawful(setting: Setting, watch: Watch, person: Person, month: int) -> float:
    """Return the multiple of lawful speech: it answers to belief alone."""
    p = setting.p
    if person.watched:
        setting.happened["speech of the watched"] += 1
        return float(1.0 - p.chill)
    punishable = [name for name, c in setting.world.conducts.items() if c.speech == "punishable"]
    mine = known(setting, person, month)
    direct = [s for s in mine if _has_rule(setting, s, watch.name)]
    nearby = [s for s in mine if any(_has_rule(setting, s, other) for other in punishable)]
    if direct:
        setting.happened["speech under a rule"] += 1
        weight, m = 1.0, max(_expected(setting, s) for s in direct)
    elif nearby:
        setting.happened["speech near a rule"] += 1
        weight, m = p.vagueness, max(_expected(setting, s) for s in nearby)
    else:
        return 1.0
    prior = min(1.0, m * watch.chance)
    evidence = person.caught[watch.name] / prior if prior > 0 else 0.0
    n = person.rates[watch.name] * (month - person.adult_from)
    ratio = min(1.0, (p.prior_acts + evidence) / (p.prior_acts + n))
    return float(1.0 - p.chill * weight * p.identifiability * ratio)


def _has_habit(setting: Setting, watch: Watch) -> bool:
    c = watch.conduct
    return setting.p.habit > 0 and not c.deed and c.speech != "lawful"


def plain(setting: Setting, watch: Watch, person: Person, month: int) -> float:
    """Return the multiple of the base rate before shocks and feedback."""
    c = watch.conduct
    if c.deed:
        counted = [
            name
            for name in known(setting, person, month)
            if any(r.conduct == watch.name for r in setting.schemes[name].rules)
        ]
        return 1.0 + (setting.p.deed_boost if counted else 0.0)
    if c.speech == "lawful":
        return _lawful(setting, watch, person, month)
    answer = response(setting, watch, person, month)
    if _has_habit(setting, watch):
        habit = person.habit.get(watch.name, 1.0)
        setting.happened["habit"] += habit != 1.0
        return min(answer * habit, c.certainty_cap.value)
    return answer


def habits(setting: Setting, watches: dict[str, Watch], month: int) -> dict[int, dict[str, float]]:
    """Return everybody's habits of the next month, from the state at the start of this one."""
    out = {}
    for person in setting.people:
        out[person.index] = dict(person.habit)
        if not person.adult(month):
            continue
        for name, watch in watches.items():
            if _has_habit(setting, watch):
                m = person.habit.get(name, 1.0)
                d = response(setting, watch, person, month)
                m += setting.p.habit * (d * m - m)
                out[person.index][name] = min(watch.conduct.certainty_cap.value, m)
    return out


def _multiple(
    setting: Setting, watch: Watch, person: Person, height: float, month: int
) -> tuple[float, Row | None]:
    """Return the multiple of the base rate, and the row that an act at this height follows."""
    multiple, cause = plain(setting, watch, person, month), None
    if person.shocked_to >= month and watch.conduct.shock:
        multiple *= 1.0 + setting.p.shock_factor
    for name, s in setting.schemes.items():
        for f in s.feedback:
            if f.conduct != watch.name:
                continue
            before, standing = multiple, person.in_[name]
            if f.listed:
                counted = person.entries_of(name)[: f.counts_to]
                multiple *= 1.0 + f.theta.value * len(counted)
                if before <= height < multiple:
                    step = int((height / before - 1.0) / f.theta.value)
                    cause = counted[min(max(step, 0), len(counted) - 1)]
            else:
                assert s.grades is not None
                floor = list(s.grades.bands).index(f.below or "")
                if standing.enrolled(month) and standing.grade > floor:
                    multiple *= 1.0 + f.theta.value
                    if before <= height < multiple:
                        cause = standing.last_bad
    return multiple, cause


def _excused(setting: Setting, watch: Watch, person: Person, month: int) -> float:
    """Return the share of recorded acts of people who could not do otherwise."""
    c = watch.conduct
    calm, shocked = c.excused.value, c.excused_after_shock.value
    if person.shocked_to >= month:
        return shocked
    if c.hardship_excuse is None:
        return calm
    harm = sum(
        sanction.harm.value
        for code, sanction in setting.world.sanctions.items()
        if f"sanction:{code}" in person.mask
    )
    setting.happened["hardship"] += harm > 0
    hardship = 1.0 - math.exp(-harm / setting.p.hardship_scale)
    return calm + (shocked - calm) * c.hardship_excuse.value * hardship


class Conduct:
    """The acts of a month, and what is counted about them."""

    def __init__(self, setting: Setting, watches: dict[str, Watch]) -> None:
        self.setting, self.watches = setting, watches
        self.handles = dict.fromkeys(setting.world.channels, 1.0)
        self.load: Counter[str] = Counter()
        self.acts: Counter[tuple[str, int, int, int]] = Counter()
        """(conduct, month, aware, pilot) to acts in units of 2**-16 candidates."""
        self.expected = {
            name: self._expected(name)
            for name, channel in setting.world.channels.items()
            if channel.capacity.value is not None
        }

    def begin(self, month: int) -> None:
        """Say what share of its acts each channel handles, from the load of the month before."""
        people = self.setting.people
        adults = [sum(p.adult(m) for p in people) for m in (1, month - 1)]
        for name, channel in self.setting.world.channels.items():
            limit = channel.capacity.value
            if limit is not None and month > 1:
                handled = limit * self.expected[name] / 2.0**20 * adults[1] / max(adults[0], 1)
                share = min(1.0, handled / max(self.load[name], 1))
                self.handles[name] = math.floor(share * 65536.0) / 65536.0
        self.load.clear()

    def _expected(self, wanted: str) -> int:
        """Return the load that a channel expects without any scheme, in units of 2**-20."""
        total = 0
        for name, watch in self.watches.items():
            for person in self.setting.people:
                for channel, low, high in watch.parts[person.minority]:
                    if channel == wanted and person.adult_from == 1:
                        part = watch.drawn * watch.factor[person.minority] * (high - low)
                        total += int(person.rates[name] * (part * 1048576.0))
        return total

    def act(self, person: Person, point: Point, month: int) -> Found | None:
        """Return what a channel records of a candidate act, or nothing."""
        setting, watch = self.setting, self.watches[point.conduct]
        c = watch.conduct
        if point.innocent:
            assert c.innocent_channel is not None
            watching = setting.world.channels[c.innocent_channel]
            if point.truth < watching.human_review.value:
                return None
            return Found(person, point, c.innocent_channel, Truth.NO_EVENT)
        factor = watch.factor[person.minority]
        height = point.height / factor if factor > 0 else math.inf
        multiple, cause = _multiple(setting, watch, person, height, month)
        assert multiple * factor <= watch.highest * (1 + 1e-9)
        low, width = LAYERS[point.layer], LAYERS[point.layer + 1] - LAYERS[point.layer]
        share = min(max((multiple - low) / width, 0.0), 1.0)
        cell = (point.conduct, month, person.cell % 2, int(person.pilot))
        self.acts[cell] += int(share * 65536.0)
        if point.height >= multiple * factor:
            return None
        channel = self._channel(watch, person, point)
        if channel is None:
            return None
        via = setting.world.channels[channel]
        wrong = (via.wrong_person.minority if person.minority else via.wrong_person.majority).value
        rest = (point.truth - wrong) / (1.0 - wrong)
        subject, truth = person, Truth.TRUE
        if point.truth < wrong:
            review = via.human_review.value
            rest = point.truth / wrong
            if rest < review:
                return None
            rest = (rest - review) / (1.0 - review)
            other = somebody_else(setting, person, setting.luck(point, Block.OUTCOME, 1))
            if other is not None:
                subject, truth = other, Truth.WRONG_PERSON
        if truth == Truth.TRUE and rest < _excused(setting, watch, person, month):
            truth = Truth.EXCUSED
        generation = min(cause.generation + 1, 255) if cause else 0
        return Found(subject, point, channel, truth, cause, generation)

    def _channel(self, watch: Watch, person: Person, point: Point) -> str | None:
        """Return the channel that records an act; nothing if none does or it has too much to do."""
        for channel, low, high in watch.parts[person.minority]:
            if point.channel <= high:
                self.load[channel] += 1
                if point.channel - low > (high - low) * self.handles[channel]:
                    self.setting.happened["channel full"] += 1
                    return None
                return channel
        self.setting.happened["act that nobody records"] += 1
        return None


def somebody_else(setting: Setting, person: Person, u: float) -> Person | None:
    """Return another adult (at the start) of the same city and group."""
    others = [
        q
        for q in setting.people
        if q is not person
        and q.adult_from == 1
        and (q.city, q.minority) == (person.city, person.minority)
    ]
    return others[int(u * len(others))] if others else None
