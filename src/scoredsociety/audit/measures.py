"""What a measure is: one declared object, which says in plain words what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scoredsociety.audit.sample import Sample
from scoredsociety.audit.sheet import Sheet

Compute = Callable[[Sample, Sheet], None]


@dataclass(frozen=True)
class Measure:
    """A measure of docs/model.md, section 5.

    Attributes
    ----------
    id : str
        "M1" to "M25".
    name, question, unit, formula : str
        For readers: a title, the question it answers, the unit and how it is computed.
    companions : tuple of str
        Measures that must be printed with it.
    rests_on : tuple of str
        Beginnings of the paths of the parameters that it rests on (``Audit.rests_on``).
    compute : callable or None
        Writes its figures for one run; None if it exists only for two runs.
    """

    id: str
    name: str
    question: str
    unit: str
    formula: str
    companions: tuple[str, ...]
    rests_on: tuple[str, ...]
    compute: Compute | None = None
