"""One life over months; tidy rows in, one :class:`Panel` out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoredsociety.report.lines import HEIGHT, LEFT, Style, blank, months_axis
from scoredsociety.report.theme import (
    GREY,
    HARM,
    INK,
    PAPER,
    SAFEGUARD,
    SIZE,
    Drawn,
    Panel,
    Row,
    base,
    channel,
    title,
)


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
            base(shaded)
            .mark_rect(color=HARM, opacity=0.16)
            .encode(x=x, x2=channel("X2", "x2"), y=y, y2=channel("Y2", "y2"))
        )
        first = min(spells, key=lambda s: float(s["x"]))
        late = float(first["x"]) > 0.7 * last
        said = [{"x": first["x"], "y": top, "t": "on the list"}]
        layers.append(words(said, x, y, HARM, -4 if late else 4, 10, "right" if late else "left"))
    if line is not None and rows:
        layers.append(base([{"y": line}]).mark_rule(color=HARM, strokeDash=[2, 3]).encode(y=y))
        layers.append(
            words([{"x": 0, "y": line, "t": f"sanctions below {line:,.0f}"}], x, y, HARM, 4, 10)
        )
    if rows:
        layers.append(
            base(rows)
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
        "filled": False,
        "stroke": INK,
        "strokeWidth": 1.8,
        "size": 110,
    },
    "removed": {
        "shape": "circle",
        "filled": True,
        "fill": PAPER,
        "stroke": SAFEGUARD,
        "strokeWidth": 2,
        "size": 80,
    },
}


def signs(rows: Sequence[Row], shape: str, x: Drawn, y: Drawn) -> Drawn:
    """Return the marks of one kind of record: ● true, × wrong, ○ wrong and removed."""
    look: Any = SIGNS[shape]
    return base(rows).mark_point(opacity=1, **look).encode(x=x, y=y)


def words(
    rows: Sequence[Row],
    x: Drawn,
    y: Drawn,
    colour: str = GREY,
    dx: int = 0,
    dy: int = 0,
    align: str = "left",
) -> Drawn:
    """Return small words inside a plot, left-aligned at (x, y)."""
    return (
        base(rows)
        .mark_text(align=align, baseline="middle", dx=dx, dy=dy, color=colour, fontSize=SIZE)
        .encode(x=x, y=y, text=channel("Text", "t:N"))
    )
