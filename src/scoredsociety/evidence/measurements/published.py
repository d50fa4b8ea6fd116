"""Claims that arithmetic on published figures can answer: no simulation, no luck."""

from __future__ import annotations

import math

from scoredsociety.audit.exact import binomial_interval, binomial_upper
from scoredsociety.evidence.measurement import Compute, Measurement, Varied
from scoredsociety.evidence.numbers import (
    NORMAL,
    Number,
    exact,
    poisson_interval,
    poisson_range,
    share_error,
)
from scoredsociety.evidence.scene import Scene
from scoredsociety.evidence.verdicts import Condition, above, below, between, exactly

ARITHMETIC = ("arithmetic",)
MONTHS_TO_2017 = 51
"""From October 2013, when the list came into force, to the end of 2017."""


def _private(reported: float, falsified: float) -> float:
    """Return private approval p from p + (1 - p) f = reported, at least 0."""
    return max(0.0, (reported - falsified) / (1.0 - falsified))


def survey_error(s: Scene) -> Number:
    """Return the standard error of 80 % in the survey, in percentage points."""
    return exact(100 * share_error(s.figures["approve"], s.figures["survey-people"]), "points")


def sesame_most_used(s: Scene) -> Number:
    """Return Sesame's customers over all users of a commercial scheme."""
    users = s.figures["use-commercial"] * s.figures["internet-users"]
    return exact(s.figures["sesame-users"] / users)


def survey_users(s: Scene) -> Number:
    """Return the users of a commercial scheme if the survey holds for all internet users."""
    return exact(s.figures["use-commercial"] * s.figures["internet-users"], "million persons")


def sesame_count(s: Scene) -> Number:
    """Return Sesame's customers over internet users."""
    return exact(s.figures["sesame-users"] / s.figures["internet-users"])


def false_aware(s: Scene) -> Number:
    """Return the share of those who say that they live in a pilot who do not."""
    inside = s.figures["in-pilots"] * s.figures["aware-in-pilots"]
    return exact(1.0 - inside / s.figures["aware"])


def disapproval_people(s: Scene) -> Number:
    """Return how many of those asked disapprove, with the sampling range of that count."""
    people = s.figures["disapprove"] * s.figures["survey-people"]
    low, high = poisson_range(people)
    return Number(people, float(low), float(high), "persons", 0)


def private_approval(s: Scene) -> Number:
    """Return private approval if a share of the others report approval."""
    return exact(_private(s.figures["approve"], s.figures["falsification"]))


def interviews_bound(s: Scene) -> Number:
    """Return the upper bound of dissent when none of 15 dissents."""
    return exact(binomial_upper(0, int(s.figures["interviews"])))


def dozens_bound(s: Scene) -> Number:
    """Return the upper bound of dissent when none of three dozen dissents."""
    return exact(binomial_upper(0, int(s.figures["interviews-dozens"])))


def interviews_ratio(s: Scene) -> Number:
    """Return the bound with dozens of interviews over that with 15."""
    few, many = int(s.figures["interviews"]), int(s.figures["interviews-dozens"])
    return exact(binomial_upper(0, many) / binomial_upper(0, few), "ratio")


def missed_dissent(s: Scene) -> Number:
    """Return the chance that 15 interviews meet nobody although one in ten dissents."""
    return exact(0.9 ** s.figures["interviews"])


def neutral_width(s: Scene) -> Number:
    """Return how far apart the bounds are between which the neutral share of everybody lies."""
    covered = s.figures["internet-users"] / s.figures["population"]
    return exact(100 * (1.0 - covered), "points")


def no_national_private(s: Scene) -> Number:
    """Return private opposition to a national system if some of its opponents hide it."""
    return exact(s.figures["no-national-system"] / (1.0 - s.figures["falsification"]))


def repression_fall(s: Scene) -> Number:
    """Return the fall of mean support on reading about repressive use, in points of the scale."""
    return exact(s.figures["support-mean"] * s.figures["support-fall"], "points of 10")


def trust_deficit(s: Scene) -> Number:
    """Return the share who see a lack of trust, with its sampling interval."""
    p, n = s.figures["trust-deficit"], int(s.figures["survey-people"])
    low, high = binomial_interval(round(p * n), n)
    return Number(p, low, high, "share", 0)


def central_lead(s: Scene) -> Number:
    """Return the lead of central over local management, with its sampling interval."""
    a, b = s.figures["prefer-central"], s.figures["prefer-local"]
    error = math.sqrt((a + b - (a - b) ** 2) / s.figures["survey-people"])
    return Number(100 * (a - b), 100 * (a - b - 1.96 * error), 100 * (a - b + 1.96 * error),
                  "points", 0)  # fmt: skip


