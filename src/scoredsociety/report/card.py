"""The two limbs of Art. 5(1)(c) of the EU AI Act, measured in their spirit (M8 and M9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from scoredsociety.audit import words
from scoredsociety.report.bars import bars
from scoredsociety.report.lines import style_of
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.people import dots
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.saying import by_arm, cells_table, either, panels, status_item, title_of
from scoredsociety.report.theme import Panel

CROSS = "cross-context share"
ASSUMED = re.compile(r"Rests on the assumed harm of ([^.]*)\.")
CODE = r"\b[A-Z]{3,}\b"
MANY = 8
"""Sanctions with an assumed harm above which a note counts them and names none."""


def unrelated(arms: Sequence[Arm]) -> Figure:
    """Draw the share of harm that falls in unrelated parts of life (M8)."""
    values = [a.value("M8", "all statuses", CROSS) for a in arms]
    drawn, _ = panels([partial(_unrelated, a) for a in arms], narrow=True)

    def short(arm: Arm) -> str:
        return words.per(arm.value("M8", "all statuses", CROSS), 100)

    def said(arm: Arm) -> str:
        return f"{short(arm)} units of harm fall in unrelated parts of life"

    lines = [
        (words.sentence(f"{quantity}: {_status(arms, item)}"), "share of harm",
         partial(_m8, item, quantity))
        for item in dict.fromkeys(c.item for a in arms for c in a.cells("M8", None, CROSS, "all"))
        for quantity in (CROSS, f"{CROSS}, finance always related", f"{CROSS}, nothing related")
    ]  # fmt: skip
    monthly = dict.fromkeys(
        (c.item, c.quantity) for a in arms for c in a.cells("M8")
        if c.quantity.startswith("monthly harm")
    )  # fmt: skip
    lines += [
        (words.sentence(f"{q}: {_status(arms, i)}"), "monthly incomes a month",
         partial(_m8, i, q))
        for i, q in monthly
    ]  # fmt: skip
    return Figure(
        "unrelated",
        words.sentence(by_arm(arms, said, short)),
        "Of 100 units of harm done by the scheme, how many bite in a context that has nothing to "
        "do with the conduct. Harm: assumed, in monthly median incomes; related: the declared "
        "table below.",
        drawn if any(v is not None for v in values) else (),
        (cells_table("Harm in unrelated contexts", arms, lines), related_table(arms[0])),
        notes=_notes(arms, "M8", lambda _: "all statuses", CROSS),
    )


def _status(arms: Sequence[Arm], item: str) -> str:
    name, _, kind = item.partition("/")
    title = title_of(arms, name)
    return f"{title}, {kind}" if kind else title


def _m8(item: str, quantity: str, arm: Arm) -> Cell:
    return arm.cell("M8", item, quantity)


def _notes(
    arms: Sequence[Arm], measure: str, item: Callable[[Arm], str], quantity: str
) -> list[str]:
    found = dict.fromkeys(n for a in arms if (n := a.cell(measure, item(a), quantity).note))
    world = arms[0].regime.get("world") or {}
    titles = {k: str(v["title"]) for k, v in (world.get("sanctions") or {}).items()}
    text = " ".join(found)
    named = dict.fromkeys(c for part in ASSUMED.findall(text) for c in re.findall(CODE, part))
    if len(named) > MANY:
        rest = dict.fromkeys(x for n in found if (x := ASSUMED.sub("", n).strip()))
        count = words.plural(float(len(named)), "sanction")
        return [f"Rests on the assumed harm of {count}, each named under Assumptions.", *rest]
    return [re.sub(CODE, lambda m: lower(titles.get(m[0], m[0])), n) for n in found]


def lower(title: str) -> str:
    """Write a title inside a sentence, unless it begins with an abbreviation."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


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


WEIGHED = ("all", "truth=true", "truth=wrongful", "truth=excused")


def proportion(arms: Sequence[Arm]) -> Figure:
    """Draw how many entries do more harm than the act they answer (M9)."""
    noun = either(arms, _noun)
    drawn, alone = panels([partial(_proportion, a, _m9_item(a)) for a in arms])

    def short(arm: Arm) -> str:
        return words.per(arm.value("M9", _m9_item(arm), "share above 1"), 100)

    def said(arm: Arm) -> str:
        return f"{short(arm)} {_noun(arm)} do more harm than the act they answer"

    groups = list(dict.fromkeys(c.group for a in arms for c in a.cells("M9", _m9_item(a))))
    wanted = (
        ("median ratio of harm to gravity", "ratio", "median ratio"),
        (f"{noun} with a ratio above 1", "share", "share above 1"),
        ("mean harm up to the end of the run", "CNY", "mean harm up to the horizon"),
        ("excess harm in one society", "CNY", "excess harm"),
    )
    lines = [
        (
            words.sentence(f"{what}: {either(arms, partial(_cause, group=g))}"),
            unit,
            partial(_m9, q, g),
        )
        for g in groups
        for what, unit, q in wanted
    ]
    return Figure(
        "proportion",
        words.sentence(by_arm(arms, said, short)),
        f"Of 100 {noun}, those whose harm up to the end of the run is larger than the declared "
        "social harm of the act. Harm: assumed, in CNY; gravity: the declared table below.",
        drawn if any(a.value("M9", _m9_item(a), "share above 1") is not None for a in arms) else (),
        (cells_table("Harm beside the gravity of the act", arms, lines), gravity_table(arms[0])),
        notes=_notes(arms, "M9", _m9_item, "median ratio"),
        alone=alone,
    )


def _proportion(arm: Arm, item: str, width: int) -> Panel:
    rows = []
    for group in WEIGHED:
        value = arm.value("M9", item, "share above 1", group)
        rows.append({"name": _cause(arm, group), "y": value, "said": words.per(value, 100)})
    said = "; ".join(f"{r['name']}: {r['said']}" for r in rows)
    return bars(
        rows,
        arm.label,
        f"{words.sentence(_noun(arm))} that weigh more than the act, of 100.",
        top=1.0,
        style=style_of(arm.position),
        left=126,
        width=width,
        alt_text=f"Bars, simulated. {arm.label}. {said}.",
    )


def _cause(arm: Arm, group: str) -> str:
    field, _, name = group.partition("=")
    if field == "conduct":
        world = arm.regime.get("world") or {}
        return str((world.get("conducts") or {}).get(name, {}).get("title") or name)
    if field == "truth":
        noun = _noun(arm)
        return {"true": f"rightful {noun}", "wrongful": f"wrongful {noun}",
                "excused": "could not do otherwise"}.get(name, name)  # fmt: skip
    return f"all {_noun(arm)}"


def _noun(arm: Arm) -> str:
    """Say what is weighed against the act: entries, records, times in a low grade, or bans."""
    return arm.wording.weighed


def _m9_item(arm: Arm) -> str:
    items = list(dict.fromkeys(c.item for c in arm.cells("M9")))
    return status_item(arm) if status_item(arm) in items else next(iter(items), "")


def _m9(quantity: str, group: str, arm: Arm) -> Cell:
    return arm.cell("M9", _m9_item(arm), quantity, group)


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
