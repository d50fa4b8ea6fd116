"""``verify`` and ``life``: what can be asked of the folder of a finished run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoredsociety.cli import options as o

if TYPE_CHECKING:
    from scoredsociety.engine import RunData

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run or of a comparison.")]


def runs_of(folder: Path) -> list[Path]:
    """Return the folder itself, or the runs' folders of a comparison, in order.

    Raises
    ------
    StudyError
        If it is the folder of neither.
    """
    from scoredsociety.study import StudyError

    if (folder / "run.json").is_file():
        return [folder]
    if countries := countries_of(folder):
        samples = " or ".join(str(path / "sample") for path in countries)
        raise StudyError(
            f"{folder} is the folder of a country, which has no ledger of its own. "
            f"Ask its sample, {samples}"
        )
    arms = sorted(
        (path.parent for path in folder.glob("[0-9]*-*/run.json")),
        key=lambda path: int(path.name.partition("-")[0]),
    )
    if not arms:
        raise StudyError(f"{folder} is not the folder of a run or of a comparison")
    return arms


def countries_of(folder: Path) -> list[Path]:
    """Return the folder itself, or those of the arms, if they hold countries."""
    if (folder / "country.json").is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob("[0-9]-*/country.json"))


def loaded(folders: Sequence[Path]) -> list[RunData]:
    """Read the runs of some folders, in order; a run that was changed is refused."""
    from scoredsociety.study import load_run

    return [load_run(path) for folder in folders for path in runs_of(folder)]


def verify(
    folder: Folder,
    again: Annotated[
        bool,
        typer.Option("--again", help="Also simulate the first society again and compare."),
    ] = False,
) -> None:
    """Check that no file of a run was changed since it was made; needs no network."""
    from scoredsociety.study import verify_run
    from scoredsociety.study.country_folder import read_country_manifest, verify_country
    from scoredsociety.study.store import read_manifest

    sound = True
    countries = countries_of(folder)
    for path in countries or runs_of(folder):
        wrong = verify_country(path, again=again) if countries else verify_run(path, again=again)
        for line in wrong:
            typer.echo(f"{path}: {line}", err=True)
        if wrong:
            sound = False
            continue
        files = len((read_country_manifest if countries else read_manifest)(path)["files"])
        what = "sample" if countries else "first society"
        same = f"; the {what}, simulated again, has the same bytes" if again else ""
        typer.echo(f"{path}: {files} files are as the run wrote them{same}")
    if not sound:
        raise typer.Exit(1)


def life(
    folder: Folder,
    index: Annotated[
        int | None,
        typer.Argument(
            parser=o.whole,
            metavar="INDEX",
            help="Which person, from 0. [default: the first who is ever listed]",
        ),
    ] = None,
    replicate: Annotated[
        int, typer.Option(parser=o.whole, metavar="NUMBER", help="Which society, from 0.")
    ] = 0,
) -> None:
    """Print the diary of one synthetic person; of a comparison, the same life in every arm."""
    from scoredsociety.cli.diary import diary, somebody
    from scoredsociety.study import load_run, replay_life

    for number, path in enumerate(runs_of(folder)):
        run = load_run(path)
        if index is None and 0 <= replicate < len(run.replicates):
            index = somebody(run, replicate)
        person, rows = replay_life(run, index or 0, replicate)
        text = diary(run.manifest, person, rows, index or 0, replicate)
        typer.echo(("\n" if number else "") + text)
