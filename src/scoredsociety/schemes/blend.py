"""The line between two regimes: every number in between, every word of the nearer one.

Examples
--------
>>> from scoredsociety.schemes.catalogue import resolve
>>> middle = blend(resolve("none"), resolve("fragmented-2018"), 0.25)
>>> middle.schemes["court-list"].subjects.coverage.value
0.25
"""

from __future__ import annotations

from typing import Any

from scoredsociety.schemes.agreements import circle
from scoredsociety.schemes.ends import mix_schemes, mix_worlds
from scoredsociety.schemes.errors import Tree
from scoredsociety.schemes.limits import REGIME
from scoredsociety.schemes.mix import Line, quantity
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.schemes.structure import build


def blend(a: ResolvedRegime, b: ResolvedRegime, share: float) -> ResolvedRegime:
    """Return a regime between two others.

    Numbers that stand at the same place in both lie on the straight line between them; whole
    numbers are rounded. The life of records and the term of entries follow the line of their
    rates (one over months; never is 0). A scheme in one regime only covers that share of people
    by which the line is near it; its memoranda, joint enforcement, exemptions, awareness and
    disclosure weaken likewise. What is a word, a truth value or a list of such is that of ``a``
    below one half, and that of ``b`` from there on. Conduct, channels and institutions that only
    one of the two worlds knows exist on the whole line.

    Parameters
    ----------
    a, b : ResolvedRegime
        Both ends.
    share : float
        From 0, which returns ``a``, to 1, which returns ``b``.

    Returns
    -------
    ResolvedRegime
        A regime that is valid if both ends are. Its numbers are marked ``derived``, or
        ``assumed`` where one end is.

    Raises
    ------
    ValueError
        If the share lies outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"The share must lie between 0 and 1, not {share}.")
    if share in (0, 1):
        return b if share else a
    one, two = a.model_dump(mode="json"), b.model_dump(mode="json")
    line = Line(share, a.regime, b.regime)
    near, far = (two, one) if share >= 0.5 else (one, two)
    percent = f"{100 * share:.6g}"
    data = {
        **near,
        "regime": _name(a.regime, b.regime, percent),
        "title": f"{percent} % of the way from {a.regime} to {b.regime}",
        "summary": f"Every number lies between those of {a.regime} and {b.regime}; what is no "
        f"number is that of {near['regime']}.",
        "schemes": _schemes(one["schemes"], two["schemes"], line),
        "world": mix_worlds(one["world"], two["world"], line),
        "memoranda": _memoranda(one["memoranda"], two["memoranda"], line),
        "joint": _joint(one, two, line),
        "sources": {**far["sources"], **near["sources"]},
        "calibrations": {**far["calibrations"], **near["calibrations"]},
    }
    item, findings = build(ResolvedRegime, data)
    if item is None:
        raise ValueError(f"The regimes cannot be blended: {findings[0].message}")
    return item


def _name(a: str, b: str, percent: str) -> str:
    return f"{a[:24].rstrip('-')}-{percent.replace('.', '-')}-{b[:24].rstrip('-')}"[:60]


def _schemes(one: Tree, two: Tree, line: Line) -> dict[str, Any]:
    schemes: dict[str, Any] = {}
    for name in {**one, **two}:
        x, y = one.get(name), two.get(name)
        if x is not None and y is not None and x["kind"] == y["kind"]:
            schemes[name] = mix_schemes(x, y, line)
        elif x is not None and y is not None:
            schemes[name] = line.near(x, y)
        elif x is None:
            schemes[name] = _faded(y, line.weight(first=False), line)
        else:
            schemes[name] = _faded(x, line.weight(first=True), line)
    return schemes


def _faded(scheme: dict[str, Any], weight: float, line: Line) -> dict[str, Any]:
    """Let a scheme cover a part of those whom it covers, and a part of them know of it."""
    subjects, awareness = scheme["subjects"], scheme["awareness"]
    coverage = line.faded(subjects["coverage"] or quantity(1), weight)
    faded = {**scheme, "subjects": {**subjects, "coverage": coverage}}
    if awareness is not None:
        known = {k: line.faded(awareness[k], weight) for k in ("inside", "outside")}
        faded["awareness"] = {**awareness, **known}
    return faded


def _memoranda(one: list[Any], two: list[Any], line: Line) -> list[Any]:
    first = {(m["origin"], m["target"]): m for m in one}
    second = {(m["origin"], m["target"]): m for m in two}
    rows: dict[tuple[str, str], Any] = {}
    # Those of the nearer regime stay; one of the other that closed a circle is left out.
    for pair in line.near([*first, *second], [*second, *first]):
        x, y = first.get(pair), second.get(pair)
        if pair in rows or circle([*rows, pair]):
            continue
        if x is not None and y is not None:
            rows[pair] = _agreement(x, y, line)
        else:
            row: dict[str, Any] = x or y or {}
            share = line.faded(row["share"] or quantity(1), line.weight(first=y is None))
            rows[pair] = {**row, "share": share}
    return [rows[pair] for pair in dict.fromkeys([*first, *second]) if pair in rows]


def _agreement(x: dict[str, Any], y: dict[str, Any], line: Line) -> Tree:
    if x["share"] is None and y["share"] is not None:
        x = {**x, "share": quantity(1)}
    if y["share"] is None and x["share"] is not None:
        y = {**y, "share": quantity(1)}
    return line.mix(x, y, ("memoranda", "*"), REGIME)


def _joint(one: Tree, two: Tree, line: Line) -> list[Any]:
    """Mix by list and institution; institutions with one probability share a row."""
    first, second = _cells(one), _cells(two)
    rows: list[dict[str, Any]] = []
    for origin, name in dict.fromkeys([*first, *second]):
        x, y = first.get((origin, name)), second.get((origin, name))
        if x is not None and y is not None:
            chance = line.mix(x, y, ("joint", "*", "probability"), REGIME)
        else:
            chance = line.faded(x or y or {}, line.weight(first=y is None))
        row = next((r for r in rows if (r["origin"], r["probability"]) == (origin, chance)), None)
        if row is None:
            row = {"origin": origin, "institutions": [], "probability": chance}
            rows.append(row)
        row["institutions"].append(name)
    return rows


def _cells(regime: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """Return the probabilities by list and institution."""
    every = list(regime["world"]["institutions"])
    return {
        (row["origin"], name): row["probability"]
        for row in regime["joint"]
        for name in (every if row["institutions"] == "all" else row["institutions"])
    }
