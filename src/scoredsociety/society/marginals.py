"""The marginals of a society: shares only, and whom each of them concerns."""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from scoredsociety.schemes.quantities import Closed, Name, Quantity, Source, Sourced, Text

BANDS = 18
EARLY = ("urban", "urban_hukou", "college", "senior", "junior")
LATE = (
    "minority",
    "internet",
    "pilot",
    "party",
    "elite",
    "driver",
    "dog_owner",
    "business_owner",
    "student",
    "consent",
    "thin_file",
)
ATTRIBUTES = EARLY + LATE
GROWN = 18
"""Age from which schemes cover people."""


class Share(Quantity):
    """A quantity that is a share of people."""

    value: Annotated[float, Field(ge=0.0, le=1.0)]


class Ages(Sourced):
    """Shares of the population by age band, youngest first."""

    bands: dict[str, Annotated[float, Field(ge=0.0, le=1.0)]]

    @model_validator(mode="after")
    def _check(self) -> Ages:
        if len(self.bands) != BANDS:
            raise ValueError(f"there must be {BANDS} age bands, as in the shipped china-2018")
        edge = 0
        for name in self.bands:
            low, _, high = name.partition("-")
            if not (low.isdigit() and high.isdigit()) or int(low) != edge or int(high) < edge:
                raise ValueError(f"age band {name!r} must begin at {edge} and be written as 20-24")
            edge = int(high) + 1
        if abs(sum(self.bands.values()) - 1.0) > 1e-9:
            raise ValueError(
                f"the shares of the age bands add up to {sum(self.bands.values()):.6f}, not 1"
            )
        if not {"15", "18"} <= {name.partition("-")[0] for name in self.bands}:
            raise ValueError("bands must begin at 15 and at 18, since schemes and schooling do")
        return self


class Among(Closed):
    """Who can have an attribute at all."""

    min_age: int = 0
    max_age: int = 120
    urban: bool | None = None
    college: bool | None = None
    senior: bool | None = None
    party: bool | None = None


class Adjust(Closed):
    """A second published share, met by solving for one tilt."""

    tilt: Name | str
    share: Share
    composition: bool = False
    """The share is that of ``tilt`` among those who have the attribute."""
    internet_users: tuple[int, int] | None = None
    """The share is that of the attribute among internet users of these ages."""


class Attribute(Closed):
    """One binary attribute: its share, who can have it, and on what it depends."""

    share: Share
    base: Among = Among()
    """The people of whom ``share`` is a share."""
    among: Among = Among()
    tilt: dict[str, float] = Field(default_factory=dict)
    """Log-odds by covariate (``age`` counts decades from 45)."""
    adjust: list[Adjust] = Field(default_factory=list)


class Income(Closed):
    """Income per head and year, lognormal within residence."""

    urban_mean: Quantity
    rural_mean: Quantity
    log_sd: Quantity
    education_weight: Quantity


class Marginals(Closed):
    """Everything a society is made from, apart from a seed."""

    marginals: Name
    title: Text
    population: Quantity
    adults: Quantity
    cities: Quantity
    pilot_cities: Quantity
    age: Ages
    female: Share
    attributes: dict[str, Attribute]
    households: Quantity
    income: Income
    sources: dict[Name, Source]

    @model_validator(mode="after")
    def _check(self) -> Marginals:
        if tuple(self.attributes) != ATTRIBUTES:
            raise ValueError("attributes must be, in this order: " + ", ".join(ATTRIBUTES))
        if not 0 < self.pilot_cities.value < self.cities.value <= 64:
            raise ValueError("there must be 2 to 64 cities, some of them pilot cities")
        return self


def load_marginals(name: str | Path = "china-2018") -> Marginals:
    """Read marginals from the catalogue, by name, or from a file.

    Raises
    ------
    SchemeError
        If the file breaks the language; every mistake is named.
    """
    from scoredsociety.schemes.errors import problem_of_file

    path = Path(name)
    if path.suffix in {".yaml", ".yml"}:
        return _read(path)
    folder = Path(str(files("scoredsociety"))) / "catalogue" / "marginals"
    path = folder / f"{name}.yaml"
    if path.parent != folder or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.yaml")))
        raise problem_of_file(str(name), "there are no marginals of this name", allowed=known)
    return _read_packaged(path).model_copy(deep=True)


@functools.lru_cache(maxsize=16)
def _read_packaged(path: Path) -> Marginals:
    return _read(path)


def _read(path: Path) -> Marginals:
    from scoredsociety.schemes.errors import SchemeError
    from scoredsociety.schemes.reader import read
    from scoredsociety.schemes.structure import build

    document = read(path)
    marginals, findings = build(Marginals, document.data)
    document.raise_if(findings)
    if marginals is None:  # pragma: no cover - findings have raised
        raise SchemeError([])
    return marginals
