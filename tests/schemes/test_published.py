"""Published figures stand in the catalogue as published, and remembered ones as assumed.

The two tables are written by hand from the collection of facts, row by row, not from the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from scoredsociety.schemes import list_regimes, list_schemes, load_scheme, load_world, resolve
from scoredsociety.schemes.library import root
from scoredsociety.schemes.model import Scheme
from scoredsociety.schemes.reader import read

FIGURES = """
# scheme | date | value | source | confidence | words of the figure
rongcheng-points | 2015 | 590000 | xinhua-2015 | M | Natural persons on file
rongcheng-points | 2015 | 30000 | xinhua-2015 | M | legal persons on file
rongcheng-points | 2015 | 33000 | xinhua-2015 | M | Records of reward
rongcheng-points | 2015 | 260000 | xinhua-2015 | M | Records of untrustworthiness
rongcheng-points | 2015 | 0.42 | xinhua-2015 | derived | Negative records for each subject
rongcheng-points | 2015 | 7.9 | xinhua-2015 | derived | Negative records for each positive
rongcheng-points | 2015 | 20 | xinhua-2015 | M | adds for good conduct
rongcheng-points | 2015 | 107 | xinhua-2015 | M | adds for bad conduct
rongcheng-points | 2019 | 200 | reuters-2019 | M | Ways to gain or lose points
rongcheng-points | 2019 | 899 | dazhong-2019 | M | Villages inside
rongcheng-points | - | 4 | rongcheng-rewards | H | Grades
rongcheng-points | - | 6 | rongcheng-rewards | H | Bands
rongcheng-points | - | -20 | rongcheng-standards | H | Contract not performed
rongcheng-points | - | -20 | rongcheng-standards | H | private lending
rongcheng-points | - | -20 | rongcheng-standards | H | guarantee
rongcheng-points | - | -5 | rongcheng-standards | H | in business, least
rongcheng-points | - | -50 | rongcheng-standards | H | in business, most
rongcheng-points | - | -50 | rongcheng-standards | H | finding of a court
rongcheng-points | - | -50 | rongcheng-standards | H | heating
rongcheng-points | 2018 | 2 | economic-daily-2018 | M | clean-up
rongcheng-points | 2018 | 300 | economic-daily-2018 | M | heating rebate
rongcheng-points | 2019 | 2 | reuters-2019 | L | Eight hours
rongcheng-points | 2019 | 30 | reuters-2019 | L | television
rongcheng-points | 2019 | 10 | reuters-2019 | L | son in the army
rongcheng-points | 2019 | 200 | dazhong-2019 | M | star of credit
rongcheng-points | 2019 | 101 | dazhong-2019 | M | Households
suining-points | 2010 | 1000 | china-daily-2010 | H | Full score
suining-points | 2010 | -10 | china-daily-2010 | H | Smallest loss
suining-points | 2010 | -50 | china-daily-2010 | H | Largest loss
suining-points | 2010 | 100 | china-daily-2010 | H | national award
suining-points | 2010 | -420 | china-daily-2010 | H | 14 unpaid loans
suining-points | 2010 | 3000 | china-daily-2010 | H | published with name
suining-points | 2010-03-15 | 812 | global-voices-2010 | M | first list
suining-points | 2010 | 800000 | global-voices-2010 | M | Cost
suqian-points | 2019 | 1000 | economist-2019 | M | Starting points
suqian-points | 2019 | 8 | economist-2019 | M | Grades
hangzhou-score | 2018-11-16 | 5 | zhejiang-2018 | H | Bands
hangzhou-score | 2018-11-16 | 5 | zhejiang-2018 | H | Parts
hangzhou-score | 2018-11-16 | 600 | zhejiang-2018 | H | lowest usual
hangzhou-score | 2018-11-16 | 750 | zhejiang-2018 | H | highest usual
hangzhou-score | 2018-07 | 140000 | dfux-2018 | M | activated
hangzhou-score | 2018-07 | 1170000 | dfux-2018 | M | Look-ups
fuzhou-score | 2018-06 | 500 | fuzhou-encyclopaedia | M | Points of the base
fuzhou-score | 2018-06 | 500 | fuzhou-encyclopaedia | M | Additional
fuzhou-score | 2018-06 | 6 | fuzhou-encyclopaedia | M | Bands
fuzhou-score | 2018-06 | 697 | yongkang-2018 | M | cheaper transport
fuzhou-score | 2018-06 | 0.2 | yongkang-2018 | M | above that score
fuzhou-score | 2018-06 | 0.1 | yongkang-2018 | M | everybody
fuzhou-score | 2018-02 | 212000000 | fuzhou-daily-2018 | M | Records
xiamen-score | 2018-07 | 5 | xiamen-news-2018 | M | Levels
xiamen-score | 2018-07 | 5 | xiamen-news-2018 | M | Indicators
suzhou-score | 2019-06-21 | 24 | bloomberg-2019 | M | Measures
restaurant-grades | 2017-01-03 | 3 | npr-2017 | H | Levels
restaurant-grades | 2017-01-03 | 2000 | npr-2017 | H | lower end
restaurant-grades | 2017-01-03 | 3000 | npr-2017 | H | upper end
restaurant-grades | 2017-01-03 | 24 | npr-2017 | H | Time
restaurant-grades | 2018 | 0.72 | kostka-2019 | H | purchases
jinan-dogs | 2018-10 | 12 | beijing-youth-2018 | M | Points at the start
jinan-dogs | 2018-10 | -3 | beijing-youth-2018 | M | First offence
jinan-dogs | 2018-10 | -6 | beijing-youth-2018 | M | Second offence
jinan-dogs | 2018-10 | 200 | beijing-youth-2018 | M | least
jinan-dogs | 2018-10 | 500 | beijing-youth-2018 | M | most
jinan-dogs | 2018-10 | 24 | beijing-youth-2018 | M | Window
jinan-dogs | 2018 | 100000 | daily-mail-2018 | M | Registered dogs
jinan-dogs | 2017 | 0.65 | china-daily-dogs-2018 | M | Fall of complaints
jinan-dogs | 2017 | 0.43 | china-daily-dogs-2018 | M | off the leash
volunteer-redlist | 2021 | 154 | engelmann-2021 | H | Redlists
volunteer-redlist | 2021 | 273 | engelmann-2021 | H | Blacklists
court-list | 2014-03-10 | 87079 | global-times-2019 | M | published on the list
court-list | 2014-07-23 | 203000 | youth-daily-2014 | H | published on the list
court-list | 2014-08-03 | 108000 | youth-daily-2014 | H | Plane tickets refused
court-list | 2014-08-03 | 12389 | youth-daily-2014 | H | people behind
court-list | 2016-08 | 4700000 | xinhua-2016 | M | Plane tickets
court-list | 2016-08 | 1550000 | xinhua-2016 | M | Train tickets
court-list | 2016-08 | 66954 | xinhua-2016 | M | company posts
court-list | 2017-02-14 | 6730000 | china-daily-2017 | M | published on the list
court-list | 2017-02-14 | 550000 | china-daily-2017 | M | applications refused
court-list | 2017-12 | 9590000 | china-daily-2018 | M | published on the list
court-list | 2017-12 | 9360000 | china-daily-2018 | M | Plane tickets
court-list | 2017-12 | 3670000 | china-daily-2018 | M | Train tickets
court-list | 2018-12 | 13000000 | shanghai-daily-2019 | M | published on the list
court-list | 2018-12 | 17460000 | shanghai-daily-2019 | M | Plane tickets
court-list | 2019-03-13 | 13300000 | global-times-2019 | M | published on the list
court-list | 2019-03-13 | 19800000 | global-times-2019 | M | Plane tickets
court-list | 2019-03 | 20470000 | the-paper-2019 | M | Plane tickets
court-list | 2019-03 | 5710000 | the-paper-2019 | M | Train tickets
court-list | 2019-03 | 3900000 | the-paper-2019 | M | Performed
court-list | 2019-06 | 14430000 | yu-2019 | M | published on the list
court-list | 2019-07-09 | 27300000 | shanghai-daily-2019 | M | Plane tickets
court-list | 2020 | 5700000 | ft-2023 | M | at that time
court-list | 2016-09 | 37 | xinhua-2016 | M | Measures
court-list | 2016 | 44 | xinhua-2016 | M | Bodies
court-list | 2016-09 | 0.3724 | portrait-2016 | M | Junior college
court-list | 2016-09 | 0.35 | portrait-2016 | M | aged 40 to 49
court-list | 2020 | 15780000 | qichacha-2020 | M | Individuals
court-list | 2018-05 | 0.51 | ncpci-2018 | derived | Exits for each
court-list | 2014-08-03 | 8.7 | youth-daily-2014 | derived | Refusals for each
court-list | 2019-03 | 0.29 | the-paper-2019 | derived | had performed
passenger-list | 2018-06-01 | 169 | global-times-january-2019 | M | first list
passenger-list | 2019-01 | 5028 | global-times-january-2019 | M | from planes
passenger-list | 2019-01 | 1747 | global-times-january-2019 | M | from trains
passenger-list | 2019-01-13 | 180 | global-times-january-2019 | M | Term for trains
service-refusal-list | 2018 | 17 | business-insider-2018 | M | military service
quality-list | 2018-05 | 8400000 | ncpci-2018 | M | all national lists
quality-list | 2018-05 | 248417 | ncpci-2018 | M | New entries
quality-list | 2018-05 | 126790 | ncpci-2018 | M | that left
sesame-score | 2019 | 400000000 | wired-2019 | M | Users
sesame-score | 2024 | 700000000 | wu-2024 | M | Users
sesame-score | - | 600 | sesame-guides | L | easy credit
sesame-score | - | 650 | sesame-guides | L | bicycles
sesame-score | 2017-06 | 700 | ecns-2017 | M | Luxembourg
sesame-score | 2017-06 | 750 | ecns-2017 | M | Japan
sesame-score | 2016-09 | 540000 | xinhua-2016 | M | restricted
sesame-score | 2016-09 | 35000 | xinhua-2016 | M | paid
sesame-score | 2016-09 | 0.065 | xinhua-2016 | derived | Share that paid
credit-bureau | - | 7 | azcourts | H | negative items stay in the United States
credit-bureau | - | 6 | uk-guides | M | United Kingdom
credit-bureau | - | 300 | azcourts | M | Lowest score
credit-bureau | - | 850 | azcourts | M | Highest score
credit-bureau | 2018 | -0.03 | bos-2018 | H | employment
platform-stars | 2015 | 4.6 | uber-2015 | M | in danger
platform-stars | 2015 | 0.02 | uber-2015 | M | lower end
platform-stars | 2015 | 0.03 | uber-2015 | M | upper end
platform-stars | 2010 | -0.08 | cabral-2010 | H | after the first bad rating
platform-stars | 2007 | 3.74 | filippas-2018 | M | Mean public rating
"""

INPUTS = """
# scheme | path | value | source | confidence
rongcheng-points | start.value | 1000 | wired-2019 | M
rongcheng-points | rules.loan-arrears.points | -10 | rongcheng-standards | H
rongcheng-points | rules.contract-breach.points | -50 | rongcheng-standards | H
rongcheng-points | rules.debt-judgment.points | -30 | rongcheng-standards | H
rongcheng-points | rules.fee-arrears.points | -20 | rongcheng-standards | H
rongcheng-points | rules.utility-theft.points | -60 | rongcheng-standards | H
rongcheng-points | rules.public-damage.points | -100 | rongcheng-standards | H
rongcheng-points | rules.illegal-fundraising.points | -40 | rongcheng-standards | H
rongcheng-points | rules.commercial-fraud.points | -30 | rongcheng-standards | H
rongcheng-points | rules.counterfeit-goods.points | -30 | rongcheng-standards | H
rongcheng-points | rules.traffic-violation.points | -5 | mistreanu-2018 | L
rongcheng-points | rules.drunk-driving.at_most | C | mistreanu-2018 | L
rongcheng-points | rules.hit-and-run.at_most | C | xinhua-2015 | M
rongcheng-points | rules.littering.points | -10 | dazhong-2019 | M
rongcheng-points | rules.heroic-act.points | 30 | mistreanu-2018 | L
suining-points | start.value | 1000 | china-daily-2010 | H
suqian-points | start.value | 1000 | economist-2019 | M
hangzhou-score | grades.bands.OUTSTANDING | 750 | zhejiang-2018 | H
hangzhou-score | grades.bands.EXCELLENT | 700 | zhejiang-2018 | H
hangzhou-score | grades.bands.GOOD | 600 | zhejiang-2018 | H
hangzhou-score | grades.bands.FAIR | 550 | zhejiang-2018 | H
fuzhou-score | grades.bands.B850 | 850 | fuzhou-encyclopaedia | M
fuzhou-score | grades.bands.B350 | 350 | fuzhou-encyclopaedia | M
fuzhou-score | features.dimensions.base.weight.value | 0.5 | fuzhou-encyclopaedia | derived
sesame-score | features.low.value | 350 | fintechnews-2015 | M
sesame-score | features.high.value | 950 | fintechnews-2015 | M
sesame-score | features.dimensions.history.weight.value | 0.35 | explainers | M
sesame-score | features.dimensions.capacity.weight.value | 0.25 | explainers | M
sesame-score | features.dimensions.behaviour.weight.value | 0.2 | explainers | M
sesame-score | features.dimensions.identity.weight.value | 0.15 | explainers | M
sesame-score | features.ties.value | 0.05 | explainers | M
sesame-score | grades.bands.EXCELLENT | 700 | explainers | M
sesame-score | grades.bands.POOR | 350 | explainers | M
sesame-score | subjects.coverage.value | 0.8 | kostka-2019 | H
jinan-dogs | start.value | 12 | beijing-youth-2018 | M
jinan-dogs | rules.unleashed-dog.points | -3 | beijing-youth-2018 | M
jinan-dogs | rules.unleashed-dog.escalates.0 | -6 | beijing-youth-2018 | M
jinan-dogs | rules.unlicensed-dog.points | -12 | beijing-youth-2018 | M
jinan-dogs | process.expiry_months.value | 24 | beijing-youth-2018 | M
court-list | process.window_days.value | 10 | business-insider-2018 | M
passenger-list | process.exit.term_months.value | 12 | global-times-january-2019 | M
credit-bureau | process.expiry_months.value | 84 | azcourts | H
platform-stars | grades.bands.GOOD | 4.6 | uber-2015 | M
restaurant-grades | organisations.look.value | 0.72 | kostka-2019 | H
department-record | exemptions.0.share | 1 | lagerkvist-2015 | L
"""

REMEMBERED = """
# scheme | path | value: remembered and unverified, so assumed wherever it stands
rongcheng-points | grades.bands.AAA | 1050
rongcheng-points | grades.bands.C | 600
suining-points | rules.drunk-driving.points | -50
suining-points | rules.debt-judgment.points | -50
suining-points | grades.bands.C | 600
suining-points | process.expiry_months.value | 24
suzhou-score | features.high.value | 200
court-list | calibrations.B.patch.1.to.value | 24
tencent-score | features.low.value | 300
tencent-score | features.high.value | 850
restaurant-grades | organisations.gain.value | 0.057
airline-record | organisations.count.value | 36
"""

NOWHERE: dict[str, list[float]] = {
    "suining-points": [-35],  # an unplanned birth
    "court-list": [12_770_000, 15, 3],  # end of 2018; days to correct and to remove
    "platform-stars": [0.99, 99],  # positive feedback on a platform for sales
    "credit-bureau": [1250, 999],  # a scale of the United Kingdom
    "sesame-score": [0.94, 94],  # share who changed their behaviour
}
"""Remembered values that are left out of a scheme's published figures altogether."""


