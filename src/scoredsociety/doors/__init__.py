"""The comparison as one object: simulate every arm, audit it, hold the others against the first.

The rooms know nothing of those to their left, so what needs several of them at once stands here,
behind the two doors (:mod:`scoredsociety` and :mod:`scoredsociety.cli`). Declared designs over many
regimes have a module each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoredsociety.doors.guarding import Safeguarded, safeguards
from scoredsociety.doors.sweeping import Sweep, sweep
from scoredsociety.doors.writing import free_target, write_on, write_whole
from scoredsociety.study import simulate_arms
from scoredsociety.study.compare import arms
from scoredsociety.study.run import Progress, versions

__all__ = [
    "Compared",
    "Line",
    "Safeguarded",
    "Sweep",
    "baseline",
    "compare",
    "line",
    "safeguards",
    "sweep",
]

if TYPE_CHECKING:
    import pyarrow as pa

    from scoredsociety.audit import Audit, Comparison
    from scoredsociety.engine import RunData
    from scoredsociety.report.along import Way


@dataclass(frozen=True)
class Compared:
    """Several regimes on the same people with the same luck.

    Attributes
    ----------
    runs : tuple of RunData
        One for each arm. The first is what the others are held against.
    path : Path or None
        The folder with a run's folder for each arm, if it was written.
    """

    runs: tuple[RunData, ...]
    path: Path | None = None

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The first arm against each of the others, person by person."""
        from scoredsociety.audit import compare_runs

        return tuple(compare_runs(self.runs[0], other) for other in self.runs[1:])

    @property
    def audits(self) -> tuple[Audit, ...]:
        """The audit of each arm."""
        return (self.comparisons[0].a, *(comparison.b for comparison in self.comparisons))

    def chart(self, name: str, arm: int = 1) -> Any:  # noqa: ANN401
        """Draw a chart of all arms, or of the first against one of the others.

        Parameters
        ----------
        name : str
            One of ``scoredsociety.report.charts.CHARTS``.
        arm : int
            For charts of two runs: which arm is held against the first.
        """
        from scoredsociety.audit import pick_lives
        from scoredsociety.report.charts import AGAINST, LIVES, PAIRED, chart
        from scoredsociety.report.deterrence import prevented

        if name in AGAINST:
            against = prevented(self.runs, baseline(self.runs))
            return chart(self.audits, name, against=against)
        if name not in PAIRED and name not in LIVES:
            return chart(self.audits, name)
        comparison = self.comparisons[arm - 1]
        lives = pick_lives(self.runs[0], self.runs[arm]) if name in LIVES else None
        return chart([comparison.a, comparison.b], name, comparison, lives)

    def report(self, path: str | Path) -> Path:
        """Write the comparison as one HTML file and return its path."""
        return write_page(self.runs, path, audits=self.audits, comparison=self.comparisons[0])


def write_page(
    runs: Sequence[RunData],
    path: str | Path,
    *,
    audits: Sequence[Audit] | None = None,
    comparison: Comparison | None = None,
) -> Path:
    """Write the report of runs, with all that it simulates in passing.

    That is the same people under no scheme, and what they say when asked.

    Parameters
    ----------
    runs : sequence of RunData
    path : str or Path
    audits : sequence of Audit, optional
    comparison : Comparison, optional
        Of the first two runs.

    Returns
    -------
    Path
        The file written.
    """
    from scoredsociety.doors.surveys import asked_of
    from scoredsociety.report import write_report

    return write_report(
        runs,
        path,
        audits=audits,
        comparison=comparison,
        baseline=baseline(runs),
        opinion=asked_of(runs),
    )


LARGEST_BASELINE = 1_000_000_000
"""Person-months up to which a report may simulate again what would happen without any scheme."""


def baseline(runs: Sequence[RunData]) -> RunData | None:
    """Simulate the people of a report under no scheme, with the same luck: what deters is seen so.

    Parameters
    ----------
    runs : sequence of RunData
        The runs of the report.

    Returns
    -------
    RunData or None
        None if one of the runs has no scheme already, or the runs are too large to do it in
        passing.
    """
    from scoredsociety.study import without_schemes

    first = runs[0].manifest
    size = first["people"] * first["months"] * first["replicates"]
    if size > LARGEST_BASELINE or not all(run.manifest["schemes"] for run in runs):
        return None
    return without_schemes(runs[0])


