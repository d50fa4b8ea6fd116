"""Disparity and exemption at ratios that are known."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"
# mypy: disable-error-code="comparison-overlap"

from __future__ import annotations

import numpy as np
import pytest

from scoredsociety.audit import audit_run
from scoredsociety.audit.contrast import interval_of_ratio
from scoredsociety.audit.exemption import expected_rows
from scoredsociety.engine.result import Flag
from tests.audit.audit_worlds import entry, regime
from tests.audit.kinds_worlds import every_kind, made_run, profile, rows_of


def unequal():
    """Return 100 of either group; minority: 20 true, 10 wrong; majority: 10 true, 2 wrong."""
    profiles = np.array([profile(group=k // 100) for k in range(200)], dtype=np.uint16)
    rows = [entry(100 + k, 1, 5, truth=0 if k < 20 else 1 + k % 2) for k in range(30)]
    rows += [entry(k, 1, 5, truth=0 if k < 10 else 1) for k in range(12)]
    rows += [entry(50, 1, 1, exit=5)]  # stopped: a record of an own act, but no entry
    return made_run(regime(), rows_of(*rows), profiles)


def test_disparity_is_a_ratio_of_rates_raw_adjusted_and_of_errors():
    audit = audit_run(unequal())

    def ratio(word, group="group=minority"):
        return audit.cell("M10", "court-list", f"ratio, {word}", group)[:3]

    value, low, high = ratio("raw")
    assert value == pytest.approx(30 / 12)
    half = np.exp(1.959964 * np.sqrt(1 / 30 + 1 / 12))
    assert (low, high) == (pytest.approx(2.5 / half), pytest.approx(2.5 * half))
    assert ratio("conduct-adjusted")[0] == pytest.approx((30 / 20) / (12 / 11))
    assert ratio("error-only")[0] == ratio("misattributed")[0] == pytest.approx(5.0)
    assert audit.value("M10", "court-list", "rate", "group=minority") == pytest.approx(300)
    assert audit.value("M10", "court-list", "rate", "group=majority") == pytest.approx(120)
    assert ratio("raw", "income=poorest fifth") == (None, None, None)  # nobody is rich


def test_copies_are_no_records_of_acts_of_ones_own():
    run = unequal()
    ledger = run.replicates[0].ledger
    copies = ledger[ledger["subject"] < 10].copy()
    copies["flags"] = Flag.COPIED
    together = np.concatenate([ledger, copies])
    profiles = np.array([profile(group=k // 100) for k in range(200)], dtype=np.uint16)
    audit = audit_run(made_run(regime(), together, profiles))
    adjusted = audit.value("M10", "court-list", "ratio, conduct-adjusted", "group=minority")
    assert adjusted == pytest.approx((30 / 20) / (22 / 11))


def test_between_cities_the_expected_acts_are_the_offset():
    profiles = np.array([profile(city=k // 50) for k in range(100)], dtype=np.uint16)
    rows = [entry(k, 1, 5) for k in range(10)] + [entry(50 + k, 1, 5) for k in range(20)]
    acts = np.zeros((3, 24, 2, 2))
    acts[0, :, :, 0], acts[0, :, :, 1] = 1.0, 4.0  # court defaults; the list has no other rule
    acts[1] = 100.0
    audit = audit_run(made_run(regime(), rows_of(*rows), profiles, acts=acts))
    figure = ("M10", "court-list")
    assert audit.value(*figure, "ratio, raw", "city=pilot city") == pytest.approx(2.0)
    adjusted = audit.value(*figure, "ratio, conduct-adjusted", "city=pilot city")
    assert adjusted == pytest.approx(0.5)


def test_a_ratio_of_no_events_is_nought_without_an_interval_or_undefined():
    value, low, high = interval_of_ratio(0.0, np.array([0.1, np.nan]))
    assert value == 0.0
    assert np.isnan([low, high]).all()
    assert np.isnan(interval_of_ratio(float("nan"), np.array([0.1, 0.1]))).all()


def test_rows_of_one_person_hang_together_in_the_interval():
    profiles = np.array([profile(group=k // 100) for k in range(200)], dtype=np.uint16)
    rows = [entry(100 + k // 4, 1, 5) for k in range(40)] + [entry(k, 1, 5) for k in range(20)]
    audit = audit_run(made_run(regime(), rows_of(*rows), profiles))
    value, low, high, _ = audit.cell("M10", "court-list", "ratio, raw", "group=minority")
    assert value == pytest.approx(2.0)
    half = np.exp(1.959964 * np.sqrt(10 * 4**2 / 40**2 + 1 / 20))  # ten persons, four rows each
    assert (low, high) == (pytest.approx(2.0 / half), pytest.approx(2.0 * half))


def test_ratings_leave_nothing_to_adjust_by():
    profiles = np.array([profile(group=k // 10) for k in range(20)], dtype=np.uint16)
    spell = {"kind": 2, "scheme": 5, "month": 1, "end": 4, "points": 2}
    rows = [{**spell, "subject": k} for k in (1, 11, 12)]
    audit = audit_run(made_run(every_kind(), rows_of(*rows), profiles))
    figure = ("M10", "stars/spells")
    assert audit.value(*figure, "ratio, raw", "group=minority") == pytest.approx(2.0)
    assert audit.value(*figure, "ratio, conduct-adjusted", "group=minority") is None


def spared(share=0.5, members="elite"):
    """Return 50 rich elite with 8 rows, 50 rich others with 10, and 100 poor with 50."""
    plain = regime()
    if share:
        plain["schemes"]["court-list"]["exemptions"] = [
            {"members": members, "share": share, "confidence": "assumed"}
        ]
    levels = [(1, 4)] * 50 + [(0, 4)] * 50 + [(0, 0)] * 100
    profiles = np.array([profile(elite=e, income=y) for e, y in levels], dtype=np.uint16)
    rows = [entry(k, 1, 5) for k in (*range(8), *range(50, 60), *range(100, 150))]
    rows += [entry(9, 1, 5, flags=Flag.COPIED), entry(9, 1, 5, flags=Flag.NAMESAKE)]
    return made_run(plain, rows_of(*rows), profiles)


def test_the_exemption_gap_at_a_known_ratio():
    audit = audit_run(spared())

    def value(quantity):
        return audit.value("M11", "court-list", quantity, "elite=elite")

    assert value("gap, raw") == pytest.approx(1 - (8 / 50) / (60 / 150))
    assert value("gap, standardised") == pytest.approx(1 - 8 / (50 * 10 / 50))
    assert value("ratio of rates, standardised") == pytest.approx(0.8)
    assert value("declared share") == 0.5
    row = next(x for x in audit.table("M11").to_pylist() if x["quantity"] == "gap, standardised")
    assert "a small cell" in row["note"]
    assert row["people"] == 50
    assert row["entries"] == 8
    assert row["low"] < row["value"] < row["high"]


def test_without_an_exemption_there_is_a_ratio_but_no_gap():
    audit = audit_run(spared(share=0))
    assert audit.value("M11", "court-list", "gap, raw", "elite=elite") is None
    assert audit.value("M11", "court-list", "declared share", "elite=elite") is None
    ratio = audit.value("M11", "court-list", "ratio of rates, raw", "elite=elite")
    assert ratio == pytest.approx(0.4)
    of_party = audit_run(spared(members="party-members"))
    assert of_party.value("M11", "court-list", "gap, raw", "elite=elite") is None


def test_the_gap_finds_the_share_that_was_dropped():
    rng = np.random.default_rng(0)
    elite = np.arange(40_000) < 8000
    profiles = np.array([profile(elite=int(e)) for e in (1, 0)], dtype=np.uint16)
    acting = rng.random(elite.size) < 0.3
    kept = acting & ~(elite & (rng.random(elite.size) < 0.4))
    plain = regime()
    exemption = {"members": "elite", "share": 0.4, "confidence": "assumed"}
    plain["schemes"]["court-list"]["exemptions"] = [exemption]
    ledger = np.zeros(int(kept.sum()), dtype=rows_of().dtype)
    ledger["subject"], ledger["kind"], ledger["cause"] = np.flatnonzero(kept), 1, -1
    ledger["month"], ledger["end"], ledger["exit"] = 1, 5, 1
    run = made_run(plain, ledger, np.where(elite, profiles[0], profiles[1]))
    value, low, high, _ = audit_run(run).cell("M11", "court-list", "gap, raw", "elite=elite")
    assert value == pytest.approx(0.4, abs=0.03)
    assert low < 0.4 < high


def test_strata_in_which_there_are_only_exempt_people_say_nothing():
    member = np.array([[1, 0], [0, 1], [1, 0]], dtype=float)
    rows, adults = np.array([4.0, 10.0, 7.0]), np.array([20.0, 25.0, 30.0])
    both = expected_rows(rows, adults, member, np.array([0, 0, 1]))
    np.testing.assert_allclose(both, [4, 20 * 10 / 25])
