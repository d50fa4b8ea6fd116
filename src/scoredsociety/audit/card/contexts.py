"""Limb (i): treatment in contexts unrelated to the conduct, under every table of contexts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

import numpy as np

from scoredsociety.audit.burden import burden, known_conduct
from scoredsociety.audit.card.model import Change, Limb, Row, known
from scoredsociety.audit.card.statuses import Cause, Status, conduct_of, counted
from scoredsociety.audit.card.text import Article5
from scoredsociety.audit.intervals import means, ratio
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample
from scoredsociety.schemes.model import ResolvedRegime

Pair = tuple[str, str]
"""A context of conduct and a context in which harm bites."""
Table = Mapping[str, Set[str]]
"""Context of conduct to the harm contexts that count as related."""
SHOWN = 8
"""Single pairs of the table whose change is printed, those that move the share most first."""


@dataclass(frozen=True)
class Weights:
    """Harm (or benefit) by context of the conduct and context in which it bites.

    Attributes
    ----------
    harm : dict of (context, context) to float or float64 array, shape (R,)
        In any unit; declared, or by replicate of a run.
    possible : set of (context, context)
        What the file lets happen, however rarely.
    """

    harm: dict[Pair, Floats]
    possible: frozenset[Pair]

    def share(self, table: Table) -> Floats:
        """Return the share that falls in contexts which the table does not relate; NaN if none."""
        nothing = np.zeros(1)
        total = sum(self.harm.values(), nothing)
        unrelated = sum((h for p, h in self.harm.items() if crosses(p, table)), nothing)
        return ratio(unrelated, total)

    def flagged(self, table: Table) -> list[Pair]:
        """Return the pairs that the table does not relate, in order."""
        return sorted(p for p in self.possible if crosses(p, table))


def crosses(pair: Pair, table: Table) -> bool:
    """Tell whether harm bites in a context that the table does not relate to the conduct."""
    return pair[1] not in table.get(pair[0], frozenset())


def declared_table(regime: ResolvedRegime) -> dict[str, frozenset[str]]:
    """Return the declared table of related contexts."""
    return {name: frozenset(c.related) for name, c in regime.world.contexts.items()}


def declared_harm(regime: ResolvedRegime, found: Iterable[Status]) -> Weights:
    """Return the harm that the file lets follow, weighed by how often each conduct is recorded.

    The harm of a month of the status (mi, over those exposed, joint enforcement by its chance)
    times expected records a month, for each conduct that counts against a person.
    """
    world = regime.world
    harm: dict[Pair, float] = {}
    possible: set[Pair] = set()
    for status in found:
        for cause in status.causes:
            if cause.good or not status.sanctions:
                continue
            weight = recorded(regime, cause) / cause.need
            for code, chance in status.sanctions.items():
                sanction = world.sanctions[code]
                h = chance * sanction.harm.value * sanction.exposed.value
                if h <= 0:
                    continue
                pair = cause.context, sanction.context
                possible.add(pair)
                harm[pair] = harm.get(pair, 0.0) + weight * h
    return Weights({p: np.array([h]) for p, h in harm.items()}, frozenset(possible))


def declared_benefit(regime: ResolvedRegime, name: str, found: Iterable[Status]) -> Weights:
    """Return the advantages that the file gives or withholds, against all conduct that counts."""
    benefit: dict[Pair, float] = {}
    for status in found:
        for code in status.rewards:
            reward = regime.world.rewards[code]
            for cause in counted(regime, name):
                pair = cause.context, reward.context
                b = recorded(regime, cause) * reward.benefit.value
                benefit[pair] = benefit.get(pair, 0.0) + b
    return Weights({p: np.array([b]) for p, b in benefit.items()}, frozenset(benefit))


def recorded(regime: ResolvedRegime, cause: Cause) -> float:
    """Return expected records a month of an eligible adult: acts times the chance of detection."""
    conduct = conduct_of(regime, cause.conduct)
    if conduct is None:
        return 0.0
    missed = float(np.prod([1.0 - q.value for q in conduct.detection.values()]))
    return conduct.monthly.value * (1.0 - missed)


def measured_harm(sample: Sample, name: str) -> Weights:
    """Return the harm that a run measured, by replicate: the sums of M8, cut by both contexts.

    Parameters
    ----------
    sample : Sample
    name : str
        A scheme.
    """
    r = sample.replicates
    contexts = [
        c.context if (c := conduct_of(sample.regime, conduct)) is not None else ""
        for conduct in sample.conducts
    ]
    harm: dict[Pair, Floats] = {}
    for stream in sample.statuses:
        if stream.scheme != name:
            continue
        b = burden(sample, stream)
        rows, bears, _ = known_conduct(sample, stream, b)
        for k, by_context in enumerate(b.by_context):
            at = bears == k
            if not by_context or not at.any():
                continue
            part = rows.take(at)
            n = len(contexts)
            months = np.bincount(
                part.replicate * n + part.conduct, part.months, minlength=r * n
            ).reshape(r, n)
            for j in np.flatnonzero(months.any(axis=0)):
                for bites, h in by_context.items():
                    pair = contexts[j], bites
                    harm[pair] = harm.get(pair, np.zeros(r)) + h * months[:, j]
    return Weights(harm, frozenset(p for p, h in harm.items() if h.any()))


def limb_one(
    regime: ResolvedRegime,
    name: str,
    found: list[Status],
    text: Article5,
    measured: Weights | None = None,
) -> Limb:
    """Answer limb (i) under the declared table, and under every table the reader may prefer.

    Parameters
    ----------
    regime : ResolvedRegime
    name : str
        A scheme.
    found : list of Status
    text : Article5
    measured : Weights, optional
        The harm of a run; without it, or where nobody bore any, the declared harm is used.

    Returns
    -------
    Limb
    """
    table = declared_table(regime)
    sanctions = declared_harm(regime, found)
    rewards = declared_benefit(regime, name, found)
    both = Weights({}, sanctions.possible | rewards.possible)
    weights = measured if measured is not None and measured.harm else sanctions
    because = _grouped(regime, sanctions.flagged(table), "a sanction")
    because += _grouped(regime, rewards.flagged(table), "an advantage (para 169)")
    declared = bool(because)

    def change(what: str, other: Table) -> Change:
        flagged = bool(both.flagged(other))
        value, low, high = _mean(weights.share(other))
        return Change(
            change=what,
            value=value,
            low=low,
            high=high,
            flagged=flagged,
            flips=flagged != declared,
        )

    harm_contexts = frozenset(regime.world.harm_contexts)
    changes = [
        change("nothing is related (the narrowest table)", {}),
        change("everything is related (the widest table)", dict.fromkeys(table, harm_contexts)),
        change("finance always counts as related", {c: x | {"finance"} for c, x in table.items()}),
    ]
    here = _mean(weights.share(table))[0]
    now = here or 0.0
    single = []
    for pair in sorted(both.possible):
        related = table.get(pair[0], frozenset())
        other = dict(table) | {pair[0]: related ^ {pair[1]}}
        said = "related" if crosses(pair, table) else "unrelated"
        single.append(change(f"{_title(regime, pair)} counts as {said}", other))
    single.sort(key=lambda c: (not c.flips, -abs((c.value or 0.0) - now), c.change))
    used = sorted({p[0] for p in both.possible})
    return Limb(
        id="i",
        flagged=declared,
        rule=text.rules.unrelated.text,
        because=tuple(because),
        unit="share of harm in unrelated contexts",
        value=here,
        unknown=_attributes(regime, name, found),
        table=tuple(
            Row(
                name=regime.world.contexts[c].title,
                says=", ".join(regime.world.harm_contexts[x] for x in sorted(table[c])) or "none",
            )
            for c in used
        ),
        changes=(*changes, *single[:SHOWN]),
    )


def _grouped(regime: ResolvedRegime, pairs: list[Pair], what: str) -> list[str]:
    """Say in which unrelated contexts what is brought, by the context of the conduct."""
    world = regime.world
    bites: dict[str, list[str]] = {}
    for conduct, harm in pairs:
        bites.setdefault(conduct, []).append(world.harm_contexts[harm].lower())
    return [
        f"{world.contexts[conduct].title}: {what} in the context of {'; '.join(where)}"
        for conduct, where in bites.items()
    ]


def _attributes(regime: ResolvedRegime, name: str, found: list[Status]) -> tuple[str, ...]:
    """Name characteristics whose context the file does not say."""
    features = regime.schemes[name].features
    if features is None or not found:
        return ()
    names: list[str] = [t.attribute for d in features.dimensions.values() for t in d.terms]
    names += ["scores of friends"] if features.ties is not None else []
    listed = ", ".join(dict.fromkeys(names))
    return (
        f"In which context these characteristics were collected, the file does not say: {listed}.",
    )


def _title(regime: ResolvedRegime, pair: Pair) -> str:
    world = regime.world
    return f"{world.contexts[pair[0]].title} to {world.harm_contexts[pair[1]].lower()}"


def _mean(values: Floats) -> tuple[float | None, float | None, float | None]:
    """Return the mean over replicates and its interval; a declared share has no interval."""
    m = means(values[None, :])
    return known(m.value[0]), known(m.low[0]), known(m.high[0])
