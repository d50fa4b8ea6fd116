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

if TYPE_CHECKING:
    from scoredsociety.study.country import Country

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
    """Print what was found in one country, or in two side by side."""
    if as_json:
        everything = {
            "simulated": True,
            "folder": str(folder),
            "countries": [
                {"title": c.manifest["label"], **c.headline, "seconds": c.seconds} for c in made
            ],
        }
        typer.echo(json.dumps(everything, indent=1, ensure_ascii=False, allow_nan=False))
        return
    from rich.text import Text

    console = standard_output()
    names = [""] if len(made) == 1 else ["A", "B"]
    for name, one in zip(names, made, strict=True):
        label = one.manifest["label"]
        console.print(Text(f"{name}: {label}" if name else label, style="bold"))
    table = plain_table(f"Of {made[0].headline['people']:,} people", *(n or "All" for n in names))
    for column in table.columns[1:]:
        column.justify = "right"
    for says, values in lines([c.headline for c in made]):
        table.add_row(says, *(_said(v) for v in values))
    console.print(table)
    for one in made:
        for text in _below(one):
            console.print(text, style="dim", soft_wrap=True)
    console.print("Nobody in these numbers is real.", style="dim")
    typer.echo(f"Folder  {folder}")
    for one in made:
        if one.sample is not None:
            typer.echo(f"Sample  {one.sample.path}")


def lines(told: Sequence[dict[str, Any] | Any]) -> list[tuple[str, list[Any]]]:
    """Return what is said of countries, a sentence and a value for each."""
    keys = (
        "adults",
        "under a sanction at the end",
        "with a reward at the end",
        "ever under a sanction",
        "ever wrongfully under a sanction",
        "wrongful share of them",
    )
    rows = [(key, [h[key] for h in told]) for key in keys]
    for code, what in (("FLY", "flights refused"), ("RAIL", "trains refused")):
        rows.append((what, [h["refusals"][code] for h in told]))
    parts = [(s["scheme"], s["part"]) for s in told[0]["schemes"] if s["rows that entered"]]
    for scheme, part in parts:
        streams: list[dict[str, Any]] = [
            next((s for s in h["schemes"] if (s["scheme"], s["part"]) == (scheme, part)), {})
            for h in told
        ]
        for key, says in (
            ("rows that entered", f"{scheme}: {part}"),
            ("wrongful share by entry", "   of them wrongful"),
            ("share triggered", "   that an earlier one led to"),
            ("persons", "   persons ever in them"),
            ("persons ever wronged", "   of them ever wrongfully"),
        ):
            rows.append((says, [s.get(key) for s in streams]))
    return rows


def _said(value: float | None) -> str:
    if value is None:
        return "undefined"
    return f"{value:,}" if isinstance(value, int) else f"{100 * value:.2f} %"


def _below(one: Country) -> list[str]:
    """Return what stands below the table: the rare event, the passes, the time."""
    told, found = one.headline, []
    rare = told["seventeen"]
    if rare:
        low, high = rare["published_interval"]
        found.append(
            f"Barred for refusing service: {rare['counted']:,} entries counted (exact 95% interval "
            f"{rare['counted_interval'][0]:,.1f} to {rare['counted_interval'][1]:,.1f}) where "
            f"{rare['expected']:,.1f} are expected; in the first year {rare['counted_first_year']}"
            f" where {rare['expected_first_year']:,.1f} are expected. Published: "
            f"{rare['published']} ({low:.1f} to {high:.1f})."
        )
    passes, limited = told["passes"], told["channels that cannot handle everything"]
    bound = f"; beyond their capacity: {', '.join(limited)}" if limited else ""
    took = ""
    if one.seconds is not None:
        took = f"; {one.seconds[0]:,.0f} s by the clock, {one.seconds[1]:,.0f} s of cores"
    found.append(f"Passes: {passes['early']} early, {passes['full']} over all people{bound}{took}.")
    return found
