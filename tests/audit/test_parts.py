"""Disparity taken apart at ratios that are known, and where two fields meet."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

import math
from functools import cache, reduce

import numpy as np
import pytest

from scoredsociety.audit import audit_run
from scoredsociety.audit.contrast import Contrast
from scoredsociety.audit.intersections import CROSSED, ENOUGH_ADULTS, cells
from scoredsociety.audit.parts import FACTORS, WHOLE, counted, months_of, parts_between
from scoredsociety.audit.parts import parts_of_ratio as parts_of
from scoredsociety.audit.sample import load_sample
from scoredsociety.audit.shapley import shapley
from scoredsociety.engine.result import Flag, profile_level
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from tests.audit.audit_worlds import entry, random_run, regime
from tests.audit.kinds_worlds import made_run, profile, rows_of
from tests.engine.worlds import a_list, conduct, exit_by, homogeneous, quantity, run


def arrays(**values):
    return {k: np.array([float(v)]) for k, v in values.items()}


def test_shapley_of_a_product_is_the_logarithm_of_each_ratio():
    one, other = arrays(a=3, b=5, c=2), arrays(a=1, b=10, c=2)

    def log(x):
        return np.log(reduce(np.multiply, x.values()))

    parts = shapley(log, one, other)
    for name, ratio in (("a", 3), ("b", 0.5), ("c", 1)):
        assert parts[name] == pytest.approx([math.log(ratio)], abs=1e-12)


def test_shapley_is_the_mean_over_orders_adds_up_and_turns_round():
    one, other = arrays(a=2, b=3, c=4), arrays(a=1, b=5, c=6)

    def value(x):
        return x["a"] * x["b"] + x["c"] ** 2

    parts = shapley(value, one, other)
    # a first or second, c apart: ((2 - 1) 5 + (2 - 1) 3) / 2
    assert parts["a"] == pytest.approx([4])
    assert parts["b"] == pytest.approx([((3 - 5) * 1 + (3 - 5) * 2) / 2])
    assert parts["c"] == pytest.approx([16 - 36])
    assert sum(parts.values()) == pytest.approx(value(one) - value(other))
    back = shapley(value, other, one)
    assert all(back[k] == pytest.approx(-parts[k]) for k in parts)
    with pytest.raises(ValueError, match="same factors of both groups"):
        shapley(value, one, arrays(a=1, b=2))


def test_parts_of_a_ratio_without_errors_are_the_ratios_of_the_factors():
    plain = dict.fromkeys(FACTORS, 1.0) | {"error": 0.0}
    one = arrays(**plain | {"conduct": 3, "detection": 0.2, "exemption": 0.5, "correction": 0.9,
                            "capacity to pay": 30, "coverage": 0.8})  # fmt: skip
    other = arrays(**plain | {"conduct": 2, "detection": 0.1, "correction": 0.8,
                              "capacity to pay": 20, "coverage": 0.4})  # fmt: skip
    parts = parts_of(one, other)
    wanted = {"coverage": 2, "conduct": 1.5, "detection": 2, "exemption": 0.5, "error": 1,
              "correction": 9 / 8, "capacity to pay": 1.5}  # fmt: skip
    assert list(parts) == list(FACTORS)
    for name, value in wanted.items():
        assert parts[name] == pytest.approx([value], abs=1e-12)
    # With the conduct of others booked on one group only, error has a part and all still multiply.
    one["error"] = np.array([0.3])
    parts = parts_of(one, other)
    assert parts["error"] > 1
    whole = months_of(one) / months_of(other)
    assert np.prod(list(parts.values())) == pytest.approx(whole[0])
    nobody = one | {"correction": np.array([0.0])}
    assert all(np.isnan(x).all() for x in parts_of(nobody, other).values())


def unequal():
    """Return 1,000 of either group at known factors: the minority is watched twice as hard."""
    plain = regime()
    world = plain["world"]
    world["channels"] = {
        "court": resolve("none").world.channels["court"].model_dump(mode="json")
        | {"targeting": {"majority": quantity(1.0), "minority": quantity(2.0)},
           "wrong_person": {"majority": quantity(0.0), "minority": quantity(0.0)}}
    }  # fmt: skip
    world["conducts"]["court-default"]["detection"] = {"court": quantity(0.25)}
    plain["schemes"]["court-list"]["exemptions"] = [
        {"members": "elite", "share": 0.5, "confidence": "assumed"}
    ]
    levels = [(g, int(k < 200 and g == 0)) for g in (0, 1) for k in range(1000)]
    profiles = np.array([profile(group=g, elite=e) for g, e in levels], dtype=np.uint16)
    rows = [entry(k, 1, 11) for k in range(10)]  # the elite of the majority: as many were dropped
    rows += [entry(200 + k, 1, 11) for k in range(20)]
    rows += [entry(1000 + k, 1, 21) for k in range(60)]
    rows += [entry(1100 + k, 1, 1, exit=5, flags=int(Flag.CORRECTED)) for k in range(20)]
    rows += [entry(5, 1, 11, flags=int(Flag.COPIED))]
    return made_run(plain, rows_of(*rows), profiles)


def test_the_parts_of_a_known_world_are_found_again():
    # Majority: 40 records, 10 of them dropped, of 160 acts. Minority: 80 records of 160 acts.
    audit = audit_run(unequal())

    def value(quantity):
        return audit.value("M10", "court-list", quantity, "group=minority")

    assert value(WHOLE) == pytest.approx((60 * 20) / (30 * 10))
    wanted = {
        "coverage": 1, "conduct": 1, "detection": 2, "exemption": 40 / 30, "error": 1,
        "correction": 60 / 80, "capacity to pay": 2,
    }  # fmt: skip
    for name, ratio in wanted.items():
        assert value(f"{WHOLE} due to {name}") == pytest.approx(ratio), name
    assert audit.value("M10", "court-list", WHOLE, "income=poorest fifth") is None  # nobody is rich


def test_what_is_dropped_whole_leaves_nothing_to_infer_it_from():
    data = unequal()
    data.manifest["regime"]["schemes"]["court-list"]["exemptions"][0]["share"] = 1.0
    audit = audit_run(data)
    assert audit.value("M10", "court-list", WHOLE, "group=minority") is None
    assert audit.value("M10", "court-list", "ratio, raw", "group=minority") is not None


def aimed(data):
    data["world"]["channels"]["court"]["targeting"] = {
        "majority": quantity(1.0), "minority": quantity(2.0)
    }  # fmt: skip


@cache
def simulated():
    exits = exit_by(0.1) | {"income_exponent": quantity(1.0)}
    plain = homogeneous({"x": conduct(0.02, chance=0.4)}, a_list(exits=exits)).model_dump(
        mode="json"
    )
    aimed(plain)
    return run(ResolvedRegime.model_validate(plain), people=16_384, months=48, replicates=3)


def test_targeting_and_capacity_to_pay_are_told_apart_in_a_simulated_world():
    audit = audit_run(simulated())

    def part(name, group):
        return audit.cell("M10", "a-list", f"{WHOLE} due to {name}", group)[:3]

    assert part("detection", "group=minority")[0] == pytest.approx(2.0)
    value, low, high = part("conduct", "group=minority")
    assert value == pytest.approx(1.0, abs=0.08)  # four standard errors of 2,600 rows
    assert low < value < high
    # there are more of the minority among the poor
    assert 1.0 < part("detection", "income=poorest fifth")[0] < 1.1
    assert part("conduct", "income=poorest fifth")[0] == pytest.approx(1.0, abs=0.08)
    assert part("capacity to pay", "income=poorest fifth")[0] > 1.5  # mu falls with income
    group = "income=poorest fifth"
    product = np.prod([part(name, group)[0] for name in FACTORS])
    assert product == pytest.approx(audit.value("M10", "a-list", WHOLE, group))


def test_the_factors_of_a_group_make_its_months():
    sample = load_sample(simulated())
    stream = sample.streams[0]
    contrast = Contrast("group", 1, 0)
    whole, _ = parts_between(sample, stream, contrast, counted(sample, stream))
    months = contrast.sums(sample, sample.by_profile(stream.entered, stream.entered.months))
    adults = contrast.sums(sample, sample.adults_by_profile.astype(float))
    rate = months / adults
    np.testing.assert_allclose(whole[: sample.replicates], rate[:, 0] / rate[:, 1])
    assert whole.size == 2 * sample.replicates + 1


def test_differences_stand_beside_ratios():
    audit = audit_run(unequal())

    def value(quantity):
        return audit.value("M10", "court-list", quantity, "group=minority")

    assert value("difference, raw") == pytest.approx(1000 * (60 / 1000 - 31 / 1000))
    assert value("difference, conduct-adjusted") == pytest.approx(60 / 80 - 31 / 30)
    assert value("difference, error-only") == 0.0


def test_intersections_are_masks_and_add_up_to_the_whole():
    data = random_run(8, people=3000, rows=400, replicates=2, months=6)
    audit = audit_run(data)
    table = audit.table("M10").to_pylist()
    rates = {x["group"]: x for x in table if x["item"] == "court-list" and x["quantity"] == "rate"}
    group = "group=minority & income=poorest fifth"
    by_hand = []
    for r in data.replicates:
        x = r.ledger[(r.ledger["scheme"] == 0) & (r.ledger["exit"] != 5)]
        codes, adults = r.population["profile"], r.population["adults"]
        holds = [
            (profile_level(p, "group") == 1) & (profile_level(p, "income") == 0)
            for p in (x["profile"], codes)
        ]
        by_hand.append(1000 * holds[0].sum() / adults[holds[1]].sum())
    assert rates[group]["value"] == pytest.approx(np.mean(by_hand))
    whole = np.mean([
        ((r.ledger["scheme"] == 0) & (r.ledger["exit"] != 5)).sum() for r in data.replicates
    ])  # fmt: skip
    for first in ("group", "sex"):
        parts = [x for k, x in rates.items() if k.startswith(f"{first}=") and "& income=" in k]
        if first == "group":
            assert sum(x["entries"] for x in parts) == pytest.approx(whole)
    sample = load_sample(data)
    labels, member = cells(sample)
    pairs = len(CROSSED) * (len(CROSSED) - 1) // 2
    assert (member.sum(axis=1) == pairs).all()
    assert len(set(labels)) == len(labels) == member.shape[1]
    # rates weighted by adults add up to the rate of all
    counts = sample.by_profile(sample.streams[0].entered) @ member
    people = sample.adults_by_profile @ member
    some = [k for k, x in enumerate(labels) if x.startswith("group=") and "& sex=" in x]
    weighted = (counts[:, some] / people[:, some] * people[:, some]).sum(axis=1)
    np.testing.assert_allclose(weighted, sample.by_profile(sample.streams[0].entered).sum(axis=1))


def test_too_few_people_give_a_reason_and_no_figure():
    audit = audit_run(random_run(8, people=60))
    rows = [x for x in audit.table("M10").to_pylist() if " & " in x["group"]]
    small = [x for x in rows if f"fewer than {ENOUGH_ADULTS}" in x["note"]]
    assert small
    assert all(x["value"] is None and x["people"] < ENOUGH_ADULTS for x in small)
    assert all(x["note"] == "" for x in rows if x not in small)