def rows(table: str) -> list[list[str]]:
    lines = (line for line in table.strip().splitlines() if not line.startswith("#"))
    return [[cell.strip() for cell in line.split("|")] for line in lines]


@cache
def scheme(name: str) -> Scheme:
    return load_scheme(name)


def step(place: Any, key: str) -> Any:
    if isinstance(place, list):
        return place[int(key)] if key.isdigit() else next(r for r in place if r.conduct == key)
    return place[key] if isinstance(place, dict) else getattr(place, key)


def look(name: str, path: str) -> tuple[Any, Any, Any]:
    """Return what stands at a path, and the source and confidence of the block around it."""
    place: Any = scheme(name)
    source: Any = None
    confidence: Any = None
    for key in path.split("."):
        place = step(place, key)
        if isinstance(place, dict) and "confidence" in place:
            source, confidence = place.get("source"), place["confidence"]
        elif hasattr(place, "confidence"):
            source, confidence = place.source, place.confidence
    return place, source, confidence


def test_the_tables_are_long_enough() -> None:
    assert len(rows(FIGURES)) + len(rows(INPUTS)) >= 150
    assert len({tuple(row) for row in rows(FIGURES)}) == len(rows(FIGURES))
    quiet = {"airline-record", "department-record", "national-score", "public-record"}
    quiet |= {"rural-credit", "tencent-score", "tourist-list", "utility-theft-record"}
    told = {row[0] for row in rows(FIGURES)}
    assert told == set(list_schemes()) - quiet


