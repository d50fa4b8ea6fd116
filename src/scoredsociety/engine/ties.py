"""Step 10 of the month: friends who learn of an entry break off, or obey an order to."""

from __future__ import annotations

import numpy as np

from scoredsociety.base.jit import part
from scoredsociety.base.streams import uniform, words
from scoredsociety.engine.codes import BANNED, BITS_8, TIE
from scoredsociety.engine.program import FEATURES, FRIENDS, FRIENDS_LOST, Program
from scoredsociety.engine.state import Scratch, Tally
from scoredsociety.society.people import TILE

_DYING = 2
"""Mark of a friendship that somebody breaks off this month, until all have decided."""


@part
def tie_loss(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    seed: int,
    replicate: int,
    tile: int,
    month: int,
) -> None:
    """Have each friend of a publicly listed person stay or go."""
    persons, ledger, links, ties = scratch.persons, scratch.ledger, scratch.links, scratch.friends
    schemes, settings, monthly = program.schemes, program.settings[0], tally.monthly
    if settings.disclosed == 0:
        return
    ended = False
    for position in range(scratch.counts[BANNED]):
        i = scratch.banned[position]
        reach, seen = 0.0, False
        row = persons[i].newest
        while row >= 0:
            scheme = schemes[ledger[row].scheme]
            if ledger[row].month < month and scheme.level >= 1:
                seen = True
                reach = max(reach, scheme.reach)
            row = links[row].chain
        if not seen:
            continue
        hazard = 1.0 - (1.0 - settings.tie_loss * reach) * (1.0 - settings.shunning)
        first = ties.first[i]
        lanes = (np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0))
        for k in range(first, ties.first[i + 1]):
            if (k - first) % 4 == 0:
                four = np.uint64((k - first) // 4) << BITS_8
                lanes = words(seed, replicate, i, month, tile, TIE | four)
            if ties.alive[k] and uniform(lanes[(k - first) % 4]) < hazard:
                ties.alive[k] = _DYING
                ties.alive[ties.back[k]] = _DYING
                monthly[FRIENDS_LOST, month - 1, persons[i].cell] += 1
                ended = True
    if not ended:
        return
    for position in range(scratch.counts[BANNED]):
        i = scratch.banned[position]
        for k in range(ties.first[i], ties.first[i + 1]):
            if ties.alive[k] == _DYING:
                other = int(ties.friend[k])
                ties.alive[k] = 0
                ties.alive[ties.back[k]] = 0
                monthly[FRIENDS, month - 1, persons[i].cell] -= 1
                monthly[FRIENDS, month - 1, persons[other].cell] -= 1
                for s in range(schemes.shape[0]):
                    if schemes[s].kind == FEATURES and schemes[s].ties > 0.0:
                        _forget(scratch, schemes[s].feature, s, i, other, month)
                        _forget(scratch, schemes[s].feature, s, other, i, month)


@part
def _forget(scratch: Scratch, f: int, s: int, i: int, lost: int, month: int) -> None:
    """Leave a lost friend's score out of what a person's own score reads."""
    heard, heard_first, mine = scratch.heard[f], scratch.heard_first[f], scratch.mixed[f, i]
    scratch.dirty[f, i] = 1
    for q in range(heard_first[i], heard_first[i + 1]):
        if heard[q] == lost:
            heard[q] = TILE
    if scratch.since[s, lost] <= month:
        mine.total -= scratch.standings[s, lost].score
        mine.count -= 1
