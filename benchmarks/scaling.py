"""How the engine's cost grows, and how far it is from the floor: ``python benchmarks/scaling.py``.

By size from ten thousand people to a hundred million, with a second thread, with schemes, rules,
ties, events, months and replicates; beside the least that the same draws and the same state must
cost. Every growth is a ratio to a run of its own kind in the same round. ``--largest`` leaves out
the large sizes. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.arithmetic import log, power
from scoredsociety.base.jit import kernel
from scoredsociety.base.streams import words_of_many
from scoredsociety.engine import compile_regime
from scoredsociety.engine.chains import draw_candidates
from scoredsociety.engine.compile import Compiled
from scoredsociety.engine.country import Counter, Land
from scoredsociety.engine.program import LAYERS
from scoredsociety.engine.run import Worker
from scoredsociety.engine.state import PERSON, STANDING
from scoredsociety.engine.tile import open_tile
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Society
from scoredsociety.society.people import TILE
from scoredsociety.study.blocks import run_pass

BENCH = Path(__file__).parents[1] / ".bench"
MONTHS = 120
SIZES = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
REGIMES = ("fragmented-2018", "panopticon")
ROUNDS = 5
SOCIETY = Society.make(people=1)
Edit = Callable[[dict[str, Any]], None]
Floats = NDArray[np.float64]


def compiled(regime: ResolvedRegime) -> Compiled:
    """Compile a regime for the shipped marginals."""
    household = SOCIETY.marginals.households.value
    return compile_regime(regime, SOCIETY.tables.median_income, household=household)


def edited(edit: Edit, regime: str = "fragmented-2018") -> Compiled:
    """Compile a shipped regime after a change to its plain form."""
    data = copy.deepcopy(resolve(regime).model_dump(mode="json"))
    edit(data)
    return compiled(ResolvedRegime.model_validate(data))


def seconds(
    what: Compiled, people: int = 100_000, months: int = MONTHS, replicate: int = 0
) -> float:
    """Return the core-seconds of one society on one thread: tables and counts on, nothing kept."""
    land = Land(what, SOCIETY.kernel_tables, people, months, 1, replicate)
    counter, shares = Counter(land), land.all_handled()
    start = time.process_time()
    counter.run(land.tiles, shares)
    return time.process_time() - start


def by_size(largest: int) -> dict[str, dict[int, float]]:
    """Return million person-months a core-second by regime and size."""
    out: dict[str, dict[int, float]] = {}
    for name in REGIMES:
        what = compiled(resolve(name))
        seconds(what, TILE)
        out[name] = {}
        for people in (size for size in SIZES if size <= largest):
            rounds = ROUNDS if people <= 1_000_000 else 1
            took = statistics.median(seconds(what, people) for _ in range(rounds))
            out[name][people] = people * MONTHS / took / 1e6
    return out


def building(regime: str, tiles: int = 50) -> float:
    """Return the core-seconds that a million people take until month 1, ties and rates included."""
    what = compiled(resolve(regime))
    worker = Worker(what, MONTHS)
    took = []
    for tile in range(tiles):
        start = time.process_time()
        open_tile(
            worker.scratch, worker.rooms, worker.tally, what.program, SOCIETY.kernel_tables,
            TILE, MONTHS, 1, 0, tile,
        )  # fmt: skip
        took.append(time.process_time() - start)
    return statistics.median(took) / TILE * 1e6


def second_thread(people: int = 2_000_000) -> float:
    """Return how many times as fast two threads are, by the clock."""
    import tempfile

    land = Land(compiled(resolve(REGIMES[0])), SOCIETY.kernel_tables, people, MONTHS, 1)

    def wall(threads: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            run_pass(land, land.tiles, land.all_handled(), Path(folder), threads=threads)
            return time.perf_counter() - start

    return statistics.median(wall(1) / wall(2) for _ in range(3))


def ratio(changed: Compiled, plain: Compiled, **more: int) -> float:
    """Return the cost of one regime beside another, in turn; ``more`` holds for the first only."""
    seconds(changed, TILE)
    return statistics.median(seconds(changed, **more) / seconds(plain) for _ in range(ROUNDS))


def growth() -> list[tuple[str, float, float]]:
    """Return (what grows, by what factor, the cost's factor)."""
    plain = edited(lambda _: None)
    seconds(plain, TILE)
    out: list[tuple[str, float, float]] = []

    def parameter(name: str, factor: float) -> Edit:
        def edit(data: dict[str, Any]) -> None:
            data["world"]["parameters"][name]["value"] *= factor

        return edit

    def events(factor: float) -> Edit:
        def edit(data: dict[str, Any]) -> None:
            for conduct in data["world"]["conducts"].values():
                conduct["monthly"]["value"] *= factor

        return edit

    def unused(data: dict[str, Any]) -> None:
        """Give every scheme a rule for something that nobody ever does."""
        known = data["world"]["conducts"]["contract-breach"]
        data["world"]["conducts"]["unheard-of"] = {
            **copy.deepcopy(known),
            "monthly": {"value": 0.0, "confidence": "assumed"},
        }
        rules = data["schemes"]["rongcheng-points"]["rules"]
        rules.append({**copy.deepcopy(rules[0]), "conduct": "unheard-of"})

    out.append(("a rule that nobody triggers", 1.0, ratio(edited(unused), plain)))
    for factor in (0.5, 2.0):
        out.append(("friends", factor, ratio(edited(parameter("friends_mean", factor)), plain)))
        out.append(("events of every kind", factor, ratio(edited(events(factor)), plain)))
    for factor in (0.5, 2.0, 4.0):
        months = int(MONTHS * factor)
        out.append(("months", factor, ratio(plain, plain, months=months)))
    out.append(("people", 10.0, ratio(plain, plain, people=1_000_000)))
    every = sum(seconds(plain, replicate=r) for r in range(8))
    out.append(("replicates", 8.0, every / seconds(plain)))
    base = len(plain.schemes)
    for name in ("none", "bureau", "joint-2020", "panopticon", "dystopia", "everything"):
        other = compiled(resolve(name))
        out.append((f"schemes ({name})", len(other.schemes) / base, ratio(other, plain)))
    return out


@kernel
def _logs(out: Floats, x: Floats) -> None:
    for i in range(x.shape[0]):
        out[i] = log(x[i])


@kernel
def _powers(out: Floats, x: Floats) -> None:
    for i in range(x.shape[0]):
        out[i] = power(x[i], -0.3)


def floors(regime: str, rate: float) -> dict[str, float]:
    """Return what the draws alone would cost, and the state alone, as shares of the real cost.

    Arithmetic: the blocks of random words, logarithms and powers that the kernel needs for a
    tile, each at the speed of the same code in a loop of its own. Memory: one reading and writing
    of the lines of everybody and of all their standings, once a tile and not once a month, at the
    speed at which NumPy copies.
    """
    what = compiled(resolve(regime))
    worker = Worker(what, MONTHS)
    scratch, rooms, tally, p = worker.scratch, worker.rooms, worker.tally, what.program
    shares = np.ones((len(what.channels), MONTHS))
    open_tile(scratch, rooms, tally, p, SOCIETY.kernel_tables, TILE, MONTHS, 1, 0, 0)
    draw_candidates(scratch, rooms, tally, p, shares, TILE, 1, MONTHS, 1, 0, 0)
    adult = np.asarray(scratch.persons["adult_from"]) <= MONTHS
    points, blocks = 0.0, 0.0
    for c, conduct in enumerate(p.conducts):
        layers = int(conduct["layers"]) if conduct["drawn"] > 0 else 0
        blocks += TILE * -(-layers // 4)
        per_month = float((scratch.rate[c] * conduct["drawn"] * adult).sum())
        points += per_month * LAYERS[layers] * MONTHS

    def nanoseconds(call: Callable[[], None], each: int) -> float:
        call()
        times = []
        for _ in range(200):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        return statistics.median(times) / each * 1e9

    lanes, x = np.zeros((4, TILE), np.uint32), np.random.default_rng(1).random(TILE) + 0.01
    block = nanoseconds(lambda: words_of_many(lanes, 1, 0, 7, 3, 16), TILE)
    one_log = nanoseconds(lambda: _logs(x.copy(), x), TILE)
    one_power = nanoseconds(lambda: _powers(x.copy(), x), TILE)
    arithmetic = blocks * block + points * (block + one_log + one_power)
    big = np.zeros(1 << 27, np.uint8)
    copied = nanoseconds(lambda: np.copyto(big[: 1 << 26], big[1 << 26 :]), 1 << 26)
    memory = TILE * (PERSON.itemsize + len(what.schemes) * STANDING.itemsize) * copied
    tile = TILE * MONTHS / rate * 1e3
    return {
        "points a person-month": points / TILE / MONTHS,
        "arithmetic": arithmetic / tile,
        "memory": memory / tile,
    }


def draw(sizes: dict[str, dict[int, float]], peers: dict[str, float], target: Path) -> None:
    """Draw speed by size, and the peers on their own workload, as one SVG picture."""
    import altair as alt
    import vl_convert as vlc

    speed = [
        {"regime": name, "people": n, "rate": rate}
        for name, by in sizes.items()
        for n, rate in by.items()
    ]
    log_scale = alt.Scale(type="log")

    def decades(title: str, low: int, high: int) -> alt.Axis:
        ticks = [10.0**k for k in range(low, high + 1)]
        return alt.Axis(title=title, values=ticks, format="~s")

    rate_title = "million person-months a core-second"
    left = (
        alt.Chart({"values": speed}, width=300, height=220, title="Our regimes, by size")
        .mark_line(point=True)
        .encode(
            alt.X("people:Q", scale=log_scale, axis=decades("people", 4, 9)),
            alt.Y("rate:Q", scale=alt.Scale(zero=True), title=rate_title),
            alt.Color("regime:N", legend=alt.Legend(orient="bottom", title=None)),
        )
    )
    table = [{"name": name, "rate": rate} for name, rate in peers.items()]
    right = (
        alt.Chart({"values": table}, width=300, height=220, title="The peers' workload")
        .mark_point(filled=True, size=80)
        .encode(
            alt.X("rate:Q", scale=log_scale, axis=decades(rate_title, 0, 4)),
            alt.Y("name:N", sort="-x", title=None),
        )
    )
    chart = (left | right) if peers else left
    target.write_text(vlc.vegalite_to_svg(chart.to_json()), encoding="utf-8", newline="\n")


def main() -> None:
    """Measure, print, and draw if asked."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="largest number of people")
    parser.add_argument("--chart", type=Path, help="SVG file to draw")
    asked = parser.parse_args()
    sizes = by_size(asked.largest)
    print("million person-months a core-second, monthly tables and ledger counts on")
    for name, by in sizes.items():
        print(f"  {name}: " + ", ".join(f"{n:,}: {rate:.0f}" for n, rate in by.items()), flush=True)
    for name, by in sizes.items():
        known = floors(name, by[100_000])
        print(f"  {name}: a million people are made in {building(name):.2f} s")
        print(
            f"  {name}: {known['points a person-month']:.3f} points a person-month; of the cost "
            f"the arithmetic floor is {known['arithmetic']:.2f}, the memory floor "
            f"{known['memory']:.2f}"
        )
    print(f"two threads are {second_thread():.2f} times as fast as one (wall)", flush=True)
    print("cost of fragmented-2018, 100,000 people, 120 months, when this grows")
    grown = growth()
    for name, factor, cost in grown:
        print(f"  {name} times {factor:.2g}: cost times {cost:.2f}", flush=True)
    BENCH.mkdir(exist_ok=True)
    out = {"sizes": sizes, "growth": grown}
    (BENCH / "scaling.json").write_text(json.dumps(out, indent=1) + "\n", "utf-8")
    if asked.chart:
        stored = BENCH / "peers.json"
        found = json.loads(stored.read_text("utf-8")) if stored.is_file() else {}
        rows = found["sizes"][0] if found else []
        peers = {row["name"]: row["rate"] / 1e6 for row in rows if row["rate"]}
        draw(sizes, peers, asked.chart)


if __name__ == "__main__":
    main()
