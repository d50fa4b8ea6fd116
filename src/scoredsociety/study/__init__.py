"""Designs and their execution: replicates, comparisons, the store."""

from scoredsociety.study.compare import simulate_arms
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import replay_life, simulate, without_schemes
from scoredsociety.study.store import load_run, verify_run

__all__ = [
    "StudyError",
    "load_run",
    "replay_life",
    "simulate",
    "simulate_arms",
    "verify_run",
    "without_schemes",
]
