"""Schemes of every kind side by side: what they are called, and what is never added up."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

import numpy as np
import pytest

from scoredsociety.audit import audit_run, compare_runs, differing_lives, findings, units
from scoredsociety.audit.assumptions import list_assumptions
from scoredsociety.audit.grades import target_grades
from scoredsociety.audit.sample import load_sample
from scoredsociety.engine.result import ExitReason, RunData, SocietyResult
from scoredsociety.schemes.model import ResolvedRegime
from tests.audit.audit_worlds import CONDUCTS, SANCTIONS, entry, q, random_run, regime
from tests.audit.kinds_worlds import every_kind, flat, made_run, profile, rows_of

MONTHS = 24
LIST, RED, STORE, SESAME, STARS = 0, 1, 3, 4, 5  # positions in the manifest; 2 are the firms


def everything(**more):
    """Return a run in which each kind has rows, and the monthly tables that belong to them."""
    rows = [
        entry(0, 1, 9, truth=1),
        entry(0, 3, MONTHS, exit=0),
        entry(1, 2, 8, scheme=RED),
        entry(2, 2, MONTHS, scheme=STORE, exit=0),
        entry(2, 3, MONTHS, scheme=STORE, exit=0, truth=3),
        {"subject": 3, "kind": 0, "scheme": SESAME, "month": 2, "end": 9, "points": -5},
        {"subject": 3, "kind": 2, "scheme": SESAME, "month": 2, "end": 9, "exit": 4, "points": 1},
        {"subject": 4, "kind": 2, "scheme": STARS, "month": 5, "end": MONTHS, "exit": 0,
         "points": 2},
    ]  # fmt: skip
    monthly = {f"sanction:{c}": flat(MONTHS, 1) for c in SANCTIONS}
    for name, persons, entries in (("court-list", 1, 1), ("red-list", 0, 0), ("store", 1, 2)):
        monthly |= {f"listed:{name}": flat(MONTHS, persons), f"ever:{name}": flat(MONTHS, 1)}
        monthly |= {f"{k}:{name}": flat(MONTHS, entries) for k in ("entries", "in", "out")}
    for name, grades in (("sesame", (6, 2)), ("stars", (5, 4, 1))):
        names = ("A", "B") if name == "sesame" else ("GOOD", "FAIR", "BAD")
        monthly |= {
            f"grade:{name}:{g}": flat(MONTHS, n) for g, n in zip(names, grades, strict=True)
        }
        monthly[f"enrolled:{name}"] = flat(MONTHS, sum(grades))
    monthly |= {"records:sesame": flat(MONTHS, 1), "score:sesame": flat(MONTHS, 8 * 600 * 64)}
    monthly |= {k: flat(MONTHS, 2) for k in ("sanctioned", "rewarded")}
    profiles = np.full(20, profile(), dtype=np.uint16)
    return made_run(every_kind(), rows_of(*rows), profiles, MONTHS, monthly, **more)


def test_streams_by_kind():
    streams = load_sample(everything()).streams
    assert [(s.item, s.unit, s.listing) for s in streams] == [
        ("court-list", "entries", True),
        ("red-list", "entries", True),
        ("store", "records in force", False),
        ("sesame/records", "records", False),
        ("sesame/spells", "spells", False),
        ("stars/spells", "spells", False),
    ]
    assert [len(s.rows) for s in streams] == [2, 1, 2, 1, 1, 1]


def test_people_with_a_record_are_not_called_listed():
    audit = audit_run(everything())
    assert audit.value("M1", "store", "persons on record") == 1
    assert audit.value("M2", "store", "records in force") == 2
    assert audit.value("M3", "store", "persons ever on record") == 1
    for measure, quantity in (("M1", "persons"), ("M2", "entries"), ("M3", "persons ever listed")):
        with pytest.raises(KeyError):
            audit.value(measure, "store", quantity)
    assert audit.value("M5", "store", "wrongful records") == 1
    assert audit.value("M6", "all lists", "share triggered") == 0.0
    entries = next(x for x in audit.table("M6").to_pylist() if x["item"] == "all lists")["entries"]
    assert entries == 3  # of both lists


def test_grades_of_features_and_stars():
    audit = audit_run(everything())
    assert audit.value("M18", "sesame:A", "share of the enrolled") == pytest.approx(0.75)
    assert audit.value("M18", "sesame", "mean score") == pytest.approx(600)
    assert audit.value("M18", "stars", "share in grade FAIR or better") == pytest.approx(0.9)
    assert audit.value("M18", "stars", "persons below the start grade") == 1
    assert audit.value("M17", "sesame", "enrolled") == pytest.approx(8 / 20)
    assert audit.value("M1", "PAPER", "persons", "sex=male") == 1  # the spell in force
    stars = ResolvedRegime.model_validate(every_kind()).schemes["stars"]
    assert target_grades(stars)[1] == "FAIR"
    bands = {"X": 700, "Y": 600, "Z": 350}
    sesame = ResolvedRegime.model_validate(every_kind()).schemes["sesame"]
    grades = sesame.grades.model_copy(update={"bands": bands})
    harsh = sesame.effects[1].model_copy(update={"grade": ["Z"]})
    changed = sesame.model_copy(update={"grades": grades, "effects": [harsh]})
    assert target_grades(changed)[1] == "Y"  # the lowest that bears no sanction
    favour = sesame.effects[0].model_copy(update={"grade": ["X"]})
    assert target_grades(changed.model_copy(update={"effects": [favour]}))[1] == "X"


def test_groups_of_the_monthly_tables_are_exact_whatever_a_spell_began_with():
    run = everything()
    result = run.replicates[0]
    result.monthly["sanction:PAPER"][-1, 0] = 7  # poorest fifth of the majority: others fell
    audit = audit_run(run)
    assert audit.value("M1", "PAPER", "persons", "income=poorest fifth") == 7
    assert audit.value("M1", "PAPER", "persons", "group=minority") == 0
    assert audit.value("M1", "PAPER", "persons", "sex=male") == 1  # known from the rows alone


def test_a_list_on_which_nobody_is_has_one_sentence():
    found = findings(audit_run(made_run(regime(), rows_of(), np.full(9, profile(), np.uint16))))
    about = [f.text for f in found if "transit-list" in f.text]
    assert about == ["Simulated: nobody is ever on the list (transit-list)."]


def test_findings_say_nothing_of_favours_as_of_a_punishment():
    found = findings(audit_run(everything()))
    text = " ".join(f.text for f in found)
    assert "red-list" not in text
    assert "record in 2 in store should not exist" in text or "50 records in 100 in store" in text
    assert "of sesame" in text
    assert "of stars" in text
    assert all(f.companions for f in found)


def test_a_regime_of_firms_alone_has_an_audit():
    plain = every_kind()
    plain["schemes"] = {"firms": plain["schemes"]["firms"]}
    profiles = np.full(5, profile(), dtype=np.uint16)
    audit = audit_run(made_run(plain, rows_of(), profiles))
    assert findings(audit) == []
    assert audit.survival.num_rows == 0
    same = made_run(plain, rows_of(), profiles)
    assert compare_runs(same, same).value("listed", "only under A") == 0


def test_listed_in_a_comparison_means_lists_that_punish():
    run = everything()
    without = [r.ledger[r.ledger["scheme"] == LIST] for r in run.replicates]
    bare = SocietyResult(without[0], *[getattr(run.replicates[0], k) for k in
                         ("monthly", "acts", "mobility", "population", "caps")])  # fmt: skip
    c = compare_runs(run, RunData(run.manifest, [bare]))
    assert c.value("listed", "under both") == 1
    assert c.value("listed", "only under A") == 0  # neither the favoured nor those on record
    assert c.value("persons", "helped") == 2  # the spells


def test_where_there_are_only_records_they_stand_in():
    plain = every_kind()
    plain["schemes"] = {"store": plain["schemes"]["store"]}
    profiles = np.full(5, profile(), dtype=np.uint16)
    a = made_run(plain, rows_of(entry(0, 1, 5), entry(1, 1, 5)), profiles)
    b = made_run(plain, rows_of(entry(0, 1, 5)), profiles)
    assert compare_runs(a, b).value("listed", "only under A") == 1


def test_joined_sanctions_make_a_life_another():
    profiles = np.full(5, profile(), dtype=np.uint16)
    a = made_run(regime(), rows_of(entry(0, 1, 5), entry(1, 1, 5, sanctions=1)), profiles)
    b = made_run(regime(), rows_of(entry(0, 1, 5), entry(1, 1, 5, sanctions=3)), profiles)
    assert [x.tolist() for x in differing_lives(a, b)] == [[1]]
    # The same sanction under another number is the same.
    turned = regime()
    order = list(turned["world"]["sanctions"])
    swapped = [order[1], order[0], *order[2:]]
    sanctions = turned["world"]["sanctions"]
    turned["world"]["sanctions"] = {code: sanctions[code] for code in swapped}
    c = made_run(turned, rows_of(entry(0, 1, 5), entry(1, 1, 5, sanctions=2)), profiles)
    assert [x.tolist() for x in differing_lives(a, c)] == [[]]


def ended(exit_):
    plain = regime()
    plain["schemes"]["court-list"]["timing"] = {"ends": 20, "confidence": "M"}
    rows = [entry(k, 1, 4) for k in range(4)] + [entry(4 + k, 5, 20, exit=exit_) for k in range(6)]
    return audit_run(made_run(plain, rows_of(*rows), np.full(20, profile(), dtype=np.uint16), 60))


def test_a_shut_down_censors_and_is_no_recovery():
    audit = ended(ExitReason.SHUT)
    assert audit.value("M7", "court-list", "median months to recovery") is None
    assert audit.value("M7", "court-list", "episodes still running") == pytest.approx(0.6)
    assert audit.value("M7", "court-list", "naive mean of completed episodes") == 3.0
    last = [x for x in audit.survival.to_pylist() if x["group"] == "all"][-1]
    assert last["survival"] == pytest.approx(0.6)
    # Nobody can be followed for two years on a list that was shut after 20 months.
    assert audit.value("M7", "court-list", "trap probability, 24 months") is None
    assert audit.value("M9", "court-list", "mean harm of completed spells") == pytest.approx(
        audit.value("M8", "court-list", "monthly harm") * 3 * 2028
    )
    freed = ended(ExitReason.PERFORMED)
    assert freed.value("M7", "court-list", "median months to recovery") == 15.0


def test_a_reset_ends_a_record_like_any_other_end():
    plain = regime()
    reset = {"at": "B", "after_months": q(3)}
    plain["schemes"]["city-points"]["process"]["reset"] = reset
    record = {"subject": 0, "kind": 0, "scheme": 1, "month": 1, "end": 6, "points": -5}
    spell = {"subject": 0, "kind": 2, "scheme": 1, "month": 1, "end": 6, "exit": 4, "points": 2}
    rows = [{**record, "exit": ExitReason.RESET}, spell]
    monthly = {"reset:city-points": flat(MONTHS, 1)}
    profiles = np.full(5, profile(), dtype=np.uint16)
    audit = audit_run(made_run(plain, rows_of(*rows), profiles, MONTHS, monthly))
    assert audit.value("M7", "city-points/spells", "median months to recovery") == 5.0
    assert audit.value("M18", "city-points", "resets") == MONTHS
    assert audit.value("M22", "city-points/records", "entered") == 1


def spoken(speech=("lawful", None)):
    """Return the random run with posts as lawful speech, and pets as the other kind given."""
    run = random_run()
    plain = regime()
    for name, kind in zip(("posts", "pets"), speech, strict=True):
        plain["world"]["conducts"][name]["speech"] = kind
    return RunData({**run.manifest, "regime": plain}, run.replicates)


def test_chilling_stands_beside_deterrence_and_keeps_the_two_counts_apart():
    a = spoken(("lawful", "punishable"))
    quieter = np.array([1.0, 0.6, 0.9])[:, None, None, None]  # default, pets, posts
    results = [
        SocietyResult(r.ledger, r.monthly, r.acts * quieter, r.mobility, r.population, {})
        for r in a.replicates
    ]
    c = compare_runs(a, RunData(a.manifest, results))
    rows = {(x["measure"], x["item"], x["group"]): x["value"] for x in c.deterrence.to_pylist()
            if x["quantity"] in ("chilling", "deterrence")}  # fmt: skip
    for group in ("all", "aware=aware"):
        assert rows["M12", "lawful speech", group] == pytest.approx(0.1)
        assert rows["M12", "punishable speech", group] == pytest.approx(0.4)
        assert rows["M12", "posts", group] == pytest.approx(0.1)
        assert rows["M13", "court-default", group] == pytest.approx(0.0, abs=1e-12)
    assert {x["month"] for x in c.deterrence_series.to_pylist() if x["measure"] == "M12"} == {
        *range(1, 31)
    }
    assert c.a.measure("M12").companions == ("M13",)
    assert "M12" in c.a.measure("M13").companions
    mute = compare_runs(random_run(), random_run()).deterrence
    assert "M12" not in mute["measure"].to_pylist()  # no conduct is speech


def test_units_of_the_list_side_by_side():
    run = random_run(4, months=60)
    audit = audit_run(run)
    table = units(audit, "court-list").to_pylist()
    assert [x["unit"] for x in table] == [
        "persons on the list",
        "entries in force",
        "persons ever listed",
        "refusals since month 1",
        "persons with a low score in city-points",
    ]
    at = 50 - 1
    listed = np.mean([r.monthly["listed:court-list"][at].sum() for r in run.replicates])
    low = np.mean([sum(r.monthly[f"grade:city-points:{g}"][at].sum() for g in "BC")
                   for r in run.replicates])  # fmt: skip
    assert table[0]["value"] == pytest.approx(listed)
    assert table[0]["scaled"] == pytest.approx(1000 * listed)
    assert table[4]["value"] == pytest.approx(low)
    assert {x["sentence"] for x in table} == {"nine million people with low scores"}
    assert units(audit, "court-list", 60)["value"][2].as_py() >= table[2]["value"]
    with pytest.raises(ValueError, match="not month 61"):
        units(audit, "court-list", 61)
    with pytest.raises(ValueError, match="is no list"):
        units(audit, "city-points")


def assumed(plain):
    return {x["path"]: x for x in list_assumptions(ResolvedRegime.model_validate(plain))}


def test_assumptions_reach_into_every_structure():
    plain = every_kind()
    plain["schemes"]["court-list"]["exemptions"] = [
        {"members": "elite", "share": 0.5, "confidence": "assumed", "note": "nobody knows"}
    ]
    plain["schemes"]["court-list"]["disclosure"] = {
        "level": 2, "reach": q(0.4), "namesakes": q(0.01), "source": None, "confidence": "M",
    }  # fmt: skip
    plain["memoranda"] = [
        {"origin": "court-list", "target": "sesame", "points": -50, "share": q(0.3),
         "confidence": "assumed"}
    ]  # fmt: skip
    plain["world"]["institutions"] = {"bank": {"title": "bank", "sanctions": ["WELF"]}}
    plain["joint"] = [{"origin": "court-list", "institutions": "all", "probability": q(0.1)}]
    found = assumed(plain)
    for path in (
        "schemes.sesame.features.dimensions.history.weight",
        "schemes.sesame.features.dimensions.history.terms.0.slope",
        "schemes.sesame.features.ties",
        "schemes.stars.stars.retaliation",
        "schemes.court-list.exemptions.0.share",
        "schemes.court-list.disclosure.namesakes",
        "memoranda.0.points",
        "memoranda.0.share",
        "joint.0.probability",
        "world.sanctions.WELF.harm",
        "world.parameters.tie_loss",
        "world.parameters.friends_mean",
    ):
        assert path in found, path
    assert found["schemes.court-list.exemptions.0.share"]["value"] == 0.5
    assert found["schemes.court-list.exemptions.0.share"]["note"] == "nobody knows"
    # Stars have no rules, so that nothing there is notified or heard.
    assert not any(path.startswith("schemes.stars.process") for path in found)


def test_assumptions_without_effect_are_left_out():
    found = assumed(regime())
    for name in ("chill", "tie_loss", "friends_mean", "hardship_scale", "identifiability"):
        assert f"world.parameters.{name}" not in found
    assert "world.parameters.flight_attempts" in found
    assert "world.sanctions.HOTEL.harm" in found
    plain = regime()
    plain["world"]["conducts"]["posts"]["speech"] = "lawful"
    plain["world"]["conducts"]["pets"]["speech"] = "punishable"
    plain["world"]["conducts"]["pets"]["hardship_excuse"] = q(1.0)
    found = assumed(plain)
    assert "world.parameters.chill" in found
    assert "world.parameters.hardship_scale" in found
    assert "world.conducts.posts.excused" in found  # no rule names it, but people fear for it
    assert set(CONDUCTS) == {"court-default", "pets", "posts"}
