"""The month of one tile, in the order of MODEL.md 4.3 (printed by ``scoredsociety schedule``).

Each function is one step. Conduct looks at the state at the start of the month only; whatever
the month changes is settled at its end. Kernels: no Python objects, no allocation.
"""

from __future__ import annotations

import numpy as np

from scoredsociety.base.jit import inlined
from scoredsociety.base.streams import Block, uniform, words
from scoredsociety.engine.compile import LAYERS, Program
from scoredsociety.engine.result import ExitReason, Flag, Kind, Truth
from scoredsociety.engine.scalars import (
    accepted_share,
    attempts,
    channel_of,
    duration,
    exit_hazard,
    grade_of,
    perceived_factor,
)
from scoredsociety.engine.state import INNOCENT, NOBODY, SHOCK, Accepted, Candidates, Rows, State, Tally
from scoredsociety.society.people import MINORITY, People

_EDGES = np.array(LAYERS)
_PROCESS, _OUTCOME, _ATTEMPT = (np.uint64(b) for b in (Block.PROCESS, Block.OUTCOME, Block.ATTEMPT))
_8, _12, _16 = np.uint64(8), np.uint64(12), np.uint64(16)
_NONE = np.uint64(0)
_RECORD, _ENTRY, _SPELL = int(Kind.RECORD), int(Kind.ENTRY), int(Kind.SPELL)
_TRUE, _WRONG, _NO_EVENT, _EXCUSED = (int(x) for x in Truth)
_IN_FORCE, _PERFORMED, _TERM = int(ExitReason.IN_FORCE), int(ExitReason.PERFORMED), int(ExitReason.TERM)
_LATE, _RECOVERED, _STOPPED = (
    int(ExitReason.LATE_APPEAL),
    int(ExitReason.RECOVERED),
    int(ExitReason.STOPPED),
)
_NOTIFIED, _FILED, _CORRECTED = int(Flag.NOTIFIED), int(Flag.FILED), int(Flag.CORRECTED)
_DISCOVERED, _FILED_LATE = int(Flag.DISCOVERED), int(Flag.FILED_LATE)
_COPIED, _EXEMPTED = int(Flag.COPIED), int(Flag.EXEMPTED)
BANNED, TOUCHED, ACCEPTED = 0, 1, 2
RATE_ERROR = -2


@inlined
def _touch(state: State, i: int) -> None:
    if state.is_touched[i] == 0:
        state.is_touched[i] = 1
        state.touched[state.count[TOUCHED]] = i
        state.count[TOUCHED] += 1


@inlined
def shocks(state: State, candidates: Candidates, program: Program, month: int) -> None:
    """Step 1: illness and job loss."""
    for position in range(candidates.first[month], candidates.first[month + 1]):
        k = candidates.order[position]
        if candidates.code[k] == SHOCK:
            state.shocked_to[candidates.who[k]] = month + program.shock_months - 1


