"""Charts of people: dots, bars and ranges; tidy rows in, one :class:`Panel` out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scoredsociety.report.theme import (
    HARM,
    INK,
    PALE,
    PAPER,
    SAFEGUARD,
    SIZE,
    Drawn,
    Panel,
    Row,
    base,
    channel,
    title,
    wrap,
)


def plane(width: float, height: float) -> tuple[Drawn, Drawn]:
    """Return encodings in which data are pixels, without axes; y grows downwards."""
    import altair as alt

    return (
        alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False), axis=None),
        alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False, zero=False), axis=None),
    )


def label(rows: Sequence[Row], x: Drawn, y: Drawn, **look: Drawn) -> Drawn:
    """Return text marks; ``t`` is the text (a list breaks into lines)."""
    style = {"align": "left", "baseline": "middle", "fontSize": SIZE, "color": INK} | look
    return base(rows).mark_text(**style).encode(x=x, y=y, text=channel("Text", "t:N"))


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

    def pale_dots(self, rows: Sequence[Row], x: Drawn, y: Drawn) -> Drawn:
        """Return the mark that draws the rows of :meth:`pale`."""
        return (
            base(rows)
            .mark_rule(
                color=PALE,
                strokeWidth=0.7 * self.step,
                strokeCap="round",
                strokeDash=[0.01, self.step - 0.01],
            )
            .encode(x=x, x2=channel("X2", "x2"), y=y)
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
        row_top = i * block + 22
        names.append({"x": 0, "y": row_top - 13, "t": row["group"]})
        said.append({"x": array.width - 2, "y": row_top - 13, "t": row["said"]})
        pale += array.pale(row_top)
        listed = (row["right"] or 0) + (row["wrong"] or 0)
        marked = min(total, round(listed * total))
        wrong = min(marked, round((row["wrong"] or 0) * total))
        places = [array.spot(k, row_top) for k in range(marked)]
        full += places[: marked - wrong]
        hollow += places[marked - wrong :]
    layers = [
        array.pale_dots(pale, x, y),
        base(full)
        .mark_point(filled=True, color=colour, opacity=1, size=array.size, shape="circle")
        .encode(x=x, y=y),
        base(hollow)
        .mark_point(
            filled=True,
            fill=PAPER,
            stroke=colour,
            strokeWidth=array.step / 5,
            opacity=1,
            size=0.7 * array.size,
            shape="circle",
        )
        .encode(x=x, y=y),
        label(names, x, y, fontWeight=600),
        label(said, x, y, align="right", color=colour, fontWeight=600),
    ]
    chart = alt.layer(*layers).properties(
        width=width - 20, height=height, title=title(heading, unit, width, 4)
    )
    return Panel(chart, 4, 16, 4, alt_text or f"{heading}. {unit}")


def differences(
    rows: Sequence[Row],
    heading: str,
    unit: str,
    *,
    total: int,
    width: int = 348,
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
    said = [wrap(row["said"], int((width - 34) / 7.6)) for row in rows]
    tops = [sum(6 + 14 * len(s) for s in said[:i]) for i in range(len(said) + 1)]
    row_top = tops[-1] + 12.0
    height = row_top + array.height
    x, y = plane(width - 20, height)
    looks: dict[str, dict[str, Any]] = {
        "both": {"fill": INK, "stroke": INK},
        "only without": {"fill": HARM, "stroke": HARM},
        "only with": {"fill": PAPER, "stroke": SAFEGUARD},
    }
    layers: list[Any] = [array.pale_dots(array.pale(row_top), x, y)]
    start = 0
    for i, row in enumerate(rows):
        look: Any = looks[row["kind"]]
        count = round(row["count"] or 0)
        places = [array.spot(k, row_top) for k in range(start, min(total, start + count))]
        start += count
        places.append({"x": array.step / 2, "y": tops[i] + 2})
        layers.append(
            base(places)
            .mark_point(filled=True, shape="circle", size=24, strokeWidth=1.4, opacity=1, **look)
            .encode(x=x, y=y)
        )
        layers.append(
            label(
                [{"x": 14, "y": tops[i] + 2, "t": said[i]}],
                x,
                y,
                color=look["stroke"],
                fontWeight=600,
                lineHeight=14,
            )
        )
    chart = alt.layer(*layers).properties(
        width=width - 20, height=height, title=title(heading, unit, width, 4)
    )
    return Panel(chart, 4, 16, 4, alt_text or f"{heading}. {unit}")
