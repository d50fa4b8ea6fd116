"""Two regimes on the same luck: nothing differs by itself, and every difference is countable."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from scoredsociety.audit import (
    compare_runs,
    deterrence,
    differing_lives,
    findings_comparison,
    pick_lives,
    spiral_gain,
)
from scoredsociety.engine.result import RunData, SocietyResult
from tests.audit.audit_worlds import CONDUCTS, SCHEMES, entry, hand_run, random_run, result_of


@cache
def pair():
    """Return a random run, and the same with some wrongful rows stopped and others cut short."""
    a = random_run(21)
    rng = np.random.default_rng(5)
    out = []
    for r in a.replicates:
        x = r.ledger.copy()
        stop = (x["truth"] > 0) & (rng.random(len(x)) < 0.6)
        x["exit"][stop] = 5
        x["end"][stop] = x["month"][stop]
        longer = (x["exit"] == 1) & (x["end"] < 30) & (rng.random(len(x)) < 0.2)
        x["end"][longer] += 1
        b = SocietyResult(x, r.monthly, r.acts * 0.8, r.mobility, r.population, {})
        out.append(b)
    return a, RunData(a.manifest, out)


def test_a_run_compared_with_itself_differs_in_nothing():
    run = random_run(3)
    c = compare_runs(run, run)
    rows = c.differences.to_pylist()
    assert len(rows) == c.a.figures.num_rows
    for x in rows:
        assert x["difference"] in (0.0, None)
        assert x["se"] in (0.0, None)
        assert x["value_a"] == x["value_b"]
    assert all(x.size == 0 for x in differing_lives(run, run))
    for quantity in ("only under A", "only under B"):
        assert c.value("listed", quantity) == 0
        assert c.value("wrongly listed", quantity) == 0
    for quantity in ("helped", "worse off"):
        assert c.value("persons", quantity) == 0
    for quantity in ("wrongful prevented", "rightful prevented", "wrongful added"):
        assert c.value("entries", quantity) == 0
    assert c.value("lives", "that differ") == c.value("lives", "with another outcome") == 0
    assert all(x["value"] in (0.0, None) for x in c.deterrence.to_pylist())
    assert pick_lives(run, run).saved is None


def listed(result, wrongful=False):
    x = result.ledger
    keep = (x["kind"] == 1) & (x["exit"] != 5)
    if wrongful:
        keep &= x["truth"] > 0
    return set(x["subject"][keep].tolist())


def sanctioned_months(result):
    out = {}
    for row in result.ledger:
        if row["kind"] != 0 and row["exit"] != 5:
            months = range(int(row["month"]) + 1, int(row["end"]) + 1)
            out.setdefault(int(row["subject"]), set()).update(months)
    return {who: len(m) for who, m in out.items()}


def test_paired_figures_equal_the_obvious_loop():
    a, b = pair()
    c = compare_runs(a, b)
    sums = {}

    def add(key, n):
        sums.setdefault(key, []).append(n)

    for x, y in zip(a.replicates, b.replicates, strict=True):
        for item, wrongful in (("listed", False), ("wrongly listed", True)):
            p, q = listed(x, wrongful), listed(y, wrongful)
            add((item, "only under A"), len(p - q))
            add((item, "only under B"), len(q - p))
            add((item, "under both"), len(p & q))
            add((item, "under neither"), 60 - len(p | q))
        before, after = sanctioned_months(x), sanctioned_months(y)
        saved = {w: before.get(w, 0) - after.get(w, 0) for w in {*before, *after}}
        add(("persons", "helped"), sum(v > 0 for v in saved.values()))
        add(("persons", "worse off"), sum(v < 0 for v in saved.values()))
        add(("persons", "wrongly listed under both"), len(listed(x, True) & listed(y, True)))
        add(("persons", "months sanctioned saved, rate"), 1000 * sum(saved.values()) / 60)
        was = x.ledger[(x.ledger["kind"] == 1) & (x.ledger["exit"] != 5)]
        now = {int(r["act"]) for r in y.ledger if r["kind"] == 1 and r["exit"] != 5}
        gone = [r for r in was if int(r["act"]) not in now]
        add(("entries", "wrongful prevented"), sum(r["truth"] > 0 for r in gone))
        add(("entries", "rightful prevented"), sum(r["truth"] == 0 for r in gone))
        names = [n for n in x.ledger.dtype.names if n not in ("refusals", "points")]
        differ = x.ledger[names] != y.ledger[names]  # row by row: nothing moved
        add(("lives", "that differ"), len(set(x.ledger["subject"][differ].tolist())))
    for (item, quantity), values in sums.items():
        assert c.value(item, quantity) == pytest.approx(np.mean(values), rel=1e-12), quantity
        assert c.by_replicate[item, quantity, "all"] == pytest.approx(values)
    rate = c.value("listed", "only under A, rate")
    assert rate == pytest.approx(1000 * c.value("listed", "only under A") / 60)


def test_groups_of_a_comparison_add_up():
    c = compare_runs(*pair())
    for item, quantity in (("persons", "helped"), ("listed", "only under A")):
        parts = [c.value(item, quantity, f"sex={s}") for s in ("male", "female")]
        assert sum(parts) == pytest.approx(c.value(item, quantity))


def test_differences_are_paired():
    a, b = pair()
    c = compare_runs(a, b)
    key = ("M5", "court-list", "entry-weighted")
    row = c.difference(*key)
    d = c.b.by_replicate[(*key, "all", None)] - c.a.by_replicate[(*key, "all", None)]
    assert row["difference"] == pytest.approx(d.mean())
    assert row["se"] == pytest.approx(d.std(ddof=1) / np.sqrt(3))
    assert row["value_b"] == c.b.value(*key)
    assert row["low"] < row["difference"] < row["high"]
    assert c.difference("M5", "no-list", "entry-weighted") is None


def test_rows_are_matched_by_name_and_as_multisets():
    a = hand_run(entry(0, 1, 3, act=7), entry(0, 1, 3, act=7), entry(1, 2, 4, act=8))
    once = hand_run(entry(0, 1, 3, act=7), entry(1, 2, 4, act=8))
    assert [x.tolist() for x in differing_lives(a, once)] == [[0]]
    swapped = hand_run(
        entry(1, 2, 4, act=8, scheme=2),
        entry(0, 1, 3, act=7, scheme=2),
        entry(0, 1, 3, act=7, scheme=2),
    )
    names = [SCHEMES[2], SCHEMES[1], SCHEMES[0]]
    other = RunData({**swapped.manifest, "schemes": names}, swapped.replicates)
    assert [x.tolist() for x in differing_lives(a, other)] == [[]]  # other codes, same names
    assert [x.tolist() for x in differing_lives(a, swapped)] == [[0, 1]]


def test_being_told_is_a_difference_but_no_other_outcome():
    a, b = hand_run(entry(0, 1, 3, act=7)), hand_run(entry(0, 1, 3, act=7, flags=1))
    assert [x.tolist() for x in differing_lives(a, b)] == [[0]]
    assert [x.tolist() for x in differing_lives(a, b, flags=False)] == [[]]
    c = compare_runs(a, b)
    assert c.value("lives", "that differ, share") == 0.1
    assert c.value("lives", "with another outcome, share") == 0.0


def test_runs_that_are_no_pair_are_refused():
    a = random_run()
    other = RunData({**a.manifest, "seed": 8}, a.replicates)
    for act in (compare_runs, pick_lives, deterrence, spiral_gain):
        with pytest.raises(ValueError, match="seed: 7 and 8"):
            act(a, other)
    with pytest.raises(ValueError, match="replicates: 3 and 2"):
        compare_runs(a, RunData(a.manifest, a.replicates[:2]))


def test_lives_are_chosen_by_the_rule():
    rows = [
        entry(0, 1, 11, truth=1, act=1),
        entry(1, 1, 4, truth=3, act=2),
        entry(2, 1, 6, truth=2, act=3),
        entry(3, 1, 6, truth=2, act=4),
        entry(4, 1, 9, truth=3, act=5),
        entry(5, 1, 9, act=6),
    ]
    a = hand_run(*rows)
    b = hand_run(rows[4], rows[5])
    lives = pick_lives(a, b)
    assert lives.saved.subject == 2  # months 10, 3, 5, 5: the lower median is 5
    assert lives.saved.months == 5
    assert lives.saved.stands_for == 4
    assert lives.saved.per_1000 == 400
    assert lives.saved.scaled == 4000
    assert len(lives.saved.rows_a) == 1
    assert len(lives.saved.rows_b) == 0
    assert lives.not_helped.subject == 4
    assert lives.not_helped.stands_for == 1
    assert "lower median" in lives.saved.rule


def test_deterrence_by_month_window_and_audience():
    a, b = pair()
    figures, series = deterrence(b, a)
    rows = {(x["item"], x["quantity"], x["group"]): x for x in figures.to_pylist()}
    for conduct in CONDUCTS:
        for group in ("all", "aware=aware"):
            assert rows[conduct, "deterrence", group]["value"] == pytest.approx(0.2)
    prevented = np.mean([0.2 * r.acts[1].sum() for r in a.replicates])
    assert rows["pets", "acts prevented", "all"]["value"] == pytest.approx(prevented)
    quantities = {(x["quantity"], x["month"]) for x in series.to_pylist()}
    assert {m for q, m in quantities if q == "deterrence, six months"} == {6, 12, 18, 24, 30}
    assert {m for q, m in quantities if q == "deterrence"} == set(range(1, 31))
    silent = [SocietyResult(r.ledger, r.monthly, r.acts * 0, r.mobility, r.population, {})
              for r in a.replicates]  # fmt: skip
    none, _ = deterrence(a, RunData(a.manifest, silent))
    assert all(x["value"] is None for x in none.to_pylist() if x["quantity"] == "deterrence")


def test_deterrence_of_the_aware_reads_the_aware_cells_only():
    a = random_run()
    changed = []
    for r in a.replicates:
        acts = r.acts.copy()
        acts[:, :, 1] *= 0.5
        changed.append(SocietyResult(r.ledger, r.monthly, acts, r.mobility, r.population, {}))
    figures, _ = deterrence(RunData(a.manifest, changed), a)
    rows = {(x["item"], x["quantity"], x["group"]): x["value"] for x in figures.to_pylist()}
    assert rows["pets", "deterrence", "aware=aware"] == pytest.approx(0.5)
    assert 0.1 < rows["pets", "deterrence", "all"] < 0.4


def test_spiral_gain_is_the_share_of_entries_that_feedback_makes():
    a = random_run(9)
    without = []
    for r in a.replicates:
        keep = r.ledger["generation"] == 0
        x = r.ledger[keep].copy()
        x["cause"] = -1
        without.append(SocietyResult(x, r.monthly, r.acts, r.mobility, r.population, {}))
    gain = spiral_gain(a, RunData(a.manifest, without), after=0)
    shares = []
    for r in a.replicates:
        x = r.ledger[(r.ledger["kind"] == 1) & (r.ledger["exit"] != 5)]
        shares.append(np.mean(x["generation"] > 0))
    assert gain.value == pytest.approx(np.mean(shares))
    assert gain.replicates == 3
    assert gain.low < gain.value < gain.high
    itself = spiral_gain(a, a)
    assert (itself.value, itself.se) == (0.0, 0.0)


def test_findings_of_a_comparison_name_those_who_are_not_helped():
    found = findings_comparison(compare_runs(*pair()))
    assert found[0].text.startswith("Simulated: of 1,000 adults")
    assert any("With B as with A" in f.text for f in found)
    assert any("percentage points" in f.value_text for f in found)
    itself = findings_comparison(compare_runs(random_run(), random_run()))
    assert itself[0].text == "Simulated: nobody in the samples is ever listed only under A."
    assert any("fewer than 1 person in 1,000" in f.text for f in itself)


def test_nothing_is_said_of_a_share_that_neither_run_defines():
    # one list entry and no spell at all: the spells of the points scheme have no wrongful share
    compared = compare_runs(*(hand_run(entry(0, 1, 3, act=1)) for _ in range(2)))
    undefined = [
        i for i in compared.a.items("M5") if compared.a.value("M5", i, "entry-weighted") is None
    ]
    assert undefined
    told = [f.text for f in findings_comparison(compared) if "wrongful share" in f.text]
    assert told
    assert not any(item in text for item in undefined for text in told)


def test_profiles_known_only_to_one_run_are_counted():
    a = hand_run(entry(0, 1, 3, act=1))
    b = hand_run(entry(1, 1, 3, act=2))
    profiles = np.full(10, 1 << 1, dtype=np.uint16)
    profiles[1] |= 1 << 12  # aware under B only
    ledger = b.replicates[0].ledger.copy()
    ledger["profile"] = profiles[ledger["subject"]]
    b = RunData(b.manifest, [result_of(ledger, profiles, 24, np.random.default_rng(0))])
    c = compare_runs(a, b)
    assert c.value("listed", "only under B", "sex=male") == 1
    assert c.value("persons", "worse off", "age=18-29") == 1
    assert c.value("listed", "under neither") == 8
