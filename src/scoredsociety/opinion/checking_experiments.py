"""Checks of the experiments of a questionnaire."""

from __future__ import annotations

from collections.abc import Iterator

from scoredsociety.opinion.checking_items import exists_attitude, misplaced, published
from scoredsociety.schemes.errors import Finding, Path, show
from scoredsociety.schemes.plain import Plain, block, exists, get, items, number

CONTROLS = (2, 8)
MOST = 4
"""Experiments of one survey whose groups are drawn apart."""
BELONGS = {
    "controls": ("list",),
    "arms": ("information",),
    "policy": ("endorsement",),
    "strength": ("endorsement",),
}
"""Kinds of experiment for which a key has a meaning."""
WRITE = {
    "policy": "a policy of another field",
    "strength": "the support won for one unit of approval",
}


def check(experiments: Plain, asked: Plain) -> list[Finding]:
    """Check all experiments against the items.

    Parameters
    ----------
    experiments, asked : mapping
        Plain data of both blocks.

    Returns
    -------
    list of Finding
    """
    findings: list[Finding] = []
    if len(experiments) > MOST:
        message = f"{len(experiments)} experiments stand here"
        findings.append(Finding(("experiments",), message, allowed=f"at most {MOST}"))
    for name, experiment in experiments.items():
        if isinstance(experiment, dict):
            findings += _experiment(experiment, ("experiments", name), asked)
    return findings


def _experiment(data: Plain, at: Path, asked: Plain) -> Iterator[Finding]:
    kind, about = data.get("kind"), data.get("item")
    also = ("support",) if kind == "information" else ()
    yield from exists_attitude(about, asked, (*at, "item"), also)
    if isinstance(kind, str):
        yield from misplaced(data, kind, BELONGS, "kind", at)
    if kind == "list":
        yield from _list(data, at, asked)
    elif kind == "information":
        yield from _arms(data, at)
    elif kind == "endorsement":
        for key in ("policy", "strength"):
            if data.get(key) is None:
                message = f"an endorsement experiment needs {key}"
                yield Finding(at, message, hint=f"add {key}: with {WRITE[key]}", at_key=True)
    item = asked.get(about) if isinstance(about, str) else None
    for i, figure in enumerate(items(data, "published")):
        here: Path = (*at, "published", i)
        yield from published(figure, here, item)
        if figure.get("among") is not None:
            message = "a figure of an experiment is about all who took part"
            yield Finding((*here, "among"), message, hint="delete it", at_key=True)
        if kind == "information":
            if figure.get("arm") is None:
                message = "a figure of an information experiment must say which arm it is about"
                yield Finding(here, message, hint="add arm: with the name of an arm")
            yield from exists(figure.get("arm"), block(data, "arms"), "arm", (*here, "arm"))
        elif isinstance(kind, str) and figure.get("arm") is not None:
            message = f"arm has no meaning where kind is {kind}"
            yield Finding((*here, "arm"), message, hint="delete it", at_key=True)


def _list(data: Plain, at: Path, asked: Plain) -> Iterator[Finding]:
    controls, (low, high) = block(data, "controls"), CONTROLS
    if not low <= len(controls) <= high:
        message = f"a list experiment with {len(controls)} harmless statements"
        hint = "" if controls else "add controls: with the share to whom each applies"
        yield Finding(at, message, allowed=f"from {low} to {high} controls", hint=hint)
    about = data.get("item")
    item = block(asked, about) if isinstance(about, str) else {}
    if item.get("answer") == "attitude" and item.get("sensitive") is not True:
        message = f"{show(about)} is not sensitive, and a list has nothing to uncover"
        hint = f"add sensitive: true and neutral: to {about}"
        yield Finding((*at, "item"), message, show(about), hint=hint)


def _arms(data: Plain, at: Path) -> Iterator[Finding]:
    arms = block(data, "arms")
    if len(arms) < 2:
        message = f"an information experiment with {len(arms)} arm{'s' * (len(arms) != 1)}"
        yield Finding(at, message, allowed="at least two, the first of which reads nothing")
    for name in list(arms)[:1]:
        arm = arms[name]
        if get(arm, "informs") is True or number(arm, "shift"):
            message = "the first arm reads nothing and has no effect"
            hint = "put an arm without informs and shift first"
            yield Finding((*at, "arms", name), message, hint=hint)
