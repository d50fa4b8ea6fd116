"""The people of the obvious loop: what they are, what they could do, what covers them."""

from __future__ import annotations

import math
from typing import Any

from scoredsociety.base.normal import normal_quantile
from scoredsociety.base.streams import Block
from scoredsociety.engine.program import LAYERS, identity
from scoredsociety.schemes.model import Scheme
from scoredsociety.schemes.world import Conduct
from scoredsociety.society.people import (
    BUSINESS,
    CONSENT,
    DOG,
    DRIVER,
    ELITE,
    INTERNET,
    MINORITY,
    PARTY,
    PILOT,
    STUDENT,
    THIN,
)
from tests.engine.oracle.detection import Watch
from tests.engine.oracle.state import NEVER, Person, Point, Setting, Standing

SHOCK = "shock"
AWARE = (0.11, 0.0398)
"""Shares by which people are grouped where no scheme announces itself."""


def eligible(who: str, tile: Any, i: int) -> bool:
    """Say whether a person belongs to a group, now or when they come of age."""
    flags = int(tile.flags[i])
    return {
        "adult-residents": True,
        "everyone": True,
        "drivers": bool(flags & DRIVER),
        "dog-owners": bool(flags & DOG),
        "business-owners": bool(flags & BUSINESS),
        "internet-users": bool(flags & INTERNET),
        "students": bool(flags & STUDENT),
        "young-men": not tile.female[i] and int(tile.age[i]) <= 22,
        "party-members": bool(flags & PARTY),
        "consenting": bool(flags & CONSENT),
        "thin-file": bool(flags & THIN),
    }[who]


def propensity(setting: Setting, tile: Any, i: int, context: str) -> float:
    """Return z: a person's propensity in a context, N(0, 1)."""
    rho = setting.p.common_propensity
    own = normal_quantile(setting.u(i, identity(context), Block.CONTEXT, 0))
    return math.sqrt(rho) * float(tile.general[i]) + math.sqrt(1 - rho) * own


def rate(setting: Setting, tile: Any, i: int, c: Conduct) -> float:
    """Return the acts a month at multiple 1."""
    acts = c.monthly.value
    if not eligible(c.who, tile, i):
        acts *= c.others.value if c.others else 0.0
    if acts == 0.0:
        return 0.0
    z = propensity(setting, tile, i, c.context)
    s, g = c.log_sd.value, c.income_gradient.value
    mean = 2 / g * math.sinh(g / 2) if g else 1.0
    return acts * math.exp(s * z - 0.5 * s * s - g * (float(tile.rank[i]) - 0.5)) / mean


# ---------------------------------------------------------------------- coverage


def begins(setting: Setting, s: Scheme, city: int) -> int:
    """Return the month in which a scheme starts in a city."""
    if s.timing is None:
        return 1
    tables = setting.society.tables
    n = tables.pilot_cities if s.subjects.where == "pilot-cities" else tables.cities
    first, last = s.timing.first, s.timing.last
    return first if n == 1 else first + city * (last - first) // (n - 1)


def enrolled_from(setting: Setting, tile: Any, i: int, name: str, adult_from: int) -> int:
    """Return the month from which a scheme covers a person."""
    s = setting.schemes[name]
    pilot = bool(tile.flags[i] & PILOT)
    if not eligible(s.subjects.who, tile, i):
        return NEVER
    if s.subjects.where == "pilot-cities" and not pilot:
        return NEVER
    first = max(adult_from, begins(setting, s, int(tile.city[i])))
    waits = 0
    if s.subjects.coverage is not None:
        coverage = s.subjects.coverage.value
        u = setting.u(i, identity(name), Block.ENROL, 0)
        if s.subjects.enrolment == "mandatory":
            if u >= coverage:
                return NEVER
        elif coverage < 1.0 and not _willing(s, coverage, u, float(tile.general[i])):
            waits = _pressed(s, float(tile.general[i]), setting.months)
            setting.happened["enrols under pressure"] += waits < NEVER
    ends = s.timing.ends if s.timing and s.timing.ends is not None else NEVER
    start = first + waits
    return start if start <= min(ends, setting.months) else NEVER


def _willing(s: Scheme, coverage: float, u: float, general: float) -> bool:
    """Say whether a person enrols by themselves as soon as they can."""
    if coverage <= 0.0:
        return False
    selection = s.subjects.selection.value if s.subjects.selection else 0.0
    own = math.sqrt(1.0 - selection * selection) * normal_quantile(u)
    return selection * -general + own > normal_quantile(1.0 - coverage)


