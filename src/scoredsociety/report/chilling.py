"""What falls silent (M12), never shown without what is prevented (M13)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from scoredsociety.audit import words
from scoredsociety.report.bars import bars
from scoredsociety.report.deterrence import Prevented, change, conduct_titles, lowered
from scoredsociety.report.lines import style_of
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.saying import arm_columns, biggest, by_arm, panels, say, say_interval
from scoredsociety.report.theme import Panel, Row

WHOLE = ("lawful speech", "punishable speech")
CHILLING = "chilling"
LEAST = 0.0005
"""Changes below this are said not to be any."""


def items(found: Prevented) -> list[str]:
    """Return what falls silent: both kinds of speech as a whole, then each conduct."""
    named = [item for item, q, group in found.whole if q == CHILLING and group == "all"]
    return [*(k for k in WHOLE if k in named), *(k for k in named if k not in WHOLE)]


def chilling(arms: Sequence[Arm], found: Sequence[Prevented | None]) -> Figure | None:
    """Draw the fall of speech, lawful and punishable apart; null where there is none to measure."""
    pairs = [(a, p) for a, p in zip(arms, found, strict=True) if p is not None and items(p)]
    if not pairs or all(_lawful(p).value is None for _, p in pairs):
        return None
    cells = {id(a): p for a, p in pairs}
    titles = conduct_titles(arms)
    top = max(0.02, biggest(p.whole[k, CHILLING, "all"].value for _, p in pairs for k in items(p)))
    moved = any(
        abs(p.whole[k, CHILLING, "all"].value or 0.0) >= LEAST for _, p in pairs for k in items(p)
    )
    drawn, alone = panels([partial(_panel, a, p, titles, top) for a, p in pairs])

    def short(arm: Arm) -> str:
        return change(_lawful(cells[id(arm)]).value, verb=False)

    def said(arm: Arm) -> str:
        return f"lawful criticism {change(_lawful(cells[id(arm)]).value)}"

    own = [a for a, _ in pairs]
    columns, numeric = arm_columns(own, ("What", "Among"))
    rows = []
    for item in dict.fromkeys(k for _, p in pairs for k in items(p)):
        for group, who in (("all", "all adults"), ("aware=aware", "the aware")):
            row = [words.sentence(titles.get(item, item)), who]
            for _, p in pairs:
                cell = p.whole.get((item, CHILLING, group), Cell())
                row += [say(cell), say_interval(cell, signed=True)]
            rows.append(row)
    return Figure(
        "chilling",
        f"Over {words.plural(own[0].months, 'month')} {by_arm(own, said, short)}",
        "Per cent fewer acts of speech than the same people with the same luck under no scheme, "
        "over the whole run; all adults. A count of acts: the simulation holds no content. To be "
        "read beside what is prevented, above, and never set off against it.",
        drawn if moved else (),
        (Table("Fewer acts of speech than under no scheme", columns, rows, numeric),),
        alone=alone,
        empty="No kind of speech becomes rarer or more frequent here.",
    )


def _lawful(found: Prevented) -> Cell:
    return found.whole.get((WHOLE[0], CHILLING, "all"), Cell())


def _panel(arm: Arm, found: Prevented, titles: dict[str, str], top: float, width: int) -> Panel:
    rows: list[Row] = []
    for item in items(found):
        cell = found.whole[item, CHILLING, "all"]
        name = words.sentence(lowered(titles.get(item, item)))
        name = f"All {item}" if item in WHOLE else name
        rows.append({"name": name, "y": cell.value, "said": change(cell.value, verb=False)})
    text = "; ".join(f"{r['name']}: {r['said']}" for r in rows)
    return bars(
        rows,
        f"{arm.label}: falls silent",
        "Per cent fewer acts of speech.",
        top=top,
        style=style_of(arm.position),
        left=138,
        right=76,
        width=width,
        alt_text=f"Bars, simulated. {arm.label}, fewer acts of speech. {text}.",
    )
