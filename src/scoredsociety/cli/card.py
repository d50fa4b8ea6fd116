"""``card``: the elements of Art. 5(1)(c) and the headings of Art. 27, from a file or from a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display

if TYPE_CHECKING:
    from scoredsociety.engine import RunData
    from scoredsociety.schemes.model import ResolvedRegime

NAMED = (5, 27)


def card(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A regime or scheme of the catalogue, a YAML file, or the folder of a run or "
            "of a comparison.",
        ),
    ],
    safeguard: o.Safeguards = None,
    calibration: o.Calibrations = None,
    people: Annotated[
        int | None,
        typer.Option(
            parser=o.whole,
            metavar="NUMBER",
            help="Simulate so many people too, and add what is measured. [default: none]",
        ),
    ] = None,
    months: o.Months = 120,
    seed: o.Seed = 1,
    replicates: o.Replicates = 8,
    article: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Only the card of Art. 5, or of Art. 27.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the cards as JSON.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
) -> None:
    """Print the cards of the EU AI Act: what a file says, what was measured, what is a lawyer's.

    A card never says what is lawful.
    """
    from scoredsociety.audit import audit_run
    from scoredsociety.audit.card import article5_cards, impact_card
    from scoredsociety.report import article5 as page

    if article not in (None, *NAMED):
        raise typer.BadParameter(f"{article} is no card. Allowed: 5, 27.", param_hint="'--article'")
    if as_json and as_markdown:
        raise typer.BadParameter("give --json or --markdown, not both", param_hint="'--markdown'")
    found = []
    with Display(people or 0, months, replicates) as display:
        sizes = (people, months, seed, replicates)
        for regime, run in _subjects(name, safeguard, calibration, sizes, display):
            with display.working("Filling in the cards"):
                audit = audit_run(run) if run is not None else None
                cards = article5_cards(regime, run, audit) if article != 27 else []
                impact = impact_card(regime, audit) if article != 5 else None
            found.append((regime, cards, impact))
    if as_json:
        told = [
            {
                "regime": regime.regime,
                "title": regime.title,
                "safeguards": regime.safeguards,
                "article_5": [c.model_dump(mode="json") for c in cards],
                "article_27": impact.model_dump(mode="json") if impact is not None else None,
            }
            for regime, cards, impact in found
        ]
        typer.echo(json.dumps({"cards": told}, indent=1, ensure_ascii=False, allow_nan=False))
        return
    write = page.as_markdown if as_markdown else page.as_text
    texts = []
    for _, cards, impact in found:
        texts += [write(page.card_blocks(c)) for c in cards]
        texts += [write(page.impact_blocks(impact))] if impact is not None else []
    typer.echo("\n\n\n".join(texts) or "No scheme holds here: there is nothing to fill in.")


def _subjects(
    name: str,
    safeguards: list[str] | None,
    calibrations: list[str] | None,
    sizes: tuple[int | None, int, int, int],
    display: Display,
) -> list[tuple[ResolvedRegime, RunData | None]]:
    """Return the regimes that are meant, each with its run if there is one."""
    from scoredsociety.schemes.catalogue import resolve
    from scoredsociety.schemes.model import ResolvedRegime
    from scoredsociety.study import StudyError, simulate

    people, months, seed, replicates = sizes
    if Path(name).is_dir():
        from scoredsociety.cli.folders import loaded

        if safeguards or calibrations or people is not None:
            raise StudyError(
                f"{name} is a finished run: safeguards, calibrations and people are those it was "
                "made with. Name a regime instead to choose others"
            )
        runs = loaded([Path(name)])
        return [(ResolvedRegime.model_validate(run.manifest["regime"]), run) for run in runs]
    regime = resolve(name, safeguards or [], o.pairs(calibrations or []))
    if people is None:
        return [(regime, None)]
    run = simulate(
        regime, people=people, months=months, seed=seed, replicates=replicates, progress=display
    )
    return [(regime, run)]
