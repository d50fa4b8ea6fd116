"""Why some approve more than others, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.opinion.gradients import BUNDLES, CONTRASTS
from scoredsociety.report.asked import (
    Answers,
    Found,
    beside,
    nothing,
    points,
    read_as,
)
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.saying import Draw, panels
from scoredsociety.report.stacks import signed
from scoredsociety.report.theme import Panel, Row

if TYPE_CHECKING:
    from scoredsociety.opinion.survey import Surveyed

UNITS = "units of the noise of approval"
EQUAL = "private, expected, benefits equal"


def gradients(surveyed: Surveyed) -> Figure:
    """Draw what the differences of approval between groups are made of."""
    a = Answers(surveyed)
    if a.reason:
        return nothing("gradients", a)

    def find(contrast: str, what: str) -> Found:
        return a.find("gradients", a.main.name, a.item, contrast, what)

    held = [c for c in CONTRASTS.values() if find(c, "private").value is not None]
    gone = [c for c in CONTRASTS.values() if c not in held]
    if not held:
        return nothing("gradients", a, "No two groups of people are both in the frame")
    values = [find(c, f"part: {b}").value or 0.0 for c in held for b in BUNDLES]
    ends = (min([*values, 0.0]), max([*values, 0.1]))
    draws: list[Draw] = []
    for contrast in held:
        rows = [
            {"name": b, "y": part, "said": _unit(part)}
            for b in BUNDLES
            for part in [find(contrast, f"part: {b}").value]
        ]
        unit = (
            f"Said {points(find(contrast, 'said').value)}, privately "
            f"{points(find(contrast, 'private').value)}, with benefits equal "
            f"{points(find(contrast, EQUAL).value)}. Bars: parts, in {UNITS}. "
            f"{beside(surveyed, brief=True)}."
        )
        draws.append(partial(_draw_parts, rows, words.sentence(contrast), unit, ends))
    pictures, alone = panels(draws)
    first = max(held, key=lambda c: abs(find(c, "private").value or 0.0))
    head = (
        f"{words.sentence(first)}: approval differs by {points(find(first, 'private').value)} "
        f"privately, and by {points(find(first, EQUAL).value)} if benefits were equal"
    )
    kinds = ("said", "private", "private, expected", EQUAL)
    lines = []
    for r in surveyed.readings:
        for c in CONTRASTS.values():
            cells = [a.find("gradients", r.name, a.item, c, k) for k in kinds]
            parts = [a.find("gradients", r.name, a.item, c, f"part: {b}") for b in BUNDLES]
            whole = a.find("gradients", r.name, a.item, c, "parts together")
            lines.append(
                (c, read_as(r), *(points(x.value) for x in cells),
                 *(_unit(x.value) for x in (*parts, whole)), words.number(whole.asked, 0))
            )  # fmt: skip
    table = Table(
        "Differences of approval between groups: in percentage points, then their parts in "
        f"{UNITS}. {beside(surveyed, brief=True)}",
        ("Contrast", "Reading", "Said", "Privately", "Privately, expected",
         "The same, benefits equal", *(words.sentence(b) for b in BUNDLES), "Parts together",
         "People of the frame"),
        lines, frozenset(range(2, 13)),
    )  # fmt: skip
    notes = [
        beside(surveyed),
        "The parts add up exactly to the difference of mean approval before its noise; shares do "
        "not add up. Exposure is one's own sanction, friends' sanctions, knowledge of repressive "
        "use and state media; the rest is lack of trust, education, income, residence and "
        "liberal views. Counted in whole societies, not in samples.",
    ]
    if gone:
        notes.append(f"Not drawn, for one group is not in the frame: {words.listing(gone)}.")
    return Figure("gradients", head, f"The frame, read as {read_as(a.main)}, under “{a.label}”.",
                  pictures, (table,), notes, alone)  # fmt: skip


def _draw_parts(
    rows: Sequence[Row], name: str, unit: str, ends: tuple[float, float], width: int
) -> Panel:
    alt = f"Bars, simulated. {name}. {unit} " + "; ".join(f"{r['name']} {r['said']}" for r in rows)
    return signed(rows, name, unit, low=ends[0], top=ends[1], width=width, alt_text=alt)


def _unit(value: float | None) -> str:
    return "undefined" if value is None else words.number(value, 2)
