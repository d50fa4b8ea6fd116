"""The line between two regimes as small multiples: levels with intervals, slopes at both ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from scoredsociety.audit import words
from scoredsociety.audit.counts import PER_1000
from scoredsociety.report.lines import HEIGHT, LEFT, axis_marks, value_axis
from scoredsociety.report.parts import Figure, Number, Page, Section, Table
from scoredsociety.report.theme import (
    HARM,
    NARROW,
    REMOVAL,
    SIZE,
    Drawn,
    Panel,
    Row,
    aligned,
    base,
    channel,
    title,
)

if TYPE_CHECKING:
    from scoredsociety.audit.along import Course

GOOD = frozenset({"deterrence", "rewarded"})
"""Courses that a scheme is praised for: drawn in green."""
STRIP = 1.18
"""Room above the highest value, in which the slopes are written."""


@dataclass(frozen=True)
class Way:
    """What a page of a line needs.

    Attributes
    ----------
    start, end : str
        Names of both regimes.
    titles, summaries : (str, str)
        Of both.
    shares : sequence of float
        The part of the way behind each stop.
    courses : sequence of Course
    settings : mapping
        people, months, replicates and seed.
    """

    start: str
    end: str
    titles: tuple[str, str]
    summaries: tuple[str, str]
    shares: Sequence[float]
    courses: Sequence[Course]
    settings: dict[str, Any]

    @property
    def part(self) -> str:
        """How a sentence calls one step of the way."""
        steps = len(self.shares) - 1
        return {2: "half", 3: "third", 4: "quarter", 5: "fifth", 10: "tenth"}.get(
            steps, f"step of {steps}"
        )

    def course(self, key: str) -> Course | None:
        """Return a course by its name, or null."""
        return next((c for c in self.courses if c.key == key), None)


def level(course: Course, at: int) -> float | None:
    """Return the level of a course at a stop, or null."""
    value = float(course.levels.value[at])
    return value if value == value else None


def say(course: Course, value: float | None) -> str:
    """Write a level in its unit."""
    if value is None:
        return "undefined"
    if course.unit == "share" and value < 0:
        return f"{words.number(100 * value, 1)}%"
    if course.unit == "share" and value == 0:
        return "none"
    return words.in_unit(value, course.unit)


def say_change(course: Course, change: float | None) -> str:
    """Write a change over one step with its sign, shares in percentage points."""
    if change is None:
        return "undefined"
    if course.unit == "share":
        size = words.number(100 * change, 1 if abs(change) >= 0.001 else 2)
        unit = " points"
    else:
        size, unit = words.number(float(f"{change:.3g}")), ""
    if not any(c in "123456789" for c in size):
        return "no change"
    return f"{'+' if change > 0 else ''}{size}{unit}"


def say_ratio(course: Course) -> str:
    """Write how much steeper the line is at its end, or that nothing can be said of it."""
    if course.first is None or course.last is None:
        return "undefined"
    if course.convexity is None:
        return "no change at first" if course.first == 0 else "may be luck"
    if course.convexity == 0:
        return "no change at last"
    return f"{words.number(float(f'{course.convexity:.2g}'))} times"


def pieces(course: Course, shares: Sequence[float]) -> list[list[Row]]:
    """Cut a course where it is undefined: a gap stays a gap."""
    m = course.levels
    scale = 100 if course.unit == "share" else 1
    out: list[list[Row]] = [[]]
    for k, share in enumerate(shares):
        value = level(course, k)
        if value is None:
            out.append([])
            continue
        row: Row = {"x": 100 * share, "y": scale * value}
        low, high = float(m.low[k]), float(m.high[k])
        if low == low and high == high:
            row |= {"low": scale * low if value < 0 or low > 0 else 0.0, "high": scale * high}
        out[-1].append(row)
    return [piece for piece in out if piece]


def panel(course: Course, way: Way, width: int) -> Panel:
    """Draw one course over the way, with the change of its first and of its last step."""
    import altair as alt

    cut = pieces(course, way.shares)
    flat = [v for piece in cut for r in piece for v in (r["y"], r.get("low"), r.get("high"))]
    known = [v for v in flat if v is not None]
    marks = axis_marks(max(known, default=1.0), min([0.0, *known]))
    right = 16
    plot = width - LEFT - right
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(values=[0, 25, 50, 75, 100], grid=False, title=None, tickSize=4,
                      labelExpr=_axis_words(), labelFlush=False),
    )  # fmt: skip
    suffix = "%" if course.unit == "share" else ""
    y = value_axis(marks, suffix)
    y.scale = alt.Scale(domain=[marks[0], marks[0] + STRIP * (marks[-1] - marks[0])], nice=False)
    colour = REMOVAL if course.key in GOOD else HARM
    corners = [{"x": 0, "y": marks[0]}, {"x": 100, "y": marks[-1]}]
    layers: list[Drawn] = [base(corners).mark_point(opacity=0).encode(x=x, y=y)]
    for piece in cut:
        band = [r for r in piece if "low" in r]
        if len(band) > 1:
            layers.append(
                base(band).mark_area(color=colour, opacity=0.16).encode(
                    x=x, y=alt.Y("low:Q"), y2=channel("Y2", "high")
                )
            )  # fmt: skip
        data = base(piece)
        layers.append(data.mark_line(color=colour, strokeWidth=2).encode(x=x, y=y))
        layers.append(
            data.mark_point(filled=True, color=colour, size=22, opacity=1).encode(x=x, y=y)
        )
    said = (f"first: {say_change(course, course.first)}",
            f"last: {say_change(course, course.last)}")  # fmt: skip
    for at, align, text in ((0, "left", said[0]), (100, "right", said[1])):
        layers.append(
            base([{"x": at, "t": text}])
            .mark_text(align=align, baseline="middle", color=colour, fontWeight=600, fontSize=SIZE)
            .encode(x=x, y=alt.value(8), text=channel("Text", "t:N"))
        )
    ends = f"{say(course, level(course, 0))} to {say(course, level(course, -1))}"
    unit = "Per cent" if course.unit == "share" else words.sentence(course.unit)
    chart = alt.layer(*layers).properties(
        width=plot, height=HEIGHT,
        title=title(f"{course.title}: {ends}", f"{course.measure}. {unit}.", width, LEFT),
    )  # fmt: skip
    return Panel(
        chart, LEFT, right, 30,
        f"Line chart, simulated. {course.title} ({course.measure}): {say(course, level(course, 0))}"
        f" under {way.start}, {say(course, level(course, -1))} under {way.end}; change over the "
        f"first step {say_change(course, course.first)}, over the last "
        f"{say_change(course, course.last)}.",
    )  # fmt: skip


def _axis_words() -> str:
    return "datum.value == 0 ? 'start' : datum.value == 100 ? 'end' : datum.value + '%'"


def figure(way: Way) -> Figure:
    """Draw all courses of a line on one axis of the way."""
    drawn = aligned([partial(panel, c, way)(NARROW) for c in way.courses if _drawable(c)])
    return Figure(
        "line",
        heading(way),
        f"From {way.start} (start) to {way.end} (end): the part of the way, in per cent. The same "
        "people with the same luck at every stop. Band: 95% interval over replicates. Written "
        f"above each line: the change over the first and over the last {way.part} of the way. A "
        "gap is a level that is undefined.",
        drawn,
        (summary_table(way),),
        notes=undefined_notes(way),
    )


def _drawable(course: Course) -> bool:
    return any(v == v for v in course.levels.value)


def undefined_notes(way: Way) -> list[str]:
    """Name the measures that are undefined on the whole line."""
    gone = [f"{c.title.partition(':')[0].lower()} ({c.measure})"
            for c in way.courses if not _drawable(c)]  # fmt: skip
    return [f"Undefined on the whole line, and not drawn: {words.listing(gone)}."] if gone else []


def heading(way: Way) -> str:
    """Say what the line shows, from its numbers."""
    moving = [c for c in way.courses if c.steeper is not None and (c.first or c.last)]
    steep = sum(bool(c.steeper) for c in moving)
    if not moving:
        return f"Nothing that is measured changes in {len(way.shares) - 1} steps"
    rest = len(moving) - steep

    def verb(count: int) -> str:
        return "changes" if count == 1 else "change"

    return (
        f"{words.sentence(words.spelled(steep) if steep else 'none')} of "
        f"{words.spelled(len(moving))} measures {verb(steep)} more in the last {way.part} of the "
        f"way than in the first, {words.spelled(rest) if rest else 'none'} {verb(rest)} less or as "
        "much"
    )


def finding(way: Way) -> str:
    """Say the level at the start and what the first and the last step add to it."""
    c = way.course("sanctioned")
    low, high = (level(c, 0), level(c, -1)) if c else (None, None)
    if c is None or low is None or high is None or c.first is None or c.last is None:
        return heading(way)

    def move(change: float) -> str:
        verb = "adds" if change >= 0 else "takes away"
        return f"{verb} {words.number(float(f'{abs(change):.2g}'))}"

    return (
        f"Under {way.start} {words.per(low / 1000)} adults are under a sanction, under {way.end} "
        f"{words.per(high / 1000)}: the first {way.part} of the way {move(c.first)}, the last "
        f"{move(c.last)}"
    )


def summary_rows(way: Way) -> list[tuple[str, ...]]:
    """Return a line a measure: level at both ends, first and last change, and convexity."""
    return [
        (
            f"{c.title} ({c.measure})",
            c.unit,
            say(c, level(c, 0)),
            say(c, level(c, -1)),
            say_change(c, c.first),
            say_change(c, c.last),
            say_ratio(c),
        )
        for c in way.courses
    ]


COLUMNS = ("What", "Unit", "Start", "End", "First step", "Last step", "Ratio")


def summary_table(way: Way) -> Table:
    """Print what :func:`summary_rows` returns."""
    return Table(
        f"From {way.start} to {way.end} in {len(way.shares) - 1} steps",
        COLUMNS,
        summary_rows(way),
        frozenset(range(2, len(COLUMNS))),
        "Show levels and slopes as a table",
    )


def stops_table(way: Way) -> Table:
    """Print every level at every stop."""
    rows = []
    for c in way.courses:
        said = [say(c, level(c, k)) for k in range(len(way.shares))]
        rows.append((f"{c.title} ({c.measure})", *said))
    columns = ("What", *(f"{100 * s:.3g}%" for s in way.shares))
    return Table("Levels at every stop", columns, rows, frozenset(range(1, len(columns))),
                 "Show every stop as a table")  # fmt: skip


def chilling_beside(way: Way) -> Section | None:
    """Say what falls silent beside what is prevented: neither is said without the other."""
    quiet, less = way.course("chilling"), way.course("deterrence")
    if quiet is None or less is None or level(quiet, -1) is None or level(less, -1) is None:
        return None
    what = less.title.partition(": ")[2]
    return Section(
        "beside",
        "What falls silent, and what is prevented",
        f"At the end {say(quiet, level(quiet, -1))} of lawful criticism is gone, and "
        f"{say(less, level(less, -1))} of “{what}”",
        text=(
            f"At the start it is {say(quiet, level(quiet, 0))} and {say(less, level(less, 0))}. "
            "Both are read against the same people with the same luck under the regime none, "
            "surroundings included (M12 and M13). The two are not of one kind and are never set "
            "off against each other.",
        ),
    )


def build(way: Way) -> Page:
    """Put the page of a line together."""
    fig = figure(way)
    s = way.settings
    steps = len(way.shares) - 1
    beside = chilling_beside(way)
    options = (
        f"--steps {steps} --people {s['people']} --months {s['months']} "
        f"--replicates {s['replicates']} --seed {s['seed']}"
    )
    return Page(
        title=f"Simulated: from {way.start} to {way.end}",
        simulated=f"Every person here is synthetic. {words.plural(steps + 1, 'regime')} × "
        f"{words.plural(float(s['people']), 'person', 'people')} × "
        f"{words.plural(float(s['months']), 'month')} × "
        f"{words.plural(float(s['replicates']), 'replicate')}, seed {s['seed']}.",
        finding=finding(way),
        lede=[f"{way.titles[0]}: {way.summaries[0]}", f"{way.titles[1]}: {way.summaries[1]}"],
        three=numbers(way),
        sections=[
            Section(
                "line", f"From {way.start} to {way.end}", fig.heading,
                figures=(Figure(fig.name, "", fig.unit, fig.panels, (*fig.tables, stops_table(way)),
                                fig.notes),),
            ),
            *([beside] if beside else []),
            Section(
                "reading", "How to read it",
                f"A line of {words.spelled(steps)} steps is a way of asking, not a forecast",
                points=LIMITS,
            ),
            Section(
                "reproduce", "How to reproduce", "One command makes these numbers again",
                code=(f"scoredsociety line {way.start} {way.end} {options}",),
                text=("The same command, seed and version give the same figures, bit for bit. "
                      "line.csv beside this page holds every level and change with its interval.",),
            ),
        ],
        footer="Simulated. Made with scoredsociety, an open laboratory for published social "
        "credit schemes. This page loads nothing from anywhere.",
    )  # fmt: skip


LIMITS = (
    "Numbers that stand in both regimes move on a straight line; a scheme that only one regime has "
    "covers a growing part of the people. What is a word and not a number changes at half of the "
    "way, so that a jump there is the wording and not the way.",
    "A slope at the start says what a little more of everything would do at once. It does not say "
    "that anybody takes that way, nor how fast.",
    "The first and the last change are those of one step. Where the first may be luck, no ratio is "
    "given; with fewer than three replicates nothing is said of luck, and the ratio is bare.",
    "The spiral is shown twice: by entries that an earlier entry brought about, which misses those "
    "still to come, and by what vanishes when no status feeds back on conduct, in the second half "
    "of the run.",
    "Intervals show luck between simulated societies only, which is the smaller part. Assumed "
    "numbers are not swept here; `scoredsociety run` prints those of each regime with its report.",
)


def numbers(way: Way) -> list[Number]:
    """Choose three numbers: the level, what the first step adds, and how the slope grows."""
    c = way.course("sanctioned")
    if c is None or level(c, 0) is None:
        return [Number(words.spelled(len(way.shares)), "regimes on the line")]
    return [
        Number(words.per((level(c, 0) or 0.0) / 1000),
               f"adults under a sanction at the start ({way.start})"),
        Number(say_change(c, c.first),
               f"{PER_1000} after the first {way.part} of the way; {say_change(c, c.last)} over "
               "the last"),
        Number(say_ratio(c), f"the last {way.part} as steep as the first"),
    ]  # fmt: skip


def line_html(way: Way) -> str:
    """Return the page of a line as text; the same input gives the same bytes."""
    from scoredsociety.report.page import render

    return render(build(way))


def line_chart(way: Way, columns: int = 2) -> Drawn:
    """Draw all courses of a line for a notebook.

    Raises
    ------
    ValueError
        If every measure is undefined on the whole line.
    """
    import altair as alt

    from scoredsociety.report.theme import finish

    drawn = figure(way).panels
    if not drawn:
        raise ValueError("Every measure is undefined on the whole line: there is nothing to draw.")
    joined = alt.concat(*(p.chart.properties(description=p.alt) for p in drawn), columns=columns)
    joined = joined.resolve_scale(color="independent")
    return finish(joined.properties(description=f"Simulated. {finding(way)}."))
