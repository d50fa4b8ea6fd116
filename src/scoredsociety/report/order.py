"""The sections of a report, in the order of every report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.report import (
    article5,
    between,
    chilling,
    counting,
    deterrence,
    ending,
    firms,
    grades,
    lives,
    opinion,
    paired,
    reach,
    recovery,
    stock,
)
from scoredsociety.report import card as card_
from scoredsociety.report.deterrence import Prevented
from scoredsociety.report.parts import Figure, Section, Table
from scoredsociety.report.reading import Arm
from scoredsociety.report.saying import alike, left_out, say, say_interval

if TYPE_CHECKING:
    from scoredsociety.audit import Comparison
    from scoredsociety.audit.lives import Lives
    from scoredsociety.opinion.survey import Surveyed


def section(name: str, kicker: str, fig: Figure, **more: object) -> Section:
    """Make a section of one figure: the sentence of the figure is the heading of the section."""
    return Section(name, kicker, fig.heading, figures=(bare(fig),), **more)  # type: ignore[arg-type]


def bare(fig: Figure) -> Figure:
    """Return a figure without its heading, which stands above it already."""
    return Figure(fig.name, "", fig.unit, fig.panels, fig.tables, fig.notes, fig.alone, fig.empty)


def sections(
    arms: Sequence[Arm],
    comparison: Comparison | None,
    chosen: Lives | None,
    against: Sequence[Prevented | None] | None = None,
    asked: Sequence[Surveyed | None] | None = None,
) -> list[Section]:
    """Return the sections in the order of every report.

    An arm in which no scheme holds has nothing to draw: it is there to be compared with.
    ``asked`` holds a survey for each arm, or null where nobody was asked.
    """
    held = [replace(a, position=i) for i, a in enumerate(a for a in arms if a.holds)]
    out: list[Section] = []
    if held:
        paired_ = comparison if arms[0].holds and arms[1:] and arms[1].holds else None
        fig = stock.over_time(held)
        kept = paired_ if alike(arms[:2]) else None
        more = (paired.differences(arms, kept),) if kept is not None else ()
        other_pairs: list[Table] = []
        unlike: list[str] = []
        if paired_ is not None and kept is None:
            other_pairs = [paired.paired_table(arms, paired_, listed=False)]
            unlike = [UNLIKE.format(arms[0].wording.unit, arms[1].wording.unit)]
        out.append(
            Section(
                "list",
                over_time(held),
                fig.heading,
                text=[*nothing_held(arms), *unlike],
                figures=(bare(fig), *more),
                tables=(counting.counts(held), *counting.sentence_units(held), *other_pairs),
            )
        )
        if lists := [a for a in held if a.kind in ("list", "record")]:
            text = left_out(held, lists, "nobody keeps a list")
            out.append(section("who", who(lists), stock.who(lists), text=text))
        if scored := [a for a in held if a.graded]:
            text = left_out(held, scored, "nobody keeps a score")
            out.append(section("scores", "Where scores stand", grades.grades(scored), text=text))
        fig = recovery.survival(held)
        out.append(section("back", "Why people do not come back", fig, text=spiral(held)))
        if others := [a for a in held if between.falls(a)]:
            text = left_out(held, others, "nothing falls on children or friends")
            out.append(section("between", "Between people", between.between(others), text=text))
        if chosen is not None and kept is not None:
            fig = lives.life(arms[:2], chosen)
            other = lives.life_not_helped(arms[:2], chosen)
            out.append(Section("life", "One life, twice", fig.heading, figures=(bare(fig), other)))
        out.append(catches(arms, held, against))
        if processed := [a for a in held if a.kind != "ban"]:
            text = left_out(held, processed, "ratings are no records, and no process stands before")
            out.append(section("process", "Due process", recovery.funnel(processed), text=text))
        out.append(card(held))
        out += [article5.card_section(a, whole=a.position == 0) for a in held]
    if rated := [replace(a, position=i) for i, a in enumerate(a for a in arms if a.organisations)]:
        text = left_out(arms, [a for a in arms if a.organisations], "no firm or office is rated")
        out.append(section("firms", "Firms and offices", firms.firms(rated), text=text))
    if not held:
        out.append(remains(arms))
    surveyed = asked is not None and any(s is not None for s in asked)
    if asked is not None and surveyed:
        out.append(opinion.section_public(asked))
    out.append(sure(held or arms, surveyed))
    out += [ending.limits(arms), ending.assumptions(held or arms), ending.sources(arms)]
    out.append(ending.reproduce(arms))
    return out


UNLIKE = (
    "Who is listed under one regime alone, and whose life it changes, is not shown: the two keep "
    "different things of people ({} and {}), and one is not the other."
)


UNASKED = (
    "What the public would say is not in this report: `scoredsociety survey` can ask the "
    "same people."
)


def over_time(arms: Sequence[Arm]) -> str:
    """Name the section of what stands over time."""
    kinds = {a.kind for a in arms}
    if kinds <= {"list", "record"} and len(kinds) == 1:
        return "The list over time" if "list" in kinds else "Records over time"
    return "Lists and sanctions over time" if "list" in kinds else "Sanctions over time"


def who(arms: Sequence[Arm]) -> str:
    """Name the section of who is on a list or on record."""
    return "Who is on it" if any(a.kind == "list" for a in arms) else "Who is on record"


def nothing_held(arms: Sequence[Arm]) -> list[str]:
    """Name the arms in which nobody can be listed."""
    return [
        f"Under “{a.label}” no scheme "
        + ("concerns people" if a.organisations else "holds")
        + ": there is no list, no score and no sanction"
        + (" of anybody." if a.organisations else ", and nothing to draw.")
        for a in arms
        if not a.holds
    ]


def spiral(arms: Sequence[Arm]) -> list[str]:
    """Say how many entries were triggered by earlier ones (M6)."""
    out = []
    for arm in arms:
        item = {"list": "all lists", "record": arm.main}.get(arm.kind, "")
        cell = arm.cell("M6", item, "share triggered")
        if cell.value is None:
            continue
        name = f" {arm.under}" if len(arms) > 1 else ""
        unit, who = arm.wording.unit, arm.wording.who
        out.append(
            f"Of 100 {unit}{name}, {words.per(cell.value, 100).replace(' in 100', '')} would not "
            f"have been made had the person not been {who} already. {words.sentence(unit)} near "
            "the end have not had all their consequences: this is a lower bound."
        )
    return out


def remains(arms: Sequence[Arm]) -> Section:
    """Show what goes on where no scheme holds: what people do."""
    arm = arms[0]
    found = {k: arm.series("M13", k, "acts") for k in arm.series_items("M13", "acts")}
    often = sorted(
        ((k, cells[-1]) for k, cells in found.items() if cells),
        key=lambda pair: (-(pair[1].value or 0.0), pair[0]),
    )
    titles = deterrence.conduct_titles(arms)
    rows = [
        (titles[k], say(c), say_interval(c)) for k, c in often
    ]  # fmt: skip
    count = len(rows)
    rated = any(a.organisations for a in arms)
    no_scheme = "No scheme concerns people" if rated else "There is no scheme"
    of_people = " of people" if rated else ""
    return Section(
        "remains",
        "What remains",
        f"{no_scheme}, and {words.spelled(count)} "
        f"{'kind of conduct goes' if count == 1 else 'kinds of conduct go'} on"
        if count
        else f"{no_scheme}, and the run holds no conduct",
        text=(
            f"Nobody keeps a list, a score or a record{of_people}, so nothing is sanctioned, "
            "rewarded or "
            "wrongly recorded by one: there is nothing to draw. Police and courts do their work "
            "outside the simulation. What people do is left, and it is what a scheme is held "
            "against: compare this run with a regime.",
        ),
        tables=(
            Table(
                f"Acts per 1,000 adults in month {arm.months}, where nobody keeps a score",
                ("Conduct", "Value", "95% interval"),
                rows,
                frozenset({1, 2}),
                open=True,
            ),
        )
        if rows
        else (),
    )


def catches(
    arms: Sequence[Arm], held: Sequence[Arm], against: Sequence[Prevented | None] | None
) -> Section:
    """Put rewards beside sanctions, and deterrence beside the wrongful share."""
    fig = reach.fifths(held)
    figures = [bare(fig)]
    text = []
    kept = [p for a, p in zip(arms, against or (), strict=False) if a.holds]
    if not any(s.get("rules") for a in held for s in a.regime["schemes"].values()):
        text.append(
            "No rule answers any recorded act, so there is nothing here that could be prevented."
        )
    elif any(p is not None for p in kept):
        figures.append(deterrence.deterrence(held, kept))
        quiet = chilling.chilling(held, kept)
        figures += [quiet] if quiet is not None else []
        missing = [a.label for a, p in zip(held, kept, strict=True) if p is None]
        if missing:
            text.append(
                f"{words.listing(missing)}: not the same people with the same luck as the society "
                "without a scheme, so what it prevents is not shown."
            )
    elif against is not None:
        text.append(
            "What the scheme prevents is not shown: the society without a scheme is not the same "
            "people with the same luck. Run them as one comparison."
        )
    else:
        text.append(
            "What the scheme prevents is not shown: it can only be read against the same people "
            "with the same luck under no scheme, and this report was made without that run."
        )
    return Section(
        "catches",
        "What the scheme catches and pays",
        fig.heading,
        text=text,
        figures=figures,
        tables=() if len(figures) > 1 else recovery.wrongful_tables(held),
    )


def card(arms: Sequence[Arm]) -> Section:
    """Put the two limbs of Art. 5(1)(c) of the EU AI Act side by side (M8 and M9)."""
    fig = card_.unrelated(arms)
    return Section(
        "card",
        "In the spirit of Article 5(1)(c) of the EU AI Act",
        fig.heading,
        text=(
            "The article names treatment in social contexts that are unrelated to where the data "
            "come from, and treatment that is unjustified or disproportionate to the behaviour or "
            "its gravity. These are measurements in the spirit of its two limbs. They are not "
            "legal findings: “unrelated” and “gravity” are declared tables, printed below: change "
            "them and run again.",
        ),
        figures=(bare(fig), card_.proportion(arms)),
    )


def sure(arms: Sequence[Arm], surveyed: bool = False) -> Section:
    """Say how sure the report is: luck, what has not been swept, and whether people were asked."""
    fig = reach.luck(arms) if arms[0].holds else None
    rows = ending.assumed(arms)
    societies = words.plural(float(arms[0].manifest["replicates"]), "society", "societies")
    ranged = sum(r[2] != "not stated" for r in rows)
    return Section(
        "sure",
        "How sure",
        fig.heading if fig else f"Luck alone varies here, over {societies}",
        text=(
            f"The {'dots' if fig else 'intervals'} show luck between societies only, and luck is "
            "the smaller part. An interval of a count or a share is cut at nought. This report "
            f"does not yet sweep the {words.plural(len(rows), 'assumed number')} over "
            f"{'its range' if len(rows) == 1 else 'their ranges'} "
            f"({ranged} state one), so no interval on this page contains what we do not know "
            "about the rules and the world. Each assumed number is listed under Assumptions, with "
            "its range.",
            *(() if surveyed else (UNASKED,)),
        ),
        figures=(bare(fig),) if fig else (),
    )
