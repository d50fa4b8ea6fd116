"""The safeguards of a regime compared: every declared design on the same people and luck."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoredsociety.doors.writing import free_target, write_whole
from scoredsociety.study.run import Progress, check_size

if TYPE_CHECKING:
    from scoredsociety.audit.designs import Outcome
    from scoredsociety.report.safeguards import Guarded


@dataclass(frozen=True)
class Safeguarded:
    """A regime with every design of safeguards that was declared.

    Attributes
    ----------
    made : Guarded
        Outcomes, interactions and settings.
    path : Path or None
        The folder with ``safeguards.html``, ``safeguards.csv`` and ``interactions.csv``.
    """

    made: Guarded
    path: Path | None = None

    def outcome(self, *names: str) -> Outcome:
        """Return one design by its safeguards; without a name, the regime as it is.

        Raises
        ------
        KeyError
            If there is no such design.
        """
        for outcome in self.made.outcomes:
            if set(outcome.names) == set(names):
                return outcome
        raise KeyError(f"No design has {names}.")

    def table(self) -> Any:  # noqa: ANN401
        """Return every figure as a ``pyarrow.Table``; undefined is null."""
        from scoredsociety.audit.combining import designs_table

        return designs_table(self.made.outcomes)

    def interactions(self) -> Any:  # noqa: ANN401
        """Return how combinations differ from the sum of their members, as a table."""
        from scoredsociety.audit.combining import interactions_table

        return interactions_table(self.made.interactions)

    def chart(self) -> Any:  # noqa: ANN401
        """Draw every design: wrongful months against acts prevented."""
        from scoredsociety.report.safeguards import safeguards_chart

        return safeguards_chart(self.made)

    def report(self, path: str | Path) -> Path:
        """Write the page as one HTML file and return its path."""
        from scoredsociety.report.safeguards import safeguards_html

        target = Path(path)
        target.write_text(safeguards_html(self.made), encoding="utf-8", newline="\n")
        return target

    def write(self, folder: Path) -> None:
        """Write the page and both tables into a folder that exists."""
        from pyarrow import csv

        self.report(folder / "safeguards.html")
        csv.write_csv(self.table(), folder / "safeguards.csv")
        csv.write_csv(self.interactions(), folder / "interactions.csv")


def safeguards(
    regime: str | Path = "fragmented-2018",
    *,
    safeguards: Sequence[str | Path] = (),
    pairs: bool = True,
    calibrations: Mapping[str, str] | None = None,
    people: int = 20_000,
    months: int = 120,
    seed: int = 1,
    replicates: int = 4,
    out: str | Path | None = None,
    progress: Progress | None = None,
    **settings: Any,  # noqa: ANN401
) -> Safeguarded:
    """Compare safeguards: each alone, in pairs and all together, on the same people and luck.

    The designs are declared before anything runs; none is recommended.

    Parameters
    ----------
    regime : str or Path
        A name of the catalogue, or a YAML file.
    safeguards : sequence of str or Path
        Those to compare, and to combine in pairs. By default all of the catalogue that are a
        protection, with pairs of six of them (``study.safeguards.HANDFUL``).
    pairs : bool
        Whether pairs are tried.
    calibrations : mapping of str to str, optional
        Scheme to the letter of one of its calibrations.
    people, months, seed, replicates : int
        Of every design. Fewer than three replicates make no interval.
    out : str or Path, optional
        Folder to write, with ``safeguards.html``, ``safeguards.csv`` and ``interactions.csv``; it
        must not exist. It is written whole or not at all.
    progress : Progress, optional
        A display.
    **settings
        ``marginals`` and ``threads``, as in :func:`scoredsociety.simulate`.

    Returns
    -------
    Safeguarded

    Raises
    ------
    SchemeError
        If there is no such regime or safeguard.
    StudyError
        If a number is not allowed, the regime has no scheme of people, or the folder exists.

    Examples
    --------
    >>> few = ["notice", "independent-review"]
    >>> tried = safeguards(safeguards=few, people=2000, months=6, replicates=2)
    >>> [o.label for o in tried.made.outcomes][-1]
    'notice + independent-review'
    """
    from scoredsociety.audit.combining import interactions
    from scoredsociety.audit.designs import Outcome, alike, read_design
    from scoredsociety.audit.sample import load_sample
    from scoredsociety.report.safeguards import Guarded
    from scoredsociety.study.safeguards import designs, simulate_designs

    target = free_target(out, "a comparison of safeguards")
    sizes = {"people": people, "months": months, "seed": seed, "replicates": replicates}
    check_size(**sizes)
    declared = designs(regime, safeguards, pairs, calibrations)
    bare, runs = simulate_designs(declared, progress=progress, **sizes, **settings)
    found: dict[tuple[str, ...], Outcome] = {}
    base = None
    for design, run in runs:
        base = base or load_sample(run)
        values = read_design(base, run, bare)
        same = bool(design.names) and alike(base.run, run)
        found[design.names] = Outcome(design.names, design.kind, design.idle, values, same)
    outcomes = [found.get(d.names, Outcome(d.names, d.kind, d.idle, {})) for d in declared]
    plain = declared[0].regime
    made = Guarded(
        regime=plain.regime,
        title=plain.title,
        summary=plain.summary,
        outcomes=outcomes,
        interactions=interactions(outcomes),
        command=_command(regime, safeguards, pairs, calibrations or {}, sizes),
        settings=sizes,
    )
    if target is None:
        return Safeguarded(made)
    write_whole(target, Safeguarded(made).write)
    return Safeguarded(made, target)


def _command(
    regime: str | Path,
    safeguards: Sequence[str | Path],
    pairs: bool,
    calibrations: Mapping[str, str],
    sizes: Mapping[str, int],
) -> str:
    """Return the command that makes these numbers again."""
    words = ["scoredsociety", "safeguards", str(regime)]
    words += [w for s in safeguards for w in ("--safeguard", str(s))]
    words += [] if pairs else ["--no-pairs"]
    words += [w for k, v in calibrations.items() for w in ("--calibration", f"{k}={v}")]
    words += [w for k, v in sizes.items() for w in (f"--{k}", str(v))]
    return shlex.join(words)
