"""A device of lanes runs the kernel of the processors and gives the same bytes.

No device is at hand where these tests run, so the lanes of the first ones are a loop on the
processor; they check all that is not the device itself.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numba
import numpy as np
import pytest
from numba import typeof
from numba.extending import intrinsic

from scoredsociety.engine.lanes import Lanes, Plan, lane_runner, mapped, plan_block
from scoredsociety.engine.run import run_society
from scoredsociety.schemes.catalogue import resolve
from tests.engine.worlds import SOCIETY, compiled

SEED = 5


RUNNERS: dict[Any, Any] = {}
"""What a lane runs, compiled, by the types of its arrays: the same for every regime."""


class Loop:
    """A device whose lanes take turns on the processor."""

    def __init__(self, lanes: int) -> None:
        self.many = lanes
        self.starts: list[tuple[int, int]] = []

    def lanes(self, words: int, wanted: int) -> int:
        return min(self.many, wanted)

    def form(self, arrays: Any) -> Any:
        return arrays

    def send(self, arrays: Any) -> Any:
        return mapped(np.copy, arrays)

    def zeros(self, words: int) -> Any:
        return np.zeros(words, np.int64)

    def fetch(self, array: Any) -> Any:
        return array.copy()

    def run(self, plan: Plan, answer: Any, count: int, first: int, *rest: Any) -> None:
        self.starts.append((first, count))
        kind = typeof(plan.arrays)
        if kind not in RUNNERS:
            options: Any = {"nogil": True, "error_model": "numpy", "_nrt": False}
            RUNNERS[kind] = lane_runner(plan.arrays, intrinsic, numba.njit(**options))
        one = RUNNERS[kind]
        block, table, *others = rest
        for lane in range(count):
            answer[lane] = one(block, table, lane, first + lane, *others)

    def add_up(self, block: Any, words: int, lanes: int, wanted: int) -> Any:
        return block.reshape(lanes, words)[:, :wanted].sum(axis=0)


def same(one: Any, other: Any) -> bool:
    """Return whether two results are equal to the last byte."""
    if isinstance(one, dict):
        return bool(one.keys() == other.keys()) and all(same(v, other[k]) for k, v in one.items())
    if isinstance(one, np.ndarray):
        return bool(one.dtype == other.dtype) and one.tobytes() == other.tobytes()
    return bool(one == other)


@pytest.mark.slow
@pytest.mark.parametrize("regime", ["fragmented-2018", "dystopia"])
def test_lanes_give_the_bytes_of_threads(regime, monkeypatch):
    c = compiled(resolve(regime))
    asked: Any = {"people": 9000, "months": 30, "seed": SEED, "snapshot": True}
    told: list[int] = []
    threads, passes = run_society(c, SOCIETY.kernel_tables, threads=1, **asked)
    monkeypatch.setattr("scoredsociety.engine.lanes.ROOM", (1 << 9, 1 << 9))
    loop = Loop(2)
    lanes = run_society(c, SOCIETY.kernel_tables, device=Lanes(loop), progress=told.append, **asked)
    assert lanes[1] == passes
    assert loop.starts[-2:] == [(0, 2), (2, 1)]
    assert len(loop.starts) > 2 * passes  # there was too little room at first
    assert sum(told) == 9000 * 30 * passes
    for field in dataclasses.fields(threads):
        assert same(getattr(threads, field.name), getattr(lanes[0], field.name)), field.name


def test_a_block_holds_arrays_apart_and_views_of_one_memory_together():
    words, numbers = np.zeros(9, np.uint64), np.zeros((3, 2), np.int32)
    plan = plan_block((words, (words.view(np.uint8), numbers), np.zeros((2, 0))))
    size, *rest = plan.table.tolist()
    assert rest == [0, 9, 0, 72, 128, 3, 2, 192, 2, 0]  # first byte and shape of each
    assert size == 8 * plan.words == 192
