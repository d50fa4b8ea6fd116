"""The typed, frozen model of a scheme, a regime and the world they act on.

Every class is closed: a key that is not listed here is an error. Every number is a
:class:`Quantity`, or stands in a :class:`Sourced` block, so that it always carries
its source and confidence or the mark ``assumed``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Confidence = Literal["H", "M", "L", "derived", "assumed"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z+]{1,9}$")]
GradeName = Annotated[str, Field(pattern=r"^[A-Z]{1,3}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class Closed(BaseModel):
    """A frozen mapping that accepts no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Sourced(Closed):
    """A block whose numbers share one source and one confidence."""

    source: Name | None = None
    confidence: Confidence
    note: Text | None = None


class Quantity(Sourced):
    """One number, where it comes from, and the range it could lie in."""

    value: float
    range: tuple[float, float] | None = None


class OptionalQuantity(Sourced):
    """A number or, where the source says that there is none, ``null``."""

    value: float | None
    range: tuple[float, float] | None = None


class Source(Closed):
    """A publication."""

    title: Text
    year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    url: Text | None = None
    note: Text | None = None


class Figure(Sourced):
    """A published figure about a scheme: shown on its card, never used as an input."""

    what: Text
    value: float
    unit: Text
    date: Text | None = None


# ----------------------------------------------------------------- the world


class ByGroup(Closed):
    """One quantity for each of the two abstract groups."""

    majority: Quantity
    minority: Quantity


class Channel(Closed):
    """A way in which an act becomes known."""

    title: Text
    wrong_person: ByGroup
    """Share of detections attributed to a wrong person of the same group and city."""
    human_review: Quantity
    """Share of wrong attributions that a human check removes."""
    capacity: OptionalQuantity
    """Handled a month as a multiple of the load expected without any scheme; null: no limit."""


class Conduct(Closed):
    """Something people do that a channel can record."""

    title: Text
    context: Name
    deed: bool = False
    monthly: Quantity
    """Acts a month of an eligible adult, on average."""
    who: Literal["everyone", "drivers", "dog-owners", "business-owners"] = "everyone"
    others: Quantity | None = None
    """Rate of those who are not eligible, as a share of ``monthly``; absent: none."""
    log_sd: Quantity
    """Standard deviation of the log propensity between people (0 to 2)."""
    income_gradient: Quantity
    """gamma: acts fall as exp(-gamma (income rank - 1/2))."""
    detection: dict[Name, Quantity]
    """Channel to probability that this channel records one act."""
    certainty_cap: Quantity
    """Largest factor by which a low perceived certainty can raise the rate (1 to 8)."""
    shock: bool = False
    """Whether illness or job loss raises the rate by the factor 1 + psi."""
    excused: Quantity
    """Share of recorded acts of people who could not do otherwise."""
    excused_after_shock: Quantity
    innocent: ByGroup | None = None
    """False records a month of an adult who did nothing; channel is ``innocent_channel``."""
    innocent_channel: Name | None = None


class Context(Closed):
    """A sphere of life in which conduct is recorded."""

    title: Text
    related: list[Name]
    """Harm contexts that count as related (the Rel table of metric M8)."""


class Sanction(Closed):
    """A detriment, with its harm in median monthly incomes a month of a person exposed."""

    title: Text
    harm: Quantity
    context: Name
    """Harm context in which it bites."""
    exposed: Quantity
    """Share of the people under it whom it touches (1: all)."""


class Reward(Closed):
    """An advantage, with its benefit in median monthly incomes a month."""

    title: Text
    benefit: Quantity
    context: Name


class Parameters(Closed):
    """Numbers of the model that belong to no scheme."""

    common_propensity: Quantity
    """rho: share of a person's propensity that is common to all contexts."""
    certainty_elasticity: Quantity
    """eta."""
    prior_acts: Quantity
    """n0: weight of the prior belief, in acts."""
    deed_boost: Quantity
    """omega: growth of deeds among the aware."""
    illness_monthly: Quantity
    job_loss_monthly: Quantity
    shock_months: Quantity
    shock_factor: Quantity
    """psi."""
    flight_attempts: Quantity
    """Attempts to fly a month of a banned person."""
    rail_attempts: Quantity
    """Attempts at a fast train a month of a banned person."""


class World(Closed):
    """What holds whatever the regime: conduct, channels, sanctions, beliefs."""

    parameters: Parameters
    harm_contexts: dict[Name, Text]
    contexts: dict[Name, Context]
    channels: dict[Name, Channel]
    conducts: dict[Name, Conduct]
    sanctions: dict[Code, Sanction]
    rewards: dict[Code, Reward]
    gravity: dict[Name, Quantity]
    """Expected social harm of one act in CNY, by conduct (the G table of metric M9)."""
    sources: dict[Name, Source]


# --------------------------------------------------------------- the schemes


