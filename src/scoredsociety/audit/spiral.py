"""M6: how far sanctions breed sanctions; the closed forms, and the measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoredsociety.audit.intervals import means, ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.audit.selection import write_selection
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import ExitReason, Kind, RunData


def linear_gain(monthly_rate: float, theta: float, exit_monthly: float) -> float:
    """Return the spiral gain of linear feedback, lambda theta / mu.

    An entry stays in force 1 / mu months on average, and adds lambda theta entries a month.

    Parameters
    ----------
    monthly_rate : float
        lambda: entries a month of a person who is not listed.
    theta : float
        Growth of that rate for each entry in force.
    exit_monthly : float
        mu: chance a month that an entry ends; above 0.
    """
    return monthly_rate * theta / exit_monthly


def branching_total(gain: float) -> float | None:
    """Return the expected size of a family of entries, 1 / (1 - R); None at or above 1."""
    return 1.0 / (1.0 - gain) if gain < 1.0 else None


def offspring_by_generation(counts: ArrayLike) -> NDArray[np.float64]:
    """Return the mean number of direct offspring of an entry, by generation.

    Parameters
    ----------
    counts : array_like, shape (..., G)
        Entries of generation 0, 1, ...

    Returns
    -------
    float64 array, shape (..., G - 1)
        Entries of generation g + 1 per entry of generation g; NaN where there is none of g.
    """
    n = np.asarray(counts, dtype=np.float64)
    return ratio(n[..., 1:], n[..., :-1])


def gain_from_generations(counts: ArrayLike) -> NDArray[np.float64]:
    """Return the mean number of direct offspring over all entries: triggered / all.

    Parameters
    ----------
    counts : array_like, shape (..., G)
        Entries of generation 0, 1, ...

    Returns
    -------
    float64 array, shape (...)
        NaN where there is no entry. Entries near the horizon have not had all their offspring,
        so a short run understates the gain.
    """
    n = np.asarray(counts, dtype=np.float64)
    return ratio(n[..., 1:].sum(axis=-1), n.sum(axis=-1))


def type_gain(offspring: ArrayLike) -> float:
    """Return the spectral radius of K, where K[l, l'] is the mean number of l' that one l triggers.

    Parameters
    ----------
    offspring : array_like, shape (L, L)
        Finite and non-negative.
    """
    k = np.asarray(offspring, dtype=np.float64)
    return float(np.abs(np.linalg.eigvals(k)).max()) if k.size else 0.0


@dataclass(frozen=True)
class Estimate:
    """A mean over replicates: None where undefined."""

    value: float | None
    se: float | None
    low: float | None
    high: float | None
    replicates: int


def estimate(values: ArrayLike) -> Estimate:
    """Average values of shape (R,) over the replicates that define them."""
    m = means(np.asarray(values, dtype=np.float64)[None, :])
    parts = [None if np.isnan(x[0]) else float(x[0]) for x in (m.value, m.se, m.low, m.high)]
    return Estimate(parts[0], parts[1], parts[2], parts[3], int(m.replicates[0]))


def spiral_gain(
    run: RunData, run_without_feedback: RunData, scheme: str | None = None, after: int | None = None
) -> Estimate:
    """Return the feedback-off form of the spiral gain, 1 - entries(theta = 0) / entries(theta).

    Parameters
    ----------
    run, run_without_feedback : RunData
        The same societies with the same luck, the second with every theta at 0.
    scheme : str, optional
        One list; all lists if not given.
    after : int, optional
        Only entries made after this month count; the first half of the run is left out if not
        given, since the gain is that of a stationary window.

    Raises
    ------
    ValueError
        If the runs have different seeds, sizes or replicates.
    """
    require_pair(run, run_without_feedback)
    start = int(run.manifest["months"]) // 2 if after is None else after

    def entries(sample: Sample) -> Floats:
        total = np.zeros(sample.replicates)
        for stream in sample.streams:
            if stream.listing and scheme in (None, stream.scheme):
                rows = stream.entered
                total = total + sample.per_replicate(rows.take(rows.month > start))
        return total

    with_feedback = entries(load_sample(run))
    without = entries(load_sample(run_without_feedback))
    return estimate(1.0 - ratio(without, with_feedback))


def require_pair(a: RunData, b: RunData) -> None:
    """Raise ValueError unless two runs are the same societies with the same luck."""
    wrong = [
        f"{key}: {a.manifest.get(key)!r} and {b.manifest.get(key)!r}"
        for key in ("seed", "people", "months", "marginals")
        if a.manifest.get(key) != b.manifest.get(key)
    ]
    if len(a.replicates) != len(b.replicates):
        wrong.append(f"replicates: {len(a.replicates)} and {len(b.replicates)}")
    if wrong:
        short = "; ".join(x if len(x) < 120 else x[:117] + "..." for x in wrong)
        raise ValueError(
            "These runs cannot be compared person by person, because they differ in more than "
            f"the regime ({short}). Run both with the same settings."
        )


def _generations(sample: Sample, replicate: NDArray[np.int64], gen: NDArray[np.int64]) -> Floats:
    width = int(gen.max()) + 1 if gen.size else 1
    table = np.bincount(replicate * width + gen, minlength=sample.replicates * width)
    return table.reshape(sample.replicates, width).astype(np.float64)


def _type_gains(sample: Sample) -> Floats:
    """Return the type form by replicate: types are scheme and kind of row."""
    rows = sample.rows
    types = 3 * len(sample.schemes)
    kind = rows.scheme * 3 + rows.kind
    out = np.full(sample.replicates, np.nan)
    entered = np.flatnonzero(rows.exit != ExitReason.STOPPED)
    parents = np.bincount(
        rows.replicate[entered] * types + kind[entered], minlength=sample.replicates * types
    ).reshape(sample.replicates, types)
    child = entered[rows.cause[entered] >= 0]
    cause = rows.cause[child]
    cell = (rows.replicate[child] * types + kind[cause]) * types + kind[child]
    born = np.bincount(cell, minlength=sample.replicates * types * types)
    born = born.reshape(sample.replicates, types, types)
    for r in range(sample.replicates):
        if parents[r].any():
            k = np.where(parents[r][:, None] > 0, born[r] / np.maximum(parents[r][:, None], 1), 0.0)
            out[r] = type_gain(k)
    return out


def compute_m6(sample: Sample, sheet: Sheet) -> None:
    """Write the share of triggered entries and the offspring by generation, by list and in all."""
    lists = [s for s in sample.streams if s.listing]
    note = "Entries near the horizon have not had all their offspring: a lower bound."
    pairs = [
        (s.item, s.entered.replicate, s.entered.generation)
        for s in sample.streams
        if s.kind != Kind.SPELL
    ]
    if lists:
        pairs.append(
            (
                "all lists",
                np.concatenate([s.entered.replicate for s in lists]),
                np.concatenate([s.entered.generation for s in lists]),
            )
        )
    for item, replicate, gen in pairs:
        counts = _generations(sample, replicate, gen)
        total = counts.sum(axis=1)
        sheet.put("M6", item, "share triggered", "share", gain_from_generations(counts),
                  entries=total, note=note)  # fmt: skip
        for g, column in enumerate(offspring_by_generation(counts).T):
            sheet.put("M6", item, f"offspring of generation {g}", "entries an entry", column,
                      entries=counts[:, g], note=note)  # fmt: skip
    if lists:
        sheet.put("M6", "all lists", "type form", "entries an entry", _type_gains(sample),
                  note="Spectral radius over lists, records and spells. " + note)  # fmt: skip
    write_selection(sample, sheet)


M6 = Measure(
    "M6",
    "Spiral gain",
    "How many further entries does one entry bring about?",
    "entries an entry",
    "entries triggered while listed / all entries; with a paired run, 1 - entries without "
    "feedback / entries; critical at 1. State dependence: rate of entries while listed / while "
    "not (naive) = all entries while listed / those no earlier entry brought about (true) x rate "
    "of the latter / rate while not listed (selection)",
    ("M1", "M7"),
    ("schemes.", "world.conducts."),
    compute_m6,
)
