"""The numbers that nobody published: what a regime assumes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from scoredsociety.schemes.model import OptionalQuantity, Quantity, ResolvedRegime, Sourced

# Tables of the world of which a regime uses only what its schemes name.
_TABLES = ("conducts", "channels", "sanctions", "rewards", "gravity")


def list_assumptions(regime: ResolvedRegime) -> list[dict[str, Any]]:
    """Return every assumed number that a regime uses.

    Parameters
    ----------
    regime : ResolvedRegime

    Returns
    -------
    list of dict
        ``path`` (dotted, in the resolved regime), ``value`` (number or None), ``range`` (pair or
        None) and ``note``; in the order of the file.
    """
    used = _used(regime)
    out = []
    for path, block in _walk(regime, ""):
        parts = path.split(".")
        if parts[0] == "world" and parts[1] in _TABLES and parts[2] not in used[parts[1]]:
            continue
        if block.confidence != "assumed":
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
    channels: set[str] = set()
    for name in conducts:
        if (conduct := world.conducts.get(name)) is not None:
            channels |= set(conduct.detection)
            if conduct.innocent_channel is not None:
                channels.add(conduct.innocent_channel)
    return {
        "conducts": conducts,
        "channels": channels,
        "sanctions": {e.sanction for s in schemes for e in s.effects if e.sanction is not None},
        "rewards": {e.reward for s in schemes for e in s.effects if e.reward is not None},
        "gravity": conducts,
    }


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
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield name, value
        elif isinstance(value, dict):
            for key, v in value.items():
                if isinstance(v, int | float) and not isinstance(v, bool):
                    yield f"{name}.{key}", v
