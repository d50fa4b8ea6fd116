"""The tables of one replicate, as Parquet: written, and read back to the same arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from scoredsociety.engine import (
    BUCKETS,
    CELLS,
    LEDGER_DTYPE,
    OWN_LEVELS,
    PROFILE_FIELDS,
    ExitReason,
    Kind,
    SocietyResult,
    Truth,
)

FILES = (
    "ledger",
    "monthly",
    "acts",
    "mobility",
    "population",
    "information",
    "organisations",
)
_LABELS = {
    "kind": [k.name.lower() for k in Kind],
    "truth": [t.name.lower() for t in Truth],
    "exit": [e.name.lower() for e in ExitReason],
}


def ledger_table(ledger: NDArray[np.void], manifest: Mapping[str, Any]) -> pa.Table:
    """Return a ledger as a table, with names instead of codes.

    Parameters
    ----------
    ledger : structured array of LEDGER_DTYPE
    manifest : mapping
        With ``schemes``, ``conducts`` and ``channels``.
    """
    labels = _labels(manifest)
    columns: dict[str, Any] = {}
    for name in LEDGER_DTYPE.names or ():
        values = pa.array(np.ascontiguousarray(ledger[name]))
        if name in labels:
            values = pa.DictionaryArray.from_arrays(
                values.cast(pa.int8()), pa.array(labels[name], pa.string())
            )
        columns[name] = values
    return pa.table(columns)


def _labels(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    return _LABELS | {
        "scheme": list(manifest["schemes"]),
        "conduct": list(manifest["conducts"]),
        "channel": list(manifest["channels"]),
    }


def to_tables(result: SocietyResult, manifest: Mapping[str, Any]) -> dict[str, pa.Table]:
    """Return the tables of a society."""
    months = manifest["months"]
    cell = np.arange(CELLS)
    monthly: dict[str, Any] = {"month": np.repeat(np.arange(1, months + 1, dtype=np.int16), CELLS)}
    levels = {
        "group": cell // 20,
        "city": cell // 10 % 2,
        "income": cell // 2 % 5,
        "aware": cell % 2,
    }
    for name, level in levels.items():
        words = np.array(PROFILE_FIELDS[name][2])
        monthly[name] = pa.array(np.tile(words[level], months)).dictionary_encode()
    monthly |= {name: pa.array(table.reshape(-1)) for name, table in result.monthly.items()}
    c = len(manifest["conducts"])
    index = np.indices((c, months, 2, 2)).reshape(4, -1)
    acts = {
        "conduct": pa.array(np.array(manifest["conducts"])[index[0]]).dictionary_encode(),
        "month": (index[1] + 1).astype(np.int16),
        "aware": index[2].astype(bool),
        "pilot_city": index[3].astype(bool),
        "acts": result.acts.reshape(-1),
    }
    return {
        "ledger": ledger_table(result.ledger, manifest),
        "monthly": pa.table(monthly),
        "acts": pa.table(acts),
        "mobility": _mobility(result),
        "population": pa.table(dict(result.population)),
        "information": _information(result),
        "organisations": _organisations(result, months),
    }


def _mobility(result: SocietyResult) -> pa.Table:
    parts: list[tuple[str, NDArray[np.int64]]] = list(result.mobility.items())
    columns: dict[str, list[Any]] = {k: [] for k in ("scheme", "month", "from", "to", "persons")}
    for name, matrix in parts:
        t, i, j = np.nonzero(matrix)
        columns["scheme"] += [name] * len(t)
        columns["month"] += (t + 1).tolist()
        columns["from"] += i.tolist()
        columns["to"] += j.tolist()
        columns["persons"] += matrix[t, i, j].tolist()
    kinds = [pa.string(), pa.int16(), pa.int8(), pa.int8(), pa.int64()]
    return pa.table(
        {k: pa.array(v, kind) for (k, v), kind in zip(columns.items(), kinds, strict=True)}
    )


def _information(result: SocietyResult) -> pa.Table:
    """Lay the histograms in one column: each score's, and that of the own record (no scheme)."""
    columns: dict[str, list[Any]] = {
        k: [] for k in ("scheme", "thin_file", "level", "conduct", "acted", "persons")
    }
    for name, table in (*result.information.items(), ("", result.own[None])):
        at = np.nonzero(table)
        columns["scheme"] += [name] * len(at[0])
        for key, index in zip(("thin_file", "level", "conduct", "acted"), at, strict=True):
            columns[key] += index.tolist()
        columns["persons"] += table[at].tolist()
    kinds = [pa.string(), pa.int8(), pa.int8(), pa.int8(), pa.int8(), pa.int64()]
    return pa.table(
        {k: pa.array(v, kind) for (k, v), kind in zip(columns.items(), kinds, strict=True)}
    )


