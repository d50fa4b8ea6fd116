"""A country: one society of any size, of which only sums and a stated sample leave memory."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from scoredsociety.engine.country import Sums
from scoredsociety.study.blocks import BLOCKS, run_pass
from scoredsociety.study.country_folder import (
    Country,
    Headline,
    cannot_write,
    free,
    load_country,
    write_country,
)
from scoredsociety.study.country_plan import Plan
from scoredsociety.study.errors import StudyError
from scoredsociety.study.passes import FULL, settle
from scoredsociety.study.run import Progress


def make_country(
    plan: Plan,
    headline: Headline,
    *,
    out: str | Path | None = None,
    threads: int | None = None,
    blocks: int = BLOCKS,
    passes: int = FULL,
    progress: Progress | None = None,
) -> Country:
    """Run a country until its passes settle, and write it.

    Parameters
    ----------
    plan : Plan
    headline : callable
        Works out what is told first.
    out : str or Path, optional
        Folder to write; it must not exist. Whoever was interrupted goes on from there.
    threads, blocks : int, optional
        Change no result.
    passes : int
        Passes over all tiles at most.
    progress : Progress, optional

    Raises
    ------
    EngineError, StudyError
        If it cannot be made or written, or its passes do not settle.
    """
    if passes < 1:
        raise StudyError(f"passes: {passes} is not allowed. Allowed: a whole number from 1")
    if out is None:
        with tempfile.TemporaryDirectory() as folder:
            settings: dict[str, Any] = {"threads": threads, "blocks": blocks, "passes": passes}
            made = make_country(
                plan, headline, out=Path(folder) / "x", progress=progress, **settings
            )
            sample = replace(made.sample, path=None) if made.sample else None
            return replace(made, sample=sample, path=None)
    target = Path(out)
    begun = time.perf_counter(), time.process_time()
    partial = target.parent / f".{target.name}.{plan.attempt}.partial"
    free(target)
    label, land = plan.manifest["label"], plan.land

    def one_pass(shares: Any, folder: Path, number: int) -> Sums:  # noqa: ANN401
        if progress:
            again = f", pass {number}" if number > 1 else ""
            progress.start(f"{label}{again}", land.people * land.months)
        settings: dict[str, Any] = {"threads": threads, "blocks": blocks, "progress": progress}
        return run_pass(land, land.tiles, shares, folder, **settings)

    try:
        partial.mkdir(parents=True, exist_ok=True)
        sums, settled = settle(land, partial, one_pass, passes)
        write_country(plan, sums, settled, headline, partial / "whole", threads)
        (partial / "whole").replace(target)
    except OSError as error:
        raise cannot_write(target, partial, error) from error
    shutil.rmtree(partial, ignore_errors=True)
    made = load_country(target)
    spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
    return replace(made, seconds=spent)
