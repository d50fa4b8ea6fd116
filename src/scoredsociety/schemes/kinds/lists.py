"""Lists with an exit, and stores of records without a score."""

from __future__ import annotations

from typing import Any

from scoredsociety.schemes.errors import Finding
from scoredsociety.schemes.kinds.grades import repeated
from scoredsociety.schemes.kinds.needs import phrase
from scoredsociety.schemes.plain import Plain, get, items


def lists(data: dict[str, Any], world: Plain) -> list[Finding]:
    """Check a list or a store of records: rules enter it, and its status is to be listed."""
    kind = str(data.get("kind"))
    thing = "the list" if kind == "list" else "the store"
    rules = items(data, "rules")
    enters = any(rule.get("lists") for rule in rules)
    findings: list[Finding] = []
    if not enters:
        message = f"no rule leads to an entry in {thing}"
        at = ("rules",) if isinstance(data.get("rules"), list) else ()
        findings.append(Finding(at, message, hint="add lists: true to a rule"))
    for i, rule in enumerate(rules):
        for key in ("points", "at_most", "escalates"):
            if rule.get(key) is not None:
                message = f"{phrase(kind)} has no points and no grades"
                findings.append(Finding(("rules", i, key), message, hint=f"delete {key}:"))
        if rule and not rule.get("lists") and enters:
            hint = "add lists: true, or delete the rule"
            findings.append(Finding(("rules", i), "this rule does nothing", hint=hint))
    for block, key in (("effects", "grade"), ("feedback", "below")):
        for i, entry in enumerate(items(data, block)):
            if entry.get(key) is not None:
                message = f"{phrase(kind)} has no grades"
                findings.append(Finding((block, i, key), message, hint="write listed: true"))
    return findings + repeated(data) + _disclosure(data)


def _disclosure(data: dict[str, Any]) -> list[Finding]:
    level, at = get(data, "disclosure", "level"), ("disclosure", "namesakes")
    if get(data, *at) is None or not isinstance(level, int) or level >= 2:
        return []
    message = f"namesakes are taken only where names are published, not at level {level}"
    return [Finding(at, message, hint="write level: 2 or 3, or delete namesakes:", at_key=True)]
