"""The page of a comparison of safeguards: every design, whom it helps, and what is given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from scoredsociety.audit import words
from scoredsociety.audit.combining import Interaction, level_and_change, note_of
from scoredsociety.audit.designs import ACTS, QUANTITIES, Outcome, Quantity
from scoredsociety.report.frontier import frontier, numbering
from scoredsociety.report.parts import Figure, Number, Page, Section, Table
from scoredsociety.report.ranges import ranges
from scoredsociety.report.theme import NARROW, SAFEGUARD, WIDE, Drawn

SHARES = ("share",)
GIVEN = ("prevented", "prevented share", "chilling", "rewarded", "filings", "rightful avoided")
"""What may be given up for a safeguard, and what it costs."""
HARMED = ("wrongful share", "wrongful months", "sanctioned months", "harm", "children")
PAIRED = ("helped", "worse off", "not helped", "wrongful avoided", "wrongful added", "lives")


@dataclass(frozen=True)
class Guarded:
    """What a page of safeguards needs.

    Attributes
    ----------
    regime, title, summary : str
        Of the regime that is guarded.
    outcomes : sequence of Outcome
        The regime as it is first, then every design, in the order in which they were declared.
    interactions : sequence of Interaction
    command : str
        What makes these numbers again.
    settings : mapping
        people, months, replicates and seed.
    """

    regime: str
    title: str
    summary: str
    outcomes: Sequence[Outcome]
    interactions: Sequence[Interaction]
    command: str
    settings: dict[str, Any]

    @property
    def simulated(self) -> list[Outcome]:
        """The designs that were simulated, the regime as it is first."""
        return [o for o in self.outcomes if o.simulated]


def quantity(key: str) -> Quantity:
    """Return a quantity by its key."""
    return next(q for q in QUANTITIES if q.key == key)


def say(outcome: Outcome, base: Outcome, key: str) -> str:
    """Write a level, or a paired figure, in its unit."""
    if not outcome.simulated:
        return words.NO_EVIDENCE
    level, _ = level_and_change(outcome, base, key)
    value = float(level.value[0])
    if value != value:
        return "undefined"
    return words.percent(value) if quantity(key).unit in SHARES else words.number(value)


def say_change(outcome: Outcome, base: Outcome, key: str) -> str:
    """Write the paired change with its interval."""
    if not outcome.simulated:
        return ""
    _, c = level_and_change(outcome, base, key)
    value, low, high = (float(x[0]) for x in (c.value, c.low, c.high))
    if value != value:
        return "undefined"
    if value == low == high == 0.0:
        return "no change"
    if quantity(key).unit in SHARES:
        change, known = words.percentage_points(value), words.interval_in(low, high, "points")
    else:
        change = f"{'+' if value > 0 else ''}{words.number(value)}"
        known = words.interval(low, high) if low == low else words.TOO_FEW
    return f"{change} ({known})"


def finding(made: Guarded) -> str:
    """Say the wrongful share as it is and over the designs; no design is singled out."""
    base, *others = made.simulated
    key = "wrongful share"
    found = [level_and_change(o, base, key)[0].value[0] for o in (base, *others)]
    known = [float(x) for x in found if x == x]
    if not known or found[0] != found[0]:
        return f"Nothing is listed or graded under {made.regime}: no safeguard has work to do"
    if not others:
        return f"No safeguard that was asked for changes anything under {made.regime}"
    return (
        f"As it is, {words.per(float(found[0]), 100)} entries are wrongful; under "
        f"{words.plural(float(len(others)), 'design')} it is between {words.per(min(known), 100)} "
        f"and {words.per(max(known), 100)}"
    )


def designs_rows(made: Guarded, keys: Sequence[str], change: bool) -> list[tuple[str, ...]]:
    """Return a line a design: its number, its name, and a cell for each quantity."""
    base, numbers = made.outcomes[0], numbering(made.simulated)
    rows = []
    for o in made.outcomes:
        cells = [say_change(o, base, k) if change and o.names else say(o, base, k) for k in keys]
        blank = ["" for _ in keys]
        what = o.label if not note_of(o) else f"{o.label} ({note_of(o)})"
        rows.append((numbers.get(o.names, "–"), what, *(cells if o.simulated else blank)))
    return rows


def _table(made: Guarded, caption: str, keys: Sequence[str], change: bool, **more: Any) -> Table:  # noqa: ANN401
    heads = [f"{quantity(k).title} ({quantity(k).measure}, {quantity(k).unit})" for k in keys]
    rows = [(r[0], *r[1:]) for r in designs_rows(made, keys, change)]
    return Table(caption, ("No.", "Design", *heads), rows,
                 frozenset(range(2, len(keys) + 2)), **more)  # fmt: skip


def frontier_figure(made: Guarded) -> Figure:
    """Draw every design: wrongful months against what is prevented."""
    drawn = [partial(frontier, made.simulated)(width) for width in (WIDE, NARROW)]
    known = [p for p in drawn if p is not None]
    return Figure(
        "frontier", "", "Each dot is a design, with the number that it has in the table; thin "
        f"lines are 95% intervals over replicates. Across: wrongfully sanctioned months per 1,000 "
        f"adults (M5). Up: {ACTS} that are prevented (M13), of what the regime answers. The same "
        "people with the same luck everywhere. No design is recommended: what a month of "
        "wrongful sanction weighs against an act is not a matter of counting.",
        known, (), alone=True,
        empty="Nothing is prevented or nobody is aware: there is no frontier to draw.",
    )  # fmt: skip


def interaction_figure(made: Guarded) -> Figure:
    """Draw how much more, or less, safeguards do together than each alone."""
    rows = [
        {
            "name": " + ".join(i.names) if len(i.names) < 4 else f"all {len(i.names)} together",
            "x": None if i.value is None else 100 * i.value,
            "low": None if i.low is None else 100 * i.low,
            "high": None if i.high is None else 100 * i.high,
            "said": i.word,
        }
        for i in made.interactions
    ]
    drawn = [
        ranges(rows, "More or less than the sum",
               "Percentage points of the wrongful share.", colour=SAFEGUARD, line=0.0,
               left=left, right=right, width=width)
        for width, left, right in ((WIDE, 250, 148), (NARROW, 120, 92))
    ]  # fmt: skip
    complements, substitutes = (
        sum(i.word == word for i in made.interactions) for word in ("complements", "substitutes")
    )
    return Figure(
        "interactions",
        f"Of {words.plural(float(len(rows)), 'combination')}, {words.spelled(complements)} "
        f"{'is' if complements == 1 else 'are'} complements and {words.spelled(substitutes)} "
        f"{'is' if substitutes == 1 else 'are'} substitutes",
        "Change of the wrongful share with all of them, less the sum of the changes with each "
        "alone. Left of the line: together they take away more (complements). Dots with 95% "
        "intervals over replicates, paired; on the scale of differences.",
        drawn if rows else (), (interactions_words(made.interactions),), alone=True,
        empty="No two safeguards were combined.",
    )  # fmt: skip


def interactions_words(found: Sequence[Interaction]) -> Table:
    """Print interactions as a table."""

    def points(x: float | None) -> str:
        return words.NO_EVIDENCE if x is None else words.percentage_points(x)

    rows = [(" + ".join(i.names), points(i.value), words.interval_in(i.low, i.high, "points"),
             i.word) for i in found]  # fmt: skip
    return Table(
        "More or less than the sum of each alone, wrongful share (M5)",
        ("Design", "Difference", "95% interval", "Verdict"),
        rows,
        frozenset({1, 2}),
    )


def numbers(made: Guarded) -> list[Number]:
    """Choose three numbers: as it is, all together, and what is prevented."""
    base, last = made.simulated[0], made.simulated[-1]
    arrow = " \N{RIGHTWARDS ARROW} "

    def both(key: str) -> str:
        return arrow.join(dict.fromkeys(say(o, base, key) for o in (base, last)))

    which = f"as it is{arrow}{last.label if len(last.names) < 4 else 'all together'}"
    return [
        Number(both("wrongful share"), f"of entries are wrongful ({which})"),
        Number(both("wrongful months"), "months of wrongful sanction per 1,000 adults"),
        Number(both("prevented share"), "of the acts of those who know of it are prevented; of "
               f"lawful criticism {both('chilling')} falls silent"),
    ]  # fmt: skip


LIMITS = (
    "The designs were declared before anything ran: each safeguard alone, the pairs and the "
    "combinations above. No result chose the next one, and the tool recommends none.",
    "The wrongful share is one of what is left: a safeguard that takes away rightful entries too "
    "can raise it while fewer people are wronged. Read it beside the months.",
    "Severity deters nobody in this model, only certainty does; so a safeguard that softens "
    "sanctions costs no deterrence here, by assumption and not by evidence.",
    "Whoever is told, or has time, files more objections: filings are the cost that is counted. "
    "Nothing is said of what a hearing costs.",
    "Of many intervals at 95% one in twenty misses by luck alone. Intervals show luck between "
    "simulated societies only; scoredsociety sweep asks what the assumed numbers do.",
    "Helped and worse off: fewer or more months under any sanction than the same person has under "
    "the regime as it is. Not helped: wrongly listed with and without.",
)


def build(made: Guarded) -> Page:
    """Put the page together."""
    s, base = made.settings, made.outcomes[0]
    nothing = [o for o in made.outcomes[1:] if not o.simulated or o.unchanged]
    sections = [
        Section("designs", "Every design", heading(made), figures=(frontier_figure(made),),
                tables=(
                    _table(made, "Whom it wrongs: the regime as it is, and the paired change by "
                           "each design with its 95% interval", HARMED, True, open=True),
                    _table(made, "What is given up, and what it costs: likewise", GIVEN, True,
                           open=True),
                )),
        Section("people", "Who is helped, and who is not", helped(made),
                tables=(_table(made, "The same people, with and without: per 1,000 adults", PAIRED,
                               False, open=True),)),
        Section("interactions", "Together and alone", interaction_figure(made).heading,
                figures=(_untitled(interaction_figure(made)),)),
    ]  # fmt: skip
    if nothing:
        sections.append(
            Section("nothing", "What changes nothing",
                    f"{words.sentence(words.spelled(len(nothing)))} of the designs "
                    f"{'changes' if len(nothing) == 1 else 'change'} nothing here",
                    points=[f"{o.label}: {note_of(o)}." for o in nothing])
        )  # fmt: skip
    sections += [
        Section("reading", "How to read it", "A table of what was tried is not advice",
                points=LIMITS),
        Section("reproduce", "How to reproduce", "One command makes these numbers again",
                code=(made.command,),
                text=("safeguards.csv beside this page holds every figure with its interval, "
                      "interactions.csv every combination.",)),
    ]  # fmt: skip
    return Page(
        title=f"Simulated: safeguards on {made.regime}",
        simulated=f"Every person here is synthetic. "
        f"{words.plural(float(len(made.simulated)), 'design')} × "
        f"{words.plural(float(s['people']), 'person', 'people')} × "
        f"{words.plural(float(s['months']), 'month')} × "
        f"{words.plural(float(s['replicates']), 'replicate')}, seed {s['seed']}.",
        finding=finding(made),
        lede=[f"{made.title}: {made.summary}"],
        three=numbers(made) if base.simulated else [],
        sections=sections,
        footer="Simulated. Made with scoredsociety, an open laboratory for published social "
        "credit schemes. This page loads nothing from anywhere.",
    )


def _untitled(figure: Figure) -> Figure:
    return Figure(figure.name, "", figure.unit, figure.panels, figure.tables, figure.notes,
                  figure.alone, figure.empty)  # fmt: skip


def heading(made: Guarded) -> str:
    """Say how much the designs differ in wrongful months and in what is prevented."""
    base = made.simulated[0]

    def span(key: str) -> str:
        found = [float(level_and_change(o, base, key)[0].value[0]) for o in made.simulated]
        known = [x for x in found if x == x]
        if not known:
            return "undefined"
        low, high = (words.number(float(f"{x:.3g}")) for x in (min(known), max(known)))
        return low if low == high else f"{low} to {high}"

    return (
        f"Wrongful months: {span('wrongful months')} per 1,000 adults over the designs; "
        f"acts prevented: {span('prevented')} per 1,000 aware adults a year"
    )


def helped(made: Guarded) -> str:
    """Say how many designs shorten somebody's sanctions, and how many lengthen somebody's."""
    others = [o for o in made.simulated if o.names]
    better, worse = (sum(bool((o.values[k] > 0).any()) for o in others)
                     for k in ("helped", "worse off"))  # fmt: skip
    return (
        f"{words.sentence(words.spelled(better))} of {words.spelled(len(others))} designs shorten "
        f"somebody’s time under sanctions, {words.spelled(worse)} lengthen somebody’s"
    )


def safeguards_html(made: Guarded) -> str:
    """Return the page as text; the same input gives the same bytes."""
    from scoredsociety.report.page import render

    return render(build(made))


def safeguards_chart(made: Guarded) -> Drawn:
    """Draw the frontier for a notebook.

    Raises
    ------
    ValueError
        If nothing is prevented anywhere, or nobody is aware.
    """
    from scoredsociety.report.theme import finish

    panel = frontier(made.simulated, WIDE)
    if panel is None:
        raise ValueError("Nothing is prevented or nobody is aware: there is no frontier to draw.")
    return finish(panel.chart.properties(description=panel.alt))
