"""Claims that arithmetic on published figures can answer: no simulation, no luck."""

from __future__ import annotations

import math

from scoredsociety.audit.exact import binomial_interval, binomial_upper, poisson_interval
from scoredsociety.evidence.measurement import Compute, Measurement, Varied
from scoredsociety.evidence.numbers import (
    Number,
    exact,
    share_error,
)
from scoredsociety.evidence.scene import Scene
from scoredsociety.evidence.verdicts import Condition, above, below, between, exactly

ARITHMETIC = ("arithmetic",)
MONTHS_TO_2017 = 51
"""From October 2013, when the list came into force, to the end of 2017."""


def survey_error(s: Scene) -> Number:
    """Return the standard error of 80 % in the survey, in percentage points."""
    return exact(100 * share_error(s.figures["approve"], s.figures["survey-people"]), "points")


def sesame_most_used(s: Scene) -> Number:
    """Return Sesame's customers over all users of a commercial scheme."""
    users = s.figures["use-commercial"] * s.figures["internet-users"]
    return exact(s.figures["sesame-users"] / users)


def sesame_count(s: Scene) -> Number:
    """Return Sesame's customers over internet users."""
    return exact(s.figures["sesame-users"] / s.figures["internet-users"])


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


_ROWS: tuple[tuple[str, str, str, Compute, Condition, str, str, tuple[str, ...]], ...] = (
    ("survey-error", "Is the survey large enough to know a share to a percentage point?",
     "100 sqrt(p (1 - p) / n), p = 0.80, n = 2,209", survey_error, below(1), "below 1 point",
     "approve survey-people", ()),
    ("sesame-most-used", "If more than 80 % use a programme, do most of them use Sesame?",
     "400 / (0.80 x internet users)", sesame_most_used, above(0.5), "above half",
     "use-commercial internet-users sesame-users", ("figures.internet-users",)),
    ("sesame-count", "Are 400 million customers 80 % of internet users?",
     "400 / internet users", sesame_count, above(0.8), "above 0.8",
     "sesame-users internet-users", ("figures.internet-users",)),
    ("interviews-confirm", "Do 15 interviews without dissent show that dissent is near 1 %?",
     "1 - 0.05 ^ (1 / 15): exact upper bound of dissent", interviews_bound, below(0.05),
     "below 0.05", "interviews", ()),
    ("interviews-dozens", "Do three dozen interviews show that dissent is near 1 %?",
     "1 - 0.05 ^ (1 / 36)", dozens_bound, below(0.05), "below 0.05", "interviews-dozens",
     ("figures.interviews-dozens",)),
    ("interviews-count", "Do dozens of interviews say at least twice as much as 15?",
     "upper bound of dissent with dozens / that with 15", interviews_ratio, below(0.5),
     "below 0.5", "interviews interviews-dozens", ("figures.interviews-dozens",)),
    ("trust-deficit", "Do most see a lack of trust?", "76 % of 2,209, exact 95% interval",
     trust_deficit, above(0.5), "above half", "trust-deficit survey-people", ()),
    ("central-preferred", "Do more people want central than local management?",
     "59 - 9 points, with the sampling interval", central_lead, above(0), "above 0",
     "prefer-central prefer-local survey-people", ()),
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
