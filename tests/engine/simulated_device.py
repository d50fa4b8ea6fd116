"""Run by test_gpu in a process of its own: a society on Numba's simulated device.

The simulator runs Python, so arrays are carved out in Python and the kernel of the processors gets
them out of their wrappers; all the rest is what a device would run. Prints the fields that differ.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

import numpy as np

from scoredsociety.engine import gpu, lanes
from scoredsociety.engine.run import run_society
from scoredsociety.engine.tile import open_tile, run_tile
from scoredsociety.schemes.catalogue import resolve
from tests.engine.test_lanes import same
from tests.engine.worlds import SOCIETY, compiled


def bare(array: Any) -> Any:
    """Return what the simulator wraps."""
    while hasattr(array, "_item") or hasattr(array, "_ary"):
        array = array._item if hasattr(array, "_item") else array._ary
    return array


def bared(arrays: Any) -> Any:
    """Return nested tuples without wrappers."""
    if isinstance(arrays, tuple):
        parts = [bared(part) for part in arrays]
        return type(arrays)(*parts) if hasattr(arrays, "_fields") else tuple(parts)
    return bare(arrays)


def plainly(step: Any) -> Any:
    """Return a step of a tile that takes its arrays out of their wrappers."""
    return lambda *given: step(*bared(given))


def carver(arrays: Any, _: Any) -> Any:
    """Do in Python what ``lanes.carver`` compiles."""

    def carve(block: Any, table: Any, lane: int) -> Any:
        raw, places = bare(block).view(np.uint8), iter(bare(table).tolist())
        start = lane * next(places)

        def one(array: Any) -> Any:
            first = start + next(places)
            shape = [next(places) for _ in range(array.ndim)]
            size = int(np.prod(shape)) * array.itemsize
            return raw[first : first + size].view(array.dtype).reshape(shape)

        return lanes.mapped(one, arrays)

    return carve


def main() -> None:
    """Compare a society of two tiles with that of the processors."""
    quiet = contextlib.nullcontext
    for module, name, instead in (
        (lanes, "carver", carver),
        *((lanes, step.__name__, plainly(step)) for step in (open_tile, run_tile)),
        (gpu, "prepare", lambda: None),
        (gpu, "aligned", lambda array: array),
        (gpu, "unfused", quiet),
        (gpu, "_said", quiet),
        (gpu, "_GRID", (1, 1)),
    ):
        setattr(module, name, instead)
    c = compiled(resolve("fragmented-2018"))
    asked: dict[str, Any] = {"people": 4500, "months": 24, "seed": 5}
    one, passes = run_society(c, SOCIETY.kernel_tables, threads=1, **asked)
    other, again = run_society(c, SOCIETY.kernel_tables, device=lanes.Lanes(gpu.Gpu()), **asked)
    names = [field.name for field in dataclasses.fields(one)]
    unlike = [name for name in names if not same(getattr(one, name), getattr(other, name))]
    print(len(one.ledger) > 100, passes == again, unlike)


if __name__ == "__main__":
    main()
