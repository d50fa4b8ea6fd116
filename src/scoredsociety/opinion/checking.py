"""What a questionnaire must mean, beyond its shape.

Every function takes plain data and passes over what has the wrong shape, so that its findings can
be told together with those of shape. Nothing here raises.
"""

from __future__ import annotations

from scoredsociety.opinion import checking_experiments, checking_items
from scoredsociety.opinion.checking_items import exists_attitude
from scoredsociety.opinion.checking_routes import kind_of
from scoredsociety.schemes.errors import Finding, Path, Tree, show
from scoredsociety.schemes.figures import numbers
from scoredsociety.schemes.limits import HAZARD, MONTHS, SHARE, Limit
from scoredsociety.schemes.plain import Plain, block, is_number, items, twice

MOST_ITEMS = 60
LOG_ODDS = Limit(-10, 10, "log odds")
SHIFT = Limit(-10, 10, "units of approval")
LIMITS: dict[Path, Limit] = {
    ("fieldwork", "month"): MONTHS,
    ("sample", "size"): Limit(20, 1_000_000, "people", whole=True),
    ("sample", "response", "share"): HAZARD,
    ("sample", "response", "college"): LOG_ODDS,
    ("sample", "response", "age"): LOG_ODDS,
    ("sample", "response", "approval"): LOG_ODDS,
    ("items", "*", "by_fairness", "*"): LOG_ODDS,
    ("items", "*", "spread"): Limit(0, 1000, "numbers", above=True),
    ("experiments", "*", "controls", "*"): SHARE,
    ("experiments", "*", "arms", "*", "shift"): SHIFT,
    ("experiments", "*", "strength"): SHIFT,
    ("panel", "months_later"): MONTHS,
    ("panel", "stays"): HAZARD,
    ("panel", "informs"): SHARE,
}


def questionnaire(data: Tree, conducts: Plain) -> list[Finding]:
    """Check a questionnaire.

    Parameters
    ----------
    data : mapping
        Plain data of the file.
    conducts : mapping
        Those of the world, by name.

    Returns
    -------
    list of Finding
        Every mistake that the shape of the blocks does not rule out.
    """
    findings = list(numbers(data, LIMITS))
    asked = block(data, "items")
    if not asked and isinstance(data.get("items"), dict):
        findings.append(Finding(("items",), "nothing is asked", hint="add an item"))
    if len(asked) > MOST_ITEMS:
        message = f"{len(asked)} items stand here"
        findings.append(Finding(("items",), message, allowed=f"at most {MOST_ITEMS}"))
    for key in ("frame", "reference"):
        findings += _frame(block(data, key), key)
    findings += _sample(data)
    findings += checking_items.check(asked, conducts)
    findings += checking_experiments.check(block(data, "experiments"), asked)
    findings += _panel(block(data, "panel"), asked)
    headline = data.get("headline")
    if headline is not None:
        findings += exists_attitude(headline, asked, ("headline",))
    kinds = [kind_of(item) for item in asked.values()]
    if data.get("groups") and all(kinds) and "attitude" not in kinds and headline is None:
        message = "groups cut the answers to an attitude, and none is asked"
        findings.append(Finding(("groups",), message, hint="delete groups:", at_key=True))
    return findings


def _frame(frame: Plain, key: str) -> list[Finding]:
    youngest, oldest = frame.get("youngest"), frame.get("oldest")
    if is_number(youngest) and is_number(oldest) and youngest > oldest:
        message = f"nobody is at least {show(youngest)} and at most {show(oldest)} years old"
        hint = f"write youngest: {oldest} and oldest: {youngest}"
        return [Finding((key, "youngest"), message, show(youngest), hint=hint)]
    return []


def _sample(data: Plain) -> list[Finding]:
    sample = block(data, "sample")
    cuts = {
        ("sample", "quotas"): items(sample, "quotas", str),
        ("sample", "weights"): items(sample, "weights", str),
        ("groups",): items(data, "groups", str),
    }
    findings: list[Finding] = []
    for at, names in cuts.items():
        findings += twice(names, at, at[-1].removesuffix("s"))
    by_age = any("age" in names for names in cuts.values())
    return findings + _bands(sample, block(data, "frame"), by_age)


def _bands(sample: Plain, frame: Plain, by_age: bool) -> list[Finding]:
    bands, at = sample.get("bands"), ("sample", "bands")
    if not bands:
        if not by_age:
            return []
        message = "age is a quota, a weight or a group, and no bands of age are named"
        hint = f"add bands: with the lowest age of each, the first {show(frame.get('youngest'))}"
        return [Finding(("sample",), message, hint=hint)]
    if not isinstance(bands, list) or not all(map(is_number, bands)):
        return []
    findings: list[Finding] = []
    if not by_age:
        message = "bands have no meaning where age is no quota, weight or group"
        findings.append(Finding(at, message, hint="delete bands:", at_key=True))
    youngest, oldest = frame.get("youngest"), frame.get("oldest")
    if _frame(frame, "frame"):
        return findings
    if is_number(youngest) and bands[0] != youngest:
        message = f"the first band begins at {show(bands[0])} and the frame at {show(youngest)}"
        hint = f"write {youngest}"
        findings.append(Finding((*at, 0), message, show(bands[0]), show(youngest), hint))
    for i, age in enumerate(bands):
        if i and age <= bands[i - 1]:
            message = f"{show(age)} does not lie above {show(bands[i - 1])}; bands must rise"
            findings.append(Finding((*at, i), message, show(age)))
        if is_number(oldest) and age > oldest:
            message = f"nobody in the frame is {show(age)} or older"
            findings.append(Finding((*at, i), message, show(age), f"at most {show(oldest)}"))
    return findings


def _panel(panel: Plain, asked: Plain) -> list[Finding]:
    names, at = panel.get("items"), ("panel", "items")
    if not isinstance(names, list):
        return []
    if not names:
        message = "nothing is asked in the second wave"
        return [Finding(at, message, hint="name an attitude, or delete panel:")]
    findings = twice(names, at, "item")
    for i, name in enumerate(names):
        findings += exists_attitude(name, asked, (*at, i))
    return findings
