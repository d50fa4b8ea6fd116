"""M21 and M11 of firms and offices, from series made by hand and from the engine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from scoredsociety.audit.organisations import (
    M21,
    compute_m11_organisations,
    compute_m21,
    series_of,
)
from scoredsociety.audit.sheet import SCALED_UNITS, Sheet, figures_table
from scoredsociety.engine.organisations import KEYS, run_organisations
from scoredsociety.schemes.model import Scheme
from tests.engine.test_organisations import make_scheme, regime_of

NAME = "shown-grades"


def sample_of(scheme: Scheme, *replicates: dict[str, Any]) -> Any:
    """Return as much of a sample as these measures read."""
    results = [SimpleNamespace(organisations=r) for r in replicates]
    return SimpleNamespace(regime=regime_of(scheme), run=SimpleNamespace(replicates=results))


def hand_made(months: int = 4, **series: Any) -> dict[str, dict[str, np.ndarray]]:
    """Return series that are zero except as given."""
    assert set(series) <= set(KEYS)
    zeros = {key: np.zeros(months) for key in KEYS}
    given = {k: np.broadcast_to(np.asarray(v, float), (months,)) for k, v in series.items()}
    return {NAME: zeros | given}


def figures(compute: Any, sample: Any) -> dict[str, Any]:
    """Return quantity to value (mean over replicates; None where undefined)."""
    sheet = Sheet(len(sample.run.replicates), 1000.0)
    compute(sample, sheet)
    assert all(line.values.shape[0] == sheet.replicates for line in sheet.series)
    table = figures_table(sheet.lines, sheet.weight)
    assert table["scaled"].null_count == table.num_rows  # organisations are not people
    names = table["quantity"].to_pylist()
    assert len(set(names)) == len(names)
    return dict(zip(names, table["value"].to_pylist(), strict=True))


def simulated(scheme: Scheme, months: int = 48, replicates: int = 2) -> Any:
    runs = (run_organisations(regime_of(scheme), months, 5, r, 20, 8) for r in range(replicates))
    return sample_of(scheme, *runs)


# -------------------------------------------------------------------- M21


def test_compliance_rises_as_published_when_customers_look():
    got = figures(compute_m21, simulated(make_scheme(count=20_000, harm=(500, 0.4, 1.0))))
    assert got["compliant share without the scheme"] == pytest.approx(0.58, abs=0.01)
    assert got["compliant share"] == pytest.approx(0.80, abs=0.01)
    assert got["rise of the compliant share"] == pytest.approx(0.22, abs=0.01)
    assert got["shown good share before"] == got["compliant share without the scheme"]
    assert got["shown good share"] == pytest.approx(got["compliant share"], abs=0.01)
    assert got["illness without the scheme"] == pytest.approx(1 - 0.6 * 0.58, abs=0.01)
    assert got["fall of illness"] == pytest.approx(0.21, abs=0.02)
    assert got["demand shift"] > 0.0
    assert got["revenue gain of those that comply"] > 0.0
    assert "listed share" not in got


def test_the_arithmetic_of_illness_and_demand():
    sample = sample_of(
        make_scheme(harm=(2_000.0, 0.4, 1.0)),
        hand_made(
            illness=[0.8, 0.5, 0.5, 0.6],
            illness_without=0.8,
            organisations=10,
            demand_good=[0.0, 0.4, 0.5, 0.7],
            shown_good=[0.3, 0.45, 0.6, 0.9],
        ),
    )
    got = figures(compute_m21, sample)
    assert got["illness"] == 0.6
    assert got["fall of illness"] == pytest.approx(0.25)
    assert got["cases avoided"] == pytest.approx((0.3 + 0.3 + 0.2) * 2_000 * 10 / 1_000)
    assert got["demand shift"] == pytest.approx(0.7 - 0.6)  # the grades at the month's start
    sheet = Sheet(1, 1.0)
    compute_m21(sample, sheet)
    shift = next(x.values for x in sheet.series if x.quantity == "demand shift")
    assert shift[0] == pytest.approx([0.0, 0.1, 0.05, 0.1])


def test_self_audits_flatter_what_is_shown_before():
    got = figures(
        compute_m21,
        sample_of(make_scheme(independent=0.25), hand_made(willing=0.6, shown_good=0.9)),
    )
    assert got["shown good share before"] == pytest.approx(0.6 + 0.75 * 0.4)


@pytest.mark.parametrize(("consequence", "present"), [("list", True), ("record", False)])
def test_only_a_list_has_a_listed_share(consequence, present):
    got = figures(
        compute_m21, sample_of(make_scheme(consequence=consequence), hand_made(listed=0.2))
    )
    assert ("listed share" in got) is present
    assert not {"demand shift", "shown good share before", "illness"} & set(got)


def test_political_compliance_never_passes_for_compliance():
    scheme = make_scheme(political=True, consequence="record")
    got = figures(compute_m21, sample_of(scheme, hand_made(complying=1.0, willing=0.25)))
    assert got["political compliance share"] == 1.0
    assert got["rise of the political compliance share"] == 0.75
    assert not any(name.startswith("compliant") for name in got)


def test_the_mean_over_replicates_has_an_interval():
    scheme = make_scheme()
    arms = [hand_made(complying=x) for x in (0.7, 0.8, 0.9)]
    sheet = Sheet(3, 1.0)
    compute_m21(sample_of(scheme, *arms), sheet)
    row = figures_table(sheet.lines, 1.0).to_pylist()[0]
    assert row["value"] == pytest.approx(0.8)
    assert row["low"] < 0.7
    assert row["high"] > 0.9


def test_a_run_that_lost_its_organisations_is_an_error():
    sample = sample_of(make_scheme(), hand_made(), {})
    with pytest.raises(ValueError, match=NAME):
        series_of(sample, NAME)


def test_without_organisations_nothing_is_written():
    people = make_scheme().model_copy(update={"kind": "points", "organisations": None})
    for compute in (compute_m21, compute_m11_organisations):
        assert figures(compute, sample_of(people, {})) == {}


def test_the_measure_says_what_it_is():
    assert M21.id == "M21"
    assert "closures" in M21.formula
    sheet = Sheet(2, 1.0)
    compute_m21(simulated(make_scheme(count=50), months=3), sheet)
    assert not {line.unit for line in (*sheet.lines, *sheet.series)} & SCALED_UNITS


# -------------------------------------------------------------------- M11


def test_the_gap_by_hand():
    sample = sample_of(
        make_scheme(party_share=0.2),
        hand_made(
            exempt=2,
            organisations=10,
            exempt_records=[0, 1, 0, 0],
            exempt_violations=[2, 1, 1, 1],
            other_records=[2, 2, 2, 2],
            other_violations=[4, 4, 4, 4],
        ),
    )
    got = figures(compute_m11_organisations, sample)
    assert got["exemption gap"] == pytest.approx(1 - (1 / 5) / (8 / 16))
    assert got["number of organisations of the Party"] == 2
    assert got["number of other organisations"] == 8
    assert got["records per violation, other organisations"] == 0.5


@pytest.mark.parametrize(("share", "gap"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_the_gap_is_the_share_spared(share, gap):
    scheme = make_scheme(
        count=20_000, consequence="record", party_share=0.3, exemptions=(("party", share),)
    )
    got = figures(compute_m11_organisations, simulated(scheme))
    assert got["exemption gap"] == pytest.approx(gap, abs=0.03 if share < 1 else 1e-12)


@pytest.mark.parametrize(
    "empty", ["exempt_violations", "other_violations", "other_records", "everything"]
)
def test_the_gap_is_null_where_there_is_nothing_to_compare(empty):
    series = {
        "exempt_violations": 3,
        "exempt_records": 1,
        "other_violations": 5,
        "other_records": 2,
        "exempt": 1,
        "organisations": 4,
    }
    if empty == "everything":
        series = {}
    elif empty == "other_records":
        series[empty] = 0
    else:
        series |= {empty: 0, empty.replace("violations", "records"): 0}
    got = figures(
        compute_m11_organisations, sample_of(make_scheme(party_share=0.5), hand_made(**series))
    )
    assert got["exemption gap"] is None


def test_no_party_no_gap():
    assert figures(compute_m11_organisations, sample_of(make_scheme(), hand_made())) == {}
