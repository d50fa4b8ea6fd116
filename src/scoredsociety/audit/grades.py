"""M18: where scores stand, how they move, and how long the way back to grade A is."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from scoredsociety.audit.intervals import means, ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample
from scoredsociety.audit.sheet import Sheet, nullable
from scoredsociety.schemes.model import Scheme

SCORE_UNITS = 64
"""Units of the engine in one point of a feature score."""


def steps_to_target(matrix: ArrayLike, target: NDArray[np.bool_]) -> Floats:
    """Return the expected number of steps of a Markov chain until it enters a set.

    Parameters
    ----------
    matrix : array_like, shape (G, G)
        Transition probabilities; a row of NaN where nothing is known of a state.
    target : bool array, shape (G,)
        The set.

    Returns
    -------
    float64 array, shape (G,)
        0 in the set; NaN where the set may never be reached, or where the way to it leads
        through a state of which nothing is known.
    """
    p = np.asarray(matrix, dtype=np.float64)
    n = p.shape[0]
    known = ~np.isnan(p).any(axis=1)
    q = np.where(np.isnan(p), 0.0, p)
    step = (q > 0) & ~target[:, None]
    reach = step | np.eye(n, dtype=np.bool_)
    for k in range(n):  # transitive closure (Warshall), G is at most a dozen
        reach |= reach[:, [k]] & reach[[k], :]
    arrives = (reach & target[None, :]).any(axis=1)
    fine = arrives & (known | target)
    certain = ~(reach & ~fine[None, :]).any(axis=1)
    out = np.full(n, np.nan)
    out[target] = 0.0
    inner = np.flatnonzero(certain & ~target)
    if inner.size:
        a = np.eye(inner.size) - q[np.ix_(inner, inner)]
        out[inner] = np.linalg.solve(a, np.ones(inner.size))
    return out


def steps_variance(matrix: ArrayLike, target: NDArray[np.bool_]) -> Floats:
    """Return the variance of the number of steps of a Markov chain until it enters a set.

    With the means m and moves Q between states outside the set, (I - Q) s = 1 + 2 Q m gives
    the second moments s, and the variance is s - m^2.

    Parameters
    ----------
    matrix, target
        As in :func:`steps_to_target`.

    Returns
    -------
    float64 array, shape (G,)
        0 in the set; NaN where the mean is undefined.
    """
    mean = steps_to_target(matrix, target)
    out = np.where(target, 0.0, np.nan)
    inner = np.flatnonzero(~np.isnan(mean) & ~target)
    if inner.size:
        q = np.asarray(matrix, dtype=np.float64)[np.ix_(inner, inner)]
        second = np.linalg.solve(np.eye(inner.size) - q, 1.0 + 2.0 * q @ mean[inner])
        out[inner] = second - mean[inner] ** 2
    return out


def opening_value(scheme: Scheme) -> float | None:
    """Return the score with which everybody starts; None where it follows from features."""
    if scheme.stars is not None:
        return scheme.stars.prior.value
    return scheme.start.value if scheme.start is not None else None


def opening_grade(scheme: Scheme) -> int | None:
    """Return the position of the grade in which everybody starts; None where there is none."""
    start = opening_value(scheme)
    if start is None or scheme.grades is None:
        return None
    floors = list(scheme.grades.bands.values())
    return next((k for k, low in enumerate(floors) if start >= low), len(floors) - 1)


def target_grades(scheme: Scheme) -> tuple[NDArray[np.bool_], str]:
    """Return which grades count as "A or better", and the name of the lowest of them.

    The band called A; where a scheme has none, the band of the start value; where people start
    with different scores, the lowest band that bears no sanction or, without sanctions, the lowest
    that brings a reward.
    """
    names = list(scheme.grades.bands) if scheme.grades is not None else []
    opening = opening_grade(scheme)
    if "A" in names:
        last = names.index("A")
    elif opening is not None:
        last = opening
    else:
        harsh = {g for e in scheme.effects if e.sanction is not None for g in e.grade or []}
        kind = {g for e in scheme.effects if e.reward is not None for g in e.grade or []}
        good = set(names) - harsh if harsh else kind
        last = max((k for k, g in enumerate(names) if g in good), default=len(names) - 1)
    mask = np.arange(len(names)) <= last
    return mask, names[last] if names else ""


def _pooled(sample: Sample, scheme: str) -> Floats | None:
    """Return the moves of the second half of the run, shape (R, G, G)."""
    tables = [
        result.mobility[scheme] for result in sample.run.replicates if scheme in result.mobility
    ]
    if len(tables) != sample.replicates:
        return None
    half = sample.months // 2
    return np.stack([t[half:].sum(axis=0) for t in tables]).astype(np.float64)


def _write_flows(sample: Sample, sheet: Sheet, name: str, scheme: Scheme) -> None:
    """Write records, new starts after a reset, and the mean score of a feature scheme."""
    if scheme.kind != "stars":  # ratings leave no records
        sheet.put_series("M18", name, "records", "records", sample.monthly_sum(f"records:{name}"))
    if scheme.process.reset is not None:
        resets = sample.monthly_sum(f"reset:{name}")
        sheet.put("M18", name, "resets", "resets", resets.sum(axis=1))
        sheet.put_series("M18", name, "resets", "resets", resets)
    if scheme.kind == "features":
        points = ratio(sample.monthly_sum(f"score:{name}"), sample.monthly_sum(f"enrolled:{name}"))
        sheet.put("M18", name, "mean score", "points", points[:, -1] / SCORE_UNITS)
        sheet.put_series("M18", name, "mean score", "points", points / SCORE_UNITS)


def compute_m18(sample: Sample, sheet: Sheet) -> None:
    """Write the grade shares at the horizon and by month, and the time back to grade A."""
    for name in sample.graded:
        scheme = sample.regime.schemes[name]
        if scheme.grades is None:
            continue
        grades = list(scheme.grades.bands)
        stock = np.stack([sample.monthly_sum(f"grade:{name}:{g}") for g in grades])
        enrolled = stock.sum(axis=0)
        better, last = target_grades(scheme)
        for k, grade in enumerate(grades):
            sheet.put("M18", f"{name}:{grade}", "share of the enrolled", "share",
                      ratio(stock[k, :, -1], enrolled[:, -1]), people=enrolled[:, -1])  # fmt: skip
            sheet.put("M18", f"{name}:{grade}", "persons", "persons", stock[k, :, -1],
                      people=enrolled[:, -1])  # fmt: skip
            sheet.put_series("M18", f"{name}:{grade}", "share of the enrolled", "share",
                             ratio(stock[k], enrolled))  # fmt: skip
        above = stock[better].sum(axis=0)
        sheet.put("M18", name, f"share in grade {last} or better", "share",
                  ratio(above[:, -1], enrolled[:, -1]), people=enrolled[:, -1])  # fmt: skip
        sheet.put_series("M18", name, f"share in grade {last} or better", "share",
                         ratio(above, enrolled))  # fmt: skip
        opening = opening_grade(scheme)
        if opening is not None:
            below = stock[opening + 1 :].sum(axis=0)
            sheet.put("M18", name, "persons below the start grade", "persons", below[:, -1],
                      people=enrolled[:, -1])  # fmt: skip
            sheet.put_series("M18", name, "persons below the start grade", "persons", below)
        _write_flows(sample, sheet, name, scheme)
        moves = _pooled(sample, name)
        if moves is None:
            continue
        p = ratio(moves, moves.sum(axis=2, keepdims=True))
        times = np.stack([steps_to_target(p[r], better) for r in range(sample.replicates)])
        spread = np.sqrt([steps_variance(p[r], better) for r in range(sample.replicates)])
        for k, grade in enumerate(grades):
            seen = moves[:, k].sum(axis=1)  # of a grade in which nobody is, there is no way back
            sheet.put("M18", f"{name}:{grade}", f"months to grade {last} or better", "months",
                      np.where(seen > 0, times[:, k], np.nan), entries=seen,
                      note="Moves of the second half of the run, as a Markov chain.")  # fmt: skip
            sheet.put("M18", f"{name}:{grade}", f"months to grade {last} or better, sd", "months",
                      np.where(seen > 0, spread[:, k], np.nan), entries=seen,
                      note="Between people, not of the mean; the same chain.")  # fmt: skip


def mobility_table(sample: Sample) -> pa.Table:
    """Return the monthly moves between grades, pooled over the second half of the run.

    Returns
    -------
    pyarrow.Table
        Columns scheme, from, to, share (probability of the move in a month; null where nobody
        was in the grade), se, low, high, replicates, moves (mean count).
    """
    columns: dict[str, list[str]] = {"scheme": [], "from": [], "to": []}
    shares: list[Floats] = []
    counts: list[float] = []
    for name in sample.graded:
        scheme, moves = sample.regime.schemes[name], _pooled(sample, name)
        if moves is None or scheme.grades is None:
            continue
        p = ratio(moves, moves.sum(axis=2, keepdims=True))
        grades = list(scheme.grades.bands)
        for i, start in enumerate(grades):
            for j, end in enumerate(grades):
                columns["scheme"].append(name)
                columns["from"].append(start)
                columns["to"].append(end)
                shares.append(p[:, i, j])
                counts.append(float(moves[:, i, j].mean()))
    m = means(np.array(shares).reshape(len(shares), sample.replicates))
    return pa.table(
        {
            **{k: pa.array(v, pa.string()) for k, v in columns.items()},
            "share": nullable(m.value),
            "se": nullable(m.se),
            "low": nullable(m.low),
            "high": nullable(m.high),
            "replicates": pa.array(m.replicates, pa.int64()),
            "moves": nullable(counts),
        }
    )


M18 = Measure(
    "M18",
    "Grades and mobility",
    "In which grade are people, and how long is the way back to grade A?",
    "share, months",
    "share of the enrolled in each grade; expected steps of the absorbing chain "
    "(I - Q) m = 1 from the monthly moves, and their standard deviation, (I - Q) s = 1 + 2 Q m",
    ("M17", "M19"),
    ("schemes.", "world.conducts."),
    compute_m18,
)
