"""The language of schemes: strict files, a typed frozen model, safeguards as patches.

The public names are loaded when they are first used, so that importing this package costs
nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoredsociety.schemes.catalogue import check_scheme as check_scheme
    from scoredsociety.schemes.catalogue import json_schema as json_schema
    from scoredsociety.schemes.catalogue import list_regimes as list_regimes
    from scoredsociety.schemes.catalogue import list_safeguards as list_safeguards
    from scoredsociety.schemes.catalogue import list_schemes as list_schemes
    from scoredsociety.schemes.catalogue import load_regime as load_regime
    from scoredsociety.schemes.catalogue import load_safeguard as load_safeguard
    from scoredsociety.schemes.catalogue import load_scheme as load_scheme
    from scoredsociety.schemes.catalogue import load_world as load_world
    from scoredsociety.schemes.catalogue import resolve as resolve
    from scoredsociety.schemes.errors import Problem as Problem
    from scoredsociety.schemes.errors import SchemeError as SchemeError

_HOMES = {
    "Problem": "errors",
    "SchemeError": "errors",
    "check_scheme": "catalogue",
    "json_schema": "catalogue",
    "list_regimes": "catalogue",
    "list_safeguards": "catalogue",
    "list_schemes": "catalogue",
    "load_regime": "catalogue",
    "load_safeguard": "catalogue",
    "load_scheme": "catalogue",
    "load_world": "catalogue",
    "resolve": "catalogue",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(_HOMES)
