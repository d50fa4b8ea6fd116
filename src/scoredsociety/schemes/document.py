"""A file as plain data that remembers where everything stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from scoredsociety.schemes.errors import Finding, Path, Problem, SchemeError, path_text


class Mark(NamedTuple):
    """A position in a file; line and column are counted from 1."""

    file: str
    line: int
    column: int


@dataclass
class Document:
    """A file as plain data, with the position of every key and value.

    Attributes
    ----------
    file : str
        Name shown in messages.
    data : object
        Dictionaries, lists, texts, numbers, truth values and ``None``.
    keys, values : dict
        Path to the position of the key, and of the value.
    found : list of (Finding, Mark)
        Mistakes that did not stop the reading.
    """

    file: str
    data: Any = None
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)
    found: list[tuple[Finding, Mark]] = field(default_factory=list)

    def mark(self, path: Path, at_key: bool = False) -> Mark:
        """Return the position of a path, or of the nearest thing that holds it."""
        if at_key and path in self.keys:
            return self.keys[path]
        while path:
            if path in self.values:
                return self.values[path]
            path = path[:-1]
        return self.values.get((), Mark(self.file, 1, 1))

    def problem(self, finding: Finding, mark: Mark | None = None) -> Problem:
        """Give a finding its line."""
        mark = mark or self.mark(finding.path, finding.at_key)
        return Problem(
            mark.file,
            mark.line,
            mark.column,
            path_text(finding.path),
            finding.value,
            finding.message,
            finding.allowed,
            finding.hint,
        )

    def raise_if(self, findings: list[Finding]) -> None:
        """Raise all mistakes at once, in the order of the file, if there is any.

        Raises
        ------
        SchemeError
            With what the reader found and ``findings``, without repeats.
        """
        bad = {finding.path for finding, _ in self.found}
        fresh = [f for f in findings if not any(f.path[: len(path)] == path for path in bad)]
        problems = dict.fromkeys(
            [self.problem(*f) for f in self.found] + [self.problem(f) for f in fresh]
        )
        if problems:
            ordered = sorted(problems, key=lambda p: (p.file, p.line or 0, p.column or 0))
            raise SchemeError(ordered)
