"""How findings and reports say a number.

Counts first ("one adult in 120"), never 0%, "percentage points" for differences. What is null is
said in words and never becomes 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

NO_EVIDENCE = "not enough evidence"
"""What stands in a cell whose value is null."""

PER_1000 = "per 1,000 adults"
"""The unit of a rate, as in the tables of an audit."""

TOO_FEW = "too few replicates for an interval"
"""What stands for an interval that fewer than three replicates would have to make."""

MINUS = "\N{MINUS SIGN}"


def known(value: float | None) -> bool:
    """Tell whether ``value`` is a finite number (null and NaN are not)."""
    return value is not None and math.isfinite(value)


def number(value: float | None, digits: int | None = None) -> str:
    """Write a plain number with thousands separators and a real minus sign.

    Parameters
    ----------
    value : float or None
        In whatever unit; null gives :data:`NO_EVIDENCE`.
    digits : int, optional
        Decimals. By default about three significant figures, and none for whole numbers.

    Examples
    --------
    >>> number(12345.6), number(0.01234), number(-3.0), number(None)
    ('12,346', '0.0123', '−3', 'not enough evidence')
    """
    if value is None or not math.isfinite(value):
        return NO_EVIDENCE
    size = abs(value)
    free = digits is None
    if digits is None:
        if float(value).is_integer() or size >= 100:
            digits = 0
        elif size >= 10:
            digits = 1
        else:
            digits = min(6, 2 - math.floor(math.log10(size)))
    text = f"{size:,.{digits}f}"
    if free and "." in text:
        text = text.rstrip("0").rstrip(".")
    negative = value < 0 and any(c in "123456789" for c in text)
    return (MINUS if negative else "") + text


def round_count(value: float) -> int:
    """Round a count to two significant figures above 100, else to a whole number."""
    if value < 100:
        return round(value)
    step = int(10 ** (math.floor(math.log10(value)) - 1))
    return round(value / step) * step


def one_in(share: float | None, noun: str = "adult", plural: str = "") -> str:
    """Say a share as people: "one adult in 120", "34 adults in 100".

    Parameters
    ----------
    share : float or None
        Between 0 and 1.
    noun, plural : str
        What is counted; ``plural`` defaults to ``noun`` + "s".

    Examples
    --------
    >>> one_in(1 / 118), one_in(0.0), one_in(0.6, "entry", "entries")
    ('one adult in 120', 'fewer than 1 adult in 1,000', '60 entries in 100')
    """
    if share is None or not math.isfinite(share):
        return NO_EVIDENCE
    one = f" {noun}" if noun else ""
    many = f" {plural or noun + 's'}" if noun else ""
    if share >= 1:
        return f"all{many}"
    if share > 0.999:
        return f"more than 999{many} in 1,000"
    if share >= 0.995:
        return f"{math.floor(round(share * 1000, 6))}{many} in 1,000"
    if share > 0.15:
        return f"{round(share * 100)}{many} in 100"
    if share < 0.001:
        return f"fewer than 1{one} in 1,000"
    return f"one{one} in {round_count(1 / share):,}"


def per(rate: float | None, base: int = 1000) -> str:
    """Say a share as a count out of ``base``: "14 in 1,000", "fewer than 1 in 1,000"."""
    if rate is None or not math.isfinite(rate):
        return NO_EVIDENCE
    count = rate * base
    if 0 <= count < 1:
        return f"fewer than 1 in {base:,}"
    if base - 1 < count < base:
        return f"more than {base - 1:,} in {base:,}"
    return f"{number(count, 1 if count < 10 and round(count, 1) % 1 else 0)} in {base:,}"


def percent(share: float | None) -> str:
    """Write a share as a percentage, without ever writing 0%.

    Examples
    --------
    >>> percent(0.0123), percent(0.0), percent(1.0), percent(0.9999)
    ('1.2%', 'under 0.1%', '100%', 'over 99.9%')
    """
    if share is None or not math.isfinite(share):
        return NO_EVIDENCE
    if 0 <= share < 0.001:
        return "under 0.1%"
    if -0.001 < share < 0:
        return f"between {MINUS}0.1% and nought"
    if 0.999 < share < 1:
        return "over 99.9%"
    size = abs(share) * 100
    whole = size >= 99.95 or float(f"{size:.6g}").is_integer()
    return f"{number(share * 100, 0 if whole else 1)}%"


def are(phrase: str) -> str:
    """Return "is" or "are", to agree with a phrase made by :func:`one_in`."""
    return "is" if phrase.startswith(("one ", "fewer than 1 ")) else "are"


def percentage_points(difference: float | None) -> str:
    """Write a difference of two shares in percentage points.

    Examples
    --------
    >>> percentage_points(-0.031), percentage_points(0.0)
    ('down 3.1 percentage points', 'no difference')
    """
    if difference is None or not math.isfinite(difference):
        return NO_EVIDENCE
    if difference == 0:
        return "no difference"
    way = "down" if difference < 0 else "up"
    if abs(difference) < 0.0005:
        return f"{way} less than 0.1 percentage points"
    size = number(abs(difference) * 100, 1).removesuffix(".0")
    return f"{way} {size} percentage point{'' if size == '1' else 's'}"


def interval(low: float | None, high: float | None, digits: int | None = None) -> str:
    """Write a range: "4.1 to 6.2"; null bounds give :data:`NO_EVIDENCE`."""
    if not (known(low) and known(high)):
        return NO_EVIDENCE
    return f"{number(low, digits)} to {number(high, digits)}"


def large(value: float | None) -> str:
    """Write a count of the nation to three significant figures: "38.6 million", "12,300"."""
    if value is None or not math.isfinite(value):
        return NO_EVIDENCE
    if value < 1000:
        return number(value, 0)
    rounded = float(f"{value:.3g}")
    if rounded >= 1e9:
        return f"{number(rounded / 1e6, 0)} million"
    return f"{number(rounded / 1e6)} million" if rounded >= 1e6 else number(rounded, 0)


SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def spelled(count: int) -> str:
    """Write a small count as a word, as at the start of a sentence: "nine", "14"."""
    return SMALL[count] if 0 <= count < len(SMALL) else number(count)


def percent_interval(low: float | None, high: float | None) -> str:
    """Write a range of shares or of changes: "1.2% to 4.5%", "−3% to under 0.1%"."""
    if low is None or high is None or not (known(low) and known(high)):
        return NO_EVIDENCE

    def bound(share: float) -> str:
        return f"{number(share * 100, 4)}%" if -0.001 < share < -1e-6 else percent(share)

    if bound(low) == bound(high):
        return bound(low)
    return f"{bound(low)} to {bound(high)}"


def cut(low: float, high: float, unit: str) -> tuple[float, float]:
    """Cut an interval of a share, a rate, a count or a ratio at 0, and that of a share at 1."""
    return max(0.0, low), min(1.0, high) if unit.startswith("share") else high


SIGNED = ("share, signed", "mi per person-year", "correlation", "difference of AUC")
"""Units of figures that may lie below 0, so that their intervals are not cut there."""


def interval_in(low: float | None, high: float | None, unit: str, signed: bool = False) -> str:
    """Write a 95% interval in its unit.

    Parameters
    ----------
    low, high : float or None
        Both null: there were too few replicates. Only ``high`` null: it was not reached.
    unit : str
        As in the tables of an audit: "share", "persons", "months"; "points" for a difference of
        shares.
    signed : bool
        Whether this is a change, which may lie below 0. Any other interval is cut at what is
        possible.

    Examples
    --------
    >>> interval_in(-2.0, 5.0, "ratio"), interval_in(0.01, 0.025, "share")
    ('0 to 5', '1% to 2.5%')
    """
    if low is None or not math.isfinite(low):
        return TOO_FEW
    if high is None or not math.isfinite(high):
        return f"{number(max(0.0, low))} to beyond the run"
    if unit == "points":
        return _points_interval(low, high)
    if not signed and unit not in SIGNED:
        low, high = cut(low, high, unit)
    if unit == PER_1000 and 0 <= low <= high < 0.1:
        return in_unit(high, unit)
    return percent_interval(low, high) if unit.startswith("share") else interval(low, high)


def in_unit(value: float | None, unit: str) -> str:
    """Write a value the way its unit is written."""
    if unit.startswith("share"):
        return percent(value)
    if unit == PER_1000 and value is not None and 0 <= value < 0.1:
        return "fewer than 1 in 10,000"
    return number(value)


def _points_interval(low: float, high: float) -> str:
    if max(abs(low), abs(high)) < 0.0005:
        return "less than 0.1 percentage points either way"
    ends = (f"{'+' if x > 0 else ''}{number(100 * x, 1)}" for x in (low, high))
    return f"{' to '.join(ends)} percentage points"


def plural(count: float | None, one: str, many: str = "") -> str:
    """Write a count with its noun: "1 person", "14 people"."""
    if count is None or not math.isfinite(count):
        return NO_EVIDENCE
    text = number(count, 0)
    return f"{text} {one if text == '1' else many or one + 's'}"


def people(count: float | None) -> str:
    """Write a number of people: "1 person", "14 people", "nobody" for none."""
    if count is not None and count == 0:
        return "nobody"
    return plural(count, "person", "people")


def listing(words: Iterable[str]) -> str:
    """Join words as British prose does: "a, b and c"."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def sentence(text: str) -> str:
    """Start ``text`` with a capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]
