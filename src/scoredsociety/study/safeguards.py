"""The safeguards of a regime as one declared design: each alone, some in pairs, all together.

The designs are written down before anything runs, and no result chooses the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from scoredsociety.engine import RunData
from scoredsociety.schemes.catalogue import load_safeguard, resolve, resolve_as_far
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.study.compare import read_once, same_world, shared_settings
from scoredsociety.study.errors import StudyError
from scoredsociety.study.run import Progress, simulate

NUMBERS: Mapping[str, str] = {
    "notice": "S1",
    "longer-window": "S2",
    "independent-review": "S3",
    "hardship-exemption": "S4",
    "sunset": "S5",
    "no-cross-context": "S6",
    "no-court-points": "S7",
    "publish-weights": "S8",
    "human-face-review": "S9",
    "equal-error-rates": "S10",
    "no-household-spill-over": "S11",
    "no-private-public-exchange": "S12",
    "end-exemptions": "S13",
    "record-expiry": "S14",
    "no-speech": "S15",
    "switch-off": "S16",
    "rewards-only": "S17",
    "sanctions-only": "S17",
}
"""The safeguards of the founding model, section 6, by their names in the catalogue."""

PROCESS = ("notice", "longer-window", "independent-review")
"""Safeguards of due process, which the model takes to be complements."""

HANDFUL = (*PROCESS, "hardship-exemption", "sunset", "no-cross-context")
"""Those that are also tried in pairs if nobody chooses others."""

ENDS = ("switch-off", "rewards-only", "sanctions-only", "no-notice")
"""Those that end a scheme, or a side of it, or are no protection: never part of all together."""

MOST = 12
"""Safeguards of which pairs may be asked for: they make 66."""


@dataclass(frozen=True)
class Design:
    """Some safeguards on a regime.

    Attributes
    ----------
    names : tuple of str
        Safeguards, in the order in which they are applied; empty for the regime as it is.
    kind : str
        "as it is", "alone", "pair" or "together".
    regime : ResolvedRegime
    idle : mapping of str to str
        Those that have nothing to change here, and why.
    """

    names: tuple[str, ...]
    kind: str
    regime: ResolvedRegime
    idle: Mapping[str, str]

    @property
    def changes(self) -> bool:
        """Whether any of them changes the regime."""
        return len(self.idle) < len(self.names)


def default_safeguards() -> tuple[str, ...]:
    """Return the safeguards that are compared if nobody chooses: S1 to S17, and joint enforcement.

    What is no protection (``no-notice``) is left out.
    """
    return (*NUMBERS, "no-joint-enforcement")


def designs(
    regime: str | Path,
    safeguards: Sequence[str | Path] = (),
    pairs: bool = True,
    calibrations: Mapping[str, str] | None = None,
) -> list[Design]:
    """Return every design of a comparison of safeguards, the regime as it is first.

    Parameters
    ----------
    regime : str or Path
    safeguards : sequence of str or Path
        Those to compare; by default :func:`default_safeguards`, with pairs of :data:`HANDFUL`.
    pairs : bool
        Whether pairs are tried.
    calibrations : mapping of str to str, optional

    Raises
    ------
    SchemeError
        If there is no such regime or safeguard, or one does not fit.
    StudyError
        If the regime has no scheme, a safeguard is named twice, or there are too many for pairs.
    """
    chosen = tuple(safeguards) or default_safeguards()
    paired = tuple(safeguards) or HANDFUL
    names = {s: load_safeguard(s).safeguard for s in chosen}
    if len(set(names.values())) < len(chosen):
        twice = next(n for n in names.values() if [*names.values()].count(n) > 1 or
                     [str(c) for c in chosen].count(n) > 1)  # fmt: skip
        raise StudyError(f"the safeguard {twice} is asked for twice. Name each once")
    if pairs and len(paired) > MOST:
        raise StudyError(
            f"{len(paired)} safeguards make {len(paired) * (len(paired) - 1) // 2} pairs. "
            f"Allowed: pairs of at most {MOST}. Name fewer, or leave the pairs out"
        )

    def made(kind: str, members: Sequence[str | Path]) -> Design:
        found, idle = resolve_as_far(regime, members, calibrations)
        return Design(tuple(names[m] for m in members), kind, found, idle)

    plain = resolve(regime, (), calibrations)
    if not plain.of_people():
        raise StudyError(
            f"{plain.regime} scores, lists or sanctions no person: there is nothing to guard. "
            "Choose a regime with a scheme of people"
        )
    out = [Design((), "as it is", plain, {}), *(made("alone", [s]) for s in chosen)]
    live = {d.names[0] for d in out[1:] if d.changes}
    if pairs:
        members = [s for s in paired if names[s] in live]
        out += [made("pair", pair) for pair in combinations(members, 2)]
    whole = [s for s in chosen if names[s] in live and names[s] not in ENDS]
    process = [s for s in whole if names[s] in PROCESS]
    together = [process] if len(process) == len(PROCESS) < len(whole) else []
    out += [made("together", some) for some in (*together, whole) if len(some) > 2 or not pairs]
    known: dict[tuple[str, ...], Design] = {}
    for design in out:
        known.setdefault(design.names, design)
    return list(known.values())


def simulate_designs(
    made: Sequence[Design],
    *,
    progress: Progress | None = None,
    **settings: Any,  # noqa: ANN401
) -> tuple[RunData, Iterator[tuple[Design, RunData]]]:
    """Simulate every design that changes something, on the same people with the same luck.

    Parameters
    ----------
    made : sequence of Design
        From :func:`designs`: the regime as it is first.
    progress : Progress, optional
    **settings
        ``people``, ``months``, ``seed``, ``replicates``, ``marginals`` and ``threads`` of
        :func:`scoredsociety.simulate`.

    Returns
    -------
    RunData
        The same people without any scheme: what deterrence is read against.
    iterator of (Design, RunData)
        Each is simulated when it is asked for, and nothing here keeps it.
    """
    live = [d for d in made if d.changes or not d.names]
    arms = same_world([live[0].regime.bare(), *(d.regime for d in live)])
    reference, majorants = shared_settings(arms[1:])
    shared = {**read_once(settings), "aware_reference": reference, "majorants": majorants}
    bare = simulate(arms[0], **shared)

    def each() -> Iterator[tuple[Design, RunData]]:
        for design, regime in zip(live, arms[1:], strict=True):
            yield design, simulate(regime, progress=progress, **shared)

    return bare, each()
