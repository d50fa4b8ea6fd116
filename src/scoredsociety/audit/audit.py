"""The audit of one run: what the regime did to people, as tidy tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scoredsociety.audit import (
    chilling,
    counts,
    detection,
    disparity,
    exemption,
    grades,
    harm,
    information,
    opinion,
    organisations,
    reach,
    recovery,
    spillover,
    spiral,
    transparency,
    welfare,
    wrongful,
)
from scoredsociety.audit import deterrence as deterrence_
from scoredsociety.audit import leaving as leaving_
from scoredsociety.audit.assumptions import list_assumptions
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.audit.sheet import Key, Sheet, figures_table, series_table
from scoredsociety.engine.result import RunData

MEASURES: tuple[Measure, ...] = (
    counts.M1,
    counts.M2,
    counts.M3,
    counts.M4,
    wrongful.M5,
    spiral.M6,
    recovery.M7,
    harm.M8,
    harm.M9,
    disparity.M10,
    exemption.M11,
    chilling.M12,
    deterrence_.M13,
    information.M14,
    welfare.M15,
    opinion.M16,
    reach.M17,
    grades.M18,
    reach.M19,
    spillover.M20,
    organisations.M21,
    wrongful.M22,
    detection.M23,
    transparency.M24,
    opinion.M25,
)
"""Every measure that exists. To add one, declare it in a module and name it here."""


@dataclass(frozen=True)
class Audit:
    """What a run did to people.

    Attributes
    ----------
    manifest : mapping
        The manifest of the run.
    figures : pyarrow.Table
        One row a figure: measure, item, quantity, unit, group, month (null), value, se, low,
        high (95% interval of the mean over replicates), replicates, people, entries, scaled
        (value times the national weight, for counts only) and note. Undefined is null.
    series : pyarrow.Table
        The same columns, by month.
    survival : pyarrow.Table
        Kaplan-Meier curves: item, group, month, survival, low, high, at_risk; censored at the
        horizon and where a scheme is shut down.
    leaving : pyarrow.Table
        Curves of ways out, returns and cohorts: clock, item, group, month, share, low, high,
        at_risk; see ``audit.leaving.leaving_table``.
    mobility : pyarrow.Table
        Monthly moves between grades: scheme, from, to, share and its interval, moves.
    assumptions : list of dict
        Every assumed number that the regime uses: path, value, range, note.
    measures : tuple of Measure
        What the measures mean.
    weight : float
        Adults of the nation for one adult of the sample.
    by_replicate : dict
        (measure, item, quantity, group, None) to the values by replicate, shape (R,), NaN where
        undefined: what paired differences are made of.
    """

    manifest: Mapping[str, Any]
    figures: pa.Table
    series: pa.Table
    survival: pa.Table
    leaving: pa.Table
    mobility: pa.Table
    assumptions: list[dict[str, Any]]
    measures: tuple[Measure, ...]
    weight: float
    by_replicate: Mapping[Key, Floats] = field(repr=False)

    @cached_property
    def _index(self) -> dict[Key, tuple[float | None, ...]]:
        out: dict[Key, tuple[float | None, ...]] = {}
        for table in (self.figures, self.series):
            names = ("measure", "item", "quantity", "group", "month")
            keys = zip(*(table[name].to_pylist() for name in names), strict=True)
            columns = (table[c].to_pylist() for c in ("value", "low", "high", "scaled"))
            out.update(zip(keys, zip(*columns, strict=True), strict=True))
        return out

    def cell(
        self, measure: str, item: str, quantity: str, group: str = "all", month: int | None = None
    ) -> tuple[float | None, ...]:
        """Return (value, low, high, scaled) of one figure; None where undefined.

        Raises
        ------
        KeyError
            If there is no such figure; the message says what there is.
        """
        key = (measure, item, quantity, group, month)
        if key in self._index:
            return self._index[key]
        if measure not in {k[0] for k in self._index}:
            have = sorted({k[0] for k in self._index})
        elif item not in {k[1] for k in self._index if k[0] == measure}:
            have = sorted({k[1] for k in self._index if k[0] == measure})
        elif quantity not in {k[2] for k in self._index if k[:2] == key[:2]}:
            have = sorted({k[2] for k in self._index if k[:2] == key[:2]})
        else:
            have = sorted({k[3] for k in self._index if k[:3] == key[:3]})
        raise KeyError(f"No figure {key}. There is: {', '.join(have) or 'nothing'}.")

    def value(
        self,
        measure: str,
        item: str | None = None,
        quantity: str | None = None,
        group: str = "all",
        month: int | None = None,
    ) -> float | None:
        """Return one figure, or None if it is undefined.

        Parameters
        ----------
        measure : str
            "M1" ...
        item, quantity : str, optional
            May be left out where the measure has only one.
        group : str
            "all", or "field=label".
        month : int, optional
            A month of the series; without it, the figure of the whole run.

        Raises
        ------
        KeyError
            If there is no such figure.
        """
        if item is None or quantity is None:
            fits = {
                (k[1], k[2])
                for k in self._index
                if k[0] == measure
                and (month is None) == (k[4] is None)
                and item in (None, k[1])
                and quantity in (None, k[2])
            }
            if len(fits) != 1:
                raise KeyError(f"{measure}: say which item and quantity of {sorted(fits)}.")
            item, quantity = fits.pop()
        return self.cell(measure, item, quantity, group, month)[0]

    def table(self, measure: str) -> pa.Table:
        """Return the figures of one measure."""
        return self.figures.filter(pc.equal(self.figures["measure"], measure))

    def measure(self, id: str) -> Measure:
        """Return the declaration of a measure, with its companions."""
        return next(m for m in self.measures if m.id == id)

    def rests_on(self, measure: str) -> list[dict[str, Any]]:
        """Return the assumptions that a measure rests on."""
        starts = self.measure(measure).rests_on
        return [a for a in self.assumptions if str(a["path"]).startswith(starts)]

    def items(self, measure: str) -> list[str]:
        """Return the items of a measure, in the order of the table."""
        return list(dict.fromkeys(self.table(measure)["item"].to_pylist()))

    def chart(self, name: str) -> Any:  # noqa: ANN401
        """Draw a chart; see ``scoredsociety.report.charts``."""
        from scoredsociety.report.charts import chart

        return chart(self, name)

    def to_text(self) -> list[tuple[str, str, str]]:
        """Return the findings as (sentence, value, interval)."""
        from scoredsociety.audit.findings import findings

        return [(f.text, f.value_text, f.interval_text) for f in findings(self)]


HEADLINE = ("M1", "M2", "M3", "M4", "M5", "M6", "M8", "M13")
"""Who is listed, refused and wronged, what spirals, what spreads and what is prevented."""


def audit_run(
    run: RunData, measures: Sequence[Measure] = (), only: Collection[str] | None = None
) -> Audit:
    """Audit a run.

    Parameters
    ----------
    run : RunData
        At least one replicate.
    measures : sequence of Measure
        Measures of your own, taken beside those that are shipped; see
        :func:`scoredsociety.check_measure`.
    only : collection of str, optional
        Take these measures alone, as in ``HEADLINE``; without M7 there are no curves of recovery.

    Returns
    -------
    Audit

    Raises
    ------
    ValueError
        If the run has no replicate, a ledger does not fit its manifest, two measures have one
        name, or one of ``only`` does not exist.
    """
    unknown = sorted(set(only or ()) - {m.id for m in with_own(measures)})
    if unknown:
        raise ValueError(
            f"There is no measure {unknown[0]!r}. Choose among "
            f"{', '.join(m.id for m in with_own(measures))}."
        )
    return audit_sample(load_sample(run), measures, only)


def with_own(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """Return the shipped measures with those of somebody's own after them.

    Raises
    ------
    ValueError
        If two have one name.
    """
    taken = [m.id for m in MEASURES]
    for measure in measures:
        if measure.id in taken:
            raise ValueError(
                f"There are two measures called {measure.id!r}. Give yours a name of its own: "
                f"{', '.join(taken)} are taken."
            )
        taken.append(measure.id)
    return (*MEASURES, *measures)


def audit_sample(
    sample: Sample, measures: Sequence[Measure] = (), only: Collection[str] | None = None
) -> Audit:
    """Audit replicates that are already laid side by side; with ``only``, by these measures."""
    sheet = Sheet(sample.replicates, sample.weight)
    every = tuple(m for m in with_own(measures) if only is None or m.id in only)
    for measure in every:
        if measure.compute is not None:
            measure.compute(sample, sheet)
            sample.forget()
    deterrence_.write_acts(sample, sheet)
    # the curves are of the measure of recovery, and taken with it
    streams = sample.statuses if recovery.M7 in every else []
    return Audit(
        manifest=sample.run.manifest,
        figures=figures_table(sheet.lines, sample.weight),
        series=series_table(sheet.series, sample.weight_by_month),
        survival=recovery.survival_table(sample, streams),
        leaving=leaving_.leaving_table(sample, streams),
        mobility=grades.mobility_table(sample),
        assumptions=list_assumptions(sample.regime),
        measures=every,
        weight=sample.weight,
        by_replicate={
            (x.measure, x.item, x.quantity, x.group, None): np.array(x.values) for x in sheet.lines
        },
    )
