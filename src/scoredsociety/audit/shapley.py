"""An order-free decomposition: what each factor adds to the difference between two groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from math import factorial

import numpy as np

from scoredsociety.audit.rows import Floats

Value = Callable[[Mapping[str, Floats]], Floats]
"""A quantity of a group as a function of its factors, each of shape (R,)."""


def shapley(
    value: Value, one: Mapping[str, Floats], other: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Split value(one) - value(other) among the factors in which the two differ.

    Each factor is changed from that of ``other`` to that of ``one`` in every order, and gets
    the mean of what its change adds: the Shapley value. The parts add up to the whole, do not
    depend on any order, and change sign where the groups change places.

    Parameters
    ----------
    value : callable
        Of a mapping from factor to array of shape (R,), with the shape (R,).
    one, other : mapping of str to float64 array, shape (R,)
        The same factors, at most 10.

    Raises
    ------
    ValueError
        If the factors differ in name, or there are more than 10.

    References
    ----------
    Shorrocks (2013), J. Econ. Inequality 11, 99-126.
    """
    names = list(one)
    if set(names) != set(other) or len(names) > 10:
        raise ValueError("shapley needs the same factors of both groups, and at most 10 of them.")
    n = len(names)
    known = {
        frozenset(chosen): value({k: (one if k in chosen else other)[k] for k in names})
        for size in range(n + 1)
        for chosen in combinations(names, size)
    }
    out = {}
    for name in names:
        rest = [k for k in names if k != name]
        total = np.zeros_like(known[frozenset()])
        for size in range(n):
            weight = factorial(size) * factorial(n - 1 - size) / factorial(n)
            for chosen in combinations(rest, size):
                before = frozenset(chosen)
                total = total + weight * (known[before | {name}] - known[before])
        out[name] = total
    return out
