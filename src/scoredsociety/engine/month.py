"""The month of one tile, in the order of docs/model.md (printed by ``scoredsociety schedule``).

Each function is one step. Conduct looks at the state at the start of the month only; whatever
the month changes is settled at its end. Kernels: no Python objects, no allocation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined
from scoredsociety.base.streams import Block, uniform, words
from scoredsociety.engine.compile import (
    LAYERS,
    REFUSED_FLY,
    REFUSED_RAIL,
    REWARDED,
    SANCTIONED,
    Program,
)
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
from scoredsociety.engine.state import INNOCENT, SHOCK, Scratch, Tally

_EDGES = np.array(LAYERS)
_PROCESS, _OUTCOME, _ATTEMPT = (np.uint64(b) for b in (Block.PROCESS, Block.OUTCOME, Block.ATTEMPT))
_8, _12, _16, _32 = np.uint64(8), np.uint64(12), np.uint64(16), np.uint64(32)
_NONE, _SANCTIONS = np.uint64(0), np.uint64(0xFFFFFFFF)
_RECORD, _ENTRY, _SPELL = int(Kind.RECORD), int(Kind.ENTRY), int(Kind.SPELL)
_TRUE, _WRONG, _NO_EVENT, _EXCUSED = (int(x) for x in Truth)
_IN_FORCE, _PERFORMED, _TERM = (
    int(ExitReason.IN_FORCE),
    int(ExitReason.PERFORMED),
    int(ExitReason.TERM),
)
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
def _touch(person: Any, touched: NDArray[np.int32], count: NDArray[np.int64], i: int) -> None:
    """Have a person looked at when the month ends."""
    if person.touched == 0:
        person.touched = 1
        touched[count[TOUCHED]] = i
        count[TOUCHED] += 1


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
                _accept(accepted[n], k, i, c, channel, _NO_EVENT, -1, 0)
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
        low = _EDGES[layer]
        width = _EDGES[layer + 1] - low
        if multiple > _EDGES[kind.layers] * 1.000000001:
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
        truth = _TRUE
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
                _owner(point),
                kind.identity,
                tile,
                _OUTCOME | (np.uint64(layer) << _8),
            )
            other = _somebody_else(person, bucket, bucket_first, uniform(lanes[1]))
            if other >= 0:
                subject = other
                truth = _WRONG
        if truth == _TRUE and rest < (kind.excused_after_shock if shocked else kind.excused):
            truth = _EXCUSED
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
def _owner(point: Any) -> Any:
    return np.uint64(point.who) | (np.uint64(point.serial) << _12)


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


@inlined
def records(
    scratch: Scratch,
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
    """Take steps 5 to 7: due process, records and points, admission to lists.

    Returns the number of ledger rows; beyond the capacity rows are counted, not written.
    """
    persons, candidates, accepted, count = (
        scratch.persons,
        scratch.candidates,
        scratch.accepted,
        scratch.counts,
    )
    ledger, monthly = scratch.ledger, tally.monthly
    conducts, rules, schemes, copied = (
        program.conducts,
        program.rules,
        program.schemes,
        program.copied,
    )
    total = schemes.shape[0]
    for a in range(count[ACCEPTED]):
        found = accepted[a]
        c, i, truth = int(found.conduct), int(found.subject), int(found.truth)
        point = candidates[found.candidate]
        person = persons[i]
        for s in range(total):
            rule, scheme = rules[s, c], schemes[s]
            if not rule.applies or (scheme.pilot_only and not person.pilot):
                continue
            if used + 1 + total > ledger.shape[0]:
                used += 1 + total  # no room: the chunk is run again with more
                continue
            field = (np.uint64(point.layer) << _8) | (scheme.salt << _16)
            flags = 0
            if rule.points <= 0:  # a deed needs no defence
                lanes = words(
                    seed, replicate, _owner(point), conducts[c].identity, tile, _PROCESS | field
                )
                flags = _due_process(scheme, truth, lanes)
            row = used
            used += 1
            record = ledger[row]
            record.subject = base + i
            record.kind = _ENTRY if scheme.is_list else _RECORD
            record.scheme = s
            record.conduct = c
            record.channel = found.channel
            record.truth = truth
            record.generation = found.generation
            record.flags = flags
            record.month = month
            record.points = rule.points
            record.refusals = 0
            record.profile = person.profile
            record.cause = found.cause
            record.actor = -1 if truth == _NO_EVENT else base + int(point.who)
            record.act = (
                np.uint64(point.code)
                | (np.uint64(point.layer) << np.uint64(7))
                | (np.uint64(point.serial) << np.uint64(10))
            )
            if flags & _CORRECTED:
                record.exit = _STOPPED
                record.end = month
                monthly[scheme.m_stopped, month - 1, person.cell] += 1
                continue
            record.exit = _IN_FORCE
            record.end = months
            if not scheme.is_list:
                _score(scratch, tally, program, row, i, month, months, rule.holds)
                continue
            lanes = words(
                seed, replicate, _owner(point), conducts[c].identity, tile, _OUTCOME | field
            )
            _enter(scratch, tally, program, row, i, month, months, lanes)
            for target in range(total):
                if copied[s, target] != 0 and (person.pilot or not schemes[target].pilot_only):
                    copy = used
                    used += 1
                    ledger[copy] = ledger[row]
                    record = ledger[copy]
                    record.kind = _RECORD
                    record.scheme = target
                    record.points = copied[s, target]
                    record.flags = flags | _COPIED
                    record.cause = row
                    record.exit = _IN_FORCE
                    record.end = months
                    _score(scratch, tally, program, copy, i, month, months, 0)
    return used


@inlined
def _due_process(scheme: Any, truth: int, lanes: Any) -> int:
    """Return the flags of what happens between a record and its entry."""
    if truth == _EXCUSED and uniform(lanes[3]) < scheme.exempt:
        return _EXEMPTED | _CORRECTED
    if uniform(lanes[0]) >= scheme.notice:
        return 0
    if uniform(lanes[1]) >= scheme.files:
        return _NOTIFIED
    if uniform(lanes[2]) >= (scheme.review_rightful if truth == _TRUE else scheme.review_wrongful):
        return _NOTIFIED | _FILED
    return _NOTIFIED | _FILED | _CORRECTED


@inlined
def _later(due: NDArray[np.int32], link: Any, row: int, month: int, months: int) -> None:
    """Have ``row`` end at the end of ``month``, if that is within the horizon."""
    if month <= months:
        link.due = due[month]
        due[month] = row


@inlined
def _score(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    row: int,
    i: int,
    month: int,
    months: int,
    holds: int,
) -> None:
    """Enter a record in a points scheme."""
    record, link, person = scratch.ledger[row], scratch.links[row], scratch.persons[i]
    s = int(record.scheme)
    standing, scheme = scratch.standings[s, i], program.schemes[s]
    standing.balance += record.points
    if holds:
        standing.held += 1
    if record.truth == _TRUE:
        standing.honest += record.points
        if holds:
            standing.held_honest += 1
    elif record.points < 0 or holds:
        standing.last_wrong = record.truth
    if record.points < 0 or holds:
        standing.last_row = row
    link.ends_as = _TERM
    link.holds = holds
    if scheme.expiry > 0:
        _later(scratch.due, link, row, month + scheme.expiry, months)
    tally.monthly[scheme.m_records, month - 1, person.cell] += 1
    _touch(person, scratch.touched, scratch.counts, i)


@inlined
def _enter(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    row: int,
    i: int,
    month: int,
    months: int,
    lanes: Any,
) -> None:
    """Make an entry in a list: in force in months month + 1 ... month + d."""
    record, link, person = scratch.ledger[row], scratch.links[row], scratch.persons[i]
    s = int(record.scheme)
    scheme, standing, settings = program.schemes[s], scratch.standings[s, i], program.settings[0]
    count, monthly = scratch.counts, tally.monthly
    loss = settings.income_loss if person.mask & settings.income_mask else 0.0
    hazard = exit_hazard(
        scheme.exit, scratch.people.income[i], settings.median_income, scheme.income_exponent, loss
    )
    d, by_term = duration(uniform(lanes[0]), hazard, scheme.term, months + 1)
    link.ends_as = _TERM if by_term else _PERFORMED
    link.late = 0
    if uniform(lanes[2]) < scheme.late:
        link.late |= 1
    if uniform(lanes[3]) < (
        scheme.review_rightful if record.truth == _TRUE else scheme.review_wrongful
    ):
        link.late |= 2
    _later(scratch.due, link, row, month + d, months)
    if person.newest < 0:
        person.place = count[BANNED]
        scratch.banned[count[BANNED]] = i
        count[BANNED] += 1
    link.chain = person.newest
    person.newest = row
    standing.entries += 1
    monthly[scheme.m_entries, month - 1, person.cell] += 1
    monthly[scheme.m_in, month - 1, person.cell] += 1
    if standing.ever == 0:
        standing.ever = 1
        monthly[scheme.m_ever, month - 1, person.cell] += 1
    _touch(person, scratch.touched, count, i)


@inlined
def counters(
    scratch: Scratch,
    tally: Tally,
    program: Program,
    seed: int,
    replicate: int,
    tile: int,
    month: int,
) -> None:
    """Take step 9: refusals at counters, discovery of entries nobody told about, late appeals."""
    persons, ledger, links, banned = scratch.persons, scratch.ledger, scratch.links, scratch.banned
    schemes, settings, monthly = program.schemes, program.settings[0], tally.monthly
    for position in range(scratch.counts[BANNED]):
        i = banned[position]
        person = persons[i]
        mask = _NONE
        oldest = -1
        row = person.newest
        while row >= 0:
            if ledger[row].month < month:
                mask |= schemes[ledger[row].scheme].listed_mask
                oldest = row
            row = links[row].chain
        flight = mask & settings.flight_mask
        rail = mask & settings.rail_mask
        if not (flight or rail):
            continue
        lanes = words(seed, replicate, i, month, tile, _ATTEMPT)
        flights = attempts(uniform(lanes[0]), settings.flight_attempts) if flight else 0
        trains = attempts(uniform(lanes[1]), settings.rail_attempts) if rail else 0
        if flights + trains == 0:
            continue
        monthly[REFUSED_FLY, month - 1, person.cell] += flights
        monthly[REFUSED_RAIL, month - 1, person.cell] += trains
        ledger[oldest].refusals += flights + trains
        row = person.newest
        while row >= 0:
            record = ledger[row]
            if record.month < month and not record.flags & (_NOTIFIED | _DISCOVERED):
                record.flags |= _DISCOVERED
                if links[row].late & 1:
                    record.flags |= _FILED_LATE
                    if links[row].late & 2:
                        links[row].ends_as = _LATE
            row = links[row].chain


@inlined
def exits(scratch: Scratch, tally: Tally, program: Program, month: int, base: int) -> None:
    """Take step 12: entries end by performance, term or late appeal; records expire."""
    persons, standings, ledger, links = (
        scratch.persons,
        scratch.standings,
        scratch.ledger,
        scratch.links,
    )
    banned, count = scratch.banned, scratch.counts
    row = scratch.due[month]
    while row >= 0:
        record = ledger[row]
        i = int(record.subject) - base
        if record.kind == _ENTRY:
            if record.exit == _IN_FORCE:
                _leave(scratch, tally, program, row, i, month)
        else:
            standing = standings[record.scheme, i]
            record.exit = _TERM
            record.end = month
            standing.balance -= record.points
            standing.held -= links[row].holds
            if record.truth == _TRUE:
                standing.honest -= record.points
                standing.held_honest -= links[row].holds
            _touch(persons[i], scratch.touched, count, i)
        row = links[row].due
    position = 0
    while position < count[BANNED]:
        i = banned[position]
        row = persons[i].newest
        while row >= 0:
            after = links[row].chain
            if links[row].ends_as == _LATE:
                _leave(scratch, tally, program, row, i, month)
            row = after
        if persons[i].newest >= 0:
            position += 1
        # otherwise somebody else now stands at this position


@inlined
def _leave(scratch: Scratch, tally: Tally, program: Program, row: int, i: int, month: int) -> None:
    """Take one entry out of force at the end of ``month``."""
    persons, links, banned, count = scratch.persons, scratch.links, scratch.banned, scratch.counts
    record, person = scratch.ledger[row], persons[i]
    s = int(record.scheme)
    scheme = program.schemes[s]
    record.exit = links[row].ends_as
    record.end = month
    scratch.standings[s, i].entries -= 1
    if person.newest == row:
        person.newest = links[row].chain
    else:
        before = person.newest
        while links[before].chain != row:
            before = links[before].chain
        links[before].chain = links[row].chain
    if person.newest < 0:
        last = count[BANNED] - 1
        moved = banned[last]
        banned[person.place] = moved
        persons[moved].place = person.place
        count[BANNED] = last
    tally.monthly[scheme.m_entries, month - 1, person.cell] -= 1
    tally.monthly[scheme.m_out, month - 1, person.cell] += 1
    _touch(person, scratch.touched, count, i)


@inlined
def beliefs(scratch: Scratch) -> None:
    """Take step 13: those whose own act was recorded learn from it, scheme or no scheme."""
    accepted, caught = scratch.accepted, scratch.caught
    for a in range(scratch.counts[ACCEPTED]):
        found = accepted[a]
        own = found.truth == _TRUE or found.truth == _EXCUSED
        if own and caught[found.subject, found.conduct] < 65535:
            caught[found.subject, found.conduct] += 1


@inlined
def observe(
    scratch: Scratch, used: int, tally: Tally, program: Program, months: int, month: int
) -> int:
    """Take step 16: settle the grades, spells, sanctions and rewards of all who were touched."""
    persons, standings, ledger = scratch.persons, scratch.standings, scratch.ledger
    schemes, floors, grade_mask = program.schemes, program.floors, program.grade_mask
    monthly, mobility, count = tally.monthly, tally.mobility, scratch.counts
    for position in range(count[TOUCHED]):
        i = scratch.touched[position]
        person = persons[i]
        person.touched = 0
        mask = _NONE
        for s in range(schemes.shape[0]):
            scheme, standing = schemes[s], standings[s, i]
            if scheme.is_list:
                now = 1 if standing.entries > 0 else 0
                if now != standing.listed:
                    monthly[scheme.m_listed, month - 1, person.cell] += 1 if now else -1
                    standing.listed = now
                if now:
                    mask |= scheme.listed_mask
                continue
            if scheme.pilot_only and not person.pilot:
                continue
            was = int(standing.grade)
            grade = grade_of(standing.balance, standing.held, floors, s, scheme.grades, scheme.hold)
            mask |= grade_mask[s, grade]
            if grade == was:
                continue
            standing.grade = grade
            monthly[scheme.m_grade + was, month - 1, person.cell] -= 1
            monthly[scheme.m_grade + grade, month - 1, person.cell] += 1
            mobility[s, month - 1, was, grade] += 1
            harsh = (grade_mask[s, grade] & _SANCTIONS) != _NONE
            if standing.spell >= 0 and not harsh:
                ledger[standing.spell].exit = _RECOVERED
                ledger[standing.spell].end = month
                standing.spell = -1
            elif standing.spell < 0 and harsh and standing.last_row >= 0:
                used += 1
                if used <= ledger.shape[0]:
                    honest = grade_of(
                        standing.honest, standing.held_honest, floors, s, scheme.grades, scheme.hold
                    )
                    deserved = (grade_mask[s, honest] & _SANCTIONS) != _NONE
                    standing.spell = used - 1
                    ledger[used - 1] = ledger[standing.last_row]
                    record = ledger[used - 1]
                    record.kind = _SPELL
                    record.scheme = s
                    record.truth = _TRUE if deserved else standing.last_wrong
                    record.month = month
                    record.end = months
                    record.exit = _IN_FORCE
                    record.points = grade
                    record.refusals = 0
                    record.cause = standing.last_row
        if mask != person.mask:
            book_masks(monthly, program.bit_measure, person.mask, mask, month, person.cell)
            person.mask = mask
    count[TOUCHED] = 0
    return used


@inlined
def book_masks(
    monthly: NDArray[np.int64],
    bit_measure: NDArray[np.int64],
    old: Any,
    new: Any,
    month: int,
    cell: int,
) -> None:
    """Book the change of a person's sanctions (low 32 bits) and rewards (high)."""
    for bit in range(64):
        was = (old >> np.uint64(bit)) & np.uint64(1)
        now = (new >> np.uint64(bit)) & np.uint64(1)
        if was != now:
            monthly[bit_measure[bit], month - 1, cell] += 1 if now else -1
    was, now = old & _SANCTIONS, new & _SANCTIONS
    if (was != _NONE) != (now != _NONE):
        monthly[SANCTIONED, month - 1, cell] += 1 if now else -1
    was, now = old >> _32, new >> _32
    if (was != _NONE) != (now != _NONE):
        monthly[REWARDED, month - 1, cell] += 1 if now else -1
