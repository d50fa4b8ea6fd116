"""Who sees a conduct: strengths of channels, parts of the channel mark, false records."""

from __future__ import annotations

import math
from collections.abc import Mapping

from scoredsociety.schemes.model import Scheme
from scoredsociety.schemes.world import Conduct, World


class Watch:
    """How one conduct becomes known."""

    def __init__(
        self, world: World, name: str, conduct: Conduct, schemes: Mapping[str, Scheme]
    ) -> None:
        self.world, self.name, self.conduct = world, name, conduct
        unlimited = [
            k
            for k, channel in world.channels.items()
            if k in conduct.detection and channel.capacity.value is None
        ]
        limited = [k for k in world.channels if k in conduct.detection and k not in unlimited]
        self.shares: dict[str, float] = {}
        missed = 1.0
        for channel in unlimited + limited:
            q = self.strength(channel)
            self.shares[channel] = missed * q
            missed *= 1.0 - q
        self.chance = 1.0 - missed
        """That somebody records one act."""
        self.drawn = max(self.chance, 0.02) if conduct.speech else self.chance
        """Share of the acts for which there are candidates."""
        groups = (0, 1)
        self.factor = [self._factor(minority) for minority in groups]
        """By group: how much more often than untargeted its acts are recorded."""
        self.parts = [self._parts(minority) for minority in groups]
        """By group: (channel, low, high), which channel marks mean which channel.

        Marks above the last part belong to acts that nobody records.
        """
        self.highest = self._highest(schemes)
        """The largest height of a candidate that any state can accept."""

    def strength(self, channel: str) -> float:
        """Return the chance that a channel by itself records one act."""
        via, q = self.world.channels[channel], self.conduct.detection[channel].value
        if via.faces:
            q = min(1.0, q * via.faces.density.value)
        if via.informants:
            x = via.informants
            growth = math.pow(1.0 + x.reward.value, x.reward_elasticity.value)
            q *= min(1.0, x.reports.value * x.neighbours.value * growth)
        if self.conduct.speech:
            q *= self.world.parameters.identifiability.value
        return q

    def _targeted(self, minority: int) -> dict[str, float]:
        out = {}
        for channel, share in self.shares.items():
            t = self.world.channels[channel].targeting
            out[channel] = share * ((t.minority if minority else t.majority).value if t else 1.0)
        return out

    def _factor(self, minority: int) -> float:
        total = sum(self.shares.values())
        return sum(self._targeted(minority).values()) / total if total > 0 else 1.0

    def _parts(self, minority: int) -> list[tuple[str, float, float]]:
        targeted = self._targeted(minority)
        total = sum(targeted.values())
        if total == 0:
            return []
        out, low, so_far = [], 0.0, 0.0
        for number, (channel, share) in enumerate(targeted.items(), 1):
            so_far += share
            last = self.chance / self.drawn
            high = last if number == len(targeted) else so_far / total * last
            out.append((channel, low, high))
            low = high
        return out

    def innocent(self, minority: int) -> float:
        """Return the false records a month about somebody who did nothing."""
        c = self.conduct
        if c.innocent_channel is None:
            return 0.0
        if c.innocent:
            return (c.innocent.minority if minority else c.innocent.majority).value
        via = self.world.channels[c.innocent_channel]
        if via.faces:
            f = via.faces
            each = (f.false_match.minority if minority else f.false_match.majority).value
            matched = 1.0 - math.pow(1.0 - each, f.gallery.value)
            return f.passages.value * f.density.value * matched
        if via.informants:
            false = via.informants.false_share.value
            q = self.strength(c.innocent_channel) if c.innocent_channel in c.detection else 0.0
            return false / (1.0 - false) * c.monthly.value * q
        return 0.0

    def _highest(self, schemes: Mapping[str, Scheme]) -> float:
        p, c = self.world.parameters, self.conduct
        targeting = max(1.0, *self.factor)
        if c.speech == "lawful":
            return targeting
        if c.deed:
            return (1.0 + p.deed_boost.value) * targeting
        top = c.certainty_cap.value
        for s in schemes.values():
            for f in s.feedback:
                if f.conduct == self.name:
                    top *= 1.0 + f.theta.value * f.counts_to
        return top * (1.0 + p.shock_factor.value if c.shock else 1.0) * targeting
