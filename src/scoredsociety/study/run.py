"""Runs and comparisons: replicates of a regime, in memory or in a folder."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

import scoredsociety
from scoredsociety.engine import (
    Compiled,
    RunData,
    SocietyResult,
    compile_regime,
    run_on,
    run_organisations,
    run_past,
    run_society,
)
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Marginals, Society, load_marginals
from scoredsociety.society.people import PeopleTables
from scoredsociety.study.devices import lanes_of
from scoredsociety.study.errors import StudyError
from scoredsociety.study.store import Writer

if TYPE_CHECKING:
    from scoredsociety.engine import Checkpoint
    from scoredsociety.engine.lanes import Lanes

LARGEST = 2_000_000_000
MONTHS = 600
_SECONDS_A_PERSON_MONTH = 2.5e-8
_BYTES_A_PERSON = 64


class Progress(Protocol):
    """What a progress display offers."""

    def start(self, label: str, person_months: int) -> None:
        """Begin a run of so many person-months."""

    def advance(self, person_months: int) -> None:
        """Note that so many person-months are finished."""


@dataclass(frozen=True)
class Engine:
    """A compiled regime with its marginals, ready to run.

    ``past`` is the engine of the regime that held until the end of month ``at``; None: there was
    no other.
    """

    regime: ResolvedRegime
    compiled: Compiled
    tables: PeopleTables
    past: Engine | None = None
    at: int = 0


def versions() -> dict[str, str]:
    """Return the versions that results depend on."""
    import llvmlite
    import numba
    import pyarrow as pa

    return {
        "scoredsociety": scoredsociety.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "llvmlite": llvmlite.__version__,
        "pyarrow": pa.__version__,
    }


def check_size(people: int, months: int, seed: int, replicates: int) -> None:
    """Refuse sizes that make no sense or would never end.

    Raises
    ------
    StudyError
        With what is allowed and, for a size too large, what it would need.
    """
    if people < 1:
        raise StudyError(
            f"people: {people} is not allowed. Allowed: a whole number from 1 to {LARGEST:,}"
        )
    if people > LARGEST:
        hours = people * months * replicates * _SECONDS_A_PERSON_MONTH / 3600
        raise StudyError(
            f"people: {people:,} is more than the {LARGEST:,} that can be simulated. "
            f"It would need about {people * _BYTES_A_PERSON / 2**30:,.0f} GiB of memory "
            f"and {hours:,.0f} hours of one core"
        )
    if not 1 <= months <= MONTHS:
        raise StudyError(
            f"months: {months} is not allowed. Allowed: a whole number from 1 to {MONTHS}"
        )
    if not 0 <= seed < 2**32:
        raise StudyError(
            f"seed: {seed} is not allowed. Allowed: a whole number from 0 to {2**32 - 1}"
        )
    if not 1 <= replicates <= 999:
        raise StudyError(
            f"replicates: {replicates} is not allowed. Allowed: a whole number from 1 to 999"
        )


def make_manifest(
    regime: ResolvedRegime,
    marginals: Marginals,
    compiled: Compiled,
    *,
    people: int,
    months: int,
    seed: int,
    replicates: int,
) -> dict[str, Any]:
    """Return all that determines a run, as plain data."""
    label = regime.title + "".join(f" + {name}" for name in regime.safeguards)
    return {
        "format": 2,
        "simulated": "every person is invented: a function of the marginals, the seed and an index",
        "label": label,
        "regime": regime.model_dump(mode="json"),
        "schemes": list(compiled.schemes),
        "conducts": list(compiled.conducts),
        "channels": list(compiled.channels),
        "people": people,
        "months": months,
        "seed": seed,
        "replicates": replicates,
        "adults_nationwide": marginals.adults.value,
        "marginals": marginals.model_dump(mode="json"),
        "majorants": compiled.majorants,
        "aware_reference": list(compiled.aware_reference),
        "versions": versions(),
    }


def engine_of(manifest: Mapping[str, Any]) -> Engine:
    """Return the engine that a manifest describes."""
    marginals = Marginals.model_validate(manifest["marginals"])
    regime = ResolvedRegime.model_validate(manifest["regime"])
    society = Society(marginals, 1)
    inside, outside = manifest["aware_reference"]
    majorants = {name: known["highest"] for name, known in manifest["majorants"].items()}
    branch = manifest.get("branch")
    if branch is None:
        return make_engine(regime, society, (inside, outside), majorants)
    past = engine_of({**manifest, **branch["before"], "branch": None})
    return make_engine(regime, society, (inside, outside), majorants, past, branch["at"])


def make_engine(
    regime: ResolvedRegime,
    society: Society,
    aware_reference: tuple[float, float] | None,
    majorants: Mapping[str, float] | None,
    past: Engine | None = None,
    at: int = 0,
) -> Engine:
    """Compile a regime for a society, with the engine that held until the end of month ``at``."""
    compiled = compile_regime(
        regime,
        society.tables.median_income,
        aware_reference,
        majorants,
        household=society.marginals.households.value,
        also=[name.partition(":")[2] for name in past.compiled.codes.values()] if past else (),
    )
    return Engine(regime, compiled, society.kernel_tables, past, at)


def run_replicate(
    engine: Engine,
    manifest: Mapping[str, Any],
    replicate: int,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    tiles: range | None = None,
    snapshot: bool = False,
    checkpoint: Checkpoint | None = None,
    device: Lanes | None = None,
) -> tuple[SocietyResult, int]:
    """Simulate one replicate of a manifest; return it and the number of passes.

    A branch goes on from ``checkpoint``, or from its past, simulated again, on the processors.
    """
    advance = progress.advance if progress else None
    months, seed, people = manifest["months"], manifest["seed"], manifest["people"]
    if engine.past is None:
        result, passes = run_society(
            engine.compiled,
            engine.tables,
            people=people,
            months=months,
            seed=seed,
            replicate=replicate,
            threads=threads,
            progress=advance,
            keep=tiles,
            snapshot=snapshot,
            shares=_shares_in(engine, manifest),
            device=device,
        )
    else:
        checkpoint = checkpoint or run_past(
            engine.past.compiled,
            engine.tables,
            people=people,
            months=months,
            until=engine.at,
            seed=seed,
            replicate=replicate,
            threads=threads,
            progress=advance,
        )
        result, passes = run_on(
            engine.compiled,
            engine.tables,
            checkpoint,
            engine.past.compiled,
            threads=threads,
            progress=advance,
            keep=tiles,
            snapshot=snapshot,
        )
    before = (engine.past.regime, engine.at) if engine.past else None
    cities = (engine.tables.cities, engine.tables.pilot_cities)
    result.organisations.update(
        run_organisations(engine.regime, months, seed, replicate, *cities, before=before)
    )
    return result, passes


def _shares_in(engine: Engine, manifest: Mapping[str, Any]) -> NDArray[np.float64] | None:
    """Return the shares that channels handle in the country of which a run is a sample."""
    if "shares" not in manifest:
        return None
    out = np.ones((len(engine.compiled.channels), manifest["months"]))
    for name, units in manifest["shares"].items():
        out[engine.compiled.channels.index(name)] = np.asarray(units) / 65536.0
    return out


def simulate(
    regime: str | Path | ResolvedRegime = "fragmented-2018",
    *,
    safeguards: Sequence[str | Path] = (),
    calibrations: Mapping[str, str] | None = None,
    marginals: str | Path | Marginals = "china-2018",
    people: int = 100_000,
    months: int = 120,
    seed: int = 1,
    replicates: int = 8,
    out: str | Path | None = None,
    threads: int | None = None,
    device: str = "cpu",
    aware_reference: tuple[float, float] | None = None,
    majorants: Mapping[str, float] | None = None,
    progress: Progress | None = None,
    snapshot: bool = False,
) -> RunData:
    """Let a regime act on synthetic societies, month by month.

    Parameters
    ----------
    regime : str, Path or ResolvedRegime
        A name of the catalogue, a YAML file (of a regime, or of one scheme), or a regime.
    safeguards : sequence of str or Path
        Patches to apply, all together.
    calibrations : mapping of str to str, optional
        Scheme to the letter of one of its calibrations.
    marginals : str, Path or Marginals
        What the society is made from.
    people, months : int
        Size and length.
    seed : int
        The luck. Runs with the same seed have the same people with the same luck.
    replicates : int
        Societies, each with luck of its own.
    out : str or Path, optional
        Folder to write; it must not exist. An interrupted run with the same settings goes on.
    threads : int, optional
        Default: the processors of the machine. Changes no result.
    device : str
        ``cpu``, or ``gpu``: a CUDA device, which must be there (``scoredsociety[gpu]``).
    aware_reference : (float, float), optional
        Aware shares by which people are grouped in the results; default those of the regime.
    majorants : mapping of str to float, optional
        Multiples of the base rates that the candidates cover at least, by conduct; set by a
        comparison, so that its arms share one set. Changes no result.
    progress : Progress, optional
        A display.
    snapshot : bool
        Also keep, in memory, what everybody bears and knows at the end, as a survey needs it.
        Replicates read back from an interrupted run have none.

    Returns
    -------
    RunData

    Raises
    ------
    SchemeError
        If a file breaks the language; every mistake is named.
    EngineError, StudyError
        If the run cannot be made or written.

    Examples
    --------
    >>> run = simulate("fragmented-2018", people=4000, months=12, replicates=2)
    >>> len(run.replicates)
    2
    """
    check_size(people, months, seed, replicates)
    lanes = lanes_of(device)
    if isinstance(regime, ResolvedRegime):
        if safeguards or calibrations:
            raise StudyError(
                "safeguards and calibrations apply to a regime by name, not to a resolved one"
            )
        resolved = regime
    else:
        resolved = resolve(regime, safeguards, calibrations or {})
    source = marginals if isinstance(marginals, Marginals) else load_marginals(marginals)
    society = Society(source, people)
    engine = make_engine(resolved, society, aware_reference, majorants)
    manifest = make_manifest(
        resolved,
        source,
        engine.compiled,
        people=people,
        months=months,
        seed=seed,
        replicates=replicates,
    )
    if progress:
        progress.start(manifest["label"], people * months * replicates)

    def one(replicate: int) -> SocietyResult:
        return run_replicate(
            engine, manifest, replicate, threads=threads, progress=progress, snapshot=snapshot,
            device=lanes,
        )[0]  # fmt: skip

    return carry_out(manifest, one, out=out, progress=progress)


class Making:
    """A run that is made replicate by replicate, in memory or in a folder.

    What an earlier, interrupted attempt finished in the folder is taken from there.

    Parameters
    ----------
    manifest : dict
        All that determines the run.
    out : str or Path, optional
        Folder to write.
    """

    def __init__(self, manifest: dict[str, Any], out: str | Path | None) -> None:
        self._manifest, self._out = manifest, Path(out) if out is not None else None
        self._writer = Writer(self._out, manifest) if self._out is not None else None
        self._results: list[SocietyResult] = []

    def stands(self, replicate: int) -> bool:
        """Tell whether the next replicate is there already, and take it."""
        done = self._writer.finished(replicate) if self._writer else None
        if done is not None:
            self._results.append(done)
        return done is not None

    def take(self, replicate: int, result: SocietyResult) -> None:
        """Keep the next replicate."""
        if self._writer:
            self._writer.write(replicate, result)
        self._results.append(result)

    def finish(self) -> RunData:
        """Return the run; its folder gets its name."""
        manifest = self._writer.finish({}) if self._writer else self._manifest
        return RunData(manifest, self._results, self._out)

    def discard(self) -> None:
        """Leave nothing behind (Ctrl-C)."""
        if self._writer:
            self._writer.discard()


def carry_out(
    manifest: dict[str, Any],
    one: Callable[[int], SocietyResult],
    *,
    out: str | Path | None,
    progress: Progress | None,
) -> RunData:
    """Simulate and write the replicates of a manifest that an earlier attempt has not finished.

    Parameters
    ----------
    manifest : dict
        All that determines the run.
    one : callable
        Simulates one replicate.
    out : str or Path, optional
        Folder to write.
    progress : Progress, optional
        Told of replicates that are there already.
    """
    making = Making(manifest, out)
    try:
        for replicate in range(manifest["replicates"]):
            if not making.stands(replicate):
                making.take(replicate, one(replicate))
            elif progress:
                progress.advance(manifest["people"] * manifest["months"])
        return making.finish()
    except KeyboardInterrupt:
        making.discard()
        raise


def without_schemes(run: RunData, *, threads: int | None = None) -> RunData:
    """Simulate the same people with the same luck under no scheme at all.

    The counterfactual of deterrence: the world of ``run`` (as its safeguards left it) without its
    schemes and memoranda.

    Parameters
    ----------
    run : RunData
        Only its manifest is used.
    threads : int, optional

    Returns
    -------
    RunData
        In memory, with as many replicates.
    """
    manifest = dict(run.manifest)
    regime = ResolvedRegime.model_validate(manifest["regime"])
    bare = regime.bare()
    manifest |= {"regime": bare.model_dump(mode="json"), "label": bare.title, "schemes": []}
    manifest.pop("shares", None)  # without schemes the load is another
    manifest.pop("branch", None)
    return again(manifest, threads=threads)


def again(
    manifest: Mapping[str, Any], *, threads: int | None = None, snapshot: bool = False
) -> RunData:
    """Simulate what a manifest describes, in memory."""
    engine = engine_of(manifest)
    results = [
        run_replicate(engine, manifest, replicate, threads=threads, snapshot=snapshot)[0]
        for replicate in range(manifest["replicates"])
    ]
    return RunData(manifest, results)


def replay_life(run: RunData, index: int, replicate: int = 0) -> tuple[dict[str, Any], Any]:
    """Simulate one synthetic person's tile again and return that person's biography.

    Parameters
    ----------
    run : RunData
        Only its manifest is used.
    index : int
        Of a person of the run.
    replicate : int

    Returns
    -------
    dict
        Attributes of the synthetic person.
    structured array
        The ledger rows about the person, in order of time.

    Raises
    ------
    StudyError
        If the run has no such person or replicate.
    """
    from scoredsociety.society.people import TILE

    manifest = run.manifest
    if not 0 <= index < manifest["people"]:
        raise StudyError(f"index: {index} is not allowed. Allowed: 0 to {manifest['people'] - 1}")
    if not 0 <= replicate < manifest["replicates"]:
        raise StudyError(
            f"replicate: {replicate} is not allowed. Allowed: 0 to {manifest['replicates'] - 1}"
        )
    tile = index // TILE
    result, _ = run_replicate(engine_of(manifest), manifest, replicate, tiles=range(tile, tile + 1))
    people = Society(
        Marginals.model_validate(manifest["marginals"]),
        manifest["people"],
        manifest["seed"],
        replicate,
    ).tile(tile)
    i = index % TILE
    person = {
        "age": int(people.age[i]),
        "income": float(people.income[i]),
        "profile": int(people.profile[i]),
    }
    return person, result.ledger[result.ledger["subject"] == index]
