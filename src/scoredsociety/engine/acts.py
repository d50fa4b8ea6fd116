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
    LAST_YEAR,
    NO_EVENT,
    NONE,
    OUTCOME,
    RATE_ERROR,
    SANCTIONS,
    TRUE,
    WRONG,
    owner,
)
from scoredsociety.engine.program import Program
from scoredsociety.engine.response import announced, answer, used_to
from scoredsociety.engine.scalars import accepted_share, channel_of
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
def _excused(
    kind: Any, person: Any, settings: Any, bit_harm: NDArray[np.float64], shocked: bool
) -> float:
    """Return the chance that a person could not do otherwise."""
    if shocked:
        return float(kind.excused_after_shock)
    share = kind.excused
    mask = person.mask & SANCTIONS
    if kind.hardship_excuse > 0.0 and mask != NONE:
        harm = 0.0
        for bit in range(32):
            if (mask >> np.uint64(bit)) & np.uint64(1):
                harm += bit_harm[bit]
        hardship = 1.0 - np.exp(-harm / settings.hardship_scale)
        share += (kind.excused_after_shock - kind.excused) * kind.hardship_excuse * hardship
    return float(share)


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
    months: int,
) -> int:
    """Take steps 3 and 4: acts from the state at the start of the month; detection.

    Returns 0, or RATE_ERROR if a rate was above its majorant.
    """
    persons, standings, candidates = scratch.persons, scratch.standings, scratch.candidates
    order, accepted = scratch.order, scratch.accepted
    ledger, links, count = scratch.ledger, scratch.links, scratch.counts
    bucket, bucket_first = scratch.bucket, scratch.bucket_first
    conducts, rules, channels = program.conducts, program.rules, program.channels
    schemes, settings, bit_harm = program.schemes, program.settings[0], program.bit_harm
    ruled, ruled_first = program.ruled, program.ruled_first
    rate, caught, habit = scratch.rate, scratch.caught, scratch.habit
    edge, code_of = program.channel_edge, program.channel_code
    felt, felt_first = program.felt, program.felt_first
    acts, load, caps = tally.acts, tally.load, tally.caps
    unlimited = edge.shape[2] - 1
    open_schemes = announced(schemes, month)
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
        group = int(person.minority)
        caps[c, 0] += 1
        # the multiple of the base rate, without feedback
        known = person.known & open_schemes
        plain = answer(
            schemes, ruled, ruled_first[c], ruled_first[c + 1], kind, settings, person, known,
            rate[c, i] * (month - person.adult_from), float(caught[i, c]),
        )  # fmt: skip
        if plain > kind.certainty_cap and not kind.deed:
            plain = kind.certainty_cap
            caps[c, 1] += 1
        if settings.habit > 0.0 and not (kind.deed or kind.lawful):
            plain = used_to(
                habit[i, c], schemes, ruled, ruled_first[c], ruled_first[c + 1], kind, settings,
                person, rate[c, i], float(caught[i, c]), month, plain,
            )  # fmt: skip
        shocked = person.shocked_to >= month
        if shocked:
            plain *= 1.0 + kind.shock_factor
        factor = kind.factor_minority if group else kind.factor_majority
        height = point.height
        if factor != 1.0:
            height = point.height / factor if factor > 0.0 else 1e300
        multiple = plain
        cause = -1
        for f in range(felt_first[c], felt_first[c + 1]):
            s = felt[f]
            rule = rules[s, c]
            standing = standings[s, i]
            before = multiple
            if rule.theta_listed > 0.0 and standing.entries > 0:
                entries = min(int(standing.entries), int(rule.counts_to))
                multiple *= 1.0 + rule.theta_listed * entries
                if before <= height < multiple:
                    cause = _cause(ledger, links, person.newest, s, entries, height / before, rule)
            elif (
                rule.theta_below > 0.0
                and standing.enrolled_from <= month
                and standing.grade > rule.below
            ):
                multiple *= 1.0 + rule.theta_below
                if before <= height < multiple:
                    cause = standing.last_row
        layer = int(point.layer)
        low = EDGES[layer]
        width = EDGES[layer + 1] - low
        if multiple * max(factor, 1.0) > EDGES[kind.layers] * 1.000000001:
            return RATE_ERROR
        share = accepted_share(multiple, low, width)
        acts[c, month - 1, int(person.cell) & 1, person.pilot] += np.int64(share * 65536.0)
        if height >= multiple or point.channel >= edge[group, c, unlimited]:
            continue
        where = channel_of(point.channel, edge, capacity, code_of, group, c, month)
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
        wrong = via.wrong_minority if group else via.wrong_majority
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
            other = somebody_else(person, bucket, bucket_first, uniform(lanes[1]))
            if other >= 0:
                subject = other
                truth = WRONG
        if truth == TRUE and rest < _excused(kind, person, settings, bit_harm, shocked):
            truth = EXCUSED
        if truth != WRONG and month > months - LAST_YEAR:
            person.acted |= np.uint64(1) << np.uint64(c)
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
