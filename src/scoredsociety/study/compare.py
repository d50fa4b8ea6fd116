"""Comparisons: several regimes on the same people with the same luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scoredsociety.engine import RunData, highest_rates
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.schemes.quantities import Quantity, Source
from scoredsociety.schemes.world import Conduct
from scoredsociety.society import Marginals, load_marginals
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import Progress, simulate


def arms(
    regimes: Sequence[str | Path],
    safeguards: Sequence[str | Path] = (),
    separately: bool = False,
    calibrations: Mapping[str, str] | None = None,
) -> list[ResolvedRegime]:
    """Return the regimes to compare, the first being what the others are compared with.

    Each regime stands alone first; with safeguards it stands again with all of them, and before
    that with each of them if ``separately``. A regime without schemes stands alone only.
    """
    out: list[ResolvedRegime] = []
    asked = dict(calibrations or {})
    known = {name for regime in regimes for name in resolve(regime).schemes}
    for number, regime in enumerate(regimes):
        # a calibration concerns the regimes that have its scheme; one that none has is an error
        here = set(resolve(regime).schemes) | (asked.keys() - known if number == 0 else set())
        wanted = {name: letter for name, letter in asked.items() if name in here}
        plain = resolve(regime, (), wanted)
        out.append(plain)
        if not plain.schemes:
            continue  # nothing there that a safeguard could change
        sets: list[tuple[str | Path, ...]] = []
        if separately and len(safeguards) > 1:
            sets += [(s,) for s in safeguards]
        if safeguards:
            sets.append(tuple(safeguards))
        out += [resolve(regime, chosen, wanted) for chosen in sets]
    if len(out) < 2:
        raise StudyError("a comparison needs two regimes, or one regime and a safeguard")
    return out


def simulate_arms(
    regimes: Sequence[str | Path],
    *,
    safeguards: Sequence[str | Path] = (),
    separately: bool = False,
    calibrations: Mapping[str, str] | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    **settings: Any,  # noqa: ANN401
) -> list[RunData]:
    """Simulate every arm of a comparison on the same people with the same luck.

    Parameters
    ----------
    regimes, safeguards, separately, calibrations
        See :func:`arms`.
    out : str or Path, optional
        Folder to write, with one run's folder for each arm.
    progress : Progress, optional
    **settings
        ``people``, ``months``, ``seed``, ``replicates``, ``marginals``, ``threads`` of
        :func:`scoredsociety.simulate`.

    Returns
    -------
    list of RunData
        One for each arm, in order.
    """
    resolved = same_world(arms(regimes, safeguards, separately, calibrations))
    reference, majorants = shared_settings(resolved)
    folders = [None if out is None else Path(out) / name for name in arm_names(resolved)]
    if (
        out is not None
        and Path(out).exists()
        and all(f is not None and f.exists() for f in folders)
    ):
        raise StudyError(
            f"{out} exists already, and a comparison never overwrites one. "
            "Choose another folder with --out, or remove it first"
        )
    runs = []
    for regime, folder in zip(resolved, folders, strict=True):
        if folder is not None and folder.exists():
            runs.append(_again(folder, regime, reference, settings))
            continue
        runs.append(
            simulate(
                regime,
                out=folder,
                progress=progress,
                aware_reference=reference,
                majorants=majorants,
                **settings,
            )
        )
    return runs


def shared_settings(
    regimes: Sequence[ResolvedRegime],
) -> tuple[tuple[float, float], dict[str, float]]:
    """Return what runs that are compared share: aware shares to group by, and majorants."""
    from scoredsociety.engine.compile import DEFAULT_AWARE

    announced = [s.awareness for r in regimes for s in r.schemes.values() if s.awareness]
    reference = (
        (announced[0].inside.value, announced[0].outside.value) if announced else DEFAULT_AWARE
    )
    majorants: dict[str, float] = {}
    for regime in regimes:
        for name, highest in highest_rates(regime).items():
            majorants[name] = max(majorants.get(name, 0.0), highest)
    return reference, majorants


def read_once(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with the marginals read: for many runs on the same people."""
    made_from = settings.get("marginals", "china-2018")
    source = made_from if isinstance(made_from, Marginals) else load_marginals(made_from)
    return {**settings, "marginals": source}


def same_world(regimes: Sequence[ResolvedRegime]) -> list[ResolvedRegime]:
    """Give every arm the conduct that the schemes of another arm declare: people act anyway."""
    conducts: dict[str, Conduct] = {}
    gravity: dict[str, Quantity] = {}
    sources: dict[str, Source] = {}
    for regime in regimes:
        conducts = conducts | regime.world.conducts
        gravity = gravity | regime.world.gravity
        sources = sources | regime.world.sources
    out = []
    for regime in regimes:
        mine = regime.world
        world = mine.model_copy(
            update={
                # the same order in every arm, and each arm's own numbers where it has them
                "conducts": conducts | mine.conducts,
                "gravity": gravity | mine.gravity,
                "sources": sources | mine.sources,
            }
        )
        out.append(regime.model_copy(update={"world": world}))
    return out


def _again(
    folder: Path,
    regime: ResolvedRegime,
    reference: tuple[float, float],
    settings: Mapping[str, Any],
) -> RunData:
    """Take an arm that an interrupted comparison had finished, if it is the same."""
    from scoredsociety.study.store import load_run

    run = load_run(folder)
    same = run.manifest["regime"] == regime.model_dump(mode="json")
    same &= run.manifest["aware_reference"] == list(reference)
    same &= all(
        run.manifest[k] == v for k, v in settings.items() if k in run.manifest and k != "marginals"
    )
    if not same:
        raise StudyError(
            f"{folder} holds another run. Choose another folder with --out, or remove it first"
        )
    return run


def arm_names(resolved: Sequence[ResolvedRegime]) -> list[str]:
    """Return the names of the arms' folders, in order."""
    names: list[str] = []
    for number, regime in enumerate(resolved):
        name = "+".join([regime.regime, *regime.safeguards])
        names.append(f"{number}-{name}"[:80])
    return names
