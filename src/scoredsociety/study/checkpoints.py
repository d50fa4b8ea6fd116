"""The folder of a checkpoint: what a branch goes on from, without a person in it.

The state of a society at a policy date is a function of the regime, the marginals, the seed and the
size. So the manifest that determines it is kept, and the SHA-256 of the state of each society: the
past is made again, must come to that, and no file can bring anybody in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import Engine, check_size, engine_of
from scoredsociety.study.store import OWN, dump, own_mark

NAME = "checkpoint.json"
FORMAT = 2


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
    states : list of str
        SHA-256 of each society's state at the end of that month, by replicate.
    """

    folder: Path
    at: int
    run: dict[str, Any]
    states: list[str]

    def unfit(self, replicate: int) -> StudyError:
        """Return why nothing goes on from a society that came to another state."""
        return StudyError(
            f"{self.folder} does not fit: society {replicate} came to another state at the end of "
            f"month {self.at} than when the folder was written. Either it was changed, or packages "
            "of other versions compute here. Branch from the regime again, with --at"
        )


def write_checkpoints(folder: Path, at: int, run: Mapping[str, Any], states: Sequence[str]) -> None:
    """Write the folder of a checkpoint.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    at : int
        The month that is over.
    run : mapping
        Manifest of the run that made it.
    states : sequence of str
        By replicate.

    Raises
    ------
    StudyError
        If nothing can be written there.
    """
    manifest = {
        "format": FORMAT,
        "simulated": "what determines simulated societies at a policy date: it holds nobody",
        "at": at,
        "run": dict(run),
        "states": list(states),
    }
    manifest[OWN] = own_mark(manifest)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NAME).write_text(dump(manifest), "utf-8")
    except OSError as error:
        raise StudyError(f"{folder} cannot be written: {error.strerror or error}") from error


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
        at, run, states = manifest["at"], manifest["run"], manifest["states"]
        sizes = [run[key] for key in ("people", "months", "seed", "replicates")]
        whole = all(type(number) is int for number in (at, *sizes))
        whole = whole and isinstance(states, list) and len(states) == sizes[3]
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
    return Checkpoints(folder, at, run, states)


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


def _damaged(folder: Path, what: str) -> StudyError:
    return StudyError(
        f"{folder} is damaged: {what}, so that nothing goes on from it. Branch from the regime "
        "again, with --at, or fetch the folder from where it was whole"
    )
