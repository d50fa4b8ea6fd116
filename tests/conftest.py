"""What every room's tests may use: the command line in this process, and one finished run."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

SMALL = ("--people", "2000", "--months", "6", "--replicates", "2")
"""A run that takes a moment."""


class Answer(NamedTuple):
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


class Cli(Protocol):
    """Runs a command of ``scoredsociety``."""

    def __call__(self, *arguments: str | Path) -> Answer:
        """Run it with these arguments."""


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run commands in this process."""
    from scoredsociety.cli import main

    def call(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(a) for a in arguments])
        code = left.value.code
        printed = capsys.readouterr()
        return Answer(code if isinstance(code, int) else int(code is not None), *printed)

    return call


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small run of ``fragmented-2018``; not to be changed."""
    from scoredsociety import simulate

    folder = tmp_path_factory.mktemp("finished") / "run"
    simulate("fragmented-2018", people=2000, months=6, replicates=2, out=folder)
    return folder


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small comparison with and without notice; not to be changed."""
    from scoredsociety import compare

    folder = tmp_path_factory.mktemp("compared") / "both"
    guard = ["notice"]
    compare("fragmented-2018", safeguards=guard, out=folder, people=2000, months=6, replicates=2)
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
