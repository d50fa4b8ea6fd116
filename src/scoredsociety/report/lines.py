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
    HARM,
    REMOVAL,
    SAFEGUARD,
    SIZE,
    Drawn,
    Panel,
    Row,
    base,
    channel,
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


def months_axis(last: int, width: int) -> Drawn:
    """Return the x encoding shared by all charts over months."""
    import altair as alt

    fits = [s for s in (6, 12, 24, 36, 60, 120, 240) if last / s <= width / 34]
    step = next((s for s in fits if last % s == 0), fits[0] if fits else last)
    values = list(range(0, last + 1, step))
    return alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            values=values,
            grid=False,
            title="months",
            titleAnchor="end",
            titlePadding=2,
            tickSize=4,
            labelOverlap=False,
        ),
    )


def axis_marks(top: float, low: float = 0.0) -> list[float]:
    """Return round values from below ``low`` (0 or less) to above ``top``."""
    if low >= 0:
        return ticks(top)
    step = ticks(max(top, -low))[1]
    return [step * k for k in range(-math.ceil(-low / step), math.ceil(max(top, step) / step) + 1)]


def value_axis(marks: Sequence[float], suffix: str = "", unsigned: bool = False) -> Drawn:
    """Return the y encoding over the values given by :func:`axis_marks`."""
    import altair as alt

    shown = "abs(datum.value)" if unsigned else "datum.value"
    return alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[marks[0], marks[-1]], nice=False),
        axis=alt.Axis(
            values=list(marks),
            title=None,
            domain=False,
            ticks=False,
            labelPadding=6,
            labelExpr=f"format({shown}, ',~r') + '{suffix}'",
        ),
    )


def end_labels(
    ends: Sequence[tuple[float, float, str, str]],
    top: float,
    height: int,
    low: float = 0.0,
    room: int = 112,
    *,
    x: Drawn,
    y: Drawn,
) -> list[Drawn]:
    """Return text marks at the ends of lines, moved apart so that none overlaps.

    Parameters
    ----------
    ends : sequence of (x, y, label, colour)
    """
    span = top - low
    lines = [wrap(label, int((room - 6) / 7.8)) for _, _, label, _ in ends]
    gap = 15 * max([len(block) for block in lines], default=1) * span / height
    half = [(len(block) - 1) * 7 for block in lines]
    places = spread([y for _, y, _, _ in ends], gap, low + 6 * span / height, top)
    marks = []
    for (at, _, _, colour), block, place, lift in zip(ends, lines, places, half, strict=True):
        marks.append(
            base([{"x": at, "y": place, "label": block}])
            .mark_text(
                align="left",
                dx=6,
                dy=-lift,
                baseline="middle",
                color=colour,
                fontWeight=600,
                fontSize=SIZE,
                lineHeight=14,
            )
            .encode(x=x, y=y, text=channel("Text", "label:N"))
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
    right: int = 112,
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

    if styles and not any((ends or {}).get(s, s) for s in styles):
        right = 14
    plot = width - LEFT - right
    marks = axis_marks(top, low)
    x, y = months_axis(last, plot), value_axis(marks, suffix)
    floor, peak = marks[0], marks[-1]
    shape: Any = "step-after" if steps else "linear"
    layers: list[Any] = [blank(last, peak, x, y)]
    labels = []
    for name, style in styles.items():
        mine = [r for r in rows if r["series"] == name and r["y"] is not None]
        if not mine:
            continue
        data = base(mine)
        if any(r.get("low") is not None for r in mine):
            layers.append(
                data.mark_area(
                    clip=True, color=style.colour, opacity=0.16, interpolate=shape
                ).encode(x=x, y=alt.Y("low:Q"), y2=channel("Y2", "high"))
            )
        layers.append(
            data.mark_line(color=style.colour, interpolate=shape, clip=True, **style.dash).encode(
                x=x, y=y
            )
        )
        text = (ends or {}).get(name, name)
        if text:
            labels.append((last, mine[-1]["y"], text, style.colour))
    layers += end_labels(labels, peak, HEIGHT, floor, right, x=x, y=y)
    chart = alt.layer(*layers).properties(
        width=plot, height=HEIGHT, title=title(heading, unit, width, LEFT)
    )
    return Panel(chart, LEFT, right, 40, alt_text or f"{heading}. {unit}")


def blank(last: float, top: float, x: Drawn, y: Drawn) -> Drawn:
    """Return an invisible layer that holds the shared axes, so that an empty panel has them."""
    return base([{"x": 0, "y": 0}, {"x": last, "y": top}]).mark_point(opacity=0).encode(x=x, y=y)


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
    x = months_axis(last, plot)
    y = value_axis([-peak, -peak / 2, 0, peak / 2, peak], unsigned=True)
    layers: list[Any] = [blank(last, peak, x, y)]
    for name, colour, sign in (("in", HARM, 1), ("out", REMOVAL, -1)):
        mine = [
            {"a": r["x"] - 1, "x": r["x"], "y": sign * r["y"], "zero": 0}
            for r in rows
            if r["series"] == name and r["y"] is not None
        ]
        layers.append(
            base(mine)
            .mark_rect(color=colour, opacity=0.9)
            .encode(x=alt.X("a:Q"), x2="x:Q", y=y, y2=channel("Y2", "zero"))
        )
        layers += end_labels(
            [(last, sign * peak / 2, "added" if sign > 0 else "removed", colour)],
            peak,
            HEIGHT,
            -peak,
            right,
            x=x,
            y=y,
        )
    chart = alt.layer(*layers).properties(
        width=plot, height=HEIGHT, title=title(heading, unit, width, LEFT)
    )
    return Panel(chart, LEFT, right, 40, alt_text or f"{heading}. {unit}")
