"""Who is in a scheme and when: choice, pressure to choose, roll-out and shut-down."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats as laws

from scoredsociety.engine import ExitReason
from scoredsociety.engine.program import NEVER
from scoredsociety.society import Society
from scoredsociety.society.people import TILE
from tests.engine.counting import close
from tests.engine.tiles import TABLES, begun
from tests.engine.worlds import (
    SUBJECTS,
    Tree,
    a_list,
    compiled,
    conduct,
    effect,
    exit_by,
    homogeneous,
    points,
    quantity,
    run,
)

KINDS = {"x": conduct(0.05)}


def choosing(coverage: float, selection: float = 0.0, **pressure: float) -> Tree:
    """Return a score that people may choose."""
    who: Tree = SUBJECTS | {"enrolment": "voluntary", "coverage": quantity(coverage)}
    who |= {"selection": quantity(selection)}
    if pressure:
        who["pressure"] = {name: quantity(value) for name, value in pressure.items()}
    return points({"x": -1}, expiry=12, bands={"A": 900, "D": 0}, subjects=who)


def enrolled(scheme: Tree, months: int = 60) -> tuple[Any, Any]:
    """Return when the adults of one tile enrol, and how good their conduct is."""
    scratch, rooms, _ = begun(compiled(homogeneous(KINDS, scheme)), months=months)
    grown = scratch.persons["adult_from"] == 1
    return scratch.since[0][grown], -rooms.people.general[grown]


@pytest.mark.parametrize("coverage", [0.05, 0.3, 0.8])
@pytest.mark.parametrize("selection", [-0.5, 0.0, 0.4, 1.0])
def test_those_who_enrol_are_as_much_better_as_selection_says(coverage, selection):
    month, quality = enrolled(choosing(coverage, selection))
    inside = month == 1
    n = len(quality)
    assert set(np.unique(month)) <= {1, NEVER}
    close(inside.mean(), coverage, math.sqrt(coverage * (1 - coverage) / n))
    edge = laws.norm.ppf(1 - coverage)
    mean = selection * laws.norm.pdf(edge) / coverage
    close(quality[inside].mean(), mean, 1 / math.sqrt(inside.sum()))
    # nobody is lost: those outside are as much worse
    outside = -selection * laws.norm.pdf(edge) / (1 - coverage)
    close(quality[~inside].mean(), outside, 1 / math.sqrt((~inside).sum()))


@pytest.mark.parametrize(
    ("cost", "penalty"), [(0.3, 0.1), (0.45, 0.05), (0.2, 0.2), (0.1, 0.4), (0.6, 0.05)]
)
def test_silence_unravels_down_to_where_it_pays(cost, penalty):
    coverage = 0.2
    month, quality = enrolled(choosing(coverage, 0.0, cost=cost, penalty=penalty), months=200)
    rank = laws.norm.cdf(quality)
    bound = max(0.0, 2 * (cost - penalty))
    n = len(rank)
    first = month == 1
    close(first.mean(), coverage, math.sqrt(coverage * (1 - coverage) / n))
    inside = month < NEVER
    late = ~first
    near = np.abs(rank - bound) < 1e-9
    assert np.array_equal(inside[late & ~near], rank[late & ~near] >= bound)
    share = coverage + (1 - coverage) * (1 - min(bound, 1.0))
    close(inside.mean(), share, math.sqrt(share * (1 - share) / n) + 1e-12)
    if penalty >= cost:  # nobody can afford to stay away
        assert inside.all()
    # who is best goes first: theta_k = bound + 2**-k (1 - bound), or less where bound is 0
    theta, k = 1.0, np.full(n, 0)
    for step in range(1, 200):
        theta = min(1.0, max(0.0, theta / 2 - penalty + cost))
        k[(k == 0) & (rank >= theta) & (np.abs(rank - theta) > 1e-9)] = step
    sure = late & inside & (k > 0)
    assert np.all(month[sure] == 1 + k[sure])
    assert sure.any() == (bound < 1)


def staggered(where: str, **timing: Any) -> Tree:
    """Return a list that begins city by city."""
    when = {"announced": 0, "first": 1, "last": 1} | timing | {"confidence": "assumed"}
    known = {"inside": quantity(0.6), "outside": quantity(0.6), "certainty": quantity(2.0)}
    return a_list(
        exits=exit_by(0.05),
        subjects=SUBJECTS | {"where": where},
        timing=when,
        awareness=known,
    )


@pytest.mark.parametrize("where", ["everywhere", "pilot-cities"])
def test_coverage_in_a_staggered_start_is_exact(where):
    people, months, first, last = 9000, 48, 7, 31
    scheme = staggered(where, first=first, last=last, announced=first)
    kinds = {"x": conduct(0.15, chance=0.3)}
    regime = homogeneous(kinds, scheme, certainty_elasticity=0.3)
    data = run(regime, people=people, months=months)
    result = data.replicates[0]
    table = Society.make(people=people).table()
    city, age = table["city"].to_numpy(), table["age"].to_numpy()
    count = TABLES.pilot_cities if where == "pilot-cities" else TABLES.cities
    begins = np.array([first + k * (last - first) // (count - 1) for k in range(count)])
    assert begins[0] == first
    assert begins[-1] == last
    there = city < count
    start = np.maximum(np.maximum(1, (18 - age.astype(int)) * 12 + 1)[there], begins[city[there]])
    for t in range(1, months + 1):
        seen = result.monthly["enrolled:a-list"][t - 1].sum()
        assert seen == np.count_nonzero(start <= t), t
    # before its date a scheme is not there: nobody acts otherwise, nobody is recorded
    without = run(homogeneous(kinds, certainty_elasticity=0.3), people=people, months=months)
    gap = result.acts[0].sum(axis=(1, 2)) - without.replicates[0].acts[0].sum(axis=(1, 2))
    assert np.abs(gap[:first]).max() < 1e-9  # announced at the end of month ``first``
    assert np.all(gap[first : first + 6] < 0)
    assert result.ledger["month"].min() >= first
    assert not result.monthly["sanctioned"][: first - 1].any()
    # and each entry comes after the start in the city of the person
    rows = result.ledger
    assert np.all(rows["month"] >= begins[city[rows["subject"]]])


def test_a_shut_down_takes_all_sanctions_away_at_once():
    months, ends = 36, 20
    listed = staggered("everywhere", ends=ends)
    score = points(
        {"x": -50},
        expiry=None,
        bands={"A": 960, "D": 0},
        timing={"announced": 0, "first": 1, "last": 1, "ends": ends, "confidence": "assumed"},
        effects=[effect(grade=["D"], sanction="LOAN")],
    )
    data = run(homogeneous(KINDS, listed, score), people=TILE, months=months)
    monthly, rows = data.replicates[0].monthly, data.replicates[0].ledger
    for name in (
        "sanctioned", "sanction:FLY", "sanction:LOAN", "listed:a-list", "entries:a-list",
        "enrolled:a-list", "enrolled:a-score", "grade:a-score:D", "grade:a-score:A",
    ):  # fmt: skip
        stock = monthly[name].sum(axis=1)
        assert np.all(stock[1 : ends - 1] > 0), name
        assert np.all(stock[ends - 1 :] == 0), name
    assert rows["month"].max() <= ends
    for kind in (1, 2):  # entries and spells
        open_until = rows[(rows["kind"] == kind) & (rows["exit"] == ExitReason.SHUT)]
        assert len(open_until) > 100
        assert np.all(open_until["end"] == ends)
    assert not np.any((rows["kind"] != 0) & (rows["exit"] == ExitReason.IN_FORCE))
