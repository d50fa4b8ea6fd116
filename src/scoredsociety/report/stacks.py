"""Stacked answers, figures with their ranges, and signed bars; tidy rows in, one Panel out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from scoredsociety.report.people import label, plane
from scoredsociety.report.theme import (
    GREY,
    HAIR,
    INK,
    PALE,
    PAPER,
    Drawn,
    Panel,
    Row,
    base,
    channel,
    title,
    wrap,
)

LETTER = 6.9
"""Pixels of a letter, for room that is reserved before the fonts are known."""
DARK, LIGHT = 0x4A, 0xF0
LINE = 14
TICK = 33
"""Pixels that the label of a tick needs."""


def shade(k: int, count: int) -> str:
    """Return the k-th of ``count`` greys, from dark to light."""
    value = round(DARK + (LIGHT - DARK) * (k / (count - 1) if count > 1 else 0.0))
    return f"#{value:02x}{value:02x}{value:02x}"


def flow(texts: Sequence[str], left: float, width: float) -> tuple[list[Row], float]:
    """Place the entries of a key in lines, from ``left`` on; return them and their height."""
    out: list[Row] = []
    x, y = 0.0, 8.0
    for text in texts:
        need = 16 + LETTER * len(text)
        if x and x + need > width:
            x, y = 0.0, y + 18
        out.append({"x": left + x, "y": y, "t": text})
        x += need + 12
    return out, y + 10 if texts else 0.0


def _keyed(places: Sequence[Row], x: Drawn, y: Drawn) -> Drawn:
    return label([{**p, "x": p["x"] + 14} for p in places], x, y, color=GREY)


def stacked(
    rows: Sequence[Row],
    categories: Sequence[str],
    heading: str,
    unit: str,
    *,
    left: int = 150,
    right: int = 150,
    width: int = 640,
    alt_text: str = "",
) -> Panel:
    """Draw one bar of stacked answers a row, in the order given.

    Parameters
    ----------
    rows : sequence of mappings
        ``name`` and ``shares`` (one a category, from the left), ``low`` and ``high`` (a line over
        the bar) and ``said``; a row without ``shares`` is a heading.
    categories : sequence of str
        Answers from the left, dark to light.
    """
    import altair as alt

    plot = width - left - right
    places, deep = flow(categories, 4 - left, width - 12)
    at = deep + 4
    cells: list[Row] = []
    names: list[Row] = []
    heads: list[Row] = []
    said: list[Row] = []
    spans: list[Row] = []
    for row in rows:
        name = wrap(row["name"], max(8, int((left - 8) / LETTER)))
        if "shares" not in row:
            at += 26
            heads.append({"x": 4 - left, "y": at - 9, "t": row["name"]})
            continue
        text = wrap(row["said"], max(8, int((right - 8) / LETTER)))
        tall = max(24, LINE * max(len(name), len(text)) + 6)
        middle = at + tall / 2
        at += tall
        names.append({"x": -8, "y": middle - 7 * (len(name) - 1), "t": name})
        said.append({"x": plot + 8, "y": middle - 7 * (len(text) - 1), "t": text})
        start = 0.0
        for k, share in enumerate(row["shares"]):
            end = start + plot * share
            ink = shade(k, len(categories))
            cells.append({"x": start, "x2": end, "y": middle - 8, "y2": middle + 8, "ink": ink})
            start = end
        if row.get("low") is not None and row.get("high") is not None:
            low, high = (plot * min(1.0, max(0.0, row[k])) for k in ("low", "high"))
            spans.append({"x": low, "x2": high, "y": middle})
    height = at + 2
    x, y = plane(plot, height)
    own = alt.Color("ink:N", scale=None, legend=None)
    area = {"x": x, "x2": channel("X2", "x2"), "y": y, "y2": channel("Y2", "y2")}
    swatches = [
        {"x": p["x"], "x2": p["x"] + 10, "y": p["y"] - 5, "y2": p["y"] + 5,
         "ink": shade(k, len(categories))}
        for k, p in enumerate(places)
    ]  # fmt: skip
    over = {"x": x, "x2": channel("X2", "x2"), "y": y}
    layers = [
        base([*cells, *swatches]).mark_rect(stroke=GREY, strokeWidth=0.4).encode(color=own, **area),
        base(spans).mark_rule(color=PAPER, strokeWidth=6).encode(**over),
        base(spans).mark_rule(color=INK, strokeWidth=2).encode(**over),
        _keyed(places, x, y),
        label(names, x, y, align="right", lineHeight=LINE),
        label(heads, x, y, fontWeight=600),
        label(said, x, y, lineHeight=LINE),
    ]
    chart = alt.layer(*layers).properties(
        width=plot, height=height, title=title(heading, unit, width, left)
    )
    return Panel(chart, left, right, 8, alt_text or f"{heading}. {unit}")


LOOKS: dict[str, dict[str, Any]] = {
    "filled": {"shape": "circle", "size": 46, "fill": INK, "stroke": INK},
    "hollow": {"shape": "circle", "size": 46, "fill": PAPER, "stroke": INK, "strokeWidth": 1.6},
    "diamond": {"shape": "diamond", "size": 50, "fill": GREY, "stroke": GREY},
    "published": {"shape": "cross", "size": 46, "fill": PAPER, "stroke": GREY, "strokeWidth": 1.4},
}
"""How marks of :func:`ranges` look."""


def ranges(
    rows: Sequence[Row],
    key: Sequence[tuple[str, str]],
    heading: str,
    unit: str,
    *,
    marks: Sequence[float],
    suffix: str = "",
    left: int = 130,
    right: int = 150,
    width: int = 640,
    alt_text: str = "",
) -> Panel:
    """Draw figures on one axis, a row each, with the lines of their ranges.

    Parameters
    ----------
    rows : sequence of mappings
        ``name``, ``marks`` (mappings with ``look``, ``x`` and optionally ``low``, ``high`` and
        ``lane``: 0 or 1 for a lane below), ``said``; with ``link`` a pale bar joins the marks of
        the first lane.
    key : sequence of (look, text)
    marks : sequence of float
        Values of the axis; the first and the last are its ends.
    """
    import altair as alt

    plot = width - left - right
    places, deep = flow([text for _, text in key], 4 - left, width - 12)
    low, top = marks[0], marks[-1]

    def across(value: float) -> float:
        return plot * min(1.0, max(0.0, (value - low) / ((top - low) or 1.0)))

    start = at = deep + 6
    drawn: dict[str, list[Row]] = {look: [] for look in LOOKS}
    spans: list[Row] = []
    links: list[Row] = []
    names: list[Row] = []
    said: list[Row] = []
    for row in rows:
        name = wrap(row["name"], max(8, int((left - 8) / LETTER)))
        text = wrap(row["said"], max(8, int((right - 12) / LETTER)))
        lanes = 1 + max((m.get("lane", 0) for m in row["marks"]), default=0)
        tall = max(26, 8 + 18 * lanes, LINE * max(len(name), len(text)) + 10)
        middle = at + tall / 2
        at += tall
        names.append({"x": -10, "y": middle - 7 * (len(name) - 1), "t": name})
        said.append({"x": plot + 12, "y": middle - 7 * (len(text) - 1), "t": text})
        first = [across(m["x"]) for m in row["marks"] if not m.get("lane")]
        shift = 9 * (lanes - 1)
        if row.get("link") and first:
            links.append({"x": min(first), "x2": max(first), "y": middle - shift})
        for m in row["marks"]:
            place = middle - shift + 18 * m.get("lane", 0)
            drawn[m["look"]].append({"x": across(m["x"]), "y": place})
            if m.get("low") is not None and m.get("high") is not None:
                spans.append({"x": across(m["low"]), "x2": across(m["high"]), "y": place})
    height = at + 22
    x, y = plane(plot, height)
    grid = [{"x": across(v), "y": start, "y2": at} for v in marks]
    thin = math.ceil(TICK * (len(marks) - 1) / plot)
    ends = [{"x": across(v), "y": at + 12, "t": f"{v:,.6g}{suffix}"} for v in marks[::thin]]
    for (look, _), place in zip(key, places, strict=True):
        drawn[look].append({"x": place["x"] + 5, "y": place["y"]})
    over = {"x": x, "x2": channel("X2", "x2"), "y": y}
    layers = [
        base(grid).mark_rule(color=HAIR).encode(x=x, y=y, y2=channel("Y2", "y2")),
        base(links).mark_rule(color=PALE, strokeWidth=6, strokeCap="round").encode(**over),
        base(spans).mark_rule(color=INK, strokeWidth=1.6).encode(**over),
        *(
            base(drawn[look]).mark_point(filled=True, opacity=1, **style).encode(x=x, y=y)
            for look, style in LOOKS.items()
            if drawn[look]
        ),
        _keyed(places, x, y),
        label(ends, x, y, align="center", color=GREY),
        label(names, x, y, align="right", lineHeight=LINE),
        label(said, x, y, lineHeight=LINE),
    ]
    chart = alt.layer(*layers).properties(
        width=plot, height=height, title=title(heading, unit, width, left)
    )
    return Panel(chart, left, right, 8, alt_text or f"{heading}. {unit}")


def signed(
    rows: Sequence[Row],
    heading: str,
    unit: str,
    *,
    low: float,
    top: float,
    left: int = 84,
    right: int = 56,
    width: int = 348,
    alt_text: str = "",
) -> Panel:
    """Draw one bar a row from a common nought, to the right above it and to the left below it.

    Parameters
    ----------
    rows : sequence of mappings
        ``name``, ``y`` (null: no bar), ``said``.
    low, top : float
        Shared ends of the axis; nought lies between them.
    """
    import altair as alt

    plot, each = width - left - right, 24
    height = each * len(rows)
    span = (top - low) or 1.0
    nought = plot * -low / span
    x, y = plane(plot, height)
    bars: list[Row] = []
    said: list[Row] = []
    names: list[Row] = []
    for i, row in enumerate(rows):
        middle = i * each + each / 2
        end = nought
        if row["y"] is not None:
            end = plot * (row["y"] - low) / span
            bars.append({"x": min(nought, end), "x2": max(nought, end), "y": middle - 7,
                         "y2": middle + 7})  # fmt: skip
        said.append({"x": max(nought, end) + 6, "y": middle, "t": row["said"]})
        names.append({"x": -6, "y": middle, "t": row["name"]})
    area = {"x": x, "x2": channel("X2", "x2"), "y": y, "y2": channel("Y2", "y2")}
    line = [{"x": nought, "y": 0, "y2": height}]
    layers = [
        base(bars).mark_rect(color=GREY).encode(**area),
        base(line).mark_rule(color=INK, strokeWidth=1).encode(x=x, y=y, y2=channel("Y2", "y2")),
        label(names, x, y, align="right"),
        label(said, x, y),
    ]
    chart = alt.layer(*layers).properties(
        width=plot, height=height, title=title(heading, unit, width, left)
    )
    return Panel(chart, left, right, 8, alt_text or f"{heading}. {unit}")
