"""The peers' workload in laser-core: a LaserFrame of people, components as compiled loops."""

from __future__ import annotations

import numba as nb
import numpy as np
from laser.core import LaserFrame
from laser.core.random import seed as seed_all
from worker import MONTHS, Monthly, serve


@nb.njit(nogil=True, parallel=True, cache=True)
def live(
    offence: np.ndarray,
    good: np.ndarray,
    floor: np.ndarray,
    income: np.ndarray,
    score: np.ndarray,
    listed: np.ndarray,
) -> None:
    """Live one month."""
    for i in nb.prange(score.size):
        if np.random.random() < offence[i] and np.random.random() < 0.3:
            score[i] -= np.random.randint(10, 51)
        if np.random.random() < np.float32(0.001):
            score[i] -= np.random.randint(10, 51)
        if np.random.random() < good[i]:
            score[i] += 5
        if score[i] < 900:
            listed[i] = 1
        if listed[i]:
            income[i] = max(income[i] * np.float32(0.98), floor[i])
            if income[i] > np.float32(0.8) and np.random.random() < 0.1:
                listed[i] = 0
                score[i] = 950


@nb.njit(nogil=True, parallel=True, cache=True)
def collect(
    score: np.ndarray, listed: np.ndarray, income: np.ndarray
) -> tuple[float, float, float]:
    """Return mean score, share listed and mean income."""
    points, many, money = 0, 0, 0.0
    for i in nb.prange(score.size):
        points += score[i]
        many += listed[i]
        money += income[i]
    return points / score.size, many / score.size, money / score.size


class Society:
    """A model with one frame of people and two components."""

    def __init__(self, people: int, seed: int) -> None:
        prng = seed_all(seed)
        self.people = LaserFrame(people)
        for name, dtype, default in (
            ("offence", np.float32, 0),
            ("good", np.float32, 0),
            ("floor", np.float32, 0),
            ("income", np.float32, 0),
            ("score", np.int16, 1000),
            ("listed", np.uint8, 0),
        ):
            self.people.add_scalar_property(name, dtype, default)
        honesty = prng.beta(2, 2, people)
        self.people.offence[:] = 0.05 * (1 - honesty)
        self.people.good[:] = 0.03 * honesty
        self.people.income[:] = prng.lognormal(0, 0.5, people)
        self.people.floor[:] = 0.5 * self.people.income
        self.seen: list[tuple[float, float, float]] = []
        self.components = [self.live, self.collect]

    def live(self, model: Society, tick: int) -> None:
        """Run one month."""
        p = self.people
        live(p.offence, p.good, p.floor, p.income, p.score, p.listed)

    def collect(self, model: Society, tick: int) -> None:
        """Collect."""
        p = self.people
        self.seen.append(collect(p.score, p.listed, p.income))


def run(model: Society) -> Monthly:
    """Run all months."""
    for tick in range(MONTHS):
        for component in model.components:
            component(model, tick)
    return model.seen


if __name__ == "__main__":
    serve(Society, run)
