"""A small invented RunData with the right shape, made without the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from scoredsociety.engine.result import (
    CELLS,
    LEDGER_DTYPE,
    ExitReason,
    Flag,
    Kind,
    RunData,
    SocietyResult,
    Truth,
)
from scoredsociety.schemes import resolve

PEOPLE, MONTHS = 4000, 48
LIST, POINTS = "court-list", "rongcheng-points"


def plain_regime(*safeguards: str) -> dict[str, Any]:
    regime = resolve("fragmented-2018", safeguards)
    return regime.model_dump(mode="json")


def profiles() -> Any:
    rng = np.random.default_rng(5)
    draw = rng.random((PEOPLE, 4))
    income = np.minimum((draw[:, 0] * 5).astype(int), 4)
    return (
        (rng.random(PEOPLE) < 0.5) * 1
        | (1 + (draw[:, 1] * 5).astype(int)) << 1
        | (draw[:, 2] < 0.09) << 8
        | (draw[:, 3] < 0.4) << 11
        | (rng.random(PEOPLE) < 0.1) << 12
        | income << 13
    ).astype(np.uint16)


def cells(profile: Any) -> Any:
    group, city = (profile >> 8) & 1, (profile >> 11) & 1
    aware, income = (profile >> 12) & 1, (profile >> 13) & 7
    return ((group * 2 + city) * 5 + income) * 2 + aware


def society(seed: int, corrected: float, codes: dict[str, Any], bands: list[str]) -> SocietyResult:
    rng = np.random.default_rng(seed)
    profile = profiles()
    income = (profile >> 13) & 7
    chance = 0.0012 * (1.6 - 0.25 * income)
    who, when = np.nonzero(rng.random((PEOPLE, MONTHS)) < chance[:, None])
    n = len(who)
    luck = rng.random((n, 6))
    rows = np.zeros(n, dtype=LEDGER_DTYPE)
    rows["subject"], rows["month"], rows["profile"] = who, when + 1, profile[who]
    rows["kind"], rows["scheme"], rows["cause"], rows["actor"] = Kind.ENTRY, codes[LIST], -1, -1
    rows["conduct"] = codes["court-default"]
    rows["act"] = rng.integers(1, 2**31, n)
    rows["truth"] = np.select(
        [luck[:, 0] < 0.01, luck[:, 0] < 0.2], [Truth.WRONG_PERSON, Truth.EXCUSED], Truth.TRUE
    )
    rows["end"] = np.minimum(rows["month"] + 1 + rng.geometric(0.03, n), MONTHS)
    rows["exit"] = np.where(rows["end"] < MONTHS, ExitReason.PERFORMED, ExitReason.IN_FORCE)
    rows["flags"] = (luck[:, 1] < 0.7) * Flag.NOTIFIED
    rows["flags"][(luck[:, 2] < 0.3) & (luck[:, 1] < 0.7)] |= np.uint8(Flag.FILED)
    fixed = (rows["truth"] != Truth.TRUE) & (luck[:, 3] < corrected)
    rows["flags"][fixed] |= np.uint8(Flag.CORRECTED | Flag.NOTIFIED | Flag.FILED)
    rows["exit"][fixed], rows["end"][fixed] = ExitReason.STOPPED, rows["month"][fixed]
    rows["refusals"] = np.where(fixed, 0, (rows["end"] - rows["month"]) * luck[:, 4] * 0.1)
    late = (rows["truth"] != 0) & ~fixed & (luck[:, 5] < 0.3) & (rows["end"] < MONTHS)
    rows["exit"][late] = ExitReason.LATE_APPEAL
    rows["flags"][late] |= np.uint8(Flag.DISCOVERED | Flag.FILED_LATE)
    points = rows[((rows["profile"] >> 11) & 1) == 1].copy()
    points["kind"], points["scheme"], points["points"] = Kind.RECORD, codes[POINTS], -50
    points["end"] = np.minimum(points["month"] + 24, MONTHS)
    points["refusals"] = 0
    stopped = points["exit"] == ExitReason.STOPPED
    points["end"][stopped] = points["month"][stopped]
    points["exit"][~stopped] = np.where(
        points["end"][~stopped] < MONTHS, ExitReason.TERM, ExitReason.IN_FORCE
    )
    ledger = np.concatenate([rows, points])
    return SocietyResult(
        ledger=ledger,
        monthly=monthly(rows, profile, bands),
        acts=rng.uniform(90, 100, (len(codes["conducts"]), MONTHS, 2, 2)),
        mobility={POINTS: mobility(len(bands))},
        population={
            "profile": np.unique(profile).astype(np.int64),
            **{
                k: np.unique(profile, return_counts=True)[1].astype(np.int64)
                for k in ("persons", "adults")
            },
        },
        caps={},
    )


def monthly(rows: np.ndarray, profile: np.ndarray, bands: list[str]) -> dict[str, np.ndarray]:
    cell = cells(profile)
    whole = np.bincount(cell, minlength=CELLS)
    everybody = np.tile(whole, (MONTHS, 1))
    entered = rows[rows["exit"] != ExitReason.STOPPED]
    names = ("listed", "entries", "ever", "in", "out")
    out = {f"{k}:{LIST}": np.zeros((MONTHS, CELLS), dtype=np.int64) for k in names}
    for t in range(1, MONTHS + 1):
        running = (entered["end"] > t) | (entered["exit"] == ExitReason.IN_FORCE)
        there = entered[(entered["month"] <= t) & running]
        for name, subjects in (
            ("listed", np.unique(there["subject"])),
            ("entries", there["subject"]),
            ("ever", np.unique(entered["subject"][entered["month"] <= t])),
            ("in", entered["subject"][entered["month"] == t]),
            ("out", entered["subject"][(entered["end"] == t) & (entered["exit"] != 0)]),
        ):
            out[f"{name}:{LIST}"][t - 1] = np.bincount(cell[subjects], minlength=CELLS)
    listed = out[f"listed:{LIST}"]
    for code in ("FLY", "RAIL"):
        out[f"refused:{code}"] = listed // 3
    for effect in ("FLY", "RAIL", "HOTEL", "LOAN", "CARD", "JOB", "SHAME", "SCHOOL"):
        out[f"sanction:{effect}"] = listed
    city = everybody * ((np.arange(CELLS) // 10) % 2)
    low = listed // 2
    out |= {
        "adults": everybody,
        "sanctioned": listed,
        "rewarded": city // 3,
        "children": listed // 4,
        "friends": everybody * 6 - listed,
        "friends-lost": listed // 8,
        f"records:{POINTS}": listed,
        f"stopped:{LIST}": listed * 0,
    }
    for band in bands:
        out[f"grade:{POINTS}:{band}"] = {"A": city - low, "B": low}.get(band, city * 0)
    return out


def mobility(bands: int) -> np.ndarray:
    moves = np.zeros((MONTHS, bands, bands), dtype=np.int64)
    moves[:, 2, 2], moves[:, 2, 3], moves[:, 3, 2] = 1000, 5, 5
    return moves


def run(label: str, *safeguards: str, corrected: float = 0.1, replicates: int = 5) -> RunData:
    """Make the run of the default regime with some safeguards, on the same luck every time."""
    regime = plain_regime(*safeguards)
    conducts = list(regime["world"]["conducts"])
    schemes = list(regime["schemes"])
    codes: dict[str, Any] = {name: k for k, name in enumerate(schemes)}
    codes["court-default"] = conducts.index("court-default")
    codes["conducts"] = conducts
    bands = list(regime["schemes"][POINTS]["grades"]["bands"])
    manifest = {
        "label": label,
        "regime": regime,
        "schemes": schemes,
        "conducts": conducts,
        "channels": list(regime["world"]["channels"]),
        "people": PEOPLE,
        "months": MONTHS,
        "seed": 7,
        "replicates": replicates,
        "adults_nationwide": 1.1e9,
        "marginals": {"name": "invented"},
        "majorants": {},
        "versions": {"scoredsociety": "0.1.0"},
    }
    made = [society(100 + r, corrected, codes, bands) for r in range(replicates)]
    return RunData(manifest, made)


def baseline(other: RunData) -> RunData:
    """Make the same people under no scheme: the aware act a fifth more than in ``other``."""
    regime = {**other.manifest["regime"], "regime": "none", "title": "No scheme"}
    regime |= {"summary": "Nobody keeps a score.", "schemes": {}, "memoranda": []}
    regime |= {"safeguards": [], "calibrations": {}}
    manifest = {**other.manifest, "regime": regime, "schemes": [], "label": "No scheme"}
    made = []
    for one in other.replicates:
        acts = one.acts.copy()
        acts[:, :, 1] *= 1.25
        monthly = {"adults": one.monthly["adults"]}
        zero = one.monthly["sanctioned"] * 0
        monthly |= {"sanctioned": zero, "rewarded": zero}
        made.append(replace(one, ledger=one.ledger[:0], acts=acts, monthly=monthly, mobility={}))
    return RunData(manifest, made)
