"""Between schemes and between people: exchange, joint enforcement, friends, ends of the line."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.engine.result import Flag
from scoredsociety.evidence.arms import Arm, changed, quantity
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.measurements.common import (
    COURT,
    DYSTOPIA,
    FRAGMENTED,
    JOINT,
    PANOPTICON,
    below_a,
    cross_share,
    harm_of,
    opened,
    rate,
)
from scoredsociety.evidence.numbers import exact, over_replicates
from scoredsociety.evidence.scene import Floats, Ran
from scoredsociety.evidence.verdicts import above, below, between

JOINED = opened(
    COURT,
    "joint",
    {
        "origin": "court-list",
        "institutions": "all",
        "probability": {**quantity(0.1), "range": [0, 1]},
    },
)
EXCHANGE = "memoranda[origin=sesame-score]"


def copies(run: Ran, origin: str, target: str) -> Floats:
    """Count the rows of one scheme that were copied from another, shape (R,)."""
    names = list(run.data.manifest["schemes"])
    out = np.zeros(run.replicates)
    if origin not in names or target not in names:
        return out
    for r, result in enumerate(run.data.replicates):
        x = result.ledger
        mine = (x["scheme"] == names.index(target)) & ((x["flags"] & Flag.COPIED) != 0)
        causes = x["cause"][mine & (x["cause"] >= 0)]
        out[r] = np.count_nonzero(x["scheme"][causes] == names.index(origin))
    return out


def private_copies(run: Ran) -> Floats:
    """Count the rows of public schemes that were copied from private ones, shape (R,)."""
    schemes = run.regime.of_people()
    pairs = [
        (a, b)
        for a in schemes
        for b in schemes
        if schemes[a].operator == "private" and schemes[b].operator == "public"
    ]
    return np.asarray(sum((copies(run, a, b) for a, b in pairs), np.zeros(run.replicates)))


def each_1000(run: Ran, counts: Floats) -> Floats:
    """Return a count over the run for each 1,000 adults at the horizon."""
    return np.asarray(1000.0 * ratio(counts, run.last("adults")))


def harm_each(run: Ran) -> Floats:
    """Return the harm for each adult over the run, in median monthly incomes."""
    return np.asarray(ratio(harm_of(run), run.last("adults")))


def sanctioned_share(run: Ran) -> Floats:
    """Return the share of adults under a sanction at the horizon."""
    return np.asarray(ratio(run.last("sanctioned"), run.last("adults")))


BETWEEN = (
    Measurement(
        "no-crossing", "Without exchange, does no record of a firm reach a public scheme?",
        ("M8",), "rows of public schemes copied from private ones",
        lambda s: over_replicates(private_copies(s.run), "records"), between(0, 0), "0",
        {"run": FRAGMENTED},
    ),
    Measurement(
        "consent-selects", "With consent asked, is about half passed on?", ("M8", "M23"),
        "records copied into city points with consent / without asking",
        lambda s: over_replicates(ratio(private_copies(s.run), private_copies(s.base))),
        between(0.4, 0.6), "from 0.4 to 0.6",
        {"run": JOINT, "base": changed(JOINT, ("set", f"{EXCHANGE}.consent", False))},
    ),
    Measurement(
        "private-into-public", "Do records of a firm reach the city's score?", ("M8", "M23"),
        "records copied from the firm, for each 1,000 adults over the run",
        lambda s: over_replicates(each_1000(s.run, private_copies(s.run)), "per 1,000 adults"),
        above(0), "above 0", {"run": JOINT}, varied=(Varied(f"{EXCHANGE}.share"),),
    ),
    Measurement(
        "exchange-crosses", "Do data of firms and offices meet in one score?", ("M8", "M23"),
        "records copied from the firm into the national score, for each 1,000 adults",
        lambda s: over_replicates(each_1000(s.run, private_copies(s.run)), "per 1,000 adults"),
        above(0), "above 0", {"run": PANOPTICON},
    ),
    Measurement(
        "joint-harm", "Does joint enforcement raise the harm of the list by half?", ("M8", "M15"),
        "harm of the list with 45 institutions / without them",
        lambda s: over_replicates(ratio(harm_of(s.run), harm_of(s.base)), "ratio"), above(1.5),
        "above 1.5", {"run": JOINED, "base": COURT},
        varied=(Varied("joint[origin=court-list].probability", 0.01, 1),),
    ),
    Measurement(
        "throttled", "Is anybody's connection slowed?", ("M1", "M15"),
        "persons under NET for each 1,000 adults", lambda s: over_replicates(
            rate(s.run, "sanction:NET"), "per 1,000 adults"),
        above(0), "above 0", {"run": JOINED},
        varied=(Varied("joint[origin=court-list].probability", 0, 1),),
    ),
    Measurement(
        "friends-cut", "Where shunning is ordered, do the listed lose half of six friends?",
        ("M20",), "friends lost for each person ever listed", lambda s: over_replicates(
            s.run.cell("M20", "friends", "friends lost per listed person"), "friends a person"),
        above(3), "above 3", {"run": DYSTOPIA},
        varied=(Varied("world.parameters.ordered_shunning"),),
    ),
    Measurement(
        "baby-step", "Are ten times fewer people under a sanction than in the letter's picture?",
        ("M1", "M19"), "share under a sanction, regime of 2018 / dystopia",
        lambda s: over_replicates(ratio(sanctioned_share(s.run), sanctioned_share(s.base)),
                                  "ratio"),
        below(0.1), "below 0.1", {"run": FRAGMENTED, "base": DYSTOPIA},
    ),
    Measurement(
        "steep-slope", "Is harm ten times as large at the other end of the line?", ("M15", "M8"),
        "harm for each adult, dystopia / regime of 2018",
        lambda s: over_replicates(ratio(harm_each(s.run), harm_each(s.base)), "ratio"), above(10),
        "above 10", {"run": DYSTOPIA, "base": FRAGMENTED}, rests_on=("world.sanctions",),
    ),
    Measurement(
        "permanent-national", "Does one permanent record put one person in seven below A?",
        ("M18",), "share of the enrolled below A at the horizon",
        lambda s: over_replicates(below_a(s.run, "national-score")), above(0.15), "above 0.15",
        {"run": PANOPTICON}, varied=(Varied("world.conducts.traffic-violation.monthly", 2, 15),),
    ),
    Measurement(
        "jaywalking-ratio", "Does a traffic offence cost a person more than it harms anybody?",
        ("M9", "M8"), "median harm of a spell that a traffic record began / its gravity",
        lambda s: over_replicates(s.run.cell("M9", "national-score/spells", "median ratio",
                                             "conduct=traffic-violation"), "ratio"),
        above(1), "above 1", {"run": PANOPTICON},
        varied=(Varied("world.gravity.traffic-violation"),),
    ),
    Measurement(
        "speech-to-travel", "Would a listing for speech bite nowhere near speech?", ("M8",),
        "share of the list's monthly harm that is not related to speech",
        lambda s: exact(cross_share(s.run, "court-list", "rumour")), between(1, 1), "1",
        {"run": COURT}, rests_on=("world.sanctions",),
        tables=True,
    ),
    Measurement(
        "speech-to-card", "Is all harm that follows an opinion outside its sphere?", ("M8",),
        "share of the score's monthly harm that is not related to speech",
        lambda s: exact(cross_share(s.run, "national-score", "lawful-critical")), between(1, 1),
        "1", {"run": PANOPTICON}, rests_on=("world.sanctions",),
        tables=True,
    ),
    Measurement(
        "duty-to-leisure", "Is all harm of the list of refusers unrelated to service?", ("M8",),
        "share of the list's monthly harm that is not related to service",
        lambda s: exact(cross_share(s.run, "service-refusal-list", "service-refusal")),
        between(1, 1), "1", {"run": Arm("service-refusal-list")}, rests_on=("world.sanctions",),
        tables=True,
    ),
    Measurement(
        "passenger-list-in-context", "Does the list of passengers bite in travel alone?", ("M8",),
        "share of the list's monthly harm that is not related to transport",
        lambda s: exact(cross_share(s.run, "passenger-list", "flight-misconduct")), between(0, 0),
        "0", {"run": Arm("passenger-list")}, rests_on=("world.sanctions",),
        tables=True,
    ),
    Measurement(
        "ban-for-conduct-abroad", "Does the list of tourists bite in travel alone?", ("M8",),
        "share of the list's monthly harm that is not related to travel",
        lambda s: exact(cross_share(s.run, "tourist-list", "tourist-misconduct")), between(0, 0),
        "0", {"run": Arm("tourist-list")}, rests_on=("world.sanctions",),
        tables=True,
    ),
)  # fmt: skip
"""Measurements on agreements between schemes, on friends, and on the line of regimes."""
