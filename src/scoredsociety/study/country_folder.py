"""The folder of a country: tables, a headline, a sample with its ledger, and a manifest of all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from scoredsociety.engine import RunData, run_organisations
from scoredsociety.engine.country import Sums
from scoredsociety.society.people import TILE
from scoredsociety.study.country_plan import Plan
from scoredsociety.study.country_tables import country_tables, read_country_tables
from scoredsociety.study.errors import StudyError
from scoredsociety.study.passes import Passes, named_shares
from scoredsociety.study.run import run_replicate
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


def free(target: Path) -> None:
    """Refuse a folder whose place is taken.

    Raises
    ------
    StudyError
    """
    if target.exists() or target.is_symlink():
        raise StudyError(
            f"{target} exists already, and a country never overwrites one. "
            "Choose another folder with --out, or remove it first"
        )


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
