"""The peers' workload in five frameworks and ours: ``python benchmarks/peers/run.py``.

Every implementation has a process of its own, and those that are not ours an environment of
their own under ``.bench/envs``, made on first use. They run in turn, round by round, on one
thread each; a time counts only if the statistics of that implementation agree with the
published ones within four standard errors.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BENCH = HERE.parents[1] / ".bench"
MONTHS = 60

SHARE, SHARE_ERROR = 0.00418, 0.00003
SCORE, SCORE_SPREAD = 989.38, 24.2
"""After 60 months, in the published frameworks; one person's score varies by so much."""
SCORE_ERROR = SCORE_SPREAD * SHARE_ERROR / math.sqrt(SHARE * (1 - SHARE))
"""From the number of people that the error of the share betrays."""
INCOME, INCOME_ERROR, INCOME_SPREAD = 1.13185, 0.0001, 0.604
"""Not published: from 40 million people in the NumPy version."""
MOST_ERRORS = 4.0

ONE_THREAD = {
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"), "1"
    ),
    "MPLBACKEND": "Agg",
    "STARSIM_INSTALL_FONTS": "0",
}


@dataclass
class Peer:
    """One implementation, and what was measured of it, round by round."""

    name: str
    script: str
    people: int
    own: bool = True
    rates: list[float] = field(default_factory=list)
    builds: list[float] = field(default_factory=list)
    size: list[float] = field(default_factory=list)
    last: list[list[float]] = field(default_factory=list)
    trouble: str = ""
    _process: subprocess.Popen[str] | None = None

    @property
    def _log(self) -> Path:
        """What its process says beside its answers."""
        return BENCH / "peers" / f"{self.name}.log"

    @property
    def requirements(self) -> Path:
        """The file that pins its packages."""
        return HERE / "requirements" / f"{self.name.lower()}.txt"

    @property
    def title(self) -> str:
        """Name and pinned version."""
        if not self.own:
            return self.name
        pins = dict(x.split("==") for x in self.requirements.read_text("utf-8").split())
        return f"{self.name} {pins[self.name.lower()]}"

    def start(self) -> None:
        """Make the environment if need be, start the process and let it compile."""
        python = sys.executable
        if self.own:
            python, self.trouble = environment(self.requirements)
        if self.trouble:
            return
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [python, str(HERE / self.script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **ONE_THREAD},
                text=True,
            )
        self._ask(1000, 0)

    def measure(self, people: int, seed: int) -> None:
        """Run one round."""
        answer = self._ask(people, seed)
        if answer:
            self.rates.append(people * MONTHS / answer["run"])
            self.builds.append(answer["build"])
            self.size.append(answer["bytes"])
            self.last.append(answer["monthly"][-1])

    def _ask(self, people: int, seed: int) -> dict[str, Any]:
        if self.trouble or not self._process:
            return {}
        assert self._process.stdin
        assert self._process.stdout
        with suppress(BrokenPipeError):  # what it wrote before it ended says why
            print(people, seed, file=self._process.stdin, flush=True)
        for line in self._process.stdout:
            if line.startswith('{"people"'):
                return dict(json.loads(line))
        said = self._log.read_text("utf-8").strip().splitlines() or ["no message"]
        self.trouble = f"failed: {said[-1]}"
        return {}

    def stop(self) -> None:
        """End the process."""
        if self._process and self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait()

    def check(self, people: int) -> dict[str, float]:
        """Return how many standard errors each statistic is off, and note trouble."""
        if self.trouble:
            return {}
        n = people * len(self.last)
        score, share, income = (statistics.fmean(x[k] for x in self.last) for k in range(3))
        off = {
            "score": (score - SCORE) / math.hypot(SCORE_SPREAD / math.sqrt(n), SCORE_ERROR),
            "listed": (share - SHARE) / math.hypot(math.sqrt(SHARE * (1 - SHARE) / n), SHARE_ERROR),
            "income": (income - INCOME) / math.hypot(INCOME_SPREAD / math.sqrt(n), INCOME_ERROR),
        }
        wrong = [f"{k} by {v:+.1f}" for k, v in off.items() if not abs(v) <= MOST_ERRORS]
        if wrong:
            self.trouble = f"not counted: off in {', '.join(wrong)} standard errors"
        return off


