"""Firms and offices: who complies, what is shown of it, and illness among customers (M21)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from scoredsociety.audit import words
from scoredsociety.report.lines import Style, lines, style_of
from scoredsociety.report.parts import Figure
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.saying import Draw, cells_table, panels
from scoredsociety.report.theme import GREY, Panel, Row

SHARES = ("compliant share", "political compliance share")
SHOWN = "shown good share"


def complying(arm: Arm, scheme: str) -> str:
    """Return the quantity of those that comply; political demands have a name of their own."""
    return next((q for q in SHARES if arm.cell("M21", scheme, q).measure), SHARES[0])


def firms(arms: Sequence[Arm]) -> Figure:
    """Draw the share that complies and the share that is shown to be good, by month."""
    pairs = [(a, s) for s in dict.fromkeys(x for a in arms for x in a.organisations)
             for a in arms if s in a.organisations]  # fmt: skip
    draws: list[Draw] = [partial(_panel, a, s, len(arms)) for a, s in pairs]
    drawn, alone = panels(draws)
    table = []
    seen = dict.fromkeys(
        (s, c.quantity, c.unit) for a, s in pairs for c in a.cells("M21", s, None, "all")
    )
    for scheme, quantity, unit in seen:
        title = next(a for a, s in pairs if s == scheme).title(scheme)
        table.append((f"{title}: {quantity}", unit, partial(_cell, "M21", scheme, quantity)))
    for scheme in dict.fromkeys(s for _, s in pairs):
        if any(a.cell("M11", scheme, "exemption gap").value is not None for a, _ in pairs):
            title = next(a for a, s in pairs if s == scheme).title(scheme)
            table.append((f"{title}: exemption gap of the Party's (M11)", "share, signed",
                          partial(_cell, "M11", scheme, "exemption gap")))  # fmt: skip
    return Figure(
        "firms",
        words.sentence(said(*pairs[0])) if pairs else "No firm or office is rated",
        "Of 100 firms or offices, those that comply (line; band: 95% interval over replicates) "
        "and those that are shown to be good (dotted), by month. A firm complies where its cost "
        "is below what compliance brings.",
        drawn,
        (cells_table("Firms and offices", arms, table),),
        alone=alone,
    )


def said(arm: Arm, scheme: str) -> str:
    """Say how many comply under one scheme, how many would without it, and who falls ill."""
    quantity = complying(arm, scheme)
    now = arm.value("M21", scheme, quantity)
    before = arm.value("M21", scheme, f"{quantity} without the scheme")
    text = (
        f"{words.per(now, 100)} comply under {in_sentence(arm.title(scheme))}, "
        f"{words.per(before, 100)} would without it"
    )
    fall = arm.value("M21", scheme, "fall of illness")
    if fall is None:
        return text
    way = "falls" if fall >= 0 else "rises"
    return f"{text}, and illness among customers {way} by {words.percent(abs(fall))}"


def in_sentence(title: str) -> str:
    """Write a title inside a sentence, unless it begins with an abbreviation."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def _cell(measure: str, scheme: str, quantity: str, arm: Arm) -> Cell:
    return arm.cell(measure, scheme, quantity)


def _panel(arm: Arm, scheme: str, arms: int, width: int) -> Panel:
    quantity = complying(arm, scheme)
    rows: list[Row] = []
    for name, key in (("complying", quantity), ("shown", SHOWN)):
        for c in arm.series("M21", scheme, key):
            if c.value is None:
                continue
            row: Row = {"x": c.month, "y": 100 * c.value, "series": name}
            if name == "complying" and c.low is not None and c.high is not None:
                row |= {"low": 100 * max(0.0, c.low), "high": 100 * min(1.0, c.high)}
            rows.append(row)
    head = f"{arm.label}: {in_sentence(arm.title(scheme))}" if arms > 1 else arm.title(scheme)
    now = words.per(arm.value("M21", scheme, quantity), 100)
    return lines(
        rows,
        head,
        f"Of 100. {words.sentence(quantity.replace(' share', ''))} at the end: {now}.",
        last=arm.months,
        top=100,
        styles={"shown": Style(GREY, dotted=True), "complying": style_of(arm.position)},
        ends={"shown": "shown good", "complying": "comply"},
        suffix="%",
        right=88,
        width=width,
        alt_text=f"Line chart, simulated. {head}: {now} comply after "
        f"{words.plural(arm.months, 'month')}.",
    )
