"""``line``: walk from one regime to another and show what changes on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display, out, plain_table

if TYPE_CHECKING:
    from scoredsociety.doors import Line


def line(
    start: Annotated[
        str, typer.Argument(metavar="FROM", help="A name of the catalogue, or a YAML file.")
    ] = "fragmented-2018",
    end: Annotated[
        str, typer.Argument(metavar="TO", help="A name of the catalogue, or a YAML file.")
    ] = "dystopia",
    steps: Annotated[
        int, typer.Option(parser=o.whole, metavar="NUMBER", help="Equal steps, from 2 to 100.")
    ] = 10,
    people: o.People = 20_000,
    months: o.Months = 120,
    seed: o.Seed = 1,
    replicates: o.Replicates = 4,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Folder to write; it must not exist. [default: in runs/]"
        ),
    ] = None,
    marginals: o.Marginals = "china-2018",
    threads: o.Threads = None,
    as_json: o.Json = False,
) -> None:
    """Walk from one regime to another: the main measures at every stop, and their slopes."""
    from scoredsociety import doors

    target = folder or o.free_folder(f"line-{o.named([start, end])}")
    with Display(people, months, replicates) as display:
        made = doors.line(
            start,
            end,
            steps=steps,
            people=people,
            months=months,
            seed=seed,
            replicates=replicates,
            marginals=marginals,
            threads=threads,
            out=target,
            progress=display,
        )
    if as_json:
        rows = made.table().to_pylist()
        everything = {"simulated": True, "folder": str(target), "rows": rows}
        typer.echo(json.dumps(everything, indent=1, ensure_ascii=False, allow_nan=False))
        return
    _show(made)
    typer.echo(f"Folder  {target}")
    typer.echo(f"Report  {target / 'line.html'}")
    typer.echo(f"Table   {target / 'line.csv'}")


def _show(made: Line) -> None:
    """Print what the line shows, and a line of the table for each measure."""
    from rich.text import Text

    from scoredsociety.report.along import COLUMNS, finding, heading, summary_rows

    console = out()
    console.print(Text(f"Simulated: {finding(made.way)}.", style="bold"))
    if heading(made.way) != finding(made.way):
        console.print(f"{heading(made.way)}.")
    console.print()
    narrow = console.width < WIDE
    kept = [k for k, name in enumerate(COLUMNS) if name not in (("Unit",) if narrow else ())]
    table = plain_table(*(COLUMNS[k] for k in kept))
    table.columns[0].min_width = 20
    for column in table.columns[1:]:
        column.min_width = 7 if narrow else 12
    for k in (-3, -2):
        table.columns[k].min_width = 12
    for row in summary_rows(made.way):
        table.add_row(*(row[k] for k in kept))
    console.print(table)
    console.print()
    console.print(
        "Changes are those of one step; shares change by percentage points. With fewer than three "
        "replicates nothing is said of luck.",
        style="dim",
    )
    console.print("Nobody in these numbers is real.", style="dim")


WIDE = 140
"""Letters below which the column of units is left out."""
