"""The look of every chart: colours, sizes, and the way to a static picture.

A :class:`Panel` is one small picture of a figure. It keeps the room it needs around its
plot, so that its size does not hang on the fonts of the machine that draws it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

PAPER = "#fffdf9"
INK = "#1a1a1a"
GREY = "#595959"
PALE = "#d9d6cf"
HAIR = "#e6e2da"
HARM = "#B34700"
SAFEGUARD = "#0072B2"
REMOVAL = "#00795C"
DASH = [6, 3]
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SIZE = 12
WIDE = 640
NARROW = 348
AXES = 40
"""Room below a plot that has axes."""
OFFSET, LABEL = 10, 6
"""Room between a title and a plot; how far the highest label of an axis reaches above it."""
SIMULATED = "Simulated"
BLANK = "\N{NO-BREAK SPACE}"

Row = dict[str, Any]
Drawn: TypeAlias = Any
"""An Altair chart or encoding: the class differs between the versions that may be installed."""


@dataclass(frozen=True)
class Panel:
    """One picture of a figure.

    Attributes
    ----------
    chart : altair.LayerChart
        Without configuration, so that panels can be put side by side.
    left, right, bottom : int
        Room around the plot, in pixels.
    alt : str
        What the picture shows, in words.
    """

    chart: Drawn
    left: int
    right: int
    bottom: int
    alt: str


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration that every chart shares."""
    axis = {
        "labelFont": SANS,
        "titleFont": SANS,
        "labelFontSize": SIZE,
        "titleFontSize": SIZE,
        "titleFontWeight": "normal",
        "labelColor": GREY,
        "titleColor": GREY,
        "gridColor": HAIR,
        "domainColor": GREY,
        "tickColor": GREY,
    }
    return {
        "background": PAPER,
        "font": SANS,
        "view": {"stroke": None},
        "axis": axis,
        "text": {"font": SANS, "fontSize": SIZE, "color": INK},
        "title": {
            "font": SANS,
            "fontSize": 13,
            "fontWeight": 600,
            "color": INK,
            "subtitleFont": SANS,
            "subtitleFontSize": SIZE,
            "subtitleColor": GREY,
            "anchor": "start",
            "frame": "group",
            "subtitlePadding": 4,
            "offset": OFFSET,
        },
    }


def base(rows: Sequence[Row]) -> Drawn:
    """Start a layer on plain rows."""
    import altair

    alt: Drawn = altair
    return alt.Chart(alt.Data(values=list(rows)))


def channel(kind: str, field: str) -> Drawn:
    """Name a field for a channel ("X2", "Text"); cheaper than letting Altair guess it."""
    import altair

    return getattr(altair, kind)(field)


def title(text: str, unit: str, width: int, left: int = 0) -> Drawn:
    """Build a panel's title; its grey line always begins with "Simulated".

    ``left`` is the room left of the plot: the title starts at the edge of the picture.
    """
    import altair as alt

    subtitle = wrap(f"{SIMULATED}. {unit}", max(20, int(width / 7.3)))
    text_lines = wrap(text, max(18, int(width / 8.7))) or [" "]
    return alt.TitleParams(text=text_lines, subtitle=subtitle, anchor="start", dx=4 - left)


def aligned(panels: Sequence[Panel]) -> list[Panel]:
    """Give panels titles of as many lines, so that plots side by side stand at one height.

    Blank lines go above a title and below its grey line: the two stay together.
    """
    titles: list[Drawn] = [getattr(p.chart, "title", None) for p in panels]
    known = [t for t in titles if hasattr(t, "subtitle")]
    upper = max([len(t.text) for t in known], default=0)
    lower = max([len(t.subtitle) for t in known], default=0)
    labelled = [p.bottom >= AXES for p in panels]
    out = []
    for panel, head in zip(panels, titles, strict=True):
        lifted = any(labelled) and panel.bottom < AXES
        if hasattr(head, "subtitle") and (
            lifted or (len(head.text), len(head.subtitle)) != (upper, lower)
        ):
            padded = head.copy(deep=False)
            if lifted:
                padded.offset = OFFSET + LABEL
            padded.text = [BLANK] * (upper - len(head.text)) + list(head.text)
            padded.subtitle = list(head.subtitle) + [BLANK] * (lower - len(head.subtitle))
            chart = panel.chart.copy(deep=False)
            chart.title = padded
            panel = replace(panel, chart=chart)
        out.append(panel)
    return out


