"""What a file must mean, beyond its shape: names that exist, numbers in their limits.

Every function takes plain data and passes over what has the wrong shape, so that its
findings can be told together with those of shape. Nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scoredsociety.schemes import limits, surroundings
from scoredsociety.schemes.agreements import agreements
from scoredsociety.schemes.errors import Finding, Path, Tree, show
from scoredsociety.schemes.figures import numbers
from scoredsociety.schemes.kinds import kind_findings
from scoredsociety.schemes.patch import operation
from scoredsociety.schemes.paths import ROOTS, PathError, parse_paths
from scoredsociety.schemes.plain import Plain, block, exists, items, one_of, under


def scheme(data: Tree, world: Plain, own_conducts: bool = True) -> list[Finding]:
    """Check a scheme against the world.

    Parameters
    ----------
    data : mapping
        Plain data of the file.
    world : mapping
        Plain data of the world.
    own_conducts : bool
        Whether this is a file: the conduct that it declares is still to be merged into the
        world, and nothing is filled in yet.

    Returns
    -------
    list of Finding
    """
    findings = list(numbers(data, limits.SCHEME))
    own = block(data, "conducts")
    known = {**block(world, "conducts"), **own}
    if own_conducts:
        for name, conduct in own.items():
            if name in block(world, "conducts"):
                message = f"the conduct {name} exists already, for every scheme"
                findings.append(Finding(("conducts", name), message, hint="give it another name"))
            findings += surroundings.conduct(conduct, ("conducts", name), world)
            if name not in block(data, "gravity"):
                message = "this conduct has no entry in gravity"
                hint = f"add gravity: with {name} and its expected social harm in CNY"
                findings.append(Finding(("conducts", name), message, hint=hint))
        for name in block(data, "gravity"):
            findings += exists(name, own, "conduct declared here", ("gravity", name), key=True)
    findings += _rules(data, known)
    for i, effect in enumerate(items(data, "effects")):
        at: Path = ("effects", i)
        findings += one_of(effect, ("listed", "grade"), at)
        findings += one_of(effect, ("sanction", "reward"), at)
        for what in ("sanction", "reward"):
            code = effect.get(what)
            findings += exists(code, world[f"{what}s"], what, (*at, what))
    for i, feedback in enumerate(items(data, "feedback")):
        at = ("feedback", i)
        conduct = feedback.get("conduct")
        findings += one_of(feedback, ("listed", "below"), at)
        findings += exists(conduct, known, "conduct", (*at, "conduct"))
        if surroundings.lawful(known, conduct):
            message = "lawful speech answers to belief alone, not to a status"
            findings.append(Finding((*at, "conduct"), message, show(conduct)))
    findings += kind_findings(data, world, own_conducts)
    for letter, calibration in block(data, "calibrations").items():
        findings += _patches(calibration, "patch", ("calibrations", letter))
    return findings


def regime(data: Tree, schemes: Mapping[str, Plain], world: Plain) -> list[Finding]:
    """Check the file of a regime.

    Parameters
    ----------
    data : mapping
        Plain data of the file.
    schemes : mapping of str to mapping
        Plain data of the schemes that it names, by their own name.
    world : mapping
        Plain data of the world.

    Returns
    -------
    list of Finding
    """
    findings = list(numbers(data, limits.REGIME))
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
            findings += exists(letter, letters, f"calibration of {name}", at)
    kinds = {name: schemes[name].get("kind") for name in seen if name in schemes}
    findings += _patches(data, "changes", (), ROOTS)
    return findings + agreements(data, kinds, world, files=True)


def resolved(data: Tree) -> list[Finding]:
    """Check a regime with everything written out, after a change."""
    world_now = block(data, "world")
    findings = [under(("world",), f) for f in surroundings.world(world_now)]
    findings += numbers(
        {key: data.get(key) for key in ("memoranda", "joint", "sources")}, limits.REGIME
    )
    for name, one in block(data, "schemes").items():
        inner = scheme(one, world_now, own_conducts=False) if isinstance(one, dict) else []
        findings += [under(("schemes", name), f) for f in inner]
    kinds = {
        name: one.get("kind")
        for name, one in block(data, "schemes").items()
        if isinstance(one, dict)
    }
    return findings + agreements(data, kinds, world_now, files=False)


def safeguard(data: Tree, known: Iterable[str]) -> list[Finding]:
    """Check the file of a safeguard; ``known`` are those of the catalogue."""
    findings = list(numbers(data, {})) + _patches(data, "patch", (), ROOTS)
    includes = data.get("includes")
    for i, name in enumerate(includes if isinstance(includes, list) else []):
        if name == data.get("safeguard"):
            message = "a safeguard cannot include itself"
            findings.append(Finding(("includes", i), message, hint="delete the name"))
        else:
            findings += exists(name, known, "safeguard", ("includes", i))
    if not data.get("patch") and not includes:
        findings.append(Finding((), "this safeguard changes nothing", hint="add patch:"))
    return findings


def _rules(data: Tree, known: Plain) -> list[Finding]:
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    for i, rule in enumerate(items(data, "rules")):
        conduct, at = rule.get("conduct"), ("rules", i, "conduct")
        findings += exists(conduct, known, "conduct", at)
        if isinstance(conduct, str) and conduct in seen:
            message = f"{show(conduct)} has a rule already: rules[{seen[conduct]}]"
            findings.append(Finding(at, message, show(conduct), hint="keep one of the two"))
        seen.setdefault(str(conduct), i)
    return findings


def _patches(data: Tree, key: str, at: Path, roots: tuple[str, ...] = ()) -> list[Finding]:
    findings: list[Finding] = []
    for i, patch in enumerate(items(data, key)):
        here: Path = (*at, key, i)
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
            parse_paths(path, roots)
        except PathError as error:
            findings.append(Finding((*here, name), str(error), show(path)))
    return findings
