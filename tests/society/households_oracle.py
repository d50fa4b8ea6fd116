"""The households of a tile as obvious array code: the kernel must give the same ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoredsociety.base.streams import Block, words_of_many
from scoredsociety.society.households import LARGEST, MARRIED
from scoredsociety.society.people import People

_HOUSEHOLD = int(Block.HOUSEHOLD)
_MARRIED = np.array(MARRIED)


def households(
    people: People, seed: int, replicate: int, tile: int, mean: float
) -> NDArray[np.int32]:
    """Return the household of each of these people, numbered from 0."""
    n = len(people.age)
    lanes = np.empty((4, n), np.uint32)
    words_of_many(lanes, seed, replicate, 0, tile, _HOUSEHOLD)
    noise, single = (lanes[:2] + 0.5) / 2**32
    home = np.arange(n, dtype=np.int32)
    place = people.city.astype(np.int64) * 2 + people.urban
    level = np.where(
        people.age < 18, 0, np.where(people.age < 30, 1, np.minimum(people.age // 10 - 1, 5))
    )
    for key in np.unique(place):
        _match(np.flatnonzero(place == key), people, level, noise, single, mean, home)
    return np.unique(home, return_inverse=True)[1].astype(np.int32)


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
    size = np.bincount(home[members], minlength=len(home))
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
