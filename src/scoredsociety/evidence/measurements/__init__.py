"""Every measurement that claims can name. To add one, declare it in a module and name it here."""

from __future__ import annotations

from scoredsociety.evidence.measurement import Measurement
from scoredsociety.evidence.measurements.between import BETWEEN
from scoredsociety.evidence.measurements.conduct import CONDUCT
from scoredsociety.evidence.measurements.detection import DETECTION
from scoredsociety.evidence.measurements.firms import FIRMS_MEASURED
from scoredsociety.evidence.measurements.lists import LISTS
from scoredsociety.evidence.measurements.opinion import OPINIONS
from scoredsociety.evidence.measurements.points import POINTS_MEASURED
from scoredsociety.evidence.measurements.private import PRIVATE
from scoredsociety.evidence.measurements.published import PUBLISHED
from scoredsociety.evidence.measurements.speech import SPEECH
from scoredsociety.evidence.measurements.weight import WEIGHT

__all__ = ["MEASUREMENTS"]

_ALL = (
    *PUBLISHED, *LISTS, *POINTS_MEASURED, *PRIVATE, *BETWEEN, *SPEECH, *DETECTION, *CONDUCT,
    *FIRMS_MEASURED, *WEIGHT, *OPINIONS,
)  # fmt: skip
MEASUREMENTS: dict[str, Measurement] = {m.name: m for m in _ALL}
"""By name."""
