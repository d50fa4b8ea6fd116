"""A whole country: simulated tile by tile, counted, and told in full numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scoredsociety.audit.national import by_group, national
from scoredsociety.doors.seventeen import Rare, counted_in, seventeen
from scoredsociety.study import StudyError
from scoredsociety.study.compare import arm_names, arms, same_world, shared_settings
from scoredsociety.study.country import make_country
from scoredsociety.study.country_folder import Country, load_country, read_country_manifest
from scoredsociety.study.country_plan import Plan, plan_country
from scoredsociety.study.passes import FULL
from scoredsociety.study.run import Progress
from scoredsociety.study.shards import make_shard, merge_shards

__all__ = [
    "Country",
    "Rare",
    "by_group",
    "countries",
    "country",
    "load_country",
    "merge",
    "seventeen",
    "shard",
    "write_page",
]


def headline(manifest: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told first about a country, the rare event among it."""
    rare = counted_in(manifest, tables["monthly"])
    return national(manifest, tables) | {"seventeen": rare.plain() if rare else None}


def write_page(made: Sequence[Country], path: str | Path) -> Path:
    """Write the page of one country, or of several arms side by side, and return its path."""
    from scoredsociety.report.country import Told, country_html

    told = [Told(c.manifest, c.headline, c.tables) for c in made]
    Path(path).write_text(country_html(told), encoding="utf-8", newline="\n")
    return Path(path)


def country(
    regime: str | Path = "fragmented-2018",
    *,
    safeguards: Sequence[str | Path] = (),
    calibrations: Mapping[str, str] | None = None,
    marginals: str | Path = "china-2018",
    people: int = 1_400_000_000,
    months: int = 120,
    seed: int = 1,
    sample: int = 1_000_000,
    out: str | Path | None = None,
    threads: int | None = None,
    passes: int = FULL,
    progress: Progress | None = None,
) -> Country:
    """Let a regime act on a society of any size; only sums and a stated sample are kept.

    Parameters
    ----------
    regime, safeguards, calibrations, marginals, people, months, seed
        As in :func:`scoredsociety.simulate`. A country has one society.
    sample : int
        People of the sample, whose ledger is kept, rounded up to whole tiles of 4,096. 0: none.
    out : str or Path, optional
        Folder to write; it must not exist. An interrupted country goes on where it was.
    threads : int, optional
        Default: the processors of the machine. Changes no result.
    passes : int
        Passes over all tiles at most.
    progress : Progress, optional
        A display.

    Returns
    -------
    Country

    Raises
    ------
    SchemeError
        If a file breaks the language; every mistake is named.
    EngineError, StudyError
        If it cannot be made or written, or its passes do not settle.

    Examples
    --------
    >>> made = country("fragmented-2018", people=20_000, months=12, sample=0)
    >>> made.headline["people"]
    20000
    """
    plan = plan_country(
        regime,
        safeguards=safeguards,
        calibrations=calibrations,
        marginals=marginals,
        people=people,
        months=months,
        seed=seed,
        sample=sample,
    )
    return make_country(plan, headline, out=out, threads=threads, passes=passes, progress=progress)


def countries(
    regime: str | Path = "fragmented-2018",
    *,
    safeguards: Sequence[str | Path],
    calibrations: Mapping[str, str] | None = None,
    out: str | Path | None = None,
    threads: int | None = None,
    passes: int = FULL,
    progress: Progress | None = None,
    **settings: Any,  # noqa: ANN401
) -> tuple[Country, Country]:
    """Make a country without and with safeguards: the same people with the same luck.

    Parameters
    ----------
    regime, safeguards, calibrations, threads, passes, progress
        As in :func:`country`.
    out : str or Path, optional
        Folder to write, with a country's folder for each arm. One that is finished is taken as it
        is.
    **settings
        ``marginals``, ``people``, ``months``, ``seed`` and ``sample`` of :func:`country`.

    Returns
    -------
    tuple of Country
        Without, and with.
    """
    resolved = same_world(arms([regime], safeguards, calibrations=calibrations))
    reference, majorants = shared_settings(resolved)
    folders = [None if out is None else Path(out) / name for name in arm_names(resolved)]
    if folders and all(f is not None and f.exists() for f in folders):
        raise StudyError(
            f"{out} exists already, and a country never overwrites one. "
            "Choose another folder with --out, or remove it first"
        )
    made = []
    for one, folder in zip(resolved, folders, strict=True):
        plan = plan_country(one, aware_reference=reference, majorants=majorants, **settings)
        if folder is not None and folder.exists():
            made.append(_again(plan, folder))
            continue
        made.append(
            make_country(
                plan, headline, out=folder, threads=threads, passes=passes, progress=progress
            )
        )
    return made[0], made[1]


def _again(plan: Plan, folder: Path) -> Country:
    """Take a country that an interrupted call had finished, if it is the same."""
    known = read_country_manifest(folder)
    if any(known.get(key) != value for key, value in plan.manifest.items()):
        raise StudyError(
            f"{folder} holds another country. Choose another folder with --out, or remove it first"
        )
    return load_country(folder)


def shard(
    regime: str | Path = "fragmented-2018",
    *,
    number: int,
    of: int,
    out: str | Path,
    threads: int | None = None,
    progress: Progress | None = None,
    **asked: Any,  # noqa: ANN401
) -> Path:
    """Run one of several ranges of a country's tiles; :func:`merge` joins them.

    Parameters
    ----------
    regime : str or Path
    number, of : int
        Which range, from 1, of how many.
    out : str or Path
        Folder that all ranges share.
    threads : int, optional
    progress : Progress, optional
    **asked
        ``safeguards``, ``calibrations``, ``marginals``, ``people``, ``months``, ``seed`` and
        ``sample`` of :func:`country`.

    Returns
    -------
    Path
        The file of the range. One that is there already is left as it is.
    """
    plan = plan_country(regime, **asked)
    words = {"regime": str(regime), **asked}
    return make_shard(plan, Path(out), number, of, words, threads=threads, progress=progress)


def merge(
    folder: str | Path,
    *,
    out: str | Path | None = None,
    threads: int | None = None,
    passes: int = FULL,
) -> Country:
    """Join the ranges of a country that :func:`shard` ran.

    Parameters
    ----------
    folder : str or Path
        Of the ranges.
    out : str or Path, optional
        Folder to write; by default ``country`` in it.
    threads : int, optional
        For the sample.
    passes : int
        Passes over all tiles at most.

    Raises
    ------
    StudyError
        If ranges are missing (each is named, with the command that makes it) or do not belong
        together, or if the load of limited channels asks for another pass.
    """
    return merge_shards(Path(folder), headline, out=out, threads=threads, most=passes)
