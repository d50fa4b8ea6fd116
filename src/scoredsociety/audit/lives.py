"""One life, twice: people chosen by a stated rule, under both regimes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoredsociety.audit.fates import Fates, Flags, count_lives, fates
from scoredsociety.audit.rows import Ints
from scoredsociety.engine.result import RunData

RULE = (
    "Of all persons of this kind in the first replicate that has one, the person whose {} are the "
    "lower median; of several, the one with the smallest index."
)
MOST = (
    "Of all persons of this kind in all replicates, the one with the most {}; of several, the "
    "first; those with at least as many are whom it stands for."
)
WRONG_MONTHS = "months wrongly listed under A"
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
    sanctioned, refused : pair of int
        Months under at least one sanction, and refusals at counters, under A and under B.
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
    sanctioned: tuple[int, int] = (0, 0)
    refused: tuple[int, int] = (0, 0)
    rule: str = RULE.format(WRONG_MONTHS)


@dataclass(frozen=True)
class Lives:
    """The lives of a comparison; None where nobody is of the kind.

    Attributes
    ----------
    saved, not_helped : Life or None
        Wrongly listed under A: whom B spares, and whom it does not.
    typical, worst, worse_off : Life or None
        Of the lives with another outcome, the one with the median change; the one longest under
        sanctions under A; of those longer under sanctions under B, the one with the median.
    counts : pyarrow.Table or None
        In which ways how many lives differ (:func:`count_lives`).
    """

    saved: Life | None
    not_helped: Life | None
    typical: Life | None = None
    worst: Life | None = None
    worse_off: Life | None = None
    counts: pa.Table | None = None


def pick_lives(a: RunData, b: RunData, *, every: bool = False) -> Lives:
    """Choose the lives that tell what B changes against A.

    Parameters
    ----------
    a, b : RunData
        A pair: the same societies with the same luck.
    every : bool
        Also choose the typical, the worst and the worse off, and count in which ways how many
        lives differ; False: only those who were wrongly listed, which is quicker.

    Raises
    ------
    ValueError
        If the runs are not a pair.
    """
    f = fates(a, b)
    before, after = f.months
    (wrong_a, wrong_b), listed_b = f.wronged, f.listed[1]
    wrong = (f.wrong_months, RULE.format(WRONG_MONTHS))
    saved = _pick(f, wrong_a & ~listed_b, SAVED, *wrong)
    not_helped = _pick(f, wrong_a & wrong_b, NOT_HELPED, *wrong)
    if not every:
        return Lives(saved, not_helped)
    change = (np.abs(after - before), RULE.format("months under sanctions gained or lost"))
    longer = (after - before, RULE.format("months more under sanctions under B"))
    most = (before, MOST.format("months under sanctions under A"))
    at_least = before >= max(1, int(before.max(initial=0)))
    return Lives(
        saved=saved,
        not_helped=not_helped,
        typical=_pick(f, f.differs, "another outcome under B than under A", *change),
        worst=_pick(f, at_least, "longest under sanctions under A", *most),
        worse_off=_pick(f, after > before, "longer under sanctions under B", *longer),
        counts=count_lives(f),
    )


def follow(found: Fates, subject: int, replicate: int) -> Life:
    """Return a person of one's own choice under both regimes; it stands for itself alone."""
    return _life(
        found, replicate, subject, 1.0 / found.a.replicates, "chosen by index", "By index."
    )


def _pick(f: Fates, flag: Flags, kind: str, score: Ints, rule: str) -> Life | None:
    """Choose the lower median of the score among those flagged in the first society with any."""
    people: Ints = np.flatnonzero(flag)
    if not people.size:
        return None
    n = np.bincount(people // f.a.people, minlength=f.a.replicates)
    replicate = int(np.flatnonzero(n)[0])
    mine = people[people // f.a.people == replicate]
    scores = score[mine]
    middle = np.sort(scores)[(scores.size - 1) // 2]
    subject = int(mine[scores == middle].min() % f.a.people)
    return _life(f, replicate, subject, float(n.mean()), kind, rule)


def _life(f: Fates, replicate: int, subject: int, stands_for: float, kind: str, rule: str) -> Life:
    at = replicate * f.a.people + subject
    adults = float(f.a.adults[:, 0].mean())

    def rows(run: RunData) -> NDArray[Any]:
        ledger = run.replicates[replicate].ledger
        mine: NDArray[Any] = ledger[ledger["subject"] == subject]
        return mine

    return Life(
        kind=kind,
        replicate=replicate,
        subject=subject,
        months=int(f.wrong_months[at]),
        stands_for=stands_for,
        per_1000=1000.0 * stands_for / adults if adults > 0 else None,
        scaled=stands_for * f.a.weight if adults > 0 else None,
        rows_a=rows(f.a.run),
        rows_b=rows(f.b.run),
        sanctioned=(int(f.months[0][at]), int(f.months[1][at])),
        refused=(int(f.refused[0][at]), int(f.refused[1][at])),
        rule=rule,
    )
