"""The month: candidates, acceptance, due process, lists, feedback, and the ledger of it all."""

from scoredsociety.engine.checkpoint import Checkpoint, run_on, run_past
from scoredsociety.engine.compile import Compiled, compile_regime, highest_rates
from scoredsociety.engine.errors import EngineError
from scoredsociety.engine.following import differences
from scoredsociety.engine.organisations import organisations_differ, run_organisations
from scoredsociety.engine.result import (
    CELL_FIELDS,
    CELLS,
    LEDGER_DTYPE,
    PROFILE_FIELDS,
    ExitReason,
    Flag,
    Kind,
    RunData,
    SocietyResult,
    Truth,
)
from scoredsociety.engine.run import run_society
from scoredsociety.engine.schedule import SCHEDULE, Step
from scoredsociety.engine.state import BUCKETS, OWN_LEVELS

__all__ = [
    "BUCKETS",
    "CELLS",
    "CELL_FIELDS",
    "LEDGER_DTYPE",
    "OWN_LEVELS",
    "PROFILE_FIELDS",
    "SCHEDULE",
    "Checkpoint",
    "Compiled",
    "EngineError",
    "ExitReason",
    "Flag",
    "Kind",
    "RunData",
    "SocietyResult",
    "Step",
    "Truth",
    "compile_regime",
    "differences",
    "highest_rates",
    "organisations_differ",
    "run_on",
    "run_organisations",
    "run_past",
    "run_society",
]
