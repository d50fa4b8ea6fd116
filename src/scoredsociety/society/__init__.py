"""Synthetic people: a function of (marginals, seed, index). Reads no table of persons."""

from scoredsociety.society.marginals import Marginals, load_marginals
from scoredsociety.society.society import Society

__all__ = ["Marginals", "Society", "load_marginals"]
