"""The experiments inside a survey: lists, endorsements, and what reading something changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.normal import normal_cdf, normal_ppf
from scoredsociety.base.streams import Block
from scoredsociety.engine.program import identity
from scoredsociety.opinion.answers import Codes, Replies, numbers
from scoredsociety.opinion.approval import private_category
from scoredsociety.opinion.estimates import Estimate, Z, difference, means
from scoredsociety.opinion.public import Bools, Floats
from scoredsociety.opinion.questionnaire import Arm, Experiment, Item
from scoredsociety.opinion.sampling import Sampled

EXPERIMENTS = 4
"""Experiments of one survey that can have arms of their own."""
POLICY = (1, 5)
"""Support of the policy of an endorsement experiment: a scale from 1 to 5."""


@dataclass(frozen=True)
class Found:
    """One figure of an experiment.

    Attributes
    ----------
    what : str
        "direct", "list", "direct less list", "support, endorsed", or the arm.
    estimate : Estimate
        Of one figure.
    truth : float
        The same in the whole frame of the society; NaN where there is none.
    """

    what: str
    estimate: Estimate
    truth: float = float("nan")


def arm_of(replies: Replies, sample: Sampled, position: int, arms: int) -> NDArray[np.int64]:
    """Return the arm of each respondent in the experiment at a position of the questionnaire."""
    u = replies.public.draws(sample.number, Block.ARM)[position % EXPERIMENTS][sample.index]
    return np.asarray(np.minimum(np.floor(u * arms), arms - 1), dtype=np.int64)


def run(
    replies: Replies, sample: Sampled, frame: Bools, name: str, position: int
) -> tuple[list[Found], str]:
    """Make one experiment with the respondents of a sample.

    Parameters
    ----------
    replies : Replies
    sample : Sampled
    frame : bool array, shape (n,)
        Who is in the frame, for the truth.
    name : str
        Of the experiment.
    position : int
        Its place in the questionnaire.

    Returns
    -------
    list of Found, str
        The figures; or none and the reason.
    """
    experiment = replies.questionnaire.experiments[name]
    if experiment.item in replies.missing:
        return [], replies.missing[experiment.item]
    item = replies.questionnaire.items[experiment.item]
    if experiment.kind == "list":
        return _list(replies, sample, frame, name, experiment, item, position), ""
    if experiment.kind == "endorsement":
        return _endorsement(replies, sample, frame, name, experiment, item, position), ""
    return _information(replies, sample, frame, name, experiment, item, position), ""


def stream_of(name: str) -> int:
    """Return the stream of an experiment's replies; an item of the same name has another."""
    return identity(f"experiment {name}")


