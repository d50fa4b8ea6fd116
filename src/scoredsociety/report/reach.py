"""Whom the scheme catches and pays, and how sure this is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from scoredsociety.audit import words
from scoredsociety.report.bars import bars, quantile_dots
from scoredsociety.report.lines import Style, style_of
from scoredsociety.report.parts import Figure
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.saying import (
    Draw,
    biggest,
    by_arm,
    cells_table,
    either,
    group_name,
    panels,
    rate_of,
    status,
)
from scoredsociety.report.stock import INCOME
from scoredsociety.report.theme import REMOVAL, Panel

REACH = (("sanctioned", "at least one sanction"), ("rewarded", "at least one reward"))


def fifths(arms: Sequence[Arm]) -> Figure:
    """Draw who is sanctioned and who is rewarded, by income fifth."""
    rates = [a.value("M19", "any", q, g) for a in arms for _, q in REACH for g in INCOME]
    top = max(0.002, biggest(rates))
    draws: list[Draw] = [
        partial(_fifths, a, name, quantity, top) for a in arms for name, quantity in REACH
    ]
    drawn, _ = panels(draws)

    def short(arm: Arm) -> str:
        reward, sanction = (arm.value("M19", "any", q) for q in (REACH[1][1], REACH[0][1]))
        return f"{words.per(reward)} and {words.per(sanction)}"

    def said(arm: Arm) -> str:
        reward, sanction = (arm.value("M19", "any", q) for q in (REACH[1][1], REACH[0][1]))
        return (
            f"{words.per(reward)} adults hold a reward and {words.per(sanction)} are under a "
            "sanction"
        )

    groups = ("all", *INCOME, "group=majority", "group=minority")
    table_lines = [
        (f"{words.sentence(group_name(g))}: {name}", "share of adults", partial(_reach, q, g))
        for g in groups
        for name, q in REACH
    ]
    return Figure(
        "fifths",
        words.sentence(by_arm(arms, said, short)),
        f"Adults under at least one sanction, and adults with at least one reward, of 1,000 in "
        f"each fifth of income, after {words.plural(arms[0].months, 'month')}. All panels share "
        "one axis.",
        drawn if any(r is not None for r in rates) else (),
        (cells_table("Sanctioned and rewarded, by group", arms, table_lines),),
    )


def _reach(quantity: str, group: str, arm: Arm) -> Cell:
    return arm.cell("M19", "any", quantity, group)


def _fifths(arm: Arm, name: str, quantity: str, top: float, width: int) -> Panel:
    rows = []
    for group in INCOME:
        value = arm.value("M19", "any", quantity, group)
        rows.append({"name": group_name(group), "y": value, "said": words.per(value)})
    style = Style(REMOVAL) if name == "rewarded" else style_of(arm.position)
    said = "; ".join(f"{r['name']}: {r['said']}" for r in rows)
    return bars(
        rows,
        f"{arm.label}: {name}",
        f"Adults with {quantity}, of 1,000.",
        top=top,
        style=style,
        width=width,
        right=112,
        alt_text=f"Bars, simulated. {arm.label}, {name}. {said}.",
    )


def luck(arms: Sequence[Arm]) -> Figure:
    """Draw the replicates as dots: the same rules, with luck of their own."""
    phrase = either(arms, lambda a: status(a)[1])
    values = [
        [
            float(v)
            for v in a.audit.by_replicate.get(("M1", status(a)[0], rate_of(a), "all", None), ())
            if math.isfinite(v)
        ]
        for a in arms
    ]
    n = max(len(v) for v in values) if values else 0
    flat = [v for arm_values in values for v in arm_values]
    low, high = (min(flat), max(flat)) if flat else (0.0, 1.0)
    room = max(0.15 * (high - low), 0.05 * abs(high), 0.25)
    bounds = (max(0.0, low - room), high + room)
    drawn, alone = panels(
        [partial(_luck, a, v, status(a)[1], bounds) for a, v in zip(arms, values, strict=True)]
    )

    def short(arm: Arm) -> str:
        cell = arm.cell("M1", status(arm)[0], rate_of(arm))
        if cell.low is None or cell.high is None:
            return words.TOO_FEW
        if cell.high < 1:
            return "at fewer than 1 in 1,000"
        low, high = words.number(max(0.0, cell.low), 2), words.number(cell.high, 2)
        return f"between {low} and {high} in 1,000"

    def said(arm: Arm) -> str:
        if short(arm) == words.TOO_FEW:
            return (
                f"{words.spelled(n)} replicate{' shows' if n == 1 else 's show'} too little of luck"
            )
        return f"luck alone leaves the average {short(arm)}"

    return Figure(
        "luck",
        words.sentence(by_arm(arms, said, short)),
        f"Persons {phrase} per 1,000 adults after {words.plural(arms[0].months, 'month')}. One dot "
        f"is one simulated society with luck of its own ({words.plural(n, 'replicate')}).",
        drawn if n > 1 else (),
        (
            cells_table(
                f"Persons {phrase}, mean over replicates",
                arms,
                [(words.sentence(f"persons {phrase}"), "per 1,000 adults",
                  lambda a: a.cell("M1", status(a)[0], rate_of(a)))],
            ),
        ),
        alone=alone,
        empty="With one replicate there is not enough evidence about luck. Run more.",
    )  # fmt: skip


def _luck(
    arm: Arm, values: Sequence[float], phrase: str, bounds: tuple[float, float], width: int
) -> Panel:
    return quantile_dots(
        [{"y": v} for v in values],
        arm.label,
        f"Persons {phrase} per 1,000 adults; a dot is a society.",
        low=bounds[0],
        top=bounds[1],
        style=style_of(arm.position),
        width=width,
        alt_text=f"Dot plot, simulated. {arm.label}: {len(values)} societies between "
        f"{words.number(min(values, default=None))} and "
        f"{words.number(max(values, default=None))} per 1,000 adults.",
    )
