"""Hand-made and random runs for the tests of the audit: nothing is simulated."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoredsociety.engine.result import (
    CELLS,
    LEDGER_DTYPE,
    PROFILE_FIELDS,
    ExitReason,
    Kind,
    RunData,
    SocietyResult,
)
from scoredsociety.schemes.attitudes import Opinion
from scoredsociety.schemes.world import Parameters

SANCTIONS = {
    "FLY": (0.02, "travel", 1.0),
    "RAIL": (0.02, "travel", 1.0),
    "HOTEL": (0.01, "leisure", 1.0),
    "LOAN": (0.05, "finance", 1.0),
    "CARD": (0.02, "finance", 1.0),
    "JOB": (0.03, "work", 1.0),
    "SHAME": (0.02, "social", 1.0),
    "SCHOOL": (0.05, "education", 0.25),
    "PAPER": (0.005, "leisure", 1.0),
    "WELF": (0.05, "welfare", 0.4),
}
LISTED = ("FLY", "RAIL", "HOTEL", "LOAN", "CARD", "JOB", "SHAME", "SCHOOL")
CONDUCTS = {"court-default": ("court", 20_000.0), "pets": ("pets", None), "posts": ("speech", 0.0)}
GRADES = ("AA", "A", "B", "C")
SCHEMES = ("court-list", "city-points", "transit-list")


def q(value: float | None, confidence: str = "assumed", **more: Any) -> dict[str, Any]:
    return {"value": value, "confidence": confidence, **more}


def _conduct(context: str) -> dict[str, Any]:
    zero = {k: q(0.1) for k in ("monthly", "log_sd", "income_gradient", "certainty_cap")}
    return {
        **zero,
        "title": context,
        "context": context,
        "detection": {"court": q(0.8, "M", note="seen")},
        "excused": q(0.2, range=(0.05, 0.5), note="the share unable to pay"),
        "excused_after_shock": q(0.3),
    }


def _process(term: float | None = None) -> dict[str, Any]:
    return {
        **{k: q(0.5) for k in ("notice", "filing_days", "late_appeal", "hardship_exemption")},
        "window_days": q(10, "M"),
        "review": {"wrongful": q(0.5), "rightful": q(0.05)},
        "exit": {"monthly": q(0.03), "income_exponent": q(0.3), "term_months": q(term)},
    }


def _scheme(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "scheme": name,
        "title": name,
        "kind": kind,
        "operator": "public",
        "summary": name,
        "subjects": {
            "who": "adult-residents",
            "where": "pilot-cities" if kind == "points" else "everywhere",
            "enrolment": "mandatory",
            "confidence": "M",
        },
        "rules": [{"conduct": "court-default", "lists": True, "confidence": "M"}],
        "process": _process(),
        "effects": [
            {"listed": True, "sanction": code, "confidence": "M"} for code in more.pop("codes", ())
        ],
        **more,
    }


def regime(**effects: Any) -> dict[str, Any]:
    """Two lists and a points scheme whose grades B and C bear PAPER (and C also WELF)."""
    points = _scheme(
        "city-points",
        "points",
        start=q(1000, "M"),
        grades={"bands": {"AA": 1030, "A": 960, "B": 850, "C": 0}, "confidence": "assumed"},
    )
    points["rules"] = [{"conduct": "pets", "points": -5, "confidence": "assumed"}]
    points["effects"] = effects.get("grades") or [
        {"grade": ["AA"], "reward": "DEP", "confidence": "M"},
        {"grade": ["B", "C"], "sanction": "PAPER", "confidence": "M"},
        {"grade": ["C"], "sanction": "WELF", "confidence": "M"},
    ]
    return {
        "regime": "test",
        "title": "Test",
        "summary": "Test",
        "safeguards": [],
        "memoranda": [],
        "schemes": {
            "court-list": _scheme("court-list", "list", codes=LISTED),
            "city-points": points,
            "transit-list": _scheme("transit-list", "list", codes=("FLY", "RAIL")),
        },
        "world": {
            "parameters": {k: q(0.1) for k in Parameters.model_fields},
            "opinion": {k: q(0.1) for k in Opinion.model_fields} | {"falsification": {}},
            "harm_contexts": {s[1]: s[1] for s in SANCTIONS.values()} | {"home": "home"},
            "contexts": {
                "court": {"title": "court", "related": ["finance"]},
                "pets": {"title": "pets", "related": ["home"]},
                "speech": {"title": "speech", "related": []},
            },
            "channels": {},
            "conducts": {name: _conduct(c) for name, (c, _) in CONDUCTS.items()},
            "sanctions": {
                code: {"title": code, "harm": q(h), "context": x, "exposed": q(e, "M")}
                for code, (h, x, e) in SANCTIONS.items()
            },
            "rewards": {"DEP": {"title": "DEP", "benefit": q(0.01), "context": "leisure"}},
            "institutions": {},
            "gravity": {n: q(g) for n, (_, g) in CONDUCTS.items() if g is not None},
            "sources": {},
        },
    }


def random_profiles(rng: np.random.Generator, people: int) -> np.ndarray:
    code = np.zeros(people, dtype=np.int64)
    for first, _, labels in PROFILE_FIELDS.values():
        code |= rng.integers(0, len(labels), people) << first
    return code.astype(np.uint16)


def random_ledger(
    rng: np.random.Generator, profiles: np.ndarray, n: int, months: int
) -> np.ndarray:
    x = np.zeros(n, dtype=LEDGER_DTYPE)
    x["subject"] = rng.integers(0, max(len(profiles) // 2, 1), n)
    x["scheme"] = rng.integers(0, len(SCHEMES), n)
    points = x["scheme"] == 1
    x["kind"] = np.where(points, rng.choice([Kind.RECORD, Kind.SPELL], n), Kind.ENTRY)
    x["points"] = np.where(x["kind"] == Kind.RECORD, rng.choice([-5, -20, 5], n), 0)
    spells = x["kind"] == Kind.SPELL  # that began in grade B or C
    x["points"] = np.where(spells, 2 + np.arange(n) % 2, x["points"])
    x["conduct"] = rng.integers(0, len(CONDUCTS), n)
    x["truth"] = rng.choice(4, n, p=[0.7, 0.1, 0.05, 0.15])
    x["flags"] = rng.integers(0, 256, n)
    x["month"] = np.sort(rng.integers(1, months + 1, n))
    length = rng.geometric(0.08, n)
    end = x["month"] + length
    over = end >= months
    x["end"] = np.minimum(end, months)
    x["exit"] = np.where(over, ExitReason.IN_FORCE, rng.choice([1, 2, 3], n))
    stopped = rng.random(n) < 0.15
    x["exit"][stopped] = ExitReason.STOPPED
    x["end"][stopped] = x["month"][stopped]
    x["refusals"] = np.where(x["kind"] == Kind.ENTRY, rng.poisson(0.5, n), 0)
    x["refusals"][stopped] = 0
    x["profile"] = profiles[x["subject"]]
    x["actor"] = x["subject"]
    x["act"] = rng.integers(0, 2**32, n)
    x["cause"] = -1
    for k in range(n):  # a fifth of the rows have an earlier row that entered as their cause
        if k and rng.random() < 0.2:
            j = int(rng.integers(0, k))
            if x["exit"][j] != ExitReason.STOPPED:
                x["cause"][k] = j
                x["generation"][k] = x["generation"][j] + 1
    return x


def cell_of(profile: int) -> int:
    def level(name: str) -> int:
        first, bits, _ = PROFILE_FIELDS[name]
        return (int(profile) >> first) & ((1 << bits) - 1)

    cell = (level("group") * 2 + level("city")) * 5 + level("income")
    return cell * 2 + level("aware")


def codes_of(row: Any) -> tuple[str, ...]:
    """Return the sanctions that an entry or a spell bears, in plain words."""
    if row["kind"] == Kind.SPELL:
        return ("PAPER", "WELF") if GRADES[row["points"]] == "C" else ("PAPER",)
    return {"court-list": LISTED, "transit-list": ("FLY", "RAIL")}[SCHEMES[row["scheme"]]]


def in_force(row: Any, month: int) -> bool:
    """Whether a row is in force at the end of a month, in plain words."""
    if row["exit"] == ExitReason.STOPPED or row["month"] > month:
        return False
    return bool(row["end"] > month or row["exit"] == ExitReason.IN_FORCE)


def monthly_of(
    ledger: np.ndarray, profiles: np.ndarray, months: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Make the monthly tables that belong to a ledger, by the obvious loop."""
    cells = np.array([cell_of(p) for p in profiles])
    keys = ["adults", "sanctioned", "rewarded", "refused:FLY", "refused:RAIL"]
    for s in ("court-list", "transit-list"):
        keys += [f"{k}:{s}" for k in ("listed", "entries", "ever", "in", "out")]
    keys += [f"sanction:{c}" for c in SANCTIONS]
    keys += [f"grade:city-points:{g}" for g in GRADES]
    keys += ["records:city-points"]
    out = {k: np.zeros((months, CELLS), dtype=np.int64) for k in keys}
    entered = ledger[ledger["exit"] != ExitReason.STOPPED]
    for t in range(1, months + 1):
        np.add.at(out["adults"][t - 1], cells, 1)
        status: dict[str, set[int]] = {}
        for row in entered:
            who, name = int(row["subject"]), SCHEMES[row["scheme"]]
            cell = cells[who]
            if row["kind"] == Kind.ENTRY:
                if row["month"] <= t:
                    status.setdefault(f"ever:{name}", set()).add(who)
                out[f"in:{name}"][t - 1, cell] += row["month"] == t
                gone = row["end"] == t and row["exit"] != ExitReason.IN_FORCE
                out[f"out:{name}"][t - 1, cell] += gone
            if not in_force(row, t) or row["kind"] == Kind.RECORD:
                continue
            if row["kind"] == Kind.ENTRY:
                status.setdefault(f"listed:{name}", set()).add(who)
                out[f"entries:{name}"][t - 1, cell] += 1
            codes = codes_of(row)
            for code in (*(f"sanction:{c}" for c in codes), "sanctioned"):
                status.setdefault(code, set()).add(who)
        for key, persons in status.items():
            for who in persons:
                out[key][t - 1, cells[who]] += 1
    for row in entered:
        out["refused:FLY"][months - 1, cells[row["subject"]]] += row["refusals"]
    for g, share in zip(GRADES, (0.1, 0.7, 0.15, 0.05), strict=True):
        out[f"grade:city-points:{g}"][:] = rng.binomial(out["adults"], share)
    out["rewarded"][:] = out["grade:city-points:AA"]
    return out


