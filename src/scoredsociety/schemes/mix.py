"""Between two plain blocks: numbers on the line, words of the nearer end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scoredsociety.schemes import limits
from scoredsociety.schemes.errors import Path, Tree
from scoredsociety.schemes.plain import is_number

WORDS = frozenset(
    ("sources", "published", "calibrations", "conducts", "gravity", "level", "effects", "related")
)
"""Keys under which nothing is a number of the model: taken from the nearer end as they are."""
ROWS = {
    "rules": ("conduct",),
    "terms": ("attribute",),
    "feedback": ("conduct", "listed", "below"),
    "exemptions": ("members", "institution"),
}
"""Lists whose rows are matched by what they name, not by their place."""
DURATIONS = ("expiry_months", "term_months")


def quantity(value: float) -> dict[str, Any]:
    """Return a number that stands for an absent one."""
    return {
        "source": None,
        "confidence": "derived",
        "note": "what an absent number means",
        "value": value,
        "range": None,
    }


@dataclass(frozen=True)
class Line:
    """A place between two regimes.

    Attributes
    ----------
    share : float
        Above 0 and below 1.
    first, second : str
        Names of both ends.
    """

    share: float
    first: str
    second: str

    def near(self, x: Tree, y: Tree) -> Tree:
        """Return what stands at the nearer end."""
        return y if self.share >= 0.5 else x

    def weight(self, first: bool) -> float:
        """Return how much of what one end has alone is left."""
        return 1 - self.share if first else self.share

    def number(self, x: float, y: float) -> float:
        """Return the number between, never outside of both."""
        between = (1 - self.share) * x + self.share * y
        return min(max(between, min(x, y)), max(x, y))

    def faded(self, entry: dict[str, Any], weight: float) -> dict[str, Any]:
        """Return a quantity of one end alone, as far as it is left."""
        span = [weight * end for end in entry["range"]] if entry["range"] else None
        return {**self._mark(entry), "value": weight * entry["value"], "range": span}

    def mix(self, x: Tree, y: Tree, path: Path, table: dict[Path, limits.Limit]) -> Tree:
        """Mix two plain values of one place.

        Parameters
        ----------
        x, y : object
            From the first and the second end.
        path : tuple
            Where they stand, as ``table`` counts.
        table : dict of Path to Limit
            Says which quantities are whole numbers.

        Returns
        -------
        object
            Of the shape of the nearer one.
        """
        near = self.near(x, y)
        if x is None or y is None or isinstance(near, bool) or (path and path[-1] in WORDS):
            return near
        if is_number(x) and is_number(y):
            between = self.number(x, y)
            both = isinstance(x, int) and isinstance(y, int)
            return math.floor(between + 0.5) if both else between
        if isinstance(x, dict) and isinstance(y, dict):
            if "value" in x and "confidence" in x:
                return self._quantity(x, y, limits.limit_at(path, table), path)
            return self._block(x, y, path, table)
        if isinstance(x, list) and isinstance(y, list):
            return self._list(x, y, path, table)
        return near

    def _block(
        self, x: dict[str, Any], y: dict[str, Any], path: Path, table: dict[Path, limits.Limit]
    ) -> dict[str, Any]:
        near, far = self.near(x, y), self.near(y, x)
        mixed = {
            key: self.mix(x.get(key), y.get(key), (*path, key), table) if key in far else near[key]
            for key in near
        }
        moved = any(is_number(v) and v != near[k] for k, v in mixed.items())
        if "confidence" in near and moved:
            mixed |= {k: self._mark(x, y)[k] for k in ("source", "confidence", "note")}
        return mixed

    def _list(
        self, x: list[Any], y: list[Any], path: Path, table: dict[Path, limits.Limit]
    ) -> list[Any]:
        near: list[Any] = self.near(x, y)
        keys = ROWS.get(str(path[-1]) if path else "")
        if keys is not None:
            first, second = by_name(x, keys), by_name(y, keys)
            return [
                self.mix(first[name], second[name], (*path, "*"), table)
                if name in first and name in second
                else row
                for name, row in by_name(near, keys).items()
            ]
        numbers = len(x) == len(y) and all(map(is_number, (*x, *y)))
        return [self.mix(p, q, (), table) for p, q in zip(x, y, strict=True)] if numbers else near

    def _quantity(
        self, x: dict[str, Any], y: dict[str, Any], limit: limits.Limit | None, path: Path
    ) -> dict[str, Any]:
        p, q = x["value"], y["value"]
        if p == q:
            near: dict[str, Any] = self.near(x, y)
            return near
        value: float | None
        span = None
        if p is None or q is None or path[-1] in DURATIONS:
            rate = self.number(1 / p if p else 0, 1 / q if q else 0)
            value = 1 / rate
            value = None if limit is not None and value > limit.high else value
        else:
            value = self.number(p, q)
            if x["range"] and y["range"]:
                span = [self.number(*ends) for ends in zip(x["range"], y["range"], strict=True)]
        if value is not None and limit is not None and limit.whole:
            value = math.floor(value + 0.5)
        if span is not None and value is not None and not span[0] <= value <= span[1]:
            span = None
        return {**self._mark(x, y), "value": value, "range": span}

    def _mark(self, *entries: dict[str, Any]) -> dict[str, Any]:
        """Say where a number comes from that no publication gives."""
        assumed = any(entry["confidence"] == "assumed" for entry in entries)
        return {
            "source": None,
            "confidence": "assumed" if assumed else "derived",
            "note": f"between {self.first} and {self.second}",
        }


def by_name(rows: Sequence[dict[str, Any]], keys: tuple[str, ...]) -> dict[Any, dict[str, Any]]:
    """Return rows by what they name."""
    return {tuple(row.get(key) for key in keys): row for row in rows}
