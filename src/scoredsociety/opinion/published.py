"""Published figures beside the ones of the surveys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from scoredsociety.opinion.answers import Replies, scale_of
from scoredsociety.opinion.estimates import Estimate, means
from scoredsociety.opinion.gathering import Key, Series, Summary, summary
from scoredsociety.opinion.questionnaire import Item, Published, Questionnaire
from scoredsociety.opinion.sampling import Sampled

if TYPE_CHECKING:
    import pyarrow as pa

ROUNDING = {0: 0.5, 1: 0.05, 2: 0.005, 3: 0.0005}


@dataclass
class Held:
    """Every published figure of a questionnaire with what the surveys give for it."""

    questionnaire: Questionnaire
    series: dict[tuple[str, int, str], Series] = field(default_factory=dict)

    def add(self, replies: Replies, sample: Sampled) -> None:
        """Add one survey."""
        reading = replies.scale.reading.name
        for name, item in self.questionnaire.items.items():
            for k, figure in enumerate(item.published):
                series = self.series.setdefault((name, k, reading), Series())
                found = _estimate(replies, sample, name, item, figure)
                if found is None:
                    series.note = replies.missing.get(name, "nobody was asked")
                    series.add(np.nan, np.nan, np.nan, 0)
                else:
                    series.add(float(found.value[0]), float(found.se[0]), np.nan, found.asked)

    def table(self, experiments: Mapping[Key, Summary]) -> pa.Table:
        """Return one row a figure and reading.

        Parameters
        ----------
        experiments : mapping
            Figures of the experiments, by (reading, experiment, what).

        ``inside`` says whether the published value lies where 95 % of the surveys lie, widened
        by the rounding of the published value or by its range; null where nothing was found.
        """
        import pyarrow as pa

        rows = [
            _row(reading, name, self.questionnaire.items[name].published[k], summary(series))
            for (name, k, reading), series in self.series.items()
        ]
        for (reading, name, what), found in experiments.items():
            for figure in self.questionnaire.experiments[name].published:
                if what == (figure.arm or "list"):
                    rows.append(_row(reading, name, figure, found))
        names = ("reading", "item", "what", "published", "value", "se", "low", "high", "inside",
                 "asked", "source", "confidence", "note")  # fmt: skip
        return pa.table({n: [r[n] for r in rows] for n in names})


def _row(reading: str, name: str, figure: Published, s: Summary) -> dict[str, Any]:
    half = rounding(figure.value)
    low, high = figure.range or (figure.value - half, figure.value + half)
    known = bool(np.isfinite(s.value))
    return {
        "reading": reading,
        "item": name,
        "what": figure.what,
        "published": figure.value,
        "value": s.value if known else None,
        "se": s.se if known else None,
        "low": s.low if known else None,
        "high": s.high if known else None,
        "inside": bool(s.low <= high and low <= s.high) if known else None,
        "asked": s.asked,
        "source": figure.source,
        "confidence": figure.confidence,
        "note": figure.note or s.note,
    }


def rounding(value: float) -> float:
    """Return half of the last digit of a published share in per cent, or of a number.

    Examples
    --------
    >>> rounding(0.80), rounding(0.125), rounding(7.5)
    (0.005, 0.0005, 0.05)
    """
    scale = 100.0 if abs(value) <= 1 else 1.0
    text = f"{round(value * scale, 3):.3f}".rstrip("0").partition(".")[2]
    return ROUNDING[min(len(text), 3)] / scale


def hold_published(questionnaire: Questionnaire) -> Held:
    """Return an empty table of the published figures."""
    return Held(questionnaire)


def _estimate(
    replies: Replies, sample: Sampled, name: str, item: Item, figure: Published
) -> Estimate | None:
    if name in replies.missing:
        return None
    codes = replies.said[name][sample.index]
    asked = codes >= 0
    if figure.among is not None:
        other = figure.among.item
        if other not in replies.said:
            return None
        scale = scale_of(replies.questionnaire.items[other])
        those = [scale.index(a) for a in figure.among.answers]
        asked = asked & np.isin(replies.said[other][sample.index], those)
    if item.answer == "support":
        return means(sample, (codes.astype(np.float64) + item.low)[:, None], asked)
    wanted = [scale_of(item).index(a) for a in figure.answers]
    return means(sample, np.isin(codes, wanted)[:, None].astype(np.float64), asked)
