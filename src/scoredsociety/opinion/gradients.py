"""Who approves more: differences between groups, their parts, and regressions on one survey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.normal import normal_cdf
from scoredsociety.opinion.answers import Replies
from scoredsociety.opinion.gathering import Gatherer
from scoredsociety.opinion.public import PARTS, Bools, Floats, Public
from scoredsociety.opinion.regression import fit_ordered
from scoredsociety.opinion.sampling import Sampled

Ints = NDArray[np.int64]
OLD = 50
FITTED = 20
"""Surveys to which regressions are fitted; more would say the same."""
FEW = 5
"""Respondents who must differ in something for a regression to say anything of it."""
BUNDLES = {
    "benefits": ("benefits",),
    "fairness": ("fairness",),
    "exposure": ("sanctioned", "friends_sanctioned", "repression", "media"),
    "age": ("age",),
    "the rest": ("lack_of_trust", "tertiary", "income", "urban", "liberal"),
}
"""The parts into which a difference of approval is taken apart: they add up to the whole."""
CONTRASTS = {
    "income": "richest less poorest fifth",
    "residence": "urban less rural",
    "education": "college less no college",
    "age": f"{OLD} or older less younger",
}
"""Differences whose signs are published: all are above 0."""


def contrasts(public: Public, among: Ints) -> Iterator[tuple[str, Bools, Bools]]:
    """Yield each contrast with its two groups among some people, shape (m,) each."""
    income = public.level("income")[among]
    college = public.level("education")[among] == 3
    urban, age = public.level("residence")[among] == 1, public.age[among]
    yield CONTRASTS["income"], income == income.max(initial=0), income == 0
    yield CONTRASTS["residence"], urban, ~urban
    yield CONTRASTS["education"], college, ~college
    yield CONTRASTS["age"], age >= OLD, age < OLD


def differences(
    public: Public, among: Ints, more: Mapping[str, Floats]
) -> dict[str, dict[str, float]]:
    """Return differences of means between the groups of every contrast.

    Parameters
    ----------
    public : Public
    among : int64 array, shape (m,)
        The people who are compared.
    more : mapping of str to float64 array, shape (m,)
        What is compared beside the parts of approval.

    Returns
    -------
    dict of str to dict of str to float
        By contrast, then: the keys of ``more``; "part: NAME" for each bundle, in units of the
        noise, which add up to "parts together", the difference of mean ``predicted``. NaN where
        a group is empty.
    """
    columns = np.stack([*more.values(), *(public.measured[name][among] for name in PARTS)], axis=0)
    effects = np.array([public.effects[name] for name in PARTS])
    out = {}
    for contrast, one, other in contrasts(public, among):
        a, b = (columns @ group / count if (count := group.sum()) else np.full(len(columns), np.nan)
                for group in (one, other))  # fmt: skip
        gap = a - b
        parts = dict(zip(PARTS, effects * gap[len(more) :], strict=True))
        found = dict(zip(more, gap.tolist(), strict=False))
        for bundle, names in BUNDLES.items():
            found[f"part: {bundle}"] = float(sum(parts[name] for name in names))
        found["parts together"] = float(sum(parts.values()))
        out[contrast] = found
    return out


def expected_approval(predicted: Floats, threshold: float) -> Floats:
    """Return the chance of each person to approve privately."""
    return 1.0 - normal_cdf(threshold - predicted)


def benefits_equal(public: Public, among: Ints) -> Floats:
    """Return approval without its noise if all held as many benefits as the mean person."""
    benefits = public.measured["benefits"][among]
    mean = benefits.mean() if len(benefits) else 0.0
    return np.asarray(public.predicted[among] - public.effects["benefits"] * (benefits - mean))


def regress(
    out: Gatherer, replies: Replies, sample: Sampled, name: str | None, number: int
) -> None:
    """Fit ordered probit and logit to the answers of one survey.

    Only the first ``FITTED`` surveys are fitted. The truth of the probit is the model's own
    effect; a logit has another unit, so it has none.
    """
    if name is None or name in replies.missing or number >= FITTED:
        return
    public, reading, at = replies.public, replies.scale.reading.name, sample.index
    names = [n for n in PARTS if n != "liberal" or public.effects[n] != 0.0]
    x = np.stack([public.measured[n][at] for n in names], axis=1)
    common = [(x[:, k] != x[0, k]).sum() >= FEW for k in range(len(names))]
    codes = {"said": replies.said[name][at], "private": replies.private[name][at]}
    for answers, y in codes.items():
        asked = y >= 0
        for link in ("probit", "logit") if answers == "said" else ("probit",):
            used = [n for n, enough in zip(names, common, strict=True) if enough]
            fit = fit_ordered(
                y[asked].astype(np.int64), x[asked][:, common], names=used, link=link,
                weights=sample.weight[asked],
            )  # fmt: skip
            found = {t.name: t for t in fit.table()}
            for part in names:
                truth = public.effects[part] if link == "probit" else float("nan")
                term = found.get(part)
                value, error = (term.estimate, term.se) if term else (np.nan, np.nan)
                note = fit.reason if term else f"fewer than {FEW} respondents differ in it"
                out.add((reading, name, answers, link, part), value, error, truth,
                        int(asked.sum()), note)  # fmt: skip
