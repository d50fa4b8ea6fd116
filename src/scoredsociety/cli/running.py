"""``run``, ``compare`` and ``report``: simulate, say what was found, write the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoredsociety.cli import options as o
from scoredsociety.cli.display import Display, Part, show_findings

if TYPE_CHECKING:
    from scoredsociety.audit import Audit, Comparison

PAGE = "report.html"


def run(
    regime: o.Regime,
    safeguard: o.Safeguards = None,
    calibration: o.Calibrations = None,
    people: o.People = 100_000,
    months: o.Months = 120,
    seed: o.Seed = 1,
    replicates: o.Replicates = 8,
    out: o.Out = None,
    marginals: o.Marginals = "china-2018",
    threads: o.Threads = None,
    device: o.Device = "cpu",
    as_json: o.Json = False,
) -> None:
    """Let a regime act on a simulated society and say what it did to people."""
    from scoredsociety.study import simulate

    safeguards, calibrations = safeguard or [], o.pairs(calibration or [])
    folder = out or o.free_folder(o.named([regime], safeguards))
    with Display(people, months, replicates) as display:
        data = simulate(
            regime,
            safeguards=safeguards,
            calibrations=calibrations,
            marginals=marginals,
            people=people,
            months=months,
            seed=seed,
            replicates=replicates,
            out=folder,
            threads=threads,
            device=device,
            progress=display,
        )
        with display.working("Auditing"):
            from scoredsociety.audit import audit_run

            found = audit_run(data)
            parts = compared_parts([data.manifest["label"]], [found], [])
        with display.working("Writing the report"):
            from scoredsociety.doors import write_page

            page = written(folder / PAGE, lambda p: write_page([data], p, audits=[found]))
    show_findings(parts, folder, page, as_json=as_json)


def compare(
    regimes: o.Regimes,
    safeguard: o.Safeguards = None,
    separately: Annotated[
        bool, typer.Option("--separately", help="Also try each safeguard alone.")
    ] = False,
    calibration: o.Calibrations = None,
    people: o.People = 100_000,
    months: o.Months = 120,
    seed: o.Seed = 1,
    replicates: o.Replicates = 8,
    out: o.Out = None,
    marginals: o.Marginals = "china-2018",
    threads: o.Threads = None,
    as_json: o.Json = False,
) -> None:
    """Compare regimes, or one with and without safeguards, on the same people and luck."""
    from scoredsociety import doors

    safeguards, calibrations = safeguard or [], o.pairs(calibration or [])
    folder = out or o.free_folder(f"compare-{o.named(regimes)}")
    with Display(people, months, replicates) as display:
        compared = doors.compare(
            *regimes,
            safeguards=safeguards,
            separately=separately,
            calibrations=calibrations,
            marginals=marginals,
            people=people,
            months=months,
            seed=seed,
            replicates=replicates,
            out=folder,
            threads=threads,
            progress=display,
        )
        with display.working("Auditing"):
            labels = [run.manifest["label"] for run in compared.runs]
            parts = compared_parts(labels, compared.audits, compared.comparisons)
        with display.working("Writing the report"):
            page = written(folder / PAGE, compared.report)
    show_findings(parts, folder, page, as_json=as_json)


def report(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR", help="Folders of runs or of a comparison.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="HTML file to write; it must not exist. [default: in DIR]"
        ),
    ] = None,
) -> None:
    """Write the report of finished runs as one HTML file that loads nothing."""
    from scoredsociety.cli.folders import countries_of, loaded
    from scoredsociety.study import StudyError

    if out is not None and (out.exists() or out.is_symlink()):
        raise StudyError(
            f"{out} exists already. Choose another file with --out, or remove it first"
        )
    page = out or (folders[0] / PAGE if len(folders) == 1 else o.free(Path(PAGE)))
    if countries := countries_of(folders[0]) if len(folders) == 1 else []:
        from scoredsociety.doors import country

        made = [country.load_country(path) for path in countries]
        typer.echo(str(written(page, lambda path: country.write_page(made, path))))
        return
    runs = loaded(folders)
    with Display() as display, display.working("Writing the report"):
        from scoredsociety.doors import write_page

        written(page, lambda path: write_page(runs, path))
    typer.echo(str(page))


def compared_parts(
    labels: Sequence[str], audits: Sequence[Audit], comparisons: Sequence[Comparison]
) -> list[Part]:
    """Return what a comparison found: where each arm ends, then each against the first."""
    from scoredsociety.audit import findings, findings_comparison

    if not comparisons:
        return [Part(labels[0], findings(audits[0]))]
    arms = zip(labels, audits, strict=True)
    parts = [Part(label, findings(audit)[:2], short=True) for label, audit in arms]
    for label, comparison in zip(labels[1:], comparisons, strict=True):
        title = f"A: {labels[0]}\nB: {label}"
        parts.append(Part(title, findings_comparison(comparison)))
    return parts


def written(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a page beside its place and move it there when it is complete."""
    from scoredsociety.study import StudyError

    unfinished = path.with_name(f".{path.name}.partial")
    try:
        write(unfinished)
        unfinished.replace(path)
    except OSError as error:
        raise StudyError(
            f"{path} cannot be written: {error.strerror or error}. The runs are kept; "
            "`scoredsociety report` writes the page from them"
        ) from error
    finally:
        if unfinished.parent.is_dir():
            unfinished.unlink(missing_ok=True)
    return path
