"""What a user can mend is told in plain words: exit code 2, no traceback, nothing written."""

from __future__ import annotations

import pytest

from scoredsociety.cli import main
from scoredsociety.cli.options import free, named, pairs, whole
from tests.conftest import SMALL


def refused(answer, *words):
    assert answer.code == 2
    assert answer.out == ""
    assert "Traceback" not in answer.err
    for word in words:
        assert word in answer.err
    return True


REFUSALS = [
    (["run", "none", "--people", "0"], "people: 0 is not allowed", "1 to 2,000,000,000"),
    (["run", "none", "--people", "-1"], "people: -1 is not allowed"),
    (["run", "none", "--people", "1e12"], "GiB of memory", "hours of one core"),
    (["compare", "none", "court-list", "--people", "1e12"], "GiB of memory"),
    (["run", "none", "--people", "many"], "'many' is not a whole number"),
    (["run", "none", "--people", "1.5"], "'1.5' is not a whole number"),
    (["run", "none", "--people", "nan"], "not a whole number"),
    (["run", "none", "--people", "1e999"], "not a whole number"),
    (["run", "none", "--people", "1e99"], "GiB of memory"),
    (["run", "none", "--months", "0"], "months: 0 is not allowed"),
    (["run", "none", "--months", "601"], "1 to 600"),
    (["run", "none", "--seed", "-1"], "seed: -1 is not allowed"),
    (["run", "none", "--replicates", "0"], "replicates: 0 is not allowed"),
    (["run", "none", "--threads", "0"], "--threads"),
    (["run", "fragmented"], "Likely fix: write fragmented-2018"),
    (["run", "nowhere.yaml"], "there is no such file"),
    (["run", "none", "--safeguard", "notise"], "Likely fix: write notice"),
    (["run", "none", "--safeguard", "notice"], "notice.yaml", "touches nothing"),
    (["run", "none", "--marginals", "mars"], "there are no marginals of this name"),
    (["run", "fragmented-2018", "--calibration", "court-list"], "Write scheme=letter"),
    (["run", "fragmented-2018", "--calibration", "court-list=Z"], "no calibration Z"),
    (["run", "fragmented-2018", "--calibration", "x=B"], "not in this regime"),
    (["compare", "fragmented-2018"], "a comparison needs two regimes"),
    (["compare"], "Missing argument"),
    (["run"], "Missing argument"),
    (["line", "fragmented"], "Likely fix: write fragmented-2018"),
    (["line", "none", "dystopiaa"], "Likely fix: write dystopia"),
    (["line", "--steps", "1"], "steps: 1 is not allowed", "from 2 to 100"),
    (["line", "--steps", "many"], "'many' is not a whole number"),
    (["line", "--people", "1e12"], "GiB of memory"),
    (["line", "--months", "0"], "months: 0 is not allowed"),
    (["report", "nowhere"], "nowhere is not the folder of a run"),
    (["audit", "nowhere"], "nowhere is not the folder of a run"),
    (["audit"], "name the folder of a run"),
    (["lives", "nowhere"], "nowhere is not the folder of a run"),
    (["lives", "nowhere", "--story", "x"], "'x' is no story"),
    (["verify", "nowhere"], "nowhere is not the folder of a run"),
    (["life", "nowhere", "1"], "nowhere is not the folder of a run"),
    (["show", "nobody"], "the catalogue has no"),
    (["punish"], "No such command"),
    (["run", "none", "--fast"], "No such option"),
    (["run", "none", "--out", "f" * 300, *SMALL], "name too long"),
]


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: " ".join(case[0])[:60])
def test_refused(cli, case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, *words = case
    assert refused(cli(*arguments), *words)
    assert list(tmp_path.rglob("*")) == []


def test_a_folder_that_exists_is_left_alone(cli, tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    (there / "mine.txt").write_text("mine")
    for command in (["run", "none"], ["compare", "none", "court-list"], ["line"]):
        assert refused(cli(*command, *SMALL, "--out", there), "exists already", "--out")
    assert [p.name for p in tmp_path.rglob("*")] == ["there", "mine.txt"]


def test_a_folder_that_cannot_be_written(cli, tmp_path):
    file = tmp_path / "file"
    file.write_text("a file, not a folder")
    line = ["line", "none", "court-list", "--steps", "2"]
    for command in (["run", "none"], ["compare", "none", "court-list"], line):
        assert refused(cli(*command, *SMALL, "--out", file / "x"), "cannot be written")
    assert list(tmp_path.rglob("*")) == [file]


def test_lives_that_are_not_there(cli, finished):
    assert refused(cli("life", finished, "2000"), "index: 2000 is not allowed", "0 to 1999")
    assert refused(cli("life", finished, "5", "--replicate", "2"), "replicate: 2 is not allowed")


def test_a_manifest_that_is_none(cli, tmp_path):
    for text in ("", "[]", '{"format": 99}', "{"):
        (tmp_path / "run.json").write_text(text)
        assert refused(cli("verify", tmp_path), "run.json")
        assert refused(cli("report", tmp_path), "run.json")


def test_too_little_memory_is_told(cli, monkeypatch, tmp_path):
    def greedy(*args: object, **kwargs: object) -> None:
        raise MemoryError

    monkeypatch.setattr("scoredsociety.study.run.run_society", greedy)
    assert refused(cli("run", "none", *SMALL, "--out", tmp_path / "x"), "not enough memory")


def test_a_mistake_of_ours_keeps_its_traceback(monkeypatch, tmp_path):
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("scoredsociety.study.run.run_society", broken)
    with pytest.raises(ZeroDivisionError):
        main(["run", "none", *SMALL, "--out", str(tmp_path / "x")])


def test_numbers_as_people_write_them():
    assert [whole(t) for t in ("100000", "100_000", "1e5", "1E5", " 12 ", "1.5e3", "-3", 7)] == [
        100_000, 100_000, 100_000, 100_000, 12, 1500, -3, 7
    ]  # fmt: skip
    for text in ("", "1e", "0x10", "1.5", "inf", "1e-3", "１2x", "1e9999"):
        with pytest.raises(Exception, match="whole number"):
            whole(text)


def test_calibrations_as_people_write_them():
    assert pairs(["court-list=B", "x = A"]) == {"court-list": "B", "x": "A"}
    with pytest.raises(Exception, match="two calibrations"):
        pairs(["a=B", "a=C"])


def test_names_of_folders(tmp_path):
    assert named(["none", "court-list"]) == "none-and-court-list"
    assert named(["../a b/ü.yaml"], ["notice", "c.yml"]) == "ü-with-notice-and-c"
    assert named(["..", "/"]) == "mine-and-mine"
    assert len(named(["x" * 300])) == 80
    (tmp_path / "a.html").touch()
    assert free(tmp_path / "a.html").name == "a-2.html"
