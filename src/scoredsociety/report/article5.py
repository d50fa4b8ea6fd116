"""The cards of Art. 5(1)(c) and Art. 27 as plain text, as Markdown and as sections of a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scoredsociety.audit import words
from scoredsociety.audit.card import article5_cards, impact_card
from scoredsociety.audit.card.model import Card, ImpactCard, Limb, Measured, Said
from scoredsociety.report.brief import counted_on, escaped
from scoredsociety.report.parts import Section, Table
from scoredsociety.report.reading import Arm
from scoredsociety.schemes.layout import WIDTH, wrap
from scoredsociety.schemes.model import ResolvedRegime

NO_VERDICT = (
    "This card holds what a file says and what a simulation measured beside the words of the law. "
    "It is no legal finding and no advice: whether something is prohibited only a lawyer, an "
    "authority or a court can say."
)
DECLARED = "Not simulated: from the file alone."
SIMULATED = "Simulated: figures are of synthetic people; nobody real was scored."
NOTHING = "no harm to weigh"
"""What stands for a figure where no status brings a sanction, or no gravity is declared."""
WITHOUT_END = "without end"
ALTERNATIVES = (
    "The limbs are alternatives (para 164): one is enough, and they are never added or held "
    "against each other."
)


@dataclass(frozen=True)
class Block:
    """A piece of a card: a heading of a level, a paragraph (0), an item (-1) or a table."""

    level: int
    text: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def card_blocks(card: Card) -> Iterator[Block]:
    """Yield the pieces of a card of Art. 5(1)(c)."""
    yield Block(1, f"Art. 5(1)(c) of the EU AI Act: {card.title}")
    yield Block(0, SIMULATED if card.simulated else DECLARED)
    yield Block(0, NO_VERDICT)
    if not card.limbs:
        yield Block(0, "It concerns no natural person: out of scope in principle (para 173).")
    for limb in card.limbs:
        yield Block(-1, f"{words.sentence(limb.answer)}.")
    if card.limbs:
        yield Block(0, ALTERNATIVES)
    for element in card.elements:
        yield Block(2, element.title)
        yield Block(0, f"{element.asks} ({element.article}; para {element.paragraphs})")
        yield from _says(element.says)
        yield from _figures(element.measured)
        yield Block(0, f"Only a lawyer can say: {element.lawyer}")
    for limb in card.limbs:
        yield from _limb(limb, card.simulated and limb.id == "i")


def impact_blocks(card: ImpactCard) -> Iterator[Block]:
    """Yield the pieces of a card of Art. 27."""
    yield Block(1, f"Art. 27 of the EU AI Act, impact assessment: {card.title}")
    yield Block(0, SIMULATED if card.simulated else DECLARED)
    yield Block(
        0,
        "The headings with what is known. It replaces no assessment, and an assessment makes "
        "nothing lawful that Art. 5 prohibits.",
    )
    for heading in card.headings:
        yield Block(2, f"{heading.title} ({heading.article})")
        yield from _says(heading.says)
        yield from _figures(heading.measured)
        for text in heading.unknown:
            yield Block(-1, f"Not known from the file: {text}.")


def _says(says: Iterable[Said]) -> Iterator[Block]:
    for said in says:
        yield Block(-1, f"{said.text} [{said.path}]" if said.path else said.text)


def _figures(measured: Sequence[Measured]) -> Iterator[Block]:
    if not measured:
        return
    rows = tuple(
        (
            m.what,
            words.in_unit(m.value, m.unit) + ("" if m.unit.startswith("share") else f" {m.unit}"),
            words.interval_in(m.low, m.high, m.unit),
            _behind(m),
        )
        for m in measured
    )
    yield Block(0, heads=("Measured", "Figure", "95% interval", "Behind it"), rows=rows)
    for text in dict.fromkeys(c for m in measured for c in m.companions):
        yield Block(-1, f"Read with it: {text}.")


def _behind(m: Measured) -> str:
    return counted_on(m.people, m.entries, "case", "cases") or "not stated"


def _limb(limb: Limb, with_luck: bool) -> Iterator[Block]:
    yield Block(2, words.sentence(limb.answer))
    yield Block(0, f"The rule: {limb.rule}")
    yield Block(0, f"{words.sentence(limb.unit)}: {figure(limb)}.")
    what = "Without that it would be flagged" if limb.condition else "What flagged it"
    if limb.condition:
        yield Block(0, limb.condition)
    for reason in limb.because:
        yield Block(-1, f"{what}: {reason}.")
    for text in limb.unknown:
        yield Block(-1, f"Not weighed: {text}")
    name = "Related parts of life" if limb.id == "i" else "Gravity of one act"
    if limb.table:
        yield Block(
            0, heads=("Declared", name), rows=tuple((row.name, row.says) for row in limb.table)
        )
    rows = tuple(
        (
            change.change,
            _share(change.value)
            if limb.id == "i"
            else WITHOUT_END
            if limb.without_end and change.value is None
            else _multiple(change.value),
            *([words.interval_in(change.low, change.high, "share")] if with_luck else []),
            "flagged" if change.flagged else "not flagged",
            "changes" if change.flips else "the same",
        )
        for change in limb.changes
    )
    luck = ("95% interval",) if with_luck else ()
    yield Block(0, heads=("If the reader declares", "Figure", *luck, "Then", "Answer"), rows=rows)


def figure(limb: Limb) -> str:
    """Write the figure of a limb in words."""
    if limb.id == "i":
        return _share(limb.value)
    if limb.without_end:
        return f"{WITHOUT_END}: a status never ends, or an act is declared to harm nobody"
    return _multiple(limb.value)


def _share(value: float | None) -> str:
    if value is None:
        return NOTHING
    return "none" if value == 0 else words.percent(value)


def _multiple(value: float | None) -> str:
    return NOTHING if value is None else f"{words.number(value)} times"


def as_markdown(blocks: Iterable[Block]) -> str:
    """Write the pieces of a card as Markdown; what comes from files of users is escaped."""
    out: list[str] = []
    last = 0
    for b in blocks:
        if b.rows or b.heads:
            if b.rows:
                out += ["", f"| {' | '.join(b.heads)} |", f"|{'---|' * len(b.heads)}"]
                out += [f"| {' | '.join(escaped(c) for c in row)} |" for row in b.rows]
        elif b.level > 0:
            out += ["", f"{'#' * b.level} {escaped(b.text)}"]
        elif b.level < 0:
            out += ([] if last < 0 else [""]) + [f"- {escaped(b.text)}"]
        else:
            out += ["", escaped(b.text)]
        last = b.level if not b.rows else 0
    return "\n".join(out).strip("\n")


def as_text(blocks: Iterable[Block]) -> str:
    """Write the pieces of a card as plain text."""
    out: list[str] = []
    for b in blocks:
        if b.rows:
            out += ["", *_aligned([b.heads, *b.rows])]
        elif b.heads:
            continue
        elif b.level > 0:
            lines = wrap(b.text)
            out += ["", *lines, ("=" if b.level == 1 else "-") * max(map(len, lines))]
        elif b.level < 0:
            out += wrap(b.text, indent="  ", hang="    ")
        else:
            out += ["", *wrap(b.text)] if b.text else []
    return "\n".join(line.rstrip() for line in out).strip("\n")


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lay out a table whose first column takes what room the others leave."""
    import textwrap

    count = len(rows[0])
    widths = [min(30, max(len(row[k]) for row in rows)) for k in range(count)]
    widths[0] = max(20, WIDTH - sum(widths[1:]) - 2 * (count - 1))
    for row in rows:
        cells = [textwrap.wrap(c, w) or [""] for c, w in zip(row, widths, strict=True)]
        for k in range(max(map(len, cells))):
            parts = (c[k] if k < len(c) else "" for c in cells)
            yield "  ".join(p.ljust(w) for p, w in zip(parts, widths, strict=True))


