"""A laboratory for published social credit schemes, on synthetic people only.

Examples
--------
>>> from scoredsociety import audit, simulate
>>> found = audit(simulate("fragmented-2018", people=4000, months=12, replicates=2))
>>> len(found.to_text()) > 0
True
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scoredsociety.audit.audit import audit_run as audit
    from scoredsociety.audit.conformance import check_measure
    from scoredsociety.doors import (
        Compared,
        Line,
        Safeguarded,
        Sweep,
        compare,
        line,
        safeguards,
        spiral,
        sweep,
    )
    from scoredsociety.doors.branching import branch
    from scoredsociety.doors.country import Country, countries, country, merge, shard
    from scoredsociety.doors.information import information
    from scoredsociety.doors.seventeen import seventeen
    from scoredsociety.doors.surveys import Survey, survey
    from scoredsociety.evidence.asking import claims
    from scoredsociety.schemes.catalogue import check_scheme, resolve
    from scoredsociety.society.society import Society
    from scoredsociety.study.run import simulate
    from scoredsociety.study.store import load_run

__version__ = "0.1.0"

__all__ = [
    "Compared",
    "Country",
    "Line",
    "Safeguarded",
    "Society",
    "Survey",
    "Sweep",
    "__version__",
    "audit",
    "branch",
    "check_measure",
    "check_scheme",
    "claims",
    "compare",
    "countries",
    "country",
    "information",
    "line",
    "load_run",
    "merge",
    "resolve",
    "safeguards",
    "seventeen",
    "shard",
    "simulate",
    "spiral",
    "survey",
    "sweep",
]

_HOMES = {
    "Compared": "doors",
    "Country": "doors.country",
    "Line": "doors",
    "Safeguarded": "doors",
    "Society": "society.society",
    "Survey": "doors.surveys",
    "Sweep": "doors",
    "branch": "doors.branching",
    "check_measure": "audit.conformance",
    "check_scheme": "schemes.catalogue",
    "claims": "evidence.asking",
    "compare": "doors",
    "countries": "doors.country",
    "country": "doors.country",
    "information": "doors.information",
    "line": "doors",
    "load_run": "study.store",
    "merge": "doors.country",
    "resolve": "schemes.catalogue",
    "safeguards": "doors",
    "seventeen": "doors.seventeen",
    "shard": "doors.country",
    "simulate": "study.run",
    "survey": "doors.surveys",
    "spiral": "doors",
    "sweep": "doors",
}
"""Where the public names live. They are loaded when first used: importing this costs nothing."""


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Load a public name when it is first used."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    if name == "audit":
        return importlib.import_module(f"{__name__}.audit")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)


class _AuditRoom(ModuleType):
    """The room ``scoredsociety.audit``, which can also be called: ``audit(run)``."""

    def __call__(self, run: Any, measures: Any = ()) -> Any:  # noqa: ANN401
        """Audit a run; see :func:`scoredsociety.audit.audit_run`."""
        return self.audit_run(run, measures)


class _Package(ModuleType):
    """The package, to which Python binds each room when it is first imported.

    ``audit`` is both a room and a public function, and the room must stay callable whoever
    imported it first.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name == "audit" and isinstance(value, ModuleType):
            value.__class__ = _AuditRoom
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
