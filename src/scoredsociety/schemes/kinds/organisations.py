"""Firms and offices that comply where it pays."""

from __future__ import annotations

from typing import Any

from scoredsociety.schemes.errors import Finding, Path
from scoredsociety.schemes.kinds.grades import bands
from scoredsociety.schemes.plain import Plain, get, number


def organisations(data: dict[str, Any], world: Plain) -> list[Finding]:
    """Check a scheme of organisations: grades only where an audit writes grades, and costs."""
    findings = bands(data, whole=False)
    consequence = get(data, "organisations", "consequence")
    if consequence in ("list", "record") and data.get("grades") is not None:
        message = f"grades have no meaning where an audit writes a {consequence}"
        hint = "delete grades:, or write consequence: grade"
        findings.append(Finding(("grades",), message, hint=hint, at_key=True))
    at: Path = ("organisations", "costs", "location")
    median = number(data, *at)
    lognormal = get(data, "organisations", "costs", "law") == "lognormal"
    if lognormal and median is not None and median <= 0:
        message = "the median of a lognormal law lies above 0"
        findings.append(Finding((*at, "value"), message, allowed="a number above 0"))
    return findings
