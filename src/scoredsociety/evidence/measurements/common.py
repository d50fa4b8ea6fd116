"""Arms and small calculations that several measurements share."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.evidence.arms import Arm, changed, quantity
from scoredsociety.evidence.scene import Floats, Ran

FRAGMENTED = Arm("fragmented-2018")
JOINT = Arm("joint-2020")
PANOPTICON = Arm("panopticon")
DYSTOPIA = Arm("dystopia")
SHOWCASE = Arm("showcase")
BUREAU = Arm("bureau")
PLATFORM = Arm("platform")
FIRMS = Arm("firm-only")
COURT = Arm("court-list")
"""The court list alone."""
CITY = Arm("rongcheng-points")
"""The points of one city alone."""
SESAME = Arm("sesame-score")
"""The commercial score alone."""

LAWFUL = "lawful-critical"
TRAFFIC = "traffic-violation"
CITY_AWARE = "schemes.rongcheng-points.awareness.inside"
CAMERA = "world.channels.camera"
RHO = "world.parameters.common_propensity"


def fall(
    run: Ran,
    base: Ran,
    conduct: str,
    *,
    aware: bool | None = None,
    first: int = 1,
    until: int | None = None,
) -> Floats:
    """Return 1 - acts / acts of the counterfactual, shape (R,): M13, or M12 of lawful speech."""
    ours = run.acts(conduct, aware=aware, first=first, until=until)
    theirs = base.acts(conduct, aware=aware, first=first, until=until)
    return np.asarray(1.0 - ratio(ours, theirs))


def opened(arm: Arm, path: str, value: object) -> Arm:
    """Return an arm with something written where nothing stands yet."""
    return changed(arm, ("add", path, value))


def put(arm: Arm, path: str, value: float | None) -> Arm:
    """Return an arm with a number of our own, also in the place of none."""
    return changed(arm, ("set", path, quantity(value)))


def rate(run: Ran, key: str) -> Floats:
    """Return a stock at the horizon for each 1,000 adults, shape (R,)."""
    return np.asarray(1000.0 * ratio(run.last(key), run.last("adults")))


def rich_over_poor(run: Ran, key: str) -> Floats:
    """Return the share of person-months in the richest fifth over that in the poorest, (R,)."""
    rich = ratio(run.total(key, income=4), run.total("adults", income=4))
    poor = ratio(run.total(key, income=0), run.total("adults", income=0))
    return np.asarray(ratio(rich, poor))


def cross_share(run: Ran, scheme: str, conduct: str) -> float:
    """Return the share of a status's monthly harm outside what is related to a conduct.

    From the declared tables of sanctions and contexts: 1 if every sanction of the scheme bites
    in a sphere of life that has nothing to do with the conduct.
    """
    regime = run.regime
    related = regime.world.contexts[regime.world.conducts[conduct].context].related
    codes = {e.sanction for e in regime.schemes[scheme].effects if e.sanction is not None}
    harms = {
        code: regime.world.sanctions[code].harm.value * regime.world.sanctions[code].exposed.value
        for code in sorted(codes)
    }
    outside = sum(h for c, h in harms.items() if regime.world.sanctions[c].context not in related)
    return outside / sum(harms.values())


def harm_of(run: Ran, *codes: str) -> Floats:
    """Return the harm borne over the run in median monthly incomes, shape (R,).

    Person-months under each sanction times its declared harm; all sanctions if none is named.
    """
    world = run.regime.world
    out = np.zeros(run.replicates)
    for code in codes or tuple(world.sanctions):
        s = world.sanctions[code]
        out += run.total(f"sanction:{code}") * s.harm.value * s.exposed.value
    return out


def benefit_of(run: Ran) -> Floats:
    """Return the benefit of all rewards over the run in median monthly incomes, shape (R,)."""
    out = np.zeros(run.replicates)
    for code, reward in run.regime.world.rewards.items():
        out += run.total(f"reward:{code}") * reward.benefit.value
    return out


def below_a(run: Ran, scheme: str) -> Floats:
    """Return the share of the enrolled in grades below A at the horizon, shape (R,)."""
    grades = run.regime.schemes[scheme].grades
    names = list(grades.bands) if grades is not None else []
    low = np.sum([run.last(f"grade:{scheme}:{g}") for g in names[names.index("A") + 1 :]], axis=0)
    return np.asarray(ratio(low, run.last(f"enrolled:{scheme}")))


def below_a_months(run: Ran, scheme: str) -> Floats:
    """Return the share of person-months enrolled that are spent below A, shape (R,)."""
    grades = run.regime.schemes[scheme].grades
    names = list(grades.bands) if grades is not None else []
    low = np.sum([run.total(f"grade:{scheme}:{g}") for g in names[names.index("A") + 1 :]], axis=0)
    return np.asarray(ratio(low, run.total(f"enrolled:{scheme}")))


def mean_score(run: Ran, scheme: str) -> Floats:
    """Return the mean of a feature score at the horizon, in points, shape (R,)."""
    return np.asarray(ratio(run.last(f"score:{scheme}"), run.last(f"enrolled:{scheme}")) / 64.0)
