"""One implementation in a process of its own: builds and runs on request, one JSON line each."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

MONTHS = 60
Monthly = Sequence[Sequence[float]]
"""For each month: mean score, share listed, mean income."""


def resident() -> int:
    """Return the bytes that this process has in memory now, and forget its peak where it can."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "utf-8")
        return int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * resource.getpagesize()
    except OSError:
        return peak()


def peak() -> int:
    """Return the most bytes that this process has had in memory."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text("utf-8").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def serve(build: Callable[[int, int], Any], run: Callable[[Any], Monthly]) -> None:
    """Answer every line "PEOPLE SEED" with what it took to build that society and to run it.

    Times are core-seconds of this process, its threads included; collection is part of the run.
    """
    for line in sys.stdin:
        people, seed = map(int, line.split())
        gc.collect()
        before, start = resident(), time.process_time()
        model = build(people, seed)
        built = time.process_time()
        monthly = run(model)
        done = time.process_time()
        answer = {
            "people": people,
            "build": built - start,
            "run": done - built,
            "bytes": (peak() - before) / people,
            "monthly": [[float(x) for x in month] for month in monthly],
        }
        del model
        print(json.dumps(answer), flush=True)
