"""Checks of the items of a questionnaire: scales, shares, routes, published figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scoredsociety.opinion.questionnaire import YES_NO
from scoredsociety.schemes.errors import Finding, Path, Tree, show
from scoredsociety.schemes.figures import within
from scoredsociety.schemes.limits import SHARE, Limit
from scoredsociety.schemes.plain import Plain, block, exists, get, is_number, items, number, twice

SCALED = ("attitude", "drawn")
CATEGORIES = (2, 11)
MOST_NUMBERS = 101
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
    reach = _reach(asked)
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
        findings += _routes(name, item, asked)
        for other, answers in reach.get(name, {}).items():
            if not answers:
                message = (
                    f"nobody is ever asked this: its routes, with those of the items that they "
                    f"name, leave no answer to {show(other)}"
                )
                hint = "delete one of the routes that contradict each other"
                findings.append(Finding((*at, "asked"), message, hint=hint))
        for i, figure in enumerate(items(item, "published")):
            here: Path = (*at, "published", i)
            findings += published(figure, here, item)
            findings += _among(figure, here, name, asked, reach.get(name, {}))
            if figure.get("arm") is not None:
                message = "arm has a meaning in an experiment only"
                findings.append(Finding((*here, "arm"), message, hint="delete it", at_key=True))
    return findings


def answers_of(item: Tree) -> list[str]:
    """Return the answers that an item can get, or none if it cannot be told."""
    kind = item.get("answer") if isinstance(item, dict) else None
    if kind in SCALED:
        return items(item, "scale", str)
    if kind != "support":
        return list(YES_NO) if isinstance(kind, str) else []
    low, high = ends(item)
    return [str(n) for n in range(low, high + 1)] if low < high < low + MOST_NUMBERS else []


def ends(item: Plain) -> tuple[int, int]:
    """Return the lowest and the highest number of an item of support."""
    low, high = item.get("low", 0), item.get("high", 10)
    return (
        low if isinstance(low, int) and not isinstance(low, bool) else 0,
        high if isinstance(high, int) and not isinstance(high, bool) else 10,
    )


def exists_attitude(
    name: object, asked: Plain, at: Path, also: tuple[str, ...] = ()
) -> list[Finding]:
    """Find a name of no item, or of one that is no attitude."""
    if not isinstance(name, str):
        return []
    kind = get(asked, name, "answer")
    if name in asked and isinstance(kind, str) and kind not in ("attitude", *also):
        fit = [n for n in asked if get(asked, n, "answer") in ("attitude", *also)]
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
    kind = item.get("answer")
    if not isinstance(kind, str):
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
    if lacking:
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


# ----------------------------------------------------------------------- routes


def _routes(name: str, item: Plain, asked: Plain) -> Iterator[Finding]:
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
    yield from _on(given, scale, here, f"answer to {to}")
    if set(scale) <= set(given):
        message = f"these are all answers to {to}, so that nobody is left out"
        yield Finding(here, message, hint="delete the route, or an answer")


def _on(given: Iterable[str], scale: list[str], at: Path, what: str) -> Iterator[Finding]:
    for i, answer in enumerate(given):
        if answer:
            for finding in exists(answer, scale, what, (*at, i)):
                yield Finding(finding.path, finding.message, finding.value,
                              ", ".join(scale), finding.hint)  # fmt: skip


def _reach(asked: Plain) -> dict[str, dict[str, set[str]]]:
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


# -------------------------------------------------------------------- published


def published(figure: Plain, at: Path, item: Tree) -> Iterator[Finding]:
    """Check a published figure about an item."""
    kind = item.get("answer") if isinstance(item, dict) else None
    given = items(figure, "answers", str)
    if kind == "support":
        limit = Limit(*ends(item))
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
            yield from _on(given, scale, (*at, "answers"), "such answer:")
        yield from twice(given, (*at, "answers"), "answer")
    yield from within(figure.get("value"), limit, (*at, "value"))
    for i, end in enumerate(items(figure, "range", object)):
        yield from within(end, limit, (*at, "range", i))


def _among(
    figure: Plain, at: Path, name: str, asked: Plain, reach: dict[str, set[str]]
) -> Iterator[Finding]:
    among = figure.get("among")
    if not isinstance(among, dict):
        return
    here, to = (*at, "among"), among.get("item")
    if to == name:
        message = "a figure cannot be about those who gave one of its own answers"
        yield Finding((*here, "item"), message, show(to))
    else:
        yield from exists(to, asked, "item", (*here, "item"))
    yield from _answers(among, here, asked)
    given = items(among, "answers", str)
    if isinstance(to, str) and reach.get(to) and given and not reach[to] & set(given):
        message = f"nobody who is asked {name} gave such an answer to {to}"
        yield Finding((*here, "answers"), message, allowed=", ".join(sorted(reach[to])))
