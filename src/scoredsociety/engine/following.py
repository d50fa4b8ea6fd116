"""Which regime can follow another at a policy date: what differs that cannot change on the way."""

from __future__ import annotations

from collections.abc import Sequence

from scoredsociety.engine.compile import Compiled

_SAME = (
    ("common", "common_propensity"),
    ("friends_mean", "friends_mean"),
    ("friends_size", "friends_size"),
    ("friends_within", "friends_within"),
    ("household", "size of households"),
    ("median_income", "median income"),
)
"""Settings that make the people what they are, and how they are called."""


def differences(before: Compiled, after: Compiled, month: int) -> list[str]:
    """Say what two regimes differ in that cannot change after ``month``.

    Parameters
    ----------
    before, after : Compiled
    month : int

    Returns
    -------
    list of str
        Empty if the second can follow the first.
    """
    lists = {what: (getattr(before, what), getattr(after, what))
             for what in ("schemes", "conducts", "channels")}  # fmt: skip
    if all(mine == other for mine, other in lists.values()):
        lists["grades"] = (_plain(before), _plain(after))
    wrong = [_unlike(what, *names) for what, names in lists.items() if names[0] != names[1]]
    if not wrong and not before.codes.items() <= after.codes.items():
        wrong.append("sanctions and rewards")
    if wrong:
        return wrong
    a, b = before.program.schemes, after.program.schemes
    for s, name in enumerate(before.schemes):
        first, second = int(a["ends"][s]), int(b["ends"][s])
        if (first <= month) != (second <= month):
            ended = "before" if first <= month else "after"
            wrong.append(
                f"{name} ended in month {min(first, second)} by the regime {ended}: an end "
                f"on the way comes in month {month + 1} or later, and is not undone"
            )
        new, was = int(b["expiry"][s]), int(a["expiry"][s])
        if b["reset_at"][s] >= 0 and new and (not was or new < was):
            wrong.append(
                f"records of {name}, which a course deletes, would expire sooner than those made "
                "before"
            )
    for key, called in _SAME:
        old, now = before.program.settings[key][0], after.program.settings[key][0]
        if old != now:
            wrong.append(f"{called}: the people would be others")
    if before.aware_reference != after.aware_reference:
        wrong.append("the shares by which people are grouped into aware and unaware")
    return wrong


def _plain(compiled: Compiled) -> list[str]:
    """Return the measures of a regime that are no sanctions or rewards."""
    return [name for name in compiled.measures if name not in compiled.codes.values()]


def _unlike(what: str, before: Sequence[str], after: Sequence[str]) -> str:
    """Say how two lists of names differ."""
    parts = []
    for names, others, where in ((before, after, "before"), (after, before, "after")):
        if only := [name for name in names if name not in others]:
            more = f" and {len(only) - 3} more" if only[3:] else ""
            parts.append(f"{', '.join(only[:3])}{more} only {where}")
    return f"{what} ({'; '.join(parts) or 'another order'})"
