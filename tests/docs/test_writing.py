"""The files that docs/writing-a-scheme.md shows are accepted as they stand, a wrong one is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scoredsociety import check_scheme, resolve
from scoredsociety.schemes import SchemeError
from scoredsociety.schemes.model import Regime, Safeguard, Scheme

PAGE = Path(__file__).resolve().parents[2] / "docs" / "writing-a-scheme.md"
KINDS = {"points", "list", "record", "features", "stars", "organisations"}


def shown() -> dict[str, str]:
    """Return the files of the page, by name."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return {block.split("\n", 1)[0].removeprefix("# file: "): block for block in blocks}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in shown().items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", shown())
def test_every_file_of_the_page_is_accepted(folder: Path, name: str) -> None:
    check_scheme(folder / name)


def test_the_page_shows_every_kind_of_scheme_a_regime_and_a_safeguard(folder: Path) -> None:
    found = [check_scheme(folder / name) for name in shown()]
    assert {x.kind for x in found if isinstance(x, Scheme)} == KINDS
    assert [type(x) for x in found if not isinstance(x, Scheme)] == [Regime, Safeguard]


def test_the_safeguard_of_the_page_fits_its_regime(folder: Path) -> None:
    check_scheme(folder / "second-chance.yaml", folder / "small-town.yaml")
    regime = resolve(folder / "small-town.yaml", [folder / "second-chance.yaml"])
    assert [m.origin for m in regime.memoranda] == ["parcel-store"]
    assert set(regime.of_organisations()) == {"bakery-grades"}


def test_a_file_of_the_page_with_a_mistake_is_refused(folder: Path) -> None:
    path = folder / "quiet-street.yaml"
    path.write_text(path.read_text("utf-8").replace("littering", "loitering"), "utf-8")
    with pytest.raises(SchemeError, match="loitering"):
        check_scheme(path)
