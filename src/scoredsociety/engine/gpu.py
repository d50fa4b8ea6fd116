"""A CUDA device on which the passes of a society run; imported only where one is asked for.

Numba compiles the processors' kernels for the device as they are. What the device gives differs
from what the processors give only where ``exp``, ``log1p``, ``expm1`` or a power comes from the
device's library: by a few units in the last place, and in what is drawn only where such a
difference lies across one of the 2**32 steps of a uniform number.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.errors import EngineError
from scoredsociety.engine.lanes import Plan, lane_runner, mapped

cuda: Any = importlib.import_module("numba.cuda")
THREADS = 32
"""Lanes in a block of the grid: one warp, so that a slow tile delays few others."""
_GRID = (256, 256)
_FREE = 0.8
"""Share of the free memory that the blocks of all lanes may take."""


def prepare() -> None:
    """Give the CUDA target the NumPy functions of the kernels that it lacks."""
    from numba.cuda.mathimpl import get_unary_impl_for_fn_and_ty
    from numba.cuda.ufuncs import ufunc_db

    def rounding(name: str) -> Callable[..., Any]:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kind = [args[0].type]
            return builder.call(builder.module.declare_intrinsic(f"llvm.{name}", kind), args)

        return generate

    def library(function: Callable[..., Any]) -> Callable[..., Any]:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            made: Any = get_unary_impl_for_fn_and_ty
            return made(function, signature.args[0])(context, builder, signature, args)

        return generate

    known = ufunc_db()
    for name in ("floor", "ceil"):
        known.setdefault(getattr(np, name), {"d->d": rounding(name)})
    for name in ("sqrt", "exp", "log1p", "expm1"):
        known.setdefault(getattr(np, name), {"d->d": library(getattr(math, name))})


@contextlib.contextmanager
def unfused() -> Iterator[None]:
    """Compile without joining a product and a sum into one rounding, as the processors round.

    Numba has no option for it.
    """
    from numba.cuda.cudadrv import nvvm

    before = nvvm.compile_ir
    nvvm.compile_ir = functools.partial(before, fma=False)
    try:
        yield
    finally:
        nvvm.compile_ir = before


def aligned(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array whose records a device can read: every field where its size divides."""
    names = array.dtype.names
    if names is None or array.dtype.isalignedstruct:
        return array
    formats = [array.dtype[name] for name in names]
    out = np.zeros(array.shape, np.dtype({"names": names, "formats": formats}, align=True))
    out[...] = array
    return out


def tile_kernel(arrays: Any) -> Any:
    """Return the kernel, still to be compiled, that runs one tile in each lane.

    Parameters
    ----------
    arrays : nested tuples of arrays
        Those of a lane; only their types matter.
    """
    from numba.cuda.extending import intrinsic

    one = lane_runner(arrays, intrinsic, cuda.jit(device=True))

    def run_tiles(
        answer: Any, count: int, first: int, block: Any, table: Any, program: Any, tables: Any,
        capacity: Any, people: int, months: int, seed: int, replicate: int, snapshot: Any,
    ) -> None:  # fmt: skip
        lane = cuda.grid(1)
        if lane < count:
            answer[lane] = one(
                block, table, lane, first + lane, program, tables, capacity, people, months,
                seed, replicate, snapshot,
            )  # fmt: skip

    return run_tiles


def block_kernels() -> tuple[Any, Any]:
    """Return the kernels, still to be compiled, that clear an array and that add blocks up."""

    def clear(block: Any) -> None:
        for k in range(cuda.grid(1), block.shape[0], cuda.gridsize(1)):
            block[k] = 0

    def add_up(block: Any, words: int, lanes: int, total: Any) -> None:
        for k in range(cuda.grid(1), total.shape[0], cuda.gridsize(1)):
            for lane in range(lanes):
                total[k] += block[lane * words + k]

    return clear, add_up


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Turn an error of the device into one message.

    Raises
    ------
    EngineError
    """
    driver: Any = importlib.import_module("numba.cuda.cudadrv.driver")
    try:
        yield
    except driver.CudaAPIError as error:
        raise EngineError(
            f"the CUDA device gave up: {error}. Try fewer people, or leave --device out "
            "(in Python: device)"
        ) from error


class Gpu:
    """The current CUDA device, as ``engine.lanes`` asks for one."""

    def __init__(self) -> None:
        prepare()
        self._tiles: Any = None
        self._clear, self._add_up = map(cuda.jit, block_kernels())

    def lanes(self, words: int, wanted: int) -> int:
        """Return how many blocks fit the free memory, at most ``wanted``, at least one."""
        free = cuda.current_context().get_memory_info().free
        return max(1, int(min(wanted, free * _FREE // (8 * words))))

    def form(self, arrays: Any) -> Any:
        """Return nested tuples of arrays with aligned records."""
        return mapped(aligned, arrays)

    def send(self, arrays: Any) -> Any:
        """Return nested tuples of arrays with every array on the device."""
        return mapped(cuda.to_device, arrays)

    def zeros(self, words: int) -> Any:
        """Return a zeroed int64 array on the device."""
        with _said():
            out = cuda.device_array(words, np.int64)
            self._clear[_GRID](out)
        return out

    def fetch(self, array: Any) -> NDArray[Any]:
        """Return a copy, on the host, of a contiguous array or a slice of one."""
        with _said():  # also what went wrong in a kernel
            copy: NDArray[Any] = array.copy_to_host()
        return copy

    def run(self, plan: Plan, answer: Any, count: int, first: int, *rest: Any) -> None:
        """Run tiles from ``first`` on, one in each lane; the first call compiles for a minute."""
        if self._tiles is None:
            self._tiles = cuda.jit(tile_kernel(plan.arrays))
        with _said(), unfused():
            self._tiles[-(-count // THREADS), THREADS](answer, count, first, *rest)

    def add_up(self, block: Any, words: int, lanes: int, wanted: int) -> Any:
        """Return, on the device, the sums over blocks of their first ``wanted`` words."""
        total = self.zeros(wanted)
        self._add_up[_GRID](block, words, lanes, total)
        return total
