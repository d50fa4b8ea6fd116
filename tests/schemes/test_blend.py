"""The line between two regimes: its ends, its steps, and that each step is a sound regime."""

from __future__ import annotations

import itertools
import pathlib

import pytest

from scoredsociety.schemes import resolve, validate
from scoredsociety.schemes.blend import blend
from scoredsociety.schemes.mix import Line
from scoredsociety.schemes.model import Joint, Memorandum, ResolvedRegime
from scoredsociety.schemes.quantities import Quantity

STEPS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
TENTHS = [0.0, *STEPS, 1.0]
SOUND = pathlib.Path(__file__).parent / "sound"


def assumed(value: float) -> Quantity:
    return Quantity(value=value, confidence="assumed")


def faults(regime: ResolvedRegime) -> list[str]:
    return [str(f) for f in validate.resolved(regime.model_dump(mode="json"))]


def line(a: str, b: str) -> list[ResolvedRegime]:
    one, two = resolve(a), resolve(b)
    return [blend(one, two, share) for share in TENTHS]


def test_the_ends_are_the_regimes_themselves() -> None:
    a, b = resolve("fragmented-2018"), resolve("dystopia")
    assert blend(a, b, 0) == a
    assert blend(a, b, 1) == b
    assert blend(a, b, 0.5) not in (a, b)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_outside_is_refused(share: float) -> None:
    a = resolve("none")
    with pytest.raises(ValueError, match="between 0 and 1"):
        blend(a, a, share)


def test_a_regime_and_itself_have_nothing_between_them() -> None:
    a = resolve("joint-2020")
    for share in (0.3, 0.7):
        between = blend(a, a, share)
        own = {"regime", "title", "summary"}
        assert between.model_dump(exclude=own) == a.model_dump(exclude=own)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("fragmented-2018", "dystopia"),
        ("dystopia", "fragmented-2018"),
        ("none", "joint-2020"),
        ("showcase", "panopticon"),
        ("platform", "firm-only"),
    ],
)
def test_every_step_is_a_sound_regime(a: str, b: str) -> None:
    for regime in line(a, b):
        assert faults(regime) == []


def test_numbers_rise_from_one_end_to_the_other() -> None:
    steps = line("fragmented-2018", "dystopia")
    court = [s.schemes["court-list"] for s in steps]
    theta = [scheme.feedback[0].theta.value for scheme in court]
    assert theta == pytest.approx([2 + 0.4 * k for k in range(11)])
    watched = [s.world.parameters.assume_watched.value for s in steps]
    assert watched == sorted(watched)
    assert watched[0] < watched[5] < watched[10]
    chances = [{r.probability.value for r in s.joint} for s in steps]
    assert chances[0] == set()
    assert [max(c) for c in chances[1:]] == pytest.approx([0.1 * k for k in range(1, 11)])
    coverage = [s.schemes["national-score"].subjects.coverage for s in steps[1:10]]
    assert [c.value for c in coverage if c] == pytest.approx(STEPS)
    gone = [s.schemes["rongcheng-points"].subjects.coverage for s in steps[1:10]]
    assert [c.value for c in gone if c] == pytest.approx(STEPS[::-1])
    fines = [{m.target: m.share for m in s.memoranda} for s in steps[1:10]]
    assert [f["national-score"].value for f in fines if f["national-score"]] == pytest.approx(STEPS)


def test_words_change_at_one_half() -> None:
    a, b = resolve("fragmented-2018"), resolve("joint-2020")
    where = [blend(a, b, s).schemes["rongcheng-points"].subjects.where for s in (0.1, 0.49, 0.5, 1)]
    assert where == ["pilot-cities", "pilot-cities", "everywhere", "everywhere"]


def test_the_life_of_records_follows_its_rate() -> None:
    a = resolve("fragmented-2018")
    b = resolve("fragmented-2018", ["sunset"])
    terms = []
    for share in (0.001, 0.1, 0.25, 0.5, 0.75, 0.9):
        ends = blend(a, b, share).schemes["court-list"].process.exit
        assert ends is not None
        terms.append(ends.term_months.value)
    assert terms == [None, 240, 96, 48, 32, 27]


def test_two_lives_of_records_meet_at_the_mean_of_their_rates(tmp_path: pathlib.Path) -> None:
    path = SOUND / "points.yaml"
    a, b = resolve(path), other(path, tmp_path, ("value: 24,", "value: 12,"))
    months = blend(a, b, 0.5).schemes["my-scheme"].process.expiry_months
    assert months is not None
    assert months.value == 16  # 18 if the months themselves were mixed


def test_a_number_between_says_that_nobody_published_it() -> None:
    a = resolve("fragmented-2018", calibrations={"court-list": "A"})
    b = resolve("fragmented-2018", ["notice"])
    notice = blend(a, b, 0.5).schemes["court-list"].process.notice
    assert (notice.value, notice.source, notice.confidence) == (0.85, None, "assumed")
    assert notice.note == "between fragmented-2018 and fragmented-2018"
    start = blend(a, b, 0.5).schemes["rongcheng-points"].start
    assert start is not None
    assert start.source == "wired-2019"


