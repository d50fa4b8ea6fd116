"""What a regime prevents among those who know of it, always beside its wrongful share (M13, M5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from scoredsociety.audit import words
from scoredsociety.report.bars import bars
from scoredsociety.report.lines import Style, lines, style_of
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.reading import Arm, Cell
from scoredsociety.report.recovery import wrongful_tables
from scoredsociety.report.saying import (
    Draw,
    alike,
    biggest,
    either,
    panels,
    say,
    say_interval,
    unit_of,
    wrong_item,
    wrongful_share,
)
from scoredsociety.report.theme import GREY, Panel, Row

if TYPE_CHECKING:
    import pyarrow as pa

    from scoredsociety.audit import Comparison
    from scoredsociety.engine.result import RunData

AWARE = "aware=aware"
WINDOWS = "deterrence, six months"
WINDOW = 6
SHOWN = 3
"""Conducts that are drawn: the most frequent ones that the regime scores or lists."""
ENOUGH = 100
"""Acts that one society must hold in six months for a line to say more than luck."""


@dataclass(frozen=True)
class Prevented:
    """A regime held against the same people with the same luck under no scheme.

    Attributes
    ----------
    figures, series : pyarrow.Table
        As made by ``scoredsociety.audit.deterrence.deterrence``.
    """

    figures: pa.Table
    series: pa.Table
    grouped: bool = True
    """Whether both runs group people by the same awareness: else the aware are not the same."""

    @cached_property
    def whole(self) -> dict[tuple[str, str, str], Cell]:
        """Figures of the whole run by item, quantity and group."""
        return {(r["item"], r["quantity"], r["group"]): _cell(r) for r in self.figures.to_pylist()}

    @cached_property
    def windows(self) -> dict[tuple[str, str], list[Cell]]:
        """Windows of six months by item and group, in order."""
        out: dict[tuple[str, str], list[Cell]] = {}
        for r in self.series.to_pylist():
            if r["quantity"] == WINDOWS:
                out.setdefault((r["item"], r["group"]), []).append(_cell(r))
        return {key: sorted(cells, key=lambda c: c.month or 0) for key, cells in out.items()}


def _cell(row: dict[str, Any]) -> Cell:
    return Cell(**{k: row[k] for k in ("value", "low", "high", "unit", "month") if k in row})


def no_scheme(runs: Sequence[RunData]) -> RunData | None:
    """Return the first run under no scheme at all, where others hold one."""
    bare = [run for run in runs if not run.manifest["schemes"]]
    return bare[0] if bare and len(bare) < len(runs) else None


def prevented(
    runs: Sequence[RunData], baseline: RunData | None = None
) -> list[Prevented | None] | None:
    """Hold every regime against the same society under no scheme.

    Parameters
    ----------
    runs : sequence of RunData
    baseline : RunData, optional
        The same people with the same luck under no scheme. By default the run among ``runs``
        that has no scheme.

    Returns
    -------
    list or None
        One for each run; null for a run that has no scheme or that is not the same society as
        the baseline. Null as a whole where there is no baseline.

    Raises
    ------
    ValueError
        If ``baseline`` has a scheme.
    """
    from scoredsociety.audit.deterrence import deterrence

    if baseline is not None and baseline.manifest["schemes"]:
        raise ValueError(
            "The baseline holds schemes: deterrence is read against a society without any."
        )
    against = baseline or no_scheme(runs)
    if against is None:
        return None
    out: list[Prevented | None] = []
    for run in runs:
        found = None
        if run.manifest["schemes"]:
            try:
                found = Prevented(*deterrence(run, against), grouped=_same_groups(run, against))
            except ValueError:  # another society, or other luck
                found = None
        out.append(found)
    return out


def _same_groups(run: RunData, against: RunData) -> bool:
    key = "aware_reference"
    return bool(run.manifest.get(key) == against.manifest.get(key))


def from_comparison(arms: Sequence[Arm], comparison: Comparison) -> list[Prevented | None] | None:
    """Take what a comparison holds already, where its first regime has no scheme."""
    if arms[0].holds or len(arms) != 2 or not arms[1].holds:
        return None
    return [None, Prevented(comparison.deterrence, comparison.deterrence_series)]


def audience(arm: Arm, found: Prevented) -> str:
    """Return whom a regime speaks to: the aware, or all where it makes nobody aware."""
    if not found.grouped:
        return "all"
    told = any(s.get("awareness") for s in arm.regime["schemes"].values())
    return AWARE if told and _share_aware(arm) is not None else "all"


def _share_aware(arm: Arm) -> float | None:
    return next((c.value for c in arm.cells("M17", None, "aware", "all")), None)


def ranked(arm: Arm, found: Prevented) -> list[str]:
    """Return the most frequent conducts that the regime scores, where there are enough acts."""
    deeds = _deeds(arm)
    rules = [r for s in arm.regime["schemes"].values() for r in s.get("rules") or []]
    scored = {r["conduct"] for r in rules if r.get("lists") or (r.get("points") or 0) < 0}
    adults = float(arm.manifest["adults_nationwide"]) / arm.audit.weight
    group = audience(arm, found)
    share = 1.0 if group == "all" else _share_aware(arm) or 0.0
    often: dict[str, float] = {}
    for item in scored - deeds:
        rates = [c.value for c in arm.series("M13", item, "acts") if c.value is not None]
        cells = found.windows.get((item, group), [])
        if not rates or not cells or any(c.value is None for c in cells):
            continue
        acts = sum(rates) / len(rates) * min(WINDOW, arm.months) / 1000 * adults * share
        if acts >= ENOUGH:
            often[item] = acts
    return sorted(often, key=lambda k: (-often[k], k))[:SHOWN]


def deterrence(arms: Sequence[Arm], found: Sequence[Prevented | None]) -> Figure:
    """Draw what each regime prevents, beside the wrongful share that it costs."""
    pairs = [(a, p) for a, p in zip(arms, found, strict=True) if p is not None and a.holds]
    titles = conduct_titles(arms)
    chosen = {id(a): ranked(a, p) for a, p in pairs}
    values = [
        100 * (c.value or 0.0)
        for a, p in pairs
        for k in chosen[id(a)]
        for c in p.windows[k, audience(a, p)]
    ]
    low, top = min([0.0, *values]), max([5.0, *values])
    cells = [a.cell("M5", wrong_item(a), q) for a, _ in pairs for q in SHARES]
    wrong = biggest(v for c in cells for v in (c.value, c.high))
    draws: list[Draw] = []
    for a, p in pairs:
        if not chosen[id(a)]:
            continue
        draws.append(partial(_lines, a, p, chosen[id(a)], titles, low, top))
        draws.append(partial(_wrongful, a, wrong))
    drawn, _ = panels(draws, narrow=True)
    shown = any(chosen.values())
    heading = (
        _heading(pairs, chosen, titles)
        if shown
        else "There is not enough evidence of what is prevented: too few acts are scored"
    )
    return Figure(
        "deterrence",
        heading,
        "First: change in acts against the same people with the same luck under no scheme, in "
        "windows of six months, per cent fewer acts (below 0: more of them); the most frequent "
        "conduct that the regime scores in colour, others dotted. Second: how much of what the "
        "regime records is wrongful. Neither is shown without the other.",
        drawn if shown else (),
        (_table(pairs, titles), *wrongful_tables([a for a, _ in pairs])),
        notes=_notes(pairs, chosen, titles),
        empty="Fewer than 100 acts of every scored conduct fall in six months of one society.",
    )


def change(value: float | None, verb: bool = True) -> str:
    """Say a change of acts: "falls by 16%", "rises by 10%", "hardly changes"."""
    if value is None:
        return "is undefined" if verb else "undefined"
    if abs(value) < 0.0005:
        return "does not change" if verb else "nothing"
    size = words.percent(abs(value) if abs(value) < 0.1 else round(abs(value), 2))
    if verb:
        return f"{'falls' if value > 0 else 'rises'} by {size}"
    return size if value > 0 else f"a rise of {size}"


def _ends(found: Prevented, item: str, group: str) -> tuple[Cell, Cell]:
    """Return the first window of six months and the last whole one."""
    cells = found.windows[item, group]
    whole = [c for c in cells if (c.month or 0) % WINDOW == 0]
    return cells[0], (whole or cells)[-1]


def _course(found: Prevented, item: str, group: str) -> str:
    """Say how the change of one conduct goes on from the first six months to the last."""
    first, last = _ends(found, item, group)
    if first is last or first.month == last.month:
        return change(first.value)
    start, end = first.value or 0.0, last.value or 0.0
    tail = f"{last.month} months"
    if start * end > 0 and min(abs(start), abs(end)) >= 0.0005:
        return f"{change(start)} at first and by {change(abs(end), False)} after {tail}"
    return f"{change(start)} at first and {change(end)} after {tail}"


def _heading(
    pairs: Sequence[tuple[Arm, Prevented]], chosen: dict[int, list[str]], titles: dict[str, str]
) -> str:
    arm, found = next((a, p) for a, p in pairs if chosen[id(a)])
    group, item = audience(arm, found), chosen[id(arm)][0]
    who = "those who know" if group == AWARE else "all adults"
    said = _course(found, item, group)
    rest = [(a, p) for a, p in pairs if a is not arm and chosen[id(a)]]
    same = all(
        chosen[id(a)][0] == item and audience(a, p) == group and _course(p, item, group) == said
        for a, p in rest
    )
    where = (
        "" if len(pairs) == 1 else f", {_all(pairs)}" if same and len(rest) + 1 == len(pairs)
        else f" {arm.under}"
    )  # fmt: skip
    return f"Among {who}, “{lowered(titles[item])}” {said}{where}; {_wrong(pairs)}"


def _wrong(pairs: Sequence[tuple[Arm, Prevented]]) -> str:
    """Say the wrongful share of every regime, where there are cases enough."""
    arms = [a for a, _ in pairs]
    known = [wrongful_share(a) for a in arms]
    if None in known:
        return f"too few {either(arms, unit_of)} to say how many are wrongful"
    said = [words.per(share, 100) for share in known]
    if not alike(arms):
        each = [f"{x} {unit_of(a)} {a.under}" for x, a in zip(said, arms, strict=True)]
        return f"{words.listing(each)} are wrongful"
    start = f"{said[0]} {unit_of(arms[0])} are wrongful"
    if len(set(said)) > 1:
        others = [f"{x} {a.under}" for x, a in zip(said[1:], arms[1:], strict=True)]
        return f"{start} {arms[0].under}, {words.listing(others)}"
    return start


def _all(pairs: Sequence[tuple[Arm, Prevented]]) -> str:
    arms = [a for a, _ in pairs]
    if len(arms) == 2 and all(a.name for a in arms) and not arms[0].regime.get("safeguards"):
        return "with and without safeguards"
    return f"under {'both' if len(arms) == 2 else 'all'} regimes"


def _notes(
    pairs: Sequence[tuple[Arm, Prevented]], chosen: dict[int, list[str]], titles: dict[str, str]
) -> list[str]:
    """Say of every regime how many know of it, and what is left of the change among all."""
    said = [_note(a, p, chosen[id(a)], titles) for a, p in pairs]
    if len(set(said)) == 1:
        return [words.sentence(said[0])]
    return [f"{a.label}: {text}" for (a, _), text in zip(pairs, said, strict=True)]


def _note(arm: Arm, found: Prevented, items: Sequence[str], titles: dict[str, str]) -> str:
    if not items:
        return "no scored conduct has enough acts to draw."
    title = f"“{lowered(titles[items[0]])}”"
    course = _course(found, items[0], "all")
    if not found.grouped:
        return (
            "the society without a scheme tells the aware apart by another scheme, so all adults "
            f"are shown: {title} {course}. Run both in one comparison to see the aware alone."
        )
    if audience(arm, found) != AWARE:
        return (
            "the regime does not say how many know its rules, so it deters nobody in this "
            f"simulation, and all adults are shown: {title} {course}. What rises does so because "
            "being listed makes the next act likelier, which is assumed."
        )
    share = _share_aware(arm)
    only = "only " if (share or 0.0) < 0.5 else ""
    return (
        f"{only}{words.per(share, 100)} adults know of the scheme (M17). Among all adults {title} "
        f"{course}: awareness caps it."
    )


def lowered(title: str) -> str:
    """Write a title inside a sentence, unless it begins with an abbreviation."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def conduct_titles(arms: Sequence[Arm]) -> dict[str, str]:
    """Return the titles of all conduct, by name."""
    out: dict[str, str] = {}
    for arm in arms:
        world = arm.regime.get("world") or {}
        own = [s.get("conducts") or {} for s in arm.regime["schemes"].values()]
        for table in (world.get("conducts") or {}, *own):
            out |= {name: str(c["title"]) for name, c in table.items()}
        out |= {name: out.get(name, name) for name in arm.manifest["conducts"]}
    return out


