"""The page of a sweep: what luck does, what nobody knows does, and which numbers move what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.audit import words
from scoredsociety.audit.unknown import FEWEST, Evidence, Mover, Statement, Unknown
from scoredsociety.report.parts import Figure, Number, Page, Section, Table
from scoredsociety.report.ranges import ranges
from scoredsociety.report.theme import HARM, NARROW, SAFEGUARD, Drawn, Panel, Row, aligned

KEYS = (
    *("sanctioned", "wrongful", "cross-context", "harms", "spiral", "trap", "recovery"),
    *("chilling", "deterrence", "refusals", "friendships", "children", "rewarded"),
)
"""The measures of a sweep: those of the line that need one run and the world without schemes."""

MIXED = "share of the spread over draws that luck alone would make"


@dataclass(frozen=True)
class Swept:
    """What a page of a sweep needs.

    Attributes
    ----------
    regime, title, summary : str
    safeguards : sequence of str
        Of the second arm; empty if there is none.
    figures : sequence of Unknown
        Levels, then changes by the safeguards.
    statements : sequence of Statement
        Declared before anything ran.
    paths : sequence of str
        The numbers that were drawn.
    values : float64 array, shape (K, len(paths))
    ranges : sequence of (value, low, high, logarithmic)
        Of each number that was drawn.
    kept : mapping of str to int
        Numbers that kept their value in so many draws.
    without_range : sequence of str
        Assumed numbers that state no range and stay as they are.
    command : str
        What makes these numbers again.
    settings : mapping
        people, months, replicates and seed.
    """

    regime: str
    title: str
    summary: str
    safeguards: Sequence[str]
    figures: Sequence[Unknown]
    statements: Sequence[Statement]
    paths: Sequence[str]
    values: NDArray[np.float64]
    ranges: Sequence[tuple[float, float, float, bool]]
    kept: Mapping[str, int]
    without_range: Sequence[str]
    command: str
    settings: dict[str, Any]

    @property
    def draws(self) -> int:
        """How many draws were made."""
        return len(self.values)

    def figure(self, key: str, change: bool = False) -> Unknown | None:
        """Return a figure by its name, or null."""
        return next((u for u in self.figures if (u.course.key, u.change) == (key, change)), None)

    def verdict(self, statement: Statement) -> Evidence:
        """Judge a statement over both layers: the draws, and the luck in each."""
        u = self.figure(statement.key, statement.change)
        return Evidence.OPEN if u is None else statement.judge(u.both_low, u.both_high)


def say(u: Unknown, value: float | None) -> str:
    """Write a value in the unit of a figure; changes with their sign."""
    if value is None:
        return "undefined"
    if u.change:
        if u.course.unit == "share":
            return f"{'+' if value > 0 else ''}{words.number(100 * value, 1)} points"
        return f"{'+' if value > 0 else ''}{words.number(float(f'{value:.3g}'))}"
    if u.course.unit == "share":
        return f"{words.number(100 * value, 1)}%" if value < 0 else words.percent(value)
    return words.number(float(f"{value:.3g}"))


def say_range(u: Unknown, low: float | None, high: float | None) -> str:
    """Write a range in the unit of a figure."""
    if low is None or high is None:
        return words.TOO_FEW
    if not u.change and u.value is not None and min(u.value, u.drawn_low or 0.0) >= 0:
        low, high = words.cut(low, high, u.course.unit)
    if say(u, low) == say(u, high):
        return say(u, low)
    return f"{say(u, low)} to {say(u, high)}"


def say_luck(u: Unknown) -> str:
    """Write the share of the variance that is luck."""
    if u.luck is None:
        return "undefined"
    return words.percent(u.luck) if u.luck < 1 else "all of it"


def say_movers(u: Unknown, most: int = 3) -> str:
    """Name the assumptions that move a figure, or say that there is not enough evidence."""
    if u.drawn_low is None:
        return "undefined"
    if u.drawn_low == u.drawn_high:
        return "nothing moves it"
    if not u.evident:
        return f"{words.NO_EVIDENCE} with {u.draws} draws"
    return "; ".join(f"{m.path} ({_sign(m)})" for m in u.evident[:most])


def _sign(m: Mover) -> str:
    return f"{'+' if m.correlation > 0 else words.MINUS}{abs(m.correlation):.2f}"


COLUMNS = ("What", "As declared", "Luck (95%)", "Over the draws", "Draws and luck", "Luck’s share",
           "Moved by (rank correlation)")  # fmt: skip


def rows_of(made: Swept, change: bool) -> list[tuple[str, ...]]:
    """Return a line a figure."""
    return [
        (
            f"{u.course.title} ({u.course.measure}, {u.course.unit})",
            say(u, u.value),
            say_range(u, u.low, u.high) if u.value is not None else "",
            say_range(u, u.drawn_low, u.drawn_high) if u.draws else "undefined",
            say_range(u, u.both_low, u.both_high) if u.draws else "",
            say_luck(u),
            say_movers(u),
        )
        for u in made.figures
        if u.change == change
    ]


def _tables(made: Swept, change: bool) -> Table:
    what = f"Changes by {words.listing(made.safeguards)}" if change else "Levels"
    return Table(f"{what}, in two layers", COLUMNS, rows_of(made, change),
                 frozenset(range(1, 6)), "Show these numbers as a table", open=True)  # fmt: skip


def _row(u: Unknown) -> Row:
    scale = 100.0 if u.course.unit == "share" else 1.0

    def at(x: float | None) -> float | None:
        return None if x is None else scale * x

    low, high = u.low, u.high
    if not u.change and low is not None and high is not None and (u.value or 0.0) >= 0:
        low, high = words.cut(low, high, u.course.unit)
    return {"name": u.course.title, "x": at(u.value), "low": at(low), "high": at(high),
            "from": at(u.drawn_low), "to": at(u.drawn_high), "said": say(u, u.value)}  # fmt: skip


def panels(made: Swept, change: bool, width: int = NARROW) -> list[Panel]:
    """Draw the figures: shares on one axis, every other unit on its own."""
    found = [u for u in made.figures if u.change == change and u.value is not None and u.draws]
    colour = SAFEGUARD if change else HARM
    line = 0.0 if change else None
    groups: dict[str, list[Unknown]] = {"share": []}
    for u in found:
        groups.setdefault(u.course.unit if u.course.unit == "share" else u.course.key, []).append(u)
    out = []
    for members in (m for m in groups.values() if m):
        unit = members[0].course.unit
        named = {"share": "Percentage points" if change else "Per cent"}.get(
            unit, words.sentence(unit)
        )
        heading = "Shares" if unit == "share" else members[0].course.title
        text = "; ".join(
            f"{u.course.title} ({u.course.measure}): {say(u, u.value)} as declared, "
            f"{say_range(u, u.drawn_low, u.drawn_high)} over the draws" for u in members
        )  # fmt: skip
        out.append(
            ranges([_row(u) for u in members], heading, f"{named}.", colour=colour, line=line,
                   suffix="%" if unit == "share" and not change else "", width=width,
                   left=128, right=84, alt_text=f"Ranges, simulated. {text}.")
        )  # fmt: skip
    return aligned(out)


def figure(made: Swept, change: bool) -> Figure:
    """Draw levels, or the changes by the safeguards."""
    what = f"Changes by {words.listing(made.safeguards)}. " if change else ""
    form = made.figures[0].form if made.figures else ""
    return Figure(
        "changes" if change else "levels", "",
        f"{what}Dot: as declared. Line: luck, 95% over {made.settings['replicates']} societies. "
        f"Pale band: what nobody knows, from {form} of {made.draws} draws of "
        f"{len(made.paths)} assumed numbers over their ranges. The same people with the same luck "
        "in every draw.",
        panels(made, change), (),
    )  # fmt: skip


def finding(made: Swept) -> str:
    """Say how wide what nobody knows is beside luck, for the wrongful share or what is there."""
    order = ("wrongful", "sanctioned", "deterrence", "rewarded")
    known = (made.figure(key) for key in order)
    u = next((u for u in known if u is not None and u.value is not None and u.draws > 1), None)
    if u is None:
        return f"Nothing that is measured is defined under {made.regime}"
    return (
        f"{u.course.title}: {say(u, u.value)} as declared; luck makes it "
        f"{say_range(u, u.low, u.high)}, what nobody knows "
        f"{say_range(u, u.drawn_low, u.drawn_high)}"
    )


def statements_table(made: Swept) -> Table:
    """Print what was asked, and what both layers say to it."""
    rows = []
    for s in made.statements:
        u = made.figure(s.key, s.change)
        span = say_range(u, u.both_low, u.both_high) if u is not None else "undefined"
        rows.append((words.sentence(str(s)), span, str(made.verdict(s))))
    return Table("Statements, declared before anything ran",
                 ("Statement", "Draws and luck", "What there is"), rows, open=True)  # fmt: skip


def drawn_table(made: Swept) -> Table:
    """Print every number that was drawn, with its range and law."""
    kept = {p: f"kept its value in {words.plural(float(n), 'draw')}" for p, n in made.kept.items()}
    rows = [
        (path, words.number(value), f"{words.number(low)} to {words.number(high)}",
         "log-uniform" if logarithmic else "uniform", kept.get(path, ""))
        for path, (value, low, high, logarithmic) in zip(made.paths, made.ranges, strict=True)
    ]  # fmt: skip
    return Table("Assumed numbers that were drawn",
                 ("Number", "As declared", "Range", "Law", "Note"), rows, frozenset({1, 2}),
                 "Show every number that was drawn")  # fmt: skip


def limits(made: Swept) -> list[str]:
    """Say what the figures rest on."""
    few = made.draws < FEWEST
    return [
        "A Latin hypercube: each number takes every part of its range once, in an order of its "
        "own. All draws were fixed before anything ran, and no result chose the next one.",
        "Drawn uniformly over the declared range; log-uniformly where the range lies above 0 and "
        "its upper end is ten times the lower or more. Nobody knows that law either.",
        "Where numbers drawn together would break the language of schemes, or make cameras mistake "
        "everybody every month, they keep the declared value in that draw; the table counts these.",
        "Each number is drawn apart from the others, though in the world some may go together. "
        "Numbers drawn for several groups (majority and minority) are drawn apart too.",
        f"{words.plural(float(len(made.without_range)), 'assumed number')} "
        f"{'states' if len(made.without_range) == 1 else 'state'} no range and "
        f"{'stays' if len(made.without_range) == 1 else 'stay'} as declared: what "
        "nobody knows is wider than the bands.",
        "Draws and luck: the range over the draws, widened at either end by the luck that is left "
        "in a mean over societies (Student t, pooled within draws). A statement has evidence for "
        "or against it if the whole of that range says so, and else there is not enough.",
        f"Luck’s share: {MIXED}. All of it means that the draws differ no more than luck would.",
        "Moved by: Spearman’s rank correlation over the draws, held against luck for all numbers "
        "at once (Holm). " + ("Fewer than eight draws say nothing of single numbers."
                              if few else "What is not named may still matter."),
    ]  # fmt: skip


def numbers(made: Swept) -> list[Number]:
    """Choose three numbers: as declared, over the draws, and luck's share."""
    u = next((x for x in (made.figure("wrongful"), made.figure("sanctioned"), *made.figures)
              if x is not None and x.value is not None and x.draws > 1), None)  # fmt: skip
    if u is None:
        return [Number(str(made.draws), "draws")]
    what = f"{u.course.title[:1].lower()}{u.course.title[1:]}"
    return [
        Number(say(u, u.value), f"{what}, as declared ({u.course.unit})"),
        Number(say_range(u, u.drawn_low, u.drawn_high), f"over {made.draws} draws of what nobody "
               "knows"),
        Number(say_luck(u), f"{MIXED}"),
    ]  # fmt: skip


