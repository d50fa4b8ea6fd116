"""What a survey cannot see: who approves and who is sanctioned, and what parts it from the truth.

Everything here is counted in whole societies, not in samples: it is what only a simulation knows.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from scoredsociety.opinion.answers import Replies
from scoredsociety.opinion.experiments import approves
from scoredsociety.opinion.frame import STANDING
from scoredsociety.opinion.gathering import Gatherer
from scoredsociety.opinion.gradients import (
    benefits_equal,
    contrasts,
    expected_approval,
    parts,
)
from scoredsociety.opinion.public import Bools
from scoredsociety.opinion.questionnaire import Item, Questionnaire

if TYPE_CHECKING:
    import pyarrow as pa

EVERYBODY = "everybody"
SANCTIONED = "under a sanction"


class Behind:
    """Counts of whole societies, put beside the surveys.

    Parameters
    ----------
    questionnaire : Questionnaire
    """

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self._people = Gatherer(("reading", "item", "population", "standing", "what"))
        self._gradients = Gatherer(("reading", "item", "contrast", "what"))
        self._levels: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)

    def add(self, replies: Replies, frame: Bools) -> None:
        """Add one society under one reading."""
        for name, item in self.questionnaire.items.items():
            if item.answer != "attitude" or name in replies.missing:
                continue
            private = approves(item, replies.private[name])
            said = approves(item, replies.concealed(item, replies.private[name]))
            key = (replies.scale.reading.name, name)
            adults = replies.public.adult
            self._levels[key].append(
                (float(said[frame].mean()), float(private[frame].mean()),
                 float(said[adults].mean()))
            )  # fmt: skip
            for population, inside in (("frame", frame), ("adults", adults)):
                self._stand(key, population, inside, replies, private, said)
            self._contrast(key, item, replies, frame, private, said)

    def _stand(
        self, key: tuple[str, str], population: str, inside: Bools, replies: Replies,
        private: Bools, said: Bools,
    ) -> None:  # fmt: skip
        p = replies.public
        whole = int(inside.sum())
        groups = {
            EVERYBODY: inside,
            STANDING[0]: inside & ~p.under,
            SANCTIONED: inside & p.under,
            STANDING[1]: inside & p.under & ~p.wrongful,
            STANDING[2]: inside & p.under & p.wrongful,
            "know of their sanction": inside & p.feels,
        }
        for label, group in groups.items():
            count = int(group.sum())
            figures = {"share of the population": count / whole if whole else np.nan,
                       "approve privately": _share(private, group),
                       "say that they approve": _share(said, group)}  # fmt: skip
            for what, value in figures.items():
                base = whole if what.startswith("share") else count
                error = float(np.sqrt(value * (1 - value) / base)) if base else np.nan
                self._people.add((*key, population, label, what), value, error, asked=count)

    def _contrast(
        self, key: tuple[str, str], item: Item, replies: Replies, frame: Bools, private: Bools,
        said: Bools,
    ) -> None:  # fmt: skip
        p = replies.public
        neutral = item.scale.index(item.neutral) if item.neutral else (len(item.scale) - 1) // 2
        threshold = float(replies.scale.thresholds[key[1]][neutral])
        equal = expected_approval(benefits_equal(p, frame), threshold)
        expected = expected_approval(p.predicted, threshold)
        for contrast, one, other in contrasts(p):
            a, b = one & frame, other & frame
            figures = {
                "said": _share(said, a) - _share(said, b),
                "private": _share(private, a) - _share(private, b),
                "private, expected": _mean(expected, a) - _mean(expected, b),
                "private, expected, benefits equal": _mean(equal, a) - _mean(equal, b),
                **{f"part: {name}": x for name, x in parts(p, a, b).items()},
                "parts together": _mean(p.predicted, a) - _mean(p.predicted, b),
            }
            for what, value in figures.items():
                self._gradients.add((*key, contrast, what), value, asked=int((a | b).sum()))

    def people(self) -> pa.Table:
        """Return approval by standing, in the frame and among all adults."""
        return self._people.table()

    def gradients(self) -> pa.Table:
        """Return the differences between groups: shares for "said" and "private", else units."""
        return self._gradients.table()

    def errors(self, items: Gatherer) -> pa.Table:
        """Return what parts an estimate from the private approval of the frame, by attitude.

        Parameters
        ----------
        items : Gatherer
            Of the surveys, with the category "approves".
        """
        import pyarrow as pa

        found = items.summaries()
        rows: list[dict[str, Any]] = []
        for (reading, name), levels in self._levels.items():
            said, private, adults = (float(np.mean(x)) for x in zip(*levels, strict=True))
            s = found.get((reading, name, "approves"))
            if s is None:
                continue
            own = s.spread / np.sqrt(s.surveys) if s.surveys > 1 else np.nan
            for what, value, error in (
                ("estimate", s.value, s.se),
                ("said in the frame", said, np.nan),
                ("thought in the frame", private, np.nan),
                ("said by all adults", adults, np.nan),
                ("coverage: frame less all adults", said - adults, np.nan),
                ("nonresponse and luck: estimate less frame", s.value - said, own),
                ("falsification: said less thought", said - private, np.nan),
                ("sampling: standard error of one survey", s.se, np.nan),
            ):
                rows.append({"reading": reading, "item": name, "what": what,
                             "value": _null(value), "se": _null(error)})  # fmt: skip
        names = ("reading", "item", "what", "value", "se")
        return pa.table({n: [r[n] for r in rows] for n in names})


def _share(of: Bools, among: Bools) -> float:
    return float(of[among].mean()) if among.any() else float("nan")


def _mean(of: np.typing.NDArray[np.float64], among: Bools) -> float:
    return float(of[among].mean()) if among.any() else float("nan")


def _null(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None
