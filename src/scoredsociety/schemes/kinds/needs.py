"""Which blocks a kind of scheme needs, and which have no meaning in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scoredsociety.schemes.errors import Finding, Path, nearest, show
from scoredsociety.schemes.plain import get

EXPIRY: Path = ("process", "expiry_months")
EXIT: Path = ("process", "exit")
RESET: Path = ("process", "reset")

NEEDS: Mapping[str, tuple[Path, ...]] = {
    "points": (("start",), ("grades",), ("process",), EXPIRY),
    "list": (("process",), EXIT),
    "record": (("process",), EXPIRY),
    "features": (("features",), ("grades",), ("process",), EXPIRY),
    "stars": (("stars",), ("grades",), ("process",)),
    "organisations": (("organisations",),),
}
USELESS: Mapping[str, tuple[Path, ...]] = {
    "points": (("features",), ("stars",), ("organisations",), ("disclosure",), EXIT),
    "list": (
        ("start",),
        ("grades",),
        ("features",),
        ("stars",),
        ("organisations",),
        EXPIRY,
        RESET,
    ),
    "record": (("start",), ("grades",), ("features",), ("stars",), ("organisations",), EXIT, RESET),
    "features": (("start",), ("stars",), ("organisations",), ("disclosure",), EXIT, RESET),
    "stars": (
        ("start",),
        ("features",),
        ("organisations",),
        ("disclosure",),
        ("rules",),
        EXIT,
        EXPIRY,
    ),
    "organisations": (
        ("start",),
        ("features",),
        ("stars",),
        ("rules",),
        ("effects",),
        ("process",),
        ("awareness",),
        ("feedback",),
        ("disclosure",),
    ),
}


def phrase(kind: str) -> str:
    """Name a kind of scheme in a sentence, with its article."""
    return "a scheme of organisations" if kind == "organisations" else f"a {kind} scheme"


def needs(data: dict[str, Any], kind: str) -> list[Finding]:
    """Find the blocks that are missing."""
    findings = []
    for path in NEEDS[kind]:
        if len(path) > 1 and not isinstance(get(data, *path[:-1]), dict):
            continue
        # A term that says null is there: it says that there is none.
        if get(data, *path) is None:
            message = f"{phrase(kind)} needs the key {path[-1]}"
            findings.append(Finding(path[:-1], message, hint=f"add {path[-1]}:", at_key=True))
    return findings


def useless(data: dict[str, Any], kind: str, written: bool) -> list[Finding]:
    """Find the blocks that have no meaning; an empty list counts as absent."""
    findings = []
    for path in USELESS[kind]:
        if path == ("process",) and not written:
            continue  # filled in for every scheme that is written out
        if get(data, *path) not in (None, [], {}):
            message = f"{path[-1]} has no meaning in {phrase(kind)}"
            hint = f"delete {path[-1]}:"
            findings.append(Finding(path, message, hint=hint, at_key=True))
    return findings


def grade(name: object, names: list[str], at: Path) -> list[Finding]:
    """Find a grade that the scheme does not have."""
    if not isinstance(name, str) or name in names or not names:
        return []
    message = f"there is no grade {show(name)}"
    return [Finding(at, message, show(name), ", ".join(names), nearest(name, names))]
