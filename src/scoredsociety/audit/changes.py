"""The findings of a comparison in sentences: what B changes against A."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.audit.findings import Finding, cut_interval

if TYPE_CHECKING:
    from scoredsociety.audit.pairing import Comparison


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
        return rate_text, cut_interval(low, high, words.PER_1000), scaled

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
                cut_interval(low, high, "entries"),
                (f"and adds {words.large(added)}",),
            )
        )
    for item in c.a.items("M5"):
        row = c.difference("M5", item, "entry-weighted")
        if row is not None and (row["value_a"], row["value_b"]) != (None, None):
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
            cut_interval(low, high, "share"),
            (f"told, filed or discovered otherwise included: {words.percent(touched)}",),
        )
    )
    return out
