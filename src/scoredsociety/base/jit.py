"""The two typed doors to Numba: ``kernel`` for what is called from Python, ``inlined`` for the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function without the global lock, and keep the machine code on disk."""
    return cast("Callable[P, R]", numba.njit(nogil=True, cache=True, error_model="numpy")(function))


def unrolled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a scalar function into its callers, so that a loop around it becomes vector code."""
    return cast(
        "Callable[P, R]",
        numba.njit(nogil=True, cache=True, error_model="numpy", inline="always")(function),
    )


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a scalar function that kernels call."""
    return cast("Callable[P, R]", numba.njit(nogil=True, cache=True, error_model="numpy")(function))
