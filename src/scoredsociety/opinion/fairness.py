"""What a scheme shows of itself when its weights are read."""

from __future__ import annotations

from collections.abc import Iterator

from scoredsociety.schemes.model import ResolvedRegime


def revealed_fairness(regime: ResolvedRegime, name: str) -> float:
    """Return how far a scheme stays with what its records are about.

    Of all that the scheme's effects bring, the share that belongs to the sphere of the conduct
    that leads to it, as the world's contexts declare: each pair of a rule (by its absolute
    points; 1 in a list) and an effect (by its declared harm or benefit, and for institutions that
    join in by their probability) counts with the product of both. It is the complement of
    measure M8, read off the tables instead of counted.

    Parameters
    ----------
    regime : ResolvedRegime
    name : str
        A scheme of the regime.

    Returns
    -------
    float
        From 0 to 1; NaN where the scheme has no rule or no effect.
    """
    world, scheme = regime.world, regime.schemes[name]
    related = whole = 0.0
    for rule in scheme.rules:
        conduct = world.conducts.get(rule.conduct)
        if conduct is None or conduct.deed:
            continue
        own = world.contexts[conduct.context].related
        weight = float(abs(rule.points)) if rule.points is not None else 1.0
        for context, size in _effects(regime, name):
            whole += weight * size
            related += weight * size * (context in own)
    return related / whole if whole > 0 else float("nan")


def _effects(regime: ResolvedRegime, name: str) -> Iterator[tuple[str, float]]:
    """Yield harm contexts with the size of what bites or pays there."""
    world = regime.world
    for effect in regime.schemes[name].effects:
        if effect.sanction is not None:
            known = world.sanctions[effect.sanction]
            yield known.context, known.harm.value * known.exposed.value
        if effect.reward is not None:
            yield world.rewards[effect.reward].context, world.rewards[effect.reward].benefit.value
    for joint in regime.joint:
        if joint.origin != name:
            continue
        names = list(world.institutions) if joint.institutions == "all" else joint.institutions
        for institution in names:
            for code in world.institutions[institution].sanctions:
                known = world.sanctions[code]
                yield (
                    known.context,
                    known.harm.value * known.exposed.value * (joint.probability.value),
                )
