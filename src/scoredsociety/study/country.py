"""A country: one society of any size, of which only sums and a stated sample leave memory."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from scoredsociety.engine import RunData, run_organisations
from scoredsociety.engine.country import Land, Sums
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Society, load_marginals
from scoredsociety.society.people import TILE
from scoredsociety.study.blocks import BLOCKS, run_pass
from scoredsociety.study.country_tables import country_tables, read_country_tables
from scoredsociety.study.errors import StudyError
from scoredsociety.study.passes import FULL, Passes, named_shares, settle
from scoredsociety.study.run import (
    Engine,
    Progress,
    check_size,
    engine_of,
    make_engine,
    make_manifest,
    run_replicate,
)
from scoredsociety.study.store import (
    OWN,
    Writer,
    changed,
    digest,
    dump,
    load_run,
    own_mark,
    verify_run,
)
from scoredsociety.study.tables import write_tables

MANIFEST = "manifest.json"
HEADLINE = "country.json"
SAMPLE = "sample"
Headline = Callable[[Mapping[str, Any], Mapping[str, pa.Table]], dict[str, Any]]
"""Works the headline numbers out from a manifest and the tables of a country."""


@dataclass(frozen=True)
class Country:
    """A finished country.

    Attributes
    ----------
    manifest : mapping
        All that determines it, the passes it took and the hash of every file.
    headline : mapping
        What is told first, in numbers of persons, entries and refusals of the whole country.
    tables : dict of pyarrow.Table
        See :func:`scoredsociety.study.country_tables.country_tables`.
    sample : RunData or None
        The first tiles as an ordinary run with its ledger, if a sample was asked for.
    path : Path or None
    seconds : tuple of float or None
        By the clock and of all cores together, of the call that made it. In no file.
    """

    manifest: Mapping[str, Any]
    headline: Mapping[str, Any]
    tables: dict[str, pa.Table]
    sample: RunData | None
    path: Path | None = None
    seconds: tuple[float, float] | None = None


@dataclass(frozen=True)
class Plan:
    """A country to be made: its manifest, and what runs it."""

    manifest: dict[str, Any]
    engine: Engine

    @property
    def land(self) -> Land:
        """What every tile depends on."""
        m = self.manifest
        compiled, tables = self.engine.compiled, self.engine.tables
        return Land(compiled, tables, m["people"], m["months"], m["seed"])

    @property
    def mark(self) -> str:
        """A mark of all that determines the country."""
        return hashlib.sha256(dump(self.manifest).encode()).hexdigest()


def plan_country(
    regime: str | Path | ResolvedRegime,
    *,
    safeguards: Sequence[str | Path] = (),
    calibrations: Mapping[str, str] | None = None,
    marginals: str | Path = "china-2018",
    people: int = 1_400_000_000,
    months: int = 120,
    seed: int = 1,
    sample: int = 1_000_000,
    aware_reference: tuple[float, float] | None = None,
    majorants: Mapping[str, float] | None = None,
) -> Plan:
    """Return what there is to make, and refuse what cannot be made.

    Raises
    ------
    SchemeError, EngineError, StudyError
    """
    check_size(people, months, seed, 1)
    if sample < 0:
        raise StudyError(f"sample: {sample} is not allowed. Allowed: 0 (none) or more people")
    if not isinstance(regime, ResolvedRegime):
        regime = resolve(regime, safeguards, calibrations or {})
    source = load_marginals(marginals)
    engine = make_engine(regime, Society(source, 1), aware_reference, majorants)
    manifest = make_manifest(
        regime, source, engine.compiled, people=people, months=months, seed=seed, replicates=1
    )
    kept = min(people, -(-sample // TILE) * TILE)
    return Plan(manifest | {"format": 1, "country": True, "sample": kept}, engine)


def plan_of(manifest: Mapping[str, Any]) -> Plan:
    """Return the plan that a manifest describes."""
    return Plan(dict(manifest), engine_of(manifest))


def make_country(
    plan: Plan,
    headline: Headline,
    *,
    out: str | Path | None = None,
    threads: int | None = None,
    blocks: int = BLOCKS,
    passes: int = FULL,
    progress: Progress | None = None,
) -> Country:
    """Run a country until its passes settle, and write it.

    Parameters
    ----------
    plan : Plan
    headline : callable
        Works out what is told first.
    out : str or Path, optional
        Folder to write; it must not exist. Whoever was interrupted goes on from there.
    threads, blocks : int, optional
        Change no result.
    passes : int
        Passes over all tiles at most.
    progress : Progress, optional

    Raises
    ------
    EngineError, StudyError
        If it cannot be made or written, or its passes do not settle.
    """
    if passes < 1:
        raise StudyError(f"passes: {passes} is not allowed. Allowed: a whole number from 1")
    if out is None:
        with tempfile.TemporaryDirectory() as folder:
            settings: dict[str, Any] = {"threads": threads, "blocks": blocks, "passes": passes}
            made = make_country(
                plan, headline, out=Path(folder) / "x", progress=progress, **settings
            )
            sample = replace(made.sample, path=None) if made.sample else None
            return replace(made, sample=sample, path=None)
    target = Path(out)
    begun = time.perf_counter(), time.process_time()
    partial = target.parent / f".{target.name}.{plan.mark[:12]}.partial"
    if target.exists() or target.is_symlink():
        raise StudyError(
            f"{target} exists already, and a country never overwrites one. "
            "Choose another folder with --out, or remove it first"
        )
    label, land = plan.manifest["label"], plan.land

    def one_pass(shares: Any, folder: Path, number: int) -> Sums:  # noqa: ANN401
        if progress:
            again = f", pass {number}" if number > 1 else ""
            progress.start(f"{label}{again}", land.people * land.months)
        settings: dict[str, Any] = {"threads": threads, "blocks": blocks, "progress": progress}
        return run_pass(land, land.tiles, shares, folder, **settings)

    try:
        partial.mkdir(parents=True, exist_ok=True)
        sums, settled = settle(land, partial, one_pass, passes)
        write_country(plan, sums, settled, headline, partial / "whole", threads)
        (partial / "whole").replace(target)
    except OSError as error:
        raise cannot_write(target, partial, error) from error
    shutil.rmtree(partial, ignore_errors=True)
    made = load_country(target)
    spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
    return replace(made, seconds=spent)


def cannot_write(target: Path, partial: Path, error: OSError) -> StudyError:
    """Return what to tell when a disk is full, or a folder is none of ours."""
    finished = len(list(partial.glob("**/*.npz"))) if partial.is_dir() else 0
    kept = f" {finished} finished block(s) are kept; the same command goes on from there"
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        reason = f"{error.filename} is a file, not a folder"
    else:
        reason = error.strerror or str(error)
    return StudyError(f"{target} cannot be written: {reason}.{kept if finished else ''}")


def write_country(
    plan: Plan, sums: Sums, passes: Passes, headline: Headline, folder: Path, threads: int | None
) -> None:
    """Write the folder of a country whose passes have settled.

    Raises
    ------
    OSError
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    land, manifest = plan.land, plan.manifest
    result = land.result(sums)
    engine = plan.engine
    cities = engine.tables.cities, engine.tables.pilot_cities
    firms = run_organisations(engine.regime, land.months, land.seed, 0, *cities)
    result.organisations.update(firms)
    tables = country_tables(land, sums, result, manifest)
    write_tables(folder, tables)
    shares = named_shares(land, passes.shares)
    manifest = manifest | {
        "passes": {"early": passes.early, "full": passes.full},
        "shares": shares,
        "caps": [result.caps],
    }
    told = headline(manifest, tables)
    (folder / HEADLINE).write_text(dump(told), "utf-8")
    if manifest["sample"]:
        _write_sample(plan, manifest, folder / SAMPLE, threads)
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    manifest["files"] = {p.relative_to(folder).as_posix(): digest(p) for p in files}
    manifest[OWN] = own_mark(manifest)
    (folder / MANIFEST).write_text(dump(manifest), "utf-8")


