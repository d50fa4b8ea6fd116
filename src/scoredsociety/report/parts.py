"""What a page is made of: sections of text, figures and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scoredsociety.report.theme import Panel, svg


@dataclass(frozen=True)
class Table:
    """A table of words, ready to print.

    Attributes
    ----------
    numeric : frozenset of int
        Columns that are set flush right.
    open : bool
        Shown at once rather than folded away.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    summary: str = "Show these numbers as a table"
    open: bool = False


@dataclass(frozen=True)
class Figure:
    """One figure: panels on shared axes, and the tables behind them.

    Attributes
    ----------
    unit : str
        The grey line: unit and population.
    panels : sequence of Panel
        Small multiples. Where ``alone`` is set: the same picture twice, wide and narrow.
    empty : str
        What to say where there is nothing to draw.
    """

    name: str
    heading: str
    unit: str
    panels: Sequence[Panel]
    tables: Sequence[Table]
    notes: Sequence[str] = ()
    alone: bool = False
    empty: str = "There is not enough evidence in this run to draw this figure."

    @cached_property
    def drawn(self) -> list[str]:
        """The panels as SVG elements."""
        from markupsafe import Markup

        return [Markup(svg(p, f"{self.name}-{i}")) for i, p in enumerate(self.panels)]  # noqa: S704


@dataclass(frozen=True)
class Section:
    """A heading that is a sentence, and what stands under it."""

    name: str
    kicker: str
    heading: str
    text: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    points: Sequence[str] = ()
    tables: Sequence[Table] = ()
    code: Sequence[str] = ()


@dataclass(frozen=True)
class Number:
    """One of the three numbers under the finding."""

    value: str
    what: str


@dataclass(frozen=True)
class Page:
    """A whole report."""

    title: str
    simulated: str
    finding: str
    lede: Sequence[str]
    three: Sequence[Number]
    sections: Sequence[Section]
    footer: str
    figures: dict[str, Figure] = field(default_factory=dict)
