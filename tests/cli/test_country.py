"""The commands ``country`` and ``merge``, and what other commands say of a country's folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cli

SIZE = ("--people", "40000", "--months", "6", "--sample", "4000")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small country; not to be changed."""
    from scoredsociety import country

    folder = tmp_path_factory.mktemp("made") / "x"
    country("joint-2020", people=40_000, months=6, sample=4000, out=folder)
    return folder


def test_it_says_what_it_found(cli: Cli, tmp_path: Path) -> None:
    answer = cli("country", "joint-2020", *SIZE, "--out", tmp_path / "x")
    assert answer.code == 0
    assert "Of 40,000 people" in answer.out
    assert "Ever under a sanction" in answer.out
    assert "Published: 17 (9.9 to 27.2)" in answer.out
    assert "1 over all people" in answer.out
    assert "Nobody in these numbers is real." in answer.out
    folder = tmp_path / "x"
    last = f"Folder  {folder}\nReport  {folder / 'report.html'}\nSample  {folder / 'sample'}\n"
    assert answer.out.endswith(last)
    page = (folder / "report.html").read_text("utf-8")
    assert "Of those who ever bear a sanction" in page
    assert "Published: 17 (9.9 to 27.2)" in page
    assert "https://" not in page
    again = cli("country", "joint-2020", *SIZE, "--out", tmp_path / "x")
    assert again.code == 2
    assert "exists already" in again.err


def test_two_arms_stand_side_by_side(cli: Cli, tmp_path: Path) -> None:
    words = ("country", "fragmented-2018", "--safeguard", "notice", "--with-and-without", *SIZE)
    answer = cli(*words, "--out", tmp_path / "x", "--json")
    assert answer.code == 0
    told = json.loads(answer.out)
    assert [c["title"] for c in told["countries"]] == [
        "Fragmented, as in 2018",
        "Fragmented, as in 2018 + notice",
    ]
    assert cli("verify", tmp_path / "x").code == 0
    page = (tmp_path / "x" / "report.html").read_text("utf-8")
    (tmp_path / "x" / "report.html").unlink()
    assert cli("report", tmp_path / "x").code == 0
    assert (tmp_path / "x" / "report.html").read_text("utf-8") == page
    refused = cli("audit", tmp_path / "x")
    assert refused.code == 2
    assert str(Path("1-fragmented-2018+notice", "sample")) in refused.err


def test_without_a_safeguard_there_is_no_other_arm(cli: Cli, tmp_path: Path) -> None:
    answer = cli("country", "none", "--with-and-without", *SIZE, "--out", tmp_path / "x")
    assert answer.code == 2
    assert "--safeguard" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_the_commands_of_a_run_read_the_sample(cli: Cli, made: Path, tmp_path: Path) -> None:
    assert cli("verify", made).code == 0
    assert cli("verify", made, "--again").code == 0
    assert cli("audit", made / "sample", "--out", tmp_path / "audit").code == 0
    assert cli("life", made / "sample", "7").code == 0
    for command in ("audit", "life"):
        refused = cli(command, made)
        assert refused.code == 2
        assert f"Ask its sample, {made / 'sample'}" in refused.err


def test_a_changed_country_is_found_out(cli: Cli, tmp_path: Path) -> None:
    assert cli("country", "none", *SIZE, "--out", tmp_path / "x").code == 0
    (tmp_path / "x" / "process.parquet").write_bytes(b"")
    answer = cli("verify", tmp_path / "x")
    assert answer.code == 1
    assert "process.parquet was changed after the run" in answer.err


def test_shards_are_joined(cli: Cli, made: Path, tmp_path: Path) -> None:
    words = ("country", "joint-2020", *SIZE, "--out", tmp_path)
    assert cli(*words, "--shard", "2/2").code == 0
    answer = cli("merge", tmp_path)
    assert answer.code == 2
    assert "1 of 2 shards are missing" in answer.err
    command = next(x for x in answer.err.splitlines() if "--shard 1/2" in x).split()
    assert command[0] == "scoredsociety"
    assert cli(*command[1:]).code == 0
    assert cli("merge", tmp_path).code == 0
    manifests = [(p / "manifest.json").read_bytes() for p in (tmp_path / "country", made)]
    assert manifests[0] == manifests[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--shard", "three"), "Write i/n"),
        (("--shard", "3/2"), "shard 3/2 is not allowed"),
        (("--people", "3e9"), "can be simulated"),
        (("--sample", "-1"), "Allowed: 0 (none) or more"),
        (("--passes", "0"), "passes: 0 is not allowed"),
        (("--safeguard", "notice", "--with-and-without", "--shard", "1/2"), "one arm only"),
    ],
)
def test_what_cannot_be_is_refused(
    cli: Cli, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    answer = cli("country", "fragmented-2018", *SIZE, *words, "--out", tmp_path / "x")
    assert answer.code == 2
    assert told in " ".join(answer.err.split())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_shards_is_not_merged(cli: Cli, tmp_path: Path) -> None:
    answer = cli("merge", tmp_path)
    assert answer.code == 2
    assert "holds no shard" in answer.err
