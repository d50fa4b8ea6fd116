"""What people know and think of schemes, and what a survey of them can and cannot tell."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.evidence.arms import Arm, changed
from scoredsociety.evidence.measurement import Compute, Measurement, Varied
from scoredsociety.evidence.measurements.common import DYSTOPIA, FRAGMENTED, PANOPTICON
from scoredsociety.evidence.numbers import Number, over_replicates
from scoredsociety.evidence.opinions import (
    PARTLY,
    Sides,
    approval,
    framed,
    gap,
    interview_power,
    list_power,
    published,
    replies,
    says,
    share,
    thinks,
    whoever,
)
from scoredsociety.evidence.scene import Floats, Scene
from scoredsociety.evidence.verdicts import Condition, above, below, between
from scoredsociety.opinion.gradients import CONTRASTS

INTERVIEWS = 15
OPINION = "world.opinion"
INFORMED = changed(FRAGMENTED, ("set", f"{OPINION}.informed.value", 1.0))
SANCTIONS, REWARDS, READABLE = (
    Arm(FRAGMENTED.regime, (name,))
    for name in ("sanctions-only", "rewards-only", "publish-weights")
)
HIDE = Varied(f"{OPINION}.falsification.sincere", 0.0, 0.5)
"""Nobody conceals, or as many as list experiments on a related topic found."""
SOME_HIDE = Varied(f"{OPINION}.falsification.partly")
LIBERAL = Varied(f"{OPINION}.liberal")
READ = "nobody is taken to conceal anything (reading sincere)"
CALIBRATED = "calibrated on the answers reported in 2018"


def false_aware(s: Scene) -> Number:
    """Return the share of those who say that they know of a local pilot who live in none."""
    out = []
    for p in s.run.publics:
        knows = p.aware & p.bits(p.about["local"]) > 0
        out.append(share(~p.pilot, knows & framed(p)))
    return over_replicates(out)


def answer_shares(s: Scene, item: str, code: int, *route: str) -> Floats:
    """Return the share of the frame that gives one answer, of those asked, shape (R,)."""
    out = []
    for r in replies(s, *route, item):
        said = r.said[item]
        out.append(share(said == code, framed(r.public) & (said >= 0)))
    return np.array(out)


def no_national_system(s: Scene) -> Number:
    """Return the share of the frame that is against a national system privately."""
    found = replies(s, "no-national-system")
    return over_replicates(
        [share(r.private["no-national-system"] == 0, framed(r.public)) for r in found]
    )


def neutral_of_all(s: Scene) -> Number:
    """Return the share of all adults who privately do not approve."""
    return over_replicates(1 - approval(s, among=lambda p: p.adult))


def moved(s: Scene, role: str = "base") -> Floats:
    """Return by how many points fewer approve privately in the run than in another, (R,)."""
    return 100 * (approval(s, role) - approval(s))


def said_more(s: Scene) -> Number:
    """Return by how many points more say that they approve than in the regime of 2018."""
    now, then = (approval(s, role, whether=says, reading=PARTLY) for role in ("run", "reference"))
    return over_replicates(100 * (now - then), "points")


def direct_difference(s: Scene) -> Number:
    """Return by how many points more say that they approve if some conceal that they do not."""
    one = approval(s, whether=says)
    other = approval(s, whether=says, reading=PARTLY)
    return over_replicates(100 * (other - one), "points")


def interviews_against_list(s: Scene) -> Number:
    """Return the power of 15 interviews over that of a list experiment."""
    return over_replicates(ratio(interview_power(s, INTERVIEWS), list_power(s)), "ratio")


def least_gradient(s: Scene) -> Number:
    """Return the least of the four differences whose signs are published."""
    found = np.stack([gap(s, published(name)) for name in CONTRASTS])
    return over_replicates(found.min(axis=0), "points")


def by_benefits(s: Scene) -> Number:
    """Return the part of the difference by income that is gone with equal benefits."""
    rich = published("income")
    return over_replicates(1 - ratio(gap(s, rich, equal=True), gap(s, rich)))


def carrots(s: Scene) -> Number:
    """Return what advantages bring approval less what sanctions cost it, in points."""
    whole = approval(s)
    gained, lost = whole - approval(s, "sanctions"), approval(s, "rewards") - whole
    return over_replicates(100 * (gained - lost), "points")


def still_approve(s: Scene) -> Number:
    """Return the share of those who approve who still do when everybody is informed."""
    before, after = replies(s, role="base"), replies(s)
    return over_replicates(
        [share(thinks(b), thinks(a) & framed(a.public)) for a, b in zip(before, after, strict=True)]
    )


def points(sides: Sides, *, equal: bool = False) -> Compute:
    """Return the measurement of a difference between two sides of the frame."""
    return lambda s: over_replicates(gap(s, sides, equal=equal), "points")


LIBERALS = whoever(lambda p: p.measured["liberal"] > 0)


def _tried(*names: str) -> tuple[Varied, ...]:
    return tuple(Varied(f"{OPINION}.{name}") for name in names)


_ROWS: tuple[
    tuple[
        str, str, str, str, Compute, Condition, str, dict[str, Arm], tuple[Varied, ...]
    ], ...
] = (
    ("false-aware", "Do most of those who know of a local pilot live in one?", "M17",
     "share who do not, of those in the frame who take a local pilot for theirs", false_aware,
     below(0.5), "below half", {}, _tried("hears_monthly")),
    ("users-said", "Do more than 80 % say that they use a commercial scheme?", "M17 M25",
     "enrolled in one or claiming to be, of the frame",
     lambda s: over_replicates(answer_shares(s, "commercial", 0)), above(0.8), "above 0.8", {},
     _tried("overclaims")),
    ("own-score-unknown", "Does a quarter of the users not know their own score?", "M17 M25",
     "users of a commercial scheme who never looked it up, of those who say that they use one",
     lambda s: over_replicates(answer_shares(s, "looked-up", 1, "commercial")), above(0.25),
     "above a quarter", {}, _tried("looks_up", "overclaims")),
    ("same-eighty-elsewhere", "Would the same four in five approve of far harsher schemes?", "M16",
     "private approval in the panopticon less in 2018, in points; there it is 80 %, "
     f"{CALIBRATED}", lambda s: over_replicates(-moved(s), "points"), between(-2, 2),
     "from -2 to 2 points", {"run": PANOPTICON, "base": FRAGMENTED},
     _tried("sanctioned", "fairness", "benefits")),
    ("said-where-scored", "Is more approval said where speech is scored?", "M16",
     "share who say so in the dystopia less in 2018, in points, if some conceal (reading partly)",
     said_more, above(0), "above 0", {"run": DYSTOPIA},
     (Varied(f"{OPINION}.falsification.partly", 0.0, 0.5), *_tried("fear_of_scores"))),
    ("private-approval", "Can private approval be below 75 % when 80 % report approval?", "M16",
     f"share of the frame who approve privately, {CALIBRATED}",
     lambda s: over_replicates(approval(s)), below(0.75), "below 0.75", {}, (HIDE,)),
    ("direct-answers-tell", "Do direct answers, as in interviews, tell the readings apart?",
     "M16 M25", "said approval, reading partly less sincere, in points; "
     f"both are {CALIBRATED}, so that it is luck alone", direct_difference, above(1),
     "above 1 point", {}, (SOME_HIDE,)),
    ("interviews-against-list", "Do 15 open interviews tell as much as a list experiment?",
     "M16 M25", "chance that 15 interviews, in which nobody hides anything, tell private from "
     "reported approval (reading partly) / that of a list experiment with 2,209 people",
     interviews_against_list, above(1), "above 1", {}, (SOME_HIDE,)),
    ("neutral-of-all", "Does one adult in five doubt, within two points?", "M16",
     f"all adults who do not approve privately; the frame is {CALIBRATED}", neutral_of_all,
     between(0.18, 0.22), "from 0.18 to 0.22", {}, (HIDE,)),
    ("no-national-system", "Do few oppose a national system even where there is one?", "M16",
     f"share of the frame against it privately, in the panopticon; {CALIBRATED}",
     no_national_system, below(0.05), "below 0.05", {"run": PANOPTICON}, (HIDE,)),
    ("gradients", "Do rich, urban, educated and older people all approve more?", "M16",
     "least of the differences by income, residence, education and age, in points; signs of the "
     "effects were put in", least_gradient, above(0), "above 0", {},
     (*_tried("income", "urban", "tertiary", "age", "benefits"), LIBERAL)),
    ("benefits-explain", "Do benefits make most of the difference by income?", "M16 M19",
     "1 - difference of the richest and the poorest fifth with equal benefits / as it is",
     by_benefits, above(0.5), "above half", {}, _tried("benefits", "income")),
    ("liberals-sceptical", "Do the young, educated and urban approve less, benefits aside?", "M16",
     "the young, college and urban less all others, all holding as many benefits, in points",
     points(LIBERALS, equal=True), below(0), "below 0", {}, (LIBERAL, *_tried("tertiary"))),
    ("liberals-approve", "Do the young, educated and urban approve more than others?", "M16",
     "the young, college and urban less all others, in points", points(LIBERALS), above(0),
     "above 0", {}, (LIBERAL, *_tried("benefits"))),
    ("told-lowers", "Does approval fall by 5 points when all are told of repressive use?", "M16",
     "private approval of the frame as it is less with everybody informed, in points",
     lambda s: over_replicates(moved(s), "points"), above(5), "a fall above 5 points",
     {"run": INFORMED, "base": FRAGMENTED}, _tried("repression")),
    ("told-still-approve", "Do nine in ten who approve shrug when they are told?", "M16",
     "still approve privately when everybody is informed, of those who approve", still_approve,
     above(0.9), "above 0.9", {"run": INFORMED, "base": FRAGMENTED}, _tried("repression")),
    ("punishment-dampens", "Does approval fall where far more people are under a sanction?", "M16",
     "private approval in 2018 less in the panopticon, in points",
     lambda s: over_replicates(moved(s), "points"), above(1), "a fall above 1 point",
     {"run": PANOPTICON, "base": FRAGMENTED}, _tried("sanctioned", "fairness")),
    ("carrots-carry", "Do advantages carry more approval than sanctions cost?", "M16 M19",
     "what approval loses without any advantage less what it gains without any sanction, points",
     carrots, above(0), "above 0", {"sanctions": SANCTIONS, "rewards": REWARDS},
     _tried("benefits", "sanctioned")),
    ("rosy-media", "Do those who follow official media approve more?", "M16",
     "followers less others, in points", points(whoever(lambda p: p.measured["media"] > 0)),
     above(1), "above 1 point", {}, _tried("media")),
    ("fairness-believed", "Does approval fall when everybody can read what the schemes weigh?",
     "M16 M24", "private approval as it is less with the weights published, in points",
     lambda s: over_replicates(moved(s), "points"), above(1), "a fall above 1 point",
     {"run": READABLE, "base": FRAGMENTED}, _tried("fairness", "supposed_fairness")),
    ("crisis-approves", "Do those who see a lack of trust approve more, whatever schemes do?",
     "M16", "those who see it as a problem less the others, of the same society, in points",
     points(whoever(lambda p: p.sees_lack_of_trust)), above(1), "above 1 point", {},
     _tried("lack_of_trust")),
)  # fmt: skip

OPINIONS = tuple(
    Measurement(
        name=name,
        asks=asks,
        metrics=tuple(metrics.split()),
        formula=formula if "M16" not in metrics or PARTLY in formula else f"{formula}; {READ}",
        compute=compute,
        condition=condition,
        meets=meets,
        roles={"run": FRAGMENTED, "reference": FRAGMENTED} | roles,
        varied=varied,
        asked=True,
    )
    for name, asks, metrics, formula, compute, condition, meets, roles, varied in _ROWS
)
"""Measurements on what people know, think and say. They are asked at the end of the run."""
