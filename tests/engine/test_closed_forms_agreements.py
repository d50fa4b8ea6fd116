"""Joint enforcement adds what it should; where nothing is exchanged, nothing passes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from scoredsociety.audit import audit_run
from scoredsociety.engine import ExitReason, Flag, Kind
from scoredsociety.schemes.catalogue import list_regimes, resolve
from scoredsociety.schemes.errors import SchemeError
from tests.engine.counting import close, rows
from tests.engine.worlds import Tree, a_list, conduct, edited, exit_by, homogeneous, run

BODIES = {
    "a": (["RAIL"], 0.1),
    "b": (["LOAN", "CARD"], 0.3),
    "c": (["JOB"], 0.7),
    "d": (["NET"], 1),
}
NOTHING_UNRELATED = ("bureau", "firm-only", "platform")
"""Regimes without sanctions on people, or with related ones only: the safeguard has no work."""


def joined_list(bodies: dict[str, tuple[list[str], float]]) -> Any:
    """Return a list that bars from flying, in whose enforcement each body joins by chance."""

    def edit(data: Tree) -> None:
        data["world"]["institutions"] = {
            f"body-{name}": {"title": "Body", "sanctions": codes}
            for name, (codes, _) in bodies.items()
        }
        data["joint"] = [
            {
                "origin": "a-list",
                "institutions": [f"body-{name}"],
                "probability": {"value": p, "confidence": "assumed"},
            }
            for name, (_, p) in bodies.items()
        ]

    plain = homogeneous({"x": conduct(0.01)}, a_list(exits=exit_by(0.05)))
    data = plain.model_dump(mode="json")
    edit(data)
    return type(plain).model_validate(data)


def test_joint_enforcement_multiplies_harm_by_one_plus_what_each_body_adds():
    regime = joined_list(BODIES)
    data = run(regime, people=20_000, months=60)
    found = rows(data)
    codes = list(regime.world.sanctions)
    harm = {code: s.harm.value for code, s in regime.world.sanctions.items()}
    added = np.zeros(len(found))
    for code in codes:
        bit = found["sanctions"] >> np.uint32(codes.index(code)) & 1
        expected = sum(p for of, p in BODIES.values() if code in of)
        n = len(found)
        close(bit.mean(), expected, math.sqrt(expected * (1 - expected) / n))
        added += bit * harm[code]
    factor = 1 + added / harm["FLY"]
    expected = 1 + sum(p * sum(harm[c] for c in of) for of, p in BODIES.values()) / harm["FLY"]
    close(factor.mean(), expected, factor.std() / math.sqrt(len(found)))
    # bodies decide apart from each other
    two = np.corrcoef(found["sanctions"] >> codes.index("JOB") & 1,
                      found["sanctions"] >> codes.index("LOAN") & 1)  # fmt: skip
    assert abs(two[0, 1]) < 4 / math.sqrt(len(found))
    # nobody is listed, or stays, for another reason; the audit expects the same factor
    alone = rows(run(joined_list({}), people=20_000, months=60))
    # (a lost job makes an exit by income later, and nothing else: it is off here)
    fields = ["subject", "month", "end", "act", "exit"]
    assert np.array_equal(found[fields], alone[fields])
    name = "monthly harm, joint enforcement included, expected"
    audited = audit_run(data).value("M8", "a-list", name)
    assert audited is not None
    assert math.isclose(audited, expected * harm["FLY"], rel_tol=1e-9)


def apart(data: Tree) -> None:
    """Take away all agreements, and what people believe of firms' scores."""
    data["memoranda"], data["joint"] = [], []
    for scheme in data["schemes"].values():
        if scheme["operator"] == "private":
            scheme["awareness"], scheme["feedback"] = None, []


def public_only(data: Tree) -> None:
    """Take away the schemes of firms too."""
    apart(data)
    data["schemes"] = {n: s for n, s in data["schemes"].items() if s["operator"] == "public"}


