"""What becomes of every person under two regimes, and in which ways lives differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.leaving import months_sanctioned
from scoredsociety.audit.matching import differing_lives
from scoredsociety.audit.pairing import (
    PER_1000,
    entered_statuses,
    has_person,
    persons_by_group,
    status_kind,
)
from scoredsociety.audit.rows import Ints, Rows
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.audit.sheet import Sheet, figures_table
from scoredsociety.audit.spiral import require_pair
from scoredsociety.engine.result import RunData

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Fates:
    """One array a regime, or a pair of them, over all persons: shape (R * N,).

    Attributes
    ----------
    a, b : Sample
    listed, wronged : pair of bool arrays
        Ever listed, ever wrongly listed, under A and under B; "listed" as in a comparison.
    wrong_months : int64 array
        Months wrongly listed under A; overlapping entries count each.
    months : pair of int64 arrays
        Months under at least one sanction.
    refused : pair of int64 arrays
        Times refused at a counter.
    """

    a: Sample
    b: Sample
    listed: tuple[Flags, Flags]
    wronged: tuple[Flags, Flags]
    wrong_months: Ints
    months: tuple[Ints, Ints]
    refused: tuple[Ints, Ints]

    @cached_property
    def differs(self) -> Flags:
        """Whether the ledger has another outcome."""
        return self._flagged(flags=False)

    @cached_property
    def touched(self) -> Flags:
        """Whether it has another outcome, or says told, filed or discovered otherwise."""
        return self._flagged(flags=True)

    def _flagged(self, flags: bool) -> Flags:
        out = np.zeros((self.a.replicates, self.a.people), dtype=np.bool_)
        for replicate, people in enumerate(differing_lives(self.a.run, self.b.run, flags=flags)):
            out[replicate, people] = True
        return out.reshape(-1)

    def ways(self) -> dict[str, Flags]:
        """Return in which ways lives differ: name to who is meant, shape (R * N,)."""
        (listed_a, listed_b), (wrong_a, wrong_b) = self.listed, self.wronged
        (before, after), (refused_a, refused_b) = self.months, self.refused
        return {
            "another outcome": self.differs,
            "only told, filed or discovered otherwise": self.touched & ~self.differs,
            "listed only under A": listed_a & ~listed_b,
            "listed only under B": listed_b & ~listed_a,
            "wrongly listed only under A": wrong_a & ~wrong_b,
            "wrongly listed only under B": wrong_b & ~wrong_a,
            "wrongly listed under both": wrong_a & wrong_b,
            "longer under sanctions under A": before > after,
            "longer under sanctions under B": after > before,
            "refused more often under A": refused_a > refused_b,
            "refused more often under B": refused_b > refused_a,
        }


def fates(a: RunData, b: RunData) -> Fates:
    """Follow every person of a pair of runs.

    Parameters
    ----------
    a, b : RunData
        The same societies with the same luck; A is the regime as it is, B the changed one.

    Raises
    ------
    ValueError
        If the runs are not a pair.
    """
    require_pair(a, b)
    one, two = load_sample(a, b), load_sample(b, a)
    kind = status_kind(one, two)
    rows = entered_statuses(one, kind, two), entered_statuses(two, kind, one)
    wrong = rows[0].take(rows[0].wrongful), rows[1].take(rows[1].wrongful)
    return Fates(
        a=one,
        b=two,
        listed=(has_person(one, rows[0]), has_person(two, rows[1])),
        wronged=(has_person(one, wrong[0]), has_person(two, wrong[1])),
        wrong_months=_summed(one, wrong[0], wrong[0].months),
        months=(months_sanctioned(one), months_sanctioned(two)),
        refused=(
            _summed(one, one.rows, one.rows.refusals),
            _summed(two, two.rows, two.rows.refusals),
        ),
    )


def _summed(sample: Sample, rows: Rows, what: Ints) -> Ints:
    size = sample.replicates * sample.people
    return np.bincount(rows.person, what, minlength=size).astype(np.int64)


def count_lives(found: Fates) -> pa.Table:
    """Count the lives that differ, by way and by group.

    Returns
    -------
    pyarrow.Table
        Columns of ``Audit.figures``; measure "lives", quantities "persons" (in one sample) and
        "rate" (per 1,000 adults), the way in ``item``. A life may differ in several ways.
    """
    a, b = found.a, found.b
    sheet = Sheet(a.replicates, a.weight)
    for way, flag in found.ways().items():
        n = persons_by_group(a, b, flag)
        labels = a.groups.labels
        sheet.put_groups("lives", way, "persons", "persons", n, labels, people=a.adults)
        sheet.put_groups("lives", way, "rate", PER_1000, 1000.0 * ratio(n, a.adults), labels,
                         people=a.adults)  # fmt: skip
    return figures_table(sheet.lines, a.weight)
