"""M15: what rewards give and sanctions take, by income and group."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.counts import CELL_GROUPS, cell_sum
from scoredsociety.audit.harm import CNY_PER_MI, gravity
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample
from scoredsociety.audit.sheet import Sheet
from scoredsociety.engine.result import CELLS

UNIT = "mi per person-year"
MONTHS = 12
NOTE = (
    "What holds at the end of a month bites in the next. The cost of the scheme and the losses of "
    "victims are not in it."
)


def _values(sample: Sample) -> dict[str, dict[str, float]]:
    """Return what a month is worth in mi, by "reward" or "sanction" and code, where recorded."""
    world, recorded = sample.regime.world, sample.run.replicates[0].monthly
    rewards = {c: r.benefit.value for c, r in world.rewards.items()}
    sanctions = {c: s.harm.value * s.exposed.value for c, s in world.sanctions.items()}
    return {
        kind: {code: v for code, v in values.items() if f"{kind}:{code}" in recorded}
        for kind, values in (("reward", rewards), ("sanction", sanctions))
    }


def _sums(sample: Sample, kind: str, values: dict[str, float]) -> Floats:
    """Add up person-months times value over the months that bite, by cell: (R, CELLS)."""
    out = np.zeros((sample.replicates, CELLS))
    for code, value in values.items():
        if value:
            out += value * sample.monthly(f"{kind}:{code}")[:, :-1].sum(axis=1)
    return out


def compute_m15(sample: Sample, sheet: Sheet) -> None:
    """Write rewards, harms and their balance by cell group, and the declared harm of conduct."""
    values = _values(sample)
    if not any(values.values()):
        return
    world = sample.regime.world
    assumed = [c for c in values["sanction"] if world.sanctions[c].harm.confidence == "assumed"]
    assumed += [c for c in values["reward"] if world.rewards[c].benefit.confidence == "assumed"]
    note = NOTE + (f" Rests on the assumed value of {', '.join(assumed)}." if assumed else "")
    gains, harms = (_sums(sample, kind, values[kind]) for kind in ("reward", "sanction"))
    exposed = sample.monthly("adults")[:, :-1].sum(axis=1)
    for group in ("all", *CELL_GROUPS):
        person_months = cell_sum(exposed, group)
        gain, harm = (MONTHS * ratio(cell_sum(x, group), person_months) for x in (gains, harms))
        for quantity, x in (("rewards", gain), ("harms", harm), ("balance", gain - harm)):
            sheet.put("M15", "any", quantity, UNIT, x, group=group,
                      people=person_months / max(sample.months - 1, 1), note=note)  # fmt: skip
    _write_conduct(sample, sheet)


def _write_conduct(sample: Sample, sheet: Sheet) -> None:
    """Write the declared social harm of all acts, which the balance leaves out."""
    known = gravity(sample)
    acts = np.stack([result.acts.sum(axis=(1, 2, 3)) for result in sample.run.replicates])
    total = (acts * np.nan_to_num(known)).sum(axis=1) / CNY_PER_MI
    person_months = sample.monthly_sum("adults").sum(axis=1)
    note = "Expected acts times the declared table; never netted with the balance."
    harm = MONTHS * ratio(total, person_months)
    sheet.put("M15", "any", "declared harm of conduct", UNIT, harm, note=note)


M15 = Measure(
    "M15",
    "Welfare",
    "Who gains and who loses by rewards and sanctions, and how much?",
    UNIT,
    "12 x (sum over months and rewards of benefit x persons - sum over months and sanctions of "
    "harm x exposed share x persons) / person-months of adults",
    ("M9", "M19"),
    ("world.sanctions.", "world.rewards.", "schemes."),
    compute_m15,
    groups=("group", "income"),
    rises_with={"harm": ("harms",)},
)
