"""The list over time, who is on it, and where scores stand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from scoredsociety.audit import words
from scoredsociety.audit.words import PER_1000
from scoredsociety.report.lines import flows, lines, style_of
from scoredsociety.report.parts import Figure
from scoredsociety.report.people import dots
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.saying import (
    Draw,
    biggest,
    by_arm,
    cells_table,
    either,
    ever_rate,
    floor,
    group_name,
    panels,
    rate_of,
    series_table,
    status,
    unit_of,
)
from scoredsociety.report.theme import Panel, Row

WHO = (
    ("By income", ("income=poorest fifth", "income=middle fifth", "income=richest fifth")),
    ("By group", ("group=minority", "group=majority")),
)
INCOME = tuple(
    f"income={name} fifth" for name in ("poorest", "second", "middle", "fourth", "richest")
)


def over_time(arms: Sequence[Arm]) -> Figure:
    """Draw the stock of the list and what comes in and goes out."""
    first = arms[0]
    phrase = either(arms, lambda a: status(a)[1])
    series = [a.series("M1", status(a)[0], rate_of(a)) for a in arms]
    top = biggest(c.high if c.high is not None else c.value for s in series for c in s)
    draws: list[Draw] = [partial(_stock, a, *status(a), top) for a in arms]
    moved = [_flow_rows(a) for a in arms]
    unit = either(arms, unit_of)
    if any(moved):
        peak = biggest(r["y"] for rows in moved for r in rows)
        draws += [
            partial(_flow, a, rows, peak) for a, rows in zip(arms, moved, strict=True) if rows
        ]
    drawn, alone = panels(draws)

    def short(arm: Arm) -> str:
        rate = arm.value("M1", status(arm)[0], rate_of(arm))
        return words.one_in(None if rate is None else rate / 1000)

    def said(arm: Arm) -> str:
        return f"{short(arm)} {words.are(short(arm))} {status(arm)[1]}"

    named = [
        (f"persons {phrase}, {PER_1000}", lambda a: a.series("M1", status(a)[0], rate_of(a))),
        (f"{unit} added", lambda a: a.series("M2", a.main, f"{unit_of(a)} in")),
        (f"{unit} removed", lambda a: a.series("M2", a.main, f"{unit_of(a)} out")),
    ]
    entries = f", and {unit} added and removed in the month" if any(moved) else ""
    return Figure(
        "over-time",
        f"After {words.plural(first.months, 'month')}, {by_arm(arms, said, short)}",
        f"Persons {phrase} per 1,000 adults at the end of each month (line; band: 95% interval "
        f"over replicates){entries}. All adults.",
        drawn if any(series) else (),
        (
            series_table(
                f"The list by month ({unit}: mean number in one simulated society)"
                if all(moved) and all(a.kind == "list" for a in arms)
                else words.sentence(f"persons {phrase}, by month"),
                arms,
                named if all(moved) else named[:1],
            ),
        ),
        alone=alone,
    )


def _stock(arm: Arm, item: str, phrase: str, top: float, width: int) -> Panel:
    rows: list[Row] = [{"x": 0, "y": 0.0, "low": 0.0, "high": 0.0, "series": "s"}]
    rows += [
        {"x": c.month, "y": c.value, "low": floor(c.low), "high": c.high, "series": "s"}
        for c in arm.series("M1", item, rate_of(arm))
    ]
    if any(r["low"] is None for r in rows):
        rows = [{k: r[k] for k in ("x", "y", "series")} for r in rows]
    last = arm.value("M1", item, rate_of(arm))
    return lines(
        rows,
        arm.label,
        f"Persons {phrase} per 1,000 adults, by month.",
        last=arm.months,
        top=top,
        styles={"s": style_of(arm.position)},
        ends={"s": words.per(None if last is None else last / 1000)},
        width=width,
        alt_text=f"Line chart, simulated. {arm.label}: {words.number(last)} persons {phrase} per "
        f"1,000 adults after {words.plural(arm.months, 'month')}.",
    )


def _flow_rows(arm: Arm) -> list[Row]:
    if arm.kind not in ("list", "record"):
        return []
    return [
        {"x": c.month, "y": c.value, "series": name}
        for name in ("in", "out")
        for c in arm.series("M2", arm.main, f"{unit_of(arm)} {name}")
    ]


def _flow(arm: Arm, rows: Sequence[Row], top: float, width: int) -> Panel:
    people = words.number(float(arm.manifest["people"]))
    return flows(
        rows,
        f"{arm.label}: in and out",
        f"{words.sentence(unit_of(arm))} a month in a society of {people} people.",
        last=arm.months,
        top=top,
        width=width,
        alt_text=f"Bars by month, simulated. {arm.label}: {unit_of(arm)} added above the line, "
        "those removed below it.",
    )


def who(arms: Sequence[Arm]) -> Figure:
    """Draw who was ever listed: one dot is one person, wrongly listed dots are hollow."""
    groups = [g for _, names in WHO for g in names]
    rates = [a.value("M3", a.main, ever_rate(a), g) for a in arms for g in groups]
    total = 100 if biggest(rates) >= 80 else 1000
    draws = [partial(_dots, a, a.main, title, names, total) for a in arms for title, names in WHO]
    drawn, _ = panels(draws, narrow=True)

    def short(arm: Arm) -> str:
        poor = arm.value("M3", arm.main, ever_rate(arm), INCOME[0])
        return words.per(None if poor is None else poor / 1000)

    def said(arm: Arm) -> str:
        rich = arm.value("M3", arm.main, ever_rate(arm), INCOME[-1])
        tail = f", and {words.per(None if rich is None else rich / 1000)} of the richest"
        return (
            f"{short(arm)} of the poorest fifth are {arm.wording.who} at some time"
            f"{tail if len(arms) == 1 else ''}"
        )

    found = dict.fromkeys(c.group for a in arms for c in a.cells("M3", a.main, ever_rate(a)))
    who_ = either(arms, lambda a: a.wording.who)
    table_lines = []
    for g in found:
        for what, m, q in (
            (f"ever {who_}", "M3", ""),
            (f"ever wrongly {who_}", "M5", "persons ever wronged, rate"),
        ):
            table_lines.append(
                (
                    f"{words.sentence(group_name(g))}: {what}",
                    PER_1000,
                    partial(_find, m, q, g),
                )
            )
    return Figure(
        "who",
        words.sentence(by_arm(arms, said, short)),
        f"Of {total:,} adults in each group, those {who_} at some time in "
        f"{words.plural(arms[0].months, 'month')}. "
        f"One dot is one person; a hollow dot was {who_} wrongly at least once (wrong person, no "
        "event, or could not do otherwise).",
        drawn if any(r is not None for r in rates) else (),
        (cells_table(f"Persons ever {who_}, by group", arms, table_lines),),
    )


def _find(measure: str, quantity: str, group: str, arm: Arm) -> Cell:
    return arm.cell(measure, arm.main, quantity or ever_rate(arm), group)


def _dots(arm: Arm, item: str, title: str, groups: Sequence[str], total: int, width: int) -> Panel:
    rows = []
    for group in groups:
        ever = arm.value("M3", item, ever_rate(arm), group)
        wronged = arm.value("M5", item, "persons ever wronged, rate", group)
        wrong = (wronged or 0.0) / 1000
        rows.append(
            {
                "group": words.sentence(group_name(group)),
                "right": None if ever is None else max(0.0, ever / 1000 - wrong),
                "wrong": wrong,
                "said": words.per(None if ever is None else ever / 1000, total),
            }
        )
    said = "; ".join(f"{r['group']}: {r['said']}" for r in rows)
    return dots(
        rows,
        f"{arm.label}: {title.lower()}",
        f"Ever {arm.wording.who}, of {total:,} adults. Hollow: wrongly.",
        total=total,
        colour=style_of(arm.position).colour,
        width=width,
        alt_text=f"Dots, simulated. {arm.label}, ever {arm.wording.who}. {said}.",
    )
