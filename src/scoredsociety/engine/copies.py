"""Step 7 of the month: memoranda pass records on, and copies of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoredsociety.base.jit import part
from scoredsociety.base.streams import uniform, words
from scoredsociety.engine.codes import (
    BITS_8,
    BITS_16,
    COPIED,
    COPY,
    ENTRY,
    IN_FORCE,
    NAMESAKE,
    RECORD,
    owner,
    touch,
)
from scoredsociety.engine.lists import enter
from scoredsociety.engine.marks import later, score
from scoredsociety.engine.program import FEATURES, Program
from scoredsociety.engine.state import Scratch, Tally
from scoredsociety.society.people import CONSENT


@part
def pass_on(
    scratch: Scratch,
    used: int,
    tally: Tally,
    program: Program,
    row: int,
    point: Any,
    month: int,
    months: int,
    seed: int,
    replicate: int,
    tile: int,
    base: int,
) -> int:
    """Copy a row, and then the copies, wherever an agreement sends them."""
    ledger = scratch.ledger
    identity = program.conducts[ledger[row].conduct].identity
    at = row
    while at < used:
        # a good deed is no bad mark elsewhere
        bad = ledger[at].kind == ENTRY or ledger[at].points < 0 or scratch.links[at].holds
        if bad and not ledger[at].flags & NAMESAKE:
            s = int(ledger[at].scheme)
            i = int(ledger[at].subject) - base
            for k in range(program.copy_first[s], program.copy_first[s + 1]):
                copy = program.copies[k]
                if scratch.since[copy.target, i] > month:
                    continue
                if copy.consent and not scratch.persons[i].flags & CONSENT:
                    continue
                if copy.share < 1.0:
                    field = (np.uint64(point.layer) << BITS_8) | (copy.salt << BITS_16)
                    lanes = words(seed, replicate, owner(point), identity, tile, COPY | field)
                    if uniform(lanes[0]) >= copy.share:
                        continue
                new = used
                used += 1
                ledger[new] = ledger[at]
                record = ledger[new]
                record.kind = ENTRY if copy.lists else RECORD
                record.scheme = copy.target
                record.points = copy.points
                record.flags |= COPIED
                record.cause = at
                record.exit = IN_FORCE
                record.end = months
                record.refusals = 0
                record.sanctions = 0
                if copy.lists:
                    used = enter(
                        scratch, used, tally, program, new, point, month, months,
                        seed, replicate, tile, base,
                    )  # fmt: skip
                else:
                    target, person = program.schemes[copy.target], scratch.persons[i]
                    score(
                        record, scratch.links[new], person, scratch.standings[copy.target, i],
                        target, new, 0, tally.monthly,
                    )  # fmt: skip
                    if target.kind == FEATURES:
                        scratch.dirty[target.feature, i] = 1
                    if target.expiry > 0:
                        later(scratch.due, scratch.links[new], new, month + target.expiry, months)
                    touch(person, scratch.touched, scratch.counts, i)
        at += 1
    return used
