"""The page of a survey: what a paper would print, and what stands behind it; it loads nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.opinion.standing import EVERYBODY
from scoredsociety.report import opinion, survey_ending, survey_tables
from scoredsociety.report.asked import (
    FRAME,
    PRIVATELY,
    SHARE,
    UNDER,
    Answers,
    beside,
    framed,
    hundred,
    read_as,
    spans,
)
from scoredsociety.report.parts import Figure, Number, Page, Section

if TYPE_CHECKING:
    from scoredsociety.opinion.survey import Surveyed


def survey_html(surveyed: Surveyed) -> str:
    """Return the page of a survey as text; the same input gives the same bytes.

    Parameters
    ----------
    surveyed : Surveyed
        From ``opinion.survey.conduct``. Whatever its questionnaire says is escaped.
    """
    from scoredsociety.report.page import render

    return render(build(surveyed))


def build(surveyed: Surveyed) -> Page:
    """Put the page of a survey together."""
    a = Answers(surveyed)
    s = a.settings
    return Page(
        title=f"Simulated: {a.asks.title}, {a.label}",
        simulated=(
            f"Every person here is synthetic. {words.plural(float(a.surveys), 'survey')} of "
            f"{words.plural(float(a.sample), 'person', 'people')} × "
            f"{words.plural(float(s.get('societies') or 1), 'society', 'societies')} of "
            f"{words.plural(float(s.get('people') or 0), 'person', 'people')}, month "
            f"{s.get('month', 'not stated')}, seed {s.get('seed', 'not stated')}. {a.label}."
        ),
        finding=finding(a),
        lede=[a.asks.summary, beside(surveyed)],
        three=three(a),
        sections=sections(a),
        footer="Simulated. Made with scoredsociety, an open laboratory for published social "
        "credit schemes. This page loads nothing from anywhere.",
    )


def harm(a: Answers) -> str:
    """Say how many of the frame are under a sanction, and how many of these wrongly."""
    under, wrong = a.stand(FRAME, UNDER, SHARE), a.wrongful(FRAME)
    if under.value is None and not a.no_scheme:
        return "how many are under a sanction was not counted"
    if not under.value:
        return "nobody in the frame is under a sanction"
    tail = "" if wrong is None else f", {hundred(wrong)} of these wrongly"
    return f"{words.per(under.value)} are under a sanction{tail}"


def finding(a: Answers) -> str:
    """Say the finding of the page in one sentence with a number."""
    if a.item and not a.reason:
        said, thought = a.approves(), a.stand(FRAME, EVERYBODY, PRIVATELY, a.strongest)
        gap = ""
        if len(a.surveyed.readings) > 1 and thought.value is not None:
            gap = f"; privately, as few as {hundred(thought.value)} may"
        return f"When asked, {hundred(said.value)} approve, and {harm(a)}{gap}"
    found = a.find("items", a.main.name, a.support, "mean")
    if found.value is not None:
        item = a.asks.items[a.support]
        return (
            f"When asked, people give {words.number(found.value, 1)} on a scale from {item.low} "
            f"to {item.high}, and {harm(a)}"
        )
    if a.item:
        return f"{a.reason}; 0 of {a.sample:,} people can say whether they approve"
    return f"{words.sentence(words.spelled(len(a.asks.items)))} items ask nothing of approval"


def three(a: Answers) -> list[Number]:
    """Choose the three numbers: the sanctioned first, then what is said, then what is thought."""
    under, wrong = a.stand(FRAME, UNDER, SHARE), a.wrongful(FRAME)
    out = [
        Number(
            "Nobody" if a.no_scheme or under.value == 0 else "Not counted"
            if under.value is None else words.per(under.value),
            f"of {framed(a.asks.frame)} under a sanction"
            + ("" if wrong is None else f", {hundred(wrong)} of these wrongly"),
        )
    ]  # fmt: skip
    if a.item and not a.reason:
        said = a.approves()
        thought = a.stand(FRAME, EVERYBODY, PRIVATELY, a.strongest).value
        gap = None if thought is None or said.value is None else said.value - thought
        out.append(Number(words.percent(said.value), f"approve when asked ({a.ranged}: "
                          f"{spans(said)})"))  # fmt: skip
        out.append(
            Number(words.percent(thought), f"approve privately if answers are read as "
                   f"{read_as(a.strongest)}: {survey_ending.fewer(gap)}")
        )  # fmt: skip
        return out
    found = a.find("items", a.main.name, a.support, "mean")
    if found.value is None:
        known = {k[1] for k, f in a.cells("items").items() if f.value is not None}
        return [
            *out,
            Number("Undefined", f"how many approve. {a.reason}"),
            Number(f"{len(known)} of {len(a.asks.items)}", "items have an answer here"),
        ]
    item = a.asks.items[a.support]
    out.append(
        Number(words.number(found.value, 1), f"mean support from {item.low} to {item.high} "
               f"({a.ranged}: {words.interval(found.low, found.high, 2)})")
    )  # fmt: skip
    arms = opinion.experiments(a.surveyed)
    return [*out, Number(words.plural(float(len(a.asks.experiments)), "experiment"), arms.heading)]


def part(name: str, kicker: str, fig: Figure, *text: str) -> Section:
    """Make a section of one figure, whose sentence is the heading of the section."""
    bare = Figure(fig.name, "", fig.unit, fig.panels, fig.tables, fig.notes, fig.alone, fig.empty)
    return Section(name, kicker, fig.heading, text=text, figures=(bare,))


def sections(a: Answers) -> list[Section]:
    """Return the sections of the page, in order."""
    s = a.surveyed
    out = [
        paper(a),
        part("answers", "Who answers what", opinion.responses(s)),
    ]
    if not a.reason:
        out.append(
            part("readings", "What is said and what is thought", opinion.private_reported(s),
                 "A reading says how many of those who do not approve say that they do: f is "
                 "their share at mean fear. What is calibrated is the same under each.")
        )  # fmt: skip
    if s.people.num_rows:
        out.append(part("standing", "Who approves and who is sanctioned", opinion.standing(s)))
    if not a.reason:
        out.append(part("gradients", "Who approves more, and why", opinion.gradients(s)))
    if a.asks.experiments and not a.no_scheme:
        fig = opinion.experiments(s)
        out.append(part("experiments", "What reading something changes", fig))
    if a.asks.panel is not None and not a.no_scheme:
        out.append(part("panel", "A second wave", opinion.panel(s)))
    return [*out, *survey_ending.endings(a)]


def paper(a: Answers) -> Section:
    """Print the table of a paper and say how many published figures it meets."""
    found = [r for f, r in survey_tables.published(a) if f.value is not None]
    inside = [r for r in found if r["inside"]]
    free = [r for r in found if not survey_tables.fitted(a, str(r["item"]))]
    right = sum(bool(r["inside"]) for r in free)
    others = (
        f"Of the figures whose answers are not fitted to them, {words.spelled(right)} of "
        f"{words.spelled(len(free))} do. "
        if free
        else ""
    )
    gone = Counter(str(r["why"]) for f, r in survey_tables.published(a) if f.value is None)
    why = [f"{reason} ({words.plural(float(n), 'figure')})" for reason, n in gone.items()]
    head = (
        f"{words.sentence(words.spelled(len(inside)))} of {words.spelled(len(found))} published "
        "figures lie where 95% of such surveys lie"
        if found
        else "No published figure of an item has an estimate here: 0 are compared"
    )
    return Section(
        "paper",
        "The table of a paper",
        head,
        text=(
            f"{others}Answers that are "
            "fitted agree by construction, which is no evidence; others may rest on numbers of "
            "the world that come from the same publication. Standard errors follow the design: "
            "quotas as strata, weights as they are, no correction for a finite society.",
            *([f"Undefined, and why: {'; '.join(why)}."] if why else []),
            beside(a.surveyed),
        ),
        tables=(
            *((survey_tables.paper(a),) if a.surveyed.published.num_rows else ()),
            survey_tables.every_answer(a),
            survey_tables.sources(a),
        ),
    )
