"""Branches: the past once, the bytes of the run without a stop, and nothing damaged goes on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scoredsociety
from scoredsociety import branch, load_run, simulate
from scoredsociety.engine import Flag
from scoredsociety.study import StudyError
from scoredsociety.study import branch as branching
from scoredsociety.study.checkpoints import NAME, checkpoint_folder, read_checkpoints
from scoredsociety.study.run import run_replicate
from scoredsociety.study.store import OWN, dump, own_mark
from tests.conftest import Answer, Cli, bytes_of

REGIME, AT = "fragmented-2018", 24
SIZE: dict[str, Any] = {"people": 2500, "months": 40, "replicates": 2, "seed": 5}
FLAGS = ("--people", "2500", "--months", "40", "--replicates", "2", "--seed", "5")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a branch with and without notice; not to be changed."""
    folder = tmp_path_factory.mktemp("branched") / "both"
    branch(REGIME, at=AT, safeguards=["notice"], out=folder, **SIZE)
    return folder


def tables(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in bytes_of(folder).items() if name.endswith(".parquet")}


def test_as_it_is_a_branch_has_the_bytes_of_the_run_that_never_stopped(made, tmp_path):
    simulate(REGIME, out=tmp_path / "whole", **SIZE)
    whole = tables(tmp_path / "whole")
    assert tables(made / "0-fragmented-2018") == whole
    other = tables(made / "1-fragmented-2018+notice")
    assert other.keys() == whole.keys()
    assert other != whole


def test_only_months_after_the_date_differ_and_the_manifest_says_so(made):
    plain, told = (load_run(path) for path in sorted(made.glob("[01]-*")))
    for a, b in zip(plain.replicates, told.replicates, strict=True):
        for name in a.monthly:
            assert np.array_equal(a.monthly[name][:AT], b.monthly[name][:AT])
        assert not np.array_equal(a.ledger, b.ledger)
        shown = b.ledger[(b.ledger["month"] > AT) & (b.ledger["kind"] == 1)]
        assert (shown["flags"] & (Flag.NOTIFIED | Flag.EXEMPTED)).all()
    said = told.manifest["branch"]
    assert said["at"] == AT
    assert said["before"]["regime"] == plain.manifest["regime"] != told.manifest["regime"]
    assert told.manifest["label"] == f"{plain.manifest['label']}, from month 25 + notice"


def test_its_runs_are_runs_like_others(made, cli):
    answer = cli("verify", made, "--again")
    assert answer.code == 0, answer.err
    assert answer.out.count("simulated again, has the same bytes") == 2
    run = load_run(made / "1-fragmented-2018+notice")
    who = int(run.replicates[0].ledger["subject"][run.replicates[0].ledger["month"] > AT][0])
    assert "from month 25 + notice" in cli("life", made, str(who)).out
    for arm in sorted(made.glob("[01]-*")):
        replayed = scoredsociety.study.replay_life(load_run(arm), who)[1]
        stored = load_run(arm).replicates[0].ledger
        mine = stored[stored["subject"] == who]
        columns = [c for c in stored.dtype.names or () if c != "cause"]
        assert np.array_equal(replayed[columns], mine[columns])
    assert cli("lives", made, "--story", "typical").code == 0
    assert cli("survey", made / "0-fragmented-2018").code == 2


def test_another_branch_goes_on_from_the_same_past(made, tmp_path):
    fresh = tmp_path / "fresh"
    chosen = ["independent-review"]
    branch(REGIME, at=AT, safeguards=chosen, out=fresh, **SIZE)
    reused = tmp_path / "reused"
    branch(made, safeguards=chosen, out=reused)
    assert not (reused / "checkpoint").exists()
    assert tables(reused) == tables(fresh)
    assert (
        len(branch(made / "checkpoint", safeguards=["notice", "sunset"], separately=True).runs) == 4
    )


def test_a_checkpoint_holds_no_state_of_anybody_and_a_state_that_differs_is_refused(
    made, tmp_path, cli, monkeypatch
):
    assert [p.name for p in (made / "checkpoint").iterdir()] == [NAME]
    assert (made / "checkpoint" / NAME).stat().st_size < 200_000
    shutil.copytree(made / "checkpoint", tmp_path / "past")
    remade(tmp_path / "past", lambda m: m["run"].update(seed=6))
    monkeypatch.chdir(tmp_path)
    answer = cli("branch", "past", "--safeguard", "sunset")
    assert (answer.code, answer.out) == (2, "")
    assert "society 0 came to another state at the end of month 24" in answer.err
    assert list(bytes_of(tmp_path)) == [f"past/{NAME}"]
    assert not list((tmp_path / "runs").iterdir())


def test_in_memory_it_is_the_same_and_regimes_may_be_files(made, tmp_path):
    file = tmp_path / "other.yaml"
    file.write_text(
        f"regime: {REGIME}\ntitle: Fewer errors told\nsummary: A test.\n"
        "schemes: [{scheme: rongcheng-points}, {scheme: court-list}, {scheme: sesame-score}]\n"
        "memoranda:\n  - {origin: court-list, target: rongcheng-points, points: -20,\n"
        "     confidence: assumed}\n",
        "utf-8",
    )
    both = branch(REGIME, at=AT, safeguards=["notice"], into=[file], **SIZE)
    assert [run.path for run in both.runs] == [None] * 3
    for run, folder in zip(both.runs, sorted(made.glob("[01]-*")), strict=False):
        for mine, stored in zip(run.replicates, load_run(folder).replicates, strict=True):
            assert mine.ledger.tobytes() == stored.ledger.tobytes()
    assert both.runs[2].manifest["label"].endswith("from month 25 Fewer errors told")


