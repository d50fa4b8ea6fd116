"""The units of a list side by side, so that people, entries and tickets are never mixed."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from scoredsociety.audit.audit import Audit

SENTENCE = "nine million people with low scores"
"""What was published, with nothing said of the unit; see :func:`units`."""

MONTH = 50
"""Months from the start of the court list to the count behind the sentence."""


def units(audit: Audit, scheme: str, month: int = MONTH) -> pa.Table:
    """Return the counts that a sentence about "people on the list" could mean, at one month.

    Parameters
    ----------
    audit : Audit
    scheme : str
        A list.
    month : int
        A month of the run.

    Returns
    -------
    pyarrow.Table
        One row a unit: ``unit``, ``measure``, ``item``, ``value`` (in the sample), ``low``,
        ``high`` (95%), ``scaled`` (for the nation) and ``sentence`` (the published words beside
        which it is to be read). First persons listed, entries in force, persons ever listed and
        refusals since month 1 (under all lists together), then persons below the start grade
        of each scheme with a start: the only people with low scores.

    Raises
    ------
    ValueError
        If the scheme is no list of the regime, or the run has no such month.
    """
    schemes = audit.manifest["regime"]["schemes"]
    if scheme not in schemes or schemes[scheme]["kind"] != "list":
        have = [name for name, s in schemes.items() if s["kind"] == "list"]
        raise ValueError(f"{scheme} is no list of this regime. There is: {have or 'none'}.")
    if not 1 <= month <= int(audit.manifest["months"]):
        raise ValueError(f"The run has {audit.manifest['months']} months, and not month {month}.")
    wanted = [
        ("persons on the list", "M1", scheme, "persons"),
        ("entries in force", "M2", scheme, "entries"),
        ("persons ever listed", "M3", scheme, "persons ever listed"),
    ]
    counted = {
        (m, item, quantity)
        for m, item, quantity in zip(
            *(audit.series[c].to_pylist() for c in ("measure", "item", "quantity")), strict=True
        )
    }
    if ("M4", "any", "refusals") in counted:
        wanted.append(("refusals since month 1", "M4", "any", "refusals"))
    below = "persons below the start grade"
    wanted += [
        (f"persons with a low score in {name}", "M18", name, below)
        for name in schemes
        if ("M18", name, below) in counted
    ]
    rows: list[dict[str, Any]] = []
    for unit, measure, item, quantity in wanted:
        value, low, high, scaled = audit.cell(measure, item, quantity, month=month)
        rows.append({"unit": unit, "measure": measure, "item": item, "value": value, "low": low,
                     "high": high, "scaled": scaled, "sentence": SENTENCE})  # fmt: skip
    text, number = pa.string(), pa.float64()
    shape = {"unit": text, "measure": text, "item": text, "value": number, "low": number,
             "high": number, "scaled": number, "sentence": text}  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema(shape))
