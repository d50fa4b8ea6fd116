"""``spiral``: how far entries breed entries, and how much of it only seems so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import out, plain_table

if TYPE_CHECKING:
    import pyarrow as pa


def spiral(
    regime: o.Regime = "fragmented-2018",
    scheme: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="The list with entries from outside. [default: the first that breeds]",
        ),
    ] = None,
    people: o.People = 20_000,
    months: o.Months = 120,
    seed: o.Seed = 1,
    replicates: o.Replicates = 4,
    marginals: o.Marginals = "china-2018",
    threads: o.Threads = None,
    as_json: o.Json = False,
) -> None:
    """Measure the spiral in every form: entries from outside, feedback off, and the false one.

    The regime is simulated four times on the same people with the same luck.
    """
    from scoredsociety import doors

    table = doors.spiral(
        regime,
        scheme=scheme,
        people=people,
        months=months,
        seed=seed,
        replicates=replicates,
        marginals=marginals,
        threads=threads,
    )
    if as_json:
        everything = {"simulated": True, "rows": table.to_pylist()}
        typer.echo(json.dumps(everything, indent=1, ensure_ascii=False, allow_nan=False))
        return
    _show(table)


def _show(table: pa.Table) -> None:
    """Print what concerns everybody; groups are in the JSON."""
    from scoredsociety.audit import words

    def told(row: dict[str, Any]) -> tuple[str, str, str, str]:
        value, unit = row["value"], row["unit"]
        said = words.percent(value) if unit.startswith("share") else words.number(value)
        return row["item"], row["quantity"], said, words.interval_in(row["low"], row["high"], unit)

    console = out()
    shown = plain_table("Runs or list", "What", "Figure", "95%, luck only")
    for row in table.to_pylist():
        if row["group"] == "all" and not row["quantity"].startswith("offspring"):
            shown.add_row(*told(row))
    console.print(shown)
    for note in dict.fromkeys(r["note"] for r in table.to_pylist() if r["group"] == "all"):
        if note:
            console.print(f"- {note}", style="dim")
    console.print("Nobody in these numbers is real.", style="dim")
