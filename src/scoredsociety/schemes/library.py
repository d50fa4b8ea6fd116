"""Finding and reading the files of the catalogue and of users."""

from __future__ import annotations

import functools
import importlib.resources
import pathlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from scoredsociety.schemes import surroundings, validate
from scoredsociety.schemes.document import Document
from scoredsociety.schemes.errors import Finding, clean, listed, nearest, problem_of_file, show
from scoredsociety.schemes.model import Regime, Safeguard, Scheme
from scoredsociety.schemes.plain import items, under
from scoredsociety.schemes.quantities import OptionalQuantity
from scoredsociety.schemes.reader import read
from scoredsociety.schemes.structure import build
from scoredsociety.schemes.world import World

Model = TypeVar("Model", bound=BaseModel)
Named = str | pathlib.Path

FOLDERS = {
    "regime": "regimes",
    "safeguard": "safeguards",
    "scheme": "schemes",
    "questionnaire": "questionnaires",
}
WORLD_FILES = (
    "parameters",
    "contexts",
    "channels",
    "conducts",
    "sanctions",
    "institutions",
    "gravity",
    "opinion",
)


@dataclass
class Loaded:
    """A file that was read and found sound on its own.

    Attributes
    ----------
    kind : str
        ``scheme``, ``regime`` or ``safeguard``.
    item : Scheme or Regime or Safeguard
        The typed form.
    data : dict
        Its plain form.
    document : Document
        Positions for later messages.
    path : pathlib.Path
        Where it was read from.
    files : dict of str to Loaded
        Only of a regime: the schemes that it names, by their own name.
    """

    kind: str
    item: Any
    data: dict[str, Any]
    document: Document
    path: pathlib.Path
    files: dict[str, Loaded]


def root() -> pathlib.Path:
    """Return the folder of the catalogue inside the package."""
    return pathlib.Path(str(importlib.resources.files("scoredsociety"))) / "catalogue"


def names(kind: str) -> list[str]:
    """List the names of one kind of file of the catalogue, in order."""
    return sorted(path.stem for path in (root() / FOLDERS[kind]).glob("*.yaml"))


def is_path(named: Named) -> bool:
    """Whether this is meant as a file rather than a name of the catalogue."""
    return isinstance(named, pathlib.Path) or bool(re.search(r"[/\\]|\.ya?ml$", named))


def find(named: Named, kinds: Sequence[str]) -> pathlib.Path:
    """Return the file of a name of the catalogue, or the path as it is.

    Raises
    ------
    SchemeError
        When the catalogue has no such name.
    """
    if is_path(named):
        return pathlib.Path(named)
    name = str(named)
    for kind in kinds:
        if name in names(kind):
            return root() / FOLDERS[kind] / f"{name}.yaml"
    known = [known for kind in kinds for known in names(kind)]
    raise problem_of_file(
        clean(name),
        f"the catalogue has no {kinds[0]} of this name",
        nearest(name, known) or "give a path that ends in .yaml for a file of your own",
        listed(known),
    )


def load(named: Named, kinds: Sequence[str]) -> Loaded:
    """Read a file and check it as far as it can be checked on its own.

    Parameters
    ----------
    named : str or pathlib.Path
        A name of the catalogue, or a path.
    kinds : sequence of str
        What may be found there, first choice first.

    Returns
    -------
    Loaded
        For reading only: the files of the catalogue are read once and shared.

    Raises
    ------
    SchemeError
        With every mistake of the file.
    """
    path = find(named, kinds)
    return (_load if is_path(named) else _load_packaged)(path, tuple(kinds))


@functools.lru_cache(maxsize=256)
def _load_packaged(path: pathlib.Path, kinds: tuple[str, ...]) -> Loaded:
    return _load(path, kinds)


def _load(path: pathlib.Path, kinds: Sequence[str]) -> Loaded:
    kind, document = opened(path, kinds)
    loaded = Loaded(kind, None, document.data, document, path, {})
    {"scheme": _scheme, "regime": _regime, "safeguard": _safeguard}[kind](loaded)
    return loaded


def opened(path: pathlib.Path, kinds: Sequence[str]) -> tuple[str, Document]:
    """Read a file and tell by its keys which of some kinds it is.

    Raises
    ------
    SchemeError
        When it cannot be read, or is none of them.
    """
    document = read(path)
    data = document.data
    if not isinstance(data, dict):
        document.raise_if([Finding((), "the file must be a block of keys and values")])
    kind = next((k for k in FOLDERS if k in data), None)
    if kind is None or kind not in kinds:
        wanted = " or ".join(f"{k}:" for k in kinds)
        found = f"this is the file of a {kind}" if kind else "it cannot be told what this file is"
        document.raise_if([Finding((), found, hint=f"a file of this kind has the key {wanted}")])
    return str(kind), document


