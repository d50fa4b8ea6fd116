"""Answers in words, for the terminal and the page alike."""

from __future__ import annotations

from collections.abc import Sequence

from scoredsociety.audit import words
from scoredsociety.audit.intervals import ENOUGH
from scoredsociety.evidence.asking import Answer, Answers, Pair
from scoredsociety.evidence.companions import Companion
from scoredsociety.evidence.ledger import load_figures, load_ledger
from scoredsociety.evidence.numbers import Number
from scoredsociety.evidence.planning import Finding
from scoredsociety.evidence.verdicts import Verdict

PLAIN_UNITS = frozenset({"ratio", "AUC", "difference of AUC", "rank correlation", "correlation"})
"""Units that a number does not need to carry."""


def number(x: Number) -> str:
    """Say a number with its unit: shares as percentages, the rest as they are."""
    if x.value is None:
        return words.NO_EVIDENCE
    if x.unit == "share":
        return _percent(x.value)
    plain = words.number(x.value)
    return plain if x.unit in PLAIN_UNITS else f"{plain} {x.unit}"


def _percent(share: float) -> str:
    """Write a share as a percentage; exactly nothing is 0, not "under 0.1%"."""
    if share == 0:
        return "0, exactly"
    return f"{words.number(100 * share)}%"


def interval(x: Number) -> str:
    """Say a 95% interval; empty where there is none, or no width that could be seen."""
    if x.low is None or x.high is None:
        return ""
    scale = 100 if x.unit == "share" else 1
    low, high = words.number(scale * x.low), words.number(scale * x.high)
    if low == high:
        return ""
    return f"{low} to {high}{'%' if x.unit == 'share' else ''}"


def with_interval(x: Number) -> str:
    """Say a number and, in brackets, its interval."""
    found = interval(x)
    return f"{number(x)} ({found})" if found else number(x)


def sources(names: Sequence[str]) -> str:
    """Name source documents by their short labels."""
    documents = load_ledger().documents
    return ", ".join(documents[n].label for n in names)


def regime(finding: Finding) -> str:
    """Name the regime of a finding without its edits, and the metrics."""
    m = finding.measurement
    if not m.roles:
        return "published figures; arithmetic"
    return f"{m.roles['run'].regime}; {', '.join(m.metrics)}"


def verdict(answer: Answer) -> str:
    """Say a verdict with what it hangs on."""
    if answer.finding is None:
        return f"{Verdict.NOT_TESTABLE}: {answer.reason}"
    return verdict_of(answer.finding)


def verdict_of(finding: Finding) -> str:
    """Say the verdict of a finding, with what it depends on or survives."""
    found = notes(finding)
    return f"{finding.verdict}: {'; '.join(found)}" if found else str(finding.verdict)


def notes(finding: Finding) -> list[str]:
    """Say what a verdict turns on, what it survives, and what else it rests on."""
    out = []
    if finding.flips:
        out.append(f"turns on {', '.join(finding.flips)}")
    if finding.verdict is Verdict.OPEN:
        out.append(f"the interval reaches over the limit ({finding.measurement.meets})")
    if kept := [p for p in survived(finding) if p not in finding.flips]:
        out.append(f"survives both ends of {', '.join(kept)}")
    if finding.measurement.rests_on:
        out.append(f"rests on {', '.join(finding.measurement.rests_on)}, not tried")
    return out


def survived(finding: Finding) -> list[str]:
    """Return the assumptions at both ends of which the answer stays the same."""
    paths = dict.fromkeys(e.path for e in finding.ends)
    return [p for p in paths if all(e.holds is finding.holds for e in finding.ends if e.path == p)]


def beside(companions: Sequence[Companion]) -> str:
    """Say what must be read with a number."""
    return "; ".join(f"{c.what} {with_interval(c.number)} ({c.metric})" for c in companions)


def ends(finding: Finding, only: Sequence[str] | None = None) -> list[str]:
    """Say what each end of each assumption gave; of all assumptions, or only of some."""
    return [
        f"{e.path} = {words.number(e.at)}: {with_interval(e.number)}; the condition {e.holds}"
        for e in finding.ends
        if only is None or e.path in only
    ]


def at_length(answer: Answer) -> list[tuple[str, str]]:
    """Explain one claim: pairs of a heading and a text."""
    claim = answer.claim
    out = [
        (f"Claim {claim.id}", claim.claim),
        ("Source", f"{sources(claim.sources)} ({claim.kind})"),
    ]
    finding = answer.finding
    if finding is None:
        return [*out, ("Verdict", verdict(answer))]
    m = finding.measurement
    known = load_figures()
    out.append(("Put to the test as", m.asks))
    if m.roles:
        out += [(f"Run “{role}”", arm.label) for role, arm in m.roles.items()]
        if m.tables:
            out.append(("Simulated", "nothing: the declared tables answer"))
    for name in m.figures:
        f = known.figures[name]
        cited = known.sources[f.source].title if f.source else f"{f.confidence}; {f.note or ''}"
        out.append((f"Figure {name}", f"{f.what}: {words.number(f.value)} {f.unit}. {cited}"))
    out += [
        ("Metric", ", ".join(m.metrics)),
        ("Formula", m.formula),
        ("Gave", with_interval(finding.number)),
        ("Condition", f"{m.meets}: {finding.holds}"),
        ("Verdict", verdict(answer)),
    ]
    out += [("Tried at the ends", text) for text in ends(finding)]
    if finding.companions:
        out.append(("To be read with it", beside(finding.companions)))
    return out


def pair(p: Pair) -> list[tuple[str, str, str]]:
    """Say both sides of a contradiction: (what is said, by whom, what a run gives)."""
    c = p.contradiction
    out = []
    for side, finding in ((c.a, p.a), (c.b, p.b)):
        gave = c.no_observable or "nothing to count"
        if finding is not None:
            m = finding.measurement
            gave = f"{m.asks} {with_interval(finding.number)}: {verdict_of(finding)}"
            if finding.companions:
                gave += f". Beside it: {beside(finding.companions)}"
        out.append((side.says, sources(side.sources), gave))
    return out


def counted(answers: Answers) -> str:
    """Say how many claims have which verdict."""
    counts = answers.counts()
    parts = [f"{n} {v}" for v, n in counts.items() if n]
    return f"{len(answers.answers)} claims: {', '.join(parts)}"


def made(answers: Answers) -> str:
    """Say what was run."""
    s = answers.settings
    return (
        f"{answers.runs} different runs, each of {words.number(s['people'])} synthetic people × "
        f"{s['months']} months × {s['replicates']} societies, seed {s['seed']}. "
        + (
            "Intervals: 95%, luck between societies only"
            if s["replicates"] >= ENOUGH
            else "Too few societies for intervals: verdicts follow the means alone"
        )
    )
