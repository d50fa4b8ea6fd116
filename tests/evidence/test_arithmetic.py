"""Arithmetic on published figures, held against independent formulas to 1e-9."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy import stats

from scoredsociety.audit.exact import binomial_interval, binomial_upper, poisson_interval
from scoredsociety.evidence import MEASUREMENTS, load_figures
from scoredsociety.evidence.numbers import (
    share_error,
    spearman,
)
from scoredsociety.evidence.scene import Scene

FIGURES = {name: f.value for name, f in load_figures().figures.items()}
CLOSE: dict[str, Any] = {"rel": 1e-9, "abs": 1e-12}


def value(name: str, figures: Mapping[str, float] = FIGURES) -> float:
    found = MEASUREMENTS[name].compute(Scene({}, figures)).value
    assert found is not None
    return found


EXPECTED: dict[str, Any] = {
    "survey-error": lambda: 100 * np.sqrt(0.8 * 0.2 / 2209),
    "sesame-most-used": lambda: 400 / (0.8 * 829),
    "sesame-count": lambda: 400 / 829,
    "interviews-confirm": lambda: 1 - 0.05 ** (1 / 15),
    "interviews-dozens": lambda: 1 - 0.05 ** (1 / 36),
    "interviews-count": lambda: (1 - 0.05 ** (1 / 36)) / (1 - 0.05 ** (1 / 15)),
    "trust-deficit": lambda: 0.76,
    "central-preferred": lambda: 50.0,
    "false-alerts": lambda: 2297 / 2470,
    "seven-minutes": lambda: stats.expon.ppf(0.975) / stats.expon.ppf(0.025),
    "seventeen-refusers": lambda: 17 / (9.59e6 / 51 * 12 / 1e4),
    "barred-from-posts": lambda: 71_000 / 6_730_000,
    "list-began": lambda: 87_079,
    "frame-growth": lambda: 100 * (829 / 1395.38 - 649 / 1368),
    "informed-shrug": lambda: 0.29 / 0.53,
    "indifference": lambda: 22.0,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_arithmetic_is_right(name: str) -> None:
    assert value(name) == pytest.approx(EXPECTED[name](), **CLOSE)


def test_every_piece_of_arithmetic_is_checked_here() -> None:
    assert set(EXPECTED) == {m.name for m in MEASUREMENTS.values() if not m.roles}


def test_the_numbers_that_readers_know() -> None:
    assert value("survey-error") == pytest.approx(0.85, abs=0.005)
    assert value("interviews-confirm") == pytest.approx(0.18, abs=0.005)
    assert value("sesame-count") == pytest.approx(0.48, abs=0.005)


@pytest.mark.parametrize(("k", "n"), [(0, 15), (0, 36), (1, 10), (18, 650), (1679, 2209)])
def test_binomial_bounds_are_those_of_the_beta_law(k: int, n: int) -> None:
    assert binomial_upper(k, n) == pytest.approx(stats.beta.ppf(0.95, k + 1, n - k), rel=1e-9)
    low, high = binomial_interval(k, n)
    assert high == pytest.approx(stats.beta.ppf(0.975, k + 1, n - k), rel=1e-9)
    expected = 0.0 if k == 0 else stats.beta.ppf(0.025, k, n - k + 1)
    assert low == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("count", [0, 1, 17, 250])
def test_poisson_bounds_are_those_of_the_chi_square_law(count: int) -> None:
    low, high = poisson_interval(count)
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * count + 2) / 2, rel=1e-9)
    assert low == pytest.approx(stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0, rel=1e-9)


def test_the_interval_of_seventeen() -> None:
    low, high = poisson_interval(17)
    assert (round(low, 1), round(high, 1)) == (9.9, 27.2)


def test_the_interval_of_one_share() -> None:
    assert share_error(0.5, 100) == pytest.approx(0.05)


def test_rank_correlation() -> None:
    x, y = [3.0, 1.0, 2.0, 2.0, 9.0], [1.0, 5.0, 2.0, 2.5, 0.0]
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, **CLOSE)
    assert math.isnan(spearman([1.0, 1.0], [1.0, 2.0]))
