"""What a score foretells: its level a year before the end, beside what was recorded after."""

from __future__ import annotations

import numpy as np

from scoredsociety.base.jit import part
from scoredsociety.engine.codes import ENOUGH, LAST_YEAR, NONE, lowest
from scoredsociety.engine.program import Program
from scoredsociety.engine.scores import bucket_of
from scoredsociety.engine.state import Scratch, Tally

NOT_IN = 255
"""Bucket of those without a score a year before the end."""


@part
def note_scores(scratch: Scratch, program: Program, n: int, month: int, months: int) -> None:
    """Note everybody's score at the end of month T - 12."""
    if months < ENOUGH or month != months - LAST_YEAR:
        return
    for s in range(program.schemes.shape[0]):
        scheme = program.schemes[s]
        for i in range(0 if scheme.is_list else n):
            if scratch.since[s, i] <= month:
                standing = scratch.standings[s, i]
                scratch.noted[s, i] = bucket_of(
                    scheme, int(standing.balance), int(standing.score), int(standing.count)
                )


@part
def count_information(
    scratch: Scratch, tally: Tally, program: Program, n: int, months: int
) -> None:
    """Count people by what was noted and by what they did in the last year.

    Who did nothing of a conduct, and had done nothing of it, is the rest: see
    :func:`fill_information`.
    """
    if months < ENOUGH:
        return
    persons, noted, schemes = scratch.persons, scratch.noted, program.schemes.shape[0]
    own_level, conducts = scratch.own_level, scratch.caught.shape[0]
    information, own, scored, asked = tally.information, tally.own, tally.scored, tally.asked
    for i in range(n):
        person = persons[i]
        if person.adult_from > months - LAST_YEAR:
            continue
        asked[0] += 1
        for s in range(schemes):
            if noted[s, i] != NOT_IN:
                scored[s, person.thin, noted[s, i]] += 1
        left = person.acted
        while left != NONE:
            c = lowest(left)
            left &= left - np.uint64(1)
            own[own_level[c, i], c, 1] += 1
            own_level[c, i] = 0
            for s in range(schemes):
                if noted[s, i] != NOT_IN:
                    information[s, person.thin, noted[s, i], c, 1] += 1
    for c in range(conducts):  # those who did nothing of it in the last year, but before
        for eight in range((n + 7) // 8):
            if scratch.own_levels[c, eight] != NONE:
                for i in range(8 * eight, min(8 * eight + 8, n)):
                    if own_level[c, i]:
                        own[own_level[c, i], c, 0] += 1


def fill_information(tally: Tally) -> None:
    """Enter those who did nothing: all who were asked but those counted."""
    did = tally.information[..., 1]
    tally.information[..., 0] = tally.scored[..., None] - did
    tally.own[0, :, 0] = tally.asked[0] - (tally.own.sum(axis=(0, 2)) - tally.own[0, :, 0])
