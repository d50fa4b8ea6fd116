"""What puts a claim to the test: a question, the runs it needs, a number and a condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scoredsociety.evidence.arms import Arm
from scoredsociety.evidence.numbers import Number
from scoredsociety.evidence.scene import Scene
from scoredsociety.evidence.verdicts import Condition

Compute = Callable[[Scene], Number]


@dataclass(frozen=True)
class Varied:
    """An assumption to try at both ends of a range.

    Attributes
    ----------
    path : str
        Of a number in the resolved regime, or ``figures.NAME`` for a published figure.
    low, high : float or None
        None: the range that the file declares.
    """

    path: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Measurement:
    """A named way to put a claim to the test.

    Attributes
    ----------
    name : str
        As claims name it.
    asks : str
        The statement that is put to the test, as a question.
    metrics : tuple of str
        "M4" ...; "arithmetic" where only published figures enter.
    formula : str
        How the number comes about.
    compute : callable
        From a scene to a number.
    condition : Condition
        What the number must meet for the answer to be yes.
    meets : str
        The condition in words.
    roles : mapping of str to Arm
        The runs it needs; empty for arithmetic.
    figures : tuple of str
        The published figures it needs.
    varied : tuple of Varied
        Assumptions that are tried at both ends of their range.
    rests_on : tuple of str
        Further assumed numbers, by path, which are named and not tried.
    tables : bool
        Whether it reads declared tables only, so that nothing is simulated.
    asked : bool
        Whether people are asked at the end of its runs. One of them, "reference", is the regime
        in which attitudes are calibrated.
    """

    name: str
    asks: str
    metrics: tuple[str, ...]
    formula: str
    compute: Compute
    condition: Condition
    meets: str
    roles: Mapping[str, Arm] = field(default_factory=dict)
    figures: tuple[str, ...] = ()
    varied: tuple[Varied, ...] = ()
    rests_on: tuple[str, ...] = ()
    tables: bool = False
    asked: bool = False
