"""The headline numbers of a country, from the tables that stand for its ledger.

The definitions are those of the measures (M1, M4, M5, M6); what is undefined is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scoredsociety.audit.sample import Groups
from scoredsociety.engine.census import PARTS
from scoredsociety.engine.result import CELLS, ExitReason

Tables = Mapping[str, pa.Table]
LISTS = ("list", "record")
_STOPPED = ExitReason.STOPPED.name.lower()


def national(manifest: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Return what is told first about a country.

    Parameters
    ----------
    manifest : mapping
        Of the country.
    tables : mapping of str to pyarrow.Table
        Of the country.

    Returns
    -------
    dict
        Plain data in numbers of the whole country: persons, entries, refusals, shares. ``schemes``
        has one row a scheme and part of its rows.
    """
    monthly = tables["monthly"]

    def stock(key: str) -> int | None:
        if key not in monthly.column_names:
            return None
        return int(pc.sum(monthly[key].slice(monthly.num_rows - CELLS)).as_py())

    def flow(key: str) -> int | None:
        return int(pc.sum(monthly[key]).as_py()) if key in monthly.column_names else None

    ever, wronged = _persons(tables, None, "sanctions")
    return {
        "simulated": True,
        "people": manifest["people"],
        "months": manifest["months"],
        "adults": stock("adults"),
        "under a sanction at the end": stock("sanctioned"),
        "with a reward at the end": stock("rewarded"),
        "ever under a sanction": ever,
        "ever wrongfully under a sanction": wronged,
        "wrongful share of them": share(wronged, ever),
        "refusals": {code: flow(f"refused:{code}") for code in ("FLY", "RAIL")},
        "by number of sanctions": held(tables, None, "sanctions"),
        "schemes": [
            _stream(tables, name, part, stock)
            for name, part in _streams(manifest)
            if part != "merits"
        ],
        "passes": manifest["passes"],
        "channels that cannot handle everything": sorted(manifest["shares"] or {}),
    }


def _streams(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    regime = manifest["regime"]["schemes"]
    out = []
    for name in manifest["schemes"]:
        lists = regime[name]["kind"] in LISTS
        out += [(name, part) for part in PARTS if (part == "entries") == lists]
    return out


def _stream(tables: Tables, scheme: str, part: str, stock: Any) -> dict[str, Any]:  # noqa: ANN401
    rows = _of(tables["process"], scheme, part)
    entered = rows.filter(pc.not_equal(rows["exit"].cast(pa.string()), _STOPPED))
    wrong = entered.filter(pc.not_equal(entered["truth"].cast(pa.string()), "true"))
    number, months = _sum(entered, "rows"), _sum(entered, "months")
    persons, wronged = _persons(tables, scheme, part)
    generations = np.zeros(8, np.int64)
    np.add.at(generations, entered["generation"].to_numpy(), entered["rows"].to_numpy())
    return {
        "scheme": scheme,
        "part": part,
        "rows that entered": number,
        "stopped before entry": _sum(rows, "rows") - number,
        "wrongful": _sum(wrong, "rows"),
        "wrongful share by entry": share(_sum(wrong, "rows"), number),
        "wrongful share by time": share(_sum(wrong, "months"), months),
        "persons": persons,
        "persons ever wronged": wronged,
        "wrongful share by person": share(wronged, persons),
        "by generation": generations.tolist(),
        "share triggered": share(int(generations[1:].sum()), number),
        "refusals": _sum(rows, "refusals"),
        "persons at the end": stock(f"listed:{scheme}") if part == "entries" else None,
        "entries at the end": stock(f"entries:{scheme}") if part == "entries" else None,
        "by number of rows": held(tables, scheme, part),
    }


def share(part: int, whole: int) -> float | None:
    """Return a share, None where nothing is shared."""
    return part / whole if whole else None


def held(tables: Tables, scheme: str | None, part: str) -> dict[str, int]:
    """Return persons by the number of their rows; the last number stands for more as well."""
    table = _of(tables["holders"], scheme, part)
    return dict(zip(map(str, table["held"].to_pylist()), table["persons"].to_pylist(), strict=True))


def _of(table: pa.Table, scheme: str | None, part: str) -> pa.Table:
    """Return the rows of one stream; without a scheme, those of all that bear a sanction."""
    names = table["scheme"].cast(pa.string())
    mine = pc.is_null(names) if scheme is None else pc.equal(names, scheme)
    return table.filter(pc.and_(mine, pc.equal(table["part"].cast(pa.string()), part)))


def _sum(table: pa.Table, column: str) -> int:
    return int(pc.sum(table[column]).as_py() or 0)


def _persons(tables: Tables, scheme: str | None, part: str) -> tuple[int, int]:
    table = _of(tables["holders"], scheme, part)
    return _sum(table, "persons"), _sum(table, "wronged")


def by_group(tables: Tables, scheme: str | None, part: str) -> pa.Table:
    """Return rows and persons of one stream by group, with their wrongful shares.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
        Of a country.
    scheme : str or None
        None with the part ``sanctions``: all rows that bear a sanction.
    part : str
        ``entries``, ``records``, ``spells``, ``merits`` or ``sanctions``.

    Returns
    -------
    pyarrow.Table
        One row a group as in the audit ("all", "income=poorest fifth"): adults at the horizon,
        rows, wrongful, months, wrongful_months, persons, wronged; and the wrongful share
        by_entry, by_time, by_person, null where undefined.
    """
    population, mine = tables["population"], _of(tables["profiles"], scheme, part)
    codes = np.union1d(population["profile"].to_numpy(), mine["profile"].to_numpy())
    groups = Groups.of(codes.astype(np.uint16))

    def counted(table: pa.Table, column: str) -> Any:  # noqa: ANN401
        out = np.zeros(len(codes), np.int64)
        out[np.searchsorted(codes, table["profile"].to_numpy())] = table[column].to_numpy()
        return groups.member.T.astype(np.int64) @ out

    columns: dict[str, Any] = {"group": groups.labels, "adults": counted(population, "adults")}
    for name in ("rows", "wrongful", "months", "wrongful_months", "persons", "wronged"):
        columns[name] = counted(mine, name)
    pairs = (
        ("by_entry", "wrongful", "rows"),
        ("by_time", "wrongful_months", "months"),
        ("by_person", "wronged", "persons"),
    )
    for name, top, base in pairs:
        values = (share(int(a), int(b)) for a, b in zip(columns[top], columns[base], strict=True))
        columns[name] = pa.array(list(values), pa.float64())
    return pa.table(columns)
