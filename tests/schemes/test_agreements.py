"""What joins the schemes of a regime: changes, copied records, joint enforcement."""

from __future__ import annotations

import pathlib

import pytest

from scoredsociety.schemes import (
    SchemeError,
    check_scheme,
    list_regimes,
    load_regime,
    resolve,
)
from scoredsociety.schemes.agreements import circle
from scoredsociety.schemes.model import ResolvedRegime, Rule, Scheme
from scoredsociety.schemes.relations import contexts_against

SOUND = sorted((pathlib.Path(__file__).parent / "sound").glob("*.yaml"))
KINDS = {"points", "list", "record", "features", "stars", "organisations"}


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_the_smallest_file_of_each_kind_is_sound(path: pathlib.Path) -> None:
    item = check_scheme(path)
    assert isinstance(item, Scheme)
    assert item.kind == path.stem


def test_each_kind_has_one() -> None:
    assert {path.stem for path in SOUND} == KINDS


def regime(folder: pathlib.Path, rest: str, schemes: str = "rongcheng-points court-list") -> str:
    lines = "".join(f"  - {{scheme: {name}}}\n" for name in schemes.split())
    path = folder / "mine.yaml"
    path.write_text(
        f"regime: mine\ntitle: Mine\nsummary: Mine.\nschemes:\n{lines}{rest}", encoding="utf-8"
    )
    return str(path)


# ------------------------------------------------------------------------------ changes


def test_changes_reach_schemes_copies_joint_enforcement_and_the_world(
    tmp_path: pathlib.Path,
) -> None:
    path = regime(
        tmp_path,
        "memoranda:\n"
        "  - {origin: court-list, target: rongcheng-points, points: -50, confidence: assumed}\n"
        "joint:\n"
        "  - origin: court-list\n    institutions: [railways]\n"
        "    probability: {value: 0.1, confidence: assumed}\n"
        "changes:\n"
        "  - set: schemes.court-list.process.notice\n"
        "    to: {value: 1, source: mine, confidence: L}\n"
        "  - set: memoranda[target=rongcheng-points].points\n    to: -20\n"
        "  - set: joint[origin=court-list].probability\n    to: {value: 0.6, confidence: assumed}\n"
        "  - set: world.parameters.habit\n    to: {value: 0.05, source: mine, confidence: L}\n"
        "sources:\n  mine: {title: My paper}\n",
    )
    found = resolve(path)
    assert found.schemes["court-list"].process.notice.value == 1
    assert found.schemes["court-list"].sources["mine"].title == "My paper"
    assert found.memoranda[0].points == -20
    assert found.joint[0].probability.value == 0.6
    assert found.world.parameters.habit.value == 0.05
    assert found.world.sources["mine"].title == "My paper"
    assert resolve("none").world.parameters.habit.value == 0


def test_changes_come_after_calibrations_and_before_safeguards(tmp_path: pathlib.Path) -> None:
    path = regime(
        tmp_path,
        "changes:\n  - set: schemes.court-list.process.exit.term_months\n"
        "    to: {value: 36, confidence: assumed}\n",
    )
    changed = resolve(path, calibrations={"court-list": "B"}).schemes["court-list"].process.exit
    assert changed is not None
    assert (changed.monthly.value, changed.term_months.value) == (0.012, 36)
    last = resolve(path, ["sunset"]).schemes["court-list"].process.exit
    assert last is not None
    assert last.term_months.value == 24


def test_a_change_that_breaks_the_regime_is_told_with_its_own_line(tmp_path: pathlib.Path) -> None:
    path = regime(tmp_path, "changes:\n  - remove: schemes.court-list.process.exit\n")
    with pytest.raises(SchemeError, match=r"^mine.yaml:8: changes\[0\]: after this change.*exit"):
        resolve(path)


def test_all_mistakes_of_a_regime_are_told_at_once(tmp_path: pathlib.Path) -> None:
    path = regime(
        tmp_path,
        "memoranda:\n"
        "  - {origin: court-lst, target: rongcheng-points, points: -50, confidence: assumed}\n"
        "  - {origin: court-list, target: rongcheng-points, lists: true, confidence: assumed}\n"
        "joint:\n"
        "  - origin: rongcheng-points\n    institutions: [railway]\n"
        "    probability: {value: 2, confidence: assumed}\n"
        "changes:\n  - set: title\n    to: x\n",
    )
    with pytest.raises(SchemeError) as caught:
        resolve(path)
    assert [p.line for p in caught.value.problems] == [8, 9, 11, 12, 13, 15]


# ------------------------------------------------------------------- copies and institutions


def test_a_circle_is_named_whole() -> None:
    assert circle([("a", "b"), ("b", "c"), ("c", "a")]) == ["c", "a", "b", "c"]
    assert circle([("a", "b"), ("b", "c"), ("a", "c")]) == []
    assert circle([("a", "b"), ("c", "d"), ("d", "c")]) == ["d", "c", "d"]


def test_a_circle_of_three_is_an_error(tmp_path: pathlib.Path) -> None:
    path = regime(
        tmp_path,
        "memoranda:\n"
        "  - {origin: court-list, target: rongcheng-points, points: -50, confidence: assumed}\n"
        "  - {origin: rongcheng-points, target: sesame-score, points: -9, confidence: assumed}\n"
        "  - {origin: sesame-score, target: court-list, lists: true, confidence: assumed}\n",
        "rongcheng-points court-list sesame-score",
    )
    circle = "sesame-score > court-list > rongcheng-points > sesame-score"
    with pytest.raises(SchemeError, match=f":11: .* in a circle: {circle}"):
        resolve(path)


