"""What the file of a scheme lets follow from what: statuses, their causes and their weight."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from scoredsociety.audit.harm import expected_harm
from scoredsociety.schemes.model import ResolvedRegime, Rule, Scheme
from scoredsociety.schemes.world import Conduct

MOST = 10_000
"""Records after which a grade counts as out of reach."""


@dataclass(frozen=True)
class Cause:
    """A conduct that leads to a status.

    Attributes
    ----------
    conduct, context : str
        Names in the world.
    path : str
        Where the regime says so.
    need : int
        Records of this conduct alone that lead from the start to the status.
    origin : str
        The scheme that recorded it, where an agreement copies it; else "".
    good : bool
        Whether it raises the person.
    """

    conduct: str
    context: str
    path: str
    need: int = 1
    origin: str = ""
    good: bool = False


@dataclass(frozen=True)
class Status:
    """To be listed, or to be in a grade that brings something.

    Attributes
    ----------
    name : str
        "listed", "on record", or "grade X".
    sanctions : dict of str to float
        Code to the chance that an entry bears it: 1 of the scheme's own, less where others join.
    rewards : list of str
    months : float
        Expected length at median income; infinite if nothing ends it.
    end : str
        Path of what ends it.
    causes : list of Cause
    """

    name: str
    sanctions: dict[str, float]
    rewards: list[str]
    months: float
    end: str
    causes: list[Cause]


def statuses(regime: ResolvedRegime, name: str) -> list[Status]:
    """Return the statuses of a scheme that bring a sanction or a reward.

    Parameters
    ----------
    regime : ResolvedRegime
    name : str
        One of its schemes of people.
    """
    s = regime.schemes[name]
    months, end = duration(s)
    out = []
    kept = "on record" if s.kind == "record" else "listed"
    for label, grade in [(kept, None), *((f"grade {g}", g) for g in bands(s))]:
        mine = [e for e in s.effects if (e.listed if grade is None else grade in (e.grade or []))]
        own = {e.sanction: 1.0 for e in mine if e.sanction}
        joined = joint_chances(regime, name) if grade is None else {}
        rewards = list(dict.fromkeys(e.reward for e in mine if e.reward))
        if own or joined or rewards:
            causes = list(_causes(regime, name, grade))
            out.append(
                Status(label, joined | own, rewards, months, f"schemes.{name}.{end}", causes)
            )
    return out


def bands(scheme: Scheme) -> list[str]:
    """Return the grades of a scheme, the best first."""
    return [] if scheme.grades is None else list(scheme.grades.bands)


def duration(scheme: Scheme) -> tuple[float, str]:
    """Return how long a status lasts on average at median income, in months, and what ends it."""
    p = scheme.process
    if p.exit is not None:
        mu, term = p.exit.monthly.value, p.exit.term_months.value
        if mu <= 0 and term is None:
            return math.inf, "process.exit"
        return expected_harm(1.0, mu, term), "process.exit"
    found = [(math.inf, "process.expiry_months")]
    if p.expiry_months is not None and p.expiry_months.value is not None:
        found.append((p.expiry_months.value, "process.expiry_months"))
    if p.reset is not None:
        found.append((p.reset.after_months.value, "process.reset"))
    return min(found)


def joint_chances(regime: ResolvedRegime, name: str) -> dict[str, float]:
    """Return the sanctions that institutions add to entries of a list, with their chances."""
    spared: dict[str, float] = {}
    for joint in regime.joint:
        if joint.origin != name:
            continue
        every = regime.world.institutions
        for institution in every if joint.institutions == "all" else joint.institutions:
            for code in dict.fromkeys(every[institution].sanctions):
                spared[code] = spared.get(code, 1.0) * (1.0 - joint.probability.value)
    return {code: 1.0 - left for code, left in spared.items() if left < 1.0}


def conduct_of(regime: ResolvedRegime, name: str) -> Conduct | None:
    """Return a conduct of the world, or one that a scheme declares."""
    own = (s.conducts[name] for s in regime.schemes.values() if name in s.conducts)
    return regime.world.conducts.get(name) or next(own, None)


def acts(rule: Rule) -> bool:
    """Tell whether a rule counts against a person."""
    return rule.lists or rule.at_most is not None or (rule.points or 0) < 0


def counted(regime: ResolvedRegime, name: str) -> list[Cause]:
    """Return every conduct that moves a person up or down in a scheme, or onto its list."""
    found: list[Cause] = []
    for i, rule in enumerate(regime.schemes[name].rules):
        good = (rule.points or 0) > 0
        found += _cause(regime, rule, f"schemes.{name}.rules.{i}", 1, good=good)
    for k, memo in enumerate(regime.memoranda):
        if memo.target == name and memo.origin in regime.schemes:
            for rule in filter(acts, regime.schemes[memo.origin].rules):
                found += _cause(regime, rule, f"memoranda.{k}", 1, origin=memo.origin)
    return found


def _causes(regime: ResolvedRegime, name: str, grade: str | None) -> Iterator[Cause]:
    s = regime.schemes[name]
    for i, rule in enumerate(s.rules):
        need = _need(s, rule, grade)
        if need is not None:
            good = (rule.points or 0) > 0
            yield from _cause(regime, rule, f"schemes.{name}.rules.{i}", need, good=good)
    for k, memo in enumerate(regime.memoranda):
        if memo.target != name or memo.origin not in regime.schemes:
            continue
        for rule in regime.schemes[memo.origin].rules:
            if not acts(rule):
                continue
            copied = Rule(
                conduct=rule.conduct,
                points=memo.points,
                lists=bool(memo.lists),
                confidence=memo.confidence,
            )
            need = _need(s, copied, grade)
            if need is not None:
                yield from _cause(regime, rule, f"memoranda.{k}", need, origin=memo.origin)


def _cause(
    regime: ResolvedRegime, rule: Rule, path: str, need: int, origin: str = "", good: bool = False
) -> Iterator[Cause]:
    conduct = conduct_of(regime, rule.conduct)
    if conduct is not None:
        yield Cause(rule.conduct, conduct.context, path, need, origin, good)


def _need(scheme: Scheme, rule: Rule, grade: str | None) -> int | None:
    """Return how many records under a rule lead to a status; None if they never do.

    Of a weighted score, whose start differs between people, one: for somebody at the edge.
    """
    if grade is None:
        return 1 if rule.lists else None
    order = bands(scheme)
    place = order.index(grade)
    if rule.at_most == grade:
        return 1
    steps = [rule.points or 0, *(rule.escalates or [])]
    if not any(steps):
        return None
    limits = list(scheme.grades.bands.values()) if scheme.grades is not None else []
    if scheme.start is None:
        return 1
    score, count = scheme.start.value, 0
    down = steps[0] < 0
    if down and place == 0:
        return None  # nobody falls into the best grade
    goal = limits[place - 1] if down else limits[place]
    while (score >= goal) if down else (score < goal):
        score += steps[min(count, len(steps) - 1)]
        count += 1
        if count > MOST:
            return None
    return count or None
