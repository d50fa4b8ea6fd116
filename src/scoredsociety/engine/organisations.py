"""Firms and offices: they comply where it pays, and an audit shows what it finds.

Restaurants with a grade on the door, firms on a list, airlines under a threat and departments with
a record follow one rule. An organisation complies in a month if its cost lies below what compliance
brings. Organisations never meet the people of the society: they have arrays of their own.

The cost is a fact about the organisation, drawn once, so that a scheme that is switched off leaves
it as it was. Grades and entries of month t count for customers from month t + 1, as entries do for
people. No organisation closes: no source gives a rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.normal import normal_quantile
from scoredsociety.base.streams import Block, words_of_many
from scoredsociety.engine.program import NEVER, identity
from scoredsociety.schemes.model import ResolvedRegime, Scheme, Timing
from scoredsociety.schemes.structures import Costs, Organisations

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Series = dict[str, Floats]

KEYS = (
    "complying",
    "willing",
    "shown_good",
    "listed",
    "audits",
    "found",
    "records",
    "illness",
    "illness_without",
    "cases",
    "demand_good",
    "revenue_gain",
    "exempt_complying",
    "exempt_violations",
    "exempt_records",
    "other_complying",
    "other_violations",
    "other_records",
    "organisations",
    "exempt",
    "political",
)
"""The series of one scheme, in order; :func:`run_organisations` says what they are."""


def run_organisations(
    regime: ResolvedRegime,
    months: int,
    seed: int,
    replicate: int,
    cities: int,
    pilot_cities: int,
    before: tuple[ResolvedRegime, int] | None = None,
) -> dict[str, Series]:
    """Run the schemes whose subjects are firms or offices.

    Parameters
    ----------
    regime : ResolvedRegime
        Schemes of people in it are passed over.
    months : int
        T.
    seed, replicate : int
        0 to 2**32 - 1.
    cities, pilot_cities : int
        Abstract cities of the society; the first ``pilot_cities`` are the pilots. Organisation j
        stands in city j modulo ``cities``.
    before : (ResolvedRegime, int), optional
        The regime that held until the end of a month, and that month. It has the same schemes, as
        :func:`organisations_differ` requires.

    Returns
    -------
    dict of dict of float64 arrays, shape (T,)
        By scheme, the series of months 1 to T. Shares are of all organisations of the scheme.
        Stocks are those at the end of the month.

        ``complying``: share that complies. ``willing``: share that complies without any scheme
        (constant). ``shown_good``: share with the best grade, without an entry or without a
        record. ``listed``: share with an entry in force. ``audits``, ``found``: share audited, and
        found in violation, in the month. ``records``: violations found since month 1, an
        organisation; each is a record, be it the worst grade, an entry or a line in a file.

        ``illness``: cases per 1,000 visits; ``illness_without``: the same without any scheme;
        ``cases``: cases in the month among the customers of all organisations (NaN where the
        scheme has no harm). ``demand_good``: share of the month's demand that went to organisations
        in good standing at its start. ``revenue_gain``: what demand brings those that comply,
        relative to even demand, on average (NaN if none complies).

        ``exempt_*`` count the organisations of the Party, whether or not the scheme exempts them,
        and ``other_*`` the rest: share that complies (NaN if there are none); violations, which
        are months of not complying while the scheme holds there; and records of the month.
        ``organisations``, ``exempt``: how many there are, and how many of the Party. ``political``:
        1 if what is demanded is political.
    """
    out = {}
    for name, scheme in regime.of_organisations().items():
        if scheme.organisations is None:
            continue
        last = (scheme, months)
        stages = [last] if before is None else [(before[0].schemes[name], before[1]), last]
        held = [
            (s, until, _draw_held(s, s.organisations, seed, replicate, cities, pilot_cities))
            for s, until in stages
            if s.organisations is not None
        ]
        out[name] = _run_months(held, months, seed, replicate)
    return out


def organisations_differ(before: ResolvedRegime, after: ResolvedRegime) -> list[str]:
    """Say what schemes of organisations differ in that cannot change on the way; else empty."""
    old, new = before.of_organisations(), after.of_organisations()
    if list(old) != list(new):
        unlike = [n for n in [*old, *new] if n not in old or n not in new] or [*old]
        return [f"schemes of organisations ({', '.join(unlike)})"]
    shapes = [
        {n: s.organisations and (round(s.organisations.count.value), s.organisations.consequence)
         for n, s in schemes.items()}
        for schemes in (old, new)
    ]  # fmt: skip
    return [
        f"{name}: how many organisations it covers, or what follows from an audit"
        for name in old
        if shapes[0][name] != shapes[1][name]
    ]


def draw_costs(costs: Costs, luck: Floats) -> Floats:
    """Return the costs of complying, shares of revenue, at uniform numbers ``luck`` (0, 1).

    One at a time, in plain arithmetic: vector logarithms differ in the last bit between machines.
    """
    location, scale = costs.location.value, costs.scale.value
    if costs.law == "logistic":
        return np.array([location + scale * math.log(u / (1.0 - u)) for u in luck])
    return np.array([location * math.exp(scale * normal_quantile(u)) for u in luck])


def first_months(
    scheme: Scheme, city: NDArray[np.int64], cities: int, pilot_cities: int
) -> NDArray[np.int64]:
    """Return the month from which the scheme holds in each city of ``city``, else ``NEVER``."""
    covered = pilot_cities if scheme.subjects.where == "pilot-cities" else cities
    timing = scheme.timing or Timing(confidence="assumed")
    begins = timing.first + city * (timing.last - timing.first) // max(covered - 1, 1)
    late = begins > (NEVER if timing.ends is None else timing.ends)
    return np.where((city >= covered) | late, NEVER, begins).astype(np.int64)


class _Held(NamedTuple):
    """What an organisation is, whatever the month; arrays of shape (n,)."""

    model: Organisations
    cost: Floats
    party: Bools
    unaudited: Bools
    begins: NDArray[np.int64]


def _draw_held(
    scheme: Scheme, model: Organisations, seed: int, replicate: int, cities: int, pilot_cities: int
) -> _Held:
    """Draw costs, the Party's organisations, those never audited and those covered."""
    n = round(model.count.value)
    cost, party, unaudited, covered = _luck(
        n, scheme.scheme, 0, Block.ORGANISATION, seed, replicate
    )
    of_party = party < model.party_share.value
    spared = np.zeros(n)
    for exemption in scheme.exemptions:
        if exemption.institution is not None:
            whose = of_party if exemption.institution == "party" else np.ones(n, dtype=np.bool_)
            spared = np.maximum(spared, np.where(whose, exemption.share, 0.0))
    coverage = scheme.subjects.coverage
    reached = covered < (1.0 if coverage is None else coverage.value)
    begins = first_months(scheme, np.arange(n) % cities, cities, pilot_cities)
    return _Held(
        model=model,
        cost=draw_costs(model.costs, cost),
        party=of_party,
        unaudited=unaudited < spared,
        begins=np.where(reached, begins, NEVER),
    )


