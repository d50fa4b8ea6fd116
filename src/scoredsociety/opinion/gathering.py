"""Figures of many surveys, put side by side and made into tidy tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from scoredsociety.opinion.estimates import Z
from scoredsociety.opinion.public import Floats

if TYPE_CHECKING:
    import pyarrow as pa

ENOUGH = 40
"""Surveys from which on the range of their estimates is read off them."""
Key = tuple[str, ...]


@dataclass
class Series:
    """One figure, survey by survey."""

    values: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    truths: list[float] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    note: str = ""

    def add(self, value: float, error: float, truth: float, asked: int) -> None:
        """Add what one survey found."""
        self.values.append(value)
        self.errors.append(error)
        self.truths.append(truth)
        self.asked.append(asked)


@dataclass(frozen=True)
class Summary:
    """One figure over all surveys.

    Attributes
    ----------
    value, se : float
        Means of the estimates and of their design-based standard errors.
    spread : float
        Standard deviation of the estimates between surveys.
    low, high : float
        95 % of surveys lie in it: the quantiles of the estimates, from ``ENOUGH`` surveys on;
        before that the estimate and 1.96 standard errors either way.
    truth : float
        Mean of the same figure in the frames; NaN where nothing corresponds.
    coverage : float
        Share of the surveys whose 95 % interval holds the truth of their society.
    asked : float
        Mean number of people asked.
    """

    value: float
    se: float
    spread: float
    low: float
    high: float
    truth: float
    coverage: float
    asked: float
    surveys: int
    note: str


def summary(series: Series) -> Summary:
    """Put the estimates of one figure together; what no survey defines stays NaN."""
    value, error, truth = (
        np.array(x, dtype=np.float64) for x in (series.values, series.errors, series.truths)
    )
    known = np.isfinite(value)
    nothing = float("nan")
    asked = float(np.mean(series.asked)) if series.asked else nothing
    if not known.any():
        note = series.note or "nobody was asked"
        return Summary(nothing, nothing, nothing, nothing, nothing, _mean(truth), nothing, asked,
                       0, note)  # fmt: skip
    v, e, t = value[known], error[known], truth[known]
    middle, se = float(v.mean()), _mean(e)
    spread = float(v.std(ddof=1)) if len(v) > 1 else nothing
    if len(v) >= ENOUGH:
        low, high = (float(x) for x in np.quantile(v, [0.025, 0.975]))
    else:
        low, high = middle - Z * se, middle + Z * se
    both = np.isfinite(t) & np.isfinite(e)
    coverage = float((np.abs(v - t) <= Z * e + 1e-12)[both].mean()) if both.any() else nothing
    return Summary(middle, se, spread, low, high, _mean(t), coverage, asked, len(v), series.note)


def _mean(x: Floats) -> float:
    known = x[np.isfinite(x)]
    return float(known.mean()) if len(known) else float("nan")


class Gatherer:
    """Figures by key, over surveys.

    Parameters
    ----------
    names : sequence of str
        What the parts of a key are called: columns of the table.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.series: dict[Key, Series] = {}

    def add(
        self,
        key: Key,
        value: float,
        error: float = float("nan"),
        truth: float = float("nan"),
        asked: int = 0,
        note: str = "",
    ) -> None:
        """Add one figure of one survey."""
        series = self.series.setdefault(key, Series(note=note))
        series.add(value, error, truth, asked)

    def summaries(self) -> dict[Key, Summary]:
        """Return every figure over all surveys, in the order of coming."""
        return {key: summary(series) for key, series in self.series.items()}

    def table(self) -> pa.Table:
        """Return one row a figure: the parts of its key, then :class:`Summary`; NaN is null."""
        import pyarrow as pa

        rows = self.summaries()
        columns = {
            name: pa.array([key[k] for key in rows], pa.string())
            for k, name in enumerate(self.names)
        }
        for name in ("value", "se", "spread", "low", "high", "truth", "coverage", "asked"):
            x = np.array([getattr(s, name) for s in rows.values()], dtype=np.float64)
            columns[name] = pa.array(x, pa.float64(), mask=~np.isfinite(x))
        columns["surveys"] = pa.array([s.surveys for s in rows.values()], pa.int64())
        columns["note"] = pa.array([s.note for s in rows.values()], pa.string())
        return pa.table(columns)
