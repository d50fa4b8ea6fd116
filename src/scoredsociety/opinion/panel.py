"""The second wave of a panel: the same people, some of whom have learnt something."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scoredsociety.base.streams import Block
from scoredsociety.opinion.answers import Calibrated, Replies
from scoredsociety.opinion.estimates import difference, means
from scoredsociety.opinion.experiments import approves
from scoredsociety.opinion.gathering import Gatherer
from scoredsociety.opinion.public import Bools, Public
from scoredsociety.opinion.questionnaire import Questionnaire
from scoredsociety.opinion.sampling import Sampled
from scoredsociety.schemes.model import ResolvedRegime


def informed_later(regime: ResolvedRegime, share: float) -> ResolvedRegime:
    """Return a regime in which a share of those who did not know has learnt of repressive use."""
    opinion = regime.world.opinion
    before = opinion.informed.value
    now = opinion.informed.model_copy(update={"value": before + (1.0 - before) * share})
    changed = opinion.model_copy(update={"informed": now})
    world = regime.world.model_copy(update={"opinion": changed})
    return regime.model_copy(update={"world": world})


def second(questionnaire: Questionnaire, later: Public, scale: Calibrated) -> Replies:
    """Return the answers of a society at the second wave."""
    panel = questionnaire.panel
    if panel is not None and panel.informs is not None:
        later = replace(later, regime=informed_later(later.regime, panel.informs.value))
    return Replies(questionnaire, later, scale)


def add(out: Gatherer, before: Replies, after: Replies, sample: Sampled, frame: Bools) -> None:
    """Add what one panel finds: approval in both waves among those who stay, and who moves.

    Parameters
    ----------
    out : Gatherer
    before, after : Replies
        Of the same society.
    sample : Sampled
        Of the first wave.
    frame : bool array, shape (n,)
        Who is in the frame, for the truth.
    """
    panel = before.questionnaire.panel
    assert panel is not None
    reading, at = before.scale.reading.name, sample.index
    luck = before.public.draws(sample.number, Block.SAMPLE)[2][at]
    stays: Bools = luck < panel.stays.value
    learnt = after.public.informed & ~before.public.informed
    for name in panel.items:
        if name in before.missing or name in after.missing:
            reason = before.missing.get(name) or after.missing[name]
            out.add((reading, name, "first wave, those who stay"), np.nan, note=reason)
            continue
        item = before.questionnaire.items[name]
        first, then = (approves(item, r.said[name]) for r in (before, after))
        everybody = np.ones(len(first), np.bool_)
        groups = {"all": everybody, "learnt of repressive use": learnt, "others": ~learnt}
        for group, those in groups.items():
            inside = stays & those[at]
            one = means(sample, first[at][:, None].astype(np.float64), inside)
            two = means(sample, then[at][:, None].astype(np.float64), inside)
            moved = difference(sample, two, one)
            a, b = before.once(
                ("panel", name, group),
                lambda f=first, t=then, g=those & frame: (_share(f, g), _share(t, g)),  # type: ignore[misc]
            )
            for what, e, truth in (
                ("first wave", one, a),
                ("second wave", two, b),
                ("change", moved, b - a),
            ):
                out.add((reading, name, f"{what}, {group}"), float(e.value[0]), float(e.se[0]),
                        truth, e.asked)  # fmt: skip
        for what, moves in (("no longer approve", first & ~then), ("now approve", ~first & then)):
            e = means(sample, moves[at][:, None].astype(np.float64), stays)
            out.add((reading, name, what), float(e.value[0]), float(e.se[0]),
                    _share(moves, frame), e.asked)  # fmt: skip


def _share(of: Bools, among: Bools) -> float:
    return float(of[among].mean()) if among.any() else float("nan")
