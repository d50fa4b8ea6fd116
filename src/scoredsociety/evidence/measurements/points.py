"""City points: grades, rules, records that expire or do not, and who is covered."""

from __future__ import annotations

import math

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.engine.result import ExitReason, Kind
from scoredsociety.evidence.arms import Arm, changed
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.measurements.common import (
    CITY,
    FRAGMENTED,
    below_a,
    below_a_months,
    fall,
    opened,
    put,
    rate,
)
from scoredsociety.evidence.numbers import Number, exact, over_replicates
from scoredsociety.evidence.scene import Floats, Ran, Scene
from scoredsociety.evidence.verdicts import above, below, between

POINTS = "rongcheng-points"
WITNESS = "world.conducts.volunteering.detection.witness"
ALONE = {"run": CITY}
FOREVER = put(CITY, f"schemes.{POINTS}.process.expiry_months", None)
ROLLED_OUT = opened(
    CITY,
    f"schemes.{POINTS}.timing",
    {"announced": 0, "first": 7, "last": 43, "confidence": "assumed"},
)
EVERYWHERE = changed(CITY, ("set", f"schemes.{POINTS}.subjects.where", "everywhere"))
GARBLED = changed(CITY, ("set", f"schemes.{POINTS}.rules[conduct=donation].points", 1000))
EXEMPT = opened(
    CITY,
    f"schemes.{POINTS}.exemptions",
    {"members": "elite", "share": 0.8, "confidence": "assumed", "note": "set for this question"},
)


def covered_unaware(s: Scene) -> Number:
    """Return the share of those covered who do not know it."""
    return over_replicates(
        ratio(
            s.run.cell("M17", POINTS, "unaware and covered"), s.run.cell("M17", POINTS, "covered")
        )
    )


def schemes_per_adult(s: Scene) -> Number:
    """Return how many schemes an adult of a pilot city is enrolled in, on average."""
    enrolled = sum(s.run.last(f"enrolled:{name}", city=1) for name in s.run.regime.of_people())
    return over_replicates(ratio(enrolled, s.run.last("adults", city=1)), "schemes an adult")


def rewarded_in_pilots(run: Ran) -> Floats:
    """Return the share of adults of the pilot cities with a reward."""
    return np.asarray(ratio(run.last("rewarded", city=1), run.last("adults", city=1)))


def two_tables(s: Scene) -> Number:
    """Return how far the shares below the start grade differ under two tables, relatively."""
    ours, theirs = (
        ratio(run.cell("M18", name, "persons below the start grade"), run.last(f"enrolled:{name}"))
        for run, name in ((s.run, POINTS), (s.base, "suining-points"))
    )
    return over_replicates(np.abs(ratio(theirs, ours) - 1.0), "relative difference")


def top_share(run: Ran, *grades: str) -> Floats:
    """Return the share of the enrolled in these grades at the horizon."""
    there = sum(run.last(f"grade:{POINTS}:{g}") for g in grades)
    return np.asarray(ratio(there, run.last(f"enrolled:{POINTS}")))


def listed_with_low_score(run: Ran) -> Floats:
    """Return the share of listed residents of pilots whose records put them below A."""
    regime, names = run.regime, list(run.data.manifest["schemes"])
    grades, start = regime.schemes[POINTS].grades, regime.schemes[POINTS].start
    floor = (grades.bands["A"] if grades else 0) - (start.value if start else 0)
    out = np.full(run.replicates, np.nan)
    for r, result in enumerate(run.data.replicates):
        x = result.ledger[result.ledger["exit"] == ExitReason.IN_FORCE]
        pilot = (x["profile"] >> 11) & 1 == 1
        listed = np.unique(x["subject"][(x["scheme"] == names.index("court-list")) & pilot])
        mine = x[(x["scheme"] == names.index(POINTS)) & (x["kind"] == Kind.RECORD)]
        sums = np.bincount(mine["subject"], mine["points"], minlength=int(x["subject"].max()) + 1)
        if listed.size:
            out[r] = float((sums[listed] < floor).mean())
    return out


def fraud_weight(s: Scene) -> Number:
    """Return how many tickets take as much to leave grade A as one fraud does."""
    scheme = s.run.regime.schemes[POINTS]
    points = {rule.conduct: rule.points or 0 for rule in scheme.rules}
    bands, start = (scheme.grades.bands if scheme.grades else {}), scheme.start
    room = (start.value if start else 0) - bands["A"] + 1
    tickets, frauds = (
        math.ceil(room / -points[c]) for c in ("traffic-violation", "commercial-fraud")
    )
    return exact(tickets / frauds, "tickets a fraud")


