"""The ledger as one HTML page that loads nothing, in the style of the reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scoredsociety.audit import words
from scoredsociety.evidence import telling
from scoredsociety.evidence.asking import Answer, Answers
from scoredsociety.evidence.verdicts import Verdict
from scoredsociety.report.page import render
from scoredsociety.report.parts import Number, Page, Section, Table

ORDER = (
    (Verdict.CONTRADICTED, "contradicted", "{n} claims do not hold in the runs"),
    (Verdict.DEPENDS, "depends", "{n} claims turn on a number that nobody has published"),
    (Verdict.SHOWN, "shown", "{n} claims hold in the runs"),
    (Verdict.OPEN, "open", "{n} claims are left open by the luck of these runs"),
    (Verdict.NOT_TESTABLE, "outside", "{n} claims have nothing in the model that could answer"),
)
COLUMNS = ("Claim and source", "Put to the test, and what it gave", "Verdict")
COLUMNS_OUTSIDE = ("Claim and source", "Why nothing can answer")


def page_html(answers: Answers) -> str:
    """Return the page of an answered ledger; the same answers give the same bytes."""
    return render(build(answers))


def write_page(answers: Answers, path: Path | str) -> Path:
    """Write the page as one HTML file and return its path."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page_html(answers), encoding="utf-8", newline="\n")
    return target


def build(answers: Answers) -> Page:
    """Put the page together: counts, units, contradictions, then the claims by verdict."""
    counts = answers.counts()
    whole = len(answers.answers)
    sections = [s for s in (_units(answers), _pairs(answers)) if s is not None]
    for verdict, name, heading in ORDER:
        found = answers.having(verdict)
        if found:
            sections.append(_claims(name, verdict, heading.format(n=len(found)), found))
    sections.append(_method(answers))
    return Page(
        title="Simulated: the claims of the sources put to the test",
        simulated=f"Every person here is synthetic. {telling.made(answers)}.",
        finding=f"Of {whole} claims about social credit, {counts[Verdict.SHOWN]} are shown, "
        f"{counts[Verdict.CONTRADICTED]} contradicted, and {counts[Verdict.DEPENDS]} depend on "
        "a number that somebody assumed",
        lede=[
            "Five documents say what social credit is and does. Each of their claims is put to "
            "the test here as a question with a number for an answer, and a condition that is the "
            "same whatever comes out. No verdict is typed in.",
            "A simulation can say what follows from rules and assumptions. It cannot say what "
            "happened anywhere: shown means shown in the model.",
        ],
        three=[
            Number(str(counts[Verdict.CONTRADICTED]), "claims that the runs contradict"),
            Number(str(counts[Verdict.DEPENDS]), "claims that depend on an assumption"),
            Number(str(counts[Verdict.SHOWN]), "claims that the runs show"),
        ],
        sections=sections,
        footer="Simulated. Made with scoredsociety, an open laboratory for published social "
        "credit schemes. This page loads nothing from anywhere.",
    )


def _units(answers: Answers) -> Section | None:
    if not answers.units:
        return None
    first = answers.units[0]
    rows = [
        (u.unit, u.measure,
         words.NO_EVIDENCE if u.millions is None else f"{words.number(u.millions)} million")
        for u in answers.units
    ]  # fmt: skip
    return Section(
        name="units",
        kicker="Units",
        heading=f"“{first.sentence[:1].upper()}{first.sentence[1:]}” mixes four things that are "
        "not the same",
        text=[
            f"The court list after {first.month} months, scaled to the nation. What was published "
            "counts tickets refused (9.36 million by the end of 2017) and listings (9.59 million); "
            "neither counts people, and neither has to do with a score."
        ],
        tables=[
            Table(
                caption="What could be counted",
                columns=("Unit", "Measure", "In the run"),
                rows=rows,
                numeric=frozenset({2}),
                open=True,
            )
        ],
    )


def _pairs(answers: Answers) -> Section | None:
    if not answers.pairs:
        return None
    tables = []
    for p in answers.pairs:
        c = p.contradiction
        rows = [(says, by, gave) for says, by, gave in telling.pair(p)]
        tables.append(
            Table(
                caption=f"{c.id}. What separates them: {c.separated_by}. Output: {c.output}.",
                columns=("What is said", "By", "What a run gives"),
                rows=rows,
                open=True,
            )
        )
    return Section(
        name="contradictions",
        kicker="Contradictions",
        heading=f"{len(answers.pairs)} times the sources contradict each other, and a parameter "
        "mostly tells why",
        text=["Both sides stand in the model. Numbers of the two sides are never netted."],
        tables=tables,
    )


def _claims(name: str, verdict: Verdict, heading: str, found: Sequence[Answer]) -> Section:
    return Section(
        name=name,
        kicker=str(verdict).capitalize(),
        heading=f"{heading[:1].upper()}{heading[1:]}",
        tables=[
            Table(
                caption=f"Claims by number: {verdict}",
                columns=COLUMNS if verdict is not Verdict.NOT_TESTABLE else COLUMNS_OUTSIDE,
                rows=[_row(a) for a in found],
                open=True,
            )
        ],
    )


def _row(answer: Answer) -> tuple[str, ...]:
    claim = answer.claim
    head = f"{claim.id}. {claim.claim} ({telling.sources(claim.sources)})"
    finding = answer.finding
    if finding is None:
        return (head, answer.reason)
    m = finding.measurement
    gave = (
        f"{m.asks} Yes if {m.meets}. {telling.with_interval(finding.number)} "
        f"[{telling.regime(finding)}]"
    )
    if finding.companions:
        gave += f". Beside it: {telling.beside(finding.companions)}"
    said = telling.verdict(answer)
    if tried := telling.ends(finding, only=finding.flips):
        said += f". Tried: {'; '.join(tried)}"
    return (head, gave, said)


def _method(answers: Answers) -> Section:
    return Section(
        name="method",
        kicker="Method",
        heading="How a number becomes a verdict",
        points=[
            "Shown: the condition holds over the whole 95% interval of the number. Contradicted: "
            "it fails over the whole interval. In between there is not enough evidence.",
            "Depends on an assumption: the answer changes along the range of a number that is "
            "assumed, with everything else as it is. Both ends are run.",
            "Intervals cover luck between simulated societies. Arithmetic on published figures "
            "has none, or the exact sampling interval of the figure.",
            "Figures of deterrence and chilling stand beside each other and beside errors and "
            "harm; they are never added up.",
            "Effect sizes come from other countries and sanctions, and many numbers are assumed: "
            "each row names them.",
        ],
        code=[
            "scoredsociety claims --people {people} --months {months} --replicates {replicates} "
            "--seed {seed} --out claims.html".format(**answers.settings)
        ],
    )
