"""Branches as one object: the past once, several regimes after it, audited and compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scoredsociety.doors.writing import free_target, write_on
from scoredsociety.study.branch import plan_branches, simulate_branches
from scoredsociety.study.run import Progress

if TYPE_CHECKING:
    from scoredsociety.doors import Compared
    from scoredsociety.society import Marginals


def branch(
    start: str | Path = "fragmented-2018",
    *,
    at: int | None = None,
    safeguards: Sequence[str | Path] = (),
    separately: bool = False,
    into: Sequence[str | Path] = (),
    calibrations: Mapping[str, str] | None = None,
    people: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    replicates: int | None = None,
    marginals: str | Path | Marginals | None = None,
    out: str | Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Compared:
    """Let a regime change at a policy date, in several ways, on the same people and luck.

    The past is simulated once. Every branch goes on from it, the first as if nothing changed.

    Parameters
    ----------
    start : str or Path
        A regime by name or file; or a folder that an earlier call wrote, whose past is then taken
        as it is.
    at : int, optional
        The policy date: the last month before the change, from 1. An earlier call's own where
        ``start`` is its folder.
    safeguards : sequence of str or Path
        One branch goes on with all of them.
    separately : bool
        One goes on with each of them alone too.
    into : sequence of str or Path
        Regimes, each of which one branch goes on under.
    calibrations : mapping of str to str, optional
        Scheme to the letter of one of its calibrations.
    people, months, seed, replicates : int, optional
        As in :func:`scoredsociety.simulate`; months are those of the whole run.
    marginals, threads
        As in :func:`scoredsociety.simulate`.
    out : str or Path, optional
        Folder to write, with ``checkpoint`` and a run's folder for each branch; it must not exist.
        What a killed call finished is kept.
    progress : Progress, optional
        A display.

    Returns
    -------
    Compared
        As of :func:`scoredsociety.compare`.

    Raises
    ------
    SchemeError
        If a file breaks the language.
    StudyError
        If a regime cannot follow the other, a number is not allowed, or the folder cannot be
        read or written.

    Examples
    --------
    >>> both = branch(at=6, safeguards=["notice"], people=4000, months=12, replicates=1)
    >>> len(both.runs)
    2
    """
    from scoredsociety.doors import Compared

    target = free_target(out, "a branch")
    plan = plan_branches(
        start,
        at=at,
        safeguards=safeguards,
        separately=separately,
        into=into,
        calibrations=calibrations,
        marginals=marginals,
        people=people,
        months=months,
        seed=seed,
        replicates=replicates,
    )
    if target is None:
        return Compared(tuple(simulate_branches(plan, threads=threads, progress=progress)))
    everything = [manifest for manifest, _ in plan.arms]
    mark = hashlib.sha256(json.dumps(everything).encode()).hexdigest()[:12]
    runs = write_on(
        target,
        mark,
        lambda unfinished: simulate_branches(
            plan, out=unfinished, threads=threads, progress=progress
        ),
    )
    return Compared(runs, target)
