"""A pass on a device of many slow lanes: each runs one tile in a block of memory of its own.

The kernels are the processors' own. A device can hand it no tuple of arrays for each lane, so the
arrays are carved out of one long array; where each begins stands in a table that all lanes share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
from llvmlite import ir
from numba import typeof, types
from numpy.typing import NDArray

from scoredsociety.engine.compile import Compiled
from scoredsociety.engine.opening import TOO_MANY_FRIENDS
from scoredsociety.engine.run import Ledger, Progress, empty_tally, refuse
from scoredsociety.engine.snapshot import take_snapshot
from scoredsociety.engine.state import Tally, new_rooms, new_scratch
from scoredsociety.engine.tile import ROOM_ERROR, open_tile, run_tile
from scoredsociety.society.people import TILE, PeopleTables

ROOM = (1 << 15, 1 << 14)
"""Candidates and ledger rows of a tile; doubled where they do not suffice."""
_LINE = 64


class Plan(NamedTuple):
    """Where the arrays of a lane lie in its block."""

    arrays: Any  # nested tuples of arrays with the types and shapes wanted
    table: NDArray[np.int64]  # bytes of a block; of each array in order, its first byte and shape
    words: int  # of 8 bytes in a block


class Card(Protocol):
    """What a pass asks of a device."""

    def lanes(self, words: int, wanted: int) -> int:
        """Return how many blocks of so many words to have at once, at most ``wanted``."""

    def form(self, arrays: Any) -> Any:
        """Return nested tuples of arrays in the form in which the device reads records."""

    def send(self, arrays: Any) -> Any:
        """Return nested tuples of arrays with every array on the device."""

    def zeros(self, words: int) -> Any:
        """Return a zeroed int64 array on the device."""

    def fetch(self, array: Any) -> NDArray[Any]:
        """Return a copy, on the host, of a contiguous array or a slice of one."""

    def run(self, plan: Plan, answer: Any, count: int, first: int, *rest: Any) -> None:
        """Have what :func:`lane_runner` gives run tiles from ``first`` on, one in each lane."""

    def add_up(self, block: Any, words: int, lanes: int, wanted: int) -> Any:
        """Return, on the device, the sums over blocks of their first ``wanted`` words."""


def leaves(arrays: Any) -> Iterator[Any]:
    """Yield what nested tuples hold, in order."""
    if isinstance(arrays, tuple):
        for part in arrays:
            yield from leaves(part)
    else:
        yield arrays


def mapped(function: Callable[[Any], Any], arrays: Any) -> Any:
    """Return the same nested tuples with every array replaced."""
    if isinstance(arrays, tuple):
        parts = [mapped(function, part) for part in arrays]
        return type(arrays)(*parts) if hasattr(arrays, "_fields") else tuple(parts)
    return function(arrays) if isinstance(arrays, np.ndarray) else arrays


def plan_block(arrays: Any) -> Plan:
    """Lay the arrays of one lane out; views of the same memory stay views of the same memory."""
    taken: list[tuple[int, int, int]] = []
    table, size = [0], 0
    for array in leaves(arrays):
        start = array.ctypes.data
        offset = next((o + start - a for a, b, o in taken if a <= start < b), size)
        if offset == size:
            taken.append((start, start + array.nbytes, size))
            size += -(-array.nbytes // _LINE) * _LINE
        table += [offset, *array.shape]
    table[0] = size
    return Plan(arrays, np.array(table), size // 8)


def carver(arrays: Any, intrinsic: Any) -> Any:
    """Return a compiled function of (block, table, lane) that gives a lane's arrays.

    Parameters
    ----------
    arrays : nested tuples of C-contiguous arrays
        Only their types matter.
    intrinsic : callable
        ``numba.extending.intrinsic``, or that of the target.
    """
    wanted: Any = typeof(arrays)  # type: ignore[no-untyped-call]

    @intrinsic  # type: ignore[untyped-decorator]
    def carve(_: Any, block: Any, table: Any, lane: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            word, byte = ir.IntType(64), ir.IntType(8).as_pointer()
            block, table = (
                context.make_array(t)(context, builder, a).data
                for t, a in zip(signature.args[:2], args[:2], strict=True)
            )
            lane = context.cast(builder, args[2], signature.args[2], types.int64)
            place = 0

            def number() -> Any:
                nonlocal place
                place += 1
                return builder.load(builder.gep(table, [word(place - 1)]))

            mine = builder.gep(builder.bitcast(block, byte), [builder.mul(lane, number())])

            def made(kind: Any) -> Any:
                if isinstance(kind, types.BaseTuple):
                    parts = [made(part) for part in kind]  # type: ignore[attr-defined]
                    return context.make_tuple(builder, kind, parts)
                array = context.make_array(kind)(context, builder)
                item = context.get_data_type(kind.dtype)
                array.data = builder.bitcast(builder.gep(mine, [number()]), item.as_pointer())
                shape = [number() for _ in range(kind.ndim)]
                step = word(context.get_abi_sizeof(item))
                array.itemsize, array.nitems, strides = step, word(1), []
                for length in reversed(shape):
                    strides.append(step)
                    step = builder.mul(step, length)
                    array.nitems = builder.mul(array.nitems, length)
                for name, values in (("shape", shape), ("strides", strides[::-1])):
                    packed = ir.Constant(ir.ArrayType(word, kind.ndim), ir.Undefined)
                    for k, value in enumerate(values):
                        packed = builder.insert_value(packed, value, k)
                    setattr(array, name, packed)
                for name in ("meminfo", "parent"):
                    setattr(array, name, ir.Constant(getattr(array, name).type, None))
                return array._getvalue()

            return made(wanted)

        return wanted(block, table, lane), generate

    return carve


def lane_runner(arrays: Any, intrinsic: Any, compiler: Any) -> Any:
    """Return the function, compiled, that runs one tile in one lane.

    It takes the block, the plan's table, the lane and the tile, then what ``run_chunk`` takes
    between ``tally`` and ``first_tile``, then the snapshot, and returns what that returns.

    Parameters
    ----------
    arrays : nested tuples of arrays
        Those of a lane; only their types matter.
    intrinsic, compiler : callable
        Numba's decorators for the device.
    """
    carve, opened, run = carver(arrays, intrinsic), compiler(open_tile), compiler(run_tile)

    def run_lane(
        block: Any,
        table: Any,
        lane: int,
        tile: int,
        program: Any,
        tables: Any,
        capacity: Any,
        people: int,
        months: int,
        seed: int,
        replicate: int,
        snapshot: Any,
    ) -> int:
        tally, scratch, rooms = carve(block, table, lane)
        base = tile * TILE
        n = min(TILE, people - base)
        if opened(scratch, rooms, tally, program, tables, n, months, seed, replicate, tile) < 0:
            return TOO_MANY_FRIENDS
        used: int = run(
            scratch, rooms, 0, tally, program, capacity, n, months, seed, replicate, tile
        )
        if used >= 0 and snapshot.shape[0] > 0:
            take_snapshot(snapshot, scratch, rooms, program, n, months, base, 0, used)
        return used

    return compiler(run_lane)


class Lanes:
    """Runs the passes of a society on a device."""

    def __init__(self, card: Card) -> None:
        self.card, self.room = card, ROOM

    def one_pass(
        self,
        compiled: Compiled,
        tables: PeopleTables,
        capacity: NDArray[np.float64],
        people: int,
        months: int,
        seed: int,
        replicate: int,
        tiles: range,
        progress: Progress | None,
        at_end: NDArray[np.void],
    ) -> tuple[Tally, NDArray[np.void]]:
        """Run all tiles once, with the capacities as given; the same as on the processors."""
        card = self.card
        given = card.send(card.form((compiled.program, tables, capacity)))
        seen = card.send(at_end)
        done = 0

        def advance(people_done: int) -> None:
            nonlocal done
            if progress is not None and people_done > done:
                progress((people_done - done) * months)
                done = people_done

        while True:
            found = self._try(
                compiled, given, people, months, seed, replicate, tiles, seen, advance
            )
            if found is not None:
                break
            self.room = (self.room[0] * 2, self.room[1] * 2)
        if len(at_end):
            at_end[...] = card.fetch(seen)
        return found

    def _try(
        self,
        compiled: Compiled,
        given: Any,
        people: int,
        months: int,
        seed: int,
        replicate: int,
        tiles: range,
        seen: Any,
        advance: Progress,
    ) -> tuple[Tally, NDArray[np.void]] | None:
        """Run all tiles once; None if there was too little room for one of them."""
        card, program = self.card, compiled.program
        tally = empty_tally(compiled, months)
        scratch = new_scratch(program, months, *self.room)
        plan = plan_block(card.form((tally, scratch, new_rooms(months))))
        rows = plan.arrays[1].ledger
        at = _first_byte(plan, rows) // 8
        lanes = card.lanes(plan.words, len(tiles))
        block, table = card.zeros(lanes * plan.words), card.send(plan.table)
        answer = card.zeros(lanes)
        ledger = Ledger(list(tiles))
        for first in range(tiles.start, tiles.stop, lanes):
            count = min(lanes, tiles.stop - first)
            card.run(
                plan, answer, count, first, block, table, *given, people, months, seed, replicate,
                seen,
            )  # fmt: skip
            answers = card.fetch(answer)[:count]
            if (answers == ROOM_ERROR).any():
                return None
            for lane, used in enumerate(answers.tolist()):
                refuse(used)
                start = lane * plan.words + at
                size = used * rows.itemsize
                mine = card.fetch(block[start : start + -(-size // 8)]) if used else answers[:0]
                ledger.add(first + lane, mine.view(np.uint8)[:size].view(rows.dtype))
            advance(min((first + count) * TILE, people) - tiles.start * TILE)
        wanted = sum(-(-part.nbytes // _LINE) * _LINE // 8 for part in tally)
        sums = card.fetch(card.add_up(block, plan.words, lanes, wanted))
        for part in tally:
            begin = _first_byte(plan, part) // 8
            part[...] = sums[begin : begin + part.size].reshape(part.shape)
        return tally, ledger.rows()


def _first_byte(plan: Plan, wanted: NDArray[Any]) -> int:
    """Return where one of a plan's arrays begins in a block."""
    place = 1
    for array in leaves(plan.arrays):
        if array is wanted:
            return int(plan.table[place])
        place += 1 + array.ndim
    raise ValueError("no array of this plan")
