"""``claims``: the ledger of the sources' claims, each answered by a run."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display

if TYPE_CHECKING:
    from scoredsociety.evidence import Answer, Answers

WIDTH = 100
WIDTHS = (3, 36, 18, 18, 17)
INDENT = " " * 5
QUICK = (8_000, 60, 2)
"""People, months and replicates of ``--quick``."""


def claims(
    claim: Annotated[
        list[int] | None,
        typer.Option(metavar="NUMBER", help="Explain this claim at length. May be repeated."),
    ] = None,
    contradictions: Annotated[
        bool, typer.Option("--contradictions", help="Print the contradictions as pairs.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write an HTML page; it must not exist."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="8,000 people, 60 months and 2 societies.")
    ] = False,
    people: o.People = 20_000,
    months: o.Months = 120,
    replicates: o.Replicates = 4,
    seed: o.Seed = 1,
    threads: o.Threads = None,
    as_json: o.Json = False,
) -> None:
    """Put every claim of the sources to the test and say what a run gives."""
    from scoredsociety.cli.running import written
    from scoredsociety.evidence import asking
    from scoredsociety.evidence.page import write_page
    from scoredsociety.study import StudyError

    if out is not None and (out.exists() or out.is_symlink()):
        raise StudyError(
            f"{out} exists already. Choose another file with --out, or remove it first"
        )
    if quick:
        people, months, replicates = QUICK
    wanted = None if out is not None or contradictions else claim
    try:
        runs = len(asking.prepare(wanted).arms)
    except LookupError as error:
        raise StudyError(str(error.args[0])) from error
    with Display(people, months, replicates * runs) as display:
        answers = asking.claims(
            wanted,
            people=people,
            months=months,
            replicates=replicates,
            seed=seed,
            threads=threads,
            progress=display,
        )
    if as_json:
        typer.echo(json.dumps(_plain(answers), indent=1, ensure_ascii=False))
    elif claim:
        for number in claim:
            _explain(next(a for a in answers.answers if a.claim.id == number))
    elif contradictions:
        _pairs(answers)
    else:
        _table(answers)
    if out is not None:
        written(out, lambda path: write_page(answers, path))
        typer.echo(f"Page    {out}", err=as_json)


def _lines(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Lay out one row; long cells go on in the next line."""
    parts = [
        textwrap.wrap(cell, width, break_on_hyphens=True) or [""]
        for cell, width in zip(cells, widths, strict=True)
    ]
    return [
        "  ".join(
            (part[k] if k < len(part) else "").ljust(w)
            for part, w in zip(parts, widths, strict=True)
        ).rstrip()
        for k in range(max(map(len, parts)))
    ]


def _table(answers: Answers) -> None:
    from scoredsociety.evidence import telling

    for line in _lines(("", "Claim", "Regime; metric", "The run gave", "Verdict"), WIDTHS):
        typer.echo(line)
    typer.echo("-" * WIDTH)
    for a in answers.answers:
        said = f"{a.claim.claim} ({telling.sources(a.claim.sources)})"
        finding = a.finding
        gave = ("", "") if finding is None else (
            telling.regime(finding), telling.with_interval(finding.number)
        )  # fmt: skip
        for line in _lines((str(a.claim.id), said, *gave, str(a.verdict)), WIDTHS):
            typer.echo(line)
        if finding is not None:
            m = finding.measurement
            typer.echo(_filled(f"{m.asks} Yes if {m.meets}.", INDENT))
        for note in [a.reason] if finding is None else telling.notes(finding):
            typer.echo(_filled(note, INDENT))
        if finding is not None and finding.companions:
            typer.echo(_filled(f"beside it: {telling.beside(finding.companions)}", INDENT))
    typer.echo("-" * WIDTH)
    for text in (
        telling.counted(answers) + ".",
        telling.made(answers) + ".",
        "Shown means shown in the model. Nobody in these numbers is real.",
        "One at length: scoredsociety claims --claim 86. Pairs: --contradictions.",
    ):
        typer.echo(textwrap.fill(text, WIDTH))


def _filled(text: str, indent: str) -> str:
    """Break a text into lines of the width."""
    return textwrap.fill(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )


def _explain(answer: Answer) -> None:
    from scoredsociety.evidence import telling

    for head, text in telling.at_length(answer):
        first = f"{head}: {text}"
        typer.echo(textwrap.fill(first, WIDTH, subsequent_indent="    ", break_on_hyphens=False))
    typer.echo("")


def _pairs(answers: Answers) -> None:
    from scoredsociety.evidence import telling

    for p in answers.pairs:
        c = p.contradiction
        head = f"{c.id}. What separates the sides: {c.separated_by}. Output: {c.output}."
        typer.echo(textwrap.fill(head, WIDTH, subsequent_indent="     "))
        for letter, (says, by, gave) in zip("AB", telling.pair(p), strict=True):
            typer.echo(textwrap.fill(f"  {letter}  “{says}” ({by})", WIDTH,
                                     subsequent_indent="     "))  # fmt: skip
            typer.echo(textwrap.fill(f"     {gave}", WIDTH, subsequent_indent="     "))
        typer.echo("")
    typer.echo("Numbers of the two sides stand beside each other and are never netted.")


def _plain(answers: Answers) -> dict[str, Any]:
    """Return the answers as plain data."""
    from scoredsociety.evidence import telling

    def numbers(a: Answer) -> dict[str, Any]:
        f = a.finding
        if f is None:
            return {"reason": a.reason}
        return {
            "asks": f.measurement.asks,
            "metrics": list(f.measurement.metrics),
            "runs": {role: arm.label for role, arm in f.measurement.roles.items()},
            "formula": f.measurement.formula,
            "condition": f.measurement.meets,
            "value": f.number.value,
            "low": f.number.low,
            "high": f.number.high,
            "unit": f.number.unit,
            "holds": str(f.holds),
            "depends_on": list(f.flips),
            "survives": telling.survived(f),
            "rests_on": list(f.measurement.rests_on),
            "ends": [{"path": e.path, "at": e.at, "value": e.number.value,
                      "low": e.number.low, "high": e.number.high, "holds": str(e.holds)}
                     for e in f.ends],
            "companions": [{"what": c.what, "metric": c.metric, "value": c.number.value,
                            "low": c.number.low, "high": c.number.high} for c in f.companions],
        }  # fmt: skip

    return {
        "simulated": True,
        "settings": dict(answers.settings),
        "runs": answers.runs,
        "counts": {str(v): n for v, n in answers.counts().items()},
        "claims": [
            {"id": a.claim.id, "claim": a.claim.claim, "sources": a.claim.sources,
             "kind": a.claim.kind, "verdict": str(a.verdict), **numbers(a)}
            for a in answers.answers
        ],
        "units": [{"unit": u.unit, "measure": u.measure, "millions": u.millions,
                   "month": u.month, "sentence": u.sentence} for u in answers.units],
    }  # fmt: skip
