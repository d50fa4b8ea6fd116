"""Rows counted by replicate and group: what survival is cut by."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.rows import Floats, Ints, Rows
from scoredsociety.audit.sample import TRUTH_GROUPS, TRUTH_LABELS, Sample


def survival_labels(sample: Sample) -> list[str]:
    """Return the labels of the groups that survival is cut by: all, truth, then profiles."""
    return ["all", *TRUTH_GROUPS, *sample.groups.labels[1:]]


def spread(sample: Sample, rows: Rows, extra: Ints, width: int) -> Floats:
    """Count rows by replicate, group and ``extra`` (0 to width - 1): shape (R, G, width)."""
    labels = survival_labels(sample)
    groups = len(labels)
    out = np.zeros(sample.replicates * groups * width, dtype=np.int64)

    def add(mask: Ints, column: Ints) -> None:
        cell = (rows.replicate[mask] * groups + column) * width + extra[mask]
        out[:] += np.bincount(cell, minlength=out.size)

    everything = np.arange(len(rows))
    add(everything, np.zeros(len(rows), dtype=np.int64))
    for k, truths in enumerate(TRUTH_GROUPS.values()):
        wanted = np.zeros(len(TRUTH_LABELS), dtype=np.bool_)
        wanted[list(truths)] = True
        mask = np.flatnonzero(wanted[rows.truth])
        add(mask, np.full(mask.size, 1 + k))
    for column in sample.groups.column:
        add(everything, column[rows.code] + len(TRUTH_GROUPS))
    return out.reshape(sample.replicates, groups, width).astype(np.float64)
