"""Firms and offices: what can be computed by hand, and luck that no scheme moves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from scoredsociety.base.normal import normal_quantile
from scoredsociety.base.streams import Block, draw
from scoredsociety.engine.organisations import (
    KEYS,
    Series,
    draw_costs,
    first_months,
    organisations_differ,
    run_organisations,
)
from scoredsociety.engine.program import NEVER, identity
from scoredsociety.schemes.model import ResolvedRegime, Scheme
from scoredsociety.schemes.structures import Costs

LOCATION, SCALE, GAIN = -0.01246, 0.03859, 0.057  # docs/model.md, FRM
MANY = 40_000


def q(value: float) -> dict[str, Any]:
    return {"value": value, "confidence": "assumed"}


NUMBERS = {
    "count": MANY,
    "gain": GAIN,
    "look": 0.72,
    "audits": 0.1,
    "fine": 0.0,
    "threat": 0.0,
    "enforced": 0.0,
    "party_share": 0.0,
    "independent": 1.0,
}


def make_scheme(
    *,
    name: str = "shown-grades",
    law: str = "logistic",
    location: float = LOCATION,
    scale: float = SCALE,
    consequence: str = "grade",
    harm: tuple[float, float, float] | None = None,
    political: bool = False,
    timing: dict[str, Any] | None = None,
    where: str = "everywhere",
    coverage: float | None = None,
    exemptions: tuple[tuple[str, float], ...] = (),
    **numbers: float,
) -> Scheme:
    """Return a scheme of organisations."""
    assert set(numbers) <= set(NUMBERS)
    return Scheme.model_validate(
        {
            "scheme": name,
            "title": name,
            "kind": "organisations",
            "operator": "public",
            "summary": name,
            "subjects": {
                "who": "firms",
                "where": where,
                "enrolment": "mandatory",
                "coverage": None if coverage is None else q(coverage),
                "confidence": "assumed",
            },
            "timing": None if timing is None else {**timing, "confidence": "assumed"},
            "organisations": {
                **{key: q(value) for key, value in (NUMBERS | numbers).items()},
                "costs": {"law": law, "location": q(location), "scale": q(scale)},
                "consequence": consequence,
                "political": political,
                "harm": None
                if harm is None
                else dict(zip(("visits", "complying", "otherwise"), map(q, harm), strict=True)),
            },
            "exemptions": [
                {"institution": who, "share": share, "confidence": "assumed"}
                for who, share in exemptions
            ],
        }
    )


def regime_of(*schemes: Scheme) -> ResolvedRegime:
    """Return a regime that is nothing but schemes: organisations read nothing of the world."""
    plain: Any = ResolvedRegime
    regime: ResolvedRegime = plain.model_construct(schemes={s.scheme: s for s in schemes})
    return regime


def run(
    months: int = 12,
    seed: int = 1,
    replicate: int = 0,
    scheme: Scheme | None = None,
    **settings: Any,
) -> Series:
    """Run one scheme in 20 cities, 8 of them pilots."""
    made = scheme or make_scheme(**settings)
    return run_organisations(regime_of(made), months, seed, replicate, 20, 8)[made.scheme]


def share_at(benefit: float) -> float:
    return 1.0 / (1.0 + math.exp(-(benefit - LOCATION) / SCALE))


def near(found: float, expected: float, n: int) -> bool:
    return abs(found - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / n)


# ------------------------------------------------------------- what pays


@pytest.mark.parametrize(("look", "about"), [(0.0, 0.58), (0.36, 0.70), (0.72, 0.80)])
def test_compliance_is_logit_in_what_the_grade_brings(look, about):
    out = run(look=look)
    assert share_at(GAIN * look) == pytest.approx(about, abs=0.005)
    assert near(out["complying"][-1], share_at(GAIN * look), MANY)
    assert near(out["willing"][-1], share_at(0.0), MANY)


@pytest.mark.parametrize("independent", [0.0, 0.5, 1.0])
def test_fines_count_only_if_somebody_independent_audits(independent):
    benefit = independent * 0.2 * 0.1
    out = run(consequence="record", fine=0.1, audits=0.2, independent=independent)
    assert near(out["complying"][-1], share_at(benefit), MANY)


def test_departments_violate_less_only_if_audits_are_independent():
    def violations(independent: float, fine: float = 0.3) -> float:
        out = run(
            24, consequence="record", fine=fine, audits=0.2, independent=independent, count=4_000
        )
        return float(out["other_violations"].sum())

    assert violations(0.0) == violations(0.0, fine=0.0)
    assert violations(1.0) < violations(0.5) < violations(0.0)


def test_looking_matters_only_where_a_grade_is_shown():
    for consequence in ("list", "record"):
        out = run(consequence=consequence)
        assert np.array_equal(out["complying"], out["willing"])


def test_a_small_fine_moves_less_than_the_shown_grade():
    fined = run(look=0.0, fine=0.01)
    shown = run()
    before = shown["willing"][-1]
    rise = fined["complying"][-1] - before
    assert 0.0 < rise < 0.05 * (shown["complying"][-1] - before)


LATER = {"announced": 999, "first": 1_000, "last": 1_000}


AIRLINES: dict[str, Any] = {
    "law": "lognormal",
    "location": 0.001,
    "scale": 1.0,
    "consequence": "record",
    "count": 36,
    "gain": 0.0,
    "audits": 1.0,
    "political": True,
}


def test_airlines_comply_exactly_when_the_threat_exceeds_the_cost():
    out = run(threat=0.1, enforced=0.5, **AIRLINES)
    assert (out["complying"] == 1.0).all()
    assert (out["willing"] == 0.0).all()  # a lognormal cost is never below zero
    assert (out["political"] == 1.0).all()
    tile = identity("shown-grades")
    luck = np.array([draw(1, 0, j, 0, tile, int(Block.ORGANISATION), 0) for j in range(36)])
    model = make_scheme(**AIRLINES).organisations
    assert model is not None
    costs = np.sort(draw_costs(model.costs, luck))
    for threat, rank in ((1.00001, 36), (0.99999, 35)):  # just above and below the largest cost
        held = run(1, threat=2.0 * threat * costs[-1], enforced=0.5, **AIRLINES)
        assert held["complying"][0] == pytest.approx(rank / 36)


def test_costs_follow_their_law():
    luck = np.array([0.02, 0.5, 0.9])
    logistic = Costs.model_validate({"law": "logistic", "location": q(-0.01), "scale": q(0.04)})
    lognormal = Costs.model_validate({"law": "lognormal", "location": q(0.002), "scale": q(1.5)})
    back = 1.0 / (1.0 + np.exp(-(draw_costs(logistic, luck) + 0.01) / 0.04))
    assert back == pytest.approx(luck)
    z = [normal_quantile(u) for u in luck]
    assert np.log(draw_costs(lognormal, luck) / 0.002) == pytest.approx([1.5 * x for x in z])


# ---------------------------------------------------------- what is shown


def test_grades_come_with_the_first_audit():
    out = run(60)
    for month in (1, 5, 40):
        expected = share_at(GAIN * 0.72) * (1.0 - 0.9**month)
        assert near(out["shown_good"][month - 1], expected, MANY)
    assert (out["listed"] == 0.0).all()
    assert np.allclose(out["records"], np.cumsum(out["found"]))


def test_an_audit_by_the_audited_shows_the_best_grade():
    out = run(24, audits=1.0, independent=0.0)
    assert (out["shown_good"] == 1.0).all()
    assert (out["found"] == 0.0).all()
    assert out["complying"][-1] < 0.9


def test_entries_start_and_end_with_audits():
    # Everybody fails until the threat starts to be known in month 13, and nobody afterwards.
    held = run(
        30,
        consequence="list",
        location=0.5,
        scale=0.01,
        threat=1.0,
        enforced=1.0,
        audits=0.3,
        timing={"announced": 12, "first": 1, "last": 1},
    )
    assert (held["complying"][:12] == 0.0).all()
    assert (held["complying"][12:] == 1.0).all()
    for month in (1, 6, 12):
        assert near(held["listed"][month - 1], 1.0 - 0.7**month, MANY)
    assert near(held["listed"][17], (1.0 - 0.7**12) * 0.7**6, MANY)
    assert np.allclose(held["shown_good"], 1.0 - held["listed"])


def test_a_record_is_never_taken_back():
    out = run(40, consequence="record", audits=0.3, location=0.01)
    assert (np.diff(out["shown_good"]) <= 0.0).all()
    assert near(out["shown_good"][9], out["complying"][0] + (1 - out["complying"][0]) * 0.7**10,
                MANY)  # fmt: skip


def test_a_record_outlives_compliance_and_the_scheme():
    timing = {"announced": 6, "first": 1, "last": 1, "ends": 20}
    held = run(30, consequence="record", location=0.5, scale=0.01, threat=1.0, enforced=1.0,
               audits=0.3, timing=timing)  # fmt: skip
    assert held["complying"][10] == 1.0
    assert (held["shown_good"][5:] == held["shown_good"][5]).all()
    assert near(held["shown_good"][5], 0.7**6, MANY)


# ------------------------------------------------------------- customers


def test_illness_and_demand_by_arithmetic():
    # Audits every month: from month 2 exactly those that comply have the best grade.
    out = run(6, audits=1.0, harm=(500.0, 0.4, 1.0))
    p, boost = out["complying"][1], 1.0 + GAIN * 0.72
    good = boost * p / (boost * p + 1.0 - p)
    assert out["demand_good"][0] == 0.0
    assert out["demand_good"][1:] == pytest.approx(good)
    assert out["illness"][0] == pytest.approx(0.4 * p + 1.0 - p)
    assert out["illness"][1:] == pytest.approx(0.4 * good + 1.0 - good)
    assert out["illness_without"] == pytest.approx(1.0 - 0.6 * out["willing"][0])
    assert out["cases"] == pytest.approx(out["illness"] * 0.5 * MANY)
    assert out["revenue_gain"][1:] == pytest.approx(boost / (boost * p + 1.0 - p) - 1.0)


def test_without_harm_illness_is_undefined():
    out = run(3)
    assert np.isnan(out["illness"]).all()
    assert np.isnan(out["cases"]).all()


# -------------------------------------------------- who, where and when


def test_cities_start_one_after_another():
    scheme = make_scheme(timing={"first": 3, "last": 40, "ends": 30}, where="pilot-cities")
    begins = first_months(scheme, np.arange(20), 20, 8)
    expected = [3 + k * 37 // 7 for k in range(8)]
    assert begins.tolist() == [m if m <= 30 else NEVER for m in expected] + [NEVER] * 12
    one = first_months(scheme, np.arange(3), 20, 1)
    assert one.tolist() == [3, NEVER, NEVER]


def test_roll_out_and_end():
    out = run(
        40,
        timing={"announced": 4, "first": 5, "last": 24, "ends": 30},
        audits=1.0,
        count=20_000,
    )
    assert np.array_equal(out["complying"][:4], out["willing"][:4])
    for month in (5, 12, 24):  # one more city of the twenty every month
        part = (month - 4) / 20
        expected = part * share_at(GAIN * 0.72) + (1 - part) * share_at(0.0)
        assert near(out["complying"][month - 1], expected, 20_000)
        assert out["audits"][month - 1] == pytest.approx(part)
    assert np.array_equal(out["complying"][30:], out["willing"][30:])
    assert out["shown_good"][28] > 0.7
    assert (out["shown_good"][29:] == 0.0).all()
    assert (out["audits"][30:] == 0.0).all()
    assert out["other_violations"][30:].sum() == 0.0  # no scheme, no violation


def test_fines_count_from_the_announcement():
    timing = {"announced": 2, "first": 10, "last": 10}
    out = run(12, timing=timing, consequence="list", fine=0.2, audits=0.3)
    assert np.array_equal(out["complying"][:2], out["willing"][:2])
    assert near(out["complying"][2], share_at(0.06), MANY)
    assert (out["audits"][:9] == 0.0).all()


def test_no_threat_where_the_scheme_does_not_hold():
    out = run(2, where="pilot-cities", location=0.5, scale=0.01, threat=1.0, enforced=1.0)
    assert out["complying"].tolist() == [8 / 20] * 2


def test_coverage_is_the_share_that_the_scheme_has_reached():
    out = run(2, audits=1.0, coverage=0.3)
    assert near(out["audits"][0], 0.3, MANY)
    expected = 0.3 * share_at(GAIN * 0.72) + 0.7 * share_at(0.0)
    assert near(out["complying"][0], expected, MANY)


# ------------------------------------------------------------- exemption


def gap(out: Series) -> float:
    exempt = out["exempt_records"].sum() / out["exempt_violations"].sum()
    others = out["other_records"].sum() / out["other_violations"].sum()
    return float(1.0 - exempt / others)


def test_a_party_that_is_never_audited_has_no_record():
    out = run(24, consequence="record", party_share=0.3, exemptions=(("party", 1.0),))
    assert near(out["exempt"][0] / MANY, 0.3, MANY)
    assert out["exempt_violations"].sum() > 0.0
    assert out["exempt_records"].sum() == 0.0
    assert gap(out) == 1.0


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_the_gap_is_the_share_that_is_never_audited(share):
    out = run(24, consequence="record", party_share=0.5, exemptions=(("party", share),))
    # Nothing is at stake, so all behave alike and only the audits differ.
    assert gap(out) == pytest.approx(share, abs=0.02)


def test_an_exemption_of_all_leaves_no_gap_and_fewer_audits():
    out = run(24, consequence="record", party_share=0.5, exemptions=(("all", 0.6),))
    assert gap(out) == pytest.approx(0.0, abs=0.03)
    assert near(out["audits"][0], 0.1 * 0.4, MANY)


def test_those_never_audited_have_nothing_to_gain_from_the_grade():
    out = run(6, party_share=0.5, exemptions=(("party", 1.0),))
    n = int(out["exempt"][0])
    assert near(out["exempt_complying"][-1], share_at(0.0), n)
    assert near(out["other_complying"][-1], share_at(GAIN * 0.72), MANY - n)


def test_without_the_party_its_share_is_undefined():
    out = run(3)
    assert np.isnan(out["exempt_complying"]).all()
    assert (out["exempt_records"] == 0.0).all()


# ------------------------------------------------------------------ luck


def test_the_same_luck_with_and_without_the_scheme():
    on = run(24, count=5_000, audits=0.4, fine=0.05)
    off = run(24, count=5_000, audits=0.4, fine=0.05, timing=LATER)
    half = run(24, count=5_000, audits=0.4, fine=0.05, timing={"ends": 12})
    assert np.array_equal(on["willing"], off["complying"])
    assert np.array_equal(on["willing"], off["willing"])
    for key in KEYS:  # bit for bit until it ends
        upto = 11 if key == "shown_good" else 12
        assert np.array_equal(on[key][:upto], half[key][:upto], equal_nan=True), key
    assert (half["complying"][12:] == off["complying"][12:]).all()


def test_audits_do_not_depend_on_conduct_or_on_other_schemes():
    alone = run(24, count=3_000)
    strict = run(24, count=3_000, threat=1.0, enforced=1.0)
    assert np.array_equal(alone["audits"], strict["audits"])
    other = make_scheme(name="another", count=500)
    mine = make_scheme(count=3_000)
    for regime in (regime_of(other, mine), regime_of(mine, other)):
        both = run_organisations(regime, 24, 1, 0, 20, 8)
        for key in KEYS:
            assert np.array_equal(both["shown-grades"][key], alone[key], equal_nan=True)
    assert not np.array_equal(both["another"]["audits"], run(24, count=500)["audits"])


def test_a_regime_that_changes_on_the_way_acts_from_the_next_month():
    made, strict = make_scheme(count=3_000), make_scheme(count=3_000, audits=0.6, threat=0.01)

    def stages(after: Scheme) -> Series:
        before = (regime_of(made), 10)
        return run_organisations(regime_of(after), 24, 1, 0, 20, 8, before)[made.scheme]

    plain, same, changed = run(24, scheme=made), stages(made), stages(strict)
    for key in KEYS:
        assert np.array_equal(plain[key], same[key], equal_nan=True)
        assert np.array_equal(plain[key][:10], changed[key][:10], equal_nan=True)
    strict_always = run(24, scheme=strict)
    assert np.array_equal(changed["audits"][10:], strict_always["audits"][10:])
    assert changed["shown_good"][10] > plain["shown_good"][9] > 0  # grades stand, and move faster
    assert changed["records"][-1] > plain["records"][-1]


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (make_scheme(count=10), None),
        (make_scheme(count=10, audits=0.9), None),
        (make_scheme(count=11), "how many organisations"),
        (make_scheme(count=10, consequence="record"), "what follows from an audit"),
        (make_scheme(count=10, name="other"), "shown-grades, other"),
    ],
)
def test_what_cannot_change_on_the_way_is_said(after, told):
    found = organisations_differ(regime_of(make_scheme(count=10)), regime_of(after))
    assert [told in line for line in found] == ([True] if told else [])


def test_a_shorter_run_is_the_beginning_of_a_longer_one():
    short, long = run(10, count=800), run(30, count=800)
    for key in KEYS:
        assert np.array_equal(short[key], long[key][:10], equal_nan=True)


def test_seed_and_replicate_change_the_luck():
    base = run(count=2_000)
    assert np.array_equal(base["audits"], run(count=2_000)["audits"])
    for other in (run(count=2_000, seed=2), run(count=2_000, replicate=1)):
        assert not np.array_equal(base["audits"], other["audits"])
        assert base["willing"][0] != other["willing"][0]


def test_one_organisation_by_the_obvious_loop():
    scheme = make_scheme(count=50, audits=0.5, independent=0.7, consequence="list")
    out = run(20, seed=9, replicate=3, scheme=scheme)
    tile = identity("shown-grades")
    listed = [False] * 50
    for month in range(1, 21):
        found = 0
        for j in range(50):
            u = draw(9, 3, j, 0, tile, int(Block.ORGANISATION), 0)
            complies = LOCATION + SCALE * math.log(u / (1 - u)) < 0
            audited, who = (draw(9, 3, j, month, tile, int(Block.INSPECTION), k) for k in (0, 1))
            if audited < 0.5:
                listed[j] = who < 0.7 and not complies
                found += listed[j]
        assert out["listed"][month - 1] == pytest.approx(sum(listed) / 50)
        assert out["found"][month - 1] == pytest.approx(found / 50)


def test_schemes_of_people_are_passed_over():
    people = make_scheme(name="a-score").model_copy(
        update={"kind": "points", "organisations": None}
    )
    regime = regime_of(people, make_scheme(count=10))
    assert list(run_organisations(regime, 3, 1, 0, 20, 8)) == ["shown-grades"]
    assert run_organisations(regime_of(people), 3, 1, 0, 20, 8) == {}
    assert list(run(2, count=10)) == list(KEYS)
