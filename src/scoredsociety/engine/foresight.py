"""What can be decided about an act before its month comes: nearly all acts of most conduct.

Where no scheme's entries or grades feed back on a conduct, whether a point becomes an act depends
on the person's own earlier points only: on what they know, which stays, and on how often they were
recorded. So the points of a chain are decided in the order of time, all chains in lockstep, and
those that nobody would record never reach the month.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.arithmetic import power, whole_part
from scoredsociety.base.jit import inlined, part
from scoredsociety.base.streams import uniform, words
from scoredsociety.engine.codes import (
    BITS_8,
    BITS_12,
    EDGES,
    LAST_YEAR,
    OUTCOME,
    RATE_ERROR,
    TRUE,
    WRONG,
)
from scoredsociety.engine.program import Program
from scoredsociety.engine.response import announced, expected, expected_of_speech
from scoredsociety.engine.scalars import channel_of
from scoredsociety.engine.state import OWN_LEVELS, Chains, Rooms, Scratch, Tally

OPEN, FIXED, LEARNT, SPOKEN = range(4)
"""How a conduct can be foreseen: not at all; it never changes; it follows what a person has learnt
about certainty; it is lawful speech, which does so too."""


@part
def outlook(program: Program, c: int, first: int, last: int) -> int:
    """Return how the acts of a conduct can be foreseen in months ``first`` to ``last``."""
    kind, schemes, settings = program.conducts[c], program.schemes, program.settings[0]
    fed_back = program.felt_first[c] < program.felt_first[c + 1]
    if fed_back or kind.layers != 1 or kind.shock_factor != 0.0 or kind.drawn <= 0.0:
        return OPEN
    if settings.habit > 0.0 and not (kind.deed or kind.lawful):
        return OPEN
    for s in range(schemes.shape[0]):  # what is announced must not change meanwhile
        if not (schemes[s].announced < first and schemes[s].ends >= last):
            return OPEN
    if kind.deed or (kind.chance <= 0.0 and not kind.lawful):
        return FIXED
    return SPOKEN if kind.lawful else LEARNT


@part
def prepare(scratch: Scratch, chains: Chains, program: Program, c: int, m: int, first: int) -> None:
    """Note of each chain's person what they expect, and how often they were recorded so far."""
    persons, caught = scratch.persons, scratch.caught
    kind, schemes, settings = program.conducts[c], program.schemes, program.settings[0]
    ruled, low, high = program.ruled, program.ruled_first[c], program.ruled_first[c + 1]
    open_schemes = announced(schemes, first)
    for k in range(m):
        i = chains.who[k]
        chains.total[i] = caught[c, i]
        chains.before[i] = caught[c, i]
        chains.since[i] = 0
        known = chains.known[i] & open_schemes
        chains.expects[i] = 1.0
        if kind.deed:
            for r in range(low, high):
                if known >> ruled[r] & 1:
                    chains.expects[i] = 1.0 + settings.deed_boost
        elif kind.lawful:
            weight, certainty = expected_of_speech(
                schemes, ruled, low, high, settings, persons[i], known
            )
            chains.weight[i] = weight
            chains.learns[i] = 0.0 if persons[i].watched else 1.0
            chains.expects[i] = min(1.0, certainty * kind.chance)
        elif kind.chance > 0.0:
            chains.expects[i] = min(1.0, kind.chance * expected(schemes, ruled, low, high, known))