def informed_approval(s: Scene) -> Number:
    """Return approval after everybody hears of repressive use: a shift of the ordered response."""
    shift = s.figures["support-fall"] * s.figures["support-mean"] / s.figures["support-spread"]
    half = 0.5 * s.figures["approve"]
    _, lowest_approval, _ = thresholds(s.figures["approve"], s.figures["neutral"], half)
    return exact(1.0 - NORMAL.cdf(lowest_approval + shift))


def negative_reports(s: Scene) -> Number:
    """Return the share of state reports that are negative, with its interval."""
    n = int(s.figures["state-reports"])
    k = round(s.figures["state-reports-negative"] * n)
    low, high = binomial_interval(k, n)
    return Number(k / n, low, high, "share", 0)


def false_alerts(s: Scene) -> Number:
    """Return the share of alerts that are false at one published event."""
    return exact(s.figures["alerts-false"] / s.figures["alerts"])


def minutes_span(s: Scene) -> Number:
    """Return how many times longer the longest mean time is than the shortest, after one try.

    One success after t minutes is compatible with every mean time between t / -ln 0.025 and
    t / -ln 0.975 (exact 95% interval of an exponential law from one observation).
    """
    t = s.figures["minutes-to-find"]
    return exact((t / -math.log(0.975)) / (t / -math.log(0.025)), "times")


def refusers_share(s: Scene) -> Number:
    """Return refusers for each 10,000 listings of a year, with the exact Poisson interval."""
    count = int(s.figures["refusers"])
    listings = s.figures["listings-2017"] * 1e6 * 12 / MONTHS_TO_2017 / 10_000
    low, high = poisson_interval(count)
    return Number(count / listings, low / listings, high / listings, "per 10,000 listings", 0)


def barred_share(s: Scene) -> Number:
    """Return persons barred from company posts over listings at the same date."""
    return exact(s.figures["barred-from-posts"] / s.figures["listings-february-2017"])


def list_began(s: Scene) -> Number:
    """Return the listings published by March 2014."""
    return exact(s.figures["listings-2014"], "listings")


def frame_growth(s: Scene) -> Number:
    """Return by how many points the internet's share of the population grew until 2018."""
    then = s.figures["internet-users-2015"] / s.figures["population-2014"]
    now = s.figures["internet-users"] / s.figures["population"]
    return exact(100 * (now - then), "points")


def informed_ratio(s: Scene) -> Number:
    """Return support after pros and cons over support before."""
    return exact(s.figures["support-after"] / s.figures["support-before"], "ratio")


def two_countries(s: Scene) -> Number:
    """Return the gap between the lowest approval in one country and the highest in another."""
    return exact(100 * (s.figures["support-china"] - s.figures["support-germany"]), "points")


def thresholds(approve: float, neutral: float, strong: float) -> tuple[float, float, float]:
    """Return the thresholds of an ordered response that give these shares."""
    return (
        NORMAL.inv_cdf(1.0 - approve - neutral),
        NORMAL.inv_cdf(1.0 - approve),
        NORMAL.inv_cdf(1.0 - strong),
    )


