"""Households: couples matched on age and education, children to mothers, relatives moved in.

A tile's households are a function of its people. All members live in the same city and the same
kind of place, since matching stays inside (city, residence).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.jit import kernel
from scoredsociety.base.streams import Block, uniform, words
from scoredsociety.society.people import TILE, People

LARGEST = 6
MARRIED = (0.0, 0.25, 0.80, 0.88, 0.85, 0.68)
"""Share living in a couple by age level (0-17, 18-29, ..., 60+): assumed."""
_HOUSEHOLD = int(Block.HOUSEHOLD)
_MARRIED = np.array(MARRIED)


def households(
    people: People, seed: int, replicate: int, tile: int, mean: float
) -> NDArray[np.int32]:
    """Return the household of each person of a tile, numbered from 0 within the tile.

    Parameters
    ----------
    people : People
        The whole tile.
    seed, replicate, tile : int
        Which tile of which society.
    mean : float
        Wanted mean number of members.

    Returns
    -------
    (TILE,) int32
    """
    noise, single = np.empty(TILE), np.empty(TILE)
    _marks(noise, single, seed, replicate, tile)
    home = np.arange(TILE, dtype=np.int32)
    place = people.city.astype(np.int64) * 2 + people.urban
    level = np.where(
        people.age < 18, 0, np.where(people.age < 30, 1, np.minimum(people.age // 10 - 1, 5))
    )
    for key in np.unique(place):
        _match(np.flatnonzero(place == key), people, level, noise, single, mean, home)
    return np.unique(home, return_inverse=True)[1].astype(np.int32)


@kernel
def _marks(
    noise: NDArray[np.float64], single: NDArray[np.float64], seed: int, replicate: int, tile: int
) -> None:
    for i in range(TILE):
        lanes = words(seed, replicate, i, 0, tile, _HOUSEHOLD)
        noise[i] = uniform(lanes[0])
        single[i] = uniform(lanes[1])


def _match(
    members: NDArray[np.intp],
    people: People,
    level: NDArray[np.int64],
    noise: NDArray[np.float64],
    single: NDArray[np.float64],
    mean: float,
    home: NDArray[np.int32],
) -> None:
    """Form the households of one place."""
    adults = members[people.age[members] >= 18]
    couples = adults[single[adults] < _MARRIED[level[adults]]]
    key = people.age + 3.0 * people.education + 6.0 * noise
    men = couples[people.female[couples] == 0]
    women = couples[people.female[couples] == 1]
    men, women = (
        men[np.argsort(key[men] - 2.0, kind="stable")],
        women[np.argsort(key[women], kind="stable")],
    )
    pairs = min(len(men), len(women))
    # leave out the excess at random ages, not all at the end
    men = np.sort(men[np.argsort(noise[men], kind="stable")[:pairs]])
    women = np.sort(women[np.argsort(noise[women], kind="stable")[:pairs]])
    men, women = (
        men[np.argsort(key[men] - 2.0, kind="stable")],
        women[np.argsort(key[women], kind="stable")],
    )
    home[men] = home[women]
    size = np.bincount(home[members], minlength=TILE)
    mothers = women[np.argsort(people.age[women], kind="stable")]
    ages = people.age[mothers].astype(np.int64)
    children = members[people.age[members] < 18]
    young = adults[(people.age[adults] < 30) & (size[home[adults]] == 1)]
    old = adults[people.age[adults] >= 60]
    wanted = len(members) / mean
    for child in children:
        _move_in(child, 22, 40, mothers, ages, people, noise, home, size)
    for person in young[np.argsort(noise[young], kind="stable")]:
        if np.count_nonzero(size[members]) <= wanted:
            return
        _move_in(person, 22, 40, mothers, ages, people, noise, home, size)
    for person in old[np.argsort(noise[old], kind="stable")]:
        if np.count_nonzero(size[members]) <= wanted:
            return
        if size[home[person]] <= 2:
            _move_in(person, -40, -22, mothers, ages, people, noise, home, size)


def _move_in(
    person: int,
    older_from: int,
    older_to: int,
    mothers: NDArray[np.intp],
    ages: NDArray[np.int64],
    people: People,
    noise: NDArray[np.float64],
    home: NDArray[np.int32],
    size: NDArray[np.int64],
) -> None:
    """Move a person's household in with a woman so many years older, if there is room."""
    age = int(people.age[person])
    first = int(np.searchsorted(ages, age + older_from, side="left"))
    last = int(np.searchsorted(ages, age + older_to, side="right"))
    if first >= last:
        return
    start = int(noise[person] * (last - first))
    old = int(home[person])
    for step in range(last - first):
        new = int(home[mothers[first + (start + step) % (last - first)]])
        if new != old and size[new] + size[old] <= LARGEST:
            home[home == old] = new
            size[new] += size[old]
            size[old] = 0
            return
