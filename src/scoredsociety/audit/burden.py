"""What a month under a status does, sanction by sanction and context by context."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoredsociety.audit.masks import (
    codes_of_mask,
    joint_institutions,
    masks_of,
    own_masks,
    sanctions_of,
    unlike_note,
)
from scoredsociety.audit.rows import Floats, Ints, Rows
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.engine.result import Kind


@dataclass(frozen=True)
class Burden:
    """What one month of a status does.

    Attributes
    ----------
    masks : int64 array, shape (K,)
        The different sets of sanctions that rows of the stream bear, as bits, ascending.
    by_context : list of dict of str to float
        For each of these sets, harm in mi a month, averaged over who is exposed, by the context
        in which it bites.
    names : list of str
        Grades, the best first; one empty name for a list.
    own : int64 array, shape (len(names),)
        Position in ``masks`` of what each grade, or the list, brings by itself.
    of_row : int64 array, shape (n,)
        The position in ``masks`` of each row that entered.
    note : str
    """

    masks: Ints
    by_context: list[dict[str, float]]
    names: list[str]
    own: Ints
    of_row: Ints
    note: str

    @property
    def monthly(self) -> Floats:
        """Harm in mi a month, by set of sanctions."""
        return np.array([sum(x.values()) for x in self.by_context], dtype=np.float64)

    def outside(self, related: list[frozenset[str]]) -> Floats:
        """Return the harm outside the related contexts of each conduct: by set and conduct."""
        rates = [
            [sum(h for x, h in contexts.items() if x not in own) for own in related]
            for contexts in self.by_context
        ]
        return np.array(rates, dtype=np.float64).reshape(len(self.by_context), len(related))


def harm_by_context(sample: Sample, mask: int) -> dict[str, float]:
    """Return the harm of a set of sanctions in mi a month, by the context in which it bites."""
    out: dict[str, float] = {}
    for code in codes_of_mask(sample, mask):
        s = sample.regime.world.sanctions[code]
        out[s.context] = out.get(s.context, 0.0) + s.harm.value * s.exposed.value
    return out


def burden(sample: Sample, stream: Stream) -> Burden:
    """Add up the sanctions that the rows of a stream bear, joint enforcement included."""
    if "burden" in stream.memo:
        known: Burden = stream.memo["burden"]
        return known
    scheme, world = sample.regime.schemes[stream.scheme], sample.regime.world
    own = own_masks(sample, stream)
    mine = masks_of(sample, stream, stream.entered)
    masks, position = np.unique(np.concatenate([own, mine]), return_inverse=True)
    together = int(np.bitwise_or.reduce(masks, initial=0))
    assumed = [
        code
        for code in codes_of_mask(sample, together)
        if "assumed"
        in (world.sanctions[code].harm.confidence, world.sanctions[code].exposed.confidence)
    ]
    note = unlike_note(sanctions_of(sample, stream.scheme, stream.kind))
    if assumed:
        note = f"Rests on the assumed harm of {', '.join(assumed)}. {note}".strip()
    graded = stream.kind == Kind.SPELL and scheme.grades is not None
    names = list(scheme.grades.bands) if graded and scheme.grades is not None else [""]
    contexts = [harm_by_context(sample, int(mask)) for mask in masks]
    out = Burden(masks, contexts, names, position[: own.size], position[own.size :], note)
    stream.memo["burden"] = out
    return out


def expected_monthly_harm(sample: Sample, scheme: str) -> float:
    """Return the expected harm of a month of a list entry in mi, joint enforcement included.

    A sanction that the list does not bring itself falls on an entry unless each of the
    institutions that could bring it stays out.
    """
    regime, world = sample.regime, sample.regime.world
    own = {e.sanction for e in regime.schemes[scheme].effects if e.listed and e.sanction}
    spared = {code: 0.0 if code in own else 1.0 for code in world.sanctions}
    for chance, institution in joint_institutions(sample, scheme):
        for code in dict.fromkeys(world.institutions[institution].sanctions):
            spared[code] *= 1.0 - chance
    return sum(
        (1.0 - spared[code]) * s.harm.value * s.exposed.value for code, s in world.sanctions.items()
    )


def related_contexts(sample: Sample) -> list[frozenset[str]]:
    """Return, by conduct code, the harm contexts that count as related to the conduct."""
    world = sample.regime.world
    own = {k: c for s in sample.regime.schemes.values() for k, c in s.conducts.items()}
    out = []
    for name in sample.conducts:
        conduct = world.conducts.get(name) or own.get(name)
        context = world.contexts.get(conduct.context) if conduct else None
        out.append(frozenset(context.related) if context else frozenset())
    return out


def known_conduct(sample: Sample, stream: Stream, b: Burden) -> tuple[Rows, Ints, str]:
    """Return the rows whose conduct is known, what they bear, and a note if some are not."""
    rows = stream.entered
    known = rows.conduct < len(sample.conducts)
    lost = int(rows.conduct.size - known.sum())
    if not lost:
        return rows, b.of_row, ""
    return rows.take(known), b.of_row[known], f"{lost} rows without a conduct are left out."
