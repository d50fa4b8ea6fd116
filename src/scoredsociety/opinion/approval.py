"""From approval to answers: thresholds, and what is said instead of what is thought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.normal import normal_cdf
from scoredsociety.opinion.errors import OpinionError
from scoredsociety.opinion.public import Floats, Public

ROUNDS = 60
CLOSE = 1e-12
GRID = 2048
BEYOND = 12.0
"""Normal noise never takes anybody this far from what is predicted."""


@dataclass(frozen=True)
class Reading:
    """How the answers are taken: how many of those who do not approve say that they do.

    Attributes
    ----------
    name : str
        "sincere", "partly", "strongly", or a number as it was given.
    falsification : float
        f: the share at mean fear, 0 to 1.
    on : str
        Whether published shares are "reported" or "private" answers.
    """

    name: str
    falsification: float
    on: str = "reported"


def conceals(public: Public, falsification: float) -> Floats:
    """Return the chance with which each person, not approving, says to approve.

    Parameters
    ----------
    public : Public
    falsification : float
        f, 0 to 1; multiplied with a person's fear and cut at 1.

    Returns
    -------
    float64 array, shape (n,)
    """
    return np.minimum(1.0, falsification * public.fear)


def private_category(approval: Floats, thresholds: Floats) -> NDArray[np.int8]:
    """Return the category of each person: how many thresholds approval lies above."""
    out = np.zeros(len(approval), np.int8)
    for threshold in thresholds:
        out += approval > threshold
    return out


def reported_category(
    private: NDArray[np.int8], neutral: int, conceal: Floats, luck: Floats
) -> NDArray[np.int8]:
    """Return what is said: the lowest approval instead of none, where ``luck`` < ``conceal``."""
    hides = (private <= neutral) & (luck < conceal)
    return np.where(hides, np.int8(neutral + 1), private)


def shares_given(
    predicted: Floats, thresholds: Floats, neutral: int | None, conceal: Floats | None
) -> Floats:
    """Return the expected shares of the categories among people.

    Parameters
    ----------
    predicted : float64 array, shape (n,)
        Approval without its noise.
    thresholds : float64 array, shape (C - 1,)
    neutral : int or None
        Highest category that is no approval; None: nobody conceals anything.
    conceal : float64 array, shape (n,), or None

    Returns
    -------
    float64 array, shape (C,)
    """
    below = [
        float((normal_cdf(t - predicted) * _open(k, neutral, conceal)).mean())
        for k, t in enumerate(thresholds)
    ]
    return np.diff(np.concatenate([[0.0], below, [1.0]]))


def _open(k: int, neutral: int | None, conceal: Floats | None) -> Floats | float:
    """Return with which chance people in the lowest ``k`` + 1 categories say so."""
    return 1.0 - conceal if neutral is not None and conceal is not None and k <= neutral else 1.0


def calibrate(
    shares: Sequence[float],
    predicted: Floats,
    neutral: int | None = None,
    conceal: Floats | None = None,
) -> Floats:
    """Return the thresholds at which people give answers with given shares.

    Each threshold solves one monotone equation: the mean over people of the chance to lie below
    it, times the chance to say so, is the cumulated share.

    Parameters
    ----------
    shares : sequence of float, length C
        Above 0, adding up to 1.
    predicted : float64 array, shape (n,)
        Approval without its noise, of those whom the shares are about.
    neutral, conceal
        As in :func:`shares_given`. Without them the shares are those of private answers.

    Returns
    -------
    float64 array, shape (C - 1,)
        Rising.

    Raises
    ------
    OpinionError
        If no thresholds give these shares: more people conceal that they do not approve than the
        shares leave room for.
    """
    below = np.cumsum(np.asarray(shares, dtype=np.float64))[:-1]
    out = np.empty(len(below))
    for k, wanted in enumerate(below):
        weight = _open(k, neutral, conceal)
        most = float(np.mean(weight))
        if not 0.0 < wanted < most:
            raise OpinionError(
                f"{100 * wanted:.1f} % are to say that they do not approve, and no more than "
                f"{100 * most:.1f} % would say so even if nobody approved. "
                "Lower the falsification, or calibrate on private answers"
            )
        out[k] = _threshold(wanted, predicted, weight)
    if np.any(np.diff(out) < 0):
        raise OpinionError(
            "the shares leave no room for what is concealed: fewer people would approve at all "
            "than approve strongly. Lower the falsification, or calibrate on private answers"
        )
    return out


def _start(wanted: float, predicted: Floats, weight: Floats | float) -> tuple[float, float, float]:
    """Return a threshold that is nearly right, worked out on few values, and a bracket around it.

    Everybody counts at the nearer of ``GRID`` values between the lowest and the highest.
    """
    least, most = float(predicted.min()), float(predicted.max())
    width = max(most - least, 1e-9)
    place = np.rint((predicted - least) * ((GRID - 1) / width)).astype(np.int64)
    mass = np.bincount(place, np.broadcast_to(weight, predicted.shape), GRID) / len(predicted)
    grid = least + width * np.arange(GRID) / (GRID - 1)
    low, high = least - BEYOND, most + BEYOND
    a, b = low, high
    for _ in range(ROUNDS):
        middle = 0.5 * (a + b)
        a, b = (middle, b) if float(mass @ normal_cdf(middle - grid)) < wanted else (a, middle)
    return 0.5 * (a + b), low, high


def _threshold(wanted: float, predicted: Floats, weight: Floats | float) -> float:
    """Solve mean(weight Phi(t - predicted)) = wanted by Newton's method inside a bracket."""
    t, low, high = _start(wanted, predicted, weight)
    for _ in range(ROUNDS):
        gap = float((weight * normal_cdf(t - predicted)).mean()) - wanted
        if abs(gap) < CLOSE:
            break
        low, high = (t, high) if gap < 0 else (low, t)
        slope = float((weight * np.exp(-0.5 * (t - predicted) ** 2)).mean()) / np.sqrt(2 * np.pi)
        step = t - gap / slope if slope > 0 else np.inf
        t = step if low < step < high else 0.5 * (low + high)
        if high - low < CLOSE:
            break
    return t
