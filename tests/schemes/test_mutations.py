"""Any part of any file of the catalogue, made odd: a told mistake or a sound file, no crash."""

from __future__ import annotations

import contextlib
import copy
import pathlib
import random
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from scoredsociety.schemes import SchemeError, check_scheme
from scoredsociety.schemes.library import root

FILES = [
    path
    for folder in ("schemes", "regimes", "safeguards")
    for path in sorted((root() / folder).glob("*.yaml"))
]
ODD: list[Any] = [None, True, 0, -1, 1.5, "x", "", [], {}, [1], {"a": 1}, [[]], "A", 10**30, [{}]]


def places(data: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data if isinstance(data, list) else [])
    )
    for key, value in inner:
        yield from places(value, (*path, key))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_odd_values_never_crash(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    whole = yaml.safe_load(path.read_text(encoding="utf-8"))
    whole["published"] = whole.get("published", [])[:1]
    if not whole["published"]:
        del whole["published"]
    cases = [(place, value) for place in places(whole) if place for value in ODD]
    for place, value in random.Random(path.stem).sample(cases, min(5, len(cases))):
        data = copy.deepcopy(whole)
        at = data
        for key in place[:-1]:
            at = at[key]
        at[place[-1]] = value
        file = tmp_path / "odd.yaml"
        file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
        with contextlib.suppress(SchemeError):
            check_scheme(file)
