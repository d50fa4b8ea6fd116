"""``branch``: one past, a policy date, and several regimes after it."""

from __future__ import annotations

from typing import Annotated

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display, show_findings
from scoredsociety.cli.running import PAGE, compared_parts, written


def _own(help: str, default: str) -> typer.models.OptionInfo:
    """Return an option that a checkpoint has its own value for."""
    option: typer.models.OptionInfo = typer.Option(
        parser=o.whole, metavar="NUMBER", help=f"{help} [default: {default}, or the checkpoint's]"
    )
    return option


def branch(
    start: Annotated[
        str,
        typer.Argument(
            metavar="REGIME|DIR",
            help="A regime by name or file; or the folder of earlier branches, whose past is kept.",
        ),
    ],
    at: Annotated[
        int | None,
        typer.Option(
            "--at",
            parser=o.whole,
            metavar="MONTH",
            help="The policy date: the last month before the change. DIR has its own.",
        ),
    ] = None,
    safeguard: o.Safeguards = None,
    separately: Annotated[
        bool, typer.Option("--separately", help="Also try each safeguard alone.")
    ] = False,
    into: Annotated[
        list[str] | None,
        typer.Option(
            "--into",
            metavar="REGIME",
            help="A regime to go on under: a name or file. May be repeated.",
        ),
    ] = None,
    calibration: o.Calibrations = None,
    people: Annotated[int | None, _own("Simulated people.", "100,000")] = None,
    months: Annotated[int | None, _own("Months of the whole run.", "120")] = None,
    seed: Annotated[int | None, _own("The luck.", "1")] = None,
    replicates: Annotated[int | None, _own("Societies to simulate.", "8")] = None,
    out: o.Out = None,
    marginals: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What the society is made from. [default: china-2018, or DIR's]"
        ),
    ] = None,
    threads: o.Threads = None,
    as_json: o.Json = False,
) -> None:
    """Go on from a policy date under several regimes, on the same people and luck."""
    from scoredsociety.doors.branching import branch
    from scoredsociety.study.branch import SIZES

    folder = out or o.free_folder(f"branch-{o.named([start], safeguard or [])}")
    with Display(people or SIZES["people"], months or SIZES["months"], replicates or 1) as display:
        made = branch(
            start,
            at=at,
            safeguards=safeguard or (),
            separately=separately,
            into=into or (),
            calibrations=o.pairs(calibration or []),
            people=people,
            months=months,
            seed=seed,
            replicates=replicates,
            marginals=marginals,
            out=folder,
            threads=threads,
            progress=display,
        )
        with display.working("Auditing"):
            labels = [run.manifest["label"] for run in made.runs]
            parts = compared_parts(labels, made.audits, made.comparisons)
        with display.working("Writing the report"):
            page = written(folder / PAGE, made.report)
    show_findings(parts, folder, page, as_json=as_json)
    if (folder / "checkpoint").is_dir():
        typer.echo(f"Past    {folder / 'checkpoint'}", err=as_json)
