"""The sums of a country as tables: what a ledger would say that nobody has room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from scoredsociety.engine import ExitReason, SocietyResult, Truth
from scoredsociety.engine.census import PARTS, streams
from scoredsociety.engine.country import Land, Sums
from scoredsociety.study.tables import to_tables

SANCTIONS = "sanctions"
"""Part under which the rows of all schemes stand that bear a sanction; their scheme is null."""
_TRUTHS = [t.name.lower() for t in Truth]
_EXITS = [e.name.lower() for e in ExitReason]


def country_tables(
    land: Land, sums: Sums, result: SocietyResult, manifest: Mapping[str, Any]
) -> dict[str, pa.Table]:
    """Return the tables of a country by the names of their files.

    Returns
    -------
    dict of pyarrow.Table
        Those of a run but the ledger, and four that stand for it, in each of which a stream is a
        scheme and a part of its rows (see ``engine.census.PARTS``):
        ``conducts`` (stream, conduct, channel, truth; rows, entered, months in force, refusals);
        ``process`` (stream, truth, exit, generation, flags; rows, months, refusals);
        ``profiles`` (stream, profile; rows that entered, wrongful ones, months, wrongful months,
        persons, persons ever wronged); ``holders`` (stream, number of rows that entered; persons,
        persons ever wronged). Rows without anything to count are left out. The last generation and
        the last number stand for all that are higher.
    """
    tables = to_tables(result, manifest)
    del tables["ledger"]
    known = streams(land.compiled)
    schemes: list[str | None] = [land.compiled.schemes[s] for s, _ in known]
    parts = [PARTS[part] for _, part in known]
    labels = {
        "conduct": list(land.compiled.conducts),
        "channel": list(land.compiled.channels),
        "truth": _TRUTHS,
        "exit": _EXITS,
    }
    shapes: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
        "conducts": ("conduct", ("conduct", "channel", "truth"),
                     ("rows", "entered", "months", "refusals")),
        "process": ("process", ("truth", "exit", "generation", "flags"),
                    ("rows", "months", "refusals")),
        "profiles": ("profile", ("profile",),
                     ("rows", "wrongful", "months", "wrongful_months", "persons", "wronged")),
        "holders": ("held", ("held",), ("persons", "wronged")),
    }  # fmt: skip
    for name, (array, keys, values) in shapes.items():
        table = sums[array]
        if name == "profiles":
            table = np.concatenate([table, sums["bearers"]], axis=-1)
        at = np.nonzero(table.any(axis=-1))
        all_schemes, all_parts = [*schemes, None], [*parts, SANCTIONS]
        columns: dict[str, Any] = {
            "scheme": _named(at[0], all_schemes),
            "part": _named(at[0], all_parts),
        }
        for key, index in zip(keys, at[1:], strict=True):
            columns[key] = _named(index, labels[key]) if key in labels else index.astype(np.int32)
        for k, value in enumerate(values):
            columns[value] = table[(*at, k)]
        tables[name] = pa.table(columns)
    return tables


def _named(codes: Any, labels: Sequence[str | None]) -> pa.Array:  # noqa: ANN401
    """Return names by code, each name once in the dictionary; None is null."""
    names = list(dict.fromkeys(label for label in labels if label is not None))
    place = np.array([names.index(x) if x is not None else -1 for x in labels], np.int64)[codes]
    codes = pa.array(place.astype(np.int8), mask=place < 0)
    return pa.DictionaryArray.from_arrays(codes, pa.array(names, pa.string()))


def read_country_tables(folder: Path) -> dict[str, pa.Table]:
    """Read the tables of a country's folder."""
    return {path.stem: pq.read_table(path) for path in sorted(folder.glob("*.parquet"))}
