"""One life, twice: the rows of one synthetic person under two regimes, drawn as they happened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scoredsociety.audit import words
from scoredsociety.report.biography import life as draw_life
from scoredsociety.report.lines import style_of
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.reading import Arm
from scoredsociety.report.saying import panels
from scoredsociety.report.theme import Panel, Row

if TYPE_CHECKING:
    from scoredsociety.audit.lives import Life, Lives

SAYS = {
    "TRUE": "true",
    "WRONG_PERSON": "wrong person",
    "NO_EVENT": "no event",
    "EXCUSED": "could not do otherwise",
}
ENDS = {
    "IN_FORCE": "still in force at the end",
    "PERFORMED": "ended: performed",
    "TERM": "ended: term or expiry",
    "LATE_APPEAL": "removed: late appeal",
    "RECOVERED": "ended: score recovered",
    "STOPPED": "corrected before it took effect",
    "RESET": "ended: the score started anew",
    "SHUT": "ended: the scheme was shut down",
}
WHATS = {"RECORD": "record", "ENTRY": "list entry", "SPELL": "time in a sanctioned grade"}


def life(arms: Sequence[Arm], lives: Lives) -> Figure:
    """Draw the life that the safeguard helped."""
    return _figure("life", arms, lives.saved, True)


def life_not_helped(arms: Sequence[Arm], lives: Lives) -> Figure:
    """Draw a life that the safeguard did not help."""
    return _figure("life-not-helped", arms, lives.not_helped, False)


def _figure(name: str, arms: Sequence[Arm], found: Life | None, helped: bool) -> Figure:
    with_ = arms[1].under
    verb = arms[0].wording.who
    if found is None:
        kind = f"spared being wrongly {verb} by" if helped else f"wrongly {verb} in spite of"
        return Figure(
            name,
            f"Nobody in these runs is {kind} {arms[1].noun}" if helped else
            f"Nobody in these runs stays wrongly {verb} {with_}",
            "There is no such life to draw.",
            (),
            (),
            empty="There is no such life in these runs: fewer than 1 person in all replicates.",
        )  # fmt: skip
    rows = (found.rows_a, found.rows_b)
    told = [_points(arm, mine) for arm, mine in zip(arms, rows, strict=False)]
    values = [float(r["y"]) for points in told for r in points]
    low, top = _bounds(values)
    drawn, _ = panels(
        [
            partial(_panel, arm, found, mine, points, low, top)
            for arm, mine, points in zip(arms, rows, told, strict=False)
        ]
    )
    kind = found.kind.replace("under A", arms[0].under)
    kind = kind.replace("under B", with_).replace("listed", verb)
    rule = found.rule.replace("under A", arms[0].under).replace("under B", with_)
    rule = rule.replace("listed", verb)
    months = words.plural(found.months, "month")
    count = words.per(None if found.per_1000 is None else found.per_1000 / 1000)
    nation = words.large(found.scaled)
    heading = (
        f"Person {found.subject} is wrongly {verb} for {months}, and never {with_}"
        if helped
        else f"Person {found.subject} is wrongly {verb} for {months}, and again {with_}"
    )
    return Figure(
        name,
        heading,
        "One synthetic person under both regimes, with the same luck. "
        "× wrong record or entry; ○ wrong one removed; ● true one"
        f"{'; shaded: on the list' if arms[0].lists else ''}.",
        drawn,
        (_table(arms, rows),),
        notes=(
            f"This life stands for {count} adults ({nation} if scaled to all adults): "
            f"{kind}. "
            "One life is an illustration, not evidence.",
            f"How it was chosen: {rule}",
        ),
    )  # fmt: skip


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    if not values:
        return 0.0, 1.0
    room = max(10.0, 0.15 * (max(values) - min(values)))
    return min(values) - room, max(values) + room


def _points(arm: Arm, rows: NDArray[np.void]) -> list[Row]:
    """Replay the points of the first points scheme, month by month; empty where it is not held."""
    from scoredsociety.engine.result import ExitReason, Kind, profile_level

    if not arm.points:
        return []
    scheme = arm.points[0]
    rules = arm.regime["schemes"][scheme]
    if len(rows) and rules["subjects"]["where"] == "pilot-cities":
        profile = rows["profile"][:1]
        if not int(profile_level(profile, "city")[0]):
            return []
    code = list(arm.manifest["schemes"]).index(scheme)
    mine = rows[
        (rows["kind"] == Kind.RECORD)
        & (rows["scheme"] == code)
        & (rows["exit"] != ExitReason.STOPPED)
    ]
    start = float((rules.get("start") or {}).get("value") or 0.0)
    out: list[Row] = []
    for month in range(arm.months + 1):
        held = (mine["month"] <= month) & (
            (mine["end"] > month) | (mine["exit"] == ExitReason.IN_FORCE)
        )
        out.append({"x": month, "y": start + float(mine["points"][held].astype(int).sum())})
    return out


def _panel(
    arm: Arm,
    found: Life,
    rows: NDArray[np.void],
    points: Sequence[Row],
    low: float,
    top: float,
    width: int,
) -> Panel:
    from scoredsociety.engine.result import ExitReason, Kind, Truth

    at = {int(r["x"]): float(r["y"]) for r in points}
    middle = (low + top) / 2
    marks: list[Row] = []
    spells: list[Row] = []
    for row in rows:
        kind, month, end = int(row["kind"]), int(row["month"]), int(row["end"])
        if kind == Kind.SPELL or (kind == Kind.RECORD and int(row["points"]) > 0):
            continue
        stopped = int(row["exit"]) == ExitReason.STOPPED
        wrong = int(row["truth"]) != Truth.TRUE
        place = at.get(month, middle)
        shape = "removed" if stopped and wrong else "wrong" if wrong else "true"
        if not (stopped and not wrong):
            marks.append({"x": month, "y": place, "shape": shape})
        if kind == Kind.ENTRY and not stopped:
            spells.append({"x": month, "x2": end})
            if wrong and int(row["exit"]) == ExitReason.LATE_APPEAL:
                marks.append({"x": end, "y": at.get(end, middle), "shape": "removed"})
    return draw_life(
        points,
        joined(spells),
        marks,
        arm.label,
        f"Person {found.subject}: " + ("points" if points else "time on the list") + " by month.",
        last=arm.months,
        low=low,
        top=top,
        line=_line(arm),
        style=style_of(arm.position),
        width=width,
        alt_text=f"One simulated life. {arm.label}: {len(spells)} list entries, "
        f"{sum(m['shape'] == 'wrong' for m in marks)} wrong records, "
        f"{sum(m['shape'] == 'removed' for m in marks)} removed.",
    )


def joined(spells: Sequence[Row]) -> list[Row]:
    """Merge overlapping times, so that shading does not add up."""
    out: list[Row] = []
    for spell in sorted(spells, key=lambda s: int(s["x"])):
        if out and spell["x"] <= out[-1]["x2"]:
            out[-1]["x2"] = max(out[-1]["x2"], spell["x2"])
        else:
            out.append(dict(spell))
    return out


def _line(arm: Arm) -> float | None:
    """Return the points below which the first points scheme sanctions."""
    if not arm.points:
        return None
    scheme = arm.regime["schemes"][arm.points[0]]
    bands = list((scheme.get("grades") or {}).get("bands", {}).items())
    bad = {g for e in scheme["effects"] if e.get("sanction") for g in e.get("grade") or []}
    for (_, floor), (name, _) in pairwise(bands):
        if name in bad:
            return float(floor)
    return None


def _what(arm: Arm, scheme: str, kind: int) -> str:
    """Say what a row is; a row of a store without a score is a record, not an entry."""
    from scoredsociety.engine.result import Kind

    return "record" if scheme in arm.stores else WHATS[Kind(kind).name]


def _table(arms: Sequence[Arm], both: Sequence[NDArray[np.void]]) -> Table:
    from scoredsociety.engine.result import ExitReason, Kind, Truth

    rows = []
    for arm, mine in zip(arms, both, strict=False):
        for row in mine:
            scheme = arm.manifest["schemes"][int(row["scheme"])]
            rows.append(
                (
                    arm.label,
                    f"{_what(arm, scheme, int(row['kind']))}, {arm.title(scheme)}",
                    str(int(row["month"])),
                    str(int(row["end"])),
                    SAYS[Truth(int(row["truth"])).name],
                    ENDS[ExitReason(int(row["exit"])).name],
                    words.number(int(row["points"])) if int(row["kind"]) == Kind.RECORD else "none",
                )
            )
    return Table(
        "Everything that is written about this synthetic person",
        ("Regime", "What", "Month", "Last month", "Truth", "How it ended", "Points"),
        rows,
        frozenset({2, 3, 6}),
    )
