"""Run what measurements need, each run once, and evaluate them as their runs finish."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from scoredsociety.engine import RunData
from scoredsociety.evidence.arms import (
    Arm,
    declared_range,
    distinct,
    resolve_arm,
    run_arm,
    with_number,
)
from scoredsociety.evidence.companions import Companion, companions
from scoredsociety.evidence.ledger import load_figures
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.numbers import Number
from scoredsociety.evidence.scene import Ran, Scene
from scoredsociety.evidence.verdicts import End, Holds, Verdict, judge
from scoredsociety.study.run import Progress

FIGURE = "figures."


@dataclass(frozen=True)
class Finding:
    """What a measurement gave.

    Attributes
    ----------
    measurement : Measurement
    number : Number
    holds : Holds
        Whether the condition holds with every number as it is.
    ends : tuple of End
        The same with one assumption at a time at the ends of its range.
    verdict : Verdict
    flips : tuple of str
        Assumptions that the verdict depends on.
    companions : tuple of Companion
        What must be read with it.
    """

    measurement: Measurement
    number: Number
    holds: Holds
    ends: tuple[End, ...]
    verdict: Verdict
    flips: tuple[str, ...]
    companions: tuple[Companion, ...]


@dataclass
class Plan:
    """The runs that measurements need, each once.

    Attributes
    ----------
    measurements : tuple of Measurement
    arms : list of Arm
        What is simulated.
    kept : tuple of Arm
        Runs that somebody needs after the measurements.
    asked : frozenset of str
        Runs at whose end people are asked, by the text of their arm.
    ran : dict of str to Ran
        Finished runs that are still needed, by the text of their arm.
    """

    measurements: tuple[Measurement, ...] = ()
    arms: list[Arm] = field(default_factory=list)
    kept: tuple[Arm, ...] = ()
    asked: frozenset[str] = frozenset()
    ran: dict[str, Ran] = field(default_factory=dict)

    def get(self, arm: Arm, tables: bool = False) -> Ran:
        """Return a finished run, or one of which only the regime is written out."""
        if tables:
            return Ran(None, arm.label, resolve_arm(arm))
        ran = self.ran[repr(arm.simulated)]
        same = arm == arm.simulated
        return ran if same else Ran(ran.finished, arm.label, resolve_arm(arm))


def ends_of(measurement: Measurement, varied: Varied) -> tuple[float, float]:
    """Return the two ends of the range in which an assumption is tried.

    Raises
    ------
    ValueError
        If neither the measurement nor the file declares one.
    """
    limits: tuple[float, float] | None
    if varied.low is not None and varied.high is not None:
        return varied.low, varied.high
    if varied.path.startswith(FIGURE):
        limits = load_figures().figures[varied.path.removeprefix(FIGURE)].range
    else:
        limits = declared_range(measurement.roles["run"], varied.path)
    if limits is None:
        raise ValueError(f"{measurement.name}: no range is declared for {varied.path}")
    return limits


def roles_at(measurement: Measurement, path: str, value: float) -> dict[str, Arm]:
    """Return the arms of a measurement with one assumption changed, where they have it."""
    out = {}
    for role, arm in measurement.roles.items():
        kept = path.startswith(FIGURE) or (arm.bare and not path.startswith("world."))
        out[role] = arm if kept else with_number(arm, path, value)
    return out


def arms_of(measurement: Measurement) -> list[Arm]:
    """Return every arm that a measurement needs, those at the ends of its assumptions included."""
    arms = list(measurement.roles.values())
    for varied in measurement.varied:
        for value in ends_of(measurement, varied):
            arms += roles_at(measurement, varied.path, value).values()
    return distinct(arms)


def runs_of(measurement: Measurement) -> list[Arm]:
    """Return what has to be simulated for a measurement: arms that differ in opinion share it."""
    return distinct(arm.simulated for arm in arms_of(measurement))


def plan_for(measurements: Sequence[Measurement], kept: Iterable[Arm] = ()) -> Plan:
    """Collect the distinct runs that these measurements need, and those to keep."""
    simulated = [a for m in measurements if not m.tables for a in runs_of(m)]
    asked = frozenset(repr(a) for m in measurements if m.asked for a in runs_of(m))
    keep = tuple(kept)
    return Plan(tuple(measurements), distinct([*simulated, *keep]), keep, asked)


def evaluate(
    plan: Plan,
    settings: Mapping[str, int],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Finding]:
    """Simulate every arm of a plan once and evaluate each measurement when its runs are there.

    A run is dropped as soon as no measurement needs it any more.

    Parameters
    ----------
    plan : Plan
    settings : mapping
        people, months, replicates, seed.
    threads : int, optional
        Arms at a time; default: the processors of the machine. Changes no result.
    progress : Progress, optional
        A display.

    Returns
    -------
    dict
        Finding by the name of its measurement.
    """
    needs = {
        m.name: set() if m.tables else {repr(a) for a in runs_of(m)} for m in plan.measurements
    }
    waiting = {m.name: m for m in plan.measurements}
    forever = {repr(a) for a in plan.kept}
    found: dict[str, Finding] = {}

    def settle() -> None:
        for name in [n for n in waiting if needs[n] <= plan.ran.keys()]:
            found[name] = find(waiting.pop(name), plan)
        wanted = forever.union(*(needs[n] for n in waiting))
        for key in [k for k in plan.ran if k not in wanted]:
            del plan.ran[key]

    settle()
    each = settings["people"] * settings["months"] * settings["replicates"]
    if progress and plan.arms:
        progress.start(f"{len(plan.arms)} runs", each * len(plan.arms))
    for arm, data in _simulated(plan, settings, threads or os.cpu_count() or 1):
        plan.ran[repr(arm)] = Ran(data, arm.label, resolve_arm(arm))
        if progress:
            progress.advance(each)
        settle()
    return found


def _simulated(
    plan: Plan, settings: Mapping[str, int], workers: int
) -> Iterable[tuple[Arm, RunData]]:
    """Yield each arm with its run as it finishes, so many at a time.

    Small societies: a thread for each arm wastes less than threads inside an arm.
    """
    left = list(plan.arms)
    running: dict[Future[RunData], Arm] = {}
    pool = ThreadPoolExecutor(workers)
    try:
        while left or running:
            while left and len(running) < workers:
                arm = left.pop(0)
                asked = repr(arm) in plan.asked
                future = pool.submit(run_arm, arm, threads=1, snapshot=asked, **settings)
                running[future] = arm
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), future.result()
    finally:
        # After Ctrl-C or a mistake: what runs is finished, what waits is never begun.
        pool.shutdown(wait=True, cancel_futures=True)


def find(measurement: Measurement, plan: Plan) -> Finding:
    """Evaluate one measurement on finished runs."""
    known = {name: f.value for name, f in load_figures().figures.items()}
    figures = {name: known[name] for name in measurement.figures}

    def scene(arms: Mapping[str, Arm], values: Mapping[str, float]) -> Scene:
        ran = {repr(a): plan.get(a, measurement.tables) for a in distinct(arms.values())}
        return Scene({role: ran[repr(a)] for role, a in arms.items()}, values)

    plain = scene(measurement.roles, figures)
    number = measurement.compute(plain)
    ends = []
    for varied in measurement.varied:
        for value in ends_of(measurement, varied):
            name = varied.path.removeprefix(FIGURE)
            other = figures | ({name: value} if varied.path.startswith(FIGURE) else {})
            moved = measurement.compute(scene(roles_at(measurement, varied.path, value), other))
            ends.append(End(varied.path, value, moved, measurement.condition.ask(moved)))
    holds = measurement.condition.ask(number)
    verdict, flips = judge(holds, ends)
    beside = companions(measurement, plain)
    return Finding(measurement, number, holds, tuple(ends), verdict, flips, beside)
