"""Detection: faces and galleries, informants, targeting, exemptions, and a swamped channel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from scoredsociety.engine import Kind, Truth
from scoredsociety.engine.detection import detection, identification_errors
from scoredsociety.engine.result import profile_level
from scoredsociety.schemes.model import ResolvedRegime
from tests.engine.counting import adults, close, rows
from tests.engine.worlds import (
    SUBJECTS,
    Tree,
    conduct,
    homogeneous,
    points,
    quantity,
    run,
)

SCORE = points({"x": -1}, expiry=12, bands={"A": 900, "D": 0})
MONTHS = 60


def with_channel(regime: ResolvedRegime, channel: str, **settings: Any) -> ResolvedRegime:
    """Return a regime with one channel changed."""
    data = regime.model_dump(mode="json")
    data["world"]["channels"][channel] |= settings
    return ResolvedRegime.model_validate(data)


def by_group(majority: float, minority: float) -> Tree:
    """Return a number for each group."""
    return {"majority": quantity(majority), "minority": quantity(minority)}


def faces(density: float, passages: float, gallery: float, match: tuple[float, float]) -> Tree:
    """Return cameras that search a gallery."""
    numbers = {"density": density, "passages": passages, "gallery": gallery, "hit_rate": 0.9}
    found: Tree = {name: quantity(value) for name, value in numbers.items()}
    return found | {"false_match": by_group(*match)}


@pytest.mark.parametrize(("fmr", "size"), [(1e-9, 1e4), (1e-6, 3e6), (0.1, 2), (1e-11, 1e9)])
def test_errors_of_identification_grow_with_the_gallery(fmr, size):
    exact = 1 - math.exp(size * math.log1p(-fmr))
    assert math.isclose(identification_errors(fmr, size), exact, rel_tol=1e-5)
    if size == 2:
        assert math.isclose(identification_errors(fmr, size), 1 - (1 - fmr) ** 2, rel_tol=1e-9)


def test_a_year_of_passages_flags_the_published_share_of_innocents():
    # (claim 1) 1e-5 a passage, 60 passages a month
    fpir = identification_errors(1e-9, 10_000)
    assert math.isclose(fpir, 1e-5, rel_tol=1e-4)
    assert round(100 * (1 - (1 - fpir) ** (60 * 12)), 2) == 0.72


@pytest.mark.parametrize(
    ("density", "passages", "gallery"), [(1.0, 60, 10_000), (3.0, 60, 10_000), (1.0, 600, 2e6)]
)
def test_innocents_are_flagged_by_passages_gallery_and_group(density, passages, gallery):
    match = (1e-9 * (10 if gallery == 10_000 else 0.2), 1e-8)
    kind = conduct(1e-12, detection={"camera": quantity(0.01)}, innocent_channel="camera")
    regime = with_channel(
        homogeneous({"x": kind}, SCORE), "camera", faces=faces(density, passages, gallery, match)
    )
    months = 36
    data = run(regime, people=60_000, months=months)
    found = rows(data, Kind.RECORD)
    assert np.all(found["truth"] == Truth.NO_EVENT)
    assert np.all(found["actor"] == -1)
    population: Any = data.replicates[0].population
    minority = profile_level(population["profile"], "group") == 1
    grown = profile_level(population["profile"], "age") > 0
    of = profile_level(found["profile"], "group") == 1
    for group, fmr in enumerate(match):
        people = population["adults"][grown & (minority == bool(group))].sum()
        each = passages * density * (1 - (1 - fmr) ** gallery)
        expected = people * months * each
        close(np.count_nonzero(of == bool(group)), expected, math.sqrt(expected))
        ever = 1 - math.exp(-12 * each)
        year = np.unique(found["subject"][(of == bool(group)) & (found["month"] <= 12)]).size
        close(year / people, ever, math.sqrt(ever * (1 - ever) / people))


@pytest.mark.parametrize(("false", "reward"), [(0.05, 0.0), (0.3, 3.0)])
def test_informants_err_as_often_as_declared_and_answer_to_rewards(false, reward):
    seen, reports, neighbours, elastic = 0.5, 0.05, 2.0, 0.5
    numbers = {"reports": reports, "neighbours": neighbours, "false_share": false}
    numbers |= {"reward": reward, "reward_elasticity": elastic}
    rate = 0.4
    kind = conduct(rate, detection={"informant": quantity(seen)}, innocent_channel="informant")
    informants = {name: quantity(value) for name, value in numbers.items()}
    regime = with_channel(homogeneous({"x": kind}, SCORE), "informant", informants=informants)
    q = seen * reports * neighbours * (1 + reward) ** elastic
    assert math.isclose(detection(regime, regime.world.conducts["x"]).chance, q, rel_tol=1e-9)
    data = run(regime, people=20_000, months=MONTHS)
    found = rows(data, Kind.RECORD)
    share = np.mean(found["truth"] == Truth.NO_EVENT)
    close(share, false, math.sqrt(false * (1 - false) / len(found)))
    expected = adults(data) * MONTHS * rate * q / (1 - false)
    close(len(found), expected, math.sqrt(expected))


@pytest.mark.parametrize("factors", [(1.0, 3.0), (0.5, 2.0), (0.0, 1.0)])
def test_targeting_multiplies_records_by_its_factor(factors):
    rate, q, free = 0.3, 0.1, 0.05  # one channel is aimed, another is not
    kind = conduct(rate, detection={"police": quantity(q), "court": quantity(free)})
    regime = homogeneous({"x": kind}, SCORE)
    aimed = with_channel(regime, "police", targeting=by_group(*factors))
    plain, data = (run(r, people=20_000, months=MONTHS) for r in (regime, aimed))
    population: Any = data.replicates[0].population
    grown = profile_level(population["profile"], "age") > 0
    minority = profile_level(population["profile"], "group") == 1
    police = list(data.manifest["channels"]).index("police")
    found = rows(data, Kind.RECORD)
    for group, factor in enumerate(factors):
        people = population["adults"][grown & (minority == bool(group))].sum()
        mine = found[profile_level(found["profile"], "group") == group]
        for channel, share in ((True, q * factor), (False, (1 - q) * free)):
            expected = people * MONTHS * rate * share
            seen = np.count_nonzero((mine["channel"] == police) == channel)
            close(seen, expected, math.sqrt(expected) + 1e-9)
    # nobody acts otherwise for being looked at
    assert np.array_equal(data.replicates[0].acts, plain.replicates[0].acts)


@pytest.mark.parametrize("eps", [0.2, 0.9, 1.0])
def test_an_exemption_leaves_the_rest_of_the_rows(eps):
    spare: Tree = {"members": "party-members", "share": eps, "confidence": "assumed"}
    kind = {"x": conduct(0.1)}
    plain = run(homogeneous(kind, SCORE), people=40_000, months=MONTHS)
    data = run(homogeneous(kind, SCORE | {"exemptions": [spare]}), people=40_000, months=MONTHS)
    before, after = rows(plain, Kind.RECORD), rows(data, Kind.RECORD)
    party = [profile_level(r["profile"], "party") == 1 for r in (before, after)]
    n = np.count_nonzero(party[0])
    close(np.count_nonzero(party[1]), n * (1 - eps), math.sqrt(n * eps * (1 - eps)))
    fields = ["subject", "month", "act"]  # and everybody else's rows are the same rows
    assert np.array_equal(before[~party[0]][fields], after[~party[1]][fields])


# ---------------------------------------------------------------- swamping


def flood(regime_of: Tree) -> Tree:
    """Return a score that everybody knows and that ends after a year: deeds rise until then."""
    everybody = {"inside": quantity(1), "outside": quantity(1), "certainty": quantity(1)}
    ends = {"announced": 0, "first": 1, "last": 1, "ends": 12, "confidence": "assumed"}
    return regime_of | {"subjects": SUBJECTS, "awareness": everybody, "timing": ends}


def map_of(capacity: float, eta: float, x: float, y: float, n0: float, months: int,
           boosted: int, boost: float, cap: float) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return month by month the multiple of x and the share handled, for many acts a person.

    load -> share handled -> records -> perceived certainty -> acts -> load, a month later.
    """
    multiple, handled = np.ones(months), np.ones(months)
    believed_acts, caught, share = 0.0, 0.0, 1.0
    for t in range(months):
        believed = min((n0 + caught) / (n0 + believed_acts), 2.0)
        multiple[t] = min(believed**-eta, cap)
        handled[t] = share
        caught += x * multiple[t] * share
        believed_acts += x
        load = x * multiple[t] + y * (1 + boost if t < boosted else 1)
        share = min(1.0, capacity * (x + y) / load)
    return multiple, handled


