"""M14: what could be foretold at best, by who knew true propensities; and what rho leaves of it.

The oracle is worked out, not simulated: people are made again, and each is recorded for an own act
within a year with the chance 1 - exp(-12 q rate). Feedback, deterrence and shocks are left out.
"""

from __future__ import annotations

from math import erf, sqrt

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from scoredsociety.audit.information import auc
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sheet import Sheet, figures_table
from scoredsociety.engine.propensities import FIRST_TILES, propensities, record_chances
from scoredsociety.engine.result import RunData
from scoredsociety.schemes.model import ResolvedRegime

YEAR = 12
NOTE = (
    "Who knew everybody's true rate could do no better. Worked out from base rates: feedback, "
    "deterrence and shocks are left out."
)


def oracle_scores(chance: ArrayLike) -> tuple[float, float]:
    """Return the expected AUC and Brier score of who knows each person's chance.

    Parameters
    ----------
    chance : array_like, shape (n,)
        Chance that each person acts.

    Returns
    -------
    (auc, brier)
        AUC: sum over pairs of p_i (1 - p_j) [p_i > p_j], ties half, over all pairs p_i (1 - p_j);
        NaN where nobody or everybody acts. Brier: the mean of p (1 - p).
    """
    p = np.sort(np.asarray(chance, dtype=np.float64))
    if not p.size:
        return float("nan"), float("nan")
    _, at = np.unique(p, return_inverse=True)
    did, did_not = (np.bincount(at, x) for x in (p, 1.0 - p))
    return float(auc(did, did_not)), float((p * (1.0 - p)).mean())


def oracle_table(run: RunData, tiles: int | None = FIRST_TILES) -> pa.Table:
    """Return the AUC and Brier score of an oracle and of a coin, for every conduct.

    Parameters
    ----------
    run : RunData
        A simulated run: the people are made again from its manifest.
    tiles : int, optional
        Tiles of 4,096 people read in each replicate; None: all.

    Returns
    -------
    pyarrow.Table
        The columns of ``Audit.figures``: measure "M14", item "oracle:CONDUCT". To be read beside
        the AUC of a score and of the own record in the audit of the same run; a coin that knows
        the mean has an AUC of 1/2 and a Brier score of p (1 - p).
    """
    m = run.manifest
    regime = ResolvedRegime.model_validate(m["regime"])
    last, names = int(m["months"]) - YEAR, list(m["conducts"])
    own = {name: record_chances(regime, name)[0] for name in names}
    scores = np.full((len(names), 3, len(run.replicates)), np.nan)
    adults = np.zeros(len(run.replicates))
    for r in range(len(run.replicates)):
        chances: list[list[Floats]] = [[] for _ in names]
        for found in propensities(m, r, tiles):
            asked = found.since <= last
            adults[r] += asked.sum()
            group = found.minority[asked].astype(np.int64)
            for k, name in enumerate(names):
                rate = found.rate[k, asked] * own[name][group]
                chances[k].append(-np.expm1(-YEAR * rate))
        for k, parts in enumerate(chances):
            p = np.concatenate([np.zeros(0), *parts])
            if p.any():
                mean = float(p.mean())
                scores[k, :, r] = (*oracle_scores(p), mean * (1.0 - mean))
    sheet = Sheet(len(run.replicates), float("nan"))
    for k, name in enumerate(names):
        for j, (quantity, unit) in enumerate(
            (("AUC of the oracle", "AUC"), ("Brier score of the oracle", "squared error"),
             ("Brier score of a coin", "squared error"))
        ):  # fmt: skip
            sheet.put("M14", f"oracle:{name}", quantity, unit, scores[k, j], people=adults,
                      note=NOTE if "oracle" in quantity else "It knows the mean alone: p (1 - p).",
                      )  # fmt: skip
    return figures_table(sheet.lines, float("nan"))


def shared_information(rho: float, contexts: int) -> float:
    """Return the correlation of a propensity with the best guess from those in other contexts.

    Propensities of two contexts correlate by rho, so that with k others its square is
    k rho^2 / (1 + (k - 1) rho).

    Parameters
    ----------
    rho : float
        Share of propensity that is common to all contexts, 0 to 1.
    contexts : int
        k: other contexts whose propensities are known.
    """
    return sqrt(contexts * rho**2 / (1.0 + (contexts - 1) * rho))


def auc_across(
    rho: float, *, log_sd: float, contexts: int = 1, income_gradient: float = 0.0
) -> float:
    """Return the AUC, for a rare act, of the best guess from conduct in other contexts.

    Among those who act the logarithm of the rate is higher by its variance; that part of it which
    other contexts and income show is s^2 r^2 + gamma^2 / 12, and AUC = Phi(sqrt(half of it)).

    Parameters
    ----------
    rho : float
        Share of propensity that is common to all contexts, 0 to 1.
    log_sd : float
        s: standard deviation of the log propensity.
    contexts : int
        Other contexts whose propensities are known without noise. A score counts records, which
        say less: it is a bound from above.
    income_gradient : float
        gamma: acts fall as exp(-gamma (income rank - 1/2)), and income is known.
    """
    shown = (log_sd * shared_information(rho, contexts)) ** 2 + income_gradient**2 / 12.0
    return 0.5 * (1.0 + erf(sqrt(shown) / 2.0))
