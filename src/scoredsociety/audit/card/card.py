"""The card of Art. 5(1)(c): the elements of the prohibition for each scheme of a regime."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from scoredsociety.audit.card.contexts import (
    declared_benefit,
    declared_harm,
    limb_one,
    measured_harm,
)
from scoredsociety.audit.card.gravity import KAPPAS, limb_two, measured_above, open_doors
from scoredsociety.audit.card.model import Card, Element, Limb, Measured, Said, known
from scoredsociety.audit.card.says import SAYS
from scoredsociety.audit.card.statuses import statuses
from scoredsociety.audit.card.text import Elements, article5
from scoredsociety.audit.intervals import means
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.schemes.model import ResolvedRegime

if TYPE_CHECKING:
    from scoredsociety.audit.audit import Audit
    from scoredsociety.engine.result import RunData

Figures = dict[tuple[str, str, str], dict[str, Any]]
NEVER = "The file says nothing of it."


def article5_cards(
    regime: ResolvedRegime, run: RunData | None = None, audit: Audit | None = None
) -> list[Card]:
    """Fill in the elements of Art. 5(1)(c) of the EU AI Act for each scheme of a regime.

    Parameters
    ----------
    regime : ResolvedRegime
    run : RunData, optional
        A run of this regime: what it measured stands beside what the file says.
    audit : Audit, optional
        Of the run, if it was made already; alone, its figures are shown and no table of the
        reader's is tried on them.

    Returns
    -------
    list of Card
        One for each scheme, in the order of the regime. Limbs are flagged from what the file
        makes possible, so that no luck decides them.
    """
    sample = load_sample(run) if run is not None else None
    if run is not None and audit is None:
        from scoredsociety.audit.audit import audit_run

        audit = audit_run(run)
    figures = figures_of(audit)
    return [article5_card(regime, name, sample, audit, figures) for name in regime.schemes]


def figures_of(audit: Audit | None) -> Figures:
    """Return the figures of an audit, of all groups together: (measure, item, quantity) to row."""
    if audit is None:
        return {}
    whole = audit.figures.filter(pc.equal(audit.figures["group"], "all"))
    return {(r["measure"], r["item"], r["quantity"]): r for r in whole.to_pylist()}


def article5_card(
    regime: ResolvedRegime,
    name: str,
    sample: Sample | None = None,
    audit: Audit | None = None,
    rows: Figures | None = None,
) -> Card:
    """Fill in the card of one scheme; see :func:`article5_cards`."""
    rows = figures_of(audit) if rows is None else rows
    text = article5()
    scheme = regime.schemes[name]
    people = scheme.kind != "organisations"
    found = statuses(regime, name) if people else []
    limbs: tuple[Limb, ...] = ()
    doors: tuple[str, ...] = ()
    if people:
        harm, benefit = declared_harm(regime, found), declared_benefit(regime, name, found)
        doors = open_doors(regime, name, found, harm, benefit)
        measured = measured_harm(sample, name) if sample is not None else None
        limbs = (
            limb_one(regime, name, found, text, measured),
            limb_two(regime, name, found, text, doors),
        )
    elements = []
    for key in Elements.model_fields:
        words = getattr(text.elements, key)
        says = list(SAYS[key](regime, name, found))
        if key in ("unrelated", "disproportionate") and limbs:
            limb = limbs[key == "disproportionate"]
            says = [Said(text=f"{limb.answer[:1].upper()}{limb.answer[1:]}: see below.", path="")]
        if key == "scope" and people:
            said = [f"Against one purpose in its own context: {why}." for why in doors]
            says += [Said(text=t, path="") for t in said or ["Nothing in the file is against it."]]
        figures: tuple[Measured, ...] = ()
        if audit is not None and people:
            figures = tuple(_measured(key, name, sample, audit, rows))
        elements.append(
            Element(
                id=key.replace("_", "-"),
                title=words.title,
                asks=words.asks,
                article=words.article,
                paragraphs=words.paragraphs,
                says=tuple(says) or (Said(text=NEVER, path=""),),
                measured=figures,
                lawyer=words.lawyer,
            )
        )
    return Card(
        scheme=name,
        title=scheme.title,
        regime=regime.regime,
        concerns_people=people,
        simulated=audit is not None,
        elements=tuple(elements),
        limbs=limbs,
    )


FIGURES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "natural_persons": (("M17", "enrolled", "people enrolled"),),
    "period": (("M2", "entries", "in force at the end"),),
    "score": (("M1", "persons", "people under the status at the end"),),
    "causality": (("M3", "persons ever listed", "people ever under the status"),),
    "treatment": (("M8", "harm", "harm of the whole run"),),
    "unrelated": (
        ("M8", "cross-context share", "share of harm in unrelated contexts"),
        ("M8", "cross-context share, finance always related", "the same, finance always related"),
        ("M8", "cross-context share, nothing related", "the same, nothing related"),
    ),
    "disproportionate": (
        ("M9", "median ratio", "median harm up to the horizon as a multiple of gravity"),
        ("M9", "share above 1", "share with more harm than gravity"),
        ("M9", "excess harm", "harm beyond gravity"),
    ),
}
"""Figures of an audit by element: measure, quantity, what it says."""


def _measured(
    key: str, name: str, sample: Sample | None, audit: Audit, rows: Figures
) -> Iterator[Measured]:
    items = {name, f"{name}/records", f"{name}/spells"}
    for measure, quantity, what in FIGURES.get(key, ()):
        companions = _companions(measure, items, audit, rows)
        for item in sorted(items):
            row = rows.get((measure, item, quantity))
            if row is not None:
                yield Measured(
                    what=f"{item}: {what} ({measure})",
                    companions=companions,
                    **{k: row[k] for k in ("unit", "value", "low", "high", "people", "entries")},
                )
    if key == "disproportionate" and sample is not None:
        for case, (share, count) in measured_above(sample, name, 1.0).items():
            if case != "declared":
                yield _share(f"share with more harm than gravity, gravity {case}", share, count)
        for kappa in KAPPAS[1:]:
            share, count = measured_above(sample, name, kappa)["declared"]
            yield _share(f"share with more than {kappa:g} times as much harm", share, count)


def _companions(measure: str, items: set[str], audit: Audit, rows: Figures) -> tuple[str, ...]:
    """Say the wrongful share beside any figure of harm: what is printed together."""
    from scoredsociety.audit import words

    if measure not in ("M1", "M2", "M3", "M8", "M9"):
        return ()
    out = []
    for item in sorted(items):
        row = rows.get(("M5", item, "entry-weighted"))
        if row is not None:
            out.append(f"wrongful in {item}: {words.percent(row['value'])} (M5)")
    if measure in ("M8", "M9"):
        out.append(f"rests on {len(audit.rests_on(measure))} assumed numbers")
    return tuple(out)


def _share(what: str, share: Floats, count: Floats) -> Measured:
    m = means(share[None, :])

    return Measured(
        what=what,
        unit="share",
        value=known(m.value[0]),
        low=known(m.low[0]),
        high=known(m.high[0]),
        people=None,
        entries=float(count.mean()),
    )
