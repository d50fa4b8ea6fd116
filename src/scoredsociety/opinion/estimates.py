"""Estimates with their design-based standard errors (Taylor linearisation).

Quota cells are strata, weights are taken as they are, and there is no correction for a finite
society: the sample stands for a survey of a whole nation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoredsociety.opinion.public import Bools, Floats
from scoredsociety.opinion.sampling import Sampled

Z = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """Estimates of k figures.

    Attributes
    ----------
    value, se : float64 array, shape (k,)
        NaN where nobody was asked.
    asked : int
        People they rest on.
    scores : float64 array, shape (n, k)
        What each respondent adds to the error of each figure.
    """

    value: Floats
    se: Floats
    asked: int
    scores: Floats

    @property
    def low(self) -> Floats:
        """Lower end of the 95 % intervals."""
        return self.value - Z * self.se

    @property
    def high(self) -> Floats:
        """Upper end."""
        return self.value + Z * self.se


def errors(scores: Floats, stratum: NDArray[np.int64]) -> Floats:
    """Return standard errors of sums of scores over a stratified sample.

    Parameters
    ----------
    scores : float64 array, shape (n, k)
    stratum : int64 array, shape (n,)
        Sorted. A stratum with a single respondent counts with its square.

    Returns
    -------
    float64 array, shape (k,)
        NaN for no respondents.
    """
    if not len(scores):
        return np.full(scores.shape[1], np.nan)
    first = np.flatnonzero(np.concatenate([[True], stratum[1:] != stratum[:-1]]))
    count = np.diff(np.concatenate([first, [len(stratum)]]))[:, None].astype(np.float64)
    total = np.add.reduceat(scores, first, axis=0)
    square = np.add.reduceat(scores**2, first, axis=0)
    centred = np.where(count > 1, square - total**2 / count, square)
    factor = np.where(count > 1, count / np.maximum(count - 1.0, 1.0), 1.0)
    return np.asarray(np.sqrt(np.maximum((factor * centred).sum(axis=0), 0.0)))


def means(sample: Sampled, values: Floats, asked: Bools | None = None) -> Estimate:
    """Estimate the means of k columns among those who were asked.

    Parameters
    ----------
    sample : Sampled
    values : float64 array, shape (n, k)
        Of each respondent: 0 or 1 for shares.
    asked : bool array, shape (n,), optional
        The domain; by default everybody.

    Returns
    -------
    Estimate
    """
    domain = np.ones(len(sample), np.bool_) if asked is None else asked
    weight = np.where(domain, sample.weight, 0.0)
    total = weight.sum()
    if not total > 0:
        nothing = np.full(values.shape[1], np.nan)
        return Estimate(nothing, nothing, 0, np.zeros_like(values, dtype=np.float64))
    value = weight @ values / total
    scores = weight[:, None] * (values - value) / total
    return Estimate(value, errors(scores, sample.stratum), int(domain.sum()), scores)


def shares(
    sample: Sampled, codes: NDArray[np.int8], categories: int, within: Bools | None = None
) -> Estimate:
    """Estimate the shares of all categories; codes below 0 were not asked."""
    asked = codes >= 0
    if within is not None:
        asked = asked & within
    given = (codes[:, None] == np.arange(categories)).astype(np.float64)
    return means(sample, given, asked)


def difference(sample: Sampled, one: Estimate, other: Estimate) -> Estimate:
    """Estimate one figure less another on the same people, who make both hang together."""
    scores = one.scores - other.scores
    asked = min(one.asked, other.asked)
    return Estimate(one.value - other.value, errors(scores, sample.stratum), asked, scores)


def share_error(share: float, size: int) -> float:
    """Return the standard error of a share in a simple random sample: sqrt(p (1 - p) / (n - 1))."""
    return float(np.sqrt(share * (1.0 - share) / (size - 1)))


def list_error(
    controls: Floats, share: float, treated: int, others: int, overlap: float = 0.0
) -> float:
    """Return the standard error of a list experiment with independent control statements.

    The variance of the difference of mean counts: the control statements count in both arms, the
    sensitive one in the arm that reads it.

    Parameters
    ----------
    controls : float64 array, shape (J,)
        Shares to whom the control statements apply.
    share : float
        Share to whom the sensitive statement applies.
    treated, others : int
        Respondents in the two arms.
    overlap : float
        Covariance of the count of control statements with the sensitive one.
    """
    of_controls = float((controls * (1.0 - controls)).sum())
    both = of_controls + share * (1.0 - share) + 2.0 * overlap
    return float(np.sqrt(both / treated + of_controls / others))
