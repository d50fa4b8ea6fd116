"""``lives``: the same people under two regimes, counted, and a few of them told month by month."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display, out, plain_table

if TYPE_CHECKING:
    from rich.console import Console

    from scoredsociety.audit import Life, Lives
    from scoredsociety.engine import RunData

STORIES = {
    "typical": "typical",
    "worst": "worst",
    "saved": "saved",
    "not-helped": "not_helped",
    "worse-off": "worse_off",
}
"""Name on the command line to the field of ``Lives``."""


def _diary() -> Any:  # noqa: ANN401
    """Load the diary when it is needed: it brings the engine along."""
    from scoredsociety.cli import diary

    return diary


@dataclass(frozen=True)
class Told:
    """A life with its diary under both regimes."""

    name: str
    life: Life
    who: tuple[str, ...]
    diary: list[tuple[int, str, str]]


def lives(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR [DIR]", help="Folder of a comparison, or those of two runs: A, then B."
        ),
    ],
    story: Annotated[
        list[str] | None,
        typer.Option(
            "--story",
            metavar="NAME",
            help="Which life to tell: typical, worst, saved, not-helped, worse-off. May be "
            "repeated. [default: every one there is]",
        ),
    ] = None,
    person: Annotated[
        int | None,
        typer.Option(parser=o.whole, metavar="INDEX", help="Tell this person's life instead."),
    ] = None,
    replicate: Annotated[
        int,
        typer.Option(parser=o.whole, metavar="NUMBER", help="With --person: of which society."),
    ] = 0,
    arm: Annotated[
        int,
        typer.Option(
            parser=o.whole, metavar="NUMBER", help="Of a comparison: which arm is B, from 1."
        ),
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say how many lives differ between two regimes and how, and tell a few of them twice."""
    from scoredsociety.audit import fates, follow, pick_lives
    from scoredsociety.study import StudyError

    names = _stories(story)
    a, b = _pair(folders, arm)
    if person is not None:
        _check(a, person, replicate)
    with Display() as display, display.working("Comparing lives"):
        try:
            found = pick_lives(a, b, every=True)
            chosen: dict[str, Life | None] = (
                {n: getattr(found, STORIES[n]) for n in names}
                if person is None
                else {"chosen": follow(fates(a, b), person, replicate)}
            )
        except ValueError as error:
            raise StudyError(str(error)) from error
        told = [_tell(name, life, a, b) for name, life in chosen.items() if life is not None]
    missing = [name for name, life in chosen.items() if life is None]
    if as_json:
        typer.echo(json.dumps(_plain(a, b, found, told), indent=1, ensure_ascii=False))
    else:
        _show(out(), a, b, found, told, missing)


def _stories(asked: Sequence[str] | None) -> list[str]:
    for name in asked or ():
        if name not in STORIES:
            raise typer.BadParameter(
                f"{name[:40]!r} is no story. Allowed: {', '.join(STORIES)}.",
                param_hint="'--story'",
            )
    return list(dict.fromkeys(asked or STORIES))


def _pair(folders: Sequence[Path], arm: int) -> tuple[RunData, RunData]:
    """Read the two runs that are meant; a run that was changed is refused."""
    from scoredsociety.cli.folders import runs_of
    from scoredsociety.study import StudyError, load_run

    paths = [runs_of(folder) for folder in folders]
    if len(paths) == 1 and len(paths[0]) > 1:
        if not 1 <= arm < len(paths[0]):
            raise StudyError(f"arm: {arm} is not allowed. Allowed: 1 to {len(paths[0]) - 1}")
        return load_run(paths[0][0]), load_run(paths[0][arm])
    if len(paths) != 2 or any(len(runs) != 1 for runs in paths):
        raise StudyError(
            "lives needs two runs: name the folder of a comparison, or the folders of two runs "
            "that were made with the same people, months, seed, replicates and marginals"
        )
    return load_run(paths[0][0]), load_run(paths[1][0])


def _check(run: RunData, person: int, replicate: int) -> None:
    from scoredsociety.study import StudyError

    for name, value, most in (
        ("person", person, run.manifest["people"] - 1),
        ("replicate", replicate, run.manifest["replicates"] - 1),
    ):
        if not 0 <= value <= most:
            raise StudyError(f"{name}: {value} is not allowed. Allowed: 0 to {most}")


def _tell(name: str, life: Life, a: RunData, b: RunData) -> Told:
    """Replay a life from both manifests; nothing about a person is read from a table."""
    from scoredsociety.study import replay_life

    one, rows_a = replay_life(a, life.subject, life.replicate)
    two, rows_b = replay_life(b, life.subject, life.replicate)
    said = tuple(dict.fromkeys((_diary().who(one), _diary().who(two))))  # who is aware may differ
    days = _diary().side_by_side(
        _diary().happenings(a.manifest, rows_a), _diary().happenings(b.manifest, rows_b)
    )
    return Told(name, life, said, days)


