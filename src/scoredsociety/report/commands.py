"""The shell commands that make the runs of a report again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scoredsociety.report.reading import Arm

MARGINALS = "china-2018"
REGIME_FILE, SAFEGUARD_FILE, MARGINALS_FILE = (
    "your-file.yaml",
    "your-safeguard.yaml",
    "your-marginals.yaml",
)


class Names:
    """What to write on a command line for the regimes of a report.

    Whatever the catalogue does not hold stands there as a file of the reader's own: a run keeps
    its contents, never where it was.

    Attributes
    ----------
    notes : dict
        What to say below the commands, in order.
    """

    def __init__(self, arms: Sequence[Arm]) -> None:
        self.notes: dict[str, None] = {}
        self.files: dict[tuple[str, str], str] = {}
        self.regimes = [self._regime(a) for a in arms]
        self.safeguards = [self._safeguards(a) for a in arms]
        self.calibrations = [self._calibrations(a) for a in arms]
        self.marginals = [self._marginals(a) for a in arms]

    def _file(self, kind: str, name: str, file: str) -> str:
        if (kind, name) not in self.files:
            count = sum(k == kind for k, _ in self.files)
            stem = file.removesuffix(".yaml")
            self.files[kind, name] = f"{stem}-{count + 1}.yaml" if count else file
            self.notes[
                f"{self.files[kind, name]} stands for your file of the {kind} {name}, which is not "
                "in the catalogue of this version as it was run."
            ] = None
        return self.files[kind, name]

    def _regime(self, arm: Arm) -> str:
        name = str(arm.regime["regime"])
        return name if catalogued(arm.regime) else self._file("regime", name, REGIME_FILE)

    def _safeguards(self, arm: Arm) -> tuple[str, ...]:
        from scoredsociety.schemes.catalogue import list_safeguards

        known = list_safeguards()
        return tuple(
            s if s in known else self._file("safeguard", s, SAFEGUARD_FILE)
            for s in map(str, arm.regime.get("safeguards") or ())
        )

    def _calibrations(self, arm: Arm) -> tuple[str, ...]:
        usual = usual_calibrations(arm.regime)
        found = arm.regime.get("calibrations") or {}
        return tuple(f"{k}={v}" for k, v in found.items() if v != usual.get(k, "A"))

    def _marginals(self, arm: Arm) -> str:
        from scoredsociety.schemes.errors import SchemeError
        from scoredsociety.society import load_marginals

        plain = arm.manifest.get("marginals") or {}
        name = str(plain.get("marginals") or "")
        try:
            same = bool(name) and load_marginals(name).model_dump(mode="json") == plain
        except SchemeError:
            same = False
        if not same:
            return self._file("marginals", name or "of this run", MARGINALS_FILE)
        return "" if name == MARGINALS else name

    def options(self, i: int, arm: Arm) -> str:
        """Return the options of one arm."""
        m = arm.manifest
        return (
            "".join(f" --safeguard {s}" for s in self.safeguards[i])
            + "".join(f" --calibration {c}" for c in self.calibrations[i])
            + f" --people {m['people']} --months {m['months']} "
            f"--replicates {m['replicates']} --seed {m['seed']}"
            + (f" --marginals {self.marginals[i]}" if self.marginals[i] else "")
        )


def usual_calibrations(regime: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the calibrations that a regime of the catalogue has by itself."""
    from scoredsociety.schemes.catalogue import list_regimes, load_regime

    name = str(regime["regime"])
    members = load_regime(name).schemes if name in list_regimes() else []
    return {m.scheme: m.calibration for m in members if m.calibration}


def catalogued(regime: Mapping[str, Any]) -> bool:
    """Tell whether a regime comes from the catalogue: its safeguards are applied and compared.

    A comparison lends every arm the conduct of the others, so the world may hold more. Where a
    safeguard is not of the catalogue, only the names of the schemes can be compared.
    """
    from scoredsociety.schemes.catalogue import (
        list_regimes,
        list_safeguards,
        list_schemes,
        resolve,
    )
    from scoredsociety.schemes.errors import SchemeError

    name = str(regime["regime"])
    if name not in {*list_regimes(), *list_schemes()}:
        return False
    asked = [str(s) for s in regime.get("safeguards") or ()]
    foreign = bool(set(asked) - set(list_safeguards()))
    letters = dict(regime.get("calibrations") or {})
    try:
        plain = resolve(name, () if foreign else asked, letters).model_dump(mode="json")
    except SchemeError:
        return False
    if foreign:
        return list(plain["schemes"]) == list(regime["schemes"])
    same = ("schemes", "memoranda", "calibrations")
    return all(plain[k] == regime.get(k) for k in same) and _within(
        plain["world"], regime.get("world") or {}
    )


def _within(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Tell whether everything of one world stands in the other."""
    for key, value in ours.items():
        other = theirs.get(key)
        if isinstance(value, Mapping) and isinstance(other, Mapping):
            if any(other.get(k) != v for k, v in value.items()):
                return False
        elif value != other:
            return False
    return True


def commands(arms: Sequence[Arm]) -> tuple[list[str], list[str]]:
    """Return the shell commands that make these runs again, and what to say about them.

    One command, where the arms are those of one comparison.
    """
    names = Names(arms)
    whole = _comparison(arms, names)
    each = [
        f"scoredsociety run {names.regimes[i]}{names.options(i, a)}" for i, a in enumerate(arms)
    ]
    return [whole] if whole else list(dict.fromkeys(each)), list(names.notes)


def _comparison(arms: Sequence[Arm], names: Names) -> str | None:
    """Return the one command of a comparison, or null where there is none."""
    keys = ("people", "months", "seed", "replicates")
    settings = {(*(a.manifest[k] for k in keys), names.marginals[i]) for i, a in enumerate(arms)}
    if len(arms) < 2 or len(settings) != 1 or len(set(names.calibrations)) != 1:
        return None
    sets = list(zip(names.regimes, names.safeguards, strict=True))
    regimes = list(dict.fromkeys(names.regimes))
    most = max(range(len(arms)), key=lambda i: len(names.safeguards[i]))
    every = names.safeguards[most]
    for separately in (False, True):
        if separately and len(every) < 2:
            continue
        alone = [(s,) for s in every] if separately else []
        tried: list[tuple[str, ...]] = [(), *alone, *([every] if every else [])]
        if sets == [(r, chosen) for r in regimes for chosen in tried]:
            flag = " --separately" if separately else ""
            options = names.options(most, arms[most])
            return f"scoredsociety compare {' '.join(regimes)}{flag}{options}"
    return None
