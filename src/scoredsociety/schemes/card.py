"""A scheme, regime or safeguard as a page of plain text that anybody can read."""

from __future__ import annotations

from collections.abc import Iterator

from scoredsociety.schemes import library
from scoredsociety.schemes.errors import path_text
from scoredsociety.schemes.layout import head, heading, table, wrap
from scoredsociety.schemes.model import (
    Closed,
    Effect,
    OptionalQuantity,
    Patch,
    Quantity,
    Regime,
    ResolvedRegime,
    Rule,
    Safeguard,
    Scheme,
    Source,
    Sourced,
    World,
)

CONFIDENCE = {
    "H": "high: primary text or official figure",
    "M": "medium: a reputable secondary source",
    "L": "low: a weak or reworded copy",
    "derived": "worked out from cited numbers",
    "assumed": "assumed: nobody has published it, or it was not verified",
}
WHERE = {"everywhere": "everywhere", "pilot-cities": "in the pilot cities"}


def card(item: Scheme | Regime | Safeguard | ResolvedRegime) -> str:
    """Write the card of a scheme, a regime or a safeguard.

    Parameters
    ----------
    item : Scheme, Regime, Safeguard or ResolvedRegime
        As `scoredsociety.schemes.catalogue` loads them.

    Returns
    -------
    str
        Plain text, at most 100 columns wide, without a line end at the end.
    """
    if isinstance(item, Scheme):
        lines = list(_scheme(item, library.world()))
    elif isinstance(item, Safeguard):
        lines = list(_safeguard(item))
    else:
        lines = list(_regime(item))
    return "\n".join(line.rstrip() for line in lines).strip("\n")


# ------------------------------------------------------------------------- a scheme


def _scheme(scheme: Scheme, world: World) -> Iterator[str]:
    yield from head(scheme.title, f"{scheme.scheme} · {_kind(scheme)}", scheme.summary)
    subjects = scheme.subjects
    yield from heading("Who is covered")
    yield from wrap(
        f"Adult residents, {WHERE[subjects.where]}; taking part is {subjects.enrolment}. "
        f"{_from(subjects)}"
    )
    if scheme.start is not None and scheme.grades is not None:
        yield from heading("Score and grades")
        yield from wrap(
            f"Everyone starts with {_number(scheme.start)} points. {_from(scheme.start)}"
        )
        bands = ", ".join(f"{name} from {low:,}" for name, low in scheme.grades.bands.items())
        yield from wrap(f"Grades: {bands}. {_from(scheme.grades)}")
    yield from heading("Rules")
    conducts = {**world.conducts, **scheme.conducts}
    rows = [(conducts[r.conduct].title, _does(r), _from(r)) for r in scheme.rules]
    yield from table(("one recorded act", "does", "where it comes from"), rows)
    yield from heading("From a record to its consequence")
    yield from table(("step", "value", "where it comes from"), list(_process(scheme)))
    yield from heading("What a status brings")
    rows = [(_status(e), _brings(e, world), _from(e)) for e in scheme.effects]
    yield from table(("status", "brings", "where it comes from"), rows)
    if scheme.awareness is not None:
        yield from heading("Who knows of it")
        aware = scheme.awareness
        entries = (
            ("aware where it holds", aware.inside, _share(aware.inside)),
            ("believe so elsewhere", aware.outside, _share(aware.outside)),
            ("expect detection to rise by", aware.certainty, f"{_number(aware.certainty)} times"),
        )
        yield from table(
            ("who", "value", "where it comes from"), [(w, v, _from(q)) for w, q, v in entries]
        )
    if scheme.feedback:
        yield from heading("What a status does to conduct")
        for back in scheme.feedback:
            who = "listed persons" if back.listed else f"persons below grade {back.below}"
            act = conducts[back.conduct].title
            factor = f"{1 + back.theta.value:g} times as often"
            yield from wrap(f"{act}: {factor} for {who}. {_from(back.theta)}")
    if scheme.published:
        yield from heading("What is published about it (never an input)")
        rows = [
            (f.what, f"{f.value:,.10g} {f.unit}", f"{f.date or ''}  {_from(f)}".strip())
            for f in scheme.published
        ]
        yield from table(("figure", "value", "date and source"), rows)
    yield from _assumptions(scheme)
    if scheme.calibrations:
        yield from heading("Calibrations")
        for letter, calibration in scheme.calibrations.items():
            yield from wrap(f"{letter}  {calibration.title}")
    yield from _sources(scheme.sources)


def _kind(scheme: Scheme) -> str:
    return "a points scheme" if scheme.kind == "points" else "a list"


def _does(rule: Rule) -> str:
    parts = []
    if rule.points is not None:
        parts.append(f"{rule.points:+d} points")
    if rule.at_most is not None:
        parts.append(f"grade {rule.at_most} at most")
    if rule.lists:
        parts.append("entry in the list")
    return ", ".join(parts)


def _process(scheme: Scheme) -> Iterator[tuple[str, str, str]]:
    p = scheme.process
    yield "told before it takes effect", _share(p.notice), _from(p.notice)
    yield "days to object", _number(p.window_days), _from(p.window_days)
    yield "mean days needed to file", _number(p.filing_days), _from(p.filing_days)
    yield "review corrects a wrongful one", _share(p.review.wrongful), _from(p.review.wrongful)
    yield "review drops a rightful one", _share(p.review.rightful), _from(p.review.rightful)
    yield "file after finding out late", _share(p.late_appeal), _from(p.late_appeal)
    yield "dropped for hardship", _share(p.hardship_exemption), _from(p.hardship_exemption)
    if p.expiry_months is not None:
        yield "months until a record expires", _or_never(p.expiry_months), _from(p.expiry_months)
    if p.exit is not None:
        yield "performs and leaves, a month", _share(p.exit.monthly), _from(p.exit.monthly)
        exponent = p.exit.income_exponent
        yield "exponent of income in this", _number(exponent), _from(exponent)
        term = p.exit.term_months
        yield "months after which it ends", _or_never(term), _from(term)


