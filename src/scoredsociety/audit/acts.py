"""What people do, recorded or not: the counts that deterrence and chilling are read from."""

from __future__ import annotations

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
