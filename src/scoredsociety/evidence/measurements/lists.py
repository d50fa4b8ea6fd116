"""The court list: whom it holds, how people get in and out, and what follows."""

from __future__ import annotations

import math

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.engine.result import Flag, Truth
from scoredsociety.evidence.arms import Arm, changed
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.measurements.common import COURT, DYSTOPIA
from scoredsociety.evidence.numbers import Number, exact, over_replicates
from scoredsociety.evidence.scene import Floats, Ran, Scene
from scoredsociety.evidence.verdicts import above, below, between

MONTH = 50
"""Months from the start of the list, in October 2013, to the published counts of 2017."""
EXIT = "schemes.court-list.process.exit.monthly"
FLIGHTS = "world.parameters.flight_attempts"
THETA = "schemes.court-list.feedback[conduct=court-default].theta"
ALONE = {"run": COURT}
UNSEEN = changed(
    COURT,
    ("remove", "schemes.court-list.disclosure.namesakes", None),
    ("set", "schemes.court-list.disclosure.level", 0),
)
WITH_NOTICE = {"run": Arm("court-list", ("notice",))}
WITHOUT_NOTICE = {"run": Arm("court-list", ("no-notice",))}


def persons(s: Scene, key: str) -> Number:
    """Return a stock at month 50, in millions of the nation."""
    return over_replicates(s.run.millions(s.run.month(key, MONTH), MONTH), "million persons")


def refusals(s: Scene, code: str) -> Number:
    """Return the refusals until month 50, in millions of the nation."""
    booked, adults = s.run.monthly(f"refused:{code}"), s.run.monthly("adults")
    scaled = booked / adults * s.run.nation / 1e6
    return over_replicates(scaled[:, :MONTH].sum(axis=1), "million refusals")


def listed_share(s: Scene) -> Number:
    """Return the share of adults on the list at month 50."""
    return over_replicates(
        ratio(s.run.month("listed:court-list", MONTH), s.run.month("adults", MONTH))
    )


def wrongful(run: Ran, *truths: Truth, entered: bool = True) -> Floats:
    """Count the entries with these truths, shape (R,)."""
    found = [run.rows("court-list", truth=t, entered=entered) for t in truths]
    return np.asarray(np.sum(found, axis=0), dtype=np.float64)


WRONG = (Truth.WRONG_PERSON, Truth.NO_EVENT, Truth.EXCUSED)


def stopped_wrongful(s: Scene) -> Number:
    """Return the share of wrongful records that an appeal in time stops before entry."""
    recorded = wrongful(s.run, *WRONG, entered=False)
    return over_replicates(1.0 - ratio(wrongful(s.run, *WRONG), recorded))


def wrongful_share(run: Ran) -> Floats:
    """Return the wrongful share of entries, shape (R,)."""
    return np.asarray(ratio(wrongful(run, *WRONG), run.rows("court-list")))


def months_to_half_found(s: Scene) -> Number:
    """Return the months until half of those not told have been refused at a counter."""
    p = s.run.regime.world.parameters
    attempt = 1.0 - (1.0 - p.flight_attempts.value) * (1.0 - p.rail_attempts.value)
    return exact(math.log(0.5) / math.log(1.0 - attempt), "months")


def median_by_income(s: Scene) -> Number:
    """Return the median time on the list in the poorest fifth over that in the richest."""
    poor, rich = (
        s.run.cell("M7", "court-list", "median months to recovery", f"income={name} fifth")
        for name in ("poorest", "richest")
    )
    return over_replicates(ratio(poor, rich), "ratio")


def frozen_share(s: Scene) -> Number:
    """Return the share of the lowest grade's monthly harm that comes from a frozen account."""
    regime = s.run.regime
    codes = {
        e.sanction
        for e in regime.schemes["national-score"].effects
        if e.sanction is not None and e.grade is not None and "E" in e.grade
    }
    harms = {c: regime.world.sanctions[c].harm.value * regime.world.sanctions[c].exposed.value
             for c in sorted(codes)}  # fmt: skip
    return exact(harms["FREEZE"] / sum(harms.values()))