def environment(requirements: Path) -> tuple[str, str]:
    """Return the Python of an environment with these packages, and what went wrong ("": nothing).

    A finished environment keeps a copy of the requirements it was made from; with others it is
    made again.
    """
    where = BENCH / "envs" / requirements.stem
    python, ready = where / "bin" / "python", where / "made-from.txt"
    wanted = requirements.read_text("utf-8")
    if ready.exists() and ready.read_text("utf-8") == wanted:
        return str(python), ""
    print(f"Making an environment for {requirements.stem} (once)", file=sys.stderr)
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(where)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--requirement", str(requirements)],
    ):  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
            return "", f"missing, no environment: {said[-1]}"
    ready.write_text(wanted, "utf-8")
    return str(python), ""


def peers(people: int | None) -> list[Peer]:
    """Return all implementations, each with so many people, or a size that suits it."""
    large, small = people or 1_000_000, people or 100_000
    return [
        Peer("ours", "ours.py", large, own=False),
        Peer("NumPy", "on_numpy.py", large),
        Peer("mesa-frames", "on_mesa_frames.py", large),
        Peer("Starsim", "on_starsim.py", large),
        Peer("laser-core", "on_laser.py", large),
        Peer("Mesa", "on_mesa.py", small),
    ]


def measure(people: int | None, rounds: int) -> list[dict[str, Any]]:
    """Run all in turn and return a row for each; ratios are medians of the rounds' ratios."""
    all_ = peers(people)
    try:
        for peer in all_:
            peer.start()
        for seed in range(1, rounds + 1):
            for peer in all_:
                peer.measure(peer.people, seed)
    finally:
        for peer in all_:
            peer.stop()
    rows: list[dict[str, Any]] = []
    for peer in all_:
        off = peer.check(peer.people)
        row: dict[str, Any] = {"name": peer.title, "people": peer.people, "trouble": peer.trouble}
        if off:
            row |= {
                "rate": statistics.median(peer.rates),
                "rates": peer.rates,
                "ours is": statistics.median(
                    a / b for a, b in zip(all_[0].rates, peer.rates, strict=False)
                ),
                "bytes a person": max(peer.size),
                "build a person": statistics.median(peer.builds) / peer.people,
                "last month": [statistics.fmean(x[k] for x in peer.last) for k in range(3)],
                "standard errors off": off,
            }
        rows.append(row)
    return rows


def table(rows: list[dict[str, Any]], rounds: int) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        f"The peers' workload, {MONTHS} months, one thread each, medians of {rounds} rounds in "
        f"turn, on {platform.machine()}, Python {platform.python_version()}:",
        "",
        "| Implementation | People | Million person-months a core-second (range) | Ours is "
        "| Bytes a person | To build a million | Score | Listed | Income |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        start = f"| {row['name']} | {row['people']:,} |"
        if row["trouble"]:
            lines.append(f"{start} {row['trouble']} |" + " |" * 6)
            continue
        rate, low, high = (x / 1e6 for x in (row["rate"], min(row["rates"]), max(row["rates"])))
        digits = 1 if rate < 10 else 0
        score, listed, income = row["last month"]
        lines.append(
            f"{start} {rate:.{digits}f} ({low:.{digits}f} to {high:.{digits}f}) "
            f"| {row['ours is']:.{1 if row['ours is'] < 100 else 0}f} times "
            f"| {row['bytes a person']:.0f} | {row['build a person'] * 1e6:.2f} s "
            f"| {score:.2f} | {listed:.3%} | {income:.4f} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and write ``.bench/peers.json``; 1 if an implementation did not count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0].split(":")[0])
    parser.add_argument("--people", type=int, nargs="+", help="sizes, the same for all")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    if chosen.rounds < 1 or min(chosen.people or [1]) < 1:
        parser.error("people and rounds are whole numbers from 1 up")
    kept: list[list[dict[str, Any]]] = []
    for people in chosen.people or [None]:
        kept.append(measure(people, chosen.rounds))
        print(table(kept[-1], chosen.rounds), flush=True)
    BENCH.mkdir(exist_ok=True)
    result = {"machine": platform.machine(), "rounds": chosen.rounds, "sizes": kept}
    (BENCH / "peers.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return int(any(row["trouble"] for rows in kept for row in rows))


if __name__ == "__main__":
    sys.exit(main())
