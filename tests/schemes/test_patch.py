"""Safeguards: what they change, what they leave alone, and when they fail."""

from __future__ import annotations

import contextlib
import copy
import itertools
import pathlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoredsociety.schemes import (
    SchemeError,
    check_scheme,
    list_safeguards,
    load_safeguard,
    resolve,
)
from scoredsociety.schemes.patch import apply
from scoredsociety.schemes.paths import PathError, parse_path

NOTICE = "    to: {value: 1, confidence: assumed}\n"
HEAD = "title: T\nsummary: S.\n"


def safeguard(folder: pathlib.Path, patch: str, name: str = "mine") -> pathlib.Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"safeguard: {name}\n{HEAD}{patch}", encoding="utf-8")
    return path


def differing(one: object, two: object, path: str = "") -> set[str]:
    if isinstance(one, dict) and isinstance(two, dict):
        keys = one.keys() | two.keys()
        return {p for k in keys for p in differing(one.get(k), two.get(k), f"{path}.{k}")}
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        return {
            p
            for i, (a, b) in enumerate(zip(one, two, strict=True))
            for p in differing(a, b, f"{path}.{i}")
        }
    return set() if one == two else {path}


def changed(name: str) -> set[str]:
    plain, safe = resolve("fragmented-2018"), resolve("fragmented-2018", [name])
    found = differing(plain.model_dump(), safe.model_dump())
    return {p.removesuffix(".value") for p in found if not p.endswith((".note", ".source"))}


CITY, COURT = ".schemes.rongcheng-points", ".schemes.court-list"
ALL = [f".schemes.{name}" for name in resolve("fragmented-2018").schemes]


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("notice", {f"{s}.process.notice" for s in ALL}),
        ("no-notice", {f"{s}.process.notice" for s in ALL}),
        ("independent-review", {f"{s}.process.review.wrongful" for s in ALL}),
        ("hardship-exemption", {f"{s}.process.hardship_exemption" for s in ALL}),
        ("no-cross-context", {f"{s}.effects" for s in (CITY, COURT)}),
        ("no-court-points", {".memoranda"}),
    ],
)
def test_a_safeguard_changes_what_it_says_and_nothing_else(name: str, paths: set[str]) -> None:
    found = {p for p in changed(name) if not p.endswith((".range", ".confidence"))}
    assert found == paths | {".safeguards"}


def test_no_cross_context_leaves_what_is_related() -> None:
    regime = resolve("fragmented-2018", ["no-cross-context"])
    left = {n: {e.sanction for e in s.effects if e.sanction} for n, s in regime.schemes.items()}
    assert left.pop("court-list") == {"LOAN", "CARD"}
    assert not any(left.values())
    assert len(regime.schemes["rongcheng-points"].effects) == 4


def test_sunset_changes_nothing_under_the_other_calibration() -> None:
    with pytest.raises(SchemeError, match=r"sunset.yaml:\d+: .*changes nothing"):
        resolve("fragmented-2018", ["sunset"], calibrations={"court-list": "B"})


def test_a_safeguard_on_nothing_is_an_error() -> None:
    of_schemes = [n for n in list_safeguards() if "world." not in str(load_safeguard(n).patch)]
    assert len(of_schemes) >= 8
    for name in of_schemes:
        with pytest.raises(SchemeError, match="touches nothing"):
            resolve("none", [name])


def test_the_order_of_independent_safeguards_does_not_matter() -> None:
    names = ["notice", "longer-window", "independent-review", "hardship-exemption", "sunset",
             "no-cross-context", "no-court-points"]  # fmt: skip
    whole = resolve("fragmented-2018", names).model_dump()
    for order in itertools.islice(itertools.permutations(names), 0, 5040, 800):
        other = resolve("fragmented-2018", order).model_dump()
        assert {**other, "safeguards": names} == whole


def test_a_safeguard_asked_for_twice() -> None:
    with pytest.raises(SchemeError, match="asked for twice"):
        resolve("fragmented-2018", ["notice", "notice"])
    with pytest.raises(SchemeError, match="asked for twice"):
        resolve("fragmented-2018", ["notice", check_copy("notice")])


def check_copy(name: str) -> pathlib.Path:
    from scoredsociety.schemes.library import root

    return root() / "safeguards" / f"{name}.yaml"


def test_the_baseline_is_never_changed(tmp_path: pathlib.Path) -> None:
    before = resolve("fragmented-2018").model_dump()
    for name in list_safeguards():
        with contextlib.suppress(SchemeError):  # some find nothing to change in this regime
            resolve("fragmented-2018", [name])
    assert resolve("fragmented-2018").model_dump() == before


