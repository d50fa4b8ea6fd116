"""The results of the engine and of the obvious loop, brought to one form."""

from __future__ import annotations

from typing import Any

from tests.engine.oracle.state import Row

Key = tuple[Any, ...]


def engine_keys(ledger: Any, manifest: Any) -> list[Key]:
    """Return the keys of an engine ledger in the oracle's terms, with those of the causes."""
    names = list(manifest["conducts"])

    def key(row: Any) -> Key:
        code = int(row["act"]) & 127
        return (
            int(row["subject"]), int(row["kind"]), manifest["schemes"][row["scheme"]],
            names[row["conduct"]], manifest["channels"][row["channel"]], int(row["truth"]),
            int(row["generation"]), int(row["flags"]), int(row["exit"]), int(row["month"]),
            int(row["end"]), int(row["points"]), int(row["refusals"]), int(row["actor"]),
            int(row["sanctions"]),
            (names[code & 63], code >= 64, int(row["act"]) >> 7 & 7, int(row["act"]) >> 10),
        )  # fmt: skip

    return [(key(r), key(ledger[r["cause"]]) if r["cause"] >= 0 else None) for r in ledger]


def oracle_keys(rows: list[Row]) -> list[Key]:
    """Return the keys of the oracle's ledger, with those of the causes."""
    return [(r.key(), r.cause.key() if r.cause else None) for r in rows]
