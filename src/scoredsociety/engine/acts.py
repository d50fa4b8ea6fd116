"""Steps 1, 3 and 4 of the month: shocks, acts, detection and attribution.

Conduct looks at the state at the start of the month only; whatever the month changes is
settled at its end, by the observers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined
from scoredsociety.base.streams import uniform, words
from scoredsociety.engine.codes import (
    ACCEPTED,
    BITS_8,
    EDGES,
    EXCUSED,
    NO_EVENT,
    OUTCOME,
    RATE_ERROR,
    TRUE,
    WRONG,
    owner,
)
from scoredsociety.engine.program import Program
from scoredsociety.engine.scalars import accepted_share, channel_of, perceived_factor
from scoredsociety.engine.state import INNOCENT, SHOCK, Scratch, Tally


@inlined
def shocks(scratch: Scratch, program: Program, month: int) -> None:
    """Take step 1: illness and job loss."""
    candidates, order, persons = scratch.candidates, scratch.order, scratch.persons
    last = month + program.settings[0].shock_months - 1
    for position in range(scratch.first[month], scratch.first[month + 1]):
        point = candidates[order[position]]
        if point.code == SHOCK:
            persons[point.who].shocked_to = last


@inlined
def conduct(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    capacity: NDArray[np.float64],
    seed: int,
    replicate: int,
    tile: int,
    month: int,
) -> int:
    """Take steps 3 and 4: acts from the state at the start of the month; detection.

    Returns 0, or RATE_ERROR if a rate was above its majorant.
    """
    persons, standings, candidates = scratch.persons, scratch.standings, scratch.candidates
    order, accepted, rate, caught = scratch.order, scratch.accepted, scratch.rate, scratch.caught
    ledger, links, count = scratch.ledger, scratch.links, scratch.counts
    bucket, bucket_first = scratch.bucket, scratch.bucket_first
    conducts, rules, schemes, channels = (
        program.conducts,
        program.rules,
        program.schemes,
        program.channels,
    )
    edge, code_of, prior, settings = (
        program.channel_edge,
        program.channel_code,
        program.prior,
        program.settings[0],
    )
    acts, load, caps = tally.acts, tally.load, tally.caps
    n = 0
    for position in range(scratch.first[month], scratch.first[month + 1]):
        k = order[position]
        point = candidates[k]
        i = int(point.who)
        person = persons[i]
        if point.code == SHOCK or month < person.adult_from:
            continue
        if point.code >= INNOCENT:
            c = int(point.code) - INNOCENT
            channel = int(conducts[c].innocent_channel)
            if point.truth >= channels[channel].human_review:
                _accept(accepted[n], k, i, c, channel, NO_EVENT, -1, 0)
                n += 1
            continue
        c = int(point.code)
        kind = conducts[c]
        caps[c, 0] += 1
        plain = 1.0  # the multiple of the base rate, without feedback
        if kind.deed:
            if person.known:
                plain += settings.deed_boost
        else:
            plain = perceived_factor(
                prior[c, person.known],
                kind.chance,
                settings.prior_acts,
                rate[c, i] * (month - person.adult_from),
                float(caught[i, c]),
                settings.elasticity,
            )
            if plain > kind.certainty_cap:
                plain = kind.certainty_cap
                caps[c, 1] += 1
        shocked = person.shocked_to >= month
        if shocked:
            plain *= 1.0 + kind.shock_factor
        multiple = plain
        cause = -1
        for s in range(schemes.shape[0]):
            rule = rules[s, c]
            before = multiple
            if rule.theta_listed > 0.0 and standings[s, i].entries > 0:
                entries = min(int(standings[s, i].entries), int(rule.counts_to))
                multiple *= 1.0 + rule.theta_listed * entries
                if before <= point.height < multiple:
                    height = point.height / before
                    cause = _cause(ledger, links, person.newest, s, entries, height, rule)
            elif rule.theta_below > 0.0 and standings[s, i].grade > rule.below:
                multiple *= 1.0 + rule.theta_below
                if before <= point.height < multiple:
                    cause = standings[s, i].last_row
        layer = int(point.layer)
        low = EDGES[layer]
        width = EDGES[layer + 1] - low
        if multiple > EDGES[kind.layers] * 1.000000001:
            return RATE_ERROR
        share = accepted_share(multiple, low, width)
        acts[c, month - 1, int(person.cell) & 1, person.pilot] += np.int64(share * 65536.0)
        if point.height >= multiple:
            continue
        where = channel_of(point.channel, edge, capacity, code_of, c, month)
        full = where < 0
        if full:
            where = -1 - where
        channel = code_of[c, where]
        load[channel, month - 1] += 1
        if full:
            continue
        truth = TRUE
        subject = i
        via = channels[channel]
        wrong = via.wrong_minority if person.minority else via.wrong_majority
        rest = (point.truth - wrong) / (1.0 - wrong)  # uniform again where nobody is mistaken
        if point.truth < wrong:
            rest = point.truth / wrong
            if rest < via.human_review:
                continue
            rest = (rest - via.human_review) / (1.0 - via.human_review)
            lanes = words(
                seed,
                replicate,
                owner(point),
                kind.identity,
                tile,
                OUTCOME | (np.uint64(layer) << BITS_8),
            )
            other = _somebody_else(person, bucket, bucket_first, uniform(lanes[1]))
            if other >= 0:
                subject = other
                truth = WRONG
        if truth == TRUE and rest < (kind.excused_after_shock if shocked else kind.excused):
            truth = EXCUSED
        generation = 0 if cause < 0 else min(int(ledger[cause].generation) + 1, 255)
        _accept(accepted[n], k, subject, c, channel, truth, cause, generation)
        n += 1
    count[ACCEPTED] = n
    return 0


@inlined
def _cause(
    ledger: Any, links: Any, newest: int, s: int, entries: int, height: float, rule: Any
) -> int:
    """Return the entry that an act at ``height`` (in multiples of the rate without it) follows.

    The oldest entry in force adds the first theta, the next the second, and so on.
    """
    step = min(max(int((height - 1.0) / rule.theta_listed), 0), entries - 1)
    total = 0
    row = newest
    while row >= 0:
        if ledger[row].scheme == s:
            total += 1
        row = links[row].chain
    row = newest
    while row >= 0:
        if ledger[row].scheme == s:
            total -= 1
            if total == step:
                return row
        row = links[row].chain
    return -1


@inlined
def _accept(
    row: Any, k: int, subject: int, c: int, channel: int, truth: int, cause: int, generation: int
) -> None:
    row.candidate = k
    row.subject = subject
    row.conduct = c
    row.channel = channel
    row.truth = truth
    row.cause = cause
    row.generation = generation


@inlined
def _somebody_else(
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
