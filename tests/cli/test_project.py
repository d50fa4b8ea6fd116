"""The project around the code: lock, wheel, versions, and the commands that documents name."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import scoredsociety

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~ \[;]", name)[0]).lower()


def test_the_version_is_written_the_same_everywhere():
    version = scoredsociety.__version__
    assert PROJECT["version"] == version
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\n## {version}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_lock_holds_every_dependency_with_its_hashes():
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    blocks = re.findall(r"^(\S+)==\S+.*((?:\n    .*)+)", LOCK, re.M)
    assert {plain(w) for w in wanted} <= {plain(name) for name, _ in blocks}
    assert all("--hash=sha256:" in lines for _, lines in blocks)
    assert not re.search(r"://|--index|--find-links|/tmp|/work", LOCK)


@pytest.mark.slow
def test_the_wheel_holds_the_data_and_no_tests(tmp_path):
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "src"
    for path in (source / "scoredsociety").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(source).as_posix() in held
    for name in ("py.typed", "report/style.css", "catalogue/schemes/court-list.yaml"):
        assert f"scoredsociety/{name}" in held
    assert any(name.endswith("LICENSE") for name in held)
    assert not [name for name in held if not name.startswith("scoredsociety")]


def documented() -> list[tuple[Path, list[str]]]:
    """Return each document with its commands of ``scoredsociety`` and its Python blocks."""
    found = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]:
        parts = []
        for kind, body in re.findall(r"^```(\w*)\n(.*?)^```", path.read_text("utf-8"), re.M | re.S):
            if kind in ("python", "py"):
                parts.append(body)
            elif kind in ("sh", "bash", "shell", "console", ""):
                joined = body.replace("\\\n", " ")
                lines = [line.strip().removeprefix("$ ") for line in joined.splitlines()]
                parts += [x.partition("  #")[0] for x in lines if x.startswith("scoredsociety ")]
        found.append((path, parts))
    return found


def is_a_form(command: str) -> bool:
    """Whether a command is a form to fill in, as ``scoredsociety life DIR INDEX``."""
    return bool(re.search(r"[<\[…]|\.\.\.|(?<![\w-])[A-Z]{3,}(?![\w-])", command))


@pytest.mark.slow
@pytest.mark.parametrize("document", documented(), ids=lambda d: d[0].name)
def test_what_documents_tell_to_type_works(document, tmp_path):
    own = ROOT / "src/scoredsociety/catalogue/schemes/court-list.yaml"
    for name in ("my-scheme.yaml", "mine.yaml"):  # what a reader has written by then
        shutil.copy(own, tmp_path / name)
    for body in re.findall(r"^```yaml\n(questionnaire: .*?)^```", document[0].read_text("utf-8"),
                           re.M | re.S):  # fmt: skip
        name = body.partition("\n")[0].removeprefix("questionnaire: ")
        (tmp_path / f"{name}.yaml").write_text(body, encoding="utf-8")
    for text in document[1]:
        if text.startswith("scoredsociety "):
            if is_a_form(text):
                continue
            command = [sys.executable, "-m", "scoredsociety", *shlex.split(text)[1:]]
        else:
            command = [sys.executable, "-c", text]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{text}\n{done.stderr}"
