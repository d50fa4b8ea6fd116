"""The last sections of a survey's page: errors, regressions, limits, assumptions, the command."""

from __future__ import annotations

import shlex

from scoredsociety.audit import words
from scoredsociety.report import survey_tables
from scoredsociety.report.asked import Answers, Found, beside, points, read_as, share_se
from scoredsociety.report.parts import Section

READINGS = ("sincere", "partly", "strongly")
"""What a survey is read as unless it is told otherwise."""
LIMITS = (
    "A survey reports what people say. Every reading gives the same answers, so that the answers "
    "cannot tell which reading holds; an experiment can, as far as people trust it.",
    "Approval is no measure of harm. Those under a sanction are few among those asked: their "
    "answers rest on a handful of people, and the total does not move with what they say.",
    "People approve here by a sum of effects. The signs of these are published, the sizes are "
    "assumed: a survey of them finds what was put in, with the error of a sample.",
    "Answers that are fitted to published shares agree with them by construction. So do some that "
    "are not, where the world's own numbers come from the same publication.",
    "Who answers and who stays away is assumed. If those who dislike schemes stay away, no weight "
    "by age, sex or region brings them back.",
    "Opinion is read off at the end of a run. Nobody changes conduct for it, nobody is persuaded "
    "by a neighbour, and no answer reaches those who run a scheme.",
    "Wording, order, interviewers and devices are not simulated.",
    "The people are synthetic. It is no survey of anybody, and it does not forecast one.",
)


def fewer(gap: float | None) -> str:
    """Say by how much fewer think so than say so."""
    if gap is None:
        return "how many say so is undefined"
    if gap < 0.0005:
        return "as many as say so"
    return f"{points(gap).removeprefix('+')} fewer than say so"


def endings(a: Answers) -> list[Section]:
    """Return the last sections of the page, in order."""
    out = [] if a.reason else [apart(a), *regression(a)]
    beside_ = (f"{beside(a.surveyed, brief=True)}.",)
    out.append(
        Section("limits", "Limits", f"There are {words.spelled(len(LIMITS))} things that such a "
                "survey cannot tell", text=beside_, points=LIMITS)
    )  # fmt: skip
    if count := len(a.asks.unpublished):
        out.append(
            Section("unpublished", "What is not published",
                    f"The publications leave {words.plural(float(count), 'thing')} out, so that "
                    f"nothing here can be held against {'it' if count == 1 else 'them'}",
                    text=beside_, points=a.asks.unpublished)
        )  # fmt: skip
    return [*out, assumptions(a), reproduce(a)]


def apart(a: Answers) -> Section:
    """Say what parts the estimate from what people think."""
    reading = a.strongest

    def size(what: str) -> float | None:
        return a.find("errors", reading.name, a.item, what).value

    hidden, outside = (
        size("falsification: said less thought"),
        size("coverage: frame less all adults"),
    )
    luck = size("sampling: standard error of one survey")
    head = (
        f"Read as {read_as(reading)}, {fewer(hidden)} approve privately; "
        f"one survey's standard error is {share_se(Found(se=luck))}"
    )
    return Section(
        "apart",
        "From the estimate to the truth",
        head,
        text=(
            f"The frame parts from all adults by {points(outside)} in what is said. The table "
            "counts in whole societies what no survey can: it goes from what a survey finds to "
            "what everybody in the frame thinks, and to those whom the frame leaves out.",
            beside(a.surveyed),
        ),
        tables=(survey_tables.errors(a),),
    )


def regression(a: Answers) -> list[Section]:
    """Print the regressions that a paper would, beside the effects that made the answers."""
    table = survey_tables.regression(a)
    if table is None:
        return []
    return [
        Section(
            "regression",
            "Regressions",
            f"{words.sentence(words.spelled(len(table.rows)))} parts of approval are estimated "
            "and held against the effects that made them",
            text=(
                "The private probit is the model's own form, and finds its effects. What is said "
                "mixes in concealment, unless nobody conceals; a logit has another unit, in which "
                "effects are about 1.7 times as large.",
                beside(a.surveyed),
            ),
            tables=(table,),
        )
    ]


def assumptions(a: Answers) -> Section:
    """Print the assumed numbers that the answers rest on."""
    count = len(a.surveyed.assumptions)
    return Section(
        "assumptions",
        "Assumptions",
        f"{words.plural(float(count), 'number')} that the answers rest on "
        f"{'is' if count == 1 else 'are'} assumed"
        if count
        else "This survey was made without a list of its assumptions: 0 are named",
        text=(
            "They have no published source. Change them in the file and ask again.",
            f"{beside(a.surveyed, brief=True)}.",
        ),
        tables=(survey_tables.assumptions(a),) if count else (),
    )


def command(a: Answers) -> tuple[str, list[str]]:
    """Return the shell command that makes a survey again, and what to say about it."""
    from scoredsociety.opinion.files import list_questionnaires
    from scoredsociety.schemes.catalogue import list_regimes, list_safeguards, list_schemes

    s = a.settings
    notes: list[str] = []

    def named(name: str, known: list[str], file: str, kind: str) -> str:
        if name in known:
            return name
        notes.append(f"{file} stands for your file of the {kind}, which is not in the catalogue.")
        return file

    regimes = [*list_regimes(), *list_schemes()]
    asked = named(a.asks.questionnaire, list(list_questionnaires()), "your-questionnaire.yaml",
                  "questionnaire")  # fmt: skip
    regime = named(str(s.get("regime")), regimes, "your-file.yaml", "regime")
    parts = ["scoredsociety", "survey", regime, "--questionnaire", asked]
    for safeguard in s.get("safeguards") or ():
        parts += ["--safeguard", named(str(safeguard), list(list_safeguards()),
                                       "your-safeguard.yaml", "safeguard")]  # fmt: skip
    for scheme, letter in (s.get("calibrations") or {}).items():
        parts += ["--calibration", f"{scheme}={letter}"]
    if tuple(r.name for r in a.surveyed.readings) != READINGS:
        for r in a.surveyed.readings:
            known = r.name in READINGS
            parts += ["--falsification", r.name if known else f"{r.falsification:g}"]
    if a.main.on != "reported":
        parts += ["--calibrate-on", a.main.on]
    for option, key in (("people", "people"), ("months", "month"), ("societies", "societies"),
                        ("replicates", "replicates"), ("seed", "seed")):  # fmt: skip
        if s.get(key) is not None:
            parts += [f"--{option}", str(s[key])]
    return shlex.join(parts), notes


def reproduce(a: Answers) -> Section:
    """Say how to make the same survey again."""
    line, notes = command(a)
    return Section(
        "reproduce",
        "How to reproduce",
        "One command makes these numbers again",
        text=(
            "The same command, seed and version give the same figures. survey.json beside this "
            "page holds every table, and there is a CSV for each.",
            *notes,
        ),
        code=(line,),
    )
