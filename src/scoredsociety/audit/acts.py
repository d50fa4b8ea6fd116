"""What people do, recorded or not: the counts that deterrence and chilling are read from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scoredsociety.audit.rows import Floats
from scoredsociety.engine.result import RunData

AUDIENCES = ("all", "aware=aware")


def acts_by_audience(run: RunData) -> dict[str, dict[str, Floats]]:
    """Return the expected acts, by conduct and audience, shape (R, T) each.

    Parameters
    ----------
    run : RunData

    Returns
    -------
    dict
        Conduct to group label ("all", "aware=aware") to acts a month.
    """
    block = np.stack([r.acts for r in run.replicates])  # (R, conducts, T, aware, city)
    return {
        conduct: {
            "all": block[:, k].sum(axis=(2, 3)),
            "aware=aware": block[:, k, :, 1].sum(axis=2),
        }
        for k, conduct in enumerate(run.manifest["conducts"])
    }


def answered_offences(regime: Mapping[str, Any]) -> set[str]:
    """Return what a regime answers with an entry or a loss, and is neither a deed nor speech.

    ``regime`` is the plain data of a manifest.
    """
    rules = [r for s in regime["schemes"].values() for r in s.get("rules") or []]
    answered = {
        r["conduct"] for r in rules
        if r.get("lists") or (r.get("points") or 0) < 0 or r.get("at_most")
    }  # fmt: skip
    conducts = regime["world"]["conducts"]
    return {
        name
        for name in answered
        if name in conducts and not conducts[name].get("deed") and not conducts[name].get("speech")
    }
