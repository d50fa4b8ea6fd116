"""What surveys found, looked up by name; and the words that stand beside every approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scoredsociety.audit import words
from scoredsociety.opinion.approval import Reading
from scoredsociety.opinion.frame import STANDING
from scoredsociety.opinion.gathering import ENOUGH as MANY
from scoredsociety.opinion.questionnaire import Frame, Questionnaire
from scoredsociety.opinion.standing import SANCTIONED
from scoredsociety.report.parts import Figure
from scoredsociety.report.saying import ENOUGH

if TYPE_CHECKING:
    from scoredsociety.opinion.survey import Surveyed

Key = tuple[str, ...]
SHARE, PRIVATELY, SAID = "share of the population", "approve privately", "say that they approve"
UNDER, WRONGLY = SANCTIONED, STANDING[2]
FRAME, ADULTS = "frame", "adults"
NO_ATTITUDE = "No item of this questionnaire asks whether people approve"


@dataclass(frozen=True)
class Found:
    """One figure over all surveys; every number may be null."""

    value: float | None = None
    se: float | None = None
    spread: float | None = None
    low: float | None = None
    high: float | None = None
    truth: float | None = None
    coverage: float | None = None
    asked: float | None = None
    surveys: int = 0
    note: str = ""

    @property
    def people(self) -> float:
        """People behind a figure that was counted in whole societies, of all societies."""
        return (self.asked or 0.0) * self.surveys


NOTHING = Found()


@dataclass(frozen=True, eq=False)
class Answers:
    """The tables of a survey by key, and how its people, readings and item are called."""

    surveyed: Surveyed

    @cached_property
    def _cells(self) -> dict[str, dict[Key, Found]]:
        return {}

    def cells(self, table: str) -> Mapping[Key, Found]:
        """Return a table of the survey as figures by the parts of their key, in order."""
        if table not in self._cells:
            own = Found.__dataclass_fields__
            rows: list[dict[str, Any]] = getattr(self.surveyed, table).to_pylist()
            self._cells[table] = {
                tuple(str(v) for k, v in row.items() if k not in own):
                Found(**{k: v for k, v in row.items() if k in own})
                for row in rows
            }  # fmt: skip
        return self._cells[table]

    def find(self, table: str, *key: str) -> Found:
        """Return one figure, or :data:`NOTHING` where there is none."""
        return self.cells(table).get(key, NOTHING)

    @property
    def asks(self) -> Questionnaire:
        """The questionnaire."""
        return self.surveyed.questionnaire

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the surveys were made with."""
        return self.surveyed.settings

    @property
    def main(self) -> Reading:
        """The reading of the main table."""
        return self.surveyed.readings[0]

    @property
    def strongest(self) -> Reading:
        """The reading under which most is concealed."""
        return max(self.surveyed.readings, key=lambda r: r.falsification)

    @cached_property
    def item(self) -> str:
        """The attitude that is shown by group; "" if the questionnaire has none."""
        return self.surveyed.headline or ""

    @cached_property
    def support(self) -> str:
        """The first item that is answered by a number; "" if there is none."""
        known = self.asks.items.items()
        return next((name for name, item in known if item.answer == "support"), "")

    @property
    def reason(self) -> str:
        """Why there is no approval to show, as the start of a sentence; "" if there is."""
        if not self.item:
            return NO_ATTITUDE
        why = self.missing(self.item)
        return f"Nothing can be said of approval: {why}" if why else ""

    def in_shares(self, name: str) -> bool:
        """Tell whether the figures of an item or an experiment are shares, not means of numbers."""
        if name in self.asks.items:
            return self.asks.items[name].answer != "support"
        e = self.asks.experiments[name]
        return e.kind == "list" or (e.kind == "information" and self.in_shares(e.item))

    def missing(self, name: str) -> str:
        """Return why nobody answered an item or took part in an experiment; "" if somebody did."""
        table = "items" if name in self.asks.items else "experiments"
        mine = [f for k, f in self.cells(table).items() if k[:2] == (self.main.name, name)]
        if any(f.value is not None for f in mine):
            return ""
        return next((f.note for f in mine if f.note), "nobody was asked")

    @cached_property
    def no_scheme(self) -> bool:
        """Whether every attitude is missing, for there is no scheme to have one of."""
        names = [n for n, i in self.asks.items.items() if i.answer in ("attitude", "support")]
        counted = self.surveyed.people.num_rows > 0
        return bool(names) and not counted and all(self.missing(n) for n in names)

    def approves(self, reading: Reading | None = None) -> Found:
        """Return who approves when asked, over all surveys."""
        return self.find("items", (reading or self.main).name, self.item, "approves")

    def stand(
        self, population: str, standing: str, what: str, reading: Reading | None = None
    ) -> Found:
        """Return a figure of those of one standing, counted in whole societies.

        Who bears what is the same whatever is asked: a share is taken from any item.
        """
        name = (reading or self.main).name
        item = self.item
        if what == SHARE and self.cells("people"):
            item = next(k[1] for k in self.cells("people"))
        return self.find("people", name, item, population, standing, what)

    def wrongful(self, population: str) -> float | None:
        """Return the share of the sanctioned who are so wrongly; null where they are too few."""
        under = self.stand(population, UNDER, SHARE)
        wrong = self.stand(population, WRONGLY, SHARE)
        if not under.value or wrong.value is None or under.people < ENOUGH:
            return None
        return wrong.value / under.value

    @property
    def sample(self) -> int:
        """How many people one survey asks."""
        return round(self.asks.sample.size.value)

    @property
    def surveys(self) -> int:
        """How many surveys were made."""
        return int(self.settings.get("replicates") or 0)

    @property
    def label(self) -> str:
        """Name of the regime."""
        return str(self.settings.get("label") or self.settings.get("regime") or "this regime")

    @property
    def ranged(self) -> str:
        """What the range of a figure is, for the grey line of a picture."""
        if self.surveys >= MANY:
            return "95% of the surveys"
        return "1.96 standard errors either way"


