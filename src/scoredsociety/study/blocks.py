"""A pass over a country's tiles, block by block: each finished block is on disk, and sums add up.

A block's file is written beside its place and moved there, so that a file that can be read is
whole. Who begins again takes what is there and runs the rest: sums of whole numbers do not know
in what order, or by whom, they were made.
"""

from __future__ import annotations

import io
import json
import os
import threading
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.engine.country import Counter, Land, Sums, nothing
from scoredsociety.society.people import TILE
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import Progress

BLOCKS = 128
"""Blocks into which a range of tiles is cut, if that leaves each enough to do."""
SMALLEST = 8
"""Tiles of a block at least."""
_META = "meta"


def blocks_of(tiles: range, blocks: int = BLOCKS) -> list[range]:
    """Cut a range of tiles into at most so many blocks."""
    size = max(SMALLEST, -(-len(tiles) // blocks))
    return [tiles[start : start + size] for start in range(0, len(tiles), size)]


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there: it is whole or it is not there."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with unfinished.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def write_sums(
    path: Path, sums: Mapping[str, NDArray[np.int64]], meta: Mapping[str, Any] | None = None
) -> None:
    """Write sums, as narrow as they are and without their zeros where these are many.

    Raises
    ------
    OSError
        If the disk is full; nothing is left then.
    """
    out = {_META: np.frombuffer(json.dumps(meta or {}).encode(), np.uint8)}
    for name, array in sums.items():
        flat = array.reshape(-1)
        at = np.flatnonzero(flat)
        if 2 * len(at) < len(flat):
            out[f"{name}@"] = _narrow(at)
            flat = flat[at]
        out[name] = _narrow(flat)
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **out)
    write_whole(path, stream.getvalue())


def _narrow(values: NDArray[np.int64]) -> NDArray[Any]:
    low, high = values.min(initial=0), values.max(initial=0)
    kinds = (np.int8, np.int16, np.int32)
    fits = (k for k in kinds if np.iinfo(k).min <= low and high <= np.iinfo(k).max)
    return values.astype(next(fits, np.int64))


def read_meta(path: Path) -> dict[str, Any] | None:
    """Return what was written beside sums, or None if the file cannot be read."""
    stored = _read(path, lambda name: name == _META)
    try:
        return None if stored is None else dict(json.loads(stored[_META].tobytes()))
    except (KeyError, ValueError):
        return None


def read_sums(path: Path) -> dict[str, NDArray[Any]] | None:
    """Return the arrays of a file of sums as they were written, or None if it is not whole."""
    return _read(path, lambda name: name != _META)


def _read(path: Path, wanted: Callable[[str], bool]) -> dict[str, NDArray[Any]] | None:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files if wanted(name)}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def add_sums(total: Sums, part: Mapping[str, NDArray[Any]]) -> None:
    """Add what :func:`read_sums` returned to sums."""
    for name, array in total.items():
        flat = array.reshape(-1)
        if f"{name}@" in part:
            flat[part[f"{name}@"]] += part[name]
        else:
            flat += part[name]


def run_pass(
    land: Land,
    tiles: range,
    shares: NDArray[np.float64],
    folder: Path,
    *,
    threads: int | None = None,
    blocks: int = BLOCKS,
    progress: Progress | None = None,
) -> Sums:
    """Run tiles once and return their sums.

    Parameters
    ----------
    land : Land
    tiles : range
    shares : float64 array, shape (K, months)
        Of its acts that each channel can handle.
    folder : Path
        Of the blocks' files; those that it holds are taken as they are.
    threads : int, optional
        Default: the processors of the machine. Changes no result.
    blocks : int
        Changes no result.
    progress : Progress, optional

    Raises
    ------
    OSError
        If a block cannot be written. Those that are finished stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    todo = blocks_of(tiles, blocks)
    files = {block: folder / f"{block.start:07d}-{block.stop:07d}.npz" for block in todo}
    waiting = iter(todo)
    lock, stop = threading.Lock(), threading.Event()
    advance = progress.advance if progress else lambda _: None

    def work() -> None:
        counter: Counter | None = None
        while not stop.is_set():
            with lock:
                block = next(waiting, None)
            if block is None:
                return
            if read_sums(files[block]) is not None:
                people = min(block.stop * TILE, land.people) - block.start * TILE
                advance(people * land.months)
                continue
            counter = counter or Counter(land)
            sums = counter.run(block, shares, advance, stop.is_set)
            if sums is not None:
                write_sums(files[block], sums)

    count = max(1, min(threads or os.cpu_count() or 1, len(todo)))
    with ThreadPoolExecutor(count) as pool:
        tasks = [pool.submit(work) for _ in range(count)]
        try:
            for task in tasks:
                task.result()
        except BaseException:
            stop.set()
            raise
    total = nothing(land)
    for block in todo:
        part = read_sums(files[block])
        if part is None:
            raise StudyError(f"{files[block]} was whole and is not: run the same command again")
        add_sums(total, part)
    return total
