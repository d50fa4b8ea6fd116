"""The folder of a checkpoint: what a branch goes on from, and the manifest that alone it fits.

A checkpoint is the engine's own state and holds no generator and no attribute of a person. It goes
on only with the manifest beside it, which has the hash of every file and of itself. What is read
is not trusted: hashes, format, version, the type and size of every array, then every position.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from scoredsociety.engine.carried import State
from scoredsociety.engine.checkpoint import Checkpoint, shaped
from scoredsociety.engine.run import empty_tally
from scoredsociety.engine.sound import fault
from scoredsociety.engine.state import Tally
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import Engine, check_size, engine_of
from scoredsociety.study.store import OWN, digest, dump, own_mark

NAME = "checkpoint.json"
FORMAT = 1
_ERA = (1980, 1, 1, 0, 0, 0)
_DEFLATED = 1100
"""No array is packed into less than this part of its size: what says so is refused unread."""


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of all replicates of a run.

    Attributes
    ----------
    folder : Path
    at : int
        The month that is over.
    run : dict
        Manifest of the run that made them.
    files : dict
        Hash of each file by name.
    """

    folder: Path
    at: int
    run: dict[str, Any]
    files: dict[str, str]

    @property
    def label(self) -> str:
        """Name of the regime before the policy date."""
        return str(self.run["label"])

    def load(self, replicate: int, engine: Engine) -> Checkpoint:
        """Read and check one replicate.

        Raises
        ------
        StudyError
            If it was changed, or is not what the manifest says.
        """
        name = _file(replicate)
        path = self.folder / name
        try:
            if digest(path) != self.files.get(name):
                raise _damaged(self.folder, f"{name} was changed after it was written")
            return _read(path, self.run, self.at, replicate, engine)
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            raise _damaged(self.folder, f"{name}: {said or 'it cannot be read'}") from error


