"""From plain data to the typed model, with mistakes told in plain words."""

from __future__ import annotations

import json
import types
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from scoredsociety.schemes import quantities as m
from scoredsociety.schemes.errors import Finding, Path, Tree, listed, nearest, show
from scoredsociety.schemes.scalars import number_hint

Model = TypeVar("Model", bound=BaseModel)

NAMES = {
    "^[a-z]": "small letters, digits and single hyphens, such as court-list",
    "^[a-z0-9]": "small letters, digits, spaces, hyphens and apostrophes, such as don't know",
    "^[A-Z][A-Z+]": "2 to 10 capital letters, such as LOAN",
    "^[A-Z][A-Z0-9-]": "1 to 12 capital letters, digits and hyphens, such as AA",
    "^[A-Z]$": "one capital letter, such as B",
}
SHAPES = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list of two numbers, such as [0, 1]",
    "dict": "a block of keys and values",
    "model": "a block of keys and values",
}


def build(kind: type[Model], data: object) -> tuple[Model | None, list[Finding]]:
    """Make a typed, frozen object from plain data.

    Parameters
    ----------
    kind : type
        A class of `scoredsociety.schemes.model`.
    data : object
        Plain data as the reader returns it. Nothing is converted: a text is no number.

    Returns
    -------
    object or None
        None when there are findings.
    list of Finding
        Every mistake of structure.
    """
    try:
        return kind.model_validate_json(json.dumps(data), strict=True), []
    except ValidationError as error:
        told = [_finding(kind, e) for e in error.errors(include_url=False)]
        return None, _joined(told)


def _joined(findings: list[Finding]) -> list[Finding]:
    """Join what is told of one place, where two shapes are allowed and neither fits."""
    deep = [f.path for f in findings]
    joined: dict[Path, Finding] = {}
    for finding in findings:
        path = finding.path
        inside = any(len(p) > len(path) and p[: len(path)] == path for p in deep)
        if inside and not finding.at_key and finding.message.endswith("is not allowed"):
            continue  # one of the two shapes fits, and its own mistakes are told
        before = joined.setdefault(path, finding)
        if before.message == finding.message and before.allowed != finding.allowed:
            allowed = " or ".join(dict.fromkeys(t for t in (before.allowed, finding.allowed) if t))
            joined[path] = replace(before, allowed=allowed, hint=before.hint or finding.hint)
        elif before is not finding and before != finding:
            joined[(*path, finding.message)] = finding
    return list(joined.values())


def _finding(kind: type[BaseModel], error: Tree) -> Finding:
    sort: str = error["type"]
    value = error.get("input")
    context = error.get("ctx") or {}
    path = _place(kind, tuple(error["loc"]))
    at_key = bool(path) and path[-1] == "[key]"
    path = path[:-1] if at_key else path
    if sort == "missing":
        return _missing(kind, path)
    if sort == "extra_forbidden":
        known = list(_model_at(kind, path[:-1]).model_fields)
        key = str(path[-1])
        message = "this key is not known here"
        return Finding(path, message, key, ", ".join(known), nearest(key, known), at_key=True)
    if sort == "string_pattern_mismatch":
        pattern = str(context.get("pattern", ""))
        allowed = next((text for start, text in NAMES.items() if pattern.startswith(start)), "")
        return Finding(path, f"{show(value)} is not allowed", show(value), allowed, at_key=at_key)
    if sort in ("greater_than_equal", "less_than_equal"):
        low, high = _bounds(kind, path)
        allowed = f"a whole number from {low} to {high}"
        return Finding(path, f"{show(value)} is not allowed", show(value), allowed)
    if sort in ("string_too_long", "string_too_short"):
        allowed = f"{context.get('min_length', 1)} character or more"
        if "max_length" in context:
            allowed = f"at most {context['max_length']} characters"
        return Finding(path, f"{show(value)} is not allowed", show(value), allowed)
    if sort in ("literal_error", "enum"):
        options = [str(o).lower() if isinstance(o, bool) else str(o) for o in _options(kind, path)]
        hint = nearest(str(value), options)
        return Finding(path, f"{show(value)} is not allowed", show(value), listed(options), hint)
    return _shape(kind, path, sort, value)


