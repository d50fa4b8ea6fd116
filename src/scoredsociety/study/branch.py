"""Branches: one past, and after a policy date several regimes on the same people and luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoredsociety.engine import (
    RunData,
    differences,
    organisations_differ,
    run_past,
)
from scoredsociety.schemes.catalogue import guarded, resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Marginals, Society, load_marginals
from scoredsociety.study.checkpoints import (
    Checkpoints,
    checkpoint_folder,
    past_engine,
    read_checkpoints,
    write_checkpoints,
)
from scoredsociety.study.compare import arm_names, same_world, shared_settings
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import (
    Engine,
    Making,
    Progress,
    check_size,
    make_engine,
    make_manifest,
    run_replicate,
)
from scoredsociety.study.store import load_run

SIZES = {"people": 100_000, "months": 120, "seed": 1, "replicates": 8}
"""What is taken where nothing is asked; a checkpoint has its own."""


@dataclass(frozen=True)
class Plan:
    """Everything that determines some branches.

    Attributes
    ----------
    at : int
        The policy date: the last month of the regime before.
    run : dict
        Manifest of the run without a branch, which makes the checkpoint.
    engine : Engine
        Of that run.
    arms : tuple of (dict, Engine)
        Manifest and engine of each branch; the first goes on as it is.
    checkpoints : Checkpoints or None
        Where the past stands already.
    """

    at: int
    run: dict[str, Any]
    engine: Engine
    arms: tuple[tuple[dict[str, Any], Engine], ...]
    checkpoints: Checkpoints | None = None


def plan_branches(
    start: str | Path,
    *,
    at: int | None = None,
    safeguards: Sequence[str | Path] = (),
    separately: bool = False,
    into: Sequence[str | Path] = (),
    calibrations: Mapping[str, str] | None = None,
    marginals: str | Path | Marginals | None = None,
    **sizes: int | None,
) -> Plan:
    """Resolve, compile and check some branches; nothing is simulated.

    Parameters
    ----------
    start : str or Path
        A regime by name or file, or the folder of a checkpoint (or of the branches made with it).
    at : int, optional
        The policy date: the last month of the regime before. A checkpoint has its own.
    safeguards : sequence of str or Path
        One branch goes on with all of them.
    separately : bool
        One goes on with each of them alone too.
    into : sequence of str or Path
        Regimes, by name or file, under each of which one branch goes on.
    calibrations : mapping of str to str, optional
        Scheme to the letter of a calibration: of ``start`` and of ``into``.
    marginals : str, Path or Marginals, optional
    **sizes
        ``people``, ``months``, ``seed`` and ``replicates``; where ``start`` is a checkpoint they
        are its own.

    Raises
    ------
    SchemeError
        If a file breaks the language.
    StudyError
        If a number is not allowed, a checkpoint is damaged, or a regime cannot follow the other.
    """
    folder = checkpoint_folder(start)
    stored = read_checkpoints(folder) if folder else None
    if not safeguards and not into:
        raise StudyError(
            "nothing changes at the policy date: name a safeguard, or a regime to go on under"
        )
    if stored:
        engine, run, at = past_engine(stored), stored.run, _same(stored, at, marginals, sizes)
        if calibrations and not into:
            raise StudyError("a checkpoint has its calibrations already: leave them out")
        source = Marginals.model_validate(run["marginals"])
        base, size = engine.regime, {key: run[key] for key in SIZES}
    else:
        size = {key: SIZES[key] if sizes.get(key) is None else sizes[key] for key in SIZES}
        check_size(*(size[key] for key in SIZES))
        at = _date(at, size["months"])
        made_from = "china-2018" if marginals is None else marginals
        source = made_from if isinstance(made_from, Marginals) else load_marginals(made_from)
        base = resolve(start, (), calibrations or {})
    regimes = [base, *_changed(base, safeguards, separately, into, calibrations or {})]
    regimes = same_world(regimes)
    reference, majorants = shared_settings(regimes)
    society = Society(source, 1)
    if stored:
        reference = tuple(run["aware_reference"])
        for name, known in run["majorants"].items():
            majorants[name] = max(majorants.get(name, 0.0), known["highest"])
    else:
        engine = make_engine(regimes[0], society, reference, majorants)
        run = make_manifest(regimes[0], source, engine.compiled, **size)
    before = {
        "label": run["label"],
        "regime": run["regime"],
        "majorants": run["majorants"],
        "versions": run["versions"],
    }
    arms = []
    for number, regime in enumerate(regimes):
        arm = make_engine(regime, society, reference, majorants, engine, at)
        _check(engine, arm)
        manifest = make_manifest(regime, source, arm.compiled, **size)
        label = _label(regimes[0], regime, at) if number else run["label"]
        arms.append((manifest | {"label": label, "branch": {"at": at, "before": before}}, arm))
    return Plan(at, run, engine, tuple(arms), stored)


def simulate_branches(
    plan: Plan,
    *,
    out: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> list[RunData]:
    """Simulate the past of each society once, and go on from it under every regime.

    A past that another command left is simulated again too: it must come to the same state.

    Parameters
    ----------
    plan : Plan
    out : Path, optional
        Folder to write: ``checkpoint`` (not if there was one) and a run's folder for each branch.
        What stands there already, of the same plan, is kept.
    threads : int, optional
    progress : Progress, optional

    Returns
    -------
    list of RunData
        One for each branch, in order.
    """
    people, months = plan.run["people"], plan.run["months"]
    replicates = range(plan.run["replicates"])
    makings: list[Making | RunData] = []
    folders = arm_names([engine.regime for _, engine in plan.arms])
    for (manifest, _), name in zip(plan.arms, folders, strict=True):
        folder = out / name if out else None
        there = folder is not None and folder.exists()
        makings.append(_again(folder, manifest) if folder and there else Making(manifest, folder))
    open_ = [(m, *arm) for m, arm in zip(makings, plan.arms, strict=True) if isinstance(m, Making)]
    if progress:
        left = plan.at + len(open_) * (months - plan.at)
        progress.start(f"{plan.run['label']} and what follows month {plan.at}",
                       people * left * len(replicates))  # fmt: skip
    marks = []
    try:
        for replicate in replicates:
            past = run_past(
                plan.engine.compiled,
                plan.engine.tables,
                people=people,
                months=months,
                until=plan.at,
                seed=plan.run["seed"],
                replicate=replicate,
                threads=threads,
                progress=progress.advance if progress else None,
            )
            marks.append(past.fingerprint())
            if plan.checkpoints and marks[-1] != plan.checkpoints.states[replicate]:
                _discard(makings)
                raise plan.checkpoints.unfit(replicate)
            for making, manifest, engine in open_:
                if making.stands(replicate):
                    if progress:
                        progress.advance(people * (months - plan.at))
                    continue
                made, _ = run_replicate(
                    engine, manifest, replicate, threads=threads, progress=progress,
                    checkpoint=past,
                )  # fmt: skip
                making.take(replicate, made)
        if plan.checkpoints is None and out is not None:
            write_checkpoints(out / "checkpoint", plan.at, plan.run, marks)
        return [m.finish() if isinstance(m, Making) else m for m in makings]
    except KeyboardInterrupt:
        _discard(makings)
        raise


def _discard(makings: Sequence[Making | RunData]) -> None:
    for making in makings:
        if isinstance(making, Making):
            making.discard()


def _date(at: int | None, months: int) -> int:
    if at is None:
        raise StudyError(
            "policy date: none is given. Say with --at after which month the regime changes"
        )
    if not 1 <= at < months:
        raise StudyError(
            f"policy date: {at} is not allowed. Allowed: the end of month 1 to {months - 1}, in a "
            f"run of {months} months"
        )
    return at


def _same(
    stored: Checkpoints,
    at: int | None,
    marginals: str | Path | Marginals | None,
    sizes: Mapping[str, int | None],
) -> int:
    """Refuse settings that are not those of a checkpoint; return its policy date."""
    for name, value in {"at": at, **sizes}.items():
        own = stored.at if name == "at" else stored.run[name]
        if value is not None and value != own:
            raise StudyError(
                f"{name}: {value} is not allowed. {stored.folder} was made with {own}, and goes on "
                "with nothing else: leave it out, or branch from the regime"
            )
    if marginals is not None:
        raise StudyError(f"marginals: {stored.folder} has its own. Leave them out")
    return stored.at


def _changed(
    base: ResolvedRegime,
    safeguards: Sequence[str | Path],
    separately: bool,
    into: Sequence[str | Path],
    calibrations: Mapping[str, str],
) -> list[ResolvedRegime]:
    """Return the regimes to go on under, without the one that stays as it is."""
    sets = [(s,) for s in safeguards] if separately and len(safeguards) > 1 else []
    out = [guarded(base, chosen) for chosen in (*sets, tuple(safeguards)) if chosen]
    for regime in into:
        here = resolve(regime).schemes
        mine = {name: letter for name, letter in calibrations.items() if name in here}
        out.append(resolve(regime, (), mine))
    return out


def _check(before: Engine, after: Engine) -> None:
    """Refuse a regime that cannot follow another."""
    wrong = differences(before.compiled, after.compiled, after.at)
    wrong += organisations_differ(before.regime, after.regime)
    if wrong:
        raise StudyError(
            f"{after.regime.title} cannot follow {before.regime.title} after month {after.at}. "
            f"They differ in what cannot change on the way: {'; '.join(wrong)}. A scheme that "
            "begins or ends at the policy date should stand in both, with a timing"
        )


def _label(before: ResolvedRegime, after: ResolvedRegime, at: int) -> str:
    """Name a branch, so that it is told from the others and from a run without one."""
    new = [name for name in after.safeguards if name not in before.safeguards]
    title = before.title + "".join(f" + {name}" for name in before.safeguards)
    if after.regime == before.regime and new:
        return f"{title}, from month {at + 1} + {' + '.join(new)}"
    return f"{title}, from month {at + 1} {after.title}"


def _again(folder: Path, manifest: Mapping[str, Any]) -> RunData:
    """Take a branch that an interrupted attempt finished, if it is the same."""
    run = load_run(folder)
    if any(run.manifest.get(key) != value for key, value in manifest.items()):
        raise StudyError(
            f"{folder} holds another run. Choose another folder with --out, or remove it first"
        )
    return run