def write_checkpoints(
    folder: Path, at: int, run: Mapping[str, Any], made: Iterator[Checkpoint]
) -> Checkpoints:
    """Write the checkpoints of a run, one at a time; the manifest comes last.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    at : int
        The month that is over.
    run : mapping
        Manifest of the run that makes them.
    made : iterator of Checkpoint
        By replicate.

    Raises
    ------
    StudyError
        If nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = {}
        for checkpoint in made:
            name = _file(checkpoint.replicate)
            _write(folder / name, checkpoint)
            files[name] = digest(folder / name)
        manifest = {
            "format": FORMAT,
            "simulated": "the state of the engine at a policy date: it holds nobody real, and "
            "goes on only with the run below",
            "at": at,
            "run": dict(run),
            "files": files,
        }
        manifest[OWN] = own_mark(manifest)
        (folder / NAME).write_text(dump(manifest), "utf-8")
    except OSError as error:
        raise StudyError(f"{folder} cannot be written: {error.strerror or error}") from error
    return Checkpoints(folder, at, dict(run), files)


def checkpoint_folder(path: str | Path) -> Path | None:
    """Return the folder of checkpoints that a path names, itself or inside it; None: none."""
    named = Path(path)
    return next((p for p in (named, named / "checkpoint") if (p / NAME).is_file()), None)


def read_checkpoints(folder: Path) -> Checkpoints:
    """Read the manifest of a folder of checkpoints.

    Raises
    ------
    StudyError
        If it is damaged, or another version made it.
    """
    import scoredsociety

    try:
        manifest = json.loads((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(folder, f"{NAME} is missing or broken") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _damaged(folder, f"{NAME} has a format that this version cannot read")
    try:
        if manifest[OWN] != own_mark(manifest):
            raise _damaged(folder, f"{NAME} was changed after it was written")
        at, run, files = manifest["at"], manifest["run"], manifest["files"]
        sizes = [run[key] for key in ("people", "months", "seed", "replicates")]
        whole = all(type(number) is int for number in (at, *sizes)) and isinstance(files, dict)
        made_by = run["versions"]["scoredsociety"]
        str(run["label"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder, f"{NAME} lacks what a checkpoint must say") from error
    if not whole or not 1 <= at < sizes[1]:
        raise _damaged(folder, f"{NAME} has a number that is not allowed")
    check_size(*sizes)
    if made_by != scoredsociety.__version__:
        raise StudyError(
            f"{folder} was made by version {str(made_by)[:20]} and this is "
            f"{scoredsociety.__version__}: a checkpoint goes on only in the version that made it. "
            "Branch from the regime again, with --at"
        )
    return Checkpoints(folder, at, run, files)


def past_engine(checkpoints: Checkpoints) -> Engine:
    """Compile the regime that made some checkpoints.

    Raises
    ------
    StudyError
        If the manifest does not hold one.
    """
    from scoredsociety.engine import EngineError

    try:
        return engine_of(checkpoints.run)
    except (KeyError, TypeError, ValueError, AttributeError, EngineError) as error:
        raise _damaged(checkpoints.folder, f"{NAME} holds no sound run") from error


def _file(replicate: int) -> str:
    return f"r{replicate:03d}.npz"


def _damaged(folder: Path, what: str) -> StudyError:
    return StudyError(
        f"{folder} is damaged: {what}, so that nothing goes on from it. Branch from the regime "
        "again, with --at, or fetch the folder from where it was whole"
    )


def _write(path: Path, checkpoint: Checkpoint) -> None:
    arrays = {**checkpoint.state._asdict()}
    arrays |= {f"tally-{name}": value for name, value in checkpoint.tally._asdict().items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", _ERA)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as stream:
                npy.write_array(stream, array, version=(1, 0), allow_pickle=False)


def _read(
    path: Path, run: Mapping[str, Any], at: int, replicate: int, engine: Engine
) -> Checkpoint:
    """Read one replicate, or raise ValueError or KeyError with what is wrong."""
    people, months, compiled = run["people"], run["months"], engine.compiled
    wanted = {
        name: (like.dtype, like.shape)
        for name, like in shaped(compiled.program, people, months, at)._asdict().items()
    }
    with zipfile.ZipFile(path) as archive:
        count = int(_array(archive, "rows", *wanted["rows"])[-1])
        for name in ("ledger", "links"):
            wanted[name] = (wanted[name][0], (max(count, 0),))
        state = State(**{name: _array(archive, name, *like) for name, like in wanted.items()})
        sums = empty_tally(compiled, months)._asdict()
        tally = Tally(
            **{n: _array(archive, f"tally-{n}", x.dtype, x.shape) for n, x in sums.items()}
        )
    if wrong := fault(state, compiled.program, at, months):
        raise ValueError(f"its {wrong} cannot be")
    return Checkpoint(at, months, people, run["seed"], replicate, state, tally)


def _array(
    archive: zipfile.ZipFile, name: str, dtype: np.dtype[Any], shape: tuple[int, ...]
) -> NDArray[Any]:
    """Read an array that must have this type and shape; before that nothing is made of its size."""
    entry = archive.getinfo(f"{name}.npy")
    room = math.prod(shape) * dtype.itemsize
    if not room <= entry.file_size <= room + 65536:
        raise ValueError(f"{name} has another size")
    if entry.file_size > _DEFLATED * entry.compress_size:
        raise ValueError(f"{name} is packed as no checkpoint is")
    with archive.open(entry) as stream:
        if npy.read_magic(stream) != (1, 0):
            raise ValueError(f"{name} has another format")
        said, fortran, kind = npy.read_array_header_1_0(stream)
        if said != shape or kind != dtype or (fortran and len(shape) > 1):
            raise ValueError(f"{name} has another type or shape")
        data = stream.read(room + 1)
    if len(data) != room:
        raise ValueError(f"{name} has another size")
    return np.frombuffer(data, dtype).reshape(shape).copy()
