"""M23: what each channel records, how much of it is wrong, and how long it takes to find one."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.contrast import POOLED, Tally, pooled_ratio, rate_ratio
from scoredsociety.audit.disparity import CONTRASTS, MISATTRIBUTED
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.parts import OWN
from scoredsociety.audit.rows import Rows
from scoredsociety.audit.sample import Sample
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import Flag, Kind
from scoredsociety.schemes.world import Faces

MINUTES = 365.25 / 12 * 24 * 60
"""Minutes in a month."""

GROUPS = CONTRASTS[0]

EXPECTED = (
    "Over expected acts: where these are few, luck can take it beyond 0 and 1. What an exemption "
    "drops, or a scheme without a hold on the person, counts as not recorded."
)


def minutes_to_locate(faces: Faces) -> float | None:
    """Return the mean time until somebody in the gallery is found, in minutes; None if never.

    Passages before a camera come at a constant rate, and each is a hit with the same chance.
    """
    rate = faces.passages.value * faces.density.value * faces.hit_rate.value
    return MINUTES / rate if rate > 0 else None


def false_positives(faces: Faces, group: str) -> float:
    """Return the chance that a passage of somebody of a group is taken for one in the gallery.

    Parameters
    ----------
    faces : Faces
    group : str
        "majority" or "minority".
    """
    rate = float(getattr(faces.false_match, group).value)
    return float(-np.expm1(faces.gallery.value * np.log1p(-rate)))


def detections(sample: Sample) -> Rows:
    """Return one row for each act and person that a channel recorded, whatever schemes used it."""
    rows = sample.rows
    first_hand = (rows.kind != Kind.SPELL) & (rows.flags & (Flag.COPIED | Flag.NAMESAKE) == 0)
    rows = rows.take(first_hand)
    # One scheme has one row for each act and person: only several can say the same thing twice.
    pairs = np.bincount(rows.conduct * 256 + rows.scheme, minlength=1 << 16).reshape(256, 256)
    several = (pairs > 0).sum(axis=1) > 1
    twice = several[rows.conduct]
    at = np.flatnonzero(twice)
    key = rows.person[at].astype(np.uint64) << np.uint64(32) | rows.act[at].astype(np.uint64)
    keep = ~twice
    keep[at[np.unique(key, return_index=True)[1]]] = True
    return rows.take(keep)


def compute_m23(sample: Sample, sheet: Sheet) -> None:
    """Write records and errors by channel and group, and the time to find somebody."""
    rows = detections(sample)
    channels = sample.run.manifest["channels"] if sample.schemes else []
    labels = ("all", GROUPS.label, GROUPS.against)
    for code, name in enumerate(channels):
        part = rows.take(rows.channel == code)
        by_profile = sample.by_profile(part)
        errors = Tally.of(sample, part.with_truth(MISATTRIBUTED))
        counts, wrong = (
            np.concatenate([x.sum(axis=1, keepdims=True), GROUPS.sums(sample, x)], axis=1)
            for x in (by_profile, errors.count)
        )
        put = sheet.put_groups
        put("M23", name, "records", "records", counts, list(labels))
        put("M23", name, "share wrong", "share", ratio(wrong, counts), list(labels),
            entries=counts, hits=wrong,
            note="1 - PPV: somebody else did it, or nobody.")  # fmt: skip
        sheet.put("M23", name, "share wrong, ratio", "ratio",
                  rate_ratio(wrong[:, 1:], counts[:, 1:]), group=GROUPS.label,
                  entries=wrong[:, 1], pooled=pooled_ratio(sample, GROUPS, errors, counts[:, 1:]),
                  note=f"Against {GROUPS.against}. {POOLED}")  # fmt: skip
        known = sample.regime.world.channels.get(name)
        if known is not None and known.faces is not None:
            _write_faces(sheet, name, known.faces)
    _write_rates(sample, sheet, rows)


def _write_rates(sample: Sample, sheet: Sheet, rows: Rows) -> None:
    """Write the share of acts that are recorded of whoever acted, and of those that are not."""
    ruled = {r.conduct for s in sample.regime.of_people().values() for r in s.rules}
    own = rows.with_truth(OWN)
    width = len(sample.conducts)
    cell = own.replicate * width + own.conduct
    table = np.bincount(cell, minlength=sample.replicates * width)
    seen = table.reshape(sample.replicates, width).astype(np.float64)
    acts = np.stack([result.acts.sum(axis=(1, 2, 3)) for result in sample.run.replicates])
    for k, name in enumerate(sample.conducts):
        if name in ruled:
            for quantity, part in (("true positive rate", seen[:, k]),
                                   ("false negative rate", acts[:, k] - seen[:, k])):  # fmt: skip
                sheet.put("M23", f"conduct:{name}", quantity, "ratio", ratio(part, acts[:, k]),
                          entries=acts[:, k], note=EXPECTED)  # fmt: skip


def _write_faces(sheet: Sheet, name: str, faces: Faces) -> None:
    """Write what follows from the numbers of a camera channel alone."""
    minutes = minutes_to_locate(faces)
    sheet.put("M23", name, "mean time to find somebody in the gallery", "minutes",
              np.nan if minutes is None else minutes,
              note="Passages, cameras and hit rate as declared; nothing is simulated.")  # fmt: skip
    for group in ("majority", "minority"):
        sheet.put(
            "M23",
            name,
            "false matches",
            "share of passages",
            false_positives(faces, group),
            group=f"group={group}",
            note="1 - (1 - rate) ** gallery, as declared.",
        )


M23 = Measure(
    "M23",
    "Detection",
    "What does each channel record, and how much of it is about the wrong person?",
    "share",
    "misattributed records / records before any correction (1 - PPV), by channel and group; own "
    "records / acts (true positive rate) and the rest of the acts (false negative rate); 1 - (1 "
    "- false match rate) ** gallery; 1 / (passages x density x hit rate)",
    ("M5", "M10"),
    ("world.channels.", "world.conducts."),
    compute_m23,
    groups=("group",),
)
