"""What a terminal shows: progress on the standard error, findings on the standard output."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from scoredsociety.audit import Finding

SLOW = 4.0
"""Seconds without progress after which the first compilation is mentioned."""
COMPILING = "Compiling the simulation (once on this machine)…"


@dataclasses.dataclass(frozen=True)
class Part:
    """Findings under one heading; ``short`` leaves out what must else be read with them."""

    title: str
    findings: Sequence[Finding]
    short: bool = False


class Done(ProgressColumn):
    """People and months that are finished."""

    def __init__(self, people: int, months: int, replicates: int) -> None:
        super().__init__()
        self.months = months
        societies = f" × {replicates} societies" if replicates > 1 else ""
        self.whole = f"of {people:,} people × {months} months{societies}"
        self.all_months = months * replicates

    def render(self, task: Task) -> Text:
        """Write the months that are finished, of all societies together."""
        share = task.completed / task.total if task.total else 0.0
        return Text(f"{int(share * self.all_months):,} {self.whole}")


class Display:
    """A progress bar on a terminal; elsewhere one line for each run.

    Parameters
    ----------
    people, months, replicates : int
        Of each run.
    """

    def __init__(self, people: int = 0, months: int = 0, replicates: int = 1) -> None:
        self.console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.percentage:>3.0f}%"),
            Done(people, months, replicates),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self.task: TaskID | None = None
        self.timer = threading.Timer(SLOW, self._slow)
        self.timer.daemon = True

    def __enter__(self) -> Display:
        if self.bar.columns and not self.bar.disable:
            self.bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.timer.cancel()
        self.bar.stop()

    def _slow(self) -> None:
        self.console.print(COMPILING, soft_wrap=True)

    def start(self, label: str, person_months: int) -> None:
        """Begin a run."""
        if self.task is None:
            self.timer.start()
        elif not self.bar.disable:
            self.bar.remove_task(self.task)
        if self.bar.disable:
            self.console.print(f"Simulating {label}", soft_wrap=True)
        self.task = self.bar.add_task("Simulating", total=person_months)

    def advance(self, person_months: int) -> None:
        """Note that so many person-months are finished."""
        self.timer.cancel()
        if self.task is not None:
            self.bar.advance(self.task, person_months)

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Say what is going on after the simulation."""
        self.timer.cancel()
        self.bar.stop()
        if self.console.is_terminal:
            with self.console.status(what):
                yield
        else:
            yield


def out() -> Console:
    """Return the standard output as a console that prints what it is given."""
    return Console(highlight=False, markup=False, emoji=False)


def plain_table(*heads: str) -> Table:
    """Return a table without boxes."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        table.add_column(head)
    return table


def show_findings(
    parts: Sequence[Part], folder: Path, page: Path, *, as_json: bool, page_name: str = "Report"
) -> None:
    """Print what was found, the folder and the page, which goes by ``page_name``."""
    if as_json:
        found = [
            {"title": p.title, "findings": [dataclasses.asdict(f) for f in p.findings]}
            for p in parts
        ]
        everything: dict[str, object] = {"simulated": True, "parts": found, "folder": str(folder)}
        everything[page_name.lower()] = str(page)
        typer.echo(json.dumps(everything, indent=1, ensure_ascii=False))
        return
    console = out()
    for part in parts:
        console.print(Text(part.title, style="bold"))
        if not part.findings:
            console.print("Nothing is recorded about anybody here, so there is nothing to find.")
        else:
            console.print(_table(part))
        console.print()
    console.print(
        "Intervals: 95%, luck between simulated societies only; of counts and shares cut at 0.",
        style="dim",
    )
    console.print("Nobody in these numbers is real.", style="dim")
    typer.echo(f"Folder  {folder}")
    typer.echo(f"{page_name:<6}  {page}")


def _table(part: Part) -> Table:
    table = plain_table("What was found", "Figure", "Interval")
    table.columns[0].ratio = 1
    table.expand = True
    for number in (1, 2):
        table.columns[number].max_width = 22
    for finding in part.findings:
        said = Text(finding.text)
        if finding.companions and not part.short:
            said.append("\n" + "; ".join(finding.companions), style="dim")
        table.add_row(said, finding.value_text, finding.interval_text)
    return table
