"""The seventeen: a published count so rare that only a whole country can hold it.

Seventeen people were reported to be barred from education because they refused military service.
The model has a rate for it; what it expects follows by a closed form from the rate, the ages and
the months, and stands here beside what was reported and what was counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any

import numpy as np

from scoredsociety.audit.exact import poisson_interval
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime, Scheme
from scoredsociety.society import Marginals, Society, load_marginals
from scoredsociety.society.marginals import GROWN
from scoredsociety.society.traits import DRAFT_AGE
from scoredsociety.study import StudyError

SCHEME, CONDUCT = "service-refusal-list", "service-refusal"
YEAR = 12


@dataclass(frozen=True)
class Rare:
    """A rare event: what the model expects, what was counted, what was reported.

    Attributes
    ----------
    expected : float
        Entries of the list over all months: the closed form.
    expected_first_year : float
        In months 1 to 12, for the published count is that of a year.
    counted, counted_first_year : int or None
        Entries in the country, if one was counted.
    counted_interval : (float, float) or None
        Exact (Garwood) 95% interval of the mean of which ``counted`` is a draw.
    published : int
    published_interval : (float, float)
        The same of the published count.
    per_100_000_a_year : float
        Expected entries of the first year for each 100,000 people: why no sample holds one.
    """

    expected: float
    expected_first_year: float
    per_100_000_a_year: float
    published: int
    published_interval: tuple[float, float]
    counted: int | None = None
    counted_first_year: int | None = None
    counted_interval: tuple[float, float] | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in vars(self).items()}


def seventeen(
    regime: str | Path | ResolvedRegime = "joint-2020",
    *,
    people: int = 1_400_000_000,
    months: int = 120,
    marginals: str | Path | Marginals = "china-2018",
    entries: Any = None,  # noqa: ANN401
) -> Rare:
    """Return how many refusers of military service a country holds, by the model and as published.

    Parameters
    ----------
    regime : str, Path or ResolvedRegime
        One with the list of those who refuse.
    people, months : int
        Of the country.
    marginals : str, Path or Marginals
    entries : array_like, shape (months,), optional
        Entries made in each month of a country, to stand beside the expectation.

    Raises
    ------
    SchemeError
        If there is no such regime.
    StudyError
        If the regime has no such list.

    Examples
    --------
    >>> found = seventeen(people=1_400_000_000, months=12)
    >>> found.published, round(found.expected_first_year)
    (17, 17)
    """
    resolved = regime if isinstance(regime, ResolvedRegime) else resolve(regime)
    if SCHEME not in resolved.schemes:
        raise StudyError(
            f"{resolved.regime} has no {SCHEME}, so that nobody is listed for refusing. "
            "joint-2020 has it"
        )
    source = marginals if isinstance(marginals, Marginals) else load_marginals(marginals)
    scheme = resolved.schemes[SCHEME]
    rate = entry_rate(resolved, scheme)
    by_month = rate * people * eligible_share(source, months)
    first = float(by_month[:YEAR].sum())
    published = int(next(f.value for f in scheme.published))
    counts: dict[str, Any] = {}
    if entries is not None:
        series = np.asarray(entries)
        total = int(series.sum())
        counts = {
            "counted": total,
            "counted_first_year": int(series[:YEAR].sum()),
            "counted_interval": poisson_interval(total),
        }
    years = min(months, YEAR) / YEAR
    return Rare(
        expected=float(by_month.sum()),
        expected_first_year=first,
        per_100_000_a_year=first / people * 1e5 / years,
        published=published,
        published_interval=poisson_interval(published),
        **counts,
    )


def entry_rate(regime: ResolvedRegime, scheme: Scheme) -> float:
    """Return the entries a month of one eligible man: acts, recorded, and not stopped in time.

    Nobody learns from so rare an act, and no channel that records it errs in the catalogue; where
    one does, its wrong entries are not in here.
    """
    conduct, process = regime.world.conducts[CONDUCT], scheme.process
    missed = 1.0
    for share in conduct.detection.values():
        missed *= 1.0 - share.value
    days = process.filing_days.value
    files = 1.0 - exp(-process.window_days.value / days) if days > 0 else 1.0
    heard = process.notice.value * files
    excused = conduct.excused.value
    stays = (1.0 - excused) * (1.0 - heard * process.review.rightful.value)
    exempt = process.hardship_exemption.value
    stays += excused * (1.0 - exempt) * (1.0 - heard * process.review.wrongful.value)
    return float(conduct.monthly.value * (1.0 - missed) * stays)


def eligible_share(marginals: Marginals, months: int) -> Any:  # noqa: ANN401
    """Return the share of people whom the draft concerns in each month, shape (months,).

    Men of 18 to 22 at the start, and those who come of age later.
    """
    tables = Society(marginals, 1).kernel_tables
    edges, low = tables.age_edges, tables.age_low
    out = np.zeros(months)
    for age in range(DRAFT_AGE + 1):
        here = 0.0
        for band in range(len(edges) - 1):
            span = low[band + 1] - low[band]
            inside = min(age + 1, low[band + 1]) - max(age, low[band])
            here += max(inside, 0.0) / span * (edges[band + 1] - edges[band])
        out[max(0, (GROWN - age) * 12) :] += here * (1.0 - tables.female)
    return out


def counted_in(manifest: Mapping[str, Any], monthly: Any) -> Rare | None:  # noqa: ANN401
    """Return the rare event of a country, or None if its regime has no such list.

    ``monthly`` is the country's table by month and group.
    """
    if SCHEME not in manifest["schemes"]:
        return None
    series = monthly[f"in:{SCHEME}"].to_numpy().reshape(manifest["months"], -1).sum(axis=1)
    return seventeen(
        ResolvedRegime.model_validate(manifest["regime"]),
        people=manifest["people"],
        months=manifest["months"],
        marginals=Marginals.model_validate(manifest["marginals"]),
        entries=series,
    )