def _missing(kind: type[BaseModel], path: Path) -> Finding:
    key = str(path[-1])
    if isinstance(path[-1], int):
        allowed = SHAPES["tuple"]
        return Finding(path[:-1], "a number is missing", "", allowed)
    hint = f"add {key}:"
    if key == "confidence":
        hint = "add a source and confidence: H, M, L or derived; or confidence: assumed"
    return Finding(path[:-1], f"the key {key} is missing", hint=hint, at_key=True)


def _shape(kind: type[BaseModel], path: Path, sort: str, value: object) -> Finding:
    stem = sort.removesuffix("_type").split("_")[0]
    allowed = SHAPES.get(stem, "")
    hint = ""
    shown = show(value)
    if sort in ("too_short", "too_long"):
        return Finding(path, "this list has the wrong length", shown, SHAPES["tuple"])
    if stem in ("float", "int") and isinstance(value, str):
        hint = number_hint(value)
    if stem == "int" and isinstance(value, float) and value == int(value):
        hint = f"write {int(value)}"
    if stem == "string" and isinstance(value, int | float):
        hint = f'write it in quotes: "{value}"'
    if stem == "model":
        expected = _model_at(kind, path)
        if issubclass(expected, m.Quantity | m.OptionalQuantity) and not isinstance(value, list):
            return Finding(
                path,
                f"{shown} stands here without saying where it comes from",
                shown,
                "a block with value, confidence and, unless assumed, source",
                f"write {{value: {value}, confidence: assumed}}"
                if isinstance(value, int | float) and not isinstance(value, bool)
                else "",
            )
    if stem == "list" and value is not None and not isinstance(value, dict):
        hint = f"write [{value}]" if isinstance(value, str) and value.isalnum() else ""
    return Finding(path, f"{shown} is not allowed", shown, allowed, hint)


# ------------------------------------------------- what the model says of a path


def _place(kind: type[BaseModel], path: Path) -> Path:
    """Leave out of a path what only says which of two allowed shapes was tried."""
    place: list[str | int] = []
    tags = False
    for step in path:
        if tags:
            tags = False
            continue
        place.append(step)
        tags = len(_choices(_annotation(kind, tuple(place)))) > 1
    return tuple(place)


def _choices(annotation: Tree) -> tuple[Tree, ...]:
    """Return the shapes that are allowed, null left out."""
    origin: Tree = get_origin(annotation)
    if origin is Annotated:
        return _choices(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return tuple(a for a in get_args(annotation) if a is not type(None))
    return (annotation,)


def _bare(annotation: Tree) -> Tree:
    """Strip Annotated and ``| None``."""
    while True:
        origin: Tree = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            annotation = next(a for a in get_args(annotation) if a is not type(None))
        else:
            return annotation


def _annotation(kind: Tree, path: Path) -> Tree:
    at: Any = kind
    for step in path:
        at = _bare(at)
        if isinstance(at, type) and issubclass(at, BaseModel):
            info = at.model_fields.get(str(step))
            if info is None:
                return object
            at = info.annotation
            if info.metadata:
                at = Annotated[(at, *info.metadata)]
        elif get_origin(at) is dict:
            at = get_args(at)[1]
        elif get_origin(at) in (list, tuple):
            at = get_args(at)[0]
        else:
            return object
    return at


def _model_at(kind: type[BaseModel], path: Path) -> type[BaseModel]:
    found = _bare(_annotation(kind, path))
    return found if isinstance(found, type) and issubclass(found, BaseModel) else m.Closed


def _options(kind: type[BaseModel], path: Path) -> tuple[Any, ...]:
    for choice in _choices(_annotation(kind, path)):
        found: Tree = _bare(choice)
        origin: Tree = get_origin(found)
        if origin is Literal:
            return get_args(found)
    return ()


def _bounds(kind: type[BaseModel], path: Path) -> tuple[Any, Any]:
    low: Any = "the lowest"
    high: Any = "the highest"
    stack = [_annotation(kind, path)]
    while stack:
        at = stack.pop()
        least, most = getattr(at, "ge", None), getattr(at, "le", None)
        low, high = low if least is None else least, high if most is None else most
        stack.extend(getattr(at, "metadata", ()) or ())
        origin: Tree = get_origin(at)
        if origin in (Annotated, Union, types.UnionType):
            stack.extend(get_args(at))
        stack.extend(getattr(at, "__metadata__", ()))
    return low, high
