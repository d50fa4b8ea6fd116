"""Scores as whole numbers: points, weighted features with friends, stars; and their grades.

A score of features reads the scores of friends as they stood before this month's update, all at
once. So it does not matter in which order people are worked out, nor that only those are whose
own part, or a friend, has changed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined
from scoredsociety.engine.codes import touch
from scoredsociety.engine.program import FEATURES, STARS, Program
from scoredsociety.engine.scalars import grade_of, star_score
from scoredsociety.engine.state import BUCKETS, Rooms, Scratch, Tally
from scoredsociety.society.friends import Friends
from scoredsociety.society.traits import attribute

MAX_SWEEPS = 50


@inlined
def settled_grade(standing: Any, scheme: Any, floors: NDArray[np.int64], s: int) -> int:
    """Return the grade of a person's score as it stands."""
    score = int(standing.balance)
    if scheme.kind == FEATURES:
        score = int(standing.score)
    elif scheme.kind == STARS:
        score = star_score(score, int(standing.count), scheme.prior, scheme.weight)
    return grade_of(score, int(standing.held), floors, s, scheme.grades, scheme.hold)


@inlined
def honest_grade(standing: Any, scheme: Any, floors: NDArray[np.int64], s: int) -> int:
    """Return what a person's grade would be without wrongful records."""
    score = int(standing.honest)
    if scheme.kind == FEATURES:
        score = int(standing.honest_score)
    elif scheme.kind == STARS:
        score = star_score(score, int(standing.count), scheme.prior, scheme.weight)
    return grade_of(score, int(standing.held_honest), floors, s, scheme.grades, scheme.hold)


@inlined
def feature_score(
    standings: Any,
    ties: Friends,
    feature: NDArray[np.float64],
    scheme: Any,
    s: int,
    i: int,
    month: int,
    balance: int,
) -> float:
    """Return low + span x (own part + weight of friends x their mean), in 1/64 points, unrounded.

    Without a friend who has a score, the own part stands for the whole.
    """
    f = scheme.feature
    own = feature[f, 0, i]
    if scheme.record_weight > 0.0:
        level = feature[f, 1, i] + balance / (scheme.span * scheme.record_weight)
        own += scheme.record_weight * min(max(level, 0.0), 1.0)
    total = 0
    friends = 0
    if scheme.ties > 0.0:
        for k in range(ties.first[i], ties.first[i + 1]):
            other = int(ties.friend[k])
            if ties.alive[k] and standings[s, other].enrolled_from <= month:
                total += standings[s, other].score
                friends += 1
    if friends == 0:
        return float(64.0 * (scheme.low + scheme.span * own / (1.0 - scheme.ties)))
    mean = (total / (64.0 * friends) - scheme.low) / scheme.span
    return float(64.0 * (scheme.low + scheme.span * (own + scheme.ties * mean)))


@inlined
def whole(score: float) -> int:
    """Round to the nearest whole number."""
    return int(np.floor(score + 0.5))


@inlined
def settled(before: int, score: float) -> int:
    """Round, but keep what stands if it is nearly right.

    Two friends at the edge of rounding would otherwise move each other to and fro for ever.
    """
    return before if abs(score - before) <= 0.75 else whole(score)


@inlined
def read_features(scratch: Scratch, rooms: Rooms, program: Program, n: int) -> None:
    """Work out what of everybody's features stays as it is."""
    feature = scratch.feature
    feature[:] = 0.0
    for d in range(program.dimensions.shape[0]):
        dimension = program.dimensions[d]
        f = dimension.feature
        for i in range(n):
            level = dimension.base
            for k in range(dimension.first, dimension.last):
                term = program.terms[k]
                level += term.slope * attribute(term.attribute, i, rooms.people, rooms.traits)
            if dimension.records:
                feature[f, 1, i] = level
            else:
                feature[f, 0, i] += dimension.weight * min(max(level, 0.0), 1.0)


