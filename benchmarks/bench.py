"""Speed and memory of the engine, measured in one run: ``make bench``.

Machines are shared and noisy, so figures are medians of several runs in turn, and the ratio to a
NumPy reference of the same run is what can be compared between machines. Nothing here is a test.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 5
PEOPLE, MONTHS = 100_000, 120
MANY = 4_000_000
HEAVY = "dystopia"
"""The regime of the sources with the longest ledger."""


def numpy_reference() -> float:
    """Return person-months a second of the least a dense month can do in NumPy.

    One uniform number for each person and month, compared with a rate of that person's own, and
    the people below it counted: no rules, no list, no ledger.
    """
    import numpy as np

    rng = np.random.default_rng(1)
    rate = rng.random(PEOPLE) * 0.02
    start = time.process_time()
    for _ in range(12):
        np.count_nonzero(rng.random(PEOPLE) < rate)
    return PEOPLE * 12 / (time.process_time() - start)


def engine(threads: int, regime: str = "fragmented-2018") -> tuple[float, float, int]:
    """Return (person-months a core-second, wall seconds, ledger rows) of one society."""
    from scoredsociety.engine import compile_regime, run_society
    from scoredsociety.schemes.catalogue import resolve
    from scoredsociety.society import Society

    society = Society.make(people=PEOPLE)
    compiled = compile_regime(resolve(regime), society.tables.median_income)
    wall, core = time.perf_counter(), time.process_time()
    result, _ = run_society(
        compiled, society.kernel_tables, people=PEOPLE, months=MONTHS, seed=1, threads=threads
    )
    core, wall = time.process_time() - core, time.perf_counter() - wall
    return PEOPLE * MONTHS / core, wall, len(result.ledger)


def regimes(reference: float) -> list[tuple[str, str]]:
    """Return the cost and the ledger of every regime, beside that of fragmented-2018."""
    from scoredsociety.engine import LEDGER_DTYPE
    from scoredsociety.schemes.catalogue import list_regimes

    lines = []
    for name in list_regimes():
        runs = [engine(1, name) for _ in range(3)]
        rate = statistics.median(x[0] for x in runs)
        ledger = runs[0][2] * LEDGER_DTYPE.itemsize / PEOPLE
        lines.append(
            (
                f"  {name}",
                f"{rate / 1e6:.0f} million; {reference / rate:.2f} times the cost of "
                f"fragmented-2018; ledger {ledger:.0f} bytes a person",
            )
        )
    return lines


def simulate_and_audit(headline: bool = False) -> float:
    """Return the wall seconds of one society, simulated and audited, by some measures or all."""
    from scoredsociety.audit import HEADLINE, audit_run
    from scoredsociety.study import simulate

    start = time.perf_counter()
    run = simulate("fragmented-2018", people=PEOPLE, months=MONTHS, replicates=1)
    audit_run(run, only=HEADLINE if headline else None)
    return time.perf_counter() - start


def surveys(people: int = 1_000_000) -> tuple[float, float, float]:
    """Return the wall seconds of one survey, of one more, and of 200 with all readings.

    One survey of 2,209 from a finished society of so many people, cold: who they are, what they
    think, thresholds, sample, tables, and the truth in the whole society beside them. One more
    in the same society: sample and tables.
    """
    from scoredsociety.doors.surveys import make_readings
    from scoredsociety.opinion.files import load_questionnaire
    from scoredsociety.opinion.public import publics
    from scoredsociety.opinion.survey import conduct
    from scoredsociety.study import simulate

    asked = load_questionnaire("kostka-2018").model_copy(update={"panel": None})
    run = simulate(people=people, months=54, replicates=1, snapshot=True)

    def seconds(surveys: int, readings: int) -> float:
        there = publics(run)
        known = make_readings(there[0].regime.world.opinion, ())[:readings]
        start = time.perf_counter()
        conduct(asked, there, there, known, surveys=surveys)
        return time.perf_counter() - start

    seconds(1, 1)
    one = statistics.median(seconds(1, 1) for _ in range(3))
    more = (seconds(41, 1) - one) / 40
    return one, more, seconds(200, 3)


def child(code: str, **env: str) -> dict[str, float]:
    """Run code in a process of its own and return what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


_MEMORY = """
import json, resource
from pathlib import Path
from scoredsociety.study import simulate
simulate("{regime}", people=4096, months=120, replicates=1, threads=1)
before = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
run = simulate("{regime}", people={people}, months=120, replicates=1, threads=1)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({{"more": peak - before, "ledger": run.replicates[0].ledger.nbytes}}))
"""
_FIRST = """
import json, time
start = time.perf_counter()
from scoredsociety.audit import audit_run
from scoredsociety.study import simulate
audit_run(simulate("fragmented-2018", people=100_000, months=120, replicates=1))
print(json.dumps({"seconds": time.perf_counter() - start}))
"""


def main() -> None:
    """Measure and print."""
    import platform

    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    engine(1)
    simulate_and_audit()
    one, two, none, reference, audited, headline = [], [], [], [], [], []
    for _ in range(REPEATS):  # in turn, so that a slow spell of the machine hits all of them
        one.append(engine(1))
        two.append(engine(2))
        none.append(engine(1, "none"))
        reference.append(numpy_reference())
        audited.append(simulate_and_audit())
        headline.append(simulate_and_audit(headline=True))
    rate = statistics.median(x[0] for x in one)
    base = statistics.median(reference)
    rows = [
        ("fragmented-2018, ledger on", f"{rate / 1e6:.0f} million person-months a core-second"),
        ("the same under `none`", f"{statistics.median(x[0] for x in none) / 1e6:.0f} million"),
        (
            "NumPy, one draw a person-month",
            f"{base / 1e6:.0f} million; ours is {rate / base:.2f} times that",
        ),
        (
            "two threads for one",
            f"{statistics.median(a[1] / b[1] for a, b in zip(one, two, strict=True)):.2f} "
            "times as fast (wall)",
        ),
        (
            "100,000 people x 120 months, headline measures",
            f"{statistics.median(headline):.2f} s",
        ),
        ("the same, all measures", f"{statistics.median(audited):.2f} s"),
    ]
    rows.append(("every regime, person-months a core-second", ""))
    rows += regimes(rate)
    for name in ("fragmented-2018", HEAVY):
        used = child(_MEMORY.format(people=MANY, regime=name))
        rows.append(
            (
                f"memory a person, of {MANY:,}, {name}",
                f"{used['more'] / MANY:.0f} bytes resident at the peak, "
                f"of which the ledger {used['ledger'] / MANY:.0f}",
            )
        )
    with tempfile.TemporaryDirectory() as cache:
        first = child(_FIRST, NUMBA_CACHE_DIR=cache)["seconds"]
    one_survey, more, many = surveys()
    rows.append(
        ("a survey of 2,209 from 1,000,000 people", f"{one_survey:.2f} s; each more {more:.2f} s")
    )
    rows.append(("200 such surveys under three readings", f"{many:.0f} s"))
    rows.append(("first run, compilation included", f"{first:.0f} s"))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak of this process':<{width}}  {peak:.0f} MiB", flush=True)
    Path(".bench").mkdir(exist_ok=True)
    Path(".bench/latest.json").write_text(json.dumps(dict(rows), indent=1) + "\n", "utf-8")
    here = Path(__file__).parent
    for script in ("peers/run.py", "scaling.py"):
        subprocess.run([sys.executable, str(here / script)])


if __name__ == "__main__":
    main()
