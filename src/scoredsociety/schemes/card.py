"""A scheme, regime or safeguard as a page of plain text that anybody can read."""

from __future__ import annotations

from collections.abc import Iterator

from scoredsociety.schemes import library
from scoredsociety.schemes.card_scheme import scheme_card
from scoredsociety.schemes.layout import head, heading, wrap
from scoredsociety.schemes.model import (
    Joint,
    Memorandum,
    Regime,
    ResolvedRegime,
    Safeguard,
    Scheme,
)
from scoredsociety.schemes.wording import change, origin, share, sources
from scoredsociety.schemes.world import World


def card(item: Scheme | Regime | Safeguard | ResolvedRegime) -> str:
    """Write the card of a scheme, a regime or a safeguard.

    Parameters
    ----------
    item : Scheme, Regime, Safeguard or ResolvedRegime
        As `scoredsociety.schemes.catalogue` loads them.

    Returns
    -------
    str
        Plain text, at most 100 columns wide but for addresses, without a line end at the end.
    """
    if isinstance(item, Scheme):
        lines = list(scheme_card(item, library.world()))
    elif isinstance(item, Safeguard):
        lines = list(_safeguard(item))
    else:
        lines = list(_regime(item))
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _regime(regime: Regime | ResolvedRegime) -> Iterator[str]:
    yield from head(regime.title, f"{regime.regime} · a regime", regime.summary)
    yield from heading("Schemes")
    if isinstance(regime, ResolvedRegime):
        world = regime.world
        named = {name: regime.calibrations.get(name) for name in regime.schemes}
        titles = {name: scheme.title for name, scheme in regime.schemes.items()}
    else:
        world = library.world()
        named = {member.scheme: member.calibration for member in regime.schemes}
        known = library.names("scheme")
        titles = {n: library.load(n, ["scheme"]).item.title for n in named if n in known}
    if not named:
        yield "None."
    for name, letter in named.items():
        title = f": {titles[name]}" if name in titles else ""
        extra = f" (calibration {letter})" if letter else ""
        yield from _item(f"{name}{title}{extra}")
    if regime.memoranda:
        yield from heading("Memoranda: what is copied")
    for memo in regime.memoranda:
        yield from _item(_copies(memo))
    for row in regime.joint:
        yield from _joint(row, world)
    if isinstance(regime, Regime) and regime.changes:
        yield from heading("What it changes in its schemes and in the world")
        for patch in regime.changes:
            yield from _item(change(patch))
    if isinstance(regime, ResolvedRegime) and regime.safeguards:
        yield from heading("Safeguards in force")
        for name in regime.safeguards:
            yield f"  {name}"
    yield from sources(regime.sources)


def _copies(memo: Memorandum) -> str:
    does = (
        f"also costs {-memo.points} points in {memo.target}"
        if memo.points is not None
        else f"also makes an entry in {memo.target}"
    )
    part = f", for {share(memo.share)} of them {origin(memo.share)}" if memo.share else ""
    consent = ", of people who consented" if memo.consent else ""
    note = f" {memo.note}" if memo.note else ""
    return f"A record of {memo.origin} {does}{part}{consent}. {origin(memo)}{note}"


def _joint(row: Joint, world: World) -> Iterator[str]:
    """Name the institutions that add their own sanctions to the entries of a list."""
    names = list(world.institutions) if row.institutions == "all" else row.institutions
    yield from heading(f"Joint enforcement of {row.origin}")
    yield from wrap(
        f"Each of {len(names)} institutions applies its own sanctions to "
        f"{share(row.probability)} of the entries. {origin(row.probability)}"
    )
    for name in names:
        known = world.institutions.get(name)
        codes = f": {', '.join(known.sanctions)}" if known is not None else ""
        yield from _item(f"{known.title if known is not None else name}{codes}")


def _safeguard(safeguard: Safeguard) -> Iterator[str]:
    yield from head(safeguard.title, f"{safeguard.safeguard} · a safeguard", safeguard.summary)
    yield from heading("What it changes")
    for name in safeguard.includes:
        yield f"  all of {name}"
    for patch in safeguard.patch:
        yield from _item(change(patch))
    yield from sources(safeguard.sources)


def _item(text: str) -> list[str]:
    return wrap(text, indent="  ", hang="    ")
