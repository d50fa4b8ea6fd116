"""What every file is made of: closed blocks, numbers with a source, names.

Every class is closed: a key that is not listed here is an error. Every number is a
:class:`Quantity`, or stands in a :class:`Sourced` block, so that it always carries
its source and confidence or the mark ``assumed``.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

Confidence = Literal["H", "M", "L", "derived", "assumed"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z+]{1,9}$")]
GradeName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{0,11}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class Closed(BaseModel):
    """A frozen mapping that accepts no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Sourced(Closed):
    """A block whose numbers share one source and one confidence."""

    source: Name | None = None
    confidence: Confidence
    note: Text | None = None


class Quantity(Sourced):
    """One number, where it comes from, and the range it could lie in."""

    value: float
    range: tuple[float, float] | None = None

    def __deepcopy__(self, memo: dict[int, object] | None = None) -> Self:
        """Return itself: nothing in it can change."""
        return self


class OptionalQuantity(Sourced):
    """A number or, where the source says that there is none, ``null``."""

    value: float | None
    range: tuple[float, float] | None = None

    def __deepcopy__(self, memo: dict[int, object] | None = None) -> Self:
        """Return itself: nothing in it can change."""
        return self


class Source(Closed):
    """A publication."""

    title: Text
    year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    url: Text | None = None
    note: Text | None = None


class Figure(Sourced):
    """A published figure about a scheme: shown on its card, never used as an input."""

    what: Text
    value: float
    unit: Text
    date: Text | None = None
