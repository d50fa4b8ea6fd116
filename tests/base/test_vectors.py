"""The hot loops are vector code: read in the machine code that this processor gets."""

from __future__ import annotations

import platform
import re
from typing import Any

import numba
import numpy as np
import pytest

from scoredsociety.base.arithmetic import exp, log, power
from scoredsociety.base.streams import words_of_many

X86 = platform.machine().lower() in ("x86_64", "amd64")
pytestmark = pytest.mark.skipif(not X86, reason="reads the names of x86-64 instructions")


def machine_code(function: Any, *arguments: Any) -> str:
    """Compile a copy that no cache has seen and return its assembly."""
    options: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
    compiled: Any = numba.njit(**options)(function)
    compiled(*arguments)
    return "\n".join(compiled.inspect_asm().values())


def packed(code: str, name: str) -> int:
    """Count instructions of this name that work on several numbers at once."""
    return len(re.findall(rf"\bv?{name}\b", code))


def test_random_words_are_multiplied_several_at_a_time() -> None:
    lanes = np.zeros((4, 64), np.uint32)
    words: Any = words_of_many
    code = machine_code(words.py_func, lanes, 1, 0, 5, 3, np.uint64(16))
    assert packed(code, "pmuludq") >= 2


@pytest.mark.parametrize("name", ["log", "exp", "power"])
def test_logarithms_exponentials_and_powers_call_nobody(name: str) -> None:
    def each(out: Any, x: Any) -> None:
        for i in range(x.shape[0]):
            if name == "log":
                out[i] = log(x[i])
            elif name == "exp":
                out[i] = exp(x[i])
            else:
                out[i] = power(x[i], -0.3)

    x = np.linspace(0.1, 2.0, 64)
    code = machine_code(each, x.copy(), x)
    assert packed(code, "mulpd") >= 8
    assert not re.search(r"\b(?:callq?|jmp)\s+.*\b(?:log|exp|pow)\b", code)
