"""The people of one society as a survey meets them: what they are, bear, hold, know and think.

Everything is a function of the snapshot at the end of a run, of the regime's numbers and of draws
that belong to the person. Nothing of it acts back on the month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.normal import normal_ppf
from scoredsociety.base.streams import Block, words_of_many
from scoredsociety.engine.program import identity
from scoredsociety.engine.result import RunData, profile_level
from scoredsociety.opinion.fairness import revealed_fairness
from scoredsociety.schemes.model import ResolvedRegime, Scheme
from scoredsociety.society.people import INTERNET, PILOT, STUDENT, TILE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

REGIONS = 4
"""Abstract regions: every fourth city belongs to the same one."""
YOUNG = 35
"""Age below which people count as young."""
MIDDLE_AGE = 45.0
PARTS = (
    "benefits", "fairness", "lack_of_trust", "sanctioned", "friends_sanctioned", "repression",
    "media", "age", "tertiary", "income", "urban", "liberal",
)  # fmt: skip
"""What approval is the sum of, beside its noise."""
_AGAINST = ("sanctioned", "friends_sanctioned", "repression", "liberal")


@dataclass(frozen=True)
class Public:
    """Everybody of one society at one date.

    Attributes
    ----------
    people : structured array of SNAPSHOT, shape (n,)
    regime : ResolvedRegime
    schemes : tuple of str
        Schemes of people, in the order of the snapshot's bits.
    month, seed, replicate : int
        Date and luck.
    """

    people: NDArray[np.void]
    regime: ResolvedRegime
    schemes: tuple[str, ...]
    month: int
    seed: int
    replicate: int

    def __len__(self) -> int:
        return len(self.people)

    # ------------------------------------------------------------------ who they are

    @cached_property
    def age(self) -> NDArray[np.int64]:
        """Years when asked."""
        return self.people["age"].astype(np.int64)

    @cached_property
    def adult(self) -> Bools:
        """Whether one is 18 or older when asked."""
        return np.asarray(self.people["age"] >= 18)

    @cached_property
    def region(self) -> NDArray[np.int64]:
        """The abstract region in which one lives."""
        return self.people["city"].astype(np.int64) % REGIONS

    def flag(self, bit: int) -> Bools:
        """Tell who has an attribute of the society."""
        return np.asarray(self.people["flags"] & bit > 0)

    @property
    def internet(self) -> Bools:
        """Who uses the internet."""
        return self.flag(INTERNET)

    @property
    def pilot(self) -> Bools:
        """Who lives in a pilot city."""
        return self.flag(PILOT)

    @property
    def student(self) -> Bools:
        """Who studies."""
        return self.flag(STUDENT)

    def level(self, field: str) -> NDArray[np.intp]:
        """Return the level of a field of the profile, for everybody."""
        if field not in self._levels:
            self._levels[field] = profile_level(self.people["profile"], field)
        return self._levels[field]

    @cached_property
    def _levels(self) -> dict[str, NDArray[np.intp]]:
        return {}

    # ------------------------------------------------------------------ what they bear and hold

    @cached_property
    def under(self) -> Bools:
        """Who is under a sanction."""
        return np.asarray(self.people["bears"] > 0)

    @cached_property
    def wrongful(self) -> Bools:
        """Who is under a sanction that rests on a wrongful row."""
        return np.asarray(self.people["wrongful"] > 0)

    @cached_property
    def feels(self) -> Bools:
        """Who knows of a sanction of one's own: notified, refused at a counter, or graded."""
        return np.asarray(self.people["bears"] & self.people["told"] > 0)

    @cached_property
    def benefits(self) -> NDArray[np.int64]:
        """How many advantages one holds."""
        held = np.bitwise_count(self.people["mask"] >> np.uint64(32))
        return np.asarray(held, dtype=np.int64)

    @cached_property
    def friends_under(self) -> Floats:
        """Share of one's friends who are under a sanction; 0 without friends."""
        return np.asarray(self.people["friends_sanctioned"] / np.maximum(self.people["friends"], 1))

    # ------------------------------------------------------------------ which schemes

    @property
    def has_schemes(self) -> bool:
        """Whether there is any scheme to have an opinion of."""
        return bool(self.regime.schemes)

    @cached_property
    def about(self) -> Mapping[str, tuple[str, ...]]:
        """Schemes of people by what a question can be about."""
        known = self.regime.schemes
        public = [n for n in self.schemes if known[n].operator == "public"]
        local = [n for n in public if known[n].subjects.where == "pilot-cities"]
        return {
            "local": tuple(local),
            "national": tuple(n for n in public if n not in local),
            "commercial": tuple(n for n in self.schemes if known[n].operator == "private"),
            "any": self.schemes,
        }

    def bits(self, names: tuple[str, ...]) -> np.uint32:
        """Return the bits of schemes."""
        return np.uint32(sum(1 << self.schemes.index(name) for name in names))

    @cached_property
    def holds(self) -> np.uint32:
        """Bits of the schemes that are announced by now and have not ended."""
        return self.bits(tuple(n for n in self.schemes if self._since(n) is not None))

    def _since(self, name: str) -> int | None:
        """Return the months since a scheme was announced; None before that and after its end."""
        timing = self.regime.schemes[name].timing
        if timing is None:
            return self.month
        over = timing.ends is not None and timing.ends <= self.month
        return None if over or timing.announced >= self.month else self.month - timing.announced

    @cached_property
    def enrolled(self) -> NDArray[np.uint32]:
        """Bits of the schemes that cover one."""
        return np.asarray(self.people["enrolled"])

    @cached_property
    def aware(self) -> NDArray[np.uint32]:
        """Bits of the schemes of which one knows, or which one wrongly takes for one's own.

        By the announcement; by a case of one's own (an entry of which one was told or that a
        counter refused, a sanctioned grade); by having enrolled oneself; by the media.
        """
        known = self.people["known"] & self.holds
        known |= self.people["told"]
        hears = self.regime.world.opinion.hears_monthly.value
        for s, name in enumerate(self.schemes):
            scheme, bit = self.regime.schemes[name], np.uint32(1 << s)
            if scheme.subjects.enrolment == "voluntary":
                known |= self.enrolled & bit
            since = self._since(name)
            if hears > 0 and scheme.awareness is not None and since is not None:
                heard = self.reading(name)[1] < 1.0 - (1.0 - hears) ** since
                known |= np.where(heard, bit, np.uint32(0))
        return np.asarray(known & self.holds)

    # ------------------------------------------------------------------ luck

    def draws(self, stream: int, block: int, first_lanes: int = 4) -> Floats:
        """Return the first uniform draws of a block for everybody, shape (4 or fewer, n)."""
        n = len(self)
        out, lanes = np.empty((first_lanes, n)), np.empty((4, TILE), np.uint32)
        for tile in range((n + TILE - 1) // TILE):
            words_of_many(lanes, self.seed, self.replicate, stream, tile, int(block))
            first, last = tile * TILE, min((tile + 1) * TILE, n)
            out[:, first:last] = lanes[:first_lanes, : last - first]
        out += 0.5
        out *= 2.0**-32
        return out

    @cached_property
    def views(self) -> Floats:
        """Noise that stays, sees a lack of trust, knows of repression, follows media."""
        return self.draws(0, Block.VIEW)

    @cached_property
    def suppositions(self) -> Floats:
        """Supposed fairness, fear, claims to be a user, falsifies."""
        return self.draws(0, Block.SUPPOSE)

    def reading(self, scheme: str) -> Floats:
        """Return who reads the weights, hears in the media, looks the score up, changed conduct."""
        if scheme not in self._read:
            self._read[scheme] = self.draws(identity(scheme), Block.READ)
        return self._read[scheme]

    @cached_property
    def _read(self) -> dict[str, Floats]:
        return {}

    # ------------------------------------------------------------------ what they think

    @cached_property
    def sees_lack_of_trust(self) -> Bools:
        """Who sees a general lack of trust as a problem."""
        return np.asarray(self.views[1] < self.regime.world.opinion.sees_lack_of_trust.value)

    @cached_property
    def informed(self) -> Bools:
        """Who knows that schemes are used against critics."""
        return np.asarray(self.views[2] < self.regime.world.opinion.informed.value)

    @cached_property
    def fairness(self) -> Floats:
        """Perceived fairness, 0 to 1: the mean over the schemes one knows of.

        Who can read the weights of a scheme (with the chance of its transparency) sees what it
        reveals; everybody else, and who knows of none, supposes.
        """
        o = self.regime.world.opinion
        supposed = o.supposed_fairness.value + np.zeros(len(self))
        if o.fairness_spread.value > 0:
            supposed += o.fairness_spread.value * normal_ppf(self.suppositions[0])
            np.clip(supposed, 0.0, 1.0, out=supposed)
        total, count = np.zeros(len(self)), np.zeros(len(self))
        for s, name in enumerate(self.schemes):
            shown = revealed_fairness(self.regime, name)
            clear = self.regime.schemes[name].transparency
            knows = self.aware & np.uint32(1 << s) > 0
            seen = supposed
            if clear is not None and not np.isnan(shown):
                seen = np.where(self.reading(name)[0] < clear.value, shown, supposed)
            total += np.where(knows, seen, 0.0)
            count += knows
        return np.where(count > 0, total / np.maximum(count, 1), supposed)

    @cached_property
    def measured(self) -> dict[str, Floats]:
        """What approval depends on, by part, before it is multiplied with an effect."""
        tertiary = self.level("education") == 3
        urban = self.level("residence") == 1
        o = self.regime.world.opinion
        raw: dict[str, Any] = {
            "benefits": self.benefits,
            "fairness": self.fairness,
            "lack_of_trust": self.sees_lack_of_trust - o.sees_lack_of_trust.value,
            "sanctioned": self.feels,
            "friends_sanctioned": self.friends_under,
            "repression": self.informed,
            "media": self.views[3] < o.follows_media.value,
            "age": (self.age - MIDDLE_AGE) / 10.0,
            "tertiary": tertiary,
            "income": self.people["rank"],
            "urban": urban,
            "liberal": tertiary & urban & (self.age < YOUNG),
        }
        return {name: np.asarray(raw[name], dtype=np.float64) for name in PARTS}

    @cached_property
    def effects(self) -> dict[str, float]:
        """The effect of each part on approval, with its sign."""
        o = self.regime.world.opinion
        sign = {name: -1.0 if name in _AGAINST else 1.0 for name in PARTS}
        return {name: sign[name] * getattr(o, name).value for name in PARTS}

    @cached_property
    def predicted(self) -> Floats:
        """Approval without its noise, in units of that noise."""
        out = np.zeros(len(self))
        for name, effect in self.effects.items():
            if effect != 0.0:
                out += effect * self.measured[name]
        return out

    @cached_property
    def noise(self) -> Floats:
        """Noise of approval, N(0, 1): a part that stays with the person and one of the month."""
        stays = self.regime.world.opinion.stability.value
        out: Floats = np.sqrt(stays) * normal_ppf(self.views[0])
        if stays < 1.0:
            out += np.sqrt(1.0 - stays) * normal_ppf(self.draws(self.month, Block.WAVE, 1)[0])
        return out

    @cached_property
    def approval(self) -> Floats:
        """Private approval of schemes, in units of its noise."""
        return self.predicted + self.noise

    @cached_property
    def fear(self) -> Floats:
        """Fear of saying so, of mean 1 where nobody knows of a scheme that scores what is said."""
        growth = self.regime.world.opinion.fear_of_scores.value
        speaks = self.aware & self.bits(tuple(n for n in self.schemes if self._scores_speech(n)))
        return np.asarray(2.0 * self.suppositions[1] * (1.0 + growth * (speaks > 0)))

    def _scores_speech(self, name: str) -> bool:
        conducts, scheme = self.regime.world.conducts, self.regime.schemes[name]
        return any(conducts[r.conduct].speech is not None for r in scheme.rules)

    def scheme(self, name: str) -> Scheme:
        """Return a scheme of the regime."""
        return self.regime.schemes[name]


def publics(run: RunData, regime: ResolvedRegime | None = None) -> list[Public]:
    """Return the people of every society of a run that kept its snapshots.

    Parameters
    ----------
    run : RunData
    regime : ResolvedRegime, optional
        The same regime with other numbers of opinion, which no month depends on; by default the
        one that was run.

    Raises
    ------
    ValueError
        If a society has no snapshot.
    """
    manifest = run.manifest
    regime = regime or ResolvedRegime.model_validate(manifest["regime"])
    of_people = regime.of_people()
    names = tuple(n for n in manifest["schemes"] if n in of_people)
    out = []
    for replicate, result in enumerate(run.replicates):
        if result.people is None:
            raise ValueError("This run kept no snapshot: simulate it with snapshot=True.")
        out.append(
            Public(result.people, regime, names, manifest["months"], manifest["seed"], replicate)
        )
    return out
