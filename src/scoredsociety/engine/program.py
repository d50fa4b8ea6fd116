"""A regime as flat tables: what the kernels read, and nothing that knows a scheme by name."""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LAYERS = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Edges of the layers of candidates, as multiples of a person's own base rate."""
MAX_GRADES = 8
WHO = {"everyone": 0, "drivers": 1, "dog-owners": 2, "business-owners": 3}
REWARD_BIT = 32
PLAIN = ("adults", "sanctioned", "rewarded", "refused:FLY", "refused:RAIL")
"""The first rows of every monthly table."""
ADULTS, SANCTIONED, REWARDED, REFUSED_FLY, REFUSED_RAIL = range(5)


def identity(name: str) -> int:
    """Return the stable 32-bit identity of a name in the random streams."""
    return zlib.crc32(name.encode())


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
        ("certainty_cap", "f8"),
        ("shock_factor", "f8"),
        ("calm", "f8"),  # highest multiple of the base rate without a shock
        ("excused", "f8"),
        ("excused_after_shock", "f8"),
        ("innocent_majority", "f8"),  # false records a month
        ("innocent_minority", "f8"),
        ("innocent_channel", "i4"),
        ("layers", "i4"),
        ("who", "u1"),
        ("deed", "u1"),
    ]
)
CHANNEL = np.dtype(
    [("wrong_majority", "f8"), ("wrong_minority", "f8"), ("human_review", "f8"), ("capacity", "f8")]
)  # capacity 0: no limit
SCHEME = np.dtype(
    [
        ("salt", "u8"),
        ("listed_mask", "u8"),
        ("aware_inside", "f8"),
        ("aware_outside", "f8"),
        ("notice", "f8"),
        ("files", "f8"),  # chance that one who was told files within the window
        ("review_rightful", "f8"),
        ("review_wrongful", "f8"),
        ("exempt", "f8"),
        ("late", "f8"),
        ("exit", "f8"),
        ("income_exponent", "f8"),
        ("start", "i4"),
        ("grades", "i4"),
        ("hold", "i4"),  # grade position of ``at_most``
        ("expiry", "i4"),  # months; 0: never
        ("term", "i4"),  # months; 0: none
        # rows of the monthly table; -1: none
        ("m_listed", "i4"),
        ("m_entries", "i4"),
        ("m_ever", "i4"),
        ("m_in", "i4"),
        ("m_out", "i4"),
        ("m_records", "i4"),
        ("m_stopped", "i4"),
        ("m_grade", "i4"),  # of the best grade; the others follow
        ("is_list", "u1"),
        ("pilot_only", "u1"),
    ]
)
RULE = np.dtype(
    [
        ("theta_listed", "f8"),
        ("theta_below", "f8"),
        ("counts_to", "i4"),  # entries in force that count
        ("below", "i4"),  # the feedback acts on grades worse than this position
        ("points", "i4"),
        ("applies", "u1"),
        ("holds", "u1"),
    ]
)
SETTINGS = np.dtype(
    [
        ("common", "f8"),  # sqrt(rho)
        ("special", "f8"),  # sqrt(1 - rho)
        ("elasticity", "f8"),
        ("prior_acts", "f8"),
        ("deed_boost", "f8"),
        ("shock_monthly", "f8"),
        ("flight_attempts", "f8"),
        ("rail_attempts", "f8"),
        ("income_loss", "f8"),
        ("median_income", "f8"),
        ("aware_in", "f8"),
        ("aware_out", "f8"),
        ("flight_mask", "u8"),
        ("rail_mask", "u8"),
        ("income_mask", "u8"),
        ("shock_months", "i4"),
    ]
)


class Program(NamedTuple):
    """The regime as arrays: C conducts, S schemes, K channels, G grades at most."""

    conducts: Any  # (C,) CONDUCT
    channels: Any  # (K,) CHANNEL
    schemes: Any  # (S,) SCHEME
    rules: Any  # (S, C) RULE
    settings: Any  # (1,) SETTINGS
    channel_edge: NDArray[np.float64]  # (C, K) cumulated share of recorded acts
    channel_code: NDArray[np.int64]  # (C, K)
    prior: NDArray[np.float64]  # (C, 2**S) expected chance by the set of schemes one is aware of
    floors: NDArray[np.int64]  # (S, G)
    grade_mask: NDArray[np.uint64]  # (S, G)
    copied: NDArray[np.int64]  # (S, S) points of a memorandum
    bit_measure: NDArray[np.int64]  # (64,) row of the monthly table
