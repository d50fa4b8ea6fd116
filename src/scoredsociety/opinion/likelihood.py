"""The likelihood of ordered answers under the normal or the logistic law, and its maximum.

The log-likelihood is concave in slopes and thresholds together (Pratt 1981, JASA 76), so that
Newton's method finds its one maximum or, where there is none, a direction that proves it.
"""

from __future__ import annotations

from math import log, pi, sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.normal import normal_cdf

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Link = Literal["probit", "logit"]

NORMAL = NormalDist()
FAR = 1e8
"""Stands for infinity: either law is exactly 0 or 1 there, and nothing overflows."""
CLOSE = 1e-9
"""Newton's method ends when its step is shorter than this many standard errors."""
STEPS = 100


def distribution(link: Link, v: Floats) -> Floats:
    """Return F, elementwise."""
    if link == "probit":
        return normal_cdf(v)
    e = np.exp(-np.abs(v))
    return np.where(v >= 0, 1.0, e) / (1.0 + e)


def density(link: Link, v: Floats) -> tuple[Floats, Floats]:
    """Return F' and F'', elementwise."""
    if link == "probit":
        f = np.exp(-0.5 * v * v) / sqrt(2.0 * pi)
        return f, -v * f
    e = np.exp(-np.abs(v))
    f = e / (1.0 + e) ** 2
    return f, -np.sign(v) * f * (1.0 - e) / (1.0 + e)


class Likelihood:
    """The log-likelihood of answers in theta = (beta, tau), with its derivatives.

    Parameters
    ----------
    y : int64 array, shape (n,)
        Categories 0 to C - 1, each chosen by somebody; C at least 2.
    x : float64 array, shape (n, k)
    w : float64 array, shape (n,)
        Weights.
    link : {"probit", "logit"}
    """

    def __init__(self, y: Ints, x: Floats, w: Floats, link: Link) -> None:
        self.y, self.w, self.link = y, w, link
        last = int(y.max())
        self.ends = y == 0, y == last
        # The latent answer lies between two limits, linear in theta: their slopes, 0 if infinite.
        at = np.arange(last)
        self.lower = np.hstack([-x, y[:, None] - 1 == at]) * (y > 0)[:, None]
        self.upper = np.hstack([-x, y[:, None] == at]) * (y < last)[:, None]

    def at(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Return the weighted log-likelihood, the scores and the information at theta.

        Returns
        -------
        value : float
            -inf where some answer has no chance at all, as with thresholds out of order.
        scores : float64 array, shape (n, p)
            First derivatives of each row's own log-likelihood, not weighted.
        information : float64 array, shape (p, p)
            Minus the second derivatives of the weighted sum.
        """
        low = np.where(self.ends[0], -FAR, self.lower @ theta)
        high = np.where(self.ends[1], FAR, self.upper @ theta)
        flip = low + high > 0  # the same share in the other tail, where nothing cancels
        share = distribution(self.link, np.where(flip, -low, high))
        share = share - distribution(self.link, np.where(flip, -high, low))
        if not (share > 0).all():
            return -np.inf, np.zeros(self.upper.shape), np.zeros(2 * self.upper.shape[1:])
        (f_low, bend_low), (f_high, bend_high) = density(self.link, low), density(self.link, high)
        a, b = (f_high / share)[:, None], (f_low / share)[:, None]
        scores = a * self.upper - b * self.lower
        bends = self.upper.T @ ((self.w * bend_high / share)[:, None] * self.upper)
        bends -= self.lower.T @ ((self.w * bend_low / share)[:, None] * self.lower)
        information = scores.T @ (self.w[:, None] * scores) - bends
        return float(self.w @ np.log(share)), scores, information

    def start(self) -> Floats:
        """Return the maximum without regressors: quantiles of the cumulative shares."""
        below = np.cumsum(np.bincount(self.y, self.w))[:-1] / self.w.sum()
        quantile = NORMAL.inv_cdf if self.link == "probit" else lambda p: log(p / (1.0 - p))
        slopes = self.upper.shape[1] - len(below)
        return np.concatenate([np.zeros(slopes), [quantile(p) for p in below.tolist()]])

    def maximise(self) -> tuple[Floats | None, Floats | None]:
        """Return theta at the maximum, or None and a direction in which there is none, or neither.

        Newton's method; steps are halved until the likelihood does not fall.
        """
        theta = self.start()
        value, scores, information = self.at(theta)
        for _ in range(STEPS):
            gradient = self.w @ scores
            try:
                step = np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
            except np.linalg.LinAlgError:
                break
            if self.endless(step):
                return None, step
            if abs(gradient @ step) < CLOSE**2:
                return theta, None
            for _ in range(40):
                new = self.at(theta + step)
                if new[0] >= value - 1e-12 * abs(value):
                    break
                step = 0.5 * step
            else:
                break
            theta, (value, scores, information) = theta + step, new
        return None, None

    def endless(self, step: Floats) -> bool:
        """Whether no answer ever becomes less likely along this step, and some become more so.

        Then there is no maximum: the regressors separate the answers perfectly.
        """
        slack = np.concatenate([self.upper @ step, -(self.lower @ step)])
        return bool(slack.max() > 0 and slack.min() >= -1e-8 * slack.max())
