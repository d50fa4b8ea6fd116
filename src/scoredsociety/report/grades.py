"""Where scores stand: people by grade, for every scheme that keeps a score or ratings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from scoredsociety.audit import words
from scoredsociety.report.bars import bars
from scoredsociety.report.lines import style_of
from scoredsociety.report.parts import Figure
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.saying import Lookup, by_arm, cells_table, either, panels
from scoredsociety.report.theme import Panel

SHARE = "share of the enrolled"
UNITS = {"points": "points", "features": "points", "stars": "stars"}


def grades(arms: Sequence[Arm]) -> Figure:
    """Draw how many people stand in each grade, on an axis of grades for each scheme."""
    schemes = [
        name for name in dict.fromkeys(s for a in arms for s in a.graded)
        if any(_grade(name, g, a).value is not None for a in arms for g in floors(a, name))
    ]  # fmt: skip
    bands = {name: dict.fromkeys(g for a in arms for g in floors(a, name)) for name in schemes}
    left = max([44, *(int(8.4 * len(g)) + 8 for own in bands.values() for g in own)])
    drawn, alone = panels(
        [
            partial(_grades, a, name, list(bands[name]), len(arms), len(schemes), left)
            for name in schemes
            for a in arms
            if name in a.graded
        ]
    )
    lines: list[tuple[str, str, Lookup]] = []
    for name in schemes:
        own = next(a for a in arms if name in a.graded)
        place = f"{own.title(name)}: " if len(schemes) > 1 else ""
        same = all(floors(a, name) == floors(own, name) for a in arms if name in a.graded)
        unit = UNITS[own.regime["schemes"][name]["kind"]]
        for g in bands[name]:
            low = words.number(float(floors(own, name).get(g, 0)))
            what = f"{g} (from {low} {unit})" if same else g
            lines.append((f"{place}{what}", SHARE, partial(_grade, name, g)))
        if any(a.value("M18", name, "mean score") is not None for a in arms):
            lines.append((f"{place}mean score", unit, partial(_mean, name)))
        if any(a.value("M18", name, "resets") is not None for a in arms):
            what = "times a score started anew"
            lines.append((f"{place}{what}", "in one society", partial(_resets, name)))
    first = schemes[0] if schemes else ""
    said, short = partial(_said, first, schemes, arms), partial(_short, first, arms)
    titles = either([a for a in arms if first in a.graded] or arms, lambda a: a.title(first))
    held = [a for a in arms if first in a.graded] or arms
    if len(schemes) > 1:
        count = words.sentence(words.spelled(len(schemes)))
        titles = f"{count} schemes, each with grades of its own"
    return Figure(
        "grades",
        f"After {words.plural(arms[0].months, 'month')}, {by_arm(held, said, short, True)}",
        f"People in each grade, of 1,000 enrolled, at the end of the run. {titles}.",
        drawn if schemes else (),
        (cells_table("People by grade", arms, lines),),
        alone=alone,
    )


def floors(arm: Arm, scheme: str) -> dict[str, float]:
    """Return the lowest score of each grade, best first."""
    found = arm.regime["schemes"].get(scheme, {})
    return dict((found.get("grades") or {}).get("bands", {}))


def _grade(scheme: str, grade: str, arm: Arm) -> Cell:
    return arm.cell("M18", f"{scheme}:{grade}", SHARE)


def _mean(scheme: str, arm: Arm) -> Cell:
    return arm.cell("M18", scheme, "mean score")


def _resets(scheme: str, arm: Arm) -> Cell:
    return arm.cell("M18", scheme, "resets")


def _best(scheme: str, arms: Sequence[Arm], arm: Arm) -> str:
    """Return the fullest grade; that of the first arm, where the grades are the same."""
    model = next((a for a in arms if scheme in a.graded), arm)
    model = model if floors(model, scheme) == floors(arm, scheme) else arm
    return max(floors(model, scheme), key=lambda g: _grade(scheme, g, model).value or 0.0,
               default="")  # fmt: skip


def _short(scheme: str, arms: Sequence[Arm], arm: Arm) -> str:
    return words.per(_grade(scheme, _best(scheme, arms, arm), arm).value)


def _said(scheme: str, schemes: Sequence[str], arms: Sequence[Arm], arm: Arm) -> str:
    place = f" of {arm.title(scheme)}" if len(schemes) > 1 else ""
    return (
        f"{_short(scheme, arms, arm)} enrolled adults stand in grade "
        f"{_best(scheme, arms, arm)}{place}"
    )


def _grades(
    arm: Arm, scheme: str, bands: Sequence[str], arms: int, schemes: int, left: int, width: int
) -> Panel:
    rows = []
    for grade in bands:
        cell = _grade(scheme, grade, arm)
        rows.append({"name": grade, "y": cell.value, "said": words.per(cell.value), "low": None})
    said = "; ".join(f"{r['name']}: {r['said']}" for r in rows)
    head = arm.title(scheme) if schemes > 1 else arm.label
    head = f"{arm.label}: {head}" if schemes > 1 and arms > 1 else head
    enrolled = arm.cell("M17", scheme, "enrolled").value
    of = "" if enrolled is None else f" ({words.percent(enrolled)} of adults)"
    return bars(
        rows,
        head,
        f"People in each grade, of 1,000 enrolled{of}.",
        top=1.0,
        style=style_of(arm.position),
        left=left,
        right=110,
        width=width,
        alt_text=f"Bars, simulated. {head}. {said}.",
    )
