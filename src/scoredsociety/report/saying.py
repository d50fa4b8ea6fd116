"""Turning figures of an audit into words, table rows and small multiples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from scoredsociety.audit import words
from scoredsociety.report.parts import Table
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.theme import NARROW, WIDE, Panel, aligned

Draw = Callable[[int], Panel]
Lookup = Callable[[Arm], Cell]
ENOUGH = 20
"""Cases of all replicates together below which nothing is said of a share of them."""


def panels(draws: Sequence[Draw], narrow: bool = False) -> tuple[list[Panel], bool]:
    """Draw small multiples at one height; a picture that stands alone is drawn wide and narrow.

    Returns
    -------
    list of Panel, bool
        The panels, and whether they are one picture twice.
    """
    if len(draws) == 1 and not narrow:
        return [draws[0](WIDE), draws[0](NARROW)], True
    return aligned([draw(NARROW) for draw in draws]), False


def say(cell: Cell) -> str:
    """Write a figure in its unit; undefined is a word, not 0."""
    if cell.value is None:
        return "undefined"
    return words.in_unit(cell.value, cell.unit)


def say_interval(cell: Cell, signed: bool = False) -> str:
    """Write the 95% interval of a figure.

    Parameters
    ----------
    cell : Cell
    signed : bool
        Whether the figure is a change, which may lie below 0. The interval of any other count,
        time or share is cut where it would leave what is possible.
    """
    if cell.value is None:
        return "undefined"
    return words.interval_in(cell.low, cell.high, cell.unit, signed)


def group_name(group: str) -> str:
    """Write a group's label: "income=poorest fifth" becomes "poorest fifth"."""
    return "all adults" if group == "all" else group.rpartition("=")[2]


def arm_columns(arms: Sequence[Arm], first: Sequence[str]) -> tuple[list[str], frozenset[int]]:
    """Return the columns of a table with a value and an interval for each arm."""
    columns = list(first)
    for arm in arms:
        name = f"{arm.label}: " if len(arms) > 1 else ""
        columns += [words.sentence(f"{name}value"), words.sentence(f"{name}95% interval")]
    return columns, frozenset(range(len(first), len(columns)))


def cells_table(
    caption: str,
    arms: Sequence[Arm],
    lines: Iterable[tuple[str, str, Lookup]],
    *,
    open_: bool = False,
    summary: str = "Show these numbers as a table",
) -> Table:
    """Build a table with one line a figure and two columns an arm.

    Parameters
    ----------
    lines : iterable of (what, unit, lookup)
        ``lookup`` finds the figure in an arm.
    """
    columns, numeric = arm_columns(arms, ("What", "Unit"))
    rows = []
    for what, unit, lookup in lines:
        row = [what, unit]
        for arm in arms:
            cell = lookup(arm)
            row += [say(cell), say_interval(cell)]
        rows.append(row)
    return Table(caption, columns, rows, numeric, summary, open_)


def series_table(
    caption: str, arms: Sequence[Arm], named: Sequence[tuple[str, Callable[[Arm], list[Cell]]]]
) -> Table:
    """Build a table with one line a month and two columns a series."""
    columns = ["Month"]
    found: list[dict[int, Cell]] = []
    for arm in arms:
        for name, lookup in named:
            title = f"{arm.label}: {name}" if len(arms) > 1 else name
            columns += [words.sentence(title), "95% interval"]
            found.append({c.month or 0: c for c in lookup(arm)})
    months = sorted({m for f in found for m in f})
    rows = []
    for month in months:
        row = [str(month)]
        for series in found:
            cell = series.get(month, Cell())
            row += [say(cell), say_interval(cell)]
        rows.append(row)
    return Table(caption, columns, rows, frozenset(range(1, len(columns))))


def biggest(values: Iterable[float | None]) -> float:
    """Return the largest value that is known, or 0."""
    return max((v for v in values if v is not None), default=0.0)


def floor(value: float | None) -> float | None:
    """Cut an interval of a rate at 0; null stays null."""
    return None if value is None else max(0.0, value)


def unit_of(arm: Arm) -> str:
    """Say what is wrongful or rightful in this regime: entries of a list, records, or bans."""
    return arm.wording.unit


def wrong_item(arm: Arm) -> str:
    """Return the item of what is wrongful or rightful."""
    return {"grade": f"{arm.main}/records", "ban": f"{arm.main}/spells"}.get(arm.kind, arm.main)


def status_item(arm: Arm) -> str:
    """Return the item of the status that people recover from: entries, records, or spells."""
    return f"{arm.main}/spells" if arm.kind in ("grade", "ban") else arm.main


def rate_of(arm: Arm) -> str:
    """Return the quantity of M1 that stands for the item of :func:`status`."""
    return "persons on record, rate" if arm.kind == "record" else "rate"


def ever_rate(arm: Arm) -> str:
    """Return the quantity of M3 that stands for those who ever had an entry or a record."""
    return "persons ever on record, rate" if arm.kind == "record" else "rate"


def wrongful_share(arm: Arm) -> float | None:
    """Return the wrongful share by entry or record, or null where too few hold to say it."""
    cell = arm.cell("M5", wrong_item(arm), "entry-weighted")
    return cell.value if (cell.entries or 0.0) * cell.replicates >= ENOUGH else None


def alike(arms: Sequence[Arm]) -> bool:
    """Tell whether one wording fits all arms."""
    return len({a.kind for a in arms if a.holds}) <= 1


def either(arms: Sequence[Arm], word: Callable[[Arm], str]) -> str:
    """Join the words that arms of different kinds need: "entries or records"."""
    return " or ".join(dict.fromkeys(word(a) for a in arms))


def left_out(arms: Sequence[Arm], shown: Sequence[Arm], why: str) -> list[str]:
    """Name the arms that a section leaves out, in one sentence, or say nothing."""
    missing = [a.noun for a in arms if a not in shown]
    return [f"Not here: {words.listing(missing)}, where {why}."] if missing and shown else []


def title_of(arms: Sequence[Arm], scheme: str) -> str:
    """Return the title of a scheme from the first arm that holds it."""
    return next((a for a in arms if scheme in a.regime["schemes"]), arms[0]).title(scheme)


def by_arm(
    arms: Sequence[Arm],
    speak: Callable[[Arm], str],
    short: Callable[[Arm], str],
    together: bool | None = None,
) -> str:
    """Say one thing of every arm.

    Parameters
    ----------
    speak, short : callable
        The clause for the first arm ("4 in 100 entries are wrongful"), and what the others
        change in it ("2 in 100").
    together : bool, optional
        Whether the clause of the first arm fits the others. By default, where arms are of one
        kind; else each says its own.
    """
    if len(arms) == 1:
        return speak(arms[0])
    if not (alike(arms) if together is None else together):
        return "; ".join(f"{a.under}, {speak(a)}" for a in arms)
    said = [short(a) for a in arms]
    if len(set(said)) == 1:
        if len(arms) == 2 and all(a.name for a in arms) and not arms[0].regime.get("safeguards"):
            return f"{speak(arms[0])} with and without safeguards"
        return f"{speak(arms[0])} under {'both' if len(arms) == 2 else 'all'} regimes"
    others = [f"{s} {a.under}" for s, a in zip(said[1:], arms[1:], strict=True)]
    joint = ", and" if len(others) == 1 else ";"
    return f"{speak(arms[0])} {arms[0].under}{joint} {words.listing(others)}"


def status(arm: Arm) -> tuple[str, str]:
    """Return the item that stands for "on the list" in this regime, and how to say it."""
    return (arm.main if arm.kind in ("list", "record") else "any", arm.wording.status)
