"""The world that every regime meets: conduct, channels, sanctions, institutions, beliefs."""

from __future__ import annotations

from typing import Literal

from scoredsociety.schemes.attitudes import Opinion
from scoredsociety.schemes.quantities import (
    Closed,
    Code,
    Name,
    OptionalQuantity,
    Quantity,
    Source,
    Text,
)

Eligible = Literal[
    "everyone",
    "drivers",
    "dog-owners",
    "business-owners",
    "internet-users",
    "students",
    "young-men",
    "party-members",
    "consenting",
    "thin-file",
]
"""Groups of people whom conduct or a scheme concerns (young men: 18 to 22)."""


class ByGroup(Closed):
    """One quantity for each of the two abstract groups."""

    majority: Quantity
    minority: Quantity


class Faces(Closed):
    """Cameras that search a gallery: 1 - (1 - false_match) ** gallery errors a passage."""

    density: Quantity
    """Cameras as a multiple of those behind the shares in ``detection``; multiplies these too."""
    passages: Quantity
    """Passages before a camera a month, at density 1."""
    gallery: Quantity
    """Faces with which each passage is compared."""
    false_match: ByGroup
    """Chance that one comparison of two different faces counts as a match."""
    hit_rate: Quantity
    """Chance that a passing person who is in the gallery is found."""


class Informants(Closed):
    """People who report others.

    The channel's detection shares are the visibility of an act; they are multiplied by
    ``reports * neighbours * (1 + reward) ** reward_elasticity`` (at most 1).
    """

    reports: Quantity
    """phi: reports for each neighbour who would report, and act seen."""
    neighbours: Quantity
    """Neighbours who know of the scheme."""
    false_share: Quantity
    """Share of reports about something that did not happen."""
    reward: Quantity
    """Reward for reporting as a multiple of that of 2018; 0: none beyond it."""
    reward_elasticity: Quantity


class Channel(Closed):
    """A way in which an act becomes known."""

    title: Text
    wrong_person: ByGroup
    """Share of detections attributed to a wrong person of the same group and city."""
    human_review: Quantity
    """Share of wrong attributions that a human check removes."""
    capacity: OptionalQuantity
    """Handled a month as a multiple of the load expected without any scheme; null: no limit."""
    targeting: ByGroup | None = None
    """Multiple of the detection of each abstract group; absent: 1 for both."""
    faces: Faces | None = None
    informants: Informants | None = None


class Conduct(Closed):
    """Something people do that a channel can record."""

    title: Text
    context: Name
    deed: bool = False
    monthly: Quantity
    """Acts a month of an eligible adult, on average."""
    who: Eligible = "everyone"
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
    """Without ``innocent`` the rate follows from the channel's faces or informants."""
    speech: Literal["lawful", "punishable"] | None = None
    """A count of acts of speech; there is no content. Lawful speech answers to belief alone."""
    hardship_excuse: Quantity | None = None
    """Growth of the excused share, up to that after a shock, at full hardship by sanctions."""


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
    habit: Quantity
    """kappa_h: share of the distance that habit moves towards conduct in a month."""
    chill: Quantity
    """chi: fall of lawful critical speech at full belief that it is scored."""
    vagueness: Quantity
    """Belief that lawful speech is scored where only punishable speech is, as a share."""
    identifiability: Quantity
    """iota: share of acts of speech that can be traced to a person; multiplies detection."""
    assume_watched: Quantity
    """Share of people who assume that the state sees everything, scheme or no scheme."""
    friends_mean: Quantity
    friends_size: Quantity
    """Dispersion of the negative binomial law of the number of friends."""
    friends_within: Quantity
    """h: share of friendships within city, residence, education and age band."""
    tie_loss: Quantity
    """sigma: chance a month that a friend who learns of an entry breaks off."""
    ordered_shunning: Quantity
    """o: chance a month that a friend obeys an order to break off."""
    hardship_scale: Quantity
    """Monthly harm (median monthly incomes) at which hardship 1 - exp(-harm / scale) is .63."""


class Institution(Closed):
    """A body that can join in the enforcement of a list."""

    title: Text
    sanctions: list[Code]


class World(Closed):
    """What holds whatever the regime: conduct, channels, sanctions, beliefs."""

    parameters: Parameters
    harm_contexts: dict[Name, Text]
    contexts: dict[Name, Context]
    channels: dict[Name, Channel]
    conducts: dict[Name, Conduct]
    sanctions: dict[Code, Sanction]
    rewards: dict[Code, Reward]
    institutions: dict[Name, Institution]
    gravity: dict[Name, Quantity]
    """Expected social harm of one act in CNY, by conduct (the G table of metric M9)."""
    opinion: Opinion
    sources: dict[Name, Source]
