"""Scores as whole numbers: points, weighted features with friends, stars; and their grades.

A score of features reads the scores of friends as they stood before this month's update, all at
once. So it does not matter in which order people are worked out, nor that only those are whose
own part, or a friend, has changed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, kernel, part, unrolled
from scoredsociety.engine.codes import NONE, touch
from scoredsociety.engine.program import FEATURES, STARS, Program
from scoredsociety.engine.scalars import grade_of, star_score
from scoredsociety.engine.state import BUCKETS, Rooms, Scratch, Tally
from scoredsociety.society.people import TILE
from scoredsociety.society.traits import add_attribute

MAX_SWEEPS = 50
NOBODY = -(2**31) + 1
"""Lower bound of the friends' sum of who has no score: whatever they do, nothing is to be read."""


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
    scheme: Any, stays: float, level: float, balance: int, total: int, friends: int
) -> float:
    """Return low + span x (own part + weight of friends x their mean), in 1/64 points, unrounded.

    Parameters
    ----------
    scheme : record of SCHEME
    stays : float
        Weighted sum of the dimensions that no record changes.
    level : float
        Dimension of the records, before any.
    balance : int
        Points of the records in force.
    total, friends : int
        Sum of the friends' scores in 1/64 points, and how many have one. Without any, the own
        part stands for the whole.
    """
    return float(
        _mixed(
            scheme.low, scheme.span, scheme.ties, scheme.record_weight,
            stays, level, balance, total, friends,
        )
    )  # fmt: skip


@unrolled
def _mixed(
    low: Any,
    span: Any,
    ties: Any,
    weight: Any,
    stays: Any,
    level: Any,
    balance: Any,
    total: Any,
    friends: Any,
) -> Any:
    """Return :func:`feature_score` without a branch."""
    own = stays
    if weight > 0.0:
        own += weight * min(max(level + balance / (span * weight), 0.0), 1.0)
    alone = 64.0 * (low + span * own / (1.0 - ties))
    mean = (total / (64.0 * friends) - low) / span
    together = 64.0 * (low + span * (own + ties * mean))
    return alone if ties == 0.0 or friends == 0 else together


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


@part
def read_features(scratch: Scratch, rooms: Rooms, program: Program, n: int) -> None:
    """Work out what of everybody's features stays as it is."""
    level, stays, moves = rooms.propensity, scratch.read[0], scratch.read[1]
    for f in range(scratch.mixed.shape[0]):
        stays[:] = 0.0
        moves[:] = 0.0
        for d in range(program.dimensions.shape[0]):
            dimension = program.dimensions[d]
            if dimension.feature != f:
                continue
            level[:] = dimension.base
            for k in range(dimension.first, dimension.last):
                term = program.terms[k]
                add_attribute(level, term.slope, term.attribute, n, rooms.people, rooms.traits)
            if dimension.records:
                for i in range(n):
                    moves[i] = level[i]
            else:
                weight = dimension.weight
                for i in range(n):
                    stays[i] += weight * min(max(level[i], 0.0), 1.0)
        for i in range(n):
            scratch.mixed[f, i].stays = stays[i]
            scratch.mixed[f, i].level = moves[i]


@part
def tell_friends(scratch: Scratch, f: int, i: int, change: int, more: int) -> None:
    """Add a change of a person's score to what the friends' scores will read, and have them read.

    ``more``: 1 if the person had no score before, else 0.
    """
    heard, mixed, dirty = scratch.heard[f], scratch.mixed[f], scratch.dirty[f]
    for q in range(scratch.heard_first[f, i], scratch.heard_first[f, i + 1]):
        other = heard[q]
        theirs = mixed[other]
        total = theirs.total + change
        theirs.total = total
        theirs.count += more
        if total < theirs.low or total > theirs.high or (more and theirs.low != NOBODY):
            dirty[other] = 1


@part
def hear(scratch: Scratch, scheme: Any, s: int, n: int, months: int) -> None:
    """List each person's living friends who have a score of one scheme at some time."""
    ties, since, f = scratch.friends, scratch.since[s], scheme.feature
    heard, heard_first = scratch.heard[f], scratch.heard_first[f]
    found = 0
    heard_first[0] = 0
    for i in range(n):
        if scheme.ties > 0.0 and since[i] <= months:
            for k in range(ties.first[i], ties.first[i + 1]):
                heard[found] = ties.friend[k]
                found += (ties.alive[k] != 0) & (since[ties.friend[k]] <= months)
        heard_first[i + 1] = found


@inlined
def unheard(mine: Any, inside: bool) -> None:
    """Have somebody who is in a scheme, or not, not heard of any friend's score."""
    mine.total = 0
    mine.count = 0
    mine.low = 1 if inside else NOBODY
    mine.high = 0 if inside else -NOBODY


