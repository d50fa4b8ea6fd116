"""Homes, friends and traits, as ``society`` builds them, in plain lists."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoredsociety.society import Society
from scoredsociety.society.friends import build_friends, empty_friends, friends_work
from scoredsociety.society.households import build_homes, homes_work
from scoredsociety.society.people import TILE
from scoredsociety.society.traits import build_traits, empty_traits


def friends_of(society: Society, parameters: Any) -> list[list[int]]:
    """Return everybody's friends, each row in the order of the draws."""
    friends = empty_friends()
    ends = build_friends(
        friends, friends_work(), society.tile(0), society.people,
        parameters.friends_mean, parameters.friends_size, parameters.friends_within,
        society.seed, society.replicate, 0,
    )  # fmt: skip
    assert ends >= 0
    first = friends.first
    return [
        [int(j) for j in friends.friend[first[i] : first[i + 1]]] for i in range(society.people)
    ]


def homes_of(society: Society) -> Any:
    """Return the number of everybody's household."""
    home = np.empty(TILE, np.int32)
    size = society.marginals.households.value
    where = (society.seed, society.replicate, 0)
    build_homes(home, homes_work(), society.tile(0), society.people, size, *where)
    return home


def traits_of(society: Society, home: Any) -> Any:
    """Return everybody's traits."""
    traits = empty_traits()
    where = (society.seed, society.replicate, 0)
    build_traits(traits, society.tile(0), home, society.people, *where)
    return traits