@inlined
def conduct(
    state: State,
    people: People,
    candidates: Candidates,
    accepted: Accepted,
    rows: Rows,
    tally: Tally,
    program: Program,
    capacity: object,
    seed: int,
    replicate: int,
    tile: int,
    month: int,
) -> int:
    """Steps 3 and 4: acts from the state at the start of the month; detection, attribution.

    Returns 0, or RATE_ERROR if a rate was above its majorant.
    """
    n = 0
    schemes = program.salt.shape[0]
    for position in range(candidates.first[month], candidates.first[month + 1]):
        k = candidates.order[position]
        code = int(candidates.code[k])
        i = int(candidates.who[k])
        if code == SHOCK or month < state.adult_from[i]:
            continue
        group = int(people.flags[i] & MINORITY)
        if code >= INNOCENT:
            c = code - INNOCENT
            channel = program.innocent_channel[c]
            if candidates.truth[k] >= program.human_review[channel]:
                accepted.candidate[n] = k
                accepted.subject[n] = i
                accepted.conduct[n] = c
                accepted.channel[n] = channel
                accepted.truth[n] = _NO_EVENT
                accepted.cause[n] = -1
                accepted.generation[n] = 0
                n += 1
            continue
        c = code
        tally.caps[c, 0] += 1
        chance = program.record_chance[c]
        plain = 1.0  # the multiple without feedback
        if program.deed[c]:
            if state.known[i]:
                plain += program.deed_boost
        else:
            plain = perceived_factor(
                program.prior[c, state.known[i]],
                chance,
                program.prior_acts,
                state.rate[c, i] * (month - state.adult_from[i]),
                state.caught[c, i],
                program.elasticity,
            )
            if plain > program.certainty_cap[c]:
                plain = program.certainty_cap[c]
                tally.caps[c, 1] += 1
        shocked = state.shocked_to[i] >= month
        if shocked:
            plain *= 1.0 + program.shock_factor[c]
        multiple = plain
        cause = -1
        for s in range(schemes):
            if program.theta_listed[s, c] > 0.0 and state.entries[s, i] > 0:
                multiple *= 1.0 + program.theta_listed[s, c]
                row = state.newest[i]
                while row >= 0:
                    if rows.ledger[row].scheme == s:
                        cause = row
                    row = rows.chain[row]
            elif program.theta_below[s, c] > 0.0 and state.grade[s, i] > program.below[s, c]:
                multiple *= 1.0 + program.theta_below[s, c]
                if cause < 0:
                    cause = state.last_row[s, i]
        layer = int(candidates.layer[k])
        low = _EDGES[layer]
        width = _EDGES[layer + 1] - low
        if multiple > _EDGES[program.layers[c]] * 1.000000001:
            return RATE_ERROR
        share = accepted_share(multiple, low, width)
        aware = int(state.cell[i]) & 1
        city = (int(state.cell[i]) // 10) & 1
        tally.acts[c, month - 1, aware, city] += np.int64(share * width * 65536.0)
        height = candidates.height[k]
        if height >= multiple:
            continue
        where = channel_of(candidates.channel[k], program.channel_edge[c], capacity[:, month - 1], program.channel_code[c])
        full = where < 0
        if full:
            where = -1 - where
        channel = program.channel_code[c, where]
        tally.load[channel, month - 1] += 1
        if full:
            continue
        truth = _TRUE
        subject = i
        u = candidates.truth[k]
        wrong = program.wrong_person[channel, group]
        if u < wrong:
            if u < wrong * program.human_review[channel]:
                continue
            other = _somebody_else(state, people, i, k, candidates, program, seed, replicate, tile)
            if other >= 0:
                subject = other
                truth = _WRONG
        else:
            rest = (u - wrong) / (1.0 - wrong)
            if rest < program.excused[c, 1 if shocked else 0]:
                truth = _EXCUSED
        accepted.candidate[n] = k
        accepted.subject[n] = subject
        accepted.conduct[n] = c
        accepted.channel[n] = channel
        accepted.truth[n] = truth
        if height >= plain and cause >= 0:
            accepted.cause[n] = cause
            accepted.generation[n] = min(int(rows.ledger[cause].generation) + 1, 255)
        else:
            accepted.cause[n] = -1
            accepted.generation[n] = 0
        n += 1
    state.count[ACCEPTED] = n
    return 0


@inlined
def _owner(candidates: Candidates, k: int) -> int:
    return np.uint64(candidates.who[k]) | (np.uint64(candidates.serial[k]) << _12)


@inlined
def _somebody_else(
    state: State,
    people: People,
    i: int,
    k: int,
    candidates: Candidates,
    program: Program,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Return another adult of the same group, city and tile, or -1 if there is none."""
    c = int(candidates.code[k])
    lanes = words(
        seed, replicate, _owner(candidates, k), program.identity[c], tile,
        _OUTCOME | (np.uint64(candidates.layer[k]) << _8),
    )  # fmt: skip
    key = int(people.city[i]) * 2 + int(people.flags[i] & MINORITY)
    first, last = state.bucket_first[key], state.bucket_first[key + 1]
    place = state.bucket_place[i]  # -1: not an adult at the start
    others = last - first - (1 if place >= 0 else 0)
    if others <= 0:
        return -1
    pick = first + int(uniform(lanes[1]) * others)
    if place >= 0 and pick >= place:
        pick += 1
    return state.bucket[pick]


@inlined
def records(
    state: State,
    people: People,
    candidates: Candidates,
    accepted: Accepted,
    rows: Rows,
    used: int,
    tally: Tally,
    program: Program,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
    month: int,
    base: int,
) -> int:
    """Steps 5 to 7: due process before entry, records and points, admission to lists.

    Returns the number of ledger rows; beyond the capacity rows are counted, not written.
    """
    schemes = program.salt.shape[0]
    capacity = rows.chain.shape[0]
    for a in range(state.count[ACCEPTED]):
        c = accepted.conduct[a]
        i = accepted.subject[a]
        k = accepted.candidate[a]
        truth = int(accepted.truth[a])
        actor = -1 if truth == _NO_EVENT else int(candidates.who[k])
        act = (
            np.uint32(candidates.code[k])
            | (np.uint32(candidates.layer[k]) << np.uint32(7))
            | (np.uint32(candidates.serial[k]) << np.uint32(10))
        )
        in_pilot = (int(state.cell[i]) // 10) & 1
        for s in range(schemes):
            if not program.rule[s, c] or (program.pilot_only[s] and not in_pilot):
                continue
            field = (np.uint64(candidates.layer[k]) << _8) | (program.salt[s] << _16)
            stream = program.identity[c]
            flags = 0
            stopped = False
            if program.points[s, c] <= 0:  # a deed needs no defence
                lanes = words(seed, replicate, _owner(candidates, k), stream, tile, _PROCESS | field)
                if truth == _EXCUSED and uniform(lanes[3]) < program.exempt[s]:
                    flags |= _EXEMPTED | _CORRECTED
                    stopped = True
                elif uniform(lanes[0]) < program.notice[s]:
                    flags |= _NOTIFIED
                    if uniform(lanes[1]) < program.files[s]:
                        flags |= _FILED
                        if uniform(lanes[2]) < program.review[s, 0 if truth == _TRUE else 1]:
                            flags |= _CORRECTED
                            stopped = True
            if used + 2 + schemes > capacity:
                used += 1 + schemes
                continue
            row = used
            used += 1
            record = rows.ledger[row]
            record.subject = base + i
            record.kind = _ENTRY if program.is_list[s] else _RECORD
            record.scheme = s
            record.conduct = c
            record.channel = accepted.channel[a]
            record.truth = truth
            record.generation = accepted.generation[a]
            record.flags = flags
            record.month = month
            record.points = program.points[s, c]
            record.refusals = 0
            record.profile = state.profile[i]
            record.cause = accepted.cause[a]
            record.actor = base + actor if actor >= 0 else -1
            record.act = act
            if stopped:
                record.exit = _STOPPED
                record.end = month
                tally.monthly[program.measure[6, s], month - 1, state.cell[i]] += 1
                continue
            record.exit = _IN_FORCE
            record.end = months
            if program.is_list[s]:
                lanes = words(seed, replicate, _owner(candidates, k), stream, tile, _OUTCOME | field)
                _enter(state, people, rows, tally, program, row, s, i, month, months, lanes, truth)
                for target in range(schemes):
                    in_target = in_pilot or not program.pilot_only[target]
                    if program.copied[s, target] != 0 and in_target:
                        copy = used
                        used += 1
                        rows.ledger[copy] = rows.ledger[row]
                        rows.ledger[copy].kind = _RECORD
                        rows.ledger[copy].scheme = target
                        rows.ledger[copy].points = program.copied[s, target]
                        rows.ledger[copy].flags = flags | _COPIED
                        rows.ledger[copy].cause = row
                        rows.ledger[copy].exit = _IN_FORCE
                        rows.ledger[copy].end = months
                        _score(state, rows, tally, program, copy, target, i, c, month, months, False)
            else:
                hold = program.rule[s, c] & 4 > 0
                _score(state, rows, tally, program, row, s, i, c, month, months, hold)
    return used


@inlined
def _later(state: State, rows: Rows, row: int, month: int, months: int) -> None:
    """Have ``row`` end at the end of ``month``, if that is within the horizon."""
    if month <= months:
        rows.due[row] = state.due[month]
        state.due[month] = row


@inlined
def _score(
    state: State,
    rows: Rows,
    tally: Tally,
    program: Program,
    row: int,
    s: int,
    i: int,
    c: int,
    month: int,
    months: int,
    hold: bool,
) -> None:
    """Enter a record in a points scheme."""
    points = int(rows.ledger[row].points)
    truth = int(rows.ledger[row].truth)
    state.balance[s, i] += points
    if hold:
        state.held[s, i] += 1
    if truth == _TRUE:
        state.honest[s, i] += points
        if hold:
            state.held_honest[s, i] += 1
    elif points < 0 or hold:
        state.last_wrong[s, i] = truth
    if points < 0 or hold:
        state.last_row[s, i] = row
    rows.ends_as[row] = _TERM
    rows.luck[row] = 4 if hold else 0
    if program.expiry[s] > 0:
        _later(state, rows, row, month + program.expiry[s], months)
    tally.monthly[program.measure[5, s], month - 1, state.cell[i]] += 1
    _touch(state, i)


@inlined
def _enter(
    state: State,
    people: People,
    rows: Rows,
    tally: Tally,
    program: Program,
    row: int,
    s: int,
    i: int,
    month: int,
    months: int,
    lanes: object,
    truth: int,
) -> None:
    """Make an entry in a list: in force in months month + 1 ... month + d."""
    loss = program.income_loss if state.mask[i] & np.uint64(program.income_mask) else 0.0
    hazard = exit_hazard(
        program.exit[s], people.income[i], program.median_income, program.income_exponent[s], loss
    )
    d, by_term = duration(uniform(lanes[0]), hazard, program.term[s], months + 1)
    rows.ends_as[row] = _TERM if by_term else _PERFORMED
    luck = 0
    if uniform(lanes[2]) < program.late[s]:
        luck |= 1
    if uniform(lanes[3]) < program.review[s, 0 if truth == _TRUE else 1]:
        luck |= 2
    rows.luck[row] = luck
    _later(state, rows, row, month + d, months)
    if state.newest[i] < 0:
        state.place[i] = state.count[BANNED]
        state.banned[state.count[BANNED]] = i
        state.count[BANNED] += 1
    rows.chain[row] = state.newest[i]
    state.newest[i] = row
    state.entries[s, i] += 1
    cell = state.cell[i]
    tally.monthly[program.measure[1, s], month - 1, cell] += 1
    tally.monthly[program.measure[3, s], month - 1, cell] += 1
    if state.ever[s, i] == 0:
        state.ever[s, i] = 1
        tally.monthly[program.measure[2, s], month - 1, cell] += 1
    _touch(state, i)


@inlined
def counters(
    state: State,
    rows: Rows,
    tally: Tally,
    program: Program,
    seed: int,
    replicate: int,
    tile: int,
    month: int,
    base: int,
) -> None:
    """Step 9: refusals at counters, discovery of entries nobody told about, late appeals."""
    position = 0
    while position < state.count[BANNED]:
        i = state.banned[position]
        position += 1
        mask = _NONE
        oldest = -1
        row = state.newest[i]
        while row >= 0:
            if rows.ledger[row].month < month:
                mask |= program.listed_mask[rows.ledger[row].scheme]
                oldest = row
            row = rows.chain[row]
        flight = (mask & np.uint64(program.flight_mask)) != _NONE
        rail = (mask & np.uint64(program.rail_mask)) != _NONE
        if not (flight or rail):
            continue
        lanes = words(seed, replicate, i, month, tile, _ATTEMPT)
        flights = attempts(uniform(lanes[0]), program.flight_attempts) if flight else 0
        trains = attempts(uniform(lanes[1]), program.rail_attempts) if rail else 0
        if flights + trains == 0:
            continue
        tally.monthly[program.plain_measure[3], month - 1, state.cell[i]] += flights
        tally.monthly[program.plain_measure[4], month - 1, state.cell[i]] += trains
        rows.ledger[oldest].refusals += flights + trains
        row = state.newest[i]
        while row >= 0:
            record = rows.ledger[row]
            if record.month < month and not record.flags & (_NOTIFIED | _DISCOVERED):
                record.flags |= _DISCOVERED
                if rows.luck[row] & 1:
                    record.flags |= _FILED_LATE
                    if rows.luck[row] & 2:
                        rows.ends_as[row] = _LATE
            row = rows.chain[row]


@inlined
def exits(state: State, rows: Rows, tally: Tally, program: Program, month: int, base: int) -> None:
    """Step 12: entries end by performance, term or late appeal; records expire."""
    row = state.due[month]
    while row >= 0:
        record = rows.ledger[row]
        i = int(record.subject) - base
        if record.kind == _ENTRY:
            if record.exit == _IN_FORCE:
                _leave(state, rows, tally, program, row, i, month)
        else:
            s = int(record.scheme)
            record.exit = _TERM
            record.end = month
            state.balance[s, i] -= record.points
            if rows.luck[row] & 4:
                state.held[s, i] -= 1
            if record.truth == _TRUE:
                state.honest[s, i] -= record.points
                if rows.luck[row] & 4:
                    state.held_honest[s, i] -= 1
            _touch(state, i)
        row = rows.due[row]
    position = 0
    while position < state.count[BANNED]:
        i = state.banned[position]
        row = state.newest[i]
        while row >= 0:
            after = rows.chain[row]
            if rows.ends_as[row] == _LATE:
                _leave(state, rows, tally, program, row, i, month)
            row = after
        if state.newest[i] >= 0:
            position += 1
        # otherwise somebody else now stands at this position


@inlined
def _leave(
    state: State, rows: Rows, tally: Tally, program: Program, row: int, i: int, month: int
) -> None:
    """Take one entry out of force at the end of ``month``."""
    record = rows.ledger[row]
    s = int(record.scheme)
    record.exit = rows.ends_as[row]
    record.end = month
    state.entries[s, i] -= 1
    if state.newest[i] == row:
        state.newest[i] = rows.chain[row]
    else:
        before = state.newest[i]
        while rows.chain[before] != row:
            before = rows.chain[before]
        rows.chain[before] = rows.chain[row]
    if state.newest[i] < 0:
        last = state.count[BANNED] - 1
        moved = state.banned[last]
        state.banned[state.place[i]] = moved
        state.place[moved] = state.place[i]
        state.count[BANNED] = last
    tally.monthly[program.measure[1, s], month - 1, state.cell[i]] -= 1
    tally.monthly[program.measure[4, s], month - 1, state.cell[i]] += 1
    _touch(state, i)


@inlined
def beliefs(
    state: State, candidates: Candidates, accepted: Accepted
) -> None:
    """Step 13: those whose own act was recorded learn from it, scheme or no scheme."""
    for a in range(state.count[ACCEPTED]):
        truth = accepted.truth[a]
        if truth == _TRUE or truth == _EXCUSED:
            c = accepted.conduct[a]
            i = accepted.subject[a]
            if state.caught[c, i] < 65535:
                state.caught[c, i] += 1


@inlined
def observe(
    state: State, rows: Rows, used: int, tally: Tally, program: Program, months: int, month: int, base: int
) -> int:
    """Step 16: settle the grades, spells, sanctions and rewards of all who were touched."""
    schemes = program.salt.shape[0]
    capacity = rows.chain.shape[0]
    for position in range(state.count[TOUCHED]):
        i = state.touched[position]
        state.is_touched[i] = 0
        cell = state.cell[i]
        in_pilot = (int(cell) // 10) & 1
        mask = _NONE
        for s in range(schemes):
            if program.is_list[s]:
                now = 1 if state.entries[s, i] > 0 else 0
                if now != state.listed[s, i]:
                    tally.monthly[program.measure[0, s], month - 1, cell] += 1 if now else -1
                    state.listed[s, i] = now
                if now:
                    mask |= program.listed_mask[s]
                continue
            if program.pilot_only[s] and not in_pilot:
                continue
            was = int(state.grade[s, i])
            grade = grade_of(
                state.balance[s, i], state.held[s, i], program.floors[s], program.grades[s], program.hold[s]
            )
            mask |= program.grade_mask[s, grade]
            if grade == was:
                continue
            state.grade[s, i] = grade
            first = program.measure[7, s]
            tally.monthly[first + was, month - 1, cell] -= 1
            tally.monthly[first + grade, month - 1, cell] += 1
            tally.mobility[s, month - 1, was, grade] += 1
            harsh = (program.grade_mask[s, grade] & np.uint64(0xFFFFFFFF)) != _NONE
            row = state.spell[s, i]
            if row >= 0 and not harsh:
                rows.ledger[row].exit = _RECOVERED
                rows.ledger[row].end = month
                state.spell[s, i] = -1
            elif row < 0 and harsh and state.last_row[s, i] >= 0:
                row = used
                used += 1
                if used > capacity:
                    continue
                state.spell[s, i] = row
                cause = state.last_row[s, i]
                rows.ledger[row] = rows.ledger[cause]
                record = rows.ledger[row]
                honest = grade_of(
                    state.honest[s, i], state.held_honest[s, i], program.floors[s],
                    program.grades[s], program.hold[s],
                )  # fmt: skip
                deserved = (program.grade_mask[s, honest] & np.uint64(0xFFFFFFFF)) != _NONE
                record.kind = _SPELL
                record.truth = _TRUE if deserved else state.last_wrong[s, i]
                record.month = month
                record.end = months
                record.exit = _IN_FORCE
                record.points = grade
                record.refusals = 0
                record.cause = cause
                record.scheme = s
        _masks(state, tally, program, i, mask, month)
    state.count[TOUCHED] = 0
    return used


@inlined
def _masks(state: State, tally: Tally, program: Program, i: int, mask: int, month: int) -> None:
    """Book the change of a person's sanctions and rewards."""
    old = state.mask[i]
    if mask == old:
        return
    cell = state.cell[i]
    changed = old ^ mask
    for bit in range(64):
        one = np.uint64(1) << np.uint64(bit)
        if changed & one:
            row = program.bit_measure[bit]
            tally.monthly[row, month - 1, cell] += 1 if mask & one else -1
    low = np.uint64(0xFFFFFFFF)
    if ((old & low) != _NONE) != ((mask & low) != _NONE):
        tally.monthly[program.plain_measure[1], month - 1, cell] += 1 if mask & low else -1
    high = low << np.uint64(32)
    if ((old & high) != _NONE) != ((mask & high) != _NONE):
        tally.monthly[program.plain_measure[2], month - 1, cell] += 1 if mask & high else -1
    state.mask[i] = mask
