"""Scores: points, weighted features, mutual stars; their grades and the spells in them."""

from __future__ import annotations

import math
from typing import Any

from scoredsociety.base.normal import normal_quantile
from scoredsociety.base.streams import Block
from scoredsociety.engine.program import identity
from scoredsociety.engine.result import ExitReason, Kind, Truth
from scoredsociety.schemes.model import Scheme
from scoredsociety.schemes.structures import Attribute, Features
from scoredsociety.society.people import STUDENT, THIN
from tests.engine.oracle.people import propensity
from tests.engine.oracle.state import Person, Row, Setting

UNITS = {"points": 1, "features": 64, "stars": 1000}
"""Whole units in one point of a score."""
SWEEPS = 50
KEEP = 0.75
"""Distance in units within which a score of features is left as it stands."""


# ------------------------------------------------------------------------- grades


def balance(person: Person, name: str, honest: bool = False) -> int:
    """Return the sum of the points in force; ``honest``: of those that tell the truth."""
    return sum(
        row.points for row in person.records_of(name) if not honest or row.truth == Truth.TRUE
    )


def units(s: Scheme, person: Person, name: str, honest: bool = False) -> int:
    """Return a score in whole units."""
    standing = person.in_[name]
    if s.kind == "points":
        assert s.start is not None
        return int(s.start.value) + balance(person, name, honest)
    if s.kind == "features":
        return standing.honest_score if honest else standing.score
    assert s.stars is not None
    prior, weight = s.stars.prior.value, s.stars.weight.value
    total = sum(uncounted if honest else counted for counted, uncounted in standing.ratings)
    mean = 1000.0 * (weight * prior + total) / (weight + len(standing.ratings))
    return math.floor(mean + 0.5)


def grade(s: Scheme, person: Person, name: str, honest: bool = False) -> int:
    """Return the position of a grade, best first."""
    assert s.grades is not None
    score = units(s, person, name, honest)
    names = list(s.grades.bands)
    floors = [math.floor(x * UNITS[s.kind] + 0.5) for x in s.grades.bands.values()]
    g = next((i for i, floor in enumerate(floors[:-1]) if score >= floor), len(floors) - 1)
    if s.kind == "points":
        held = [
            row
            for row in person.records_of(name)
            if row.holds and (not honest or row.truth == Truth.TRUE)
        ]
        if held:
            g = max(g, next(names.index(r.at_most) for r in s.rules if r.at_most))
    return g


def grade_brings(s: Scheme, position: int) -> set[str]:
    """Return the sanctions and rewards of a grade, by the names of their measures."""
    assert s.grades is not None
    name = list(s.grades.bands)[position]
    mine = [e for e in s.effects if name in (e.grade or ())]
    return {f"sanction:{e.sanction}" if e.sanction else f"reward:{e.reward}" for e in mine}


def harsh(s: Scheme, position: int) -> bool:
    """Say whether a grade bears sanctions."""
    return any(code.startswith("sanction:") for code in grade_brings(s, position))


# ---------------------------------------------------------------------- observers


def settle(setting: Setting, person: Person, name: str, month: int) -> None:
    """Take step 16 for one person in one score."""
    s, standing = setting.schemes[name], person.in_[name]
    assert s.grades is not None
    g = grade(s, person, name)
    reset = s.process.reset
    if reset is not None:
        if g < list(s.grades.bands).index(reset.at):
            standing.reset_on = None
        elif standing.reset_on is None:
            standing.reset_on = month + int(reset.after_months.value)
    if g == standing.grade:
        return
    standing.grade = g
    if standing.spell and not harsh(s, g):
        standing.spell.exit, standing.spell.end = ExitReason.RECOVERED, month
        standing.spell = None
    elif not standing.spell and harsh(s, g):
        standing.spell = _spell(setting, person, name, month)
        setting.ledger.append(standing.spell)


def _spell(setting: Setting, person: Person, name: str, month: int) -> Row:
    """Return the row of a time in a grade with sanctions that begins."""
    s, standing = setting.schemes[name], person.in_[name]
    if harsh(s, grade(s, person, name, honest=True)):
        truth = Truth.TRUE
    else:
        truth = standing.last_wrong if standing.last_wrong is not None else Truth.NO_EVENT
    conducts = setting.world.conducts
    bad = standing.last_bad
    conduct = next(iter(conducts))
    if bad is not None:
        conduct = bad.conduct
    elif s.stars is not None:
        same = [c for c, block in conducts.items() if block.context == s.stars.context]
        conduct = same[0] if same else conduct
    elif s.rules:
        conduct = s.rules[0].conduct
    return Row(
        subject=person.index,
        kind=Kind.SPELL,
        scheme=name,
        conduct=conduct,
        channel=bad.channel if bad else next(iter(setting.world.channels)),
        truth=truth,
        month=month,
        end=setting.months,
        act=bad.act if bad else (next(iter(conducts)), False, 0, 0),
        actor=bad.actor if bad else person.index,
        generation=bad.generation if bad else 0,
        flags=bad.flags if bad else 0,
        points=standing.grade,
        cause=bad,
    )


# ----------------------------------------------------------------------- features


