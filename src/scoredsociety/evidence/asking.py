"""The ledger answered: each claim with what was found, contradictions as pairs, units apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoredsociety.evidence.ledger import Claim, Contradiction, Ledger, load_ledger
from scoredsociety.evidence.measurements import MEASUREMENTS
from scoredsociety.evidence.planning import Finding, Plan, evaluate, plan_for
from scoredsociety.evidence.units import Unit, units_needed, units_table
from scoredsociety.evidence.verdicts import COMPUTED, Verdict
from scoredsociety.study.run import Progress, check_size


@dataclass(frozen=True)
class Answer:
    """A claim and what was found; without a finding, why there is nothing to observe."""

    claim: Claim
    verdict: Verdict
    finding: Finding | None = None

    @property
    def reason(self) -> str:
        """Why it cannot be tested here; empty if it was."""
        return self.claim.no_observable or ""


@dataclass(frozen=True)
class Pair:
    """A contradiction with the findings of its two sides."""

    contradiction: Contradiction
    a: Finding | None
    b: Finding | None


@dataclass(frozen=True)
class Answers:
    """The whole ledger, or a part of it, answered.

    Attributes
    ----------
    answers : tuple of Answer
        In the order of the ledger.
    pairs : tuple of Pair
        The contradictions.
    units : tuple of Unit
        Persons, entries, ever listed and refusals of the court list, apart.
    settings : mapping
        people, months, replicates, seed.
    runs : int
        How many different runs were made.
    """

    answers: tuple[Answer, ...]
    pairs: tuple[Pair, ...]
    units: tuple[Unit, ...]
    settings: Mapping[str, int]
    runs: int

    def counts(self) -> dict[Verdict, int]:
        """Count the claims by verdict."""
        return {v: sum(a.verdict is v for a in self.answers) for v in Verdict}

    def having(self, verdict: Verdict) -> list[Answer]:
        """Return the answers with one verdict, in the order of the ledger."""
        return [a for a in self.answers if a.verdict is verdict]

    @property
    def computed(self) -> int:
        """Claims whose verdict a number decided."""
        return sum(a.verdict in COMPUTED for a in self.answers)


def prepare(only: Sequence[int] | None = None) -> Plan:
    """Collect the measurements and runs that an answer needs; see :func:`claims`."""
    ledger = load_ledger()
    names = [c.measurement for c in chosen(ledger, only)]
    if only is None:
        names += [s.measurement for p in ledger.contradictions for s in (p.a, p.b)]
    used = [MEASUREMENTS[n] for n in dict.fromkeys(names) if n is not None]
    return plan_for(used, units_needed().values() if only is None else ())


def chosen(ledger: Ledger, only: Sequence[int] | None) -> list[Claim]:
    """Return the claims with these numbers, or all.

    Raises
    ------
    LookupError
        If the ledger has no such claim.
    """
    if only is None:
        return list(ledger.claims)
    known = {c.id: c for c in ledger.claims}
    for number in only:
        if number not in known:
            raise LookupError(f"claim {number} is not there: the ledger has 1 to {max(known)}")
    return [known[number] for number in only]


def claims(
    only: Sequence[int] | None = None,
    *,
    people: int = 20_000,
    months: int = 120,
    replicates: int = 4,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Answers:
    """Put the claims of the sources to the test: no verdict is typed in, each is computed.

    Parameters
    ----------
    only : sequence of int, optional
        Numbers of claims; all of them, with contradictions and units, if not given.
    people, months, replicates, seed
        As in :func:`scoredsociety.simulate`; every run is in memory.
    threads : int, optional
        Runs at a time; default: the processors of the machine. Changes no result.
    progress : Progress, optional
        A display.

    Returns
    -------
    Answers

    Raises
    ------
    LookupError
        If the ledger has no such claim.
    StudyError
        If a size makes no sense.

    Examples
    --------
    >>> answered = claims([71])
    >>> str(answered.answers[0].verdict), answered.runs
    ('contradicted', 0)
    """
    check_size(people, months, seed, replicates)
    ledger = load_ledger()
    wanted, plan = chosen(ledger, only), prepare(only)
    settings = {"people": people, "months": months, "replicates": replicates, "seed": seed}
    found = evaluate(plan, settings, threads=threads, progress=progress)
    answers = [_answer(c, found) for c in wanted]
    pairs: list[Pair] = []
    units: tuple[Unit, ...] = ()
    if only is None:
        for p in ledger.contradictions:
            sides = (found[s.measurement] if s.measurement else None for s in (p.a, p.b))
            pairs.append(Pair(p, *sides))
        units = units_table({k: plan.get(a) for k, a in units_needed().items()})
    return Answers(tuple(answers), tuple(pairs), units, settings, len(plan.arms))


def _answer(claim: Claim, found: Mapping[str, Finding]) -> Answer:
    if claim.measurement is None:
        return Answer(claim, Verdict.NOT_TESTABLE)
    finding = found[claim.measurement]
    return Answer(claim, finding.verdict, finding)
