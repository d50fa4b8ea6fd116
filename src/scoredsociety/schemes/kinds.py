"""What each kind of scheme needs, and what has no meaning in it."""

from __future__ import annotations

from typing import Any

from scoredsociety.schemes.errors import Finding, Path, Tree, listed, nearest, show


def kind_findings(data: Tree) -> list[Finding]:
    """Check what depends on the kind of a scheme.

    Parameters
    ----------
    data : mapping
        Plain data of a scheme; what has the wrong shape is passed over.

    Returns
    -------
    list of Finding
    """
    if data.get("kind") == "points":
        return _points(data)
    if data.get("kind") == "list":
        return _list(data)
    return []


def _points(data: dict[str, Any]) -> list[Finding]:
    findings = _needs(data, (("start",), ("grades",), ("process", "expiry_months")), "points")
    findings += _useless(data, (("process", "exit"),), "points")
    bands = _get(data, "grades", "bands")
    names = list(bands) if isinstance(bands, dict) else []
    if isinstance(bands, dict):
        findings += _bands(bands)
    for i, rule in enumerate(_dicts(data, "rules")):
        at: Path = ("rules", i)
        if rule.get("lists"):
            message = "a points scheme has no list to enter"
            findings.append(Finding((*at, "lists"), message, hint="delete lists:"))
        if rule.get("points") is None and rule.get("at_most") is None:
            findings.append(Finding(at, "this rule does nothing", hint="add points: or at_most:"))
        if rule.get("points") == 0 and not isinstance(rule.get("points"), bool):
            findings.append(Finding((*at, "points"), "0 points do nothing", hint="delete the rule"))
        findings += _grade(rule.get("at_most"), names, (*at, "at_most"))
    findings += _one_cap(data)
    for i, effect in enumerate(_dicts(data, "effects")):
        at = ("effects", i)
        if effect.get("listed") is not None:
            message = "a points scheme has no list"
            findings.append(Finding((*at, "listed"), message, hint="write grade: [C, D]"))
        grades = effect.get("grade")
        if grades == []:
            findings.append(Finding((*at, "grade"), "no grade is named here"))
        for k, name in enumerate(grades if isinstance(grades, list) else []):
            findings += _grade(name, names, (*at, "grade", k))
    for i, feedback in enumerate(_dicts(data, "feedback")):
        at = ("feedback", i)
        if feedback.get("listed") is not None:
            message = "a points scheme has no list"
            findings.append(Finding((*at, "listed"), message, hint="write below: A"))
        findings += _grade(feedback.get("below"), names, (*at, "below"))
        if names and feedback.get("below") == names[-1]:
            message = f"nobody is below {names[-1]}, the lowest grade"
            findings.append(Finding((*at, "below"), message, allowed=listed(names[:-1])))
    return findings + _repeated(data)


def _list(data: dict[str, Any]) -> list[Finding]:
    findings = _needs(data, (("process", "exit"),), "list")
    useless: tuple[Path, ...] = (("start",), ("grades",), ("process", "expiry_months"))
    findings += _useless(data, useless, "list")
    rules = _dicts(data, "rules")
    if isinstance(data.get("rules"), list) and not any(rule.get("lists") for rule in rules):
        message = "no rule leads to an entry in the list"
        findings.append(Finding(("rules",), message, hint="add lists: true to a rule"))
    for i, rule in enumerate(rules):
        for key in ("points", "at_most"):
            if rule.get(key) is not None:
                message = "a list has no points and no grades"
                findings.append(Finding(("rules", i, key), message, hint=f"delete {key}:"))
        if rule and not rule.get("lists") and any(r.get("lists") for r in rules):
            hint = "add lists: true, or delete the rule"
            findings.append(Finding(("rules", i), "this rule does nothing", hint=hint))
    for block, key in (("effects", "grade"), ("feedback", "below")):
        for i, entry in enumerate(_dicts(data, block)):
            if entry.get(key) is not None:
                message = "a list has no grades"
                findings.append(Finding((block, i, key), message, hint="write listed: true"))
    return findings + _repeated(data)


def _bands(bands: dict[str, Any]) -> list[Finding]:
    findings: list[Finding] = []
    if not bands:
        return [Finding(("grades", "bands"), "no grade is named here")]
    above: int | None = None
    for name, low in bands.items():
        if isinstance(low, bool) or not isinstance(low, int):
            continue
        if above is not None and low >= above:
            message = f"the grades must fall from the best to the lowest: {low} follows {above}"
            at: Path = ("grades", "bands", name)
            findings.append(Finding(at, message, show(low), f"a whole number below {above}"))
        above = low
    return findings


def _one_cap(data: dict[str, Any]) -> list[Finding]:
    caps: dict[str, int] = {}
    for i, rule in enumerate(_dicts(data, "rules")):
        cap = rule.get("at_most")
        if isinstance(cap, str):
            caps.setdefault(cap, i)
    if len(caps) < 2:
        return []
    first, *others = caps
    message = f"at_most names another grade than before ({first})"
    return [
        Finding(("rules", caps[other], "at_most"), message, show(other), f"{first} in all rules")
        for other in others
    ]


def _repeated(data: dict[str, Any]) -> list[Finding]:
    findings: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for i, effect in enumerate(_dicts(data, "effects")):
        code = effect.get("sanction") or effect.get("reward")
        grades = effect.get("grade")
        for status in grades if isinstance(grades, list) else ["listed"]:
            if isinstance(code, str) and (str(status), code) in seen:
                message = f"{code} stands already for the same status ({status})"
                findings.append(Finding(("effects", i), message, hint="delete one of the two"))
            seen.add((str(status), str(code)))
    return findings


def _grade(name: object, names: list[str], at: Path) -> list[Finding]:
    if not isinstance(name, str) or name in names or not names:
        return []
    return [
        Finding(
            at,
            f"there is no grade {show(name)}",
            show(name),
            ", ".join(names),
            nearest(name, names),
        )
    ]


def _needs(data: dict[str, Any], paths: tuple[Path, ...], kind: str) -> list[Finding]:
    findings = []
    for path in paths:
        if len(path) > 1 and not isinstance(_get(data, *path[:-1]), dict):
            continue
        if _get(data, *path) is None:
            message = f"a {kind} scheme needs the key {path[-1]}"
            findings.append(Finding(path[:-1], message, hint=f"add {path[-1]}:", at_key=True))
    return findings


def _useless(data: dict[str, Any], paths: tuple[Path, ...], kind: str) -> list[Finding]:
    return [
        Finding(
            path,
            f"{path[-1]} has no meaning in a {kind} scheme",
            hint=f"delete {path[-1]}:",
            at_key=True,
        )
        for path in paths
        if _get(data, *path) is not None
    ]


def _get(data: Tree, *path: str | int) -> Tree:
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _dicts(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = data.get(key)
    return [v if isinstance(v, dict) else {} for v in value] if isinstance(value, list) else []
