"""The peers' workload in plain NumPy: narrow arrays, one month at a time, no loop over people."""

from __future__ import annotations

import numpy as np
from worker import MONTHS, Monthly, serve


class Society:
    """Everybody as arrays; a random number for each person and kind of event every month."""

    def __init__(self, people: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        honesty = self.rng.beta(2, 2, people).astype(np.float32)
        self.p_recorded = np.float32(0.05 * 0.3) * (1 - honesty)
        self.p_good = np.float32(0.03) * honesty
        self.income = self.rng.lognormal(0, 0.5, people).astype(np.float32)
        self.floor = self.income * np.float32(0.5)
        self.score = np.full(people, 1000, np.int16)
        self.listed = np.zeros(people, bool)
        self.luck = np.empty(people, np.float32)

    def hit(self, probability: np.ndarray | np.float32) -> np.ndarray:
        """Return the people to whom an event of this probability happens this month."""
        self.rng.random(out=self.luck, dtype=np.float32)
        return np.flatnonzero(self.luck < probability)

    def month(self) -> tuple[float, float, float]:
        """Run one month and return mean score, share listed and mean income."""
        for probability in (self.p_recorded, np.float32(0.001)):
            who = self.hit(probability)
            self.score[who] -= self.rng.integers(10, 51, who.size, dtype=np.int16)
        self.score[self.hit(self.p_good)] += 5
        self.listed |= self.score < 900
        on = np.flatnonzero(self.listed)
        income = np.maximum(self.income[on] * np.float32(0.98), self.floor[on])
        self.income[on] = income
        able = on[income > 0.8]
        back = able[self.rng.random(able.size) < 0.1]
        self.listed[back] = False
        self.score[back] = 950
        return (
            self.score.mean(),
            np.count_nonzero(self.listed) / self.listed.size,
            self.income.mean(dtype=np.float64),
        )


def run(society: Society) -> Monthly:
    """Run all months."""
    return [society.month() for _ in range(MONTHS)]


if __name__ == "__main__":
    serve(Society, run)
