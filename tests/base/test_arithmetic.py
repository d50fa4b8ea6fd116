"""Plain-arithmetic logarithm and exponential against those of the standard library."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoredsociety.base.arithmetic import exp, log, power

RNG = np.random.default_rng(1)


def ulps(found: float, exact: float) -> float:
    return abs(found - exact) / math.ulp(exact)


def test_logarithms_are_within_a_unit_in_the_last_place() -> None:
    for x in [*RNG.random(500), *np.exp(RNG.normal(0, 50, 500)), 2**-33, 1.0]:
        assert ulps(log(float(x)), math.log(x)) <= 1.0, x


def test_exponentials_are_within_a_unit_in_the_last_place() -> None:
    for x in [*RNG.uniform(-50, 50, 1000), 0.0, -700.0, 700.0]:
        assert ulps(exp(float(x)), math.exp(x)) <= 1.0, x


def test_powers_of_the_size_that_the_model_takes() -> None:
    for x in RNG.uniform(0.001, 30, 300):
        assert power(float(x), -0.7) == pytest.approx(x**-0.7, rel=1e-15, abs=0), x
