"""Two cards: the elements of Art. 5(1)(c) of the EU AI Act, and the headings of its Art. 27.

They say what a scheme's file says, what a run measured and what only a lawyer can say. They never
say what is lawful.
"""

from __future__ import annotations

from scoredsociety.audit.card.card import article5_card, article5_cards
from scoredsociety.audit.card.impact import impact_card
from scoredsociety.audit.card.model import Card, Element, ImpactCard, Limb

__all__ = [
    "Card",
    "Element",
    "ImpactCard",
    "Limb",
    "article5_card",
    "article5_cards",
    "impact_card",
]
