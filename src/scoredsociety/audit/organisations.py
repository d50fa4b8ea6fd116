"""M21 and M11 of firms and offices: who complies, what is shown of it, and whom audits spare.

Organisations are not people, so their figures carry no national weight. There is no figure of
closures, for no source gives a rate of them.
"""

from __future__ import annotations

import numpy as np

from scoredsociety.audit.intervals import ratio
from scoredsociety.audit.measures import Measure
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample
from scoredsociety.audit.sheet import Sheet
from scoredsociety.schemes.structures import Organisations

POLITICAL = "political compliance share"
"""What M21 calls compliance with a political demand, so that nobody takes it for better food."""

SHOWN = {
    "grade": "with the best grade on the door; those not audited yet have none",
    "list": "without an entry in force",
    "record": "without a record",
}
"""What it means to be shown as good, by what an audit writes."""


def series_of(sample: Sample, scheme: str) -> dict[str, Floats]:
    """Return the series of the organisations of a scheme, by key, shape (R, T) each.

    Parameters
    ----------
    sample : Sample
    scheme : str
        A scheme of firms or offices.

    Returns
    -------
    dict
        As ``engine.organisations.run_organisations`` describes them.

    Raises
    ------
    ValueError
        If a replicate lacks the scheme.
    """
    parts = [r.organisations.get(scheme) for r in sample.run.replicates]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        raise ValueError(f"The run has the scheme {scheme} but no organisations of it.")
    return {key: np.stack([part[key] for part in found]) for key in found[0]}


def compute_m21(sample: Sample, sheet: Sheet) -> None:
    """Write compliance, what is shown of it, illness and demand, by scheme of organisations."""
    for name, scheme in sample.regime.of_organisations().items():
        if scheme.organisations is not None:
            x = series_of(sample, name)
            _write_compliance(sheet, name, scheme.organisations, x)
            _write_shown(sheet, name, scheme.organisations, x)
            _write_customers(sheet, name, scheme.organisations, x)


def _write_compliance(sheet: Sheet, name: str, model: Organisations, x: dict[str, Floats]) -> None:
    """Write the compliant share, apart where what is demanded is political."""
    what = POLITICAL if model.political else "compliant share"
    _put(sheet, name, what, "share", x["complying"])
    before, now = x["willing"][:, -1], x["complying"][:, -1]
    sheet.put("M21", name, f"{what} without the scheme", "share", before)
    sheet.put("M21", name, f"rise of the {what}", "share", now - before)
    sheet.put("M21", name, "organisations", "organisations", x["organisations"][:, -1])
    if (x["exempt"] > 0).any():
        _put(sheet, name, f"{what}, organisations of the Party", "share", x["exempt_complying"])
        _put(sheet, name, f"{what}, other organisations", "share", x["other_complying"])


def _write_shown(sheet: Sheet, name: str, model: Organisations, x: dict[str, Floats]) -> None:
    """Write what audits find, and what the public sees of it."""
    note = SHOWN[model.consequence]
    _put(sheet, name, "shown good share", "share", x["shown_good"], note=note)
    if model.consequence == "grade":
        # What one audit of everybody would show before anybody responds to the grades.
        willing, seen = x["willing"][:, -1], model.independent.value
        sheet.put("M21", name, "shown good share before", "share", willing + (1 - seen) *
                  (1 - willing), note="if all were audited before anybody responds")  # fmt: skip
    if model.consequence == "list":
        _put(sheet, name, "listed share", "share", x["listed"])
    unit = "findings an organisation"
    sheet.put("M21", name, "audited a month", "share", x["audits"].mean(axis=1))
    sheet.put("M21", name, "found in violation a month", "share", x["found"].mean(axis=1))
    _put(sheet, name, "violations found so far", unit, x["records"])


def _write_customers(sheet: Sheet, name: str, model: Organisations, x: dict[str, Floats]) -> None:
    """Write illness among customers, and where demand goes."""
    if model.harm is not None:
        unit, without = "cases per 1,000 visits", x["illness_without"]
        _put(sheet, name, "illness", unit, x["illness"])
        sheet.put("M21", name, "illness without the scheme", unit, without[:, -1])
        _put(sheet, name, "fall of illness", "share", 1.0 - ratio(x["illness"], without))
        visits = model.harm.visits.value * x["organisations"] / 1000.0
        avoided = ((without - x["illness"]) * visits).sum(axis=1)
        sheet.put("M21", name, "cases avoided", "cases", avoided,
                  note="over the run, by the organisations simulated")  # fmt: skip
    if model.consequence == "grade":
        # Demand of a month follows the grades shown at its start, the end of the month before.
        start = np.concatenate([np.zeros_like(x["shown_good"][:, :1]), x["shown_good"][:, :-1]], 1)
        _put(sheet, name, "demand of the best grade", "share", x["demand_good"])
        _put(sheet, name, "demand shift", "share", x["demand_good"] - start,
             note="share of demand less share of organisations")  # fmt: skip
        _put(sheet, name, "revenue gain of those that comply", "share", x["revenue_gain"])


def _put(
    sheet: Sheet, item: str, quantity: str, unit: str, values: Floats, *, note: str = ""
) -> None:
    """Write a series of shape (R, T), and its last month as the figure of the run."""
    sheet.put("M21", item, quantity, unit, values[:, -1], note=note)
    sheet.put_series("M21", item, quantity, unit, values, note=note)


def compute_m11_organisations(sample: Sample, sheet: Sheet) -> None:
    """Write the exemption gap between organisations of the Party and others.

    The gap is 1 - (records per violation of the Party's) / (records per violation of others), over
    the months in which the scheme holds. It is null where either has no violation, or the others
    have no record; then there is nothing to compare.
    """
    for name, scheme in sample.regime.of_organisations().items():
        model = scheme.organisations
        if model is None or model.party_share.value <= 0.0:
            continue
        x = series_of(sample, name)
        party, others = x["exempt"][:, -1], x["organisations"][:, -1] - x["exempt"][:, -1]
        total = {key: x[key].sum(axis=1) for key in x if key.endswith(("_records", "_violations"))}
        rate = {
            who: ratio(total[f"{who}_records"], total[f"{who}_violations"])
            for who in ("exempt", "other")
        }
        few = "organisations of the Party against others; with few of them, chance decides"
        sheet.put("M11", name, "exemption gap", "share", 1.0 - ratio(rate["exempt"], rate["other"]),
                  note=few)  # fmt: skip
        for label, who, number in (
            ("organisations of the Party", "exempt", party),
            ("other organisations", "other", others),
        ):
            sheet.put("M11", name, f"records per violation, {label}", "records a violation",
                      rate[who])  # fmt: skip
            sheet.put("M11", name, f"number of {label}", "organisations", number)


M21 = Measure(
    "M21",
    "Firms and offices",
    "Do firms and offices comply, what is shown of it, and are customers better off?",
    "share of organisations; cases per 1,000 visits",
    "organisations whose cost is below what compliance brings; illness weighted by demand; "
    "compliance with a political demand is named apart; no source gives closures",
    ("M11",),
    ("schemes.",),
    compute_m21,
)