def _write_sample(
    plan: Plan, manifest: Mapping[str, Any], folder: Path, threads: int | None
) -> None:
    """Run the first tiles once more, with their ledger, under the country's shares."""
    kept = manifest["sample"]
    mine = plan.manifest | {"format": 2, "people": kept}
    del mine["country"], mine["sample"]
    mine["sample_of"] = {
        "people": manifest["people"],
        "tiles": [0, -(-kept // TILE)],
        "note": "the first tiles of a country; which people are in them is a matter of luck only",
    }
    if manifest["shares"] is not None:
        mine["shares"] = manifest["shares"]
    writer = Writer(folder, mine)
    result, _ = run_replicate(plan.engine, mine, 0, threads=threads)
    writer.write(0, result)
    writer.finish({})


def read_country_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a country's folder.

    Raises
    ------
    StudyError
        If there is none, or it is not one.
    """
    file = folder / MANIFEST
    try:
        manifest = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StudyError(
            f"{folder} is not the folder of a country: {MANIFEST} is missing or broken"
        ) from error
    if not isinstance(manifest, dict) or not manifest.get("country") or manifest["format"] != 1:
        raise StudyError(f"{file} has a format that this version cannot read")
    return manifest


def verify_country(path: str | Path, *, again: bool = False) -> list[str]:
    """Check a country's folder against its manifest; with ``again``, simulate its sample anew.

    Returns
    -------
    list of str
        What is wrong, a line each; empty if nothing is.
    """
    folder = Path(path)
    manifest = read_country_manifest(folder)
    wrong = changed(folder, manifest, MANIFEST)
    if again and manifest["sample"] and not wrong:
        wrong += verify_run(folder / SAMPLE, again=True)
    return wrong


def load_country(path: str | Path) -> Country:
    """Read a finished country.

    Parameters
    ----------
    path : str or Path
        Its folder.

    Raises
    ------
    StudyError
        If the folder is not a country, or a file of it was changed since.
    """
    folder = Path(path)
    manifest = read_country_manifest(folder)
    if wrong := changed(folder, manifest, MANIFEST):
        more = f" (and {len(wrong) - 1} more)" if wrong[1:] else ""
        raise StudyError(
            f"{folder} is damaged: {wrong[0]}{more}, so that nothing of it is counted. "
            "`scoredsociety verify` names every file"
        )
    headline = json.loads((folder / HEADLINE).read_text("utf-8"))
    sample = load_run(folder / SAMPLE) if manifest["sample"] else None
    return Country(manifest, headline, read_country_tables(folder), sample, folder)
