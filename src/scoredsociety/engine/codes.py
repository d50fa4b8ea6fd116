"""The codes of the ledger as plain numbers, for kernels, and helpers that steps share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined
from scoredsociety.base.streams import Block
from scoredsociety.engine.program import LAYERS
from scoredsociety.engine.result import ExitReason, Flag, Kind, Truth

EDGES = np.array(LAYERS)
PROCESS, OUTCOME, ATTEMPT = (np.uint64(b) for b in (Block.PROCESS, Block.OUTCOME, Block.ATTEMPT))
EXEMPT, COPY, JOINT, SAME_NAME = (
    np.uint64(b) for b in (Block.EXEMPT, Block.COPY, Block.JOINT, Block.NAMESAKE)
)
ENROL, TIE, TRADE = (np.uint64(b) for b in (Block.ENROL, Block.TIE, Block.TRADE))
BITS_8, BITS_12, BITS_16, BITS_32 = np.uint64(8), np.uint64(12), np.uint64(16), np.uint64(32)
NONE, SANCTIONS = np.uint64(0), np.uint64(0xFFFFFFFF)
RECORD, ENTRY, SPELL = int(Kind.RECORD), int(Kind.ENTRY), int(Kind.SPELL)
TRUE, WRONG, NO_EVENT, EXCUSED = (int(x) for x in Truth)
IN_FORCE, PERFORMED, TERM = (
    int(ExitReason.IN_FORCE),
    int(ExitReason.PERFORMED),
    int(ExitReason.TERM),
)
LATE, RECOVERED, STOPPED = (
    int(ExitReason.LATE_APPEAL),
    int(ExitReason.RECOVERED),
    int(ExitReason.STOPPED),
)
RESET, SHUT = int(ExitReason.RESET), int(ExitReason.SHUT)
NOTIFIED, FILED, CORRECTED = int(Flag.NOTIFIED), int(Flag.FILED), int(Flag.CORRECTED)
DISCOVERED, FILED_LATE = int(Flag.DISCOVERED), int(Flag.FILED_LATE)
COPIED, EXEMPTED, NAMESAKE = int(Flag.COPIED), int(Flag.EXEMPTED), int(Flag.NAMESAKE)
BANNED, TOUCHED, ACCEPTED = 0, 1, 2
"""Positions in ``Scratch.counts``."""
LAST_YEAR = 12
"""Months of conduct that a score is asked to foretell."""
ENOUGH = 36
"""Fewest months of a run in which that is asked."""
RATE_ERROR = -2
"""What a step returns when a rate was above its majorant."""


@inlined
def touch(person: Any, touched: NDArray[np.int32], count: NDArray[np.int64], i: int) -> None:
    """Have a person looked at when the month ends."""
    if person.touched == 0:
        person.touched = 1
        touched[count[TOUCHED]] = i
        count[TOUCHED] += 1


@inlined
def lowest(bits: Any) -> int:
    """Return the position of the lowest bit that is set of an unsigned number."""
    alone = np.float64(bits & (~bits + np.uint64(1)))
    return int((alone.view(np.int64) >> np.int64(52)) - np.int64(1023))


@inlined
def owner(point: Any) -> Any:
    """Return the field ``who`` of a candidate's draws: the person and the serial number."""
    return np.uint64(point.who) | (np.uint64(point.serial) << BITS_12)
