"""Writing out a regime: merge, calibrate, change, protect, and check after each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
from scoredsociety.schemes.model import Regime, ResolvedRegime, Safeguard, Scheme
from scoredsociety.schemes.plain import under
from scoredsociety.schemes.structure import build

Touched = list[tuple[Path, int]]
"""What a list of changes touched, and which of them."""


def resolve(
    regime: Named,
    safeguards: Sequence[Named],
    calibrations: dict[str, str],
    idle: dict[str, str] | None = None,
) -> ResolvedRegime:
    """Write out a regime; see `scoredsociety.schemes.catalogue.resolve` and `resolve_as_far`."""
    loaded = library.load(regime, ["regime", "scheme"])
    if loaded.kind == "scheme":
        loaded = _alone(loaded)
    data = _merged(loaded)
    _calibrate(data, loaded, calibrations)
    _revalidate(data, loaded, [], ())
    if loaded.item.changes:
        _change(data, loaded, "changes")
    _write_out_institutions(data)
    return _protected(data, safeguards, loaded.document.file, idle)


def guarded(regime: ResolvedRegime, safeguards: Sequence[Named]) -> ResolvedRegime:
    """Apply safeguards to a regime that is written out already, on a copy; see `resolve`."""
    return _protected(regime.model_dump(mode="json"), safeguards, regime.regime, None)


def _protected(
    data: dict[str, Any], safeguards: Sequence[Named], file: str, idle: dict[str, str] | None
) -> ResolvedRegime:
    """Apply safeguards to the plain form of a regime that came from ``file``."""
    for safeguard in _ordered(safeguards, file):
        reasons: list[str] | None = None if idle is None else []
        if not _change(data, safeguard, "patch", reasons) and idle is not None:
            idle[safeguard.item.safeguard] = "; ".join(reasons or [])
            continue
        data["safeguards"].append(safeguard.item.safeguard)
        _write_out_institutions(data)
    item, _ = build(ResolvedRegime, data)
    if item is None:
        raise problem_of_file(file, "the regime cannot be written out")
    return item


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
    world = library.world().model_dump(mode="json")
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
        "joint": [row.model_dump(mode="json") for row in regime.joint],
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
        file.document.raise_if([under(at, f) for f in findings])
        if touched:
            _, shape = build(Scheme, scheme)
            faults = shape + validate.scheme(scheme, data["world"], own_conducts=False)
            file.document.raise_if([_blamed(f, touched, at) for f in faults])


def _ordered(safeguards: Sequence[Named], file: str) -> list[Loaded]:
    order: list[Loaded] = []
    asked: set[str] = set()
    for named in safeguards:
        safeguard = library.load(named, ["safeguard"])
        name = safeguard.item.safeguard
        if name in asked:
            message = f"the safeguard {name} is asked for twice"
            raise problem_of_file(file, message)
        asked.add(name)
        with_included(safeguard, order, [])
    return order


def with_included(safeguard: Loaded, order: list[Loaded], above: list[str]) -> None:
    """Put a safeguard into an order, after those that it includes and each once.

    Parameters
    ----------
    safeguard : Loaded
    order : list of Loaded
        Added to in place.
    above : list of str
        Names of the safeguards that led here.

    Raises
    ------
    SchemeError
        When safeguards include each other in a circle.
    """
    item: Safeguard = safeguard.item
    if item.safeguard in above:
        chain = " > ".join([*above, item.safeguard])
        finding = Finding(("includes",), f"the safeguards include each other in a circle: {chain}")
        safeguard.document.raise_if([finding])
    if any(done.item.safeguard == item.safeguard for done in order):
        return
    for name in item.includes:
        included = safeguard if name == item.safeguard else library.load(name, ["safeguard"])
        with_included(included, order, [*above, item.safeguard])
    order.append(safeguard)


def _change(data: dict[str, Any], loaded: Loaded, key: str, idle: list[str] | None = None) -> bool:
    """Apply the patches of a regime or safeguard, and blame its own lines for what they break.

    Returns whether anything was touched.
    """
    patches = [p.model_dump(mode="json") for p in getattr(loaded.item, key)]
    touched, findings = patch.apply(data, patches, idle=idle)
    loaded.document.raise_if([under((key,), f) for f in findings])
    clash = merge.lend_sources(data, loaded.data.get("sources") or {}, touched)
    loaded.document.raise_if(clash)
    _revalidate(data, loaded, touched, (key,))
    return bool(touched)


def _write_out_institutions(data: dict[str, Any]) -> None:
    """Name the institutions of each row of joint enforcement; leave out rows without any."""
    known = list(data["world"]["institutions"])
    for row in data["joint"]:
        if row["institutions"] == "all":
            row["institutions"] = list(known)
    data["joint"] = [row for row in data["joint"] if row["institutions"]]


def _revalidate(data: dict[str, Any], blamed: Loaded, touched: Touched, at: Path) -> None:
    _, findings = build(ResolvedRegime, data)
    findings += validate.resolved(data)
    blamed.document.raise_if([_blamed(f, touched, at) for f in findings])


def _blamed(finding: Finding, touched: Touched, at: Path) -> Finding:
    """Move a finding to the patch that touched the place, or to the whole list of them."""
    hits = [n for path, n in touched if finding.path[: len(path)] == path]
    hits += [n for path, n in touched if path[: len(finding.path)] == finding.path]
    patches = {n for _, n in touched}
    hits = hits or (sorted(patches) if len(patches) == 1 else [])
    place: Path = (*at, hits[0]) if hits else at
    where = path_text(finding.path)
    message = f"after this change {where}: {finding.message}" if touched else finding.message
    return replace(finding, path=place, message=message, at_key=False)
