"""What an unquoted word or number of a file means, and what is refused.

The rules are those of YAML 1.2, made narrower: whatever one reader of YAML takes for a
number, a date or a truth value and another does not is an error, never a guess.
"""

from __future__ import annotations

import math
import re

WORDS_OF_OLD = re.compile(r"(?i)^(yes|no|on|off)$")
WRONG_CASE = re.compile(r"^(True|TRUE|False|FALSE|Null|NULL)$")
WHOLE = re.compile(r"^[-+]?(0|[1-9][0-9]*)$")
DECIMAL = re.compile(r"^[-+]?((0|[1-9][0-9]*)?\.[0-9]+|(0|[1-9][0-9]*)\.?)([eE][-+]?[0-9]+)?$")
LEADING_ZERO = re.compile(r"^[-+]?0[0-9][0-9.]*$")
CLOCK = re.compile(r"^[-+]?[0-9]+(:[0-9]{1,2})+(\.[0-9]*)?$")
DATE = re.compile(r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$")
UNDERSCORES = re.compile(r"^[-+]?[0-9][0-9]*(_[0-9]+)+(\.[0-9_]*)?$")
OTHER_BASE = re.compile(r"^[-+]?0[xXoObB][0-9a-fA-F_]+$")
NOT_A_NUMBER = re.compile(r"(?i)^[-+]?\.(inf|nan)$")
PERCENT = re.compile(r"^[-+]?[0-9.]+ ?%$")
COMMAS = re.compile(r"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$")
LONGEST_NUMBER = 40


class Refused(Exception):
    """An unquoted scalar that could be read in two ways.

    Parameters
    ----------
    message : str
        What is wrong with it.
    hint : str
        What to write instead.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def plain(text: str) -> str | int | float | bool | None:
    """Read an unquoted scalar.

    Parameters
    ----------
    text : str
        The scalar as written.

    Returns
    -------
    str, int, float, bool or None

    Raises
    ------
    Refused
        When the scalar is empty or ambiguous.
    """
    if text == "":
        raise Refused("nothing stands here", "write a value, or null if there is none")
    if text in ("null", "~"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if WHOLE.match(text) or DECIMAL.match(text):
        return _number(text)
    _refuse_lookalikes(text)
    return text


def _number(text: str) -> int | float:
    if len(text) > LONGEST_NUMBER:
        raise Refused("this number has too many digits", "write fewer digits")
    if WHOLE.match(text):
        return int(text)
    value = float(text)
    if not math.isfinite(value):
        raise Refused("this number is too large", "write a smaller number")
    return value


def _refuse_lookalikes(text: str) -> None:
    if WORDS_OF_OLD.match(text):
        truth = "true" if text.lower() in ("yes", "on") else "false"
        raise Refused(
            f"the word {text} without quotes is read as true or false by some programs and as a "
            "word by others",
            f'write {truth} for a truth value or "{text}" for the word',
        )
    if WRONG_CASE.match(text):
        raise Refused(f"{text} must be written in small letters", f"write {text.lower()}")
    if LEADING_ZERO.match(text):
        fixed = text.lstrip("+-0") or "0"
        raise Refused(
            "a number that begins with 0 is read in base 8 by some programs",
            f'write {fixed}, or "{text}" in quotes if it is not a number',
        )
    if CLOCK.match(text):
        raise Refused(
            "a time of day without quotes is read as a number in base 60 by some programs",
            f'write it in quotes: "{text}"',
        )
    if DATE.match(text):
        raise Refused("a date must stand in quotes", f'write it in quotes: "{text[:30]}"')
    if UNDERSCORES.match(text):
        raise Refused(
            "a number with underscores is read as a word by some programs",
            f"write {text.replace('_', '')}",
        )
    if OTHER_BASE.match(text):
        raise Refused("numbers are written in base 10", "write the number in base 10")
    if NOT_A_NUMBER.match(text):
        raise Refused("infinity and not-a-number are not allowed", "write a finite number")


def number_hint(text: str) -> str:
    """Return the likely fix where a text stands in the place of a number."""
    if PERCENT.match(text):
        return f"write {float(text.rstrip(' %')) / 100:g}" if text.count(".") <= 1 else ""
    if COMMAS.match(text):
        return f"write {text.replace(',', '')}"
    if re.match(r"^[-+]?[0-9]+,[0-9]+$", text):
        return f"write {text.replace(',', '.')}"
    if WHOLE.match(text) or DECIMAL.match(text):
        return f"write {text[:LONGEST_NUMBER]} without quotes"
    return ""
