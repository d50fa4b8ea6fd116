"""Charts of people: dots, bars and ranges; tidy rows in, one :class:`Panel` out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scoredsociety.report.lines import Style
from scoredsociety.report.theme import (
    DASH,
    GREY,
    HARM,
    INK,
    PALE,
    PAPER,
    SAFEGUARD,
    SIZE,
    Panel,
    Row,
    ticks,
    title,
    wrap,
)


def plane(width: float, height: float) -> tuple[Any, Any]:
    """Return encodings in which data are pixels, without axes; y grows downwards."""
    import altair as alt

    return (
        alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False), axis=None),
        alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False, zero=False), axis=None),
    )


def label(rows: Sequence[Row], x: Any, y: Any, **look: Any) -> Any:
    """Return text marks; ``t`` is the text (a list breaks into lines)."""
    import altair as alt

    style = {"align": "left", "baseline": "middle", "fontSize": SIZE, "color": INK} | look
    return alt.Chart(alt.Data(values=list(rows))).mark_text(**style).encode(x=x, y=y, text="t:N")


@dataclass(frozen=True)
class Array:
    """Where the dots of an array stand: 1,000 small ones or 100 large ones."""

    total: int
    width: float

    @property
    def per_row(self) -> int:
        """Dots in a row."""
        return 50 if self.total > 100 else 25

    @property
    def step(self) -> float:
        """Pixels from one dot to the next."""
        return self.width / self.per_row

    @property
    def height(self) -> float:
        """Pixels from the first row to the end of the last."""
        return self.total // self.per_row * self.step

    @property
    def size(self) -> float:
        """Area of a dot, in square pixels."""
        return 0.6 * self.step**2

    def spot(self, index: int, top: float) -> Row:
        """Return the place of dot ``index`` of an array whose first row is at ``top``."""
        half = self.step / 2
        row, column = divmod(index, self.per_row)
        return {"x": half + column * self.step, "y": top + row * self.step}

    def pale(self, top: float) -> list[Row]:
        """Return the grey rows: a dashed line with round ends draws a row of dots cheaply."""
        return [
            {"x": self.step / 2, "x2": self.width - self.step / 2 + 0.1, "y": top + i * self.step}
            for i in range(self.total // self.per_row)
        ]

    def pale_dots(self, rows: Sequence[Row], x: Any, y: Any) -> Any:
        """Return the mark that draws the rows of :meth:`pale`."""
        import altair as alt

        return (
            alt.Chart(alt.Data(values=list(rows)))
            .mark_rule(
                color=PALE, strokeWidth=0.7 * self.step, strokeCap="round",
                strokeDash=[0.01, self.step - 0.01],
            )
            .encode(x=x, x2="x2:Q", y=y)
        )


def dots(
    rows: Sequence[Row],
    heading: str,
    unit: str,
    *,
    total: int,
    colour: str = HARM,
    width: int = 348,
    alt_text: str = "",
) -> Panel:
    """Draw one array of dots a group: filled is rightly listed, hollow wrongly.

    Parameters
    ----------
    rows : sequence of mappings
        ``group`` (label), ``right`` and ``wrong`` (shares, or null), ``said`` (the count in words).
    total : int
        100 or 1,000: how many people a whole array stands for.
    """
    import altair as alt

    array = Array(total, width - 20)
    block = array.height + 34
    height = block * len(rows)
    x, y = plane(width - 20, height)
    pale: list[Row] = []
    full: list[Row] = []
    hollow: list[Row] = []
    names: list[Row] = []
    said: list[Row] = []
    for i, row in enumerate(rows):
        base = i * block + 22
        names.append({"x": 0, "y": base - 13, "t": row["group"]})
        said.append({"x": array.width - 2, "y": base - 13, "t": row["said"]})
        pale += array.pale(base)
        listed = (row["right"] or 0) + (row["wrong"] or 0)
        marked = min(total, round(listed * total))
        wrong = min(marked, round((row["wrong"] or 0) * total))
        places = [array.spot(k, base) for k in range(marked)]
        full += places[: marked - wrong]
        hollow += places[marked - wrong :]
    layers = [
        array.pale_dots(pale, x, y),
        alt.Chart(alt.Data(values=full)).mark_point(
            filled=True, color=colour, opacity=1, size=array.size, shape="circle").encode(x=x, y=y),
        alt.Chart(alt.Data(values=hollow)).mark_point(
            filled=True, fill=PAPER, stroke=colour, strokeWidth=array.step / 5, opacity=1,
            size=0.7 * array.size, shape="circle").encode(x=x, y=y),
        label(names, x, y, fontWeight=600),
        label(said, x, y, align="right", color=colour, fontWeight=600),
    ]
    chart = alt.layer(*layers).properties(
        width=width - 20, height=height, title=title(heading, unit, width, 4)
    )
    return Panel(chart, 4, 16, 4, alt_text or f"{heading}. {unit}")


def differences(
    rows: Sequence[Row], heading: str, unit: str, *, total: int, width: int = 348,
    alt_text: str = "",
) -> Panel:
    """Draw a paired difference as people: one array, three kinds of dots.

    Parameters
    ----------
    rows : sequence of mappings
        ``kind`` ("both", "only without", "only with"), ``count`` (of ``total``, or null),
        ``said`` (label).
    """
    import altair as alt

    array = Array(total, width - 20)
    height = array.height + 22 + 20 * len(rows)
    x, y = plane(width - 20, height)
    looks: dict[str, dict[str, Any]] = {
        "both": {"fill": INK, "stroke": INK},
        "only without": {"fill": HARM, "stroke": HARM},
        "only with": {"fill": PAPER, "stroke": SAFEGUARD},
    }
    base = 20 * len(rows) + 12
    layers: list[Any] = [array.pale_dots(array.pale(base), x, y)]
    start = 0
    for i, row in enumerate(rows):
        look: Any = looks[row["kind"]]
        count = round(row["count"] or 0)
        places = [array.spot(k, base) for k in range(start, min(total, start + count))]
        start += count
        places.append({"x": array.step / 2, "y": i * 20 + 2})
        layers.append(
            alt.Chart(alt.Data(values=places))
            .mark_point(filled=True, shape="circle", size=24, strokeWidth=1.4, opacity=1, **look)
            .encode(x=x, y=y)
        )
        layers.append(
            label([{"x": 14, "y": i * 20 + 2, "t": row["said"]}], x, y,
                  color=look["stroke"], fontWeight=600)
        )
    chart = alt.layer(*layers).properties(
        width=width - 20, height=height, title=title(heading, unit, width, 4)
    )
    return Panel(chart, 4, 16, 4, alt_text or f"{heading}. {unit}")


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

    colour = (style or Style()).colour
    plot, each = width - left - right, 30
    height = each * len(rows)
    x, y = plane(plot, height)
    top = top if top > 0 else 1.0
    layers: list[Any] = []
    for i, row in enumerate(rows):
        mid = i * each + each / 2
        known = row["y"] is not None
        reach = plot * min(1.0, max(0.0, (row["y"] or 0) / top))
        ink = row.get("colour", colour)
        if known:
            bar = [{"x": 0, "x2": max(reach, 1.0), "y": mid - 8, "y2": mid + 8}]
            mark = alt.Chart(alt.Data(values=bar))
            outlined = {"fill": PAPER, "stroke": ink, "strokeWidth": 1.6, "strokeDash": DASH}
            look: Any = outlined if row.get("hollow") else {"fill": ink}
            layers.append(mark.mark_rect(**look).encode(x=x, x2="x2:Q", y=y, y2="y2:Q"))
        end = reach
        if row.get("low") is not None and row.get("high") is not None:
            whisker = [{"x": plot * min(1.0, max(0.0, row["low"] / top)), "y": mid,
                        "x2": plot * min(1.0, row["high"] / top)}]
            end = max(end, whisker[0]["x2"])
            layers.append(
                alt.Chart(alt.Data(values=whisker)).mark_rule(color=INK).encode(x=x, x2="x2:Q", y=y)
            )
        text = wrap(row["said"], max(10, int((right + plot - end) / 6.6)))
        layers.append(
            label([{"x": end + 6, "y": mid - 7 * (len(text) - 1), "t": text}], x, y,
                  color=ink if known else GREY, lineHeight=14)
        )
        name = wrap(row["name"], max(8, int(left / 6.6)))
        layers.append(
            label([{"x": -6, "y": mid - 7 * (len(name) - 1), "t": name}], x, y, align="right",
                  lineHeight=14)
        )
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
    left, right, height, size = 20, 20, 120, 11.0
    plot = width - left - right
    span = (top - low) or 1.0
    stacks: dict[int, int] = {}
    places = []
    for value in sorted(float(r["y"]) for r in rows):
        slot = round((value - low) / span * plot / size)
        stacks[slot] = stacks.get(slot, 0) + 1
        places.append({"x": low + slot * size * span / plot, "y": (stacks[slot] - 0.5) * size})
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[low, top], nice=False, zero=False),
        axis=alt.Axis(tickCount=4, grid=False, title=None),
    )
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], nice=False), axis=None)
    fill: Any = {"fill": PAPER, "stroke": look.colour} if look.dashed else {"fill": look.colour}
    chart = (
        alt.layer(
            alt.Chart(alt.Data(values=places))
            .mark_point(filled=True, shape="circle", size=72, opacity=1, **fill)
            .encode(x=x, y=y)
        )
        .properties(width=plot, height=height, title=title(heading, unit, width, left))
    )
    return Panel(chart, left, right, 30, alt_text or f"{heading}. {unit}")


def axis_top(values: Sequence[float | None]) -> float:
    """Return a shared round end of an axis for values that may be null."""
    return ticks(max([v for v in values if v is not None], default=0.0))[-1]
