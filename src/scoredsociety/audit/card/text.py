"""The words of the cards: the elements of Art. 5(1)(c) and the headings of Art. 27, as data."""

from __future__ import annotations

import functools

from scoredsociety.schemes.errors import Finding, problem_of_file
from scoredsociety.schemes.library import root
from scoredsociety.schemes.quantities import Closed, Name, Quantity, Source, Text
from scoredsociety.schemes.reader import read
from scoredsociety.schemes.structure import build

FILE = "article5.yaml"


class ElementText(Closed):
    """One element of the prohibition: what it asks, where it stands, what a lawyer must say."""

    title: Text
    asks: Text
    article: Text
    paragraphs: Text
    source: Name
    lawyer: Text


class Elements(Closed):
    """The elements, in the order of the card."""

    ai_system: ElementText
    practice: ElementText
    natural_persons: ElementText
    period: ElementText
    basis: ElementText
    score: ElementText
    causality: ElementText
    treatment: ElementText
    unrelated: ElementText
    disproportionate: ElementText
    scope: ElementText


class RuleText(Closed):
    """When a limb is flagged for a lawyer's attention."""

    text: Text
    source: Name


class Rules(Closed):
    """The rules that flag."""

    unrelated: RuleText
    disproportionate: RuleText
    purpose: RuleText
    kappa: Quantity


class Heading(Closed):
    """A heading of the impact assessment."""

    title: Text
    article: Text


class Impact(Closed):
    """The headings of the impact assessment, in order."""

    process: Heading
    period: Heading
    persons: Heading
    risks: Heading
    oversight: Heading
    measures: Heading


class Article5(Closed):
    """The file ``article5.yaml`` of the catalogue."""

    elements: Elements
    rules: Rules
    impact: Impact
    sources: dict[Name, Source]


@functools.lru_cache(maxsize=1)
def article5() -> Article5:
    """Read the words of the cards, strictly.

    Raises
    ------
    SchemeError
        With every mistake of the file.
    """
    document = read(root() / FILE)
    item, findings = build(Article5, document.data)
    if item is not None:
        texts = [getattr(item.elements, name) for name in Elements.model_fields]
        texts += [item.rules.unrelated, item.rules.disproportionate, item.rules.purpose]
        findings += [
            Finding((), f"there is no source {text.source}")
            for text in texts
            if text.source not in item.sources
        ]
    document.raise_if(findings)
    if item is None:
        raise problem_of_file(FILE, "the file cannot be read")
    return item
