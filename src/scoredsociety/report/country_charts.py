"""The two pictures of a country: how many bear a sanction by month, and whom it strikes wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoredsociety.audit import words
from scoredsociety.audit.national import by_group
from scoredsociety.audit.words import PER_1000
from scoredsociety.engine.result import CELLS
from scoredsociety.report.bars import bars
from scoredsociety.report.lines import lines, style_of
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.saying import Draw, biggest, group_name, panels
from scoredsociety.report.theme import Panel

Tables = Mapping[str, pa.Table]
Floats = NDArray[np.float64]
SHOWN = (
    *(f"income={name} fifth" for name in ("poorest", "second", "middle", "fourth", "richest")),
    *("group=minority", "group=majority"),
)


def over_time(names: Sequence[str], countries: Sequence[Tables]) -> Figure:
    """Draw persons under a sanction by month.

    Parameters
    ----------
    names : sequence of str
        What each country is called.
    countries : sequence of mapping of str to pyarrow.Table
    """
    rates = [_rates(tables) for tables in countries]
    top = biggest(float(rate) for series in rates for rate in series)
    draws: list[Draw] = [
        partial(_line, name, series, place, top)
        for place, (name, series) in enumerate(zip(names, rates, strict=True))
    ]
    drawn, alone = panels(draws)
    last = [words.number(float(series[-1])) for series in rates]
    every = range(len(rates[0]))
    return Figure(
        "under-a-sanction",
        _both("{} of 1,000 adults are under a sanction at the end", last),
        "Persons under a sanction per 1,000 adults at the end of each month. Everybody is "
        "counted: no sampling error, but another seed would give another country.",
        drawn if top > 0 else (),
        (
            Table(
                f"Persons under a sanction, {PER_1000}, by month",
                ["month", *names],
                [
                    [str(m + 1), *(words.number(float(series[m])) for series in rates)]
                    for m in every
                ],
                frozenset(range(1 + len(names))),
            ),
        ),
        alone=alone,
        empty="Nobody is under a sanction in any month.",
    )


def _both(says: str, values: Sequence[str]) -> str:
    """Say one thing of a country, and what it is with the safeguards."""
    said = says.format(values[0])
    return f"{said}, {values[-1]} with the safeguards" if len(values) > 1 else said


def _rates(tables: Tables) -> Floats:
    """Return persons under a sanction per 1,000 adults by month."""
    sanctioned, adults = (
        tables["monthly"][key].to_numpy().reshape(-1, CELLS).sum(axis=1)
        for key in ("sanctioned", "adults")
    )
    return np.asarray(1000.0 * sanctioned / np.maximum(adults, 1))


def _line(name: str, series: Floats, place: int, top: float, width: int) -> Panel:
    months, last = len(series), float(series[-1])
    rows = [{"x": m + 1, "y": float(y), "series": "s"} for m, y in enumerate(series)]
    return lines(
        [{"x": 0, "y": 0.0, "series": "s"}, *rows],
        name,
        "Persons under a sanction per 1,000 adults, by month.",
        last=months,
        top=top,
        styles={"s": style_of(place)},
        ends={"s": words.number(last)},
        width=width,
        alt_text=f"Line chart, simulated. {name}: {words.number(last)} persons under a sanction "
        f"per 1,000 adults after {words.plural(float(months), 'month')}.",
    )


def wronged(names: Sequence[str], countries: Sequence[Tables]) -> Figure:
    """Draw persons ever wrongfully under a sanction, by group."""
    found = [_by_group(tables) for tables in countries]
    top = biggest(rate for groups in found for rate in groups.values())
    draws: list[Draw] = [
        partial(_bars, name, groups, place, top)
        for place, (name, groups) in enumerate(zip(names, found, strict=True))
    ]
    drawn, alone = panels(draws)
    poor = [words.number(groups.get(SHOWN[0])) for groups in found]
    return Figure(
        "wronged-by-group",
        _both(
            "{} of 1,000 adults of the poorest fifth are at some time wrongfully under a sanction",
            poor,
        ),
        "Persons ever wrongfully under a sanction (wrong person, no event, or could not do "
        "otherwise) per 1,000 adults of the group.",
        drawn if top > 0 else (),
        (
            Table(
                f"Persons ever wrongfully under a sanction, {PER_1000}, by group",
                ["", *names],
                [
                    [words.sentence(group_name(g)), *(words.number(x.get(g)) for x in found)]
                    for g in found[0]
                ],
                frozenset(range(1, 1 + len(names))),
            ),
        ),
        alone=alone,
        empty="Nobody is ever wrongfully under a sanction.",
    )


def _by_group(tables: Tables) -> dict[str, float | None]:
    """Return persons ever wronged per 1,000 adults, by group; None where there is nobody."""
    table = by_group(tables, None, "sanctions")
    columns = (table[key].to_pylist() for key in ("group", "wronged", "adults"))
    rows: Any = zip(*columns, strict=True)
    return {group: 1000.0 * n / adults if adults else None for group, n, adults in rows}


def _bars(
    name: str, groups: Mapping[str, float | None], place: int, top: float, width: int
) -> Panel:
    rows = [
        {
            "name": words.sentence(group_name(g)),
            "y": groups[g],
            "said": words.number(groups[g]),
        }
        for g in SHOWN
        if g in groups
    ]
    said = "; ".join(f"{r['name']}: {r['said']}" for r in rows)
    return bars(
        rows,
        name,
        "Persons ever wrongfully under a sanction per 1,000 adults of the group.",
        top=top,
        style=style_of(place),
        width=width,
        alt_text=f"Bars, simulated. {name}, ever wrongfully under a sanction per 1,000. {said}.",
    )
