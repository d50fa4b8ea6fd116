"""The audit as an object: order, errors, assumptions, words."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from scoredsociety.audit import HEADLINE, MEASURES, audit_run, findings, words
from scoredsociety.audit.assumptions import list_assumptions
from scoredsociety.engine.result import RunData, SocietyResult
from scoredsociety.schemes.model import ResolvedRegime
from tests.audit.audit_worlds import manifest, random_run, regime


@cache
def audited():
    """Return the audit of one random run; not to be changed."""
    return audit_run(random_run())


def permuted(run, seed=0):
    """Return the same run with other numbers for the people, and the rows in another order."""
    rng = np.random.default_rng(seed)
    out = []
    for r in run.replicates:
        name = rng.permutation(run.manifest["people"])
        x = r.ledger.copy()
        x["subject"] = name[x["subject"]]
        order = np.lexsort((x["subject"], x["month"]))
        where = np.empty(len(x), dtype=np.int64)
        where[order] = np.arange(len(x))
        x["cause"] = np.where(x["cause"] < 0, -1, where[x["cause"]])
        shuffled = rng.permutation(len(r.population["profile"]))
        population = {k: v[shuffled] for k, v in r.population.items()}
        out.append(SocietyResult(x[order], r.monthly, r.acts, r.mobility, population, {}))
    return RunData(run.manifest, out)


def test_the_order_of_people_does_not_matter():
    run = random_run(4)
    # Two entries of one person in one month could begin an episode with either truth.
    for r in run.replicates:
        _, first = np.unique(r.ledger[["subject", "month"]], return_index=True)
        r.ledger["exit"][np.setdiff1d(np.arange(len(r.ledger)), first)] = 5
    one, two = audit_run(run), audit_run(permuted(run))
    assert one.series.equals(two.series)
    assert one.survival.equals(two.survival)
    for a, b in zip(one.figures.to_pylist(), two.figures.to_pylist(), strict=True):
        assert {k: v for k, v in a.items() if not isinstance(v, float)} == {
            k: v for k, v in b.items() if not isinstance(v, float)
        }
        for k, v in a.items():
            if isinstance(v, float):
                assert b[k] == pytest.approx(v, rel=1e-9, abs=1e-12), (a, k)


def test_an_audit_is_deterministic():
    assert audit_run(random_run(1)).figures.equals(audit_run(random_run(1)).figures)


def test_value_names_what_there_is():
    audit = audited()
    with pytest.raises(KeyError, match="M1, M10, M11, M13"):
        audit.value("M99", "x", "y")
    with pytest.raises(KeyError, match="court-list"):
        audit.value("M5", "no-list", "entry-weighted")
    with pytest.raises(KeyError, match="person-weighted"):
        audit.value("M5", "court-list", "by the moon")
    with pytest.raises(KeyError, match="sex=female"):
        audit.value("M5", "court-list", "entry-weighted", "sex=other")
    with pytest.raises(KeyError, match="say which item"):
        audit.value("M5")
    assert audit.value("M17", quantity="aware") == audit.value("M17", "city-points", "aware")
    assert set(audit.table("M5")["measure"].to_pylist()) == {"M5"}
    assert audit.items("M4") == ["FLY", "RAIL", "any"]


def test_bad_runs_are_refused():
    run = random_run()
    with pytest.raises(ValueError, match="at least one replicate"):
        audit_run(RunData(run.manifest, []))
    small = {**run.manifest, "people": 3}
    with pytest.raises(ValueError, match="has 3 people"):
        audit_run(RunData(small, run.replicates))


def test_no_scheme_gives_an_audit_of_nothing():
    empty = {**regime(), "schemes": {}}
    run = random_run()
    bare = [
        SocietyResult(r.ledger[:0], {"adults": r.monthly["adults"]}, r.acts, {}, r.population, {})
        for r in run.replicates
    ]
    audit = audit_run(RunData({**manifest(60, 30, 3), "regime": empty, "schemes": []}, bare))
    assert findings(audit) == []
    assert audit.survival.num_rows == 0
    assert set(audit.figures["value"].to_pylist()) == {None}


def test_assumptions_are_those_the_regime_uses():
    found = list_assumptions(ResolvedRegime.model_validate(regime()))
    paths = {x["path"]: x for x in found}
    excused = paths["world.conducts.court-default.excused"]
    assert excused["value"] == 0.2
    assert excused["range"] == (0.05, 0.5)
    assert excused["note"] == "the share unable to pay"
    assert "world.conducts.court-default.detection.court" not in paths  # published
    assert "world.conducts.posts.excused" not in paths  # no rule uses it
    assert "world.sanctions.FLY.harm" in paths
    assert "world.gravity.posts" not in paths
    assert paths["schemes.city-points.rules.0.points"]["value"] == -5
    assert paths["schemes.city-points.grades.bands.A"]["value"] == 960
    assert paths["schemes.court-list.process.exit.term_months"]["value"] is None


def test_measures_rest_on_assumptions_that_exist():
    audit = audited()
    for measure in MEASURES:
        if measure.id not in {"M17", "M25"}:
            assert audit.rests_on(measure.id), measure.id
    assert all(x["path"].startswith(("world.sanctions", "world.contexts"))
               for x in audit.rests_on("M8"))  # fmt: skip


def test_some_measures_alone_are_what_they_are_among_all():
    run, every = random_run(), audited()
    for only in (HEADLINE, ("M7",)):
        some = audit_run(run, only=only)
        assert [m.id for m in some.measures] == [m.id for m in every.measures if m.id in only]
        for mine, theirs in ((some.figures, every.figures), (some.series, every.series)):
            taken = {m for m in mine["measure"].to_pylist() if m in only}
            rows = [r for r in mine.to_pylist() if r["measure"] in taken]
            assert rows == [r for r in theirs.to_pylist() if r["measure"] in taken]
        assert set(only) <= {"M13", *some.figures["measure"].to_pylist()}  # M13 needs a pair
        curves = every if "M7" in only else None
        for name in ("survival", "leaving"):
            assert getattr(every, name).num_rows > 0
            mine = getattr(some, name)
            assert mine == getattr(curves, name) if curves else mine.num_rows == 0
    with pytest.raises(ValueError, match="There is no measure 'M99'"):
        audit_run(run, only=["M99"])


def test_findings_are_sentences_with_companions():
    audit = audited()
    found = findings(audit)
    assert found[0].text.startswith("Simulated: after 30 months")
    assert all(f.text.endswith(".") and any(c.isdigit() for c in f.text) for f in found)
    assert all(f.companions and f.value_text and f.interval_text for f in found)
    assert not any(re.search(r"(?<![\d.,])0(\.0+)?\s?%", f.text + f.value_text) for f in found)
    assert not any(" %" in f.text or "nan" in f.text.lower() for f in found)
    assert audit.to_text()[0] == (found[0].text, found[0].value_text, found[0].interval_text)


def test_two_replicates_are_too_few_for_an_interval_and_three_are_cut_at_nought():
    two = findings(audit_run(random_run(replicates=2)))
    pooled = [f for f in two if f.text.startswith("Half of the people")]
    assert pooled
    few = [
        f for f in two if "city-points/records should not" in f.text
    ]  # few entries: an exact interval all the same
    assert few
    assert {f.interval_text for f in two if f not in (*pooled, *few)} == {words.TOO_FEW}
    assert all(" to " in f.interval_text for f in pooled)  # Greenwood's, of all persons together
    three = findings(audit_run(random_run(3, replicates=3, rows=30)))
    said = [f.interval_text for f in three]
    assert any("(cut at 0)" in text for text in said)
    assert not any(text.startswith(("-", "\N{MINUS SIGN}")) for text in said)
