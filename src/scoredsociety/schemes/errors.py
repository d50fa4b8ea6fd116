"""What went wrong in a file, told to the person who wrote it."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Path = tuple[str | int, ...]
"""Where something stands inside a file: keys and list positions from the top."""

Tree: TypeAlias = Any
"""Plain data: dictionaries, lists, texts, numbers, truth values and ``None``."""

SHOWN = 60
MOST_SHOWN = 50


@dataclass(frozen=True)
class Finding:
    """A mistake and the path where it stands, before its line is known."""

    path: Path
    message: str
    value: str = ""
    allowed: str = ""
    hint: str = ""
    at_key: bool = False
    """Whether the key itself is wrong, rather than what it holds."""


@dataclass(frozen=True)
class Problem:
    """One mistake in one file.

    Attributes
    ----------
    file : str
        Name of the file as it was given, without its folder.
    line, column : int or None
        Counted from 1; none when the file as a whole is meant.
    path : str
        For example ``rules[2].points``; list positions are counted from 0.
    value : str
        What stands there, shortened and made safe to print.
    message : str
        What is wrong, as a sentence.
    allowed : str
        What would be accepted; may be empty.
    hint : str
        The likely fix; may be empty.
    """

    file: str
    line: int | None
    column: int | None
    path: str
    value: str
    message: str
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        start = self.file if self.line is None else f"{self.file}:{self.line}"
        text = f"{start}: {self.path}: {self.message}" if self.path else f"{start}: {self.message}"
        text = _stop(text)
        if self.allowed:
            text += f" Allowed: {_stop(self.allowed)}"
        if self.hint:
            text += f" Likely fix: {_stop(self.hint)}"
        return text


class SchemeError(Exception):
    """A file of a scheme, regime or safeguard cannot be accepted.

    Parameters
    ----------
    problems : sequence of Problem
        Everything that was found, in the order of the file.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        if len(self.problems) > MOST_SHOWN:
            lines.append(f"... and {len(self.problems) - MOST_SHOWN} more problems")
        return "\n".join(lines)


def problem_of_file(file: str, message: str, hint: str = "", allowed: str = "") -> SchemeError:
    """Return the error for a file as a whole."""
    return SchemeError([Problem(clean(file), None, None, "", "", message, allowed, hint)])


def path_text(path: Path) -> str:
    """Write a path as people read it.

    Examples
    --------
    >>> path_text(("rules", 2, "points"))
    'rules[2].points'
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + clean(step)
    return text


def clean(text: str, limit: int = SHOWN) -> str:
    """Shorten a text and escape what a terminal could act upon.

    Control characters, invisible format characters (among them those that turn the
    direction of writing) and line ends are written as escapes.
    """
    cut = text if len(text) <= limit else text[: limit - 3] + "..."
    return "".join(
        c.encode("unicode_escape").decode()
        if unicodedata.category(c)[0] in "CZ" and c != " "
        else c
        for c in cut
    )


def show(value: object) -> str:
    """Write a value of a file for a message: short, on one line, safe to print."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return clean(repr(value))
    if isinstance(value, str):
        return f'"{clean(value)}"'
    if isinstance(value, dict):
        keys = ", ".join(clean(str(key), 20) for key in list(value)[:4])
        return f"a block with the keys {keys}" if keys else "an empty block"
    if isinstance(value, list):
        return "a list of one item" if len(value) == 1 else f"a list of {len(value)} items"
    return clean(str(value))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the hint that names the nearest known name, or nothing."""
    options = {option.lower(): option for option in known}
    close = difflib.get_close_matches(name.lower()[:80], list(options), n=1, cutoff=0.6)
    return f"write {options[close[0]]}" if close else ""


def listed(names: Iterable[str], limit: int = 30) -> str:
    """Write the known names, in order, for the part after ``Allowed:``."""
    known = sorted(names)
    if not known:
        return "none exists"
    more = f" and {len(known) - limit} more" if len(known) > limit else ""
    return ", ".join(known[:limit]) + more


def _stop(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else text + "."
