"""Dots with their ranges, one row each, on one axis: what is luck, and what nobody knows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from scoredsociety.report.theme import (
    GREY,
    INK,
    PALE,
    Panel,
    Row,
    base,
    channel,
    ticks,
    title,
    wrap,
)

STEP = 14


def ranges(
    rows: Sequence[Row],
    heading: str,
    unit: str,
    *,
    colour: str,
    suffix: str = "",
    line: float | None = None,
    left: int = 150,
    right: int = 148,
    width: int = 348,
    alt_text: str = "",
) -> Panel:
    """Draw one dot a row with one or two ranges, in the order given.

    Parameters
    ----------
    rows : sequence of mappings
        ``name``, ``x`` (null: no dot), ``said`` (the number in words); optionally ``low`` and
        ``high`` (luck: a thin line) and ``from`` and ``to`` (a wide pale band beneath).
    line : float, optional
        Where to draw an upright line, such as no difference.
    left : int
        Room for the names.
    """
    import altair as alt

    names = [wrap(str(r["name"]), max(10, int(left / 6.8))) for r in rows]
    plot = width - left - right
    said = [wrap(str(r["said"]), max(8, int(right / 6.6))) or [""] for r in rows]
    tall = [max(24, STEP * max(len(n), len(s)) + 8) for n, s in zip(names, said, strict=True)]
    middle = [sum(tall[:i]) + tall[i] / 2 for i in range(len(rows))]
    keys = ("x", "low", "high", "from", "to")
    known = [float(r[k]) for r in rows for k in keys if r.get(k) is not None]
    known += [] if line is None else [line]
    marks = _marks(min([0.0, *known]), max([0.0, *known]))
    low, top = min([marks[0], *known]), max([marks[-1], *known])
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[low, top], nice=False),
        axis=alt.Axis(values=list(marks), grid=True, title=None, domain=False, ticks=False,
                      labelExpr=f"format(datum.value, ',~r') + '{suffix}'"),
    )  # fmt: skip
    y = alt.Y("y:Q", scale=alt.Scale(domain=[sum(tall) or 1, 0], nice=False), axis=None)
    placed: list[Row] = [{**r, "y": m} for r, m in zip(rows, middle, strict=True)]
    bands = [{"x": r["from"], "x2": r["to"], "y": r["y"] - 6, "y2": r["y"] + 6}
             for r in placed if r.get("from") is not None]  # fmt: skip
    luck = [{"x": r["low"], "x2": r["high"], "y": r["y"]}
            for r in placed if r.get("low") is not None]  # fmt: skip
    dots = [{"x": r["x"], "y": r["y"]} for r in placed if r.get("x") is not None]
    corners = [{"x": low, "y": 0}, {"x": top, "y": sum(tall)}]
    layers: list[Any] = [base(corners).mark_point(opacity=0).encode(x=x, y=y)]
    if bands:
        area = {"x": x, "x2": channel("X2", "x2"), "y": y, "y2": channel("Y2", "y2")}
        layers.append(base(bands).mark_rect(color=PALE).encode(**area))
    if line is not None:
        layers.append(base([{"x": line}]).mark_rule(color=GREY).encode(x=x))
    if luck:
        thin = base(luck).mark_rule(color=colour, strokeWidth=2)
        layers.append(thin.encode(x=x, x2=channel("X2", "x2"), y=y))
    layers.append(
        base(dots).mark_point(filled=True, color=colour, size=46, opacity=1).encode(x=x, y=y)
    )
    for at, align, texts in ((-8, "right", names), (plot + 8, "left", said)):
        lines = [{"y": m - STEP / 2 * (len(t) - 1), "t": t}
                 for m, t in zip(middle, texts, strict=True)]  # fmt: skip
        mark = base(lines).mark_text(align=align, baseline="middle", color=INK, lineHeight=STEP)
        layers.append(mark.encode(x=alt.value(at), y=y, text=channel("Text", "t:N")))
    chart = alt.layer(*layers).properties(
        width=plot, height=sum(tall), title=title(heading, unit, width, left)
    )
    return Panel(chart, left, right, 30, alt_text or f"{heading}. {unit}")


def _marks(low: float, top: float) -> list[float]:
    """Return round values around 0 that lie between two values, or a little beyond."""
    step = ticks(max(top, -low) or 1.0, 2)[1]
    return [step * k for k in range(-math.ceil(-low / step - 0.3), math.ceil(top / step - 0.3) + 1)]
