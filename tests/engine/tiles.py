"""One tile by hand: built, begun, with its rates, and run if wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scoredsociety.engine.candidates import base_rates
from scoredsociety.engine.compile import Compiled
from scoredsociety.engine.opening import begin_tile
from scoredsociety.engine.run import empty_tally
from scoredsociety.engine.state import Rooms, Scratch, Tally, new_rooms, new_scratch
from scoredsociety.engine.tile import run_tile
from scoredsociety.society.people import TILE, People, build_people
from tests.engine.worlds import SOCIETY

TABLES = SOCIETY.kernel_tables
SEED = 3


def begun(
    c: Compiled, edit: Callable[[People], None] | None = None, months: int = 60, n: int = TILE
) -> tuple[Scratch, Rooms, Tally]:
    """Return tile 0 before its first month, after ``edit`` had its way with the people."""
    scratch = new_scratch(c.program, months, 1 << 18, 1 << 17)
    rooms, tally = new_rooms(months), empty_tally(c, months)
    build_people(rooms.people, TABLES, SEED, 0, 0)
    if edit:
        edit(rooms.people)
    left = begin_tile(scratch, rooms, tally, c.program, TABLES, n, months, SEED, 0, 0)
    assert left == 0
    base_rates(scratch, rooms, c.program, n, SEED, 0, 0)
    return scratch, rooms, tally


def one_tile(c: Compiled, edit: Callable[[People], None] | None = None, months: int = 60) -> Any:
    """Run tile 0 and return its ledger."""
    scratch, rooms, tally = begun(c, edit, months)
    capacity = np.ones((len(c.channels), months))
    used = run_tile(scratch, rooms, 0, tally, c.program, capacity, TILE, months, SEED, 0, 0)
    assert used >= 0
    return scratch.ledger[:used].copy()