def _pressed(s: Scheme, general: float, months: int) -> int:
    """Return after how many months silence has become too dear for a person."""
    if s.subjects.pressure is None:
        return NEVER
    penalty, cost = s.subjects.pressure.penalty.value, s.subjects.pressure.cost.value
    quality = 0.5 * math.erfc(general / math.sqrt(2.0))
    theta = 1.0
    for k in range(1, months + 1):
        theta = min(1.0, max(0.0, theta / 2.0 - penalty + cost))
        if quality >= theta:
            return k
    return NEVER


# -------------------------------------------------------------------- candidates


def _scatter(
    setting: Setting, i: int, name: str, layer: int, pace: float, low: float, width: float, u: float
) -> list[Point]:
    """Return the points of one person in one layer: a Poisson process in time with heights."""
    stream, block = identity(name), Block.CANDIDATE | layer << 8
    out: list[Point] = []
    time = -math.log(u) / pace
    while time < setting.months:
        serial = len(out)
        marks = [setting.u(i | serial << 12, stream, block, lane) for lane in range(4)]
        height = low + width * marks[0]
        out.append(Point(i, name, layer, serial, int(time) + 1, height, marks[1], marks[2]))
        time += -math.log(marks[3]) / pace
    return out


def candidates(setting: Setting, watches: dict[str, Watch], person: Person) -> list[Point]:
    """Return everything that could happen to a person, whatever the regime does."""
    i, p, out = person.index, setting.p, []
    shock = p.illness_monthly + p.job_loss_monthly
    if shock > 0:
        u = setting.u(i, identity(SHOCK), Block.FIRST, 0)
        out += _scatter(setting, i, SHOCK, 0, shock, 0.0, 1.0, u)
    for name, watch in watches.items():
        stream, pace = identity(name), person.rates[name] * watch.drawn
        for layer, low in enumerate(LAYERS[:-1]):
            if pace > 0 and low + 1e-12 < watch.highest:
                width = LAYERS[layer + 1] - low
                u = setting.u(i, stream, Block.FIRST | (layer // 4) << 8, layer % 4)
                out += _scatter(setting, i, name, layer, pace * width, low, width, u)
        false = watch.innocent(person.minority)
        if false > 0:
            u = setting.u(i, stream, Block.FIRST | 7 << 8, 0)
            found = _scatter(setting, i, name, 7, false, 0.0, 1.0, u)
            for point in found:
                point.innocent = True
            out += found
    return out


# ---------------------------------------------------------------------- the people


def build(
    setting: Setting, watches: dict[str, Watch], homes: Any, friends: list[list[int]], watched: Any
) -> list[Person]:
    """Return everybody, as they are before month 1."""
    tile = setting.society.tile(0)
    shares = next(
        (
            (s.awareness.inside.value, s.awareness.outside.value)
            for s in setting.schemes.values()
            if s.awareness
        ),
        AWARE,
    )
    people = []
    for i in range(setting.society.people):
        flags, pilot = int(tile.flags[i]), bool(tile.flags[i] & PILOT)
        minority = int(flags & MINORITY)
        aware = bool(tile.attention[i] < shares[0 if pilot else 1])
        quintile = min(int(tile.rank[i] * 5.0), 4)
        person = Person(
            index=i,
            adult_from=max(1, (18 - int(tile.age[i])) * 12 + 1),
            minority=minority,
            pilot=pilot,
            city=int(tile.city[i]),
            income=float(tile.income[i]),
            general=float(tile.general[i]),
            thin=bool(flags & THIN),
            consents=bool(flags & CONSENT),
            elite=bool(flags & ELITE),
            party=bool(flags & PARTY),
            watched=bool(watched[i] < setting.p.assume_watched),
            cell=((minority * 2 + pilot) * 5 + quintile) * 2 + aware,
            home=int(homes[i]),
            believes=set(),
            rates={name: rate(setting, tile, i, w.conduct) for name, w in watches.items()},
            friends=friends[i],
        )
        for name, s in setting.schemes.items():
            if s.awareness:
                inside = pilot or s.subjects.where == "everywhere"
                share = s.awareness.inside if inside else s.awareness.outside
                if tile.attention[i] < share.value:
                    person.believes.add(name)
            ends = s.timing.ends if s.timing and s.timing.ends is not None else NEVER
            start = enrolled_from(setting, tile, i, name, person.adult_from)
            person.in_[name] = Standing(start, ends)
        if person.adult_from <= setting.months:
            person.points = candidates(setting, watches, person)
        people.append(person)
    return people
