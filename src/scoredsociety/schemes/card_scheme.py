"""The card of a scheme."""

from __future__ import annotations

from collections.abc import Iterator

from scoredsociety.schemes import card_kinds
from scoredsociety.schemes.layout import head, heading, table, wrap
from scoredsociety.schemes.model import Effect, Scheme
from scoredsociety.schemes.wording import (
    Row,
    assumptions,
    change,
    does,
    or_never,
    origin,
    plain,
    row,
    share,
    sources,
    status,
)
from scoredsociety.schemes.world import Conduct, World

KINDS = {
    "points": "a points scheme",
    "list": "a list",
    "record": "a store of records without a score",
    "features": "a weighted score",
    "stars": "mutual ratings",
    "organisations": "a scheme of firms or offices",
}


def scheme_card(scheme: Scheme, world: World) -> Iterator[str]:
    """Yield the lines of the card of a scheme.

    Parameters
    ----------
    scheme : Scheme
    world : World
        Names what the scheme refers to.
    """
    kind = f"{scheme.scheme} · {KINDS[scheme.kind]} · {scheme.operator}"
    yield from head(scheme.title, kind, scheme.summary)
    yield from card_kinds.subjects(scheme)
    yield from _score(scheme, world)
    conducts = {**world.conducts, **scheme.conducts}
    if scheme.rules:
        yield from heading("Rules")
        rules = [(conducts[r.conduct].title, does(r), origin(r)) for r in scheme.rules]
        yield from table(("one recorded act", "does", "where it comes from"), rules)
    if scheme.kind != "organisations":
        yield from heading("From a record to its consequence")
        yield from table(("step", "value", "where it comes from"), list(_process(scheme)))
        yield from heading("What a status brings")
        effects = [(status(e), _brings(e, world), origin(e)) for e in scheme.effects]
        yield from table(("status", "brings", "where it comes from"), effects)
    yield from card_kinds.disclosure(scheme)
    yield from _awareness(scheme)
    if scheme.feedback:
        yield from heading("What a status does to conduct")
        for back in scheme.feedback:
            who = "listed persons" if back.listed else f"persons below grade {back.below}"
            act = conducts[back.conduct].title
            factor = f"{1 + back.theta.value:g} times as often"
            each = f", for each of up to {back.counts_to} entries" if back.counts_to > 1 else ""
            yield from wrap(f"{act}: {factor} for {who}{each}. {origin(back.theta)}")
    if scheme.conducts:
        yield from heading("Conduct that it adds to the world")
        added = [_added(conduct) for conduct in scheme.conducts.values()]
        yield from table(("conduct", "acts a month", "where it comes from"), added)
    if scheme.published:
        yield from heading("What is published about it (never an input)")
        figures = [
            (f.what, f"{f.value:,.10g} {f.unit}", f"{f.date or ''}  {origin(f)}".strip())
            for f in scheme.published
        ]
        yield from table(("figure", "value", "date and source"), figures)
    yield from assumptions(scheme)
    if scheme.calibrations:
        yield from heading("Calibrations")
        for letter, calibration in scheme.calibrations.items():
            yield from wrap(f"{letter}  {calibration.title}", hang="   ")
            for patch in calibration.patch:
                yield from wrap(change(patch), indent="   ", hang="     ")
    yield from sources(scheme.sources)


def _score(scheme: Scheme, world: World) -> Iterator[str]:
    if scheme.features is not None:
        yield from card_kinds.features(scheme.features)
    if scheme.stars is not None:
        yield from card_kinds.stars(scheme.stars, world)
    if scheme.organisations is not None:
        yield from card_kinds.organisations(scheme.organisations)
    if scheme.grades is None:
        return
    yield from heading("Score and grades" if scheme.start is not None else "Grades")
    if scheme.start is not None:
        yield from wrap(
            f"Everyone starts with {plain(scheme.start)} points. {origin(scheme.start)}"
        )
    bands = ", ".join(f"{name} from {low:,}" for name, low in scheme.grades.bands.items())
    yield from wrap(f"Grades: {bands}. {origin(scheme.grades)}")


def _process(scheme: Scheme) -> Iterator[Row]:
    p = scheme.process
    if scheme.kind != "stars":
        yield row("told before it takes effect", p.notice, as_share=True)
        yield row("days to object", p.window_days)
        yield row("mean days needed to file", p.filing_days)
        yield row("review corrects a wrongful one", p.review.wrongful, as_share=True)
        yield row("review drops a rightful one", p.review.rightful, as_share=True)
        yield row("file after finding out late", p.late_appeal, as_share=True)
        yield row("dropped for hardship", p.hardship_exemption, as_share=True)
    if p.expiry_months is not None:
        yield "months until a record expires", or_never(p.expiry_months), origin(p.expiry_months)
    if p.exit is not None:
        yield row("performs and leaves, a month", p.exit.monthly, as_share=True)
        yield row("exponent of income in this", p.exit.income_exponent)
        term = p.exit.term_months
        yield "months after which it ends", or_never(term), origin(term)
    if p.reset is not None:
        yield row(f"months in grade {p.reset.at} until a new start", p.reset.after_months)


def _brings(effect: Effect, world: World) -> str:
    if effect.sanction is not None:
        return f"{world.sanctions[effect.sanction].title} ({effect.sanction})"
    code = effect.reward or ""
    return f"{world.rewards[code].title} ({code})"


def _awareness(scheme: Scheme) -> Iterator[str]:
    aware = scheme.awareness
    if aware is None:
        return
    yield from heading("Who knows of it")
    entries = (
        ("aware where it holds", aware.inside, share(aware.inside)),
        ("believe so elsewhere", aware.outside, share(aware.outside)),
        ("expect detection to rise by", aware.certainty, f"{plain(aware.certainty)} times"),
    )
    rows = [(who, value, origin(q)) for who, q, value in entries]
    yield from table(("who", "value", "where it comes from"), rows)


def _added(conduct: Conduct) -> Row:
    return conduct.title, plain(conduct.monthly), origin(conduct.monthly)
