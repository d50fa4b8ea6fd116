"""Group rates equal those of Fairlearn and Aequitas where these are defined, and null elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scoredsociety.audit import Audit, audit_run
from scoredsociety.engine.result import PROFILE_FIELDS, Truth, profile_level
from tests.audit.audit_worlds import entry, random_profiles, random_run, regime
from tests.audit.kinds_worlds import made_run, profile, rows_of

FIELDS = ("sex", "age", "residence", "group", "income", "education", "party")
LIST = "court-list"


def audited(listed: np.ndarray, did: np.ndarray, profiles: np.ndarray) -> Audit:
    """Audit one society in which some are listed, once each, and some of these did it."""
    rows = [
        entry(int(k), 1, 5, truth=int(Truth.TRUE if did[k] else Truth.NO_EVENT))
        for k in np.flatnonzero(listed)
    ]
    return audit_run(made_run(regime(), rows_of(*rows), profiles))


@pytest.mark.parametrize("seed", [0, 1])
def test_group_rates_are_those_of_fairlearn(seed: int) -> None:
    metrics = pytest.importorskip("fairlearn.metrics")
    precision_score = pytest.importorskip("sklearn.metrics").precision_score
    rng = np.random.default_rng(seed)
    profiles = random_profiles(rng, 500)
    poor = profile_level(profiles, "income") == 0
    listed = (rng.random(500) < 0.25) & ~poor  # nobody of the poorest fifth
    did = rng.random(500) < 0.6
    audit = audited(listed, did, profiles)
    frame: Callable[..., Any] = metrics.MetricFrame
    undefined = 0
    for field in FIELDS:
        labels = np.array(PROFILE_FIELDS[field][2])[profile_level(profiles, field)]
        theirs = frame(
            metrics={
                "listed": metrics.selection_rate,
                "right": lambda t, p: precision_score(t, p, zero_division=0),
                "n": metrics.count,
            },
            y_true=did,
            y_pred=listed,
            sensitive_features=labels,
        )
        wronged = frame(metrics=metrics.selection_rate, y_true=did, y_pred=listed & ~did,
                        sensitive_features=labels)  # fmt: skip
        whole = 0.0
        for label, row in theirs.by_group.iterrows():
            group = f"{field}={label}"
            rate = audit.value("M3", LIST, "rate", group)
            assert rate == pytest.approx(1000 * row["listed"])
            whole += (rate or 0.0) * row["n"]
            assert audit.value("M5", LIST, "persons ever wronged, rate", group) == pytest.approx(
                1000 * wronged.by_group[label]
            )
            share = [audit.value("M5", LIST, f"{w}-weighted", group) for w in ("entry", "person")]
            if row["listed"] == 0:
                assert row["right"] == 0.0  # they print 0 of nobody
                assert share == [None, None]
                undefined += 1
            else:
                assert share == pytest.approx([1 - row["right"]] * 2)
        # weighted by their size, the groups add up to all
        assert whole == pytest.approx(1000 * listed.sum())
        if field in ("group", "income"):
            one = {"group": ("minority", "majority"), "income": ("poorest fifth", "richest fifth")}
            a, b = (theirs.by_group["listed"][x] for x in one[field])
            ratio = audit.value("M10", LIST, "ratio, raw", f"{field}={one[field][0]}")
            assert ratio == pytest.approx(a / b)
    assert undefined


AEQUITAS = {
    "rural": {"pprev": 0.6, "fdr": 1 / 3, "size": 5},
    "urban": {"pprev": 2 / 3, "fdr": 0.5, "size": 3},
}
"""``Group().get_crosstabs`` of Aequitas 1.1.0 (pandas 2.3.3) on the ten people below.

Made once in a virtual environment of its own, for what it pins does not go with ours:
``DataFrame({"g": ..., "score": listed, "label_value": did})``, columns ``pprev`` and ``fdr``.
"""
TEN = [("rural", 1, 1), ("rural", 1, 1), ("rural", 1, 0), ("rural", 0, 1), ("rural", 0, 0),
       ("urban", 1, 1), ("urban", 1, 0), ("urban", 0, 0)]  # fmt: skip


def test_group_rates_are_those_of_aequitas() -> None:
    profiles = np.array(
        [profile(age=2, residence=int(g == "urban")) for g, _, _ in TEN], dtype=np.uint16
    )
    listed, did = (np.array([row[k] for row in TEN], dtype=bool) for k in (1, 2))
    audit = audited(listed, did, profiles)
    for label, theirs in AEQUITAS.items():
        group = f"residence={label}"
        assert audit.value("M3", LIST, "rate", group) == pytest.approx(1000 * theirs["pprev"])
        assert audit.value("M5", LIST, "entry-weighted", group) == pytest.approx(theirs["fdr"])
    # of a group in which nobody is listed Aequitas prints no false discovery rate, nor do we;
    # of a group that is not there it has no line, and we say null
    nobody = audited(np.zeros(8, dtype=bool), did, profiles)
    for found in (audit, nobody):
        assert found.value("M5", LIST, "entry-weighted", "group=minority") is None
        assert found.value("M3", LIST, "rate", "group=minority") is None
    assert nobody.value("M5", LIST, "entry-weighted", "residence=rural") is None
    assert nobody.value("M3", LIST, "rate", "residence=rural") == 0.0


def test_what_enters_and_what_is_stopped_sum_to_one() -> None:
    """The true positive and the false negative rate of due process, by truth."""
    run = random_run(seed=5)
    audit = audit_run(run)
    for truth in ("true", "wrong person", "no event", "excused", "wrongful"):
        group = f"truth={truth}"
        entered, recorded = (audit.value("M22", LIST, s, group) for s in ("entered", "recorded"))
        assert entered is not None
        assert recorded is not None
        assert 0 < entered <= recorded
        rows = [
            r
            for x in run.replicates
            for r in x.ledger[(x.ledger["scheme"] == 0) & (x.ledger["flags"] & 32 == 0)]
            if truth == ("true", "wrong person", "no event", "excused")[r["truth"]]
            or (truth == "wrongful" and r["truth"] != Truth.TRUE)
        ]
        stopped = sum(int(r["exit"] == 5) for r in rows)
        assert entered + stopped / 3 == pytest.approx(recorded)
