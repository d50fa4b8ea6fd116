"""What a regime did to people: the measures, survival, and paired differences.

``audit_run(run)`` makes tidy tables of one run; ``compare_runs(a, b)`` compares two regimes on
the same people with the same luck; ``findings`` says either in sentences.
"""

from __future__ import annotations

from scoredsociety.audit.audit import HEADLINE, MEASURES, Audit, audit_run
from scoredsociety.audit.changes import findings_comparison
from scoredsociety.audit.competing import Incidence, aalen_johansen
from scoredsociety.audit.conformance import MeasureError, check_measure
from scoredsociety.audit.correction import wrongful_after
from scoredsociety.audit.deterrence import deterrence
from scoredsociety.audit.fates import Fates, count_lives, fates
from scoredsociety.audit.findings import Finding, findings
from scoredsociety.audit.grades import steps_to_target, steps_variance
from scoredsociety.audit.harm import CNY_PER_MI, expected_harm
from scoredsociety.audit.lives import Life, Lives, follow, pick_lives
from scoredsociety.audit.matching import differing_lives
from scoredsociety.audit.measures import SEVERITIES, UNITS, Measure
from scoredsociety.audit.oracle import auc_across, oracle_scores, oracle_table
from scoredsociety.audit.own_gain import expected_months, own_gain, own_gains
from scoredsociety.audit.pairing import Comparison, compare_runs
from scoredsociety.audit.shock import spiral_table
from scoredsociety.audit.spiral import (
    Estimate,
    branching_total,
    gain_from_generations,
    linear_gain,
    offspring_by_generation,
    spiral_gain,
    type_gain,
)
from scoredsociety.audit.survival import Curve, kaplan_meier
from scoredsociety.audit.units import units

__all__ = [
    "CNY_PER_MI",
    "HEADLINE",
    "MEASURES",
    "SEVERITIES",
    "UNITS",
    "Audit",
    "Comparison",
    "Curve",
    "Estimate",
    "Fates",
    "Finding",
    "Incidence",
    "Life",
    "Lives",
    "Measure",
    "MeasureError",
    "aalen_johansen",
    "auc_across",
    "audit_run",
    "branching_total",
    "check_measure",
    "compare_runs",
    "count_lives",
    "deterrence",
    "differing_lives",
    "expected_harm",
    "expected_months",
    "fates",
    "findings",
    "findings_comparison",
    "follow",
    "gain_from_generations",
    "kaplan_meier",
    "linear_gain",
    "offspring_by_generation",
    "oracle_scores",
    "oracle_table",
    "own_gain",
    "own_gains",
    "pick_lives",
    "spiral_gain",
    "spiral_table",
    "steps_to_target",
    "steps_variance",
    "type_gain",
    "units",
    "wrongful_after",
]
