"""One life, twice: two people chosen by a stated rule, under both regimes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.audit.pairing import entered_statuses, has_person, status_kind
from scoredsociety.audit.rows import Ints, Rows
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.audit.spiral import require_pair
from scoredsociety.engine.result import RunData

RULE = (
    "Of all persons of this kind in the first replicate that has one, the person whose months "
    "wrongly listed under A are the lower median; of several, the one with the smallest index."
)
SAVED = "wrongly listed under A, never listed under B"
NOT_HELPED = "wrongly listed under A and under B"


@dataclass(frozen=True)
class Life:
    """A synthetic person who stands for others.

    Attributes
    ----------
    kind : str
        What the person has in common with those he or she stands for.
    replicate, subject : int
        Which society, and which index in it.
    months : int
        Months wrongly listed under A (overlapping entries count each).
    stands_for : float
        Persons of this kind in the sample, averaged over the replicates.
    per_1000, scaled : float or None
        The same per 1,000 adults, and for the nation.
    rows_a, rows_b : structured arrays of LEDGER_DTYPE
        The person's rows under A and under B.
    rule : str
        How the person was chosen.
    """

    kind: str
    replicate: int
    subject: int
    months: int
    stands_for: float
    per_1000: float | None
    scaled: float | None
    rows_a: NDArray[np.void]
    rows_b: NDArray[np.void]
    rule: str = RULE


@dataclass(frozen=True)
class Lives:
    """The lives of a comparison; None where nobody is of the kind."""

    saved: Life | None
    not_helped: Life | None


def pick_lives(a: RunData, b: RunData) -> Lives:
    """Choose a typical person whom B saves from a wrongful entry, and one whom it does not.

    Parameters
    ----------
    a, b : RunData
        A pair: the same societies with the same luck.

    Raises
    ------
    ValueError
        If the runs are not a pair.
    """
    require_pair(a, b)
    one, two = load_sample(a, b), load_sample(b, a)
    kind = status_kind(one, two)
    rows_a, rows_b = entered_statuses(one, kind, two), entered_statuses(two, kind, one)
    wrong = rows_a.take(rows_a.wrongful)
    wrong_a, listed_b = has_person(one, wrong), has_person(two, rows_b)
    wrong_b = has_person(two, rows_b.take(rows_b.wrongful))
    return Lives(
        _pick(one, a, b, wrong, wrong_a & ~listed_b, SAVED),
        _pick(one, a, b, wrong, wrong_a & wrong_b, NOT_HELPED),
    )


def _pick(
    sample: Sample, a: RunData, b: RunData, wrong: Rows, flag: NDArray[np.bool_], kind: str
) -> Life | None:
    people: Ints = np.flatnonzero(flag)
    if not people.size:
        return None
    n = np.bincount(people // sample.people, minlength=sample.replicates)
    replicate = int(np.flatnonzero(n)[0])
    mine = people[people // sample.people == replicate]
    size = sample.replicates * sample.people
    months = np.bincount(wrong.person, wrong.months, minlength=size)[mine].astype(np.int64)
    middle = np.sort(months)[(months.size - 1) // 2]
    subject = int(mine[months == middle].min() % sample.people)
    stands_for = float(n.mean())
    adults = float(sample.adults[:, 0].mean())

    def rows(run: RunData) -> NDArray[Any]:
        ledger = run.replicates[replicate].ledger
        mine: NDArray[Any] = ledger[ledger["subject"] == subject]
        return mine

    return Life(
        kind=kind,
        replicate=replicate,
        subject=subject,
        months=int(middle),
        stands_for=stands_for,
        per_1000=1000.0 * stands_for / adults if adults > 0 else None,
        scaled=stands_for * sample.weight if adults > 0 else None,
        rows_a=rows(a),
        rows_b=rows(b),
    )
