"""A synthetic society: nothing is loaded, everything follows from marginals, seed and index."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scoredsociety.society.friends import CAPACITY, build_friends, empty_friends, friends_work
from scoredsociety.society.households import build_homes, homes_work
from scoredsociety.society.marginals import GROWN, LATE, Marginals, load_marginals
from scoredsociety.society.people import (
    TILE,
    People,
    PeopleTables,
    build_people,
    empty_people,
    kernel_tables,
)
from scoredsociety.society.raking import Tables, compile_marginals
from scoredsociety.society.traits import build_traits, empty_traits

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Society:
    """People as a function of (marginals, seed, replicate, index).

    Parameters
    ----------
    marginals : Marginals
        Shares of the population.
    people : int
        How many.
    seed, replicate : int
        Which luck, each 0 to 2**32 - 1.

    Examples
    --------
    >>> society = Society.make(people=5000, seed=1)
    >>> society.table().num_rows
    5000
    """

    marginals: Marginals
    people: int
    seed: int = 1
    replicate: int = 0
    tables: Tables = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", compile_marginals(self.marginals))

    @classmethod
    def make(
        cls,
        marginals: str | Path = "china-2018",
        *,
        people: int = 100_000,
        seed: int = 1,
        replicate: int = 0,
    ) -> Society:
        """Return a society from marginals of the catalogue, by name, or of a file."""
        return cls(load_marginals(marginals), people, seed, replicate)

    @property
    def kernel_tables(self) -> PeopleTables:
        """The compiled marginals in the form that kernels take."""
        return kernel_tables(self.tables)

    def tile(self, number: int) -> People:
        """Return the static attributes of the 4,096 people of a tile, shape (4096,) each."""
        people = empty_people()
        build_people(people, self.kernel_tables, self.seed, self.replicate, number)
        return people

    def table(self) -> pa.Table:
        """Return everybody's static attributes, one row a person, for looking and for tests.

        Columns: index, age (years), female, urban, urban_hukou, education (0 primary or less, 1
        junior, 2 senior, 3 college), the binary attributes of the marginals, city, household,
        income (CNY a month), income_rank (0 to 1), parent (an adult who lives with a person under
        18), gaming_hours (a month), frivolous_share (of purchases), friends (number, by the
        catalogue's parameters).

        In a last tile that is not full, people live with and befriend those who exist.
        """
        import pyarrow as pa

        from scoredsociety.schemes.catalogue import load_world

        friends, work = empty_friends(), friends_work()
        home, rooms, traits = np.empty(TILE, np.int32), homes_work(), empty_traits()
        parameters = load_world().parameters
        law = (
            parameters.friends_mean.value,
            parameters.friends_size.value,
            parameters.friends_within.value,
        )
        members = self.marginals.households.value
        parts: list[dict[str, Any]] = []
        for number in range((self.people + TILE - 1) // TILE):
            which = (self.seed, self.replicate, number)
            n = min(TILE, self.people - number * TILE)
            p = self.tile(number)
            build_homes(home, rooms, p, n, members, *which)
            build_traits(traits, p, home, n, *which)
            if build_friends(friends, work, p, n, *law, *which) < 0:
                raise OverflowError(f"more than {CAPACITY} ends of friendships in tile {number}")
            columns: dict[str, Any] = {
                "index": number * TILE + np.arange(n),
                "age": p.age[:n],
                "female": p.female[:n].astype(bool),
                "urban": p.urban[:n].astype(bool),
                "urban_hukou": p.hukou[:n].astype(bool),
                "education": p.education[:n],
            }
            adult = p.age[:n] >= GROWN
            for i, name in enumerate(LATE):
                holds = (p.flags[:n] >> i & 1).astype(bool)
                columns[name] = holds & adult if self.tables.grown[i] else holds
            columns |= {
                "city": p.city[:n],
                "household": number * TILE + home[:n],
                "income": p.income[:n],
                "income_rank": p.rank[:n],
                "parent": traits.parent[:n].astype(bool),
                "gaming_hours": traits.gaming[:n].copy(),
                "frivolous_share": traits.frivolous[:n].copy(),
                "friends": np.diff(friends.first[: n + 1]),
            }
            parts.append(columns)
        return pa.table({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
