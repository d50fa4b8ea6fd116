"""Verdicts follow from numbers: another number, another verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoredsociety.evidence import MEASUREMENTS, Measurement, Number, Verdict
from scoredsociety.evidence.numbers import exact, over_replicates
from scoredsociety.evidence.planning import Plan, find
from scoredsociety.evidence.verdicts import (
    Condition,
    End,
    Holds,
    above,
    below,
    between,
    exactly,
    judge,
)


def around(value: float, half: float = 0.1) -> Number:
    return Number(value, value - half, value + half, "share", 4)


@pytest.mark.parametrize(
    ("condition", "yes", "no", "open_"),
    [
        (above(1), 1.2, 0.8, 1.05),
        (below(1), 0.8, 1.2, 0.95),
        (between(1, 2), 1.5, 2.5, 1.95),
        (between(1, 2), 1.1, 0.5, 1.0),
    ],
)
def test_a_condition_looks_at_the_whole_interval(
    condition: Condition, yes: float, no: float, open_: float
) -> None:
    assert condition.ask(around(yes)) is Holds.YES
    assert condition.ask(around(no)) is Holds.NO
    assert condition.ask(around(open_)) is Holds.OPEN


def test_a_number_without_an_interval_is_judged_by_its_value() -> None:
    assert above(0).ask(exact(0.1)) is Holds.YES
    assert above(0).ask(exact(0.0)) is Holds.NO
    assert exactly(0).ask(exact(0.0)) is Holds.YES
    assert exactly(0).ask(exact(1e-300)) is Holds.NO
    assert above(0).ask(Number(None)) is Holds.OPEN
    assert above(0).ask(over_replicates([float("nan")] * 4)) is Holds.OPEN


def test_exactly_nothing_in_every_replicate_is_not_above_nothing() -> None:
    assert above(0).ask(over_replicates([0, 0, 0, 0])) is Holds.NO
    assert exactly(0).ask(over_replicates([0, 0, 0, 0])) is Holds.YES
    assert exactly(0).ask(over_replicates([0, 0, 0, 1])) is Holds.OPEN


def end(path: str, holds: Holds) -> End:
    return End(path, 0.0, exact(0.0), holds)


def test_plain_verdicts() -> None:
    assert judge(Holds.YES) == (Verdict.SHOWN, ())
    assert judge(Holds.NO) == (Verdict.CONTRADICTED, ())
    assert judge(Holds.OPEN) == (Verdict.OPEN, ())


@pytest.mark.parametrize("main", list(Holds))
def test_an_answer_that_flips_along_a_range_depends_on_it(main: Holds) -> None:
    ends = [end("a", Holds.YES), end("a", Holds.NO), end("b", main), end("b", main)]
    assert judge(main, ends) == (Verdict.DEPENDS, ("a",))


def test_an_answer_that_stays_along_the_range_survives() -> None:
    assert judge(Holds.YES, [end("a", Holds.YES), end("a", Holds.YES)])[0] is Verdict.SHOWN
    assert judge(Holds.NO, [end("a", Holds.NO), end("a", Holds.OPEN)])[0] is Verdict.CONTRADICTED


def test_ends_of_different_assumptions_do_not_make_a_flip_together() -> None:
    ends = [end("a", Holds.YES), end("a", Holds.OPEN), end("b", Holds.OPEN), end("b", Holds.NO)]
    assert judge(Holds.OPEN, ends)[0] is Verdict.OPEN


def inside(condition: Condition) -> float:
    if condition.low == -float("inf"):
        return condition.high - 1.0
    if condition.high == float("inf"):
        return condition.low + 1.0
    return 0.5 * (condition.low + condition.high)


@pytest.mark.parametrize("measurement", MEASUREMENTS.values(), ids=MEASUREMENTS.keys())
def test_every_measurement_can_come_out_either_way(measurement: Measurement) -> None:
    good = inside(measurement.condition)
    bad = (
        (measurement.condition.high + 1.0)
        if measurement.condition.high < float("inf")
        else (measurement.condition.low - 1.0)
    )
    bare = replace(measurement, roles={}, varied=())
    shown = find(replace(bare, compute=lambda s: exact(good)), Plan())
    refuted = find(replace(bare, compute=lambda s: exact(bad)), Plan())
    nothing = find(replace(bare, compute=lambda s: Number(None)), Plan())
    assert shown.verdict is Verdict.SHOWN
    assert refuted.verdict is Verdict.CONTRADICTED
    assert nothing.verdict is Verdict.OPEN


def test_a_figure_at_the_ends_of_its_range_is_tried() -> None:
    found = find(MEASUREMENTS["interviews-count"], Plan())
    assert [e.at for e in found.ends] == [24, 60]
    assert found.verdict is Verdict.DEPENDS
    assert found.flips == ("figures.interviews-dozens",)
