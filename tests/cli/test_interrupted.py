"""A run that is killed goes on, one that is stopped leaves nothing, a full disk loses nothing."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from scoredsociety.cli import main
from scoredsociety.engine import run_society
from tests.conftest import SMALL, bytes_of

SIZE = ("--people", "2000", "--months", "12", "--replicates", "8")
RUN = ("run", "fragmented-2018", *SIZE)
COUNTRY = ("country", "fragmented-2018", "--people", "400000", "--months", "12", "--sample", "5000")
COMPARE = ("compare", "fragmented-2018", "--safeguard", "notice", *SIZE)
# A shell may have told its children to ignore Ctrl-C; a person's terminal does not.
BEGIN = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from scoredsociety.cli import main; main()"
)


def begin(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BEGIN, *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def interrupt(folder: Path, sign: str, number: int, *arguments: str) -> tuple[int, str]:
    """Begin a command, send a signal once a file like ``sign`` is there, return code and stderr."""
    with begin(folder, *arguments) as child:
        end = time.monotonic() + 120
        while not any(folder.glob(sign)):
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < end
            time.sleep(0.002)
        child.send_signal(number)
        _, err = child.communicate(timeout=60)
        return child.returncode, err


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of the run or the comparison as it is when nothing happens, made once."""
    folder = tmp_path_factory.mktemp("whole")

    def made(name: str) -> Path:
        if not (folder / name).exists():
            command = {"run": RUN, "compare": COMPARE, "country": COUNTRY}[name]
            with pytest.raises(SystemExit) as left:
                main([*command, "--out", str(folder / name)])
            assert not left.value.code
        return folder / name

    return made


CASES: list[Any] = [
    ("run", RUN, ".x.*.partial/r001/done.json"),
    pytest.param(
        ("compare", COMPARE, ".x.*.partial/.0-*.partial/r001/done.json"), marks=pytest.mark.slow
    ),
    pytest.param(("compare", COMPARE, ".x.*.partial/0-*/run.json"), marks=pytest.mark.slow),
]


BLOCK = ".x.*.partial/pass-001/*.npz"
A_COUNTRY = pytest.param(("country", COUNTRY, BLOCK), marks=pytest.mark.slow)


@pytest.mark.parametrize(
    "case", [*CASES, A_COUNTRY], ids=lambda c: f"{c[0]} at {c[2].rpartition('/')[2]}"
)
def test_killed_and_begun_again_it_has_the_same_bytes(case, whole, cli, tmp_path, monkeypatch):
    name, command, sign = case
    code, _ = interrupt(tmp_path, sign, signal.SIGKILL, *command, "--out", "x")
    assert code == -signal.SIGKILL
    assert not (tmp_path / "x").exists()
    kept = {p: p.stat().st_mtime_ns for p in tmp_path.glob(sign)}
    assert kept
    monkeypatch.chdir(tmp_path)
    assert cli(*command, "--out", "x").code == 0
    assert bytes_of(tmp_path / "x") == bytes_of(whole(name))
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]} at {c[2].rpartition('/')[2]}")
def test_stopped_by_ctrl_c_it_leaves_nothing(case, tmp_path):
    _, command, sign = case
    code, err = interrupt(tmp_path, sign, signal.SIGINT, *command, "--out", "x")
    assert code == 130
    told = [x for x in err.splitlines() if not x.startswith(("Simulating", "Compiling"))]
    assert told == ["Stopped. What was finished stays; nothing half-made is left."]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_country_stopped_by_ctrl_c_goes_on_from_its_blocks(whole, cli, tmp_path, monkeypatch):
    code, err = interrupt(tmp_path, BLOCK, signal.SIGINT, *COUNTRY, "--out", "x")
    assert code == 130
    assert err.endswith("Stopped. What was finished stays; nothing half-made is left.\n")
    assert not (tmp_path / "x").exists()
    kept = {p.name: p.stat().st_mtime_ns for p in tmp_path.glob(BLOCK)}
    assert kept
    assert not list(tmp_path.rglob(".*[0-9]-[0-9]*"))
    monkeypatch.chdir(tmp_path)
    assert cli(*COUNTRY, "--out", "x").code == 0
    assert bytes_of(tmp_path / "x") == bytes_of(whole("country"))
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


