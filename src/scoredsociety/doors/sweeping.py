"""Uncertainty in two layers: a regime with every assumed number drawn over its range."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoredsociety.doors.writing import free_target, write_whole
from scoredsociety.study import StudyError
from scoredsociety.study.run import Progress, check_size

if TYPE_CHECKING:
    from scoredsociety.audit.along import At, Course
    from scoredsociety.audit.unknown import Statement
    from scoredsociety.engine import RunData
    from scoredsociety.report.sweep import Swept

ASKED = ("wrongful > 0.05",)
"""What is asked of a regime if nobody asks."""
ASKED_OF_SAFEGUARDS = ("change of wrongful < 0", "change of sanctioned < 0")
"""What is asked of safeguards too."""


@dataclass(frozen=True)
class Sweep:
    """A regime in two layers of uncertainty.

    Attributes
    ----------
    made : Swept
        Figures, statements, the numbers that were drawn, and settings.
    path : Path or None
        The folder with ``sweep.html``, ``sweep.csv`` and ``draws.csv``, if it was written.
    """

    made: Swept
    path: Path | None = None

    def table(self) -> Any:  # noqa: ANN401
        """Return every figure as a ``pyarrow.Table``; undefined is null."""
        from scoredsociety.audit.unknown import sweep_table

        return sweep_table(self.made.figures)

    def draws(self) -> Any:  # noqa: ANN401
        """Return what every draw set: one row a draw, one column an assumed number."""
        import pyarrow as pa

        paths, values = self.made.paths, self.made.values
        columns = {path: values[:, k] for k, path in enumerate(paths)}
        return pa.table({"draw": list(range(1, len(values) + 1)), **columns})

    def chart(self) -> Any:  # noqa: ANN401
        """Draw every figure: what nobody knows as a band, luck as a line."""
        from scoredsociety.report.sweep import sweep_chart

        return sweep_chart(self.made)

    def report(self, path: str | Path) -> Path:
        """Write the page as one HTML file and return its path."""
        from scoredsociety.report.sweep import sweep_html

        target = Path(path)
        target.write_text(sweep_html(self.made), encoding="utf-8", newline="\n")
        return target

    def write(self, folder: Path) -> None:
        """Write the page and both tables into a folder that exists."""
        from pyarrow import csv

        self.report(folder / "sweep.html")
        csv.write_csv(self.table(), folder / "sweep.csv")
        csv.write_csv(self.draws(), folder / "draws.csv")


def read_statement(text: str, known: Sequence[str] = ()) -> Statement:
    """Read "wrongful > 0.05" or "change of wrongful < 0".

    Parameters
    ----------
    text : str
    known : sequence of str
        Names of measures; any if empty.

    Raises
    ------
    StudyError
        If it is written otherwise or names no measure.
    """
    from scoredsociety.audit.unknown import Statement

    found = re.fullmatch(
        r"\s*(change of )?([a-z][a-z ,-]*?)\s*([<>])\s*([+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?)\s*",
        text[:200],
    )
    if found is None:
        raise StudyError(
            f"{text[:60]!r} is no statement. Write a measure, < or >, and a number, as in "
            "'wrongful > 0.05' or 'change of wrongful < 0'"
        )
    if known and found[2] not in known:
        raise StudyError(f"{found[2]!r} is no measure of a sweep. There are: {', '.join(known)}")
    return Statement(found[2], found[3] == ">", float(found[4]), bool(found[1]))


def sweep(
    regime: str | Path = "fragmented-2018",
    *,
    safeguards: Sequence[str | Path] = (),
    calibrations: Mapping[str, str] | None = None,
    draws: int = 16,
    only: Sequence[str] = (),
    ask: Sequence[str] = (),
    people: int = 10_000,
    months: int = 120,
    seed: int = 1,
    replicates: int = 4,
    out: str | Path | None = None,
    progress: Progress | None = None,
    **settings: Any,  # noqa: ANN401
) -> Sweep:
    """Draw every assumed number over its range, and tell luck from what nobody knows.

    A Latin hypercube that is fixed before anything runs; the same people with the same luck in
    every draw.

    Parameters
    ----------
    regime : str or Path
        A name of the catalogue, or a YAML file.
    safeguards : sequence of str or Path
        Applied together in a second arm of each draw: then the changes by them are swept too.
    calibrations : mapping of str to str, optional
        Scheme to the letter of one of its calibrations.
    draws : int
        From 4 to 1,000.
    only : sequence of str
        Beginnings of the paths to draw, such as "world.parameters."; all if empty.
    ask : sequence of str
        Statements to judge, such as "wrongful > 0.05" or "change of wrongful < 0".
    people, months, seed, replicates : int
        Of every run.
    out : str or Path, optional
        Folder to write, with ``sweep.html``, ``sweep.csv`` and ``draws.csv``; it must not exist.
    progress : Progress, optional
        A display.
    **settings
        ``marginals`` and ``threads``, as in :func:`scoredsociety.simulate`.

    Returns
    -------
    Sweep

    Raises
    ------
    SchemeError
        If there is no such regime or safeguard.
    StudyError
        If a number is not allowed, no assumed number fits, a statement cannot be read, or the
        folder exists.

    Examples
    --------
    >>> found = sweep("bureau", draws=4, people=1000, months=6, replicates=2)
    >>> found.table().num_rows == len(found.made.figures)
    True
    """
    from scoredsociety.audit.along import courses, most_frequent
    from scoredsociety.audit.assumptions import list_assumptions
    from scoredsociety.audit.unknown import unknown
    from scoredsociety.report.sweep import KEYS, Swept
    from scoredsociety.schemes.catalogue import resolve
    from scoredsociety.study.sweep import design, simulate_design

    target = free_target(out, "a sweep")
    sizes = {"people": people, "months": months, "seed": seed, "replicates": replicates}
    check_size(**sizes)
    asked = tuple(ask) or (*ASKED, *(ASKED_OF_SAFEGUARDS if safeguards else ()))
    statements = [read_statement(text, KEYS) for text in asked]
    if not safeguards and any(s.change for s in statements):
        raise StudyError("a change can be asked for with --safeguard only: change by what?")
    plain = resolve(regime, (), calibrations)
    made = design(
        regime,
        list_assumptions(plain),
        safeguards=safeguards,
        calibrations=calibrations,
        draws=draws,
        only=only,
        seed=seed,
    )
    plainly: list[list[Course]] = []
    guarded: list[list[Course]] = []
    conduct = None
    for run, other, bare in simulate_design(made, progress=progress, **sizes, **settings):
        if conduct is None:
            conduct = most_frequent(bare, run.manifest["regime"])
        plainly.append(courses([_read(run, bare, conduct)], conduct))
        if other is not None:
            guarded.append(courses([_read(other, bare, conduct)], conduct))
    levels = _joined(plainly, KEYS)
    paths = [a.path for a in made.assumed]
    figures = [unknown(c, made.values, paths) for c in levels]
    if guarded:
        changes = [replace(a, values=b.values - a.values)
                   for a, b in zip(levels, _joined(guarded, KEYS), strict=True)]  # fmt: skip
        figures += [unknown(c, made.values, paths, change=True) for c in changes]
    swept = Swept(
        regime=plain.regime,
        title=plain.title,
        summary=plain.summary,
        safeguards=made.guarded[0].safeguards if made.guarded else [],
        figures=figures,
        statements=statements,
        paths=paths,
        values=made.values,
        ranges=[(a.value, a.low, a.high, a.logarithmic) for a in made.assumed],
        kept=made.kept,
        without_range=[str(a["path"]) for a in list_assumptions(plain) if a["range"] is None],
        command=_command(regime, safeguards, calibrations or {}, draws, only, ask, sizes),
        settings=sizes,
    )
    if target is None:
        return Sweep(swept)
    write_whole(target, Sweep(swept).write)
    return Sweep(swept, target)


def _read(run: RunData, bare: RunData, conduct: str) -> At:
    from scoredsociety.audit.along import MEASURED, read_stop
    from scoredsociety.audit.audit import audit_sample
    from scoredsociety.audit.sample import load_sample

    return read_stop(audit_sample(load_sample(run), only=MEASURED), run, None, bare, conduct)


def _joined(each: Sequence[Sequence[Course]], keys: Sequence[str]) -> list[Course]:
    """Lay the courses of all draws end to end: shape (K + 1, R)."""
    import numpy as np

    return [
        replace(first, values=np.concatenate([mine[k].values for mine in each]))
        for k, first in enumerate(each[0])
        if first.key in keys
    ]


def _command(
    regime: str | Path,
    safeguards: Sequence[str | Path],
    calibrations: Mapping[str, str],
    draws: int,
    only: Sequence[str],
    ask: Sequence[str],
    sizes: Mapping[str, int],
) -> str:
    """Return the command that makes these numbers again."""
    words = ["scoredsociety", "sweep", str(regime)]
    words += [w for s in safeguards for w in ("--safeguard", str(s))]
    words += [w for k, v in calibrations.items() for w in ("--calibration", f"{k}={v}")]
    words += ["--draws", str(draws)]
    words += [w for p in only for w in ("--only", p)]
    words += [w for p in ask for w in ("--ask", p)]
    words += [w for k, v in sizes.items() for w in (f"--{k}", str(v))]
    return shlex.join(words)
