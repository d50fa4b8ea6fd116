"""What tests count in a run, and how near to what is computed by hand it must be."""

from __future__ import annotations

from typing import Any

from scoredsociety.engine import Kind, RunData
from scoredsociety.engine.result import profile_level


def adults(data: RunData) -> int:
    """Return the adults at the start: the others come of age later."""
    return int(data.replicates[0].monthly["adults"][0].sum())


def rows(data: RunData, kind: Kind = Kind.ENTRY) -> Any:
    """Return the ledger rows of one kind about people who were adults from the start."""
    ledger = data.replicates[0].ledger
    grown = profile_level(ledger["profile"], "age") > 0
    return ledger[grown & (ledger["kind"] == kind)]


def close(seen: Any, expected: float, se: float) -> None:
    """Hold a number to within four standard errors of what it should be."""
    assert abs(seen - expected) <= 4 * se, (seen, expected, se)


def assert_same(a: Any, b: Any) -> None:
    """Hold two results to be the same byte for byte."""
    assert a.ledger.tobytes() == b.ledger.tobytes()
    assert {k: v.tobytes() for k, v in a.monthly.items()} == {
        k: v.tobytes() for k, v in b.monthly.items()
    }
    assert a.acts.tobytes() == b.acts.tobytes()
    assert {k: v.tobytes() for k, v in a.mobility.items()} == {
        k: v.tobytes() for k, v in b.mobility.items()
    }
    assert {k: v.tobytes() for k, v in a.population.items()} == {
        k: v.tobytes() for k, v in b.population.items()
    }
