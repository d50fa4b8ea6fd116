"""Ways out, returns, cohorts and corrections: against closed forms and the obvious loop."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from scoredsociety.audit import aalen_johansen, audit_run, kaplan_meier
from scoredsociety.audit.competing import at_month, cumulative_incidence
from scoredsociety.audit.leaving import WAYS, months_sanctioned
from scoredsociety.audit.sample import load_sample
from scoredsociety.audit.survival import episodes, gaps, product_limit
from scoredsociety.engine.result import Flag
from tests.audit.audit_worlds import codes_of, entry, hand_run, random_run, regime
from tests.audit.kinds_worlds import made_run, profile, rows_of


def slow_incidence(durations, ways, way, t):
    """Walk through the times one by one: S(u-) d / n added up."""
    out, surviving = 0.0, 1.0
    for u in sorted(set(durations)):
        if u > t:
            break
        n = sum(d >= u for d in durations)
        out += (
            surviving * sum(d == u and w == way for d, w in zip(durations, ways, strict=True)) / n
        )
        surviving *= 1 - sum(d == u and w >= 0 for d, w in zip(durations, ways, strict=True)) / n
    return out


@pytest.mark.parametrize("seed", range(4))
def test_aalen_johansen_is_the_obvious_sum_and_adds_up_with_kaplan_meier(seed):
    rng = np.random.default_rng(seed)
    x, way = rng.integers(1, 20, 80), rng.integers(-1, 3, 80)
    found = aalen_johansen(x, way, 3)
    curve = kaplan_meier(x, way >= 0)
    np.testing.assert_allclose(found.survival, curve.survival, atol=1e-15)
    np.testing.assert_allclose(found.incidence.sum(axis=0) + curve.survival, 1, atol=1e-12)
    for w in range(3):
        slow = [slow_incidence(x.tolist(), way.tolist(), w, t) for t in found.time]
        np.testing.assert_allclose(found.incidence[w], slow, atol=1e-12)
    inner = (found.incidence > 0) & (found.incidence < 1)
    assert (found.low[inner] < found.incidence[inner]).all()
    assert (found.high[inner] > found.incidence[inner]).all()


def test_with_one_way_out_the_limits_are_those_of_greenwood():
    rng = np.random.default_rng(9)
    events, censored = rng.integers(0, 5, (2, 15)).astype(float)
    f, low, high, s, at_risk = cumulative_incidence(events[None], censored)
    n = at_risk
    left = n > events
    greenwood = np.cumsum(np.where(left, events / np.where(left, n * (n - events), 1), 0))
    inner = (f[0] > 0) & (f[0] < 1)
    half = (
        1.959963984540054
        * s
        * np.sqrt(greenwood)
        / (f[0] * np.abs(np.log(np.where(inner, f[0], 0.5))))
    )
    np.testing.assert_allclose(low[0][inner], np.exp(np.log(f[0]) * np.exp(half))[inner], rtol=1e-9)
    np.testing.assert_allclose(
        high[0][inner], np.exp(np.log(f[0]) * np.exp(-half))[inner], rtol=1e-9
    )


def test_two_constant_hazards_share_the_ends_in_proportion():
    # With hazards a and b a month, F_a(t) = a / (a + b - ab) (1 - ((1 - a)(1 - b))^t), a first.
    rng = np.random.default_rng(1)
    a, b, horizon = 0.04, 0.02, 60
    first, second = rng.geometric(a, 60_000), rng.geometric(b, 60_000)
    x = np.minimum(np.minimum(first, second), horizon)
    way = np.where(np.minimum(first, second) > horizon, -1, np.where(first <= second, 0, 1))
    found = aalen_johansen(x, way)
    stay = (1 - a) * (1 - b)
    t = found.time
    np.testing.assert_allclose(found.incidence[0], a / (1 - stay) * (1 - stay**t), atol=0.007)
    np.testing.assert_allclose(
        found.incidence[1], b * (1 - a) / (1 - stay) * (1 - stay**t), atol=0.007
    )
    naive = 1 - kaplan_meier(x, way == 0).survival[-1]
    assert naive > found.incidence[0][-1] + 0.1  # what taking the other way for censoring says


def test_aalen_johansen_says_what_it_needs():
    with pytest.raises(ValueError, match="as many durations as ends"):
        aalen_johansen([], [])


def test_a_curve_is_read_only_as_far_as_somebody_was_followed():
    events = np.array([[0.0, 1, 0, 0], [0, 2, 0, 0]])
    running = np.array([[0.0, 0, 1, 0], [0, 0, 0, 0]])
    s, _, _, at_risk = product_limit(events, running)
    np.testing.assert_allclose(at_month(s, at_risk, s, 2), [0.5, 0])
    np.testing.assert_allclose(at_month(s, at_risk, s, 3), [np.nan, 0])
    np.testing.assert_allclose(at_month(s, at_risk, s, 99), [np.nan, 0])


def test_ways_out_add_up_with_the_survival_of_the_same_table():
    audit = audit_run(random_run(5, replicates=2))
    total = defaultdict(float)
    for x in audit.leaving.to_pylist():
        if x["clock"].startswith("left: "):
            total[x["item"], x["group"], x["month"]] += x["share"]
    compared = 0
    for x in audit.survival.to_pylist():
        left = total.get((x["item"], x["group"], x["month"]))
        if left is not None:
            assert left + x["survival"] == pytest.approx(1.0, abs=1e-12)
            compared += 1
    assert compared > 500
    assert {x["clock"] for x in audit.leaving.to_pylist()} == {
        "left: performed", "left: term or expiry", "left: late appeal",
        "listed again", "still listed, by year of entry",
    }  # fmt: skip


def test_an_episode_ends_as_the_row_that_ended_it():
    run = hand_run(
        entry(0, 1, 9, exit=1), entry(0, 2, 5, exit=2),  # out by performance in month 9
        entry(1, 1, 5, exit=1), entry(1, 3, 9, exit=2),  # out by its term
        entry(2, 1, 4, exit=3),
        entry(3, 1, 24, exit=0),
    )  # fmt: skip
    sample = load_sample(run)
    found = episodes(sample.streams[0].entered, 24)
    assert sample.streams[0].entered.exit[found.last].tolist() == [1, 2, 3, 0]
    audit = audit_run(run)
    for way in ("performed", "term or expiry", "late appeal"):
        assert audit.value("M7", "court-list", f"left within 12 months, {way}") == 0.25
    assert len(WAYS) == 4
    assert audit.value("M7", "court-list", "left within 60 months, performed") is None


@pytest.mark.parametrize("seed", range(3))
def test_times_away_equal_the_obvious_loop(seed):
    months = 30
    sample = load_sample(random_run(seed, replicates=1))
    stream = sample.streams[0]
    listed = defaultdict(set)
    entries = defaultdict(set)
    rows = stream.entered
    for k in range(len(rows)):
        listed[rows.person[k]] |= set(range(rows.month[k] + 1, rows.end[k] + 1))
        if rows.in_force[k]:
            listed[rows.person[k]].add(months + 1)
        entries[rows.person[k]].add(rows.month[k])
    expected = []
    for who, m in listed.items():
        for t in range(1, months + 1):
            if t in m and t + 1 not in m and not (t in entries[who] and t < months):
                later = [e for e in entries[who] if e > t]
                expected.append((min(later) - t, True) if later else (months - t, False))
    g = gaps(rows, episodes(rows, months), months)
    assert sorted(zip(g.duration.tolist(), g.observed.tolist(), strict=True)) == sorted(expected)


def test_returns_and_cohorts_of_a_hand_made_list():
    run = hand_run(
        entry(0, 1, 3), entry(0, 7, 9), entry(0, 24, 24, exit=0),  # back after 4, and after 15
        entry(1, 1, 16),
        entry(2, 14, 24, exit=0),
        people=6, months=24,
    )  # fmt: skip
    audit = audit_run(run)
    again = "listed again within 12 months of leaving"
    # Left: 0 twice, back after 4 and after 15; 1, not seen to return for 8 months.
    assert audit.value("M7", "court-list", again) == pytest.approx(1 / 3)
    quantity = "median months from leaving to the next entry"
    assert audit.value("M7", "court-list", quantity) == 15.0
    quantity = "still listed 12 months after entry"
    # Begun in year 1: months 2, 2 and 15; in year 2: none is followed for 12 months.
    assert audit.value("M7", "court-list", quantity, "entered=year 1") == pytest.approx(1 / 3)
    assert audit.value("M7", "court-list", quantity, "entered=year 2") is None
    sizes = [
        x["people"] for x in audit.table("M7").to_pylist()
        if x["quantity"] == quantity and x["item"] == "court-list"
    ]  # fmt: skip
    assert sizes == [3, 2]


def test_months_under_a_sanction_are_the_union_of_all_statuses():
    run = random_run(6, replicates=2)
    sample = load_sample(run)
    ours = months_sanctioned(sample).reshape(sample.replicates, -1)
    for r, result in enumerate(run.replicates):
        months = defaultdict(set)
        for row in result.ledger:
            if row["kind"] != 0 and row["exit"] != 5 and codes_of(row):
                months[row["subject"]] |= set(range(row["month"] + 1, row["end"] + 1))
        by_hand = np.zeros(sample.people)
        for who, m in months.items():
            by_hand[who] = len(m)
        assert ours[r].tolist() == by_hand.tolist()
    audit = audit_run(run)
    each = [x[x > 0] for x in ours]
    quantity = "months under a sanction, per person ever under it"
    assert audit.value("M7", "any", quantity) == pytest.approx(np.mean([x.mean() for x in each]))
    quantity = "months under a sanction, median"
    assert audit.value("M7", "any", quantity) == pytest.approx(
        np.mean([np.median(x) for x in each])
    )


def test_the_steps_of_the_funnel_multiply_to_its_end():
    rng = np.random.default_rng(3)
    nu, files, iota, late = 0.7, 0.4, 0.5, 0.6
    rows = []
    for k in range(3000):
        told, filed, won = rng.random(3) < (nu, files, iota)
        flags = Flag.NOTIFIED * told | Flag.FILED * (told & filed)
        if told and filed and won:
            rows.append(entry(k, 1, 1, exit=5, flags=int(flags | Flag.CORRECTED)))
            continue
        found, asks, wins = rng.random(3) < (0.5, late, iota)
        if not told and found:
            flags |= Flag.DISCOVERED | Flag.FILED_LATE * asks
        gone = not told and found and asks and wins
        rows.append(entry(k, 1, 7, exit=3 if gone else 1, flags=int(flags)))
    profiles = np.full(len(rows), profile(), dtype=np.uint16)
    audit = audit_run(made_run(regime(), rows_of(*rows), profiles))

    def value(quantity):
        return audit.value("M22", "court-list", quantity)

    steps = (
        ("notified, of those not exempted", nu),
        ("filed, of those notified", files),
        ("corrected before entry, of those filed", iota),
        ("discovered at a counter, of those entered untold", 0.5),
        ("filed late, of those discovered", late),
        ("corrected late, of those filed late", iota),
    )
    for quantity, p in steps:
        assert value(quantity) == pytest.approx(p, abs=0.05)
    product = np.prod([value(quantity) for quantity, _ in steps[:3]])
    assert product == pytest.approx(value("corrected before entry") / 3000)
    every = value("corrected before entry") + value("corrected late")
    assert value("corrected at any step, of those recorded") == pytest.approx(every / 3000)


def test_time_wrongly_in_force_counts_those_never_corrected():
    run = hand_run(
        entry(0, 1, 5, truth=1, exit=3, flags=int(Flag.DISCOVERED)),
        entry(1, 1, 11, truth=2, exit=1, flags=int(Flag.DISCOVERED)),
        entry(2, 4, 24, truth=3, exit=0),
        entry(3, 2, 8, exit=3, flags=int(Flag.DISCOVERED)),  # rightful, but appealed
        entry(4, 2, 20),
    )
    audit = audit_run(run)

    def value(quantity, group="truth=wrongful"):
        return audit.value("M22", "court-list", quantity, group)

    for fate, months in (("corrected", 4), ("ended uncorrected", 10), ("still in force", 20)):
        assert value(f"wrongful, {fate}") == pytest.approx(1 / 3)
        assert value(f"mean months wrongly in force, {fate}") == months
        assert value(f"months wrongly in force, {fate}") == pytest.approx(months / 34)
    assert value("corrected within 12 months of entry") == pytest.approx(1 / 3)
    assert value("corrected within 60 months of entry") is None
    assert value("median months wrongly in force") == 10.0
    assert value("ends that are corrections") == 0.5
    assert value("mean months from entry to discovery at a counter", "all") == 5.0
    assert value("discoveries that are dated", "all") == pytest.approx(2 / 3)


def test_where_nothing_is_wrong_nothing_is_said_of_its_correction():
    audit = audit_run(hand_run(entry(0, 1, 5), entry(1, 1, 24, exit=0)))
    for fate in ("corrected", "ended uncorrected", "still in force"):
        assert audit.value("M22", "court-list", f"wrongful, {fate}", "truth=wrongful") is None
    quantity = "corrected within 12 months of entry"
    assert audit.value("M22", "court-list", quantity, "truth=wrongful") is None
    assert audit.value("M22", "court-list", "filed, of those notified") is None