@inlined
def open_features(scratch: Scratch, scheme: Any, s: int, n: int) -> None:
    """Solve the scores of those who are in from month 1: sweep until nothing changes."""
    standings, fresh = scratch.standings, scratch.fresh
    ties, feature = scratch.friends, scratch.feature
    for i in range(n):
        standing = standings[s, i]
        if standing.enrolled_from <= 1:
            # nobody has a score yet: month 0 leaves all friends out
            standing.score = whole(
                feature_score(standings, ties, feature, scheme, s, i, 0, int(standing.balance))
            )
            standing.honest_score = standing.score
    if scheme.ties == 0.0:
        return
    for _ in range(MAX_SWEEPS):
        changed = False
        for i in range(n):
            if standings[s, i].enrolled_from <= 1:
                standing = standings[s, i]
                score = feature_score(
                    standings, ties, feature, scheme, s, i, 1, int(standing.balance)
                )
                fresh[i] = settled(int(standing.score), score)
        for i in range(n):
            standing = standings[s, i]
            if standing.enrolled_from <= 1 and standing.score != fresh[i]:
                standing.score = fresh[i]
                standing.honest_score = fresh[i]
                changed = True
        if not changed:
            return


@inlined
def mark_friends(dirty: NDArray[np.uint8], ties: Friends, f: int, i: int) -> None:
    """Have the scores of a person's friends worked out anew."""
    for k in range(ties.first[i], ties.first[i + 1]):
        if ties.alive[k]:
            dirty[f, ties.friend[k]] = 1


@inlined
def update_features(scratch: Scratch, tally: Tally, program: Program, n: int, month: int) -> None:
    """Work out the scores that may have changed, from the friends' scores before the update."""
    standings, listing, fresh = scratch.standings, scratch.listing, scratch.fresh
    ties, feature, persons = scratch.friends, scratch.feature, scratch.persons
    touched, counts, monthly = scratch.touched, scratch.counts, tally.monthly
    dirty, floors = scratch.dirty, program.floors
    for s in range(program.schemes.shape[0]):
        scheme = program.schemes[s]
        if scheme.kind != FEATURES:
            continue
        found = 0
        for i in range(n):
            if dirty[scheme.feature, i]:
                dirty[scheme.feature, i] = 0
                if standings[s, i].enrolled_from <= month:
                    listing[found] = i
                    found += 1
        for k in range(found):
            i = listing[k]
            standing = standings[s, i]
            score = feature_score(
                standings, ties, feature, scheme, s, i, month, int(standing.balance)
            )
            fresh[k] = settled(int(standing.score), score)
            standing.honest_score = fresh[k]
            if standing.honest != standing.balance:
                score = feature_score(
                    standings, ties, feature, scheme, s, i, month, int(standing.honest)
                )
                standing.honest_score = whole(score)
        for k in range(found):
            i = listing[k]
            standing = standings[s, i]
            if fresh[k] != standing.score:
                person = persons[i]
                monthly[scheme.m_score, month - 1, person.cell] += fresh[k] - standing.score
                standing.score = fresh[k]
                if scheme.ties > 0.0:
                    mark_friends(dirty, ties, scheme.feature, i)
                if settled_grade(standing, scheme, floors, s) != standing.grade:
                    touch(person, touched, counts, i)


@inlined
def bucket_of(scheme: Any, balance: int, score: int, count: int) -> int:
    """Return the level of a score among 64 that spread over its scale."""
    level = 32.0 + np.floor((balance - scheme.start) / 5.0)
    if scheme.kind == FEATURES:
        level = np.floor(BUCKETS * (score / 64.0 - scheme.low) / scheme.span)
    elif scheme.kind == STARS:
        level = np.floor(
            16.0 * (star_score(balance, count, scheme.prior, scheme.weight) / 1000.0 - 1.0)
        )
    return int(min(max(level, 0.0), BUCKETS - 1.0))
