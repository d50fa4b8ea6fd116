"""``survey``: what a survey of the simulated people would report, and what lies behind it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display, plain_table
from scoredsociety.cli.display import out as out_console

if TYPE_CHECKING:
    from scoredsociety.opinion.survey import Surveyed


def survey(
    regime: Annotated[
        str,
        typer.Argument(
            metavar="REGIME",
            help="A name of the catalogue, a YAML file, or the folder of a finished run.",
        ),
    ] = "fragmented-2018",
    questionnaire: Annotated[
        str,
        typer.Option(metavar="NAME", help="A questionnaire of the catalogue, or a YAML file."),
    ] = "kostka-2018",
    safeguard: o.Safeguards = None,
    calibration: o.Calibrations = None,
    falsification: Annotated[
        list[str] | None,
        typer.Option(
            metavar="READING",
            help="sincere, partly, strongly, or a number from 0 to 1. May be repeated. "
            "[default: all three]",
        ),
    ] = None,
    calibrate_on: Annotated[
        str,
        typer.Option(metavar="ANSWERS", help="Published shares are reported or private answers."),
    ] = "reported",
    people: o.People = 100_000,
    months: Annotated[
        int | None,
        typer.Option(
            parser=o.whole,
            metavar="NUMBER",
            help="Months until people are asked. [default: those of the questionnaire]",
        ),
    ] = None,
    seed: o.Seed = 1,
    societies: Annotated[
        int, typer.Option(parser=o.whole, metavar="NUMBER", help="Societies to simulate.")
    ] = 4,
    replicates: Annotated[
        int,
        typer.Option(
            parser=o.whole, metavar="NUMBER", help="Surveys to make, in turn in each society."
        ),
    ] = 200,
    out: o.Out = None,
    marginals: o.Marginals = "china-2018",
    threads: o.Threads = None,
    as_json: o.Json = False,
) -> None:
    """Ask the simulated people what a survey asks, and show what such a survey cannot see."""
    from scoredsociety.doors import surveys

    folder = out or o.free_folder(f"survey-{o.named([regime], safeguard or [])}")
    with Display(people, months or 0, societies) as display:
        made = surveys.survey(
            regime,
            questionnaire,
            safeguards=safeguard or [],
            calibrations=o.pairs(calibration or []),
            falsification=falsification or [],
            calibrate_on=calibrate_on,
            marginals=marginals,
            people=people,
            months=months,
            seed=seed,
            societies=societies,
            replicates=replicates,
            out=folder,
            threads=threads,
            progress=display,
        )
    if as_json:
        typer.echo(json.dumps(made.plain(), indent=1, ensure_ascii=False))
        return
    show(made.surveyed)
    typer.echo(f"Folder  {folder}")
    typer.echo(f"Page    {folder / surveys.PAGE}")


def show(s: Surveyed) -> None:
    """Print what surveys found as a paper would, with what must stand beside it."""
    from scoredsociety.cli import answers
    from scoredsociety.report.opinion import beside

    console = out_console()
    console.print(answers.made(s), soft_wrap=True)
    for title, heads, rows in answers.tables(s):
        console.print()
        console.print(Text(title, style="bold"))
        table = plain_table(*heads)
        for column in table.columns[1:]:
            column.justify = "right"
            column.no_wrap = True
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)
    console.print()
    for text in (beside(s), *answers.closing(s)):
        console.print(Text(text), style="dim")
