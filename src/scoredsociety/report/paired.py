"""Two regimes on the same people with the same luck: who is listed only under one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.people import differences as draw_differences
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.saying import group_name, panels, say, say_interval

if TYPE_CHECKING:
    from scoredsociety.audit import Comparison


def _cell(comparison: Comparison, item: str, quantity: str, group: str = "all") -> Cell:
    try:
        value, low, high, scaled = comparison.cell(item, quantity, group)
    except KeyError:
        return Cell()
    return Cell(value=value, low=low, high=high, scaled=scaled)


def differences(arms: Sequence[Arm], comparison: Comparison) -> Figure:
    """Draw who is listed only under one of two regimes, as people."""
    without, with_ = arms[0].under, arms[1].under
    listed = arms[0].wording.who
    kinds = (
        ("both", "under both, rate", f"{listed} under both"),
        ("only without", "only under A, rate", f"{listed} only {without}"),
        ("only with", "only under B, rate", f"{listed} only {with_}"),
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
                f"Ever {listed} in {words.plural(arms[0].months, 'month')}",
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
        f"Of 1,000 adults, {_many(gone)} {listed} only {without}, and {_many(come)} {listed} "
        f"only {with_}",
        f"Adults ever {listed}, of 1,000, under the two regimes. Every person is compared with "
        "himself or herself: same society, same luck.",
        drawn if gone.value is not None else (),
        (paired_table(arms, comparison),),
        alone=alone,
    )


def _many(cell: Cell) -> str:
    if cell.value is None:
        return f"{words.NO_EVIDENCE} whether any are"
    if cell.value < 1:
        return "fewer than 1 is"
    text = words.per(cell.value / 1000).replace(" in 1,000", "")
    return f"{text} {'is' if text == '1' else 'are'}"


def paired_table(arms: Sequence[Arm], comparison: Comparison, listed: bool = True) -> Table:
    """Print every paired figure of the comparison.

    Parameters
    ----------
    listed : bool
        With the figures of being listed, which need two regimes that keep lists, or none that
        does. Without them, what is left is the time under sanctions and the lives that differ.
    """
    rows = []
    verb = arms[0].wording.who
    for r in comparison.figures.to_pylist():
        of_lists = r["item"] in ("listed", "wrongly listed", "entries")
        if not listed and (of_lists or "listed" in r["quantity"]):
            continue
        if r["item"] == "entries" and not arms[0].lists:
            continue
        cell = Cell(value=r["value"], low=r["low"], high=r["high"], unit=r["unit"])
        rows.append(
            (
                words.sentence(str(r["item"]).replace("listed", verb)),
                str(r["quantity"]).replace(", rate", "").replace("listed", verb),
                group_name(str(r["group"])),
                str(r["unit"]),
                say(cell),
                say_interval(cell, signed="saved" in str(r["quantity"])),
            )
        )
    return Table(
        f"Paired figures. A: {arms[0].label}. B: {arms[1].label}.",
        ("What", "Which", "Group", "Unit", "Value", "95% interval"),
        rows,
        frozenset({4, 5}),
    )
