"""Checks of routes: which answers lead to an item, and whether anybody gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from scoredsociety.opinion.questionnaire import YES_NO, Answers
from scoredsociety.schemes.errors import Finding, Path, Tree, show
from scoredsociety.schemes.plain import Plain, exists, items, twice

SCALED = ("attitude", "drawn")
"""Kinds of item that have a scale of their own."""
MOST_NUMBERS = 101


def kind_of(item: Tree) -> str:
    """Return what answers an item, or nothing if that is no kind that exists."""
    kind = item.get("answer") if isinstance(item, dict) else None
    return kind if isinstance(kind, str) and kind in get_args(Answers) else ""


def answers_of(item: Tree) -> list[str]:
    """Return the answers that an item can get, or none if it cannot be told."""
    kind = kind_of(item)
    if kind in SCALED:
        return items(item, "scale", str)
    if kind != "support":
        return list(YES_NO) if kind else []
    low, high = ends(item)
    return [str(n) for n in range(low, high + 1)] if low < high < low + MOST_NUMBERS else []


def ends(item: Plain) -> tuple[int, int]:
    """Return the lowest and the highest number of an item of support."""
    low, high = item.get("low", 0), item.get("high", 10)
    return (
        low if isinstance(low, int) and not isinstance(low, bool) else 0,
        high if isinstance(high, int) and not isinstance(high, bool) else 10,
    )


def routes(name: str, item: Plain, asked: Plain) -> Iterator[Finding]:
    """Check by which earlier answers an item is asked."""
    names = list(asked)
    earlier = names[: names.index(name)]
    for i, route in enumerate(items(item, "asked")):
        at: Path = ("items", name, "asked", i)
        to = route.get("item")
        if to == name:
            message = "an item cannot depend on its own answer"
            yield Finding((*at, "item"), message, show(to), _named(earlier))
        elif isinstance(to, str) and to in asked and to not in earlier:
            message = f"{show(to)} is asked later; a route leads to an earlier item"
            hint = f"move {to} before {name}"
            yield Finding((*at, "item"), message, show(to), _named(earlier), hint)
        else:
            yield from exists(to, asked, "item", (*at, "item"))
        yield from _answers(route, at, asked)


def _named(earlier: list[str]) -> str:
    return ", ".join(earlier) or "none: this is the first item"


def _answers(route: Plain, at: Path, asked: Plain) -> Iterator[Finding]:
    """Check the answers of a route, or of those whom a published figure is about."""
    to, here = route.get("item"), (*at, "answers")
    given = items(route, "answers", str)
    if route.get("answers") == []:
        yield Finding(here, "no answer is named, so that nobody is left", hint="name an answer")
    yield from twice(given, here, "answer")
    scale = answers_of(asked.get(to)) if isinstance(to, str) else []
    if not scale:
        return
    yield from on_scale(given, scale, here, f"answer to {to}")
    if set(scale) <= set(given):
        message = f"these are all answers to {to}, so that nobody is left out"
        yield Finding(here, message, hint="delete the route, or an answer")


def on_scale(given: Iterable[str], scale: list[str], at: Path, what: str) -> Iterator[Finding]:
    """Find answers that an item cannot get."""
    for i, answer in enumerate(given):
        if answer:
            for finding in exists(answer, scale, what, (*at, i)):
                yield Finding(finding.path, finding.message, finding.value,
                              ", ".join(scale), finding.hint)  # fmt: skip


def reach(asked: Plain) -> dict[str, dict[str, set[str]]]:
    """Return, for each item, the answers to earlier items that those who are asked have given.

    Routes are inherited: who is asked has answered the item of the route, and so was asked it.
    An empty set means that nobody is asked; whatever is routed on that item does not repeat it.
    """
    out: dict[str, dict[str, set[str]]] = {}
    for name, item in asked.items():
        left: dict[str, set[str]] = {}
        for route in items(item, "asked"):
            to, given = route.get("item"), set(items(route, "answers", str))
            if not isinstance(to, str) or to not in out or not given & set(answers_of(asked[to])):
                continue
            inherited = {other: answers for other, answers in out[to].items() if answers}
            for other, answers in ({to: given} | inherited).items():
                left[other] = left[other] & answers if other in left else answers
        out[name] = left
    return out


def among(
    figure: Plain, at: Path, name: str, asked: Plain, given_by: dict[str, set[str]]
) -> Iterator[Finding]:
    """Check whom a published figure of an item is about."""
    those = figure.get("among")
    if not isinstance(those, dict):
        return
    here, to = (*at, "among"), those.get("item")
    if to == name:
        message = "a figure cannot be about those who gave one of its own answers"
        yield Finding((*here, "item"), message, show(to))
    else:
        yield from exists(to, asked, "item", (*here, "item"))
    yield from _answers(those, here, asked)
    given = items(those, "answers", str)
    if isinstance(to, str) and given_by.get(to) and given and not given_by[to] & set(given):
        message = f"nobody who is asked {name} gave such an answer to {to}"
        yield Finding((*here, "answers"), message, allowed=", ".join(sorted(given_by[to])))
