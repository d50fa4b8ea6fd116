"""What each kind of scheme needs, and what has no meaning in it.

One module for each family of kinds; `needs` holds the tables that all of them share.
"""

from __future__ import annotations

from scoredsociety.schemes.errors import Finding, Tree
from scoredsociety.schemes.kinds import lists, organisations, ratings, scores
from scoredsociety.schemes.kinds.needs import USELESS, needs, useless
from scoredsociety.schemes.kinds.subjects import subject_findings
from scoredsociety.schemes.plain import Plain

CHECKS = {
    "points": scores.points,
    "features": scores.features,
    "list": lists.lists,
    "record": lists.lists,
    "stars": ratings.stars,
    "organisations": organisations.organisations,
}
"""By kind, the check of what only this kind has: (plain scheme, plain world) to findings."""


def kind_findings(data: Tree, world: Plain, written: bool = True) -> list[Finding]:
    """Check what depends on the kind of a scheme, and whom it covers.

    Parameters
    ----------
    data : mapping
        Plain data of a scheme; what has the wrong shape is passed over.
    world : mapping
        Plain data of the world.
    written : bool
        Whether this is a file as somebody wrote it; else absent blocks are filled in.

    Returns
    -------
    list of Finding
    """
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in CHECKS:
        return []
    findings = needs(data, kind) + useless(data, kind, written)
    return findings + subject_findings(data, kind) + CHECKS[kind](data, world)


__all__ = ["CHECKS", "USELESS", "kind_findings"]
