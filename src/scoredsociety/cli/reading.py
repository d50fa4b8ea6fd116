"""What needs no run: the catalogue, files of one's own, the schedule and the measures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

KINDS = ("scheme", "regime", "safeguard", "questionnaire")
"""Kinds of files that a user can write."""


def schemes() -> None:
    """List the schemes, regimes, safeguards and questionnaires of the catalogue."""
    from scoredsociety.cli.display import out, plain_table
    from scoredsociety.opinion.files import list_questionnaires, load_questionnaire
    from scoredsociety.schemes import catalogue

    table = plain_table("Name", "What", "Title")
    for name in catalogue.list_schemes():
        scheme = catalogue.load_scheme(name)
        letters = "".join(f", {letter}" for letter in sorted({*scheme.calibrations} - {"A"}))
        several = f" (calibrations A{letters})" if letters else ""
        table.add_row(name, "scheme", f"{scheme.title}{several}")
    for name in catalogue.list_regimes():
        table.add_row(name, "regime", catalogue.load_regime(name).title)
    for name in catalogue.list_safeguards():
        table.add_row(name, "safeguard", catalogue.load_safeguard(name).title)
    for name in list_questionnaires():
        table.add_row(name, "questionnaire", load_questionnaire(name).title)
    out().print(table)


def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A name of the catalogue, or a YAML file.")
    ],
) -> None:
    """Print the card of a scheme, regime, safeguard or questionnaire."""
    from scoredsociety.opinion.card import questionnaire_card
    from scoredsociety.opinion.files import load_questionnaire
    from scoredsociety.schemes import library
    from scoredsociety.schemes.card import card

    if _is_questionnaire(library.find(name, KINDS)):
        typer.echo(questionnaire_card(load_questionnaire(name)))
    else:
        typer.echo(card(library.load(name, KINDS[:3]).item))


def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", help="Files of schemes, regimes, safeguards, questionnaires."
        ),
    ],
    regime: Annotated[
        str | None,
        typer.Option(metavar="REGIME", help="A regime to try safeguards on."),
    ] = None,
) -> None:
    """Check YAML files of your own and name every mistake in them."""
    from scoredsociety.opinion.files import check_questionnaire
    from scoredsociety.schemes import SchemeError, check_scheme
    from scoredsociety.schemes.errors import clean
    from scoredsociety.schemes.model import Safeguard, Scheme

    faulty = False
    for file in files:
        try:
            item = None if _is_questionnaire(file) else check_scheme(file, regime)
            if item is None:
                check_questionnaire(file)
        except SchemeError as error:
            faulty = True
            typer.echo(str(error), err=True)
            continue
        kind = (
            "questionnaire" if item is None
            else "scheme" if isinstance(item, Scheme)
            else "safeguard" if isinstance(item, Safeguard) else "regime"
        )  # fmt: skip
        typer.echo(f"{clean(str(file), 200)}: a {kind}, no mistake found")
    if faulty:
        raise typer.Exit(2)


def _is_questionnaire(file: Path) -> bool:
    """Read a file far enough to tell which checks it needs."""
    from scoredsociety.schemes import library

    if not library.is_path(file):
        return False
    return library.opened(file, KINDS)[0] == "questionnaire"


def schema() -> None:
    """Print a JSON Schema of the files, for editors."""
    from scoredsociety.opinion.files import json_schema

    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def schedule() -> None:
    """Print the month: its steps in order."""
    from scoredsociety.cli.display import out, plain_table
    from scoredsociety.engine.schedule import SCHEDULE

    table = plain_table("", "Step", "What happens")
    for step in SCHEDULE:
        table.add_row(str(step.number), step.name, step.does)
    out().print(table)


def measures(
    measure: Annotated[
        str | None, typer.Argument(metavar="MEASURE", help="One of them, as M5: its card whole.")
    ] = None,
) -> None:
    """List the measures, or print the card of one: formula, groups, companions, assumptions."""
    from scoredsociety.audit import MEASURES
    from scoredsociety.audit.words import listing
    from scoredsociety.cli.display import out, plain_table

    if measure is not None:
        from scoredsociety.audit.measure_card import measure_card

        found = next((m for m in MEASURES if m.id.lower() == measure.strip().lower()), None)
        if found is None:
            there = listing(m.id for m in MEASURES)
            raise typer.BadParameter(f"There is no measure {measure[:20]!r}. There are {there}.")
        typer.echo(measure_card(found, MEASURES))
        return
    table = plain_table("", "Measure", "Question", "Unit")
    for each in MEASURES:
        table.add_row(each.id, each.name, each.question, each.unit)
    out().print(table)
