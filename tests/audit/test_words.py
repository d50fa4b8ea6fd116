"""How numbers are said."""

from __future__ import annotations

import math

import pytest

from scoredsociety.audit import words


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (None, "not enough evidence"),
        (math.nan, "not enough evidence"),
        (0.0, "fewer than 1 adult in 1,000"),
        (0.00099, "fewer than 1 adult in 1,000"),
        (0.001, "one adult in 1,000"),
        (1 / 118, "one adult in 120"),
        (1 / 7, "one adult in 7"),
        (0.34, "34 adults in 100"),
        (0.9967, "996 adults in 1,000"),
        (0.999, "999 adults in 1,000"),
        (0.9991, "more than 999 adults in 1,000"),
        (1.0, "all adults"),
    ],
)
def test_a_share_is_said_as_people(share, said):
    assert words.one_in(share) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (None, "not enough evidence"),
        (0.0, "under 0.1%"),
        (0.0004, "under 0.1%"),
        (0.0123, "1.2%"),
        (0.5, "50%"),
        (0.9996, "over 99.9%"),
        (1.0, "100%"),
        (-0.02, "−2%"),
        (-0.0001, "between −0.1% and nought"),
    ],
)
def test_a_percentage_is_never_nought(share, said):
    assert words.percent(share) == said


@pytest.mark.parametrize(
    ("rate", "base", "said"),
    [
        (0.0, 1000, "fewer than 1 in 1,000"),
        (0.0004, 1000, "fewer than 1 in 1,000"),
        (0.0066, 1000, "6.6 in 1,000"),
        (0.007, 1000, "7 in 1,000"),
        (0.0142, 1000, "14 in 1,000"),
        (0.9999, 1000, "more than 999 in 1,000"),
        (1.0, 1000, "1,000 in 1,000"),
        (0.2, 100, "20 in 100"),
        (None, 100, "not enough evidence"),
    ],
)
def test_a_rate_is_a_count_out_of_a_round_number(rate, base, said):
    assert words.per(rate, base) == said


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (None, "not enough evidence"),
        (0.0, "no difference"),
        (0.0001, "up less than 0.1 percentage points"),
        (0.01, "up 1 percentage point"),
        (-0.01, "down 1 percentage point"),
        (-0.153, "down 15.3 percentage points"),
    ],
)
def test_a_difference_is_in_percentage_points(difference, said):
    assert words.percentage_points(difference) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "not enough evidence"),
        (math.inf, "not enough evidence"),
        (0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (1234567.8, "1,234,568"),
        (-3, "−3"),
        (0.01234, "0.0123"),
        (12.345, "12.3"),
    ],
)
def test_plain_numbers(value, said):
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (None, None, "share", "too few replicates for an interval"),
        (math.nan, math.nan, "persons", "too few replicates for an interval"),
        (4.0, None, "months", "4 to beyond the run"),
        (-2.0, 5.0, "ratio", "0 to 5"),
        (-2.0, 5.0, "persons", "0 to 5"),
        (-0.01, 0.2, "share", "under 0.1% to 20%"),
        (0.9, 1.2, "share", "90% to 100%"),
        (0.0, 0.0001, "share", "under 0.1%"),
        (-1.0, 0.05, "per 1,000 adults", "fewer than 1 in 10,000"),
        (-3.0, 2.0, "per 1,000 adults", "0 to 2"),
        (-0.01, 0.02, "points", "−1.0 to +2.0 percentage points"),
        (-0.0001, 0.0002, "points", "less than 0.1 percentage points either way"),
    ],
)
def test_intervals_are_cut_at_what_is_possible(low, high, unit, said):
    assert words.interval_in(low, high, unit) == said


def test_changes_are_not_cut():
    assert words.interval_in(-0.03, 0.02, "share, signed") == "−3% to 2%"
    assert words.interval_in(-0.5, 0.5, "mi per person-year") == "−0.5 to 0.5"
    assert words.interval_in(-0.03, 0.02, "share", signed=True) == "−3% to 2%"
    assert words.interval_in(-3.0, 2.0, "months", signed=True) == "−3 to 2"


def test_verbs_agree():
    assert words.are(words.one_in(0.01)) == words.are(words.one_in(0.0)) == "is"
    assert words.are(words.one_in(0.5)) == words.are(words.one_in(1.0)) == "are"


def test_intervals_and_counts():
    assert words.interval(4.1, 6.25, 1) == "4.1 to 6.2"
    assert words.interval(None, 2.0) == words.NO_EVIDENCE
    assert words.percent_interval(0.012, 0.045) == "1.2% to 4.5%"
    assert words.percent_interval(-0.03, 0.0) == "−3% to under 0.1%"
    assert words.percent_interval(-0.0004, 0.02) == "−0.0400% to 2%"
    assert words.percent_interval(None, 0.02) == words.NO_EVIDENCE
    assert words.large(38_555_000) == "38.6 million"
    assert words.large(1_100_000_000) == "1,100 million"
    assert words.large(12_345) == "12,300"
    assert words.large(None) == words.NO_EVIDENCE
    assert words.spelled(9) == "nine"
    assert words.spelled(14) == "14"
    assert words.people(0) == "nobody"
    assert words.people(1) == "1 person"
    assert words.people(14) == "14 people"
    assert words.people(None) == words.NO_EVIDENCE
    assert words.plural(1, "entry", "entries") == "1 entry"
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.listing([]) == ""
    assert words.sentence("one adult in 7") == "One adult in 7"
