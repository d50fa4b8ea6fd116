"""How acts become known: channels at their strength, by group, and records of the innocent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.schemes.world import ByGroup, Channel, Conduct

COUNTED = 0.02
"""Share of the acts of speech that are drawn, so that they can be counted if nobody records."""


@dataclass(frozen=True)
class Detection:
    """How one conduct is detected; (K,) arrays are padded with what never happens.

    Attributes
    ----------
    order : list of str
        Channels: those without a limit first, for what they record is recorded anyway.
    chance : float
        That one act is recorded.
    drawn : float
        Share of the acts that are candidates.
    edges : (2, K) float64
        By group: cumulated shares of the candidates by channel; the last is chance / drawn.
    factor : (float, float)
        By group: multiple of the chance.
    innocent : (float, float)
        By group: false records a month of an adult.
    """

    order: list[str]
    chance: float
    drawn: float
    edges: NDArray[np.float64]
    factor: tuple[float, float]
    innocent: tuple[float, float]


def identification_errors(false_match: float, gallery: float) -> float:
    """Return the chance 1 - (1 - FMR)**G that a passage matches a wrong face of the gallery.

    Parameters
    ----------
    false_match : float
        FMR, that of one comparison.
    gallery : float
        G, faces compared.
    """
    return float(-np.expm1(gallery * np.log1p(-false_match)))


def strength(channel: Channel) -> float:
    """Return what the shares of a channel are multiplied by."""
    if channel.faces:
        return channel.faces.density.value
    if channel.informants:
        i = channel.informants
        willing = i.reports.value * i.neighbours.value
        return float(min(1.0, willing * (1.0 + i.reward.value) ** i.reward_elasticity.value))
    return 1.0


def shares(regime: ResolvedRegime, conduct: Conduct) -> dict[str, float]:
    """Return the chance that each channel records one act, were it the only one."""
    traced = regime.world.parameters.identifiability.value if conduct.speech else 1.0
    return {
        name: min(1.0, share.value * strength(regime.world.channels[name])) * traced
        for name, share in conduct.detection.items()
    }


def detection(regime: ResolvedRegime, conduct: Conduct) -> Detection:
    """Work out how a conduct is detected."""
    channels = regime.world.channels
    names = list(channels)
    chances = shares(regime, conduct)
    order = sorted(chances, key=lambda x: (channels[x].capacity.value is not None, names.index(x)))
    missed, first = 1.0, np.zeros(len(order))
    for k, name in enumerate(order):
        first[k] = missed * chances[name]
        missed *= 1.0 - chances[name]
    chance = 1.0 - missed
    drawn = max(chance, COUNTED) if conduct.speech else chance
    edges, factor = np.ones((2, len(names))), [1.0, 1.0]
    for g in range(2):
        aimed = first * [_of(channels[name].targeting, g, 1.0) for name in order]
        if chance <= 0:
            edges[g] = 0.0
            continue
        factor[g] = float(aimed.sum() / first.sum())
        whole = aimed if aimed.sum() > 0 else first
        edges[g, : len(order)] = np.cumsum(whole) / whole.sum() * (chance / drawn)
        edges[g, len(order) - 1 :] = chance / drawn
    return Detection(
        order, chance, drawn, edges, (factor[0], factor[1]), _innocent(regime, conduct)
    )


def _of(pair: ByGroup | None, group: int, default: float) -> float:
    if pair is None:
        return default
    return (pair.minority if group else pair.majority).value


def _innocent(regime: ResolvedRegime, conduct: Conduct) -> tuple[float, float]:
    if conduct.innocent:
        return conduct.innocent.majority.value, conduct.innocent.minority.value
    channel = regime.world.channels[conduct.innocent_channel] if conduct.innocent_channel else None
    if channel is None:
        return 0.0, 0.0
    if channel.faces:
        f = channel.faces
        seen, size = f.passages.value * f.density.value, f.gallery.value
        return (
            seen * identification_errors(f.false_match.majority.value, size),
            seen * identification_errors(f.false_match.minority.value, size),
        )
    if channel.informants:
        false = channel.informants.false_share.value
        reported = conduct.monthly.value * shares(regime, conduct).get(
            conduct.innocent_channel or "", 0.0
        )
        return (false / (1.0 - false) * reported,) * 2
    return 0.0, 0.0
