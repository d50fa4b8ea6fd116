"""Checks of what joins the schemes of a regime: copied records and joint enforcement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scoredsociety.schemes.errors import Finding, Path, Tree, show
from scoredsociety.schemes.kinds.needs import phrase
from scoredsociety.schemes.plain import Plain, block, exists, items, one_of, twice

RECORDING = ("points", "features", "list", "record")
"""Kinds of scheme whose records can be copied, and into which copies can be made."""
SCORED = ("points", "features")


def agreements(data: Tree, kinds: Mapping[str, Any], world: Plain, files: bool) -> list[Finding]:
    """Check memoranda and joint enforcement.

    Parameters
    ----------
    data : mapping
        Plain data of a regime, as written or written out.
    kinds : mapping of str to str
        Kinds of the schemes of this regime.
    world : mapping
        Plain data of the world.
    files : bool
        Whether this is a file as somebody wrote it: an empty list of institutions is then a
        mistake, and not what a safeguard has left over.

    Returns
    -------
    list of Finding
    """
    return _memoranda(data, kinds) + _circles(data) + _joint(data, kinds, world, files)


def _memoranda(data: Tree, kinds: Mapping[str, Any]) -> list[Finding]:
    findings: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for i, memo in enumerate(items(data, "memoranda")):
        at: Path = ("memoranda", i)
        origin, target = memo.get("origin"), memo.get("target")
        for end, name in (("origin", origin), ("target", target)):
            findings += exists(name, kinds, "scheme in this regime", (*at, end))
            kind = kinds.get(name) if isinstance(name, str) else None
            if isinstance(kind, str) and kind not in RECORDING:
                message = f"the {end} {name} is {phrase(kind)}, which keeps no records of people"
                allowed = f"a scheme of the kind {', '.join(RECORDING)}"
                findings.append(Finding((*at, end), message, show(name), allowed))
        findings += _writes(memo, target, kinds, at)
        pair = (str(origin), str(target))
        if memo and pair[0] == pair[1]:
            findings.append(Finding(at, "a memorandum cannot join a scheme to itself"))
        if pair in seen:
            findings.append(Finding(at, "this memorandum stands twice", hint="delete one"))
        seen.add(pair)
    return findings


def _writes(memo: Plain, target: object, kinds: Mapping[str, Any], at: Path) -> list[Finding]:
    """Check that a copy costs points in a score, and is an entry elsewhere."""
    findings = one_of(memo, ("points", "lists"), at)
    kind = kinds.get(target) if isinstance(target, str) else None
    if findings or kind not in RECORDING:
        return findings
    wrong, right = ("lists", "points") if kind in SCORED else ("points", "lists")
    if memo.get(wrong) is not None:
        fix = "points: with a number below 0" if right == "points" else "lists: true"
        message = f"the target {target} is {phrase(kind)}: a copy needs {right}, not {wrong}"
        findings.append(Finding((*at, wrong), message, hint=f"write {fix}", at_key=True))
    return findings


def circle(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return the circle that the last of these pairs (origin, target) closes, or nothing.

    Examples
    --------
    >>> circle([("a", "b"), ("b", "c"), ("c", "a")])
    ['c', 'a', 'b', 'c']
    """
    edges: dict[str, list[str]] = {}
    for origin, target in pairs[:-1]:
        edges.setdefault(origin, []).append(target)
    origin, target = pairs[-1]
    way = _way(edges, target, origin) if origin != target else []
    return [origin, *way] if way else []


def _circles(data: Tree) -> list[Finding]:
    """Find memoranda that lead back to where they began."""
    pairs: list[tuple[str, str]] = []
    findings = []
    for i, memo in enumerate(items(data, "memoranda")):
        origin, target = memo.get("origin"), memo.get("target")
        if not isinstance(origin, str) or not isinstance(target, str):
            continue
        fresh = (origin, target) not in pairs
        pairs.append((origin, target))
        round_ = circle(pairs)
        if round_ and fresh:
            message = f"the copies go round in a circle: {' > '.join(round_)}"
            hint = "delete one of these memoranda"
            findings.append(Finding(("memoranda", i), message, hint=hint))
    return findings


def _way(edges: Mapping[str, list[str]], start: str, end: str) -> list[str]:
    """Return the schemes on a way between two of them, both ends included, or nothing."""
    before: dict[str, str] = {start: ""}
    queue = [start]
    while queue:
        here = queue.pop(0)
        if here == end:
            way = [here]
            while before[way[-1]]:
                way.append(before[way[-1]])
            return way[::-1]
        for there in edges.get(here, []):
            if there not in before:
                before[there] = here
                queue.append(there)
    return []


def _joint(data: Tree, kinds: Mapping[str, Any], world: Plain, files: bool) -> list[Finding]:
    findings: list[Finding] = []
    known = block(world, "institutions")
    joined: dict[tuple[str, str], int] = {}
    for i, row in enumerate(items(data, "joint")):
        at: Path = ("joint", i)
        origin, named = row.get("origin"), row.get("institutions")
        findings += exists(origin, kinds, "scheme in this regime", (*at, "origin"))
        kind = kinds.get(origin) if isinstance(origin, str) else None
        if isinstance(kind, str) and kind != "list":
            message = f"the origin {origin} is {phrase(kind)}"
            findings.append(Finding((*at, "origin"), message, show(origin), "a list scheme"))
        if named == [] and files:
            message = "no institution is named here"
            findings.append(Finding((*at, "institutions"), message, hint="write all"))
        names = list(known) if named == "all" else items(row, "institutions", str)
        place: Path = (*at, "institutions")
        if named != "all":
            for k, name in enumerate(names):
                findings += exists(name, known, "institution", (*place, k))
            findings += twice(names, place, "institution")
        other = next((joined[str(origin), n] for n in names if (str(origin), n) in joined), None)
        if other is not None:
            message = f"an institution enforces {origin} already: joint[{other}]"
            findings.append(Finding(place, message, hint="name each institution once for a list"))
        for name in names:
            joined.setdefault((str(origin), name), i)
    return findings
