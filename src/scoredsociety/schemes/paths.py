"""Paths of changes: the language in which a patch says what it touches.

A path is a row of keys with dots between them. ``*`` stands for every item of a block or
list. ``[field=value]`` after a key keeps the items of that block or list whose field is, or
contains, the value; ``[field=A|B]`` accepts several values; ``[unrelated]`` keeps the effects
whose sanction bites in a sphere of life that is not related to all conduct that the scheme
counts against a person, conduct of copied records among it, and likewise the institutions of
joint enforcement that have such a sanction. `` or `` joins paths that together are one change:
at least one of them must lead somewhere. Examples::

    schemes.*.process.notice
    schemes[kind=list].process.exit.term_months
    schemes.court-list.effects[sanction=SCHOOL]
    memoranda[target=rongcheng-points]
    joint[origin=court-list].institutions[unrelated]
    world.channels.camera.human_review
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scoredsociety.schemes.errors import clean, show

SEGMENT = re.compile(r"^(?P<key>\*|[A-Za-z0-9][A-Za-z0-9_+-]*)(?P<where>(\[[^\[\]]*\])*)$")
CONDITION = re.compile(r"^(?P<field>[a-z_]+)=(?P<values>[A-Za-z0-9_+|-]+)$")
ROOTS = ("schemes", "memoranda", "joint", "world")


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


def parse_paths(text: str, roots: Sequence[str] = ()) -> list[list[Step]]:
    """Read one path, or several with `` or `` between them; see `parse_path`."""
    return [parse_path(part, roots) for part in text.split(" or ")]


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