def statements(replies: Replies, experiment: Experiment, name: str) -> NDArray[np.int64]:
    """Return how many control statements apply to each person."""
    count = np.zeros(len(replies.public), np.int64)
    for k, share in enumerate(experiment.controls.values()):
        if k % 4 == 0:
            u = replies.public.draws(stream_of(name), int(Block.REPLY) | (k // 4) << 8)
        count += u[k % 4] < share.value
    return count


def approves(item: Item, codes: Codes) -> Bools:
    """Tell which codes are approval: above the neutral one, or the upper half of the scale."""
    neutral = (
        item.scale.index(item.neutral) if item.neutral is not None else (len(item.scale) - 1) // 2
    )
    return np.asarray(codes > neutral)


def _list(
    replies: Replies, sample: Sampled, frame: Bools, name: str, experiment: Experiment, item: Item,
    position: int,
) -> list[Found]:  # fmt: skip
    at = sample.index
    thought = replies.private[experiment.item]
    private, said = replies.once(
        ("list", name),
        lambda: (approves(item, thought), approves(item, replies.concealed(item, thought))),
    )
    treated = arm_of(replies, sample, position, 2) == 1
    applies = replies.once(("statements", name), lambda: statements(replies, experiment, name))
    count = applies[at] + (treated & private[at])
    column = count[:, None].astype(np.float64)
    with_it, without = means(sample, column, treated), means(sample, column, ~treated)
    listed = difference(sample, with_it, without)
    direct = means(sample, said[at][:, None].astype(np.float64))
    gap = difference(sample, direct, listed)
    truth, told = float(private[frame].mean()), float(said[frame].mean())
    return [
        Found("direct", direct, told),
        Found("list", listed, truth),
        Found("direct less list", gap, told - truth),
        Found("told apart", _told_apart(gap), power(told - truth, float(gap.se[0]))),
    ]


def _told_apart(gap: Estimate) -> Estimate:
    """Return 1 if an interval leaves 0 out: over many surveys, the power of the experiment."""
    apart = np.abs(gap.value) > Z * gap.se
    return Estimate(apart.astype(np.float64), np.full(1, np.nan), gap.asked, gap.scores)


def indifference(item: Item, thresholds: Floats) -> float:
    """Return the approval of somebody in the middle of the neutral category."""
    neutral = item.scale.index(item.neutral) if item.neutral else (len(item.scale) - 1) // 2
    above = float(thresholds[neutral])
    return above if neutral == 0 else 0.5 * (above + float(thresholds[neutral - 1]))


def _endorsement(
    replies: Replies, sample: Sampled, frame: Bools, name: str, experiment: Experiment,
    item: Item, position: int,
) -> list[Found]:  # fmt: skip
    assert experiment.strength is not None
    p, at = replies.public, sample.index
    endorsed = arm_of(replies, sample, position, 2) == 1
    strength = experiment.strength.value
    indifferent = indifference(item, replies.scale.thresholds[experiment.item])

    def support() -> tuple[Floats, Floats]:
        own = 3.0 + normal_ppf(p.draws(stream_of(name), Block.REPLY, 1)[0])
        liked = strength * (p.approval - indifferent)
        return np.clip(np.rint(own), *POLICY), np.clip(np.rint(own + liked), *POLICY)

    plain, with_it = replies.once(("endorsement", name), support)
    column = np.where(endorsed, with_it[at], plain[at])[:, None]
    a, b = means(sample, column, endorsed), means(sample, column, ~endorsed)
    return [
        Found("support, plain", b, float(plain[frame].mean())),
        Found("support, endorsed", a, float(with_it[frame].mean())),
        Found("endorsed less plain", difference(sample, a, b),
              float(with_it[frame].mean() - plain[frame].mean())),
    ]  # fmt: skip


def shifted(replies: Replies, arm: Arm) -> Floats:
    """Return approval of everybody after reading what an arm reads."""
    p = replies.public
    out: Floats = p.approval
    if arm.informs:
        out = out + p.effects["repression"] * ~p.informed
    if arm.shift is not None:
        out = out + arm.shift.value
    return out


def outcome(replies: Replies, name: str, item: Item, approval: Floats) -> Floats:
    """Return what everybody says at some approval: a number of support, or 1 for approval."""
    if item.answer == "support":
        return numbers(item, replies.scale.centres[name], approval).astype(np.float64)
    thought = private_category(approval, replies.scale.thresholds[name])
    return approves(item, replies.concealed(item, thought)).astype(np.float64)


def _information(
    replies: Replies, sample: Sampled, frame: Bools, name: str, experiment: Experiment,
    item: Item, position: int,
) -> list[Found]:  # fmt: skip
    at = sample.index
    arm = arm_of(replies, sample, position, len(experiment.arms))
    after = [
        replies.once(
            ("arm", name, arm_name),
            lambda a=a: outcome(replies, experiment.item, item, shifted(replies, a)),  # type: ignore[misc]
        )
        for arm_name, a in experiment.arms.items()
    ]
    column = np.choose(arm, [x[at] for x in after])[:, None]
    each = [means(sample, column, arm == k) for k in range(len(after))]
    found = [
        Found(arm_name, each[k], float(after[k][frame].mean()))
        for k, arm_name in enumerate(experiment.arms)
    ]
    first = next(iter(experiment.arms))
    for k, arm_name in list(enumerate(experiment.arms))[1:]:
        truth = float(after[k][frame].mean() - after[0][frame].mean())
        gap = difference(sample, each[k], each[0])
        found.append(Found(f"{arm_name} less {first}", gap, truth))
    return found


def power(gap: float, error: float) -> float:
    """Return the chance that a normal estimate differs from 0 at 5 %.

    Examples
    --------
    >>> round(power(0.14, 0.05), 2)
    0.8
    """
    z = gap / error
    return float(normal_cdf(np.array(z - Z)) + normal_cdf(np.array(-z - Z)))
