"""Harm against the gravity of conduct, and who bears it: the poor or the rich."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.evidence.arms import Arm
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.measurements.common import (
    FRAGMENTED,
    LAWFUL,
    PANOPTICON,
    rich_over_poor,
)
from scoredsociety.evidence.numbers import Number, over_replicates, spearman
from scoredsociety.evidence.scene import Scene
from scoredsociety.evidence.verdicts import above, below


def gravity_order(s: Scene) -> Number:
    """Return the rank correlation of proportionality with the gravity of conduct."""
    item, world = "national-score/spells", s.run.regime.world
    names = [c for c in s.run.data.manifest["conducts"] if world.gravity[c].value > 0]
    table = np.array([s.run.cell("M9", item, "median ratio", f"conduct={c}") for c in names])
    gravity = np.array([world.gravity[c].value for c in names])
    found = []
    for column in table.T:
        known = ~np.isnan(column)
        found.append(spearman(list(column[known]), list(gravity[known])))
    return over_replicates(found, "rank correlation")


def minor_over_court(s: Scene) -> Number:
    """Return the median proportionality ratio of riding without a ticket over that of a court."""
    item = "national-score/spells"
    minor = s.run.cell("M9", item, "median ratio", "conduct=transit-misconduct")
    court = s.run.cell("M9", item, "median ratio", "conduct=court-default")
    return over_replicates(np.log10(ratio(minor, court)), "powers of ten")


def harm_poor_over_rich(s: Scene) -> Number:
    """Return harm for each adult of the poorest fifth over that of the richest."""
    poor, rich = (
        s.run.cell("M8", "all statuses", "harm per adult", f"income={name} fifth")
        for name in ("poorest", "richest")
    )
    return over_replicates(ratio(poor, rich), "ratio")


WEIGHT = (
    Measurement(
        "minor-infractions", "Is a minor infraction answered more heavily, for its weight, than a "
        "judgment?", ("M9", "M8"),
        "log10 of the median ratio of harm to gravity: transit / court default",
        minor_over_court, above(0), "above 0", {"run": PANOPTICON},
        varied=(Varied("world.gravity.transit-misconduct"),),
    ),
    Measurement(
        "gravity-reversed", "Is the order of harm for its weight the reverse of gravity?",
        ("M9",), "rank correlation of median ratio and gravity over conducts", gravity_order,
        below(-0.5), "below -0.5", {"run": PANOPTICON}, rests_on=("world.gravity",),
    ),
    Measurement(
        "harmless-conduct", "Do people bear harm for conduct that harms nobody?", ("M9", "M8"),
        "excess harm of spells that lawful criticism began, CNY for each adult",
        lambda s: over_replicates(
            ratio(s.run.cell("M9", "national-score/spells", "excess harm", f"conduct={LAWFUL}"),
                  s.run.last("adults")), "CNY an adult"),
        above(0), "above 0", {"run": PANOPTICON}, rests_on=(f"world.gravity.{LAWFUL}",),
    ),
    Measurement(
        "welfare-regressive", "Do the poorest bear more harm than the richest?", ("M15", "M8"),
        "harm for each adult, poorest fifth / richest", harm_poor_over_rich, above(1), "above 1",
        {"run": FRAGMENTED}, varied=(Varied("world.conducts.court-default.income_gradient", 0, 2),),
    ),
    Measurement(
        "tax-reward-by-income", "Does a lower tax bill go to the richest more than to the poorest?",
        ("M15", "M19"), "person-months with TAX+ for each adult, richest fifth / poorest",
        lambda s: over_replicates(rich_over_poor(s.run, "reward:TAX+"), "ratio"), above(1),
        "above 1", {"run": Arm("national-score")},
        varied=(Varied("world.conducts.loan-arrears.income_gradient", 0, 2),),
    ),
)  # fmt: skip
"""Measurements on proportionality and on who bears the harm."""
