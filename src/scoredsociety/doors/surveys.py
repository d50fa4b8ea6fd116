"""The wide door to surveys: simulates, asks, calibrates, and writes what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoredsociety.audit.assumptions import list_assumptions
from scoredsociety.doors.writing import free_target, write_whole
from scoredsociety.opinion.approval import Reading
from scoredsociety.opinion.errors import OpinionError
from scoredsociety.opinion.files import load_questionnaire
from scoredsociety.opinion.public import Public, publics
from scoredsociety.opinion.questionnaire import Questionnaire
from scoredsociety.opinion.survey import Surveyed, conduct
from scoredsociety.schemes.attitudes import Opinion
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society.marginals import Marginals
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import Progress, again, simulate
from scoredsociety.study.store import read_manifest

if TYPE_CHECKING:
    import pyarrow as pa

    from scoredsociety.engine import RunData

REFERENCE = "fragmented-2018"
"""The regime in which the published surveys were made: attitudes are calibrated in it."""
TABLES = ("items", "published", "groups", "experiments", "panel", "people", "errors", "gradients",
          "regression")  # fmt: skip
PAGE = "survey.html"
SMALLEST, LARGEST = 24_000, 500_000
"""People of a run whose report asks them in passing: enough for every quota, and not too many."""
PASSING, IN_PASSING = 2, 20
"""Societies that are asked in passing, and surveys made in them."""
MOST = 10_000
ON = ("reported", "private")


@dataclass(frozen=True)
class Survey:
    """A survey made many times in simulated societies.

    Attributes
    ----------
    surveyed : Surveyed
        Every table.
    path : Path or None
        The folder with ``survey.html``, ``survey.json`` and one CSV for each table.
    """

    surveyed: Surveyed
    path: Path | None = None

    def table(self, name: str = "items") -> pa.Table:
        """Return a table; see :class:`scoredsociety.opinion.survey.Surveyed`.

        Raises
        ------
        KeyError
            If there is no table of that name.
        """
        if name not in TABLES:
            raise KeyError(f"No table is called {name!r}. There are: {', '.join(TABLES)}.")
        found: pa.Table = getattr(self.surveyed, name)
        return found

    def report(self, path: str | Path) -> Path:
        """Write the page as one HTML file and return its path."""
        from scoredsociety.report.survey import survey_html

        target = Path(path)
        target.write_text(survey_html(self.surveyed), encoding="utf-8", newline="\n")
        return target

    def plain(self) -> dict[str, Any]:
        """Return everything as plain data: what ``survey.json`` holds."""
        s = self.surveyed
        return {
            "simulated": True,
            "questionnaire": s.questionnaire.questionnaire,
            "title": s.questionnaire.title,
            "settings": dict(s.settings),
            "readings": [vars(r) for r in s.readings],
            **{name: self.table(name).to_pylist() for name in TABLES},
            "assumptions": s.assumptions,
        }

    def write(self, folder: Path) -> None:
        """Write the page and every table into a folder that exists."""
        from pyarrow import csv

        self.report(folder / PAGE)
        text = json.dumps(self.plain(), indent=1, ensure_ascii=False, allow_nan=False)
        (folder / "survey.json").write_text(text + "\n", encoding="utf-8")
        for name in TABLES:
            csv.write_csv(self.table(name), folder / f"{name}.csv")


def survey(
    regime: str | Path = REFERENCE,
    questionnaire: str | Path = "kostka-2018",
    *,
    safeguards: Sequence[str | Path] = (),
    calibrations: Mapping[str, str] | None = None,
    falsification: Sequence[str | float] = (),
    calibrate_on: str = "reported",
    reference: str | Path = REFERENCE,
    marginals: str | Path | Marginals = "china-2018",
    people: int = 100_000,
    months: int | None = None,
    seed: int = 1,
    societies: int = 4,
    replicates: int = 200,
    out: str | Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Survey:
    """Make a survey many times in simulated societies.

    Attitudes are calibrated once: on the published shares, in the reference regime, for the people
    in the questionnaire's frame. The same people then answer under the regime asked about.

    Parameters
    ----------
    regime : str or Path
        A name of the catalogue, a YAML file, or the folder of a finished run, whose people are
        then simulated again.
    questionnaire : str or Path
        A name of the catalogue, or a YAML file.
    safeguards, calibrations
        As in :func:`scoredsociety.simulate`.
    falsification : sequence of str or float
        Readings of the answers: "sincere", "partly", "strongly" (those of the world), or numbers
        from 0 to 1. By default all those of the world.
    calibrate_on : str
        Whether published shares are "reported" or "private" answers.
    reference : str or Path
        Regime in which attitudes are calibrated.
    marginals, people, seed, threads, progress
        As in :func:`scoredsociety.simulate`.
    months : int, optional
        Months until people are asked; by default those of the questionnaire.
    societies : int
        Societies to simulate.
    replicates : int
        Surveys to make, in turn in each of the societies.
    out : str or Path, optional
        Folder to write; it must not exist. It is written whole or not at all.

    Returns
    -------
    Survey

    Raises
    ------
    SchemeError
        If a file breaks its language.
    OpinionError
        If a quota cannot be met, or no thresholds give the shares to calibrate on.
    StudyError
        If a number is not allowed, or the folder exists or cannot be written.

    Examples
    --------
    >>> asked = survey(people=20_000, societies=1, replicates=2)
    >>> asked.table("items").num_rows > 10
    True
    """
    target = free_target(out, "a survey")
    asked = load_questionnaire(questionnaire)
    if isinstance(regime, Path) or Path(regime).is_dir():
        found = _of_folder(Path(regime))
        if found is not None:
            if safeguards or calibrations:
                raise StudyError(
                    "the folder of a run has its safeguards and calibrations already: "
                    "name the regime instead"
                )
            resolved, marginals, people, seed = found
        else:
            resolved = resolve(regime, safeguards, calibrations or {})
    else:
        resolved = resolve(regime, safeguards, calibrations or {})
    month = round(asked.fieldwork.month.value) if months is None else months
    _check(societies, replicates, calibrate_on)
    readings = make_readings(resolved.world.opinion, falsification, calibrate_on)
    ask: dict[str, Any] = {"marginals": marginals, "people": people, "seed": seed,
                           "replicates": societies, "threads": threads, "progress": progress,
                           "snapshot": True}  # fmt: skip
    there, label = _people(resolved, month, ask)
    known = resolve(reference)
    base = there if known == resolved else _people(known, month, ask)[0]
    later = None
    if asked.panel is not None:
        later = _people(resolved, month + round(asked.panel.months_later.value), ask)[0]
    settings = {
        "regime": resolved.regime if not isinstance(regime, Path) else str(regime),
        "label": label,
        "safeguards": list(resolved.safeguards),
        "calibrations": dict(calibrations or {}),
        "people": people,
        "month": month,
        "seed": seed,
        "societies": societies,
        "replicates": replicates,
        "calibrated_in": known.title,
        "on": calibrate_on,
    }
    made = Survey(
        conduct(
            asked, there, base, readings, surveys=replicates, later=later, settings=settings,
            assumptions=assumed(resolved, asked),
        )
    )  # fmt: skip
    if target is None:
        return made
    write_whole(target, made.write)
    return Survey(made.surveyed, target)


def asked_of(runs: Sequence[RunData]) -> list[Surveyed | None] | None:
    """Ask the people of a report, at the end of each of its runs, what the survey of 2018 asks.

    They are simulated again, ``PASSING`` societies of each run, since no person is kept.

    Parameters
    ----------
    runs : sequence of RunData
        Only their manifests are used.

    Returns
    -------
    list or None
        One for each run; null where no scheme holds. Null as a whole where none is left, or where
        the runs are too small to be asked or too large to be asked in passing.
    """
    first = runs[0].manifest
    if not SMALLEST <= first["people"] <= LARGEST:
        return None
    asked = load_questionnaire("kostka-2018").model_copy(update={"panel": None})
    ask: dict[str, Any] = {"marginals": Marginals.model_validate(first["marginals"]),
                           "people": first["people"], "seed": first["seed"],
                           "replicates": min(PASSING, first["replicates"]),
                           "snapshot": True}  # fmt: skip
    known = resolve(REFERENCE)
    base: list[Public] = []
    out: list[Surveyed | None] = []
    for run in runs:
        regime = ResolvedRegime.model_validate(run.manifest["regime"])
        if not regime.schemes:
            out.append(None)
            continue
        base = base or _people(known, round(asked.fieldwork.month.value), ask)[0]
        if "branch" in run.manifest:
            mine = {**run.manifest, "replicates": ask["replicates"]}
            there, label = publics(again(mine, snapshot=True)), str(run.manifest["label"])
        else:
            there, label = _people(regime, run.manifest["months"], ask)
        settings = {
            "regime": regime.regime, "label": label, "safeguards": list(regime.safeguards),
            "people": ask["people"], "month": run.manifest["months"], "seed": ask["seed"],
            "societies": ask["replicates"], "replicates": IN_PASSING,
            "calibrated_in": known.title, "on": "reported",
        }  # fmt: skip
        out.append(
            conduct(asked, there, base, make_readings(regime.world.opinion, ()),
                    surveys=IN_PASSING, settings=settings, assumptions=assumed(regime, asked))
        )  # fmt: skip
    return out if any(out) else None


def make_readings(
    opinion: Opinion, asked: Sequence[str | float], on: str = "reported"
) -> list[Reading]:
    """Return the readings of the answers that were asked for, or all those of the world.

    Raises
    ------
    OpinionError
        If one is neither a name of the world's readings nor a number from 0 to 1, or comes twice.
    """
    known = {name: q.value for name, q in opinion.falsification.items()}
    out: list[Reading] = []
    for one in asked or list(known):
        if isinstance(one, str) and one in known:
            out.append(Reading(one, known[one], on))
            continue
        try:
            number = float(one)
        except ValueError:
            number = -1.0
        if not 0.0 <= number <= 1.0:
            raise OpinionError(
                f"falsification: {str(one)[:40]!r} is not allowed. Allowed: "
                f"{', '.join(known)}, or a number from 0 to 1"
            )
        out.append(Reading(f"f = {number:g}", number, on))
    names = [r.name for r in out]
    if len(set(names)) < len(names):
        raise OpinionError("falsification: one reading stands twice. Name each once")
    return out


def assumed(regime: ResolvedRegime, questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """Return every assumed number that a survey rests on: of the regime, of opinion, of the file.

    Numbers of the questionnaire have paths that begin with ``questionnaire.``.
    """
    out = list_assumptions(regime, opinion=True)
    for path, value in _quantities(questionnaire, "questionnaire"):
        if value.confidence == "assumed":
            out.append({"path": path, "value": getattr(value, "value", None),
                        "range": getattr(value, "range", None), "note": value.note})  # fmt: skip
    return out


def _quantities(value: object, path: str) -> list[tuple[str, Any]]:
    from pydantic import BaseModel

    from scoredsociety.schemes.quantities import Sourced

    found: list[tuple[str, Any]] = []
    if isinstance(value, Sourced):
        found.append((path, value))
    if isinstance(value, BaseModel):
        items: Any = ((n, getattr(value, n)) for n in type(value).model_fields if n != "published")
    elif isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return found
    for name, child in items:
        found += _quantities(child, f"{path}.{name}")
    return found


def _people(
    regime: ResolvedRegime, months: int, ask: Mapping[str, Any]
) -> tuple[list[Public], str]:
    run = simulate(regime, months=months, **ask)
    return publics(run), str(run.manifest["label"])


def _of_folder(folder: Path) -> tuple[ResolvedRegime, Marginals, int, int] | None:
    """Return what a finished run was made from; None if this is not the folder of one."""
    if not (folder / "run.json").is_file():
        return None
    manifest = read_manifest(folder)
    if "branch" in manifest:
        raise StudyError(
            f"{folder} is a branch: another regime held until month {manifest['branch']['at']}. "
            "Its report says what its people answer in the last month; else name a regime"
        )
    return (
        ResolvedRegime.model_validate(manifest["regime"]),
        Marginals.model_validate(manifest["marginals"]),
        int(manifest["people"]),
        int(manifest["seed"]),
    )


def _check(societies: int, replicates: int, on: str) -> None:
    if not 1 <= societies <= 999:
        raise StudyError(
            f"societies: {societies} is not allowed. Allowed: a whole number from 1 to 999"
        )
    if not 1 <= replicates <= MOST:
        raise StudyError(
            f"replicates: {replicates} is not allowed. Allowed: a whole number from 1 to {MOST:,}"
        )
    if replicates < societies:
        raise StudyError(
            f"replicates: {replicates} surveys cannot be made in {societies} societies. "
            "Ask for at least as many surveys as societies, or for fewer with --societies"
        )
    if on not in ON:
        raise StudyError(f"calibrate_on: {on[:40]!r} is not allowed. Allowed: {' or '.join(ON)}")
