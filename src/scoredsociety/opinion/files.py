"""Finding and reading questionnaires, of the catalogue and of users."""

from __future__ import annotations

import functools
import pathlib
from typing import Any

from scoredsociety.opinion import checking
from scoredsociety.opinion.questionnaire import Questionnaire
from scoredsociety.schemes import catalogue, library

KIND = "questionnaire"


def list_questionnaires() -> list[str]:
    """List the names of the questionnaires of the catalogue."""
    return library.names(KIND)


def load_questionnaire(named: library.Named) -> Questionnaire:
    """Load a questionnaire.

    Parameters
    ----------
    named : str or pathlib.Path
        A name of the catalogue; or a path, if it holds a slash or ends in ``.yaml``.

    Returns
    -------
    Questionnaire
        Frozen. Those of the catalogue are read once.

    Raises
    ------
    SchemeError
        With every mistake of the file, each with its line, what is allowed there and the likely
        fix.

    Examples
    --------
    >>> load_questionnaire("kostka-2018").frame.who
    'internet-users'
    """
    path = library.find(named, [KIND])
    return check_questionnaire(path) if library.is_path(named) else _packaged(path)


def check_questionnaire(path: library.Named) -> Questionnaire:
    """Read a file of your own and check it: keys and shapes, numbers, names, routes, scales.

    Parameters
    ----------
    path : str or pathlib.Path

    Returns
    -------
    Questionnaire

    Raises
    ------
    SchemeError
        As in `load_questionnaire`.
    """
    _, document = library.opened(pathlib.Path(path), [KIND])
    conducts = library.world_data()["conducts"]
    findings = checking.questionnaire(document.data, conducts)
    return library.typed(Questionnaire, document, findings)


def json_schema() -> dict[str, Any]:
    """Return a JSON Schema of every file that a user can write, questionnaires among them."""
    from pydantic import TypeAdapter

    schema = catalogue.json_schema()
    own = TypeAdapter(Questionnaire).json_schema()
    schema["$defs"] |= own.pop("$defs")
    schema["$defs"]["Questionnaire"] = own
    schema["anyOf"].append({"$ref": "#/$defs/Questionnaire"})
    schema["title"] = "A scheme, a regime, a safeguard or a questionnaire of scoredsociety"
    return schema


@functools.lru_cache(maxsize=64)
def _packaged(path: pathlib.Path) -> Questionnaire:
    return check_questionnaire(path)
