"""``country`` and ``merge``: a society of any size, whole, in two arms or in shards."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display, plain_table
from scoredsociety.cli.display import out as standard_output
from scoredsociety.cli.running import PAGE, written

if TYPE_CHECKING:
    from scoredsociety.study.country_folder import Country

Sample = Annotated[
    int,
    typer.Option(
        parser=o.whole, metavar="NUMBER", help="People whose ledger is kept as a run; 0: none."
    ),
]
Passes = Annotated[
    int, typer.Option(parser=o.whole, metavar="NUMBER", help="Passes over all people at most.")
]


def country(
    regime: o.Regime = "fragmented-2018",
    safeguard: o.Safeguards = None,
    with_and_without: Annotated[
        bool,
        typer.Option("--with-and-without", help="Also simulate it without the safeguards."),
    ] = False,
    calibration: o.Calibrations = None,
    people: o.People = 1_400_000_000,
    months: o.Months = 120,
    seed: o.Seed = 1,
    sample: Sample = 1_000_000,
    shard: Annotated[
        str | None,
        typer.Option(metavar="I/N", help="Run only the I-th of N parts; merge joins them."),
    ] = None,
    passes: Passes = 40,
    out: o.Out = None,
    marginals: o.Marginals = "china-2018",
    threads: o.Threads = None,
    as_json: o.Json = False,
) -> None:
    """Simulate a whole country; memory stays small, and a killed run goes on where it was."""
    from scoredsociety.doors import country as doors

    safeguards, calibrations = safeguard or [], o.pairs(calibration or [])
    name = f"country-{o.named([regime], safeguards)}"
    if with_and_without and not safeguards:
        raise typer.BadParameter(
            "needs a safeguard to be with or without. Name one with --safeguard.",
            param_hint="'--with-and-without'",
        )
    target = out or (Path("runs") / name if shard else o.free_folder(name))
    asked: dict[str, Any] = {
        "safeguards": safeguards,
        "calibrations": calibrations,
        "marginals": marginals,
        "people": people,
        "months": months,
        "seed": seed,
        "sample": sample,
    }
    if shard is not None:
        number, of = _part(shard)
        if with_and_without:
            raise typer.BadParameter(
                "goes with one arm only. Run the shards of each arm into a folder of its own.",
                param_hint="'--shard'",
            )
        with Display(people // of, months) as display:
            file = doors.shard(
                regime, number=number, of=of, out=target, threads=threads, progress=display, **asked
            )
        typer.echo(f"Shard   {file}")
        typer.echo(f"When all {of} are there: scoredsociety merge {target}")
        return
    settings: dict[str, Any] = {**asked, "out": target, "threads": threads, "passes": passes}
    with Display(people, months) as display:
        made: tuple[Country, ...]
        if with_and_without:
            made = doors.countries(regime, progress=display, **settings)
        else:
            made = (doors.country(regime, progress=display, **settings),)
    show(made, target, as_json=as_json)


def merge(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the shards.")],
    target: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Folder to write. [default: country in that of the shards]"
        ),
    ] = None,
    passes: Passes = 40,
    threads: o.Threads = None,
    as_json: o.Json = False,
) -> None:
    """Join the shards of a country; a missing one is named with the command that makes it."""
    from scoredsociety.doors import country as doors

    made = doors.merge(folder, out=target, threads=threads, passes=passes)
    show((made,), target or folder / "country", as_json=as_json)


def _part(text: str) -> tuple[int, int]:
    """Read ``3/8``."""
    found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text.strip())
    if found is None:
        raise typer.BadParameter(
            f"{text[:40]!r} is no part. Write i/n, as in 3/8 for the third of eight.",
            param_hint="'--shard'",
        )
    return int(found[1]), int(found[2])


def show(made: Sequence[Country], folder: Path, *, as_json: bool) -> None:
    """Write the page of one country, or of two side by side, and print what was found."""
    from scoredsociety.doors.country import write_page

    page = written(folder / PAGE, lambda path: write_page(made, path))
    if as_json:
        everything = {
            "simulated": True,
            "folder": str(folder),
            "report": str(page),
            "countries": [
                {"title": c.manifest["label"], **c.headline, "seconds": c.seconds} for c in made
            ],
        }
        typer.echo(json.dumps(everything, indent=1, ensure_ascii=False, allow_nan=False))
        return
    from rich.text import Text

    from scoredsociety.report.country import lines, passes_words, rare_words, say

    console = standard_output()
    names = [""] if len(made) == 1 else ["A", "B"]
    for name, one in zip(names, made, strict=True):
        label = one.manifest["label"]
        console.print(Text(f"{name}: {label}" if name else label, style="bold"))
    table = plain_table(f"Of {made[0].headline['people']:,} people", *(n or "All" for n in names))
    for column in table.columns[1:]:
        column.justify = "right"
    for text, below, values in lines([c.headline for c in made]):
        table.add_row(f"   {text}" if below else text, *map(say, values))
    console.print(table)
    for one in made:
        for text in (rare_words(one.headline), passes_words(one.headline) + _took(one)):
            if text:
                console.print(text, style="dim", soft_wrap=True)
    console.print("Nobody in these numbers is real.", style="dim")
    typer.echo(f"Folder  {folder}")
    typer.echo(f"Report  {page}")
    for one in made:
        if one.sample is not None:
            typer.echo(f"Sample  {one.sample.path}")


def _took(one: Country) -> str:
    if one.seconds is None:
        return ""
    return f" {one.seconds[0]:,.0f} s by the clock, {one.seconds[1]:,.0f} s of cores."