def test_all_institutions_are_written_out(tmp_path: pathlib.Path) -> None:
    rest = "joint:\n  - origin: court-list\n    institutions: all\n"
    found = resolve(regime(tmp_path, rest + "    probability: {value: 1, confidence: assumed}\n"))
    assert found.joint[0].institutions == list(found.world.institutions)


# --------------------------------------------------------------------------- cross-context


def against(regime: ResolvedRegime, name: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return, by another way than the program, the contexts whose conduct reaches a scheme."""
    scheme = regime.schemes[name]
    rules: list[Rule] = list(scheme.rules)
    if not seen:
        rules = [r for r in rules if r.lists or r.at_most or (r.points or 0) < 0]
        rules += scheme.rules[:1] if scheme.kind == "features" else []
    found = {regime.world.conducts[rule.conduct].context for rule in rules}
    found |= {scheme.stars.context} if scheme.stars is not None else set()
    for memo in regime.memoranda:
        if memo.target == name and memo.origin not in seen:
            found |= against(regime, memo.origin, seen | {name})
    return found


def crossing(regime: ResolvedRegime) -> list[tuple[str, str]]:
    """Return every sanction that bites outside the sphere of some conduct that reaches it."""
    world = regime.world
    bears = [
        (name, effect.sanction)
        for name, scheme in regime.of_people().items()
        for effect in scheme.effects
        if effect.sanction is not None
    ]
    bears += [
        (row.origin, code)
        for row in regime.joint
        for institution in row.institutions
        for code in world.institutions[institution].sanctions
    ]
    return [
        (name, code)
        for name, code in bears
        for context in against(regime, name)
        if world.sanctions[code].context not in world.contexts[context].related
    ]


@pytest.mark.parametrize("name", list_regimes())
def test_no_cross_context_leaves_nothing_that_crosses(name: str) -> None:
    plain = resolve(name)
    if not crossing(plain):
        with pytest.raises(SchemeError, match="touches nothing"):
            resolve(name, ["no-cross-context"])
        return
    safe = resolve(name, ["no-cross-context"])
    assert crossing(safe) == []
    rewards = [[e for e in s.effects if e.reward] for s in plain.schemes.values()]
    assert [[e for e in s.effects if e.reward] for s in safe.schemes.values()] == rewards


def test_joint_enforcement_alone_is_narrowed_too(tmp_path: pathlib.Path) -> None:
    path = regime(
        tmp_path,
        "joint:\n  - origin: court-list\n    institutions: all\n"
        "    probability: {value: 1, confidence: assumed}\n"
        "changes:\n"
        "  - remove: schemes.court-list.effects[sanction=FLY|RAIL|HOTEL|JOB|SHAME|SCHOOL]\n",
        "court-list",
    )
    assert all(code in ("LOAN", "CARD") for _, code in crossing(resolve(path))) is False
    safe = resolve(path, ["no-cross-context"])
    assert crossing(safe) == []
    codes = {
        code
        for row in safe.joint
        for name in row.institutions
        for code in safe.world.institutions[name].sanctions
    }
    assert codes
    assert {safe.world.sanctions[code].context for code in codes} == {"finance"}


def test_copied_conduct_counts_as_the_targets_own(tmp_path: pathlib.Path) -> None:
    schemes = "passenger-list credit-bureau"
    copies = "  - {{origin: passenger-list, target: credit-bureau, {}, confidence: assumed}}\n"
    kind = resolve("credit-bureau").schemes["credit-bureau"].kind
    copy = copies.format("lists: true" if kind in ("list", "record") else "points: -5")
    apart = resolve(regime(tmp_path, "", schemes))
    assert [name for name, _ in crossing(apart) if name == "credit-bureau"] == []
    path = regime(tmp_path, "memoranda:\n" + copy, schemes)
    assert {name for name, _ in crossing(resolve(path))} == {"credit-bureau"}
    safe = resolve(path, ["no-cross-context"])
    assert crossing(safe) == []
    assert any(e.sanction for e in safe.schemes["passenger-list"].effects)


def test_what_is_copied_reaches_over_two_steps(tmp_path: pathlib.Path) -> None:
    path = regime(
        tmp_path,
        "memoranda:\n"
        "  - {origin: passenger-list, target: public-record, lists: true, confidence: assumed}\n"
        "  - {origin: public-record, target: court-list, lists: true, confidence: assumed}\n",
        "passenger-list public-record court-list",
    )
    safe = resolve(path, ["no-cross-context"])
    assert [e for e in safe.schemes["court-list"].effects if e.sanction] == []


def test_a_low_grade_without_any_record_is_held_against_the_first_rule() -> None:
    rules = [{"conduct": "donation", "points": 5}, {"conduct": "court-default", "points": -5}]
    points = {
        "kind": "points",
        "rules": rules,
        "grades": {"bands": {"A": 1000, "B": 0}},
        "effects": [{"grade": ["B"], "sanction": "LOAN"}],
    }
    conducts = {"donation": {"context": "deeds"}, "court-default": {"context": "court"}}
    for scheme, found in (
        ({**points, "start": {"value": 1000}}, {"court"}),
        ({**points, "start": {"value": 999}}, {"court", "deeds"}),
        ({**points, "kind": "features"}, {"court", "deeds"}),
    ):
        root = {"schemes": {"mine": scheme}, "memoranda": [], "world": {"conducts": conducts}}
        assert contexts_against(root, "mine") == found


def test_the_catalogue_joins_and_copies() -> None:
    regimes = [load_regime(name) for name in list_regimes()]
    assert any(r.joint for r in regimes)
    assert any(r.memoranda for r in regimes)
    assert any(r.changes for r in regimes)
