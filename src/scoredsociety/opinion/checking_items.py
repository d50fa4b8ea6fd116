"""Checks of the items of a questionnaire: scales, shares, numbers, published figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scoredsociety.opinion.checking_routes import (
    MOST_NUMBERS,
    SCALED,
    among,
    answers_of,
    ends,
    kind_of,
    on_scale,
    reach,
    routes,
)
from scoredsociety.schemes.errors import Finding, Path, Tree, show
from scoredsociety.schemes.figures import within
from scoredsociety.schemes.limits import SHARE, Limit
from scoredsociety.schemes.plain import Plain, block, exists, get, is_number, items, number, twice

CATEGORIES = (2, 11)
POSITIVE = Limit(0, 1, above=True)
CLOSE = 1e-6
"""Shares may miss a sum of 1 by this much."""
NEEDS = {
    "aware": ("about",),
    "covered": ("about",),
    "user": ("about",),
    "own-score": ("about",),
    "changed": ("conducts",),
    "attitude": ("scale", "shares"),
    "drawn": ("scale", "shares"),
    "support": ("mean", "spread"),
}
"""Keys without which an item of this kind means nothing."""
BELONGS = {
    "about": ("aware", "covered", "user", "own-score", "changed"),
    "conducts": ("changed",),
    "scale": SCALED,
    "shares": SCALED,
    "neutral": ("attitude",),
    "sensitive": ("attitude",),
    "by_fairness": ("drawn",),
    "mean": ("support",),
    "spread": ("support",),
    "low": ("support",),
    "high": ("support",),
}
"""Kinds of item for which a key has a meaning."""
WRITE = {
    "about": "local, national, commercial or any",
    "conducts": "the names of conduct",
    "scale": "the answers, lowest first",
    "shares": "the share of each answer",
    "mean": "the mean of the numbers",
    "spread": "the numbers to one unit of approval",
}


def check(asked: Plain, conducts: Plain) -> list[Finding]:
    """Check all items.

    Parameters
    ----------
    asked : mapping
        Plain data of the items, in the order in which they are asked.
    conducts : mapping
        Those of the world, by name.

    Returns
    -------
    list of Finding
    """
    findings: list[Finding] = []
    given = reach(asked)
    for name, item in asked.items():
        if not isinstance(item, dict):
            continue
        at: Path = ("items", name)
        findings += _keys(item, at)
        findings += _scale(item, at)
        findings += _numbers(item, at)
        for i, conduct in enumerate(items(item, "conducts", str)):
            findings += exists(conduct, conducts, "conduct", (*at, "conducts", i))
        findings += twice(items(item, "conducts", str), (*at, "conducts"), "conduct")
        findings += routes(name, item, asked)
        for other, answers in given.get(name, {}).items():
            if not answers:
                message = (
                    f"nobody is ever asked this: its routes, with those of the items that they "
                    f"name, leave no answer to {show(other)}"
                )
                hint = "delete one of the routes that exclude each other"
                findings.append(Finding((*at, "asked"), message, hint=hint))
        for i, figure in enumerate(items(item, "published")):
            here: Path = (*at, "published", i)
            findings += published(figure, here, item)
            findings += among(figure, here, name, asked, given.get(name, {}))
            if figure.get("arm") is not None:
                message = "arm has a meaning in an experiment only"
                findings.append(Finding((*here, "arm"), message, hint="delete it", at_key=True))
    return findings


def exists_attitude(
    name: object, asked: Plain, at: Path, also: tuple[str, ...] = ()
) -> list[Finding]:
    """Find a name of no item, or of one that is no attitude."""
    if not isinstance(name, str):
        return []
    kind = kind_of(asked.get(name))
    if kind and kind not in ("attitude", *also):
        fit = [n for n, item in asked.items() if kind_of(item) in ("attitude", *also)]
        message = f"{show(name)} is no attitude"
        return [Finding(at, message, show(name), ", ".join(fit) or "none is asked")]
    return exists(name, asked, "item", at)


def misplaced(
    entry: Plain, kind: str, belongs: Mapping[str, tuple[str, ...]], what: str, at: Path
) -> Iterator[Finding]:
    """Yield keys that have no meaning in an entry of this kind."""
    for key, kinds in belongs.items():
        if entry.get(key) in (None, [], {}, False) and key not in ("low", "high"):
            continue
        if key in entry and kind not in kinds:
            message = f"{key} has no meaning where {what} is {kind}"
            yield Finding((*at, key), message, "", "", "delete it", at_key=True)


def _keys(item: Plain, at: Path) -> Iterator[Finding]:
    kind = kind_of(item)
    if not kind:
        return
    yield from misplaced(item, kind, BELONGS, "answer", at)
    for key in NEEDS.get(kind, ()):
        if item.get(key) in (None, []):
            message = f"an item with answer {kind} needs {key}"
            yield Finding(at, message, hint=f"add {key}: with {WRITE[key]}", at_key=True)


def _scale(item: Plain, at: Path) -> list[Finding]:
    scale = items(item, "scale", str)
    if item.get("answer") not in SCALED or not scale:
        return []
    findings = twice(scale, (*at, "scale"), "answer")
    low, high = CATEGORIES
    if not low <= len(scale) <= high:
        allowed = f"from {low} to {high}"
        message = f"the scale has {len(scale)} answer{'s' * (len(scale) != 1)}"
        findings.append(Finding((*at, "scale"), message, allowed=allowed))
    findings += _shares(item, scale, (*at, "shares", "values"))
    for answer in block(item, "by_fairness"):
        findings += exists(answer, scale, "answer", (*at, "by_fairness", answer), key=True)
    if item.get("answer") != "attitude":
        return findings
    neutral, sensitive = item.get("neutral"), item.get("sensitive")
    if sensitive is True and neutral is None:
        message = "a sensitive item needs neutral"
        hint = "add neutral: with the highest answer that is no approval"
        findings.append(Finding(at, message, allowed=", ".join(scale[:-1]), hint=hint, at_key=True))
    if isinstance(neutral, str) and sensitive in (None, False):
        message = "neutral has a meaning only where the item is sensitive"
        hint = "add sensitive: true, or delete neutral:"
        findings.append(Finding((*at, "neutral"), message, hint=hint, at_key=True))
    elif neutral == scale[-1] and len(scale) > 1:
        message = f"{show(neutral)} is the highest answer, so that nobody approves"
        allowed = ", ".join(scale[:-1])
        findings.append(Finding((*at, "neutral"), message, show(neutral), allowed))
    else:
        findings += exists(neutral, scale, "answer", (*at, "neutral"))
    return findings


def _shares(item: Plain, scale: list[str], at: Path) -> list[Finding]:
    values = get(item, "shares", "values")
    if not isinstance(values, dict):
        return []
    findings: list[Finding] = []
    limit = POSITIVE if item.get("answer") == "attitude" else SHARE
    for answer, value in values.items():
        findings += exists(answer, scale, "answer", (*at, answer), key=True)
        findings += within(value, limit, (*at, answer))
    lacking = [answer for answer in dict.fromkeys(scale) if answer and answer not in values]
    if len(lacking) > len(values.keys() - set(scale)):  # more than are only misspelt
        message = f"no share is given for {', '.join(map(show, lacking))}"
        findings.append(Finding(at, message, hint=f"add {lacking[0]}: with its share"))
    if not findings and all(map(is_number, values.values())):
        total = sum(values.values())
        if abs(total - 1) > CLOSE:
            message = f"the shares add up to {total:.8g}"
            findings.append(Finding(at, message, f"{total:.8g}", "a sum of 1"))
    return findings


def _numbers(item: Plain, at: Path) -> Iterator[Finding]:
    if item.get("answer") != "support":
        return
    low, high = ends(item)
    here: Path = (*at, "low") if "low" in item else (*at, "high") if "high" in item else at
    if low >= high:
        yield Finding(here, f"the scale ends at {high} before it begins at {low}")
    elif high - low >= MOST_NUMBERS:
        message = f"the scale has {high - low + 1} numbers"
        yield Finding(here, message, allowed=f"at most {MOST_NUMBERS}")
    else:
        yield from within(number(item, "mean"), Limit(low, high), (*at, "mean", "value"))


def published(figure: Plain, at: Path, item: Tree) -> Iterator[Finding]:
    """Check a published figure about an item."""
    given = items(figure, "answers", str)
    if kind_of(item) == "support":
        low, high = ends(item)
        limit = Limit(min(low, high), max(low, high))
        if given:
            message = "the numbers of a support have a mean, and no answers to count"
            yield Finding((*at, "answers"), message, hint="delete answers:", at_key=True)
    else:
        limit = SHARE
        scale = answers_of(item)
        if scale and not figure.get("answers"):
            message = "a published share must say which answers it counts"
            yield Finding(at, message, allowed=", ".join(scale), hint="add answers:")
        if scale:
            yield from on_scale(given, scale, (*at, "answers"), "such answer:")
        yield from twice(given, (*at, "answers"), "answer")
    yield from within(figure.get("value"), limit, (*at, "value"))
    for i, end in enumerate(items(figure, "range", object)):
        yield from within(end, limit, (*at, "range", i))
