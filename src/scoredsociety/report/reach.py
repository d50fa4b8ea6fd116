"""What the scheme catches and pays, the two limbs of Art. 5(1)(c), and how sure this is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from scoredsociety.report import words
from scoredsociety.report.lines import style_of
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.people import bars, dots, quantile_dots
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.saying import (
    Draw,
    biggest,
    by_arm,
    cells_table,
    group_name,
    panels,
    status,
)
from scoredsociety.report.stock import INCOME
from scoredsociety.report.theme import REMOVAL, Panel

REACH = (("sanctioned", "at least one sanction"), ("rewarded", "at least one reward"))
CROSS = "cross-context share"


def fifths(arms: Sequence[Arm]) -> Figure:
    """Draw who is sanctioned and who is rewarded, by income fifth."""
    top = biggest(
        a.value("M19", "any", q, g) for a in arms for _, q in REACH for g in INCOME
    )
    draws: list[Draw] = [
        partial(_fifths, a, name, quantity, top) for a in arms for name, quantity in REACH
    ]
    drawn, _ = panels(draws)

    def said(arm: Arm) -> str:
        ratio = arm.cell("M19", "any", "rewarded for one sanctioned")
        if ratio.value is None:
            reward = arm.value("M19", "any", "at least one reward")
            return f"{words.one_in(reward, 'adult')} hold a reward"
        return f"{words.number(ratio.value)} adults are rewarded for each one sanctioned"

    groups = ("all", *INCOME, "group=majority", "group=minority")
    table_lines = [
        (f"{words.sentence(group_name(g))}: {name}", "share of adults", partial(_reach, q, g))
        for g in groups
        for name, q in REACH
    ]
    return Figure(
        "fifths",
        words.sentence(by_arm(arms, said)),
        f"Adults under at least one sanction, and adults with at least one reward, of 1,000 in "
        f"each fifth of income, after {arms[0].months} months. All panels share one axis.",
        drawn if top > 0 else (),
        (cells_table("Sanctioned and rewarded, by group", arms, table_lines),),
    )


def _reach(quantity: str, group: str, arm: Arm) -> Cell:
    return arm.cell("M19", "any", quantity, group)


def _fifths(arm: Arm, name: str, quantity: str, top: float, width: int) -> Panel:
    rows = []
    for group in INCOME:
        value = arm.value("M19", "any", quantity, group)
        rows.append({"name": group_name(group), "y": value, "said": words.per(value)})
    colour = REMOVAL if name == "rewarded" else style_of(arm.position).colour
    said = "; ".join(f"{r['name']}: {r['said']}" for r in rows)
    return bars(
        [r | {"colour": colour} for r in rows],
        f"{arm.label}: {name}",
        f"Adults with {quantity}, of 1,000.",
        top=top,
        width=width,
        right=112,
        alt_text=f"Bars, simulated. {arm.label}, {name}. {said}.",
    )


def unrelated(arms: Sequence[Arm]) -> Figure:
    """Draw the share of harm that falls in unrelated parts of life (M8)."""
    values = [a.value("M8", "all statuses", CROSS) for a in arms]
    drawn, _ = panels([partial(_unrelated, a) for a in arms], narrow=True)

    def said(arm: Arm) -> str:
        share = arm.value("M8", "all statuses", CROSS)
        return f"{words.per(share, 100)} units of harm fall in unrelated parts of life"

    lines = [
        (words.sentence(f"{quantity}: {_status(arms[0], item)}"), "share of harm",
         partial(_m8, item, quantity))
        for item in dict.fromkeys(c.item for a in arms for c in a.cells("M8", None, CROSS, "all"))
        for quantity in (CROSS, f"{CROSS}, finance always related", f"{CROSS}, nothing related")
    ]  # fmt: skip
    monthly = dict.fromkeys(
        (c.item, c.quantity) for a in arms for c in a.cells("M8")
        if c.quantity.startswith("monthly harm")
    )  # fmt: skip
    lines += [
        (words.sentence(f"{q}: {_status(arms[0], i)}"), "monthly incomes a month",
         partial(_m8, i, q))
        for i, q in monthly
    ]  # fmt: skip
    return Figure(
        "unrelated",
        words.sentence(by_arm(arms, said)),
        "Of 100 units of harm done by the scheme, how many bite in a context that has nothing to "
        "do with the conduct. Harm: assumed, in monthly median incomes; related: the declared "
        "table below.",
        drawn if any(v is not None for v in values) else (),
        (cells_table("Harm in unrelated contexts", arms, lines), related_table(arms[0])),
        notes=_notes(arms, "M8", "all statuses", CROSS),
    )


def _status(arm: Arm, item: str) -> str:
    name, _, kind = item.partition("/")
    return f"{arm.title(name)}, {kind}" if kind else arm.title(name)


def _m8(item: str, quantity: str, arm: Arm) -> Cell:
    return arm.cell("M8", item, quantity)


def _notes(arms: Sequence[Arm], measure: str, item: str, quantity: str) -> list[str]:
    return list(dict.fromkeys(n for a in arms if (n := a.cell(measure, item, quantity).note)))


def _unrelated(arm: Arm, width: int) -> Panel:
    share = arm.value("M8", "all statuses", CROSS)
    said = words.per(share, 100)
    return dots(
        [{"group": "Unrelated contexts", "right": share, "wrong": 0.0, "said": said}],
        arm.label,
        "Of 100 units of harm.",
        total=100,
        colour=style_of(arm.position).colour,
        width=width,
        alt_text=f"Dots, simulated. {arm.label}: {said} units of harm fall in unrelated contexts.",
    )


def related_table(arm: Arm) -> Table:
    """Print the declared table of which contexts count as related."""
    world = arm.regime.get("world") or {}
    rows = [
        (str(c["title"]), words.listing(c["related"]) or "none")
        for c in (world.get("contexts") or {}).values()
    ]
    return Table(
        "Declared: in which parts of life harm counts as related to the conduct",
        ("Context of the conduct", "Related parts of life"),
        rows,
        summary="Show the table of related contexts",
    )


def proportion(arms: Sequence[Arm]) -> tuple[str, list[str], list[Table]]:
    """Return heading, text and tables of the second limb (M9)."""
    item = _m9_item(arms[0])

    def said(arm: Arm) -> str:
        share = arm.value("M9", item, "share above 1")
        return f"{words.per(share, 100)} entries weigh more than the act they answer"

    groups = list(dict.fromkeys(c.group for a in arms for c in a.cells("M9", item)))
    wanted = (
        ("median ratio of harm to gravity", "ratio", "median ratio"),
        ("entries with a ratio above 1", "share", "share above 1"),
        ("mean harm up to the end of the run", "CNY", "mean harm up to the horizon"),
        ("excess harm in one society", "CNY", "excess harm"),
    )
    lines = [
        (words.sentence(f"{what}: {_cause(arms[0], g)}"), unit, partial(_m9, item, q, g))
        for g in groups
        for what, unit, q in wanted
    ]
    return (
        words.sentence(by_arm(arms, said)),
        _notes(arms, "M9", item, "median ratio"),
        [
            cells_table(
                "Harm beside the gravity of the act", arms, lines,
                summary="Show proportionality as a table",
            ),
            gravity_table(arms[0]),
        ],
    )  # fmt: skip


def _cause(arm: Arm, group: str) -> str:
    field, _, name = group.partition("=")
    if field == "conduct":
        world = arm.regime.get("world") or {}
        return str((world.get("conducts") or {}).get(name, {}).get("title") or name)
    if field == "truth":
        return f"entries that are {name}" if name in ("true", "wrongful", "excused") else name
    return "all entries"


def _m9_item(arm: Arm) -> str:
    return next(iter(dict.fromkeys(c.item for c in arm.cells("M9"))), "")


def _m9(item: str, quantity: str, group: str, arm: Arm) -> Cell:
    return arm.cell("M9", item, quantity, group)


def gravity_table(arm: Arm) -> Table:
    """Print the declared social harm of one act, with ranges."""
    world = arm.regime.get("world") or {}
    conducts = world.get("conducts") or {}
    rows = []
    for name, quantity in (world.get("gravity") or {}).items():
        span = quantity.get("range")
        rows.append(
            (
                str(conducts.get(name, {}).get("title") or name),
                words.number(quantity["value"]),
                words.interval(*span) if span else "not stated",
                str(quantity.get("source") or quantity.get("confidence") or ""),
            )
        )
    return Table(
        "Declared: expected social harm of one act, in CNY",
        ("Conduct", "CNY", "Range", "Source"),
        rows,
        frozenset({1, 2}),
        summary="Show the table of gravity",
    )


def luck(arms: Sequence[Arm]) -> Figure:
    """Draw the replicates as dots: the same rules, with luck of their own."""
    item, phrase = status(arms[0])
    key = ("M1", item, "rate", "all", None)
    values = [
        [float(v) for v in a.audit.by_replicate.get(key, ()) if math.isfinite(v)] for a in arms
    ]
    flat = [v for arm_values in values for v in arm_values]
    low, high = (min(flat), max(flat)) if flat else (0.0, 1.0)
    room = max(0.15 * (high - low), 0.05 * abs(high), 1e-6)
    bounds = (max(0.0, low - room), high + room)
    drawn, alone = panels(
        [partial(_luck, a, v, phrase, bounds) for a, v in zip(arms, values, strict=True)]
    )

    def said(arm: Arm) -> str:
        cell = arm.cell("M1", item, "rate")
        if cell.low is None or cell.high is None:
            return "one run of luck shows nothing about luck"
        return (
            f"luck alone leaves the average between {words.number(cell.low)} and "
            f"{words.number(cell.high)} in 1,000"
        )

    n = max(len(v) for v in values) if values else 0
    return Figure(
        "luck",
        words.sentence(by_arm(arms, said)),
        f"Persons {phrase} per 1,000 adults after {arms[0].months} months. One dot is one "
        f"simulated society with luck of its own ({words.plural(n, 'replicate')}).",
        drawn if n > 1 else (),
        (
            cells_table(
                f"Persons {phrase}, mean over replicates",
                arms,
                [(words.sentence(f"persons {phrase}"), "per 1,000 adults",
                  lambda a: a.cell("M1", item, "rate"))],
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
