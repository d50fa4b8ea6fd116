"""Making both ends of a line alike in shape before they are mixed.

What is absent at one end and has a number that means the same (no coverage said: all; no
exemption: a share of 0) is written out there, so that it lies on the line too. Where the shapes
cannot be reconciled, the nearer end wins for the whole block, so that what names its grades or
dimensions stays true.
"""

from __future__ import annotations

import copy
from typing import Any

from scoredsociety.schemes.errors import Tree
from scoredsociety.schemes.limits import SCHEME, WORLD
from scoredsociety.schemes.mix import ROWS, Line, by_name, quantity
from scoredsociety.schemes.plain import get, number

Block = dict[str, Any]
START = {"announced": 0, "first": 1, "last": 1, "ends": None}
GROUPS = ("channels", "conducts", "contexts", "sanctions", "rewards", "institutions")


def mix_schemes(x: Block, y: Block, line: Line) -> Block:
    """Mix two schemes of one name and kind; plain data in, plain data out."""
    x, y = copy.deepcopy(x), copy.deepcopy(y)
    near, far = line.near(x, y), line.near(y, x)
    _grades(near, far)
    for one, other in ((x, y), (y, x)):
        _absent(one, other)
    _rows(x, y)
    mixed: Block = line.mix(x, y, (), SCHEME)
    mixed["sources"] = {**far["sources"], **near["sources"]}
    for rule, old in zip(mixed["rules"], near["rules"], strict=True):
        _sign(rule, old)
    timing = mixed["timing"]
    if timing and timing["ends"] is not None:
        timing["ends"] = max(timing["ends"], timing["last"])
    return mixed


def mix_worlds(x: Block, y: Block, line: Line) -> Block:
    """Mix two worlds; what only one of them knows exists on the whole line."""
    x, y = copy.deepcopy(x), copy.deepcopy(y)
    for name in x["conducts"].keys() & y["conducts"].keys():
        _conduct(x["conducts"][name], y["conducts"][name], line)
    for name in x["channels"].keys() & y["channels"].keys():
        _targeting(x["channels"][name], y["channels"][name])
    near, far = line.near(x, y), line.near(y, x)
    parameters = line.mix(x["parameters"], y["parameters"], ("parameters",), WORLD)
    mixed: Block = {"parameters": parameters}
    mixed["opinion"] = line.mix(x["opinion"], y["opinion"], ("opinion",), WORLD)
    for group in GROUPS:
        mixed[group] = {}
        for name in {**x[group], **y[group]}:
            pair = x[group].get(name), y[group].get(name)
            one = pair[0] if pair[1] is None else pair[1]
            both = None not in pair
            mixed[group][name] = line.mix(*pair, (group, name), WORLD) if both else one
    names = {**x["gravity"], **y["gravity"]}
    mixed["gravity"] = {
        n: line.mix(x["gravity"].get(n, q), y["gravity"].get(n, q), ("worth", n), WORLD)
        for n, q in names.items()
    }
    for key in ("harm_contexts", "sources"):
        mixed[key] = {**far[key], **near[key]}
    return mixed


def _grades(near: Block, far: Block) -> None:
    """Let the nearer end win where scores are not on one scale."""
    alike = _names(near) == _names(far)
    if near["kind"] == "features" and not _same_features(near["features"], far["features"]):
        far["features"], alike = near["features"], False
    if get(near, "process", "reset", "at") != get(far, "process", "reset", "at"):
        alike = False
    if not alike:
        far["grades"] = near["grades"]
        if near["kind"] == "points":
            far["start"] = near["start"]
        if near["kind"] == "stars":
            far["stars"]["prior"] = near["stars"]["prior"]
    if near["kind"] == "organisations":
        costs = near["organisations"]["costs"], far["organisations"]["costs"]
        if costs[0]["law"] != costs[1]["law"]:
            far["organisations"]["costs"] = costs[0]


def _names(scheme: Block) -> list[str]:
    return list(get(scheme, "grades", "bands") or {})


def _same_features(one: Block, other: Block) -> bool:
    same: bool = one["dimensions"].keys() == other["dimensions"].keys()
    return same and one["records"] == other["records"]


def _absent(one: Block, other: Block) -> None:
    """Write out at one end what the other end says and silence means here."""
    subjects, others = one["subjects"], other["subjects"]
    if subjects["coverage"] is None and others["coverage"] is not None:
        subjects["coverage"] = quantity(1)
    voluntary = subjects["enrolment"] == others["enrolment"] == "voluntary"
    if voluntary and subjects["selection"] is None and others["selection"] is not None:
        subjects["selection"] = quantity(0)
    if one["timing"] is None and other["timing"] is not None:
        one["timing"] = {**other["timing"], **START}
    if one["awareness"] is None and other["awareness"] is not None:
        none = {"inside": quantity(0), "outside": quantity(0)}
        one["awareness"] = {**other["awareness"], **none}
    if one["disclosure"] is None and other["disclosure"] is not None:
        one["disclosure"] = {**other["disclosure"], "reach": quantity(0), "namesakes": None}
    seen = one["disclosure"]
    if get(other, "disclosure", "namesakes") is not None and seen["level"] >= 2:
        seen["namesakes"] = seen["namesakes"] or quantity(0)
    if get(one, "features", "ties") is None and get(other, "features", "ties") is not None:
        one["features"]["ties"] = quantity(0)


def _rows(x: Block, y: Block) -> None:
    """Give both ends the same exemptions, feedback and terms, with 0 where one has none."""
    lists: list[tuple[Tree, Tree, str, str]] = [(x, y, "exemptions", "share")]
    if _names(x) == _names(y):
        lists.append((x, y, "feedback", "theta"))
    if x["features"] is not None and _same_features(x["features"], y["features"]):
        dimensions = x["features"]["dimensions"], y["features"]["dimensions"]
        lists += [(dimensions[0][n], dimensions[1][n], "terms", "slope") for n in dimensions[0]]
    for one, other, key, size in lists:
        for here, there in ((one, other), (other, one)):
            known = by_name(here[key], ROWS[key])
            for name, row in by_name(there[key], ROWS[key]).items():
                if name not in known:
                    here[key].append({**row, size: 0.0 if size == "share" else quantity(0)})


def _sign(rule: Block, near: Block) -> None:
    """Keep a rule that does something, and one that escalates on its side of 0."""
    points, old = rule["points"], near["points"]
    if points is None or not old:
        return
    side = 1 if old > 0 else -1
    if points == 0 or (rule["escalates"] and points * side < 0):
        rule["points"] = side


def _conduct(one: Block, other: Block, line: Line) -> None:
    for here, there in ((one, other), (other, one)):
        for channel in there["detection"]:
            here["detection"].setdefault(channel, quantity(0))
        if here["hardship_excuse"] is None and there["hardship_excuse"] is not None:
            before, after = number(here, "excused"), number(here, "excused_after_shock")
            if before is not None and after is not None and before <= after:
                here["hardship_excuse"] = quantity(0)
    near, far = line.near(one, other), line.near(other, one)
    if (near["innocent"] is None) != (far["innocent"] is None):
        far["innocent"], far["innocent_channel"] = near["innocent"], near["innocent_channel"]
    if (near["hardship_excuse"] is None) != (far["hardship_excuse"] is None):
        for key in ("excused", "excused_after_shock", "hardship_excuse"):
            far[key] = near[key]


def _targeting(one: Block, other: Block) -> None:
    for here, there in ((one, other), (other, one)):
        if here["targeting"] is None and there["targeting"] is not None:
            here["targeting"] = {"majority": quantity(1), "minority": quantity(1)}