def wrap(text: str, letters: int) -> list[str]:
    """Break ``text`` into lines of at most ``letters`` letters where there is a space."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def ticks(top: float, count: int = 4) -> list[float]:
    """Return round tick values from 0 to at least ``top``."""
    if not top > 0 or not math.isfinite(top):
        return [0.0, 1.0]
    raw = top / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    return [round(i * step, 10) for i in range(math.ceil(top / step - 1e-9) + 1)]


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move label places apart so that none is closer than ``gap`` to the next.

    Neighbours that are too close move apart around their common middle. The order stays, and
    every place stays between ``low`` and ``high`` where there is room.
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    blocks: list[list[int]] = []
    starts: list[float] = []
    for i in order:
        blocks.append([i])
        starts.append(min(max(places[i], low), high))
        while len(blocks) > 1 and starts[-1] < starts[-2] + gap * len(blocks[-2]):
            merged = blocks[-2] + blocks[-1]
            reach = gap * (len(merged) - 1)
            middle = sum(places[k] for k in merged) / len(merged)
            del blocks[-1], starts[-1]
            blocks[-1] = merged
            starts[-1] = max(low, min(middle - reach / 2, high - reach))
    out = [0.0] * len(places)
    for block, start in zip(blocks, starts, strict=True):
        for k, i in enumerate(block):
            out[i] = start + k * gap
    return out


def finish(chart: Drawn) -> Drawn:
    """Give a chart (or a row of them) the shared configuration: what a notebook shows."""
    return chart.configure(**config())


def svg(panel: Panel, name: str) -> str:
    """Draw one panel as an SVG element ready to stand in a page.

    Parameters
    ----------
    panel : Panel
    name : str
        Prefix of every identifier inside, unique on the page.
    """
    import vl_convert as vlc

    spec = panel.chart.to_dict(validate=False)
    spec.pop("$schema", None)
    spec["config"] = config() | {"background": None}  # the page, or the paper, shows through
    lines = len(spec.get("title", {}).get("text", [])) + len(
        spec.get("title", {}).get("subtitle", [])
    )
    spec["autosize"] = {"type": "none"}
    spec["padding"] = {
        "left": panel.left,
        "right": panel.right,
        "top": 14 + 17 * lines if lines else 8,
        "bottom": panel.bottom,
    }
    return inline(vlc.vegalite_to_svg(json.dumps(spec)), panel.alt, name)


def inline(drawn: str, alt_text: str, name: str) -> str:
    """Turn a drawn SVG document into an element with a role, a name and no fixed width."""
    from markupsafe import escape

    head = re.search(r"<svg\b([^>]*)>", drawn)
    if head is None:
        raise ValueError("the drawing holds no <svg> element; was the chart empty?")
    size = {k: float(v) for k, v in re.findall(r'\b(width|height)="([\d.]+)"', head[1])}
    width, height = size["width"], size["height"]
    inner = drawn[head.end() : drawn.rindex("</svg>")]
    inner = re.sub(r'\s(?:role|aria-[a-z]+|class)="[^"]*"', "", inner)
    # The drawing engine numbers its identifiers on and on: count them from 0 in every picture.
    names = {old: f"{name}-{k}" for k, old in enumerate(re.findall(r'\bid="([^"]+)"', inner))}
    inner = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{names[m[1]]}"', inner)
    inner = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{names[m[1]]})", inner)
    inner = re.sub(r'\s(?:xmlns(?::xlink)?)="[^"]*"', "", inner)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'role="img" aria-label="{escape(alt_text)}" style="max-width:{width:g}px">'
        f"{inner}</svg>"
    )
