"""What safeguards change, design by design, on the same people with the same luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoredsociety.audit.acts import acts_by_audience, answered_offences
from scoredsociety.audit.chilling import KINDS, speech_of
from scoredsociety.audit.counts import CELL_SHAPE, PER_1000
from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.leaving import months_sanctioned
from scoredsociety.audit.pairing import (
    entered_statuses,
    paired_sheet,
    status_kind,
)
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.audit.sheet import Sheet
from scoredsociety.audit.spiral import require_pair
from scoredsociety.audit.welfare import compute_m15
from scoredsociety.engine.result import Flag, Kind, RunData

MONTHS_PER_1000 = "months per 1,000 adults"
ACTS = "acts per 1,000 aware adults a year"


@dataclass(frozen=True)
class Quantity:
    """One column of the comparison.

    Attributes
    ----------
    measure : str
        The measure that it belongs to.
    paired : bool
        Whether it is itself a comparison with the regime as it is.
    """

    key: str
    title: str
    unit: str
    measure: str
    paired: bool = False


QUANTITIES: tuple[Quantity, ...] = (
    Quantity("wrongful share", "Wrongful, of all entries", "share", "M5"),
    Quantity("wrongful months", "Wrongfully sanctioned", MONTHS_PER_1000, "M5"),
    Quantity("sanctioned months", "Sanctioned", MONTHS_PER_1000, "M1"),
    Quantity("harm", "Harm by sanctions", "mi per person-year", "M15"),
    Quantity("prevented", "Acts prevented among the aware", ACTS, "M13"),
    Quantity("prevented share", "Of the acts of the aware, prevented", "share", "M13"),
    Quantity("chilling", "Lawful criticism that falls silent", "share", "M12"),
    Quantity("children", "Children whom a parent's sanction reaches", PER_1000, "M20"),
    Quantity("rewarded", "Adults with a reward", PER_1000, "M19"),
    Quantity("filings", "Objections filed", PER_1000, "M22"),
    Quantity("helped", "People sanctioned for fewer months", PER_1000, "M1", True),
    Quantity("worse off", "People sanctioned for more months", PER_1000, "M1", True),
    Quantity("not helped", "People wrongly listed all the same", PER_1000, "M5", True),
    Quantity("wrongful avoided", "Wrongful entries avoided", PER_1000, "M5", True),
    Quantity("wrongful added", "Wrongful entries added", PER_1000, "M5", True),
    Quantity("rightful avoided", "Rightful entries avoided", PER_1000, "M2", True),
    Quantity("lives", "People whose record has another outcome", PER_1000, "M1", True),
    Quantity("touched", "People whose record differs at all", PER_1000, "M22", True),
)
"""What is read of every design. A share of what is left can rise while everybody is better off:
counts of people and months stand beside it."""


@dataclass(frozen=True)
class Outcome:
    """What one design did.

    Attributes
    ----------
    names : tuple of str
        Its safeguards; empty for the regime as it is.
    kind : str
        "as it is", "alone", "pair" or "together".
    idle : mapping of str to str
        Safeguards that had nothing to change in the regime, and why.
    values : mapping of str to float64 array, shape (R,)
        By the key of a quantity; NaN where undefined. Empty if nothing was simulated.
    unchanged : bool
        Whether not one count of the run differs from that of the regime as it is.
    """

    names: tuple[str, ...]
    kind: str
    idle: Mapping[str, str]
    values: Mapping[str, Floats]
    unchanged: bool = False

    @property
    def label(self) -> str:
        """The name of the design for readers."""
        return " + ".join(self.names) or "as it is"

    @property
    def simulated(self) -> bool:
        """Whether there was anything to simulate."""
        return bool(self.values)


def alike(a: RunData, b: RunData) -> bool:
    """Tell whether two runs are the same, count for count and row for row."""

    def same(x: Mapping[str, Any], y: Mapping[str, Any]) -> bool:
        return x.keys() == y.keys() and all(np.array_equal(x[k], y[k]) for k in x)

    return all(
        np.array_equal(x.ledger, y.ledger)
        and np.array_equal(x.acts, y.acts)
        and same(x.monthly, y.monthly)
        and same(x.mobility, y.mobility)
        for x, y in zip(a.replicates, b.replicates, strict=True)
    )


def read_design(base: Sample, run: RunData, bare: RunData) -> dict[str, Floats]:
    """Read every quantity of a design, by replicate.

    Parameters
    ----------
    base : Sample
        The regime as it is.
    run : RunData
        The regime with some safeguards; the same people with the same luck.
    bare : RunData
        The same people without any scheme.

    Returns
    -------
    dict of str to float64 array, shape (R,)

    Raises
    ------
    ValueError
        If the runs are not of the same societies.
    """
    require_pair(base.run, run)
    require_pair(run, bare)
    mine = load_sample(run, base.run)
    if not np.array_equal(mine.groups.codes, base.groups.codes):
        base = load_sample(base.run, run)
    kind = status_kind(base, mine)
    rows = entered_statuses(mine, kind, base)
    adults = mine.adults[:, 0]
    filed = (mine.rows.flags & (Flag.FILED | Flag.FILED_LATE)) != 0
    filed &= (mine.rows.flags & Flag.COPIED) == 0

    def per_1000(x: Floats) -> Floats:
        return 1000.0 * ratio(x, adults)

    def months(wrongful: bool) -> Floats:
        found = months_sanctioned(mine, wrongful).reshape(mine.replicates, -1)
        return per_1000(found.sum(axis=1).astype(np.float64))

    out = {
        "wrongful share": ratio(
            mine.per_replicate(rows.take(rows.wrongful)), mine.per_replicate(rows)
        ),
        "wrongful months": months(True),
        "sanctioned months": months(False),
        "children": per_1000(_last(mine, "children")),
        "rewarded": per_1000(_last(mine, "rewarded")),
        "filings": per_1000(mine.per_replicate(mine.rows.take(filed))),
        **_conduct(mine, bare, base.run.manifest["regime"]),
        **_paired(base, mine, kind, per_1000),
    }
    sheet = Sheet(mine.replicates, mine.weight)
    compute_m15(mine, sheet)
    harms = [x.values for x in sheet.lines if (x.quantity, x.group) == ("harms", "all")]
    out["harm"] = harms[0] if harms else np.full(mine.replicates, np.nan)
    return {q.key: out[q.key] for q in QUANTITIES}


def _last(mine: Sample, key: str) -> Floats:
    """Return a stock at the horizon; 0 where no scheme makes it."""
    return np.nan_to_num(mine.monthly_sum(key)[:, -1])


def _conduct(mine: Sample, bare: RunData, regime: Mapping[str, Any]) -> dict[str, Floats]:
    """Read what is prevented of what the regime answers, and what falls silent."""
    ours, theirs = acts_by_audience(mine.run), acts_by_audience(bare)
    nothing = np.full(mine.replicates, np.nan)

    def acts(of: Mapping[str, Mapping[str, Floats]], names: Sequence[str], who: str) -> Floats:
        return np.asarray(np.sum([of[n][who].sum(axis=1) for n in names], axis=0))

    cells = mine.monthly("adults").reshape(mine.replicates, mine.months, *CELL_SHAPE)
    aware = cells[..., 1].sum(axis=(1, 2, 3, 4)) / 12.0  # person-years of the aware
    names = sorted(answered_offences(regime) & ours.keys() & theirs.keys())
    lawful = [n for n in speech_of(mine.run).get(KINDS["lawful"], []) if n in ours and n in theirs]
    out = {"prevented": nothing, "prevented share": nothing, "chilling": nothing}
    if names:
        a, b = (acts(x, names, "aware=aware") for x in (ours, theirs))
        out |= {"prevented": 1000.0 * ratio(b - a, aware), "prevented share": 1.0 - ratio(a, b)}
    if lawful:
        a, b = (acts(x, lawful, "all") for x in (ours, theirs))
        out["chilling"] = 1.0 - ratio(a, b)
    return out


def _paired(base: Sample, mine: Sample, kind: Kind, per_1000: Any) -> dict[str, Floats]:  # noqa: ANN401
    """Read who is better and who is worse off than under the regime as it is."""
    found = {
        (x.item, x.quantity): x.values for x in paired_sheet(base, mine).lines if x.group == "all"
    }
    no_entries = (
        kind != Kind.ENTRY
    )  # a regime of grades alone makes none, which is not none avoided
    rows = {
        "helped": ("persons", "helped"),
        "worse off": ("persons", "worse off"),
        "not helped": ("persons", "wrongly listed under both"),
        "wrongful avoided": ("entries", "wrongful prevented"),
        "wrongful added": ("entries", "wrongful added"),
        "rightful avoided": ("entries", "rightful prevented"),
        "lives": ("lives", "with another outcome"),
        "touched": ("lives", "that differ"),
    }
    return {
        key: np.full(mine.replicates, np.nan)
        if no_entries and cell[0] == "entries"
        else per_1000(found[cell])
        for key, cell in rows.items()
    }