@part
def _multiples(
    scratch: Scratch, chains: Chains, program: Program, c: int, m: int, view: int
) -> None:
    """Work out the multiple of the base rate at the next point of each chain, before any cap."""
    who, month, multiple = chains.who, chains.month, chains.multiple
    expects, acts, seen, weight = chains.g_expects, chains.g_acts, chains.g_seen, chains.g_weight
    kind, settings = program.conducts[c], program.settings[0]
    if view == FIXED:
        for k in range(m):
            multiple[k] = chains.expects[who[k]]
        return
    rate = scratch.rate[c]
    for k in range(m):
        i = who[k]
        expects[k] = chains.expects[i]
        acts[k] = rate[i] * (month[k] - chains.adult[i])
        seen[k] = chains.total[i] if chains.since[i] < month[k] else chains.before[i]
    if view == LEARNT:
        prior_acts, chance, elasticity = settings.prior_acts, kind.chance, settings.elasticity
        for k in range(m):
            believed = min((prior_acts * expects[k] + seen[k]) / (prior_acts + acts[k]), 1.0)
            multiple[k] = power(believed / chance, -elasticity)
        return
    prior_acts = settings.prior_acts
    for k in range(m):
        weight[k] = chains.weight[who[k]]
        acts[k] *= chains.learns[who[k]]  # who believes to be watched learns nothing
    for k in range(m):
        own = seen[k] / expects[k] if expects[k] > 0.0 else 0.0
        multiple[k] = 1.0 - weight[k] * min(1.0, (prior_acts + own) / (prior_acts + acts[k]))


