"""The one exception of the engine."""

from __future__ import annotations


class EngineError(ValueError):
    """A run that cannot be simulated as asked, with the reason and the remedy."""
