"""How conduct answers to what people know, expect and are used to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import inlined, unrolled
from scoredsociety.engine.scalars import believed_share, perceived_factor


@inlined
def announced(schemes: Any, month: int) -> int:
    """Return the bits of the schemes that are announced and have not ended."""
    bits = 0
    for s in range(schemes.shape[0]):
        if schemes[s].announced < month <= schemes[s].ends:
            bits |= 1 << s
    return bits


@unrolled
def expected(schemes: Any, ruled: NDArray[np.int64], first: int, last: int, known: int) -> float:
    """Return the highest factor by which the schemes that somebody knows raise certainty."""
    most = 1.0
    for k in range(first, last):
        s = ruled[k]
        if known >> s & 1 and schemes[s].certainty > most:
            most = schemes[s].certainty
    return float(most)


@inlined
def expected_of_speech(
    schemes: Any,
    ruled: NDArray[np.int64],
    first: int,
    last: int,
    settings: Any,
    person: Any,
    known: int,
) -> tuple[float, float]:
    """Return how far lawful speech falls if one is sure that it is scored, and the certainty.

    The certainty is the factor by which the schemes that somebody knows raise it.
    """
    if person.watched:
        return float(settings.chill), 1.0
    weight, certainty = 0.0, 1.0
    for k in range(first, last):
        s = ruled[k]
        if known >> s & 1:
            weight = 1.0
            certainty = max(certainty, schemes[s].certainty)
    if weight == 0.0 and known & settings.scores_speech:
        weight = settings.vagueness
        for s in range(schemes.shape[0]):
            if (known & settings.scores_speech) >> s & 1:
                certainty = max(certainty, schemes[s].certainty)
    return float(settings.chill * weight * settings.identifiability), float(certainty)


@inlined
def _spoken(
    schemes: Any,
    ruled: NDArray[np.int64],
    first: int,
    last: int,
    kind: Any,
    settings: Any,
    person: Any,
    known: int,
    acts: float,
    caught: float,
) -> float:
    """Return the multiple of lawful speech: 1 - chi x belief that it is scored."""
    weight, certainty = expected_of_speech(schemes, ruled, first, last, settings, person, known)
    if person.watched or weight == 0.0:
        return float(1.0 - weight)
    prior = min(1.0, certainty * kind.chance)
    return float(1.0 - weight * believed_share(prior, settings.prior_acts, acts, caught))


@inlined
def answer(
    schemes: Any,
    ruled: NDArray[np.int64],
    first: int,
    last: int,
    kind: Any,
    settings: Any,
    person: Any,
    known: int,
    acts: float,
    caught: float,
) -> float:
    """Return the multiple by which conduct answers to what a person expects, before any cap.

    ``acts`` and ``caught`` are the person's own so far; ``first`` to ``last`` are the places in
    ``ruled`` of the schemes with a rule for the conduct.
    """
    if kind.deed:
        for k in range(first, last):
            if known >> ruled[k] & 1:
                return float(1.0 + settings.deed_boost)
        return 1.0
    if kind.lawful:
        return _spoken(schemes, ruled, first, last, kind, settings, person, known, acts, caught)
    if kind.chance <= 0.0:
        return 1.0
    prior = kind.chance
    if known:
        prior = min(1.0, kind.chance * expected(schemes, ruled, first, last, known))
    return perceived_factor(
        prior, kind.chance, settings.prior_acts, acts, caught, settings.elasticity
    )


@inlined
def used_to(
    past: Any,
    schemes: Any,
    ruled: NDArray[np.int64],
    first: int,
    last: int,
    kind: Any,
    settings: Any,
    person: Any,
    rate: float,
    caught: float,
    month: int,
    factor: float,
) -> float:
    """Return habit times the answer of this month, after catching up with the months between."""
    cap = kind.certainty_cap
    if past.month == 0:  # nothing worked out yet
        past.month = person.adult_from
        past.habit = 1.0
        past.factor = -1.0
    while past.month < month:
        if past.factor < 0.0:
            known = person.known & announced(schemes, past.month)
            acts = rate * (past.month - person.adult_from)
            past.factor = min(
                answer(schemes, ruled, first, last, kind, settings, person, known, acts, caught),
                cap,
            )
        past.habit = min(cap, past.habit + settings.habit * (past.factor * past.habit - past.habit))
        past.month += 1
        past.factor = -1.0
    past.factor = factor
    return float(min(factor * past.habit, cap))
