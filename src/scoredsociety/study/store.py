"""The folder of a run: written beside its place and moved there when it is complete.

While a run is made, its finished replicates stand in a hidden folder next to the target. A run
that was killed finds them there and goes on; the finished folder has the same bytes either way.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scoredsociety.base.jit import source_stamp
from scoredsociety.engine import RunData, SocietyResult
from scoredsociety.study.errors import StudyError

MANIFEST = "run.json"
OWN = "sha256"
"""Where a manifest keeps the hash of the rest of itself."""
_DONE = "done.json"


def dump(data: object) -> str:
    """Return JSON text; keys keep their order: that of conducts and grades has a meaning."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def own_mark(manifest: Mapping[str, Any]) -> str:
    """Return the hash of a manifest, of all of it but the place where this hash stands."""
    rest = {key: value for key, value in manifest.items() if key != OWN}
    return hashlib.sha256(dump(rest).encode()).hexdigest()


class Writer:
    """Writes one run, replicate by replicate.

    Parameters
    ----------
    target : Path
        Folder of the finished run; must not exist.
    manifest : mapping
        All that determines the run. Its hash and that of the kernels name the partial folder, so
        that only the same run goes on from it.

    Raises
    ------
    StudyError
        If the target exists or nothing can be written there.
    """

    def __init__(self, target: Path, manifest: Mapping[str, Any]) -> None:
        self.target = target
        self.manifest = dict(manifest)
        request = dump(self.manifest) + source_stamp()
        mark = hashlib.sha256(request.encode()).hexdigest()[:12]
        self.partial = target.parent / f".{target.name}.{mark}.partial"
        if target.exists():
            raise StudyError(
                f"{target} exists already, and a run never overwrites one. "
                "Choose another folder with --out, or remove it first"
            )
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self.partial.mkdir(exist_ok=True)
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> StudyError:
        finished = len(list(self.partial.glob(f"r*/{_DONE}"))) if self.partial.exists() else 0
        kept = (
            f" {finished} finished replicate(s) are kept; the same command goes on from there"
            if finished
            else ""
        )
        if isinstance(error, (FileExistsError, NotADirectoryError)):
            reason = f"{error.filename} is a file, not a folder"
        else:
            reason = error.strerror or str(error)
        return StudyError(f"{self.target} cannot be written: {reason}.{kept}")

    def folder(self, replicate: int) -> Path:
        """Return the folder of a replicate while the run is being made."""
        return self.partial / f"r{replicate:03d}"

    def finished(self, replicate: int) -> SocietyResult | None:
        """Return a replicate that an earlier, interrupted attempt finished."""
        from scoredsociety.study.tables import read_tables

        folder = self.folder(replicate)
        done = folder / _DONE
        if not done.is_file():
            return None
        try:
            known = json.loads(done.read_text("utf-8"))
            if any(digest(folder / name) != value for name, value in known["files"].items()):
                return None
            return read_tables(folder, self.manifest, known["caps"])
        except (OSError, ValueError, KeyError):
            return None

    def write(self, replicate: int, result: SocietyResult) -> None:
        """Write one replicate; it counts as finished only when all its files are there."""
        from scoredsociety.study.tables import to_tables, write_tables

        folder = self.folder(replicate)
        try:
            if folder.exists():
                shutil.rmtree(folder)
            folder.mkdir()
            write_tables(folder, to_tables(result, self.manifest))
            files = {p.name: digest(p) for p in sorted(folder.glob("*.parquet"))}
            (folder / _DONE).write_text(dump({"files": files, "caps": result.caps}), "utf-8")
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise self._failure(error) from error

    def finish(self, extra: Mapping[str, Any]) -> dict[str, Any]:
        """Write the manifest, with the hash of every file, and move the folder to its place."""
        try:
            files: dict[str, str] = {}
            caps: list[Any] = []
            for done in sorted(self.partial.glob(f"r*/{_DONE}")):
                known = json.loads(done.read_text("utf-8"))
                files |= {
                    f"{done.parent.name}/{name}": value for name, value in known["files"].items()
                }
                caps.append(known["caps"])
            manifest = self.manifest | dict(extra) | {"files": files, "caps": caps}
            manifest[OWN] = own_mark(manifest)
            (self.partial / MANIFEST).write_text(dump(manifest), "utf-8")
            for done in self.partial.glob(f"r*/{_DONE}"):
                done.unlink()
            self.partial.rename(self.target)
        except OSError as error:
            raise self._failure(error) from error
        return manifest

    def discard(self) -> None:
        """Remove what was written so far (Ctrl-C leaves a complete folder or none)."""
        shutil.rmtree(self.partial, ignore_errors=True)