def card_section(arm: Arm, whole: bool) -> Section:
    """Return the section of a report that holds the cards of one arm.

    Parameters
    ----------
    arm : Arm
    whole : bool
        With every card in full, folded away; else the answers only.
    """
    regime = ResolvedRegime.model_validate(arm.regime)
    cards = article5_cards(regime, audit=arm.audit)
    rows = []
    for card in cards:
        i, ii = ((limb.answer, figure(limb)) for limb in card.limbs) if card.limbs else (
            ("no natural person", ""), ("no natural person", ""))  # fmt: skip
        rows.append((card.title, *i, *ii))
    count = sum(any(limb.flagged for limb in card.limbs) for card in cards)
    folded: list[Table] = []
    if whole:
        folded = [_whole(card_blocks(card), f"Art. 5(1)(c): {card.title}") for card in cards]
        folded += [_whole(impact_blocks(impact_card(regime, arm.audit)), "Art. 27: impact")]
    return Section(
        f"law-{arm.position}",
        "Beside the words of the law",
        f"Of {words.plural(len(cards), 'scheme')} {arm.under}, {words.spelled(count)} "
        f"{'is' if count == 1 else 'are'} flagged for a lawyer’s attention",
        text=(NO_VERDICT, ALTERNATIVES),
        tables=(
            Table(
                "Art. 5(1)(c), by scheme: from what the file makes possible",
                ("Scheme", "Limb (i)", "Share", "Limb (ii)", "Multiple of gravity"),
                rows,
                open=True,
            ),
            *folded,
        ),
    )


def _whole(blocks: Iterable[Block], caption: str) -> Table:
    """Return a whole card as a folded table: heading, and what stands under it."""
    rows: list[tuple[str, str]] = []
    heading = ""
    for b in blocks:
        if b.level > 0:
            heading = b.text
        elif b.rows:
            rows += [(heading, "; ".join(filter(None, row))) for row in b.rows]
        elif b.text:
            rows.append((heading, b.text))
    return Table(
        caption, ("Element", "What the card says"), rows, summary=f"Show the card: {caption}"
    )
