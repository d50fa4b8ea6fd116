"""What a measure is: one declared object, which says in plain words what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import GROUP_FIELDS, Sample
from scoredsociety.audit.sheet import SCALED_UNITS, Sheet
from scoredsociety.engine.result import RunData

Compute = Callable[[Sample, Sheet], None]
ComputePair = Callable[[RunData, RunData, Sheet], None]

PEOPLE = GROUP_FIELDS
"""Fields of a person by which most measures are cut."""

TRUTH = "truth"
"""Rows cut by whether they are true: ``truth=wrongful`` and its parts."""

SUMS: frozenset[str] = SCALED_UNITS | {"mi", "resets", "cases", "friendships", "organisations"}
"""Units that add things up: of nobody and nothing, 0."""

UNITS: frozenset[str] = SUMS | {
    *("share", "share, signed", "share of children", "share of passages", "ratio", "correlation"),
    *("per 1,000 adults", "acts per 1,000 adults", "months", "minutes", "points", "CNY"),
    *("mi a month", "mi per person-year", "AUC", "difference of AUC", "squared error"),
    *("entries an entry", "entries a person", "records a person", "persons a person"),
    *("friends a person", "findings an organisation", "records a violation"),
    *("cases per 1,000 visits", "months per 1,000 adults", "entries per 1,000 person-months"),
    *("rows an act", "rows a record of an own act"),
}
"""Units that reports know how to say. A figure in another unit is not understood by a reader."""

SEVERITIES: Mapping[str, str] = {
    "harm": "every sanction does twice the harm",
    "errors": "half of the true rows are about something that never happened",
    "time": "whatever has begun stays in force to the end of the run",
}
"""What can be made worse in a run, so that a measure shows whether it rises with it."""


@dataclass(frozen=True)
class Measure:
    """A measure of docs/model.md, section 5, or one of your own.

    Attributes
    ----------
    id : str
        "M1" to "M25" for those that are shipped; anything else for one of your own.
    name, question, unit, formula : str
        For readers: a title, the question it answers, the unit and how it is computed.
    companions : tuple of str
        Measures that must be printed with it.
    rests_on : tuple of str
        Beginnings of the paths of the parameters that it rests on (``Audit.rests_on``).
    compute : callable or None
        Writes its figures for one run; None if it exists only for two runs.
    groups : tuple of str
        Fields by which its figures are cut, beside "all".
    rises_with : mapping of str to tuple of str
        A severity of :data:`SEVERITIES` to the quantities that never fall, and somewhere rise,
        when it is worse: what :func:`scoredsociety.check_measure` holds it to.
    pair : callable or None
        Writes its figures for a run held against the same people without the scheme.
    asked : bool
        Whether it exists only for a survey, which writes its figures.
    """

    id: str
    name: str
    question: str
    unit: str
    formula: str
    companions: tuple[str, ...]
    rests_on: tuple[str, ...]
    compute: Compute | None = None
    groups: tuple[str, ...] = ()
    rises_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pair: ComputePair | None = None
    asked: bool = False


def fields_of(group: str) -> list[str]:
    """Return the fields by which a group is cut: ["income"] for "income=poorest fifth"."""
    return [part.removeprefix("all but ").partition("=")[0] for part in group.split(" & ")]


def standing_on(people: Floats | None, entries: Floats | None) -> Floats | None:
    """Return what a figure stands on, by replicate: None if it does not say."""
    known = [x for x in (people, entries) if x is not None]
    return None if not known else sum(known[1:], known[0])
