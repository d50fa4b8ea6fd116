"""An audit as Markdown that can be pasted into a brief: counts first, then what was found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scoredsociety.audit import findings, findings_comparison, words
from scoredsociety.report.ending import LIMITS
from scoredsociety.report.reading import Arm, Cell, make_arms

if TYPE_CHECKING:
    from scoredsociety.audit import Audit, Comparison, Finding

COUNTS = (
    ("M1", "persons", "on the list at the end"),
    ("M3", "persons ever listed", "ever listed"),
    ("M2", "entries", "entries in force at the end"),
    ("M5", "wrongful entries", "entries that should not exist"),
    ("M5", "wrongful records", "records that should not exist"),
    ("M5", "persons ever wronged", "persons ever wronged by one"),
    ("M4", "refusals", "refused at counters"),
)
"""The counts that come first: measure, quantity, what it counts."""
SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$&@!])")


def escaped(text: str) -> str:
    r"""Write a text so that Markdown prints it as it is, on one line and inside a table.

    Examples
    --------
    >>> print(escaped("a|b <i> [x](https://y)"))
    a\|b \<i\> \[x\](https\://y)
    """
    one = " ".join(str(text).split())
    return SPECIAL.sub(r"\\\1", one).replace("://", r"\://")


def brief(audits: Sequence[Audit], comparisons: Sequence[Comparison] = ()) -> str:
    """Write audits as Markdown.

    Parameters
    ----------
    audits : sequence of Audit
        One for each arm.
    comparisons : sequence of Comparison
        The first arm against each of the others, in order.

    Returns
    -------
    str
        Its first line says that everybody in it is simulated.
    """
    arms = make_arms(audits)
    return "\n".join(_lines(arms, comparisons)).rstrip("\n")


def _lines(arms: Sequence[Arm], comparisons: Sequence[Comparison]) -> Iterator[str]:
    m = arms[0].manifest
    yield "**Simulated.** Every person in these numbers is invented; nobody real was scored."
    yield ""
    yield f"# {escaped(words.listing(arm.label for arm in arms))}"
    yield ""
    yield (
        f"{words.plural(m['replicates'], 'society', 'societies')} of {m['people']:,} people, "
        f"{words.plural(m['months'], 'month')}, seed {m['seed']}; scoredsociety "
        f"{escaped(m['versions']['scoredsociety'])}. Intervals: 95%, luck between the simulated "
        "societies only; those of counts and shares are cut at 0."
    )
    for arm in arms:
        name = f": {escaped(arm.label)}" if arms[1:] else ""
        if rows := list(_counts(arm)):
            yield from ("", f"## Counts{name}", "")
            yield from _table(
                ("What", "In one sample", "95% interval", "Scaled to all adults", "Behind it"), rows
            )
        yield from ("", f"## What was found{name}", "")
        yield from _found(findings(arm.audit))
    for position, comparison in enumerate(comparisons, 1):
        yield from ("", f"## B against A, person by person ({position} of {len(comparisons)})", "")
        yield f"A: {escaped(arms[0].label)}. B: {escaped(arms[position].label)}."
        yield ""
        yield from _found(findings_comparison(comparison))
    yield from ("", "## What it rests on", "")
    yield from _assumed(arms)
    yield from ("", "## What it cannot say", "")
    yield from (f"- {escaped(text)}" for text in LIMITS[:3])
    yield from ("", "## How to check it", "")
    for arm in arms:
        mark = escaped(arm.manifest.get("sha256") or "not written to a folder")
        yield f"- {escaped(arm.label)}: SHA-256 of the run's manifest {mark}"


def _counts(arm: Arm) -> Iterator[tuple[str, ...]]:
    """Yield the counts of an arm: lists first, then what came of them."""
    for measure, quantity, what in COUNTS:
        for cell in arm.cells(measure, quantity=quantity, group="all"):
            if measure == "M1" and cell.item not in arm.lists:
                continue
            yield (
                escaped(f"{_title(arm, cell.item)}: {what}"),
                words.number(cell.value),
                escaped(words.interval_in(cell.low, cell.high, cell.unit)),
                words.large(cell.scaled) if cell.scaled is not None else words.NO_EVIDENCE,
                _behind(cell),
            )


def _title(arm: Arm, item: str) -> str:
    if item == "any":
        return "Any"
    name, _, kind = item.partition("/")
    title = arm.title(name)
    world = arm.regime.get("world") or {}
    if title == name and name in (world.get("sanctions") or {}):
        title = str(world["sanctions"][name]["title"])
    return f"{title}, {kind}" if kind else title


def _behind(cell: Cell) -> str:
    return counted_on(cell.people, cell.entries) or "the whole sample"


def counted_on(
    people: float | None, entries: float | None, one_: str = "entry", many_: str = "entries"
) -> str:
    """Say on how many people and entries a figure stands, on average over the replicates."""
    said = []
    for count, one, many in ((people, "person", "people"), (entries, one_, many_)):
        if words.known(count) and count is not None:
            few = f"fewer than 1 {one}"
            said.append(few if 0 < count < 1 else words.plural(count, one, many))
    return "; ".join(said)


def _found(found: Sequence[Finding]) -> Iterator[str]:
    if not found:
        yield "Nothing is recorded about anybody here, so there is nothing to find."
        return
    rows = []
    for f in found:
        said = escaped(f.text)
        if f.companions:
            said += f" *{escaped('; '.join(f.companions))}*"
        rows.append((said, escaped(f.value_text), escaped(f.interval_text)))
    yield from _table(("What was found", "Figure", "95% interval"), rows)


def _assumed(arms: Sequence[Arm]) -> Iterator[str]:
    """Yield which assumed numbers the printed measures rest on, by block; once for like arms."""
    said: dict[tuple[str, ...], list[str]] = {}
    for arm in arms:
        said.setdefault(tuple(_named(arm.audit)), []).append(arm.label)
    for lines, labels in said.items():
        name = f"{escaped(words.listing(labels))}: " if len(said) > 1 else ""
        own = next(arm for arm in arms if arm.label == labels[0]).audit
        total = words.plural(len(own.assumptions), "assumed number")
        yield f"- {name}{total}, each with its value and range in `assumptions.csv`"
        yield from lines


def _named(audit: Audit) -> Iterator[str]:
    for measure in ("M5", "M7", "M8", "M9"):
        paths = [str(a["path"]).split(".") for a in audit.rests_on(measure)]
        if not paths or not audit.table(measure).num_rows:
            continue
        blocks: dict[str, dict[str, None]] = {}
        for parts in paths:
            blocks.setdefault(".".join(parts[:2]), {})[parts[2]] = None
        title = escaped(audit.measure(measure).name.lower())
        yield f"  - {measure}, {title}: {words.plural(len(paths), 'number')}"
        for block, names in blocks.items():
            yield f"    - {escaped(block)}: {escaped(', '.join(names))}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