def test_firms_go_on_too(tmp_path):
    size: dict[str, Any] = {"people": 200, "months": 10, "replicates": 1}
    simulate("firm-only", out=tmp_path / "whole", **size)
    branch("firm-only", at=4, into=["firm-only"], out=tmp_path / "cut", **size)
    whole = tables(tmp_path / "whole")
    for arm in sorted((tmp_path / "cut").glob("[01]-*")):
        assert tables(arm) == whole


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_killed_attempt_keeps_what_it_finished(after, made, tmp_path, monkeypatch):
    calls: list[str] = []

    def counted(*args: Any, **settings: Any) -> Any:
        calls.append(args[1]["label"])
        if len(calls) == after + 1:
            raise RuntimeError
        return run_replicate(*args, **settings)

    monkeypatch.setattr(branching, "run_replicate", counted)
    with pytest.raises(RuntimeError):
        branch(REGIME, at=AT, safeguards=["notice"], out=tmp_path / "x", **SIZE)
    assert not (tmp_path / "x").exists()
    branch(REGIME, at=AT, safeguards=["notice"], out=tmp_path / "x", **SIZE)
    assert len(calls) == 4 + 1
    assert bytes_of(tmp_path / "x") == bytes_of(made)
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


REFUSALS = [
    ((REGIME, "--safeguard", "notice"), "policy date: none is given"),
    ((REGIME, "--at", "40", "--safeguard", "notice"), "policy date: 40 is not allowed"),
    ((REGIME, "--at", "0", "--safeguard", "notice"), "policy date: 0 is not allowed"),
    ((REGIME, "--at", "x", "--safeguard", "notice"), "'x' is not a whole number"),
    ((REGIME, "--at", "24"), "nothing changes at the policy date"),
    ((REGIME, "--at", "24", "--into", "dystopia"), "cannot follow"),
    ((REGIME, "--at", "24", "--into", "none"), "only before"),
    ((REGIME, "--at", "24", "--safeguard", "notise"), "Likely fix: write notice"),
]


@pytest.mark.parametrize(("words", "told"), REFUSALS)
def test_what_cannot_be_is_refused_and_nothing_written(words, told, cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer: Answer = cli("branch", *words, *FLAGS)
    assert answer.code == 2
    assert told in answer.err
    assert "Traceback" not in answer.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--seed", "6"), "seed: 6 is not allowed"),
        (("--people", "100"), "was made with 2500"),
        (("--at", "12"), "at: 12 is not allowed"),
        (("--marginals", "china-2018"), "has its own"),
        (("--calibration", "court-list=B"), "has its calibrations already"),
    ],
)
def test_a_past_goes_on_with_its_own_settings_only(words, told, made, cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = cli("branch", made, "--safeguard", "sunset", *words)
    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err


def remade(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest and work out its hash again, as somebody who means harm would."""
    manifest = json.loads((folder / NAME).read_text("utf-8"))
    change(manifest)
    manifest[OWN] = own_mark(manifest)
    (folder / NAME).write_text(dump(manifest), "utf-8")


def _no_run(manifest: dict[str, Any]) -> None:
    manifest["run"]["regime"]["schemes"] = 3


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "manifest": (lambda f: (f / NAME).write_text((f / NAME).read_text().replace('"at": 24',
                 '"at": 25')), "was changed after it was written"),
    "no JSON": (lambda f: (f / NAME).write_text("{"), "missing or broken"),
    "format": (lambda f: remade(f, lambda m: m.update(format=9)), "cannot read"),
    "at": (lambda f: remade(f, lambda m: m.update(at=99)), "a number that is not allowed"),
    "states": (lambda f: remade(f, lambda m: m["states"].pop()), "a number that is not allowed"),
    "lacks": (lambda f: remade(f, lambda m: m.pop("run")), "lacks what"),
    "version": (lambda f: remade(f, lambda m: m["run"]["versions"].update(scoredsociety="9")),
                "made by version 9"),
    "no run": (lambda f: remade(f, _no_run), "no sound run"),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_past_goes_nowhere_and_says_why(kind, made, cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    change, told = DAMAGE[kind]
    shutil.copytree(made / "checkpoint", tmp_path / "past")
    change(tmp_path / "past")
    before = bytes_of(tmp_path)
    answer = cli("branch", "past", "--safeguard", "sunset")
    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err
    assert "Traceback" not in answer.err
    assert not [name for name in bytes_of(tmp_path).keys() - before.keys() if "run.json" in name]


def test_a_folder_of_branches_names_its_past(made, tmp_path):
    assert checkpoint_folder(made) == checkpoint_folder(made / "checkpoint") == made / "checkpoint"
    assert checkpoint_folder(tmp_path) is None
    assert read_checkpoints(made / "checkpoint").at == AT
    with pytest.raises(StudyError, match="exists already"):
        branch(made, safeguards=["sunset"], out=made)


def test_the_command_prints_the_comparison_and_writes_the_page(cli: Cli, tmp_path):
    size = ("--people", "1000", "--months", "6", "--replicates", "2")
    answer = cli("branch", REGIME, "--at", "3", "--safeguard", "notice", *size,
                 "--out", tmp_path / "out")  # fmt: skip
    assert answer.code == 0, answer.err
    assert "from month 4 + notice" in answer.out
    assert (tmp_path / "out" / "report.html").is_file()
    assert str(tmp_path / "out" / "checkpoint") in answer.out
