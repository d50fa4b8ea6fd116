"""The typed, frozen model of a scheme and of a regime.

The blocks of all files are in :mod:`scoredsociety.schemes.quantities`, what single kinds of scheme
keep is in :mod:`scoredsociety.schemes.structures`, the world in :mod:`scoredsociety.schemes.world`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scoredsociety.schemes.quantities import (
    Closed,
    Code,
    Figure,
    GradeName,
    Name,
    OptionalQuantity,
    Quantity,
    Source,
    Sourced,
    Text,
)
from scoredsociety.schemes.structures import Features, Organisations, Stars
from scoredsociety.schemes.world import Conduct, Eligible, World

Kind = Literal["points", "list", "record", "features", "stars", "organisations"]
"""What a scheme keeps of its subjects: a sum of points; entries with an exit; records without a
score; a weighted score; mutual ratings; grades or records of firms and offices."""

# --------------------------------------------------------------- the schemes


class Pressure(Closed):
    """What pushes people to enrol who need not: silence is read as a bad sign."""

    penalty: Quantity
    """What silence costs, as a share of the distance from the worst to the best."""
    cost: Quantity
    """What enrolling costs, on the same scale."""


class Subjects(Sourced):
    """Whom a scheme covers."""

    who: Literal["adult-residents", "restaurants", "firms", "airlines", "departments", Eligible]
    where: Literal["everywhere", "pilot-cities"]
    enrolment: Literal["mandatory", "voluntary"]
    coverage: Quantity | None = None
    """Share of those eligible whom the scheme has reached, or who enrol by themselves."""
    selection: Quantity | None = None
    """Correlation of enrolling with good conduct, -1 to 1; only where voluntary."""
    pressure: Pressure | None = None


class Timing(Sourced):
    """When a scheme is announced, starts and ends; months of the run."""

    announced: Annotated[int, Field(ge=0, le=1200)] = 0
    """0: before the first month."""
    first: Annotated[int, Field(ge=1, le=1200)] = 1
    """Month in which the first city starts."""
    last: Annotated[int, Field(ge=1, le=1200)] = 1
    """Month in which the last city starts; those between follow evenly."""
    ends: Annotated[int, Field(ge=1, le=1200)] | None = None
    """Last month of the scheme."""


class Grades(Sourced):
    """Bands of the score: name to lowest score of the band, best first."""

    bands: dict[GradeName, int | float]


class Rule(Sourced):
    """What one recorded act does."""

    conduct: Name
    points: Annotated[int, Field(ge=-1000, le=1000)] | None = None
    escalates: list[Annotated[int, Field(ge=-1000, le=-1)]] | None = None
    """Points of the second, third ... record while earlier ones are unexpired; the last is kept."""
    at_most: GradeName | None = None
    """The person's grade is no better than this until the record expires."""
    lists: bool = False
    """The act leads to an entry in the list, or to a record without points."""
    political: bool = False
    """Whether the rule can be used against somebody for what they say or refuse."""


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


class Reset(Closed):
    """A way back: a course or a ban of fixed length, after which the score starts anew."""

    at: GradeName
    """Grade that leads to it."""
    after_months: Quantity


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
    """Life of a record in a scheme without exit; null: never expires."""
    exit: Exit | None = None
    """Only of a list."""
    reset: Reset | None = None
    """Only of points and stars."""


def _nothing() -> Process:
    none = Quantity(value=0, confidence="assumed")
    return Process(
        notice=none,
        window_days=none,
        filing_days=Quantity(value=1, confidence="assumed"),
        review=Review(wrongful=none, rightful=none),
        late_appeal=none,
        hardship_exemption=none,
    )


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


class Exemption(Sourced):
    """Records that a scheme drops: of individuals, or of a whole institution."""

    members: Literal["elite", "party-members", "everyone"] | None = None
    """Individuals: share of their recorded acts that is dropped."""
    institution: Literal["party", "all"] | None = None
    """Organisations: share of their records that is never made."""
    share: float


class Disclosure(Sourced):
    """Who can see an entry."""

    level: Literal[0, 1, 2, 3]
    """0 nobody; 1 whoever looks up the code; 2 published names; 3 names on public screens."""
    reach: Quantity
    """Share of friends who learn of an entry."""
    namesakes: Quantity | None = None
    """Entries for which a namesake is taken too, where names are shown without a number."""


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
    kind: Kind
    operator: Literal["public", "private"]
    summary: Text
    subjects: Subjects
    timing: Timing | None = None
    start: Quantity | None = None
    features: Features | None = None
    stars: Stars | None = None
    organisations: Organisations | None = None
    grades: Grades | None = None
    rules: list[Rule] = []
    process: Process = Field(default_factory=_nothing)
    effects: list[Effect] = []
    awareness: Awareness | None = None
    feedback: list[Feedback] = []
    exemptions: list[Exemption] = []
    disclosure: Disclosure | None = None
    transparency: Quantity | None = None
    """Share of the true weights that people can read."""
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
    """An agreement that copies what one scheme records into another.

    Exactly one of ``points`` (into a score) and ``lists`` (into a list or a store of records).
    """

    origin: Name
    target: Name
    points: Annotated[int, Field(ge=-1000, le=-1)] | None = None
    lists: Literal[True] | None = None
    share: Quantity | None = None
    """Share of records that are passed on; absent: all."""
    consent: bool = False
    """Only the records of people who consented."""


class Joint(Closed):
    """Institutions that apply their own sanctions to the entries of a list."""

    origin: Name
    institutions: list[Name] | Literal["all"]
    probability: Quantity
    """m: chance that one of these institutions applies its sanctions to an entry."""


class Regime(Closed):
    """The file of a regime: which schemes hold at once, and their agreements."""

    regime: Name
    title: Text
    summary: Text
    schemes: list[Member]
    memoranda: list[Memorandum] = []
    joint: list[Joint] = []
    changes: list[Patch] = []
    """What differs from the files of the schemes and of the world."""
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
    joint: list[Joint] = []
    world: World
    sources: dict[Name, Source] = {}
    """Publications that the regime's own numbers cite."""
    calibrations: dict[Name, str] = {}
    """Letter of the calibration in use, by scheme; ``A`` unless another was chosen."""

    def bare(self) -> ResolvedRegime:
        """Return the same world without its schemes and their agreements."""
        return self.model_copy(
            update={
                "regime": "none",
                "title": "No scheme",
                "summary": "The same people under no scheme.",
                "safeguards": [],
                "schemes": {},
                "memoranda": [],
                "joint": [],
            }
        )

    def of_people(self) -> dict[str, Scheme]:
        """Return the schemes whose subjects are people, in order."""
        return {name: s for name, s in self.schemes.items() if s.kind != "organisations"}

    def of_organisations(self) -> dict[str, Scheme]:
        """Return the schemes whose subjects are firms or offices, in order."""
        return {name: s for name, s in self.schemes.items() if s.kind == "organisations"}
