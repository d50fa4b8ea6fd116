"""The document ``audit.json``: its typed form, from which its JSON Schema is made."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from scoredsociety.audit import findings, findings_comparison
from scoredsociety.schemes.quantities import Closed

if TYPE_CHECKING:
    from scoredsociety.audit import Audit, Comparison


class FindingRow(Closed):
    """A sentence with its number, and what must be read with it."""

    text: str
    value_text: str
    interval_text: str
    companions: tuple[str, ...]


class FigureRow(Closed):
    """One figure of one arm: the mean over replicates and its 95% interval; null: undefined."""

    measure: str
    item: str
    quantity: str
    unit: str
    group: str
    month: int | None
    value: float | None
    se: float | None
    low: float | None
    high: float | None
    replicates: int
    people: float | None
    entries: float | None
    scaled: float | None
    note: str


class SurvivalRow(Closed):
    """A point of a Kaplan-Meier curve."""

    item: str
    group: str
    month: int
    survival: float | None
    low: float | None
    high: float | None
    at_risk: int | None


class AssumptionRow(Closed):
    """A number that nobody published."""

    path: str
    value: float | None
    range: tuple[float, float] | None
    note: str | None


class MeasureRow(Closed):
    """What a measure is; its companions are printed with it."""

    id: str
    name: str
    question: str
    unit: str
    formula: str
    companions: tuple[str, ...]
    rests_on: tuple[str, ...]


class ArmRow(Closed):
    """One regime on the simulated societies."""

    arm: int
    label: str
    regime: str
    safeguards: tuple[str, ...]
    people: int
    months: int
    seed: int
    replicates: int
    adults_nationwide: float
    manifest: str | None
    """SHA-256 of the run's manifest, which holds the hash of every file of the run."""
    versions: dict[str, str]
    findings: tuple[FindingRow, ...]
    figures: tuple[FigureRow, ...]
    survival: tuple[SurvivalRow, ...]
    assumptions: tuple[AssumptionRow, ...]


class DifferenceRow(Closed):
    """A figure that both arms have: B minus A, with the interval of the paired difference."""

    measure: str
    item: str
    quantity: str
    unit: str
    group: str
    value_a: float | None
    value_b: float | None
    difference: float | None
    se: float | None
    low: float | None
    high: float | None
    replicates: int


class ComparisonRow(Closed):
    """Two arms on the same people with the same luck."""

    a: int
    b: int
    findings: tuple[FindingRow, ...]
    paired: tuple[FigureRow, ...]
    differences: tuple[DifferenceRow, ...]
    deterrence: tuple[FigureRow, ...]


class AuditDocument(Closed):
    """What regimes did to simulated people. Monthly series are in the tables beside it."""

    simulated: Literal[True]
    format: Literal[1]
    intervals: str
    measures: tuple[MeasureRow, ...]
    arms: tuple[ArmRow, ...]
    comparisons: tuple[ComparisonRow, ...]


INTERVALS = (
    "95%, of the mean over replicates: luck between simulated societies only, not what the assumed "
    "numbers leave open; null where fewer than three replicates have a value"
)


def document(audits: Sequence[Audit], comparisons: Sequence[Comparison] = ()) -> AuditDocument:
    """Return audits, and the paired differences between them, as one document.

    Parameters
    ----------
    audits : sequence of Audit
        One for each arm.
    comparisons : sequence of Comparison
        The first arm against each of the others, in order.
    """
    return AuditDocument(
        simulated=True,
        format=1,
        intervals=INTERVALS,
        measures=tuple(
            MeasureRow.model_validate({name: getattr(m, name) for name in MeasureRow.model_fields})
            for m in audits[0].measures
        ),
        arms=tuple(_arm(k, audit) for k, audit in enumerate(audits)),
        comparisons=tuple(
            ComparisonRow(
                a=0,
                b=k + 1,
                findings=tuple(_said(f) for f in findings_comparison(c)),
                paired=_rows(FigureRow, c.figures.to_pylist()),
                differences=_rows(DifferenceRow, c.differences.to_pylist()),
                deterrence=_rows(FigureRow, c.deterrence.to_pylist()),
            )
            for k, c in enumerate(comparisons)
        ),
    )


def _arm(arm: int, audit: Audit) -> ArmRow:
    manifest = audit.manifest
    return ArmRow(
        arm=arm,
        label=manifest["label"],
        regime=manifest["regime"]["regime"],
        safeguards=tuple(manifest["regime"]["safeguards"]),
        manifest=manifest.get("sha256"),
        findings=tuple(_said(f) for f in findings(audit)),
        figures=_rows(FigureRow, audit.figures.to_pylist()),
        survival=_rows(SurvivalRow, audit.survival.to_pylist()),
        assumptions=_rows(AssumptionRow, audit.assumptions),
        **{
            name: manifest[name]
            for name in (
                "people", "months", "seed", "replicates", "adults_nationwide", "versions"
            )
        },
    )  # fmt: skip


def _said(finding: Any) -> FindingRow:  # noqa: ANN401
    return FindingRow.model_validate(dataclasses.asdict(finding))


def _rows(kind: type[Any], rows: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(kind.model_validate(row) for row in rows)


def audit_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``audit.json``."""
    schema = AuditDocument.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "An audit of scoredsociety: simulated people only"
    return schema