def result_of(
    ledger: np.ndarray, profiles: np.ndarray, months: int, rng: np.random.Generator
) -> SocietyResult:
    codes, counts = np.unique(profiles, return_counts=True)
    moves = rng.integers(0, 30, (months, 4, 4))
    moves[:, 3, :] = 0  # nobody is seen to leave grade C
    moves[:, :, 3] = 0
    return SocietyResult(
        ledger=ledger,
        monthly=monthly_of(ledger, profiles, months, rng),
        acts=rng.random((len(CONDUCTS), months, 2, 2)) * 10,
        mobility={"city-points": moves},
        population={
            "profile": codes,
            "persons": counts,
            "adults": counts,
            "adult_months": counts * months,
        },
        caps={},
    )


def manifest(people: int, months: int, replicates: int) -> dict[str, Any]:
    return {
        "label": "test",
        "regime": regime(),
        "schemes": list(SCHEMES),
        "conducts": list(CONDUCTS),
        "channels": ["court"],
        "people": people,
        "months": months,
        "seed": 7,
        "replicates": replicates,
        "adults_nationwide": people * 1000.0,
        "marginals": {},
        "majorants": {},
        "versions": {},
    }


def random_run(
    seed: int = 0, people: int = 60, months: int = 30, replicates: int = 3, rows: int = 160
) -> RunData:
    rng = np.random.default_rng(seed)
    results = []
    for _ in range(replicates):
        profiles = random_profiles(rng, people)
        ledger = random_ledger(rng, profiles, rows, months)
        results.append(result_of(ledger, profiles, months, rng))
    return RunData(manifest(people, months, replicates), results)


def entry(subject: int, month: int, end: int, **more: Any) -> dict[str, Any]:
    """One list entry in plain words, for hand-made ledgers."""
    return {"subject": subject, "month": month, "end": end, "kind": Kind.ENTRY, "exit": 1,
            "cause": -1, **more}  # fmt: skip


def hand_run(*rows: dict[str, Any], people: int = 10, months: int = 24) -> RunData:
    """One replicate with exactly these rows."""
    ledger = np.zeros(len(rows), dtype=LEDGER_DTYPE)
    for k, row in enumerate(rows):
        for name, value in row.items():
            ledger[name][k] = value
    profiles = np.full(people, 1 << 1, dtype=np.uint16)
    ledger["profile"] = profiles[ledger["subject"]]
    rng = np.random.default_rng(1)
    return RunData(manifest(people, months, 1), [result_of(ledger, profiles, months, rng)])
