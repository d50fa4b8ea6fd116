"""Mutual ratings from 1 to 5."""

from __future__ import annotations

from typing import Any

from scoredsociety.schemes.errors import Finding, Path, listed, show
from scoredsociety.schemes.kinds.grades import bands, bands_within, graded_statuses, reset
from scoredsociety.schemes.plain import Plain, block, exists, get, number


def stars(data: dict[str, Any], world: Plain) -> list[Finding]:
    """Check mutual ratings with grades."""
    findings = bands(data, whole=False) + bands_within(data, 1, 5)
    at: Path = ("stars", "context")
    context = get(data, *at)
    missing = exists(context, block(world, "contexts"), "context", at)
    # The propensity of this context shows in trades, and a low grade is held against its conduct.
    conducts = {**block(world, "conducts"), **block(data, "conducts")}
    used = {get(conduct, "context") for conduct in conducts.values()}
    if not missing and isinstance(context, str) and context not in used:
        message = f"no conduct belongs to the context {show(context)}"
        allowed = listed(name for name in used if isinstance(name, str))
        missing = [Finding(at, message, show(context), allowed)]
    findings += missing + reset(data, number(data, "stars", "prior"))
    return findings + graded_statuses(data, "stars")
