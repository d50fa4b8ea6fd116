"""The replicates of a run laid side by side, and the groups that results are cut by.

The ledgers of all replicates become one set of flat columns, so that every count is one pass
over the rows, whatever the number of replicates and groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.audit.rows import Floats, Ints, Rows, flatten
from scoredsociety.engine.result import (
    CELLS,
    PROFILE_FIELDS,
    ExitReason,
    Kind,
    RunData,
    Truth,
    profile_level,
)
from scoredsociety.schemes.model import ResolvedRegime

GROUP_FIELDS = tuple(f for f in PROFILE_FIELDS if f not in ("aware", "city"))
"""Fields that figures are cut by; awareness and city have measures of their own."""

GRADED = ("points", "features", "stars")
"""Kinds of scheme that keep a score and grade it."""

TRUTH_LABELS = ("true", "wrong person", "no event", "excused")

TRUTH_GROUPS: dict[str, tuple[int, ...]] = {
    **{f"truth={label}": (k,) for k, label in enumerate(TRUTH_LABELS)},
    "truth=wrongful": (Truth.WRONG_PERSON, Truth.NO_EVENT, Truth.EXCUSED),
}
"""Group label to the truth codes in it."""


def favours(regime: Mapping[str, Any], name: str) -> bool:
    """Tell whether a list only brings rewards, so that nobody suffers from being on it.

    ``regime`` is the plain data of a manifest.
    """
    effects = regime["schemes"][name].get("effects") or []
    joined = any(j["origin"] == name for j in regime.get("joint") or [])
    return bool(effects) and not joined and not any(e.get("sanction") for e in effects)


@dataclass(frozen=True)
class Stream:
    """The rows of one scheme and kind that an audit treats alike.

    Attributes
    ----------
    item : str
        Name in the tables: the scheme for a list or a store of records, ``scheme/records`` and
        ``scheme/spells`` for a scheme with grades.
    unit : str
        What one row is: "entries" (of a list), "records in force" (of a store of records without
        a score), "records" (of a score) or "spells".
    rows : Rows
        All of them, those stopped before entry included.
    """

    item: str
    scheme: str
    kind: Kind
    unit: str
    rows: Rows
    memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """Tables that more than one measure needs."""

    @property
    def word(self) -> str:
        """What rows are called when those over the whole run are counted."""
        return self.unit.removesuffix(" in force")

    @property
    def listing(self) -> bool:
        """Whether rows are entries of a list; who only has a record is not listed."""
        return self.unit == "entries"

    @cached_property
    def entered(self) -> Rows:
        """The rows that took effect."""
        return self.rows.take(self.rows.exit != ExitReason.STOPPED)


@dataclass(frozen=True)
class Groups:
    """Groups as columns of a membership table over the profiles present.

    Attributes
    ----------
    codes : uint16 array, shape (P,)
    labels : list of str, length G
        "all", then "field=label" for every field of ``GROUP_FIELDS``.
    member : float64 array, shape (P, G)
        1 where the profile is in the group.
    column : int64 array, shape (fields, P)
        For each field, the column of the profile.
    """

    codes: NDArray[np.uint16]
    labels: list[str]
    member: Floats
    column: Ints

    @classmethod
    def of(cls, codes: NDArray[np.uint16]) -> Groups:
        """Build the groups for the profiles given."""
        labels = ["all"]
        column = np.zeros((len(GROUP_FIELDS), len(codes)), dtype=np.int64)
        for k, name in enumerate(GROUP_FIELDS):
            _, _, names = PROFILE_FIELDS[name]
            column[k] = len(labels) + np.minimum(profile_level(codes, name), len(names) - 1)
            labels += [f"{name}={label}" for label in names]
        member = np.zeros((len(codes), len(labels)))
        member[:, 0] = 1.0
        for k in range(len(GROUP_FIELDS)):
            member[np.arange(len(codes)), column[k]] = 1.0
        return cls(codes, labels, member, column)

    def sum(self, by_profile: NDArray[Any]) -> Floats:
        """Add up a table by profile, shape (R, P), into groups, shape (R, G)."""
        out: Floats = np.asarray(by_profile, dtype=np.float64) @ self.member
        return out


@dataclass(frozen=True)
class Sample:
    """Everything a measure reads.

    Attributes
    ----------
    run : RunData
    regime : ResolvedRegime
    replicates, people, months : int
        R, N, T.
    rows : Rows
        The rows of all replicates.
    groups : Groups
    adults : float64 array, shape (R, G)
        Adults at the horizon by group.
    """

    run: RunData
    regime: ResolvedRegime
    replicates: int
    people: int
    months: int
    rows: Rows
    groups: Groups
    adults: Floats
    adults_by_profile: Ints

    @cached_property
    def weight(self) -> float:
        """Adults of the nation for one adult of the sample."""
        mean = float(self.adults[:, 0].mean()) if self.replicates else 0.0
        return float(self.run.manifest["adults_nationwide"]) / mean if mean > 0 else float("nan")

    @cached_property
    def weight_by_month(self) -> Floats:
        """Adults of the nation for one adult of the sample at the end of each month, (T,)."""
        adults = self.monthly_sum("adults").mean(axis=0)
        nation = float(self.run.manifest["adults_nationwide"])
        return np.asarray(nation / np.where(adults > 0, adults, np.nan))

    @property
    def schemes(self) -> list[str]:
        """Names of the schemes, in the order of the ledger's codes.

        Schemes of organisations may be among them; they make no rows.
        """
        return list(self.run.manifest["schemes"])

    @cached_property
    def lists(self) -> list[str]:
        """Lists that are not meant to favour: all but those that bring rewards and no sanction."""
        regime = self.run.manifest["regime"]
        return [
            name
            for name in self.schemes
            if self.regime.schemes[name].kind == "list" and not favours(regime, name)
        ]

    @property
    def graded(self) -> list[str]:
        """Schemes with a score and grades, in order."""
        return [n for n in self.schemes if self.regime.schemes[n].kind in GRADED]

    @property
    def conducts(self) -> list[str]:
        """Names of the conducts, in the order of the ledger's codes."""
        return list(self.run.manifest["conducts"])

    @cached_property
    def streams(self) -> list[Stream]:
        """Lists first, then stores of records, then records and spells of schemes with grades."""
        rows = self.rows
        lists: list[Stream] = []
        stores: list[Stream] = []
        graded: list[Stream] = []
        for code, name in enumerate(self.schemes):
            kind = self.regime.schemes[name].kind
            at = rows.scheme == code
            if kind in ("list", "record"):
                unit = "entries" if kind == "list" else "records in force"
                mine = rows.take(at & (rows.kind == Kind.ENTRY))
                into = lists if kind == "list" else stores
                into.append(Stream(name, name, Kind.ENTRY, unit, mine))
            elif kind in GRADED:
                if kind != "stars":  # ratings are no ledger rows
                    part = rows.take(at & (rows.kind == Kind.RECORD) & (rows.points < 0))
                    graded.append(Stream(f"{name}/records", name, Kind.RECORD, "records", part))
                part = rows.take(at & (rows.kind == Kind.SPELL))
                graded.append(Stream(f"{name}/spells", name, Kind.SPELL, "spells", part))
        return lists + stores + graded

    @property
    def statuses(self) -> list[Stream]:
        """What people are under for a time: list entries, records in force, and spells."""
        return [s for s in self.streams if s.kind != Kind.RECORD]

    @cached_property
    def person_code(self) -> Ints:
        """Profile position of each person who has a row, shape (R * N,)."""
        out = np.zeros(self.replicates * self.people, dtype=np.int64)
        out[self.rows.person] = self.rows.code
        return out

    def forget(self) -> None:
        """Drop the columns cut out so far: each measure reads others, and rows may be many."""
        self.rows.forget()
        for stream in self.streams:
            stream.rows.forget()
            stream.entered.forget()

    def count(self, rows: Rows, weights: NDArray[Any] | None = None) -> Floats:
        """Count rows (or add ``weights``) by replicate and group, shape (R, G)."""
        return self._by_group(rows.replicate, rows.code, weights)

    def count_persons(self, person: Ints) -> Floats:
        """Count different persons by replicate and group, shape (R, G)."""
        if person.size < self.replicates * self.people // 16:
            at = np.unique(person)
        else:
            flag = np.zeros(self.replicates * self.people, dtype=np.bool_)
            flag[person] = True
            at = np.flatnonzero(flag)
        return self._by_group(at // max(self.people, 1), self.person_code[at], None)

    def per_replicate(self, rows: Rows, weights: NDArray[Any] | None = None) -> Floats:
        """Count rows (or add ``weights``) by replicate, shape (R,)."""
        out = np.bincount(rows.replicate, weights, minlength=self.replicates)
        return out.astype(np.float64)

    def by_profile(self, rows: Rows, weights: NDArray[Any] | None = None) -> Floats:
        """Count rows (or add ``weights``) by replicate and profile, shape (R, P)."""
        return self._table(rows.replicate, rows.code, weights)

    def persons_by_profile(self, person: Ints, weights: NDArray[Any]) -> Floats:
        """Add up weights of persons by replicate and profile, shape (R, P)."""
        return self._table(person // max(self.people, 1), self.person_code[person], weights)

    def _table(self, replicate: Ints, code: Ints, weights: NDArray[Any] | None) -> Floats:
        p = len(self.groups.codes)
        table = np.bincount(replicate * p + code, weights, minlength=self.replicates * p)
        return table.reshape(self.replicates, p).astype(np.float64)

    def _by_group(self, replicate: Ints, code: Ints, weights: NDArray[Any] | None) -> Floats:
        return self.groups.sum(self._table(replicate, code, weights))

    def monthly(self, key: str) -> Floats:
        """Return a monthly table of all replicates, shape (R, T, CELLS); NaN if not recorded."""
        out = np.full((self.replicates, self.months, CELLS), np.nan)
        for r, result in enumerate(self.run.replicates):
            if key in result.monthly:
                out[r] = result.monthly[key]
        return out

    def monthly_sum(self, key: str) -> Floats:
        """Return a monthly table summed over the cells, shape (R, T)."""
        out: Floats = self.monthly(key).sum(axis=2)
        return out


def load_sample(run: RunData, *others: RunData) -> Sample:
    """Lay the replicates of a run side by side.

    Parameters
    ----------
    run : RunData
    *others : RunData
        Runs that this one is compared with: their profiles get a place too, so that the samples
        share ``Groups.codes``.

    Raises
    ------
    ValueError
        If the run has no replicate, or a ledger does not fit its manifest.
    """
    manifest = run.manifest
    people, months, r = int(manifest["people"]), int(manifest["months"]), len(run.replicates)
    if r == 0:
        raise ValueError("An audit needs at least one replicate, and this run has none.")
    present = np.zeros(1 << 16, dtype=np.bool_)
    for result in (x for each in (run, *others) for x in each.replicates):
        present[result.population["profile"]] = True
        present[result.ledger["profile"]] = True
    codes = np.flatnonzero(present).astype(np.uint16)
    position = np.cumsum(present) - 1
    groups = Groups.of(codes)
    adults = np.zeros((r, len(codes)), dtype=np.int64)
    for k, result in enumerate(run.replicates):
        np.add.at(adults[k], position[result.population["profile"]], result.population["adults"])
    return Sample(
        run=run,
        regime=ResolvedRegime.model_validate(manifest["regime"]),
        replicates=r,
        people=people,
        months=months,
        rows=flatten(run, position),
        groups=groups,
        adults=groups.sum(adults),
        adults_by_profile=adults,
    )
