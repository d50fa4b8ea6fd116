"""Lives under two regimes: every count by an obvious loop, every choice by its rule."""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="union-attr, index, operator, arg-type, var-annotated, misc"

from __future__ import annotations

import numpy as np
import pytest

from scoredsociety.audit import count_lives, fates, follow, pick_lives
from tests.audit.audit_worlds import entry, hand_run, random_run
from tests.audit.test_pairing import listed, pair, sanctioned_months

WAYS = {
    "another outcome": lambda x, y: x[0] != y[0],
    "only told, filed or discovered otherwise": lambda x, y: x[0] == y[0] and x[1] != y[1],
    "listed only under A": lambda x, y: x[2] and not y[2],
    "listed only under B": lambda x, y: y[2] and not x[2],
    "wrongly listed only under A": lambda x, y: x[3] and not y[3],
    "wrongly listed only under B": lambda x, y: y[3] and not x[3],
    "wrongly listed under both": lambda x, y: x[3] and y[3],
    "longer under sanctions under A": lambda x, y: x[4] > y[4],
    "longer under sanctions under B": lambda x, y: y[4] > x[4],
    "refused more often under A": lambda x, y: x[5] > y[5],
    "refused more often under B": lambda x, y: y[5] > x[5],
}
OUTCOME = ("kind", "scheme", "act", "conduct", "month", "end", "truth", "exit", "sanctions")


def told(result):
    """Follow each person of a society, one by one."""
    whole, wrong, months = listed(result), listed(result, True), sanctioned_months(result)
    out = {}
    for who in range(60):
        rows = [r for r in result.ledger if int(r["subject"]) == who]
        outcome = sorted(tuple(int(r[n]) for n in OUTCOME) for r in rows)
        flags = sorted(tuple(int(r[n]) for n in (*OUTCOME, "flags")) for r in rows)
        refused = sum(int(r["refusals"]) for r in rows)
        out[who] = (outcome, flags, who in whole, who in wrong, months.get(who, 0), refused)
    return out


def changed():
    """Return a pair in which some were also told otherwise, and refused less often."""
    a, b = pair()
    rng = np.random.default_rng(8)
    for result in b.replicates:
        result.ledger["flags"] ^= (rng.random(len(result.ledger)) < 0.1).astype(np.uint8)
        fewer = rng.random(len(result.ledger)) < 0.3
        result.ledger["refusals"][fewer] //= 2
    pair.cache_clear()
    return a, b


def test_every_way_is_counted_as_an_obvious_loop_counts_it():
    a, b = changed()
    rows = {(r["item"], r["quantity"], r["group"]): r for r in count_lives(fates(a, b)).to_pylist()}
    by_society = [(told(x), told(y)) for x, y in zip(a.replicates, b.replicates, strict=True)]
    seen = 0
    for way, differs in WAYS.items():
        counts = [sum(bool(differs(x[w], y[w])) for w in x) for x, y in by_society]
        assert rows[way, "persons", "all"]["value"] == pytest.approx(np.mean(counts)), way
        assert rows[way, "rate", "all"]["value"] == pytest.approx(1000 * np.mean(counts) / 60)
        parts = [rows[way, "persons", f"sex={s}"]["value"] for s in ("male", "female")]
        assert sum(parts) == pytest.approx(np.mean(counts))
        seen += sum(counts) > 0
    assert seen >= 7  # the loop was given something to count
    assert set(WAYS) == {key[0] for key in rows}


def test_a_regime_compared_with_itself_differs_in_exactly_nothing():
    run = random_run(3)
    found = pick_lives(run, run, every=True)
    for row in found.counts.to_pylist():
        if not row["item"].endswith("under both") and row["quantity"] == "persons":
            assert (row["value"], row["se"], row["low"], row["high"]) == (0.0, 0.0, 0.0, 0.0)
    assert found.typical is found.saved is found.worse_off is None
    assert found.worst.sanctioned[0] == found.worst.sanctioned[1] > 0
    assert len(found.not_helped.rows_a) == len(found.not_helped.rows_b)


def test_the_stories_are_chosen_by_their_rules():
    rows = [
        entry(0, 1, 11, truth=1, act=1),
        entry(1, 1, 4, act=2),
        entry(2, 1, 6, act=3),
        entry(3, 1, 20, act=4),
        entry(4, 1, 9, truth=3, act=5),
        entry(5, 1, 9, act=6),
    ]
    longer = [entry(1, 1, 5, act=2), entry(2, 1, 16, act=3), entry(5, 1, 11, act=6)]
    a, b = hand_run(*rows), hand_run(*longer, rows[3], rows[4])
    lives = pick_lives(a, b, every=True)
    assert (lives.worst.subject, lives.worst.sanctioned) == (3, (19, 19))
    assert lives.worst.stands_for == 1
    # longer by 1, 10 and 2 months: the lower median is 2
    assert (lives.worse_off.subject, lives.worse_off.sanctioned) == (5, (8, 10))
    assert lives.worse_off.stands_for == 3
    # changed by 10, 1, 10 and 2 months
    assert (lives.typical.subject, lives.typical.stands_for) == (5, 4)
    assert (lives.saved.subject, lives.not_helped.subject) == (0, 4)
    assert pick_lives(a, b).typical is None  # a report does not ask for it
    assert pick_lives(a, b).saved.subject == 0
    chosen = follow(fates(a, b), 2, 0)
    assert (chosen.sanctioned, chosen.stands_for, len(chosen.rows_b)) == ((5, 15), 1.0, 1)


def test_runs_that_are_no_pair_are_refused():
    a = hand_run(entry(0, 1, 3))
    with pytest.raises(ValueError, match="seed: 7 and 8"):
        fates(a, type(a)({**a.manifest, "seed": 8}, a.replicates))
