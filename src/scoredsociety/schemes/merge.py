"""Bringing what a file declares or cites into the regime that it joins."""

from __future__ import annotations

from typing import Any

from scoredsociety.schemes.errors import Finding, Path, Tree
from scoredsociety.schemes.patch import bare
from scoredsociety.schemes.plain import Plain, block


def merge_conducts(world: dict[str, Any], scheme: Plain) -> list[Finding]:
    """Add the conduct that a scheme declares, with its gravity and sources, to the world."""
    findings: list[Finding] = []
    for name, conduct in block(scheme, "conducts").items():
        if name in world["conducts"]:
            if bare(world["conducts"][name]) != bare(conduct):
                message = f"another scheme of this regime declares {name} in another way"
                findings.append(Finding(("conducts", name), message, hint="rename one"))
            continue
        world["conducts"][name] = _rehoused(conduct, world, scheme)
        world["gravity"][name] = _rehoused(scheme["gravity"][name], world, scheme)
    return findings


def lend_sources(
    data: dict[str, Any], sources: Plain, touched: list[tuple[Path, int]]
) -> list[Finding]:
    """Put the sources that a safeguard cites beside what it changed."""
    findings: list[Finding] = []
    for path, _ in touched:
        house = data["schemes"].get(path[1]) if path[0] == "schemes" and len(path) > 1 else data
        house = data["world"] if path[0] == "world" else house
        if house is None:
            continue
        for name, source in sources.items():
            there = house["sources"].get(name)
            if there is not None and bare(there) != bare(source):
                message = f"the source {name} stands for another publication in what is changed"
                findings.append(Finding(("sources", name), message, hint="rename it"))
            elif there is None:
                house["sources"][name] = dict(source)
    return list(dict.fromkeys(findings))


def _rehoused(value: Tree, world: dict[str, Any], scheme: Plain) -> Tree:
    """Copy a block and bring the sources it cites into the world."""
    if not isinstance(value, dict):
        return value
    copy = {key: _rehoused(inner, world, scheme) for key, inner in value.items()}
    cited = copy.get("source")
    if isinstance(cited, str):
        source = scheme["sources"][cited]
        if world["sources"].get(cited, source) != source:
            cited = f"{scheme['scheme']}-{cited}"
        world["sources"][cited] = source
        copy["source"] = cited
    return copy
