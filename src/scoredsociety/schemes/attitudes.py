"""What people think of schemes and what they say when asked: the numbers of the opinion model."""

from __future__ import annotations

from scoredsociety.schemes.quantities import Closed, Name, Quantity


class Opinion(Closed):
    """Private approval is ordered: a sum of effects, in units of its normal noise, and that noise.

    Effects have the sign that their name suggests: those of sanctions and of knowledge of
    repressive use are subtracted.
    """

    # effects on approval
    benefits: Quantity
    """beta_B: of each advantage held."""
    fairness: Quantity
    """beta_F: of perceived fairness, from 0 to 1."""
    lack_of_trust: Quantity
    """beta_T: of seeing a general lack of trust as a problem."""
    sanctioned: Quantity
    """beta_S: of a sanction of one's own that one knows of."""
    friends_sanctioned: Quantity
    """beta_s: if all friends are under a sanction; in proportion to their share."""
    repression: Quantity
    """beta_K: of knowing that schemes are used against critics."""
    media: Quantity
    """Of following official media."""
    age: Quantity
    """beta_age: of ten more years."""
    tertiary: Quantity
    """beta_edu: of a college education."""
    income: Quantity
    """beta_inc: from the lowest to the highest income rank."""
    urban: Quantity
    """beta_urb: of living in a city."""
    liberal: Quantity
    """beta_lib: subtracted for the young (under 35), tertiary and urban."""
    stability: Quantity
    """Share of the variance of the noise that stays with a person from wave to wave."""
    # who thinks and knows what
    sees_lack_of_trust: Quantity
    """Share of people who see a general lack of trust as a problem."""
    informed: Quantity
    """Share who know that schemes are used against critics."""
    follows_media: Quantity
    """Share who follow official media."""
    supposed_fairness: Quantity
    """What those who cannot read the weights of a scheme suppose of its fairness, on average."""
    fairness_spread: Quantity
    """Standard deviation of that supposition between people."""
    hears_monthly: Quantity
    """Chance a month that media tell an unaware person of a scheme."""
    looks_up: Quantity
    """Share who look up their own score where they know that they have one."""
    overclaims: Quantity
    """Share of those in no commercial scheme who say that they use one."""
    changes: Quantity
    """Share who say that they changed conduct for which they know of a rule."""
    # what is said
    falsification: dict[Name, Quantity]
    """f, by reading: share of those who do not approve who say that they do, at mean fear."""
    fear_of_scores: Quantity
    """Growth of fear in those who know of a scheme with a rule for what is said."""
