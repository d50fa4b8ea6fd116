"""What the pages say about the code is true: rooms, schedule, links and commands."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer

from scoredsociety.cli import app
from scoredsociety.engine import SCHEDULE

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "scoredsociety"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ALLOWED: dict[str, set[str]] = {
    "base": set(),
    "schemes": set(),
    "society": {"base", "schemes"},
    "engine": {"base", "schemes", "society"},
    "opinion": {"base", "schemes", "society", "engine"},
    "study": {"base", "schemes", "society", "engine"},
    "audit": {"schemes", "engine"},
    "report": {"schemes", "society", "engine", "opinion", "audit"},
    "doors": {"schemes", "society", "engine", "opinion", "study", "audit", "report"},
    "evidence": {"schemes", "society", "engine", "opinion", "study", "audit", "report"},
    "cli": {
        "schemes",
        "engine",
        "opinion",
        "study",
        "audit",
        "report",
        "doors",
        "evidence",
    },
}
"""What each room may import: the table of docs/architecture.md."""
LATE: dict[tuple[str, str], set[str]] = {
    ("audit/audit.py", "report"): {"chart"},
    ("audit/specimens.py", "study"): {"shipped"},
}
"""Imports against the direction, which only these functions may make."""
OWN_NAME = {"study", "cli"}
"""Rooms that read the version number from the package."""


def room(module: Path) -> str:
    """Return the room of a module."""
    return module.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, str]]:
    """Yield every name imported from the package, and the function that it is imported in."""
    for node in ast.iter_child_nodes(tree):
        here = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else inside
        if isinstance(node, ast.Import):
            yield from ((alias.name, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are written out in full"
            base = node.module or ""
            deep = [f"{base}.{alias.name}" for alias in node.names]
            yield from ((name, inside) for name in (deep if base == "scoredsociety" else [base]))
        yield from imports(node, here)


def rooms_imported(module: Path) -> set[tuple[str, str]]:
    """Return the other rooms that a module imports, with the function that does."""
    found = set()
    for name, function in imports(ast.parse(module.read_text("utf-8"))):
        parts = name.split(".")
        if parts[0] != "scoredsociety":
            continue
        target = parts[1] if len(parts) > 1 and parts[1] != "__version__" else ""
        if target != room(module):
            found.add((target, function))
    return found


MODULES = [
    m for m in sorted(SOURCE.rglob("*.py")) if not m.name.startswith("__") or m.parent != SOURCE
]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(SOURCE)))
def test_a_module_imports_only_rooms_behind_its_own(module: Path) -> None:
    assert room(module) in ALLOWED, f"no page knows the room {room(module)}"
    for target, function in rooms_imported(module):
        if not target:
            assert room(module) in OWN_NAME
        elif target not in ALLOWED[room(module)]:
            late = LATE.get((module.relative_to(SOURCE).as_posix(), target), set())
            assert function in late, f"{room(module)} imports {target}"


def test_the_directions_have_no_circle() -> None:
    left = dict(ALLOWED)
    while left:
        free = [name for name, needs in left.items() if not needs & left.keys()]
        assert free, f"these need each other: {sorted(left)}"
        for name in free:
            del left[name]


def rows(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its head."""
    text = (ROOT / "docs" / page).read_text("utf-8").split(heading, 1)[1]
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert table is not None
    return [[c.strip() for c in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def test_the_rooms_of_the_page_are_those_of_the_code() -> None:
    told = {}
    for name, _, needs in rows("architecture.md", "## Rooms"):
        name = name.strip("`").removesuffix(".py").rstrip("/")
        if name == "cli":
            told[name] = ALLOWED.keys() - {"base", "society", "cli"}
        elif name != "catalogue":
            told[name] = set() if needs == "nothing" else set(needs.split(", "))
    assert told == ALLOWED
    there = {room(m) for m in MODULES}
    assert there == set(ALLOWED)


def test_the_schedule_of_the_page_is_that_of_the_code() -> None:
    told = rows("model.md", "## 3. Process overview and schedule")
    assert told == [
        [str(s.number), s.name, s.does, f"`{s.function}`" if s.function else ""] for s in SCHEDULE
    ]


@pytest.mark.parametrize("step", [s for s in SCHEDULE if s.function], ids=lambda s: s.name)
def test_the_kernel_of_a_step_exists(step: Any) -> None:
    module, function = step.function.split(".")
    tree = ast.parse((SOURCE / "engine" / f"{module}.py").read_text("utf-8"))
    assert function in {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}


def fences(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [text for name, text in blocks if name == language]


def links(page: Path) -> Iterator[str]:
    """Yield the targets of links and pictures that are not addresses on the web."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    found = re.findall(r"\]\(\s*<?([^)\s>]+)", text)
    found += re.findall(r"^\[[^\]]+\]:\s*(\S+)", text, re.MULTILINE)
    found += re.findall(r"(?:href|src|srcset)=\"([^\"]+)\"", text)
    yield from (t for t in found if not re.match(r"[a-z]+:|//", t))


def anchors(page: Path) -> set[str]:
    """Return the anchors that headings make."""
    heads = re.findall(r"^#+\s+(.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / unquote(path)).resolve() if path else page
        assert file.exists(), f"{page.name}: {target}"
        assert file.is_relative_to(ROOT), f"{page.name}: {target} is outside the project"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    for name in re.findall(r"`((?:src|tests|docs)/[\w./-]+)`", page.read_text("utf-8")):
        assert (ROOT / name).exists(), f"{page.name}: {name}"


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each call of the program in a block of shell."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|;|\|", line.split(" #")[0].removeprefix("$ ")):
            words = shlex.split(part)
            if words and Path(words[0]).name == "scoredsociety":
                yield words[1:]


def parse(words: list[str]) -> None:
    """Let the command line read a call, without doing what it asks."""
    group: Any = typer.main.get_command(app)
    with group.make_context("scoredsociety", list(words), resilient_parsing=True) as context:
        if not words or words[0].startswith("-"):
            return
        command = group.get_command(context, words[0])
        assert command is not None, f"there is no command {words[0]!r}"
        with command.make_context(words[0], list(words[1:]), parent=context):
            pass


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_on_a_page_can_be_given(page: Path) -> None:
    for block in fences(page, "sh"):
        for words in commands(block):
            parse(words)


@pytest.mark.parametrize(
    "wrong",
    ["walk fragmented-2018", "run", "run fragmented-2018 --peeple 3", "run a --people many"],
)
def test_a_command_that_does_not_exist_is_noticed(wrong: str) -> None:
    with pytest.raises(Exception, match=r".+") as caught:
        parse(shlex.split(wrong))
    assert not isinstance(caught.value, SystemExit)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_python_on_a_page_can_be_read_and_its_imports_exist(page: Path) -> None:
    for block in fences(page, "python"):
        code = re.sub(r"^(?:>>>|\.\.\.) ?", "", block, flags=re.MULTILINE)
        wanted = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.ImportFrom)]
        for node in wanted:
            if (node.module or "").startswith("scoredsociety"):
                module = __import__(node.module or "", fromlist=[a.name for a in node.names])
                for alias in node.names:
                    assert hasattr(module, alias.name), f"{page.name}: {alias.name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_a_page_can_be_read_in_one_sitting(page: Path) -> None:
    assert len(page.read_text("utf-8").splitlines()) < 400
