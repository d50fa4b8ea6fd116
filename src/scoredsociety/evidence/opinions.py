"""People asked at the end of runs, in the frame and on the scale of the survey of 2018.

Attitudes are calibrated once, on the published shares, in the run with the role "reference". The
same people then answer in every other run. Whole frames are counted, not samples: how far a sample
could miss them is worked out where a measurement is about that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from scoredsociety.evidence.scene import Floats, Scene
from scoredsociety.opinion.answers import Replies, calibrated
from scoredsociety.opinion.approval import Reading
from scoredsociety.opinion.estimates import list_error, share_error
from scoredsociety.opinion.experiments import approves, power
from scoredsociety.opinion.files import load_questionnaire
from scoredsociety.opinion.frame import in_frame
from scoredsociety.opinion.gradients import (
    CONTRASTS,
    Ints,
    benefits_equal,
    contrasts,
    expected_approval,
)
from scoredsociety.opinion.public import Bools, Public
from scoredsociety.opinion.questionnaire import Questionnaire

QUESTIONNAIRE = "kostka-2018"
APPROVE = "approve"
SINCERE, PARTLY = "sincere", "partly"
"""Readings of the answers: nobody conceals, or as many as list experiments elsewhere suggest."""
Who = Callable[[Public], Bools]
Whether = Callable[[Replies], Bools]
Sides = Callable[[Public, Ints], tuple[Bools, Bools]]


@lru_cache(maxsize=16)
def questions(*items: str) -> Questionnaire:
    """Return the questionnaire with some of its items only."""
    whole = load_questionnaire(QUESTIONNAIRE)
    return whole.model_copy(update={"items": {name: whole.items[name] for name in items}})


def framed(public: Public) -> Bools:
    """Return who could be drawn for the survey."""
    return in_frame(load_questionnaire(QUESTIONNAIRE).frame, public)


def replies(scene: Scene, *items: str, role: str = "run", reading: str = SINCERE) -> list[Replies]:
    """Return what everybody of every society of a run would answer."""
    reference, asked = scene.roles["reference"], questions(*(items or (APPROVE,)))
    key = (tuple(asked.items), reading)
    if key not in reference.scales:
        share = reference.regime.world.opinion.falsification[reading].value
        reference.scales[key] = calibrated(asked, reference.publics, Reading(reading, share))
    return [Replies(asked, p, reference.scales[key]) for p in scene.roles[role].publics]


def thinks(answered: Replies) -> Bools:
    """Return who approves privately."""
    item = answered.questionnaire.items[APPROVE]
    return approves(item, answered.private[APPROVE])


def says(answered: Replies) -> Bools:
    """Return who says so when asked."""
    item = answered.questionnaire.items[APPROVE]
    return approves(item, answered.concealed(item, answered.private[APPROVE]))


def approval(
    scene: Scene, role: str = "run", *, whether: Whether = thinks, reading: str = SINCERE,
    among: Who = framed,
) -> Floats:  # fmt: skip
    """Return the share who approve, shape (R,); NaN where there is nobody."""
    found = replies(scene, role=role, reading=reading)
    return np.array([share(whether(r), among(r.public)) for r in found])


def share(of: Bools, among: Bools) -> float:
    """Return a share of some people; NaN of nobody."""
    return float(of[among].mean()) if among.any() else float("nan")


def whoever(who: Who) -> Sides:
    """Return the sides of some people and all others."""

    def sides(public: Public, inside: Ints) -> tuple[Bools, Bools]:
        one = who(public)[inside]
        return one, ~one

    return sides


def published(name: str) -> Sides:
    """Return the sides of a contrast whose sign is published."""

    def sides(public: Public, inside: Ints) -> tuple[Bools, Bools]:
        found = {label: groups for label, *groups in contrasts(public, inside)}
        one, other = found[CONTRASTS[name]]
        return one, other

    return sides


def gap(scene: Scene, sides: Sides, *, equal: bool = False) -> Floats:
    """Return by how many points more the one side approves privately than the other, (R,).

    Chances of approving are averaged in the frame, so that noise adds no luck.

    Parameters
    ----------
    scene : Scene
    sides : callable
        From the people and the positions of the frame to its two sides.
    equal : bool
        As if all held as many benefits as the mean person of the frame.
    """
    out = []
    for answered in replies(scene):
        p, inside = answered.public, np.flatnonzero(framed(answered.public))
        item = answered.questionnaire.items[APPROVE]
        threshold = answered.scale.thresholds[APPROVE][item.scale.index(item.neutral or "")]
        predicted = benefits_equal(p, inside) if equal else p.predicted[inside]
        chance = expected_approval(predicted, float(threshold))
        one, other = sides(p, inside)
        both = one.any() and other.any()
        out.append(100 * (chance[one].mean() - chance[other].mean()) if both else np.nan)
    return np.array(out)


def interview_power(scene: Scene, interviews: int) -> Floats:
    """Return how often some interviews would tell private from reported approval, shape (R,).

    Reading "partly", at 5 %; people are drawn at random, and nobody hides anything in an interview.
    """
    both = zip(*_told_and_thought(scene), strict=True)
    return np.array([power(s - p, share_error(p, interviews)) for s, p in both])


def list_power(scene: Scene) -> Floats:
    """Return how often a list experiment in one survey would tell them apart, shape (R,).

    The list experiment of the questionnaire, in a simple random sample of the published size.
    """
    q = load_questionnaire(QUESTIONNAIRE)
    controls = np.array([c.value for c in q.experiments["private-approval"].controls.values()])
    people = round(q.sample.size.value)
    both = zip(*_told_and_thought(scene), strict=True)
    return np.array([power(s - p, gap_error(controls, s, p, people)) for s, p in both])


def _told_and_thought(scene: Scene) -> tuple[Floats, Floats]:
    return (
        approval(scene, whether=says, reading=PARTLY),
        approval(scene, reading=PARTLY),
    )


def gap_error(controls: Floats, said: float, thought: float, people: int) -> float:
    """Return the standard error of direct answers less a list experiment on the same people.

    Everybody answers directly, and half read the longer list. Who approves says so, so that the
    two estimates have the covariance p (1 - s) / n.
    """
    listed = list_error(controls, thought, people // 2, people - people // 2)
    both = listed**2 + said * (1 - said) / people - 2 * thought * (1 - said) / people
    return float(np.sqrt(both))
