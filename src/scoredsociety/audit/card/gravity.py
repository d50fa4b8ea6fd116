"""Limb (ii): the harm of a status beside the gravity of what led to it, under every table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from scoredsociety.audit.burden import burden, known_conduct
from scoredsociety.audit.card.contexts import Weights, declared_table
from scoredsociety.audit.card.model import Change, Limb, Row
from scoredsociety.audit.card.statuses import Cause, Status, counted
from scoredsociety.audit.card.text import Article5
from scoredsociety.audit.harm import CNY_PER_MI
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.schemes.quantities import Quantity

FACTOR = 5.0
"""By how much a gravity without a stated range is moved, up and down."""
KAPPAS = (1.0, 2.0, 5.0, 10.0)
ENDS = {"low": "lower", "high": "upper"}
MOST = 6
"""Reasons that are printed."""


@dataclass(frozen=True)
class Balance:
    """Harm and gravity of one conduct that leads to one status, in CNY.

    Attributes
    ----------
    status : Status
    cause : Cause
    harm : float
        Of the status, to its end at median income; infinite if it never ends.
    gravity : float
        Declared, of all records that it takes; NaN if not declared.
    low, high : float
        Ends of the stated range; a fifth and five times the value where none is stated.
    """

    status: Status
    cause: Cause
    harm: float
    gravity: float
    low: float
    high: float

    def multiple(self, gravity: float | None = None) -> float:
        """Return harm as a multiple of gravity: infinite over nought, NaN if undeclared."""
        g = self.gravity if gravity is None else gravity
        if math.isnan(g):
            return math.nan
        return self.harm / g if g > 0 else math.inf


def span(gravity: Quantity) -> tuple[float, float]:
    """Return the ends between which a gravity could lie."""
    return gravity.range or (gravity.value / FACTOR, gravity.value * FACTOR)


def balances(regime: ResolvedRegime, found: Iterable[Status]) -> list[Balance]:
    """Weigh every status that bears a sanction against every conduct that leads to it."""
    world = regime.world
    out = []
    for status in found:
        monthly = sum(
            chance * world.sanctions[code].harm.value * world.sanctions[code].exposed.value
            for code, chance in status.sanctions.items()
        )
        if monthly <= 0:
            continue
        harm = monthly * status.months * CNY_PER_MI
        for cause in status.causes:
            if cause.good:
                continue
            known = world.gravity.get(cause.conduct)
            if known is None:
                out.append(Balance(status, cause, harm, math.nan, math.nan, math.nan))
            else:
                n, (low, high) = cause.need, span(known)
                out.append(Balance(status, cause, harm, n * known.value, n * low, n * high))
    return out


def limb_two(
    regime: ResolvedRegime,
    name: str,
    found: list[Status],
    text: Article5,
    open_doors: tuple[str, ...],
) -> Limb:
    """Answer limb (ii) under the declared table, and under every other a reader may prefer.

    Parameters
    ----------
    regime : ResolvedRegime
    name : str
        A scheme.
    found : list of Status
    text : Article5
    open_doors : tuple of str
        Why the rule of one purpose in its own context (para 176) does not hold; empty if it does.

    Returns
    -------
    Limb
    """
    kappa = text.rules.kappa.value
    weighed = balances(regime, found)
    known = [b for b in weighed if not math.isnan(b.gravity)]
    over = sorted((b for b in known if b.multiple() > kappa), key=lambda b: -b.multiple())
    held = bool(over) and not open_doors
    flagged = bool(over) and not held

    def change(
        what: str, gravity: Callable[[Balance], float], k: float = kappa, door: bool = held
    ) -> Change:
        multiples = [b.multiple(gravity(b)) for b in known]
        now = any(m > k for m in multiples) and not door
        return Change(
            change=what, value=_largest(multiples), flagged=now, flips=now != flagged
        )  # fmt: skip

    changes = [
        change("gravity at the lower end of every range", lambda b: b.low),
        change("gravity at the upper end of every range", lambda b: b.high),
        change("every gravity a fifth", lambda b: b.gravity / FACTOR),
        change("every gravity five times", lambda b: b.gravity * FACTOR),
        *(change(f"kappa {k:g}", lambda b: b.gravity, k) for k in KAPPAS if k != kappa),
    ]
    for conduct in dict.fromkeys(b.cause.conduct for b in known):
        for end in ("low", "high"):
            moved = change(
                f"gravity of {conduct} alone at the {ENDS[end]} end of its range",
                partial(_alone, conduct, end),
            )
            changes += [moved] if moved.flips else []
    if held:
        changes.append(
            change("the rule of one purpose (para 176) is not accepted", lambda b: b.gravity,
                   door=False)
        )  # fmt: skip
    missing = dict.fromkeys(b.cause.conduct for b in weighed if math.isnan(b.gravity))
    unknown = [f"No gravity is declared for {conduct}." for conduct in missing]
    if any(s.sanctions and not s.causes for s in found):
        unknown.append("No recorded conduct leads to the status, so there is nothing to weigh.")
    largest = max((b.multiple() for b in known), default=math.nan)
    reasons = tuple(_reason(regime, b) for b in over[:MOST])
    if len(over) > MOST:
        reasons += (f"and {len(over) - MOST} more",)
    return Limb(
        id="ii",
        flagged=flagged,
        rule=text.rules.disproportionate.text,
        because=reasons,
        condition=text.rules.purpose.text if held else "",
        unit="harm as a multiple of gravity, the largest",
        value=_largest([b.multiple() for b in known]),
        without_end=math.isinf(largest),
        unknown=tuple(unknown),
        table=_table(regime, weighed),
        changes=tuple(changes),
    )


def _alone(conduct: str, end: str, b: Balance) -> float:
    """Return the gravity of one conduct at an end of its range, of the others as declared."""
    moved = {"low": b.low, "high": b.high}[end]
    return moved if b.cause.conduct == conduct else b.gravity


def _table(regime: ResolvedRegime, weighed: list[Balance]) -> tuple[Row, ...]:
    rows = {}
    for b in weighed:
        known = regime.world.gravity.get(b.cause.conduct)
        said = "not declared"
        if known is not None:
            low, high = span(known)
            origin = known.source or known.confidence
            said = f"{known.value:,.10g} CNY ({low:,.10g} to {high:,.10g}; {origin})"
        rows[b.cause.conduct] = Row(name=b.cause.conduct, says=said)
    return tuple(rows[name] for name in sorted(rows))


def _reason(regime: ResolvedRegime, b: Balance) -> str:
    how = [f"{b.cause.need} records"] if b.cause.need > 1 else []
    who = f"{b.cause.conduct} ({', '.join([*how, b.status.name])})"
    harm = "harm without end" if math.isinf(b.harm) else f"harm of {b.harm:,.0f} CNY"
    multiple = b.multiple()
    many = "no multiple is large enough" if math.isinf(multiple) else f"{multiple:,.3g} times"
    return f"{who}: {harm}, gravity {b.gravity:,.10g} CNY, {many}"


def _largest(multiples: list[float]) -> float | None:
    """Return the largest multiple; None if there is none, or it is infinite."""
    finite = [m for m in multiples if math.isfinite(m)]
    infinite = any(math.isinf(m) for m in multiples)
    return None if infinite or not finite else max(finite)


def measured_above(sample: Sample, name: str, kappa: float) -> dict[str, tuple[Floats, Floats]]:
    """Return the share of rows with more harm than kappa times their gravity, up to the horizon.

    Parameters
    ----------
    sample : Sample
    name : str
        A scheme.
    kappa : float

    Returns
    -------
    dict of str to (float64 array, float64 array)
        "declared", "lower end" and "upper end" of the table of gravity, "a fifth" and "five
        times": the share and the number of rows with a gravity above 0, each of shape (R,).
    """
    world = sample.regime.world
    none = (math.nan, math.nan, math.nan)
    table = np.array(
        [
            (g.value, *span(g)) if (g := world.gravity.get(c)) is not None else none
            for c in sample.conducts
        ]
    ).reshape(-1, 3)
    cases = {"declared": table[:, 0], "lower end": table[:, 1], "upper end": table[:, 2]}
    cases |= {"a fifth": table[:, 0] / FACTOR, "five times": table[:, 0] * FACTOR}
    above = {case: np.zeros(sample.replicates) for case in cases}
    count = {case: np.zeros(sample.replicates) for case in cases}
    for stream in sample.statuses:
        if stream.scheme != name:
            continue
        b = burden(sample, stream)
        if not b.monthly.any():
            continue
        rows, bears, _ = known_conduct(sample, stream, b)
        harm = rows.months * b.monthly[bears] * CNY_PER_MI
        for case, g_of in cases.items():
            weight = g_of[rows.conduct]
            positive = weight > 0
            defined = rows.take(positive)
            count[case] += sample.per_replicate(defined)
            larger = (harm[positive] > kappa * weight[positive]).astype(np.float64)
            above[case] += sample.per_replicate(defined, larger)
    return {case: (ratio(above[case], count[case]), count[case]) for case in cases}


def open_doors(
    regime: ResolvedRegime, name: str, found: list[Status], harm: Weights, benefit: Weights
) -> tuple[str, ...]:
    """Return why a scheme is not one lawful purpose in its own context (para 176), as far as seen.

    Parameters
    ----------
    regime : ResolvedRegime
    name : str
        A scheme.
    found : list of Status
    harm, benefit : Weights
        What the file lets happen (:mod:`scoredsociety.audit.card.contexts`).
    """
    s, world, table = regime.schemes[name], regime.world, declared_table(regime)
    causes = counted(regime, name)
    speech = {n for n, c in world.conducts.items() if c.speech is not None}
    codes = {code for status in found for code in status.sanctions}
    level = s.disclosure.level if s.disclosure is not None else 0
    p = s.process
    tests = {
        "no conduct of its own is recorded": not causes,
        "the conduct is of several contexts": len({c.context for c in causes}) > 1,
        "characteristics count, and not conduct alone": s.features is not None,
        "a sanction or an advantage lies in an unrelated context": bool(
            harm.flagged(table) or benefit.flagged(table)
        ),
        "records are copied from other schemes or to them": any(
            name in (m.origin, m.target) for m in regime.memoranda
        ),
        "others join in the enforcement": any(j.origin == name for j in regime.joint),
        "names are published": level >= 2 or "SHAME" in codes,
        "something falls on children": "SCHOOL" in codes,
        "a rule is political or about speech": any(r.political for r in s.rules)
        or any(c.conduct in speech for c in causes),
        "people are not told, or have no time to object": p.notice.value <= 0
        or p.window_days.value <= 0,
        "a review corrects nothing": p.review.wrongful.value <= 0,
        "the status never ends by itself": any(math.isinf(x.months) for x in found if x.sanctions),
    }
    return tuple(why for why, holds in tests.items() if holds)
