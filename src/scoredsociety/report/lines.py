"""Charts over time: tidy rows in, one :class:`Panel` out.

Every function takes rows (a list of plain mappings), a heading, a grey line with unit and
population, and the shared axis. None of them reads a run or an audit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoredsociety.report.theme import (
    DASH,
    GREY,
    HARM,
    INK,
    PAPER,
    REMOVAL,
    SAFEGUARD,
    SIZE,
    Panel,
    Row,
    spread,
    ticks,
    title,
    wrap,
)

LEFT = 46
HEIGHT = 190


@dataclass(frozen=True)
class Style:
    """How one line is drawn; safeguards are blue and always dashed."""

    colour: str = HARM
    dashed: bool = False
    dotted: bool = False

    @property
    def dash(self) -> dict[str, Any]:
        """Properties of a line mark."""
        if self.dotted:
            return {"strokeDash": [1, 3], "strokeWidth": 1.6}
        return {"strokeDash": DASH, "strokeWidth": 2} if self.dashed else {"strokeWidth": 2}


def style_of(position: int) -> Style:
    """Return the style of an arm: the first is harm, the others are safeguards."""
    return Style() if position == 0 else Style(SAFEGUARD, dashed=True)


def months_axis(last: int, width: int) -> Any:
    """Return the x encoding shared by all charts over months."""
    import altair as alt

    step = next((s for s in (6, 12, 24, 36, 60, 120) if last / s <= width / 42), 240)
    values = list(range(0, last + 1, step))
    return alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            values=values, grid=False, title="months", titleAnchor="end", titlePadding=2, tickSize=4
        ),
    )


def value_axis(top: float, suffix: str = "", low: float = 0.0, unsigned: bool = False) -> Any:
    """Return the y encoding from ``low`` to a round number above ``top``."""
    import altair as alt

    shown = "abs(datum.value)" if unsigned else "datum.value"
    marks = ticks(top)
    if low < 0:
        step = marks[1]
        marks = [-step * k for k in range(math.ceil(-low / step), 0, -1)] + marks
    return alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[min(low, min(marks)), marks[-1]], nice=False),
        axis=alt.Axis(
            values=marks,
            title=None,
            domain=False,
            ticks=False,
            labelPadding=6,
            labelExpr=f"format({shown}, ',~r') + '{suffix}'",
        ),
    )


def end_labels(
    ends: Sequence[tuple[float, float, str, str]], top: float, height: int, low: float = 0.0
) -> list[Any]:
    """Return text marks at the ends of lines, moved apart so that none overlaps.

    Parameters
    ----------
    ends : sequence of (x, y, label, colour)
    """
    import altair as alt

    span = top - low
    lines = [wrap(label, 13) for _, _, label, _ in ends]
    gap = 15 * max([len(block) for block in lines], default=1) * span / height
    half = [(len(block) - 1) * 7 for block in lines]
    places = spread([y for _, y, _, _ in ends], gap, low + 6 * span / height, top)
    marks = []
    for (x, _, _, colour), block, place, lift in zip(ends, lines, places, half, strict=True):
        marks.append(
            alt.Chart(alt.Data(values=[{"x": x, "y": place, "label": block}]))
            .mark_text(align="left", dx=6, dy=-lift, baseline="middle", color=colour,
                       fontWeight=600, fontSize=SIZE, lineHeight=14)
            .encode(x="x:Q", y="y:Q", text="label:N")
        )
    return marks


def lines(
    rows: Sequence[Row],
    heading: str,
    unit: str,
    *,
    last: int,
    top: float,
    low: float = 0.0,
    styles: Mapping[str, Style],
    ends: Mapping[str, str] | None = None,
    steps: bool = False,
    suffix: str = "",
    width: int = 348,
    alt_text: str = "",
) -> Panel:
    """Draw one or more lines over months, labelled at their ends.

    Parameters
    ----------
    rows : sequence of mappings
        ``x`` (month), ``y``, ``series``; optionally ``low`` and ``high`` for one band.
    last, top : float
        Shared ends of the axes.
    styles : mapping
        Series to style; the order is the order of drawing.
    ends : mapping, optional
        Series to the label at its end (by default the series itself).
    """
    import altair as alt

    right = 112 if any((ends or {}).get(s, s) for s in styles) else 14
    plot = width - LEFT - right
    x, y = months_axis(last, plot), value_axis(top, suffix, low)
    peak, floor = y.scale.domain[1], y.scale.domain[0]
    shape: Any = "step-after" if steps else "linear"
    layers: list[Any] = [blank(last, peak, x, y)]
    labels = []
    for name, style in styles.items():
        mine = [r for r in rows if r["series"] == name and r["y"] is not None]
        if not mine:
            continue
        data = alt.Data(values=mine)
        if any(r.get("low") is not None for r in mine):
            layers.append(
                alt.Chart(data)
                .mark_area(color=style.colour, opacity=0.16, interpolate=shape)
                .encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
            )
        layers.append(
            alt.Chart(data)
            .mark_line(color=style.colour, interpolate=shape, clip=True, **style.dash)
            .encode(x=x, y=y)
        )
        text = (ends or {}).get(name, name)
        if text:
            labels.append((mine[-1]["x"], mine[-1]["y"], text, style.colour))
    layers += end_labels(labels, peak, HEIGHT, floor)
    chart = alt.layer(*layers).properties(
        width=plot, height=HEIGHT, title=title(heading, unit, width, LEFT)
    )
    return Panel(chart, LEFT, right, 40, alt_text or f"{heading}. {unit}")


def blank(last: float, top: float, x: Any, y: Any) -> Any:
    """Return an invisible layer that holds the shared axes, so that an empty panel has them."""
    import altair as alt

    return (
        alt.Chart(alt.Data(values=[{"x": 0, "y": 0}, {"x": last, "y": top}]))
        .mark_point(opacity=0)
        .encode(x=x, y=y)
    )


def flows(
    rows: Sequence[Row],
    heading: str,
    unit: str,
    *,
    last: int,
    top: float,
    width: int = 348,
    alt_text: str = "",
) -> Panel:
    """Draw what comes in above the axis and what goes out below it.

    Parameters
    ----------
    rows : sequence of mappings
        ``x`` (month), ``y`` (both positive), ``series`` ("in" or "out").
    """
    import altair as alt

    right = 74
    plot = width - LEFT - right
    peak = ticks(top, 2)[-1]
    x, y = months_axis(last, plot), value_axis(peak, low=-peak, unsigned=True)
    y.axis.values = [-peak, -peak / 2, 0, peak / 2, peak]
    layers: list[Any] = [blank(last, peak, x, y)]
    for name, colour, sign in (("in", HARM, 1), ("out", REMOVAL, -1)):
        mine = [
            {"a": r["x"] - 1, "x": r["x"], "y": sign * r["y"], "zero": 0}
            for r in rows
            if r["series"] == name and r["y"] is not None
        ]
        layers.append(
            alt.Chart(alt.Data(values=mine))
            .mark_rect(color=colour, opacity=0.9)
            .encode(x=alt.X("a:Q"), x2="x:Q", y=y, y2="zero:Q")
        )
        layers += end_labels(
            [(last, sign * peak / 2, "added" if sign > 0 else "removed", colour)],
            peak, HEIGHT, -peak,
        )
    chart = alt.layer(*layers).properties(
        width=plot, height=HEIGHT, title=title(heading, unit, width, LEFT)
    )
    return Panel(chart, LEFT, right, 40, alt_text or f"{heading}. {unit}")


def life(
    rows: Sequence[Row],
    spells: Sequence[Row],
    marks: Sequence[Row],
    heading: str,
    unit: str,
    *,
    last: int,
    low: float,
    top: float,
    line: float | None = None,
    style: Style | None = None,
    width: int = 348,
    alt_text: str = "",
) -> Panel:
    """Draw one life: shaded times on a list, points over months, and the records.

    Parameters
    ----------
    rows : sequence of mappings
        ``x`` (month), ``y`` (points); may be empty where no points scheme holds.
    spells : sequence of mappings
        ``x``, ``x2``: months on the list.
    marks : sequence of mappings
        ``x``, ``y``, ``shape`` ("wrong", "true" or "removed").
    line : float, optional
        Points below which sanctions begin.
    """
    import altair as alt

    style = style or Style()
    right, height = 16, HEIGHT if rows else 96
    plot = width - LEFT - right
    x = months_axis(last, plot)
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[low, top], nice=False, zero=False),
        axis=alt.Axis(tickCount=4, title=None, domain=False, ticks=False, labelPadding=6)
        if rows
        else None,
    )
    layers: list[Any] = [blank(last, top, x, y).transform_filter("datum.y > 0")]
    if spells:
        shaded = [{**s, "y": low, "y2": top} for s in spells]
        layers.append(
            alt.Chart(alt.Data(values=shaded))
            .mark_rect(color=HARM, opacity=0.16)
            .encode(x=x, x2="x2:Q", y=y, y2="y2:Q")
        )
        first = min(spells, key=lambda s: float(s["x"]))
        layers.append(words([{"x": first["x"], "y": top, "t": "on the list"}], x, y, HARM, 4, 10))
    if line is not None and rows:
        layers.append(
            alt.Chart(alt.Data(values=[{"y": line}]))
            .mark_rule(color=HARM, strokeDash=[2, 3])
            .encode(y=y)
        )
        layers.append(
            words([{"x": 0, "y": line, "t": f"sanctions below {line:,.0f}"}], x, y, HARM, 4, 10)
        )
    if rows:
        layers.append(
            alt.Chart(alt.Data(values=list(rows)))
            .mark_line(color=style.colour, interpolate="step-after", **style.dash)
            .encode(x=x, y=y)
        )
    layers += [signs([m for m in marks if m["shape"] == shape], shape, x, y) for shape in SIGNS]
    chart = alt.layer(*layers).properties(
        width=plot, height=height, title=title(heading, unit, width, LEFT)
    )
    return Panel(chart, LEFT, right, 40, alt_text or f"{heading}. {unit}")


SIGNS: dict[str, dict[str, Any]] = {
    "true": {"shape": "circle", "filled": True, "color": INK, "size": 30},
    "wrong": {
        "shape": "M-.6,-.6L.6,.6M.6,-.6L-.6,.6",
        "filled": False, "stroke": INK, "strokeWidth": 1.8, "size": 110,
    },
    "removed": {
        "shape": "circle", "filled": True, "fill": PAPER, "stroke": SAFEGUARD,
        "strokeWidth": 2, "size": 80,
    },
}


def signs(rows: Sequence[Row], shape: str, x: Any, y: Any) -> Any:
    """Return the marks of one kind of record: ● true, × wrong, ○ wrong and removed."""
    import altair as alt

    look: Any = SIGNS[shape]
    return (
        alt.Chart(alt.Data(values=list(rows)))
        .mark_point(opacity=1, **look)
        .encode(x=x, y=y)
    )


def words(rows: Sequence[Row], x: Any, y: Any, colour: str = GREY, dx: int = 0, dy: int = 0) -> Any:
    """Return small words inside a plot, left-aligned at (x, y)."""
    import altair as alt

    return (
        alt.Chart(alt.Data(values=list(rows)))
        .mark_text(align="left", baseline="middle", dx=dx, dy=dy, color=colour, fontSize=SIZE)
        .encode(x=x, y=y, text="t:N")
    )
