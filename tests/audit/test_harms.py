"""Joint enforcement, welfare, spill-over and detection by hand."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

import numpy as np
import pytest

from scoredsociety.audit import CNY_PER_MI, audit_run
from scoredsociety.audit.burden import expected_monthly_harm
from scoredsociety.audit.detection import MINUTES, false_positives, minutes_to_locate
from scoredsociety.audit.sample import load_sample
from scoredsociety.engine.result import CELLS, Flag
from scoredsociety.schemes.world import Faces
from tests.audit.audit_worlds import LISTED, SANCTIONS, entry, q, regime
from tests.audit.kinds_worlds import FEATURES, flat, graded, made_run, profile, rows_of

ORDER = list(SANCTIONS)


def bits(*codes):
    return sum(1 << ORDER.index(code) for code in codes)


def joined(codes=("LOAN",), p=0.25):
    """Return a regime whose court list bears ``codes``; a bank and an office may join."""
    plain = regime()
    lists = plain["schemes"]["court-list"]
    lists["effects"] = [{"listed": True, "sanction": c, "confidence": "M"} for c in codes]
    plain["world"]["institutions"] = {
        "bank": {"title": "bank", "sanctions": ["LOAN", "CARD"]},
        "office": {"title": "office", "sanctions": ["JOB", "CARD"]},
        "idle": {"title": "idle", "sanctions": ["HOTEL"]},
    }
    plain["joint"] = [
        {"origin": "court-list", "institutions": ["bank", "office"], "probability": q(p)}
    ]
    return plain


def joint_run(plain, *masks, months=24):
    """Return one entry of five months for each mask of added sanctions."""
    rows = [entry(k, 1, 6, exit=0 if k == 0 else 1, sanctions=m) for k, m in enumerate(masks)]
    profiles = np.full(10, profile(), dtype=np.uint16)
    persons = {f"sanction:{c}": flat(months, 1) for c in SANCTIONS}
    return made_run(plain, rows_of(*rows), profiles, months, monthly=persons)


def test_harm_adds_what_others_join_in_row_by_row():
    run = joint_run(joined(), 0, bits("CARD"), bits("JOB", "CARD"), bits("CARD"))
    audit = audit_run(run)
    own, card, job = (SANCTIONS[c][0] for c in ("LOAN", "CARD", "JOB"))
    total = 5 * (4 * own + 3 * card + job)
    assert audit.value("M8", "court-list", "harm") == pytest.approx(total)
    outside = audit.value("M8", "court-list", "cross-context share")
    assert outside == pytest.approx(5 * job / total)  # court is related to finance alone
    mean = audit.value("M8", "court-list", "monthly harm, joint enforcement included")
    assert mean == pytest.approx(total / 5 / 4)
    assert audit.value("M8", "court-list", "monthly harm") == pytest.approx(own)
    assert audit.value("M8", "court-list", "monthly harm in finance") == pytest.approx(own)
    ratios = [5 * (own + x) * CNY_PER_MI / 20_000 for x in (0, card, job + card, card)]
    assert audit.value("M9", "court-list", "median ratio") == pytest.approx(np.median(ratios))


def test_expected_harm_of_a_month_counts_every_sanction_once():
    sample = load_sample(joint_run(joined(p=0.25), 0))
    # LOAN is the list's own; CARD comes unless both stay out, JOB from the office alone.
    by_hand = 0.05 + (1 - 0.75**2) * 0.02 + 0.25 * 0.03
    assert expected_monthly_harm(sample, "court-list") == pytest.approx(by_hand)
    everybody = joined(p=1.0)
    everybody["joint"][0]["institutions"] = "all"
    sample = load_sample(joint_run(everybody, 0))
    assert expected_monthly_harm(sample, "court-list") == pytest.approx(0.05 + 0.02 + 0.03 + 0.01)


def test_joined_sanctions_have_their_persons():
    audit = audit_run(joint_run(joined(), bits("JOB"), bits("CARD")))
    assert set(audit.items("M1")) >= {"court-list", "LOAN", "CARD", "JOB", "any"}
    assert "HOTEL" not in audit.items("M1")
    # Person 0 is still listed at the horizon and bears JOB, but no CARD.
    assert audit.value("M1", "JOB", "persons", "sex=male") == 1
    assert audit.value("M1", "CARD", "persons", "sex=male") == 0


def test_without_use_across_contexts_the_share_is_exactly_nought():
    plain = joined(codes=("LOAN", "CARD"))
    plain["joint"] = []
    plain["schemes"]["city-points"]["effects"] = []
    audit = audit_run(joint_run(plain, 0, 0, 0))
    assert audit.value("M8", "court-list", "cross-context share") == 0.0
    assert audit.value("M8", "all statuses", "cross-context share") == 0.0
    mixed = audit_run(joint_run(joined(codes=("LOAN", "CARD")), 0, bits("JOB")))
    assert mixed.value("M8", "court-list", "cross-context share") > 0


def test_welfare_by_hand():
    months = 25
    poor, rich = 0, (4 * 2)  # cells: majority, elsewhere, unaware; poorest and richest fifth
    monthly = {
        "adults": flat(months, 30, poor) + flat(months, 10, rich),
        "reward:DEP": flat(months, 5, rich),
        "sanction:LOAN": flat(months, 6, poor),
        "sanction:SCHOOL": flat(months, 2, poor),
    }
    monthly["sanction:LOAN"][-1] = 1000  # what the last month leaves bites after the run
    profiles = np.full(40, profile(), dtype=np.uint16)
    acts = np.zeros((3, months, 2, 2))
    acts[0, :, 0, 0] = 0.5  # court defaults: 20,000 CNY each
    audit = audit_run(made_run(regime(), rows_of(), profiles, months, monthly, acts))
    harm = 12 * (6 * 0.05 + 2 * 0.05 * 0.25) / 30
    gain = 12 * 5 * 0.01 / 10
    for group, rewards, harms in (
        ("income=poorest fifth", 0.0, harm),
        ("income=richest fifth", gain, 0.0),
        ("all", gain / 4, harm * 3 / 4),
    ):
        assert audit.value("M15", "any", "rewards", group) == pytest.approx(rewards)
        assert audit.value("M15", "any", "harms", group) == pytest.approx(harms)
        assert audit.value("M15", "any", "balance", group) == pytest.approx(rewards - harms)
    assert audit.value("M15", "any", "rewards", "group=minority") is None
    declared = audit.value("M15", "any", "declared harm of conduct")
    assert declared == pytest.approx(12 * 0.5 * 20_000 / CNY_PER_MI / 40)
    note = audit.table("M15").to_pylist()[0]["note"]
    assert "cost of the scheme" in note
    assert "DEP" in note


def test_welfare_of_entries_that_do_not_overlap_is_the_harm_of_the_entries():
    months = 20
    rows = [entry(0, 2, 9), entry(1, 15, months, exit=0)]
    stock = np.zeros((months, CELLS), dtype=np.int64)
    for row in rows:  # an entry is in the stock from its month until the month before its end
        stock[row["month"] - 1 : row["end"] - 1 if row["exit"] else months, 0] += 1
    profiles = np.full(10, profile(), dtype=np.uint16)
    monthly = {f"sanction:{c}": stock for c in LISTED}
    audit = audit_run(made_run(regime(), rows_of(*rows), profiles, months, monthly))
    harm = audit.value("M8", "court-list", "harm")
    harms = audit.value("M15", "any", "harms")
    assert harms == pytest.approx(12 * harm / (10 * (months - 1)))


def test_children_friends_and_harm_on_others():
    months = 12
    plain = regime()
    plain["schemes"]["court-list"]["disclosure"] = {"level": 2, "reach": q(0.5), "confidence": "M"}
    sesame = graded("sesame", "features", {"A": 600, "B": 350}, features=FEATURES)
    plain["schemes"]["sesame"] = sesame
    poor, rich = profile(income=0), profile(income=4)
    profiles = np.array([poor] * 12 + [rich] * 8, dtype=np.uint16)
    adults = np.array([1] * 6 + [0] * 6 + [1] * 6 + [0] * 2)
    friends = flat(months, 200)
    friends[5:] -= 40 * (friends[5:] > 0)
    lost = flat(months, 0)
    lost[5, 0] = 20
    monthly = {
        "adults": flat(months, 12),
        "children": flat(months, 3),
        "friends": friends,
        "friends-lost": lost,
        "score:sesame": flat(months, 4 * 640 * 64),
        "enrolled:sesame": flat(months, 4),
    }
    rows = [
        entry(0, 1, 5),
        entry(1, 1, 5, truth=1),
        entry(0, 6, 10),
        entry(2, 1, 9, scheme=2),  # on a list that nobody sees
    ]
    audit = audit_run(made_run(plain, rows_of(*rows), profiles, months, monthly, adults=adults))
    assert audit.value("M20", "children", "children exposed, share") == pytest.approx(3 / 8)
    poorest = "income=poorest fifth"
    assert audit.value("M20", "children", "children exposed, share", poorest) == pytest.approx(0.5)
    richest = "income=richest fifth"
    assert audit.value("M20", "children", "children exposed, share", richest) == 0.0
    lost_each = audit.value("M20", "friends", "friends lost per listed person")
    assert lost_each == pytest.approx(20 / 2)
    assert audit.value("M20", "friends", "friendships lost, share") == pytest.approx(0.2)
    assert audit.value("M20", "friends", "friendships lost, share", month=5) == 0.0
    assert audit.value("M20", "sesame", "mean points") == pytest.approx(640)
    assert audit.value("M18", "sesame", "mean score") == pytest.approx(640)
    month = sum(SANCTIONS[c][0] * SANCTIONS[c][2] for c in LISTED)
    school = SANCTIONS["SCHOOL"][0] * SANCTIONS["SCHOOL"][2]
    whole = 12 * month + 8 * (0.02 + 0.02)
    share = audit.value("M20", "harm", "share of harm on non-offenders")
    assert share == pytest.approx((4 * month + 8 * school) / whole)
    assert audit.value("M20", "harm", "share of harm on children") == pytest.approx(
        12 * school / whole
    )


FACES = {
    "density": q(2.0),
    "passages": q(30.0),
    "gallery": q(1000.0),
    "false_match": {"majority": q(1e-6), "minority": q(1e-4)},
    "hit_rate": q(0.5),
}


def test_time_to_find_somebody_and_false_matches():
    faces = Faces.model_validate(FACES)
    assert minutes_to_locate(faces) == pytest.approx(MINUTES / 30)
    assert false_positives(faces, "minority") == pytest.approx(1 - (1 - 1e-4) ** 1000)
    assert false_positives(faces, "majority") == pytest.approx(1 - (1 - 1e-6) ** 1000)
    blind = faces.model_copy(update={"hit_rate": faces.hit_rate.model_copy(update={"value": 0})})
    assert minutes_to_locate(blind) is None


def test_detections_are_counted_once_by_channel_and_group():
    plain = regime()
    plain["world"]["channels"] = {
        "court": {
            "title": "court",
            "wrong_person": {"majority": q(0.1), "minority": q(0.1)},
            "human_review": q(0),
            "capacity": q(None),
            "faces": FACES,
        }
    }
    profiles = np.array([profile(group=k // 10) for k in range(20)], dtype=np.uint16)
    rows = [entry(k, 1, 5, act=k, truth=1 if k == 0 else 0) for k in range(8)]
    rows += [entry(k, 1, 5, act=k, truth=2 if k < 12 else 0) for k in range(10, 14)]
    rows += [entry(3, 1, 5, act=3, scheme=1, kind=0, points=-5)]  # the same act in another scheme
    rows += [entry(5, 1, 5, act=99, flags=Flag.COPIED), entry(6, 1, 5, act=98, flags=Flag.NAMESAKE)]
    rows += [entry(13, 1, 1, act=14, exit=5)]  # corrected before entry: recorded all the same
    audit = audit_run(made_run(plain, rows_of(*rows), profiles))
    assert audit.value("M23", "court", "records") == 8 + 4 + 1
    assert audit.value("M23", "court", "share wrong") == pytest.approx(3 / 13)
    assert audit.value("M23", "court", "share wrong", "group=minority") == pytest.approx(2 / 5)
    assert audit.value("M23", "court", "share wrong", "group=majority") == pytest.approx(1 / 8)
    ratio = audit.value("M23", "court", "share wrong, ratio", "group=minority")
    assert ratio == pytest.approx(2 / 5 * 8)
    located = audit.value("M23", "court", "mean time to find somebody in the gallery")
    assert located == pytest.approx(MINUTES / 30)
    assert audit.value("M23", "court", "false matches", "group=minority") == pytest.approx(
        1 - (1 - 1e-4) ** 1000
    )
