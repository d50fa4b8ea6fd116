"""A regime as flat tables: what the kernels read, and nothing that knows a scheme by name."""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LAYERS = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Edges of the layers of candidates, as multiples of a person's own base rate."""
MAX_SCHEMES = 31
MAX_CONDUCTS = 63
MAX_GRADES = 8
REWARD_BIT = 32
NEVER = 1 << 30
"""A month that does not come."""
GONE = NEVER + 1
"""Month from which somebody is in a scheme that has ended."""
POINTS, LIST, FEATURES, STARS = range(4)
"""Codes of the kinds; a store of records is a list without exit."""
UNIT = {"points": 1, "list": 1, "record": 1, "features": 64, "stars": 1000}
"""Parts of one point in which a kind counts its scores, whole numbers all."""
PLAIN = (
    "adults",
    "sanctioned",
    "rewarded",
    "refused:FLY",
    "refused:RAIL",
    "children",
    "friends",
    "friends-lost",
)
"""The first rows of every monthly table."""
ADULTS, SANCTIONED, REWARDED, REFUSED_FLY, REFUSED_RAIL, CHILDREN, FRIENDS, FRIENDS_LOST = range(8)


def identity(name: str) -> int:
    """Return the stable 32-bit identity of a name in the random streams."""
    return zlib.crc32(name.encode())


def salt(name: str) -> int:
    """Return the 16 bits by which a scheme is told apart in the streams of one act."""
    return identity(name) & 0xFFFF


