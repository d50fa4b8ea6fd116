"""What a file must mean, beyond its shape: names that exist, numbers in their limits.

Every function takes plain data and passes over what has the wrong shape, so that its
findings can be told together with those of shape. Nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeGuard

from scoredsociety.schemes import limits
from scoredsociety.schemes.errors import Finding, Path, Tree, listed, nearest, show
from scoredsociety.schemes.kinds import kind_findings
from scoredsociety.schemes.patch import ROOTS, PathError, operation, parse_path

Plain = Mapping[str, Any]


def scheme(data: Tree, world: Plain, own_conducts: bool = True) -> list[Finding]:
    """Check a scheme against the world.

    Parameters
    ----------
    data : mapping
        Plain data of the file.
    world : mapping
        Plain data of the world.
    own_conducts : bool
        Whether the conduct that the scheme declares is still to be merged into the world.

    Returns
    -------
    list of Finding
    """
    findings = list(_numbers(data, limits.SCHEME))
    own = block(data, "conducts")
    known = {**block(world, "conducts"), **own}
    if own_conducts:
        for name, conduct in own.items():
            if name in block(world, "conducts"):
                message = f"the conduct {name} exists already, for every scheme"
                findings.append(Finding(("conducts", name), message, hint="give it another name"))
            findings += _conduct(conduct, ("conducts", name), world)
            if name not in block(data, "gravity"):
                message = "this conduct has no entry in gravity"
                hint = f"add gravity: with {name} and its expected social harm in CNY"
                findings.append(Finding(("conducts", name), message, hint=hint))
        for name in block(data, "gravity"):
            findings += _exists(name, own, "conduct declared here", ("gravity", name), key=True)
    findings += _rules(data, known)
    for i, effect in enumerate(items(data, "effects")):
        at: Path = ("effects", i)
        findings += _one_of(effect, ("listed", "grade"), at)
        findings += _one_of(effect, ("sanction", "reward"), at)
        for what in ("sanction", "reward"):
            code = effect.get(what)
            findings += _exists(code, world[f"{what}s"], what, (*at, what))
    for i, feedback in enumerate(items(data, "feedback")):
        at = ("feedback", i)
        findings += _one_of(feedback, ("listed", "below"), at)
        findings += _exists(feedback.get("conduct"), known, "conduct", (*at, "conduct"))
    findings += kind_findings(data)
    for letter, calibration in block(data, "calibrations").items():
        findings += _patches(calibration, ("calibrations", letter))
    return findings


def regime(data: Tree, schemes: Mapping[str, Plain]) -> list[Finding]:
    """Check the file of a regime; ``schemes`` are those it names, by their own name."""
    findings = list(_numbers(data, {}))
    seen: set[str] = set()
    for i, member in enumerate(items(data, "schemes")):
        name = member.get("scheme")
        if not isinstance(name, str):
            continue
        if name in seen:
            message = f"the scheme {show(name)} stands twice in this regime"
            findings.append(Finding(("schemes", i, "scheme"), message, hint="delete one"))
        seen.add(name)
        letter = member.get("calibration")
        if isinstance(letter, str) and name in schemes:
            letters = {*block(schemes[name], "calibrations"), "A"}
            at: Path = ("schemes", i, "calibration")
            findings += _exists(letter, letters, f"calibration of {name}", at)
    kinds = {name: schemes[name].get("kind") for name in seen if name in schemes}
    return findings + _memoranda(data, kinds)


def resolved(data: Tree) -> list[Finding]:
    """Check a regime with everything written out, after a change."""
    world_now = block(data, "world")
    findings = [_under(("world",), f) for f in world(world_now)]
    for name, one in block(data, "schemes").items():
        inner = scheme(one, world_now, own_conducts=False) if isinstance(one, dict) else []
        findings += [_under(("schemes", name), f) for f in inner]
    kinds = {n: block(data, "schemes")[n].get("kind") for n in block(data, "schemes")}
    return findings + _memoranda(data, kinds)


def safeguard(data: Tree, known: Iterable[str]) -> list[Finding]:
    """Check the file of a safeguard; ``known`` are those of the catalogue."""
    findings = list(_numbers(data, {})) + _patches(data, (), ROOTS)
    includes = data.get("includes")
    for i, name in enumerate(includes if isinstance(includes, list) else []):
        if name == data.get("safeguard"):
            message = "a safeguard cannot include itself"
            findings.append(Finding(("includes", i), message, hint="delete the name"))
        else:
            findings += _exists(name, known, "safeguard", ("includes", i))
    if not data.get("patch") and not includes:
        findings.append(Finding((), "this safeguard changes nothing", hint="add patch:"))
    return findings


def world(data: Tree) -> list[Finding]:
    """Check the world."""
    findings = list(_numbers(data, limits.WORLD))
    for name, conduct in block(data, "conducts").items():
        findings += _conduct(conduct, ("conducts", name), data)
        if name not in block(data, "gravity"):
            findings.append(Finding(("conducts", name), "this conduct has no entry in gravity"))
    for name in block(data, "gravity"):
        findings += _exists(name, block(data, "conducts"), "conduct", ("gravity", name), key=True)
    harm = block(data, "harm_contexts")
    for name, context in block(data, "contexts").items():
        for i, related in enumerate(items(context, "related", str)):
            at: Path = ("contexts", name, "related", i)
            findings += _exists(related, harm, "harm context", at)
    for kind in ("sanctions", "rewards"):
        for code, entry in block(data, kind).items():
            named = entry.get("context") if isinstance(entry, dict) else None
            findings += _exists(named, harm, "harm context", (kind, code, "context"))
    return findings


# --------------------------------------------------------------------- the pieces


def block(data: Tree, key: str) -> dict[str, Any]:
    """Return the mapping under a key, or an empty one."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, dict) else {}


