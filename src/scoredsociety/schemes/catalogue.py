"""The catalogue: what it holds, and regimes with everything written out.

Examples
--------
>>> from scoredsociety.schemes.catalogue import resolve
>>> sorted(resolve("fragmented-2018").schemes)
['court-list', 'rongcheng-points']
"""

from __future__ import annotations

import copy
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from scoredsociety.schemes import library, merge, patch, validate
from scoredsociety.schemes.errors import (
    Finding,
    Path,
    clean,
    listed,
    nearest,
    path_text,
    problem_of_file,
)
from scoredsociety.schemes.library import Loaded, Named
from scoredsociety.schemes.model import Regime, ResolvedRegime, Safeguard, Scheme, World
from scoredsociety.schemes.structure import build


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
    return item


def load_regime(named: Named) -> Regime:
    """Load the file of a regime; see `load_scheme`. Its schemes are read and checked too."""
    item: Regime = library.load(named, ["regime"]).item
    return item


def load_safeguard(named: Named) -> Safeguard:
    """Load a safeguard; see `load_scheme`."""
    item: Safeguard = library.load(named, ["safeguard"]).item
    return item


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
        Frozen, and shared with nobody.

    Raises
    ------
    SchemeError
        When a file has mistakes, or a safeguard changes nothing or touches what is not there.
    """
    loaded = library.load(regime, ["regime", "scheme"])
    if loaded.kind == "scheme":
        loaded = _alone(loaded)
    data = _merged(loaded)
    _calibrate(data, loaded, dict(calibrations or {}))
    _revalidate(data, loaded, [], ())
    for safeguard in _ordered(safeguards, loaded):
        _protect(data, safeguard)
    item, _ = build(ResolvedRegime, data)
    if item is None:
        raise problem_of_file(loaded.document.file, "the regime cannot be written out")
    return item


def check_scheme(path: Named, regime: Named | None = None) -> Scheme | Regime | Safeguard:
    """Check a file of your own against everything this package asks of it.

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
        With every mistake, each with its line.
    """
    named = path if library.is_path(path) or path in _all_names() else pathlib.Path(path)
    loaded = library.load(named, ["scheme", "regime", "safeguard"])
    item: Scheme | Regime | Safeguard = loaded.item
    if isinstance(item, Safeguard):
        _with_included(loaded, [], [])
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


# ------------------------------------------------------------------------ the parts


def _alone(scheme: Loaded) -> Loaded:
    """Return the regime of one scheme alone."""
    item: Scheme = scheme.item
    data = {
        "regime": item.scheme,
        "title": item.title,
        "summary": item.summary,
        "schemes": [{"scheme": item.scheme}],
        "memoranda": [],
        "sources": {},
    }
    regime = Regime.model_validate(data)
    return Loaded("regime", regime, data, scheme.document, scheme.path, {item.scheme: scheme})


def _merged(loaded: Loaded) -> dict[str, Any]:
    """Put the schemes of a regime, and the conduct that they declare, in one place."""
    regime: Regime = loaded.item
    world = copy.deepcopy(library.world_data())
    schemes = {}
    for member in regime.schemes:
        file = loaded.files[member.scheme]
        plain = file.item.model_dump(mode="json")
        schemes[member.scheme] = plain
        file.document.raise_if(merge.merge_conducts(world, plain))
    return {
        "regime": regime.regime,
        "title": regime.title,
        "summary": regime.summary,
        "safeguards": [],
        "schemes": schemes,
        "memoranda": [memo.model_dump(mode="json") for memo in regime.memoranda],
        "world": world,
        "sources": {name: s.model_dump(mode="json") for name, s in regime.sources.items()},
        "calibrations": {},
    }


def _calibrate(data: dict[str, Any], loaded: Loaded, wanted: dict[str, str]) -> None:
    for name in wanted:
        if name not in data["schemes"]:
            raise problem_of_file(
                loaded.document.file,
                f"a calibration is asked for {clean(name)}, which is not in this regime",
                nearest(name, data["schemes"]),
                listed(data["schemes"]),
            )
    for number, member in enumerate(loaded.item.schemes):
        letter = wanted.get(member.scheme) or member.calibration or "A"
        scheme = data["schemes"][member.scheme]
        known = scheme["calibrations"]
        if letter not in known and letter != "A":
            finding = Finding(
                ("schemes", number, "calibration"),
                f"{member.scheme} has no calibration {clean(letter)}",
                clean(letter),
                listed({*known, "A"}),
            )
            if member.scheme in wanted:
                raise problem_of_file(
                    loaded.files[member.scheme].document.file,
                    finding.message,
                    allowed=finding.allowed,
                )
            loaded.document.raise_if([finding])
        data["calibrations"][member.scheme] = letter
        file = loaded.files[member.scheme]
        at: Path = ("calibrations", letter, "patch")
        patches = known.get(letter, {}).get("patch", [])
        touched, findings = patch.apply(scheme, patches, ())
        file.document.raise_if([_moved(f, at) for f in findings])
        if touched:
            _, shape = build(Scheme, scheme)
            faults = shape + validate.scheme(scheme, data["world"], own_conducts=False)
            file.document.raise_if([_blamed(f, touched, at) for f in faults])


def _ordered(safeguards: Sequence[Named], loaded: Loaded) -> list[Loaded]:
    order: list[Loaded] = []
    asked: set[str] = set()
    for named in safeguards:
        safeguard = library.load(named, ["safeguard"])
        name = safeguard.item.safeguard
        if name in asked:
            message = f"the safeguard {name} is asked for twice"
            raise problem_of_file(loaded.document.file, message)
        asked.add(name)
        _with_included(safeguard, order, [])
    return order


def _with_included(safeguard: Loaded, order: list[Loaded], above: list[str]) -> None:
    item: Safeguard = safeguard.item
    if item.safeguard in above:
        chain = " > ".join([*above, item.safeguard])
        finding = Finding(("includes",), f"the safeguards include each other in a circle: {chain}")
        safeguard.document.raise_if([finding])
    if any(done.item.safeguard == item.safeguard for done in order):
        return
    for name in item.includes:
        included = safeguard if name == item.safeguard else library.load(name, ["safeguard"])
        _with_included(included, order, [*above, item.safeguard])
    order.append(safeguard)


def _protect(data: dict[str, Any], safeguard: Loaded) -> None:
    item: Safeguard = safeguard.item
    patches = [p.model_dump(mode="json") for p in item.patch]
    touched, findings = patch.apply(data, patches)
    safeguard.document.raise_if([_moved(f, ("patch",)) for f in findings])
    clash = merge.lend_sources(data, safeguard.data.get("sources") or {}, touched)
    safeguard.document.raise_if(clash)
    data["safeguards"].append(item.safeguard)
    _revalidate(data, safeguard, touched, ("patch",))


def _revalidate(
    data: dict[str, Any], blamed: Loaded, touched: list[tuple[Path, int]], at: Path
) -> None:
    _, findings = build(ResolvedRegime, data)
    findings += validate.resolved(data)
    blamed.document.raise_if([_blamed(f, touched, at) for f in findings])


def _moved(finding: Finding, at: Path) -> Finding:
    return Finding(
        (*at, *finding.path), finding.message, finding.value, finding.allowed, finding.hint
    )


def _blamed(finding: Finding, touched: list[tuple[Path, int]], at: Path) -> Finding:
    """Move a finding to the patch that touched the place, or to the whole list of them."""
    hits = [n for path, n in touched if finding.path[: len(path)] == path]
    hits += [n for path, n in touched if path[: len(finding.path)] == finding.path]
    patches = {n for _, n in touched}
    hits = hits or (sorted(patches) if len(patches) == 1 else [])
    place: Path = (*at, hits[0]) if hits else at
    where = path_text(finding.path)
    message = f"after this change {where}: {finding.message}"
    return Finding(place, message, finding.value, finding.allowed, finding.hint)
