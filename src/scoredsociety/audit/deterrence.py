"""M13: how much less of each conduct there is than without the scheme."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from scoredsociety.audit.acts import AUDIENCES, acts_by_audience
from scoredsociety.audit.chilling import write_chilling
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.audit.sheet import Sheet, figures_table, series_table
from scoredsociety.audit.spiral import require_pair
from scoredsociety.engine.result import RunData

WINDOW = 6
"""Months in a window of :func:`deterrence`."""


def write_acts(sample: Sample, sheet: Sheet) -> None:
    """Write the acts of one run by month, per 1,000 adults: what deterrence is read from."""
    adults = sample.monthly_sum("adults")
    for conduct, by_group in acts_by_audience(sample.run).items():
        rate = 1000.0 * ratio(by_group["all"], adults)
        sheet.put_series("M13", conduct, "acts", "acts per 1,000 adults", rate)


def deterrence(run: RunData, counterfactual: RunData) -> tuple[pa.Table, pa.Table]:
    """Return the deterrence of each conduct, 1 - acts / acts of the counterfactual.

    Parameters
    ----------
    run : RunData
        With the scheme, or with the safeguard.
    counterfactual : RunData
        The same societies with the same luck, without it.

    Returns
    -------
    figures : pyarrow.Table
        Over the run, by conduct, for all and for the aware. Negative: the conduct grew, which is
        what a scheme wants of a good deed.
    series : pyarrow.Table
        The same by month ("deterrence") and by windows of six months ("deterrence, six months":
        ``month`` is the last of the window).

    Both hold the chilling index (M12) too, for one must not be shown without the other.

    Raises
    ------
    ValueError
        If the runs are not a pair.
    """
    require_pair(run, counterfactual)
    weight = load_sample(run).weight
    sheet, windows = (Sheet(len(run.replicates), weight) for _ in range(2))
    write_deterrence(run, counterfactual, sheet)
    months = int(run.manifest["months"])
    starts = np.arange(0, months, WINDOW)
    for conduct, group, a, b in _shared_acts(run, counterfactual):
        a6, b6 = (np.add.reduceat(x, starts, axis=1) for x in (a, b))
        windows.put_series("M13", conduct, "deterrence, six months", "share",
                           1.0 - ratio(a6, b6), group=group)  # fmt: skip
    write_chilling(run, counterfactual, sheet)
    ends = np.minimum(starts + WINDOW, months)
    series = pa.concat_tables(
        [series_table(sheet.series, weight), series_table(windows.series, weight, ends)]
    )
    return figures_table(sheet.lines, weight), series


def _shared_acts(
    run: RunData, counterfactual: RunData
) -> Iterator[tuple[str, str, Floats, Floats]]:
    """Yield each conduct that both have, with its audience and the acts of both, (R, T)."""
    ours, theirs = acts_by_audience(run), acts_by_audience(counterfactual)
    for conduct, by_group in ours.items():
        if conduct in theirs:
            for group in AUDIENCES:
                yield conduct, group, by_group[group], theirs[conduct][group]


def write_deterrence(run: RunData, counterfactual: RunData, sheet: Sheet) -> None:
    """Write the deterrence of each conduct over the run and by month, for all and the aware."""
    for conduct, group, a, b in _shared_acts(run, counterfactual):
        mine, other = a.sum(axis=1), b.sum(axis=1)
        sheet.put("M13", conduct, "deterrence", "share", 1.0 - ratio(mine, other), group=group)
        sheet.put("M13", conduct, "acts prevented", "acts", other - mine, group=group)
        sheet.put_series("M13", conduct, "deterrence", "share", 1.0 - ratio(a, b), group=group)


M13 = Measure(
    "M13",
    "Deterrence",
    "How much less of the conduct is there than without the scheme?",
    "share",
    "1 - acts / acts of the same society without the scheme, all and aware only",
    ("M5", "M8", "M12"),
    ("world.parameters.certainty_elasticity", "world.parameters.prior_acts", "schemes."),
    groups=("aware",),
    pair=write_deterrence,
)
