"""From a number to a verdict: by rule, never by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from scoredsociety.evidence.numbers import Number


class Verdict(StrEnum):
    """What can be said of a claim."""

    SHOWN = "shown"
    CONTRADICTED = "contradicted"
    DEPENDS = "depends on an assumption"
    OPEN = "not enough evidence"
    NOT_TESTABLE = "not testable here"


COMPUTED = (Verdict.CONTRADICTED, Verdict.DEPENDS, Verdict.SHOWN)
"""Verdicts that a number decided."""


class Holds(StrEnum):
    """Whether a condition holds of a number and of its whole interval."""

    YES = "holds"
    NO = "fails"
    OPEN = "is not decided"


@dataclass(frozen=True)
class Condition:
    """A range in which the number must lie for the claim to be shown.

    Attributes
    ----------
    low, high : float
        Limits of the range.
    open : bool
        Whether the limits themselves are outside.
    """

    low: float = -math.inf
    high: float = math.inf
    open: bool = False

    def _inside(self, x: float) -> bool:
        return self.low < x < self.high if self.open else self.low <= x <= self.high

    def ask(self, number: Number) -> Holds:
        """Say whether the condition holds of the number.

        It holds if the whole interval is in the range, and fails if the whole interval is
        outside. A number without an interval is judged by its value.
        """
        if number.value is None or math.isnan(number.value):
            return Holds.OPEN
        low = number.value if number.low is None else number.low
        high = number.value if number.high is None else number.high
        if self._inside(low) and self._inside(high):
            return Holds.YES
        apart = high < self.low or low > self.high
        if self.open:
            apart |= high <= self.low or low >= self.high
        return Holds.NO if apart else Holds.OPEN


def above(limit: float) -> Condition:
    """Ask for more than a limit."""
    return Condition(low=limit, open=True)


def below(limit: float) -> Condition:
    """Ask for less than a limit."""
    return Condition(high=limit, open=True)


def between(low: float, high: float) -> Condition:
    """Ask for a value between two limits, these included."""
    return Condition(low, high)


def exactly(value: float) -> Condition:
    """Ask for one value, without any tolerance."""
    return Condition(value, value)


@dataclass(frozen=True)
class End:
    """The same question with one assumption at one end of its range.

    Attributes
    ----------
    path : str
        The assumed number.
    at : float
        The value it was given.
    number : Number
    holds : Holds
    """

    path: str
    at: float
    number: Number
    holds: Holds


def judge(holds: Holds, ends: Sequence[End] = ()) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict and, if it depends on assumptions, their paths.

    Parameters
    ----------
    holds : Holds
        With every number as it is.
    ends : sequence of End
        With one assumption at a time at the ends of its range.

    Returns
    -------
    Verdict
        Depends, if the answer flips along the range of an assumption.
    tuple of str
        The assumptions along whose range it flips.
    """
    flips = []
    for path in dict.fromkeys(end.path for end in ends):
        met = {holds, *(end.holds for end in ends if end.path == path)}
        if {Holds.YES, Holds.NO} <= met:
            flips.append(path)
    if flips:
        return Verdict.DEPENDS, tuple(flips)
    plain = {Holds.YES: Verdict.SHOWN, Holds.NO: Verdict.CONTRADICTED, Holds.OPEN: Verdict.OPEN}
    return plain[holds], ()
