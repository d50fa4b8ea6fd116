"""A declared shock: entries that come from outside, on the same people with the same luck.

No kernel knows of it. The shock is a conduct of its own, recorded without error by a channel of its
own, for which the list has a rule and which nothing makes more or less frequent. Adding a conduct
moves nobody's luck, so whatever else changes is what the shock brought about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoredsociety.engine import RunData
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime, Rule
from scoredsociety.schemes.quantities import OptionalQuantity, Quantity
from scoredsociety.schemes.world import ByGroup, Channel, Conduct
from scoredsociety.study.errors import StudyError
from scoredsociety.study.line import without_feedback
from scoredsociety.study.run import simulate

SHOCK = "exogenous-entry"
"""Name of the conduct and of its channel."""


@dataclass(frozen=True)
class Shocked:
    """One regime four times: as it is, without feedback, and with entries from outside.

    Attributes
    ----------
    run, without_feedback : RunData
    uniform : RunData
        With entries that fall on every adult alike.
    endogenous : RunData
        With entries that fall on people in proportion to their own rate of conduct.
    scheme : str
        The list that the entries are made in.
    """

    run: RunData
    without_feedback: RunData
    uniform: RunData
    endogenous: RunData
    scheme: str


def _number(value: float) -> Quantity:
    return Quantity(value=value, confidence="assumed", note="declared shock")


def fed_list(regime: ResolvedRegime, scheme: str | None = None) -> tuple[str, str]:
    """Return a list whose entries make conduct more frequent that leads to it, and that conduct.

    Raises
    ------
    StudyError
        If there is no such list.
    """
    found = {
        name: f.conduct
        for name, s in regime.of_people().items()
        for f in s.feedback
        if s.kind == "list" and f.listed and any(r.conduct == f.conduct for r in s.rules)
    }
    if scheme is None and found:
        return next(iter(found.items()))
    if scheme not in found:
        raise StudyError(
            f"scheme: {scheme or 'none'} is not a list whose entries bring further entries. "
            f"Allowed in {regime.regime}: {', '.join(found) or 'none; choose another regime'}"
        )
    return scheme, found[scheme]


def with_shock(
    regime: ResolvedRegime, scheme: str, monthly: float, like: str | None = None
) -> ResolvedRegime:
    """Return a regime with entries from outside in one of its lists.

    Parameters
    ----------
    regime : ResolvedRegime
    scheme : str
        The list.
    monthly : float
        Entries a month of an adult, on average.
    like : str, optional
        A conduct: entries fall on people in proportion to their rate of it. Otherwise alike.
    """
    world, nothing = regime.world, _number(0.0)
    none = ByGroup(majority=nothing, minority=nothing)
    channel = Channel(
        title="Declared shock",
        wrong_person=none,
        human_review=nothing,
        capacity=OptionalQuantity(value=None, confidence="assumed"),
    )
    shaped: dict[str, Any] = {"context": next(iter(world.contexts)), "log_sd": nothing,
                              "income_gradient": nothing}  # fmt: skip
    if like is not None:
        known = world.conducts[like]
        shaped = {n: getattr(known, n) for n in (*shaped, "who", "others")}
    conduct = Conduct(
        title="Declared shock",
        monthly=_number(monthly),
        detection={SHOCK: _number(1.0)},
        certainty_cap=_number(1.0),
        excused=nothing,
        excused_after_shock=nothing,
        **shaped,
    )
    listed = regime.schemes[scheme]
    rule = Rule(conduct=SHOCK, lists=True, confidence="assumed", note="declared shock")
    return regime.model_copy(
        update={
            "world": world.model_copy(
                update={
                    "channels": world.channels | {SHOCK: channel},
                    "conducts": world.conducts | {SHOCK: conduct},
                }
            ),
            "schemes": regime.schemes
            | {scheme: listed.model_copy(update={"rules": [*listed.rules, rule]})},
        }
    )


def simulate_shocks(
    regime: str | Path | ResolvedRegime,
    *,
    scheme: str | None = None,
    size: float = 0.1,
    settings: Mapping[str, Any],
) -> Shocked:
    """Simulate a regime as it is, without feedback, and with entries from outside.

    Parameters
    ----------
    regime : str, Path or ResolvedRegime
    scheme : str, optional
        A list with feedback; the first one if not given.
    size : float
        Entries from outside as a multiple of the acts behind the list's own, above 0, at most 10.
    settings : mapping
        ``people``, ``months``, ``seed``, ``replicates``, ``marginals``, ``threads`` of
        :func:`scoredsociety.simulate`.

    Raises
    ------
    StudyError
        If the regime has no list with feedback, or ``size`` is not allowed.
    """
    if not 0.0 < size <= 10.0:
        raise StudyError(f"size: {size} is not allowed. Allowed: a number above 0, at most 10")
    plain = regime if isinstance(regime, ResolvedRegime) else resolve(regime)
    name, conduct = fed_list(plain, scheme)
    known = plain.world.conducts[conduct]
    monthly = size * known.monthly.value
    return Shocked(
        run=simulate(plain, **settings),
        without_feedback=simulate(without_feedback(plain), **settings),
        uniform=simulate(with_shock(plain, name, monthly), **settings),
        endogenous=simulate(with_shock(plain, name, monthly, conduct), **settings),
        scheme=name,
    )
