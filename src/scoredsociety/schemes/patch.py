"""Changes to a regime, as patches on a copy of its plain data.

A path is a row of keys with dots between them. ``*`` stands for every item of a block or
list. ``[field=value]`` after a key keeps the items of that block or list whose field is, or
contains, the value; ``[field=A|B]`` accepts several values; ``[unrelated]`` keeps the effects
whose sanction bites in a sphere of life that is not related to all conduct that the scheme
counts against a person. Examples::

    schemes.*.process.notice
    schemes[kind=list].process.exit.term_months
    schemes.court-list.effects[sanction=SCHOOL]
    memoranda[target=rongcheng-points]
    world.channels.camera.human_review
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoredsociety.schemes.errors import (
    Finding,
    Path,
    Tree,
    clean,
    listed,
    nearest,
    path_text,
    show,
)

SEGMENT = re.compile(r"^(?P<key>\*|[A-Za-z0-9][A-Za-z0-9_+-]*)(?P<where>(\[[^\[\]]*\])*)$")
CONDITION = re.compile(r"^(?P<field>[a-z_]+)=(?P<values>[A-Za-z0-9_+|-]+)$")
ROOTS = ("schemes", "memoranda", "world")


@dataclass(frozen=True)
class Key:
    """A step to one named item."""

    name: str


@dataclass(frozen=True)
class Each:
    """A step to every item that meets all conditions (field to accepted values)."""

    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unrelated: bool = False


Step = Key | Each


class PathError(ValueError):
    """A path that cannot be read; the message says why."""


def parse_path(text: str, roots: Sequence[str] = ()) -> list[Step]:
    """Read a path.

    Parameters
    ----------
    text : str
        See the module for the language.
    roots : sequence of str
        Names that the path may begin with; empty for all.

    Returns
    -------
    list of Key or Each

    Raises
    ------
    PathError
        When the path is not written in that language.
    """
    steps: list[Step] = []
    for part in text.split("."):
        match = SEGMENT.match(part)
        if match is None:
            raise PathError(f"the part {show(part)} of the path cannot be read")
        key = match["key"]
        steps.append(Each() if key == "*" else Key(key))
        if match["where"]:
            if key == "*":
                raise PathError("write the condition after the key, such as schemes[kind=list]")
            steps.append(_conditions(match["where"]))
    if roots and (not isinstance(steps[0], Key) or steps[0].name not in roots):
        raise PathError(f"a path begins with {', '.join(roots)}")
    return steps


def _conditions(text: str) -> Each:
    conditions = []
    unrelated = False
    for part in text[1:-1].split("]["):
        if part == "unrelated":
            unrelated = True
            continue
        match = CONDITION.match(part)
        if match is None:
            raise PathError(f"the condition [{clean(part)}] cannot be read; write [field=value]")
        conditions.append((match["field"], tuple(match["values"].split("|"))))
    return Each(tuple(conditions), unrelated)


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
    return not step.unrelated or _unrelated(place, root)


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _unrelated(place: Place, root: dict[str, Any]) -> bool:
    world = root.get("world")
    if place.path[0] != "schemes" or not isinstance(world, dict):
        return False
    effect, scheme = place.value, root["schemes"][place.path[1]]
    if not isinstance(effect, dict) or not effect.get("sanction"):
        return False
    against = [
        rule["conduct"]
        for rule in scheme["rules"]
        if rule.get("lists") or rule.get("at_most") or (rule.get("points") or 0) < 0
    ]
    bites = world["sanctions"][effect["sanction"]]["context"]
    contexts = {world["conducts"][conduct]["context"] for conduct in against}
    return not all(bites in world["contexts"][context]["related"] for context in contexts)


def operation(patch: Mapping[str, Any]) -> tuple[str, str]:
    """Return which of set, add and remove a patch is, and its path."""
    for name in ("set", "add", "remove"):
        if patch.get(name) is not None:
            return name, str(patch[name])
    return "", ""


def apply(
    root: dict[str, Any], patches: Sequence[Mapping[str, Any]], roots: Sequence[str] = ROOTS
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
            steps = parse_path(text, roots)
            places, dead_end = find(root, steps, absent=name == "add")
            if dead_end:
                raise PathError(f"{show(text)} touches nothing: {dead_end}")
            done = _OPERATIONS[name](places, copy.deepcopy(patch.get("to")))
            if not done:
                raise PathError(f"{show(text)} changes nothing: the regime is so already")
        except PathError as error:
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
    for place in reversed(places):
        del place.holder[place.key]
    return [place.path[:-1] for place in places]


_OPERATIONS = {"set": _set, "add": _add, "remove": _remove}


def bare(value: Tree) -> Tree:
    """Return a value without its sources, notes and ranges, to see whether it differs."""
    if isinstance(value, dict):
        spare = {"source", "confidence", "note"} | ({"range"} if "value" in value else set())
        return {k: bare(v) for k, v in value.items() if k not in spare and v is not None}
    if isinstance(value, list):
        return [bare(item) for item in value]
    return value
