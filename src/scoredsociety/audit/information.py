"""M14: how well a score foretells acts, beside the plain record of the same conduct."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scoredsociety.audit.calibration import (
    brier_of,
    calibration_error,
    calibration_slope,
    learned_elsewhere,
)
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import GRADED, Sample
from scoredsociety.audit.sheet import Sheet

FILES = {"all": (0, 1), "file=thick": (0,), "file=thin": (1,)}
"""Groups by whether lenders have a file of a person."""

LEARNED = (
    "Chances by bucket of the score learned from everybody in the other replicates; null for one."
)

SHORT = "Only runs of 36 months or more hold these counts."


def auc(did: ArrayLike, did_not: ArrayLike) -> Floats:
    """Return the chance that one who acts stands in a higher bucket than one who does not.

    Ties count half.

    Parameters
    ----------
    did, did_not : array_like, shape (..., B)
        Persons by bucket, ascending.

    Returns
    -------
    float64 array, shape (...)
        NaN where there is nobody of either kind.
    """
    p, n = (np.asarray(x, dtype=np.float64) for x in (did, did_not))
    below = np.cumsum(n, axis=-1) - n
    better = (p * (below + 0.5 * n)).sum(axis=-1)
    return ratio(better, p.sum(axis=-1) * n.sum(axis=-1))


def brier(did: ArrayLike, did_not: ArrayLike) -> Floats:
    """Return the mean squared error of predicting, for each bucket, the frequency seen in it.

    Parameters
    ----------
    did, did_not : array_like, shape (..., B)
        Persons by bucket.

    Returns
    -------
    float64 array, shape (...)
        NaN where there is nobody, or nobody who acts.
    """
    p, n = (np.asarray(x, dtype=np.float64) for x in (did, did_not))
    error = np.nan_to_num(ratio(p * n, p + n)).sum(axis=-1)
    total = (p + n).sum(axis=-1)
    return ratio(error, np.where(p.sum(axis=-1) > 0, total, 0.0))


def _write_conduct(
    sheet: Sheet, item: str, counts: Floats, own: Floats, note: str
) -> tuple[Floats, Floats, Floats, Floats]:
    """Write the figures of one score and conduct from counts (R, 2, 64, 2) and own (R, 4, 2).

    Returns the AUC of the score and of the own record, the calibration error, and how much of the
    error of the mean alone the score takes away.
    """
    plain = auc(own[..., 1], own[..., 0])
    for group, files in FILES.items():
        table = counts[:, list(files)].sum(axis=1)
        did, did_not = table[..., 1], table[..., 0]
        # The lower the score, the more is expected: buckets from the highest to the lowest.
        value = auc(did[..., ::-1], did_not[..., ::-1])
        people, acting = table.sum(axis=(1, 2)), did.sum(axis=1)
        sheet.put("M14", item, "AUC", "AUC", value, group=group, people=people, entries=acting,
                  note=note)  # fmt: skip
        if group == "all":
            whole, own_error = value, brier(own[..., 1], own[..., 0])
            base = brier(did.sum(axis=1, keepdims=True), did_not.sum(axis=1, keepdims=True))
            for quantity, x in (("Brier score", brier(did, did_not)),
                                ("Brier score of the mean alone", base)):  # fmt: skip
                sheet.put("M14", item, quantity, "squared error", x, people=people,
                          entries=acting, note="Calibrated on the same people.")  # fmt: skip
            sheet.put("M14", item, "Brier score of the own record", "squared error",
                      own_error,
                      note="Calibrated on the same people; of all adults.")  # fmt: skip
            forecast = learned_elsewhere(did, did_not)
            error = np.where(acting > 0, calibration_error(forecast, did, did_not), np.nan)
            skill = 1.0 - ratio(brier_of(forecast, did, did_not), base)
        _write_calibration(sheet, item, group, forecast, did, did_not)
    sheet.put("M14", item, "AUC of the own record", "AUC", plain,
              note="Records of the same conduct, of all adults.")  # fmt: skip
    sheet.put("M14", item, "AUC over that of the own record", "difference of AUC", whole - plain)
    return whole, plain, error, skill


def _write_calibration(
    sheet: Sheet, item: str, group: str, forecast: Floats, did: Floats, did_not: Floats
) -> None:
    """Write how far the frequencies of the other replicates hold in each, shapes (R, B)."""
    some = did.sum(axis=1) > 0
    for quantity, unit, values in (
        ("calibration error", "share", calibration_error(forecast, did, did_not)),
        ("calibration slope", "ratio", calibration_slope(forecast, did, did_not)),
        ("Brier score, learned elsewhere", "squared error", brier_of(forecast, did, did_not)),
    ):
        sheet.put("M14", item, quantity, unit, np.where(some, values, np.nan), group=group,
                  people=(did + did_not).sum(axis=1), entries=did.sum(axis=1),
                  note=LEARNED)  # fmt: skip


def _mean(values: list[Floats], replicates: int) -> Floats:
    """Average over the conducts that are defined, by replicate."""
    if not values:
        return np.full(replicates, np.nan)
    x = np.stack(values)
    known = ~np.isnan(x)
    return ratio(np.where(known, x, 0.0).sum(axis=0), known.sum(axis=0))


def compute_m14(sample: Sample, sheet: Sheet) -> None:
    """Write how well each score ranks people by what they are recorded for a year later."""
    for name in sample.schemes:
        scheme = sample.regime.schemes[name]
        if scheme.kind not in GRADED:
            continue
        results = sample.run.replicates
        counted = all(name in r.information for r in results)
        ruled = {rule.conduct for rule in scheme.rules}
        if scheme.stars is not None:  # trades show the propensity of a whole context
            context = scheme.stars.context
            ruled |= {n for n, c in sample.regime.world.conducts.items() if c.context == context}
        scores: dict[bool, list[Floats]] = {True: [], False: []}
        gains: dict[bool, list[Floats]] = {True: [], False: []}
        errors: dict[bool, list[Floats]] = {True: [], False: []}
        skills: dict[bool, list[Floats]] = {True: [], False: []}
        if counted:
            table = np.stack([r.information[name] for r in results]).astype(np.float64)
            own = np.stack([r.own for r in results]).astype(np.float64)
            for k, conduct in enumerate(sample.conducts):
                within = conduct in ruled
                note = "The score counts this conduct." if within else "The score ignores it."
                whole, plain, error, skill = _write_conduct(
                    sheet, f"{name}:{conduct}", table[:, :, :, k], own[:, :, k], note
                )
                scores[within].append(whole)
                gains[within].append(whole - plain)
                errors[within].append(error)
                skills[within].append(skill)
        for within, word in ((True, "within"), (False, "across")):
            note = "Mean over the conducts the score " + ("counts." if within else "ignores.")
            note = note if counted else SHORT
            mean, gain = (_mean(x[within], sample.replicates) for x in (scores, gains))
            sheet.put("M14", name, f"AUC {word}", "AUC", mean, note=note)
            sheet.put("M14", name, f"AUC {word}, over that of the own record", "difference of AUC",
                      gain, note=note)  # fmt: skip
            for quantity, unit, x in (
                (f"calibration error {word}", "share", errors),
                (f"Brier skill {word}", "share, signed", skills),
            ):
                sheet.put("M14", name, quantity, unit, _mean(x[within], sample.replicates),
                          note=f"{note} {LEARNED}" if counted else SHORT)  # fmt: skip


M14 = Measure(
    "M14",
    "Information value",
    "How well does the score foretell what people will be recorded for?",
    "AUC",
    "P(score of somebody with a record of an own act in the last twelve months < score of somebody "
    "without), ties half, from scores at the beginning of these months; minus the same for the "
    "number of earlier records of that conduct; it rests on rho, the common share of propensity. "
    "Calibration: frequencies by bucket learned from the other replicates, their mean distance "
    "from those seen here, and the slope of these on them; Brier skill: 1 - their squared error / "
    "that of the mean alone. A coin has an AUC of 1/2, an oracle that of audit.oracle_table",
    ("M10",),
    ("world.parameters.common_propensity", "schemes."),
    compute_m14,
    groups=("file",),
)