@pytest.mark.parametrize(
    ("patch", "line", "words"),
    [
        ("  - set: schemes.court-lst.process.notice\n" + NOTICE, 5, "write court-list"),
        (
            "  - set: schemes[kind=stars].process.notice\n" + NOTICE,
            5,
            "no item meets the condition",
        ),
        ("  - set: title\n" + NOTICE, 5, "a path begins with schemes, memoranda, joint, world"),
        ("  - set: schemes.court-list.awareness\n" + NOTICE, 5, "awareness is not there"),
        ("  - add: schemes.court-list.process.notice\n" + NOTICE, 5, "exists already; use set"),
        ("  - remove: schemes.court-list.effects[sanction=PET]\n", 5, "no item meets"),
        ("  - remove: schemes.court-list.awareness\n", 5, "awareness is not there"),
        ("  - remove: schemes.court-list.process.notice\n", 5, "the key notice is missing"),
        ("  - remove: schemes.court-list\n", 5, "there is no scheme in this regime"),
        ("  - set: schemes.court-list.process.notice\n    to: 1\n", 5, "without saying where"),
        (
            "  - set: schemes.court-list.process.notice\n    to: {value: 2, confidence: assumed}\n",
            5,
            "2 is not allowed",
        ),
        (
            "  - set: schemes.court-list.process.notice\n"
            "    to: {value: 1, source: x, confidence: H}\n",
            6,
            'there is no source "x"',
        ),
        (
            "  - add: schemes.court-list.effects\n"
            "    to: {listed: true, sanction: FLY, confidence: assumed}\n",
            5,
            "holds this item already",
        ),
        (
            "  - add: schemes.court-list.effects\n"
            "    to: {listed: true, sanction: FLYING, confidence: assumed}\n",
            5,
            "there is no sanction",
        ),
    ],
)
def test_faulty_safeguards(tmp_path: pathlib.Path, patch: str, line: int, words: str) -> None:
    path = safeguard(tmp_path, "patch:\n" + patch)
    with pytest.raises(SchemeError) as caught:
        check_scheme(path, regime="fragmented-2018")
    assert any(p.line == line and words in str(p) for p in caught.value.problems), str(caught.value)


def test_add_remove_and_the_world(tmp_path: pathlib.Path) -> None:
    path = safeguard(
        tmp_path,
        "patch:\n"
        "  - add: schemes.court-list.effects\n"
        "    to: {listed: true, sanction: ABROAD, source: paper, confidence: L}\n"
        "  - remove: schemes.court-list.effects[sanction=FLY|RAIL]\n"
        "  - set: schemes.rongcheng-points.rules[conduct=tax-arrears].points\n"
        "    to: -30\n"
        "  - remove: schemes.*.effects[grade=D][sanction=JOB]\n"
        "  - set: world.channels.camera.human_review\n"
        "    to: {value: 0.9, confidence: assumed}\n"
        "sources:\n  paper: {title: A paper}\n",
    )
    regime = resolve("fragmented-2018", [path])
    court = {e.sanction for e in regime.schemes["court-list"].effects}
    assert "ABROAD" in court
    assert not court & {"FLY", "RAIL"}
    assert regime.schemes["court-list"].sources["paper"].title == "A paper"
    city = regime.schemes["rongcheng-points"]
    assert next(r.points for r in city.rules if r.conduct == "tax-arrears") == -30
    assert "JOB" not in {e.sanction for e in city.effects}
    assert regime.world.channels["camera"].human_review.value == 0.9
    assert resolve("none").world.channels["camera"].human_review.value == 0


def test_includes(tmp_path: pathlib.Path) -> None:
    path = safeguard(tmp_path, "includes: [notice, longer-window, independent-review]\n")
    regime = resolve("fragmented-2018", [path])
    assert regime.safeguards == ["notice", "longer-window", "independent-review", "mine"]
    process = regime.schemes["court-list"].process
    assert (process.notice.value, process.window_days.value) == (1, 60)


def test_a_circle_of_includes_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    from scoredsociety.schemes import library

    safeguard(tmp_path, "includes: [two]\n", "one")
    safeguard(tmp_path, "includes: [one]\n", "two")
    find = library.find
    names = library.names
    monkeypatch.setattr(library, "names", lambda kind: [*names(kind), "one", "two"])
    monkeypatch.setattr(
        library,
        "find",
        lambda n, kinds: tmp_path / f"{n}.yaml" if n in ("one", "two") else find(n, kinds),
    )
    with pytest.raises(SchemeError, match="in a circle: one > two > one"):
        resolve("fragmented-2018", [tmp_path / "one.yaml"])
    library._load_packaged.cache_clear()


@pytest.mark.parametrize(
    "text", ["", ".", "a..b", "a[", "a[b]", "a[b=]", "*[a=b]", "a b", "a[b=c", "../x", "a[0]"]
)
def test_paths_that_cannot_be_read(text: str) -> None:
    with pytest.raises(PathError):
        parse_path(text)


LEAF = st.integers(0, 3)
TREE = st.recursive(
    LEAF, lambda t: st.dictionaries(st.sampled_from("abc"), t, min_size=1, max_size=3), max_leaves=8
)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abc"), TREE, min_size=1),
    st.lists(st.sampled_from(["a", "b", "c", "*"]), min_size=1, max_size=3),
    LEAF,
)
def test_set_makes_exactly_what_it_touches_equal_to_the_value(
    tree: dict[str, Any], steps: list[str], value: int
) -> None:
    before = copy.deepcopy(tree)
    touched, findings = apply(tree, [{"set": ".".join(steps), "to": value}], ())
    assert bool(touched) != bool(findings)
    if findings:
        assert tree == before
    for path, _ in touched:
        at: Any = tree
        for key in path:
            at = at[key]
        assert at == value
    again, _ = apply(tree, [{"set": ".".join(steps), "to": value}], ())
    assert not again
