"""Who is asked and who answers: a frame, quotas, nonresponse, and weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.streams import Block
from scoredsociety.opinion.errors import OpinionError
from scoredsociety.opinion.frame import Cut, cut, in_frame
from scoredsociety.opinion.public import Floats, Public
from scoredsociety.opinion.questionnaire import Questionnaire

Ints = NDArray[np.int64]
AVERAGE_AGE = 40.0
SPARE = 3.0
"""People looked at first for each one wanted, before everybody is."""
RAKES = 200
CLOSE = 1e-10


@dataclass(frozen=True)
class Sampled:
    """One sample, sorted by quota cell.

    Attributes
    ----------
    index : int64 array, shape (n,)
        People who answered, as positions in the society.
    stratum : int64 array, shape (n,)
        Their quota cell.
    weight : float64 array, shape (n,)
        Adds up to n.
    contacted : int
        People who were asked.
    number : int
        Which survey.
    """

    index: Ints
    stratum: Ints
    weight: Floats
    contacted: int
    number: int

    def __len__(self) -> int:
        return len(self.index)

    @property
    def effective(self) -> float:
        """Effective size after weighting (Kish)."""
        return float(self.weight.sum() ** 2 / (self.weight**2).sum())


class Fieldwork:
    """The frame of one society, ready to draw samples from.

    Parameters
    ----------
    questionnaire : Questionnaire
    public : Public

    Raises
    ------
    OpinionError
        If the frame is empty or smaller than the sample.
    """

    def __init__(self, questionnaire: Questionnaire, public: Public) -> None:
        self.questionnaire, self.public = questionnaire, public
        self.mask = in_frame(questionnaire.frame, public)
        self.frame = np.flatnonzero(self.mask)
        self.size = round(questionnaire.sample.size.value)
        if len(self.frame) < self.size:
            raise OpinionError(
                f"{self.size:,} people are to be asked, and the frame holds {len(self.frame):,} of "
                f"{len(public):,} simulated people. Simulate more people (--people), or ask fewer"
            )
        self.cuts = [self.cut(name) for name in questionnaire.sample.quotas]
        self.cell = np.zeros(len(self.frame), np.int64)
        for each in self.cuts:
            self.cell = self.cell * len(each.labels) + each.level[self.frame]
        self.cells = int(np.prod([len(c.labels) for c in self.cuts], dtype=np.int64))
        self.sizes = np.bincount(self.cell, minlength=self.cells)
        self.quota = allocate(self.sizes, self.size)

    def cut(self, name: str) -> Cut:
        """Sort the whole society by one thing."""
        return cut(name, self.public, self.questionnaire.sample, self.questionnaire.frame)

    @cached_property
    def chance(self) -> Floats:
        """Chance that each person of the frame answers when asked."""
        r, p = self.questionnaire.sample.response, self.public
        share = min(max(r.share.value, 1e-9), 1.0 - 1e-9)
        odds = np.full(len(self.frame), np.log(share / (1.0 - share)))
        if r.share.value >= 1.0:
            odds[:] = np.inf
        if r.college is not None:
            odds += r.college.value * (p.level("education")[self.frame] == 3)
        if r.age is not None:
            odds += r.age.value * (p.age[self.frame] - AVERAGE_AGE) / 10.0
        if r.approval is not None and p.has_schemes:
            odds += r.approval.value * p.approval[self.frame]
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))

    def draw(self, number: int) -> Sampled:
        """Draw one sample: people are asked in a random order until each quota is filled.

        Parameters
        ----------
        number : int
            Which survey; each has an order and answers of its own.

        Raises
        ------
        OpinionError
            If a quota cannot be filled.
        """
        order, answers = (x[self.frame] for x in self.public.draws(number, Block.SAMPLE, 2))
        willing = answers < self.chance
        expected = np.bincount(self.cell, self.chance, minlength=self.cells)
        reach = (SPARE * self.quota + 20.0) / np.maximum(expected, 1e-12)
        at = self._first(np.flatnonzero(willing & (order < reach[self.cell])), order)
        found = np.bincount(self.cell[at], minlength=self.cells)
        if np.any(found < self.quota):
            at = self._first(np.flatnonzero(willing), order)
            found = np.bincount(self.cell[at], minlength=self.cells)
            self._refuse(found)
        last = np.zeros(self.cells)
        np.maximum.at(last, self.cell[at], order[at])
        contacted = int((order <= last[self.cell]).sum())
        index, stratum = self.frame[at], self.cell[at]
        weight = self._weights(index, stratum)
        return Sampled(index, stratum, weight, contacted, number)

    def _first(self, candidates: Ints, order: Floats) -> Ints:
        """Return the first of each cell to fill its quota, sorted by cell and order."""
        at = candidates[np.lexsort((order[candidates], self.cell[candidates]))]
        cell = self.cell[at]
        start = np.searchsorted(cell, np.arange(self.cells))
        rank = np.arange(len(at)) - start[cell]
        return np.asarray(at[rank < self.quota[cell]])

    def _refuse(self, found: Ints) -> None:
        short = np.flatnonzero(found < self.quota)
        if not len(short):
            return
        worst = short[np.argmax(self.quota[short] - found[short])]
        labels = list(product(*(c.labels for c in self.cuts)))[worst]
        who = ", ".join(labels) or "the frame"
        more = f" {len(short) - 1} more quotas fall short too." if len(short) > 1 else ""
        raise OpinionError(
            f"the quota of {self.quota[worst]} people ({who}) cannot be met: the frame holds "
            f"{self.sizes[worst]} of them, and {found[worst]} answer.{more} Simulate more people "
            "(--people), ask fewer, or raise the response share"
        )

    def _weights(self, index: Ints, stratum: Ints) -> Floats:
        """Weight cells to the frame, then rake to the margins that the questionnaire names."""
        taken = np.bincount(stratum, minlength=self.cells)
        weight = (self.sizes / np.maximum(taken, 1))[stratum]
        margins = []
        for name in self.questionnaire.sample.weights:
            each = self.cut(name)
            wanted = np.bincount(each.level[self.frame], minlength=len(each.labels))
            margins.append((each.level[index], wanted / len(self.frame)))
        return rake(weight, margins) * len(index)


def allocate(sizes: Ints, total: int) -> Ints:
    """Share a sample out in proportion to sizes, by largest remainders.

    Parameters
    ----------
    sizes : int64 array, shape (H,)
        People of the frame by cell; an empty cell is given nobody.
    total : int

    Returns
    -------
    int64 array, shape (H,)
        Adds up to ``total``.
    """
    exact = total * sizes / max(int(sizes.sum()), 1)
    out = np.floor(exact).astype(np.int64)
    rest = np.argsort(-(exact - out), kind="stable")[: total - int(out.sum())]
    out[rest] += 1
    return out


def rake(weight: Floats, margins: list[tuple[Ints, Floats]]) -> Floats:
    """Adjust weights until each margin of the sample has the shares wanted.

    Parameters
    ----------
    weight : float64 array, shape (n,)
    margins : list of (level of each respondent, wanted share of each level)
        A level that nobody in the sample has is left out, and the others share its part.

    Returns
    -------
    float64 array, shape (n,)
        Adds up to 1.
    """
    out: Floats = weight / weight.sum()
    for _ in range(RAKES if margins else 0):
        moved = 0.0
        for level, wanted in margins:
            have = np.bincount(level, out, minlength=len(wanted))
            target = np.where(have > 0, wanted, 0.0)
            target = target / target.sum()
            factor = np.where(have > 0, target / np.where(have > 0, have, 1.0), 1.0)
            moved = max(moved, float(np.abs(factor - 1.0).max()))
            out = out * factor[level]
        if moved < CLOSE:
            break
    return np.asarray(out / out.sum())
