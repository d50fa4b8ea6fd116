"""Ordered probit and logit with survey weights and robust errors.

P(y <= j) = F(tau_j - x beta), F the normal or the logistic law. The thresholds tau are the
intercepts; two categories make the plain probit or logit. With weights it is pseudo-maximum
likelihood (Binder 1983, International Statistical Review 51).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoredsociety.opinion.likelihood import (
    NORMAL,
    STEPS,
    Floats,
    Ints,
    Likelihood,
    Link,
    density,
    distribution,
)

COLLINEAR = 1e-8
"""A regressor of whose variation no larger share is its own is a combination of others."""


class Term(NamedTuple):
    """An estimate, its standard error, 95% interval (normal) and z; NaN where undefined."""

    name: str
    estimate: float
    se: float
    low: float
    high: float
    z: float


def _term(name: str, estimate: float, variance: float) -> Term:
    value, se = float(estimate), sqrt(variance) if variance > 0 else float("nan")
    half = NORMAL.inv_cdf(0.975) * se
    return Term(name, value, se, value - half, value + half, value / se)


@dataclass(frozen=True, eq=False)
class Fit:
    """A cumulative-link model as fitted; NaN stands for undefined, and ``reason`` says why.

    Attributes
    ----------
    link : {"probit", "logit"}
    names : tuple of str, length k
    coefficients : float64 array, shape (k,)
        NaN for a regressor that was left out: it does not vary, or is a combination of others.
    categories : tuple of int, length C
        The codes that somebody chose, in order; others have no threshold.
    thresholds : float64 array, shape (C - 1,)
    covariance : float64 array, shape (k + C - 1, k + C - 1)
        Robust (sandwich) covariance of coefficients, then thresholds.
    covariance_model : float64 array, same shape
        Inverse information: right only for rows of equal weight and a true model.
    log_likelihood, log_likelihood_null : float
        Of the model, and without regressors; with weights of mean 1.
    r2 : float
        McFadden's: 1 - log_likelihood / log_likelihood_null.
    n, units : int
        Rows; clusters, or rows where there are none.
    n_effective : float
        Kish's: the squared sum of the weights over the sum of their squares.
    converged : bool
    reason : str
        What is undefined and why; empty if nothing is.
    x, w : float64 arrays, shapes (n, k) and (n,)
        The regressors, and the weights scaled to a mean of 1.
    """

    link: Link
    names: tuple[str, ...]
    coefficients: Floats
    categories: tuple[int, ...]
    thresholds: Floats
    covariance: Floats
    covariance_model: Floats
    log_likelihood: float
    log_likelihood_null: float
    r2: float
    n: int
    units: int
    n_effective: float
    converged: bool
    reason: str
    x: Floats = field(repr=False)
    w: Floats = field(repr=False)

    def shares(self, x: ArrayLike) -> Floats:
        """Return the predicted share of each category, shape (m, C), at x of shape (m, k).

        A row is NaN where a regressor that was left out does not hang on the others as it does in
        the data, since nothing is known of its part. ValueError if ``x`` does not fit.
        """
        x = _matrix(x, self.names)
        if not self.converged:
            return np.full((len(x), len(self.categories)), np.nan)
        kept = np.isfinite(self.coefficients)
        latent = self.thresholds - (x[:, kept] @ self.coefficients[kept])[:, None]
        out = np.diff(distribution(self.link, latent), axis=1, prepend=0.0, append=1.0)
        if not kept.all():
            data, asked = (np.insert(v[:, kept], 0, 1.0, axis=1) for v in (self.x, x))
            ties = np.linalg.lstsq(data, self.x[:, ~kept])[0]
            size = 1e-6 * np.abs(self.x[:, ~kept]).max(axis=0, initial=1.0)
            out[(np.abs(x[:, ~kept] - asked @ ties) > size).any(axis=1)] = np.nan
        return out

    def table(self) -> list[Term]:
        """Return a row for each coefficient, then for each threshold, named like ``0|1``."""
        edges = zip(self.categories[:-1], self.categories[1:], strict=True)
        names = [*self.names, *(f"{a}|{b}" for a, b in edges)]
        values = np.concatenate([self.coefficients, self.thresholds])
        return [_term(*row) for row in zip(names, values, np.diag(self.covariance), strict=True)]

    def average_effect(self, name: str, at_least: int | None = None) -> Term:
        """Return the mean effect of a regressor on P(y >= at_least) over the people of the fit.

        It is the derivative or, for a regressor of zeros and ones, the change from 0 to 1. The
        standard error is by the delta method, with regressors and weights as they are.

        Parameters
        ----------
        name : str
        at_least : int, optional
            A category; the highest that somebody chose if not given.

        Returns
        -------
        Term
            NaN if the coefficient is undefined, or everybody or nobody chose ``at_least`` or more.

        Raises
        ------
        ValueError
            If there is no such regressor.
        """
        if name not in self.names:
            raise ValueError(f"No regressor is named {name!r}; there are: {', '.join(self.names)}.")
        j, k, m = self.names.index(name), len(self.names), len(self.thresholds)
        cut = self.categories[-1:] if at_least is None else (at_least,)
        c = sum(code < cut[0] for code in self.categories) - 1
        if not (np.isfinite(self.coefficients[j]) and 0 <= c < m):
            return _term(name, np.nan, np.nan)
        beta, w = np.nan_to_num(self.coefficients), self.w / self.w.sum()
        slope = np.zeros(k + m)
        if np.isin(self.x[:, j], (0.0, 1.0)).all():
            value = 0.0
            for sign, level in ((1.0, 1.0), (-1.0, 0.0)):
                x = self.x.copy()
                x[:, j] = level
                latent = x @ beta - self.thresholds[c]
                f = sign * w * density(self.link, latent)[0]
                value += sign * float(w @ distribution(self.link, latent))
                slope[:k] += f @ x
                slope[k + c] -= f.sum()
        else:
            f, bend = density(self.link, self.x @ beta - self.thresholds[c])
            value = beta[j] * float(w @ f)
            slope[:k] = beta[j] * ((w * bend) @ self.x)
            slope[j] += w @ f
            slope[k + c] = -beta[j] * (w @ bend)
        used = np.append(np.isfinite(self.coefficients), np.ones(m, dtype=bool))
        inner = self.covariance[np.ix_(used, used)]
        return _term(name, value, slope[used] @ inner @ slope[used])


def fit_ordered(
    y: ArrayLike,
    x: ArrayLike,
    *,
    names: Sequence[str],
    link: Link = "probit",
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> Fit:
    """Fit an ordered probit or logit.

    Robust errors are those of weighted scores summed by unit (cluster or row), without a factor for
    small samples; with strata, centred within each and multiplied by n_h / (n_h - 1).

    Parameters
    ----------
    y : array_like of int, shape (n,)
        Categories from 0 upwards; codes that nobody chose are passed over.
    x : array_like, shape (n, k)
        Regressors without intercept; k may be 0.
    names : sequence of str, length k
    link : {"probit", "logit"}
    weights : array_like, shape (n,), optional
        Survey weights above 0; their scale does not matter.
    clusters, strata : array_like, shape (n,), optional
        Labels of sampling units and of strata; a cluster lies within one stratum.

    Returns
    -------
    Fit
        With NaN and a reason for whatever is undefined. Robust errors are undefined where there is
        one unit, in all or in a stratum, and for a regressor that only one unit makes vary.

    Raises
    ------
    ValueError
        If an input is not what it must be, or shapes do not agree.
    """
    names, y = tuple(names), np.asarray(y)
    x = _matrix(x, names)
    n, k = x.shape
    if link not in ("probit", "logit"):
        raise ValueError(f"The link must be 'probit' or 'logit', not {link!r}.")
    if y.shape != (n,):
        raise ValueError(f"y must have a category for each of the {n} rows of x, not {y.shape}.")
    if n and (y.dtype.kind not in "iu" or y.min() < 0):
        raise ValueError(
            f"y must hold whole numbers from 0 in an integer array, not {y.dtype} from {y.min()};"
            " leave out rows without an answer."
        )
    w = _weights(weights, n)
    unit = np.arange(n) if clusters is None else _labels(clusters, n, "clusters")
    units = int(unit.max(initial=-1)) + 1
    home = np.zeros(units, dtype=np.int64)
    if strata is not None:
        stratum = _labels(strata, n, "strata")
        home[unit] = stratum
        if (home[unit] != stratum).any():
            raise ValueError("A cluster lies in two strata; give its parts labels of their own.")

    codes, y = np.unique(y, return_inverse=True)
    m = max(len(codes) - 1, 0)
    kept, reasons = _select(x, names)
    used = np.append(kept, np.ones(m, dtype=bool))
    block = np.ix_(used, used)
    theta = np.full(k + m, np.nan)
    robust, model = np.full((k + m, k + m), np.nan), np.full((k + m, k + m), np.nan)
    value = null = np.nan
    best: Floats | None = None
    if m == 0:
        reasons = [f"All answers are in category {codes[0]}." if n else "There are no rows."]
    elif n < used.sum():
        reasons = [f"{n} rows are too few for {used.sum()} parameters."]
    else:
        mean, sd = x[:, kept].mean(axis=0), x[:, kept].std(axis=0)
        problem = Likelihood(y, (x[:, kept] - mean) / sd, w, link)
        best, endless = problem.maximise()
        if endless is not None:
            pull = np.abs(endless[: kept.sum()])
            culprits = [names[i] for i in np.flatnonzero(kept)[pull > 1e-6 * pull.max()]]
            reasons = [
                f"Perfect separation: {', '.join(culprits)} foretells answers without error, so"
                " that no finite coefficient fits best."
            ]
        elif best is None:
            reasons = [f"Newton's method did not converge in {STEPS} steps."]
    if best is not None:
        back = np.diag(np.append(1.0 / sd, np.ones(m)))  # from standardised regressors
        back[len(sd) :, : len(sd)] = mean / sd
        value, scores, information = problem.at(best)
        null = problem.at(problem.start())[0]
        bread = back @ np.linalg.inv(information)
        meat, trouble = _meat(w[:, None] * scores, unit, None if strata is None else home)
        theta[used], model[block] = back @ best, bread @ back.T
        robust[block] = bread @ meat @ bread.T
        lone = [j for j in np.flatnonzero(kept) if _is_lone(x[:, j], unit) and not trouble]
        robust[lone, :] = robust[:, lone] = np.nan
        reasons += trouble + [
            f"Only one unit makes {names[j]} vary: no robust error." for j in lone
        ]
    return Fit(
        link, names, theta[:k], tuple(codes.tolist()), theta[k:], robust, model,
        value, null, 1.0 - value / null, n, units, float(w.sum() ** 2 / (w @ w)) if n else 0.0,
        best is not None, " ".join(reasons), x, w,
    )  # fmt: skip


def _matrix(x: ArrayLike, names: Sequence[str]) -> Floats:
    out = np.asarray(x, dtype=np.float64)
    if out.ndim != 2 or out.shape[1] != len(names) or len(set(names)) < len(names):
        raise ValueError(
            f"Regressors of shape {out.shape} need rows, and a column for each of"
            f" {len(names)} different names: {', '.join(names)}."
        )
    if not np.isfinite(out).all():
        row, column = np.argwhere(~np.isfinite(out))[0]
        raise ValueError(f"{names[column]} is {out[row, column]} in row {row}; leave it out.")
    return out


def _weights(weights: ArrayLike | None, n: int) -> Floats:
    """Return weights of mean 1."""
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != (n,) or not (np.isfinite(w) & (w > 0)).all():
        raise ValueError(f"There must be {n} finite weights above 0; got shape {w.shape}, {w}.")
    return w / w.mean() if n else w


def _labels(labels: ArrayLike, n: int, what: str) -> Ints:
    """Return the rank of each row's label."""
    given = np.asarray(labels)
    if given.shape != (n,) or (given.dtype.kind == "f" and np.isnan(given).any()):
        raise ValueError(f"There must be a label for each of {n} rows in {what}: {given}.")
    return np.unique(given, return_inverse=True)[1].astype(np.int64)