def test_copies_of_both_ends_never_make_a_circle() -> None:
    there = resolve("fragmented-2018").model_copy(update={"memoranda": []})
    copies = Memorandum(
        origin="court-list", target="rongcheng-points", points=-50, confidence="assumed"
    )
    back = Memorandum(
        origin="rongcheng-points", target="court-list", lists=True, confidence="assumed"
    )
    a = there.model_copy(update={"memoranda": [copies]})
    b = there.model_copy(update={"memoranda": [back]})
    assert [m.origin for m in blend(a, b, 0.4).memoranda] == ["court-list"]
    assert [m.origin for m in blend(a, b, 0.6).memoranda] == ["rongcheng-points"]
    for share in STEPS:
        assert faults(blend(a, b, share)) == []


def test_joint_enforcement_mixes_by_institution() -> None:
    base = resolve("fragmented-2018").model_copy(update={"joint": []})
    every, two = list(base.world.institutions), ["railways", "aviation-authority"]
    one = Joint(origin="court-list", institutions="all", probability=assumed(1))
    few = Joint(origin="court-list", institutions=two, probability=assumed(0.5))
    mixed = blend(
        base.model_copy(update={"joint": [one]}), base.model_copy(update={"joint": [few]}), 0.2
    )
    found = {name: r.probability.value for r in mixed.joint for name in r.institutions}
    assert set(found) == set(every)
    for name in every:
        assert found[name] == pytest.approx(0.9 if name in two else 0.8)


def other(path: pathlib.Path, folder: pathlib.Path, *changes: tuple[str, str]) -> ResolvedRegime:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / path.name
    file.write_text(text, encoding="utf-8")
    return resolve(file)


DIFFERENT = {
    "points": [
        ("A: 960, B: 850, C: 0", "TOP: 900, LOW: 0"),
        ("grade: [C]", "grade: [LOW]"),
        ("points: -5,", "points: 7,"),
        ("value: 1000", "value: 20"),
    ],
    "features": [
        ("    behaviour:\n", "    conduct:\n"),
        ("value: 350, ", "value: 0, "),
        ("HIGH: 650, MIDDLE: 500, LOW: 350", "HIGH: 900, MIDDLE: 400, LOW: 0"),
    ],
    "stars": [("GOOD: 4, POOR: 1", "GOOD: 2.5, POOR: 1"), ("value: 3, ", "value: 8, ")],
    "organisations": [("law: logistic", "law: lognormal"), ("value: 1000,", "value: 25,")],
    "record": [("value: 24,", "value: null,")],
    "list": [
        ("enrolment: mandatory", "enrolment: voluntary"),
        ("value: null,", "value: 24,"),
        (
            "effects:\n",
            "timing: {first: 5, last: 30, ends: 40, confidence: assumed}\n"
            "exemptions:\n  - {members: elite, share: 0.8, confidence: assumed}\n"
            "disclosure:\n  level: 3\n  reach: {value: 1, confidence: assumed}\n"
            "  namesakes: {value: 0.1, confidence: assumed}\n  confidence: assumed\n"
            "awareness:\n  inside: {value: 0.5, confidence: assumed}\n"
            "  outside: {value: 0.1, confidence: assumed}\n"
            "  certainty: {value: 2, confidence: assumed}\n"
            "feedback:\n  - conduct: court-default\n    listed: true\n"
            "    theta: {value: 2, confidence: assumed}\neffects:\n",
        ),
    ],
}


@pytest.mark.parametrize("kind", sorted(DIFFERENT))
def test_one_scheme_written_in_two_ways(kind: str, tmp_path: pathlib.Path) -> None:
    path = SOUND / f"{kind}.yaml"
    a, b = resolve(path), other(path, tmp_path, *DIFFERENT[kind])
    for one, two in itertools.permutations((a, b)):
        for share in STEPS:
            assert faults(blend(one, two, share)) == []


def test_what_one_end_leaves_out_fades(tmp_path: pathlib.Path) -> None:
    path = SOUND / "list.yaml"
    a, b = resolve(path), other(path, tmp_path, *DIFFERENT["list"])
    for share in STEPS:
        scheme = blend(a, b, share).schemes["my-scheme"]
        assert scheme.exemptions[0].share == pytest.approx(0.8 * share)
        assert scheme.feedback[0].theta.value == pytest.approx(2 * share)
        assert scheme.awareness is not None
        assert scheme.awareness.inside.value == pytest.approx(0.5 * share)
        assert scheme.disclosure is not None
        assert scheme.disclosure.reach.value == pytest.approx(share)
        assert scheme.timing is not None
        assert scheme.timing.first == round(1 + 4 * share + 1e-9)


def test_rules_keep_their_side_of_zero(tmp_path: pathlib.Path) -> None:
    path = SOUND / "points.yaml"
    a, b = resolve(path), other(path, tmp_path, ("points: -5,", "points: 5,"))
    points = [blend(a, b, s).schemes["my-scheme"].rules[0].points for s in TENTHS]
    assert points == [-5, -4, -3, -2, -1, 1, 1, 2, 3, 4, 5]


def test_the_line_never_leaves_its_ends() -> None:
    for share in (0.1, 1 / 3, 0.7):
        assert Line(share, "a", "b").number(0.1, 0.1) == 0.1
        assert 0 <= Line(share, "a", "b").number(0, 1) <= 1