def _deeds(arm: Arm) -> set[str]:
    """Return what is in the table only: deeds, of which a scheme wants more, and lawful speech.

    Lawful speech is not prevented but chilled (M12), and drawn as such.
    """
    own = [s.get("conducts") or {} for s in arm.regime["schemes"].values()]
    tables = ((arm.regime.get("world") or {}).get("conducts") or {}, *own)
    return {name for table in tables for name, c in table.items()
            if c.get("deed") or c.get("speech") == "lawful"}  # fmt: skip


def _lines(
    arm: Arm,
    found: Prevented,
    items: Sequence[str],
    titles: dict[str, str],
    low: float,
    top: float,
    width: int,
) -> Panel:
    group = audience(arm, found)
    rows: list[Row] = []
    styles: dict[str, Style] = {}
    for i, item in reversed(list(enumerate(items))):
        start, value = 0, 0.0
        for cell in found.windows[item, group]:
            value = 100 * (cell.value or 0.0)
            rows.append({"x": start, "y": value, "series": item})
            start = cell.month or 0
        rows.append({"x": start, "y": value, "series": item})
        styles[item] = Style(GREY, dotted=True) if i else style_of(arm.position)
    who = "those who know" if group == AWARE else "all adults"
    said = "; ".join(f"{lowered(titles[k])} {_course(found, k, group)}" for k in items)
    return lines(
        rows,
        f"{arm.label}: acts prevented",
        f"Per cent fewer acts, {who}.",
        last=arm.months,
        top=top,
        low=low,
        styles=styles,
        ends={k: titles[k].partition(",")[0] for k in items},
        steps=True,
        suffix="%",
        right=128,
        width=width,
        alt_text=f"Lines, simulated. {arm.label}, acts of {who} against no scheme: "
        f"{said or 'too few acts'}.",
    )


