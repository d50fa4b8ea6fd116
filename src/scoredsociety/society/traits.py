"""Traits that only some schemes read, and the two questions that every scheme asks of a person.

Gaming, frivolous purchases, a number of one's own and the belief to be watched are the four lanes
of one block; whether somebody is a parent follows from the households.
"""

from __future__ import annotations

from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.arithmetic import exp
from scoredsociety.base.jit import inlined, kernel
from scoredsociety.base.normal import make_normal
from scoredsociety.base.streams import Block, uniform, words_in_a_row
from scoredsociety.schemes.structures import Attribute
from scoredsociety.schemes.world import Eligible
from scoredsociety.society.marginals import GROWN
from scoredsociety.society.people import (
    BUSINESS,
    CONSENT,
    DOG,
    DRIVER,
    INTERNET,
    PARTY,
    STUDENT,
    THIN,
    TILE,
    People,
)

ATTRIBUTE: dict[str, int] = {name: code for code, name in enumerate(get_args(Attribute))}
"""What a feature score can read, to the code that :func:`add_attribute` takes."""
ELIGIBLE: dict[str, int] = {name: code for code, name in enumerate(get_args(Eligible))}
"""Groups whom conduct or a scheme concerns, to the code that :func:`eligible` takes."""
GROUP_BITS = np.array(
    [0, DRIVER, DOG, BUSINESS, INTERNET, STUDENT, 0, PARTY, CONSENT, THIN], np.uint16
)
"""By the code of a group: the flag that makes somebody one of it; 0 if no flag does."""
GAMING_MEDIAN = 8.0
"""Hours of games a month: assumed."""
GAMING_MEDIAN_YOUNG = 20.0
"""The same of people under ``GAMING_YOUNG``: assumed."""
GAMING_YOUNG = 30
GAMING_LOG_SD = 1.0
DRAFT_AGE = 22
"""Last age of young men liable to military service."""
_STEPS = 40
_TRAIT = int(Block.TRAIT)


class Traits(NamedTuple):
    """Further static attributes of one tile, each of shape (TILE,).

    ``gaming`` f8 hours of games a month; ``frivolous`` f8 share of purchases, Beta(2, 8);
    ``chance``, ``watched`` f8 uniform; ``parent`` u1: an adult who lives with a person under 18;
    ``with_child`` u1 by home: whether anybody under 18 lives there.
    """

    gaming: NDArray[np.float64]
    frivolous: NDArray[np.float64]
    chance: NDArray[np.float64]
    watched: NDArray[np.float64]
    parent: NDArray[np.uint8]
    with_child: NDArray[np.uint8]


def empty_traits() -> Traits:
    """Return arrays for one tile, to be filled by :func:`build_traits`."""
    return Traits(
        gaming=np.zeros(TILE),
        frivolous=np.zeros(TILE),
        chance=np.zeros(TILE),
        watched=np.zeros(TILE),
        parent=np.zeros(TILE, np.uint8),
        with_child=np.zeros(TILE, np.uint8),
    )


@inlined
def _beta_quantiles(x: NDArray[np.float64], u: NDArray[np.float64], n: int) -> None:
    """Fill ``x`` with the Beta(2, 8) quantiles of ``u``, to 2**-40, by bisection of all at once.

    Its distribution function is the chance that of nine uniform numbers at least two lie below
    x: 1 - (1 - x)**8 * (1 + 8 * x).
    """
    x[:n] = 0.0
    width = 1.0
    for _ in range(_STEPS):
        width *= 0.5
        for i in range(n):
            middle = x[i] + width
            above = (1.0 - middle) ** 2
            above *= above
            above *= above * (1.0 + 8.0 * middle)
            x[i] = middle if 1.0 - above <= u[i] else x[i]


@kernel
def build_traits(
    traits: Traits,
    people: People,
    home: NDArray[np.int32],
    n: int,
    seed: int,
    replicate: int,
    tile: int,
) -> None:
    """Fill ``traits`` with those of the tile's first ``n`` people; the rest is left as it was.

    Parameters
    ----------
    traits : Traits
        Arrays to fill.
    people : People
        The tile.
    home : (TILE,) int32
        Households by :func:`scoredsociety.society.households.build_homes`, for the same ``n``.
    n : int
        People who exist, 0 to TILE.
    seed, replicate, tile : int
        Which tile of which society.
    """
    with_child = traits.with_child
    with_child[:] = 0
    for i in range(n):
        if people.age[i] < GROWN:
            with_child[home[i]] = 1
    for i in range(n):
        traits.parent[i] = with_child[home[i]] if people.age[i] >= GROWN else 0
    word, u = people.word, people.room
    words_in_a_row(word, n, seed, replicate, 0, tile, _TRAIT)
    for i in range(n):
        traits.gaming[i] = uniform(word[4 * i])
        u[i] = uniform(word[4 * i + 1])
        traits.chance[i] = uniform(word[4 * i + 2])
        traits.watched[i] = uniform(word[4 * i + 3])
    make_normal(traits.gaming[:n], word, traits.frivolous)
    for i in range(n):
        median = GAMING_MEDIAN_YOUNG if people.age[i] < GAMING_YOUNG else GAMING_MEDIAN
        traits.gaming[i] = median * exp(GAMING_LOG_SD * traits.gaming[i])
    _beta_quantiles(traits.frivolous, u, n)


@kernel
def add_attribute(
    level: NDArray[np.float64], slope: float, code: int, n: int, people: People, traits: Traits
) -> None:
    """Add what a feature score reads of the first ``n`` people, each 0 to 1, times ``slope``.

    ``code`` as in ``ATTRIBUTE``.
    """
    if code == 0:
        for i in range(n):
            level[i] += slope * min(people.rank[i], 1.0)
    elif code == 1:
        for i in range(n):
            level[i] += slope * min(people.age[i] / 100.0, 1.0)
    elif code == 2:
        for i in range(n):
            level[i] += slope * (people.education[i] / 3.0)
    elif code == 3:
        for i in range(n):
            level[i] += slope * people.urban[i]
    elif code == 4:
        for i in range(n):
            level[i] += slope * traits.parent[i]
    elif code == 5:
        for i in range(n):
            level[i] += slope * min(traits.gaming[i] / 100.0, 1.0)
    elif code == 6:
        for i in range(n):
            level[i] += slope * traits.frivolous[i]
    elif code == 7:
        for i in range(n):
            level[i] += slope if people.flags[i] & THIN else 0.0
    elif code == 8:
        for i in range(n):
            level[i] += slope if people.flags[i] & STUDENT else 0.0
    else:
        for i in range(n):
            level[i] += slope * traits.chance[i]


@inlined
def eligible(code: int, i: int, people: People) -> bool:
    """Return whether person ``i`` is of a group; ``code`` as in ``ELIGIBLE``.

    Young men are males of 18 to 22 at the start, and those who come of age later. Attributes of
    adults say of a child what will be.
    """
    if code == 0:
        return True
    if code == 6:
        return bool(people.female[i] == 0 and people.age[i] <= DRAFT_AGE)
    return bool(people.flags[i] & GROUP_BITS[code])
