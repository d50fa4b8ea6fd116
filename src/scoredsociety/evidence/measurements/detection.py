"""Who is seen, by whom, and how often wrongly."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.engine.result import Kind, Truth
from scoredsociety.evidence.arms import changed, quantity
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.measurements.common import CAMERA, CITY, DYSTOPIA, PANOPTICON, opened
from scoredsociety.evidence.numbers import Number, over_replicates
from scoredsociety.evidence.scene import Floats, Ran, Scene
from scoredsociety.evidence.verdicts import above, below

POINTS = "rongcheng-points"
FALSE_MATCH = f"{CAMERA}.faces.false_match.minority"
TARGETED = opened(CITY, f"{CAMERA}.targeting", {"majority": quantity(1), "minority": quantity(3)})
REWARD = "world.channels.informant.informants.reward"
REWARDED = changed(PANOPTICON, ("set", f"{REWARD}.value", 8.0))


def recorded_share(run: Ran, scheme: str, conducts: list[str]) -> Floats:
    """Return records of real acts over expected acts, of these conducts, shape (R,)."""
    acts = np.sum([run.acts(c) for c in conducts], axis=0)
    seen = np.zeros(run.replicates)
    for c in conducts:
        for truth in (Truth.TRUE, Truth.EXCUSED, Truth.WRONG_PERSON):
            seen += run.rows(
                scheme, kind=Kind.RECORD, conduct=c, truth=truth, copied=False, entered=False
            )
    return np.asarray(ratio(seen, acts))


def all_recorded(s: Scene) -> Number:
    """Return the share of acts that end in a record of the national score."""
    rules = s.run.regime.schemes["national-score"].rules
    ruled = list(dict.fromkeys(rule.conduct for rule in rules))
    return over_replicates(recorded_share(s.run, "national-score", ruled))


def errors(run: Ran, minority: int | None = None) -> Floats:
    """Count camera records about people who did not do it, shape (R,)."""
    found = [
        run.rows(POINTS, channel="camera", truth=t, minority=minority)
        for t in (Truth.WRONG_PERSON, Truth.NO_EVENT)
    ]
    return np.asarray(np.sum(found, axis=0), dtype=np.float64)


def rate_ratio(run: Ran, minority: Floats, majority: Floats) -> Floats:
    """Return the rate of the smaller group over that of the larger, shape (R,)."""
    few = ratio(minority, run.last("adults", group=1))
    many = ratio(majority, run.last("adults", group=0))
    return np.asarray(ratio(few, many))


def camera_ratio(run: Ran) -> Floats:
    """Return camera records of real acts, smaller group over larger, for each adult."""
    few, many = (run.rows(POINTS, channel="camera", truth=Truth.TRUE, minority=g) for g in (1, 0))
    return rate_ratio(run, few, many)


def false_reports(run: Ran) -> Floats:
    """Return reports of what did not happen, for each 1,000 adults over the run, shape (R,)."""
    found = run.rows("national-score", channel="informant", truth=Truth.NO_EVENT)
    return np.asarray(1000.0 * ratio(found, run.last("adults")))


def camera_share(s: Scene) -> Number:
    """Return camera records over those of cameras and informants."""
    camera, people = (
        s.run.rows("national-score", channel=c, copied=False) for c in ("camera", "informant")
    )
    return over_replicates(ratio(camera, camera + people))


DETECTION = (
    Measurement(
        "everything-recorded", "Even with every channel on, is most of what people do recorded?",
        ("M23",), "records of real acts / acts, all conduct with a rule", all_recorded, above(0.5),
        "above half", {"run": DYSTOPIA}, rests_on=("world.conducts.traffic-violation.detection",),
    ),
    Measurement(
        "theft-caught", "Is less than a tenth of the thefts of electricity recorded?", ("M23",),
        "records of theft / acts of theft in pilots and elsewhere",
        lambda s: over_replicates(recorded_share(s.run, POINTS, ["utility-theft"])), below(0.1),
        "below a tenth", {"run": CITY},
        varied=(Varied("world.conducts.utility-theft.detection.administration", 0.002, 0.05),),
    ),
    Measurement(
        "face-errors", "Do three in ten camera errors fall on a group of nine in a hundred?",
        ("M5", "M10"), "camera records of the innocent on the smaller group / all of them",
        lambda s: over_replicates(ratio(errors(s.run, 1), errors(s.run))), above(0.3),
        "above 0.3", {"run": CITY}, varied=(Varied(FALSE_MATCH),),
    ),
    Measurement(
        "targeting-disparity", "Do cameras aimed at a group record it twice as often for its acts?",
        ("M10",), "camera records of real acts, smaller group / larger: aimed / not aimed",
        lambda s: over_replicates(ratio(camera_ratio(s.run), camera_ratio(s.base)), "ratio"),
        above(2), "above 2", {"run": TARGETED, "base": CITY},
        varied=(Varied(f"{CAMERA}.targeting.minority", 1.5, 10),),
    ),
    Measurement(
        "targeted-group", "Does a group at which cameras are aimed bear more errors as well?",
        ("M10", "M5"), "camera records of the innocent for each adult, smaller group / larger",
        lambda s: over_replicates(
            rate_ratio(s.run, errors(s.run, 1), errors(s.run, 0)), "ratio"),
        above(2), "above 2", {"run": TARGETED}, varied=(Varied(FALSE_MATCH),),
    ),
    Measurement(
        "cameras-for-informants", "Do cameras make more records than neighbours who report?",
        ("M23",), "records by camera / records by camera or informant", camera_share, above(0.5),
        "above half", {"run": PANOPTICON}, varied=(Varied(REWARD),),
    ),
    Measurement(
        "rewarded-reports", "Do false reports rise when reporting is paid?", ("M5", "M23"),
        "false reports for each 1,000 adults, paid less unpaid",
        lambda s: over_replicates(false_reports(s.run) - false_reports(s.base),
                                  "per 1,000 adults"),
        above(0), "above 0", {"run": REWARDED, "base": PANOPTICON},
        varied=(Varied("world.channels.informant.informants.reward_elasticity"),),
    ),
)  # fmt: skip
"""Measurements on detection."""
