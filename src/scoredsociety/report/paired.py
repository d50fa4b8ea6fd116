"""Two regimes on the same people with the same luck: people, conduct, and where it is written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from scoredsociety.report import words
from scoredsociety.report.bars import bars
from scoredsociety.report.lines import Style, lines, style_of
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.people import differences as draw_differences
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.recovery import status_item, wrongful_table
from scoredsociety.report.saying import (
    biggest,
    group_name,
    panels,
    say,
    say_interval,
)
from scoredsociety.report.theme import GREY, Panel, Row

if TYPE_CHECKING:
    from scoredsociety.audit import Comparison

AWARE = "aware=aware"
SHOWN = 3
"""Conducts that are drawn: those of which most acts are prevented among the aware."""


def _cell(comparison: Comparison, item: str, quantity: str, group: str = "all") -> Cell:
    try:
        value, low, high, scaled = comparison.cell(item, quantity, group)
    except KeyError:
        return Cell()
    return Cell(value=value, low=low, high=high, scaled=scaled)


def differences(arms: Sequence[Arm], comparison: Comparison) -> Figure:
    """Draw who is listed only under one of two regimes, as people."""
    without, with_ = arms[0].under, arms[1].under
    kinds = (
        ("both", "under both, rate", "listed under both"),
        ("only without", "only under A, rate", f"listed only {without}"),
        ("only with", "only under B, rate", f"listed only {with_}"),
    )
    found = [(k, _cell(comparison, "listed", q), text) for k, q, text in kinds]
    rows = []
    for kind, cell, text in found:
        many = words.per(None if cell.value is None else cell.value / 1000)
        said = many.replace(" in 1,000", "")
        rows.append({"kind": kind, "count": cell.value, "said": f"{said} {text}"})
    gone, come = found[1][1], found[2][1]
    drawn, alone = panels(
        [
            lambda width: draw_differences(
                rows,
                f"Ever listed in {arms[0].months} months",
                "Of 1,000 adults; the same people, the same luck.",
                total=1000,
                width=width,
                alt_text="Dots, simulated. Of 1,000 adults: "
                + "; ".join(str(r["said"]) for r in rows)
                + ".",
            )
        ],
        narrow=True,
    )
    return Figure(
        "differences",
        f"Of 1,000 people, {_many(gone)} listed only {without}, and {_many(come)} listed "
        f"only {with_}",
        "Adults ever listed, of 1,000, under the two regimes. Every person is compared with "
        "himself or herself: same society, same luck.",
        drawn if gone.value is not None else (),
        (paired_table(comparison),),
        alone=alone,
    )


def _many(cell: Cell) -> str:
    if cell.value is None:
        return f"{words.NO_EVIDENCE} whether any are"
    if cell.value < 1:
        return "fewer than 1 is"
    text = words.per(cell.value / 1000).replace(" in 1,000", "")
    return f"{text} {'is' if text == '1' else 'are'}"


def paired_table(comparison: Comparison) -> Table:
    """Print every paired figure of the comparison."""
    rows = []
    for r in comparison.figures.to_pylist():
        cell = Cell(value=r["value"], low=r["low"], high=r["high"], unit=r["unit"])
        rows.append(
            (
                words.sentence(str(r["item"])),
                str(r["quantity"]).replace(", rate", ""),
                group_name(str(r["group"])),
                str(r["unit"]),
                say(cell),
                say_interval(cell),
            )
        )
    return Table(
        f"Paired figures. A: {_label(comparison.a)}. B: {_label(comparison.b)}.",
        ("What", "Which", "Group", "Unit", "Value", "95% interval"),
        rows,
        frozenset({4, 5}),
    )


def _label(audit: object) -> str:
    return Arm(audit).label  # type: ignore[arg-type]


def deterrence(arms: Sequence[Arm], comparison: Comparison) -> Figure:
    """Draw what the regime prevents among the aware, beside the wrongful share it costs."""
    titles = _titles(arms)
    deeds = _deeds(arms)
    prevented: dict[str, Cell] = {}
    acts: dict[str, float] = {}
    for r in comparison.deterrence.to_pylist():
        if r["group"] == AWARE and r["quantity"] == "acts prevented":
            acts[r["item"]] = abs(r["value"] or 0.0)
        if r["group"] == AWARE and r["quantity"] == "deterrence" and r["item"] not in deeds:
            prevented[r["item"]] = Cell(value=r["value"], low=r["low"], high=r["high"])
    ranked = sorted(
        (k for k, c in prevented.items() if c.value is not None),
        key=lambda k: (-acts.get(k, 0.0), k),
    )[:SHOWN]
    rows: list[Row] = []
    for r in comparison.deterrence_series.to_pylist():
        if (
            r["item"] in ranked
            and r["group"] == AWARE
            and r["quantity"] == "deterrence, six months"
            and r["value"] is not None
        ):
            rows.append({"x": r["month"], "y": 100 * r["value"], "series": titles[r["item"]]})
    held = [a for a in arms if a.holds]
    item = status_item(held[0]) if held else ""
    shares = [a.value("M5", item, "entry-weighted") for a in arms]
    drawn, _ = panels(
        [
            partial(_deterred, arms[1], rows, [titles[k] for k in ranked], arms[0].months),
            partial(_wrongful, held, item, biggest(shares)),
        ]
    )
    sure = [k for k in ranked if clear(prevented[k])]
    first = prevented[sure[0]].value if sure else None
    share = shares[1]
    verb = "prevents" if first is None or first >= 0 else "adds"
    act = titles[sure[0]].lower() if sure else "conduct"
    size = None if first is None else abs(first)
    effect = (
        f"{arms[1].noun} changes no act by more than luck would"
        if size is None
        else f"{arms[1].noun} {verb} {words.percent(size)} of one act ({act})"
    )
    return Figure(
        "deterrence",
        f"Among those who know, {effect}; {words.per(share, 100)} entries are wrongful",
        "First picture: change in acts among adults who are aware, against the same people "
        f"{arms[0].under}, in windows of six months, per cent fewer acts (below 0: more). Second: "
        "wrongful entries, of 100 in each regime. Neither is shown without the other.",
        drawn if rows else (),
        (_deterrence_table(comparison, titles), wrongful_table(held)),
    )


def clear(cell: Cell) -> bool:
    """Tell whether the interval of a change leaves out 0, and the change is worth a sentence."""
    if cell.value is None or cell.low is None or cell.high is None:
        return False
    return abs(cell.value) >= 0.001 and not cell.low <= 0 <= cell.high


def _titles(arms: Sequence[Arm]) -> dict[str, str]:
    out: dict[str, str] = {}
    for arm in arms:
        world = arm.regime.get("world") or {}
        own = [s.get("conducts") or {} for s in arm.regime["schemes"].values()]
        for table in (world.get("conducts") or {}, *own):
            out |= {name: str(c["title"]) for name, c in table.items()}
        out |= {name: out.get(name, name) for name in arm.manifest["conducts"]}
    return out


def _deeds(arms: Sequence[Arm]) -> set[str]:
    """Return the conducts that a scheme wants more of: they are in the table, not in the chart."""
    found = set()
    for arm in arms:
        own = [s.get("conducts") or {} for s in arm.regime["schemes"].values()]
        for table in ((arm.regime.get("world") or {}).get("conducts") or {}, *own):
            found |= {name for name, c in table.items() if c.get("deed")}
    return found


def _deterred(arm: Arm, rows: Sequence[Row], names: Sequence[str], last: int, width: int) -> Panel:
    values = [float(r["y"]) for r in rows]
    others = Style(GREY, dotted=True)
    styles = {n: others if i else style_of(arm.position) for i, n in enumerate(names)}
    return lines(
        rows,
        f"{arm.label}: acts prevented among the aware",
        "Per cent fewer acts, windows of six months.",
        last=last,
        top=max(5.0, *values) if values else 5.0,
        low=min(0.0, *values) if values else 0.0,
        styles=styles,
        suffix="%",
        right=150,
        width=width,
        alt_text=f"Lines, simulated. Acts prevented among the aware, {arm.label}: "
        f"{words.listing(names)}.",
    )


def _wrongful(arms: Sequence[Arm], item: str, top: float, width: int) -> Panel:
    rows = []
    for arm in arms:
        cell = arm.cell("M5", item, "entry-weighted")
        colour = style_of(arm.position).colour
        rows.append(
            {"name": arm.label, "y": cell.value, "low": cell.low, "high": cell.high,
             "said": words.per(cell.value, 100), "colour": colour, "hollow": arm.position > 0}
        )  # fmt: skip
    said = "; ".join(f"{r['name']}: {r['said']}" for r in rows)
    return bars(
        rows,
        "Wrongful entries",
        "Of 100 entries.",
        top=top,
        width=width,
        alt_text=f"Bars, simulated. Wrongful entries: {said}.",
    )


def _deterrence_table(comparison: Comparison, titles: dict[str, str]) -> Table:
    rows = []
    for r in comparison.deterrence.to_pylist():
        cell = Cell(value=r["value"], low=r["low"], high=r["high"], unit=r["unit"])
        who = "the aware" if r["group"] == AWARE else "all adults"
        rows.append((f"{titles.get(r['item'], r['item'])}: {r['quantity']}", who, r["unit"],
                     say(cell), say_interval(cell)))  # fmt: skip
    return Table(
        "Change in conduct of B against A; below 0 there is more of it",
        ("Conduct", "Among", "Unit", "Value", "95% interval"),
        rows,
        frozenset({3, 4}),
    )
