"""Headings, paragraphs and tables of plain text, 100 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

WIDTH = 100
THIRD = 36
"""Most columns for the third cell of a row."""


def head(name: str, kind: str, summary: str) -> Iterator[str]:
    """Yield the top of a card."""
    yield from wrap(name)
    yield kind
    yield ""
    yield from wrap(summary)


def heading(text: str) -> Iterator[str]:
    """Yield a heading."""
    yield ""
    yield text
    yield "-" * len(text)


def wrap(text: str, indent: str = "", hang: str = "") -> list[str]:
    """Break a text into lines."""
    clean = " ".join(text.split())
    return textwrap.wrap(
        clean, WIDTH, initial_indent=indent, subsequent_indent=hang, break_on_hyphens=False
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lay out three columns; long cells go on in the next line."""
    rows = list(rows)
    if not rows:
        yield "None."
        return
    widths = [max(len(row[k]) for row in (*rows, heads)) for k in range(3)]
    while sum(widths) + 4 > WIDTH:
        wide = 2 if widths[2] > THIRD else max((0, 1), key=widths.__getitem__)
        widths[wide] -= 1
    rules = ["-" * len(top) for top in heads]
    for row in (heads, rules, *rows):
        cells = [
            textwrap.wrap(cell, width, break_on_hyphens=False) or [""]
            for cell, width in zip(row, widths, strict=True)
        ]
        for k in range(max(map(len, cells))):
            line = [cell[k] if k < len(cell) else "" for cell in cells]
            yield "  ".join(part.ljust(w) for part, w in zip(line, widths, strict=True))
