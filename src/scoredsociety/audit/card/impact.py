"""The card of Art. 27: the headings of a fundamental-rights impact assessment, as far as known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from scoredsociety.audit.card.model import HeadingFilled, ImpactCard, Measured, Said
from scoredsociety.audit.card.says import SAYS
from scoredsociety.audit.card.statuses import Status, statuses
from scoredsociety.audit.card.text import Impact, article5
from scoredsociety.schemes.model import ResolvedRegime

if TYPE_CHECKING:
    from scoredsociety.audit.audit import Audit

NOT_KNOWN: dict[str, tuple[str, ...]] = {
    "process": ("the deployer and the decision that the score is part of", "its purpose in law"),
    "period": ("how long and how often the deployer means to use it in a decision",),
    "persons": ("groups beyond age, sex, residence, schooling, income and an abstract minority",),
    "risks": ("harm to dignity, fear, private life and children that no income measures",),
    "oversight": (
        "who oversees it, with which training and power to overrule",
        "the provider's instructions for use",
    ),
    "measures": ("internal governance", "who answers for it and where to complain"),
}
"""What no file of a scheme says, by heading."""
RISK = (
    ("M5", "entry-weighted", "wrongful share"),
    ("M1", "rate", "under the status at the end"),
    ("M8", "harm per adult", "harm per adult"),
    ("M20", "children exposed, share", "children with a parent under SCHOOL"),
)
"""Figures of the risks: measure, quantity, what; every group of the audit."""


def impact_card(regime: ResolvedRegime, audit: Audit | None = None) -> ImpactCard:
    """Fill in the headings of Art. 27 of the EU AI Act for a regime.

    Parameters
    ----------
    regime : ResolvedRegime
    audit : Audit, optional
        Of a run of this regime: the risks by group.

    Returns
    -------
    ImpactCard
        What is not known from the file is said to be so.
    """
    text = article5().impact
    people = {name: statuses(regime, name) for name in regime.of_people()}
    headings = []
    for key in Impact.model_fields:
        heading = getattr(text, key)
        says = [said for name in people for said in _says(key, regime, name, people[name])]
        if not people:
            says = [Said(text="No scheme of this regime concerns people.", path="")]
        headings.append(
            HeadingFilled(
                id=key,
                title=heading.title,
                article=heading.article,
                says=tuple(says) or (Said(text="The file says nothing of it.", path=""),),
                measured=tuple(_risks(audit, people)) if audit and key == "risks" else (),
                unknown=NOT_KNOWN[key],
            )
        )
    return ImpactCard(
        regime=regime.regime,
        title=regime.title,
        simulated=audit is not None,
        headings=tuple(headings),
    )


def _says(key: str, regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    s = regime.schemes[name]
    p, path = s.process, f"schemes.{name}"
    if key == "process":
        yield Said(text=f"{s.title}: {s.summary}", path=f"{path}.summary")
        yield from SAYS["causality"](regime, name, found)
    elif key == "period":
        yield from SAYS["practice"](regime, name, found)
        yield from SAYS["period"](regime, name, found)
        yield Said(text=f"{s.title}: in the model it is used every month.", path="")
    elif key == "persons":
        yield from SAYS["natural_persons"](regime, name, found)
        namesakes = s.disclosure.namesakes if s.disclosure is not None else None
        if namesakes is not None and namesakes.value > 0:
            yield Said(
                text=f"Namesakes, for {namesakes.value:g} of entries.",
                path=f"{path}.disclosure.namesakes",
            )
        if s.disclosure is not None and s.disclosure.reach.value > 0:
            yield Said(text="Friends who learn of an entry.", path=f"{path}.disclosure.reach")
        if s.features is not None and s.features.ties is not None:
            yield Said(text="Friends, through their scores.", path=f"{path}.features.ties")
        if any("SCHOOL" in status.sanctions for status in found):
            yield Said(text="Children of people under it.", path="world.sanctions.SCHOOL")
    elif key == "risks":
        yield from SAYS["treatment"](regime, name, found)
    elif key == "oversight":
        yield Said(
            text=f"{s.title}: a review corrects {p.review.wrongful.value:g} of wrongful records.",
            path=f"{path}.process.review",
        )
        yield Said(
            text=f"{p.hardship_exemption.value:g} of excused records are dropped for hardship.",
            path=f"{path}.process.hardship_exemption",
        )
        for channel, known in regime.world.channels.items():
            if known.human_review.value > 0:
                yield Said(
                    text=f"People check {known.title}: {known.human_review.value:g} of wrong "
                    "matches are removed.",
                    path=f"world.channels.{channel}.human_review",
                )
    else:
        yield Said(
            text=f"{s.title}: {p.notice.value:g} are told, with {p.window_days.value:g} days to "
            f"object; {p.late_appeal.value:g} of those who find out late may appeal.",
            path=f"{path}.process",
        )
        yield from SAYS["period"](regime, name, found)


def _risks(audit: Audit, schemes: Iterable[str]) -> Iterator[Measured]:
    """Yield the figures of the risks, of all and of every group."""
    items = {i for name in schemes for i in (name, f"{name}/records", f"{name}/spells")}
    items.add("children")
    for row in audit.figures.to_pylist():
        for measure, quantity, what in RISK:
            if row["measure"] == measure and row["quantity"] == quantity and row["item"] in items:
                yield Measured(
                    what=f"{row['item']}: {what}, {row['group']} ({measure})",
                    **{k: row[k] for k in ("unit", "value", "low", "high", "people", "entries")},
                )
