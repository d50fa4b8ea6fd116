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
    """Return what every arm has to count: lists, stores of records, or the records of scores."""
    out: list[tuple[str, str, tuple[str, str, str]]] = []
    lists = list(dict.fromkeys(s for a in arms for s in a.lists))
    stores = list(dict.fromkeys(s for a in arms for s in a.stores))
    scored = list(
        dict.fromkeys(
            s for a in arms if a.kind == "grade" for s in a.graded
            if a.cell("M5", f"{s}/records", "persons ever wronged").measure
        )
    )  # fmt: skip
    for name in lists:
        place = f" ({title_of(arms, name)})" if len(lists) > 1 else ""
        out += [
            (f"On the list at the end{place}", "persons", ("M1", name, "persons")),
            (f"In force at the end{place}", "entries", ("M2", name, "entries")),
            (f"Ever listed{place}", "persons", ("M3", name, "persons ever listed")),
        ]
    for name in stores:
        place = f" ({title_of(arms, name)})" if len(stores) > 1 or lists else ""
        out += [
            (f"On record at the end{place}", "persons", ("M1", name, "persons on record")),
            (f"Records in force at the end{place}", "records", ("M2", name, "records in force")),
            (f"Ever on record{place}", "persons", ("M3", name, "persons ever on record")),
        ]
    out.append(("Under at least one sanction", "persons", ("M1", "any", "persons")))
    for name in scored:
        place = f" ({title_of(arms, name)})" if len(scored) > 1 else ""
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


def sentence_units(arms: Sequence[Arm], scheme: str = "court-list") -> list[Table]:
    """Print what "people on the list" could mean beside the words that were published.

    One table for each arm with the list, at the month of the published count, or at the last of a
    shorter run.
    """
    from scoredsociety.audit.units import MONTH, SENTENCE, units

    out = []
    for arm in arms:
        if scheme not in arm.lists:
            continue
        month = min(MONTH, arm.months)
        rows = [
            (
                words.sentence(_unit(str(r["unit"]), arm)),
                words.in_unit(r["value"], "") if r["value"] is not None else "undefined",
                words.large(r["scaled"]) if r["scaled"] is not None else "undefined",
            )
            for r in units(arm.audit, scheme, month).to_pylist()
        ]
        name = f"{arm.label}: what" if len(arms) > 1 else "What"
        out.append(
            Table(
                f"{name} “{SENTENCE}” could have counted, in month {month} of the run",
                ("What is counted", "In one simulated society",
                 f"Scaled to {_millions(arm)} adults"),
                rows,
                frozenset({1, 2}),
                open=len(arms) == 1,
                summary=f"{name} a published sentence could have counted",
            )
        )  # fmt: skip
    return out


def _unit(unit: str, arm: Arm) -> str:
    """Put the title of a scheme where a unit names it."""
    head, middle, name = unit.partition(" in ")
    return f"{head}{middle}{arm.title(name)}" if name in arm.regime["schemes"] else unit