class Subjects(Sourced):
    """Whom a scheme covers."""

    who: Literal["adult-residents"]
    where: Literal["everywhere", "pilot-cities"]
    enrolment: Literal["mandatory"]


class Grades(Sourced):
    """Bands of the score: name to lowest score of the band, best first."""

    bands: dict[GradeName, int]


class Rule(Sourced):
    """What one recorded act does."""

    conduct: Name
    points: Annotated[int, Field(ge=-1000, le=1000)] | None = None
    at_most: GradeName | None = None
    """The person's grade is no better than this until the record expires."""
    lists: bool = False
    """The act leads to an entry in the list."""


class Review(Closed):
    """Chance that a review ends in a correction."""

    wrongful: Quantity
    rightful: Quantity


class Exit(Closed):
    """How an entry ends."""

    monthly: Quantity
    """mu: chance a month that a person of median income performs."""
    income_exponent: Quantity
    """xi: the chance grows as (income / median) ** xi."""
    term_months: OptionalQuantity


class Process(Closed):
    """What happens between a record and its consequence."""

    notice: Quantity
    window_days: Quantity
    filing_days: Quantity
    """Mean time that a person who was told needs to file."""
    review: Review
    late_appeal: Quantity
    """Share of those who discover an entry at a counter who then file; 0: not allowed."""
    hardship_exemption: Quantity
    """Share of excused records that are dropped before entry."""
    expiry_months: OptionalQuantity | None = None
    """Life of a record in a points scheme; null: never expires."""
    exit: Exit | None = None
    """Only of a list."""


class Effect(Sourced):
    """What a status brings.

    Exactly one of ``listed`` and ``grade``, and one of ``sanction`` and ``reward``.
    """

    listed: Literal[True] | None = None
    grade: list[GradeName] | None = None
    sanction: Code | None = None
    reward: Code | None = None


class Awareness(Closed):
    """Who knows of the scheme, and what they then expect."""

    inside: Quantity
    """Share of adults aware in the places where it holds."""
    outside: Quantity
    """Share elsewhere who believe that they are covered."""
    certainty: Quantity
    """m: factor by which the aware expect detection to rise at the announcement."""


class Feedback(Closed):
    """Conduct that a status itself makes more frequent: rate times 1 + theta."""

    conduct: Name
    listed: Literal[True] | None = None
    below: GradeName | None = None
    counts_to: Annotated[int, Field(ge=1, le=30)] = 1
    """Entries in force that count, each adding theta: 1 is the saturating form."""
    theta: Quantity


class Patch(Closed):
    """One change to a resolved regime: exactly one of ``set``, ``add``, ``remove`` names a path."""

    set: Text | None = None
    add: Text | None = None
    remove: Text | None = None
    to: object = None


class Calibration(Closed):
    """A named alternative set of values of the same scheme."""

    title: Text
    note: Text | None = None
    patch: list[Patch]


class Scheme(Closed):
    """A published design."""

    scheme: Name
    title: Text
    kind: Literal["points", "list"]
    summary: Text
    subjects: Subjects
    start: Quantity | None = None
    grades: Grades | None = None
    rules: list[Rule]
    process: Process
    effects: list[Effect]
    awareness: Awareness | None = None
    feedback: list[Feedback] = []
    conducts: dict[Name, Conduct] = {}
    """Conduct that the world does not know yet, declared by the scheme's own file."""
    gravity: dict[Name, Quantity] = {}
    """Expected social harm in CNY of one act of each declared conduct."""
    published: list[Figure] = []
    calibrations: dict[Annotated[str, Field(pattern=r"^[A-Z]$")], Calibration] = {}
    sources: dict[Name, Source] = {}


# ----------------------------------------------------------------- a regime


class Member(Closed):
    """A scheme that takes part in a regime."""

    scheme: Name
    calibration: str | None = None


class Memorandum(Sourced):
    """An agreement that copies entries of a list into a points scheme."""

    origin: Name
    target: Name
    points: Annotated[int, Field(ge=-1000, le=-1)]


class Regime(Closed):
    """The file of a regime: which schemes hold at once, and their agreements."""

    regime: Name
    title: Text
    summary: Text
    schemes: list[Member]
    memoranda: list[Memorandum] = []
    sources: dict[Name, Source] = {}


class Safeguard(Closed):
    """A change to a regime, as a patch on a clone."""

    safeguard: Name
    title: Text
    summary: Text
    includes: list[Name] = []
    patch: list[Patch] = []
    sources: dict[Name, Source] = {}


class ResolvedRegime(Closed):
    """A regime with everything it names written out: the input of the engine."""

    regime: Name
    title: Text
    summary: Text
    safeguards: list[Name]
    schemes: dict[Name, Scheme]
    memoranda: list[Memorandum]
    world: World
    sources: dict[Name, Source] = {}
    """Publications that the memoranda cite."""
    calibrations: dict[Name, str] = {}
    """Letter of the calibration in use, by scheme; ``A`` unless another was chosen."""
