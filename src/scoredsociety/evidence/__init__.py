"""The ledger of claims, put to the test: no verdict is typed in, each is computed.

``claims()`` runs what the measurements need and judges; ``load_ledger()`` is the list itself.
"""

from __future__ import annotations

from scoredsociety.evidence.asking import Answer, Answers, Pair, claims
from scoredsociety.evidence.ledger import load_figures, load_ledger
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.measurements import MEASUREMENTS
from scoredsociety.evidence.numbers import Number
from scoredsociety.evidence.planning import Finding
from scoredsociety.evidence.verdicts import Verdict

__all__ = [
    "MEASUREMENTS",
    "Answer",
    "Answers",
    "Finding",
    "Measurement",
    "Number",
    "Pair",
    "Varied",
    "Verdict",
    "claims",
    "load_figures",
    "load_ledger",
]
