"""The 95% intervals hold the truth in 93 to 97 of 100 simulations, the exact in 95 at least."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scoredsociety.audit import audit_run, kaplan_meier
from scoredsociety.audit.contrast import interval_of_ratio
from scoredsociety.audit.exact import FEW, binomial_interval
from scoredsociety.audit.intervals import means, ratio
from tests.audit.audit_worlds import entry, hand_run

TIMES = 2000


def within(low: np.ndarray, high: np.ndarray, truth: float) -> float:
    return float(((low <= truth) & (truth <= high)).mean())


@pytest.mark.parametrize("replicates", [3, 4, 8, 20])
def test_means_over_replicates_cover(replicates: int) -> None:
    rng = np.random.default_rng(replicates)
    m = means(rng.normal(2.0, 3.0, (TIMES, replicates)))
    assert 0.93 <= within(m.low, m.high, 2.0) <= 0.97


@pytest.mark.parametrize(("replicates", "share"), [(4, 0.2), (8, 0.5), (8, 0.05)])
def test_means_of_shares_cover(replicates: int, share: float) -> None:
    """Shares of entries whose number is luck too, as in M5."""
    rng = np.random.default_rng(replicates)
    n = rng.poisson(400, (TIMES, replicates))
    m = means(ratio(rng.binomial(n, share), n))
    assert 0.93 <= within(m.low, m.high, share) <= 0.97


def test_ratios_of_rates_cover() -> None:
    """M10: the logarithm of a ratio of two counts, each person with one row at most."""
    rng = np.random.default_rng(1)
    a, b = rng.poisson(60, TIMES), rng.poisson(150, TIMES)
    ends = np.array([interval_of_ratio(x / y, np.array([1 / x, 1 / y]))
                     for x, y in zip(a, b, strict=True)])  # fmt: skip
    assert 0.93 <= within(ends[:, 1], ends[:, 2], 60 / 150) <= 0.97


def test_survival_covers() -> None:
    """Half are free after ln 2 / 0.05 months; censored at the horizon of 36."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(TIMES):
        x = np.minimum(rng.exponential(20.0, 60), 36.0)
        curve = kaplan_meier(x, x < 36.0)
        at = np.searchsorted(curve.time, 14.0, side="right") - 1
        held += bool(curve.low[at] <= np.exp(-14 / 20.0) <= curve.high[at])
    assert 0.93 <= held / TIMES <= 0.97


@pytest.mark.parametrize(("n", "share"), [(1, 0.2), (6, 0.1), (12, 0.5), (29, 0.2)])
def test_exact_intervals_never_cover_too_little(n: int, share: float) -> None:
    """Not by simulation: every count that can come out, weighed with its chance."""
    chance = stats.binom.pmf(np.arange(n + 1), n, share)
    ends = np.array([binomial_interval(k, n) for k in range(n + 1)])
    held = (ends[:, 0] <= share) & (share <= ends[:, 1])
    assert chance[held].sum() >= 0.95
    for k in (0, n // 2, n):
        theirs = stats.binomtest(k, n).proportion_ci(method="exact")
        assert ends[k] == pytest.approx([theirs.low, theirs.high], abs=1e-12)


def test_a_share_of_few_entries_says_which_interval_it_has() -> None:
    rows = [entry(k % 10, 1, 5, truth=int(k < 3)) for k in range(12)]
    few = audit_run(hand_run(*rows))
    value, low, high, _ = few.cell("M5", "court-list", "entry-weighted")
    theirs = stats.binomtest(3, 12).proportion_ci(method="exact")
    assert value == pytest.approx(3 / 12)
    assert [low, high] == pytest.approx([theirs.low, theirs.high])

    def note(audit: object, quantity: str = "entry-weighted") -> str:
        wanted = ("court-list", quantity, "all")
        table = audit.table("M5").to_pylist()  # type: ignore[attr-defined]
        rows = {(r["item"], r["quantity"], r["group"]): str(r["note"]) for r in table}
        return rows[wanted]

    assert "exact one (Clopper and Pearson) of 3 of 12" in note(few)
    assert "exact" not in note(few, "time-weighted")  # months hang together
    many = audit_run(hand_run(*[entry(k % 10, 1, 5) for k in range(FEW)]))
    assert "exact" not in note(many)
    assert many.cell("M5", "court-list", "entry-weighted")[1] is None  # one society, many entries
    none = audit_run(hand_run(*rows[:1]))
    assert none.cell("M5", "court-list", "entry-weighted", "income=richest fifth")[:3] == (
        None, None, None,
    )  # fmt: skip