def records_each(run: Ran) -> Floats:
    """Return records for each person-month enrolled."""
    return np.asarray(ratio(run.total(f"records:{POINTS}"), run.total(f"enrolled:{POINTS}")))


def half_way(s: Scene) -> Number:
    """Return the share already enrolled in month 25 of those enrolled at the end."""
    key = f"enrolled:{POINTS}"
    return over_replicates(ratio(s.run.month(key, 25), s.run.last(key)))


POINTS_MEASURED = (
    Measurement(
        "aware-share", "Do 7 % of adults say that they are in a pilot?", ("M17",),
        "adults aware / adults", lambda s: over_replicates(s.run.cell("M17", POINTS, "aware")),
        between(0.06, 0.08), "from 6 to 8 %", {"run": FRAGMENTED},
    ),
    Measurement(
        "covered-unaware", "Do most of those covered not know it?", ("M17",),
        "unaware and covered / covered", covered_unaware, above(0.5), "above half",
        {"run": FRAGMENTED},
    ),
    Measurement(
        "schemes-per-adult", "Is an adult of a pilot under at least two schemes?", ("M19",),
        "sum of enrolments in pilots / adults there", schemes_per_adult, above(2), "above 2",
        {"run": FRAGMENTED},
    ),
    Measurement(
        "enrolled-in-pilots", "Is everybody in the pilots enrolled by rule?", ("M17",),
        "enrolled in the city score / adults of the pilots",
        lambda s: over_replicates(ratio(s.run.last(f"enrolled:{POINTS}", city=1),
                                        s.run.last("adults", city=1))),
        above(0.99), "above 0.99", {"run": FRAGMENTED},
    ),
    Measurement(
        "count-of-pilots", "Are records each the same with half as many pilot cities?", ("M2",),
        "records a person-month with 4 pilot cities / with 8, at one share of the population",
        lambda s: over_replicates(ratio(records_each(s.run), records_each(s.base)), "ratio"),
        between(0.9, 1.1), "from 0.9 to 1.1",
        {"run": Arm(POINTS, cities=4), "base": CITY},
    ),
    Measurement(
        "roll-out-halfway", "Is a staggered roll-out neither absent nor complete on its way?",
        ("M17",), "enrolled in month 25 / enrolled at the end, first city 7, last city 43",
        half_way, between(0.05, 0.95), "from 0.05 to 0.95", {"run": ROLLED_OUT},
    ),
    Measurement(
        "order-of-roll-out", "Does it not matter in the end which city came first?", ("M18",),
        "share below A at the end, rolled out over months / at once",
        lambda s: over_replicates(
            ratio(below_a(s.run, POINTS), below_a(s.base, POINTS)), "ratio"),
        between(0.8, 1.2), "from 0.8 to 1.2", {"run": ROLLED_OUT, "base": CITY},
    ),
    Measurement(
        "everyone-ranked", "Does ranking everybody leave each person's risk as it is?",
        ("M18", "M1"), "months below A a month enrolled, everybody covered / pilots only",
        lambda s: over_replicates(
            ratio(below_a_months(s.run, POINTS), below_a_months(s.base, POINTS)), "ratio"),
        between(0.8, 1.25), "from 0.8 to 1.25", {"run": EVERYWHERE, "base": CITY},
    ),
    Measurement(
        "rongcheng-grades", "Are more than nine residents in ten in grade A?", ("M18",),
        "share of the enrolled in grade A", lambda s: over_replicates(top_share(s.run, "A")),
        above(0.9), "above 0.9", ALONE, varied=(Varied(WITNESS, 0.0025, 0.25),),
    ),
    Measurement(
        "rongcheng-rewards", "Does one resident in a hundred reach the rewarded grades?",
        ("M18", "M19"), "share in AA and AAA",
        lambda s: over_replicates(top_share(s.run, "AA", "AAA")), above(0.01), "above 0.01",
        ALONE, varied=(Varied(WITNESS, 0.0025, 0.25),),
    ),
    Measurement(
        "garbled-deeds", "If a gift brought 1,000 points, would few reach the highest grade?",
        ("M18",), "share in AAA when a recorded gift brings 1,000 points",
        lambda s: over_replicates(top_share(s.run, "AAA")), below(0.01), "below 0.01",
        {"run": GARBLED}, rests_on=("world.conducts.donation.detection.witness",),
    ),
    Measurement(
        "permanent-record", "Does a record without end leave twice as many below A?", ("M18",),
        "share below A without expiry / with 24 months",
        lambda s: over_replicates(
            ratio(below_a(s.run, POINTS), below_a(s.base, POINTS)), "ratio"),
        above(2), "above 2", {"run": FOREVER, "base": CITY},
        varied=(Varied("world.conducts.traffic-violation.monthly", 2, 15),),
    ),
    Measurement(
        "expiring-record", "With records of 24 months, are few below A at the end?", ("M18",),
        "share of the enrolled below A", lambda s: over_replicates(below_a(s.run, POINTS)),
        below(0.05), "below 0.05", ALONE,
        varied=(Varied("world.conducts.traffic-violation.monthly", 2, 15),),
    ),
    Measurement(
        "repair-after-hardship", "Does an average way from grade C back to A take over six months?",
        ("M18", "M7"), "expected months from grade C to A or better, a Markov chain of the moves",
        lambda s: over_replicates(
            s.run.cell("M18", f"{POINTS}:C", "months to grade A or better"), "months"),
        above(6), "above 6 months", ALONE,
        varied=(Varied(f"schemes.{POINTS}.process.expiry_months", 12, 60),),
    ),
    Measurement(
        "cities-differ", "Does the same conduct bring a reward in one city and none in another?",
        ("M10", "M19"), "rewarded in pilots under one table less under another, in points",
        lambda s: over_replicates(
            100 * (rewarded_in_pilots(s.base) - rewarded_in_pilots(s.run)), "points"),
        above(5), "above 5 points", {"run": CITY, "base": Arm("suining-points")},
    ),
    Measurement(
        "two-catalogues", "Does the table of a city change how many fall below its start grade?",
        ("M10", "M18"), "relative difference of the shares below the start grade", two_tables,
        above(0.05), "above 0.05", {"run": CITY, "base": Arm("suining-points")},
    ),
    Measurement(
        "list-not-score", "Without agreements, do few of the listed have a low score?",
        ("M1", "M18"), "listed residents of pilots whose records sum to below A / those listed",
        lambda s: over_replicates(listed_with_low_score(s.run)), below(0.25), "below a quarter",
        {"run": Arm("fragmented-2018", ("no-court-points",))},
    ),
    Measurement(
        "ladder-both-ends", "Do both ends of the ladder hold people?", ("M1", "M19"),
        "persons with extra forms for each 1,000 adults; with short procedures there are more",
        lambda s: over_replicates(
            np.minimum(rate(s.run, "sanction:PAPER"), rate(s.run, "reward:GREEN")),
            "per 1,000 adults"),
        above(0), "above 0 at the rarer end", ALONE,
    ),
    Measurement(
        "deeds-of-the-aware", "Do people who know do more good deeds?", ("M13",),
        "deeds of the aware / their deeds without the scheme - 1",
        lambda s: over_replicates(-fall(s.run, s.base, "volunteering", aware=True)), above(0.05),
        "above 0.05", {"run": CITY, "base": CITY.without_schemes()},
        varied=(Varied("world.parameters.deed_boost"),),
    ),
    Measurement(
        "fraud-weight", "Does a fraud weigh as much as several tickets?", ("M9",),
        "tickets that take a resident below A / frauds that do", fraud_weight, above(2), "above 2",
        ALONE, rests_on=(f"schemes.{POINTS}.grades.bands.A",), tables=True,
    ),
    Measurement(
        "dogs-taken", "Do fewer than one owner in a hundred lose the dog at any time?", ("M1",),
        "person-months under PET / those enrolled",
        lambda s: over_replicates(
            ratio(s.run.total("sanction:PET"), s.run.total("enrolled:jinan-dogs"))),
        below(0.01), "below 0.01", {"run": Arm("jinan-dogs")},
        varied=(Varied("world.conducts.unleashed-dog.monthly"),),
    ),
    Measurement(
        "powerful-exempt", "If most records of officials are dropped, do they have far fewer?",
        ("M11",), "1 - records for each adult: officials / others, with 80 % dropped",
        lambda s: over_replicates(
            s.run.cell("M11", f"{POINTS}/records", "gap, raw", "elite=elite")),
        above(0.5), "above half", {"run": EXEMPT},
        varied=(Varied(f"schemes.{POINTS}.exemptions[members=elite].share", 0.2, 0.95),),
    ),
)  # fmt: skip
"""Measurements on points of cities and of the national score."""
