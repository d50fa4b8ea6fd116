"""The peers' workload in Starsim, one distribution a decision, common random numbers on."""

from __future__ import annotations

import numpy as np
import starsim as ss
from worker import MONTHS, Monthly, serve


class Credit(ss.Module):
    """Scores, the list, and what being listed does to income."""

    def __init__(self) -> None:
        super().__init__()
        self.define_states(
            ss.FloatArr("honesty", default=ss.beta_dist(a=2, b=2)),
            ss.FloatArr("income", default=ss.lognorm_im(mean=0, sigma=0.5)),
            ss.FloatArr("floor"),
            ss.IntArr("score", default=1000),
            ss.BoolArr("listed", default=False),
        )
        self.recorded = ss.bernoulli(p=0)
        self.cost = ss.randint(10, 51)
        self.false = ss.bernoulli(p=0.001)
        self.false_cost = ss.randint(10, 51)
        self.good = ss.bernoulli(p=0)
        self.repays = ss.bernoulli(p=0.1)

    def init_post(self) -> None:
        """Set what does not change over time once."""
        super().init_post()
        self.floor[:] = 0.5 * self.income.values
        self.recorded.set(p=0.05 * 0.3 * (1 - self.honesty.values))
        self.good.set(p=0.03 * self.honesty.values)

    def init_results(self) -> None:
        """Say what is collected."""
        super().init_results()
        self.define_results(
            ss.Result("score", dtype=float, scale=False),
            ss.Result("listed", dtype=float, scale=False),
            ss.Result("income", dtype=float, scale=False),
        )

    def step(self) -> None:
        """Run one month."""
        who = self.recorded.filter()
        self.score[who] -= self.cost.rvs(who)
        who = self.false.filter()
        self.score[who] -= self.false_cost.rvs(who)
        self.score[self.good.filter()] += 5
        self.listed[(self.score < 900).uids] = True
        on = self.listed.uids
        income = np.maximum(0.98 * self.income[on], self.floor[on])
        self.income[on] = income
        back = self.repays.filter(on[income > 0.8])
        self.listed[back] = False
        self.score[back] = 950

    def update_results(self) -> None:
        """Collect."""
        super().update_results()
        self.results.score[self.ti] = self.score.values.mean()
        self.results.listed[self.ti] = self.listed.count() / len(self.listed)
        self.results.income[self.ti] = self.income.values.mean(dtype=float)


def build(people: int, seed: int) -> ss.Sim:
    """Make a society of so many people."""
    assert ss.options.crn, "common random numbers must be on"
    sim = ss.Sim(
        n_agents=people,
        modules=Credit(),
        dt=ss.months(1),
        dur=ss.months(MONTHS - 1),
        rand_seed=seed,
        people_results=False,
        verbose=0,
    )
    return sim.init()


def run(sim: ss.Sim) -> Monthly:
    """Run all months."""
    sim.run()
    seen = sim.results.credit
    return list(zip(seen.score, seen.listed, seen.income, strict=True))


if __name__ == "__main__":
    serve(build, run)
