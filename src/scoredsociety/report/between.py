"""What falls on others: children of the sanctioned, and friends who break off (M20)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from scoredsociety.audit import words
from scoredsociety.report.lines import lines, style_of
from scoredsociety.report.parts import Figure
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.saying import Draw, biggest, by_arm, cells_table, floor, panels
from scoredsociety.report.theme import Panel, Row

CHILDREN = ("children", "children exposed, share")
FRIENDS = ("friends", "friendships lost, share")
TITLES = {CHILDREN: "children exposed", FRIENDS: "friendships lost"}
UNITS = {
    CHILDREN: "Children with a parent whose sanction reaches them, of 100 children.",
    FRIENDS: "Friendships lost since the start, of 100.",
}


def falls(arm: Arm) -> bool:
    """Tell whether anything falls on others in this arm."""
    return any((arm.value("M20", *what) or 0.0) > 0 for what in (CHILDREN, FRIENDS))


def between(arms: Sequence[Arm]) -> Figure:
    """Draw the children whom a parent's sanction reaches, and the friendships that are lost."""
    shown = [w for w in (CHILDREN, FRIENDS) if any((a.value("M20", *w) or 0) > 0 for a in arms)]
    draws: list[Draw] = []
    for what in shown:
        series = [a.series("M20", *what) for a in arms]
        top = 100 * biggest(c.high if c.high is not None else c.value for s in series for c in s)
        draws += [partial(_panel, a, what, top) for a in arms]
    drawn, alone = panels(draws)
    table = [
        ("Children exposed", "share of children", partial(_cell, *CHILDREN)),
        ("Friendships lost since the start", "share", partial(_cell, *FRIENDS)),
        ("Friends lost by a listed person", "friends a person",
         partial(_cell, "friends", "friends lost per listed person")),
        ("Harm that falls on people who did nothing of it", "share",
         partial(_cell, "harm", "share of harm on non-offenders")),
        ("Harm that falls on children", "share",
         partial(_cell, "harm", "share of harm on children")),
    ]  # fmt: skip
    for scheme in dict.fromkeys(s for a in arms for s in a.graded):
        if any(a.value("M20", scheme, "mean points") is not None for a in arms):
            title = next(a for a in arms if scheme in a.graded).title(scheme)
            table.append((f"{title}: mean score, friends' scores among it", "points",
                          partial(_cell, scheme, "mean points")))  # fmt: skip
    return Figure(
        "between",
        words.sentence(by_arm(arms, _said, _short)),
        "People under 18 with an adult in the household whose sanction reaches children, of 100 "
        "under 18; and friendships lost, of 100 at the start. By month; band: 95% interval over "
        "replicates.",
        drawn,
        (cells_table("What falls on others", arms, table),),
        alone=alone,
    )


def _cell(item: str, quantity: str, arm: Arm) -> Cell:
    return arm.cell("M20", item, quantity)


def _short(arm: Arm) -> str:
    children, friends = arm.value("M20", *CHILDREN), arm.value("M20", *FRIENDS)
    said = []
    if children:
        said.append(f"{words.per(children, 100)} children")
    if friends:
        said.append(f"{words.per(friends, 100)} friendships")
    return " and ".join(said) or "nobody"


def _said(arm: Arm) -> str:
    children, friends = arm.value("M20", *CHILDREN), arm.value("M20", *FRIENDS)
    said = []
    if children:
        said.append(
            f"{words.per(children, 100)} children have a parent whose sanction reaches them"
        )
    if friends:
        said.append(f"{words.per(friends, 100)} friendships are lost")
    return " and ".join(said) or "no child is exposed and no friendship lost"


def _panel(arm: Arm, what: tuple[str, str], top: float, width: int) -> Panel:
    rows: list[Row] = []
    for c in arm.series("M20", *what):
        if c.value is None:
            continue
        row: Row = {"x": c.month, "y": 100 * c.value, "series": "s"}
        if c.low is not None and c.high is not None:
            row |= {"low": 100 * (floor(c.low) or 0.0), "high": 100 * c.high}
        rows.append(row)
    last = arm.value("M20", *what)
    return lines(
        rows,
        f"{arm.label}: {TITLES[what]}",
        UNITS[what],
        last=arm.months,
        top=top,
        styles={"s": style_of(arm.position)},
        ends={"s": words.per(last, 100)},
        suffix="%",
        width=width,
        alt_text=f"Line chart, simulated. {arm.label}: {words.per(last, 100)} {TITLES[what]} after "
        f"{words.plural(arm.months, 'month')}.",
    )
