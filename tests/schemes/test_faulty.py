"""One faulty file for each mistake: its first line says the line and the words to expect."""

from __future__ import annotations

import pathlib
import re

import pytest

from scoredsociety.schemes import SchemeError, check_scheme

FAULTY = sorted((pathlib.Path(__file__).parent / "faulty").glob("*.yaml"))


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_a_faulty_file_is_told_with_its_line(path: pathlib.Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    expected = re.match(r"^# line (\d+): (.+)$", first)
    assert expected, first
    with pytest.raises(SchemeError) as caught:
        check_scheme(path)
    told = [(p.line, str(p)) for p in caught.value.problems]
    line, words = int(expected[1]), expected[2]
    assert any(at == line and words in text for at, text in told), told


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_messages_hold_no_words_of_the_machinery(path: pathlib.Path) -> None:
    with pytest.raises(SchemeError) as caught:
        check_scheme(path)
    text = str(caught.value)
    for word in ("pydantic", "Input should", "validation error", "NoneType", "dict", "str_type"):
        assert word not in text
    assert all(c == "\n" or c.isprintable() for c in text)


def test_there_are_enough_of_them() -> None:
    assert len(FAULTY) >= 45