_ROWS: tuple[tuple[str, str, str, Compute, Condition, str, str, tuple[str, ...]], ...] = (
    ("survey-error", "Is the survey large enough to know a share to a percentage point?",
     "100 sqrt(p (1 - p) / n), p = 0.80, n = 2,209", survey_error, below(1), "below 1 point",
     "approve survey-people", ()),
    ("sesame-most-used", "If more than 80 % use a programme, do most of them use Sesame?",
     "400 / (0.80 x internet users)", sesame_most_used, above(0.5), "above half",
     "use-commercial internet-users sesame-users", ("figures.internet-users",)),
    ("survey-users", "Does the survey's 80 % mean more people than Sesame has customers?",
     "0.80 x internet users, in millions", survey_users, above(400), "above 400 million",
     "use-commercial internet-users", ("figures.internet-users",)),
    ("sesame-count", "Are 400 million customers 80 % of internet users?",
     "400 / internet users", sesame_count, above(0.8), "above 0.8",
     "sesame-users internet-users", ("figures.internet-users",)),
    ("false-aware", "Do most of those who say that they live in a pilot live in one?",
     "1 - 0.43 x 0.11 / 0.07: the share who do not; 4.73 of the 7 points do", false_aware,
     below(0.5), "below half",
     "in-pilots aware-in-pilots aware", ()),
    ("disapproval-range", "Do the published shares leave a measurable group that disapproves?",
     "0.01 x 2,209 people, with the 95% range of such a count", disapproval_people, above(0),
     "a range above 0", "disapprove survey-people", ()),
    ("private-approval", "Can private approval be below 75 % when 80 % report approval?",
     "(r - f) / (1 - f), r = 0.80, f the share who report approval that they do not feel",
     private_approval, below(0.75), "below 0.75", "approve falsification",
     ("figures.falsification",)),
    ("interviews-confirm", "Do 15 interviews without dissent show that dissent is near 1 %?",
     "1 - 0.05 ^ (1 / 15): exact upper bound of dissent", interviews_bound, below(0.05),
     "below 0.05", "interviews", ()),
    ("interviews-dozens", "Do three dozen interviews show that dissent is near 1 %?",
     "1 - 0.05 ^ (1 / 36)", dozens_bound, below(0.05), "below 0.05", "interviews-dozens",
     ("figures.interviews-dozens",)),
    ("interviews-count", "Do dozens of interviews say at least twice as much as 15?",
     "upper bound of dissent with dozens / that with 15", interviews_ratio, below(0.5),
     "below 0.5", "interviews interviews-dozens", ("figures.interviews-dozens",)),
    ("interviews-and-falsification",
     "Would 15 interviews nearly always meet somebody of a tenth that dissents?",
     "0.9 ^ 15: chance to meet none of them, even if they spoke openly", missed_dissent,
     below(0.05), "below 0.05", "interviews", ()),
    ("neutral-of-all", "Does the survey fix the neutral share of all people?",
     "share of the population outside the frame, in points: the room that is left", neutral_width,
     below(5), "below 5 points", "internet-users population", ("figures.internet-users",)),
    ("no-national-system", "Do few oppose a national system even if some hide it?",
     "0.01 / (1 - f)", no_national_private, below(0.05), "below 0.05",
     "no-national-system falsification", ("figures.falsification",)),
    ("told-of-repression", "Does support fall when people are told of repressive use?",
     "7.5 x 0.12", repression_fall, above(0.5), "a fall above 0.5 points of 10",
     "support-mean support-fall", ()),
    ("trust-deficit", "Do most see a lack of trust?", "76 % of 2,209, exact 95% interval",
     trust_deficit, above(0.5), "above half", "trust-deficit survey-people", ()),
    ("central-preferred", "Do more people want central than local management?",
     "59 - 9 points, with the sampling interval", central_lead, above(0), "above 0",
     "prefer-central prefer-local survey-people", ()),
    ("punishment-dampens", "Would approval fall below 75 % if everybody heard of repressive use?",
     "Phi(Phi^-1(0.80) - 0.12 x 7.5 / sd)", informed_approval, below(0.75), "below 0.75",
     "approve neutral support-mean support-fall support-spread", ("figures.support-spread",)),
    ("rosy-media", "Is less than a tenth of the reports of state media negative?",
     "2.8 % of 650 reports, exact 95% interval", negative_reports, below(0.1), "below 0.1",
     "state-reports state-reports-negative", ()),
    ("false-alerts", "Can most alerts of a system in use be false?", "2,297 / 2,470",
     false_alerts, above(0.5), "above half", "alerts alerts-false", ()),
    ("seven-minutes", "Does one success in seven minutes fix how fast people are found?",
     "longest / shortest mean time that one success allows: ln 0.025 / ln 0.975", minutes_span,
     below(10), "below 10 times", "minutes-to-find", ()),
    ("seventeen-refusers", "Are refusers fewer than one for each 10,000 court listings of a year?",
     "17 (exact Poisson interval 9.9 to 27.2) / (9.59 million x 12 / 51 months / 10,000)",
     refusers_share, below(1), "below 1", "refusers listings-2017", ()),
    ("barred-from-posts", "Is a post known to be closed by fewer than one listing in twenty?",
     "71,000 / 6.73 million", barred_share, below(0.05), "below 0.05",
     "barred-from-posts listings-february-2017", ()),
    ("list-began", "Was the list still empty in 2014?", "listings published by 10 March 2014",
     list_began, exactly(0), "0", "listings-2014", ()),
    ("frame-growth", "Did the survey's frame grow by more than 5 points from 2015 to 2018?",
     "829 / 1,395 - 649 / 1,368, in points", frame_growth, above(5), "above 5 points",
     "internet-users internet-users-2015 population population-2014",
     ("figures.internet-users", "figures.population-2014")),
    ("informed-shrug", "Do people who learn the pros and cons support it as before?",
     "29 % / 53 %", informed_ratio, above(0.9), "above 0.9", "support-after support-before", ()),
    ("indifference", "Is approval as indifferent in Germany as in China?",
     "lowest approval in China less highest in Germany, in points", two_countries, between(-5, 5),
     "between -5 and 5 points", "support-china support-germany", ()),
)  # fmt: skip

PUBLISHED = tuple(
    Measurement(
        name=name,
        asks=asks,
        metrics=ARITHMETIC,
        formula=formula,
        compute=compute,
        condition=condition,
        meets=meets,
        figures=tuple(figures.split()),
        varied=tuple(Varied(path) for path in varied),
    )
    for name, asks, formula, compute, condition, meets, figures, varied in _ROWS
)
"""Measurements on published figures alone."""