def _organisations(result: SocietyResult, months: int) -> pa.Table:
    columns: dict[str, Any] = {
        "scheme": np.repeat(np.array(list(result.organisations), dtype=str), months),
        "month": np.tile(np.arange(1, months + 1, dtype=np.int16), len(result.organisations)),
    }
    keys = dict.fromkeys(key for series in result.organisations.values() for key in series)
    for key in keys:
        columns[key] = np.concatenate([s[key] for s in result.organisations.values()])
    return pa.table(columns)


def write_tables(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write one Parquet file a table (zstd); the bytes depend on the content only."""
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


def read_tables(
    folder: Path, manifest: Mapping[str, Any], caps: dict[str, dict[str, int]]
) -> SocietyResult:
    """Read a replicate back.

    Parameters
    ----------
    folder : Path
        Of the replicate.
    manifest : mapping
        Of the run.
    caps : dict
        How often each cap bound, from the manifest.
    """
    months, conducts = manifest["months"], manifest["conducts"]
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in FILES}
    ledger = np.zeros(tables["ledger"].num_rows, LEDGER_DTYPE)
    for name, labels in _labels(manifest).items():
        ledger[name] = _codes(tables["ledger"][name], labels)
    for name in set(LEDGER_DTYPE.names or ()) - set(_labels(manifest)):
        ledger[name] = tables["ledger"][name].to_numpy()
    fixed = {"month", "group", "city", "income", "aware"}
    monthly = {
        name: tables["monthly"][name].to_numpy().reshape(months, CELLS)
        for name in tables["monthly"].column_names
        if name not in fixed
    }
    acts = tables["acts"]["acts"].to_numpy().reshape(len(conducts), months, 2, 2)
    mobility = {}
    regime = manifest["regime"]["schemes"]
    for scheme in manifest["schemes"]:
        if not regime[scheme]["grades"]:
            continue
        g = len(regime[scheme]["grades"]["bands"])
        matrix = np.zeros((months, g, g), np.int64)
        t = tables["mobility"].filter(
            pa.array(np.array(tables["mobility"]["scheme"].to_pylist(), dtype=object) == scheme)
        )
        matrix[t["month"].to_numpy() - 1, t["from"].to_numpy(), t["to"].to_numpy()] = t[
            "persons"
        ].to_numpy()
        mobility[scheme] = matrix
    population = {
        name: tables["population"][name].to_numpy() for name in tables["population"].column_names
    }
    information, own = _histograms(tables["information"], manifest)
    return SocietyResult(
        ledger,
        monthly,
        acts,
        mobility,
        population,
        caps,
        information,
        own,
        _series(tables["organisations"]),
    )


def _histograms(
    table: pa.Table, manifest: Mapping[str, Any]
) -> tuple[dict[str, NDArray[np.int64]], NDArray[np.int64]]:
    c = len(manifest["conducts"])
    own = np.zeros((1, OWN_LEVELS, c, 2), np.int64)
    schemes = np.array(table["scheme"].to_pylist(), dtype=object)
    at = [table[k].to_numpy() for k in ("thin_file", "level", "conduct", "acted")]
    persons = table["persons"].to_numpy()
    information: dict[str, NDArray[np.int64]] = {}
    for name in manifest["schemes"] if len(persons) else ():
        if manifest["regime"]["schemes"][name]["grades"]:
            information[name] = np.zeros((2, BUCKETS, c, 2), np.int64)
    for name, histogram in (*information.items(), ("", own)):
        mine = schemes == name
        histogram[tuple(index[mine] for index in at)] = persons[mine]
    return information, own[0]


def _series(table: pa.Table) -> dict[str, dict[str, NDArray[np.float64]]]:
    schemes = np.array(table["scheme"].to_pylist(), dtype=object)
    return {
        str(name): {
            key: table[key].to_numpy()[schemes == name]
            for key in table.column_names
            if key not in ("scheme", "month")
        }
        for name in dict.fromkeys(schemes)
    }


def _codes(column: pa.ChunkedArray, labels: Sequence[str]) -> NDArray[np.intp]:
    """Return the position in ``labels`` of each value of a dictionary column."""
    parts = [np.zeros(0, np.intp)]
    for chunk in column.chunks:
        place = np.array([labels.index(v) for v in chunk.dictionary.to_pylist()], np.intp)
        parts.append(place[chunk.indices.to_numpy(zero_copy_only=False)])
    return np.concatenate(parts)
