"""``audit``: what is printed and written, and that a changed run is never counted."""

from __future__ import annotations

import json
import shutil

import pytest

from scoredsociety.study.store import dump, own_mark
from tests.conftest import bytes_of

TABLES = ("figures", "series", "survival", "leaving", "mobility", "assumptions", "measures")
PAIRED = ("paired", "differences", "deterrence", "deterrence-series")
TEXTS = {"audit.json", "audit.schema.json", "audit.md"}


def files(*names: str) -> set[str]:
    return {f"{name}.{end}" for name in names for end in ("parquet", "csv")} | TEXTS


def test_an_audit_is_printed_and_written_beside_its_run(cli, finished, tmp_path):
    run = tmp_path / "mine"
    shutil.copytree(finished, run)
    answer = cli("audit", run)
    assert answer.code == 0
    assert "Simulated: after 6 months" in " ".join(answer.out.split())
    assert f"Brief   {tmp_path / 'mine-audit' / 'audit.md'}" in answer.out
    assert {p.name for p in (tmp_path / "mine-audit").iterdir()} == files(*TABLES)
    assert cli("verify", run).code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "mine-audit"]


@pytest.mark.slow
def test_a_second_audit_gets_a_number_and_has_the_same_bytes(cli, finished, tmp_path, monkeypatch):
    shutil.copytree(finished, tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    assert cli("audit", ".").code == cli("audit", "../mine").code == 0
    assert bytes_of(tmp_path / "mine-audit") == bytes_of(tmp_path / "mine-audit-2")


@pytest.mark.slow
def test_an_audit_of_a_comparison_holds_all_arms_and_differences(cli, compared, tmp_path):
    answer = cli("audit", compared, "--out", tmp_path / "x", "--json")
    assert answer.code == 0
    told = json.loads(answer.out)
    assert told["simulated"] is True
    assert told["brief"] == str(tmp_path / "x" / "audit.md")
    assert {p.name for p in (tmp_path / "x").iterdir()} == files(*TABLES, *PAIRED)
    document = json.loads((tmp_path / "x" / "audit.json").read_text("utf-8"))
    assert [arm["safeguards"] for arm in document["arms"]] == [[], ["notice"]]
    assert [(c["a"], c["b"]) for c in document["comparisons"]] == [(0, 1)]
    refused = cli("audit", compared, "--out", tmp_path / "x")
    assert refused.code == 2
    assert "exists already" in refused.err


def test_the_schema_can_be_printed(cli):
    schema = json.loads(cli("audit", "--schema").out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert cli("audit").code == 2


def spoil_ledger(run):
    ledger = run / "r001" / "ledger.parquet"
    was = ledger.read_bytes()
    ledger.write_bytes(was[:100] + bytes([was[100] ^ 1]) + was[101:])


def spoil_table(run):
    manifest = json.loads((run / "run.json").read_text("utf-8"))
    manifest["regime"]["world"]["gravity"]["debt-judgment"]["value"] = 1e9
    (run / "run.json").write_text(dump(manifest), "utf-8")


def spoil_mark(run):
    manifest = json.loads((run / "run.json").read_text("utf-8"))
    del manifest["sha256"]
    (run / "run.json").write_text(dump(manifest), "utf-8")


def spoil_nan(run):
    text = (run / "run.json").read_text("utf-8")
    (run / "run.json").write_text(text.replace('"value": 20000.0', '"value": NaN', 1), "utf-8")


def spoil_more(run):
    shutil.copy(run / "r000" / "ledger.parquet", run / "r000" / "more.parquet")


@pytest.mark.parametrize(
    "spoil",
    [spoil_ledger, spoil_table, spoil_mark, spoil_nan, spoil_more],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize("command", ["audit", "report"])
def test_nothing_forged_is_counted(cli, finished, tmp_path, spoil, command):
    run = tmp_path / "run"
    shutil.copytree(finished, run)
    spoil(run)
    before = bytes_of(tmp_path)
    answer = cli(command, run)
    assert answer.code == 2
    assert answer.out == ""
    assert f"{run} is damaged: " in answer.err
    assert "nothing of it is counted" in answer.err
    assert bytes_of(tmp_path) == before
    assert cli("verify", run).code == 1


def test_the_manifest_bears_the_hash_of_its_other_parts(finished):
    manifest = json.loads((finished / "run.json").read_text("utf-8"))
    assert manifest["sha256"] == own_mark(manifest)
    assert own_mark(manifest | {"seed": 2}) != own_mark(manifest)


def test_an_audit_is_written_whole_or_not_at_all(cli, finished, tmp_path, monkeypatch):
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scoredsociety.report.brief.brief", full)
    answer = cli("audit", finished, "--out", tmp_path / "deep" / "x")
    assert answer.code == 2
    assert "cannot be written: No space left" in answer.err
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_runs_that_are_no_pair_are_refused(cli, finished, tmp_path):
    from scoredsociety import simulate

    shutil.copytree(finished, tmp_path / "both" / "0-a")
    simulate("none", people=1000, months=3, replicates=1, out=tmp_path / "both" / "1-b")
    answer = cli("audit", tmp_path / "both")
    assert answer.code == 2
    assert "differ in more than the regime" in answer.err
    assert [p.name for p in tmp_path.iterdir()] == ["both"]
