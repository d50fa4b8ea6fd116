"""Uncertainty in two layers: luck between societies, and numbers that nobody knows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow as pa

from scoredsociety.audit.along import Course
from scoredsociety.audit.intervals import means, student_cdf, student_quantile
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sheet import nullable
from scoredsociety.audit.transparency import rank_correlation

MANY = 40
"""Draws from which on the interval over draws leaves out 2.5% at either end."""
FEWEST = 8
"""Draws below which nothing is said of single assumptions."""
SIGNIFICANT = 0.05


class Evidence(StrEnum):
    """What can be said of a statement."""

    OF = "evidence of"
    AGAINST = "evidence against"
    OPEN = "not enough evidence"


@dataclass(frozen=True)
class Statement:
    """Something that is said of a measure before it is looked at.

    Attributes
    ----------
    key : str
        A measure of the sweep.
    above : bool
        Whether it is said to lie above ``limit``, or below.
    limit : float
        In the unit of the measure.
    change : bool
        Whether it is the change by the safeguards that is spoken of.
    """

    key: str
    above: bool
    limit: float
    change: bool = False

    def judge(self, low: float | None, high: float | None) -> Evidence:
        """Say what an interval says of it: of, if the whole of it fits; against, if none does."""
        if low is None or high is None:
            return Evidence.OPEN
        if low > self.limit or high < self.limit:
            return Evidence.OF if (low > self.limit) == self.above else Evidence.AGAINST
        return Evidence.OPEN

    def __str__(self) -> str:
        way = "above" if self.above else "below"
        what = f"the change of {self.key}" if self.change else self.key
        return f"{what} is {way} {self.limit:g}"


@dataclass(frozen=True)
class Mover:
    """How an assumed number goes with a figure.

    Attributes
    ----------
    path : str
    correlation : float
        Spearman's, over the draws.
    p : float
        Chance of one as large in size if nothing went together, times the numbers looked at
        (Holm 1979), at most 1.
    """

    path: str
    correlation: float
    p: float

    @property
    def evident(self) -> bool:
        """Whether it is more than luck, all numbers that were looked at being reckoned with."""
        return self.p < SIGNIFICANT


def spearman_p(correlation: float, draws: int) -> float:
    """Return the chance of a rank correlation at least as large in size, by Student's t.

    Approximate; exact values differ by less than 0.01 from ten draws on.
    """
    if draws < 3 or not math.isfinite(correlation):
        return 1.0
    if abs(correlation) >= 1.0:
        return 0.0
    t = abs(correlation) * math.sqrt((draws - 2) / (1.0 - correlation**2))
    return 1.0 - student_cdf(t, draws - 2)


def movers(values: Floats, figure: Floats, paths: Sequence[str]) -> list[Mover]:
    """Return how every assumed number goes with a figure, the strongest first.

    Parameters
    ----------
    values : float64 array, shape (K, P)
        What each draw set.
    figure : float64 array, shape (K,)
        NaN where undefined: such draws are left out.
    paths : sequence of str, length P

    Returns
    -------
    list of Mover
        Empty with fewer than 8 draws that define the figure, or if it never moves.
    """
    known = np.isfinite(figure)
    n = int(known.sum())
    if n < FEWEST or np.ptp(figure[known]) == 0:
        return []
    found = rank_correlation(values[known].T, np.broadcast_to(figure[known], (len(paths), n)))
    order = sorted(range(len(paths)), key=lambda k: (-abs(np.nan_to_num(found[k])), paths[k]))
    out, largest = [], 0.0
    for rank, k in enumerate(order):
        if math.isfinite(found[k]):
            adjusted = spearman_p(float(found[k]), n) * (len(paths) - rank)
            largest = min(1.0, max(largest, adjusted))
            out.append(Mover(paths[k], float(found[k]), largest))
    return out


@dataclass(frozen=True)
class Unknown:
    """One figure in two layers.

    Attributes
    ----------
    course : Course
        Its name, unit and values: shape (K + 1, R), as declared first.
    change : bool
        Whether it is the change by the safeguards.
    value, low, high : float or None
        As declared, with the 95% interval of luck.
    draws : int
        Draws that define it.
    drawn_low, drawn_high : float or None
        Between which its means lie over the draws; see ``form``.
    form : str
        "lowest to highest", or "2.5 to 97.5%" of many draws.
    both_low, both_high : float or None
        The same widened at either end by the luck that is left in a mean over replicates: what a
        statement is judged by.
    luck : float or None
        Part of the variance of the means over draws that luck alone would make, 0 to 1.
    movers : list of Mover
    """

    course: Course
    change: bool
    value: float | None
    low: float | None
    high: float | None
    draws: int
    drawn_low: float | None
    drawn_high: float | None
    form: str
    both_low: float | None
    both_high: float | None
    luck: float | None
    movers: list[Mover]

    @property
    def evident(self) -> list[Mover]:
        """The assumptions that move it, as far as there is evidence."""
        return [m for m in self.movers if m.evident]


def _known(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None


def unknown(course: Course, drawn: Floats, paths: Sequence[str], change: bool = False) -> Unknown:
    """Take a figure apart into what is luck and what nobody knows.

    Parameters
    ----------
    course : Course
        Values of shape (K + 1, R): the regime as declared, then each draw.
    drawn : float64 array, shape (K, P)
        What each draw set.
    paths : sequence of str, length P
    change : bool
        Whether the values are changes by safeguards.

    Returns
    -------
    Unknown
    """
    central = means(course.values[:1])
    each = course.values[1:]
    m = means(each)
    of_draws = m.value[np.isfinite(m.value)]
    k = of_draws.size
    low = high = both_low = both_high = luck = None
    if k >= 2:
        ends = np.quantile(of_draws, [0.025, 0.975]) if k >= MANY else (
            of_draws.min(), of_draws.max())  # fmt: skip
        low, high = float(ends[0]), float(ends[1])
        within, df = _within(each)
        if df:
            r = max(1.0, float(np.mean(m.replicates[np.isfinite(m.value)])))
            half = student_quantile(df) * math.sqrt(within / r)
            both_low, both_high = low - half, high + half
            spread = float(of_draws.var(ddof=1))
            luck = min(1.0, within / r / spread) if spread > 0 else None
    return Unknown(
        course=course,
        change=change,
        value=_known(central.value[0]),
        low=_known(central.low[0]),
        high=_known(central.high[0]),
        draws=k,
        drawn_low=low,
        drawn_high=high,
        form="2.5 to 97.5%" if k >= MANY else "lowest to highest",
        both_low=both_low,
        both_high=both_high,
        luck=luck,
        movers=movers(drawn, m.value, paths),
    )


def _within(each: Floats) -> tuple[float, int]:
    """Return the variance between societies of one draw, pooled, and its degrees of freedom."""
    defined = np.isfinite(each)
    n = defined.sum(axis=1)
    mean = np.where(defined, each, 0.0).sum(axis=1) / np.maximum(n, 1)
    squares = np.where(defined, (each - mean[:, None]) ** 2, 0.0).sum()
    df = int(np.maximum(n - 1, 0).sum())
    return (float(squares) / df if df else 0.0), df


def sweep_table(found: Sequence[Unknown]) -> pa.Table:
    """Write figures in two layers as a tidy table.

    Returns
    -------
    pyarrow.Table
        One row a figure: metric, title, measure, item, quantity, unit, change (whether it is the
        change by the safeguards), value, luck_low, luck_high (95% over replicates, as declared),
        draws, drawn_low, drawn_high, form, both_low, both_high (draws and luck), luck (share of
        the variance over draws) and moved_by (assumptions with evidence, ``path correlation``).
    """
    numbers = {
        "value": [u.value for u in found],
        "luck_low": [u.low for u in found],
        "luck_high": [u.high for u in found],
        "drawn_low": [u.drawn_low for u in found],
        "drawn_high": [u.drawn_high for u in found],
        "both_low": [u.both_low for u in found],
        "both_high": [u.both_high for u in found],
        "luck": [u.luck for u in found],
    }
    texts = {
        "metric" if name == "key" else name: [str(getattr(u.course, name)) for u in found]
        for name in ("key", "title", "measure", "item", "quantity", "unit")
    }
    moved = ["; ".join(f"{m.path} {m.correlation:+.2f}" for m in u.evident) for u in found]
    return pa.table(
        {
            **{k: pa.array(v, pa.string()) for k, v in texts.items()},
            "change": pa.array([u.change for u in found], pa.bool_()),
            **{k: nullable([np.nan if x is None else x for x in v]) for k, v in numbers.items()},
            "draws": pa.array([u.draws for u in found], pa.int64()),
            "form": pa.array([u.form for u in found], pa.string()),
            "moved_by": pa.array(moved, pa.string()),
        }
    )
