"""The language of questionnaires: who is asked what, in which order, with which experiments.

Like a scheme, a questionnaire is one YAML file of closed blocks in which every number has a source
or the mark ``assumed``. What an item asks is one of a few questions that the model can answer; the
wording is for readers, and nothing ever reads it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scoredsociety.schemes.quantities import Closed, Name, Quantity, Source, Sourced, Text

Category = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9 '-]*$", max_length=60)]
"""One answer on a scale, in small letters."""
Age = Annotated[int, Field(ge=0, le=120)]
YES_NO = ("yes", "no")
"""What is answered where there is no scale."""

Answers = Literal[
    "attitude",  # approval of schemes, ordered, with thresholds of the item's own
    "support",  # the same approval on a scale of numbers
    "aware",  # knows of a scheme (of one that is said to hold where one lives)
    "covered",  # lives under a scheme, whether known or not
    "user",  # uses a scheme that one can leave
    "own-score",  # knows the own score
    "sanctioned",  # knows of a sanction of one's own
    "changed",  # says that conduct was changed for a scheme
    "lack-of-trust",  # sees a general lack of trust as a problem
    "informed",  # knows that schemes are used against critics
    "drawn",  # nothing in the model answers it: drawn by the shares given
]
About = Literal["local", "national", "commercial", "any"]
"""Schemes of public operators in pilot cities; of public ones everywhere; of firms; any."""
Quota = Literal["age", "sex", "region"]
Group = Literal["age", "sex", "region", "residence", "education", "income", "pilot", "standing"]
"""What results are cut by; ``standing``: whether one is under a sanction, and whether rightly."""
Weight = Literal["age", "sex", "region", "residence", "education"]


class Frame(Closed):
    """Who can be drawn."""

    who: Literal["internet-users", "students", "everyone"]
    youngest: Age
    oldest: Age


class Response(Closed):
    """Who answers when asked, in log odds around an average chance."""

    share: Quantity
    """Chance that somebody asked answers, at no tilt."""
    college: Quantity | None = None
    age: Quantity | None = None
    """Of ten more years, from 40."""
    approval: Quantity | None = None
    """Of one unit more of private approval: those who dislike schemes stay away."""


class Sample(Closed):
    """How many, and how they are chosen."""

    size: Quantity
    quotas: list[Quota] = []
    bands: list[Age] = []
    """Lowest age of each band; needed where age is a quota, a weight or a group."""
    response: Response
    weights: list[Weight] = []
    """Margins of the frame to which answers are weighted (raking)."""


class Fieldwork(Closed):
    """When the survey is made."""

    month: Quantity
    """Month of the run at whose end people are asked."""


class Route(Closed):
    """An item is asked only of those who gave one of these answers to an earlier one."""

    item: Name
    answers: list[Category]


class Shares(Sourced):
    """The whole distribution of an item, category by category."""

    values: dict[Category, float]


class Published(Sourced):
    """A published figure about an item."""

    what: Text
    answers: list[Category] = []
    """Categories that it counts; absent: the mean of the numbers."""
    value: float
    range: tuple[float, float] | None = None
    among: Route | None = None
    """Only those who gave one of these answers."""
    arm: Name | None = None
    """Of an ``information`` experiment: the group that it is about."""


class Item(Closed):
    """One question."""

    asks: Text
    answer: Answers
    about: About | None = None
    """Of ``aware``, ``covered``, ``user``, ``own-score`` and ``changed``: which schemes."""
    conducts: list[Name] = []
    """Of ``changed``: for which conduct."""
    scale: list[Category] = []
    """Lowest first. Absent: yes and no."""
    neutral: Category | None = None
    """Highest answer that is no approval; only of ``attitude``."""
    sensitive: bool = False
    """Whether those who do not approve may say the lowest answer that is approval."""
    shares: Shares | None = None
    """What an ``attitude`` is calibrated on, or by what a ``drawn`` answer is drawn."""
    by_fairness: dict[Category, Quantity] = {}
    """Of ``drawn``: log odds added at full perceived fairness, for the category."""
    mean: Quantity | None = None
    """Of ``support``: mean of the numbers in the reference regime."""
    spread: Quantity | None = None
    """Of ``support``: numbers to one unit of approval."""
    low: int = 0
    high: int = 10
    asked: list[Route] = []
    """All must hold."""
    published: list[Published] = []


class Arm(Closed):
    """What one group of respondents reads before the question."""

    title: Text
    informs: bool = False
    """They learn that schemes are used against critics; nothing to those who know."""
    shift: Quantity | None = None
    """Change of approval, in its own unit."""


class Experiment(Closed):
    """A part of the survey in which respondents are split at random."""

    kind: Literal["list", "endorsement", "information"]
    title: Text
    item: Name
    """The attitude (or, of ``information``, also the support) that it is about."""
    controls: dict[Category, Quantity] = {}
    """Of ``list``: harmless statements with the share to whom each applies."""
    arms: dict[Name, Arm] = {}
    """Of ``information``: first the one that reads nothing."""
    policy: Text | None = None
    """Of ``endorsement``: a policy of another field."""
    strength: Quantity | None = None
    """Of ``endorsement``: support won for one unit of approval of the endorser's schemes."""
    published: list[Published] = []


class Panel(Closed):
    """A second wave with the same people."""

    months_later: Quantity
    stays: Quantity
    """Chance that a respondent answers again."""
    informs: Quantity | None = None
    """Share who learn between the waves that schemes are used against critics."""
    items: list[Name]


class Questionnaire(Closed):
    """One survey."""

    questionnaire: Name
    title: Text
    summary: Text
    fieldwork: Fieldwork
    frame: Frame
    reference: Frame | None = None
    """Among whom the shares and means of the items hold; absent: in the frame."""
    sample: Sample
    items: dict[Name, Item]
    experiments: dict[Name, Experiment] = {}
    panel: Panel | None = None
    groups: list[Group] = []
    headline: Name | None = None
    """The item whose answers are shown by group; absent: the first attitude."""
    unpublished: list[Text] = []
    """What the publications do not say, so that nothing here can be held against it."""
    sources: dict[Name, Source] = {}
