"""Every chart by name: what a notebook shows, the report embeds and the lab sends.

>>> from scoredsociety.report.charts import CHARTS
>>> "over-time" in CHARTS
True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from scoredsociety.report import (
    between,
    card,
    deterrence,
    firms,
    grades,
    opinion,
    paired,
    reach,
    recovery,
    stock,
)
from scoredsociety.report import lives as lives_
from scoredsociety.report.deterrence import Prevented
from scoredsociety.report.parts import Figure
from scoredsociety.report.reading import Arm, make_arms
from scoredsociety.report.theme import Drawn, finish

if TYPE_CHECKING:
    from scoredsociety.audit import Audit, Comparison
    from scoredsociety.audit.lives import Lives
    from scoredsociety.opinion.survey import Surveyed

Build = Callable[[Sequence[Arm]], Figure]
BuildPaired = Callable[[Sequence[Arm], Any], Figure]

ONE: dict[str, Build] = {
    "over-time": stock.over_time,
    "who": stock.who,
    "grades": grades.grades,
    "survival": recovery.survival,
    "funnel": recovery.funnel,
    "fifths": reach.fifths,
    "between": between.between,
    "firms": firms.firms,
    "unrelated": card.unrelated,
    "proportion": card.proportion,
    "luck": reach.luck,
}
"""Charts of one run, or of several as small multiples."""

PAIRED: dict[str, BuildPaired] = {
    "differences": paired.differences,
}
"""Charts of two paired runs: they need a comparison."""

AGAINST: dict[str, BuildPaired] = {"deterrence": deterrence.deterrence}
"""Charts of regimes against no scheme: they need what :func:`deterrence.prevented` makes."""

LIVES: dict[str, BuildPaired] = {
    "life": lives_.life,
    "life-not-helped": lives_.life_not_helped,
}
"""Charts of one person under two paired runs: they need the lives picked from them."""

SURVEY: dict[str, Callable[[Surveyed], Figure]] = {
    "responses": opinion.responses,
    "private-reported": opinion.private_reported,
    "standing": opinion.standing,
    "gradients": opinion.gradients,
    "experiments": opinion.experiments,
    "panel": opinion.panel,
}
"""Charts of a survey: names for :func:`survey_chart`."""

CHARTS: tuple[str, ...] = (*ONE, *PAIRED, *AGAINST, *LIVES)
"""Names for :func:`chart`."""


def figure(
    name: str,
    audits: Audit | Sequence[Audit],
    comparison: Comparison | None = None,
    lives: Lives | None = None,
    against: Sequence[Prevented | None] | None = None,
) -> Figure:
    """Build one figure: panels, heading, unit and tables.

    Parameters
    ----------
    name : str
        One of :data:`CHARTS`.
    audits : Audit or sequence of Audit
        Several are drawn as small multiples on shared axes.
    comparison : Comparison, optional
        Needed by the charts of two paired runs.
    lives : Lives, optional
        Needed by the charts of one life under two runs.
    against : sequence of Prevented, optional
        One for each audit, from ``prevented(runs, baseline)``: needed by the deterrence chart.
        A comparison whose first run has no scheme will do too.

    Raises
    ------
    KeyError
        If there is no chart of that name.
    ValueError
        If the chart needs a comparison, lives or a baseline and none is given.
    """
    if name not in CHARTS:
        raise KeyError(f"No chart is called {name!r}. There are: {', '.join(CHARTS)}.")
    several = list(audits) if isinstance(audits, Sequence) else [audits]
    arms = make_arms(several)
    if name in ONE:
        return ONE[name](arms)
    if name in LIVES:
        if lives is None:
            raise ValueError(
                f"The chart {name!r} follows one person through two runs: "
                "pass lives=pick_lives(run_a, run_b)."
            )
        return LIVES[name](arms, lives)
    if name in AGAINST:
        if against is None and comparison is not None:
            against = deterrence.from_comparison(arms, comparison)
        if against is None:
            raise ValueError(
                f"The chart {name!r} holds every regime against no scheme: "
                "pass against=prevented(runs, baseline)."
            )
        return AGAINST[name](arms, against)
    if comparison is None:
        raise ValueError(
            f"The chart {name!r} shows two paired runs: pass comparison=compare_runs(a, b)."
        )
    return PAIRED[name](arms, comparison)


def chart(
    audit: Audit | Sequence[Audit],
    name: str,
    comparison: Comparison | None = None,
    lives: Lives | None = None,
    against: Sequence[Prevented | None] | None = None,
    *,
    columns: int = 2,
) -> Drawn:
    """Draw one chart for a notebook.

    Parameters
    ----------
    audit : Audit or sequence of Audit
    name : str
        One of :data:`CHARTS`.
    comparison : Comparison, optional
    lives : Lives, optional
    against : sequence of Prevented, optional
    columns : int
        Panels in a row.

    Returns
    -------
    altair.TopLevelMixin
        A chart with the shared look, "Simulated" inside the picture and a description.

    Raises
    ------
    KeyError
        If there is no chart of that name.
    ValueError
        If the chart needs a comparison or lives, or there is not enough evidence to draw it.
    """
    return notebook(figure(name, audit, comparison, lives, against), columns)


def survey_chart(surveyed: Surveyed, name: str, *, columns: int = 2) -> Drawn:
    """Draw one chart of a survey for a notebook, with the sanctioned named inside the picture.

    Parameters
    ----------
    surveyed : Surveyed
    name : str
        One of :data:`SURVEY`.
    columns : int
        Panels in a row.

    Raises
    ------
    KeyError
        If there is no chart of that name.
    ValueError
        If there is nothing to draw, with the reason.
    """
    if name not in SURVEY:
        raise KeyError(f"No chart of a survey is called {name!r}. There are: {', '.join(SURVEY)}.")
    return notebook(SURVEY[name](surveyed), columns)


def notebook(fig: Figure, columns: int) -> Drawn:
    """Put the panels of a figure into one chart with the shared look."""
    import altair as alt

    if not fig.panels:
        raise ValueError(fig.empty)
    used = fig.panels[:1] if fig.alone else fig.panels
    drawn = [p.chart.properties(description=p.alt) for p in used]
    if len(drawn) == 1:
        return finish(drawn[0])
    joined = alt.concat(*drawn, columns=columns).resolve_scale(color="independent")
    return finish(joined.properties(description=f"{fig.heading}. {fig.unit}"))
