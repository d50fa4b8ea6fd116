"""Small questions about plain data, and the findings that many checks share.

Whatever has the wrong shape is passed over, so that findings of meaning can be told together
with those of shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeGuard

from scoredsociety.schemes.errors import Finding, Path, Tree, listed, nearest, show

Plain = Mapping[str, Any]


def block(data: Tree, key: str) -> dict[str, Any]:
    """Return the mapping under a key, or an empty one."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, dict) else {}


def items(data: Tree, key: str, kind: type = dict) -> list[Any]:
    """Return the list under a key with what is not of a kind made harmless."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return [v if isinstance(v, kind) else kind() for v in value] if isinstance(value, list) else []


def get(data: Tree, *path: str | int) -> Tree:
    """Return what stands at a path of keys, or None."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def number(data: Tree, *path: str | int) -> float | None:
    """Return the value of the quantity at a path, or None."""
    value = get(data, *path, "value")
    return value if is_number(value) else None


def is_number(value: object) -> TypeGuard[float]:
    """Whether this is a number, truth values left out."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def exists(
    name: object, known: Iterable[str], what: str, at: Path, key: bool = False
) -> list[Finding]:
    """Find a name that leads nowhere; what is no text is passed over."""
    known = list(known)
    if not isinstance(name, str) or name in known:
        return []
    message = f"there is no {what} {show(name)}"
    return [Finding(at, message, show(name), listed(known), nearest(name, known), at_key=key)]


def one_of(entry: Plain, names: tuple[str, str], at: Path) -> list[Finding]:
    """Find that both or neither of two keys stand in a block."""
    present = [name for name in names if entry.get(name) is not None]
    if len(present) == 1 or not entry:
        return []
    message = "both stand here" if present else "neither stands here"
    return [Finding(at, f"{message}: {names[0]} and {names[1]}", allowed="exactly one of the two")]


def twice(names: Iterable[object], at: Path, what: str) -> list[Finding]:
    """Find names that a list holds more than once."""
    findings: list[Finding] = []
    seen: set[str] = set()
    for i, name in enumerate(names):
        if isinstance(name, str) and name in seen:
            message = f"the {what} {show(name)} stands twice"
            findings.append(Finding((*at, i), message, show(name), hint="delete one"))
        seen.add(str(name))
    return findings


def under(at: Path, finding: Finding) -> Finding:
    """Move a finding below a path."""
    return replace(finding, path=(*at, *finding.path))