def framed(frame: Frame) -> str:
    """Name the people who can be drawn: "internet users aged 14 to 65"."""
    who = {"internet-users": "internet users", "students": "students", "everyone": "people"}
    return f"{who[frame.who]} aged {frame.youngest} to {frame.oldest}"


def read_as(reading: Reading, tight: bool = False) -> str:
    """Name a reading with its number: "partly (f = 0.41)"; ``tight`` does not break in pictures."""
    number = f"f = {words.number(reading.falsification)}"
    text = number if reading.name == number else f"{reading.name} ({number})"
    return text.replace(" = ", "=") if tight else text


def hundred(share: float | None) -> str:
    """Say a share as people out of 100; null stays a word."""
    return words.per(share, 100)


def points(change: float | None) -> str:
    """Write a difference of shares with its sign, in percentage points."""
    if change is None:
        return "undefined"
    size = words.number(100 * change, 1)
    if not any(c in "123456789" for c in size):
        return "no difference"
    return f"{'+' if change > 0 else ''}{size} points"


def beside(surveyed: Surveyed, brief: bool = False) -> str:
    """Say what stands beside every approval: the sanctioned, the wrongful, the falsification.

    Parameters
    ----------
    surveyed : Surveyed
    brief : bool
        The same in one clause, for captions and for the grey line of a picture.

    Returns
    -------
    str
        One sentence or two.
    """
    a = Answers(surveyed)
    reading = read_as(a.main, tight=True)
    under = a.stand(FRAME, UNDER, SHARE)
    if under.value is None:
        who = (
            "there is no scheme and nobody is under a sanction"
            if a.no_scheme
            else "how many are under a sanction, and how many wrongly, was not counted"
        )
        if brief:
            return f"Beside it: {who}; answers read as {reading}"
        return f"Beside it: {who}. {_read(a)}"
    wrong = _wrongly(a, FRAME)
    many = _thousand(under.value)
    if brief:
        return f"Beside it: {many} of the frame are under a sanction, {wrong}; read as {reading}"
    all_ = a.stand(ADULTS, UNDER, SHARE)
    return (
        f"Beside it: {many} {framed(a.asks.frame)} are under a sanction "
        f"({words.plural(round(under.people), 'person', 'people')} in "
        f"{words.plural(under.surveys, 'society', 'societies')}), {wrong}; of all adults, "
        f"{_thousand(all_.value)} are, {_wrongly(a, ADULTS)}. {_read(a)}"
    )


def _thousand(share: float | None) -> str:
    return "none in 1,000" if share == 0 else words.per(share)


def _wrongly(a: Answers, population: str) -> str:
    if a.stand(population, UNDER, SHARE).value == 0:
        return "none wrongly"
    share = a.wrongful(population)
    if share is None:
        return "too few to say how many of these wrongly"
    return f"{'none' if share == 0 else hundred(share)} of these wrongly"


def _read(a: Answers) -> str:
    """Say how answers are read and what attitudes are calibrated on."""
    others = [read_as(r) for r in a.surveyed.readings[1:]]
    also = f" (shown beside it: {words.listing(others)})" if others else ""
    where = a.settings.get("calibrated_in")
    return (
        f"Answers are read as {read_as(a.main)}{also}; attitudes are calibrated on {a.main.on} "
        f"answers{f' under “{where}”' if where else ''}."
    )


def population(a: Answers) -> str:
    """Say who was asked how often, for a grey line."""
    return (
        f"{a.sample:,} {framed(a.asks.frame)} in each of "
        f"{words.plural(float(a.surveys), 'survey')} under “{a.label}”"
    )


def nothing(name: str, a: Answers, why: str = "") -> Figure:
    """Return a figure with nothing to draw, and the reason."""
    reason = why or a.reason
    return Figure(name, f"{reason}; 0 answers are drawn", f"{words.sentence(population(a))}.", (),
                  (), (beside(a.surveyed),),
                  empty=f"{reason}. What is undefined is not drawn as nought.")  # fmt: skip


def share_se(found: Found) -> str:
    """Write the standard error of a share, in percentage points."""
    return "undefined" if found.se is None else f"{words.number(100 * found.se, 2)} points"


def spans(found: Found) -> str:
    """Write the range of a share."""
    if found.low is None or found.high is None:
        return "undefined"
    return words.percent_interval(*words.cut(found.low, found.high, "share"))


def share(value: float | None) -> str:
    """Write a share; undefined is a word, not 0."""
    return "undefined" if value is None else words.percent(value)