def items(data: Tree, key: str, kind: type = dict) -> list[Any]:
    """Return the list under a key with what is not of a kind made harmless."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return [v if isinstance(v, kind) else kind() for v in value] if isinstance(value, list) else []


def _numbers(data: Tree, table: dict[Path, limits.Limit]) -> Iterator[Finding]:
    sources = block(data, "sources")
    for path, entry in _blocks(data, ()):
        confidence, source = entry.get("confidence"), entry.get("source")
        if isinstance(source, str):
            yield from _exists(source, sources, "source", (*path, "source"))
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


def _blocks(data: Tree, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every block that says its confidence."""
    if isinstance(data, dict):
        if "confidence" in data:
            yield path, data
        for key, value in data.items():
            if (path, key) != ((), "sources"):
                yield from _blocks(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from _blocks(value, (*path, i))


def _value(entry: Plain, path: Path, limit: limits.Limit | None) -> Iterator[Finding]:
    value, span = entry.get("value"), entry.get("range")
    ends = span if isinstance(span, list) and len(span) == 2 and all(map(_real, span)) else None
    if limit is not None:
        if _real(value) and not limit.accepts(value):
            message = f"{show(value)} is not allowed"
            yield Finding((*path, "value"), message, show(value), str(limit))
        for i, end in enumerate(ends or []):
            if not limit.accepts(end):
                message = f"{show(end)} is not allowed as an end of the range"
                yield Finding((*path, "range", i), message, show(end), str(limit))
    if ends is None:
        return
    if ends[0] > ends[1]:
        hint = f"write [{ends[1]}, {ends[0]}]"
        yield Finding((*path, "range"), "the range ends before it begins", hint=hint)
    elif _real(value) and not ends[0] <= value <= ends[1]:
        message = f"{show(value)} lies outside its own range"
        allowed = f"a number from {ends[0]} to {ends[1]}"
        yield Finding((*path, "value"), message, show(value), allowed)


def _real(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _exists(
    name: object, known: Iterable[str], what: str, at: Path, key: bool = False
) -> list[Finding]:
    known = list(known)
    if not isinstance(name, str) or name in known:
        return []
    message = f"there is no {what} {show(name)}"
    return [Finding(at, message, show(name), listed(known), nearest(name, known), at_key=key)]


def _one_of(entry: Plain, names: tuple[str, str], at: Path) -> list[Finding]:
    present = [name for name in names if entry.get(name) is not None]
    if len(present) == 1 or not entry:
        return []
    message = "both stand here" if present else "neither stands here"
    return [Finding(at, f"{message}: {names[0]} and {names[1]}", allowed="exactly one of the two")]


def _conduct(conduct: Tree, at: Path, world: Plain) -> list[Finding]:
    if not isinstance(conduct, dict):
        return []
    channels = block(world, "channels")
    findings = _exists(conduct.get("context"), world["contexts"], "context", (*at, "context"))
    detection = block(conduct, "detection")
    for name in detection:
        findings += _exists(name, channels, "channel", (*at, "detection", name), key=True)
    total = sum(
        q["value"] for q in detection.values() if isinstance(q, dict) and _real(q.get("value"))
    )
    if total > 1 + 1e-9:
        message = f"the channels together record {total:g} of the acts"
        findings.append(Finding((*at, "detection"), message, allowed="a sum of at most 1"))
    channel = conduct.get("innocent_channel")
    findings += _exists(channel, channels, "channel", (*at, "innocent_channel"))
    if (conduct.get("innocent") is None) != (channel is None):
        message = "innocent and innocent_channel belong together"
        findings.append(Finding(at, message, hint="write both or neither"))
    return findings


def _rules(data: Tree, known: Plain) -> list[Finding]:
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    for i, rule in enumerate(items(data, "rules")):
        conduct, at = rule.get("conduct"), ("rules", i, "conduct")
        findings += _exists(conduct, known, "conduct", at)
        if isinstance(conduct, str) and conduct in seen:
            message = f"{show(conduct)} has a rule already: rules[{seen[conduct]}]"
            findings.append(Finding(at, message, show(conduct), hint="keep one of the two"))
        seen.setdefault(str(conduct), i)
    return findings


def _patches(data: Tree, at: Path, roots: tuple[str, ...] = ()) -> list[Finding]:
    findings: list[Finding] = []
    for i, patch in enumerate(items(data, "patch")):
        here: Path = (*at, "patch", i)
        named = [name for name in ("set", "add", "remove") if patch.get(name) is not None]
        if len(named) != 1:
            message = "a change is exactly one of set, add and remove"
            findings.append(Finding(here, message, allowed="one of set, add, remove"))
            continue
        name, path = operation(patch)
        if name == "remove" and patch.get("to") is not None:
            findings.append(Finding(here, "remove takes no value", hint="delete to:"))
        if name != "remove" and patch.get("to") is None:
            hint = "add to: with the new value"
            findings.append(Finding(here, f"{name} needs a value", hint=hint))
        try:
            parse_path(path, roots)
        except PathError as error:
            findings.append(Finding((*here, name), str(error), show(path)))
    return findings


def _memoranda(data: Tree, kinds: Mapping[str, Any]) -> list[Finding]:
    findings: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for i, memo in enumerate(items(data, "memoranda")):
        at: Path = ("memoranda", i)
        pair = (str(memo.get("origin")), str(memo.get("target")))
        for end, kind in (("origin", "list"), ("target", "points")):
            name = memo.get(end)
            findings += _exists(name, kinds, "scheme in this regime", (*at, end))
            if not isinstance(name, str):
                continue
            if name in kinds and kinds[name] in ("list", "points") and kinds[name] != kind:
                message = f"the {end} {name} is a {kinds[name]} scheme"
                findings.append(Finding((*at, end), message, allowed=f"a {kind} scheme"))
        if memo and pair[0] == pair[1]:
            findings.append(Finding(at, "a memorandum cannot join a scheme to itself"))
        if pair in seen:
            findings.append(Finding(at, "this memorandum stands twice", hint="delete one"))
        seen.add(pair)
    return findings


def _under(at: Path, finding: Finding) -> Finding:
    return Finding(
        (*at, *finding.path), finding.message, finding.value, finding.allowed, finding.hint
    )
