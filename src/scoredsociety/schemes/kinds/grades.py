"""Grades: bands that fall, statuses that name them, and the way back from one."""

from __future__ import annotations

from typing import Any

from scoredsociety.schemes.errors import Finding, Path, listed, show
from scoredsociety.schemes.kinds.needs import grade, phrase
from scoredsociety.schemes.plain import get, is_number, items


def grade_names(data: dict[str, Any]) -> list[str]:
    """Return the names of the grades, best first."""
    bands = get(data, "grades", "bands")
    return list(bands) if isinstance(bands, dict) else []


def bands(data: dict[str, Any], whole: bool) -> list[Finding]:
    """Check that the bands fall from the best to the lowest.

    Parameters
    ----------
    data : mapping
        Plain data of a scheme.
    whole : bool
        Whether only whole numbers have a meaning.

    Returns
    -------
    list of Finding
    """
    known = get(data, "grades", "bands")
    if not isinstance(known, dict):
        return []
    if not known:
        return [Finding(("grades", "bands"), "no grade is named here")]
    findings: list[Finding] = []
    above: float | None = None
    for name, low in known.items():
        at: Path = ("grades", "bands", name)
        if not is_number(low):
            continue
        if whole and low != int(low):
            message = f"{show(low)} is not allowed: points are whole numbers"
            findings.append(Finding(at, message, show(low), "a whole number"))
        if above is not None and low >= above:
            message = f"the grades must fall from the best to the lowest: {low} follows {above}"
            kind = "a whole number" if whole else "a number"
            findings.append(Finding(at, message, show(low), f"{kind} below {above}"))
        above = low
    return findings


def bands_within(data: dict[str, Any], low: float | None, high: float | None) -> list[Finding]:
    """Check that the bands lie between the lowest and the highest score."""
    known = get(data, "grades", "bands")
    if low is None or high is None or not isinstance(known, dict):
        return []
    return [
        Finding(
            ("grades", "bands", name),
            f"no score reaches this grade alone: {show(value)} lies outside {low:g} to {high:g}",
            show(value),
            f"a number from {low:g} to {high:g}",
        )
        for name, value in known.items()
        if is_number(value) and not low <= value <= high
    ]


def graded_statuses(data: dict[str, Any], kind: str) -> list[Finding]:
    """Check the statuses of a scheme that has grades and no list."""
    names = grade_names(data)
    findings: list[Finding] = []
    for i, effect in enumerate(items(data, "effects")):
        at: Path = ("effects", i)
        if effect.get("listed") is not None:
            message = f"{phrase(kind)} has no list"
            findings.append(Finding((*at, "listed"), message, hint="write grade: [C, D]"))
        grades = effect.get("grade")
        if grades == []:
            findings.append(Finding((*at, "grade"), "no grade is named here"))
        for k, name in enumerate(grades if isinstance(grades, list) else []):
            findings += grade(name, names, (*at, "grade", k))
    for i, feedback in enumerate(items(data, "feedback")):
        at = ("feedback", i)
        if feedback.get("listed") is not None:
            message = f"{phrase(kind)} has no list"
            findings.append(Finding((*at, "listed"), message, hint="write below: A"))
        findings += grade(feedback.get("below"), names, (*at, "below"))
        if names and feedback.get("below") == names[-1]:
            message = f"nobody is below {names[-1]}, the lowest grade"
            findings.append(Finding((*at, "below"), message, allowed=listed(names[:-1])))
    return findings + repeated(data)


def repeated(data: dict[str, Any]) -> list[Finding]:
    """Find a sanction or reward that the same status brings twice."""
    findings: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for i, effect in enumerate(items(data, "effects")):
        code = effect.get("sanction") or effect.get("reward")
        grades = effect.get("grade")
        for status in grades if isinstance(grades, list) else ["listed"]:
            if isinstance(code, str) and (str(status), code) in seen:
                message = f"{code} stands already for the same status ({status})"
                findings.append(Finding(("effects", i), message, hint="delete one of the two"))
            seen.add((str(status), str(code)))
    return findings


def reset(data: dict[str, Any], start: float | None) -> list[Finding]:
    """Check the way back: from a grade that exists, and that is not everybody's.

    Parameters
    ----------
    data : mapping
        Plain data of a scheme.
    start : float or None
        Score with which everyone starts, if it is known.

    Returns
    -------
    list of Finding
    """
    names, at = grade_names(data), ("process", "reset", "at")
    name = get(data, *at)
    findings = grade(name, names, at)
    if findings or name not in names:
        return findings
    better = names[: names.index(name)]
    floor = get(data, "grades", "bands", better[-1]) if better else None
    if not better:
        message = f"nobody is above {name}, the best grade: the way back would never end"
        findings.append(Finding(at, message, show(name), listed(names[1:])))
    elif start is not None and is_number(floor) and start < floor:
        message = f"everyone starts in the grade {name} or a lower one: the way back never ends"
        allowed = "a grade below that of the start"
        findings.append(Finding(at, message, show(name), allowed))
    return findings