def attribute(name: Attribute, tile: Any, traits: Any, i: int) -> float:
    """Return what a feature score reads of a person, 0 to 1."""
    value = float(
        {
            "income-rank": tile.rank[i],
            "age": tile.age[i] / 100.0,
            "education": tile.education[i] / 3.0,
            "urban": tile.urban[i],
            "parent": traits.parent[i],
            "gaming-hours": traits.gaming[i] / 100.0,
            "frivolous-share": traits.frivolous[i],
            "thin-file": bool(tile.flags[i] & THIN),
            "student": bool(tile.flags[i] & STUDENT),
            "chance": traits.chance[i],
        }[name]
    )
    return min(value, 1.0)


def _clip(x: float) -> float:
    return min(max(x, 0.0), 1.0)


def read_features(setting: Setting, traits: Any) -> None:
    """Work out what does not change, and open the scores of those enrolled from month 1."""
    tile = setting.society.tile(0)
    for name, s in setting.schemes.items():
        if s.features is None:
            continue
        for person in setting.people:
            static = 0.0
            for dimension, d in s.features.dimensions.items():
                value = d.base.value + sum(
                    t.slope.value * attribute(t.attribute, tile, traits, person.index)
                    for t in d.terms
                )
                if dimension == s.features.records:
                    person.in_[name].base = value
                else:
                    static += d.weight.value * _clip(value)
            person.in_[name].static = static
        first = [p for p in setting.people if p.in_[name].enrolled(1)]
        for person in first:
            start_features(setting, person, name)
        for _ in range(SWEEPS):
            if not update_features(setting, name, 1):
                break


def _own_part(f: Features, person: Person, name: str, honest: bool) -> float:
    """Return the weighted mean without friends."""
    weight, span = f.dimensions[f.records].weight.value, f.high.value - f.low.value
    standing = person.in_[name]
    points = balance(person, name, honest)
    return standing.static + weight * _clip(standing.base + points / (span * weight))


def _score(f: Features, share: float) -> float:
    return 64.0 * (f.low.value + (f.high.value - f.low.value) * share)


def start_features(setting: Setting, person: Person, name: str) -> None:
    """Give a person who enrols the score without friends."""
    f = setting.schemes[name].features
    assert f is not None
    ties = f.ties.value if f.ties else 0.0
    alone = math.floor(_score(f, _own_part(f, person, name, False) / (1.0 - ties)) + 0.5)
    person.in_[name].score = alone
    person.in_[name].honest_score = alone


def update_features(setting: Setting, name: str, month: int) -> bool:
    """Work out all scores from those before; return whether any changed."""
    f = setting.schemes[name].features
    assert f is not None
    ties, span = f.ties.value if f.ties else 0.0, f.high.value - f.low.value
    before = {p.index: p.in_[name].score for p in setting.people if p.in_[name].enrolled(month)}
    changed = False
    for i in before:
        person = setting.people[i]
        friends = [
            before[j]
            for j in person.friends
            if j in before and frozenset((i, j)) not in setting.broken
        ]
        for honest in (False, True):
            own = _own_part(f, person, name, honest)
            if friends:
                mean = (sum(friends) / (64.0 * len(friends)) - f.low.value) / span
                exact = _score(f, own + ties * mean)
            else:
                exact = _score(f, own / (1.0 - ties))
            score = math.floor(exact + 0.5)
            if honest:
                same = balance(person, name, True) == balance(person, name)
                person.in_[name].honest_score = person.in_[name].score if same else score
            else:
                if abs(exact - before[i]) <= KEEP:  # nearly right: stays
                    score = before[i]
                changed |= score != before[i]
                person.in_[name].score = score
    return changed


# -------------------------------------------------------------------------- stars


def trade(setting: Setting, name: str, month: int) -> None:
    """Take step 6 for a scheme of mutual stars."""
    s = setting.schemes[name]
    stars = s.stars
    if stars is None:
        return
    tile = setting.society.tile(0)
    traders = [
        p for p in setting.people if p.in_[name].enrolled(month) and not harsh(s, p.in_[name].grade)
    ]
    if len(traders) < 2:
        return
    means = {
        p.index: stars.quality.value
        - stars.spread.value * propensity(setting, tile, p.index, stars.context)
        for p in traders
    }

    def rating(person: Person, u: float) -> int:
        raw = means[person.index] + stars.noise.value * normal_quantile(u)
        return min(5, max(1, math.floor(raw + 0.5)))

    for place, i in enumerate(traders):
        for k in range(int(stars.trades.value)):
            block = Block.TRADE | (identity(name) & 0xFFFF) << 16
            lanes = [setting.u(i.index | k << 12, month, block, n) for n in range(4)]
            other = int(lanes[0] * (len(traders) - 1))
            j = traders[other + 1 if other >= place else other]
            of_i, of_j = rating(i, lanes[1]), rating(j, lanes[2])
            counted_i, counted_j = of_i, of_j
            if of_i <= 2 and lanes[3] < stars.retaliation.value:
                counted_j = 1
                setting.happened["retaliation of the first"] += of_j > 1
            elif of_j <= 2 and lanes[3] > 1.0 - stars.retaliation.value:
                counted_i = 1
                setting.happened["retaliation of the second"] += of_i > 1
            i.in_[name].ratings.append((counted_i, of_i))
            j.in_[name].ratings.append((counted_j, of_j))
