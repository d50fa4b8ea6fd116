"""What a score foretells: its level a year before the end, beside what was recorded after."""

from __future__ import annotations

import numpy as np

from scoredsociety.base.jit import part
from scoredsociety.engine.codes import ENOUGH, LAST_YEAR, NONE
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
    standings, schemes = scratch.standings, program.schemes
    for i in range(n):
        for s in range(schemes.shape[0]):
            standing = standings[s, i]
            standing.bucket = NOT_IN
            if not schemes[s].is_list and standing.enrolled_from <= month:
                standing.bucket = bucket_of(
                    schemes[s], int(standing.balance), int(standing.score), int(standing.count)
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
    persons, standings, schemes = scratch.persons, scratch.standings, program.schemes
    own_level, conducts = scratch.own_level, scratch.caught.shape[0]
    information, own, scored, asked = tally.information, tally.own, tally.scored, tally.asked
    for i in range(n):
        person = persons[i]
        if person.adult_from > months - LAST_YEAR:
            for c in range(conducts):
                own_level[c, i] = 0
            continue
        asked[0] += 1
        for s in range(schemes.shape[0]):
            if not schemes[s].is_list and standings[s, i].bucket != NOT_IN:
                scored[s, person.thin, standings[s, i].bucket] += 1
        if person.acted == NONE:
            continue
        for c in range(conducts):
            if not (person.acted >> np.uint64(c)) & np.uint64(1):
                continue
            own[own_level[c, i], c, 1] += 1
            own_level[c, i] = 0
            for s in range(schemes.shape[0]):
                if not schemes[s].is_list and standings[s, i].bucket != NOT_IN:
                    information[s, person.thin, standings[s, i].bucket, c, 1] += 1
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
