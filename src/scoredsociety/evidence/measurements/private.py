"""Commercial scores, ratings and lenders: who takes part, what they bring, what they know."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.evidence.arms import Arm, changed
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.measurements.common import (
    BUREAU,
    CITY,
    FRAGMENTED,
    PANOPTICON,
    PLATFORM,
    RHO,
    SESAME,
    benefit_of,
    harm_of,
    mean_score,
    opened,
    rate,
    rich_over_poor,
)
from scoredsociety.evidence.numbers import Number, exact, over_replicates
from scoredsociety.evidence.scene import Scene
from scoredsociety.evidence.verdicts import above, below, between

SCORE = "sesame-score"
DIMENSIONS = f"schemes.{SCORE}.features.dimensions"
INCOME_SLOPE = f"{DIMENSIONS}.capacity.terms[attribute=income-rank].slope"
GAMES = f"{DIMENSIONS}.behaviour.terms[attribute=gaming-hours].slope.value"
FRIVOLOUS = f"{DIMENSIONS}.behaviour.terms[attribute=frivolous-share].slope.value"
EVERYBODY = changed(
    SESAME,
    ("set", f"schemes.{SCORE}.subjects.enrolment", "mandatory"),
    ("remove", f"schemes.{SCORE}.subjects.coverage", None),
    ("remove", f"schemes.{SCORE}.subjects.selection", None),
)
PRESSED = opened(
    SESAME,
    f"schemes.{SCORE}.subjects.pressure",
    {
        "penalty": {"value": 0.2, "confidence": "assumed"},
        "cost": {"value": 0.1, "confidence": "assumed", "range": [0.05, 0.4]},
    },
)
SHUT = opened(
    FRAGMENTED, f"schemes.{SCORE}.timing", {"ends": 36, "confidence": "assumed"}
)  # fmt: skip
BLIND = changed(FRAGMENTED, ("set", GAMES, 0.0), ("set", FRIVOLOUS, 0.0))
"""The commercial score without what it learns from games and purchases."""


def information(s: Scene, conduct: str, role: str = "run") -> np.ndarray:
    """Return how well the commercial score ranks people by a conduct of the next year."""
    return s.roles[role].cell("M14", f"{SCORE}:{conduct}", "AUC")


def lists_moved(s: Scene) -> Number:
    """Return how many entries of the court list differ in any month after a shut-down."""
    key = "entries:court-list"
    moved = np.abs(s.run.monthly(key) - s.base.monthly(key)).sum(axis=1)
    return over_replicates(moved, "entries")


PRIVATE = (
    Measurement(
        "commercial-reach", "Do more people have a commercial score than a city's?", ("M19",),
        "enrolled in the commercial score / in the city score",
        lambda s: over_replicates(ratio(s.run.last(f"enrolled:{SCORE}"),
                                        s.run.last("enrolled:rongcheng-points")), "ratio"),
        above(1), "above 1", {"run": FRAGMENTED},
    ),
    Measurement(
        "enrolled-by-choice", "Do some adults take part by choice, and some not?", ("M19",),
        "enrolled in the commercial score / adults",
        lambda s: over_replicates(ratio(s.run.last(f"enrolled:{SCORE}"), s.run.last("adults"))),
        between(0.05, 0.95), "from 0.05 to 0.95", {"run": FRAGMENTED},
    ),
    Measurement(
        "sesame-harmless", "Is nobody sanctioned by the commercial score alone?", ("M19", "M1"),
        "person-months under any sanction", lambda s: over_replicates(s.run.total("sanctioned"),
                                                                      "person-months"),
        between(0, 0), "0", {"run": SESAME},
    ),
    Measurement(
        "rewards-by-income", "Are the richest rewarded half again as often as the poorest?",
        ("M19", "M15"), "months with a reward, richest fifth / poorest, for each adult",
        lambda s: over_replicates(rich_over_poor(s.run, "rewarded"), "ratio"), above(1.5),
        "above 1.5", {"run": FRAGMENTED}, varied=(Varied(INCOME_SLOPE),),
    ),
    Measurement(
        "volunteers-better", "Do those who enrol by choice score better than everybody would?",
        ("M18", "M19"), "mean score of volunteers less mean score if all must, in points",
        lambda s: over_replicates(mean_score(s.run, SCORE) - mean_score(s.base, SCORE), "points"),
        above(0), "above 0", {"run": SESAME, "base": EVERYBODY},
        varied=(Varied(f"schemes.{SCORE}.subjects.selection", 0, 0.5),),
    ),
    Measurement(
        "friends-share", "Does one twentieth of a change in a score land on friends?", ("M20",),
        "weight of friends' scores: S = (1 - w) (I - w A)^-1 x",
        lambda s: exact(_ties(s)), between(0.01, 0.1), "from 0.01 to 0.1", {"run": SESAME},
        tables=True,
    ),
    Measurement(
        "shut-down", "Does the list stay as it is when the commercial score is shut?",
        ("M2", "M19"), "entries that differ after the score ends, in any month", lists_moved,
        between(0, 0), "0", {"run": SHUT, "base": FRAGMENTED},
    ),
    Measurement(
        "gaming-costs", "Does the score fall for games, without conduct towards others?", ("M10",),
        "mean score if games do not count less mean score, in points",
        lambda s: over_replicates(mean_score(s.base, SCORE) - mean_score(s.run, SCORE), "points"),
        above(0), "above 0", {"run": SESAME, "base": changed(SESAME, ("set", GAMES, 0.0))},
    ),
    Measurement(
        "dating-boost", "Do some users have a better place on the dating site?", ("M19",),
        "persons with DATE for each 1,000 adults",
        lambda s: over_replicates(rate(s.run, "reward:DATE"), "per 1,000 adults"), above(0),
        "above 0", {"run": SESAME}, varied=(Varied(INCOME_SLOPE),),
    ),
    Measurement(
        "unravelling", "If silence is read as a bad sign, do nearly all enrol?", ("M19",),
        "enrolled under pressure / all who could", lambda s: over_replicates(
            ratio(s.run.last(f"enrolled:{SCORE}"), s.base.last(f"enrolled:{SCORE}"))),
        above(0.95), "above 0.95", {"run": PRESSED, "base": EVERYBODY},
        varied=(Varied(f"schemes.{SCORE}.subjects.pressure.cost"),),
    ),
    Measurement(
        "loans-for-high-scores", "Does one adult in a hundred get a better loan by a score?",
        ("M19", "M15"), "persons with LOAN+ for each 1,000 adults",
        lambda s: over_replicates(rate(s.run, "reward:LOAN+"), "per 1,000 adults"), above(10),
        "above 10", {"run": SESAME}, varied=(Varied(INCOME_SLOPE),),
    ),
    Measurement(
        "reward-reach", "Do a third of the users reach the score that spares a deposit?", ("M19",),
        "persons with DEP / enrolled",
        lambda s: over_replicates(ratio(s.run.last("reward:DEP"),
                                        s.run.last(f"enrolled:{SCORE}"))),
        above(0.33), "above a third", {"run": SESAME},
        varied=(Varied(f"{DIMENSIONS}.history.base", 0.3, 0.8),),
    ),
    Measurement(
        "carrots-over-sanctions", "Are there more people with a reward than under a sanction?",
        ("M19",), "persons with a reward / persons under a sanction",
        lambda s: over_replicates(
            ratio(s.run.last("rewarded"), s.run.last("sanctioned")), "ratio"),
        above(1), "above 1", {"run": FRAGMENTED},
        varied=(Varied(f"{DIMENSIONS}.history.base", 0.3, 0.8),),
    ),
    Measurement(
        "harm-against-benefit", "Do the sanctions weigh more than the advantages?", ("M15",),
        "harm of all sanctions / benefit of all rewards, in median monthly incomes",
        lambda s: over_replicates(ratio(harm_of(s.run), benefit_of(s.run)), "ratio"), above(1),
        "above 1", {"run": FRAGMENTED}, varied=(Varied(f"{DIMENSIONS}.history.base", 0.3, 0.8),),
        rests_on=("world.sanctions", "world.rewards"),
    ),
    Measurement(
        "bureau-in-context", "Does a bureau for lenders alone harm nobody outside lending?",
        ("M8",), "cross-context share of the harm", lambda s: over_replicates(
            s.run.cell("M8", "credit-bureau", "cross-context share")),
        between(0, 0), "0", {"run": BUREAU}, rests_on=("world.sanctions.LOAN.harm",),
    ),
    Measurement(
        "ratings-in-context", "Does a platform's rating harm nobody outside the platform?",
        ("M8", "M11"), "cross-context share of the harm", lambda s: over_replicates(
            s.run.cell("M8", "platform-stars/spells", "cross-context share")),
        between(0, 0), "0", {"run": PLATFORM}, rests_on=("world.sanctions.ACCESS.harm",),
    ),
    Measurement(
        "stars-bar", "Does a low rating close the platform to one member in a hundred?",
        ("M1", "M5"), "members barred / members, at the horizon",
        lambda s: over_replicates(ratio(s.run.last("sanction:ACCESS"),
                                        s.run.last("enrolled:platform-stars"))),
        above(0.01), "above 0.01", {"run": PLATFORM},
        varied=(Varied("schemes.platform-stars.stars.spread", 0.05, 0.4),
                Varied("schemes.platform-stars.stars.retaliation")),
    ),
    Measurement(
        "thin-files", "Does a village's score tell anything of people without a file?",
        ("M14",), "chance that it ranks one in arrears below one not, thin files",
        lambda s: over_replicates(
            s.run.cell("M14", "rural-credit:loan-arrears", "AUC", "file=thin"), "AUC"),
        above(0.5), "above 0.5, which is chance", {"run": Arm("rural-credit")},
        varied=(Varied(RHO),),
    ),
    Measurement(
        "purchases-tell", "Do games and purchases tell who will not pay back?", ("M14",),
        "AUC for breaches on platforms with games and purchases less without",
        lambda s: over_replicates(
            information(s, "platform-breach") - information(s, "platform-breach", "base"),
            "difference of AUC"),
        above(0.02), "above 0.02", {"run": FRAGMENTED, "base": BLIND}, varied=(Varied(RHO),),
    ),
    Measurement(
        "moral-features", "Does judging games and purchases make the score worse at arrears?",
        ("M14",), "AUC for arrears without games and purchases less with",
        lambda s: over_replicates(
            information(s, "loan-arrears", "base") - information(s, "loan-arrears"),
            "difference of AUC"),
        above(0), "above 0", {"run": FRAGMENTED, "base": BLIND}, varied=(Varied(RHO),),
    ),
    Measurement(
        "score-for-lenders", "Does the score tell lenders more than the record of arrears?",
        ("M14",), "AUC for arrears of the score less that of the plain record",
        lambda s: over_replicates(
            s.run.cell("M14", f"{SCORE}:loan-arrears", "AUC over that of the own record"),
            "difference of AUC"),
        above(0), "above 0", {"run": FRAGMENTED}, varied=(Varied(RHO),),
    ),
    Measurement(
        "record-elsewhere", "Do city points tell who will not pay back on a platform?", ("M14",),
        "AUC of city points for breaches on platforms, which they do not count",
        lambda s: over_replicates(
            s.run.cell("M14", "rongcheng-points:platform-breach", "AUC"), "AUC"),
        above(0.6), "above 0.6", {"run": FRAGMENTED}, varied=(Varied(RHO),),
    ),
    Measurement(
        "one-score-tells", "Does one score over everything tell more of driving than its record?",
        ("M14",), "AUC of the score for traffic offences less that of the record of these",
        lambda s: over_replicates(
            s.run.cell("M14", "national-score:traffic-violation",
                       "AUC over that of the own record"), "difference of AUC"),
        above(0), "above 0", {"run": PANOPTICON}, varied=(Varied(RHO),),
    ),
    Measurement(
        "secret-weights", "Do residents misjudge what the city's points weigh?", ("M24",),
        "rank correlation of true and perceived weights", lambda s: over_replicates(
            s.run.cell("M24", "rongcheng-points", "rank correlation"), "correlation"),
        below(0.9), "below 0.9", {"run": CITY},
        varied=(Varied("schemes.rongcheng-points.transparency"),),
    ),
)  # fmt: skip
"""Measurements on private schemes."""


def _ties(s: Scene) -> float:
    features = s.run.regime.schemes[SCORE].features
    return features.ties.value if features is not None and features.ties is not None else 0.0
