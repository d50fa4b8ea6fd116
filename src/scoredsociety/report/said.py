"""What people say and what they think, drawn: answers by group, and a reading each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.opinion.approval import Reading
from scoredsociety.opinion.standing import EVERYBODY
from scoredsociety.report.asked import (
    FRAME,
    PRIVATELY,
    Answers,
    Found,
    beside,
    hundred,
    nothing,
    population,
    read_as,
    share,
    share_se,
    spans,
)
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.saying import ENOUGH, panels
from scoredsociety.report.stacks import ranges, stacked
from scoredsociety.report.theme import WIDE, Panel, Row

if TYPE_CHECKING:
    from scoredsociety.opinion.survey import Surveyed

PER_CENT = (0, 20, 40, 60, 80, 100)


def responses(surveyed: Surveyed) -> Figure:
    """Draw the answers to the headline item, for everybody and by group, under the main reading."""
    a = Answers(surveyed)
    if a.reason:
        return nothing("responses", a)
    main, name = a.main.name, a.item
    scale = list(reversed(a.asks.items[name].scale))
    rows: list[Row] = [_stack(a, "everybody", scale, ("items", main, name))]
    lines = [_line(a, "everybody", scale, ("items", main, name))]
    gone: list[str] = []
    ends: list[tuple[float, str]] = []
    groups = list(dict.fromkeys(k[2] for k in a.cells("groups") if k[:2] == (main, name)))
    for cut in sorted(a.asks.groups, key=lambda c: c != "standing"):
        mine = [g for g in groups if g.partition("=")[0] == cut]
        held = []
        for group in mine:
            level = _level(group)
            found = a.find("groups", main, name, group, "approves")
            lines.append(_line(a, f"{words.sentence(cut)}: {level}", scale, ("groups", main, name,
                         group)))  # fmt: skip
            if found.value is None:
                gone.append(f"{cut}: {level} ({found.note or 'nobody was asked'})")
                continue
            held.append(_stack(a, level, scale, ("groups", main, name, group)))
            if found.people >= ENOUGH:
                ends.append((found.value, level))
        if held:
            rows += [{"name": words.sentence(cut)}, *held]
    head = f"When asked, {hundred(a.approves().value)} approve"
    if len(ends) > 1:
        low, high = min(ends), max(ends)
        head += f", from {hundred(low[0])} ({low[1]}) to {hundred(high[0])} ({high[1]})"
    unit = f"Per cent of answers, {population(a)}. Line: {a.ranged} for “approve”. "
    pictures, alone = panels(
        [
            lambda width: stacked(
                rows, scale, a.asks.items[name].asks, unit + beside(surveyed, brief=True) + ".",
                left=150 if width == WIDE else 104, right=140 if width == WIDE else 74,
                width=width,
                alt_text=f"Stacked bars, simulated. {head}. {beside(surveyed, brief=True)}.",
            )
        ]
    )  # fmt: skip
    table = Table(
        f"Answers to “{a.asks.items[name].asks}” by group. {beside(surveyed, brief=True)}",
        ("Group", *(words.sentence(c) for c in scale), "Approve", "Standard error",
         words.sentence(a.ranged), "In the whole frame", "Asked a survey"),
        lines,
        frozenset(range(1, len(scale) + 6)),
    )  # fmt: skip
    notes = [beside(surveyed)]
    if gone:
        notes.append(f"Not drawn, for nothing is known of them: {words.listing(gone)}.")
    return Figure("responses", head, f"Answers of {population(a)}.", pictures, (table,), notes,
                  alone)  # fmt: skip


def _level(group: str) -> str:
    cut, _, level = group.partition("=")
    return level.replace("-", "\N{EN DASH}") if cut == "age" else level


def _stack(a: Answers, name: str, scale: Sequence[str], key: tuple[str, ...]) -> Row:
    found = a.find(*key, "approves")
    return {
        "name": name,
        "shares": [a.find(*key, c).value or 0.0 for c in scale],
        "low": found.low,
        "high": found.high,
        "said": f"{hundred(found.value)}" + (" approve" if key[0] == "items" else ""),
    }


def _line(a: Answers, name: str, scale: Sequence[str], key: tuple[str, ...]) -> tuple[str, ...]:
    found = a.find(*key, "approves")
    known = found.value is not None
    return (
        name,
        *(share(a.find(*key, c).value) for c in scale),
        share(found.value),
        share_se(found),
        spans(found),
        share(found.truth),
        words.number(found.asked, 0) if known else f"0: {found.note or 'nobody was asked'}",
    )


def private_reported(surveyed: Surveyed) -> Figure:
    """Draw private against reported approval under each reading, beside the list experiment."""
    a = Answers(surveyed)
    if a.reason:
        return nothing("private-reported", a)
    listed = next((n for n, e in a.asks.experiments.items()
                   if e.kind == "list" and e.item == a.item), "")  # fmt: skip
    head = _readings(a)
    unit = (
        f"Per cent who approve, {population(a)}; privately: all of the frame. Line: {a.ranged}. "
        f"{beside(surveyed, brief=True)}."
    )
    key = [("hollow", "privately"), ("filled", "said when asked")]
    key += [("diamond", "list experiment")] if listed else []
    rows = [dumbbell(a, r, listed, read_as(r, tight=True)) for r in surveyed.readings]
    pictures, alone = panels([partial(draw_dumbbells, rows, key, "Said and thought", unit, head)])
    columns = ["Reading", "Said", "Standard error", words.sentence(a.ranged), "Privately"]
    columns += ["List experiment", "Its error", "Its range", "Surveys in which it tells the two "
                "apart", "The same, worked out"] if listed else []  # fmt: skip
    lines = []
    for r in surveyed.readings:
        found = a.approves(r)
        line = [read_as(r), share(found.value), share_se(found), spans(found),
                share(a.stand(FRAME, EVERYBODY, PRIVATELY, r).value)]  # fmt: skip
        if listed:
            told = a.find("experiments", r.name, listed, "told apart")
            one = a.find("experiments", r.name, listed, "list")
            line += [share(one.value), share_se(one), spans(one), told_apart(told),
                     share(told.truth)]  # fmt: skip
        lines.append(line)
    table = Table(f"Approval as said and as thought. {beside(surveyed, brief=True)}", columns,
                  lines, frozenset(range(1, len(columns))))  # fmt: skip
    return Figure("private-reported", head, f"{words.sentence(population(a))}.", pictures,
                  (table,), (beside(surveyed), *_power(a, listed)), alone)  # fmt: skip


def draw_dumbbells(
    rows: Sequence[Row], key: Sequence[tuple[str, str]], name: str, unit: str, head: str, width: int
) -> Panel:
    """Draw what is said and what is thought, a row each."""
    wide = width == WIDE
    longest = max((len(word) for row in rows for word in row["name"].split()), default=0)
    return ranges(
        rows, key, name, unit, marks=PER_CENT, suffix="%",
        left=130 if wide else min(130, max(84, 16 + 8 * longest)),
        right=150 if wide else 92, width=width, 
        alt_text=f"Dots and lines, simulated. {head}. {unit}",
    )  # fmt: skip


def dumbbell(a: Answers, reading: Reading, listed: str, name: str) -> Row:
    """Return the row of one reading: what is thought, what is said, and what a list finds."""
    said, thought = a.approves(reading), a.stand(FRAME, EVERYBODY, PRIVATELY, reading).value
    marks: list[Row] = []
    if said.value is not None:
        marks.append(_mark("filled", said))
    if thought is not None:
        marks.append({"look": "hollow", "x": 100 * thought})
    text = f"{hundred(said.value)} said, {hundred(thought)} thought"
    if listed:
        found = a.find("experiments", reading.name, listed, "list")
        if found.value is not None:
            marks.append(_mark("diamond", found) | {"lane": 1})
            text += f", {hundred(found.value)} by list"
    text = text.replace(" in 100", "")
    return {"name": name, "marks": marks, "said": text, "link": True}


def _mark(look: str, found: Found) -> Row:
    ends = {k: None if v is None else 100 * v for k, v in (("low", found.low),
                                                           ("high", found.high))}  # fmt: skip
    return {"look": look, "x": 100 * (found.value or 0.0), **ends}


def _readings(a: Answers) -> str:
    """Say what the readings share and what they part, with their numbers."""
    readings = a.surveyed.readings
    said = [hundred(a.approves(r).value) for r in readings]
    known = [a.stand(FRAME, EVERYBODY, PRIVATELY, r).value for r in readings]
    thought = [hundred(v).removesuffix(" in 100") for v in known]
    last = f"{words.listing(thought)} in 100"
    if len(readings) == 1:
        return f"When asked, {said[0]} say that they approve; privately, {last} do"
    count = words.sentence(words.spelled(len(readings)))
    if len(set(said)) == 1:
        return f"{count} readings give the same {said[0]} when asked; privately, {last} approve"
    asked = words.listing([s.removesuffix(" in 100") for s in said])
    return f"{count} readings give {asked} in 100 when asked; privately, {last} approve"


def told_apart(told: Found) -> str:
    """Count the surveys in which the list experiment differs from what is said: "38 of 40"."""
    if told.value is None:
        return "undefined"
    surveys = words.plural(float(told.surveys), "survey")
    return f"{round(told.value * told.surveys) or 'none'} of {surveys}"


def _power(a: Answers, listed: str) -> list[str]:
    """Say in how many surveys the list experiment tells what is said from what is thought."""
    if not listed:
        return ["No list experiment is part of this questionnaire: nothing in it tells the "
                "readings apart."]  # fmt: skip
    parts = []
    for r in a.surveyed.readings:
        told = a.find("experiments", r.name, listed, "told apart")
        if told.value is not None and told.truth is not None:
            parts.append(f"{read_as(r)}: in {told_apart(told)}, {share(told.truth)} as worked out")
    if not parts:
        return []
    return [
        f"Power with {a.sample:,} people, half of whom find approval among the statements of their "
        f"list: what is said and what the list finds differ by more than luck at 5%. "
        f"{words.sentence('; '.join(parts))}. Where nobody conceals anything this is luck alone."
    ]