def _show(
    console: Console,
    a: RunData,
    b: RunData,
    found: Lives,
    told: Sequence[Told],
    missing: Sequence[str],
) -> None:
    from rich.text import Text

    from scoredsociety.audit import words

    m = a.manifest
    console.print(Text(f"A: {m['label']}\nB: {b.manifest['label']}", style="bold"))
    societies = words.plural(m["replicates"], "society", "societies")
    console.print(
        f"Simulated: the same {m['people']:,} people in {societies}, with the same luck, for "
        f"{words.plural(m['months'], 'month')}. Nobody is real."
    )
    console.print()
    rows = _counted(found)
    if _nothing(rows):
        console.print(
            "Nothing differs: every life is the same under A and under B.\n", style="bold"
        )
    table = plain_table("Lives", "Per 1,000 adults", "Interval", "In the nation")
    for row in rows:
        table.add_row(
            words.sentence(row["way"]),
            words.in_unit(row["rate"], words.PER_1000),
            words.interval_in(row["low"], row["high"], words.PER_1000),
            words.large(row["scaled"]),
        )
    console.print(table)
    console.print(
        "A life may differ in several ways. Intervals: 95%, luck between simulated societies only.",
        style="dim",
    )
    for each in told:
        _show_life(console, each)
    if missing:
        console.print(f"\nNobody in these runs: {words.listing(missing)}.", style="dim")
    console.print(
        "\nOne life is an illustration, not evidence. Nobody in these numbers is real.", style="dim"
    )


def _show_life(console: Console, told: Told) -> None:
    from rich.text import Text

    from scoredsociety.audit import words

    life = told.life
    console.print()
    head = f"{words.sentence(told.name.replace('-', ' '))}: {life.kind}"
    console.print(Text(head, style="bold"))
    console.print(
        f"A synthetic person: number {life.subject:,} of society {life.replicate}. Nobody real. "
        f"It stands for {stands_for(life)}."
    )
    for text in told.who:
        console.print(text)
    for name, months, refused in zip("AB", life.sanctioned, life.refused, strict=True):
        console.print(
            f"Under {name}: {words.plural(months, 'month')} under sanctions, refused "
            f"{words.plural(refused, 'time')}."
        )
    console.print(f"How it was chosen: {life.rule}", style="dim")
    if not told.diary:
        console.print("Nothing was recorded about this person under either.")
        return
    table = plain_table("Month", "Under A", "Under B")
    table.expand = True
    table.columns[0].justify = "right"
    for column in table.columns[1:]:
        column.ratio = 1
    last = None
    for month, one, two in told.diary:
        table.add_row("" if month == last else str(month), Text(one), Text(two))
        last = month
    console.print(table)


def stands_for(life: Life) -> str:
    """Say for how many people a life stands: in a thousand adults and in the nation."""
    from scoredsociety.audit import words

    if life.per_1000 is None:
        return words.NO_EVIDENCE
    count = words.per(life.per_1000 / 1000)
    return f"{count} adults ({words.large(life.scaled)} if scaled to all adults)"


def _counted(found: Lives) -> list[dict[str, Any]]:
    """Return how many lives differ in each way, of all adults together."""
    out: dict[str, dict[str, Any]] = {}
    assert found.counts is not None
    for row in found.counts.to_pylist():
        if row["group"] != "all":
            continue
        mine = out.setdefault(row["item"], {"way": row["item"]})
        if row["quantity"] == "rate":
            mine |= {"rate": row["value"], "low": row["low"], "high": row["high"]}
        else:
            mine |= {"persons": row["value"], "people": row["people"], "scaled": row["scaled"]}
    return list(out.values())


def _nothing(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether no life differs; a life that is wronged under both does not."""
    return all(row["persons"] == 0 for row in rows if not row["way"].endswith("under both"))


def _plain(a: RunData, b: RunData, found: Lives, told: Sequence[Told]) -> dict[str, Any]:
    """Return everything as plain data."""
    rows = _counted(found)
    return {
        "simulated": True,
        "a": a.manifest["label"],
        "b": b.manifest["label"],
        "nothing_differs": _nothing(rows),
        "lives": rows,
        "stories": [
            {
                "story": t.name,
                "kind": t.life.kind,
                "person": t.life.subject,
                "replicate": t.life.replicate,
                "stands_for": t.life.stands_for,
                "per_1000": t.life.per_1000,
                "scaled": t.life.scaled,
                "sanctioned_months": t.life.sanctioned,
                "refusals": t.life.refused,
                "rule": t.life.rule,
                "diary": [{"month": m, "a": one, "b": two} for m, one, two in t.diary],
            }
            for t in told
        ],
    }
