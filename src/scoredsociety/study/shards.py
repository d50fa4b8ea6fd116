"""A country in pieces: each range of tiles is a file of sums, and merging adds them up.

A shard is a function of the manifest, its range of tiles, and the shares that channels handle. All
shards of one folder must agree in the first and the last.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scoredsociety.engine.country import nothing
from scoredsociety.society.people import TILE
from scoredsociety.study.blocks import (
    BLOCKS,
    add_sums,
    read_meta,
    read_sums,
    run_pass,
    write_sums,
    write_whole,
)
from scoredsociety.study.country_folder import (
    Country,
    Headline,
    cannot_write,
    free,
    load_country,
    write_country,
)
from scoredsociety.study.country_plan import Plan, plan_of
from scoredsociety.study.errors import StudyError
from scoredsociety.study.passes import FULL, Passes, after, begin, unsettled
from scoredsociety.study.run import Progress

SHARES = "shares.json"
"""Where a folder of shards keeps the shares of a further pass."""


def shard_file(folder: Path, number: int, of: int) -> Path:
    """Return the file of a shard."""
    return folder / f"shard-{number}-of-{of}.npz"


def make_shard(
    plan: Plan,
    folder: Path,
    number: int,
    of: int,
    asked: Mapping[str, Any],
    *,
    threads: int | None = None,
    blocks: int = BLOCKS,
    progress: Progress | None = None,
) -> Path:
    """Run the tiles of one shard and write their sums.

    Parameters
    ----------
    plan : Plan
    folder : Path
        Of all shards.
    number, of : int
        Which shard, from 1, of how many.
    asked : mapping
        What the user asked for, to name the command of a missing shard.
    threads, blocks : int, optional
        Change no result.
    progress : Progress, optional

    Returns
    -------
    Path
        The shard's file; it is left as it is where it is there already.

    Raises
    ------
    StudyError
        If there is no such shard, the folder holds those of another country, or the disk is full.
    """
    land = plan.land
    if not 1 <= of <= len(land.tiles) or not 1 <= number <= of:
        raise StudyError(
            f"shard {number}/{of} is not allowed. Allowed: i/n with i from 1 to n, and n up to "
            f"the {len(land.tiles):,} tiles of {land.people:,} people"
        )
    target = shard_file(folder, number, of)
    partial = folder / f".{target.stem}.{plan.attempt}.partial"
    tiles = land.tiles[len(land.tiles) * (number - 1) // of : len(land.tiles) * number // of]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        passes = _shares(folder, plan.mark) or begin(land)
        meta = {
            "mark": plan.mark,
            "manifest": plan.manifest,
            "passes": passes.plain(),
            "asked": dict(asked),
            "shard": [number, of],
        }
        known = read_meta(target)
        if known is not None and known.get("mark") != plan.mark:
            raise StudyError(
                f"{target} belongs to another country. Choose another folder with --out, or "
                "remove it first"
            )
        if known is not None and known["passes"] == meta["passes"]:
            return target
        if progress:
            people = min(tiles.stop * TILE, land.people) - tiles.start * TILE
            label = f"{plan.manifest['label']}, shard {number} of {of}"
            progress.start(label, people * land.months)
        sums = run_pass(
            land, tiles, passes.shares, partial / f"pass-{passes.full + 1:03d}",
            threads=threads, blocks=blocks, progress=progress,
        )  # fmt: skip
        write_sums(target, sums, meta)
    except OSError as error:
        raise cannot_write(target, partial, error) from error
    shutil.rmtree(partial, ignore_errors=True)
    return target


def merge_shards(
    folder: Path,
    headline: Headline,
    *,
    out: str | Path | None = None,
    threads: int | None = None,
    most: int = FULL,
) -> Country:
    """Add up the shards of a folder and write the country.

    Parameters
    ----------
    folder : Path
        Of the shards.
    headline : callable
        Works out what is told first.
    out : str or Path, optional
        Folder to write; by default ``country`` in the folder of the shards.
    threads : int, optional
    most : int
        Passes over all tiles at most.

    Raises
    ------
    StudyError
        If shards are missing or do not belong together, or another pass is needed.
    """
    target = Path(out) if out is not None else folder / "country"
    free(target)
    metas = _metas(folder)
    first = next(iter(metas.values()))
    _same(metas)
    of = first["shard"][1]
    plan = plan_of(first["manifest"])
    land = plan.land
    passes = _shares(folder, plan.mark) or Passes.of(first["passes"])
    have = {m["shard"][0] for m in metas.values() if m["passes"] == passes.plain()}
    total = nothing(land)
    for number in sorted(have):
        part = read_sums(shard_file(folder, number, of))
        if part is None:
            have.discard(number)
        else:
            add_sums(total, part)
    if missing := sorted(set(range(1, of + 1)) - have):
        raise StudyError(
            f"{folder}: {len(missing)} of {of} shards are missing"
            + (f" of pass {passes.full + 1}" if passes.full else "")
            + ". Make them with\n"
            + "\n".join(f"  {command(first['asked'], folder, n, of)}" for n in missing)
        )
    following, settled = after(land, passes, total)
    partial = target.parent / f".{target.name}.{plan.attempt}.partial"
    try:
        if not settled:
            if following.full >= most:
                raise unsettled(land, following, most)
            note = json.dumps({"mark": plan.mark, "passes": following.plain()})
            write_whole(folder / SHARES, note.encode())
            raise StudyError(
                f"a channel cannot handle its load, and pass {following.full + 1} over all tiles "
                f"is needed: the shares to use stand in {folder / SHARES}. Run again\n"
                + "\n".join(f"  {command(first['asked'], folder, n, of)}" for n in range(1, of + 1))
                + f"\nand then\n  scoredsociety merge {shlex.quote(str(folder))}"
            )
        write_country(plan, total, following, headline, partial, threads)
        partial.replace(target)
    except OSError as error:
        raise cannot_write(target, partial, error) from error
    return load_country(target)


def command(asked: Mapping[str, Any], folder: Path, number: int, of: int) -> str:
    """Return the command that makes a shard."""
    words = ["scoredsociety", "country", asked["regime"]]
    for key, value in asked.items():
        if key == "safeguards":
            words += [w for name in value for w in ("--safeguard", str(name))]
        elif key == "calibrations":
            words += [w for s, c in (value or {}).items() for w in ("--calibration", f"{s}={c}")]
        elif key != "regime":
            words += [f"--{key}", str(value)]
    return shlex.join([*words, "--out", str(folder), "--shard", f"{number}/{of}"])


def _shares(folder: Path, mark: str) -> Passes | None:
    """Return the shares of a further pass, if a merge found that one is needed."""
    file = folder / SHARES
    if not file.is_file():
        return None
    try:
        known = json.loads(file.read_text("utf-8"))
        passes, whose = Passes.of(known["passes"]), known["mark"]
    except (ValueError, KeyError, TypeError) as error:
        raise StudyError(f"{file} is broken: remove it and all shards, and begin again") from error
    if whose != mark:
        raise StudyError(
            f"{file} belongs to another country. Choose another folder with --out, or remove it "
            "first"
        )
    return passes


def _metas(folder: Path) -> dict[Path, dict[str, Any]]:
    files = [p for p in sorted(folder.glob("*.npz")) if re.fullmatch(r"shard-\d+-of-\d+", p.stem)]
    found = {path: read_meta(path) for path in files}
    whole = {path: meta for path, meta in found.items() if meta and "mark" in meta}
    if not whole:
        raise StudyError(
            f"{folder} holds no shard. `scoredsociety country REGIME --out {folder} --shard 1/4` "
            "makes one"
        )
    return whole


def _same(metas: Mapping[Path, Mapping[str, Any]]) -> None:
    """Refuse shards of different countries or cuts."""
    one, first = next(iter(metas.items()))
    for path, meta in metas.items():
        if meta["mark"] != first["mark"]:
            keys = [k for k, v in meta["manifest"].items() if first["manifest"].get(k) != v]
            raise StudyError(
                f"{path} and {one} belong to different countries: they differ in "
                f"{', '.join(keys) or 'their settings'}. Remove those that do not belong"
            )
        if meta["shard"][1] != first["shard"][1]:
            raise StudyError(
                f"{path} is one of {meta['shard'][1]} shards and {one} one of "
                f"{first['shard'][1]}. Remove those that do not belong"
            )
