"""Every design as a dot: wrongful months across, acts prevented up, none of them recommended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoredsociety.audit import words
from scoredsociety.audit.combining import level_and_change
from scoredsociety.audit.designs import Outcome
from scoredsociety.report.lines import axis_marks, value_axis
from scoredsociety.report.theme import HARM, INK, PALE, SAFEGUARD, Panel, Row, base, channel, title

ACROSS, UP = "wrongful months", "prevented"
TALL, LEFT, RIGHT = 300, 56, 30
NEAR = 12.0
"""Pixels within which dots share one label."""
STEP, LETTER = 15.0, 6.4
"""Pixels between labels above each other, and of a letter."""


def numbering(outcomes: Sequence[Outcome]) -> dict[tuple[str, ...], str]:
    """Give the designs that were simulated numbers; the regime as it is has 0."""
    return {o.names: str(k) for k, o in enumerate(outcomes)}


def compressed(numbers: Sequence[int]) -> str:
    """Write whole numbers shortly: "1, 3–5"."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" if len(r) > 2 else
                     f"{r[0]}, {r[-1]}" for r in runs)  # fmt: skip


def frontier(outcomes: Sequence[Outcome], width: int) -> Panel | None:
    """Draw every design, or nothing where either axis is undefined in all of them.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Those that were simulated, the regime as it is first.
    width : int
        Of the picture.
    """
    import altair as alt

    rows: list[Row] = []
    for k, o in enumerate(outcomes):
        (across, _), (up, _) = (level_and_change(o, outcomes[0], key) for key in (ACROSS, UP))
        if not all(float(m.value[0]) == float(m.value[0]) for m in (across, up)):
            continue
        row: Row = {"k": k, "x": float(across.value[0]), "y": float(up.value[0]),
                    "ink": SAFEGUARD if o.names else HARM}  # fmt: skip
        if float(across.low[0]) == float(across.low[0]):
            row |= {"x1": max(0.0, float(across.low[0])), "x2": float(across.high[0]),
                    "y1": float(up.low[0]), "y2": float(up.high[0])}  # fmt: skip
        rows.append(row)
    if not rows:
        return None
    plot = width - LEFT - RIGHT
    spans = [[r[k] for r in rows for k in (a, f"{a}1", f"{a}2") if k in r] for a in ("x", "y")]
    marks = [axis_marks(max([*s, 0.0]) or 1.0, min([0.0, *s])) for s in spans]
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[marks[0][0], marks[0][-1]], nice=False),
        axis=alt.Axis(values=marks[0], grid=False, tickSize=4,
                      title="wrongfully sanctioned months per 1,000 adults"),
    )  # fmt: skip
    y = value_axis(marks[1])
    wide = [r for r in rows if "x1" in r]
    own = alt.Color("ink:N", scale=None, legend=None)
    layers: list[Any] = [base([{"x": 0, "y": 0}]).mark_point(opacity=0).encode(x=x, y=y)]
    if wide:
        flat = [{"x": r["x1"], "x2": r["x2"], "y": r["y"]} for r in wide]
        tall = [{"x": r["x"], "y": r["y1"], "y2": r["y2"]} for r in wide]
        thin = {"color": PALE, "strokeWidth": 1}
        layers += [
            base(flat).mark_rule(**thin).encode(x=x, x2=channel("X2", "x2"), y=y),
            base(tall).mark_rule(**thin).encode(x=x, y=y, y2=channel("Y2", "y2")),
        ]
    layers.append(
        base(rows).mark_point(filled=True, size=46, opacity=1).encode(x=x, y=y, color=own)
    )
    layers.append(
        base(rows[:1]).mark_point(filled=True, size=80, opacity=1).encode(x=x, y=y, color=own)
    )
    scale = (plot / (marks[0][-1] - marks[0][0]), TALL / (marks[1][-1] - marks[1][0]))
    labels = _labels(rows, marks[0][0], marks[1][0], scale)
    layers.append(base(labels).mark_rule(color=PALE).encode(x=x, y=y, y2=channel("Y2", "to")))
    mark = base(labels).mark_text(align="left", baseline="middle", dx=3, color=INK)
    layers.append(mark.encode(x=x, y=alt.Y("to:Q"), text=channel("Text", "t:N")))
    chart = alt.layer(*layers).properties(
        width=plot, height=TALL,
        title=title("Wrongful months and acts prevented, design by design",
                    "Up: acts prevented per 1,000 aware adults a year.", width, LEFT),
    )  # fmt: skip
    first = rows[0]
    return Panel(
        chart, LEFT, RIGHT, 46,
        f"Dots, simulated. {words.plural(float(len(rows)), 'design')}: wrongfully sanctioned "
        f"months per 1,000 adults from {words.number(min(r['x'] for r in rows))} to "
        f"{words.number(max(r['x'] for r in rows))}, acts prevented per 1,000 aware adults a year "
        f"from {words.number(min(r['y'] for r in rows))} to "
        f"{words.number(max(r['y'] for r in rows))}; as it is, {words.number(first['x'])} and "
        f"{words.number(first['y'])}.",
    )  # fmt: skip


def _labels(rows: Sequence[Row], left: float, low: float, scale: tuple[float, float]) -> list[Row]:
    """Give dots that lie close together one label, and labels a height of their own each.

    Parameters
    ----------
    left, low : float
        Values at the corner of the plot.
    scale : (float, float)
        Pixels for one unit across and up.

    Returns
    -------
    list of mappings
        ``x`` and ``y`` of a dot, ``to`` (the height of its label) and ``t`` (the numbers).
    """
    rest = sorted(rows, key=lambda r: (r["x"], r["k"]))
    ends: list[float] = []
    out: list[Row] = []
    while rest:
        group = [rest.pop(0)]
        for r in list(rest):
            first = group[0]
            near = (r["x"] - first["x"]) * scale[0] < NEAR
            if near and abs(r["y"] - first["y"]) * scale[1] < NEAR:
                group.append(r)
                rest.remove(r)
        text, x = compressed([int(r["k"]) for r in group]), group[0]["x"]
        start = (x - left) * scale[0]
        free = (k for k, end in enumerate(ends) if end < start)
        level = next(free, len(ends))
        ends += [0.0] * (level + 1 - len(ends))
        ends[level] = start + LETTER * len(text) + NEAR
        up = 1 if (group[0]["y"] - low) * scale[1] < TALL / 2 else -1
        step = up * (STEP * (level + 1.5)) / scale[1]
        out.append({"x": x, "y": group[0]["y"], "to": group[0]["y"] + step, "t": text})
    return out
