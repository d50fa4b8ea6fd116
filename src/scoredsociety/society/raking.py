"""Raking: the conditional tables that meet every declared share, and the law of incomes.

Attributes are drawn in a fixed order, each from a logistic conditional on what came before.
The covariates are few and discrete, so the intercepts are raked over the exact joint
distribution of 18 age bands x sex x residence x hukou x education: no sample, no noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.normal import normal_cdf
from scoredsociety.society.marginals import (
    BANDS,
    EARLY,
    GROWN,
    LATE,
    Adjust,
    Among,
    Attribute,
    Marginals,
)

FloatArray = NDArray[np.float64]
CELL_SHAPE = (BANDS, 2, 2, 2, 4)
"""Age band, female, urban, urban hukou, education: the joint that everything else depends on."""
CELLS = int(np.prod(CELL_SHAPE))
RANK_GRID = 1024


@dataclass(frozen=True)
class Tables:
    """Marginals compiled for the kernel.

    Attributes
    ----------
    age_edges : (BANDS + 1,) float64
        Cumulated shares of the age bands.
    age_low : (BANDS + 1,) float64
        First year of each band, and the end of the last.
    female : float
    early, late : (5, CELLS), (11, CELLS) float64
        Probability of each attribute by cell; where it depends on the party (elite) it is
        conditional on membership.
    grown : (11,) bool
        Whether a late attribute is of adults only; of a child it says what will be.
    cities, pilot_cities : int
    income_mu : (2, 4) float64
        Mean log income a month by residence and education.
    income_sd : float
        Spread of log income within residence and education.
    rank_low, rank_step : float
        Grid of log income.
    rank : (RANK_GRID,) float64
        Share of the population with a lower income, on that grid.
    median_income : float
        CNY a month.
    """

    age_edges: FloatArray
    age_low: FloatArray
    female: float
    early: FloatArray
    late: FloatArray
    grown: NDArray[np.bool_]
    cities: int
    pilot_cities: int
    income_mu: FloatArray
    income_sd: float
    rank_low: float
    rank_step: float
    rank: FloatArray
    median_income: float


def compile_marginals(marginals: Marginals) -> Tables:
    """Rake the intercepts and tabulate the conditionals.

    Parameters
    ----------
    marginals : Marginals

    Returns
    -------
    Tables
    """
    return _compile(marginals.model_dump_json())


@lru_cache(maxsize=4)
def _compile(text: str) -> Tables:
    m = Marginals.model_validate_json(text)
    low = [int(name.partition("-")[0]) for name in m.age.bands]
    high = [int(name.partition("-")[2]) for name in m.age.bands]
    shares = np.array(list(m.age.bands.values()))
    grid = np.indices(CELL_SHAPE).reshape(5, CELLS)
    covariates: dict[str, FloatArray] = {
        "age": ((np.array(low) + np.array(high) + 1) / 20 - 4.5)[grid[0]],
        "female": grid[1].astype(np.float64),
        "urban": grid[2].astype(np.float64),
        "urban_hukou": grid[3].astype(np.float64),
        "college": (grid[4] == 3).astype(np.float64),
        "senior": (grid[4] == 2).astype(np.float64),
    }
    weight = shares[grid[0]] * np.where(grid[1] == 1, m.female.value, 1 - m.female.value) / 16.0
    # The weights of attributes not drawn yet are spread evenly; each step multiplies its own in.
    probability: dict[str, FloatArray] = {}
    for name, attribute in m.attributes.items():
        age_low, age_high = np.array(low)[grid[0]], np.array(high)[grid[0]]
        probability[name] = _rake(
            name, attribute, weight, covariates, probability, age_low, age_high
        )
        if name in LATE and attribute.among.min_age == GROWN:
            _foresee(probability[name], low)
        p = probability[name]
        if name in ("urban", "urban_hukou"):
            x = covariates[name]
            weight = weight * np.where(x == 1, p, 1 - p) * 2
        elif name == "college":
            weight = weight * np.where(grid[4] == 3, p, (1 - p) / 3) * 4
        elif name == "senior":
            weight = weight * np.where(
                grid[4] == 2, 3 * p, np.where(grid[4] < 2, 1.5 * (1 - p), 1.0)
            )
        elif name == "junior":
            weight = weight * np.where(
                grid[4] == 1, 2 * p, np.where(grid[4] == 0, 2 * (1 - p), 1.0)
            )
    mu, sd = _income(m, weight, grid)
    rank_low, rank_step, rank, median = _ranks(mu, sd, weight, grid)
    return Tables(
        age_edges=np.concatenate([[0.0], np.cumsum(shares)]),
        age_low=np.array([*low, high[-1] + 1], dtype=np.float64),
        female=m.female.value,
        early=np.array([probability[name] for name in EARLY]),
        late=np.array([probability[name] for name in LATE]),
        grown=np.array([m.attributes[name].among.min_age == GROWN for name in LATE]),
        cities=int(m.cities.value),
        pilot_cities=int(m.pilot_cities.value),
        income_mu=mu,
        income_sd=sd,
        rank_low=rank_low,
        rank_step=rank_step,
        rank=rank,
        median_income=median,
    )


def _foresee(p: FloatArray, low: list[int]) -> None:
    """Give children the chances of those who have just come of age: they will come of age too."""
    table = p.reshape(BANDS, -1)
    table[: low.index(GROWN)] = table[low.index(GROWN)]


def _eligible(
    among: Among, covariates: dict[str, FloatArray], low: NDArray[Any], high: NDArray[Any]
) -> FloatArray:
    """Weight of each cell in ``among`` (bands cut at their edges; membership is applied later)."""
    mask = (low >= among.min_age) & (high <= max(among.max_age, 0))
    for field in ("urban", "college", "senior"):
        wanted = getattr(among, field)
        if wanted is not None:
            mask &= covariates[field] == float(wanted)
    return np.asarray(mask, dtype=np.float64)


def _rake(
    name: str,
    attribute: Attribute,
    weight: FloatArray,
    covariates: dict[str, FloatArray],
    probability: dict[str, FloatArray],
    low: NDArray[Any],
    high: NDArray[Any],
) -> FloatArray:
    """Return P(attribute | cell) so that every declared share is met."""
    among = _eligible(attribute.among, covariates, low, high)
    base = weight * _eligible(attribute.base, covariates, low, high)
    member = probability["party"] if attribute.among.party else np.ones(CELLS)
    slope = sum((b * covariates[x] for x, b in attribute.tilt.items()), np.zeros(CELLS))
    solved = {a.tilt: 0.0 for a in attribute.adjust}

    def table(intercept: float) -> FloatArray:
        linear = slope + sum((b * covariates[x] for x, b in solved.items()), np.zeros(CELLS))
        return np.asarray(among / (1.0 + np.exp(-(linear + intercept))))

    reach = float((base * among * member).sum() / base.sum())
    if attribute.share.value >= reach:
        raise ValueError(
            f"attributes.{name}.share: {attribute.share.value} cannot be met: "
            f"only {reach:.4f} of its base can have it"
        )
    intercept = 0.0
    frame = weight * probability.get("internet", np.zeros(CELLS))
    for _ in range(60 if attribute.adjust else 1):
        intercept = _bisect(
            lambda b: float((base * member * table(b)).sum() / base.sum()) - attribute.share.value,
            30.0,
        )
        for adjust in attribute.adjust:
            solved[adjust.tilt] = _bisect(
                partial(
                    _gap,
                    adjust,
                    solved,
                    partial(table, intercept),
                    base,
                    frame,
                    covariates,
                    low,
                    high,
                ),
                8.0,
            )
    return table(intercept)


def _bisect(gap: Callable[[float], float], reach: float) -> float:
    """Return where an increasing function crosses zero between -reach and reach."""
    start, end = -reach, reach
    for _ in range(80):
        middle = (start + end) / 2
        start, end = (start, middle) if gap(middle) > 0 else (middle, end)
    return (start + end) / 2


def _gap(
    adjust: Adjust,
    solved: dict[str, float],
    table: Callable[[], FloatArray],
    base: FloatArray,
    frame: FloatArray,
    covariates: dict[str, FloatArray],
    low: NDArray[Any],
    high: NDArray[Any],
    slope: float,
) -> float:
    """Return by how much the second share exceeds the declared one when its tilt is ``slope``."""
    solved[adjust.tilt] = slope
    p = table()
    if adjust.composition:
        seen = (base * p * covariates[adjust.tilt]).sum() / (base * p).sum()
    else:
        first, last = adjust.internet_users or (0, 120)
        years = np.clip(np.minimum(high, last) - np.maximum(low, first) + 1, 0, None)
        users = frame * years / (high - low + 1)
        seen = (users * p).sum() / users.sum()
    return float(seen) - adjust.share.value


def _income(m: Marginals, weight: FloatArray, grid: NDArray[Any]) -> tuple[FloatArray, float]:
    """Return mean log income by residence and education, and the spread within."""
    sigma, r = m.income.log_sd.value, m.income.education_weight.value
    mu = np.empty((2, 4))
    for urban, mean in ((0, m.income.rural_mean.value), (1, m.income.urban_mean.value)):
        share = np.array([weight[(grid[2] == urban) & (grid[4] == e)].sum() for e in range(4)])
        share /= share.sum()
        level = np.arange(4) - share @ np.arange(4)
        score = level / np.sqrt(share @ level**2)
        factor = share @ np.exp(sigma * r * score + sigma**2 * (1 - r**2) / 2)
        mu[urban] = np.log(mean / 12.0 / factor) + sigma * r * score
    return mu, float(sigma * np.sqrt(1 - r**2))


def _ranks(
    mu: FloatArray, sd: float, weight: FloatArray, grid: NDArray[Any]
) -> tuple[float, float, FloatArray, float]:
    low, high = float(mu.min() - 6 * sd), float(mu.max() + 6 * sd)
    points = np.linspace(low, high, RANK_GRID)
    rank = np.zeros(RANK_GRID)
    for urban in range(2):
        for e in range(4):
            share = weight[(grid[2] == urban) & (grid[4] == e)].sum()
            rank += share * normal_cdf((points - mu[urban, e]) / sd)
    median = float(np.exp(np.interp(0.5, rank, points)))
    return low, (high - low) / (RANK_GRID - 1), rank, median
