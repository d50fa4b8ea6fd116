"""The findings of an audit in sentences; whoever prints them decides how they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.audit.recovery import TAUS

if TYPE_CHECKING:
    from scoredsociety.audit.audit import Audit
    from scoredsociety.audit.pairing import Comparison


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


def _interval(low: float | None, high: float | None, unit: str) -> str:
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
        _interval(low, high, "share"),
        tuple(companions),
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
        _interval(low, high, "share"),
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
        _interval(low, high, "months"),
        (*trap, f"the naive mean of completed episodes, {months}, misleads"),
    )


def _harm(audit: Audit, item: str) -> list[Finding]:
    share, low, high, _ = audit.cell("M8", item, "cross-context share")
    lenient = audit.value("M8", item, "cross-context share, finance always related")
    median, m_low, m_high, _ = audit.cell("M9", item, "median ratio")
    above = audit.value("M9", item, "share above 1")
    assumed = len(audit.rests_on("M8"))
    rests = f"rests on {assumed} assumed numbers; not a legal finding"
    times = f"{words.number(median)} times" if median is not None else "an undefined multiple of"
    return [
        Finding(
            f"{words.percent(share)} of the harm of {item} falls in parts of life unrelated to "
            "the conduct.",
            words.percent(share),
            _interval(low, high, "share"),
            (f"{words.percent(lenient)} if finance always counts as related", rests),
        ),
        Finding(
            f"The typical harm of {item} is {times} the declared harm of the act.",
            times if median is not None else words.NO_EVIDENCE,
            _interval(m_low, m_high, "ratio"),
            (f"{words.percent(above)} are above 1", rests),
        ),
    ]


def findings(audit: Audit) -> list[Finding]:
    """Return what an audit found, the list first.

    Parameters
    ----------
    audit : Audit

    Returns
    -------
    list of Finding
    """
    out = []
    kinds = {n: s["kind"] for n, s in audit.manifest["regime"]["schemes"].items()}
    lists = [n for n, kind in kinds.items() if kind == "list"]
    points = [n for n, kind in kinds.items() if kind == "points"]
    out += [_listed(audit, s) for s in lists]
    out += [_wrongful(audit, s, ("entry", "entries")) for s in lists]
    out += [_wrongful(audit, f"{s}/records", ("record", "records")) for s in points]
    out += [_recovery(audit, s) for s in lists]
    for s in lists:
        share, low, high, _ = audit.cell("M6", s, "share triggered")
        out.append(
            Finding(
                f"{words.sentence(words.one_in(share, 'entry', 'entries'))} in {s} would not exist "
                "without an earlier entry.",
                words.percent(share),
                _interval(low, high, "share"),
                ("entries near the horizon have not had all their offspring: a lower bound",),
            )
        )
    for item in audit.items("M9"):
        out += _harm(audit, item)
    for s in points:
        quantity = next(
            q
            for q in audit.table("M18")["quantity"].to_pylist()
            if q.endswith("or better") and q.startswith("share in")
        )
        share, low, high, _ = audit.cell("M18", s, quantity)
        said = words.one_in(share, "enrolled adult")
        out.append(
            Finding(
                f"{words.sentence(said)} of {s} {words.are(said)} in grade "
                f"{quantity.split()[3]} or better.",
                words.percent(share),
                _interval(low, high, "share"),
                (f"aware: {words.percent(audit.value('M17', points[0], 'aware'))} of adults",),
            )
        )
    if lists or points:
        reward, low, high, _ = audit.cell("M19", "any", "at least one reward")
        sanction = audit.value("M19", "any", "at least one sanction")
        each = audit.value("M19", "any", "rewarded for one sanctioned")
        times = f"; {words.number(each)} rewarded for each one sanctioned" if each else ""
        out.append(
            Finding(
                f"Rewards reach {words.one_in(reward)}, sanctions {words.one_in(sanction)}.",
                words.percent(reward),
                _interval(low, high, "share"),
                (f"sanctions: {words.percent(sanction)}{times}",),
            )
        )
    return out


def findings_comparison(comparison: Comparison) -> list[Finding]:
    """Return what B changes against A, the people it does not help among it.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    list of Finding
    """
    c = comparison

    def of_1000(item: str, quantity: str) -> tuple[str, str, float | None]:
        rate, low, high, _ = c.cell(item, f"{quantity}, rate")
        scaled = c.cell(item, quantity)[3]
        rate_text = words.in_unit(rate, words.PER_1000)
        if rate is not None and rate >= 0.1:
            rate_text += " per 1,000 adults"
        return rate_text, _interval(low, high, words.PER_1000), scaled

    out = []
    both = of_1000("listed", "under both")[0]
    for name, quantity in (("A", "only under A"), ("B", "only under B")):
        value, interval, scaled = of_1000("listed", quantity)
        rate = c.value("listed", f"{quantity}, rate")
        few = words.per(None if rate is None else rate / 1000).removesuffix(" in 1,000")
        text = (
            f"Simulated: of 1,000 adults, {few} {'is' if few.endswith(' 1') else 'are'} ever "
            f"listed only under {name}, which stands for {words.large(scaled)} people."
        )
        if rate == 0:
            text = f"Simulated: nobody in the samples is ever listed only under {name}."
        out.append(Finding(text, value, interval, (f"under both: {both}",)))
    helped, h_interval, h_scaled = of_1000("persons", "helped")
    worse = of_1000("persons", "worse off")[0]
    missed, m_interval, m_scaled = of_1000("persons", "wrongly listed under both")
    out.append(
        Finding(
            f"B shortens the time under sanctions of {words.large(h_scaled)} people.",
            helped,
            h_interval,
            (f"worse off: {worse}", f"wrongly listed under both: {missed}"),
        )
    )
    out.append(
        Finding(
            f"With B as with A, {words.large(m_scaled)} people are wrongly listed.",
            missed,
            m_interval,
        )
    )
    for kind in ("wrongful", "rightful"):
        count, low, high, prevented = c.cell("entries", f"{kind} prevented")
        added = c.cell("entries", f"{kind} added")[3]
        out.append(
            Finding(
                f"B prevents {words.large(prevented)} {kind} entries.",
                f"{words.large(count)} in the sample",
                _interval(low, high, "entries"),
                (f"and adds {words.large(added)}",),
            )
        )
    for item in c.a.items("M5"):
        row = c.difference("M5", item, "entry-weighted")
        if row is not None:
            a, b = words.percent(row["value_a"]), words.percent(row["value_b"])
            out.append(
                Finding(
                    f"The wrongful share of {item} goes from {a} to {b}.",
                    words.percentage_points(row["difference"]),
                    words.interval_in(row["low"], row["high"], "points"),
                    ("share of what is left: a regime that lists fewer can have a larger one",),
                )
            )
    lives, low, high, _ = c.cell("lives", "with another outcome, share")
    touched = c.value("lives", "that differ, share")
    out.append(
        Finding(
            f"The ledger of {words.one_in(lives, 'person', 'people')} has another outcome.",
            words.percent(lives),
            _interval(low, high, "share"),
            (f"told, filed or discovered otherwise included: {words.percent(touched)}",),
        )
    )
    return out
