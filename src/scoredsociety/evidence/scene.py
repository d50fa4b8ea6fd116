"""What a measurement looks at: the runs it asked for, by role, and published figures."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoredsociety.audit import Audit
from scoredsociety.audit.audit import audit_sample
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.engine import RunData
from scoredsociety.engine.result import CELL_FIELDS, CELLS, ExitReason, Flag, Kind, Truth
from scoredsociety.opinion.answers import Calibrated
from scoredsociety.opinion.public import Public, publics
from scoredsociety.schemes.model import ResolvedRegime

Floats = NDArray[np.float64]
SHAPE = (2, 2, 5, 2)
"""Levels of ``CELL_FIELDS``."""


@dataclass(frozen=True)
class Ran:
    """A finished run, with its audit when somebody asks for it.

    Attributes
    ----------
    finished : RunData or None
        None where a question is about declared tables only.
    label : str
    regime : ResolvedRegime
        The regime of the arm; of an arm without schemes, the one that it is the world of.
    """

    finished: RunData | None
    label: str
    regime: ResolvedRegime

    @property
    def data(self) -> RunData:
        """The run.

        Raises
        ------
        ValueError
            If nothing was simulated.
        """
        if self.finished is None:
            raise ValueError(f"{self.label} was written out and not run.")
        return self.finished

    @cached_property
    def sample(self) -> Sample:
        """The replicates laid side by side."""
        return load_sample(self.data)

    @cached_property
    def audit(self) -> Audit:
        """The audit."""
        return audit_sample(self.sample)

    @cached_property
    def publics(self) -> list[Public]:
        """The people of every society as a survey meets them at the end of the run.

        Raises
        ------
        ValueError
            If the run kept no snapshot.
        """
        return publics(self.data, self.regime)

    @cached_property
    def scales(self) -> dict[Hashable, Calibrated]:
        """What was calibrated on these people, made once for all measurements."""
        return {}

    @property
    def replicates(self) -> int:
        """Number of societies, R."""
        return len(self.data.replicates)

    @property
    def months(self) -> int:
        """Number of months, T."""
        return int(self.data.manifest["months"])

    def monthly(self, key: str, **cells: int) -> Floats:
        """Return a monthly table summed over cells, shape (R, T); zeros if nothing was booked.

        Parameters
        ----------
        key : str
            As in ``SocietyResult.monthly``.
        **cells : int
            Levels of ``CELL_FIELDS`` to keep: ``city=1``, ``income=0`` ...
        """
        out = np.zeros((self.replicates, self.months))
        for r, result in enumerate(self.data.replicates):
            if key not in result.monthly:
                continue
            table = np.asarray(result.monthly[key], dtype=np.float64).reshape(self.months, CELLS)
            cube = table.reshape(self.months, *SHAPE)
            for name, level in cells.items():
                axis = 1 + CELL_FIELDS.index(name)
                cube = np.take(cube, [level], axis=axis)
            out[r] = cube.sum(axis=(1, 2, 3, 4))
        return out

    def last(self, key: str, **cells: int) -> Floats:
        """Return a stock at the horizon, or a flow of the last month: shape (R,)."""
        return np.asarray(self.monthly(key, **cells)[:, -1])

    def total(self, key: str, **cells: int) -> Floats:
        """Return a flow (or person-months of a stock) over the run: shape (R,)."""
        return np.asarray(self.monthly(key, **cells).sum(axis=1))

    def month(self, key: str, month: int) -> Floats:
        """Return a table in one month, or in the last one of a shorter run: shape (R,)."""
        return np.asarray(self.monthly(key)[:, min(month, self.months) - 1])

    @property
    def nation(self) -> float:
        """Adults of the nation."""
        return float(self.data.manifest["adults_nationwide"])

    def millions(self, values: Floats, month: int | None = None) -> Floats:
        """Scale a count of adults to millions of the nation."""
        adults = self.month("adults", month or self.months)
        return values / adults * self.nation / 1e6

    def acts(
        self,
        conduct: str,
        *,
        aware: bool | None = None,
        first: int = 1,
        until: int | None = None,
    ) -> Floats:
        """Return the expected acts of a conduct in months ``first`` to ``until``: shape (R,).

        NaN if the world knows no such conduct.
        """
        names = list(self.data.manifest["conducts"])
        if conduct not in names:
            return np.full(self.replicates, np.nan)
        block = np.stack([r.acts[names.index(conduct)] for r in self.data.replicates])
        block = block[:, first - 1 : until]
        if aware is not None:
            block = block[:, :, [int(aware)]]
        return np.asarray(block.sum(axis=(1, 2, 3)), dtype=np.float64)

    def rows(
        self,
        scheme: str,
        *,
        kind: Kind | None = None,
        conduct: str | None = None,
        channel: str | None = None,
        truth: Truth | None = None,
        entered: bool = True,
        copied: bool | None = None,
        flag: Flag | None = None,
        negative: bool = False,
        minority: int | None = None,
    ) -> Floats:
        """Count rows of the ledger, shape (R,)."""
        m = self.data.manifest
        if scheme not in m["schemes"]:
            return np.zeros(self.replicates)
        out = np.zeros(self.replicates)
        for r, result in enumerate(self.data.replicates):
            x = result.ledger
            keep = x["scheme"] == list(m["schemes"]).index(scheme)
            if kind is not None:
                keep &= x["kind"] == kind
            if conduct is not None:
                names = list(m["conducts"])
                code = names.index(conduct) if conduct in names else 255
                keep &= x["conduct"] == code
            if channel is not None:
                keep &= x["channel"] == list(m["channels"]).index(channel)
            if truth is not None:
                keep &= x["truth"] == truth
            if entered:
                keep &= x["exit"] != ExitReason.STOPPED
            if copied is not None:
                keep &= ((x["flags"] & Flag.COPIED) != 0) == copied
            if flag is not None:
                keep &= (x["flags"] & flag) != 0
            if negative:
                keep &= x["points"] < 0
            if minority is not None:
                keep &= ((x["profile"] >> 8) & 1) == minority
            out[r] = np.count_nonzero(keep)
        return out

    def cell(self, measure: str, item: str, quantity: str, group: str = "all") -> Floats:
        """Return a figure of the audit by replicate, shape (R,); NaN where there is none."""
        key = (measure, item, quantity, group, None)
        found = self.audit.by_replicate.get(key)
        return np.full(self.replicates, np.nan) if found is None else np.asarray(found)

    def organisations(self, scheme: str, key: str) -> Floats:
        """Return a monthly table of firms or offices, shape (R, T); NaN where there is none."""
        out = np.full((self.replicates, self.months), np.nan)
        for r, result in enumerate(self.data.replicates):
            if scheme in result.organisations and key in result.organisations[scheme]:
                out[r] = result.organisations[scheme][key]
        return out


@dataclass(frozen=True)
class Scene:
    """The runs of a measurement by role, and the published figures by name.

    Attributes
    ----------
    roles : mapping of str to Ran
    figures : mapping of str to float
    """

    roles: Mapping[str, Ran] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def run(self) -> Ran:
        """The run with the role "run"."""
        return self.roles["run"]

    @property
    def base(self) -> Ran:
        """The run that "run" is held against."""
        return self.roles["base"]
