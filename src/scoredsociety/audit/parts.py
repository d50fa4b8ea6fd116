"""M10 taken apart: coverage, conduct, detection, exemption, error, correction, capacity to pay."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scoredsociety.audit.contrast import Contrast
from scoredsociety.audit.intervals import ratio, student_quantile
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, Stream
from scoredsociety.audit.shapley import shapley
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.propensities import record_chances
from scoredsociety.engine.result import CELL_FIELDS, ExitReason, Flag, Truth, profile_level
from scoredsociety.schemes.model import Scheme

FACTORS = (
    "coverage",
    "conduct",
    "detection",
    "exemption",
    "error",
    "correction",
    "capacity to pay",
)
"""Covered adults / adults; own acts / covered adult; own records / own act; those kept / own
records; records of other people's acts, and of none / covered adult; rows that entered / rows
recorded; months in force / row that entered."""

WHOLE = "months in force, ratio"

OWN = (Truth.TRUE, Truth.EXCUSED)

NOTE = (
    "Parts multiply to the whole: Shapley values of its logarithm, in no order. Acts and dropped "
    "records are the rows kept over the declared chances of being recorded and kept, with channels "
    "below their limit. Copies from other schemes are left out."
)


def months_of(factor: Mapping[str, Floats]) -> Floats:
    """Return the months in force per adult that seven factors make."""
    own = factor["conduct"] * factor["detection"] * factor["exemption"]
    out: Floats = factor["coverage"] * (own + factor["error"])
    return out * factor["correction"] * factor["capacity to pay"]


def parts_of_ratio(one: Mapping[str, Floats], other: Mapping[str, Floats]) -> dict[str, Floats]:
    """Split the ratio of months in force per adult of two groups into what each factor does.

    Parameters
    ----------
    one, other : mapping of str to float64 array, shape (R,)
        The factors of either group; see ``FACTORS``.

    Returns
    -------
    dict of float64 arrays, shape (R,)
        By factor: the multiple that it stands for; their product is the ratio of the groups. NaN
        where a group has no months in force, or a factor is undefined.
    """

    def log_months(factor: Mapping[str, Floats]) -> Floats:
        months = months_of(factor)
        good = months > 0
        return np.where(good, np.log(np.where(good, months, 1.0)), np.nan)

    return {name: np.exp(x) for name, x in shapley(log_months, one, other).items()}


def kept_share(sample: Sample, scheme: Scheme) -> Floats:
    """Return the share of own records that a scheme keeps, by profile: shape (P,)."""
    out = np.ones(len(sample.groups.codes))
    for exemption in scheme.exemptions:
        holds = {
            "everyone": np.ones(out.size, dtype=np.bool_),
            "party-members": profile_level(sample.groups.codes, "party") == 1,
            "elite": profile_level(sample.groups.codes, "elite") == 1,
        }.get(exemption.members or "")
        if holds is not None:
            out = np.minimum(out, np.where(holds, 1.0 - exemption.share, 1.0))
    return out


def _covered(sample: Sample, scheme: str, contrast: Contrast, adults: Floats) -> Floats:
    """Return the adults under a scheme at the horizon in either group, shape (R, 2)."""
    key = f"enrolled:{scheme}"
    if any(key not in r.monthly for r in sample.run.replicates):
        return adults
    last = sample.monthly(key)[:, -1].reshape(-1, 2, 2, 5, 2)
    by_level = np.moveaxis(last, 1 + CELL_FIELDS.index(contrast.field), 1).sum(axis=(2, 3, 4))
    one = by_level[:, contrast.one]
    rest = by_level.sum(axis=1) - one
    return np.stack([one, by_level[:, contrast.other] if contrast.other >= 0 else rest], axis=1)


def _chances(sample: Sample, conduct: str) -> Floats:
    """Return the chance that an act is recorded of its actor, by group; NaN if undeclared."""
    regime = sample.regime
    if set(regime.world.conducts[conduct].detection) - set(regime.world.channels):
        return np.full(2, np.nan)
    return record_chances(regime, conduct)[0]


def counted(sample: Sample, stream: Stream) -> dict[str, Floats]:
    """Count what the factors are made of by replicate and profile, shape (R, P) each."""
    rows = stream.rows.take(stream.rows.flags & Flag.COPIED == 0)
    minority = profile_level(sample.groups.codes, "group")
    share = kept_share(sample, sample.regime.schemes[stream.scheme])
    r, conducts = sample.replicates, len(sample.conducts)
    # One pass over the rows: by profile, conduct, whether the act was the subject's, and entry.
    act_of = np.isin(np.arange(len(Truth)), OWN).astype(np.int64) * 2
    cell = rows.replicate.astype(np.int64) * share.size + rows.code
    cell *= conducts
    cell += rows.conduct
    cell *= 4
    cell += act_of[rows.truth]
    cell += rows.exit != ExitReason.STOPPED
    counts = np.bincount(cell, minlength=r * share.size * conducts * 4)
    every = counts.reshape(r, share.size, conducts, 2, 2).astype(np.float64)
    table = every[:, :, :, 1].sum(axis=3)
    acted = np.flatnonzero(table.any(axis=(0, 1)))
    chance = np.ones((2, conducts))
    for k in acted:
        chance[:, k] = _chances(sample, sample.conducts[k])
    # What is dropped whole leaves nothing to infer it from.
    lost = (share <= 0.0) & sample.adults_by_profile.any(axis=0)
    records = np.where(lost, np.nan, ratio(table.sum(axis=2), share))
    each = np.divide(table, chance[minority][None], out=np.zeros_like(table), where=table > 0)
    return {
        "kept": table.sum(axis=2),
        "records": records,
        "acts": np.where(lost, np.nan, ratio(each.sum(axis=2), share)),
        "rows": every.sum(axis=(2, 3, 4)),
        "entered": every[..., 1].sum(axis=(2, 3)),
        "months": sample.by_profile(
            rows, np.where(rows.exit != ExitReason.STOPPED, rows.months, 0)
        ),
    }


def factors_of(n: Mapping[str, Floats], covered: Floats, adults: Floats) -> dict[str, Floats]:
    """Return the factors of one group from its counts, each of shape (R,)."""
    return {
        "coverage": ratio(covered, adults),
        "conduct": ratio(n["acts"], covered),
        "detection": ratio(n["records"], n["acts"]),
        "exemption": ratio(n["kept"], n["records"]),
        "error": ratio(n["rows"] - n["kept"], covered),
        "correction": ratio(n["entered"], n["rows"]),
        "capacity to pay": ratio(n["months"], n["entered"]),
    }


def parts_between(
    sample: Sample, stream: Stream, contrast: Contrast, n: Mapping[str, Floats]
) -> tuple[Floats, dict[str, Floats]]:
    """Return the ratio of months in force of two groups and its parts.

    Returns
    -------
    whole : float64 array, shape (2 R + 1,)
        By replicate; of all replicates together; and of all but each one of them.
    parts : dict of float64 arrays, the same shape
    """
    adults = contrast.sums(sample, sample.adults_by_profile.astype(np.float64))
    covered = _covered(sample, stream.scheme, contrast, adults)
    sums = {name: _sums(sample, contrast, x) for name, x in n.items()}
    several = {name: _with_pools(x) for name, x in sums.items()}
    people, under = _with_pools(adults), _with_pools(covered)
    each = [
        factors_of({k: x[:, g] for k, x in several.items()}, under[:, g], people[:, g])
        for g in (0, 1)
    ]
    whole = ratio(months_of(each[0]), months_of(each[1]))
    return whole, parts_of_ratio(each[0], each[1])


def _sums(sample: Sample, contrast: Contrast, x: Floats) -> Floats:
    """Add up by group; NaN where a profile of the group is undefined."""
    unknown = contrast.sums(sample, np.isnan(x).astype(np.float64)) > 0
    return np.where(unknown, np.nan, contrast.sums(sample, np.nan_to_num(x)))


def _with_pools(x: Floats) -> Floats:
    """Stack sums by replicate (R, 2), their total, and the total without each: (2 R + 1, 2)."""
    total = x.sum(axis=0, keepdims=True)
    return np.concatenate([x, total, total - x])


def _jackknife(x: Floats, replicates: int) -> tuple[float, float, float]:
    """Return the pooled value and its 95% interval on the logarithmic scale."""
    value, without = float(x[replicates]), x[replicates + 1 :]
    if replicates < 3 or not value > 0 or not (without > 0).all():
        return value, float("nan"), float("nan")
    logs = np.log(without)
    se = float(np.sqrt((replicates - 1) / replicates * ((logs - logs.mean()) ** 2).sum()))
    half = student_quantile(replicates - 1) * se
    return value, value * float(np.exp(-half)), value * float(np.exp(half))


def write_parts(
    sample: Sample, sheet: Sheet, stream: Stream, contrasts: tuple[Contrast, ...]
) -> None:
    """Write what each factor does to the ratio of months in force of two groups."""
    n, r = counted(sample, stream), sample.replicates
    for contrast in contrasts:
        whole, parts = parts_between(sample, stream, contrast, n)
        rows = contrast.sums(sample, n["rows"])
        for quantity, x in (
            (WHOLE, whole),
            *((f"{WHOLE} due to {name}", parts[name]) for name in FACTORS),
        ):
            sheet.put("M10", stream.item, quantity, "ratio", x[:r], group=contrast.label,
                      entries=rows[:, 0], pooled=_jackknife(x, r),
                      note=f"Against {contrast.against}. Pooled; jackknife over replicates. "
                      + NOTE)  # fmt: skip
