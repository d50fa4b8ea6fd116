"""Speech as counts: how much less of it there is, and who pays for it."""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.engine.result import Kind
from scoredsociety.evidence.arms import changed
from scoredsociety.evidence.measurement import Measurement, Varied
from scoredsociety.evidence.measurements.common import (
    CITY,
    FIRMS,
    FRAGMENTED,
    LAWFUL,
    PANOPTICON,
    TRAFFIC,
    fall,
)
from scoredsociety.evidence.numbers import Number, over_replicates
from scoredsociety.evidence.scene import Floats, Ran, Scene
from scoredsociety.evidence.verdicts import above, below, between

NATIONAL = "schemes.national-score"
BARE = PANOPTICON.without_schemes()
PAIRED = {"run": PANOPTICON, "base": BARE}
WATCHED = "world.parameters.assume_watched"
QUIET = changed(
    PANOPTICON,
    ("remove", f"{NATIONAL}.rules[conduct=lawful-critical|private-critical|petitioning]", None),
)
"""Only punishable speech costs points."""
SILENT = changed(QUIET, ("remove", f"{NATIONAL}.rules[conduct=rumour]", None))
"""No speech costs points."""
DEAF = changed(
    PANOPTICON, ("set", "world.conducts.lawful-critical.detection.administration.value", 0.002)
)
UNKNOWN = changed(PANOPTICON, ("set", f"{NATIONAL}.awareness.inside.value", 0.05))
UNWATCHED = changed(FRAGMENTED, ("set", f"{WATCHED}.value", 0.0)).without_schemes()
ALL_WATCHED = changed(PANOPTICON, ("set", f"{WATCHED}.value", 1.0))
HIDDEN = changed(PANOPTICON, ("set", "world.parameters.identifiability.value", 0.1))
TAGGED = changed(PANOPTICON, ("set", f"{NATIONAL}.rules[conduct=fee-arrears].political", True))


def chill(run: Ran, base: Ran) -> Floats:
    """Return the chilling index of lawful criticism, shape (R,)."""
    return fall(run, base, LAWFUL)


def chilled(s: Scene) -> Number:
    """Return the chilling index of a run against the same world without any scheme."""
    return over_replicates(chill(s.run, s.base))


def belief_over_ears(s: Scene) -> Number:
    """Return the chill lost with a tenth of the detection over that with a tenth of belief."""
    whole = chill(s.run, s.base)
    deaf = whole - chill(s.roles["deaf"], s.roles["deaf-base"])
    unknown = whole - chill(s.roles["unknown"], s.base)
    return over_replicates(ratio(deaf, unknown), "ratio")


def points_for_speech(s: Scene) -> Number:
    """Return the share of all points lost that lawful speech costs."""
    run = s.run
    m = run.data.manifest
    conducts = run.regime.world.conducts
    lawful = np.array([conducts[c].speech == "lawful" for c in m["conducts"]])
    code, shares = list(m["schemes"]).index("national-score"), []
    for result in run.data.replicates:
        x = result.ledger
        lost = x[(x["scheme"] == code) & (x["kind"] == Kind.RECORD) & (x["points"] < 0)]
        known = lost[lost["conduct"] < len(lawful)]
        weight = -known["points"].astype(np.float64)
        shares.append(weight[lawful[known["conduct"]]].sum() / max(weight.sum(), 1.0))
    return over_replicates(shares)


def acts_moved(s: Scene) -> Number:
    """Return by how much any conduct differs when a rule is tagged as political."""
    moved = np.zeros(s.run.replicates)
    for name in s.run.data.manifest["conducts"]:
        moved += np.abs(s.run.acts(name) - s.base.acts(name))
    return over_replicates(moved, "acts")


