"""An audit as a folder: tables (Parquet and CSV), JSON with its schema, and Markdown.

Whoever opens these files may do so in a spreadsheet or paste them into a brief, and labels come
from files of users: a text that a spreadsheet would run as a formula gets an apostrophe before it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from scoredsociety.audit.measures import Measure

if TYPE_CHECKING:
    from scoredsociety.audit import Audit, Comparison

FORMULA = r"^(\s*[=+@＝＋－＠-]|[\t\r\n])"
"""Beginnings of a text that a spreadsheet may take for a formula."""


def audit_tables(
    audits: Sequence[Audit], comparisons: Sequence[Comparison] = ()
) -> dict[str, pa.Table]:
    """Return the tables of audits, all arms below each other.

    Parameters
    ----------
    audits : sequence of Audit
        One for each arm, the first being the one that the others are held against.
    comparisons : sequence of Comparison
        The first arm against each of the others, in order; empty for one run.

    Returns
    -------
    dict of str to pyarrow.Table
        ``figures``, ``series``, ``survival``, ``leaving``, ``mobility`` and ``assumptions``
        (columns ``arm``, from 0, and ``label`` first), ``measures``; of a comparison also
        ``paired``, ``differences``, ``deterrence`` and ``deterrence-series`` (columns ``a`` and
        ``b``: the arms). Undefined is null.
    """
    out = {}
    for name in ("figures", "series", "survival", "leaving", "mobility"):
        parts = [
            _in_front(getattr(audit, name), arm=k, label=str(audit.manifest["label"]))
            for k, audit in enumerate(audits)
        ]
        out[name] = pa.concat_tables(parts)
    out["assumptions"] = pa.concat_tables(
        _in_front(_assumptions(audit), arm=k, label=str(audit.manifest["label"]))
        for k, audit in enumerate(audits)
    )
    out["measures"] = _measures(audits[0].measures)
    for name, field in (
        ("paired", "figures"),
        ("differences", "differences"),
        ("deterrence", "deterrence"),
        ("deterrence-series", "deterrence_series"),
    ):
        tables = [_in_front(getattr(c, field), a=0, b=k + 1) for k, c in enumerate(comparisons)]
        if tables:
            out[name] = pa.concat_tables(tables)
    return out


def _in_front(table: pa.Table, **columns: Any) -> pa.Table:  # noqa: ANN401
    """Put columns of one value before the others."""
    n = table.num_rows
    first = {
        name: pa.array([value] * n, pa.string() if isinstance(value, str) else pa.int32())
        for name, value in columns.items()
    }
    return pa.table({**first, **{name: table[name] for name in table.column_names}})


def _assumptions(audit: Audit) -> pa.Table:
    rows = audit.assumptions
    spans = [row["range"] or (None, None) for row in rows]
    return pa.table(
        {
            "path": pa.array([row["path"] for row in rows], pa.string()),
            "value": pa.array([row["value"] for row in rows], pa.float64()),
            "low": pa.array([low for low, _ in spans], pa.float64()),
            "high": pa.array([high for _, high in spans], pa.float64()),
            "note": pa.array([row["note"] for row in rows], pa.string()),
        }
    )


def _measures(measures: Sequence[Measure]) -> pa.Table:
    columns = {
        name: [getattr(m, name) for m in measures]
        for name in ("id", "name", "question", "unit", "formula")
    }
    for name in ("companions", "rests_on"):
        columns[name] = [" ".join(getattr(m, name)) for m in measures]
    return pa.table({name: pa.array(v, pa.string()) for name, v in columns.items()})


def disarmed(table: pa.Table) -> pa.Table:
    """Return a table in which no text begins as a formula of a spreadsheet does.

    Numbers are left alone; a text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end
    gets an apostrophe before it, as spreadsheets themselves write it.
    """
    for k, name in enumerate(table.column_names):
        column = table[name]
        if pa.types.is_string(column.type):
            with_ = pc.binary_join_element_wise("'", column, "")
            risky = pc.match_substring_regex(column, FORMULA)
            table = table.set_column(k, name, pc.if_else(risky, with_, column))
    return table


def write_audit(
    folder: Path, audits: Sequence[Audit], comparisons: Sequence[Comparison] = ()
) -> None:
    """Write an audit into a folder that exists.

    Parameters
    ----------
    folder : Path
    audits, comparisons
        As in :func:`audit_tables`.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    import pyarrow.parquet as pq
    from pyarrow import csv

    from scoredsociety.report.brief import brief
    from scoredsociety.report.document import audit_schema, document

    for name, table in audit_tables(audits, comparisons).items():
        pq.write_table(table, folder / f"{name}.parquet")
        csv.write_csv(disarmed(table), folder / f"{name}.csv")
    texts = {
        "audit.json": document(audits, comparisons).model_dump_json(indent=1),
        "audit.schema.json": json.dumps(audit_schema(), indent=1, ensure_ascii=False),
        "audit.md": brief(audits, comparisons),
    }
    for name, text in texts.items():
        (folder / name).write_text(text + "\n", encoding="utf-8", newline="\n")
