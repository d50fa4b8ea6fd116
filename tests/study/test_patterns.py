"""What the shipped regime must show before any of its results counts."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from scoredsociety.engine import ExitReason, Kind, RunData
from scoredsociety.engine.result import CELLS, profile_level
from scoredsociety.study import simulate

REPLICATES = 6


@cache
def fragmented(
    *safeguards: str, calibration: str = "A", regime: str = "fragmented-2018"
) -> RunData:
    calibrations = {"court-list": calibration} if regime != "none" else {}
    return simulate(regime, safeguards=safeguards, calibrations=calibrations, replicates=REPLICATES)


@pytest.fixture(scope="module")
def plain() -> RunData:
    return fragmented()


def per_adult(run: RunData, name: str, month: int = -1) -> np.ndarray:
    return np.array(
        [r.monthly[name][month].sum() / r.monthly["adults"][month].sum() for r in run.replicates]
    )


@pytest.mark.parametrize(("calibration", "published", "room"), [("A", 9.0, 0.6), ("B", 5.7, 0.6)])
def test_the_stock_of_the_court_list_is_near_the_published_one(plain, calibration, published, room):
    run = plain if calibration == "A" else fragmented(calibration="B")
    persons = per_adult(run, "listed:court-list") * 1100
    entries = per_adult(run, "entries:court-list") * 1100
    assert persons.std() / np.sqrt(REPLICATES) < 0.15
    assert abs(persons.mean() - published) < room
    assert persons.mean() < entries.mean() < 1.25 * persons.mean()


def test_as_many_enter_the_court_list_as_the_published_totals_grow_by(plain):
    # (iii) 0.276, 0.254 and 0.27 million a month over three windows; the first two years aside,
    # in which few of those listed are left to default again
    inflow = [
        r.monthly["in:court-list"][24:].sum() / r.monthly["adults"][24:].sum()
        for r in plain.replicates
    ]
    assert np.std(inflow) * 1100 / np.sqrt(REPLICATES) < 0.01
    assert 0.25 < np.mean(inflow) * 1100 < 0.30


def test_few_know_of_the_city_scheme_and_some_know_of_one_that_is_not_there(plain):
    # (i) 7 % of all, 11 % in pilot cities, a few elsewhere
    for r in plain.replicates:
        profile, adults = r.population["profile"], r.population["adults"]
        aware, pilot = (profile_level(profile, name) == 1 for name in ("aware", "city"))
        inside, outside = (adults[aware & p].sum() / adults[p].sum() for p in (pilot, ~pilot))
        assert abs(inside - 0.11) < 0.01
        assert abs(outside - 0.0398) < 0.006
        assert abs(adults[aware].sum() / adults.sum() - 0.07) < 0.006


def test_rewards_reach_far_more_people_than_sanctions(plain):
    # (viii) in every group, rich or poor, in a pilot city or not
    rewarded, sanctioned = per_adult(plain, "rewarded"), per_adult(plain, "sanctioned")
    assert np.all(rewarded > 0.25)
    assert np.all(sanctioned < 0.012)
    assert 30 < rewarded.mean() / sanctioned.mean() < 60
    stocks = [
        sum(r.monthly[name][-1] for r in plain.replicates).reshape(2, 2, 5, 2)
        for name in ("rewarded", "sanctioned")
    ]
    assert stocks[0].size == CELLS
    for axis in range(4):
        others = tuple(k for k in range(4) if k != axis)
        better, worse = (s.sum(axis=others) for s in stocks)
        assert np.all(better > 5 * worse), axis  # least among the poorest fifth
    # it is the firm's score that does it: the city alone rewards hardly anybody
    city = sum(per_adult(plain, f"grade:rongcheng-points:{g}").mean() for g in ("AAA", "AA"))
    assert city < sanctioned.mean()


def test_nearly_all_who_are_under_sanctions_are_on_the_court_list(plain):
    listed = per_adult(plain, "listed:court-list").mean()
    assert per_adult(plain, "sanctioned").mean() - listed < 0.002


def test_most_residents_of_pilot_cities_are_in_grade_a(plain):
    scheme = "grade:rongcheng-points:"
    grades = {n.removeprefix(scheme) for n in plain.replicates[0].monthly if n.startswith(scheme)}
    enrolled = sum(per_adult(plain, scheme + g).mean() for g in grades)
    assert per_adult(plain, scheme + "A").mean() / enrolled > 0.95


def wrongful(run: RunData) -> tuple[float, float]:
    shares = []
    for r in run.replicates:
        entered = r.ledger[
            (r.ledger["kind"] == Kind.ENTRY) & (r.ledger["exit"] != ExitReason.STOPPED)
        ]
        shares.append(np.mean(entered["truth"] != 0))
    return float(np.mean(shares)), float(np.std(shares, ddof=1) / np.sqrt(REPLICATES))


@pytest.mark.slow
def test_wrongful_entries_fall_with_notice_then_with_time_and_review(plain):
    no_notice, ten_days = wrongful(fragmented("no-notice")), wrongful(fragmented("notice"))
    all_three = wrongful(fragmented("notice", "longer-window", "independent-review"))
    assert all_three[0] < ten_days[0] < no_notice[0]
    # the product form, with .204 wrongful before any correction
    files = [1 - np.exp(-d / 30) for d in (10, 60)]
    for (seen, se), stopped in (
        (no_notice, (0.0, 0.0)),
        (ten_days, (0.5 * files[0], 0.05 * files[0])),
        (all_three, (0.9 * files[1], 0.05 * files[1])),
    ):
        wrong, right = 0.204 * (1 - stopped[0]), 0.796 * (1 - stopped[1])
        assert abs(seen - wrong / (wrong + right)) < 4 * se
    assert ten_days[0] < wrongful(plain)[0] < no_notice[0]


def test_deterrence_among_the_aware_fades_within_eighteen_months(plain):
    none = fragmented(regime="none")
    traffic = list(plain.manifest["conducts"]).index("traffic-violation")
    acts, before = (sum(r.acts[traffic] for r in run.replicates) for run in (plain, none))
    aware = 1 - acts[:, 1].sum(axis=1) / before[:, 1].sum(axis=1)
    assert abs(aware[0] - (1 - 2**-0.3)) < 1e-3
    assert aware[17] < aware[0] / 2
    assert np.all(aware[:60] > -0.01)
    # the unaware act alike, save that listed people default and fall behind more often
    unaware = 1 - acts[:, 0].sum() / before[:, 0].sum()
    assert abs(unaware) < 1e-3
    everybody = 1 - acts[0].sum() / before[0].sum()
    assert abs(everybody - 0.013) < 0.002  # awareness of 7 % caps it


def test_refusals_are_of_the_size_of_the_published_ones(plain):
    per_month = [
        r.monthly["refused:FLY"][:50].sum(axis=1) / r.monthly["adults"][:50].sum(axis=1)
        for r in plain.replicates
    ]
    assert 7.5 < np.mean([x.sum() for x in per_month]) * 1100 < 10.5  # million; published: 9.36


def test_safeguards_that_do_not_concern_due_process_leave_the_wrongful_share_alone(plain):
    assert abs(wrongful(fragmented("no-court-points"))[0] - wrongful(plain)[0]) < 1e-9
    below = [
        sum(per_adult(run, f"grade:rongcheng-points:{g}").mean() for g in "BCD")
        for run in (plain, fragmented("no-court-points"))
    ]
    assert below[1] < 0.8 * below[0]


def test_the_hardship_exemption_cuts_the_wrongful_share_most(plain):
    assert wrongful(fragmented("hardship-exemption"))[0] < 0.25 * wrongful(plain)[0]
