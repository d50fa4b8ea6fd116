"""How far forecasts can be taken at their word: calibration, and scores of forecasts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.rows import Floats


def learned_elsewhere(did: Floats, did_not: Floats) -> Floats:
    """Return the frequency seen in each bucket in all replicates but one: shape (R, B).

    Parameters
    ----------
    did, did_not : float64 arrays, shape (R, B)
        Persons by replicate and bucket.

    Returns
    -------
    float64 array, shape (R, B)
        An empty bucket takes the frequency of all buckets. NaN with one replicate alone.
    """
    others = did.sum(axis=0) - did
    people = others + did_not.sum(axis=0) - did_not
    whole = ratio(others.sum(axis=1), people.sum(axis=1))
    seen = ratio(others, people)
    return np.where(np.isnan(seen), whole[:, None], seen)


def calibration_error(forecast: ArrayLike, did: ArrayLike, did_not: ArrayLike) -> Floats:
    """Return the expected calibration error: mean distance of frequency and forecast, by bucket.

    Parameters
    ----------
    forecast : array_like, shape (..., B)
        Chance foretold in each bucket.
    did, did_not : array_like, shape (..., B)
        Persons by bucket.

    Returns
    -------
    float64 array, shape (...)
        NaN where there is nobody, or a forecast is missing where somebody stands.

    References
    ----------
    Naeini, Cooper and Hauskrecht (2015), AAAI.
    """
    f, p, n = (np.asarray(x, dtype=np.float64) for x in (forecast, did, did_not))
    size = p + n
    apart = np.where(size > 0, np.abs(p - f * size), 0.0)
    return ratio(apart.sum(axis=-1), size.sum(axis=-1))


def calibration_slope(forecast: ArrayLike, did: ArrayLike, did_not: ArrayLike) -> Floats:
    """Return the slope of what happened on what was foretold, by least squares over persons.

    1: forecasts are as far apart as they should be; below 1: too far, they say too much.

    Parameters
    ----------
    forecast, did, did_not : array_like, shape (..., B)

    Returns
    -------
    float64 array, shape (...)
        NaN where all forecasts are the same.
    """
    f, p, n = (np.asarray(x, dtype=np.float64) for x in (forecast, did, did_not))
    size = p + n
    known = np.where(size > 0, f, 0.0)
    mean = ratio((known * size).sum(axis=-1), size.sum(axis=-1))[..., None]
    share = ratio(p.sum(axis=-1), size.sum(axis=-1))[..., None]
    away = np.where(size > 0, known - mean, 0.0)
    return ratio((away * (p - share * size)).sum(axis=-1), (away**2 * size).sum(axis=-1))


def brier_of(forecast: ArrayLike, did: ArrayLike, did_not: ArrayLike) -> Floats:
    """Return the mean squared error of forecasts by bucket.

    Parameters
    ----------
    forecast, did, did_not : array_like, shape (..., B)

    Returns
    -------
    float64 array, shape (...)
        NaN where there is nobody.
    """
    f, p, n = (np.asarray(x, dtype=np.float64) for x in (forecast, did, did_not))
    size = p + n
    error = np.where(size > 0, p * (1.0 - f) ** 2 + n * f**2, 0.0)
    return ratio(error.sum(axis=-1), size.sum(axis=-1))
