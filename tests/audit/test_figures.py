"""Every figure of a small random run, made again with a plain mask."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from scoredsociety.audit import audit_run
from scoredsociety.audit.acts import acts_by_audience
from scoredsociety.audit.contrast import POOLED
from scoredsociety.engine.result import PROFILE_FIELDS, Flag, RunData, profile_level
from tests.audit.audit_worlds import (
    CONDUCTS,
    GRADES,
    LISTED,
    SANCTIONS,
    SCHEMES,
    codes_of,
    manifest,
    random_run,
    regime,
)

GROUPS = ["all", "income=poorest fifth", "sex=female", "party=party member", "age=60+"]


@cache
def world():
    run = random_run(11)
    return run, audit_run(run)


def mask_of(profile, group):
    if group == "all":
        return np.ones(len(profile), dtype=bool)
    name, label = group.split("=")
    return profile_level(profile, name) == PROFILE_FIELDS[name][2].index(label)


def adults(result, group):
    p = result.population
    return p["adults"][mask_of(p["profile"], group)].sum()


def part(result, item, group="all", stopped=False):
    """Return the rows of an item in a group."""
    x = result.ledger
    scheme, _, kind = item.partition("/")
    keep = x["scheme"] == SCHEMES.index(scheme)
    keep &= x["kind"] == {"": 1, "records": 0, "spells": 2}[kind]
    if kind == "records":
        keep &= x["points"] < 0
    if not stopped:
        keep &= x["exit"] != 5
    if group.startswith("truth="):
        labels = {"true": [0], "wrong person": [1], "no event": [2], "excused": [3]}
        keep &= np.isin(x["truth"], {**labels, "wrongful": [1, 2, 3]}[group[6:]])
        return x[keep]
    return x[keep & mask_of(x["profile"], group)]


def check(measure, item, quantity, by_hand, group="all"):
    """Compare a figure with the mean over replicates of a number made by hand."""
    run, audit = world()
    values = [by_hand(r) for r in run.replicates]
    values = [v for v in values if v is not None and not np.isnan(v)]
    got = audit.value(measure, item, quantity, group)
    if not values:
        assert got is None
    else:
        assert got == pytest.approx(np.mean(values), rel=1e-12)


def over(a, b):
    return a / b if b else None


@pytest.mark.parametrize("group", GROUPS)
def test_persons_entries_ever_listed_and_refusals(group):
    for item in ("court-list", "transit-list"):

        def listed(r, item=item):
            x = part(r, item, group)
            return len(np.unique(x["subject"][x["exit"] == 0]))

        check("M1", item, "persons", listed, group)
        check("M1", item, "rate", lambda r: over(1000 * listed(r), adults(r, group)), group)
        check(
            "M2", item, "entries", lambda r, i=item: (part(r, i, group)["exit"] == 0).sum(), group
        )
        ever = lambda r, i=item: len(np.unique(part(r, i, group)["subject"]))  # noqa: E731
        check("M3", item, "persons ever listed", ever, group)
    check("M4", "any", "refusals",
          lambda r: r.ledger["refusals"][mask_of(r.ledger["profile"], group)].sum(),
          group)  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_persons_under_each_sanction(group):
    bearers = {code: ["court-list"] for code in LISTED}
    bearers |= {c: ["court-list", "transit-list"] for c in ("FLY", "RAIL")}
    bearers |= {c: ["city-points/spells"] for c in ("PAPER", "WELF")}
    bearers["any"] = ["court-list", "transit-list", "city-points/spells"]
    for code, items in bearers.items():

        def persons(r, items=items, code=code):
            who = [part(r, i, group) for i in items]
            return len({
                s["subject"] for x in who for s in x[x["exit"] == 0]
                if code in ("any", *codes_of(s))
            })  # fmt: skip

        check("M1", code, "persons", persons, group)


ITEMS = ["court-list", "transit-list", "city-points/records", "city-points/spells"]


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("group", GROUPS)
def test_wrongful_rates(item, group):
    def wrong(r):
        x = part(r, item, group)
        return x[x["truth"] > 0]

    def months(x):
        return int((x["end"].astype(int) - x["month"]).sum())

    whole = lambda r: part(r, item, group)  # noqa: E731
    people = lambda x: len(np.unique(x["subject"]))  # noqa: E731
    check("M5", item, "entry-weighted", lambda r: over(len(wrong(r)), len(whole(r))), group)
    check("M5", item, "time-weighted", lambda r: over(months(wrong(r)), months(whole(r))), group)
    check("M5", item, "person-weighted", lambda r: over(people(wrong(r)), people(whole(r))), group)
    check("M5", item, "persons ever wronged", lambda r: people(wrong(r)), group)
    for code, name in ((1, "wrong person"), (2, "no event"), (3, "excused")):
        check("M5", item, f"entry-weighted, {name}",
              lambda r, c=code: over((whole(r)["truth"] == c).sum(), len(whole(r))),
              group)  # fmt: skip


@pytest.mark.parametrize("item", ITEMS[:3])
@pytest.mark.parametrize("group", ["all", "truth=true", "truth=excused", "truth=wrongful"])
def test_due_process_funnel(item, group):
    def part(result, *args, **kwargs):
        x = globals()["part"](result, *args, **kwargs)
        return x[x["flags"] & 32 == 0]

    def flagged(bits):
        return lambda r: (part(r, item, group, stopped=True)["flags"] & bits > 0).sum()

    def corrected(r):
        flags = part(r, item, group, stopped=True)["flags"]
        return ((flags & Flag.CORRECTED > 0) & (flags & Flag.EXEMPTED == 0)).sum()

    check("M22", item, "recorded", lambda r: len(part(r, item, group, stopped=True)), group)
    check("M22", item, "entered", lambda r: len(part(r, item, group)), group)
    check("M22", item, "notified", flagged(Flag.NOTIFIED), group)
    check("M22", item, "filed", flagged(Flag.FILED), group)
    check("M22", item, "heard", flagged(Flag.FILED | Flag.FILED_LATE), group)
    check("M22", item, "exempted", flagged(Flag.EXEMPTED), group)
    check("M22", item, "discovered at a counter", flagged(Flag.DISCOVERED), group)
    check("M22", item, "corrected before entry", corrected, group)
    check("M22", item, "corrected late", lambda r: (part(r, item, group)["exit"] == 3).sum(), group)
    check("M22", item, "notified, share of recorded",
          lambda r: over(flagged(Flag.NOTIFIED)(r), len(part(r, item, group, stopped=True))),
          group)  # fmt: skip
    if group == "truth=wrongful":

        def waited(r):
            x = part(r, item, group)
            x = x[x["exit"] == 3]
            return (x["end"] - x["month"]).tolist()

        for word, f in (("mean", np.mean), ("median", np.median)):
            check("M22", item, f"{word} months wrongly in force before correction",
                  lambda r, f=f: f(waited(r)) if waited(r) else None, group)  # fmt: skip


def harms(result, item, group="all", always=()):
    """Harm in mi, and harm in unrelated contexts, of each row."""
    world_ = regime()["world"]
    out = []
    for row in part(result, item, group):
        name, codes = list(CONDUCTS)[row["conduct"]], codes_of(row)
        related = {*world_["contexts"][CONDUCTS[name][0]]["related"], *always}
        months = int(row["end"]) - int(row["month"])
        total = sum(SANCTIONS[c][0] * SANCTIONS[c][2] * months for c in codes)
        cross = sum(
            SANCTIONS[c][0] * SANCTIONS[c][2] * months
            for c in codes
            if SANCTIONS[c][1] not in related
        )
        out.append((total, cross, name, row["exit"] != 0))
    return out


STATUSES = ["court-list", "transit-list", "city-points/spells"]


@pytest.mark.parametrize("item", STATUSES)
@pytest.mark.parametrize("group", ["all", "truth=wrong person", "income=fourth fifth"])
def test_cross_context_harm(item, group):
    def share(always):
        def by_hand(r):
            h = harms(r, item, group, always)
            return over(sum(x[1] for x in h), sum(x[0] for x in h))

        return by_hand

    check("M8", item, "cross-context share", share(()), group)
    check("M8", item, "cross-context share, finance always related", share(["finance"]), group)
    check("M8", item, "harm", lambda r: sum(x[0] for x in harms(r, item, group)), group)


@pytest.mark.parametrize("item", STATUSES)
@pytest.mark.parametrize("group", ["all", "truth=excused"])
def test_proportionality(item, group):
    def rows(r):
        return [(h * 2028, CONDUCTS[n][1], done) for h, _, n, done in harms(r, item, group)]

    def ratios(r):
        return [h / g for h, g, _ in rows(r) if g]

    def excess(r):
        known = [(h, g) for h, g, _ in rows(r) if g is not None]
        return sum(max(0, h - g) for h, g in known) if known else None

    def completed(r):
        h = [h for h, _, done in rows(r) if done]
        return np.mean(h) if h else None

    check("M9", item, "median ratio", lambda r: np.median(ratios(r)) if ratios(r) else None, group)
    check("M9", item, "share above 1",
          lambda r: np.mean([x > 1 for x in ratios(r)]) if ratios(r) else None, group)  # fmt: skip
    check("M9", item, "excess harm", excess, group)
    check("M9", item, "mean harm of completed spells", completed, group)


def test_gravity_of_nothing_has_no_ratio_but_has_an_excess():
    _, audit = world()
    assert audit.value("M9", "court-list", "median ratio", "conduct=posts") is None
    assert audit.value("M9", "court-list", "excess harm", "conduct=posts") > 0
    assert audit.value("M9", "court-list", "excess harm", "conduct=pets") is None  # undeclared


def test_spells_of_unlike_grades_say_what_they_bear():
    _, audit = world()
    notes = audit.table("M8").filter(
        [i == "city-points/spells" for i in audit.table("M8")["item"].to_pylist()]
    )
    assert "of the grade in which they began" in notes["note"][0].as_py()
    assert "assumed harm of PAPER, WELF" in notes["note"][0].as_py()
    item = "city-points/spells"
    assert audit.value("M8", item, "monthly harm, grade B") == pytest.approx(0.005)
    assert audit.value("M8", item, "monthly harm, grade C") == pytest.approx(0.005 + 0.05 * 0.4)
    assert audit.value("M8", item, "monthly harm in welfare, grade C") == pytest.approx(0.02)


def test_spells_of_like_grades_need_no_note():
    run = random_run(2)
    like = [{"grade": ["B", "C"], "sanction": "PAPER", "confidence": "M"}]
    audit = audit_run(RunData({**run.manifest, "regime": regime(grades=like)}, run.replicates))
    assert audit.value("M8", "city-points/spells", "monthly harm") == pytest.approx(0.005)
    assert not any("began" in x["note"] for x in audit.figures.to_pylist())


def test_awareness_and_reach():
    def count(r, aware, city, group="all"):
        p = r.population
        keep = mask_of(p["profile"], group)
        for name, level in (("aware", aware), ("city", city)):
            if level is not None:
                keep &= profile_level(p["profile"], name) == level
        return p["adults"][keep].sum()

    for g in ("all", "education=college"):
        check("M17", "city-points", "aware",
              lambda r, g=g: over(count(r, 1, None, g), count(r, None, None, g)), g)  # fmt: skip
        check("M17", "city-points", "of the aware, not covered",
              lambda r, g=g: over(count(r, 1, 0, g), count(r, 1, None, g)), g)  # fmt: skip
        check("M17", "city-points", "unaware and covered",
              lambda r, g=g: over(count(r, 0, 1, g), count(r, None, None, g)), g)  # fmt: skip

    def income(table, level):
        return sum(table[-1, c] for c in range(40) if level is None or (c // 2) % 5 == level)

    for label, level in (("all", None), ("income=poorest fifth", 0), ("income=richest fifth", 4)):
        m = lambda r, k, v=level: income(r.monthly[k], v)  # noqa: E731
        check("M19", "any", "at least one reward",
              lambda r, m=m: over(m(r, "rewarded"), m(r, "adults")), label)  # fmt: skip
        check("M19", "any", "at least one sanction",
              lambda r, m=m: over(m(r, "sanctioned"), m(r, "adults")), label)  # fmt: skip
        check("M19", "any", "rewarded for one sanctioned",
              lambda r, m=m: over(m(r, "rewarded"), m(r, "sanctioned")), label)  # fmt: skip


def test_grades_and_mobility():
    run, audit = world()
    for grade in GRADES:
        check("M18", f"city-points:{grade}", "share of the enrolled",
              lambda r, g=grade: over(
                  r.monthly[f"grade:city-points:{g}"][-1].sum(),
                  sum(r.monthly[f"grade:city-points:{h}"][-1].sum() for h in GRADES)))  # fmt: skip
    moves = [r.mobility["city-points"][15:].sum(axis=0) for r in run.replicates]
    table = {(x["from"], x["to"]): x for x in audit.mobility.to_pylist()}
    want = np.mean([m[2, 1] / m[2].sum() for m in moves])
    assert table["B", "A"]["share"] == pytest.approx(want, rel=1e-12)
    assert table["C", "A"]["share"] is None  # nobody is seen to leave grade C
    # From B one goes to A or better with the chance p, or stays: 1 / p months.
    want = np.mean([m[2].sum() / m[2, :2].sum() for m in moves])
    name = "months to grade A or better"
    assert audit.value("M18", "city-points:B", name) == pytest.approx(want, rel=1e-12)
    assert audit.value("M18", "city-points:C", name) is None
    assert audit.value("M18", "city-points:A", name) == 0.0


def test_series_are_the_monthly_tables():
    run, audit = world()
    listed = np.mean([r.monthly["listed:court-list"][6].sum() for r in run.replicates])
    assert audit.value("M1", "court-list", "persons", month=7) == pytest.approx(listed)
    rates = [1000 * r.monthly["listed:court-list"][6].sum() / 60 for r in run.replicates]
    assert audit.value("M1", "court-list", "rate", month=7) == pytest.approx(np.mean(rates))
    flow = np.mean([r.monthly["in:court-list"][6].sum() for r in run.replicates])
    assert audit.value("M2", "court-list", "entries in", month=7) == pytest.approx(flow)
    stock = audit.value("M1", "court-list", "rate", month=30)
    assert stock == pytest.approx(audit.value("M1", "court-list", "rate"))
    acts = np.mean([1000 * r.acts[1, 6].sum() / 60 for r in run.replicates])
    assert audit.value("M13", "pets", "acts", month=7) == pytest.approx(acts)
    assert acts_by_audience(run)["pets"]["all"].shape == (3, 30)


@pytest.mark.parametrize("field", ["sex", "age", "income", "education", "party"])
def test_group_counts_add_up_to_the_whole(field):
    _, audit = world()
    for measure, item, quantity in (
        ("M1", "court-list", "persons"),
        ("M1", "any", "persons"),
        ("M2", "transit-list", "entries"),
        ("M3", "court-list", "persons ever listed"),
        ("M4", "any", "refusals"),
        ("M5", "city-points/records", "wrongful records"),
        ("M8", "all statuses", "harm"),
    ):
        parts = [
            audit.value(measure, item, quantity, f"{field}={label}")
            for label in PROFILE_FIELDS[field][2]
        ]
        assert sum(parts) == pytest.approx(audit.value(measure, item, quantity), rel=1e-12)


def test_scaled_counts_stand_for_the_nation_and_rates_do_not():
    _, audit = world()
    rows = audit.figures.to_pylist()
    assert audit.weight == 1000.0
    for x in rows:
        counted = x["unit"] in {"persons", "entries", "records", "spells", "refusals"}
        if counted and x["value"] is not None:
            assert x["scaled"] == pytest.approx(1000 * x["value"])
        else:
            assert x["scaled"] is None


def test_undefined_is_null():
    _, audit = world()
    for table in (audit.figures, audit.series, audit.survival, audit.mobility):
        for name in table.column_names:
            values = table[name].to_pylist()
            assert not any(isinstance(v, float) and not np.isfinite(v) for v in values)
    run = RunData(manifest(60, 30, 3), [
        type(r)(r.ledger[:0], {"adults": r.monthly["adults"]}, r.acts, {}, r.population, {})
        for r in world()[0].replicates
    ])  # fmt: skip
    nothing = audit_run(run)
    assert nothing.value("M5", "court-list", "entry-weighted") is None
    assert nothing.value("M1", "court-list", "persons") is None
    assert nothing.value("M3", "court-list", "persons ever listed", "sex=male") == 0
    assert nothing.value("M7", "court-list", "median months to recovery") is None
    assert nothing.value("M8", "court-list", "cross-context share") is None
    assert nothing.mobility.num_rows == 0


def test_one_replicate_has_no_interval():
    run, _ = world()
    one = audit_run(RunData(run.manifest, run.replicates[:1]))
    for name in ("se", "low", "high"):
        rows = one.figures.to_pylist()
        assert all(
            x[name] is None
            for x in rows
            if x["quantity"] != "median months to recovery"
            and POOLED not in x["note"]
            and "exact one" not in x["note"]
        )