@part
def foresee(
    scratch: Scratch,
    rooms: Rooms,
    tally: Tally,
    program: Program,
    capacity: NDArray[np.float64],
    used: int,
    m: int,
    c: int,
    serial: int,
    view: int,
    first: int,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Decide the next point of each chain and keep what enters some scheme's records.

    Returns
    -------
    int
        Number of candidates, or RATE_ERROR.
    """
    chains, persons, candidates = rooms.chains, scratch.persons, scratch.candidates
    kind, edge, width = program.conducts[c], program.channel_edge, EDGES[1]
    acts, caps, caught, own_level = tally.acts, tally.caps, scratch.caught, scratch.own_level
    months = scratch.first.shape[0] - 2
    _multiples(scratch, chains, program, c, m, view)
    asked, bound, highest = _compare(chains, kind, edge[:, c, edge.shape[2] - 1], m, first)
    if highest > width * 1.000000001:
        return RATE_ERROR
    caps[c, 0] += asked
    caps[c, 1] += bound
    for q in range(_tally_shares(chains, acts[c], m)):
        k = chains.pick[q]
        i, month, group = int(chains.who[k]), int(chains.month[k]), int(chains.group[chains.who[k]])
        channel, subject, truth, rest = recorded(
            scratch, tally, program, capacity, c, i, group, month, 0, serial,
            chains.channel[k], chains.truth[k], seed, replicate, tile,
        )  # fmt: skip
        if channel < 0:
            continue
        if truth == TRUE:
            if chains.since[i] < month:
                chains.before[i] = chains.total[i]
                chains.since[i] = month
            chains.total[i] = min(chains.total[i] + 1, 65535)
            caught[c, i] = chains.total[i]
            if month > months - LAST_YEAR:
                persons[i].acted |= np.uint64(1) << np.uint64(c)
            else:
                own_level[c, i] = min(int(own_level[c, i]) + 1, OWN_LEVELS - 1)
        if not _matters(scratch, program, c, subject, month):
            continue
        if used < candidates.shape[0]:
            point = candidates[used]
            point.truth = rest
            point.serial = serial
            point.month = month
            point.who = i
            point.code = c
            point.layer = 0
            point.foreseen = 1
            point.via = channel
            point.found = truth
            point.subject = subject
        used += 1
    return used


@part
def _tally_shares(chains: Chains, acts: NDArray[np.int64], m: int) -> int:
    """Add up the shares by month and group, and list the points that happen; return how many."""
    who, month, share, happens = chains.who, chains.month, chains.share, chains.happens
    place_of, pick = chains.place_of, chains.pick
    for k in range(m):
        place = place_of[who[k]]
        acts[month[k] - 1, place >> 1, place & 1] += share[k]
    found = 0
    for k in range(m):
        pick[found] = k
        found += happens[k]
    return found


@part
def _compare(
    chains: Chains, kind: Any, limits: NDArray[np.float64], m: int, first: int
) -> tuple[int, int, float]:
    """Tell which points happen and may be recorded, and their shares; nothing is before its time.

    Returns
    -------
    int
        Points of adults.
    int
        How many of them meet the cap of certainty.
    float
        The highest multiple, with the factor of the group that is aimed at more.
    """
    who, month, height, channel = chains.who, chains.month, chains.height, chains.channel
    multiple, share, happens, open_ = chains.multiple, chains.share, chains.happens, chains.open
    width, cap = EDGES[1], 1e300 if kind.deed else kind.certainty_cap
    bound, asked = 0, 0
    for k in range(m):
        in_time = month[k] >= first and month[k] >= chains.adult[who[k]]
        open_[k] = 1.0 if in_time else 0.0
        asked += in_time
        bound += in_time and multiple[k] > cap
    for k in range(m):
        multiple[k] = min(multiple[k], cap)
        share[k] = whole_part(min(max(multiple[k] / width, 0.0), 1.0) * 65536.0 * open_[k])
    highest = 0.0
    for k in range(m):
        highest = max(highest, multiple[k] * open_[k])
    if limits[0] == limits[1] and kind.factor_majority == 1.0 and kind.factor_minority == 1.0:
        limit = limits[0]
        for k in range(m):
            happens[k] = (width * height[k] < multiple[k]) & (channel[k] < limit) & (open_[k] > 0.0)
        return asked, bound, highest
    for k in range(m):
        group = chains.group[who[k]]
        factor = kind.factor_minority if group else kind.factor_majority
        at = width * height[k] / factor if factor > 0.0 else 1e300
        happens[k] = at < multiple[k] and channel[k] < limits[group] and open_[k] > 0.0
    return asked, bound, highest * max(1.0, max(kind.factor_majority, kind.factor_minority))


@part
def _matters(scratch: Scratch, program: Program, c: int, i: int, month: int) -> bool:
    """Return whether a scheme that covers a person has a rule for a conduct."""
    for r in range(program.ruled_first[c], program.ruled_first[c + 1]):
        if scratch.since[program.ruled[r], i] <= month:
            return True
    return False


@part
def recorded(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    capacity: NDArray[np.float64],
    c: int,
    i: int,
    group: int,
    month: int,
    layer: int,
    serial: int,
    channel_mark: float,
    truth_mark: float,
    seed: int,
    replicate: int,
    tile: int,
) -> tuple[int, int, int, float]:
    """Take step 4 for one act: who records it, of whom.

    Returns
    -------
    channel : int
        -1 if nobody records it.
    subject : int
        The actor, or who is taken for the actor.
    truth : int
        TRUE or WRONG.
    rest : float
        Uniform again, whatever was decided.
    """
    code_of = program.channel_code
    where = channel_of(channel_mark, program.channel_edge, capacity, code_of, group, c, month)
    full = where < 0
    if full:
        where = -1 - where
    channel = int(code_of[c, where])
    tally.load[channel, month - 1] += 1
    if full:
        return -1, i, TRUE, 0.0
    via = program.channels[channel]
    wrong = via.wrong_minority if group else via.wrong_majority
    if truth_mark >= wrong:
        return channel, i, TRUE, (truth_mark - wrong) / (1.0 - wrong)
    rest = truth_mark / wrong
    if rest < via.human_review:
        return -1, i, TRUE, 0.0
    rest = (rest - via.human_review) / (1.0 - via.human_review)
    lanes = words(
        seed,
        replicate,
        np.uint64(i) | (np.uint64(serial) << BITS_12),
        program.conducts[c].identity,
        tile,
        OUTCOME | (np.uint64(layer) << BITS_8),
    )
    other = somebody_else(
        scratch.persons[i], scratch.bucket, scratch.bucket_first, uniform(lanes[1])
    )
    if other < 0:
        return channel, i, TRUE, rest
    return channel, other, WRONG, rest


@inlined
def somebody_else(
    person: Any, bucket: NDArray[np.int32], bucket_first: NDArray[np.int64], u: float
) -> int:
    """Return another adult of the same group, city and tile, or -1 if there is none."""
    key = int(person.city) * 2 + int(person.minority)
    first, last = bucket_first[key], bucket_first[key + 1]
    place = person.bucket  # -1: not an adult at the start
    others = last - first - (1 if place >= 0 else 0)
    if others <= 0:
        return -1
    pick = first + int(u * others)
    if place >= 0 and pick >= place:
        pick += 1
    return int(bucket[pick])
