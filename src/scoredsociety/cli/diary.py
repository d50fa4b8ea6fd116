"""The diary of one synthetic person, month by month, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from scoredsociety.engine import PROFILE_FIELDS, ExitReason, Flag, Kind, Truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scoredsociety.engine import RunData

_TRUTH = {
    Truth.WRONG_PERSON: "somebody else did it",
    Truth.NO_EVENT: "nothing of the kind happened",
    Truth.EXCUSED: "the person could not help it",
}
_END = {
    ExitReason.PERFORMED: "the obligation was met",
    ExitReason.TERM: "the term was over",
    ExitReason.LATE_APPEAL: "a late appeal succeeded",
    ExitReason.RECOVERED: "the score rose above the sanctioned grades",
}


def diary(
    manifest: Mapping[str, Any],
    person: Mapping[str, Any],
    rows: NDArray[np.void],
    index: int,
    replicate: int,
) -> str:
    """Write the diary of a person.

    Parameters
    ----------
    manifest : mapping
        Of the run.
    person : mapping
        ``age`` in years, ``income`` in CNY a month, ``profile``.
    rows : structured array of LEDGER_DTYPE
        What the ledger holds about the person.
    index, replicate : int
        Which person, of which society.

    Returns
    -------
    str
        Plain text, one line a happening.
    """
    lines = [
        f"A synthetic person: number {index:,} of society {replicate}. Nobody real.",
        f"Regime: {manifest['label']}.",
        who(person),
        "",
    ]
    happened = happenings(manifest, rows)
    lines += [f"month {when:>3}  {text}" for when, text in happened]
    if not happened:
        lines.append(f"Nothing was recorded about this person in {manifest['months']} months.")
    return "\n".join(lines)


def happenings(manifest: Mapping[str, Any], rows: NDArray[np.void]) -> list[tuple[int, str]]:
    """Return what happened to a person, in order: (month, text)."""
    months = int(manifest["months"])
    told = sorted(
        (when, order, text) for row in rows for when, order, text in _row(manifest, row, months)
    )
    return [(when, text) for when, _, text in told]


def side_by_side(
    left: Sequence[tuple[int, str]], right: Sequence[tuple[int, str]]
) -> list[tuple[int, str, str]]:
    """Lay the happenings of one life under two regimes side by side.

    Parameters
    ----------
    left, right : sequence of (month, text)
        As :func:`happenings` returns them.

    Returns
    -------
    list of (month, text, text)
        One row a happening; what happens in both stands in one row, and what happens in one
        leaves the other side empty.
    """
    out = []
    for month in sorted({when for when, _ in (*left, *right)}):
        a = [text for when, text in left if when == month]
        b = [text for when, text in right if when == month]
        same = SequenceMatcher(a=a, b=b, autojunk=False)
        for tag, a0, a1, b0, b1 in same.get_opcodes():
            if tag == "equal":
                out += [(month, text, text) for text in a[a0:a1]]
            else:
                pairs = zip_longest(a[a0:a1], b[b0:b1], fillvalue="")
                out += [(month, one, two) for one, two in pairs]
    return out


def somebody(run: RunData, replicate: int) -> int:
    """Return the index of the first person of a society who is ever put on a list.

    Without a list, of the first about whom anything is recorded; else 0.
    """
    rows = run.replicates[replicate].ledger
    listed = rows[(rows["kind"] == Kind.ENTRY) & (rows["exit"] != ExitReason.STOPPED)]
    chosen = listed if len(listed) else rows
    return int(chosen["subject"].min()) if len(chosen) else 0


def who(person: Mapping[str, Any]) -> str:
    """Say who a synthetic person is: age, income and groups."""
    words = {}
    for name, (first, bits, labels) in PROFILE_FIELDS.items():
        words[name] = labels[(int(person["profile"]) >> first) & ((1 << bits) - 1)]
    words["city"] = "in a pilot city" if words["city"] == "pilot city" else "not in a pilot city"
    words["aware"] += " of the scheme"
    words["education"] = f"schooling: {words['education']}"
    words["income"] = f"in the {words['income']} of incomes"
    kept = ("sex", "residence", "hukou", "education", "city", "income", "aware")
    said = ", ".join(words[name] for name in kept)
    return f"Aged {person['age']} at the start, {person['income']:,.0f} CNY a month; {said}."


def _row(
    manifest: Mapping[str, Any],
    row: np.void,
    months: int,
) -> Iterator[tuple[int, int, str]]:
    """Yield what a ledger row means: (month, order within it, text)."""
    scheme = manifest["schemes"][row["scheme"]]
    start, end, ending = int(row["month"]), int(row["end"]), ExitReason(int(row["exit"]))
    if row["kind"] == Kind.SPELL:
        yield start, 2, f"{scheme}: falls into a grade that bears sanctions"
        what = "leaves the sanctioned grades"
    else:
        yield start, 0, f"{scheme}: {_recorded(manifest, row)}"
        points = int(row["points"])
        what = "the record expires" if row["kind"] == Kind.RECORD else "is taken off the list"
        if ending is ExitReason.STOPPED:
            why = "the hardship exemption" if row["flags"] & Flag.EXEMPTED else "a review"
            yield start, 1, f"{scheme}: {why} stops it before it is entered"
            return
        if row["kind"] == Kind.ENTRY:
            yield start, 1, f"{scheme}: is put on the list"
        elif points:
            yield start, 1, f"{scheme}: {'+' if points > 0 else '−'}{abs(points)} points"
    refused = int(row["refusals"])
    if refused:
        times = "once" if refused == 1 else f"{refused} times"
        yield end, 3, f"{scheme}: was refused at counters {times} by now"
    if ending is not ExitReason.IN_FORCE:
        how = f" ({_END[ending]})" if ending in _END else ""
        yield end, 4, f"{scheme}: {what} after {_months(end - start)}{how}"
    else:
        yield months, 4, f"{scheme}: still in force at the end, after {_months(end - start)}"


def _recorded(manifest: Mapping[str, Any], row: np.void) -> str:
    flags = int(row["flags"])
    conduct = manifest["conducts"][row["conduct"]].replace("-", " ")
    channel = manifest["channels"][row["channel"]].replace("-", " ")
    steps = [_TRUTH[truth]] if (truth := Truth(int(row["truth"]))) in _TRUTH else []
    if flags & Flag.COPIED:
        steps.append("copied from another scheme")
    if row["generation"]:
        steps.append("would not have happened without an earlier entry")
    steps.append("told of it in time" if flags & Flag.NOTIFIED else "not told")
    if flags & Flag.FILED:
        steps.append("asks for a review in time")
    if flags & Flag.DISCOVERED:
        steps.append("finds out later at a counter")
    if flags & Flag.FILED_LATE:
        steps.append("appeals late")
    return f"{conduct}, from {channel} ({'; '.join(steps)})"


def _months(count: int) -> str:
    return "1 month" if count == 1 else f"{count} months"
