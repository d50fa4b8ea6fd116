"""A folder is written whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from scoredsociety.engine import RunData
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


def write_on(
    target: Path, mark: str, simulate: Callable[[Path], list[RunData]]
) -> tuple[RunData, ...]:
    """Let runs be written beside their place, going on from what a killed attempt left.

    Parameters
    ----------
    target : Path
        Must not exist.
    mark : str
        Of all that determines the runs, to tell whose unfinished folder it is.
    simulate : callable
        Writes the runs into the folder that it is given.

    Returns
    -------
    tuple of RunData
        The runs, where they stand in the end.

    Raises
    ------
    StudyError
        If nothing can be written there.
    """
    unfinished = target.parent / f".{target.name}.{mark}.partial"
    try:
        runs = simulate(unfinished)
        unfinished.replace(target)
    except KeyboardInterrupt:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    except StudyError as error:
        with contextlib.suppress(OSError):  # only if nothing in it is finished
            unfinished.rmdir()
        raise StudyError(str(error).replace(str(unfinished), str(target))) from error
    except OSError as error:
        raise StudyError(f"{target} cannot be written: {error.strerror or error}") from error
    return tuple(replace(r, path=target / r.path.name if r.path else None) for r in runs)
