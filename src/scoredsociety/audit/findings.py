"""The findings of an audit in sentences; whoever prints them decides how they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.audit.recovery import TAUS
from scoredsociety.audit.sample import GRADED, favours

if TYPE_CHECKING:
    from scoredsociety.audit.audit import Audit


@dataclass(frozen=True)
class Finding:
    """One sentence with its number.

    Attributes
    ----------
    text : str
        A sentence with a verb and a number.
    value_text, interval_text : str
        The figure, and its 95% interval over replicates (luck only).
    companions : tuple of str
        What must be read with it.
    """

    text: str
    value_text: str
    interval_text: str
    companions: tuple[str, ...] = ()


def cut_interval(low: float | None, high: float | None, unit: str) -> str:
    """Write the interval of what cannot be below 0, and say so where it is cut there."""
    text = words.interval_in(low, high, unit)
    if low is None or high is None or text == words.TOO_FEW:
        return text
    at = [name for name, is_cut in (("0", low < 0), ("1", unit == "share" and high > 1)) if is_cut]
    where = "0 and 100%" if len(at) > 1 else "100%" if at == ["1"] else "0"
    return f"{text} (cut at {where})" if at else text


def _per_1000(cell: tuple[float | None, ...]) -> tuple[float | None, ...]:
    return tuple(None if x is None else x / 1000.0 for x in cell[:3])


def _title(audit: Audit, scheme: str) -> str:
    schemes = audit.manifest["regime"]["schemes"]
    return str(schemes[scheme]["title"]) if scheme in schemes else scheme


def _listed(audit: Audit, scheme: str) -> Finding:
    months = int(audit.manifest["months"])
    share, low, high = _per_1000(audit.cell("M1", scheme, "rate"))
    persons = audit.cell("M1", scheme, "persons")[3]
    entries = audit.cell("M2", scheme, "entries")[3]
    ever = audit.cell("M3", scheme, "persons ever listed")[3]
    companions = [
        f"{words.sentence(words.large(entries))} entries are in force",
        f"{words.large(ever)} people were listed at some time",
    ]
    if "any" in audit.items("M4"):
        refused = audit.cell("M4", "any", "refusals")[3]
        companions.append(f"{words.large(refused)} tickets were refused")
    return Finding(
        f"Simulated: after {months} months {words.one_in(share)} {words.are(words.one_in(share))} "
        f"on the list ({_title(audit, scheme)}), which stands for {words.large(persons)} people.",
        words.percent(share),
        cut_interval(low, high, "share"),
        tuple(companions),
    )


def _nobody(audit: Audit, scheme: str) -> Finding:
    people = int(audit.manifest["people"]) * int(audit.manifest["replicates"])
    return Finding(
        f"Simulated: nobody is ever on the list ({_title(audit, scheme)}).",
        f"nobody of {words.number(people)}",
        words.TOO_FEW,
        ("a list so rare needs a larger sample",),
    )


def _wrongful(audit: Audit, item: str, unit: tuple[str, str]) -> Finding:
    share, low, high, _ = audit.cell("M5", item, "entry-weighted")
    parts = [
        f"{name}: {words.percent(audit.value('M5', item, f'entry-weighted, {name}'))}"
        for name in ("wrong person", "no event", "excused")
    ]
    steps = [
        f"{word} {words.percent(audit.value('M22', item, f'{step}, share of recorded'))}"
        for word, step in (("told", "notified"), ("filed in time", "filed"), ("heard", "heard"))
    ]
    return Finding(
        f"{words.sentence(words.one_in(share, *unit))} in {item} should not exist: "
        "the person did not do it, or could not help it.",
        words.percent(share),
        cut_interval(low, high, "share"),
        ("; ".join(parts), "; ".join(steps)),
    )


def _recovery(audit: Audit, item: str) -> Finding:
    median, low, high, _ = audit.cell("M7", item, "median months to recovery")
    naive = audit.value("M7", item, "naive mean of completed episodes")
    trap = []
    for tau in TAUS:
        share = audit.value("M7", item, f"trap probability, {tau} months")
        trap.append(
            f"{words.percent(share)} are listed, still or again, {tau} months after the first entry"
            if share is not None
            else f"the run is too short to follow anybody for {tau} months"
        )
    months = f"{words.number(naive)} months" if naive is not None else words.NO_EVIDENCE
    text = (
        f"Half of the people in {item} are free again after {words.plural(median, 'month')}."
        if median is not None
        else f"Fewer than half of the people in {item} are seen to get free."
    )
    return Finding(
        text,
        words.plural(median, "month") if median is not None else "not reached",
        cut_interval(low, high, "months"),
        (*trap, f"the naive mean of completed episodes, {months}, misleads"),
    )


def _false_spiral(audit: Audit, item: str) -> list[str]:
    """Say how much of what looks like a spiral is who is listed, and not what the list does."""
    naive, true, alone = (
        audit.value("M6", item, f"state dependence, {x}")
        for x in ("naive", "true", "selection alone")
    )
    if naive is None or true is None or alone is None:
        return []
    return [
        f"the listed are entered {words.number(naive)} times as often as others; "
        f"{words.number(true)} times through earlier entries, "
        f"{words.number(alone)} times through who they are"
    ]


def _harm(audit: Audit, item: str) -> list[Finding]:
    share, low, high, _ = audit.cell("M8", item, "cross-context share")
    if share is None:
        return []  # nobody ever bore it
    lenient = audit.value("M8", item, "cross-context share, finance always related")
    median, m_low, m_high, _ = audit.cell("M9", item, "median ratio")
    above = audit.value("M9", item, "share above 1")
    assumed = len(audit.rests_on("M8"))
    rests = f"rests on {assumed} assumed numbers; not a legal finding"
    times = f"{words.number(median)} times" if median is not None else "an undefined multiple of"
    return [
        Finding(
            f"{words.sentence(words.percent(share))} of the harm of {item} falls in parts of life "
            "unrelated to the conduct.",
            words.percent(share),
            cut_interval(low, high, "share"),
            (f"{words.percent(lenient)} if finance always counts as related", rests),
        ),
        Finding(
            f"The typical harm of {item} is {times} the declared harm of the act.",
            times if median is not None else words.NO_EVIDENCE,
            cut_interval(m_low, m_high, "ratio"),
            (f"{words.percent(above)} are above 1", rests),
        ),
    ]


def _grades(audit: Audit, scheme: str) -> Finding | None:
    """Say how many of the enrolled stand well in a scheme with grades."""
    m18 = audit.table("M18")
    quantities = (
        q
        for item, q in zip(m18["item"].to_pylist(), m18["quantity"].to_pylist(), strict=True)
        if item == scheme and q.endswith("or better") and q.startswith("share in")
    )
    quantity = next(quantities, None)
    if quantity is None:
        return None
    share, low, high, _ = audit.cell("M18", scheme, quantity)
    said = words.one_in(share, "enrolled adult")
    m17 = audit.table("M17")
    pairs = dict.fromkeys(zip(m17["item"].to_pylist(), m17["quantity"].to_pylist(), strict=True))
    companions = [
        f"{quantity}: {words.percent(audit.value('M17', item, quantity))} of adults"
        for item, quantity in pairs
        if quantity == "aware" or (item, quantity) == (scheme, "enrolled")
    ]
    return Finding(
        f"{words.sentence(said)} of {scheme} {words.are(said)} in grade "
        f"{quantity.split()[3]} or better.",
        words.percent(share),
        cut_interval(low, high, "share"),
        tuple(companions) or ("the enrolled only",),
    )


def findings(audit: Audit) -> list[Finding]:
    """Return what an audit found, the lists first.

    Parameters
    ----------
    audit : Audit

    Returns
    -------
    list of Finding
    """
    out = []
    regime = audit.manifest["regime"]
    kinds = {n: s["kind"] for n, s in regime["schemes"].items() if s["kind"] != "organisations"}
    lists = [n for n, kind in kinds.items() if kind == "list" and not favours(regime, n)]
    empty = [n for n in lists if not audit.value("M3", n, "persons ever listed")]
    lists = [n for n in lists if n not in empty]
    stores = [n for n, kind in kinds.items() if kind == "record"]
    scored = [n for n, kind in kinds.items() if kind in ("points", "features")]
    out += [_listed(audit, s) for s in lists]
    out += [_nobody(audit, s) for s in empty]
    out += [_wrongful(audit, s, ("entry", "entries")) for s in lists]
    out += [_wrongful(audit, s, ("record", "records")) for s in stores]
    out += [_wrongful(audit, f"{s}/records", ("record", "records")) for s in scored]
    out += [_recovery(audit, s) for s in lists]
    for s in lists:
        share, low, high, _ = audit.cell("M6", s, "share triggered")
        out.append(
            Finding(
                f"{words.sentence(words.one_in(share, 'entry', 'entries'))} in {s} would not exist "
                "without an earlier entry.",
                words.percent(share),
                cut_interval(low, high, "share"),
                (
                    "entries near the horizon have not had all their offspring: a lower bound",
                    *_false_spiral(audit, s),
                ),
            )
        )
    for item in audit.items("M9"):
        out += _harm(audit, item)
    graded = (_grades(audit, s) for s in kinds if kinds[s] in GRADED)
    out += [finding for finding in graded if finding is not None]
    if kinds:
        reward, low, high, _ = audit.cell("M19", "any", "at least one reward")
        sanction = audit.value("M19", "any", "at least one sanction")
        each = audit.value("M19", "any", "rewarded for one sanctioned")
        times = f"; {words.number(each)} rewarded for each one sanctioned" if each else ""
        out.append(
            Finding(
                f"Rewards reach {words.one_in(reward)}, sanctions {words.one_in(sanction)}.",
                words.percent(reward),
                cut_interval(low, high, "share"),
                (f"sanctions: {words.percent(sanction)}{times}",),
            )
        )
    return out
