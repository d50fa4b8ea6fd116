"""M16 and M25: what surveys of the simulated people find, and what they cannot see.

Both exist only for a survey: `scoredsociety survey` writes their figures, from the people of a run
who are in memory and nowhere else.
"""

from __future__ import annotations

from scoredsociety.audit.measures import Measure

M16 = Measure(
    "M16",
    "Approval",
    "How many approve of the schemes, in private and when asked?",
    "share",
    "share above the neutral category of an ordered response, private and reported; falsification "
    "gap: reported - private; differences between groups and their parts; approval of those under "
    "a sanction, rightly and wrongly",
    ("M1", "M5", "M25"),
    ("world.opinion.", "schemes."),
    asked=True,
)
M25 = Measure(
    "M25",
    "Survey",
    "What would a survey of these people report, and how wrong is it?",
    "share",
    "estimate of a stratified sample with quotas and weights, its design-based standard error, the "
    "range of 95 % of surveys; coverage error: frame - all adults; nonresponse; list experiment: "
    "difference of mean counts, with its power",
    ("M16",),
    ("world.opinion.",),
    asked=True,
)
