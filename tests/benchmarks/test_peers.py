"""The peers' workload: ours against an obvious loop, and what the comparison counts."""

from __future__ import annotations

import importlib
import math
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoredsociety.base.streams import Block, draw

PEERS = Path(__file__).parents[2] / "benchmarks" / "peers"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a file of the comparison as its own processes do."""
    monkeypatch.syspath_prepend(str(PEERS))
    return importlib.import_module


def obvious(honesty: Any, base: Any, months: int, seed: int) -> tuple[list[Any], Any]:
    """Run everybody month by month, asking every month whether something happens."""
    people = len(honesty)
    score, listed, income = [1000] * people, [False] * people, [np.float32(x) for x in base]

    def luck(i: int, stream: int, block: Block, lane: int, serial: int = 0) -> float:
        return draw(seed, 0, i % 4096 | serial << 12, stream, i // 4096, block, lane)

    def wait(u: float, probability: float) -> int:
        return int(min(math.log(u) / math.log(1 - probability), months))

    chances = [(0.05 * (1 - float(h)), 0.001, 0.03 * float(h)) for h in honesty]
    serial = [[0, 0, 0] for _ in range(people)]
    due = [
        [wait(luck(i, 0, Block.FIRST, kind), p) for kind, p in enumerate(chances[i])]
        for i in range(people)
    ]
    monthly = []
    for month in range(months):
        for i in range(people):
            for kind in range(3):
                if due[i][kind] != month:
                    continue
                seen, cost, gap = (
                    luck(i, kind, Block.CANDIDATE, lane, serial[i][kind]) for lane in range(3)
                )
                if kind == 2:
                    score[i] += 5
                elif kind == 1 or seen < 0.3:
                    score[i] -= 10 + int(cost * 41)
                serial[i][kind] += 1
                due[i][kind] = month + 1 + wait(gap, chances[i][kind])
            if score[i] < 900:
                listed[i] = True
            if listed[i]:
                income[i] = max(income[i] * np.float32(0.98), base[i] * np.float32(0.5))
                if income[i] > np.float32(0.8) and luck(i, month, Block.ATTEMPT, 0) < 0.1:
                    listed[i], score[i] = False, 950
        money = sum(int(x * np.float32(2**24)) for x in income)
        monthly.append((sum(score), sum(listed), money))
    return monthly, (score, listed, income)


@pytest.mark.slow
def test_ours_has_the_bits_of_the_obvious_loop(module: Any) -> None:
    ours = module("ours")
    people, _ = ours.build(6000, 7)  # one whole tile and a part of one
    sums = np.zeros((60, 3), np.int64)
    ours.run_tiles(people, ours.new_room(60), sums, 7)
    monthly, (score, listed, income) = obvious(people.honesty, people.base, 60, 7)
    assert sums.tolist() == [list(x) for x in monthly]
    assert people.score.tolist() == score
    assert people.listed.tolist() == listed
    assert people.income.tolist() == income
    assert sums[:, 1].max() > 10  # people were listed,
    assert (np.diff(sums[:, 1]) < 0).any()  # and some came off again


@pytest.mark.slow
def test_ours_keeps_its_lead_over_numpy(module: Any) -> None:
    """Guard against lost vector code by a ratio within one run; 16 here, 11 with AVX2 alone.

    Processor time, the best of several in turn: what else the machine does hits both.
    """
    ours, plain = module("ours"), module("on_numpy")

    def seconds(build: Any, run: Any) -> float:
        model = build(200_000, 1)
        start = time.process_time()
        run(model)
        return time.process_time() - start

    seconds(ours.build, ours.run)
    pairs = [(seconds(plain.Society, plain.run), seconds(ours.build, ours.run)) for _ in range(5)]
    theirs, mine = (min(x) for x in zip(*pairs, strict=True))
    assert theirs / mine > 4


def last_month(run: Any, score: float, share: float, income: float) -> Any:
    peer = run.Peer("Mesa", "on_mesa.py", 100_000)
    peer.rates, peer.builds, peer.size = [1e6], [1.0], [100.0]
    peer.last = [[score, share, income]]
    peer.check(peer.people)
    return peer


@pytest.mark.parametrize(
    ("statistics", "named"),
    [
        ((989.38, 0.00418, 1.1318), ""),
        ((989.38, 0.00518, 1.1318), "listed by +4.8"),
        ((989.00, 0.00418, 1.1318), "score by -4.9"),
        ((989.38, 0.00418, 1.1400), "income by +4.3"),
        ((math.nan, 0.00418, 1.1318), "score by +nan"),
    ],
)
def test_a_time_counts_only_with_the_published_statistics(
    module: Any, statistics: tuple[float, float, float], named: str
) -> None:
    trouble = last_month(module("run"), *statistics).trouble
    assert named in trouble
    assert bool(trouble) == bool(named)


def test_an_environment_that_cannot_be_made_is_reported_by_name(
    module: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = module("run")

    def fails(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "ERROR: No matching distribution\n")

    monkeypatch.setattr(run, "BENCH", tmp_path)
    monkeypatch.setattr(run.subprocess, "run", fails)
    monkeypatch.setattr(run, "peers", lambda people: [run.Peer("Mesa", "on_mesa.py", 1000)])
    lines = run.table(run.measure(None, 1), 1).splitlines()
    assert "Mesa" in lines[-1]
    assert "missing, no environment: ERROR: No matching distribution" in lines[-1]


def test_every_pinned_package_has_one_version(module: Any) -> None:
    for peer in module("run").peers(None):
        if peer.own:
            assert peer.title.startswith(f"{peer.name} ")
            assert all("==" in x for x in peer.requirements.read_text("utf-8").split())
