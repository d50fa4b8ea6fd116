"""Numbers as readers meet them: counts first, never 0 %."""

from __future__ import annotations

from math import floor, log10


def round_to(x: float, digits: int) -> float:
    """Round to a number of significant digits."""
    return 0.0 if x == 0 else round(x, digits - 1 - floor(log10(abs(x))))


def one_in(share: float | None, thing: str = "adult", things: str = "adults") -> str:
    """Say a share as a count: "one adult in 120", "18 adults in 100".

    Parameters
    ----------
    share : float or None
        Between 0 and 1.
    thing, things : str
        What is counted, one and several.

    Examples
    --------
    >>> one_in(1 / 120), one_in(0.184), one_in(0.0), one_in(None)
    ('one adult in 120', '18 adults in 100', 'fewer than 1 adult in 1,000', 'undefined')
    """
    if share is None:
        return "undefined"
    if share < 0.001:
        return f"fewer than 1 {thing} in 1,000"
    if share < 0.05:
        return f"one {thing} in {round_to(1 / share, 2):,.0f}"
    if share > 0.999:
        return f"more than 999 {things} in 1,000" if share < 1 else f"all {things}"
    if share >= 0.995:
        return f"{floor(1000 * share)} {things} in 1,000"
    return f"{round(100 * share)} {things} in 100"


def share_text(share: float | None) -> str:
    """Say a share in per cent, never 0 %: "1.2 %", "below 0.1 %"."""
    if share is None:
        return "undefined"
    if share < 0.001:
        return "below 0.1 %"
    return f"{100 * share:.1f} %"


def count_text(n: float | None) -> str:
    """Say a count: "9.1 million", "12,300", "140"."""
    if n is None:
        return "undefined"
    if abs(n) >= 999_500:
        return f"{round_to(n / 1e6, 2):,g} million"
    if abs(n) >= 9_950:
        return f"{round_to(n, 3):,.0f}"
    return f"{n:,.0f}"


def number_text(x: float | None, unit: str = "") -> str:
    """Say a number with two or three digits, and its unit."""
    if x is None:
        return "undefined"
    digits = f"{x:,.0f}" if abs(x) >= 100 else f"{round_to(x, 2):g}"
    return f"{digits} {unit}".strip()


def points_text(difference: float | None) -> str:
    """Say a difference of shares: "down 3.1 percentage points"."""
    if difference is None:
        return "undefined"
    if difference == 0:
        return "no difference"
    size = 100 * abs(difference)
    text = f"{size:.1f}" if size >= 0.05 else "less than 0.1"
    return f"{'down' if difference < 0 else 'up'} {text} percentage points"


def interval_text(low: float | None, high: float | None, kind: str = "number") -> str:
    """Say a 95 % interval; "one run only" where there is none.

    Parameters
    ----------
    low, high : float or None
    kind : {"number", "share", "count", "rate", "points"}
        How to write the limits; those of shares, counts and rates below 0 are written as 0.
    """
    if low is None or high is None:
        return "no interval: too few replicates"
    if kind == "share" and high < 0.001:
        return "below 0.1 %"
    if kind == "share":
        return f"{100 * max(low, 0.0):.1f} to {100 * min(high, 1.0):.1f} %"
    if kind == "rate":
        return f"{number_text(max(low, 0.0))} to {number_text(max(high, 0.0))}"
    if kind == "points" and max(abs(low), abs(high)) < 0.0005:
        return "less than 0.1 percentage points either way"
    if kind == "points":
        return f"{100 * low:+.1f} to {100 * high:+.1f} percentage points"
    if kind == "count":
        return f"{count_text(max(low, 0.0))} to {count_text(max(high, 0.0))}"
    return f"{number_text(low)} to {number_text(high)}"
