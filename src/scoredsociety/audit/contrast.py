"""Rates of one group beside those of another: ratios of counts, and their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoredsociety.audit.intervals import NORMAL_QUANTILE, ratio
from scoredsociety.audit.rows import Floats, Rows
from scoredsociety.audit.sample import Sample
from scoredsociety.engine.result import PROFILE_FIELDS, profile_level

POOLED = "Pooled over the replicates; the interval lets rows of one person hang together."


@dataclass(frozen=True)
class Contrast:
    """Two levels of a field of the profile: the one asked about, and the one it is held against.

    Attributes
    ----------
    field : str
    one, other : int
        Levels; ``other`` below 0 stands for all but ``one``.
    """

    field: str
    one: int
    other: int = -1

    @property
    def label(self) -> str:
        """The group asked about, as ``field=label``."""
        return f"{self.field}={PROFILE_FIELDS[self.field][2][self.one]}"

    @property
    def against(self) -> str:
        """The group it is held against."""
        if self.other >= 0:
            return f"{self.field}={PROFILE_FIELDS[self.field][2][self.other]}"
        return f"all but {self.label}"

    def masks(self, sample: Sample) -> Floats:
        """Return which profiles are in either group, shape (P, 2): the one asked about first."""
        level = profile_level(sample.groups.codes, self.field)
        other = level == self.other if self.other >= 0 else level != self.one
        return np.stack([level == self.one, other], axis=1).astype(np.float64)

    def sums(self, sample: Sample, by_profile: Floats) -> Floats:
        """Add a table by profile, shape (R, P), up to the two groups: shape (R, 2)."""
        out: Floats = by_profile @ self.masks(sample)
        return out


@dataclass(frozen=True)
class Tally:
    """Rows counted by profile, and how unevenly they fall on persons.

    Attributes
    ----------
    count : float64 array, shape (R, P)
        Rows by replicate and profile.
    squares : float64 array, shape (R, P)
        Sum over persons of the squared number of their rows.
    """

    count: Floats
    squares: Floats

    @classmethod
    def of(cls, sample: Sample, rows: Rows) -> Tally:
        """Count rows."""
        everybody = sample.replicates * sample.people
        if len(rows) < everybody // 16:  # sorting few is cheaper than counting all
            at, several = np.unique(rows.person, return_counts=True)
        else:
            each = np.bincount(rows.person, minlength=everybody)
            at = np.flatnonzero(each)
            several = each[at]
        return cls(sample.by_profile(rows), sample.persons_by_profile(at, several**2))


def rate_ratio(counts: Floats, base: Floats) -> Floats:
    """Return (count / base of the first) / (count / base of the second): (..., 2) to (...)."""
    rate = ratio(counts, base)
    return ratio(rate[..., 0], rate[..., 1])


def relative_variance(sample: Sample, contrast: Contrast, tally: Tally) -> Floats:
    """Return the variance of the logarithm of each of the two pooled counts, shape (2,).

    Persons are independent of each other and rows of one person are not: sum of squares over
    persons / square of the sum. It is 1 / count where nobody has two rows; NaN for no rows.
    """
    squares, total = (contrast.sums(sample, x).sum(axis=0) for x in (tally.squares, tally.count))
    return ratio(squares, total**2)


def interval_of_ratio(value: float, *variances: Floats) -> tuple[float, float, float]:
    """Return (value, low, high): a 95% interval on the logarithmic scale.

    Parameters
    ----------
    value : float
    *variances : float64 arrays
        Variances of the logarithms of independent counts; NaN gives no interval.
    """
    variance = float(sum(x.sum() for x in variances))
    if not value > 0 or np.isnan(variance):
        return value, float("nan"), float("nan")
    half = NORMAL_QUANTILE * float(np.sqrt(variance))
    return value, value * float(np.exp(-half)), value * float(np.exp(half))


def pooled_ratio(
    sample: Sample, contrast: Contrast, rows: Tally, base: Floats, offset: Tally | None = None
) -> tuple[float, float, float]:
    """Return the ratio of two rates over all replicates together, with its 95% interval.

    Parameters
    ----------
    sample : Sample
    contrast : Contrast
    rows : Tally
        What is counted.
    base : float64 array, shape (R, 2)
        What it is divided by, of the two groups.
    offset : Tally, optional
        The base, where it is a count of chance events that widens the interval.

    Returns
    -------
    (value, low, high)
        NaN where undefined; no interval where a count is 0.
    """
    total = contrast.sums(sample, rows.count).sum(axis=0)
    value = float(rate_ratio(total, base.sum(axis=0)))
    parts = [relative_variance(sample, contrast, x) for x in (rows, offset) if x is not None]
    return interval_of_ratio(value, *parts)
