"""Speed and memory of the audit on ten million ledger rows: ``python benchmarks/audit.py``.

A simulated run is laid out many times over, so that the ledger is as real as it is long. Machines
are shared and noisy, so the time stands beside that of NumPy counting the same rows once, and
the ratio of the two is what can be compared between machines. Nothing here is a test.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

ROWS = 10_000_000
PEOPLE, MONTHS, REPLICATES = 100_000, 120, 4
PAGE = resource.getpagesize()


def copied(result: Any, times: int) -> Any:  # noqa: ANN401
    """Return a society laid out ``times`` times over: other people, the same rows."""
    ledger = np.tile(result.ledger, times)
    rows = len(result.ledger)
    which = np.repeat(np.arange(times), rows)
    ledger["subject"] += (which * PEOPLE).astype("<u4")
    ledger["cause"] += np.where(ledger["cause"] >= 0, which * rows, 0).astype("<i4")
    population = {
        name: x if name == "profile" else x * times for name, x in result.population.items()
    }
    return replace(
        result,
        ledger=ledger,
        monthly={name: x * times for name, x in result.monthly.items()},
        acts=result.acts * times,
        mobility={name: x * times for name, x in result.mobility.items()},
        population=population,
    )


def long_run(regime: str, rows: int = ROWS) -> Any:  # noqa: ANN401
    """Return a run of a regime with at least ``rows`` ledger rows."""
    from scoredsociety import simulate

    run = simulate(regime, people=PEOPLE, months=MONTHS, replicates=REPLICATES)
    have = sum(len(r.ledger) for r in run.replicates)
    times = -(-rows // have)
    manifest = {**run.manifest, "people": PEOPLE * times}
    return replace(run, manifest=manifest, replicates=[copied(r, times) for r in run.replicates])


def resident() -> int:
    """Return the bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * PAGE


def reference(run: Any) -> float:  # noqa: ANN401
    """Return the seconds that NumPy takes to count the rows by profile, scheme and truth once."""
    start = time.perf_counter()
    for result in run.replicates:
        x = result.ledger
        key = x["profile"].astype(np.int64) << 8 | x["scheme"].astype(np.int64) << 2 | x["truth"]
        np.bincount(key)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    import scoredsociety.audit as room
    from scoredsociety.audit.audit import MEASURES
    from scoredsociety.audit.sample import load_sample
    from scoredsociety.audit.sheet import Sheet

    regime = sys.argv[1] if len(sys.argv) > 1 else "fragmented-2018"
    run = long_run(regime)
    rows = sum(len(r.ledger) for r in run.replicates)
    print(f"{regime}: {rows:,} rows, {run.manifest['people'] * REPLICATES:,} people")
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    once = min(reference(run) for _ in range(3))
    if "--by-measure" in sys.argv:
        start = time.perf_counter()
        sample = load_sample(run)
        print(f"  {'load':<5} {time.perf_counter() - start:6.2f} s")
        sheet = Sheet(sample.replicates, sample.weight)
        for measure in MEASURES:
            if measure.compute is not None:
                start = time.perf_counter()
                measure.compute(sample, sheet)
                print(f"  {measure.id:<5} {time.perf_counter() - start:6.2f} s")
        return
    before = resident()
    wall, core = time.perf_counter(), time.process_time()
    room.audit_run(run)
    wall, core = time.perf_counter() - wall, time.process_time() - core
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    ledgers = sum(r.ledger.nbytes for r in run.replicates)
    print(f"audited in {wall:.1f} s (processor time {core:.1f} s)")
    print(f"{wall / once:.0f} times the {once:.2f} s in which NumPy counts the rows once")
    print(f"peak of the process {peak / 1e9:.2f} GB, of which the ledger {ledgers / 1e9:.2f} GB")
    print(f"the audit itself needed at most {(peak - before) / 1e9:.2f} GB more")


if __name__ == "__main__":
    main()
