"""Why people do not come back, and what due process did about wrongful entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from scoredsociety.audit import words
from scoredsociety.report.bars import bars
from scoredsociety.report.lines import Style, lines, style_of
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.saying import (
    alike,
    biggest,
    by_arm,
    cells_table,
    either,
    group_name,
    panels,
    status_item,
    unit_of,
    wrong_item,
)
from scoredsociety.report.theme import GREY, REMOVAL, Panel, Row

CURVES = ("income=poorest fifth", "income=richest fifth")
STEPS = (
    ("recorded", "recorded"),
    ("notified", "notified in time"),
    ("filed", "appealed in time"),
    ("corrected before entry", "corrected on review"),
    ("exempted", "exempt for hardship"),
    ("entered", "took effect"),
    ("discovered at a counter", "found out at a counter"),
    ("filed late", "appealed late"),
    ("corrected late", "corrected late"),
)
WRONGFUL = "truth=wrongful"


def _curve(arm: Arm, item: str, group: str) -> list[Row]:
    rows = [
        {"x": r["month"], "y": r["survival"], "low": r["low"], "high": r["high"],
         "at_risk": r["at_risk"]}
        for r in arm.audit.survival.to_pylist()
        if r["item"] == item and r["group"] == group and r["survival"] is not None
    ]  # fmt: skip
    return sorted(rows, key=lambda r: r["x"])


def survival(arms: Sequence[Arm]) -> Figure:
    """Draw the Kaplan-Meier curve of being listed."""
    where, who = (either(arms, lambda a: a.wording.where), either(arms, lambda a: a.wording.who))
    curves = [_curve(a, status_item(a), "all") for a in arms]
    drawn, alone = panels([partial(_survival, a, status_item(a)) for a in arms])

    def short(arm: Arm) -> str:
        cell = arm.cell("M7", status_item(arm), "median months to recovery")
        if cell.value is None:
            return f"more than {words.plural(arm.months, 'month')}"
        return words.plural(cell.value, "month")

    def said(arm: Arm) -> str:
        words_ = arm.wording
        return f"it takes {short(arm)} until half of those {words_.who} are {words_.gone}"

    wanted = [
        ("Median months to recovery", "months", "median months to recovery"),
        ("Mean of completed episodes (biased: the long ones are still running)", "months",
         "naive mean of completed episodes"),
        ("Episodes still running at the end", "share", "episodes still running"),
        (f"{words.sentence(who)} 24 months after the first time, still or again", "share",
         "trap probability, 24 months"),
        (f"{words.sentence(who)} 60 months after the first time, still or again", "share",
         "trap probability, 60 months"),
    ]  # fmt: skip
    groups = ("all", *CURVES, WRONGFUL)
    table = cells_table(
        "Recovery, by group",
        arms,
        [
            (f"{what}: {f'wrongly {who}' if g == WRONGFUL else group_name(g)}", unit,
             partial(_find, q, g))
            for what, unit, q in wanted
            for g in groups
        ],
        summary="Show recovery times as a table",
    )  # fmt: skip
    return Figure(
        "survival",
        words.sentence(by_arm(arms, said, short)),
        f"Of 100 people who are put {where}, how many are still "
        "there so many months later. Kaplan–Meier estimate over all replicates; band: 95% "
        f"interval. Times {where} without a break between them count as one; people still {who} "
        "at the end are censored.",
        drawn if any(curves) else (),
        (_curve_table(arms, curves), table),
        notes=(
            "Dotted: the poorest and the richest fifth. The mean of completed times alone would "
            "say that people come back sooner, because the longest times are not over.",
        ),
        alone=alone,
    )


def _find(quantity: str, group: str, arm: Arm) -> Cell:
    return arm.cell("M7", status_item(arm), quantity, group)


def _curve_table(arms: Sequence[Arm], curves: Sequence[Sequence[Row]]) -> Table:
    columns = [f"Months {either(arms, lambda a: a.wording.where)}"]
    for arm in arms:
        who = arm.wording.who
        name = f"{arm.label}: " if len(arms) > 1 else ""
        columns += [words.sentence(f"{name}still {who}"), "95% interval", "People at risk"]
    found = [{r["x"]: r for r in curve} for curve in curves]
    rows = []
    for month in sorted({m for f in found for m in f}):
        row = [str(month)]
        for curve in found:
            r = curve.get(month, {})
            row.append(words.percent(r.get("y")))
            row.append(words.percent_interval(r.get("low"), r.get("high")))
            row.append(words.number(r.get("at_risk")))
        rows.append(row)
    all_ = either(arms, lambda a: a.wording.who)
    return Table(f"Still {all_}, by month", columns, rows, frozenset(range(1, len(columns))))


def _survival(arm: Arm, item: str, width: int) -> Panel:
    rows: list[Row] = []
    main = _curve(arm, item, "all")
    for r in main:
        band = r["low"] is not None and r["high"] is not None
        point = {"x": r["x"], "y": 100 * r["y"], "series": "all"}
        rows.append(
            point | {"low": 100 * (r["low"] if band else r["y"]),
                     "high": 100 * (r["high"] if band else r["y"])}
        )  # fmt: skip
    styles = {"all": style_of(arm.position)}
    ends = {"all": "all"}
    for group in CURVES:
        rows += [
            {"x": r["x"], "y": 100 * r["y"], "series": group} for r in _curve(arm, item, group)
        ]
        styles[group] = Style(GREY, dotted=True)
        ends[group] = group_name(group)
    return lines(
        rows,
        arm.label,
        f"Of 100 put {arm.wording.where}, still there after so many months.",
        last=arm.months,
        top=100,
        styles=styles,
        ends=ends,
        steps=True,
        width=width,
        alt_text=f"Survival curve, simulated. {arm.label}: share still {arm.wording.who} by "
        "months since, for all, the poorest fifth and the richest fifth.",
    )


def funnel(arms: Sequence[Arm]) -> Figure:
    """Draw what due process did to wrongful entries."""
    noun = either(arms, unit_of)
    kinds = {a.kind: [b for b in arms if b.kind == a.kind] for a in arms}
    taken = {
        kind: [
            s for s in STEPS if kind == "list" or any(_happens(a, wrong_item(a), s[0]) for a in own)
        ]
        for kind, own in kinds.items()
    }
    steps = [s for s in STEPS if any(s in own for own in taken.values())]
    known = {
        kind: [
            s for s in taken[kind]
            if any(_step(a, wrong_item(a), s[0]).value is not None for a in own)
        ]
        for kind, own in kinds.items()
    }  # fmt: skip
    drawn, alone = panels([partial(_funnel, a, wrong_item(a), known[a.kind]) for a in arms])

    def short(arm: Arm) -> str:
        return words.per(_step(arm, wrong_item(arm), "entered").value, 100)

    def said(arm: Arm) -> str:
        return f"{short(arm)} wrongful cases take effect all the same"

    table_lines = []
    for group, name in ((WRONGFUL, "wrongful"), ("truth=true", "rightful")):
        for step, text in steps:
            table_lines.append(
                (f"{words.sentence(name)}: {text}", f"{noun} a society",
                 partial(_count, step, group))
            )  # fmt: skip
            table_lines.append(
                (f"{words.sentence(name)}: {text}", "share of recorded",
                 partial(_count, f"{step}, share of recorded", group))
            )  # fmt: skip
    for kind in ("mean", "median") if any(a.lists for a in arms) else ():
        table_lines.append(
            (f"Wrongful: {kind} months in force before a late correction", "months",
             partial(_count, f"{kind} months wrongly in force before correction", WRONGFUL))
        )  # fmt: skip
    return Figure(
        "funnel",
        words.sentence(by_arm(arms, said, short)),
        "Of 100 wrongful cases (wrong person, no event, or could not do otherwise), how many "
        "reach each step of the process.",
        drawn if any(_step(a, wrong_item(a), "recorded").value is not None for a in arms) else (),
        (cells_table("Steps of due process", arms, table_lines),),
        alone=alone,
    )


def _step(arm: Arm, item: str, step: str) -> Cell:
    return arm.cell("M22", item, f"{step}, share of recorded", WRONGFUL)


def _happens(arm: Arm, item: str, step: str) -> bool:
    """Tell whether a step is ever taken: points have no counter at which they are found out."""
    return any(arm.cell("M22", item, step, g).value for g in (WRONGFUL, "truth=true"))


def _count(quantity: str, group: str, arm: Arm) -> Cell:
    return arm.cell("M22", wrong_item(arm), quantity, group)


def _funnel(arm: Arm, item: str, steps: Sequence[tuple[str, str]], width: int) -> Panel:
    good = {"corrected before entry", "exempted", "corrected late"}
    rows: list[Row] = []
    for step, text in steps:
        value = _step(arm, item, step).value
        row: Row = {"name": text, "y": value, "said": words.per(value, 100)}
        if step in good:
            row["colour"] = REMOVAL
        rows.append(row)
    said = "; ".join(f"{r['name']}: {r['said']}" for r in rows)
    return bars(
        rows,
        arm.label,
        "Of 100 wrongful cases.",
        top=max(1.0, biggest(r["y"] for r in rows)),
        style=style_of(arm.position),
        left=126,
        right=76,
        width=width,
        alt_text=f"Bars, simulated. {arm.label}, of 100 wrongful cases. {said}.",
    )


def wrongful_tables(arms: Sequence[Arm]) -> list[Table]:
    """Print the wrongful share of all arms, in one table for those of one kind."""
    if alike(arms):
        return [wrongful_table(arms)]
    return [wrongful_table([a], f": {a.label}") for a in arms]


def wrongful_table(arms: Sequence[Arm], name: str = "") -> Table:
    """Print the wrongful share by entry (or record), by time and by person, and its parts."""
    noun = unit_of(arms[0])
    standing_, ever = arms[0].wording.on, arms[0].wording.ever
    quantities = [
        (f"Wrongful, of all {noun}", "entry-weighted"),
        (f"Wrongful, of all months {standing_}", "time-weighted"),
        (f"Ever wronged, of all people ever {ever}", "person-weighted"),
        (f"Wrong person, of all {noun}", "entry-weighted, wrong person"),
        (f"No event, of all {noun}", "entry-weighted, no event"),
        (f"Could not do otherwise, of all {noun}", "entry-weighted, excused"),
    ]
    lookups = [(what, "share", partial(_wrong, wrong_item, q)) for what, q in quantities]
    if arms[0].kind == "grade":
        lookups.append(
            ("Wrongful, of all times in a sanctioned grade", "share",
             partial(_wrong, status_item, "entry-weighted"))
        )  # fmt: skip
    caption = f"How many {noun} are wrongful{name}"
    return cells_table(caption, arms, lookups, summary="Show the wrongful share as a table")


def _wrong(item: Callable[[Arm], str], quantity: str, arm: Arm) -> Cell:
    return arm.cell("M5", item(arm), quantity)
