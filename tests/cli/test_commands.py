"""Every command does what it says, and prints it for people or for programs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

import scoredsociety
from scoredsociety.cli import COMMANDS
from tests.conftest import SMALL, bytes_of

THREE = [w for s in ("notice", "longer-window", "independent-review") for w in ("--safeguard", s)]


def test_help_begins_with_what_this_is(cli):
    answer = cli("--help")
    assert answer.code == 0
    lines = [line.strip() for line in answer.out.splitlines() if line.strip()]
    assert lines[1] == "Every person in here is simulated, and nobody real is ever scored."
    for command, _ in COMMANDS:
        assert re.search(rf"^  {command.__name__} ", answer.out, re.M)


@pytest.mark.parametrize("command", [c.__name__ for c, _ in COMMANDS])
def test_every_command_has_help_without_boxes(cli, command):
    answer = cli(command, "--help")
    assert answer.code == 0
    assert not set(answer.out) & set("╭│─")


def test_version(cli):
    assert cli("--version").out == f"scoredsociety {scoredsociety.__version__}\n"


def test_run_prints_findings_and_numbers_its_folders(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "fragmented-2018-2").mkdir(parents=True)  # is somebody's already
    for name in ("fragmented-2018", "fragmented-2018-3"):
        answer = cli("run", "fragmented-2018", *SMALL)
        assert answer.code == 0
        assert "Simulated: after 6 months" in " ".join(answer.out.split())
        assert f"Folder  runs/{name}\n" in answer.out
        assert f"Report  runs/{name}/report.html\n" in answer.out
        assert (tmp_path / "runs" / name / "report.html").stat().st_size > 10_000
        assert cli("verify", f"runs/{name}").code == 0
    assert sorted(p.name for p in (tmp_path / "runs").iterdir()) == [
        "fragmented-2018", "fragmented-2018-2", "fragmented-2018-3"
    ]  # fmt: skip
    first, second = (bytes_of(tmp_path / "runs" / f"fragmented-2018{n}") for n in ("", "-3"))
    assert first == second
    assert not bytes_of(tmp_path / "runs" / "fragmented-2018-2")


def test_run_under_none_finds_nothing(cli, tmp_path):
    answer = cli("run", "none", *SMALL, "--out", tmp_path / "none")
    assert answer.code == 0
    assert "nothing to find" in answer.out


def test_run_with_safeguards_calibration_and_json(cli, tmp_path):
    out = tmp_path / "a" / "b"
    options = ["--calibration", "court-list=B", "--out", out, "--threads", "1", "--json"]
    answer = cli("run", "fragmented-2018", *SMALL, *THREE, *options)
    assert answer.code == 0
    found = json.loads(answer.out)
    assert found["simulated"] is True
    assert found["parts"][0]["findings"][0]["text"].startswith("Simulated")
    manifest = json.loads((out / "run.json").read_text("utf-8"))
    assert manifest["regime"]["calibrations"]["court-list"] == "B"
    assert manifest["regime"]["safeguards"] == THREE[1::2]


def test_a_file_of_ones_own_gives_the_folder_its_name(cli, tmp_path, monkeypatch):
    from scoredsociety.schemes.library import root

    monkeypatch.chdir(tmp_path)
    shutil.copy(root() / "schemes" / "court-list.yaml", tmp_path / "My list.yaml")
    assert cli("run", "./My list.yaml", *SMALL, "--safeguard", "notice").code == 0
    assert (tmp_path / "runs" / "My-list-with-notice" / "run.json").is_file()


@pytest.mark.slow
def test_compare_makes_one_folder_with_every_arm(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = cli("compare", "fragmented-2018", *SMALL, *THREE, "--separately")
    assert answer.code == 0
    folder = tmp_path / "runs" / "compare-fragmented-2018"
    assert [p.name for p in (tmp_path / "runs").iterdir()] == [folder.name]
    assert sorted(p.name for p in folder.iterdir()) == [
        "0-fragmented-2018",
        "1-fragmented-2018+notice",
        "2-fragmented-2018+longer-window",
        "3-fragmented-2018+independent-review",
        "4-fragmented-2018+notice+longer-window+independent-review",
        "report.html",
    ]
    assert answer.out.count("A: Fragmented, as in 2018\nB: ") == 4
    assert cli("verify", folder).out.count("are as the run wrote them") == 5


def test_compare_of_two_regimes(cli, tmp_path):
    answer = cli("compare", "none", "court-list", *SMALL, "--out", tmp_path / "two")
    assert answer.code == 0
    assert sorted(p.name for p in (tmp_path / "two").iterdir())[:2] == ["0-none", "1-court-list"]


def test_line_prints_both_ends_and_writes_a_page_and_a_table(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    ask = ("line", "none", "fragmented-2018", "--steps", "2", *SMALL)
    answer = cli(*ask)
    assert answer.code == 0
    folder = tmp_path / "runs" / "line-none-and-fragmented-2018"
    assert sorted(p.name for p in folder.iterdir()) == ["line.csv", "line.html"]
    assert [p.name for p in (tmp_path / "runs").iterdir()] == [folder.name]
    for text in ("Simulated:", "First step", "Ratio", "Persons under a",
                 "Nobody in these numbers is real.", "Table   runs/line-none"):  # fmt: skip
        assert text in answer.out
    told = cli(*ask, "--json", "--out", "other")
    found = json.loads(told.out)
    assert found["simulated"] is True
    assert {r["share"] for r in found["rows"]} == {0, 0.5, 1}
    assert any(r["value"] is None for r in found["rows"])  # undefined is null
    assert bytes_of(folder) == bytes_of(tmp_path / "other")


@pytest.mark.slow
def test_report_of_finished_runs(cli, finished, compared, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine"
    shutil.copytree(finished, mine)
    assert cli("report", mine).out == f"{mine / 'report.html'}\n"
    assert cli("report", mine).code == 0  # its own page may be written again
    assert cli("verify", mine).code == 0
    assert cli("report", mine, compared).out == "report.html\n"
    assert cli("report", mine, compared).out == "report-2.html\n"
    assert cli("report", compared, "--out", "x/page.html").code == 0
    assert cli("report", compared, "--out", "x/page.html").code == 2
    assert sorted(p.name for p in tmp_path.rglob("*.html")) == [
        "page.html", "report-2.html", "report.html", "report.html"
    ]  # fmt: skip
    assert not list(tmp_path.rglob("*.partial"))


def test_verify_says_what_is_wrong(cli, finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    assert cli("verify", folder, "--again").out.endswith("has the same bytes\n")
    ledger = folder / "r001" / "ledger.parquet"
    was = ledger.read_bytes()
    ledger.write_bytes(was[:100] + bytes([was[100] ^ 1]) + was[101:])
    answer = cli("verify", folder)
    assert answer.code == 1
    assert answer.err == f"{folder}: r001/ledger.parquet was changed after the run\n"
    ledger.unlink()
    assert "r001/ledger.parquet is missing" in cli("verify", folder).err
    ledger.write_bytes(was)
    (folder / "r001" / "more.parquet").write_bytes(was)
    assert "r001/more.parquet does not belong to the run" in cli("verify", folder).err


def test_a_damaged_run_cannot_be_reported(cli, finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    (folder / "r000" / "ledger.parquet").write_bytes(b"nothing of the kind")
    answer = cli("report", folder)
    assert answer.code == 2
    assert "is damaged" in answer.err
    assert not (folder / "report.html").exists()


def test_life_is_a_diary_of_somebody_synthetic(cli, finished, compared):
    answer = cli("life", finished)
    assert answer.code == 0
    assert re.match(r"A synthetic person: number [\d,]+ of society 0\. Nobody real\.", answer.out)
    assert re.search(r"^month +\d+  ", answer.out, re.M)
    months = [int(m) for m in re.findall(r"^month +(\d+)  ", answer.out, re.M)]
    assert months == sorted(months)
    one = cli("life", finished, "12", "--replicate", "1")
    assert "number 12 of society 1" in one.out
    assert cli("life", finished, "12", "--replicate", "1") == one
    assert cli("life", compared, "7").out.count("A synthetic person: number 7 ") == 2


def test_a_diary_says_all_that_the_ledger_holds(finished):
    from scoredsociety.cli.diary import diary
    from scoredsociety.engine import Kind
    from scoredsociety.study import load_run

    run = load_run(finished)
    rows = run.replicates[0].ledger
    person = {"age": 30, "income": 2000.0, "profile": 0}
    for kind in Kind:
        mine = rows[rows["kind"] == kind]
        lines = diary(run.manifest, person, mine, 0, 0).splitlines()[4:]
        assert len(lines) >= len(mine)
    nothing = diary(run.manifest, person, rows[:0], 0, 0)
    assert nothing.endswith("Nothing was recorded about this person in 6 months.")


def test_the_catalogue_can_be_read(cli, tmp_path, monkeypatch):
    from scoredsociety.opinion.files import list_questionnaires
    from scoredsociety.schemes import list_regimes, list_safeguards, list_schemes

    monkeypatch.setenv("COLUMNS", "120")
    names = [*list_schemes(), *list_regimes(), *list_safeguards(), *list_questionnaires()]
    listed = cli("schemes").out
    for name in names:
        assert re.search(rf"^{re.escape(name)} ", listed, re.M)
        shown = cli("show", name)
        assert shown.code == 0
        assert name in shown.out
    assert json.loads(cli("schema").out)["$schema"].startswith("https://json-schema.org/")


def test_check_names_every_mistake_of_every_file(cli, tmp_path):
    from scoredsociety.schemes.library import root

    good = root() / "schemes" / "court-list.yaml"
    assert cli("check", good).out.endswith("court-list.yaml: a scheme, no mistake found\n")
    bad = tmp_path / "bad.yaml"
    bad.write_text(good.read_text("utf-8").replace("kind: list", "kind: lisst\nnonsense: 1", 1))
    answer = cli("check", bad, good, tmp_path / "none.yaml")
    assert answer.code == 2
    assert "nonsense" in answer.err
    assert "lisst" in answer.err
    assert "there is no such file" in answer.err
    assert "a scheme, no mistake found" in answer.out
    safeguard = root() / "safeguards" / "sunset.yaml"
    assert cli("check", safeguard, "--regime", "fragmented-2018").code == 0


def test_schedule_and_measures(cli, monkeypatch):
    from scoredsociety.audit import MEASURES
    from scoredsociety.engine.schedule import SCHEDULE

    monkeypatch.setenv("COLUMNS", "150")
    steps = cli("schedule").out.splitlines()[1:]
    assert len(steps) == len(SCHEDULE)
    assert all(step.does in line for step, line in zip(SCHEDULE, steps, strict=True))
    printed = cli("measures").out
    assert all(re.search(rf"^{m.id} ", printed, re.M) for m in MEASURES)


def test_the_width_of_the_terminal_is_kept(cli, finished, monkeypatch):
    for width in (50, 140):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = cli("schedule").out.splitlines()
        assert max(map(len, lines)) <= width


def test_no_colour_where_none_is_wanted(finished, tmp_path):
    command = [sys.executable, "-m", "scoredsociety", "run", "none", *SMALL, "--out"]
    env = os.environ | {"FORCE_COLOR": "1", "NO_COLOR": "1"}
    told = subprocess.run(
        [*command, str(tmp_path / "x")], env=env, capture_output=True, text=True, check=True
    )
    assert not re.search(r"\x1b\[[\d;]*3\dm", told.stdout)


def test_a_closed_pipe_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-m", "scoredsociety", "schema"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline() == "{\n"
        child.stdout.close()
        assert child.stderr.read() == ""


@pytest.mark.slow
def test_the_number_of_threads_changes_no_byte(cli, tmp_path):
    size = ("--people", "40000", "--months", "6", "--replicates", "1")
    for threads in ("1", "2"):
        answer = cli(
            "run", "fragmented-2018", *size, "--threads", threads, "--out", tmp_path / threads
        )
        assert answer.code == 0
    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "2")
