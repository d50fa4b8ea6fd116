"""The tidy tables of an audit: figures by replicate go in, means with intervals come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from scoredsociety.audit.exact import EXACT, FEW, binomial_interval
from scoredsociety.audit.intervals import means

Floats = NDArray[np.float64]
Key = tuple[str, str, str, str, int | None]
"""Measure, item, quantity, group, month."""

SCALED_UNITS = frozenset({"persons", "entries", "records", "spells", "refusals", "acts"})
"""Units that count things in the sample, so that the nation has proportionally more of them."""


@dataclass
class Line:
    """One figure before averaging (shape (R,)), or one series (shape (R, T))."""

    measure: str
    item: str
    quantity: str
    unit: str
    group: str
    values: Floats
    people: Floats | None
    entries: Floats | None
    note: str
    pooled: tuple[float, float, float] | None = None
    national: Floats | None = None
    """The values scaled to the nation, where one weight for all months would be wrong."""
    hits: Floats | None = None
    """For a share of entries: how many of ``entries`` it counts."""


@dataclass
class Sheet:
    """Where measures write.

    Attributes
    ----------
    replicates : int
        R.
    weight : float
        Adults of the nation for one adult of the sample.
    """

    replicates: int
    weight: float
    lines: list[Line] = field(default_factory=list)
    series: list[Line] = field(default_factory=list)

    def put(
        self,
        measure: str,
        item: str,
        quantity: str,
        unit: str,
        values: ArrayLike,
        *,
        group: str = "all",
        people: ArrayLike | None = None,
        entries: ArrayLike | None = None,
        note: str = "",
        pooled: tuple[float, float, float] | None = None,
        national: ArrayLike | None = None,
        hits: ArrayLike | None = None,
    ) -> None:
        """Write one figure.

        Parameters
        ----------
        measure, item, quantity, unit, group : str
            What it is a figure of.
        values : array_like, shape (R,)
            By replicate; NaN where undefined.
        people, entries : array_like, shape (R,), optional
            The counts that the figure stands on.
        note : str
            What a reader must know with it.
        pooled : (value, low, high), optional
            Given when the figure is estimated once from all replicates together.
        national : array_like, shape (R,), optional
            The values scaled month by month, for sums over months.
        hits : array_like, shape (R,), optional
            Given when the values are hits / entries: with few entries the share gets an exact
            interval.
        """
        x = np.asarray(values, dtype=np.float64)
        if x.shape != (self.replicates,):
            x = np.broadcast_to(x, (self.replicates,))
        self.lines.append(
            Line(
                measure,
                item,
                quantity,
                unit,
                group,
                x,
                None if people is None else np.asarray(people, dtype=np.float64),
                None if entries is None else np.asarray(entries, dtype=np.float64),
                note,
                pooled,
                None if national is None else np.asarray(national, dtype=np.float64),
                None if hits is None else np.asarray(hits, dtype=np.float64),
            )
        )

    def put_groups(
        self,
        measure: str,
        item: str,
        quantity: str,
        unit: str,
        values: Floats,
        labels: list[str],
        *,
        people: Floats | None = None,
        entries: Floats | None = None,
        note: str = "",
        hits: Floats | None = None,
    ) -> None:
        """Write one figure for each group; every array has the shape (R, G)."""
        for g, label in enumerate(labels):
            self.put(
                measure,
                item,
                quantity,
                unit,
                values[:, g],
                group=label,
                people=None if people is None else people[:, g],
                entries=None if entries is None else entries[:, g],
                note=note,
                hits=None if hits is None else hits[:, g],
            )

    def put_series(
        self,
        measure: str,
        item: str,
        quantity: str,
        unit: str,
        values: ArrayLike,
        *,
        group: str = "all",
        note: str = "",
        national: ArrayLike | None = None,
    ) -> None:
        """Write one series, shape (R, T): months 1 to T; ``national``: scaled by other weights."""
        x = np.asarray(values, dtype=np.float64)
        scaled = None if national is None else np.asarray(national, dtype=np.float64)
        self.series.append(
            Line(measure, item, quantity, unit, group, x, None, None, note, national=scaled)
        )


def nullable(values: ArrayLike) -> pa.Array:
    """Return a float column in which NaN and infinity have become null."""
    x = np.asarray(values, dtype=np.float64)
    return pa.array(x, type=pa.float64(), mask=~np.isfinite(x))


def figures_table(lines: list[Line], weight: float) -> pa.Table:
    """Average the figures over the replicates.

    Parameters
    ----------
    lines : list of Line
        Figures of shape (R,).
    weight : float
        National weight for the column ``scaled``.

    Returns
    -------
    pyarrow.Table
        Columns measure, item, quantity, unit, group, month (null: over the run, or at its
        horizon), value, se, low, high, replicates, people, entries, scaled, note.
    """
    replicates = lines[0].values.size if lines else 1
    m = means(np.array([line.values for line in lines]).reshape(len(lines), replicates))
    value, se, low, high, n = m.value, m.se, m.low, m.high, m.replicates
    for k, line in enumerate(lines):
        if line.pooled is not None:
            value[k], low[k], high[k] = line.pooled
            se[k] = np.nan
            n[k] = line.values.size if np.isfinite(value[k]) else 0
    notes = [line.note for line in lines]
    for k, line in enumerate(lines):
        if line.hits is None or line.entries is None:
            continue
        top, bottom = int(line.hits.sum()), int(line.entries.sum())
        if 0 < bottom < FEW:
            # the mean over societies stays the value, so that pairs and lines agree with it
            ends = binomial_interval(top, bottom)
            low[k], high[k] = min(ends[0], value[k]), max(ends[1], value[k])
            notes[k] = f"{line.note} {EXACT.format(top=top, n=bottom)}".strip()
    scaled = np.where([line.unit in SCALED_UNITS for line in lines], value * weight, np.nan)
    for k, line in enumerate(lines):
        if line.national is not None:
            scaled[k] = line.national.mean()
    return pa.table(
        {
            **_names(lines),
            "month": pa.nulls(len(lines), pa.int32()),
            **_numbers(value, se, low, high, n),
            "people": nullable(_each_mean([line.people for line in lines])),
            "entries": nullable(_each_mean([line.entries for line in lines])),
            "scaled": nullable(scaled),
            "note": pa.array(notes, pa.string()),
        }
    )


def series_table(
    lines: list[Line], weight: float | Floats, months: ArrayLike | None = None
) -> pa.Table:
    """Average the series over the replicates: the columns of :func:`figures_table`, by month.

    Parameters
    ----------
    lines : list of Line
        Series of shape (R, T).
    weight : float or float64 array, shape (T,)
        National weight for the column ``scaled``, of each month.
    months : array_like, shape (T,), optional
        The month of each column, if not 1 to T.
    """
    if not lines:
        return figures_table([], float("nan"))
    block = np.array([line.values for line in lines])  # (K, R, T)
    k, r, t = block.shape
    m = means(block.transpose(0, 2, 1).reshape(k * t, r))
    counted = np.repeat([line.unit in SCALED_UNITS for line in lines], t)
    month = np.arange(1, t + 1) if months is None else np.asarray(months)
    scaled = np.where(counted, m.value * np.tile(np.broadcast_to(weight, (t,)), k), np.nan)
    for position, line in enumerate(lines):
        if line.national is not None:
            scaled[position * t : (position + 1) * t] = line.national.mean(axis=0)
    nothing = pa.nulls(k * t, pa.float64())
    names = {
        name: pa.DictionaryArray.from_arrays(
            pa.array(np.repeat(np.arange(k, dtype=np.int32), t)), column
        ).cast(pa.string())
        for name, column in {**_names(lines), "note": pa.array([x.note for x in lines])}.items()
    }
    note = names.pop("note")
    return pa.table(
        {
            **names,
            "month": pa.array(np.tile(month, k).astype(np.int32)),
            **_numbers(m.value, m.se, m.low, m.high, m.replicates),
            "people": nothing,
            "entries": nothing,
            "scaled": nullable(scaled),
            "note": note,
        }
    )


def _names(lines: list[Line]) -> dict[str, pa.Array]:
    return {
        name: pa.array([getattr(line, name) for line in lines], pa.string())
        for name in ("measure", "item", "quantity", "unit", "group")
    }


def _numbers(
    value: Floats, se: Floats, low: Floats, high: Floats, n: NDArray[np.int64]
) -> dict[str, pa.Array]:
    return {
        "value": nullable(value),
        "se": nullable(se),
        "low": nullable(low),
        "high": nullable(high),
        "replicates": pa.array(n, pa.int64()),
    }


def _each_mean(columns: Sequence[Floats | None]) -> Floats:
    """Return the mean of each array, those of one length together; NaN for none and for nothing."""
    out = np.full(len(columns), np.nan)
    of_length: dict[int, list[int]] = {}
    for k, x in enumerate(columns):
        if x is not None and x.size:
            of_length.setdefault(x.size, []).append(k)
    for at in of_length.values():
        out[at] = np.array([columns[k] for k in at]).mean(axis=1)
    return out
