"""The ledger as it stands in the catalogue: claims, contradictions and published figures.

It holds no verdict: a claim names the measurement that puts it to the test, or says why the
model has nothing to observe.
"""

from __future__ import annotations

import functools
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field

from scoredsociety.schemes import library
from scoredsociety.schemes.quantities import Closed, Figure, Name, Source, Text
from scoredsociety.schemes.reader import read
from scoredsociety.schemes.structure import build

Model = TypeVar("Model", bound=BaseModel)


class Document(Closed):
    """A source document of the project, under the short label by which the ledger cites it."""

    label: Text
    title: Text


class Claim(Closed):
    """One claim of the source documents, in our own short words."""

    id: Annotated[int, Field(ge=1)]
    sources: list[Name]
    kind: Text
    claim: Text
    measurement: Name | None = None
    no_observable: Text | None = None
    """Why the model has nothing that could answer; exactly one of this and ``measurement``."""


class Side(Closed):
    """One side of a contradiction, and the measurement that gives its number."""

    sources: list[Name]
    says: Text
    measurement: Name | None = None


class Contradiction(Closed):
    """Two statements of the sources that cannot both be read literally."""

    id: Annotated[str, Field(pattern=r"^C[0-9]{1,2}$")]
    a: Side
    b: Side
    separated_by: Text
    """The parameter that holds both sides."""
    output: Text
    no_observable: Text | None = None


class Ledger(Closed):
    """The file of claims."""

    documents: dict[Name, Document]
    claims: list[Claim]
    contradictions: list[Contradiction]


class PublishedFigure(Figure):
    """A published figure used as evidence, with the range in which it could lie."""

    range: tuple[float, float] | None = None


class Figures(Closed):
    """The file of published figures."""

    figures: dict[Name, PublishedFigure]
    sources: dict[Name, Source]


def _load(kind: type[Model], name: str) -> Model:
    document = read(library.root() / f"{name}.yaml")
    item, findings = build(kind, document.data)
    document.raise_if(findings)
    if item is None:  # the reader's own findings have been raised
        raise ValueError(f"{name}.yaml cannot be read")
    return item


@functools.lru_cache(maxsize=1)
def load_ledger() -> Ledger:
    """Return the claims and contradictions of the catalogue (frozen; read once)."""
    return _load(Ledger, "claims")


@functools.lru_cache(maxsize=1)
def load_figures() -> Figures:
    """Return the published figures of the catalogue (frozen; read once)."""
    return _load(Figures, "figures")
