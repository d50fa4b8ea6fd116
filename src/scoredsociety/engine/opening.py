"""Who is there and what holds when a tile begins; who comes of age or under a scheme later.

Takes step 2 of the month: roll-out, enrolment and coming of age.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scoredsociety.base.jit import inlined, kernel, part
from scoredsociety.base.normal import normal_quantile, normal_share, normals_of_many
from scoredsociety.base.streams import uniform, words_of_many
from scoredsociety.engine.codes import ENROL, NONE
from scoredsociety.engine.information import NOT_IN
from scoredsociety.engine.observers import book_masks
from scoredsociety.engine.program import (
    ADULTS,
    CHILDREN,
    FEATURES,
    FRIENDS,
    NEVER,
    Program,
)
from scoredsociety.engine.scores import (
    feature_score,
    open_features,
    read_features,
    settled_grade,
    tell_friends,
    whole,
)
from scoredsociety.engine.stars import read_quality
from scoredsociety.engine.state import Rooms, Scratch, Tally
from scoredsociety.society.friends import build_friends
from scoredsociety.society.households import build_homes
from scoredsociety.society.people import MINORITY, THIN, TILE, PeopleTables
from scoredsociety.society.traits import build_traits, eligible

TOO_MANY_FRIENDS = -4
"""More friendships than there was room for."""


@kernel
def begin_tile(
    scratch: Scratch,
    rooms: Rooms,
    tally: Tally,
    program: Program,
    tables: PeopleTables,
    n: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
) -> int:
    """Set the state before month 1 of the people who stand in ``rooms.people``.

    Returns 0, or TOO_MANY_FRIENDS.
    """
    settings = program.settings[0]
    scratch.caught[:] = 0
    scratch.own_level[:] = 0
    scratch.counts[:] = 0
    scratch.noted[:] = NOT_IN
    scratch.due[:] = -1
    if settings.habit > 0.0:
        for i in range(TILE):
            for c in range(scratch.habit.shape[1]):
                scratch.habit[i, c].month = 0
    _set_persons(scratch, rooms, tally, program, n, months)
    if settings.uses_homes:
        build_homes(
            scratch.home, rooms.homes_work, rooms.people, n, settings.household,
            seed, replicate, tile,
        )  # fmt: skip
        _set_homes(scratch, n)
    if settings.uses_traits:
        if not settings.uses_homes:
            scratch.home[:] = 0
        build_traits(rooms.traits, rooms.people, scratch.home, n, seed, replicate, tile)
        for i in range(n):
            scratch.persons[i].watched = rooms.traits.watched[i] < settings.assume_watched
    if settings.uses_friends:
        ends = build_friends(
            scratch.friends, rooms.friends_work, rooms.people, n, settings.friends_mean,
            settings.friends_size, settings.friends_within, seed, replicate, tile,
        )  # fmt: skip
        if ends < 0:
            return TOO_MANY_FRIENDS
        for i in range(n):
            mine = scratch.friends.first[i + 1] - scratch.friends.first[i]
            tally.monthly[FRIENDS, 0, scratch.persons[i].cell] += mine
    _set_standings(scratch, rooms, program, tables, n, months, seed, replicate, tile)
    read_quality(scratch, rooms, program, n, seed, replicate, tile)
    if scratch.mixed.shape[0] > 0:
        read_features(scratch, rooms, program, n)
        for s in range(program.schemes.shape[0]):
            if program.schemes[s].kind == FEATURES:
                open_features(scratch, program.schemes[s], s, n)
    return 0


@part
def _set_persons(
    scratch: Scratch, rooms: Rooms, tally: Tally, program: Program, n: int, months: int
) -> None:
    people, persons, schemes = rooms.people, scratch.persons, program.schemes
    settings, arrivals, cells = program.settings[0], scratch.arrivals, scratch.cells
    arrivals[:] = 0
    for i in range(n):
        person = persons[i]
        pilot = (int(people.profile[i]) >> 11) & 1
        group = int(people.flags[i] & MINORITY)
        aware = int(people.attention[i] < (settings.aware_in if pilot else settings.aware_out))
        quintile = (int(people.profile[i]) >> 13) & 7
        start = max(1, (18 - int(people.age[i])) * 12 + 1)
        person.adult_from = start
        person.newest = -1
        person.place = -1
        person.profile = int(people.profile[i]) | (aware << 12)
        person.cell = ((group * 2 + pilot) * 5 + quintile) * 2 + aware
        cells[i] = person.cell
        person.city = people.city[i]
        person.minority = group
        person.pilot = pilot
        person.flags = people.flags[i]
        person.income = people.income[i]
        person.thin = 1 if people.flags[i] & THIN else 0
        person.touched = 0
        person.watched = 0
        person.school = 0
        person.acted = np.uint64(0)
        person.known = 0
        person.covered = 0
        person.mask = np.uint64(0)
        for s in range(schemes.shape[0]):
            inside = pilot or not schemes[s].pilot_only
            if people.attention[i] < (
                schemes[s].aware_inside if inside else schemes[s].aware_outside
            ):
                person.known |= np.uint32(1) << np.uint32(s)
        tally.persons[person.profile] += 1
        if start <= months:
            tally.adults[person.profile] += 1
            tally.adult_months[person.profile] += months - start + 1
            arrivals[start] = 1
    _fill_buckets(scratch, n)


@part
def _fill_buckets(scratch: Scratch, n: int) -> None:
    """Sort the adults of the tile by city and group: where wrong attributions land."""
    persons, first, bucket = scratch.persons, scratch.bucket_first, scratch.bucket
    first[:] = 0
    for i in range(n):
        person = persons[i]
        person.bucket = -1
        if person.adult_from == 1:
            first[int(person.city) * 2 + int(person.minority) + 1] += 1
    for key in range(1, first.shape[0]):
        first[key] += first[key - 1]
    for i in range(n):
        person = persons[i]
        if person.adult_from == 1:
            key = int(person.city) * 2 + int(person.minority)
            bucket[first[key]] = i
            person.bucket = first[key]
            first[key] += 1
    for key in range(first.shape[0] - 1, 0, -1):  # each has moved to where the next begins
        first[key] = first[key - 1]
    first[0] = 0


@part
def _set_homes(scratch: Scratch, n: int) -> None:
    """Chain the children of each home."""
    homes = scratch.homes
    for h in range(TILE):
        homes[h].first_child = -1
        homes[h].barred = 0
    for i in range(n - 1, -1, -1):
        if scratch.persons[i].adult_from > 1:
            homes[i].next_child = homes[scratch.home[i]].first_child
            homes[scratch.home[i]].first_child = i


@part
def _set_standings(
    scratch: Scratch,
    rooms: Rooms,
    program: Program,
    tables: PeopleTables,
    n: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
) -> None:
    schemes, persons, people = program.schemes, scratch.persons, rooms.people
    own = rooms.propensity
    for s in range(schemes.shape[0]):
        scheme, standings, since = schemes[s], scratch.standings[s], scratch.since[s]
        since[:] = NEVER
        for i in range(TILE):
            _blank(standings[i], scheme.start)
        drawn = scheme.coverage < 1.0 or scheme.voluntary
        enough = -np.inf
        if scheme.voluntary:
            normals_of_many(
                own, rooms.lanes[0], people.room, seed, replicate, scheme.identity, tile, ENROL
            )
            if scheme.coverage < 1.0:
                enough = normal_quantile(1.0 - scheme.coverage) if scheme.coverage > 0.0 else np.inf
        elif drawn:
            words_of_many(rooms.lanes, seed, replicate, scheme.identity, tile, ENROL)
            for i in range(n):
                own[i] = uniform(rooms.lanes[0, i])
        for i in range(n):
            if scheme.pilot_only and not persons[i].pilot:
                continue
            if scheme.who != 0 and not eligible(scheme.who, i, people):
                continue
            wait = 0
            if scheme.voluntary:
                wait = _wait(scheme, people.general[i], own[i], enough, months)
            elif drawn:
                wait = 0 if own[i] < scheme.coverage else -1
            if wait < 0:
                continue
            begins = begins_in(scheme, int(persons[i].city), tables.cities, tables.pilot_cities)
            month = max(int(persons[i].adult_from), begins) + wait
            if month <= scheme.ends:
                since[i] = month
                if month <= months:
                    scratch.arrivals[month] = 1


@inlined
def _blank(standing: Any, start: int) -> None:
    """Have nothing happened yet to somebody under one scheme."""
    standing.balance = start
    standing.honest = start
    standing.score = 0
    standing.honest_score = 0
    standing.count = 0
    standing.last_row = -1
    standing.spell = -1
    standing.records = -1
    standing.reset_on = 0
    standing.held = 0
    standing.held_honest = 0
    standing.entries = 0
    standing.strikes = 0
    standing.grade = 0
    standing.last_wrong = 0
    standing.listed = 0
    standing.ever = 0


@inlined
def begins_in(scheme: Any, city: int, cities: int, pilot_cities: int) -> int:
    """Return the month in which a scheme starts in a city: the cities follow each other evenly."""
    count = pilot_cities if scheme.pilot_only else cities
    if count <= 1 or scheme.last == scheme.first:
        return int(scheme.first)
    return int(scheme.first) + city * (int(scheme.last) - int(scheme.first)) // (count - 1)


@inlined
def _wait(scheme: Any, general: float, own: float, enough: float, months: int) -> int:
    """Return the months from the start of a scheme until a person is in it; -1: never.

    Who may choose enrols if willing: if more so than ``enough``. Where silence is read as a bad
    sign, those follow month by month who are better than what is thought of the silent:
    theta -> theta / 2 - penalty + cost.
    """
    conduct = -general
    bent = scheme.selection
    if bent * conduct + np.sqrt(1.0 - bent * bent) * own > enough:
        return 0
    if np.isnan(scheme.pressure):
        return -1
    rank = normal_share(conduct)
    theta = 1.0
    for k in range(1, months + 1):
        before = theta
        theta = min(1.0, max(0.0, theta / 2.0 + scheme.pressure))
        if rank >= theta:
            return k
        if theta == before:
            return -1
    return -1


@part
def note_late(scratch: Scratch, program: Program, n: int, months: int) -> None:
    """List those who come of age or under a scheme after month 1."""
    late, found = scratch.late, 0
    for i in range(n):
        waits = 1 < scratch.persons[i].adult_from <= months
        for s in range(program.schemes.shape[0]):
            waits |= 1 < scratch.since[s, i] <= months
        late[found] = i
        found += waits
    late[TILE] = found


@part
def arrive(scratch: Scratch, tally: Tally, program: Program, n: int, month: int) -> None:
    """Take step 2: people come of age; schemes reach those who are enrolled from this month."""
    if not scratch.arrivals[month]:
        return
    persons, late, monthly = scratch.persons, scratch.late, tally.monthly
    every = n if month == 1 else late[TILE]
    for k in range(every):
        i = k if month == 1 else late[k]
        if persons[i].adult_from == month:
            monthly[ADULTS, month - 1, persons[i].cell] += 1
            if (
                month > 1
                and program.settings[0].school_mask != NONE
                and scratch.homes[scratch.home[i]].barred > 0
            ):
                monthly[CHILDREN, month - 1, persons[i].cell] -= 1
    for s in range(program.schemes.shape[0]):
        for k in range(every):
            i = k if month == 1 else late[k]
            if scratch.since[s, i] == month:
                _enter(scratch, tally, program, s, i, month)


@inlined
def _enter(scratch: Scratch, tally: Tally, program: Program, s: int, i: int, month: int) -> None:
    """Let a person come under a scheme."""
    person, scheme, standing = scratch.persons[i], program.schemes[s], scratch.standings[s, i]
    monthly = tally.monthly
    monthly[scheme.m_enrolled, month - 1, person.cell] += 1
    person.covered |= np.uint32(1) << np.uint32(s)
    if scheme.is_list:
        return
    if scheme.kind == FEATURES:
        if month > 1:  # friends come in at the end of the month
            f = scheme.feature
            mine = scratch.mixed[f, i]
            alone = feature_score(scheme, mine.stays, mine.level, int(standing.balance), 0, 0)
            standing.score = whole(alone)
            standing.honest_score = standing.score
            scratch.dirty[f, i] = 1
            mine.low = 1
            mine.high = 0
            if scheme.ties > 0.0:
                tell_friends(scratch, f, i, int(standing.score), 1)
        monthly[scheme.m_score, month - 1, person.cell] += standing.score
    standing.grade = settled_grade(standing, scheme, program.floors, s)
    monthly[scheme.m_grade + standing.grade, month - 1, person.cell] += 1
    mask = person.mask | program.grade_mask[s, standing.grade]
    if mask != person.mask:
        book_masks(monthly, program.bit_measure, person.mask, mask, month, person.cell)
        person.mask = mask
