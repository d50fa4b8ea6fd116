"""The catalogue: what it holds, and regimes with everything written out.

Examples
--------
>>> from scoredsociety.schemes.catalogue import resolve
>>> sorted(resolve("fragmented-2018").schemes)
['court-list', 'rongcheng-points', 'sesame-score']
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from scoredsociety.schemes import library, resolution
from scoredsociety.schemes.library import Named
from scoredsociety.schemes.model import Regime, ResolvedRegime, Safeguard, Scheme
from scoredsociety.schemes.world import World


def list_schemes() -> list[str]:
    """List the names of the schemes of the catalogue."""
    return library.names("scheme")


def list_regimes() -> list[str]:
    """List the names of the regimes of the catalogue."""
    return library.names("regime")


def list_safeguards() -> list[str]:
    """List the names of the safeguards of the catalogue."""
    return library.names("safeguard")


def load_world() -> World:
    """Return what holds whatever the regime: conduct, channels, sanctions, beliefs."""
    return library.world()


def load_scheme(named: Named) -> Scheme:
    """Load a scheme.

    Parameters
    ----------
    named : str or pathlib.Path
        A name of the catalogue; or a path, if it holds a slash or ends in ``.yaml``.

    Returns
    -------
    Scheme

    Raises
    ------
    SchemeError
        With every mistake of the file.
    """
    item: Scheme = library.load(named, ["scheme"]).item
    return item.model_copy(deep=True)


def load_regime(named: Named) -> Regime:
    """Load the file of a regime; see `load_scheme`. Its schemes are read and checked too."""
    item: Regime = library.load(named, ["regime"]).item
    return item.model_copy(deep=True)


def load_safeguard(named: Named) -> Safeguard:
    """Load a safeguard; see `load_scheme`."""
    item: Safeguard = library.load(named, ["safeguard"]).item
    return item.model_copy(deep=True)


def resolve(
    regime: Named,
    safeguards: Sequence[Named] = (),
    calibrations: Mapping[str, str] | None = None,
) -> ResolvedRegime:
    """Write out a regime with everything that it names.

    Parameters
    ----------
    regime : str or pathlib.Path
        A regime of the catalogue, or the path of a file; the name or file of a scheme
        stands for the regime of that scheme alone.
    safeguards : sequence of str or pathlib.Path
        Applied in this order on a copy, each after those that it includes, each once.
    calibrations : mapping of str to str
        Scheme to the letter of its calibration; wins over the file of the regime. ``A``
        is the file itself unless it says otherwise.

    Returns
    -------
    ResolvedRegime
        Frozen, and shared with nobody. ``all`` institutions are written out by name.

    Raises
    ------
    SchemeError
        When a file has mistakes, or a change of the regime or a safeguard changes nothing or
        touches what is not there.
    """
    return resolution.resolve(regime, safeguards, dict(calibrations or {}))


def resolve_as_far(
    regime: Named,
    safeguards: Sequence[Named] = (),
    calibrations: Mapping[str, str] | None = None,
) -> tuple[ResolvedRegime, dict[str, str]]:
    """Write out a regime with those of some safeguards that change it; see `resolve`.

    For declared designs over many safeguards: one that has nothing to change here, or whose
    change another has made already, is told and is no mistake.

    Returns
    -------
    ResolvedRegime
    dict of str to str
        Safeguards that change nothing, and why.
    """
    idle: dict[str, str] = {}
    return resolution.resolve(regime, safeguards, dict(calibrations or {}), idle), idle


def guarded(regime: ResolvedRegime, safeguards: Sequence[Named]) -> ResolvedRegime:
    """Apply safeguards to a regime that is written out already, on a copy; see `resolve`."""
    return resolution.guarded(regime, safeguards)


def check_scheme(path: Named, regime: Named | None = None) -> Scheme | Regime | Safeguard:
    """Check a file of your own against everything this package asks of it.

    What is checked, in this order: that the file can be read as strict YAML; that every key is
    known and of the right shape; that every number has a source or is marked as assumed and lies
    in its limits; that every name leads somewhere; that each kind of scheme has what it needs and
    nothing without meaning in it; that a regime can be written out, with its memoranda, joint
    enforcement and changes; and that each calibration of a scheme can be applied. All mistakes of
    one step are told at once.

    Parameters
    ----------
    path : str or pathlib.Path
        File of a scheme, a regime or a safeguard.
    regime : str or pathlib.Path, optional
        Only for a safeguard: a regime to try it on.

    Returns
    -------
    Scheme or Regime or Safeguard
        What the file holds.

    Raises
    ------
    SchemeError
        With every mistake, each with its line, what is allowed there and the likely fix.

    Examples
    --------
    >>> check_scheme("court-list").kind
    'list'
    """
    named = path if library.is_path(path) or path in _all_names() else pathlib.Path(path)
    loaded = library.load(named, ["scheme", "regime", "safeguard"])
    item: Scheme | Regime | Safeguard = loaded.item.model_copy(deep=True)
    if isinstance(item, Safeguard):
        resolution.with_included(loaded, [], [])
        if regime is not None:
            resolve(regime, [named])
        return item
    resolve(named)
    if isinstance(item, Scheme):
        for letter in item.calibrations:
            resolve(named, calibrations={item.scheme: letter})
    return item


def json_schema() -> dict[str, Any]:
    """Return a JSON Schema of the files of schemes, regimes and safeguards, for editors."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Scheme | Regime | Safeguard).json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "A scheme, a regime or a safeguard of scoredsociety"
    member = schema["$defs"]["Member"]["properties"]["scheme"]
    member.pop("pattern")  # a file next to the regime may be named here too
    return schema


def _all_names() -> list[str]:
    return [*list_regimes(), *list_schemes(), *list_safeguards()]
