"""Conduct against the same society without a scheme: who changes, by how much, for how long."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.evidence.arms import changed
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.measurements.common import (
    CITY,
    CITY_AWARE,
    FRAGMENTED,
    TRAFFIC,
    fall,
    opened,
)
from scoredsociety.evidence.numbers import Number, over_replicates
from scoredsociety.evidence.scene import Floats, Scene
from scoredsociety.evidence.verdicts import above, below, between

YEAR = 12
CERTAINTY = "schemes.rongcheng-points.awareness.certainty"
OUTSIDE = ("set", "schemes.rongcheng-points.awareness.outside.value", 0.0)
PAIRED = {"run": FRAGMENTED, "base": FRAGMENTED.without_schemes()}
FEW = changed(CITY, OUTSIDE)
HALF = changed(CITY, OUTSIDE, ("set", f"{CITY_AWARE}.value", 0.53))
CERTAIN = changed(CITY, ("set", f"{CERTAINTY}.value", 4.0))
SEVERE = changed(CITY, ("set", "world.sanctions.WELF.harm.value", 0.1))
ENDED = opened(CITY, "schemes.rongcheng-points.timing", {"ends": 36, "confidence": "assumed"})


def aware_half_year(s: Scene) -> Floats:
    """Return the fall of traffic offences of the aware in the first half year."""
    return fall(s.run, s.base, TRAFFIC, aware=True, until=6)


def fading(s: Scene) -> Number:
    """Return the fall in the last year over that in the first half year, of the aware."""
    late = fall(s.run, s.base, TRAFFIC, aware=True, first=s.run.months - YEAR + 1)
    return over_replicates(ratio(late, aware_half_year(s)), "ratio")


def certainty_over_severity(s: Scene) -> Number:
    """Return what twice the certainty adds to the fall, less what twice the harm adds."""
    plain = fall(s.run, s.base, TRAFFIC, until=YEAR)
    more = fall(s.roles["certain"], s.base, TRAFFIC, until=YEAR) - plain
    worse = fall(s.roles["severe"], s.base, TRAFFIC, until=YEAR) - plain
    return over_replicates(100 * (more - worse), "points")


def proportional(s: Scene) -> Number:
    """Return the growth of the effect with awareness over the growth of awareness."""
    few, half = (fall(s.roles[role], s.base, TRAFFIC, until=YEAR) for role in ("run", "half"))
    known = [s.roles[role].regime.schemes["rongcheng-points"].awareness for role in ("run", "half")]
    shares = [a.inside.value if a is not None else np.nan for a in known]
    return over_replicates(ratio(half, few) / (shares[1] / shares[0]), "ratio")


CONDUCT = (
    Measurement(
        "only-the-aware", "Does conduct stay as it was among those who know of no scheme?",
        ("M13",), "fall of traffic offences among the unaware, in points",
        lambda s: over_replicates(100 * fall(s.run, s.base, TRAFFIC, aware=False), "points"),
        between(-0.1, 0.1), "from -0.1 to 0.1 points", PAIRED,
    ),
    Measurement(
        "aware-effect", "Do those who know break traffic rules a tenth less at first?", ("M13",),
        "fall of traffic offences of the aware, first six months",
        lambda s: over_replicates(aware_half_year(s)), above(0.1), "above 0.1", PAIRED,
        varied=(Varied("world.parameters.certainty_elasticity"), Varied(CERTAINTY)),
    ),
    Measurement(
        "city-wide-effect", "Is the effect on everybody below five in a hundred?", ("M13",),
        "fall of traffic offences of all, first year",
        lambda s: over_replicates(fall(s.run, s.base, TRAFFIC, until=YEAR)), below(0.05),
        "below 0.05", PAIRED,
        varied=(Varied("world.parameters.certainty_elasticity"), Varied(CERTAINTY)),
    ),
    Measurement(
        "visible-contexts", "Does conduct on the road change more than on trains?", ("M13",),
        "fall of traffic offences less fall of misconduct on trains, of the aware, in points",
        lambda s: over_replicates(
            100 * (fall(s.run, s.base, TRAFFIC, aware=True)
                   - fall(s.run, s.base, "transit-misconduct", aware=True)), "points"),
        above(0), "above 0", PAIRED, varied=(Varied("world.parameters.prior_acts"),),
    ),
    Measurement(
        "awareness-needed", "Does the effect grow in step with those who know?", ("M13", "M17"),
        "growth of the fall from 11 % to 53 % aware / growth of awareness", proportional,
        between(0.8, 1.2), "from 0.8 to 1.2",
        {"run": FEW, "half": HALF, "base": CITY.without_schemes()},
    ),
    Measurement(
        "certainty-over-severity", "Does certainty move conduct more than severity?", ("M13",),
        "fall with twice the certainty less fall with twice the harm, in points; in the model "
        "harm itself moves nobody", certainty_over_severity, above(0.1), "above 0.1 points",
        {"run": CITY, "certain": CERTAIN, "severe": SEVERE, "base": CITY.without_schemes()},
        varied=(Varied("world.parameters.certainty_elasticity"),),
    ),
    Measurement(
        "announcement-fades", "Is less than half of the first effect left at the end?", ("M13",),
        "fall in the last year / in the first half year, of the aware", fading, below(0.5),
        "below half", PAIRED, varied=(Varied("world.parameters.prior_acts"),),
    ),
    Measurement(
        "stays-after-the-end", "Does conduct stay better after the scheme has ended?", ("M13",),
        "fall of traffic offences of the aware in the half year after month 40, in points; the "
        "scheme ends in month 36",
        lambda s: over_replicates(
            100 * fall(s.run, s.base, TRAFFIC, aware=True, first=41, until=46), "points"),
        above(0.5), "above 0.5 points", {"run": ENDED, "base": CITY.without_schemes()},
        varied=(Varied("world.parameters.habit"),),
    ),
)  # fmt: skip
"""Measurements on deterrence; never told without error, harm and chilling beside them."""