def public_rows(data: Any) -> tuple[list[str], Any]:
    """Return names of schemes and ledger rows of the public schemes, with names as scheme."""
    result, names = data.replicates[0], list(data.manifest["schemes"])
    operator = {n: s["operator"] for n, s in data.manifest["regime"]["schemes"].items()}
    mine = np.array([operator[n] == "public" for n in names])
    kept = result.ledger[mine[result.ledger["scheme"]]].copy()
    return [names[s] for s in kept["scheme"]], kept


@pytest.mark.parametrize("regime", ["joint-2020", "panopticon", "everything"])
def test_without_agreements_no_public_row_follows_from_a_private_one(regime):
    size = {"people": 8000, "months": 36}
    both = run(edited(apart, regime), **size)
    ledger, names = both.replicates[0].ledger, list(both.manifest["schemes"])
    operator = {n: s["operator"] for n, s in both.manifest["regime"]["schemes"].items()}
    private = np.array([operator[n] == "private" for n in names])[ledger["scheme"]]
    assert np.count_nonzero(private) > 100
    assert np.count_nonzero(~private) > 100
    caused = ledger["cause"] >= 0
    crossing = caused & ~private & private[ledger["cause"]]
    assert np.count_nonzero(crossing) == 0
    assert not np.any(ledger["flags"] & Flag.COPIED)
    assert not np.any(ledger["sanctions"])
    # and the public schemes are what they are without the firms, byte for byte
    of, kept = public_rows(both)
    alone = run(edited(public_only, regime), **size)
    of_alone, kept_alone = public_rows(alone)
    assert of == of_alone
    for rows_ in (kept, kept_alone):
        rows_["cause"] = rows_["cause"] >= 0  # positions of rows and schemes move
        rows_["scheme"] = 0
        # a refusal is counted once, with the oldest entry in force, be it a firm's
        rows_["refusals"] = 0
    for name in ("refused:FLY", "refused:RAIL"):
        a, b = (r.replicates[0].monthly[name] for r in (both, alone))
        assert np.array_equal(a, b), name
    assert kept.tobytes() == kept_alone.tobytes()
    # with the agreements as they are, rows do pass
    joined = run(resolve(regime), **size).replicates[0].ledger
    assert np.any(joined["flags"] & Flag.COPIED)


def test_copies_follow_from_what_they_copy():
    data = run(resolve("everything"), people=8000, months=36)
    ledger = data.replicates[0].ledger
    copies = ledger[ledger["flags"] & Flag.COPIED > 0]
    copies = copies[copies["kind"] != Kind.SPELL]
    origin = ledger[copies["cause"]]
    for field in ("subject", "month", "truth", "act", "actor", "conduct"):
        assert np.array_equal(copies[field], origin[field]), field
    assert not np.any(origin["exit"] == ExitReason.STOPPED)
    names = list(data.manifest["schemes"])
    pairs = {(names[a], names[b]) for a, b in zip(origin["scheme"], copies["scheme"], strict=True)}
    memoranda = {(m["origin"], m["target"]) for m in data.manifest["regime"]["memoranda"]}
    assert pairs
    assert pairs <= memoranda


@pytest.mark.parametrize("regime", [r for r in list_regimes() if r != "none"])
def test_no_cross_context_leaves_no_harm_in_unrelated_spheres(regime):
    if regime in NOTHING_UNRELATED:
        with pytest.raises(SchemeError, match="touches nothing"):
            resolve(regime, ["no-cross-context"])
        changed = resolve(regime)
    else:
        changed = resolve(regime, ["no-cross-context"])
    audit = audit_run(run(changed, people=20_000, months=60))
    shares = [(item, audit.value("M8", item, "cross-context share")) for item in audit.items("M8")]
    assert all(share in (None, 0.0) for _, share in shares), shares
    if regime == "everything":
        assert any(share == 0.0 for _, share in shares)


def test_the_shipped_court_list_bites_in_unrelated_spheres():
    audit = audit_run(run(resolve("fragmented-2018"), people=20_000, months=60))
    share = audit.value("M8", "court-list", "cross-context share")
    assert share is not None
    assert 0.5 < share < 0.75  # MODEL: .616
