"""``safeguards``: every declared design of safeguards on one regime, side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display, out, plain_table

if TYPE_CHECKING:
    from scoredsociety.doors import Safeguarded

SHOWN = {
    "wrongful share": "Wrongful",
    "wrongful months": "Months",
    "prevented share": "Prevented",
    "chilling": "Silent",
    "filings": "Filed",
    "helped": "Helped",
    "worse off": "Worse",
}
"""Columns of the terminal, by their quantities; the page and the tables have all."""
MEANING = (
    "Wrongful: share of entries. Months: of wrongful sanction, per 1,000 adults. Prevented: share "
    "of the acts of the aware. Silent: lawful criticism. Filed: objections per 1,000 adults. "
    "Helped, worse: people sanctioned for fewer or more months, per 1,000 adults. Luck between "
    "simulated societies is in the page and the tables. No design is recommended."
)


def safeguards(
    regime: o.Regime = "fragmented-2018",
    safeguard: o.Safeguards = None,
    pairs: Annotated[
        bool, typer.Option("--pairs/--no-pairs", help="Whether safeguards are tried in pairs.")
    ] = True,
    calibration: o.Calibrations = None,
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
    """Compare safeguards on the same people and luck; all are shown, none is recommended."""
    from scoredsociety import doors

    target = folder or o.free_folder(f"safeguards-{o.named([regime])}")
    with Display(people, months, replicates) as display:
        made = doors.safeguards(
            regime,
            safeguards=safeguard or (),
            pairs=pairs,
            calibrations=o.pairs(calibration or []),
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
        everything = {
            "simulated": True,
            "folder": str(target),
            "rows": made.table().to_pylist(),
            "interactions": made.interactions().to_pylist(),
        }
        typer.echo(json.dumps(everything, indent=1, ensure_ascii=False, allow_nan=False))
        return
    _show(made)
    typer.echo(f"Folder  {target}")
    typer.echo(f"Report  {target / 'safeguards.html'}")
    typer.echo(f"Tables  {target / 'safeguards.csv'}, {target / 'interactions.csv'}")


def _show(made: Safeguarded) -> None:
    """Print every design, then every combination against the sum of its members."""
    from rich.text import Text

    from scoredsociety.audit.combining import note_of
    from scoredsociety.report.safeguards import finding, interactions_words, say

    console, base = out(), made.made.outcomes[0]
    console.print(Text(f"Simulated: {finding(made.made)}.", style="bold"))
    console.print()
    table = plain_table("Design", *SHOWN.values())
    for column, wide in zip(table.columns, (18, 8, 6, 9, 6, 5, 6, 5), strict=True):
        column.min_width = wide
    for outcome in made.made.outcomes:
        if outcome.simulated:
            label = outcome.label if len(outcome.names) < 5 else f"{len(outcome.names)} together"
            table.add_row(label, *(say(outcome, base, k) for k in SHOWN))
    console.print(table)
    for outcome in made.made.outcomes:
        if note_of(outcome):
            label = outcome.label if len(outcome.names) < 5 else f"{len(outcome.names)} together"
            console.print(f"{label}: {note_of(outcome)}.", style="dim")
    found = interactions_words(made.made.interactions)
    if found.rows:
        console.print()
        console.print(Text(found.caption, style="bold"))
        table = plain_table(*found.columns)
        for row in found.rows:
            names = row[0].split(" + ")
            table.add_row(row[0] if len(names) < 5 else f"{len(names)} together", *row[1:])
        console.print(table)
    console.print()
    console.print(MEANING, style="dim")
    console.print("Nobody in these numbers is real.", style="dim")
