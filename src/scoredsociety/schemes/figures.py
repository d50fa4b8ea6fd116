"""Every number of a file: where it comes from, and whether it lies in its limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoredsociety.schemes import limits
from scoredsociety.schemes.errors import Finding, Path, Tree, show
from scoredsociety.schemes.plain import Plain, block, exists, is_number


def numbers(data: Tree, table: dict[Path, limits.Limit]) -> Iterator[Finding]:
    """Check the sources and limits of all numbers.

    Parameters
    ----------
    data : mapping
        Plain data of a file.
    table : dict of Path to Limit
        Limits by path, with ``*`` for any key.

    Yields
    ------
    Finding
    """
    sources = block(data, "sources")
    for path, entry in blocks(data, ()):
        confidence, source = entry.get("confidence"), entry.get("source")
        if isinstance(source, str):
            yield from exists(source, sources, "source", (*path, "source"))
        elif confidence in ("H", "M", "L"):
            yield Finding(
                path,
                f"confidence {confidence} needs a source",
                hint="add source: with a name from sources:, or write confidence: assumed",
            )
        elif confidence == "derived" and not entry.get("note"):
            yield Finding(
                path,
                "a derived number needs a source, or a note that says how it was derived",
                hint="add source: or note:",
            )
        yield from _value(entry, path, limits.limit_at(path, table))


def blocks(data: Tree, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every block that says its confidence."""
    if isinstance(data, dict):
        if "confidence" in data:
            yield path, data
        for key, value in data.items():
            if (path, key) != ((), "sources"):
                yield from blocks(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from blocks(value, (*path, i))


def within(value: object, limit: limits.Limit, at: Path) -> list[Finding]:
    """Check one bare number of a block that says its confidence."""
    if not is_number(value) or limit.accepts(value):
        return []
    return [Finding(at, f"{show(value)} is not allowed", show(value), str(limit))]


def _value(entry: Plain, path: Path, limit: limits.Limit | None) -> Iterator[Finding]:
    value, span = entry.get("value"), entry.get("range")
    ends = span if isinstance(span, list) and len(span) == 2 and all(map(is_number, span)) else None
    if limit is not None:
        yield from within(value, limit, (*path, "value"))
        for i, end in enumerate(ends or []):
            if not limit.accepts(end):
                message = f"{show(end)} is not allowed as an end of the range"
                yield Finding((*path, "range", i), message, show(end), str(limit))
    if ends is None:
        return
    if ends[0] > ends[1]:
        hint = f"write [{ends[1]}, {ends[0]}]"
        yield Finding((*path, "range"), "the range ends before it begins", hint=hint)
    elif is_number(value) and not ends[0] <= value <= ends[1]:
        message = f"{show(value)} lies outside its own range"
        allowed = f"a number from {ends[0]} to {ends[1]}"
        yield Finding((*path, "value"), message, show(value), allowed)
