"""A survey as text: the tables that a paper would print, and what lies behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scoredsociety.audit import words
from scoredsociety.opinion.survey import Surveyed

Row = dict[str, Any]
Shown = tuple[str, Sequence[str], Sequence[Sequence[str]]]


def made(s: Surveyed) -> str:
    """Say what was made: how many surveys, of whom, where and when."""
    known, q = s.settings, s.questionnaire
    size = round(q.sample.size.value)
    return (
        f"Simulated. {q.title}: {words.plural(known.get('replicates'), 'survey')} of {size:,} "
        f"people, under “{known.get('label')}” at the end of month {known.get('month')}, in "
        f"{words.plural(known.get('societies'), 'society', 'societies')} of "
        f"{words.people(known.get('people'))}. Attitudes are calibrated on the published shares "
        f"as {known.get('on')} answers in “{known.get('calibrated_in')}”."
    )


def tables(s: Surveyed) -> Iterator[Shown]:
    """Yield every table that is printed: title, heads, rows."""
    first = s.readings[0].name
    yield _items(s, first)
    if published := [r for r in s.published.to_pylist() if r["reading"] == first]:
        yield _published(published)
    if len(s.readings) > 1 and s.headline is not None:
        yield _readings(s)
    if s.headline is not None:
        yield _standing(s, first)
        yield _gradients(s, first)
    if s.experiments.num_rows:
        yield _experiments(s, first)
    if s.panel.num_rows:
        yield _panel(s, first)


def _items(s: Surveyed, reading: str) -> Shown:
    rows, before = [], None
    for r in s.items.to_pylist():
        item = s.questionnaire.items[r["item"]]
        if r["reading"] != reading or (not item.scale and r["category"] == "no"):
            continue
        if item.answer == "support" and r["category"] != "mean":
            continue
        name = r["item"] if r["item"] != before else ""
        before = r["item"]
        asked = "0" if r["value"] is None else words.number(r["asked"], 0)
        rows.append((name, r["category"], _share(r["value"], r), _error(r), _range(r), asked))
        if r["value"] is None and r["note"]:
            rows[-1] = (name, r["category"], "undefined", "", r["note"][:60], asked)
    title = f"What people say (reading: {reading})"
    return title, ("Item", "Answer", "Estimate", "SE", "95% of surveys", "Asked"), rows


def _published(rows: Sequence[Row]) -> Shown:
    out = []
    for r in rows:
        inside = {True: "yes", False: "no", None: "undefined"}[r["inside"]]
        share = r["published"] <= 1
        put = words.percent(r["published"]) if share else words.number(r["published"])
        here = words.percent(r["value"]) if share else words.number(r["value"])
        out.append((r["what"], put, here if r["value"] is not None else "undefined", inside,
                    f"{r['source'] or ''} ({r['confidence']})"))  # fmt: skip
    return (
        "Published figures beside those of the surveys",
        ("Figure", "Published", "Surveys", "In their range", "Source"),
        out,
    )


def _readings(s: Surveyed) -> Shown:
    out = []
    for reading in s.readings:
        found = {r["what"]: r["value"] for r in s.errors.to_pylist()
                 if (r["reading"], r["item"]) == (reading.name, s.headline)}  # fmt: skip
        lists = _lists(s, reading.name)
        out.append(
            (f"{reading.name} (f = {reading.falsification:g})",
             _percent(found.get("said in the frame")), _percent(found.get("thought in the frame")),
             _points(found.get("falsification: said less thought")), *lists)
        )  # fmt: skip
    return (
        f"Readings that give the same answers to “{s.headline}”",
        ("Reading", "Said", "Thought", "Gap", "List (SE)", "Told apart"),
        out,
    )


def _lists(s: Surveyed, reading: str) -> tuple[str, str]:
    """Return the estimate of the list experiment and its power, or why there is none."""
    names = [n for n, e in s.questionnaire.experiments.items()
             if e.kind == "list" and e.item == s.headline]  # fmt: skip
    for r in names[:1]:
        rows = {x["what"]: x for x in s.experiments.to_pylist()
                if (x["reading"], x["experiment"]) == (reading, r)}  # fmt: skip
        if "list" in rows:
            told = rows["told apart"]["value"]
            return f"{_percent(rows['list']['value'])} ({_error(rows['list'])})", (
                f"{words.per(told, 100)} surveys"
            )
    return "none", ""


def _standing(s: Surveyed, reading: str) -> Shown:
    cells: dict[tuple[str, str], dict[str, Row]] = {}
    for r in s.people.to_pylist():
        if (r["reading"], r["item"]) == (reading, s.headline):
            cells.setdefault((r["standing"], r["population"]), {})[r["what"]] = r
    out = []
    for (label, population), found in cells.items():
        share = found["share of the population"]
        out.append(
            (label, {"frame": "the frame", "adults": "all adults"}[population],
             words.per(share["value"]) if share["value"] is not None else "undefined",
             _percent(found["approve privately"]["value"]),
             _percent(found["say that they approve"]["value"]))
        )  # fmt: skip
    return (
        f"Who approves and who is sanctioned, of the same people (reading: {reading})",
        ("People", "Of", "Share", "Approve privately", "Say so"),
        out,
    )


def _gradients(s: Surveyed, reading: str) -> Shown:
    cells: dict[str, dict[str, float | None]] = {}
    for r in s.gradients.to_pylist():
        if (r["reading"], r["item"]) == (reading, s.headline):
            cells.setdefault(r["contrast"], {})[r["what"]] = r["value"]
    parts = ("benefits", "fairness", "exposure", "age", "the rest")
    out = [
        (contrast, _points(found.get("said")), _points(found.get("private")),
         _points(found.get("private, expected, benefits equal")),
         *(words.number(found.get(f"part: {p}"), 2) for p in parts))
        for contrast, found in cells.items()
    ]  # fmt: skip
    heads = ("More approval among", "Said", "Private", "Benefits equal", *parts)
    return "Who approves more: percentage points, and parts in units of the noise", heads, out


def _experiments(s: Surveyed, reading: str) -> Shown:
    out = []
    for r in s.experiments.to_pylist():
        if r["reading"] != reading or r["what"] == "told apart":
            continue
        item = s.questionnaire.items[s.questionnaire.experiments[r["experiment"]].item]
        shares = item.answer != "support" and not r["what"].startswith(("support", "endorsed"))
        write = _percent if shares else _number
        value = _points(r["value"]) if shares and " less " in r["what"] else write(r["value"])
        out.append((r["experiment"], r["what"], value,
                    f"{100 * r['se']:.1f}" if shares and r["se"] is not None else _number(r["se"]),
                    write(r["truth"]) if " less " not in r["what"] or not shares
                    else _points(r["truth"])))  # fmt: skip
    return (
        f"Experiments (reading: {reading}; SE of shares in points)",
        ("Experiment", "What", "Estimate", "SE", "In the whole frame"),
        out,
    )


def _panel(s: Surveyed, reading: str) -> Shown:
    rows = [r for r in s.panel.to_pylist() if r["reading"] == reading]
    out = [(r["item"], r["what"],
            _points(r["value"]) if r["what"].startswith("change") else _percent(r["value"]),
            _error(r), words.number(r["asked"], 0)) for r in rows]  # fmt: skip
    return f"The same people again (reading: {reading})", (
        "Item", "What", "Estimate", "SE", "Asked"), out  # fmt: skip


def closing(s: Surveyed) -> list[str]:
    """Return what must be said at the end."""
    ranged = sum(a.get("range") is not None for a in s.assumptions)
    return [
        "SE: design-based, in percentage points. The range is what luck does to a survey; what "
        "nobody knows about the numbers behind it is not in it.",
        f"This rests on {words.plural(len(s.assumptions), 'assumed number')}, {ranged} with a "
        "stated range. No published coefficient of approval could be read: signs are published, "
        "sizes are not.",
        *(f"Not published: {text}" for text in s.questionnaire.unpublished),
        "A survey cannot tell private from reported approval, trust from power, or approval from "
        "not knowing. Nobody in these numbers is real.",
    ]


def _percent(value: float | None) -> str:
    return "undefined" if value is None else words.percent(value)


def _number(value: float | None) -> str:
    return "" if value is None else words.number(value, 2)


def _points(value: float | None) -> str:
    if value is None:
        return "undefined"
    return f"{'+' if value > 0 else ''}{words.number(100 * value, 1)}"


def _share(value: float | None, row: Row) -> str:
    if value is None:
        return "undefined"
    return words.number(value, 2) if row["category"] == "mean" else words.percent(value)


def _error(row: Row) -> str:
    if row["se"] is None:
        return ""
    return f"{row['se'] * (1 if row.get('category') == 'mean' else 100):.2f}"


def _range(row: Row) -> str:
    if row["low"] is None:
        return ""
    if row["category"] == "mean":
        return words.interval(row["low"], row["high"], 2)
    return words.percent_interval(max(0.0, row["low"]), min(1.0, row["high"]))
