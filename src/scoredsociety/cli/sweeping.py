"""``sweep``: draw every assumed number over its range, and tell luck from what nobody knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display, out, plain_table

if TYPE_CHECKING:
    from scoredsociety.doors import Sweep


def sweep(
    regime: o.Regime = "fragmented-2018",
    safeguard: o.Safeguards = None,
    draws: Annotated[
        int, typer.Option(parser=o.whole, metavar="NUMBER", help="Draws, from 4 to 1,000.")
    ] = 16,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PREFIX",
            help="Draw only numbers whose path begins so, as in world.parameters. May be repeated.",
        ),
    ] = None,
    ask: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATEMENT",
            help="What to judge, as in 'wrongful > 0.05' or 'change of wrongful < 0'. May be "
            "repeated.",
        ),
    ] = None,
    calibration: o.Calibrations = None,
    people: o.People = 10_000,
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
    """Draw every assumed number over its range: what is luck, and what nobody knows."""
    from scoredsociety import doors

    target = folder or o.free_folder(f"sweep-{o.named([regime], safeguard or [])}")
    with Display(people, months, replicates) as display:
        made = doors.sweep(
            regime,
            safeguards=safeguard or (),
            calibrations=o.pairs(calibration or []),
            draws=draws,
            only=only or (),
            ask=ask or (),
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
        verdicts = {str(s): str(made.made.verdict(s)) for s in made.made.statements}
        everything = {
            "simulated": True,
            "folder": str(target),
            "statements": verdicts,
            "rows": made.table().to_pylist(),
        }
        typer.echo(json.dumps(everything, indent=1, ensure_ascii=False, allow_nan=False))
        return
    _show(made)
    typer.echo(f"Folder  {target}")
    typer.echo(f"Report  {target / 'sweep.html'}")
    typer.echo(f"Tables  {target / 'sweep.csv'}, {target / 'draws.csv'}")


def _show(made: Sweep) -> None:
    """Print each figure in two layers, what moves it, and the statements."""
    from rich.text import Text

    from scoredsociety.report.sweep import COLUMNS, finding, rows_of, statements_table

    console = out()
    console.print(Text(f"Simulated: {finding(made.made)}.", style="bold"))
    kept = (0, 1, 2, 3, 5)
    for change in (False, True) if made.made.safeguards else (False,):
        console.print()
        if change:
            console.print(Text(f"Changes by {', '.join(made.made.safeguards)}", style="bold"))
        table = plain_table(*(COLUMNS[k] for k in kept))
        for column, wide in zip(table.columns, (18, 11, 14, 14, 12), strict=True):
            column.min_width = wide
        for row in rows_of(made.made, change):
            table.add_row(*(row[k] for k in kept))
        console.print(table)
        for row in rows_of(made.made, change):
            if "(" in row[6]:
                console.print(f"{row[0].partition(' (')[0]} goes with {row[6]}.")
    console.print()
    found = statements_table(made.made)
    table = plain_table(*found.columns)
    for said in found.rows:
        table.add_row(*said)
    console.print(table)
    console.print()
    console.print(
        f"{made.made.draws} draws of {len(made.made.paths)} assumed numbers over their ranges, "
        f"fixed before anything ran; {len(made.made.without_range)} assumed numbers state no range "
        "and stay. Luck’s share: of the spread over the draws.",
        style="dim",
    )
    console.print("Nobody in these numbers is real.", style="dim")
