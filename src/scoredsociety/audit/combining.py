"""Designs of safeguards side by side: levels, changes, and what is more than its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from scoredsociety.audit.designs import QUANTITIES, Outcome
from scoredsociety.audit.intervals import Means, means
from scoredsociety.audit.sheet import nullable


@dataclass(frozen=True)
class Interaction:
    """Whether safeguards do more together than each alone.

    Attributes
    ----------
    names : tuple of str
    value, low, high : float or None
        Change of the wrongful share with all of them, less the sum of the changes with each
        alone; its paired 95% interval. Below 0: together they take away more.
    replicates : int
    """

    names: tuple[str, ...]
    value: float | None
    low: float | None
    high: float | None
    replicates: int

    @property
    def word(self) -> str:
        """Say it in a word: complements, substitutes, or no evidence of either."""
        if self.value == self.low == self.high == 0.0:
            return "no interaction"
        if self.low is None or self.high is None or self.low <= 0.0 <= self.high:
            return "not enough evidence"
        return "complements" if self.high < 0.0 else "substitutes"


def interactions(outcomes: Sequence[Outcome], key: str = "wrongful share") -> list[Interaction]:
    """Hold every design of several safeguards against the sum of its members alone.

    Parameters
    ----------
    outcomes : sequence of Outcome
        The regime as it is, each safeguard alone, and others; designs with a member that was not
        tried alone are left out.
    key : str
        A quantity of which less is better.

    Returns
    -------
    list of Interaction
        In the order of the designs.
    """
    by_name = {o.names: o.values[key] for o in outcomes if o.simulated}
    base = by_name[()]
    out = []
    for names, together in by_name.items():
        if len(names) < 2 or not all((n,) in by_name for n in names):
            continue
        alone = sum((by_name[n,] - base for n in names), np.zeros_like(base))
        m = means(((together - base) - alone)[None, :])
        parts = [float(x[0]) if np.isfinite(x[0]) else None for x in (m.value, m.low, m.high)]
        out.append(Interaction(names, parts[0], parts[1], parts[2], int(m.replicates[0])))
    return out


def level_and_change(outcome: Outcome, base: Outcome, key: str) -> tuple[Means, Means]:
    """Return the level of a quantity, and its paired change against the regime as it is."""
    x = outcome.values[key]
    return means(x[None, :]), means((x - base.values[key])[None, :])


def designs_table(outcomes: Sequence[Outcome]) -> pa.Table:
    """Write outcomes as a tidy table.

    Returns
    -------
    pyarrow.Table
        One row a design and quantity: design, kind, quantity, title, measure, unit, value, low,
        high, change, change_low, change_high (paired, against the regime as it is; null for
        quantities that are a comparison themselves), replicates and note. A design that changes
        nothing has null values and says so in the note.
    """
    base, blocks = outcomes[0], []
    for o in outcomes:
        n = len(QUANTITIES)
        cells = np.full((6, n), np.nan)
        count = np.zeros(n, dtype=np.int64)
        for k, q in enumerate(QUANTITIES if o.simulated else ()):
            level, change = level_and_change(o, base, q.key)
            cells[:3, k] = level.value[0], level.low[0], level.high[0]
            if not q.paired:
                cells[3:, k] = change.value[0], change.low[0], change.high[0]
            count[k] = level.replicates[0]
        texts = {
            "design": [o.label] * n,
            "kind": [o.kind] * n,
            "quantity": [q.key for q in QUANTITIES],
            "title": [q.title for q in QUANTITIES],
            "measure": [q.measure for q in QUANTITIES],
            "unit": [q.unit for q in QUANTITIES],
        }
        columns: dict[str, Any] = {k: pa.array(v, pa.string()) for k, v in texts.items()}
        names = ("value", "low", "high", "change", "change_low", "change_high")
        columns |= {name: nullable(x) for name, x in zip(names, cells, strict=True)}
        columns["replicates"] = pa.array(count)
        columns["note"] = pa.array([note_of(o)] * n, pa.string())
        blocks.append(pa.table(columns))
    return pa.concat_tables(blocks)


def note_of(outcome: Outcome) -> str:
    """Say of a design what it does not change; empty if everything in it works."""
    if not outcome.simulated:
        return "changes nothing in this regime: " + "; ".join(outcome.idle.values())
    if outcome.unchanged:
        return "changes the rules, and no count in this run differs"
    if outcome.idle:
        return f"with nothing left to change for {', '.join(outcome.idle)}"
    return ""


def interactions_table(found: Sequence[Interaction]) -> pa.Table:
    """Write interactions as a table: design, value, low, high, replicates, verdict."""
    return pa.table(
        {
            "design": pa.array([" + ".join(x.names) for x in found], pa.string()),
            **{
                name: pa.array([getattr(x, name) for x in found], pa.float64())
                for name in ("value", "low", "high")
            },
            "replicates": pa.array([x.replicates for x in found], pa.int64()),
            "verdict": pa.array([x.word for x in found], pa.string()),
        }
    )
