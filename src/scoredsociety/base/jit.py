"""The typed doors to Numba: ``kernel`` for what is called from Python, the others for the rest.

Machine code is kept on disk. Numba notices that a function's own file has changed, not that of a
function it calls; so that nobody ever runs yesterday's kernel, the code on disk is stamped with
all the files that kernels come from.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")
_ROOMS = ("base", "society", "engine")


@functools.cache
def source_stamp() -> str:
    """Return a hash of every source file that kernels can come from."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in _ROOMS:
        for file in sorted((root / room).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _compile(function: Callable[P, R], **options: Any) -> Callable[P, R]:
    # without the door for C that nobody uses; Numba's types do not name this option
    chosen: dict[str, Any] = {"error_model": "numpy", "no_cfunc_wrapper": True, **options}
    dispatcher = numba.njit(nogil=True, cache=True, **chosen)(function)
    index: Any = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if hasattr(index, "_source_stamp"):
        index._source_stamp = (index._source_stamp, source_stamp())
    return cast("Callable[P, R]", dispatcher)


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function without the global lock, and keep the machine code on disk.

    It must not make arrays: there are no reference counts, so that handing over named tuples of
    many arrays costs nothing.
    """
    return _compile(function, _nrt=False)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only kernels call; it must not make arrays either."""
    return _compile(function, _nrt=False)


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a part of a kernel that takes the kernel's tuples, without a door from Python.

    Such a door would take longer to compile than most parts.
    """
    return _compile(function, _nrt=False, no_cpython_wrapper=True)


def unrolled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a scalar function into its callers, so that a loop around it becomes vector code."""
    return _compile(function, inline="always")
