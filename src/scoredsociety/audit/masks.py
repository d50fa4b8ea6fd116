"""Which sanctions a row bears: those of its scheme or grade, and those that others joined in."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.rows import Ints, Rows
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.engine.result import Kind

UNLIKE = "Spells bear the sanctions of the grade in which they began."


def sanctions_of(sample: Sample, scheme: str, kind: Kind) -> list[list[str]]:
    """Return the sanctions that a status of this scheme bears by itself.

    Parameters
    ----------
    sample : Sample
    scheme : str
    kind : Kind
        ``ENTRY`` or ``SPELL``; a record of a score bears nothing.

    Returns
    -------
    list of list of str
        Codes of sanctions: of an entry one list, of a spell one for each grade, the best first.
        :func:`place_of` says which of them a row bears.
    """
    s = sample.regime.schemes[scheme]
    if kind == Kind.ENTRY:
        return [[e.sanction for e in s.effects if e.listed and e.sanction is not None]]
    if kind != Kind.SPELL or s.grades is None:
        return [[]]
    return [
        [e.sanction for e in s.effects if e.grade and band in e.grade and e.sanction is not None]
        for band in s.grades.bands
    ]


def joint_institutions(sample: Sample, scheme: str) -> list[tuple[float, str]]:
    """Return the institutions that join in the enforcement of a list, with their chances."""
    out: list[tuple[float, str]] = []
    for joint in sample.regime.joint:
        if joint.origin == scheme:
            every = sample.regime.world.institutions
            names = list(every) if joint.institutions == "all" else joint.institutions
            out += [(joint.probability.value, name) for name in names]
    return out


def joined_codes(sample: Sample, scheme: str) -> list[str]:
    """Return the sanctions that institutions may add to the entries of a list."""
    known = sample.regime.world.institutions
    added = (
        c for p, name in joint_institutions(sample, scheme) if p > 0 for c in known[name].sanctions
    )
    return list(dict.fromkeys(added))


def place_of(rows: Rows, kind: Kind, places: int) -> Ints:
    """Return for each row its place among ``places`` lists of :func:`sanctions_of`.

    The points of a spell are the position, the best grade first, of the grade in which it began.
    """
    if kind != Kind.SPELL:
        return np.zeros(len(rows), dtype=np.int64)
    return np.clip(rows.points, 0, places - 1)


def mask_of_codes(sample: Sample, codes: list[str]) -> int:
    """Return codes of sanctions as bits, in the order of the world's list."""
    order = list(sample.regime.world.sanctions)
    return sum(1 << order.index(code) for code in dict.fromkeys(codes))


def codes_of_mask(sample: Sample, mask: int) -> list[str]:
    """Return the codes of the sanctions whose bits are set."""
    return [code for k, code in enumerate(sample.regime.world.sanctions) if mask >> k & 1]


def own_masks(sample: Sample, stream: Stream) -> Ints:
    """Return what a status bears by itself as bits, by place of :func:`place_of`."""
    sanctions = sanctions_of(sample, stream.scheme, stream.kind)
    return np.array([mask_of_codes(sample, codes) for codes in sanctions], dtype=np.int64)


def masks_of(sample: Sample, stream: Stream, rows: Rows) -> Ints:
    """Return what each row of a stream bears as bits, joint enforcement included: shape (n,)."""
    own = own_masks(sample, stream)
    out: Ints = own[place_of(rows, stream.kind, own.size)]
    return out | rows.sanctions if stream.kind == Kind.ENTRY else out


def borne_codes(sample: Sample, stream: Stream) -> list[str]:
    """Return every sanction that a status of this stream can bear, its own first."""
    own = [c for codes in sanctions_of(sample, stream.scheme, stream.kind) for c in codes]
    more = joined_codes(sample, stream.scheme) if stream.kind == Kind.ENTRY else []
    seen = np.bitwise_or.reduce(stream.entered.sanctions, initial=0)
    found = codes_of_mask(sample, int(seen)) if stream.kind == Kind.ENTRY else []
    return list(dict.fromkeys([*own, *more, *found]))


def unlike_note(sanctions: list[list[str]]) -> str:
    """Return a note if the sanctioned grades differ: a spell may go on in another one."""
    return UNLIKE if len({tuple(sorted(x)) for x in sanctions if x}) > 1 else ""
