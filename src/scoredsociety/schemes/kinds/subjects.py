"""Whom a scheme covers and when, and who is let off."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from scoredsociety.schemes.errors import Finding, Path, listed, show
from scoredsociety.schemes.figures import within
from scoredsociety.schemes.kinds.needs import phrase
from scoredsociety.schemes.limits import SHARE
from scoredsociety.schemes.plain import block, get, is_number, items, one_of

OFFICES = ("restaurants", "firms", "airlines", "departments")
"""Values of ``subjects.who`` that are no people."""


def subject_findings(data: dict[str, Any], kind: str) -> list[Finding]:
    """Check subjects, timing and exemptions of a scheme.

    Parameters
    ----------
    data : mapping
        Plain data of a scheme.
    kind : str
        Its kind.

    Returns
    -------
    list of Finding
    """
    return _subjects(data, kind) + _timing(data) + _exemptions(data, kind)


def _subjects(data: dict[str, Any], kind: str) -> list[Finding]:
    findings: list[Finding] = []
    who, at = get(data, "subjects", "who"), ("subjects", "who")
    if kind == "organisations" and isinstance(who, str) and who not in OFFICES:
        message = f"a scheme of organisations does not cover {who}"
        findings.append(Finding(at, message, show(who), listed(OFFICES)))
    if kind != "organisations" and who in OFFICES:
        message = f"{phrase(kind)} covers people, not {who}"
        hint = "write kind: organisations, or name a group of people"
        findings.append(Finding(at, message, show(who), hint=hint))
    if get(data, "subjects", "enrolment") != "mandatory":
        return findings
    for key in ("selection", "pressure"):
        if get(data, "subjects", key) is not None:
            message = f"{key} has no meaning where taking part is mandatory"
            hint = f"delete {key}:, or write enrolment: voluntary"
            findings.append(Finding(("subjects", key), message, hint=hint, at_key=True))
    return findings


def _timing(data: dict[str, Any]) -> list[Finding]:
    timing = block(data, "timing")
    default = {"announced": 0, "first": 1, "last": 1, "ends": None}
    months = {key: timing.get(key, value) for key, value in default.items()}
    order = [(key, m) for key, m in months.items() if is_number(m)]
    findings = []
    for (before, early), (after, late) in pairwise(order):
        if early > late:
            at: Path = ("timing", after if after in timing else before)
            message = f"{after} (month {late}) comes before {before} (month {early})"
            hint = "announced, first, last and ends follow each other"
            findings.append(Finding(at, message, hint=hint))
    return findings


def _exemptions(data: dict[str, Any], kind: str) -> list[Finding]:
    findings: list[Finding] = []
    seen: set[str] = set()
    for i, exemption in enumerate(items(data, "exemptions")):
        at: Path = ("exemptions", i)
        findings += one_of(exemption, ("members", "institution"), at)
        share = exemption.get("share")
        findings += within(share, SHARE, (*at, "share"))
        wrong, right = (
            ("members", "institution") if kind == "organisations" else ("institution", "members")
        )
        if exemption.get(wrong) is not None:
            message = f"{wrong} has no meaning in {phrase(kind)}"
            findings.append(Finding((*at, wrong), message, hint=f"write {right}:", at_key=True))
        name = exemption.get(right)
        if name in ("everyone", "all") and is_number(share) and share >= 1:
            message = "this exempts everybody: the scheme would record nothing"
            allowed = "a share below 1 for everybody"
            findings.append(Finding((*at, "share"), message, show(share), allowed))
        if isinstance(name, str) and name in seen:
            findings.append(Finding(at, f"{name} is exempted already", hint="delete one"))
        seen.add(str(name))
    return findings
