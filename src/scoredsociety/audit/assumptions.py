"""The numbers that nobody published: what a regime assumes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.schemes.quantities import OptionalQuantity, Quantity, Sourced

# Tables of the world of which a regime uses only what its schemes name.
_TABLES = ("conducts", "channels", "sanctions", "rewards", "gravity")


def list_assumptions(regime: ResolvedRegime, opinion: bool = False) -> list[dict[str, Any]]:
    """Return every assumed number that a regime uses.

    Parameters
    ----------
    regime : ResolvedRegime
    opinion : bool
        Also those of what people think and say, which nothing but a survey uses.

    Returns
    -------
    list of dict
        ``path`` (dotted, in the resolved regime), ``value`` (number or None), ``range`` (pair or
        None) and ``note``; in the order of the file.
    """
    used, idle = _used(regime), _idle(regime)
    if not opinion:
        idle = (*idle, "world.opinion.")
    out = []
    for path, block in _walk(regime, ""):
        parts = path.split(".")
        if parts[0] == "world" and parts[1] in _TABLES and parts[2] not in used[parts[1]]:
            continue
        if block.confidence != "assumed" or path.startswith(idle):
            continue
        if isinstance(block, Quantity | OptionalQuantity):
            out.append(_entry(path, block.value, block.range, block.note))
            continue
        for name, value in _numbers(block):
            out.append(_entry(f"{path}.{name}", value, None, block.note))
    return out


def _entry(path: str, value: float | None, range_: object, note: str | None) -> dict[str, Any]:
    return {"path": path, "value": value, "range": range_, "note": note}


def _used(regime: ResolvedRegime) -> dict[str, set[str]]:
    schemes, world = regime.schemes.values(), regime.world
    conducts = {r.conduct for s in schemes for r in s.rules}
    conducts |= {f.conduct for s in schemes for f in s.feedback}
    if _speaks(regime):  # who fears for one kind of speech minds the others too
        conducts |= {name for name, c in world.conducts.items() if c.speech is not None}
    channels: set[str] = set()
    for name in conducts:
        if (conduct := world.conducts.get(name)) is not None:
            channels |= set(conduct.detection)
            if conduct.innocent_channel is not None:
                channels.add(conduct.innocent_channel)
    sanctions = {e.sanction for s in schemes for e in s.effects if e.sanction is not None}
    for joint in regime.joint:
        every = joint.institutions == "all"
        for name, institution in world.institutions.items():
            if every or name in joint.institutions:
                sanctions |= set(institution.sanctions)
    return {
        "conducts": conducts,
        "channels": channels,
        "sanctions": sanctions,
        "rewards": {e.reward for s in schemes for e in s.effects if e.reward is not None},
        "gravity": conducts,
    }


def _speaks(regime: ResolvedRegime) -> bool:
    """Tell whether a scheme of people has a rule for what is said."""
    known = regime.world.conducts
    rules = (r for s in regime.of_people().values() for r in s.rules)
    return any((c := known.get(r.conduct)) is not None and c.speech is not None for r in rules)


def _idle(regime: ResolvedRegime) -> tuple[str, ...]:
    """Return the beginnings of paths to numbers that are written down and have no effect here."""
    world, people = regime.world, regime.of_people()
    used = _used(regime)
    seen = any(s.disclosure is not None and s.disclosure.level >= 1 for s in people.values())
    tied = any(s.features is not None and s.features.ties is not None for s in people.values())
    hardship = any(
        (c := world.conducts.get(name)) is not None and c.hardship_excuse is not None
        for name in used["conducts"]
    )
    matters = {
        ("chill", "vagueness", "identifiability", "assume_watched"): _speaks(regime),
        ("friends_mean", "friends_size", "friends_within"): seen or tied,
        ("tie_loss", "ordered_shunning"): seen,
        ("hardship_scale",): hardship,
        ("flight_attempts",): "FLY" in used["sanctions"],
        ("rail_attempts",): "RAIL" in used["sanctions"],
    }
    idle = [
        f"world.parameters.{name}"
        for names, needed in matters.items()
        if not needed
        for name in names
    ]
    # A scheme without rules makes no records that a process could deal with.
    idle += [f"schemes.{name}.process" for name, s in regime.schemes.items() if not s.rules]
    return tuple(idle)


def _walk(value: object, path: str) -> Iterator[tuple[str, Sourced]]:
    if isinstance(value, Sourced):
        yield path, value
    if isinstance(value, BaseModel):
        items: Any = ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return
    for name, child in items:
        if name in ("published", "calibrations"):
            continue  # shown on cards and offered as alternatives: not inputs of this run
        yield from _walk(child, f"{path}.{name}" if path else str(name))


def _numbers(block: Sourced) -> Iterator[tuple[str, float]]:
    for name in type(block).model_fields:
        value = getattr(block, name)
        inner: Any = ()
        if isinstance(value, dict):
            inner = value.items()
        elif isinstance(value, list):
            inner = enumerate(value)
        for key, v in (("", value), *inner):
            if isinstance(v, int | float) and not isinstance(v, bool):
                yield name if key == "" else f"{name}.{key}", v
