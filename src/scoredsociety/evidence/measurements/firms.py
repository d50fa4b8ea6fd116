"""Firms, restaurants, airlines and departments: compliance, grades, illness, exemption."""

from __future__ import annotations

from scoredsociety.audit.intervals import ratio
from scoredsociety.evidence.arms import changed
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.measurements.common import FIRMS, PANOPTICON, SHOWCASE
from scoredsociety.evidence.measurements.detection import recorded_share
from scoredsociety.evidence.numbers import Number, over_replicates
from scoredsociety.evidence.scene import Floats, Ran, Scene
from scoredsociety.evidence.verdicts import above, between

GRADES, OFFICES, AIRLINES = "restaurant-grades", "department-record", "airline-record"
LOOK = f"schemes.{GRADES}.organisations.look"
ALONE = {"run": FIRMS}
HALF_LOOK = changed(FIRMS, ("set", f"{LOOK}.value", 0.36))
NO_LOOK = changed(FIRMS, ("set", f"{LOOK}.value", 0.0))
NO_FINE = changed(FIRMS, ("set", f"schemes.{GRADES}.organisations.fine.value", 0.0))
SELF_AUDIT = changed(FIRMS, ("set", f"schemes.{OFFICES}.organisations.independent.value", 0.0))


def last(run: Ran, scheme: str, key: str) -> Floats:
    """Return a series of firms or offices in the last month, shape (R,)."""
    return run.organisations(scheme, key)[:, -1]


def rise(run: Ran, scheme: str) -> Floats:
    """Return the complying share less what it is without the scheme, in points, shape (R,)."""
    return 100 * (last(run, scheme, "complying") - last(run, scheme, "willing"))


def illness_fall(s: Scene) -> Number:
    """Return by how much illness falls against no grades."""
    now, before = last(s.run, GRADES, "illness"), last(s.run, GRADES, "illness_without")
    return over_replicates(1.0 - ratio(now, before))


def grades_over_fines(s: Scene) -> Number:
    """Return what compliance loses without lookers less what it loses without fines."""
    whole, blind, free = (
        last(s.roles[role], GRADES, "complying") for role in ("run", "blind", "free")
    )
    return over_replicates(100 * ((whole - blind) - (whole - free)), "points")


def exempt_ratio(s: Scene) -> Number:
    """Return records for each violation of the Party's organisations over those of the others."""
    ours, theirs = (
        ratio(
            s.run.organisations(OFFICES, f"{who}_records").sum(axis=1),
            s.run.organisations(OFFICES, f"{who}_violations").sum(axis=1),
        )
        for who in ("exempt", "other")
    )
    return over_replicates(ratio(ours, theirs), "ratio")


def three_scopes(s: Scene) -> Number:
    """Return findings for each violation of a department over records for each act of a person."""
    found = s.run.organisations(OFFICES, "found").sum(axis=1)
    violating = (1.0 - s.run.organisations(OFFICES, "complying")).sum(axis=1)
    rules = s.run.regime.schemes["national-score"].rules
    offences = [r.conduct for r in rules if (r.points or 0) < 0]
    people = recorded_share(s.run, "national-score", list(dict.fromkeys(offences)))
    return over_replicates(ratio(ratio(found, violating), people), "ratio")


FIRMS_MEASURED = (
    Measurement(
        "restaurant-grades", "Do shown grades bring compliance to between 75 and 85 %?", ("M21",),
        "complying restaurants / restaurants; calibrated on another country, 58 to 80 %",
        lambda s: over_replicates(last(s.run, GRADES, "complying")), between(0.75, 0.85),
        "from 0.75 to 0.85", ALONE, rests_on=(f"schemes.{GRADES}.organisations.gain",),
    ),
    Measurement(
        "half-the-lookers", "With half as many lookers, do still two thirds comply?", ("M21",),
        "complying restaurants with look = 0.36; all lookers give about 0.80",
        lambda s: over_replicates(last(s.run, GRADES, "complying")), between(0.64, 0.76),
        "from 0.64 to 0.76", {"run": HALF_LOOK}, figures=("firm-influences",),
        rests_on=(f"schemes.{GRADES}.organisations.gain",),
    ),
    Measurement(
        "food-without-scores", "Does illness fall although no person is scored?", ("M21",),
        "1 - cases of illness / cases without grades", illness_fall, above(0.1), "above 0.1",
        ALONE, varied=(Varied(f"schemes.{GRADES}.organisations.gain"),),
    ),
    Measurement(
        "food-protected", "Do grades in a model city protect from bad food?", ("M21", "M15"),
        "1 - cases of illness / cases without grades", illness_fall, above(0.1), "above 0.1",
        {"run": SHOWCASE}, varied=(Varied(LOOK),),
    ),
    Measurement(
        "grades-over-fines", "Do shown grades move compliance more than fines?", ("M21",),
        "compliance lost without lookers less that lost without fines, in points",
        grades_over_fines, above(0), "above 0",
        {"run": FIRMS, "blind": NO_LOOK, "free": NO_FINE},
        varied=(Varied(f"schemes.{GRADES}.organisations.fine"),),
    ),
    Measurement(
        "airlines-comply", "Do all airlines give in?", ("M21",),
        "complying airlines / airlines", lambda s: over_replicates(
            last(s.run, AIRLINES, "complying")),
        above(0.95), "above 0.95", ALONE,
        varied=(Varied(f"schemes.{AIRLINES}.organisations.threat"),),
    ),
    Measurement(
        "offices-steered", "Do departments comply more with a record than without?", ("M21", "M11"),
        "rise of the complying share of departments, in points",
        lambda s: over_replicates(rise(s.run, OFFICES), "points"), above(0), "above 0", ALONE,
        varied=(Varied(f"schemes.{OFFICES}.organisations.fine"),),
    ),
    Measurement(
        "auditors-audited", "Does a record help where offices audit themselves?", ("M11", "M21"),
        "rise of the complying share of departments that audit themselves, in points",
        lambda s: over_replicates(rise(s.run, OFFICES), "points"), above(0), "above 0",
        {"run": SELF_AUDIT},
    ),
    Measurement(
        "party-exempt", "Does no organisation of the Party get a record?", ("M11",),
        "records for each violation: the Party's / the others'", exempt_ratio, between(0, 0), "0",
        ALONE,
    ),
    Measurement(
        "three-scopes", "Are offices and people recorded alike for what they do?", ("M11", "M23"),
        "findings for each month of violation of a department / records for each act of a person",
        three_scopes, between(0.5, 2), "from 0.5 to 2", {"run": PANOPTICON},
        varied=(Varied(f"schemes.{OFFICES}.organisations.audits"),),
    ),
)  # fmt: skip
"""Measurements on firms and departments."""
