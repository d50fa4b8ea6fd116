"""The card of a measure: all that it says of itself, as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from scoredsociety.audit.measures import SEVERITIES, Measure
from scoredsociety.audit.words import listing, sentence

WIDTH, INDENT = 88, 13


def measure_card(measure: Measure, others: Sequence[Measure] = ()) -> str:
    """Write the card of a measure.

    Parameters
    ----------
    measure : Measure
    others : sequence of Measure
        Where the names of its companions are found.

    Returns
    -------
    str
        Some lines of at most 88 letters.
    """
    names = {m.id: f"{m.id} {m.name.lower()}" for m in others}
    needs = "one run" if measure.compute is not None else (
        "a run held against the same people with the same luck without its scheme"
    )  # fmt: skip
    rows = [
        ("Question", measure.question),
        ("Unit", measure.unit),
        ("Formula", sentence(measure.formula) + "."),
        ("Read from", sentence(needs) + "."),
        ("Groups", sentence(listing(["all", *measure.groups])) + "."),
        ("Companions", sentence(listing(names.get(c, c) for c in measure.companions)) + ": "
         "never printed without them." if measure.companions else "None."),
        ("Rests on", "Assumed numbers at " + listing(p.removesuffix(".")
         for p in measure.rests_on) + "." if measure.rests_on else "No assumed number."),
        *(("Rises when", f"{sentence(SEVERITIES[s])}: {listing(q)}.")
          for s, q in measure.rises_with.items()),
        ("Undefined", "Null, never 0. Every figure has an interval over replicates and the number "
         "of people or entries behind it, where it stands on some."),
    ]  # fmt: skip
    lines = [f"{measure.id} {measure.name}", ""]
    for head, text in rows:
        lines += textwrap.wrap(
            text, WIDTH, initial_indent=head.ljust(INDENT), subsequent_indent=" " * INDENT
        )
    return "\n".join(lines)