LISTS = (
    Measurement(
        "jobs-closed", "Do the listed lose income because posts are closed to them?", ("M15", "M8"),
        "12 x monthly harm of the list in work, in median monthly incomes a year",
        lambda s: over_replicates(12 * s.run.cell("M8", "court-list", "monthly harm in work"),
                                  "mi a year"),
        above(0), "above 0", ALONE, varied=(Varied("world.sanctions.JOB.harm"),),
    ),
    Measurement(
        "loans-closed", "Are more than a million people refused loans through the list?", ("M1",),
        "persons under LOAN at month 50, nationwide", lambda s: persons(s, "sanction:LOAN"),
        above(1), "above 1 million", ALONE, varied=(Varied(EXIT),),
    ),
    Measurement(
        "travel-refused", "Is a banned person refused a flight at least once in a hundred months?",
        ("M4", "M1"), "flights refused / person-months under FLY",
        lambda s: over_replicates(ratio(s.run.total("refused:FLY"), s.run.total("sanction:FLY")),
                                  "refusals a month"),
        above(0.01), "above 0.01", ALONE, varied=(Varied(FLIGHTS),),
    ),
    Measurement(
        "account-frozen", "Is a frozen account most of the harm of those whom it befalls?",
        ("M15", "M8"), "harm of FREEZE / harm of all sanctions of the lowest grade, a month",
        frozen_share, above(0.5), "above half", {"run": DYSTOPIA},
        varied=(Varied("world.sanctions.FREEZE.harm", 0.1, 1.0),), tables=True,
    ),
    Measurement(
        "listed-share", "Does the list hold about 0.8 % of adults after 50 months?", ("M1",),
        "persons on the list / adults, month 50", listed_share, between(0.005, 0.011),
        "from 0.5 to 1.1 %", ALONE,
        varied=(Varied(EXIT), Varied("world.conducts.court-default.monthly")),
    ),
    Measurement(
        "flight-refusals", "Do refused flights of 50 months come within a third of 9.36 million?",
        ("M4",), "flights refused until month 50, nationwide",
        lambda s: refusals(s, "FLY"), between(6.24, 12.48), "from 6.24 to 12.48 million", ALONE,
        figures=("flights-refused",),
        varied=(Varied(FLIGHTS), Varied(EXIT)),
    ),
    Measurement(
        "nine-million", "Are nine million persons barred from flights after 50 months?",
        ("M1", "M4"), "persons under FLY at month 50, nationwide; nobody is there by a score",
        lambda s: persons(s, "sanction:FLY"), between(8.5, 9.5), "from 8.5 to 9.5 million", ALONE,
        figures=("flights-refused", "listings-2017"),
        varied=(Varied(EXIT),),
    ),
    Measurement(
        "rail-persons", "Are three million persons barred from fast trains after 50 months?",
        ("M1", "M4"), "persons under RAIL at month 50; published: 3.67 million tickets refused",
        lambda s: persons(s, "sanction:RAIL"), between(2.5, 3.5), "from 2.5 to 3.5 million",
        ALONE, figures=("trains-refused",), varied=(Varied(EXIT),),
    ),
    Measurement(
        "names-public", "Are more than a million names public?", ("M1", "M20"),
        "persons under SHAME at month 50, nationwide", lambda s: persons(s, "sanction:SHAME"),
        above(1), "above 1 million", ALONE, varied=(Varied(EXIT),),
    ),
    Measurement(
        "found-at-counter", "If nobody is told, do four in ten learn of their entry at a counter?",
        ("M22",), "entries discovered at a counter / entries, nobody told",
        lambda s: over_replicates(
            ratio(s.run.rows("court-list", flag=Flag.DISCOVERED), s.run.rows("court-list"))),
        above(0.4), "above 0.4", WITHOUT_NOTICE, varied=(Varied(FLIGHTS),),
    ),
    Measurement(
        "discovery-time", "Does half of those not told find out within two years?", ("M22",),
        "ln 0.5 / ln(1 - chance of a refused attempt in a month)", months_to_half_found,
        below(24), "below 24 months", WITHOUT_NOTICE, varied=(Varied(FLIGHTS),), tables=True,
    ),
    Measurement(
        "months-listed", "Is half of the listed off the list within three years?", ("M7",),
        "Kaplan-Meier median of episodes on the list",
        lambda s: over_replicates(
            s.run.cell("M7", "court-list", "median months to recovery"), "months"),
        below(36), "below 36 months", ALONE, varied=(Varied(EXIT),),
    ),
    Measurement(
        "liquidity", "Do the poorest stay on the list longer than the richest?", ("M7",),
        "median months of the poorest fifth / of the richest", median_by_income, above(1.1),
        "above 1.1", ALONE, varied=(Varied("schemes.court-list.process.exit.income_exponent"),),
    ),
    Measurement(
        "review-alone", "With independent review alone, does most of the wrong remain?",
        ("M5", "M22"), "wrongful share of entries with independent review / without",
        lambda s: over_replicates(
            ratio(wrongful_share(s.run), wrongful_share(s.base)), "ratio"),
        above(0.5), "above half",
        {"run": Arm("court-list", ("independent-review",)), "base": COURT},
        varied=(Varied("schemes.court-list.process.filing_days"),),
    ),
    Measurement(
        "unable-most-wrong", "Are those who could not pay most of the wrongful entries?", ("M5",),
        "entries of the unable / all wrongful entries",
        lambda s: over_replicates(
            ratio(wrongful(s.run, Truth.EXCUSED), wrongful(s.run, *WRONG))),
        above(0.5), "above half", ALONE, varied=(Varied("world.conducts.court-default.excused"),),
    ),
    Measurement(
        "spiral-starts", "Do entries bring further entries?", ("M6",),
        "share of entries that would not have happened without an earlier one",
        lambda s: over_replicates(s.run.cell("M6", "court-list", "share triggered")),
        above(0.01), "above 0.01", ALONE, varied=(Varied(THETA),),
    ),
    Measurement(
        "spiral-runs-away", "Does each entry bring at least one more, so that it feeds itself?",
        ("M6", "M7"), "spectral radius of entries brought by an entry; critical at 1",
        lambda s: over_replicates(s.run.cell("M6", "all lists", "type form"), "entries an entry"),
        above(1), "above 1", ALONE, varied=(Varied(THETA),),
    ),
    Measurement(
        "ten-days", "If everybody is told, do ten days stop most of the wrongful entries?",
        ("M22", "M5"), "wrongful records stopped before entry / wrongful records, everybody told",
        stopped_wrongful, above(0.5), "above half", WITH_NOTICE,
        varied=(Varied("schemes.court-list.process.filing_days"),),
    ),
    Measurement(
        "wrongful-with-notice", "If everybody is told, is less than a quarter of entries wrongful?",
        ("M5",), "wrongful share of entries, everybody told",
        lambda s: over_replicates(wrongful_share(s.run)), below(0.25), "below a quarter",
        WITH_NOTICE, varied=(Varied("world.conducts.court-default.excused"),),
    ),
    Measurement(
        "wrongful-without-notice", "If nobody is told, is less than a quarter wrongful?", ("M5",),
        "wrongful share of entries, nobody told", lambda s: over_replicates(wrongful_share(s.run)),
        below(0.25), "below a quarter", WITHOUT_NOTICE,
        varied=(Varied("world.conducts.court-default.excused"),),
    ),
    Measurement(
        "children-exposed", "Does one child in 200 have a parent whose entry closes schools?",
        ("M20",), "children exposed / children, at the horizon",
        lambda s: over_replicates(s.run.cell("M20", "children", "children exposed, share")),
        above(0.005), "above 0.005", ALONE, varied=(Varied(EXIT),),
    ),
    Measurement(
        "no-disclosure", "If nobody can see an entry, are no friends lost?", ("M20",),
        "friends lost by the listed over the run, nobody can see entries",
        lambda s: over_replicates(s.run.total("friends-lost"), "friends"), between(0, 0), "0",
        {"run": UNSEEN},
    ),
    Measurement(
        "namesakes", "Do people stand on screens because they share a listed person's name?",
        ("M5", "M20"), "entries of namesakes / entries",
        lambda s: over_replicates(
            ratio(s.run.rows("court-list", flag=Flag.NAMESAKE), s.run.rows("court-list"))),
        above(0), "above 0", ALONE,
        varied=(Varied("schemes.court-list.disclosure.namesakes"),),
    ),
)  # fmt: skip
"""Measurements on the court list."""
