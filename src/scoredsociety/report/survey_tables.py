"""The tables of a survey's page: what a paper would print, and what only a simulation knows."""

from __future__ import annotations

from scoredsociety.audit import words
from scoredsociety.opinion.gradients import FITTED
from scoredsociety.report.asked import (
    Answers,
    Found,
    beside,
    points,
    read_as,
    share,
    share_se,
    spans,
)
from scoredsociety.report.ending import plain, spoken_range
from scoredsociety.report.parts import Table

ERRORS = (
    ("estimate", "What a survey finds, on average"),
    ("nonresponse and luck: estimate less frame", "Nonresponse, and luck of these surveys"),
    ("sampling: standard error of one survey", "Sampling: standard error of one survey"),
    ("said in the frame", "What the whole frame would say"),
    ("falsification: said less thought", "Falsification: said less thought"),
    ("thought in the frame", "What the whole frame thinks"),
    ("coverage: frame less all adults", "Coverage: the frame less all adults"),
    ("said by all adults", "What all adults would say"),
)


def fitted(a: Answers, name: str) -> bool:
    """Tell whether an item, or the arms of an experiment, are fitted to published figures of it."""
    if name not in a.asks.items:
        e = a.asks.experiments[name]
        shifts = [arm.shift for arm in e.arms.values() if arm.shift is not None]
        sourced = any(s.confidence != "assumed" for s in shifts)
        return e.kind == "information" and (sourced or fitted(a, e.item))
    found = a.asks.items[name]
    return found.shares is not None or found.mean is not None


def number_or_share(a: Answers, item: str, value: float | None) -> str:
    """Write a figure of an item in its unit; undefined is a word."""
    if value is None:
        return "undefined"
    return words.percent(value) if a.in_shares(item) else words.number(value, 2)


def error(a: Answers, item: str, found: Found) -> str:
    """Write the standard error of a figure of an item."""
    if a.in_shares(item):
        return share_se(found)
    return "undefined" if found.se is None else words.number(found.se, 2)


def span(a: Answers, item: str, found: Found) -> str:
    """Write the range of a figure of an item."""
    if a.in_shares(item):
        return spans(found)
    return "undefined" if found.low is None else words.interval(found.low, found.high, 2)


def published(a: Answers) -> list[tuple[Found, dict[str, object]]]:
    """Return the published figures with what the surveys give, under the main reading."""
    return [
        (Found(r["value"], r["se"], None, r["low"], r["high"], None, None, r["asked"]),
         r | {"why": a.missing(str(r["item"]))})
        for r in a.surveyed.published.to_pylist()
        if r["reading"] == a.main.name
    ]  # fmt: skip


def paper(a: Answers) -> Table:
    """Print the figures that were published, as a paper would, with the published beside them."""
    rows = []
    for found, r in published(a):
        item = str(r["item"])
        inside = "undefined" if r["inside"] is None else "inside" if r["inside"] else "outside"
        rows.append(
            (str(r["what"]), number_or_share(a, item, found.value), error(a, item, found),
             span(a, item, found), number_or_share(a, item, float(str(r["published"]))),
             f"{inside}{', fitted' if fitted(a, item) else ''}",
             words.number(found.asked, 0), f"{r['source']} ({r['confidence']})")
        )  # fmt: skip
    return Table(
        f"As a paper would print it, read as {read_as(a.main)}. {beside(a.surveyed, brief=True)}",
        ("What", "Estimate", "Standard error", words.sentence(a.ranged), "Published", "Lies",
         "Asked", "Source"),
        rows, frozenset({1, 2, 3, 4, 6}), open=True,
    )  # fmt: skip


def every_answer(a: Answers) -> Table:
    """Print every answer to every item, under the main reading."""
    rows = []
    for (reading, item, category), found in a.cells("items").items():
        if reading != a.main.name:
            continue
        known = found.value is not None
        rows.append(
            (a.asks.items[item].asks, category, number_or_share(a, item, found.value),
             error(a, item, found), span(a, item, found), number_or_share(a, item, found.truth),
             words.number(found.asked, 0) if known else f"0: {found.note}")
        )  # fmt: skip
    return Table(
        f"Every answer, read as {read_as(a.main)}. {beside(a.surveyed, brief=True)}",
        ("Item", "Answer", "Estimate", "Standard error", words.sentence(a.ranged),
         "In the whole frame", "Asked"),
        rows, frozenset({2, 3, 4, 5}), "Show every answer as a table",
    )  # fmt: skip