@pytest.mark.slow
def test_another_command_does_not_take_what_a_killed_one_left(cli, tmp_path, monkeypatch):
    sign = ".x.*.partial/0-*/run.json"
    interrupt(tmp_path, sign, signal.SIGKILL, *COMPARE, "--out", "x")
    monkeypatch.chdir(tmp_path)
    for name in ("x", "y"):
        assert cli(*COMPARE, "--seed", "2", "--out", name).code == 0
    assert bytes_of(tmp_path / "x") == bytes_of(tmp_path / "y")


def full_after(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let the disk be full once so many replicates are written."""
    from scoredsociety.study import tables

    write = tables.write_tables
    written: list[int] = []

    def until_full(*args, **kwargs):
        if len(written) >= count:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(1)
        return write(*args, **kwargs)

    monkeypatch.setattr(tables, "write_tables", until_full)


@pytest.mark.parametrize(
    "command",
    [
        ("run", "fragmented-2018", *SMALL),
        ("compare", "fragmented-2018", "--safeguard", "notice", *SMALL),
    ],
    ids=["run", "compare"],
)
@pytest.mark.parametrize("count", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 3))])
def test_a_full_disk_loses_nothing_that_was_finished(
    cli, finished, compared, tmp_path, monkeypatch, command, count
):
    if command[0] == "run":
        count = min(count, 1)
    with monkeypatch.context() as patch:
        full_after(patch, count)
        answer = cli(*command, "--out", tmp_path / "x")
        assert answer.code == 2
        assert answer.out == ""
        assert "No space left on device" in answer.err
        assert str(tmp_path / "x") in answer.err
        assert ".partial" not in answer.err
        assert ("the same command goes on from there" in answer.err) == (count % 2 == 1)
        assert not (tmp_path / "x").exists()
    made: list[int] = []
    with monkeypatch.context() as patch:

        def counted(*args, **kwargs):
            made.append(1)
            return run_society(*args, **kwargs)

        patch.setattr("scoredsociety.study.run.run_society", counted)
        assert cli(*command, "--out", tmp_path / "x").code == 0
    without_schemes = 2  # the report simulates both replicates once more, without any scheme
    assert len(made) == (2 if command[0] == "run" else 4) - count + without_schemes
    made_whole = bytes_of(tmp_path / "x")
    assert made_whole.pop("report.html")
    assert made_whole == bytes_of(finished if command[0] == "run" else compared)
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_a_disk_too_full_for_the_page_keeps_the_run(cli, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full_for_pages(Path.write_text))
        answer = cli("run", "fragmented-2018", *SMALL, "--out", tmp_path / "x")
    assert answer.code == 2
    assert "report.html cannot be written: No space left on device" in answer.err
    assert cli("verify", tmp_path / "x").code == 0
    assert not list(tmp_path.rglob("*.partial"))
    assert cli("report", tmp_path / "x").code == 0


def full_for_pages(write):
    def some(self, *args, **kwargs):
        if ".html" in self.name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(self, *args, **kwargs)

    return some


@contextmanager
def little_room(folder: Path):
    """Give a folder that soon is full; yields it, what limits a child, and how to make room.

    A small file system of its own where one may be mounted, otherwise a limit on the size of
    files.
    """
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)],
        capture_output=True, check=False,
    ).returncode == 0 if sys.platform == "linux" else False  # fmt: skip
    with ExitStack() as after:
        if mounted:
            after.callback(subprocess.run, ["umount", str(folder)], check=True)
            grow = ["mount", "-o", "remount,size=100m", str(folder)]
            yield "", lambda: subprocess.run(grow, check=True)
        else:
            limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (6000, r.RLIM_INFINITY)); "
            yield limit, lambda: None


@pytest.mark.slow
def test_a_disk_that_is_really_full(tmp_path, whole):
    with little_room(tmp_path) as (limit, make_room):
        command = [sys.executable, "-c", limit + BEGIN, *RUN, "--out", "x"]
        first = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert first.returncode == 2, first.stderr
        assert "cannot be written" in first.stderr
        assert "Traceback" not in first.stderr
        assert not (tmp_path / "x").exists()
        make_room()
        with begin(tmp_path, *RUN, "--out", "x") as child:
            _, err = child.communicate(timeout=300)
            assert child.returncode == 0, err
        assert bytes_of(tmp_path / "x") == bytes_of(whole("run"))
