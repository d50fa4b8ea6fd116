"""Changes to a regime, as patches on a copy of its plain data.

What a path may say stands in :mod:`scoredsociety.schemes.paths`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoredsociety.schemes.errors import Finding, Path, Tree, listed, nearest, path_text, show
from scoredsociety.schemes.paths import ROOTS, Each, Key, PathError, Step, parse_paths
from scoredsociety.schemes.relations import unrelated


class IdleError(PathError):
    """A patch has nothing to change in this regime."""


@dataclass(frozen=True)
class Place:
    """One thing that a path leads to: an entry of a container."""

    holder: Any
    key: str | int
    path: Path

    @property
    def present(self) -> bool:
        """Whether something stands there; null counts as nothing."""
        if isinstance(self.holder, dict):
            return self.holder.get(str(self.key)) is not None
        return True

    @property
    def value(self) -> Tree:
        """What stands there."""
        return self.holder[self.key]


def find(
    root: dict[str, Any], steps: Sequence[Step], absent: bool = False
) -> tuple[list[Place], str]:
    """Find everything a path leads to.

    Parameters
    ----------
    root : dict
        Plain data of a regime or a scheme.
    steps : sequence of Key or Each
        From `parse_path`.
    absent : bool
        Whether the last step may lead to what is not there yet (for ``add``).

    Returns
    -------
    list of Place
        Everything found.
    str
        Where the path ended when nothing was found, for the message; else empty.
    """
    places = [Place({"": root}, "", ())]
    for depth, step in enumerate(steps):
        inner: list[Place] = []
        known: set[str] = set()
        for place in places:
            holder = place.value if place.present else None
            if isinstance(step, Key) and isinstance(holder, dict):
                known |= {str(key) for key, value in holder.items() if value is not None}
                last = depth == len(steps) - 1
                if (last and absent) or holder.get(step.name) is not None:
                    inner.append(Place(holder, step.name, (*place.path, step.name)))
            elif isinstance(step, Each):
                inner += [p for p in _children(place, holder) if _meets(p, step, root)]
        if not inner:
            return [], _dead_end(step, known)
        places = inner
    return places, ""


def _dead_end(step: Step, known: set[str]) -> str:
    if isinstance(step, Each):
        return "no item meets the condition" if step.conditions or step.unrelated else "no item"
    hint = nearest(step.name, known)
    there = f"; there are: {listed(known, 12)}" if known else ""
    return f"{step.name} is not there{there}" + (f"; {hint}?" if hint else "")


def _children(place: Place, holder: Tree) -> list[Place]:
    if isinstance(holder, dict):
        return [Place(holder, key, (*place.path, key)) for key in holder]
    if isinstance(holder, list):
        return [Place(holder, i, (*place.path, i)) for i in range(len(holder))]
    return []


def _meets(place: Place, step: Each, root: dict[str, Any]) -> bool:
    item = place.value
    for field, accepted in step.conditions:
        value = item.get(field) if isinstance(item, dict) else None
        held = value if isinstance(value, list) else [value]
        if not any(_text(v) in accepted for v in held if v is not None):
            return False
    return not step.unrelated or unrelated(root, place.path, item)


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def operation(patch: Mapping[str, Any]) -> tuple[str, str]:
    """Return which of set, add and remove a patch is, and its path."""
    for name in ("set", "add", "remove"):
        if patch.get(name) is not None:
            return name, str(patch[name])
    return "", ""


def apply(
    root: dict[str, Any],
    patches: Sequence[Mapping[str, Any]],
    roots: Sequence[str] = ROOTS,
    idle: list[str] | None = None,
) -> tuple[list[tuple[Path, int]], list[Finding]]:
    """Apply patches, in order, to plain data that nobody else holds.

    Parameters
    ----------
    root : dict
        Changed in place: hand over a deep copy.
    patches : sequence of mappings
        Plain form of `Patch`.
    roots : sequence of str
        Top-level keys that may be touched; empty for all.
    idle : list of str, optional
        Where to write why a patch touches or changes nothing; without it, that is a mistake.

    Returns
    -------
    list of (Path, int)
        What was touched, and by which patch.
    list of Finding
        Paths begin with the position of the patch in the list.
    """
    touched: list[tuple[Path, int]] = []
    findings: list[Finding] = []
    for number, patch in enumerate(patches):
        name, text = operation(patch)
        try:
            found = [find(root, p, absent=name == "add") for p in parse_paths(text, roots)]
            places = [place for some, _ in found for place in some]
            if not places:
                ends = "; ".join(dict.fromkeys(dead_end for _, dead_end in found))
                raise IdleError(f"{show(text)} touches nothing: {ends}")
            done = _OPERATIONS[name](places, copy.deepcopy(patch.get("to")))
            if not done:
                raise IdleError(f"{show(text)} changes nothing: the regime is so already")
        except PathError as error:
            if idle is not None and isinstance(error, IdleError):
                idle.append(str(error))
                continue
            findings.append(Finding((number, name), str(error), show(text)))
            continue
        touched += [(path, number) for path in done]
    return touched, findings


def _set(places: list[Place], value: Tree) -> list[Path]:
    changed = [place.path for place in places if bare(place.value) != bare(value)]
    for place in places:
        if place.path in changed:
            place.holder[place.key] = copy.deepcopy(value)
    return changed


def _add(places: list[Place], value: Tree) -> list[Path]:
    done: list[Path] = []
    for place in places:
        if not place.present:
            place.holder[place.key] = copy.deepcopy(value)
            done.append(place.path)
        elif isinstance(place.value, list):
            if any(bare(item) == bare(value) for item in place.value):
                raise PathError(f"{path_text(place.path)} holds this item already")
            place.value.append(copy.deepcopy(value))
            done.append((*place.path, len(place.value) - 1))
        else:
            raise PathError(f"{path_text(place.path)} exists already; use set")
    return done


def _remove(places: list[Place], value: Tree) -> list[Path]:
    places = list({place.path: place for place in places}.values())
    for place in sorted(places, key=lambda p: _order(p.path), reverse=True):
        del place.holder[place.key]
    return [place.path[:-1] for place in places]


def _order(path: Path) -> list[tuple[int, int, str]]:
    """Return a key that sorts positions of a list as numbers, and keys as texts."""
    return [(0, k, "") if isinstance(k, int) else (1, 0, k) for k in path]


_OPERATIONS = {"set": _set, "add": _add, "remove": _remove}


def bare(value: Tree) -> Tree:
    """Return a value without its sources, notes and ranges, to see whether it differs."""
    if isinstance(value, dict):
        spare = {"source", "confidence", "note"} | ({"range"} if "value" in value else set())
        return {k: bare(v) for k, v in value.items() if k not in spare and v is not None}
    if isinstance(value, list):
        return [bare(item) for item in value]
    return value
