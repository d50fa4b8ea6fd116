"""One arm of a report: the audit of a run, and a way to look up single figures.

Nothing is computed here: a figure that the audit does not hold is null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from scoredsociety.audit.words import listing
from scoredsociety.report.kinds import WORDING, Wording

if TYPE_CHECKING:
    import pyarrow as pa

    from scoredsociety.audit import Audit

Key = tuple[str, str, str, str]


class Cell(NamedTuple):
    """One figure of an audit; every number may be null."""

    measure: str = ""
    item: str = ""
    quantity: str = ""
    unit: str = ""
    group: str = "all"
    month: int | None = None
    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    replicates: int = 0
    people: float | None = None
    entries: float | None = None
    scaled: float | None = None
    note: str = ""


NOTHING = Cell()


def _cells(table: pa.Table) -> Iterator[Cell]:
    """Yield the rows of a table of an audit."""
    return map(Cell._make, zip(*(table[k].to_pylist() for k in Cell._fields), strict=True))


@dataclass(frozen=True, eq=False)
class Arm:
    """One audited run, at its place in a report (0: the one the others are held against)."""

    audit: Audit
    position: int = 0
    name: str = ""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The run's manifest."""
        return self.audit.manifest

    @property
    def label(self) -> str:
        """Name of this arm in a picture."""
        return self.name or str(self.manifest.get("label") or self.regime["title"])

    @property
    def under(self) -> str:
        """How a sentence says that something holds in this arm."""
        if self.name:
            return self.name[:1].lower() + self.name[1:]
        return f"under “{self.label}”"

    @property
    def noun(self) -> str:
        """How a sentence names this arm."""
        return self.name.removeprefix("With ") if self.name else f"“{self.label}”"

    @property
    def holds(self) -> bool:
        """Whether any scheme keeps something of people in this arm."""
        return bool(self.main)

    @property
    def regime(self) -> Mapping[str, Any]:
        """The resolved regime as plain data."""
        plain: Mapping[str, Any] = self.manifest["regime"]
        return plain

    @property
    def months(self) -> int:
        """Length of the run."""
        return int(self.manifest["months"])

    @cached_property
    def lists(self) -> list[str]:
        """Names of the list schemes; those that only bring rewards where there is no other."""
        every = self._kind("list")
        return [name for name in every if self._sanctions(name)] or every

    @property
    def stores(self) -> list[str]:
        """Names of the stores of records without a score."""
        return self._kind("record")

    @property
    def graded(self) -> list[str]:
        """Names of the schemes with grades: points, features and stars."""
        return self._kind("points", "features", "stars")

    @property
    def organisations(self) -> list[str]:
        """Names of the schemes whose subjects are firms or offices."""
        schemes = self.regime["schemes"]
        return [name for name, s in schemes.items() if s["kind"] == "organisations"]

    @cached_property
    def main(self) -> str:
        """The scheme whose people this report follows, or "" where no scheme concerns people."""
        harsh = [name for name in self.graded if self._sanctions(name)]
        every = (self.lists, harsh, self.stores, self.graded)
        return next((names[0] for names in every if names), "")

    @cached_property
    def kind(self) -> str:
        """What people recover from: "list", "record", "grade" or "ban"."""
        kinds = {"list": "list", "record": "record", "stars": "ban"}
        scheme = self.regime["schemes"].get(self.main, {})
        return kinds.get(scheme.get("kind", ""), "grade")

    @property
    def wording(self) -> Wording:
        """The words for :attr:`kind`."""
        return WORDING[self.kind]

    def _sanctions(self, name: str) -> bool:
        effects = self.regime["schemes"][name].get("effects") or []
        joined = any(j["origin"] == name for j in self.regime.get("joint") or [])
        return joined or any(e.get("sanction") for e in effects)

    @property
    def points(self) -> list[str]:
        """Names of the points schemes."""
        return self._kind("points")

    def _kind(self, *kinds: str) -> list[str]:
        schemes = self.regime["schemes"]
        return [s for s in self.manifest["schemes"] if schemes[s]["kind"] in kinds]

    def title(self, scheme: str) -> str:
        """Return the title of a scheme."""
        known = self.regime["schemes"].get(scheme, {})
        return str(known.get("title") or scheme)

    @cached_property
    def _figures(self) -> dict[Key, Cell]:
        out: dict[Key, Cell] = {}
        for cell in _cells(self.audit.figures):
            out.setdefault((cell.measure, cell.item, cell.quantity, cell.group), cell)
        return out

    @cached_property
    def _series(self) -> dict[Key, list[Cell]]:
        out: dict[Key, list[Cell]] = {}
        for cell in _cells(self.audit.series):
            key = (cell.measure, cell.item, cell.quantity, cell.group)
            out.setdefault(key, []).append(cell)
        for cells in out.values():
            cells.sort(key=lambda c: c.month or 0)
        return out

    def cell(self, measure: str, item: str, quantity: str, group: str = "all") -> Cell:
        """Return a figure, or :data:`NOTHING` where the audit does not hold it."""
        return self._figures.get((measure, item, quantity, group), NOTHING)

    def value(self, measure: str, item: str, quantity: str, group: str = "all") -> float | None:
        """Return the value of a figure, or null."""
        return self.cell(measure, item, quantity, group).value

    def cells(
        self,
        measure: str,
        item: str | None = None,
        quantity: str | None = None,
        group: str | None = None,
    ) -> Iterator[Cell]:
        """Yield the figures that match, in the order of the audit."""
        for cell in self._figures.values():
            if (
                cell.measure == measure
                and item in (None, cell.item)
                and quantity in (None, cell.quantity)
                and group in (None, cell.group)
            ):
                yield cell

    def series(self, measure: str, item: str, quantity: str, group: str = "all") -> list[Cell]:
        """Return a monthly series, or an empty list where the audit does not hold it."""
        return self._series.get((measure, item, quantity, group), [])

    def series_items(self, measure: str, quantity: str | None = None) -> list[str]:
        """Return the items that have a monthly series of this measure, in order."""
        out: dict[str, None] = {}
        for m, item, q, _ in self._series:
            if m == measure and quantity in (None, q):
                out[item] = None
        return list(out)


def make_arms(audits: Sequence[Audit]) -> list[Arm]:
    """Put audits side by side, the first being the one that the others are held against.

    Arms of one regime that differ in safeguards alone, and that were given no label of their
    own, are called by what differs: "Without safeguards", "With notice".
    """
    regimes = [a.manifest["regime"] for a in audits]
    sets = [tuple(r.get("safeguards") or ()) for r in regimes]
    plain = all(
        a.manifest.get("label") in (None, " + ".join([r["title"], *s]))
        for a, r, s in zip(audits, regimes, sets, strict=True)
    )
    same = len({r["regime"] for r in regimes}) == 1 and len(set(sets)) == len(sets) > 1
    names = [""] * len(sets)
    if plain and same:
        names = [
            f"With {listing([x.replace('-', ' ') for x in s])}" if s else "Without safeguards"
            for s in sets
        ]
    return [Arm(a, i, n) for i, (a, n) in enumerate(zip(audits, names, strict=True))]
