"""What a survey cannot do."""

from __future__ import annotations


class OpinionError(Exception):
    """A survey that cannot be made as asked; the text says what to change."""
