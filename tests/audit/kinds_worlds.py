"""Hand-made runs of schemes of every kind: rows and monthly tables are given, nothing is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoredsociety.engine.result import (
    CELLS,
    LEDGER_DTYPE,
    PROFILE_FIELDS,
    Kind,
    RunData,
    SocietyResult,
)
from tests.audit.audit_worlds import LISTED, _scheme, manifest, q, regime

FEATURES = {
    "low": q(350, "M"),
    "high": q(950, "M"),
    "dimensions": {
        "history": {
            "title": "history",
            "weight": q(0.4, "assumed"),
            "base": q(0.5),
            "terms": [{"attribute": "income-rank", "slope": q(0.3, note="a slope")}],
        },
        "conduct": {"title": "conduct", "weight": q(0.55), "base": q(1.0)},
    },
    "records": "conduct",
    "ties": q(0.05),
}
STARS = {
    **{k: q(1.0) for k in ("trades", "spread", "noise")},
    "prior": q(3.5, "M"),
    "weight": q(10),
    "quality": q(4.5),
    "context": "pets",
    "retaliation": q(0.4),
}


def graded(name: str, kind: str, bands: dict[str, float], **more: Any) -> dict[str, Any]:
    """Return a scheme with grades, of which the worst bears PAPER and the best brings DEP."""
    names = list(bands)
    made = _scheme(name, kind, grades={"bands": bands, "confidence": "assumed"}, **more)
    made["rules"] = [{"conduct": "pets", "points": -5, "confidence": "M"}]
    made["effects"] = [
        {"grade": [names[0]], "reward": "DEP", "confidence": "M"},
        {"grade": [names[-1]], "sanction": "PAPER", "confidence": "M"},
    ]
    return made


def every_kind() -> dict[str, Any]:
    """Return a list, a list of favours, a store of records, features, stars and firms."""
    out = regime()
    favours = _scheme("red-list", "list")
    favours["effects"] = [{"listed": True, "reward": "DEP", "confidence": "M"}]
    store = _scheme("store", "record")
    store["process"] = {k: v for k, v in store["process"].items() if k != "exit"}
    stars = graded("stars", "stars", {"GOOD": 4.5, "FAIR": 3.5, "BAD": 1}, stars=STARS)
    stars["rules"] = []
    firms = _scheme("firms", "organisations")
    firms["rules"] = []
    out["schemes"] = {
        "court-list": _scheme("court-list", "list", codes=LISTED),
        "red-list": favours,
        "firms": firms,
        "store": store,
        "sesame": graded("sesame", "features", {"A": 600, "B": 350}, features=FEATURES),
        "stars": stars,
    }
    return out


def profile(**levels: int) -> int:
    """Return the profile of an adult of 18 to 29 with the levels given, by field."""
    code = 1 << 1
    for name, level in levels.items():
        first, bits, _ = PROFILE_FIELDS[name]
        code = code & ~(((1 << bits) - 1) << first) | level << first
    return code


def rows_of(*rows: dict[str, Any]) -> np.ndarray:
    """Return a ledger of rows given in plain words; each has an act of its own."""
    ledger = np.zeros(len(rows), dtype=LEDGER_DTYPE)
    ledger["act"], ledger["cause"], ledger["exit"] = np.arange(len(rows)), -1, 1
    ledger["kind"] = Kind.ENTRY
    for k, row in enumerate(rows):
        for name, value in row.items():
            ledger[name][k] = value
    return ledger


def flat(months: int, value: int, cell: int = 0) -> np.ndarray:
    """Return a monthly table with the same number in one cell of every month."""
    out = np.zeros((months, CELLS), dtype=np.int64)
    out[:, cell] = value
    return out


def made_run(
    plain: dict[str, Any],
    ledger: np.ndarray,
    profiles: np.ndarray,
    months: int = 24,
    monthly: dict[str, np.ndarray] | None = None,
    acts: np.ndarray | None = None,
    adults: np.ndarray | None = None,
    **more: Any,
) -> RunData:
    """Return one replicate of a regime with exactly these rows and tables.

    ``adults`` says which of the persons are of age at the horizon; all, if not given.
    """
    ledger["profile"] = profiles[ledger["subject"]]
    codes, at = np.unique(profiles, return_inverse=True)
    grown = np.ones(len(profiles), dtype=np.int64) if adults is None else adults
    count = np.bincount(at, grown, minlength=len(codes)).astype(np.int64)
    result = SocietyResult(
        ledger=ledger,
        monthly={"adults": flat(months, int(grown.sum())), **(monthly or {})},
        acts=np.ones((3, months, 2, 2)) if acts is None else acts,
        mobility={},
        population={
            "profile": codes.astype(np.uint16),
            "persons": np.bincount(at, minlength=len(codes)),
            "adults": count,
            "adult_months": count * months,
        },
        caps={},
        **more,
    )
    named = {
        **manifest(len(profiles), months, 1),
        "regime": plain,
        "schemes": list(plain["schemes"]),
    }
    return RunData(named, [result])