def compare(
    *regimes: str | Path,
    safeguards: Sequence[str | Path] = (),
    separately: bool = False,
    calibrations: Mapping[str, str] | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    **settings: Any,  # noqa: ANN401
) -> Compared:
    """Compare regimes, or a regime with and without safeguards, on the same people and luck.

    Parameters
    ----------
    *regimes : str or Path
        Names of the catalogue, or YAML files.
    safeguards : sequence of str or Path
        Each regime stands alone first, then with all of them.
    separately : bool
        Let it stand with each safeguard alone too.
    calibrations : mapping of str to str, optional
        Scheme to the letter of one of its calibrations.
    out : str or Path, optional
        Folder to write, with one run's folder for each arm; it must not exist. A comparison
        that was killed goes on from where it was.
    progress : Progress, optional
        A display.
    **settings
        ``people``, ``months``, ``seed``, ``replicates``, ``marginals`` and ``threads``, as in
        :func:`scoredsociety.simulate`.

    Returns
    -------
    Compared

    Examples
    --------
    >>> both = compare("fragmented-2018", safeguards=["notice"], people=4000, months=12)
    >>> len(both.runs)
    2
    """
    ask: dict[str, Any] = {
        "safeguards": safeguards,
        "separately": separately,
        "calibrations": calibrations,
        "progress": progress,
        **settings,
    }
    target = free_target(out, "a comparison")
    if target is None:
        return Compared(tuple(simulate_arms(regimes, **ask)))
    whole = [r.model_dump(mode="json") for r in arms(regimes, safeguards, separately, calibrations)]
    runs = write_on(
        target,
        _mark(whole, settings),
        lambda unfinished: simulate_arms(regimes, out=unfinished, **ask),
    )
    return Compared(runs, target)


