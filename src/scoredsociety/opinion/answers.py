"""What everybody would answer to every item, privately and when asked."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.streams import Block
from scoredsociety.engine.program import identity
from scoredsociety.opinion.approval import (
    Reading,
    calibrate,
    conceals,
    private_category,
    reported_category,
)
from scoredsociety.opinion.frame import in_frame
from scoredsociety.opinion.public import Bools, Floats, Public
from scoredsociety.opinion.questionnaire import YES_NO, Item, Questionnaire

Codes = NDArray[np.int8]
Made = TypeVar("Made")
NOT_ASKED = -1
SCORED = ("points", "features", "stars")
ROUNDS = 100
GRID = 4097


def scale_of(item: Item) -> tuple[str, ...]:
    """Return the categories of an item, in the order of its codes."""
    if item.answer == "support":
        return tuple(str(number) for number in range(item.low, item.high + 1))
    return tuple(item.scale) or YES_NO


def is_attitude(item: Item) -> bool:
    """Tell whether an item is answered by approval of schemes."""
    return item.answer in ("attitude", "support")


@dataclass(frozen=True)
class Calibrated:
    """What is solved once, from the people of the reference regime who are in the frame.

    Attributes
    ----------
    reading : Reading
    thresholds : dict of str to float64 array
        By attitude, rising.
    centres : dict of str to float
        By item of support: the number at approval 0.
    odds : dict of str to float64 array
        By drawn item: log odds of each category at no perceived fairness.
    """

    reading: Reading
    thresholds: dict[str, Floats] = field(default_factory=dict)
    centres: dict[str, float] = field(default_factory=dict)
    odds: dict[str, Floats] = field(default_factory=dict)


def calibrated(
    questionnaire: Questionnaire, reference: Sequence[Public], reading: Reading
) -> Calibrated:
    """Solve the thresholds of every attitude, and what else the published shares fix.

    Parameters
    ----------
    questionnaire : Questionnaire
    reference : sequence of Public
        Societies under the regime that the published survey was made in.
    reading : Reading

    Raises
    ------
    OpinionError
        If the shares leave no room for the falsification of the reading.
    """
    out = Calibrated(reading)
    among = questionnaire.reference or questionnaire.frame
    masks = [in_frame(among, p) for p in reference]

    def pooled(column: str) -> Floats:
        return np.concatenate(
            [getattr(p, column)[m] for p, m in zip(reference, masks, strict=True)]
        )

    conceal = np.concatenate(
        [conceals(p, reading.falsification)[m] for p, m in zip(reference, masks, strict=True)]
    )
    for name, item in questionnaire.items.items():
        if item.answer == "attitude" and item.shares is not None:
            shares = [item.shares.values[c] for c in item.scale]
            hides = item.sensitive and reading.on == "reported" and item.neutral is not None
            neutral = item.scale.index(item.neutral) if hides and item.neutral else None
            out.thresholds[name] = calibrate(shares, pooled("predicted"), neutral, conceal)
        elif item.answer == "support" and item.mean is not None and item.spread is not None:
            out.centres[name] = _centre(item, pooled("approval"))
        elif item.answer == "drawn" and item.shares is not None:
            shares = [item.shares.values[c] for c in item.scale]
            out.odds[name] = _odds(np.array(shares), _tilt(item), pooled("fairness"))
    return out


def numbers(item: Item, centre: float, approval: Floats) -> NDArray[np.int64]:
    """Return approval on the scale of numbers of an item of support."""
    assert item.spread is not None
    return np.clip(np.rint(centre + item.spread.value * approval), item.low, item.high).astype(
        np.int64
    )


def _centre(item: Item, approval: Floats) -> float:
    """Return the number at approval 0 for which the mean of the numbers is as stated."""
    assert item.mean is not None
    assert item.spread is not None
    reach = item.spread.value * (np.abs(approval).max() + 1.0) + item.high - item.low
    low, high = item.low - reach, item.high + reach
    for _ in range(50):
        middle = 0.5 * (low + high)
        below = numbers(item, middle, approval).mean() < item.mean.value
        low, high = (middle, high) if below else (low, middle)
    return float(0.5 * (low + high))


def _tilt(item: Item) -> Floats:
    return np.array([item.by_fairness[c].value if c in item.by_fairness else 0.0
                     for c in item.scale])  # fmt: skip


def _odds(shares: Floats, tilt: Floats, fairness: Floats) -> Floats:
    """Return log odds with which the mean chances over people are the shares."""
    odds = np.log(np.maximum(shares, 1e-300))
    if not tilt.any():
        return odds
    grid = np.linspace(0.0, 1.0, GRID)  # everybody counts at the nearest value
    mass = np.bincount(np.rint(fairness * (GRID - 1)).astype(np.int64), minlength=GRID)
    for _ in range(ROUNDS):
        raw = np.exp(odds[:, None] + tilt[:, None] * grid[None, :])
        mean = raw / raw.sum(axis=0) @ mass / len(fairness)
        step = np.log(np.maximum(shares, 1e-300)) - np.log(np.maximum(mean, 1e-300))
        odds = odds + step
        if np.abs(step).max() < 1e-12:
            break
    return odds


def drawn(odds: Floats, tilt: Floats, fairness: Floats, u: Floats) -> Codes:
    """Draw a category for each person: chances proportional to exp(odds + tilt x fairness)."""
    lean = {t: np.exp(t * fairness) if t else 1.0 for t in set(tilt.tolist())}
    raw = [np.exp(o) * lean[t] for o, t in zip(odds, tilt.tolist(), strict=True)]
    mark = u * sum(raw)
    out, edge = np.zeros(len(u), np.int8), np.zeros(len(u))
    for part in raw[:-1]:
        edge = edge + part
        out += mark >= edge
    return out


class Replies:
    """The answers of a whole society to a questionnaire, under one reading.

    Parameters
    ----------
    questionnaire : Questionnaire
    public : Public
    scale : Calibrated
    """

    def __init__(self, questionnaire: Questionnaire, public: Public, scale: Calibrated) -> None:
        self.questionnaire, self.public, self.scale = questionnaire, public, scale
        self.private: dict[str, Codes] = {}
        """What is thought, by item that was answered, without routes."""
        self.said: dict[str, Codes] = {}
        """What is said; ``NOT_ASKED`` for those whom the routes leave out."""
        self.missing: dict[str, str] = {}
        """Items that nothing in the regime answers, and why."""
        self.conceal = conceals(public, scale.reading.falsification)
        self._kept: dict[Hashable, Any] = {}
        for name, item in questionnaire.items.items():
            reason = self._missing(item)
            if reason:
                self.missing[name] = reason
                continue
            thought = self._think(name, item)
            self.private[name] = thought
            self.said[name] = self._route(item, self.concealed(item, thought))

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what ``make`` returns, made once for all surveys of this society."""
        if key not in self._kept:
            self._kept[key] = make()
        made: Made = self._kept[key]
        return made

    def concealed(self, item: Item, thought: Codes) -> Codes:
        """Return what people say who think this."""
        if not (item.sensitive and item.neutral is not None):
            return thought
        neutral = item.scale.index(item.neutral)
        return reported_category(thought, neutral, self.conceal, self.public.suppositions[3])

    def _missing(self, item: Item) -> str:
        if is_attitude(item):
            return "" if self.public.has_schemes else "there is no scheme to have an opinion of"
        if item.about is not None and not self.public.about[item.about]:
            kind = {"local": "in pilot cities", "national": "everywhere",
                    "commercial": "of a firm", "any": "of people"}[item.about]  # fmt: skip
            return f"the regime has no scheme {kind}"
        if item.answer == "sanctioned" and not self.public.has_schemes:
            return "there is no scheme"
        return ""

    def _route(self, item: Item, said: Codes) -> Codes:
        asked: Bools = np.ones(len(self.public), np.bool_)
        for route in item.asked:
            if route.item not in self.said:
                asked[:] = False
                continue
            scale = scale_of(self.questionnaire.items[route.item])
            asked &= np.isin(self.said[route.item], [scale.index(a) for a in route.answers])
        return np.where(asked, said, np.int8(NOT_ASKED))

    def _think(self, name: str, item: Item) -> Codes:
        if item.answer == "attitude":
            return private_category(self.public.approval, self.scale.thresholds[name])
        if item.answer == "support":
            given = numbers(item, self.scale.centres[name], self.public.approval)
            return (given - item.low).astype(np.int8)
        if item.answer == "drawn":
            u = self.public.draws(identity(name), Block.REPLY, 1)[0]
            return drawn(self.scale.odds[name], _tilt(item), self.public.fairness, u)
        return np.where(self._yes(item), np.int8(0), np.int8(1))

    def _yes(self, item: Item) -> Bools:
        p, o = self.public, self.public.regime.world.opinion
        names = p.about[item.about or "any"]
        bits = p.bits(names)
        if item.answer == "aware":
            return np.asarray(p.aware & bits > 0)
        if item.answer == "covered":
            return p.pilot if item.about == "local" else np.asarray(p.enrolled & bits > 0)
        if item.answer == "user":
            free = p.bits(tuple(n for n in names if p.scheme(n).subjects.enrolment == "voluntary"))
            claims = p.suppositions[2] < o.overclaims.value
            return np.asarray((p.enrolled & free > 0) | claims)
        if item.answer == "lack-of-trust":
            return p.sees_lack_of_trust
        if item.answer == "informed":
            return p.informed
        if item.answer == "sanctioned":
            return p.feels
        out = np.zeros(len(p), np.bool_)
        for name in names:
            scheme, bit = p.scheme(name), p.bits((name,))
            if item.answer == "own-score" and scheme.kind in SCORED:
                looks = p.reading(name)[2] < o.looks_up.value
                out |= (p.aware & p.enrolled & bit > 0) & looks
            if item.answer == "changed" and {r.conduct for r in scheme.rules} & set(item.conducts):
                out |= (p.aware & bit > 0) & (p.reading(name)[3] < o.changes.value)
        return out