def _select(x: Floats, names: Sequence[str]) -> tuple[NDArray[np.bool_], list[str]]:
    """Return which regressors have variation of their own, and why the others have not."""
    kept, reasons = np.zeros(len(names), dtype=bool), []
    basis = np.zeros((len(x), 0))
    for j, column in enumerate(x.T if len(x) else []):
        if np.ptp(column) <= 1e-12 * np.abs(column).max():
            reasons.append(f"{names[j]} does not vary.")
            continue
        own = column - column.mean()
        own /= np.linalg.norm(own)
        own -= basis @ (basis.T @ own)
        if np.linalg.norm(own) <= COLLINEAR:
            reasons.append(f"{names[j]} is a combination of the regressors before it.")
            continue
        kept[j] = True
        basis = np.column_stack([basis, own / np.linalg.norm(own)])
    return kept, reasons


def _meat(scores: Floats, unit: Ints, home: Ints | None) -> tuple[Floats, list[str]]:
    """Return the covariance of the sum of the scores, by units within strata, and what is amiss."""
    totals = np.zeros((int(unit.max()) + 1, scores.shape[1]))
    np.add.at(totals, unit, scores)
    sizes = np.bincount(np.zeros(len(totals), dtype=np.int64) if home is None else home)
    if alone := int((sizes < 2).sum()):
        where = "There is" if home is None else f"In {alone} of {len(sizes)} strata there is"
        reason = f"{where} a single unit: no robust errors."
        return np.full(2 * totals.shape[1:], np.nan), [reason]
    if home is not None:
        sums = np.zeros((len(sizes), totals.shape[1]))
        np.add.at(sums, home, totals)
        totals = (totals - (sums / sizes[:, None])[home]) * np.sqrt(sizes / (sizes - 1))[home, None]
    return totals.T @ totals, []


def _is_lone(column: Floats, unit: Ints) -> bool:
    """Whether a regressor has one value except in one unit: its score there is 0 whatever holds."""
    return len(np.unique(unit[column != np.median(column)])) == 1
