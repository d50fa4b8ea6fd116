"""Numbers, sources and assumptions in words, for cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scoredsociety.schemes.errors import path_text
from scoredsociety.schemes.layout import heading, wrap
from scoredsociety.schemes.model import Effect, Exemption, Memorandum, Patch, Rule, Scheme
from scoredsociety.schemes.quantities import Closed, OptionalQuantity, Quantity, Source, Sourced

CONFIDENCE = {
    "H": "high: primary text or official figure",
    "M": "medium: a reputable secondary source",
    "L": "low: a weak or reworded copy",
    "derived": "worked out from cited numbers",
    "assumed": "assumed: nobody has published it, or it was not verified",
}
Row = tuple[str, str, str]
"""What, value, and where it comes from."""
Step = str | int


def origin(entry: Sourced) -> str:
    """Say where a number comes from, in brackets."""
    if entry.confidence == "assumed" and entry.source is None:
        return "[assumed]"
    return f"[{entry.source or 'see note'}, {entry.confidence}]"


def plain(quantity: Quantity) -> str:
    """Write a number."""
    return f"{quantity.value:,.10g}"


def share(quantity: Quantity) -> str:
    """Write a share as a percentage."""
    return f"{quantity.value * 100:.6g} %"


def or_never(quantity: OptionalQuantity) -> str:
    """Write a number of months, or that there is none."""
    return "never" if quantity.value is None else f"{quantity.value:g}"


def row(what: str, quantity: Quantity, as_share: bool = False) -> Row:
    """Write a number as a row of a table."""
    return what, share(quantity) if as_share else plain(quantity), origin(quantity)


def does(rule: Rule) -> str:
    """Say what one recorded act does."""
    parts = []
    if rule.points is not None:
        parts.append(f"{rule.points:+d} points")
    if rule.escalates:
        then = ", ".join(f"{points:+d}" for points in rule.escalates)
        parts.append(f"then {then} while earlier ones stand")
    if rule.at_most is not None:
        parts.append(f"grade {rule.at_most} at most")
    if rule.lists:
        parts.append("an entry")
    if rule.political:
        parts.append("political")
    return ", ".join(parts)


def status(effect: Effect) -> str:
    """Name the status that an effect belongs to."""
    return "listed" if effect.listed else "grade " + ", ".join(effect.grade or [])


def change(patch: Patch) -> str:
    """Say what a patch changes."""
    if patch.remove is not None:
        return f"remove {patch.remove}"
    verb, path = ("set", patch.set) if patch.set is not None else ("add to", patch.add)
    value = patch.to
    if isinstance(value, dict) and "value" in value:
        shown = "none" if value["value"] is None else f"{value['value']}"
        note = f"; {value['note']}" if value.get("note") else ""
        return f"{verb} {path}: {shown} ({value.get('source') or value.get('confidence')}{note})"
    return f"{verb} {path}: {_short(value)}"


def _short(value: object) -> str:
    """Write a value of a change as people read it."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_short, value))
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def assumptions(scheme: Scheme) -> Iterator[str]:
    """Yield every entry of a scheme that rests on no published and verified number."""
    # What every scheme of organisations is filled in with says nothing about this one.
    yield from assumption_list(
        (path, entry)
        for path, entry in assumed(scheme, ())
        if scheme.kind != "organisations" or path[0] != "process"
    )


def assumption_list(entries: Iterable[tuple[tuple[Step, ...], Sourced]]) -> Iterator[str]:
    """Yield the part of a card that names the entries which rest on no published number."""
    yield from heading("Assumptions")
    found = list(entries)
    if not found:
        yield "None: every number has a source."
        return
    yield from wrap(f"{len(found)} entries rest on no published and verified number:")
    for path, entry in found:
        note = f" ({entry.note})" if entry.note else ""
        yield from wrap(f"{path_text(path)}{_stands(entry)}{note}", indent="  ", hang="    ")


def assumed(value: object, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Sourced]]:
    """Yield the assumed entries of a typed block, with their paths."""
    if isinstance(value, Sourced) and value.confidence == "assumed":
        yield path, value
    if isinstance(value, Closed):
        for name in type(value).model_fields:
            if name not in ("calibrations", "sources"):
                yield from assumed(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from assumed(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from assumed(inner, (*path, i))


def _stands(entry: Sourced) -> str:
    if isinstance(entry, Quantity | OptionalQuantity):
        text = " = none" if entry.value is None else f" = {entry.value:,.10g}"
        if entry.range is not None:
            text += f", could be {entry.range[0]:g} to {entry.range[1]:g}"
        return text
    if isinstance(entry, Rule):
        return f" = {entry.conduct}, {does(entry)}"
    if isinstance(entry, Effect):
        return f" = {status(entry)}, {entry.sanction or entry.reward}"
    if isinstance(entry, Exemption):
        return f" = {exempts(entry)}"
    if isinstance(entry, Memorandum):
        return f" = {entry.origin} to {entry.target}"
    return ""


def exempts(entry: Exemption) -> str:
    """Say whom an exemption lets off."""
    percent = f"{entry.share * 100:.6g} %"
    if entry.members is not None:
        who = {
            "elite": "people of high office",
            "party-members": "members of the Party",
            "everyone": "everybody",
        }[entry.members]
        return f"{percent} of the recorded acts of {who} are dropped"
    who = "organisations of the Party" if entry.institution == "party" else "all organisations"
    return f"{percent} of the records of {who} are never made"


def sources(known: dict[str, Source]) -> Iterator[str]:
    """Yield the publications and what the marks of confidence mean."""
    if not known:
        return
    yield from heading("Sources")
    for name, source in known.items():
        note = f" ({source.note})" if source.note else ""
        year = f", {source.year}" if source.year and str(source.year) not in source.title else ""
        yield from wrap(f"{name}: {source.title}{year}{note}", indent="  ", hang="    ")
        if source.url:
            yield f"    {source.url}"
    yield ""
    yield "Confidence:"
    for mark, meaning in CONFIDENCE.items():
        yield f"  {mark:<8} {meaning}"
