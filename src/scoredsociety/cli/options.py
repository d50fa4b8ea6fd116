"""The options that several commands share, and how their values are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

RUNS = Path("runs")
LONGEST = 80


def whole(text: str | int) -> int:
    """Read a whole number as people write it: 100000, 100_000 or 1e5.

    Raises
    ------
    typer.BadParameter
        If it is none.
    """
    if isinstance(text, int):  # a default
        return text
    told = f"{text[:40]!r} is not a whole number. Write it as 100000, 100_000 or 1e5."
    if not re.fullmatch(r"[+-]?\d[\d_]{0,40}(\.\d{0,40})?([eE]\+?\d{1,2})?", text.strip()):
        raise typer.BadParameter(told)
    try:
        number = Decimal(text.strip())
        if number != number.to_integral_value():
            raise typer.BadParameter(told)
    except InvalidOperation:
        raise typer.BadParameter(told) from None
    return int(number)


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """Read ``court-list=B`` and its like.

    Raises
    ------
    typer.BadParameter
        If one is written otherwise, or a scheme is named twice.
    """
    out: dict[str, str] = {}
    for text in texts:
        scheme, equals, letter = (part.strip() for part in text.partition("="))
        if not (scheme and equals and letter):
            raise typer.BadParameter(
                f"{text[:60]!r} is not a calibration. Write scheme=letter, as in court-list=B.",
                param_hint="'--calibration'",
            )
        if scheme in out:
            raise typer.BadParameter(
                f"{scheme} is given two calibrations.", param_hint="'--calibration'"
            )
        out[scheme] = letter
    return out


def named(regimes: Sequence[str], safeguards: Sequence[str] = ()) -> str:
    """Return a name for the folder of a run."""

    def joined(names: Sequence[str]) -> str:
        stems = [re.sub(r"\.ya?ml$", "", re.split(r"[/\\]", name)[-1]) for name in names]
        return "-and-".join(re.sub(r"[^\w.+-]+", "-", stem).strip("-.") or "mine" for stem in stems)

    name = joined(regimes) + (f"-with-{joined(safeguards)}" if safeguards else "")
    return name[:LONGEST].strip("-.")


def free(path: Path) -> Path:
    """Return a path that nothing holds yet: this one, or one with a number before its ending."""
    taken, number = path, 1
    while taken.exists() or taken.is_symlink():
        number += 1
        taken = path.with_name(f"{path.name.removesuffix(path.suffix)}-{number}{path.suffix}")
    return taken


def free_folder(name: str) -> Path:
    """Return the folder of a run whose user named none."""
    number, folder = 1, RUNS / name
    while folder.exists() or folder.is_symlink():
        number += 1
        folder = RUNS / f"{name}-{number}"
    return folder


def _number(help: str) -> typer.models.OptionInfo:
    info: typer.models.OptionInfo = typer.Option(parser=whole, metavar="NUMBER", help=help)
    return info


Regime = Annotated[
    str, typer.Argument(metavar="REGIME", help="A name of the catalogue, or a YAML file.")
]
Regimes = Annotated[
    list[str],
    typer.Argument(metavar="REGIME", help="Names of the catalogue, or YAML files."),
]
Safeguards = Annotated[
    list[str] | None,
    typer.Option(
        "--safeguard",
        metavar="NAME",
        help="A safeguard of the catalogue, or a YAML file. May be repeated.",
    ),
]
Calibrations = Annotated[
    list[str] | None,
    typer.Option(
        "--calibration",
        metavar="SCHEME=LETTER",
        help="Another published reading of a scheme, as in court-list=B. May be repeated.",
    ),
]
People = Annotated[int, _number("Simulated people: 100000, 100_000 or 1e5.")]
Months = Annotated[int, _number("Months to simulate.")]
Seed = Annotated[int, _number("The luck: the same seed gives the same people the same luck.")]
Replicates = Annotated[int, _number("Societies to simulate, each with luck of its own.")]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder to write; it must not exist. [default: in runs/]"),
]
Marginals = Annotated[
    str, typer.Option(metavar="NAME", help="What the society is made from: a name or YAML file.")
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, help="Threads to use; changes no result. [default: all processors]"),
]
Device = Annotated[
    str, typer.Option(metavar="NAME", help="cpu, or gpu: a CUDA device, with scoredsociety[gpu].")
]
Json = Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")]