@pytest.mark.parametrize("row", rows(FIGURES), ids=lambda row: f"{row[0]} {row[-1]} {row[1]}")
def test_a_published_figure_stands_with_its_source(row: list[str]) -> None:
    name, date, value, source, confidence, words = row
    found = [
        f
        for f in scheme(name).published
        if words in f.what and f.date == (None if date == "-" else date)
    ]
    told = [(f.value, f.source, f.confidence) for f in found]
    assert (float(value), source, confidence) in told, words
    assert source in scheme(name).sources


@pytest.mark.parametrize("row", rows(INPUTS), ids=lambda row: f"{row[0]} {row[1]}")
def test_a_published_input_stands_with_its_source(row: list[str]) -> None:
    name, path, value, source, confidence = row
    there = look(name, path)
    wanted: Any = value if value.isalpha() else pytest.approx(float(value))
    assert there == (wanted, source, confidence)


@pytest.mark.parametrize("row", rows(REMEMBERED), ids=lambda row: f"{row[0]} {row[1]}")
def test_a_remembered_value_is_assumed(row: list[str]) -> None:
    name, path, value = row
    there, source, confidence = look(name, path)
    assert there == pytest.approx(float(value))
    assert (source, confidence) == (None, "assumed")


def test_remembered_figures_are_not_published() -> None:
    for name, values in NOWHERE.items():
        told = {figure.value for figure in scheme(name).published}
        assert not told & set(values), name
    for name in list_schemes():
        for figure in scheme(name).published:
            assert figure.confidence != "assumed", (name, figure.what)