def _status(effect: Effect) -> str:
    return "listed" if effect.listed else "grade " + ", ".join(effect.grade or [])


def _brings(effect: Effect, world: World) -> str:
    if effect.sanction is not None:
        return f"{world.sanctions[effect.sanction].title} ({effect.sanction})"
    code = effect.reward or ""
    return f"{world.rewards[code].title} ({code})"


def _assumptions(scheme: Scheme) -> Iterator[str]:
    yield from heading("Assumptions")
    found = list(_assumed(scheme, ()))
    if not found:
        yield "None: every number has a source."
        return
    yield from wrap(f"{len(found)} entries rest on no published and verified number:")
    for path, entry in found:
        note = f" ({entry.note})" if entry.note else ""
        yield from wrap(f"{path_text(path)}{_stands(entry)}{note}", indent="  ", hang="    ")


def _stands(entry: Sourced) -> str:
    if isinstance(entry, Quantity | OptionalQuantity):
        text = " = none" if entry.value is None else f" = {entry.value:,.10g}"
        if entry.range is not None:
            text += f", could be {entry.range[0]:g} to {entry.range[1]:g}"
        return text
    if isinstance(entry, Rule):
        return f" = {entry.conduct}, {_does(entry)}"
    if isinstance(entry, Effect):
        return f" = {_status(entry)}, {entry.sanction or entry.reward}"
    return ""


def _assumed(
    value: object, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Sourced]]:
    if isinstance(value, Sourced) and value.confidence == "assumed":
        yield path, value
    if isinstance(value, Closed):
        for name in type(value).model_fields:
            if name not in ("calibrations", "sources"):
                yield from _assumed(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _assumed(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _assumed(inner, (*path, i))


# -------------------------------------------------------------- regimes, safeguards


def _regime(regime: Regime | ResolvedRegime) -> Iterator[str]:
    yield from head(regime.title, f"{regime.regime} · a regime", regime.summary)
    yield from heading("Schemes")
    if isinstance(regime, ResolvedRegime):
        named = {name: regime.calibrations.get(name) for name in regime.schemes}
        titles = {name: scheme.title for name, scheme in regime.schemes.items()}
    else:
        named = {member.scheme: member.calibration for member in regime.schemes}
        known = library.names("scheme")
        titles = {n: library.load(n, ["scheme"]).item.title for n in named if n in known}
    if not named:
        yield "None."
    for name, letter in named.items():
        title = f": {titles[name]}" if name in titles else ""
        extra = f" (calibration {letter})" if letter else ""
        yield from wrap(f"{name}{title}{extra}", indent="  ", hang="    ")
    if regime.memoranda:
        yield from heading("Memoranda")
    for memo in regime.memoranda:
        yield from wrap(
            f"An entry of {memo.origin} also costs {-memo.points} points in {memo.target}. "
            f"{_from(memo)}{' ' + memo.note if memo.note else ''}",
            indent="  ",
            hang="    ",
        )
    if isinstance(regime, ResolvedRegime) and regime.safeguards:
        yield from heading("Safeguards in force")
        for name in regime.safeguards:
            yield f"  {name}"
    yield from _sources(regime.sources)


def _safeguard(safeguard: Safeguard) -> Iterator[str]:
    yield from head(safeguard.title, f"{safeguard.safeguard} · a safeguard", safeguard.summary)
    yield from heading("What it changes")
    for name in safeguard.includes:
        yield f"  all of {name}"
    for patch in safeguard.patch:
        yield from wrap(_change(patch), indent="  ", hang="    ")
    yield from _sources(safeguard.sources)


def _change(patch: Patch) -> str:
    if patch.remove is not None:
        return f"remove {patch.remove}"
    verb, path = ("set", patch.set) if patch.set is not None else ("add to", patch.add)
    value = patch.to
    if isinstance(value, dict) and "value" in value:
        shown = "none" if value["value"] is None else f"{value['value']}"
        return f"{verb} {path}: {shown} ({value.get('confidence', '')})"
    return f"{verb} {path}: {value}"


# ---------------------------------------------------------------------- small words


def _from(entry: Sourced) -> str:
    if entry.confidence == "assumed" and entry.source is None:
        return "[assumed]"
    return f"[{entry.source or 'see note'}, {entry.confidence}]"


def _number(quantity: Quantity) -> str:
    return f"{quantity.value:,.10g}"


def _share(quantity: Quantity) -> str:
    return f"{quantity.value * 100:.6g} %"


def _or_never(quantity: OptionalQuantity) -> str:
    return "never" if quantity.value is None else f"{quantity.value:g}"


def _sources(sources: dict[str, Source]) -> Iterator[str]:
    if not sources:
        return
    yield from heading("Sources")
    for name, source in sources.items():
        note = f" ({source.note})" if source.note else ""
        year = f", {source.year}" if source.year and str(source.year) not in source.title else ""
        yield from wrap(f"{name}: {source.title}{year}{note}", indent="  ", hang="    ")
        if source.url:
            yield f"    {source.url}"
    yield ""
    yield "Confidence:"
    for mark, meaning in CONFIDENCE.items():
        yield f"  {mark:<8} {meaning}"
