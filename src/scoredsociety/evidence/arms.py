"""The runs that measurements need: a regime, and small declared edits of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from scoredsociety.engine import RunData
from scoredsociety.schemes import catalogue, patch, validate
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.schemes.paths import parse_path
from scoredsociety.schemes.structure import build
from scoredsociety.society import load_marginals
from scoredsociety.study import simulate

OPINION = "world.opinion."
Change = tuple[str, str, Any]
"""One of "set", "add", "remove"; a path of a resolved regime; what to write there."""


@dataclass(frozen=True)
class Arm:
    """A regime to run, as it is or with edits.

    Attributes
    ----------
    regime : str
        A regime of the catalogue, or a scheme that stands alone.
    safeguards : tuple of str
    changes : tuple of Change
        In the language of safeguards; a bare number changes the value and leaves its source.
    bare : bool
        The same people in the same world without any scheme: what deterrence is held against.
    cities : int or None
        Another number of pilot cities, at the same share of the population.
    """

    regime: str
    safeguards: tuple[str, ...] = ()
    changes: tuple[Change, ...] = field(default=())
    bare: bool = False
    cities: int | None = None

    def without_schemes(self) -> Arm:
        """Return the same world without any scheme."""
        kept = tuple(c for c in self.changes if c[1].startswith("world."))
        return replace(self, safeguards=(), changes=kept, bare=True)

    @property
    def simulated(self) -> Arm:
        """The arm that has to be run: no month depends on a number of opinion."""
        kept = tuple(c for c in self.changes if not c[1].startswith(OPINION))
        return replace(self, changes=kept)

    @property
    def label(self) -> str:
        """Name the arm for readers."""
        parts = [self.regime, *self.safeguards]
        parts += [_told(c) for c in self.changes]
        if self.cities is not None:
            parts.append(f"{self.cities} pilot cities")
        return ("no scheme, world of " if self.bare else "") + " + ".join(parts)


def _told(change: Change) -> str:
    kind, path, value = change
    short = path.removesuffix(".value")
    if kind == "remove":
        return f"without {short}"
    if isinstance(value, bool | int | float | str):
        return f"{short} = {value}"
    if isinstance(value, dict) and set(value) & {"value"}:
        return f"{short} = {value['value']}"
    return f"{short} {'added' if kind == 'add' else 'changed'}"


class ArmError(ValueError):
    """An edit that leads nowhere or breaks the language."""


_WRITTEN_OUT: dict[str, ResolvedRegime] = {}
"""Regimes written out already, by the text of their arm: both are frozen."""


def resolve_arm(arm: Arm) -> ResolvedRegime:
    """Write out the regime of an arm, edits included.

    Raises
    ------
    ArmError
        If an edit touches nothing, changes nothing, or breaks the language of schemes.
    """
    key = repr(replace(arm, bare=False, cities=None))
    if key not in _WRITTEN_OUT:
        _WRITTEN_OUT[key] = _write_out(arm)
    return _WRITTEN_OUT[key]


@lru_cache(maxsize=64)
def _named(regime: str, safeguards: tuple[str, ...]) -> ResolvedRegime:
    return catalogue.resolve(regime, safeguards)


def _write_out(arm: Arm) -> ResolvedRegime:
    regime = _named(arm.regime, arm.safeguards)
    if arm.changes:
        data = regime.model_dump(mode="json")
        patches = [{kind: path, "to": value} for kind, path, value in arm.changes]
        _, findings = patch.apply(data, patches, ())
        if findings:
            raise ArmError(f"{arm.label}: {findings[0].message}")
        item, shape = build(ResolvedRegime, data)
        faults = shape + validate.resolved(data)
        if item is None or faults:
            told = "; ".join(f"{'.'.join(map(str, f.path))}: {f.message}" for f in faults)
            raise ArmError(f"{arm.label}: {told}")
        regime = item
    return regime


_PLAIN: dict[str, dict[str, Any]] = {}


def _found(arm: Arm, path: str) -> Any:  # noqa: ANN401
    """Return what stands at a path of an arm's regime; None if nothing does."""
    key = repr(arm)
    if key not in _PLAIN:
        _PLAIN[key] = resolve_arm(arm).model_dump(mode="json")
    places, _ = patch.find(_PLAIN[key], parse_path(path))
    return places[0].value if places else None


def declared_range(arm: Arm, path: str) -> tuple[float, float] | None:
    """Return the range that the file declares for a number; None if it declares none.

    Raises
    ------
    ArmError
        If there is no number with a source at this path.
    """
    found = _found(arm, path)
    if not isinstance(found, dict) or "value" not in found:
        raise ArmError(f"{arm.label}: there is no number with a source at {path}")
    limits = found.get("range")
    return None if limits is None else (float(limits[0]), float(limits[1]))


def with_number(arm: Arm, path: str, value: float) -> Arm:
    """Return an arm with one number changed; the same arm where it has no such number.

    An arm that sets this number itself keeps it: there it is what the question is about. A value
    outside of the range that the file declares takes the place of the whole number.
    """
    own = {c[1].removesuffix(".value") for c in arm.changes if c[0] == "set"}
    found = None if path in own else _found(arm, path)
    if found is None:
        return arm
    whole = isinstance(found, dict)
    if (found["value"] if whole else found) == value:
        return arm
    limits = found.get("range") if whole else None
    if limits is not None and not limits[0] <= value <= limits[1]:
        return changed(arm, ("set", path, quantity(value)))
    return changed(arm, ("set", f"{path}.value" if whole else path, value))


def run_arm(
    arm: Arm,
    *,
    people: int,
    months: int,
    replicates: int,
    seed: int,
    threads: int | None = None,
    snapshot: bool = False,
) -> RunData:
    """Simulate one arm in memory. Arms of the same seed are the same people with the same luck.

    With a snapshot, people can be asked at the end of the run.
    """
    regime = resolve_arm(arm)
    reference = None
    if arm.bare:
        announced = [s.awareness for s in regime.schemes.values() if s.awareness]
        if announced:
            reference = (announced[0].inside.value, announced[0].outside.value)
        regime = regime.bare()
    marginals = load_marginals("china-2018")
    if arm.cities is not None:
        cities = marginals.pilot_cities.model_copy(update={"value": arm.cities})
        marginals = marginals.model_copy(update={"pilot_cities": cities})
    return simulate(
        regime,
        marginals=marginals,
        people=people,
        months=months,
        replicates=replicates,
        seed=seed,
        threads=threads,
        aware_reference=reference,
        snapshot=snapshot,
    )


def distinct(arms: Iterable[Arm]) -> list[Arm]:
    """Return each arm once, in order of first need."""
    out: list[Arm] = []
    for arm in arms:
        if arm not in out:
            out.append(arm)
    return out


def changed(arm: Arm, *changes: Change) -> Arm:
    """Return an arm with further edits."""
    return replace(arm, changes=(*arm.changes, *changes))


def quantity(value: float | None) -> dict[str, Any]:
    """Write a number of our own, marked as what it is."""
    return {"value": value, "confidence": "assumed", "note": "set for this measurement"}
