"""What every person of a tile bears and knows when a run ends: the state that opinion reads.

A snapshot lives in memory only and is never written: whoever needs it later simulates again from
the manifest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scoredsociety.base.jit import kernel
from scoredsociety.engine.codes import DISCOVERED, ENTRY, NONE, NOTIFIED, SANCTIONS, SPELL, TRUE
from scoredsociety.engine.program import Program
from scoredsociety.engine.state import Rooms, Scratch

SNAPSHOT = np.dtype(
    [
        ("mask", "u8"),  # sanctions in force (low 32 bits) and rewards held (high)
        ("known", "u4"),  # bits of the schemes of which one hears when they are announced
        ("told", "u4"),  # bits of the schemes that one learnt of by a case of one's own
        ("enrolled", "u4"),  # bits of the schemes that cover the person
        ("bears", "u4"),  # bits of the schemes whose sanctions are in force
        ("rank", "f4"),  # share of the population with a lower income
        ("profile", "u2"),
        ("flags", "u2"),
        ("age", "u1"),  # in years, in the last month of the run
        ("city", "u1"),
        ("friends", "u1"),  # living friendships
        ("friends_sanctioned", "u1"),
        ("watched", "u1"),  # assumes that the state sees everything
        ("wrongful", "u1"),  # a sanction in force rests on a wrongful row
    ],
    align=True,
)
"""One person at the end of a run. Scheme bits are positions in ``Compiled.schemes``."""


@kernel
def take_snapshot(
    out: Any,
    scratch: Scratch,
    rooms: Rooms,
    program: Program,
    n: int,
    months: int,
    base: int,
    first_row: int,
    last_row: int,
) -> None:
    """Fill ``out[base : base + n]`` with the people of a tile as month ``months`` leaves them.

    Parameters
    ----------
    out : (people,) SNAPSHOT
    scratch, rooms : Scratch, Rooms
        The tile after its last month.
    program : Program
    n, months, base : int
        People in the tile, months of the run, index of the tile's first person.
    first_row, last_row : int
        The tile's rows in ``scratch.ledger``.
    """
    people, persons, standings = rooms.people, scratch.persons, scratch.standings
    ledger, links, ties = scratch.ledger, scratch.links, scratch.friends
    schemes, grade_mask = program.schemes, program.grade_mask
    settings = program.settings[0]
    for i in range(n):
        one, person = out[base + i], persons[i]
        one.mask = person.mask
        one.known = person.known
        one.told = 0
        one.rank = people.rank[i]
        one.profile = person.profile
        one.flags = person.flags
        one.age = min(int(people.age[i]) + (months - 1) // 12, 255)
        one.city = person.city
        one.watched = person.watched
        enrolled, bears, wrongful = np.uint32(0), np.uint32(0), 0
        for s in range(schemes.shape[0]):
            if scratch.since[s, i] > months:
                continue
            standing, bit = standings[s, i], np.uint32(1) << np.uint32(s)
            enrolled |= bit
            if not schemes[s].is_list and grade_mask[s, standing.grade] & SANCTIONS != NONE:
                bears |= bit
                if standing.spell >= 0 and ledger[standing.spell].truth != TRUE:
                    wrongful = 1
        row = person.newest
        while row >= 0:
            s = int(ledger[row].scheme)
            if (schemes[s].listed_mask | links[row].extra) & SANCTIONS != NONE:
                bears |= np.uint32(1) << np.uint32(s)
                if ledger[row].truth != TRUE:
                    wrongful = 1
            row = links[row].chain
        one.enrolled = enrolled
        one.bears = bears
        one.wrongful = wrongful
        living, sanctioned = 0, 0
        if settings.uses_friends:
            for k in range(ties.first[i], ties.first[i + 1]):
                if ties.alive[k]:
                    living += 1
                    if persons[ties.friend[k]].mask & SANCTIONS != NONE:
                        sanctioned += 1
        one.friends = living
        one.friends_sanctioned = sanctioned
    for row in range(first_row, last_row):
        record = ledger[row]
        by_entry = record.kind == ENTRY and record.flags & (NOTIFIED | DISCOVERED) != 0
        if by_entry or record.kind == SPELL:
            out[record.subject].told |= np.uint32(1) << np.uint32(record.scheme)
