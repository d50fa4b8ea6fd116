"""Step 6 of the month for mutual ratings: members trade, rate each other, and answer back."""

from __future__ import annotations

import numpy as np

from scoredsociety.base.jit import inlined, part
from scoredsociety.base.normal import normal_quantile
from scoredsociety.base.streams import Block, uniform, words
from scoredsociety.engine.codes import BITS_12, BITS_16, NONE, SANCTIONS, TRADE, touch
from scoredsociety.engine.program import STARS, Program
from scoredsociety.engine.scores import settled_grade
from scoredsociety.engine.state import Rooms, Scratch

_CONTEXT = np.uint64(Block.CONTEXT)


@part
def read_quality(
    scratch: Scratch, rooms: Rooms, program: Program, n: int, seed: int, replicate: int, tile: int
) -> None:
    """Work out everybody's mean rating before noise."""
    settings, people = program.settings[0], rooms.people
    for s in range(program.schemes.shape[0]):
        scheme = program.schemes[s]
        if scheme.kind != STARS:
            continue
        for i in range(n):
            lanes = words(seed, replicate, i, scheme.context, tile, _CONTEXT)
            own = normal_quantile(uniform(lanes[0]))
            z = settings.common * people.general[i] + settings.special * own
            scratch.quality[scheme.star, i] = scheme.quality - scheme.spread * z


@part
def trades(
    scratch: Scratch, program: Program, n: int, seed: int, replicate: int, tile: int, month: int
) -> None:
    """Have those who are not barred trade, and rate each other."""
    standings, traders = scratch.standings, scratch.listing
    for s in range(program.schemes.shape[0]):
        scheme = program.schemes[s]
        if scheme.kind != STARS:
            continue
        quality = scratch.quality[scheme.star]
        found = 0
        for i in range(n):
            if scratch.since[s, i] > month:
                continue
            if (program.grade_mask[s, standings[s, i].grade] & SANCTIONS) == NONE:
                traders[found] = i
                found += 1
        if found < 2:
            continue
        for position in range(found):
            i = traders[position]
            for k in range(scheme.trades):
                who = np.uint64(i) | (np.uint64(k) << BITS_12)
                lanes = words(seed, replicate, who, month, tile, TRADE | (scheme.salt << BITS_16))
                pick = int(uniform(lanes[0]) * (found - 1))
                if pick >= position:
                    pick += 1
                j = traders[pick]
                mine = _rating(quality[i], scheme.noise, uniform(lanes[1]))
                theirs = _rating(quality[j], scheme.noise, uniform(lanes[2]))
                u = uniform(lanes[3])
                own, other = standings[s, i], standings[s, j]
                own.honest += mine
                other.honest += theirs
                own.count += 1
                other.count += 1
                if mine <= 2 and u < scheme.retaliation:
                    theirs = 1
                elif theirs <= 2 and u > 1.0 - scheme.retaliation:
                    mine = 1
                own.balance += mine
                other.balance += theirs
        for position in range(found):
            i = traders[position]
            if settled_grade(standings[s, i], scheme, program.floors, s) != standings[s, i].grade:
                touch(scratch.persons[i], scratch.touched, scratch.counts, i)


@inlined
def _rating(quality: float, noise: float, u: float) -> int:
    """Return one rating from 1 to 5."""
    return int(min(max(np.floor(quality + noise * normal_quantile(u) + 0.5), 1.0), 5.0))