SHARES = ("entry-weighted", "time-weighted", "person-weighted")


def _wrongful(arm: Arm, top: float, width: int) -> Panel:
    noun = unit_of(arm)
    where, ever = arm.wording.on, arm.wording.ever
    names = (f"of all {noun}", f"of all months {where}", f"of all people ever {ever}")
    rows = []
    for quantity, name in zip(SHARES, names, strict=True):
        cell = arm.cell("M5", wrong_item(arm), quantity)
        low = None if cell.low is None else max(0.0, cell.low)
        rows.append({"name": name, "y": cell.value, "low": low, "high": cell.high,
                     "said": words.per(cell.value, 100)})  # fmt: skip
    said = "; ".join(f"{r['name']}: {r['said']}" for r in rows)
    return bars(
        rows,
        f"{arm.label}: wrongful",
        "Of 100; thin line: 95% interval.",
        top=top,
        style=style_of(arm.position),
        left=126,
        width=width,
        alt_text=f"Bars, simulated. {arm.label}, wrongful {said}.",
    )


def _table(pairs: Sequence[tuple[Arm, Prevented]], titles: dict[str, str]) -> Table:
    """Print every change of conduct, among the aware and among all, with its interval."""
    columns = ["Conduct", "Among", "Unit"]
    for arm, _ in pairs:
        name = f"{arm.label}: " if len(pairs) > 1 else ""
        columns += [words.sentence(f"{name}value"), words.sentence(f"{name}95% interval")]
    rows = []
    for key in dict.fromkeys(k for _, p in pairs for k in p.whole):
        item, quantity, group = key
        unit = next(p.whole[key].unit for _, p in pairs if key in p.whole)
        what = "fewer acts, whole run" if quantity == "deterrence" else quantity
        row = [f"{titles.get(item, item)}: {what}", _among(group), unit]
        for _, p in pairs:
            cell = p.whole.get(key, Cell())
            row += [_say(cell), _say_interval(cell)]
        rows.append(row)
    shown = dict.fromkeys(k for a, p in pairs for k in ranked(a, p))
    for item in shown:
        for group in (AWARE, "all"):
            months = dict.fromkeys(
                c.month for _, p in pairs for c in p.windows.get((item, group), [])
            )
            for month in months:
                row = [f"{titles[item]}: fewer acts, six months up to month {month}",
                       _among(group), "share"]  # fmt: skip
                for _, p in pairs:
                    cell = next(
                        (c for c in p.windows.get((item, group), []) if c.month == month), Cell()
                    )
                    row += [_say(cell), _say_interval(cell)]
                rows.append(row)
    return Table(
        "Change in conduct against no scheme; below 0 there is more of it",
        columns,
        rows,
        frozenset(range(3, len(columns))),
    )


def _among(group: str) -> str:
    return "the aware" if group == AWARE else "all adults"


def _say(cell: Cell) -> str:
    return "none" if cell.value is not None and cell.value == 0 else say(cell)


def _say_interval(cell: Cell) -> str:
    if cell.value == 0 and cell.low == 0 and cell.high == 0:
        return "none"
    return say_interval(cell, signed=True)
