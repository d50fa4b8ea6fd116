"""Scores of people: sums of points, and weighted features."""

from __future__ import annotations

from typing import Any

from scoredsociety.schemes.errors import Finding, Path, listed, nearest, show
from scoredsociety.schemes.kinds.grades import (
    bands,
    bands_within,
    grade_names,
    graded_statuses,
    reset,
)
from scoredsociety.schemes.kinds.needs import grade
from scoredsociety.schemes.plain import Plain, block, get, is_number, items, number


def points(data: dict[str, Any], world: Plain) -> list[Finding]:
    """Check a sum of points with grades."""
    findings = bands(data, whole=True)
    names = grade_names(data)
    for i, rule in enumerate(items(data, "rules")):
        at: Path = ("rules", i)
        if rule.get("points") is None and rule.get("at_most") is None and not rule.get("lists"):
            findings.append(Finding(at, "this rule does nothing", hint="add points: or at_most:"))
        findings += grade(rule.get("at_most"), names, (*at, "at_most"))
    findings += _point_rules(data, "points") + _one_cap(data)
    findings += reset(data, number(data, "start"))
    return findings + graded_statuses(data, "points")


def features(data: dict[str, Any], world: Plain) -> list[Finding]:
    """Check a weighted score with grades."""
    low, high = number(data, "features", "low"), number(data, "features", "high")
    findings = bands(data, whole=False)
    if low is not None and high is not None and low >= high:
        message = f"the score must rise: low is {low:g} and high is {high:g}"
        findings.append(Finding(("features", "high"), message, allowed=f"above {low:g}"))
    else:
        findings += bands_within(data, low, high)
    findings += _weights(block(data, "features"))
    for i, rule in enumerate(items(data, "rules")):
        at: Path = ("rules", i)
        if rule.get("at_most") is not None:
            message = "at_most has no meaning in a features scheme"
            findings.append(Finding((*at, "at_most"), message, hint="delete at_most:"))
        elif rule and rule.get("points") is None and not rule.get("lists"):
            findings.append(Finding(at, "this rule does nothing", hint="add points:"))
    sanctions = [i for i, e in enumerate(items(data, "effects")) if e.get("sanction") is not None]
    if sanctions and not items(data, "rules"):
        # The harm of a low grade is told by the conduct of its last record, or the first rule's.
        message = "a features scheme that sanctions needs a rule: what its harm is held against"
        findings.append(Finding(("effects", sanctions[0]), message, hint="add rules:"))
    return findings + _point_rules(data, "features") + graded_statuses(data, "features")


def _point_rules(data: dict[str, Any], kind: str) -> list[Finding]:
    findings: list[Finding] = []
    for i, rule in enumerate(items(data, "rules")):
        at, worth = ("rules", i), rule.get("points")
        if rule.get("lists"):
            message = f"a {kind} scheme has no list to enter"
            findings.append(Finding((*at, "lists"), message, hint="delete lists:"))
        if worth == 0 and not isinstance(worth, bool):
            findings.append(Finding((*at, "points"), "0 points do nothing", hint="delete the rule"))
        steps = rule.get("escalates")
        if steps == []:
            findings.append(Finding((*at, "escalates"), "no points are named here"))
        elif steps is not None and not (is_number(worth) and worth < 0):
            message = "only a rule that takes points can take more each time"
            findings.append(Finding((*at, "escalates"), message, hint="add points: below 0"))
    return findings


def _one_cap(data: dict[str, Any]) -> list[Finding]:
    caps: dict[str, int] = {}
    for i, rule in enumerate(items(data, "rules")):
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


def _weights(block_: dict[str, Any]) -> list[Finding]:
    dimensions = block(block_, "dimensions")
    findings: list[Finding] = []
    records = block_.get("records")
    at: Path = ("features", "records")
    if isinstance(records, str) and records not in dimensions:
        message = f"there is no dimension {show(records)}"
        hint = nearest(records, dimensions)
        findings.append(Finding(at, message, show(records), listed(dimensions), hint))
    elif isinstance(records, str) and number(dimensions, records, "weight") == 0:
        # Points are divided by this weight.
        message = f"the dimension {records} has no weight, so its records cannot count"
        findings.append(Finding(at, message, show(records), "a dimension with a weight above 0"))
    weights = [number(dimensions, name, "weight") for name in dimensions]
    ties = number(block_, "ties") if block_.get("ties") is not None else 0.0
    known = [w for w in (*weights, ties) if w is not None]
    if weights and len(known) == len(weights) + 1 and abs(sum(known) - 1) > 1e-6:
        message = f"the weights of the dimensions and of ties add up to {sum(known):.10g}"
        findings.append(Finding(("features", "dimensions"), message, allowed="a sum of 1"))
    for name in dimensions:
        seen: set[str] = set()
        for i, term in enumerate(items(dimensions[name], "terms")):
            attribute = get(term, "attribute")
            if isinstance(attribute, str) and attribute in seen:
                place: Path = ("features", "dimensions", name, "terms", i)
                message = f"{show(attribute)} stands twice in this dimension"
                findings.append(Finding(place, message, hint="add the two slopes"))
            seen.add(str(attribute))
    return findings
