"""What a survey cannot see: who approves and who is sanctioned, and what parts it from the truth.

Everything here is counted in whole societies, not in samples: it is what only a simulation knows.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from scoredsociety.opinion.answers import Replies, is_attitude
from scoredsociety.opinion.experiments import approves
from scoredsociety.opinion.frame import STANDING
from scoredsociety.opinion.gathering import Gatherer
from scoredsociety.opinion.gradients import (
    Ints,
    benefits_equal,
    differences,
    expected_approval,
)
from scoredsociety.opinion.public import Bools, Public
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
        p = replies.public
        inside = np.flatnonzero(frame)
        for name, item in self.questionnaire.items.items():
            if not is_attitude(item) or name in replies.missing:
                continue
            if item.answer == "support":  # a number is no approval: who bears what is counted
                nobody = np.zeros(len(p), np.bool_)
                key = (replies.scale.reading.name, name)
                for population, mask in (("frame", frame), ("adults", p.adult)):
                    self._stand(key, population, mask, p, nobody, nobody, only_share=True)
                continue
            private = approves(item, replies.private[name])
            said = approves(item, replies.concealed(item, replies.private[name]))
            key = (replies.scale.reading.name, name)
            self._levels[key].append(
                (float(said[inside].mean()), float(private[inside].mean()),
                 _share(said, p.adult))
            )  # fmt: skip
            for population, mask in (("frame", frame), ("adults", p.adult)):
                self._stand(key, population, mask, p, private, said)
            self._contrast(key, item, replies, inside, private, said)

    def _stand(
        self, key: tuple[str, str], population: str, mask: Bools, p: Public, private: Bools,
        said: Bools, only_share: bool = False,
    ) -> None:  # fmt: skip
        code = (((p.under + p.wrongful.astype(np.int64)) * 2 + p.feels) * 2 + private) * 2 + said
        # people by standing (none, rightly, wrongly), knows of it, approves, says so
        count = np.bincount(code[mask], minlength=24).reshape(3, 2, 2, 2)
        whole = int(count.sum())
        groups = {
            EVERYBODY: count.sum(axis=(0, 1)),
            STANDING[0]: count[0].sum(axis=0),
            SANCTIONED: count[1:].sum(axis=(0, 1)),
            STANDING[1]: count[1].sum(axis=0),
            STANDING[2]: count[2].sum(axis=0),
            "know of their sanction": count[:, 1].sum(axis=0),
        }
        for label, of in groups.items():  # of: (approves privately, says so)
            n = int(of.sum())
            figures = {"share of the population": (n, whole),
                       "approve privately": (int(of[1].sum()), n),
                       "say that they approve": (int(of[:, 1].sum()), n)}  # fmt: skip
            for what, (some, base) in list(figures.items())[: 1 if only_share else 3]:
                value = some / base if base else np.nan
                error = float(np.sqrt(value * (1 - value) / base)) if base else np.nan
                self._people.add((*key, population, label, what), value, error, asked=n)

    def _contrast(
        self, key: tuple[str, str], item: Item, replies: Replies, inside: Ints, private: Bools,
        said: Bools,
    ) -> None:  # fmt: skip
        p = replies.public
        neutral = item.scale.index(item.neutral) if item.neutral else (len(item.scale) - 1) // 2
        threshold = float(replies.scale.thresholds[key[1]][neutral])
        more = {
            "said": said[inside].astype(np.float64),
            "private": private[inside].astype(np.float64),
            "private, expected": expected_approval(p.predicted[inside], threshold),
            "private, expected, benefits equal": expected_approval(
                benefits_equal(p, inside), threshold
            ),
        }
        for contrast, found in differences(p, inside, more).items():
            for what, value in found.items():
                self._gradients.add((*key, contrast, what), value, asked=len(inside))

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


def _null(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None
