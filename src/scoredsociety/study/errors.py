"""The one exception of a study: something outside the model stands in the way."""

from __future__ import annotations


class StudyError(Exception):
    """A run that cannot be made, written or read, with the reason and the remedy."""