def _brings(scheme: Scheme, held: _Held, month: int) -> Floats:
    """Return what compliance brings each organisation in a month, as a share of revenue.

    Grades and fines need an audit, so they bring nothing to those that are never audited.
    """
    x, timing = held.model, scheme.timing
    lasts = timing is None or (timing.announced < month <= (timing.ends or NEVER))
    by_audit = np.full(held.cost.size, x.independent.value * x.audits.value * x.fine.value)
    if x.consequence == "grade":
        by_audit += np.where(held.begins <= month, x.gain.value * x.look.value, 0.0)
    brings = np.where(held.unaudited, 0.0, by_audit) + x.enforced.value * x.threat.value
    return np.where(lasts & (held.begins < NEVER), brings, 0.0)


def _run_months(
    stages: Sequence[tuple[Scheme, int, _Held]], months: int, seed: int, replicate: int
) -> Series:
    """Run the months of one scheme, whose stages hold until the end of a month each."""
    out = {key: np.full(months, np.nan) for key in KEYS}
    n = stages[0][2].cost.size
    good = np.full(n, stages[0][2].model.consequence != "grade")  # best grade; no entry, no record
    total = 0.0
    for t in range(months):
        month = t + 1
        scheme, _, held = next(stage for stage in stages if month <= stage[1])
        x, willing = held.model, held.cost < 0.0
        ends = NEVER if scheme.timing is None else scheme.timing.ends or NEVER
        grade = x.consequence == "grade"
        complying = held.cost < _brings(scheme, held, month)
        luck = _luck(n, scheme.scheme, month, Block.INSPECTION, seed, replicate)
        holds = (held.begins <= month) & (month <= ends)
        demand = 1.0 + (x.gain.value * x.look.value if grade else 0.0) * good
        demand /= demand.mean()
        out["demand_good"][t] = (demand * good).mean()
        if complying.any():
            out["revenue_gain"][t] = demand[complying].mean() - 1.0
        if x.harm is not None:
            sick = np.array([x.harm.otherwise.value, x.harm.complying.value])
            out["illness"][t] = (demand * sick[complying.astype(np.intp)]).mean()
            out["illness_without"][t] = sick[willing.astype(np.intp)].mean()
            out["cases"][t] = out["illness"][t] * x.harm.visits.value * n / 1000.0
        audited = holds & ~held.unaudited & (luck[0] < x.audits.value)
        found = audited & (luck[1] < x.independent.value) & ~complying
        good &= ~found
        if x.consequence != "record":  # what is in a file stays there
            good |= audited & ~found  # an audit by the audited reports compliance
        if month == ends and x.consequence != "record":
            good[:] = not grade  # grades are taken down, entries end
        total += found.mean()
        violations = holds & ~complying
        out["complying"][t] = complying.mean()
        out["shown_good"][t] = good.mean()
        out["listed"][t] = (~good).mean() if x.consequence == "list" else 0.0
        out["audits"][t], out["found"][t], out["records"][t] = audited.mean(), found.mean(), total
        for who, mine in (("exempt", held.party), ("other", ~held.party)):
            if mine.any():
                out[f"{who}_complying"][t] = complying[mine].mean()
            out[f"{who}_violations"][t] = (violations & mine).sum()
            out[f"{who}_records"][t] = (found & mine).sum()
        out["willing"][t], out["political"][t] = willing.mean(), x.political
        out["organisations"][t], out["exempt"][t] = n, held.party.sum()
    return out


def _luck(n: int, scheme: str, stream: int, block: Block, seed: int, replicate: int) -> Floats:
    """Return the four uniform numbers of each organisation, shape (4, n)."""
    drawn = np.empty((4, n), dtype=np.uint32)
    words_of_many(drawn, seed, replicate, stream, identity(scheme), int(block))
    return np.asarray((drawn + 0.5) * 2.0**-32)  # ``uniform`` of many words