CONDUCT = np.dtype(
    [
        ("identity", "u8"),
        ("context", "u8"),
        ("monthly", "f8"),
        ("others", "f8"),  # rate of those not eligible, as a share of ``monthly``
        ("log_sd", "f8"),
        ("gradient", "f8"),
        ("gradient_mean", "f8"),  # mean of exp(-gamma (rank - 1/2)) over people
        ("chance", "f8"),  # that one act is recorded, with all channels at full strength
        ("drawn", "f8"),  # share of the acts that are candidates; above chance only for speech
        ("factor_majority", "f8"),  # multiple of the chance, by group
        ("factor_minority", "f8"),
        ("certainty_cap", "f8"),
        ("shock_factor", "f8"),
        ("calm", "f8"),  # highest multiple of the base rate without a shock
        ("excused", "f8"),
        ("excused_after_shock", "f8"),
        ("hardship_excuse", "f8"),
        ("innocent_majority", "f8"),  # false records a month
        ("innocent_minority", "f8"),
        ("innocent_channel", "i4"),
        ("layers", "i4"),
        ("who", "i4"),
        ("deed", "u1"),
        ("lawful", "u1"),  # lawful speech
        ("punishable", "u1"),  # punishable speech
    ]
)
CHANNEL = np.dtype(
    [("wrong_majority", "f8"), ("wrong_minority", "f8"), ("human_review", "f8"), ("capacity", "f8")]
)  # capacity 0: no limit
SCHEME = np.dtype(
    [
        ("salt", "u8"),
        ("identity", "u8"),
        ("listed_mask", "u8"),
        ("context", "u8"),  # of the propensity that shows in trades
        ("aware_inside", "f8"),
        ("aware_outside", "f8"),
        ("certainty", "f8"),
        ("coverage", "f8"),
        ("selection", "f8"),
        ("pressure", "f8"),  # cost less penalty of silence; NaN: none
        ("notice", "f8"),
        ("files", "f8"),  # chance that one who was told files within the window
        ("review_rightful", "f8"),
        ("review_wrongful", "f8"),
        ("exempt", "f8"),  # share of excused records that is dropped
        ("late", "f8"),
        ("exit", "f8"),
        ("income_exponent", "f8"),
        ("spare_everyone", "f8"),  # share of recorded acts that is dropped, by who one is
        ("spare_party", "f8"),
        ("spare_elite", "f8"),
        ("reach", "f8"),  # share of friends who learn of an entry
        ("namesakes", "f8"),
        ("low", "f8"),  # features: lowest score, width, weight of friends, of records
        ("span", "f8"),
        ("ties", "f8"),
        ("record_weight", "f8"),
        ("prior", "f8"),  # stars
        ("weight", "f8"),
        ("quality", "f8"),
        ("spread", "f8"),
        ("noise", "f8"),
        ("retaliation", "f8"),
        ("trades", "i4"),
        ("start", "i4"),
        ("grades", "i4"),
        ("hold", "i4"),  # grade position of ``at_most``
        ("expiry", "i4"),  # months; 0: never
        ("term", "i4"),  # months; 0: none
        ("room", "i4"),  # most ledger rows that one record leaves, copies included
        ("reset_at", "i4"),  # grade position; -1: none
        ("reset_after", "i4"),
        ("feature", "i4"),  # place among the schemes with features; -1: none
        ("star", "i4"),
        ("default_conduct", "i4"),  # of a spell without a record
        ("who", "i4"),
        ("announced", "i4"),
        ("first", "i4"),
        ("last", "i4"),
        ("ends", "i4"),  # NEVER: no end
        # rows of the monthly table; -1: none
        ("m_listed", "i4"),
        ("m_entries", "i4"),
        ("m_ever", "i4"),
        ("m_in", "i4"),
        ("m_out", "i4"),
        ("m_records", "i4"),
        ("m_stopped", "i4"),
        ("m_grade", "i4"),  # of the best grade; the others follow
        ("m_enrolled", "i4"),
        ("m_score", "i4"),
        ("m_reset", "i4"),
        ("kind", "u1"),
        ("is_list", "u1"),
        ("pilot_only", "u1"),
        ("voluntary", "u1"),
        ("level", "u1"),  # of disclosure
    ]
)
RULE = np.dtype(
    [
        ("theta_listed", "f8"),
        ("theta_below", "f8"),
        ("counts_to", "i4"),  # entries in force that count
        ("below", "i4"),  # the feedback acts on grades worse than this position
        ("points", "i4"),
        ("later_first", "i4"),  # points of the second, third ... record, in ``later``
        ("later", "i4"),  # how many
        ("applies", "u1"),
        ("holds", "u1"),
    ]
)
COPY = np.dtype(
    [
        ("salt", "u8"),
        ("share", "f8"),
        ("target", "i4"),
        ("points", "i4"),
        ("lists", "u1"),
        ("consent", "u1"),
    ]
)
"""An agreement that passes records on."""
JOINT = np.dtype([("probability", "f8"), ("mask", "u8")])
"""An institution that joins in the enforcement of a list."""
DIMENSION = np.dtype(
    [
        ("weight", "f8"),
        ("base", "f8"),
        ("feature", "i4"),
        ("first", "i4"),  # terms
        ("last", "i4"),
        ("records", "u1"),  # the dimension in which records count
    ]
)
TERM = np.dtype([("slope", "f8"), ("attribute", "i4")])
SETTINGS = np.dtype(
    [
        ("common", "f8"),  # sqrt(rho)
        ("special", "f8"),  # sqrt(1 - rho)
        ("elasticity", "f8"),
        ("prior_acts", "f8"),
        ("habit", "f8"),
        ("deed_boost", "f8"),
        ("shock_monthly", "f8"),
        ("flight_attempts", "f8"),
        ("rail_attempts", "f8"),
        ("income_loss", "f8"),
        ("median_income", "f8"),
        ("aware_in", "f8"),
        ("aware_out", "f8"),
        ("chill", "f8"),
        ("vagueness", "f8"),
        ("identifiability", "f8"),
        ("assume_watched", "f8"),
        ("friends_mean", "f8"),
        ("friends_size", "f8"),
        ("friends_within", "f8"),
        ("tie_loss", "f8"),
        ("shunning", "f8"),
        ("hardship_scale", "f8"),
        ("household", "f8"),  # mean size
        ("flight_mask", "u8"),
        ("rail_mask", "u8"),
        ("income_mask", "u8"),
        ("school_mask", "u8"),  # 0 if nobody can come under it
        ("shock_months", "i4"),
        ("scores_speech", "u4"),  # bits of the schemes with a rule for punishable speech
        ("disclosed", "u4"),  # bits of the lists of which friends can learn
        ("uses_friends", "u1"),
        ("uses_homes", "u1"),
        ("uses_traits", "u1"),
    ]
)


class Program(NamedTuple):
    """The regime as arrays: C conducts, S schemes, K channels, G grades at most."""

    conducts: Any  # (C,) CONDUCT
    channels: Any  # (K,) CHANNEL
    schemes: Any  # (S,) SCHEME
    rules: Any  # (S, C) RULE
    settings: Any  # (1,) SETTINGS
    copies: Any  # COPY, by origin
    joints: Any  # JOINT, by list
    dimensions: Any  # DIMENSION
    terms: Any  # TERM
    copy_first: NDArray[np.int64]  # (S + 1,)
    joint_first: NDArray[np.int64]  # (S + 1,)
    ruled_first: NDArray[np.int64]  # (C + 1,) schemes with a rule for a conduct
    ruled: NDArray[np.int64]
    felt_first: NDArray[np.int64]  # (C + 1,) schemes with feedback on a conduct
    felt: NDArray[np.int64]
    later: NDArray[np.int64]  # points of repeated records
    channel_edge: NDArray[np.float64]  # (2, C, K) by group: cumulated share of candidates
    channel_code: NDArray[np.int64]  # (C, K)
    floors: NDArray[np.int64]  # (S, G) in units of the kind
    grade_mask: NDArray[np.uint64]  # (S, G)
    bit_measure: NDArray[np.int64]  # (64,) row of the monthly table
    bit_harm: NDArray[np.float64]  # (64,) harm of a sanction in monthly incomes