SPEECH = (
    Measurement(
        "chill-of-opinion", "Where opinions are scored, is less lawful criticism said?",
        ("M12", "M13"), "1 - lawful critical acts / the same without any scheme", chilled,
        above(0.01), "above 0.01", PAIRED,
        varied=(Varied("world.parameters.chill"), Varied(f"{NATIONAL}.awareness.inside")),
    ),
    Measurement(
        "belief-chills", "Does silence follow from what is recorded rather than from belief?",
        ("M12", "M13"), "chill lost with a tenth of the records / with a tenth of those who know",
        belief_over_ears, above(0.5), "above half",
        {**PAIRED, "deaf": DEAF, "deaf-base": DEAF.without_schemes(), "unknown": UNKNOWN},
    ),
    Measurement(
        "speech-costs", "Does lawful speech cost more than one point lost in a hundred?", ("M8",),
        "points lost for lawful speech / all points lost", points_for_speech, above(0.01),
        "above 0.01", {"run": PANOPTICON},
        varied=(Varied("world.conducts.lawful-critical.detection.administration", 0.0005, 0.1),),
    ),
    Measurement(
        "third-input", "Does scoring opinions leave offences on the road as they were?",
        ("M13", "M12"), "fall of traffic offences with opinions scored less without, in points",
        lambda s: over_replicates(100 * (fall(s.run, s.base, TRAFFIC)
                                         - fall(s.roles["silent"], s.base, TRAFFIC)), "points"),
        between(-1, 1), "from -1 to 1 point", {**PAIRED, "silent": SILENT},
    ),
    Measurement(
        "two-readings", "Can firms be brought to comply where nobody's speech is scored?",
        ("M21",), "rise of the complying share of restaurants, no person scored",
        lambda s: over_replicates(
            s.run.cell("M21", "restaurant-grades", "rise of the compliant share")),
        above(0.1), "above 0.1", {"run": FIRMS},
    ),
    Measurement(
        "vague-laws", "Do vague rules silence lawful speech that they do not name?",
        ("M12", "M13"), "1 - lawful critical acts / without schemes, only rumours cost points",
        chilled, above(0), "above 0", {"run": CITY, "base": CITY.without_schemes()},
        varied=(Varied("world.parameters.vagueness"),),
    ),
    Measurement(
        "lawful-falls-too", "If false news alone costs points, does lawful speech stay whole?",
        ("M12", "M13"), "chill of lawful criticism where only punishable speech costs points",
        chilled, between(-0.0005, 0.0005), "0, to 0.0005", {"run": QUIET, "base": BARE},
        varied=(Varied("world.parameters.vagueness"),),
    ),
    Measurement(
        "watched-anyway", "Is less said before any scheme, by those who think all is seen?",
        ("M12",), "1 - lawful critical acts / if nobody thought so, no scheme at all", chilled,
        above(0.005), "above 0.005",
        {"run": FRAGMENTED.without_schemes(), "base": UNWATCHED}, varied=(Varied(WATCHED),),
    ),
    Measurement(
        "already-watched", "Where everybody thinks all is seen, does scoring silence nobody more?",
        ("M12", "M13"), "chill against no scheme, all assuming to be watched", chilled,
        between(-0.001, 0.001), "0, to 0.001",
        {"run": ALL_WATCHED, "base": ALL_WATCHED.without_schemes()},
    ),
    Measurement(
        "chill-where-scored", "Is the chill of 2018 below a quarter of the panopticon's?",
        ("M12", "M13"), "chill in the regime of 2018 / in the panopticon",
        lambda s: over_replicates(
            ratio(chill(s.run, s.base), chill(s.roles["other"], s.roles["other-base"])), "ratio"),
        below(0.25), "below a quarter",
        {"run": FRAGMENTED, "base": FRAGMENTED.without_schemes(), "other": PANOPTICON,
         "other-base": BARE},
    ),
    Measurement(
        "identifiability", "Does hiding who speaks take away most of the chill?", ("M12", "M13"),
        "chill with one act in ten traceable / with all",
        lambda s: over_replicates(
            ratio(chill(s.run, s.base), chill(s.roles["named"], s.roles["named-base"])), "ratio"),
        below(0.5), "below half",
        {"run": HIDDEN, "base": HIDDEN.without_schemes(), "named": PANOPTICON,
         "named-base": BARE},
    ),
    Measurement(
        "political-tag", "Does nothing in conduct move when a rule is used politically?",
        ("M13", "M8"), "acts that differ when a rule carries the tag", acts_moved, between(0, 0),
        "0", {"run": TAGGED, "base": PANOPTICON},
    ),
)  # fmt: skip
"""Measurements on speech."""
