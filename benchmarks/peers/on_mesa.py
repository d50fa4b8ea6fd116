"""The peers' workload in Mesa 3: an agent class, its AgentSet, and the DataCollector."""

from __future__ import annotations

from collections.abc import Callable

import mesa
from worker import MONTHS, Monthly, serve


class Citizen(mesa.Agent):
    """One person."""

    def __init__(self, model: Society, honesty: float, income: float) -> None:
        super().__init__(model)
        self.p_offence = 0.05 * (1 - honesty)
        self.p_good = 0.03 * honesty
        self.income = income
        self.floor = 0.5 * income
        self.score = 1000
        self.listed = False

    def step(self, random: Callable[[], float]) -> None:
        """Live one month."""
        if random() < self.p_offence and random() < 0.3:
            self.score -= 10 + int(41 * random())
        if random() < 0.001:
            self.score -= 10 + int(41 * random())
        if random() < self.p_good:
            self.score += 5
        if self.score < 900:
            self.listed = True
        if self.listed:
            self.income = max(0.98 * self.income, self.floor)
            if self.income > 0.8 and random() < 0.1:
                self.listed = False
                self.score = 950


class Society(mesa.Model):
    """Everybody."""

    def __init__(self, people: int, seed: int) -> None:
        super().__init__(seed=seed)
        honesty = self.rng.beta(2, 2, people).tolist()
        income = self.rng.lognormal(0, 0.5, people).tolist()
        Citizen.create_agents(self, people, honesty, income)
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "score": lambda m: m.agents.agg("score", sum) / people,
                "listed": lambda m: m.agents.agg("listed", sum) / people,
                "income": lambda m: m.agents.agg("income", sum) / people,
            }
        )

    def step(self) -> None:
        """Run one month and collect."""
        self.agents.do("step", self.random.random)
        self.datacollector.collect(self)


def run(society: Society) -> Monthly:
    """Run all months."""
    for _ in range(MONTHS):
        society.step()
    seen = society.datacollector.model_vars
    return list(zip(seen["score"], seen["listed"], seen["income"], strict=True))


if __name__ == "__main__":
    serve(Society, run)
