"""Persons, entries, persons ever listed and refusals: printed together, never mixed."""

from __future__ import annotations

from collections.abc import Sequence

from scoredsociety.audit import words
from scoredsociety.report.parts import Table
from scoredsociety.report.reading import Arm
from scoredsociety.report.saying import title_of


def counts(arms: Sequence[Arm]) -> Table:
    """Print persons, entries, persons ever listed and refusals together, a line each."""
    columns, rows = ["What is counted", "Unit"], []
    for arm in arms:
        name = f"{arm.label}: " if len(arms) > 1 else ""
        columns += [
            words.sentence(f"{name}in one simulated society"),
            words.sentence(f"{name}scaled to {_millions(arm)} adults"),
        ]
    for what, unit, keys in _counted(arms):
        row = [what, unit]
        for arm in arms:
            cell = arm.cell(*keys)
            unknown = "undefined" if cell.measure else "does not exist"
            row += [words.in_unit(cell.value, "") if cell.value is not None else unknown]
            row += [words.large(cell.scaled) if cell.scaled is not None else unknown]
        rows.append(row)
    return Table(
        "Different counts of the same list; none can stand for another"
        if all(a.lists for a in arms)
        else "What the scheme does, counted; none of these can stand for another",
        columns,
        rows,
        frozenset(range(2, len(columns))),
        open=True,
    )


def _millions(arm: Arm) -> str:
    return f"{words.number(float(arm.manifest['adults_nationwide']) / 1e6, 0)} million"


def _counted(arms: Sequence[Arm]) -> list[tuple[str, str, tuple[str, str, str]]]:
    """Return what every arm has to count: its lists, or the records where it keeps no list."""
    out: list[tuple[str, str, tuple[str, str, str]]] = []
    lists = list(dict.fromkeys(s for a in arms for s in a.lists))
    points = list(dict.fromkeys(s for a in arms if not a.lists for s in a.points))
    for name in lists:
        place = f" ({title_of(arms, name)})" if len(lists) > 1 else ""
        out += [
            (f"On the list at the end{place}", "persons", ("M1", name, "persons")),
            (f"In force at the end{place}", "entries", ("M2", name, "entries")),
            (f"Ever listed{place}", "persons", ("M3", name, "persons ever listed")),
        ]
    out.append(("Under at least one sanction", "persons", ("M1", "any", "persons")))
    for name in points:
        place = f" ({title_of(arms, name)})" if len(points) > 1 else ""
        out += [
            (f"Ever recorded wrongly{place}", "persons",
             ("M5", f"{name}/records", "persons ever wronged")),
            (f"Wrongful records that took effect{place}", "records",
             ("M5", f"{name}/records", "wrongful records")),
        ]  # fmt: skip
    out += [
        (f"{text} (tickets, not people)", "refusals", ("M4", code, "refusals"))
        for code, text in (("FLY", "Flights refused"), ("RAIL", "Fast trains refused"))
        if any(True for a in arms for _ in a.cells("M4", code))
    ]
    return out