@kernel
def open_features(scratch: Scratch, scheme: Any, s: int, n: int) -> None:
    """Solve the scores of those who are in from month 1: sweep until nothing changes."""
    standings, since, fresh, f = scratch.standings, scratch.since, scratch.fresh, scheme.feature
    mixed, dirty = scratch.mixed, scratch.dirty
    hear(scratch, scheme, s, n, scratch.first.shape[0] - 2)
    for i in range(n):
        unheard(mixed[f, i], since[s, i] <= 1)
        dirty[f, i] = 0
    unheard(mixed[f, TILE], False)
    for i in range(n):
        if since[s, i] <= 1:
            standing, mine = standings[s, i], mixed[f, i]
            standing.score = whole(
                feature_score(scheme, mine.stays, mine.level, int(standing.balance), 0, 0)
            )
            standing.honest_score = standing.score
            if scheme.ties > 0.0:
                tell_friends(scratch, f, i, int(standing.score), 1)
    for _ in range(MAX_SWEEPS):
        found = _work_out(scratch, scheme, s, n, 1)
        if found == 0:
            return
        for k in range(found):
            i = scratch.listing[k]
            change = fresh[k] - standings[s, i].score
            standings[s, i].score = fresh[k]
            if change != 0:
                tell_friends(scratch, f, i, change, 0)


@part
def _work_out(scratch: Scratch, scheme: Any, s: int, n: int, month: int) -> int:
    """Work out the scores that may have changed into ``fresh``; return how many."""
    standings, since, fresh, listing = (
        scratch.standings[s],
        scratch.since[s],
        scratch.fresh,
        scratch.listing,
    )
    f, read = scheme.feature, scratch.read
    mixed, dirty, soiled = scratch.mixed[f], scratch.dirty[f], scratch.soiled[f]
    low, span, ties, weight = scheme.low, scheme.span, scheme.ties, scheme.record_weight
    found = 0
    for eight in range((n + 7) // 8):
        if soiled[eight] == NONE:
            continue
        for i in range(8 * eight, min(8 * eight + 8, n)):
            listing[found] = i
            found += (dirty[i] != 0) & (since[i] <= month)
        soiled[eight] = NONE
    stays, level, balance, total, friends, score = (
        read[0], read[1], read[2], read[3], read[4], read[5],
    )  # fmt: skip
    for k in range(found):
        i = listing[k]
        mine = mixed[i]
        stays[k] = mine.stays
        level[k] = mine.level
        balance[k] = standings[i].balance
        total[k] = mine.total
        friends[k] = mine.count
    for k in range(found):
        score[k] = _mixed(
            low, span, ties, weight, stays[k], level[k], balance[k], total[k], friends[k]
        )
    for k in range(found):
        i = listing[k]
        standing = standings[i]
        fresh[k] = settled(int(standing.score), score[k])
        slack = 0.74  # a little less than what a score that stands can bear
        standing.honest_score = fresh[k]
        if standing.honest != standing.balance:
            standing.honest_score = whole(
                _mixed(
                    low, span, ties, weight,
                    stays[k], level[k], int(standing.honest), total[k], friends[k],
                )
            )  # fmt: skip
            slack = -1.0
        _set_bounds(mixed[i], score[k] - fresh[k], ties, slack)
    return found


@inlined
def _set_bounds(theirs: Any, over: float, ties: float, slack: float) -> None:
    """Note between which sums of friends' scores a score that lies ``over`` its mark will stay.

    Without slack there are none: it must be worked out whenever the sum moves.
    """
    theirs.low, theirs.high = 1, 0
    if slack > 0.0 and ties > 0.0 and theirs.count > 0:
        per_point = theirs.count / ties
        theirs.low = theirs.total + int(np.ceil((-slack - over) * per_point))
        theirs.high = theirs.total + int(np.floor((slack - over) * per_point))


@kernel
def update_features(scratch: Scratch, tally: Tally, program: Program, n: int, month: int) -> None:
    """Work out the scores that may have changed, from the friends' scores before the update."""
    standings, listing, fresh = scratch.standings, scratch.listing, scratch.fresh
    cells, touched, counts = scratch.cells, scratch.touched, scratch.counts
    floors, monthly = program.floors, tally.monthly
    for s in range(program.schemes.shape[0]):
        scheme = program.schemes[s]
        if scheme.kind != FEATURES:
            continue
        found = _work_out(scratch, scheme, s, n, month)
        for k in range(found):
            i = listing[k]
            standing = standings[s, i]
            change = fresh[k] - standing.score
            if change != 0:
                monthly[scheme.m_score, month - 1, cells[i]] += change
                standing.score = fresh[k]
                if scheme.ties > 0.0:
                    tell_friends(scratch, scheme.feature, i, change, 0)
                if _leaves(standing, scheme, floors, s):
                    touch(scratch.persons[i], touched, counts, i)


@inlined
def _leaves(standing: Any, scheme: Any, floors: NDArray[np.int64], s: int) -> bool:
    """Return whether a score of features lies outside the grade that a person is in."""
    if standing.held > 0:
        return settled_grade(standing, scheme, floors, s) != int(standing.grade)
    g, score = int(standing.grade), int(standing.score)
    below = g < scheme.grades - 1 and score < floors[s, g]
    return bool(below or (g > 0 and score >= floors[s, g - 1]))


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