def _mark(whole: object, settings: Mapping[str, Any]) -> str:
    """Return a mark of all that determines a comparison, to tell whose unfinished folder it is."""
    from scoredsociety.society.marginals import Marginals, load_marginals

    asked = {k: v for k, v in settings.items() if k != "threads"}
    made_from = asked.pop("marginals", "china-2018")
    source = made_from if isinstance(made_from, Marginals) else load_marginals(made_from)
    everything = [whole, asked, source.model_dump(mode="json"), versions()]
    return hashlib.sha256(json.dumps(everything, default=str).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Line:
    """The way from one regime to another, on the same people with the same luck.

    Attributes
    ----------
    way : Way
        Both regimes, the stops between them and every measure along them.
    path : Path or None
        The folder with ``line.html`` and ``line.csv``, if it was written.
    """

    way: Way
    path: Path | None = None

    def table(self) -> Any:  # noqa: ANN401
        """Return every level and change as a ``pyarrow.Table``; undefined is null."""
        from scoredsociety.audit.along import line_table

        return line_table(self.way.courses, self.way.shares)

    def chart(self) -> Any:  # noqa: ANN401
        """Draw every measure along the way, with its slopes at both ends."""
        from scoredsociety.report.along import line_chart

        return line_chart(self.way)

    def report(self, path: str | Path) -> Path:
        """Write the page as one HTML file and return its path."""
        from scoredsociety.report.along import line_html

        target = Path(path)
        target.write_text(line_html(self.way), encoding="utf-8", newline="\n")
        return target

    def write(self, folder: Path) -> None:
        """Write ``line.html`` and ``line.csv`` into a folder that exists."""
        from pyarrow import csv

        self.report(folder / "line.html")
        csv.write_csv(self.table(), folder / "line.csv")


def line(
    start: str | Path = "fragmented-2018",
    end: str | Path = "dystopia",
    *,
    steps: int = 10,
    people: int = 20_000,
    months: int = 120,
    seed: int = 1,
    replicates: int = 4,
    out: str | Path | None = None,
    progress: Progress | None = None,
    **settings: Any,  # noqa: ANN401
) -> Line:
    """Walk from one regime to another in equal steps and read the main measures at every stop.

    Parameters
    ----------
    start, end : str or Path
        Names of the catalogue, or YAML files.
    steps : int
        From 2 to 100; there is one stop more.
    people, months, seed, replicates : int
        Of every stop. Fewer than three replicates make no interval.
    out : str or Path, optional
        Folder to write, with ``line.html`` and ``line.csv``; it must not exist. It is written
        whole or not at all.
    progress : Progress, optional
        A display.
    **settings
        ``marginals`` and ``threads``, as in :func:`scoredsociety.simulate`.

    Returns
    -------
    Line

    Raises
    ------
    SchemeError
        If there is no such regime.
    StudyError
        If a number is not allowed, or the folder exists or cannot be written.

    Examples
    --------
    >>> way = line("none", "fragmented-2018", steps=2, people=2000, months=6, replicates=2)
    >>> way.table().num_rows == 3 * len(way.way.courses)
    True
    """
    from scoredsociety.audit import audit_run
    from scoredsociety.audit.along import courses, most_frequent, read_stop
    from scoredsociety.report.along import Way
    from scoredsociety.schemes.catalogue import resolve
    from scoredsociety.study.line import simulate_line

    target = free_target(out, "a line")
    sizes = {"people": people, "months": months, "seed": seed, "replicates": replicates}
    ends = (resolve(start), resolve(end))
    bare, stops = simulate_line(start, end, steps=steps, progress=progress, **sizes, **settings)
    # what the end answers, or what the start does where the end is a world without a scheme
    answered = (most_frequent(bare, r.model_dump(mode="json")) for r in reversed(ends))
    conduct = next((name for name in answered if name), "")
    found, shares = [], []
    for stop in stops:
        audit = audit_run(stop.run)
        found.append(read_stop(audit, stop.run, stop.without_feedback, bare, conduct))
        shares.append(stop.share)
    way = Way(
        start=ends[0].regime,
        end=ends[1].regime,
        titles=(ends[0].title, ends[1].title),
        summaries=(ends[0].summary, ends[1].summary),
        shares=shares,
        courses=courses(found, conduct),
        settings=sizes,
    )
    if target is None:
        return Line(way)
    write_whole(target, Line(way).write)
    return Line(way, target)


def spiral(
    regime: str | Path = "fragmented-2018",
    *,
    scheme: str | None = None,
    size: float = 0.1,
    people: int = 20_000,
    months: int = 120,
    seed: int = 1,
    replicates: int = 4,
    **settings: Any,  # noqa: ANN401
) -> pa.Table:
    """Measure how far entries breed entries, in every form, and how much of it only seems so.

    The regime is simulated four times on the same people with the same luck: as it is, with no
    feedback, and with entries from outside, on all adults alike and in proportion to their conduct.

    Parameters
    ----------
    regime : str or Path
        A name of the catalogue, or a YAML file.
    scheme : str, optional
        The list in which entries from outside are made; the first with feedback if not given.
    size : float
        Entries from outside as a multiple of the acts behind the list's own.
    people, months, seed, replicates : int
        Of every run.
    **settings
        ``marginals`` and ``threads``, as in :func:`scoredsociety.simulate`.

    Returns
    -------
    pyarrow.Table
        The columns of ``Audit.figures``; see :func:`scoredsociety.audit.spiral_table`.

    Raises
    ------
    SchemeError
        If there is no such regime.
    StudyError
        If no list of the regime has feedback, or a number is not allowed.

    Examples
    --------
    >>> spiral(people=4096, months=12, replicates=2).column_names[:3]
    ['measure', 'item', 'quantity']
    """
    from scoredsociety.audit import spiral_table
    from scoredsociety.study.shock import SHOCK, simulate_shocks

    sizes = {"people": people, "months": months, "seed": seed, "replicates": replicates}
    runs = simulate_shocks(regime, scheme=scheme, size=size, settings={**sizes, **settings})
    return spiral_table(
        runs.run, runs.without_feedback, runs.uniform, runs.endogenous, runs.scheme, SHOCK
    )
