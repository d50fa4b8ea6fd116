"""What reading something changes, and who changes their mind in a second wave, drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.opinion.experiments import POLICY
from scoredsociety.report.asked import (
    Answers,
    Found,
    beside,
    hundred,
    nothing,
    points,
    population,
    read_as,
    share,
    share_se,
    spans,
)
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.said import PER_CENT
from scoredsociety.report.saying import Draw, panels
from scoredsociety.report.stacks import ranges
from scoredsociety.report.theme import WIDE, Panel, Row, ticks

if TYPE_CHECKING:
    from scoredsociety.opinion.questionnaire import Experiment
    from scoredsociety.opinion.survey import Surveyed


def experiments(surveyed: Surveyed) -> Figure:
    """Draw the arms of the information and endorsement experiments with their ranges."""
    a = Answers(surveyed)
    names = [n for n, e in a.asks.experiments.items() if e.kind != "list"]
    if not names:
        return nothing("experiments", a, "This questionnaire has no information or endorsement "
                       "experiment")  # fmt: skip
    held = [n for n in names if _arms(a, n)]
    if not held:
        note = next(iter(a.cells("experiments").values())).note
        return nothing("experiments", a, f"No experiment could be made: {note}")
    draws: list[Draw] = [partial(_draw_experiment, a, n) for n in held]
    pictures, alone = panels(draws)
    changes = [(n, w, f) for n in held for w, f in _less(a, n)]
    name, what, found = max(changes, key=lambda c: abs(c[2].value or 0.0) / (c[2].se or 1.0))
    way = "lowers" if (found.value or 0.0) < 0 else "raises"
    of = _outcome(a, a.asks.experiments[name])
    arm = a.asks.experiments[name].arms.get(what.partition(" less ")[0])
    head = f"{f'“{arm.title}”' if arm else 'An endorsement'} {way} {of} by {_size(a, name, found)}"
    tables = (
        Table(
            f"Arms of the experiments. {beside(surveyed, brief=True)}",
            ("Experiment", "Reading", "Arm", "Estimate", "Standard error",
             words.sentence(a.ranged), "In the whole frame", "Published", "Asked"),
            _experiment_lines(a), frozenset(range(3, 9)),
        ),
    )  # fmt: skip
    return Figure("experiments", head, f"{words.sentence(population(a))}; each reads one text or "
                  f"none, read as {read_as(a.main)}.", pictures, tables,
                  (beside(surveyed),), alone)  # fmt: skip


def _arms(a: Answers, name: str) -> list[tuple[str, Found]]:
    """Return the arms of an experiment under the main reading, without their differences."""
    return [
        (k[2], f) for k, f in a.cells("experiments").items()
        if k[:2] == (a.main.name, name) and " less " not in k[2] and f.value is not None
    ]  # fmt: skip


def _less(a: Answers, name: str) -> list[tuple[str, Found]]:
    return [
        (k[2], f) for k, f in a.cells("experiments").items()
        if k[:2] == (a.main.name, name) and " less " in k[2] and f.value is not None
    ]  # fmt: skip


def _outcome(a: Answers, e: Experiment) -> str:
    if e.kind == "endorsement":
        return "support of the policy"
    return "approval" if a.in_shares(e.item) else "mean support"


def _size(a: Answers, name: str, found: Found) -> str:
    """Write the size of a change with its range, in the unit of its experiment."""
    value, low, high = (abs(x) if x is not None else None for x in (found.value, found.low,
                                                                    found.high))  # fmt: skip
    shares = a.in_shares(name)
    scale, unit = (100.0, " points") if shares else (1.0, "")
    if value is None or found.low is None or found.high is None or low is None or high is None:
        return "an unknown amount"
    if found.low * found.high < 0:
        ends = f"{words.number(scale * found.low, 2)} to {words.number(scale * found.high, 2)}"
    else:
        ends = words.interval(scale * min(low, high), scale * max(low, high), 1 if shares else 2)
    return f"{words.number(scale * value, 1 if shares else 2)}{unit} ({ends})"


def _published(a: Answers, e: Experiment, arm: str) -> list[tuple[float, str]]:
    """Return the published figures of one arm with their source."""
    return [(p.value, str(p.source)) for p in e.published if p.arm == arm]


def _draw_experiment(a: Answers, name: str, width: int) -> Panel:
    e = a.asks.experiments[name]
    shares = a.in_shares(name)
    scale = 100 if shares else 1
    if shares:
        axis: Sequence[float] = (0, 25, 50, 75, 100)
    elif e.kind == "endorsement":
        axis = tuple(range(POLICY[0], POLICY[1] + 1))
    else:
        item = a.asks.items[e.item]
        axis = [item.low + t for t in ticks(item.high - item.low)]
    rows: list[Row] = []
    for arm, found in _arms(a, name):
        ends = {k: None if v is None else scale * v for k, v in (("low", found.low),
                                                                 ("high", found.high))}  # fmt: skip
        marks: list[Row] = [{"look": "filled", "x": scale * (found.value or 0.0), **ends}]
        told = _published(a, e, arm)
        marks += [{"look": "published", "x": scale * v, "lane": 1} for v, _ in told]
        said = hundred(found.value) if shares else words.number(found.value, 2)
        if told:
            said += f"; published: {words.listing([words.number(scale * v) for v, _ in told])}"
        rows.append({"name": _arm_name(arm), "marks": marks, "said": said})
    key = [("filled", "estimate")]
    key += [("published", "published")] if any(len(r["marks"]) > 1 for r in rows) else []
    unit = "Per cent who approve" if shares else f"Mean {_outcome(a, e).removeprefix('mean ')}"
    wide = width == WIDE
    unit = f"{unit}. Line: {a.ranged}. {beside(a.surveyed, brief=True)}."
    said = "; ".join(f"{r['name']} {r['said']}" for r in rows)
    return ranges(
        rows, key, e.policy or e.title, unit, marks=axis, suffix="%" if shares else "",
        left=150 if wide else 96, right=130 if wide else 84, width=width,
        alt_text=f"Dots and lines, simulated. {e.title}: {said}. {unit}",
    )  # fmt: skip


def _arm_name(arm: str) -> str:
    return arm.removeprefix("support, ").replace("-", " ")


def _experiment_lines(a: Answers) -> list[tuple[str, ...]]:
    out: list[tuple[str, ...]] = []
    for (reading, name, what), found in a.cells("experiments").items():
        e = a.asks.experiments[name]
        shares = a.in_shares(name)
        told = _published(a, e, what)
        if what == "list":
            told = [(p.value, f"{p.source}: {p.what}") for p in e.published]
        if what == "told apart":
            continue
        less = " less " in what
        if shares:
            value = points(found.value) if less else share(found.value)
            truth = points(found.truth) if less else share(found.truth)
            span = _points_span(found) if less else spans(found)
            error = share_se(found)
        else:
            value, truth, error = (
                "undefined" if x is None else words.number(x, 2)
                for x in (found.value, found.truth, found.se)
            )
            span = words.interval(found.low, found.high, 2)
        published = "; ".join(
            f"{words.percent(v) if shares else words.number(v)} ({source})" for v, source in told
        )
        many = words.number(found.asked, 0) if found.value is not None else f"0: {found.note}"
        out.append((e.title, reading, what or "all", value, error, span, truth,
                    published or "none", many))  # fmt: skip
    return out


def _points_span(found: Found) -> str:
    return "undefined" if found.low is None else words.interval_in(found.low, found.high, "points")


def panel(surveyed: Surveyed) -> Figure:
    """Draw approval in both waves of a panel, of those who stayed in it."""
    a = Answers(surveyed)
    if a.asks.panel is None:
        return nothing("panel", a, "This questionnaire has no second wave")
    item = a.item if a.item in a.asks.panel.items else a.asks.panel.items[0]

    def find(what: str) -> Found:
        return a.find("panel", a.main.name, item, what)

    groups = ("all", "learnt of repressive use", "others")
    rows: list[Row] = []
    gone = []
    for g in groups:
        one, two = find(f"first wave, {g}"), find(f"second wave, {g}")
        if one.value is None or two.value is None:
            gone.append(g)
            continue
        marks = [{"look": look, "x": 100 * (f.value or 0.0), "lane": lane,
                  "low": None if f.low is None else 100 * f.low,
                  "high": None if f.high is None else 100 * f.high}
                 for look, f, lane in (("hollow", one, 0), ("filled", two, 1))]  # fmt: skip
        said = f"{hundred(one.value)}, then {hundred(two.value)}".replace(" in 100", "")
        rows.append({"name": "everybody" if g == "all" else g, "marks": marks, "said": said})
    if not rows:
        cells = [f for k, f in a.cells("panel").items() if k[0] == a.main.name]
        note = next((f.note for f in cells if f.note), "nobody was asked twice")
        return nothing("panel", a, f"There is no second wave to show: {note}")
    later = words.number(a.asks.panel.months_later.value)
    unit = (
        f"Per cent who approve, of those who answered twice. Line: {a.ranged}. "
        f"{beside(surveyed, brief=True)}."
    )
    key = [("hollow", "first wave"), ("filled", f"{later} months later")]
    draw: Callable[[int], Panel] = lambda width: ranges(  # noqa: E731
        rows, key, "Two waves", unit, marks=PER_CENT, suffix="%",
        left=150 if width == WIDE else 96, right=110 if width == WIDE else 76, width=width,
        alt_text="Dots and lines, simulated. "
        + "; ".join(f"{r['name']}: {r['said']}" for r in rows) + f" in 100. {unit}",
    )  # fmt: skip
    pictures, alone = panels([draw])
    change = find("change, all")
    head = (
        f"After {later} months, {hundred(find('second wave, all').value)} approve "
        f"({points(change.value)}); of those who learnt of repressive use, "
        f"{hundred(find('second wave, learnt of repressive use').value)}"
    )
    lines = []
    for (reading, name, what), found in a.cells("panel").items():
        moved = what.startswith("change")
        lines.append(
            (a.asks.items[name].asks, reading, what,
             points(found.value) if moved else share(found.value), share_se(found),
             _points_span(found) if moved else spans(found),
             points(found.truth) if moved else share(found.truth),
             words.number(found.asked, 0) if found.value is not None else f"0: {found.note}")
        )  # fmt: skip
    table = Table(
        f"Both waves of the panel. {beside(surveyed, brief=True)}",
        ("Item", "Reading", "What", "Estimate", "Standard error", words.sentence(a.ranged),
         "In the whole frame", "Asked twice"),
        lines, frozenset(range(3, 8)),
    )  # fmt: skip
    notes = [beside(surveyed)]
    if gone:
        notes.append(f"Not drawn, for nobody of them was asked twice: {words.listing(gone)}.")
    return Figure("panel", head, f"Those of {population(a)} who stayed, read as "
                  f"{read_as(a.main)}.", pictures, (table,), notes, alone)  # fmt: skip