def sources(a: Answers) -> Table:
    """List the publications that the questionnaire names."""
    rows = [
        (name, s.title, str(s.year or "no date"), str(s.url or s.note or ""))
        for name, s in sorted(a.asks.sources.items())
    ]
    return Table("Publications that the questionnaire names", ("Name", "Title", "Year", "Where"),
                 rows, summary="Show the sources as a table")  # fmt: skip


def errors(a: Answers) -> Table:
    """Print what parts a survey from what people think, a column for each reading."""
    cells = a.cells("errors")
    rows = []
    for what, title in ERRORS:
        found = [cells.get((r.name, a.item, what), Found()) for r in a.surveyed.readings]
        level = what.startswith(("estimate", "said", "thought"))
        error_ = what.startswith("sampling")
        rows.append(
            (title, *(share(f.value) if level else share_se(Found(se=f.value)) if error_ else
                      points(f.value) for f in found))
        )  # fmt: skip
    return Table(
        f"From the estimate to what people think. {beside(a.surveyed, brief=True)}",
        ("What", *(words.sentence(read_as(r)) for r in a.surveyed.readings)),
        rows, frozenset(range(1, len(a.surveyed.readings) + 1)), open=True,
    )  # fmt: skip


PARTS = {
    "benefits": "Benefits held",
    "fairness": "Perceived fairness",
    "lack_of_trust": "Sees a lack of trust",
    "sanctioned": "Knows of an own sanction",
    "friends_sanctioned": "Friends under a sanction",
    "repression": "Knows of repressive use",
    "media": "Learnt from state media",
    "age": "Age, ten years",
    "tertiary": "College",
    "income": "Income, from poorest to richest",
    "urban": "Urban",
    "liberal": "Liberal views",
}
"""How the parts of approval are called."""


def regression(a: Answers) -> Table | None:
    """Print probit and logit of the headline answer beside the model's own effects."""
    cells = {
        (k[2], k[3], k[4]): f
        for k, f in a.cells("regression").items()
        if k[:2] == (a.main.name, a.item)
    }
    names = list(dict.fromkeys(k[2] for k in cells))
    if not names:
        return None
    kinds = (("said", "probit"), ("private", "probit"), ("said", "logit"))
    rows = []
    for name in names:
        row = [PARTS.get(name, name.replace("_", " "))]
        row.append(_coefficient(cells.get(("said", "probit", name), Found()).truth))
        for answers, link in kinds:
            f = cells.get((answers, link, name), Found())
            row.append(
                _coefficient(f.value)
                if f.value is not None
                else f"undefined: {f.note or 'no estimate'}"
            )
            row.append(_coefficient(f.se))
        held = cells.get(("private", "probit", name), Found()).coverage
        row.append("undefined" if held is None else words.percent(held))
        rows.append(row)
    fits = min(a.surveys, FITTED)
    return Table(
        f"Ordered regressions of the answers in {words.plural(float(fits), 'survey')}, robust "
        f"errors, read as {read_as(a.main)}; means over surveys. {beside(a.surveyed, brief=True)}",
        ("Part", "The model's own effect", "Probit, said", "Error", "Probit, private", "Error",
         "Logit, said", "Error", "95% intervals of the private probit that hold the effect"),
        rows, frozenset(range(1, 9)), "Show the regressions as a table",
    )  # fmt: skip


def _coefficient(value: float | None) -> str:
    return "undefined" if value is None else words.number(value, 2)


def assumptions(a: Answers) -> Table:
    """Print the assumed numbers that the answers rest on."""
    rows = [
        (str(r["path"]), plain(r.get("value")), spoken_range(r.get("range")),
         str(r.get("note") or ""))
        for r in a.surveyed.assumptions
    ]  # fmt: skip
    return Table(
        "Assumed numbers of the regime, the world and the questionnaire",
        ("Where it stands", "Value", "Range", "Note"), rows, frozenset({1, 2}),
        "Show the assumed numbers as a table",
    )  # fmt: skip