def typed(kind: type[Model], document: Document, findings: list[Finding]) -> Model:
    """Make the typed form of a file, or raise everything that was found in it.

    Raises
    ------
    SchemeError
        With ``findings`` and the mistakes of shape.
    """
    item, shape = build(kind, document.data)
    told = {finding.path for finding in findings}
    shape = [f for f in shape if f.path not in told]
    document.raise_if(shape + findings)
    if item is None:  # every finding repeated one of the reader's, which has raised
        raise problem_of_file(document.file, "the file cannot be read")
    return item


def _scheme(loaded: Loaded) -> None:
    findings = validate.scheme(loaded.data, world_data())
    loaded.item = typed(Scheme, loaded.document, findings)


def _safeguard(loaded: Loaded) -> None:
    findings = validate.safeguard(loaded.data, names("safeguard"))
    findings += _new_numbers(loaded.data, "patch")
    loaded.item = typed(Safeguard, loaded.document, findings)


def _regime(loaded: Loaded) -> None:
    findings = _members(loaded)
    schemes = {name: file.data for name, file in loaded.files.items()}
    findings += validate.regime(loaded.data, schemes, world_data())
    findings += _new_numbers(loaded.data, "changes")
    loaded.item = typed(Regime, loaded.document, findings)


def _new_numbers(data: dict[str, Any], key: str) -> list[Finding]:
    """Check the shape of the quantities that changes bring."""
    findings: list[Finding] = []
    for i, patch in enumerate(items(data, key)):
        value = patch.get("to")
        if isinstance(value, dict) and "value" in value:
            _, shape = build(OptionalQuantity, value)
            findings += [under((key, i, "to"), f) for f in shape]
    return findings


def _members(loaded: Loaded) -> list[Finding]:
    """Read the schemes a regime names and put their own names in the place of files."""
    findings: list[Finding] = []
    members = loaded.data.get("schemes")
    for i, member in enumerate(members if isinstance(members, list) else []):
        named = member.get("scheme") if isinstance(member, dict) else None
        if not isinstance(named, str):
            continue
        at = ("schemes", i, "scheme")
        if is_path(named):
            file = _beside(loaded.path, named)
            if file is None:
                findings.append(
                    Finding(
                        at,
                        f"{show(named)} is outside the folder of this file",
                        show(named),
                        "the name of a scheme of the catalogue, or of a file in the folder of "
                        "this regime or below",
                    )
                )
                continue
            scheme = _load(file, ["scheme"])
        elif named in names("scheme"):
            scheme = load(named, ["scheme"])
        else:
            known = names("scheme")
            message = f"there is no scheme {show(named)}"
            hint = nearest(named, known) or "for a file next to this one write its name with .yaml"
            findings.append(Finding(at, message, show(named), listed(known), hint))
            continue
        own = scheme.item.scheme
        member["scheme"] = own
        loaded.files.setdefault(own, scheme)
    return findings


def _beside(regime: pathlib.Path, named: str) -> pathlib.Path | None:
    folder = regime.resolve().parent
    if re.search(r"^[/\\~]|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|\x00", named):
        return None
    try:
        path = (folder / named).resolve()
    except (OSError, RuntimeError):
        return None
    return path if path.is_relative_to(folder) else None


# ---------------------------------------------------------------------- the world


@functools.lru_cache(maxsize=1)
def _world() -> tuple[World, dict[str, Any]]:
    whole = Document("catalogue", {})
    for name in WORLD_FILES:
        part = read(root() / f"{name}.yaml")
        for key, value in part.data.items():
            if key in whole.data and isinstance(value, dict):
                whole.data[key] |= value
            else:
                whole.data[key] = value
        whole.keys |= part.keys
        whole.values |= part.values
        whole.found += part.found
    item, findings = build(World, whole.data)
    whole.raise_if(findings + surroundings.world(whole.data))
    if item is None:
        raise problem_of_file("catalogue", "the world cannot be read")
    return item, item.model_dump(mode="json")


def world() -> World:
    """Return the world of the catalogue (frozen; read once)."""
    return _world()[0]


def world_data() -> dict[str, Any]:
    """Return the world as plain data: for reading only, copy before a change."""
    return _world()[1]