@pytest.mark.parametrize(
    ("capacity", "eta"), [(1.1, 0.7), pytest.param(0.8, 0.7, marks=pytest.mark.slow), (0.85, 1.3)]
)
def test_a_swamped_channel_has_one_regime_and_finds_back_to_it(capacity, eta):
    """A flood of other work in the first year does not tip the channel for good.

    The loop is: more acts -> a smaller share handled -> a lower certainty -> more acts. In the
    long run a person who acts at M times the base rate is recorded M k times as often as the base
    rate would be (k: share handled), and counts that against acts at the base rate: the perceived
    certainty is M k times the true one, so M = (M k)**-eta. With a single conduct and capacity C,
    k = min(1, C / M). If k < 1, M k = C and M = C**-eta, which needs C < 1; otherwise M = k = 1.
    So there is exactly one fixed point for every eta: two stable regimes do not exist in this
    model. They would need people to count what they really did, M = k**-eta: then, at C > 1, both
    M = 1 and the cap are stable as soon as eta > 1 and cap > C**(eta / (eta - 1)).
    """
    x, y, boost, cap, n0, months, q = 6.0, 1.5, 20.0, 4.0, 5.0, 108, 0.5
    conducts = {
        "x": conduct(x, detection={"police": quantity(q)}, certainty_cap=quantity(cap)),
        "y": conduct(y, detection={"police": quantity(q)}, deed=True),
    }
    known = points({"y": 1}, expiry=1, bands={"A": 900, "D": 0})
    ends = {}
    for flooded in (False, True):
        schemes = (flood(known),) if flooded else (known,)
        regime = homogeneous(
            conducts, *schemes, certainty_elasticity=eta, prior_acts=n0, deed_boost=boost
        )
        regime = with_channel(regime, "police", capacity=quantity(capacity))
        data = run(regime, people=250, months=months)
        result = data.replicates[0]
        grown = result.monthly["adults"].sum(axis=1)
        seen = result.acts[0].sum(axis=(1, 2)) / grown / x
        wanted, handled = map_of(capacity, eta, x, y, n0, months, 12 * flooded, boost, cap)
        # the law of many acts a person, from which few acts and newcomers differ a little
        assert np.abs(np.log(seen / wanted)).max() < 0.15
        if flooded:
            assert handled[2:12].max() < 0.6
            assert wanted[:12].max() > 1.3  # the flood did push people up
        ends[flooded] = seen[-12:].mean()
    # with y beside x the fixed point is that of M = (M k)**-eta, k = C (x + y) / (M x + y)
    low, high = 0.5, cap
    for _ in range(60):
        m = (low + high) / 2
        k = min(1.0, capacity * (x + y) / (m * x + y))
        low, high = (m, high) if m < (m * k) ** -eta else (low, m)
    assert abs(ends[False] / m - 1) < 0.06
    assert abs(ends[True] / ends[False] - 1) < 0.08


def test_two_regimes_would_need_learning_from_acts_and_eta_above_one():
    def fixed(law: Any, start: float) -> float:
        m = start
        for _ in range(5000):
            m = min(max(law(m), 1e-6), 4.0)
        return m

    c = 1.2
    for eta in (0.3, 0.7, 0.95, 1.5, 3.0):
        # beliefs move a little each month; people count M k against acts at the base rate
        ends = [fixed(lambda m, e=eta: 0.9 * m + 0.1 * min(m, c) ** -e, x) for x in (4.0, 1.0)]
        assert abs(ends[0] - ends[1]) < 1e-9
        # they count k against what they really did
        ends = [fixed(lambda m, e=eta: min(1.0, c / m) ** -e, x) for x in (4.0, 1.0)]
        two = abs(ends[0] - ends[1]) > 1.0
        assert two == (eta > 1 and c ** (eta / (eta - 1)) < 4.0)