def build(made: Swept) -> Page:
    """Put the page together."""
    s = made.settings
    levels = Section("levels", "In two layers", heading(made), figures=(figure(made, False),),
                     tables=(_tables(made, False),))  # fmt: skip
    changes = [
        Section("changes", "What the safeguards change",
                f"With {words.listing(made.safeguards)}, draw by draw",
                figures=(figure(made, True),), tables=(_tables(made, True),))
    ] if made.safeguards else []  # fmt: skip
    verdicts = [made.verdict(x) for x in made.statements]
    told = words.listing(f"{words.spelled(verdicts.count(e))} {e}" for e in Evidence)
    return Page(
        title=f"Simulated: what nobody knows of {made.regime}",
        simulated=f"Every person here is synthetic. {words.plural(float(made.draws), 'draw')} × "
        f"{words.plural(float(s['people']), 'person', 'people')} × "
        f"{words.plural(float(s['months']), 'month')} × "
        f"{words.plural(float(s['replicates']), 'replicate')}, seed {s['seed']}.",
        finding=finding(made),
        lede=[f"{made.title}: {made.summary}"],
        three=numbers(made),
        sections=[
            levels,
            *changes,
            Section("statements", "What was asked", words.sentence(told),
                    tables=(statements_table(made),)),
            Section("reading", "How to read it", "A wide band is a result", points=limits(made),
                    tables=(drawn_table(made),)),
            Section("reproduce", "How to reproduce", "One command makes these numbers again",
                    code=(made.command,),
                    text=("sweep.csv beside this page holds every figure, draws.csv what every "
                          "draw set.",)),
        ],
        footer="Simulated. Made with scoredsociety, an open laboratory for published social "
        "credit schemes. This page loads nothing from anywhere.",
    )  # fmt: skip


def heading(made: Swept) -> str:
    """Count the figures of which luck makes less than a tenth of the spread."""
    known = [u for u in made.figures if not u.change and u.luck is not None]
    small = sum((u.luck or 0.0) < 0.1 for u in known)
    return (
        f"In {words.spelled(small)} of {words.spelled(len(known))} measures luck is less than a "
        "tenth of what is uncertain"
    )


def sweep_html(made: Swept) -> str:
    """Return the page as text; the same input gives the same bytes."""
    from scoredsociety.report.page import render

    return render(build(made))


def sweep_chart(made: Swept, columns: int = 2) -> Drawn:
    """Draw every level for a notebook.

    Raises
    ------
    ValueError
        If nothing is defined.
    """
    import altair as alt

    from scoredsociety.report.theme import finish

    drawn = panels(made, False)
    if not drawn:
        raise ValueError("Every measure is undefined: there is nothing to draw.")
    joined = alt.concat(*(p.chart.properties(description=p.alt) for p in drawn), columns=columns)
    return finish(joined.properties(description=f"Simulated. {finding(made)}."))
