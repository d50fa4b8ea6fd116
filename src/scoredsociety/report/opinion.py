"""What the public would say: the figures of a survey, and their section in a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.opinion.standing import EVERYBODY
from scoredsociety.report.asked import (
    FRAME,
    PRIVATELY,
    Answers,
    beside,
    hundred,
    points,
    population,
    read_as,
    share,
    share_se,
    spans,
)
from scoredsociety.report.parts import Figure, Section, Table
from scoredsociety.report.reasons import gradients
from scoredsociety.report.said import draw_dumbbells, dumbbell, private_reported, responses
from scoredsociety.report.sanctioned import standing
from scoredsociety.report.saying import panels
from scoredsociety.report.trials import experiments, panel

if TYPE_CHECKING:
    from scoredsociety.opinion.survey import Surveyed

__all__ = ["beside", "experiments", "gradients", "panel", "private_reported", "responses",
           "section_public", "standing"]  # fmt: skip


def section_public(asked: Sequence[Surveyed | None]) -> Section:
    """Say what the public would say, for a report of one run or of several side by side.

    Parameters
    ----------
    asked : sequence of Surveyed or None
        One for each run of the report, in their order; None where nobody was asked.

    Raises
    ------
    ValueError
        If nobody was asked in any run.
    """
    held = [s for s in asked if s is not None]
    if not held:
        raise ValueError("The section needs the survey of at least one run.")
    one = len(held) == 1
    figures = [private_reported(held[0]), standing(held[0])] if one else [_several(held)]
    head = figures[0].heading
    figures[0] = replace(figures[0], heading="")
    missing = len(asked) - len(held)
    return Section(
        "public",
        "What the public would say",
        head,
        text=(
            f"The questionnaire is “{held[0].questionnaire.title}”. Approval is what people say "
            "when asked; it does not measure what a scheme does to those on its lists.",
            *([f"In {words.plural(float(missing), 'run')} nobody was asked."] if missing else []),
        ),
        figures=figures,
    )


def _several(held: Sequence[Surveyed]) -> Figure:
    """Draw what is said and what is thought under several regimes, a row for each and reading."""
    rows, lines, parts = [], [], []
    for s in held:
        a = Answers(s)
        for r in s.readings:
            found, thought = a.approves(r), a.stand(FRAME, EVERYBODY, PRIVATELY, r).value
            lines.append(
                (f"{a.label}. {beside(s, brief=True)}", read_as(r), share(found.value),
                 share_se(found), spans(found), share(thought),
                 points(None if found.value is None or thought is None else found.value - thought))
            )  # fmt: skip
            if not a.reason:
                rows.append(dumbbell(a, r, "", f"{a.label}: {r.name}"))
        if a.reason:
            parts.append(f"under “{a.label}” nobody can say")
        else:
            parts.append(f"under “{a.label}” {hundred(a.approves().value)} approve")
    head = f"When asked, {'; '.join(parts)}"
    unit = " ".join(f"{Answers(s).label}. {beside(s, brief=True)}." for s in held)
    key = [("hollow", "privately"), ("filled", "said when asked")]
    drawn, alone = panels([partial(draw_dumbbells, rows, key, "Said and thought",
                                   f"Per cent who approve. {unit}", head)])  # fmt: skip
    table = Table(
        "Approval as said and as thought, each with what stands beside it",
        ("Regime", "Reading", "Said", "Standard error", "95% of the surveys", "Privately", "Gap"),
        lines, frozenset(range(2, 7)),
    )  # fmt: skip
    return Figure("public", head, f"{words.sentence(population(Answers(held[0])))}, and the same "
                  "under the others.", drawn if rows else (), (table,),
                  [f"{Answers(s).label}. {beside(s)}" for s in held], alone)  # fmt: skip
