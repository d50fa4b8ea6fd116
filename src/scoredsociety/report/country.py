"""The page of a country, or of a country with and without safeguards: its numbers and pictures."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from scoredsociety.audit import words
from scoredsociety.audit.national import by_group
from scoredsociety.report.country_charts import over_time, wronged
from scoredsociety.report.parts import Number, Page, Section, Table
from scoredsociety.report.saying import group_name

UNDEFINED = "undefined"
TOP = (
    "adults",
    "under a sanction at the end",
    "with a reward at the end",
    "ever under a sanction",
    "ever wrongfully under a sanction",
    "wrongful share of them",
)
REFUSED = {"FLY": "flights refused", "RAIL": "trains refused"}
STREAM = (
    ("rows that entered", "{scheme}: {part}"),
    ("wrongful share by entry", "of them wrongful"),
    ("share triggered", "that an earlier one led to"),
    ("persons", "persons ever in them"),
    ("persons ever wronged", "of them ever wrongfully"),
)
"""What is said of each scheme and part of its rows, and how."""


@dataclass(frozen=True)
class Told:
    """What a page is made from: the manifest, headline and tables of a country."""

    manifest: Mapping[str, Any]
    headline: Mapping[str, Any]
    tables: Mapping[str, pa.Table]


def lines(told: Sequence[Mapping[str, Any]]) -> list[tuple[str, bool, list[Any]]]:
    """Return what is said of countries side by side.

    Parameters
    ----------
    told : sequence of mapping
        Headlines.

    Returns
    -------
    list of (str, bool, list)
        A sentence, whether it belongs to the one above, and a value for each country: a whole
        number, a share, or None.
    """
    rows = [(words.sentence(key), False, [h[key] for h in told]) for key in TOP]
    for code, what in REFUSED.items():
        rows.append((words.sentence(what), False, [h["refusals"][code] for h in told]))
    for scheme, part in _streams(told):
        found = [_stream(h, scheme, part) for h in told]
        for key, says in STREAM:
            text = says.format(scheme=scheme, part=part)
            rows.append((text, says != STREAM[0][1], [s.get(key) for s in found]))
    return rows


def say(value: float | None) -> str:
    """Write a whole number in full, a share in percent, and None as a word."""
    if value is None:
        return UNDEFINED
    return f"{value:,}" if isinstance(value, int) else f"{100 * value:.2f} %"


def rare_words(headline: Mapping[str, Any]) -> str:
    """Say how many are barred for refusing service; nothing where no list does it."""
    rare = headline["seventeen"]
    if not rare:
        return ""
    low, high = rare["counted_interval"]
    published = rare["published_interval"]
    return (
        f"Barred for refusing service: {rare['counted']:,} entries counted (exact 95% interval "
        f"{low:,.1f} to {high:,.1f}) where {rare['expected']:,.3g} are expected; in the first year "
        f"{rare['counted_first_year']:,} where {rare['expected_first_year']:,.3g} are expected. "
        f"Published: {rare['published']} ({published[0]:.1f} to {published[1]:.1f})."
    )


def passes_words(headline: Mapping[str, Any]) -> str:
    """Say how many passes it took, and which channels cannot handle everything."""
    passes, limited = headline["passes"], headline["channels that cannot handle everything"]
    bound = f"; beyond their capacity: {', '.join(limited)}" if limited else ""
    return f"Passes: {passes['early']} early, {passes['full']} over all people{bound}."


def _streams(told: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the schemes and parts that any of the countries has rows of."""
    found = (s for h in told for s in h["schemes"] if s["rows that entered"])
    return list(dict.fromkeys((s["scheme"], s["part"]) for s in found))


def _stream(headline: Mapping[str, Any], scheme: str, part: str) -> Mapping[str, Any]:
    mine = (s for s in headline["schemes"] if (s["scheme"], s["part"]) == (scheme, part))
    return next(mine, {})


def country_html(countries: Sequence[Told]) -> str:
    """Return the page as text; the same input gives the same bytes."""
    from scoredsociety.report.page import render

    return render(build(countries))


