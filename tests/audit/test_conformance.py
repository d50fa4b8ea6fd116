"""Every shipped measure passes the suite, and the suite notices each rule that is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import scoredsociety
from scoredsociety.audit import MEASURES, Measure, MeasureError, check_measure
from scoredsociety.audit.audit import with_own
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.sample import Sample
from scoredsociety.audit.sheet import Sheet
from scoredsociety.audit.specimens import ordered, shipped, strangers
from tests.audit.audit_worlds import random_run

Write = Callable[[Sample, Sheet], None]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.id)
def test_a_shipped_measure_keeps_every_rule(measure: Measure) -> None:
    check_measure(measure)


def refused(sample: Sample, sheet: Sheet) -> None:
    """Write the share of lists' rows that were stopped before they took effect."""
    for stream in sample.streams:
        if stream.listing:
            rows = stream.rows
            stopped = sample.per_replicate(rows.take(rows.exit == 5))
            n = sample.per_replicate(rows)
            sheet.put("X1", stream.item, "stopped", "share", ratio(stopped, n), entries=n)


OWN = Measure(
    "X1", "Stopped", "How many?", "share", "stopped / all", ("M5",), ("schemes.",), refused
)


def test_a_measure_of_ones_own_is_audited_beside_the_shipped_ones() -> None:
    check_measure(OWN)
    found = scoredsociety.audit(shipped()[0].run, measures=[OWN])
    steps = ("corrected before entry", "exempted")
    shares = [found.value("M22", "court-list", f"{s}, share of recorded") or 0.0 for s in steps]
    assert found.value("X1", "court-list", "stopped") == pytest.approx(sum(shares))
    assert found.measure("X1") is OWN
    assert found.value("M1", "any", "rate") is not None
    for twice in ([OWN, OWN], [replace(OWN, id="M5")]):
        with pytest.raises(ValueError, match="two measures called"):
            with_own(twice)


def writing(value: Callable[[Sample], Any], **more: Any) -> Write:
    def compute(sample: Sample, sheet: Sheet) -> None:
        for stream in sample.streams:
            if stream.listing:
                unit = more.pop("unit", "ratio")
                sheet.put("X1", stream.item, "q", unit, value(sample), **more)

    return compute


def first_person(sample: Sample) -> Any:
    return np.array([float(r.ledger["subject"].max(initial=0)) for r in sample.run.replicates])


def first_society(sample: Sample) -> Any:
    return np.arange(sample.replicates, dtype=float)


def rising(sample: Sample, sheet: Sheet) -> None:
    for stream in sample.streams:
        if stream.listing:
            rows = stream.entered
            sheet.put("X1", stream.item, "q", "entries",
                      sample.per_replicate(rows.take(~rows.wrongful)))  # fmt: skip


COUNTER = iter(range(10**6))


BROKEN = {
    "changes when it is computed again": {"compute": writing(lambda s: float(next(COUNTER)))},
    "changes when people have other numbers": {"compute": writing(first_person)},
    "changes when the societies stand": {"compute": writing(first_society)},
    "stands on nobody and no entry": {"compute": writing(lambda s: 0.0, entries=[0.0] * 3)},
    "the unit 'stars' is not known": {"compute": writing(lambda s: 0.5, unit="stars")},
    "is not declared in groups": {"compute": writing(lambda s: 0.5, group="age=60+")},
    "is infinite": {"compute": writing(lambda s: np.inf)},
    "is a share above 1": {"compute": writing(lambda s: 1.5, unit="share")},
    "falls when half of the true rows": {"compute": rising, "rises_with": {"errors": ("q",)}},
    "'q' rises nowhere when every sanction": {"compute": rising, "rises_with": {"harm": ("q",)}},
    "rises_with names 'luck'": {"rises_with": {"luck": ("q",)}},
    "its companion M99 does not exist": {"companions": ("M99",)},
    "is its own companion": {"companions": ("X1",)},
    "there is nothing to compute": {"compute": None},
    "question is empty": {"question": " "},
    "which no path of a regime begins with": {"rests_on": ("people.",)},
    "raises ZeroDivisionError": {"compute": writing(lambda s: 1 / 0)},
    "writes figures of 'M5'": {"compute": next(m.compute for m in MEASURES if m.id == "M5")},
    "writes no figure on any": {"compute": lambda sample, sheet: None},
    "is not 0 where there is no scheme": {
        "compute": lambda sample, sheet: sheet.put("X1", "any", "q", "persons", 5.0)
    },
}  # fmt: skip


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_is_noticed(rule: str) -> None:
    with pytest.raises(MeasureError) as caught:
        check_measure(replace(OWN, **BROKEN[rule]))  # type: ignore[arg-type]
    assert rule in str(caught.value)
    assert isinstance(caught.value, AssertionError)
    if "computed again" not in rule:
        assert len(caught.value.broken) <= 6, caught.value


def test_every_rule_that_is_broken_is_told_at_once() -> None:
    wrong = replace(OWN, companions=("M99",), question="", compute=writing(lambda s: np.inf))
    with pytest.raises(MeasureError) as caught:
        check_measure(wrong)
    for told in ("M99", "question", "infinite"):
        assert told in str(caught.value)


def test_a_run_of_ones_own_is_tried_too() -> None:
    run = random_run()

    def late(sample: Sample, sheet: Sheet) -> None:
        if sample.people == 60:
            sheet.put("X1", "any", "q", "share", 2.0)
        refused(sample, sheet)

    check_measure(OWN, runs=[run])
    with pytest.raises(MeasureError, match="your run 1"):
        check_measure(replace(OWN, compute=late), runs=[run])


def test_a_run_that_was_read_is_as_it_was() -> None:
    def scribbling(sample: Sample, sheet: Sheet) -> None:
        if sample.people == 60:
            sample.run.replicates[0].ledger["refusals"] += 1
        refused(sample, sheet)

    with pytest.raises(MeasureError, match="changes the run that it reads"):
        check_measure(replace(OWN, compute=scribbling), runs=[random_run()])


def test_strangers_keep_their_lives() -> None:
    run = random_run()
    before, after = run.replicates[0].ledger, strangers(run).replicates[0].ledger
    assert sorted(before["act"]) == sorted(after["act"])
    for k, row in enumerate(after):
        if row["cause"] >= 0:
            mine = before[before["act"] == row["act"]][0]
            assert after["act"][row["cause"]] == before["act"][mine["cause"]], k
    assert (ordered(before, np.arange(len(before))) == before).all()


def test_the_card_of_a_measure_is_whole(cli: Any) -> None:
    for measure in MEASURES:
        answer = cli("measures", measure.id.lower())
        assert answer.code == 0
        flat = " ".join(answer.out.split())
        for said in (measure.name, measure.question, measure.unit, *measure.companions):
            assert said in flat
        assert all(g in flat.lower() for g in measure.groups)
        assert max(len(line) for line in answer.out.splitlines()) <= 88
    wrong = cli("measures", "M77")
    assert wrong.code == 2
    assert "There is no measure 'M77'" in wrong.err
    assert "Traceback" not in wrong.err
