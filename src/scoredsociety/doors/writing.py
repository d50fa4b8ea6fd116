"""A folder is written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from scoredsociety.study import StudyError


def free_target(out: str | Path | None, what: str) -> Path | None:
    """Return the folder to write, if one is asked for and nothing holds its place.

    Raises
    ------
    StudyError
        If it exists.
    """
    target = None if out is None else Path(out)
    if target is not None and (target.exists() or target.is_symlink()):
        raise StudyError(
            f"{target} exists already, and {what} never overwrites one. "
            "Choose another folder with --out, or remove it first"
        )
    return target


def write_whole(target: Path, write: Callable[[Path], object]) -> None:
    """Let a folder be written beside its place and move it there when it is complete.

    Parameters
    ----------
    target : Path
        Must not exist.
    write : callable
        Writes into the empty folder that it is given.

    Raises
    ------
    StudyError
        If nothing can be written there; nothing half-written is left.
    """
    unfinished: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        name = f".{target.name[:80]}.partial-"
        unfinished = Path(tempfile.mkdtemp(prefix=name, dir=target.parent))
        unfinished.chmod(0o755)
        write(unfinished)
        unfinished.replace(target)
    except OSError as error:
        raise StudyError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)