def blocks(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every block of a file that says its confidence."""
    if isinstance(value, dict):
        if "confidence" in value:
            yield path, value
        for key, inner in value.items():
            yield from blocks(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from blocks(inner, f"{path}.{i}")


def test_whatever_is_called_remembered_is_assumed() -> None:
    said = 0
    ledgers = {"claims", "figures"}  # tables of claims and measurements, not of inputs
    for path in sorted(p for p in root().rglob("*.yaml") if p.stem not in ledgers):
        for where, block in blocks(read(path).data):
            note = str(block.get("note", ""))
            if "remembered" in note or "not verified" in note:
                said += 1
                assert block["confidence"] == "assumed", (path.name, where)
    assert said >= 15


def test_every_scheme_takes_part_in_a_regime() -> None:
    used = {name for regime in list_regimes() for name in resolve(regime).schemes}
    assert used == set(list_schemes())
    assert set(resolve("everything").schemes) == set(list_schemes())
    assert len(resolve("everything").of_people()) <= 31


def test_the_rates_behind_small_lists_meet_the_published_counts() -> None:
    world = load_world()
    adults, months = 1.1e9, 7.5
    for conduct, people in (("flight-misconduct", 5028), ("train-misconduct", 1747)):
        entry = world.conducts[conduct]
        recorded = sum(share.value for share in entry.detection.values())
        assert entry.monthly.value * recorded * adults * months == pytest.approx(people, rel=0.05)
    refusal = world.conducts["service-refusal"]
    assert refusal.monthly.value * 12 * 37e6 == pytest.approx(17, rel=0.05)


def test_the_institutions_of_the_memorandum() -> None:
    world = load_world()
    assert len(world.institutions) == 45
    used = {code for body in world.institutions.values() for code in body.sanctions}
    assert used <= set(world.sanctions)
    assert not used & {"FREEZE", "SCHOOL"}