def build(countries: Sequence[Told]) -> Page:
    """Put the page together."""
    told = [c.headline for c in countries]
    first = countries[0].manifest
    names = [str(c.manifest["label"]) for c in countries]
    every = [c.tables for c in countries]
    columns, numeric = ["", *names], frozenset(range(1, 1 + len(names)))

    def table(caption: str, rows: Sequence[Sequence[str]], shown: bool = True) -> Table:
        return Table(caption, columns, rows, numeric, open=shown)

    rows = [(text, *map(say, values)) for text, _, values in lines(told)]
    top = len(TOP) + len(REFUSED)
    rare = [text for text in map(rare_words, told) if text]
    sections = [
        Section("numbers", "The whole country", "Everybody is counted, nobody is scaled up",
                figures=(over_time(names, every),),
                tables=(table("Persons, refusals and shares", rows[:top]),)),
        Section("schemes", "By scheme", "What each scheme holds, and how much of it is wrong",
                tables=(table("Rows that took effect, and the persons in them", rows[top:]),)),
        Section("depth", "Generations and repeats",
                "Who has many sanctions, and how many of them follow from earlier ones",
                tables=_depth(told, table)),
        Section("groups", "By group", "Whom wrongful rows strike", figures=(wronged(names, every),),
                tables=tuple(_groups(countries, told, table))),
    ]  # fmt: skip
    if rare:
        sections.append(
            Section("rare", "The seventeen", "An event so rare that no sample holds it", text=rare)
        )
    sections.append(
        Section("reproduce", "How to reproduce", "The same command gives the same bytes",
                text=[passes_words(h) for h in told],
                code=[command(c.manifest) for c in countries])
    )  # fmt: skip
    return Page(
        title=f"Simulated: {names[0]}",
        simulated=f"Every person here is synthetic. {first['people']:,} people × "
        f"{words.plural(float(first['months']), 'month')}, seed {first['seed']}, one society.",
        finding=finding(told),
        lede=[str(c.manifest["regime"]["summary"]) for c in countries[:1]],
        three=[
            Number(" → ".join(say(h[key]) for h in told), what)
            for key, what in (
                ("under a sanction at the end", "people are under a sanction at the end"),
                ("ever under a sanction", "people were under one at some time"),
                ("ever wrongfully under a sanction", "of them at some time wrongfully"),
            )
        ],
        sections=sections,
        footer="Simulated. Made with scoredsociety, an open laboratory for published social "
        "credit schemes. This page loads nothing from anywhere.",
    )


def finding(told: Sequence[Mapping[str, Any]]) -> str:
    """Say in one sentence how many are wronged."""
    said = [words.per(h["wrongful share of them"], 100) for h in told]
    if told[0]["wrongful share of them"] is None:
        return "Nobody is ever under a sanction"
    if len(said) == 1 or said[0] == said[-1]:
        return f"Of those who ever bear a sanction, {said[0]} bear one wrongfully"
    return (
        f"Of those who ever bear a sanction, {said[-1]} bear one wrongfully with the safeguards, "
        f"{said[0]} without"
    )


def _depth(told: Sequence[Mapping[str, Any]], table: Any) -> tuple[Table, ...]:  # noqa: ANN401
    held = [h["by number of sanctions"] for h in told]
    numbers = sorted({int(k) for h in held for k in h})
    sanctions = [(f"{n:,}", *(say(h.get(str(n), 0)) for h in held)) for n in numbers]
    generations = [
        (f"{scheme}, {part}, generation {g}", *map(say, values))
        for scheme, part in _streams(told)
        for g in range(8)
        if any(values := [_stream(h, scheme, part)["by generation"][g] for h in told])
    ]
    return (
        table("Persons by the number of their sanctions", sanctions, False),
        table("Rows by generation: 0 follows from nothing earlier", generations, False),
    )


def _groups(
    countries: Sequence[Told],
    told: Sequence[Mapping[str, Any]],
    table: Any,  # noqa: ANN401
) -> list[Table]:
    out = []
    for scheme, part in _streams(told):
        cut = [by_group(c.tables, scheme, part) for c in countries]
        shares = zip(*(t["by_entry"].to_pylist() for t in cut), strict=True)
        labels = cut[0]["group"].to_pylist()
        rows = [(group_name(g), *map(say, v)) for g, v in zip(labels, shares, strict=True)]
        out.append(table(f"{scheme}: wrongful share of {part}", rows, False))
    return out


def command(manifest: Mapping[str, Any]) -> str:
    """Return the command that makes a country of the catalogue again."""
    regime = manifest["regime"]
    out = ["scoredsociety", "country", regime["regime"]]
    out += [x for name in regime["safeguards"] for x in ("--safeguard", name)]
    out += [
        x for key in ("people", "months", "seed", "sample") for x in (f"--{key}", manifest[key])
    ]
    return shlex.join(map(str, out))