def read_manifest(path: Path) -> dict[str, Any]:
    """Read the manifest of a run's folder.

    Raises
    ------
    StudyError
        If there is none, or it is not one.
    """
    file = path / MANIFEST
    try:
        manifest = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StudyError(
            f"{path} is not the folder of a run: {MANIFEST} is missing or broken"
        ) from error
    if not isinstance(manifest, dict) or manifest.get("format") != 2:
        raise StudyError(f"{file} has a format that this version cannot read")
    return manifest


def load_run(path: str | Path) -> RunData:
    """Read a finished run.

    Parameters
    ----------
    path : str or Path
        Its folder.

    Returns
    -------
    RunData

    Raises
    ------
    StudyError
        If the folder is not a run, a file of it was changed since the run wrote it, or one cannot
        be read.
    """
    from scoredsociety.study.tables import read_tables

    folder = Path(path)
    manifest = read_manifest(folder)
    if wrong := changed(folder, manifest):
        more = f" (and {len(wrong) - 1} more)" if wrong[1:] else ""
        raise StudyError(
            f"{folder} is damaged: {wrong[0]}{more}, so that nothing of it is counted. "
            "`scoredsociety verify` names every file; simulate the run again, or fetch its folder "
            "from where it was whole"
        )
    try:
        replicates = [
            read_tables(folder / f"r{r:03d}", manifest, manifest["caps"][r])
            for r in range(manifest["replicates"])
        ]
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise StudyError(
            f"{folder} is damaged: {error}. `scoredsociety verify` says where"
        ) from error
    return RunData(manifest, replicates, folder)


def changed(folder: Path, manifest: Mapping[str, Any], name_of: str = MANIFEST) -> list[str]:
    """Hold every file of a run against its hash, and the manifest against its own.

    Who changes a file and works out all hashes again is not found out here, only by simulating
    again.

    Returns
    -------
    list of str
        What is wrong, a line each.
    """
    if OWN not in manifest:
        return [f"{name_of} has no hash of itself: it was made by an earlier version, or changed"]
    try:
        sound = manifest[OWN] == own_mark(manifest) and isinstance(manifest["files"], dict)
    except (ValueError, KeyError):  # NaN is no number of ours
        sound = False
    if not sound:
        return [f"{name_of} was changed after the run"]
    wrong = []
    for name, known in manifest["files"].items():
        file = folder / name
        if not file.is_file():
            wrong.append(f"{name} is missing")
        elif digest(file) != known:
            wrong.append(f"{name} was changed after the run")
    have = {p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet")}
    wrong += [
        f"{name} does not belong to the run" for name in sorted(have - set(manifest["files"]))
    ]
    return wrong


def verify_run(path: str | Path, *, again: bool = False) -> list[str]:
    """Check a run's folder against its manifest, offline.

    Parameters
    ----------
    path : str or Path
        The folder.
    again : bool
        Also simulate the first replicate again and compare its files byte by byte.

    Returns
    -------
    list of str
        What is wrong, a line each; empty if nothing is.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    wrong = changed(folder, manifest)
    if again and not wrong:
        wrong += _simulate_again(manifest)
    return wrong


def _simulate_again(manifest: Mapping[str, Any]) -> list[str]:
    import tempfile

    from scoredsociety.study.run import engine_of, run_replicate
    from scoredsociety.study.tables import to_tables, write_tables

    made_with = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    result, _ = run_replicate(engine_of(manifest), manifest, 0)
    with tempfile.TemporaryDirectory() as name:
        write_tables(Path(name), to_tables(result, manifest))
        return [
            f"r000/{p.name} differs from a new simulation; versions of the run: {made_with}"
            for p in sorted(Path(name).glob("*.parquet"))
            if digest(p) != manifest["files"][f"r000/{p.name}"]
        ]
