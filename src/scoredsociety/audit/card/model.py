"""What a card is: closed, frozen blocks, so that it prints as text, JSON and Markdown alike."""

from __future__ import annotations

import math
from typing import Literal

from scoredsociety.schemes.quantities import Closed


def known(x: float) -> float | None:
    """Return a number, or None where it is undefined or without end."""
    return float(x) if math.isfinite(x) else None


class Said(Closed):
    """What a file says, and where."""

    text: str
    path: str
    """Dotted path in the resolved regime; empty where the file says nothing."""


class Measured(Closed):
    """A figure of a run with what must be read with it; null: undefined."""

    what: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    people: float | None
    entries: float | None
    companions: tuple[str, ...] = ()


class Change(Closed):
    """What the answer would be if the reader changed a table."""

    change: str
    value: float | None
    """The figure then; null: undefined."""
    low: float | None = None
    high: float | None = None
    """95% interval over the replicates of a run; null of a figure that the file alone gives."""
    flagged: bool
    flips: bool
    """Whether it differs from the answer under the declared table."""


class Row(Closed):
    """One line of a declared table that the answer rests on."""

    name: str
    says: str


class Element(Closed):
    """One element of the prohibition."""

    id: str
    title: str
    asks: str
    article: str
    paragraphs: str
    says: tuple[Said, ...]
    measured: tuple[Measured, ...] = ()
    lawyer: str


class Limb(Closed):
    """One limb: flagged for a lawyer's attention or not, by which rule, and what would change it.

    The limbs are alternatives (para 164): they are never added or held against each other.
    """

    id: Literal["i", "ii"]
    flagged: bool
    rule: str
    because: tuple[str, ...]
    """What flagged it; empty if nothing did."""
    condition: str = ""
    """Under which condition it is not flagged although the numbers alone would; else empty."""
    unit: str
    value: float | None
    """Share of declared harm in unrelated contexts; harm as a multiple of gravity, the largest."""
    without_end: bool = False
    """Of limb ii: no multiple is large enough, for a status never ends or an act harms nobody."""
    unknown: tuple[str, ...] = ()
    """What the rule could not weigh."""
    table: tuple[Row, ...]
    changes: tuple[Change, ...]

    @property
    def answer(self) -> str:
        """The answer in words; never a verdict."""
        if self.flagged:
            return f"flagged for a lawyer's attention on limb ({self.id})"
        return f"not flagged on limb ({self.id})" + (", on a condition" if self.condition else "")


class Card(Closed):
    """The elements of Art. 5(1)(c) for one scheme of one regime."""

    scheme: str
    title: str
    regime: str
    concerns_people: bool
    simulated: bool
    """Whether figures of a run of synthetic people are in it."""
    elements: tuple[Element, ...]
    limbs: tuple[Limb, ...]
    """Empty for a scheme of firms or offices."""


class HeadingFilled(Closed):
    """A heading of the impact assessment with what is known."""

    id: str
    title: str
    article: str
    says: tuple[Said, ...]
    measured: tuple[Measured, ...] = ()
    unknown: tuple[str, ...]
    """What is not known from the file."""


class ImpactCard(Closed):
    """The headings of Art. 27 for a regime."""

    regime: str
    title: str
    simulated: bool
    headings: tuple[HeadingFilled, ...]
