"""``audit``: what finished runs did to people, printed and written as tables and texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display, show_findings
from scoredsociety.cli.folders import loaded
from scoredsociety.cli.running import compared_parts

if TYPE_CHECKING:
    from scoredsociety.audit import Audit, Comparison
    from scoredsociety.engine import RunData

BRIEF = "audit.md"


def audit(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of a run or of a comparison.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder to write; it must not exist. [default: beside DIR]"
        ),
    ] = None,
    as_json: o.Json = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of audit.json, and do no more.")
    ] = False,
) -> None:
    """Audit finished runs: print what was found and write tables, JSON and Markdown.

    Every file is held against its hash first: a run that was changed is not counted.
    """
    if schema:
        from scoredsociety.report.document import audit_schema

        typer.echo(json.dumps(audit_schema(), indent=1, ensure_ascii=False))
        return
    if folder is None:
        raise typer.BadParameter("name the folder of a run or of a comparison", param_hint="'DIR'")
    from scoredsociety.doors.writing import write_whole
    from scoredsociety.report.export import write_audit
    from scoredsociety.study import StudyError

    source = folder if folder.name else folder.resolve()  # a dot has no name to add to
    target = out or o.free(source.with_name(f"{source.name}-audit"))
    if target.exists() or target.is_symlink():
        raise StudyError(
            f"{target} exists already, and an audit never overwrites one. "
            "Choose another folder with --out, or remove it first"
        )
    runs = loaded([folder])
    with Display() as display:
        with display.working("Auditing"):
            audits, comparisons = audited(runs)
        with display.working("Writing the audit"):
            write_whole(target, lambda path: write_audit(path, audits, comparisons))
    parts = compared_parts([run.manifest["label"] for run in runs], audits, comparisons)
    show_findings(parts, target, target / BRIEF, as_json=as_json, page_name="Brief")


def audited(runs: list[RunData]) -> tuple[list[Audit], list[Comparison]]:
    """Audit runs, and hold the first against each of the others.

    Raises
    ------
    StudyError
        If two of them are no pair.
    """
    from scoredsociety.audit import audit_run
    from scoredsociety.doors import Compared
    from scoredsociety.study import StudyError

    if len(runs) == 1:
        return [audit_run(runs[0])], []
    both = Compared(tuple(runs))
    try:
        return list(both.audits), list(both.comparisons)
    except ValueError as error:
        raise StudyError(str(error)) from error
