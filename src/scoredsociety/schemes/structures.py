"""What a scheme keeps, by kind: weighted features, mutual stars, organisations."""

from __future__ import annotations

from typing import Literal

from scoredsociety.schemes.quantities import Closed, Name, Quantity, Text

Attribute = Literal[
    "income-rank",
    "age",
    "education",
    "urban",
    "parent",
    "gaming-hours",
    "frivolous-share",
    "thin-file",
    "student",
    "chance",
]
"""What a feature score can read of a synthetic person, each scaled to 0 to 1: rank of income; age
over 100; education over 3; lives in a town; lives with a child; hours of games a month over 100;
share of frivolous purchases; no file at a lender; studies; a uniform number of one's own."""


class Term(Closed):
    """One term of a dimension: slope times attribute."""

    attribute: Attribute
    slope: Quantity


class Dimension(Closed):
    """A part of a weighted score: base plus terms, kept between 0 and 1."""

    title: Text
    weight: Quantity
    base: Quantity
    terms: list[Term] = []


class Features(Closed):
    """A score low + (high - low) x weighted mean of dimensions, friends' scores among them."""

    low: Quantity
    high: Quantity
    dimensions: dict[Name, Dimension]
    records: Name
    """The dimension in which the points of records count."""
    ties: Quantity | None = None
    """Weight of the mean score of friends who have one; all weights add up to 1."""


class Stars(Closed):
    """Mutual ratings from 1 to 5: (weight x prior + sum) / (weight + number)."""

    prior: Quantity
    weight: Quantity
    trades: Quantity
    """Trades a month that a member begins; each rates both sides."""
    quality: Quantity
    """Mean rating of a member of average propensity, before noise."""
    spread: Quantity
    """By how much the rating falls for one standard deviation of propensity."""
    context: Name
    """Context of conduct whose propensity shows in trades."""
    noise: Quantity
    """Standard deviation of one rating."""
    retaliation: Quantity
    """Chance that a rating of 1 or 2 is answered with 1."""


class Costs(Closed):
    """How the cost of complying is spread over organisations, as a share of revenue."""

    law: Literal["logistic", "lognormal"]
    location: Quantity
    """Mean of the logistic law; median of the lognormal."""
    scale: Quantity
    """Scale of the logistic law; standard deviation of the log."""


class Harm(Closed):
    """What customers suffer, in cases for each thousand visits."""

    visits: Quantity
    """Visits a month to one organisation, at even demand."""
    complying: Quantity
    otherwise: Quantity


class Organisations(Closed):
    """Firms or offices that comply where it pays: cost below what compliance brings."""

    count: Quantity
    costs: Costs
    gain: Quantity
    """Revenue that a good grade brings if every customer looks, as a share."""
    look: Quantity
    """Share of customers who look."""
    audits: Quantity
    """Chance of an audit a month; it also renews the shown grade or the record."""
    fine: Quantity
    """Share of revenue lost when an audit finds a violation."""
    threat: Quantity
    """Loss announced for not complying, as a share of revenue."""
    enforced: Quantity
    """Chance that the threat is carried out."""
    party_share: Quantity
    """Share of these organisations that belong to the Party."""
    independent: Quantity
    """Share of audits made by somebody other than the audited."""
    consequence: Literal["grade", "list", "record"]
    """What an audit writes: a grade on the door, an entry that ends when the firm complies, or a
    record."""
    political: bool = False
    """Whether what is demanded is political."""
    harm: Harm | None = None
