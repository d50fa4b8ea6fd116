"""What must be read beside a number: deterrence and approval beside error, harm and chilling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.evidence import opinions
from scoredsociety.evidence.measurement import Measurement
from scoredsociety.evidence.numbers import Number, over_replicates
from scoredsociety.evidence.scene import Floats, Ran, Scene

OFFENCE, SPEECH = "traffic-violation", "lawful-critical"
NEVER_ALONE = frozenset({"M12", "M13"})
"""Metrics that are never told without their companions."""
APPROVAL = "M16"


@dataclass(frozen=True)
class Companion:
    """A further number of the same runs.

    Attributes
    ----------
    what : str
        In words.
    metric : str
    number : Number
    """

    what: str
    metric: str
    number: Number


def companions(measurement: Measurement, scene: Scene) -> tuple[Companion, ...]:
    """Return what must be read with a measurement, from the runs that it has anyway."""
    if "run" not in scene.roles or measurement.tables:
        return ()
    run = scene.run
    if measurement.asked:
        return _beside_opinion(measurement, scene)
    if "M6" in measurement.metrics:
        trapped = run.cell("M7", "court-list", "trap probability, 60 months")
        return (
            Companion(
                "on the list, still or again, 60 months after the first entry",
                "M7",
                over_replicates(trapped),
            ),
        )
    if not NEVER_ALONE & set(measurement.metrics) or not run.data.manifest["schemes"]:
        return ()  # nobody is recorded or sanctioned where there is no scheme
    out = [
        Companion("wrongful share of all that is held against people", "M5",
                  over_replicates(_wrongful(run))),
        Companion("share of the harm in unrelated spheres of life", "M8",
                  over_replicates(run.cell("M8", "all statuses", "cross-context share"))),
    ]  # fmt: skip
    base = scene.roles.get("base")
    if base is None:
        return tuple(out)
    for what, metric, conduct in (
        ("fall of lawful criticism", "M12", SPEECH),
        ("fall of traffic offences", "M13", OFFENCE),
    ):
        fall = 1.0 - ratio(run.acts(conduct), base.acts(conduct))
        out.append(Companion(what, metric, over_replicates(fall)))
    return tuple(out)


def _beside_opinion(measurement: Measurement, scene: Scene) -> tuple[Companion, ...]:
    """Return who is sanctioned, how many of them wrongly, and the other reading of the answers."""
    people = scene.run.publics
    frames = [opinions.framed(p) for p in people]
    under = [opinions.share(p.under, f) for p, f in zip(people, frames, strict=True)]
    wrong = [opinions.share(p.wrongful, f & p.under) for p, f in zip(people, frames, strict=True)]
    out = [
        Companion("of the survey's frame under a sanction", "M1", over_replicates(under)),
        Companion("of these wrongly", "M5", over_replicates(wrong)),
    ]
    if APPROVAL in measurement.metrics:
        partly = opinions.approval(scene, reading=opinions.PARTLY)
        said = opinions.approval(scene, whether=opinions.says, reading=opinions.PARTLY)
        out += [
            Companion("say that they approve, if some conceal that they do not (reading partly)",
                      "M16", over_replicates(said)),
            Companion("of the same people approve privately", "M16", over_replicates(partly)),
        ]  # fmt: skip
    if {APPROVAL, "M25"} <= set(measurement.metrics):
        chance = opinions.list_power(scene)
        out.append(Companion("chance that a list experiment of the survey's size tells the two "
                             "apart", "M25", over_replicates(chance)))  # fmt: skip
    return tuple(out)


def _wrongful(run: Ran) -> Floats:
    """Return the wrongful share of all records and entries, shape (R,)."""
    streams = [s for s in run.sample.streams if s.unit != "spells"]
    sums = [run.sample.per_replicate(s.entered) for s in streams]
    wrong = [run.sample.per_replicate(s.entered.take(s.entered.wrongful)) for s in streams]
    nothing = np.zeros(run.replicates)
    return np.asarray(ratio(sum(wrong, nothing), sum(sums, nothing)))
