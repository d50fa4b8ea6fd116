"""Which conduct reaches a scheme, and which sanctions bite outside its sphere of life.

Conduct reaches a scheme through its own rules and through records that memoranda copy into it,
over any number of steps.
"""

from __future__ import annotations

from typing import Any

from scoredsociety.schemes.errors import Tree
from scoredsociety.schemes.plain import Plain, block, get, is_number, items, number


def contexts_against(root: Plain, scheme: str) -> set[str]:
    """Return the contexts of the conduct for which a scheme can sanction.

    Parameters
    ----------
    root : mapping
        Plain data of a regime with everything written out.
    scheme : str
        Name of a scheme of people in it.

    Returns
    -------
    set of str
        Empty for a scheme of organisations.
    """
    data = block(root, "schemes").get(scheme, {})
    found: set[str] = set()
    context = get(data, "stars", "context")
    if isinstance(context, str):
        found.add(context)
    rules = items(data, "rules")
    named = [r for r in rules if _against(r)] + rules[: _blank(data)]
    found |= _contexts(root, named)
    for origin in _origins(root, scheme):
        found |= _contexts(root, items(block(root, "schemes").get(origin), "rules"))
    return found


def bites_elsewhere(root: Plain, scheme: str, codes: list[str]) -> bool:
    """Whether one of these sanctions is unrelated to some conduct that reaches the scheme."""
    world = block(root, "world")
    spheres = {get(world, "sanctions", code, "context") for code in codes}
    related = [
        set(get(world, "contexts", context, "related") or [])
        for context in contexts_against(root, scheme)
    ]
    return any(sphere not in own for sphere in spheres for own in related)


def unrelated(root: Plain, path: tuple[str | int, ...], value: Tree) -> bool:
    """Whether what stands at a path sanctions outside the sphere of its conduct.

    Parameters
    ----------
    root : mapping
        Plain data of a regime with everything written out.
    path : tuple
        Place of an effect of a scheme, of a row of joint enforcement, or of one institution
        in such a row. Anything else is never unrelated.
    value : object
        What stands there.
    """
    if path[0] == "schemes" and isinstance(value, dict) and value.get("sanction"):
        return bites_elsewhere(root, str(path[1]), [value["sanction"]])
    if path[0] != "joint" or len(path) < 2:
        return False
    row = root["joint"][path[1]]
    named = [value] if isinstance(value, str) else items(row, "institutions", str)
    known = block(block(root, "world"), "institutions")
    codes = [code for name in named for code in items(known.get(name), "sanctions", str)]
    return bites_elsewhere(root, str(row["origin"]), codes)


def _against(rule: Plain) -> bool:
    return bool(rule.get("lists") or rule.get("at_most") or (rule.get("points") or 0) < 0)


def _blank(data: Tree) -> int:
    """Return 1 where a low grade can come without any record, else 0.

    Such a grade is held against the conduct of the first rule.
    """
    if data.get("kind") == "features":
        return 1
    start, bands = number(data, "start"), get(data, "grades", "bands")
    if start is None or not isinstance(bands, dict):
        return 0
    reached = [name for name, low in bands.items() if is_number(low) and start >= low]
    first = (reached or list(bands)[-1:])[:1]
    harsh = {g for e in items(data, "effects") if e.get("sanction") for g in e.get("grade") or []}
    return int(any(name in harsh for name in first))


def _origins(root: Plain, scheme: str) -> set[str]:
    """Return the schemes whose records are copied into this one, over any number of steps."""
    found: set[str] = set()
    wanted = [scheme]
    while wanted:
        here = wanted.pop()
        for memo in items(root, "memoranda"):
            origin = str(memo.get("origin"))
            if memo.get("target") == here and origin not in found:
                found.add(origin)
                wanted.append(origin)
    return found


def _contexts(root: Plain, rules: list[Any]) -> set[str]:
    conducts = block(block(root, "world"), "conducts")
    found = {get(conducts, rule.get("conduct"), "context") for rule in rules}
    return {context for context in found if isinstance(context, str)}
