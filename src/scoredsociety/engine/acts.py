"""Steps 3 and 4 of the month: acts, detection and attribution, as far as they wait for it.

Conduct looks at the state at the start of the month only; whatever the month changes is
settled at its end, by the observers. What depends on no state of the month has been foreseen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, part
from scoredsociety.engine.chains import shocked
from scoredsociety.engine.codes import (
    ACCEPTED,
    EDGES,
    EXCUSED,
    LAST_YEAR,
    NO_EVENT,
    NONE,
    RATE_ERROR,
    SANCTIONS,
    TRUE,
    WRONG,
)
from scoredsociety.engine.foresight import recorded
from scoredsociety.engine.program import Program
from scoredsociety.engine.response import announced, answer, used_to
from scoredsociety.engine.scalars import accepted_share
from scoredsociety.engine.state import INNOCENT, Rooms, Scratch, Tally


@inlined
def _excused(
    kind: Any, person: Any, settings: Any, bit_harm: NDArray[np.float64], ill: bool
) -> float:
    """Return the chance that a person could not do otherwise."""
    if ill:
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


@part
def conduct(
    scratch: Scratch,
    rooms: Rooms,
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
    persons, points = scratch.persons, scratch.points
    accepted, ledger = scratch.accepted, scratch.ledger
    conducts, channels, settings = program.conducts, program.channels, program.settings[0]
    bit_harm, windows, edge = program.bit_harm, rooms.windows, program.channel_edge
    unlimited = edge.shape[2] - 1
    open_schemes = announced(program.schemes, month)
    n = 0
    for k in range(scratch.first[month], scratch.first[month + 1]):
        point = points[k]
        i = int(point.who)
        person = persons[i]
        if point.code >= INNOCENT:
            c = int(point.code) - INNOCENT
            channel = int(conducts[c].innocent_channel)
            if month >= person.adult_from and point.truth >= channels[channel].human_review:
                _accept(accepted[n], k, i, c, channel, NO_EVENT, -1, 0, 0)
                n += 1
            continue
        c = int(point.code)
        kind = conducts[c]
        cause = -1
        if point.foreseen:
            channel, subject, truth = int(point.via), int(point.subject), int(point.found)
            rest = point.truth
        else:
            if month < person.adult_from:
                continue
            group = int(person.minority)
            factor = kind.factor_minority if group else kind.factor_majority
            height = point.height
            if factor != 1.0:
                height = point.height / factor if factor > 0.0 else 1e300
            multiple, cause = _multiple(
                scratch, tally, program, person, i, c, month, height, open_schemes,
                shocked(windows, i, month),
            )  # fmt: skip
            layer = int(point.layer)
            low = EDGES[layer]
            if multiple * max(factor, 1.0) > EDGES[kind.layers] * 1.000000001:
                return RATE_ERROR
            share = accepted_share(multiple, low, EDGES[layer + 1] - low)
            tally.acts[c, month - 1, int(person.cell) & 1, person.pilot] += np.int64(
                share * 65536.0
            )
            if height >= multiple or point.channel >= edge[group, c, unlimited]:
                continue
            channel, subject, truth, rest = recorded(
                scratch, tally, program, capacity, c, i, group, month, layer, int(point.serial),
                point.channel, point.truth, seed, replicate, tile,
            )  # fmt: skip
            if channel < 0:
                continue
        if truth == TRUE and rest < _excused(
            kind, person, settings, bit_harm, shocked(windows, i, month)
        ):
            truth = EXCUSED
        learns = 0 if point.foreseen or truth == WRONG else 1
        if learns and month > months - LAST_YEAR:
            person.acted |= np.uint64(1) << np.uint64(c)
        generation = 0 if cause < 0 else min(int(ledger[cause].generation) + 1, 255)
        _accept(accepted[n], k, subject, c, channel, truth, cause, generation, learns)
        n += 1
    scratch.counts[ACCEPTED] = n
    return 0


@part
def _multiple(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    person: Any,
    i: int,
    c: int,
    month: int,
    height: float,
    open_schemes: int,
    ill: bool,
) -> tuple[float, int]:
    """Return the multiple of a person's base rate, and the row that an act follows from.

    That is the row without which an act at ``height`` would not be; -1: none.
    """
    kind, schemes, settings = program.conducts[c], program.schemes, program.settings[0]
    ruled, first, last = program.ruled, program.ruled_first[c], program.ruled_first[c + 1]
    rate, caught = scratch.rate[c, i], float(scratch.caught[c, i])
    tally.caps[c, 0] += 1
    multiple = answer(
        schemes, ruled, first, last, kind, settings, person, person.known & open_schemes,
        rate * (month - person.adult_from), caught,
    )  # fmt: skip
    if multiple > kind.certainty_cap and not kind.deed:
        multiple = kind.certainty_cap
        tally.caps[c, 1] += 1
    if settings.habit > 0.0 and not (kind.deed or kind.lawful):
        multiple = used_to(
            scratch.habit[i, c], schemes, ruled, first, last, kind, settings, person, rate, caught,
            month, multiple,
        )  # fmt: skip
    if ill:
        multiple *= 1.0 + kind.shock_factor
    cause = -1
    for f in range(program.felt_first[c], program.felt_first[c + 1]):
        s = program.felt[f]
        rule, standing = program.rules[s, c], scratch.standings[s, i]
        before = multiple
        if scratch.since[s, i] > month:
            continue
        if rule.theta_listed > 0.0 and standing.entries > 0:
            entries = min(int(standing.entries), int(rule.counts_to))
            multiple *= 1.0 + rule.theta_listed * entries
            if before <= height < multiple:
                cause = _cause(
                    scratch.ledger, scratch.links, person.newest, s, entries, height / before, rule
                )
        elif rule.theta_below > 0.0 and standing.grade > rule.below:
            multiple *= 1.0 + rule.theta_below
            if before <= height < multiple:
                cause = int(standing.last_row)
    return multiple, cause


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
    row: Any,
    k: int,
    subject: int,
    c: int,
    channel: int,
    truth: int,
    cause: int,
    generation: int,
    learns: int,
) -> None:
    row.candidate = k
    row.subject = subject
    row.conduct = c
    row.channel = channel
    row.truth = truth
    row.cause = cause
    row.generation = generation
    row.learns = learns
