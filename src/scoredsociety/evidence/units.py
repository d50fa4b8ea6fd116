"""Units kept apart: persons, entries, ever listed and refusals beside one sentence of the press."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scoredsociety.audit.units import MONTH, units
from scoredsociety.evidence.arms import Arm
from scoredsociety.evidence.measurements.common import FRAGMENTED
from scoredsociety.evidence.scene import Ran

SCHEME = "court-list"


@dataclass(frozen=True)
class Unit:
    """One count that a sentence about people on the list could mean.

    Attributes
    ----------
    unit, measure : str
    millions : float or None
        Of the nation.
    month : int
    sentence : str
        The published words beside which it is to be read.
    """

    unit: str
    measure: str
    millions: float | None
    month: int
    sentence: str


def units_needed() -> Mapping[str, Arm]:
    """Return the run that the table needs."""
    return {"run": FRAGMENTED}


def units_table(roles: Mapping[str, Ran]) -> tuple[Unit, ...]:
    """Return the units of the court list after 50 months, or at the end of a shorter run."""
    run = roles["run"]
    month = min(MONTH, run.months)
    return tuple(
        Unit(
            row["unit"],
            row["measure"],
            None if row["scaled"] is None else row["scaled"] / 1e6,
            month,
            row["sentence"],
        )
        for row in units(run.audit, SCHEME, month).to_pylist()
    )
