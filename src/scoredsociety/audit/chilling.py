"""M12: how much less is said, beside how much less is done."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.acts import acts_by_audience
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import RunData
from scoredsociety.schemes.model import ResolvedRegime

KINDS = {"lawful": "lawful speech", "punishable": "punishable speech"}
"""The two counts of speech, and the items under which they are written."""


def speech_of(run: RunData) -> dict[str, list[str]]:
    """Return the conducts that are speech, by item: all of the kind, and each by its name."""
    conducts = ResolvedRegime.model_validate(run.manifest["regime"]).world.conducts
    out: dict[str, list[str]] = {item: [] for item in KINDS.values()}
    for name in run.manifest["conducts"]:
        speech = conducts[name].speech if name in conducts else None
        if speech is not None:
            out[KINDS[speech]].append(name)
            out[name] = [name]
    return {item: names for item, names in out.items() if names}


def write_chilling(run: RunData, counterfactual: RunData, sheet: Sheet) -> None:
    """Write the chilling index of a run against the same people without its scheme."""
    ours, theirs = acts_by_audience(run), acts_by_audience(counterfactual)
    for item, names in speech_of(run).items():
        known = [name for name in names if name in ours and name in theirs]
        for group in ours[known[0]] if known else ():
            a, b = (
                np.sum([acts[name][group] for name in known], axis=0) for acts in (ours, theirs)
            )
            whole = 1.0 - ratio(a.sum(axis=1), b.sum(axis=1))
            sheet.put("M12", item, "chilling", "share", whole, group=group,
                      note="Never to be shown without deterrence, M13.")  # fmt: skip
            sheet.put_series("M12", item, "chilling", "share", 1.0 - ratio(a, b), group=group)


M12 = Measure(
    "M12",
    "Chilling",
    "How much less lawful criticism is there than without the scheme?",
    "share",
    "1 - acts of lawful speech / those of the same society without the scheme; punishable speech "
    "apart",
    ("M13",),
    ("world.parameters.chill", "world.parameters.vagueness", "world.parameters.assume_watched",
     "world.parameters.identifiability", "schemes."),
    groups=("aware",),
    pair=write_chilling,
)  # fmt: skip
