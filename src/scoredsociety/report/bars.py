"""Bars with their numbers, and ranges as dots; tidy rows in, one :class:`Panel` out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoredsociety.report.lines import Style
from scoredsociety.report.people import label, plane
from scoredsociety.report.theme import (
    DASH,
    GREY,
    INK,
    PAPER,
    Panel,
    Row,
    base,
    channel,
    title,
    wrap,
)


def bars(
    rows: Sequence[Row],
    heading: str,
    unit: str,
    *,
    top: float,
    style: Style | None = None,
    left: int = 106,
    right: int = 92,
    width: int = 348,
    alt_text: str = "",
) -> Panel:
    """Draw one bar a row, in the order given, with its number at the end.

    Parameters
    ----------
    rows : sequence of mappings
        ``name``, ``y`` (null: no bar), ``said`` (the number in words), optionally ``colour``,
        ``low`` and ``high`` (a thin line over the bar).
    top : float
        Shared end of the axis.
    """
    import altair as alt

    colour, hollow = (style or Style()).colour, (style or Style()).dashed
    rows_of_name = [wrap(row["name"], max(8, int(left / 7.4))) for row in rows]
    plot = width - left - right
    each = max(30, 14 * max([len(n) for n in rows_of_name], default=1) + 4)
    height = each * len(rows)
    x, y = plane(plot, height)
    top = top if top > 0 else 1.0
    solid: list[Row] = []
    outlined: list[Row] = []
    whiskers: list[Row] = []
    said: list[Row] = []
    names: list[Row] = []
    for i, row in enumerate(rows):
        mid = i * each + each / 2
        known = row["y"] is not None
        reach = plot * min(1.0, max(0.0, (row["y"] or 0) / top))
        ink = row.get("colour", colour)
        if known:
            bar = {"x": 0, "x2": max(reach, 1.0), "y": mid - 8, "y2": mid + 8, "ink": ink}
            (outlined if row.get("hollow", hollow) and reach > 4 else solid).append(bar)
        end = reach
        if row.get("low") is not None and row.get("high") is not None:
            low = plot * min(1.0, max(0.0, row["low"] / top))
            end = max(end, plot * min(1.0, row["high"] / top))
            whiskers.append({"x": low, "x2": plot * min(1.0, row["high"] / top), "y": mid})
        text = wrap(row["said"], max(10, int((right + plot - end) / 6.6)))
        place = mid - 7 * (len(text) - 1)
        said.append({"x": end + 6, "y": place, "t": text, "ink": ink if known else GREY})
        name = rows_of_name[i]
        names.append({"x": -6, "y": mid - 7 * (len(name) - 1), "t": name})
    own = alt.Color("ink:N", scale=None, legend=None)
    area = {"x": x, "x2": channel("X2", "x2"), "y": y, "y2": channel("Y2", "y2")}
    layers: list[Any] = [
        base(solid).mark_rect().encode(color=own, **area),
        label(names, x, y, align="right", lineHeight=14),
        label(said, x, y, lineHeight=14).encode(color=own),
    ]
    if outlined:
        edge = alt.Stroke("ink:N", scale=None, legend=None)
        look = {"fill": PAPER, "strokeWidth": 1.6, "strokeDash": DASH}
        layers.append(base(outlined).mark_rect(**look).encode(stroke=edge, **area))
    if whiskers:
        rule = base(whiskers).mark_rule(color=INK)
        layers.append(rule.encode(x=x, x2=channel("X2", "x2"), y=y))
    chart = alt.layer(*layers).properties(
        width=plot, height=height, title=title(heading, unit, width, left)
    )
    return Panel(chart, left, right, 8, alt_text or f"{heading}. {unit}")


def quantile_dots(
    rows: Sequence[Row],
    heading: str,
    unit: str,
    *,
    low: float,
    top: float,
    style: Style | None = None,
    width: int = 348,
    alt_text: str = "",
) -> Panel:
    """Draw a range as equally likely dots (Kay et al. 2016): stack them where they fall.

    Parameters
    ----------
    rows : sequence of mappings
        ``y``: one value a dot.
    """
    import altair as alt

    look = style or Style()
    left, right, size = 20, 20, 11.0
    plot = width - left - right
    span = (top - low) or 1.0
    stacks: dict[int, int] = {}
    places = []
    for value in sorted(float(r["y"]) for r in rows):
        slot = round((value - low) / span * plot / size)
        stacks[slot] = stacks.get(slot, 0) + 1
        places.append({"x": low + slot * size * span / plot, "y": (stacks[slot] - 0.5) * size})
    height = max(44.0, (max(stacks.values(), default=1) + 1) * size)
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[low, top], nice=False, zero=False),
        axis=alt.Axis(tickCount=4, grid=False, title=None),
    )
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], nice=False), axis=None)
    fill: Any = {"fill": PAPER, "stroke": look.colour} if look.dashed else {"fill": look.colour}
    chart = alt.layer(
        base(places)
        .mark_point(filled=True, shape="circle", size=72, opacity=1, **fill)
        .encode(x=x, y=y)
    ).properties(width=plot, height=height, title=title(heading, unit, width, left))
    return Panel(chart, left, right, 30, alt_text or f"{heading}. {unit}")
