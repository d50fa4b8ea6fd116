"""The measures along a line between two regimes: levels, the change of each step, and convexity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from scoredsociety.audit.acts import acts_by_audience, answered_offences
from scoredsociety.audit.audit import Audit
from scoredsociety.audit.chilling import speech_of
from scoredsociety.audit.counts import PER_1000
from scoredsociety.audit.intervals import Means, means, ratio
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import favours
from scoredsociety.audit.sheet import nullable
from scoredsociety.audit.spiral import spiral_gain
from scoredsociety.engine.result import RunData

LAWFUL = "lawful speech"
MEASURED = ("M1", "M4", "M5", "M6", "M7", "M8", "M15", "M19", "M20")
"""The measures of one run that courses are read from."""
MILLION = 1e6


@dataclass(frozen=True)
class Course:
    """One measure along a line.

    Attributes
    ----------
    key : str
        Its name in the tables.
    measure, item, quantity, unit : str
        As in the tables of an audit.
    values : float64 array, shape (steps + 1, R)
        By stop and replicate; NaN where undefined.
    """

    key: str
    title: str
    measure: str
    item: str
    quantity: str
    unit: str
    values: Floats

    @property
    def levels(self) -> Means:
        """Means over replicates at each stop."""
        return means(self.values)

    @property
    def changes(self) -> Means:
        """Means of the paired change over each step: one fewer than there are stops."""
        return means(np.diff(self.values, axis=0))

    @property
    def first(self) -> float | None:
        """Change over the first step."""
        return _known(self.changes.value[0])

    @property
    def last(self) -> float | None:
        """Change over the last step."""
        return _known(self.changes.value[-1])

    @property
    def convexity(self) -> float | None:
        """The last change over the first; null where the first is nothing, or may be luck."""
        m = self.changes
        if self.first is None or self.last is None or self.first == 0 or m.replicates[0] < 2:
            return None
        if np.isfinite(m.low[0]) and m.low[0] <= 0 <= m.high[0]:
            return None
        return self.last / self.first

    @property
    def steeper(self) -> bool | None:
        """Whether the last step changes more than the first; null where either is unknown."""
        if self.first is None or self.last is None:
            return None
        return abs(self.last) > abs(self.first)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def status_of(regime: Mapping[str, Any]) -> tuple[str, str]:
    """Return the scheme whose people the line follows, and its item: a list, records, or spells."""
    schemes = regime["schemes"]
    for kind, form in (("list", "{}"), ("record", "{}"), ("points", "{}/spells"),
                       ("stars", "{}/spells"), ("features", "{}/spells")):  # fmt: skip
        for name, scheme in schemes.items():
            if scheme["kind"] == kind and not (kind == "list" and favours(regime, name)):
                return name, form.format(name)
    return "", ""


@dataclass(frozen=True)
class At:
    """What is read at one stop: its audit, and values by replicate that no audit holds."""

    audit: Audit
    extra: Mapping[str, Floats]


def read_stop(
    audit: Audit, run: RunData, without_feedback: RunData | None, baseline: RunData, conduct: str
) -> At:
    """Read at one stop what needs another run beside it.

    Parameters
    ----------
    audit : Audit
        Of ``run``.
    without_feedback : RunData or None
        The same regime without feedback; without it, that form of the spiral is undefined.
    baseline : RunData
        The same people with the same luck under no scheme.
    conduct : str
        Whose deterrence is read.
    """
    ours, theirs = acts_by_audience(run), acts_by_audience(baseline)

    def fewer(names: Sequence[str]) -> Floats:
        a, b = (np.sum([x[n]["all"].sum(axis=1) for n in names], axis=0) for x in (ours, theirs))
        return 1.0 - ratio(a, b)

    r = len(run.replicates)
    lawful = [n for n in speech_of(run).get(LAWFUL, []) if n in ours and n in theirs]
    extra = {
        "chilling": fewer(lawful) if lawful else np.full(r, np.nan),
        "deterrence": fewer([conduct]) if conduct in theirs else np.full(r, np.nan),
    }
    if without_feedback is None:
        return At(audit, extra | {"spiral, feedback off": np.full(r, np.nan)})
    gains = [
        spiral_gain(replace(run, replicates=[x]), replace(without_feedback, replicates=[y])).value
        for x, y in zip(run.replicates, without_feedback.replicates, strict=True)
    ]
    extra["spiral, feedback off"] = np.array([np.nan if g is None else g for g in gains])
    return At(audit, extra)


def most_frequent(baseline: RunData, regime: Mapping[str, Any]) -> str:
    """Return the offence that ``regime`` answers and people commit most often under no scheme."""
    answered = answered_offences(regime)
    acts = {
        name: float(by["all"].sum())
        for name, by in acts_by_audience(baseline).items()
        if name in answered
    }
    return max(acts, key=lambda name: (acts[name], name), default="")


def courses(at: Sequence[At], conduct: str) -> list[Course]:
    """Lay the main measures of a line side by side, from its first stop to its last.

    Parameters
    ----------
    at : sequence of At
        One for each stop.
    conduct : str
        Whose deterrence was read.

    Returns
    -------
    list of Course
        In the order in which they are shown; chilling (M12) and deterrence (M13) stay together.
    """
    regime = at[-1].audit.manifest["regime"]
    scheme, item = status_of(regime)
    if not scheme:
        scheme, item = status_of(at[0].audit.manifest["regime"])
    title = regime["world"]["conducts"].get(conduct, {}).get("title", conduct)
    wrong = item.replace("/spells", "/records") if item else ""
    share = "share"
    wanted = [
        ("sanctioned", "Persons under a sanction", "M1", "any", "rate", PER_1000),
        ("wrongful", "Wrongful, of all entries", "M5", wrong, "entry-weighted", share),
        ("cross-context", "Harm in unrelated parts of life", "M8", "all statuses",
         "cross-context share", share),
        ("harms", "Harm by sanctions", "M15", "any", "harms", "mi per person-year"),
        ("spiral", "Entries that an earlier entry brought about", "M6", "all lists",
         "share triggered", share),
        ("spiral, feedback off", "Entries that vanish without feedback", "M6", "all lists",
         "feedback-off form", share),
        ("trap", "Still or again listed after 24 months", "M7", item,
         "trap probability, 24 months", share),
        ("recovery", "Months until half are free again", "M7", item, "median months to recovery",
         "months"),
        ("chilling", "Lawful criticism that falls silent", "M12", LAWFUL, "chilling", share),
        ("deterrence", f"Prevented: {title[:1].lower()}{title[1:]}", "M13", conduct, "deterrence",
         share),
        ("refusals", "Tickets refused", "M4", "any", "refusals", "million, of the nation"),
        ("friendships", "Friendships lost", "M20", "friends", "friendships lost, share", share),
        ("children", "Children with a parent whose sanction reaches them", "M20", "children",
         "children exposed, share", share),
        ("rewarded", "Adults with a reward", "M19", "any", "at least one reward", share),
    ]  # fmt: skip
    return [
        Course(*row, np.array([_values(stop, *row[:1], *row[2:5]) for stop in at]))
        for row in wanted
    ]


def _values(stop: At, key: str, measure: str, item: str, quantity: str) -> Floats:
    if key in stop.extra:
        return stop.extra[key]
    audit = stop.audit
    found = audit.by_replicate.get((measure, item, quantity, "all", None))
    if found is None:
        return np.full(int(audit.manifest["replicates"]), np.nan)
    values: Floats = np.asarray(found, dtype=np.float64)
    # Refusals are counted in the sample: only those of the nation mean anything to a reader.
    return values * (audit.weight / MILLION) if measure == "M4" else values


def line_table(found: Sequence[Course], shares: Sequence[float]) -> pa.Table:
    """Write courses as a tidy table.

    Parameters
    ----------
    found : sequence of Course
    shares : sequence of float
        The part of the way that lies behind each stop.

    Returns
    -------
    pyarrow.Table
        One row for each course and stop: metric, title, measure, item, quantity, unit, share,
        value, low, high (95% over replicates), replicates, and change, change_low, change_high
        since the stop before (null at the first). Undefined is null.
    """
    parts = []
    for c in found:
        n = len(shares)
        level, change = c.levels, c.changes
        ahead = np.concatenate
        nothing = np.full(1, np.nan)
        names = ("key", "title", "measure", "item", "quantity", "unit")
        columns: dict[str, Any] = {
            "metric" if name == "key" else name: pa.array([getattr(c, name)] * n, pa.string())
            for name in names
        }
        columns |= {
            "share": pa.array(list(shares), pa.float64()),
            "value": nullable(level.value),
            "low": nullable(level.low),
            "high": nullable(level.high),
            "replicates": pa.array(level.replicates, pa.int64()),
            "change": nullable(ahead([nothing, change.value])),
            "change_low": nullable(ahead([nothing, change.low])),
            "change_high": nullable(ahead([nothing, change.high])),
        }
        parts.append(pa.table(columns))
    return pa.concat_tables(parts)
