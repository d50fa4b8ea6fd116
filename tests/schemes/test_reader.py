"""The strict reader: what it refuses unread, and what a plain scalar means."""

from __future__ import annotations

import pathlib
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scoredsociety.schemes.errors import SchemeError, clean, show
from scoredsociety.schemes.reader import MOST_BYTES, parse, read


def refused(content: bytes) -> str:
    with pytest.raises(SchemeError) as caught:
        parse(content, "a.yaml").raise_if([])
    return str(caught.value)


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    start = time.perf_counter()
    with pytest.raises(SchemeError, match="50,000,000 bytes and was not read"):
        read(path)
    assert time.perf_counter() - start < 0.5


def test_billion_laughs_are_refused_at_the_first_anchor() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{n}: &{n} [{', '.join(['*' + p] * 9)}]" for p, n in zip("abcdefg", "bcdefgh", strict=True)
    ]
    assert "anchors" in refused("\n".join(lines).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 900_000,
        b"{a: " * 200_000,
        b"- " * 400_000,
        b"? " * 400_000,
        b"a: [" + b"1," * 400_000 + b"]",
        b"\n".join(b"k%d: 1" % i for i in range(60_000)),
        b"'" * 999_999,
    ],
    ids=["brackets", "braces", "dashes", "questions", "items", "keys", "quotes"],
)
def test_hostile_files_are_refused_soon(content: bytes) -> None:
    start = time.perf_counter()
    refused(content[:MOST_BYTES])
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"# only a comment\n", "the file is empty"),
        (b"a: 1\nb: \xff\n", "a.yaml:2: the file is not written in UTF-8"),
        ("a: 1".encode("utf-16"), "not written in UTF-8"),
        (b"a: 1\nb: \x00\n", "U+0000"),
        (b"a: \xef\xbb\xbf1", "U+FEFF"),
        (b'a: "\\ud800"', "U+D800"),
        (b"a: %b", "cannot be read as YAML"),
        (b"a: @b", "put the text in quotes"),
    ],
)
def test_unreadable_files(content: bytes, words: str) -> None:
    assert words in refused(content)


def test_a_mark_of_utf8_and_windows_line_ends_are_accepted() -> None:
    document = parse(b"\xef\xbb\xbfa: 1\r\nb: x\r\n", "a.yaml")
    assert document.data == {"a": 1, "b": "x"}
    assert document.mark(("b",)).line == 2


@pytest.mark.parametrize("named", [".", "/dev/null", "no-such-file.yaml", "a.yaml/b.yaml"])
def test_what_is_no_file_is_told(named: str) -> None:
    with pytest.raises(SchemeError, match=r"not a file|no such file|cannot be opened"):
        read(pathlib.Path(named))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-5", -5),
        ("+5", 5),
        ("0", 0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("18+", "18+"),
        ("a b", "a b"),
        ("'no'", "no"),
        ('"012"', "012"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_plain_scalars(text: str, value: object) -> None:
    document = parse(f"a: {text}".encode(), "a.yaml")
    document.raise_if([])
    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)


@pytest.mark.parametrize(
    "text",
    ["yes", "No", "ON", "off", "TRUE", "Null", "012", "-01", "00.5", "1:2", "12:30:45", "1_000",
     "2019-01-30", "0x1F", "0b1", ".inf", "-.INF", ".NaN", "1e999", "1" * 50],
)  # fmt: skip
def test_surprises_of_yaml_are_refused(text: str) -> None:
    assert refused(f"a: {text}".encode()).startswith("a.yaml:1: a: ")


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e9, 1e9, allow_subnormal=False).map(lambda x: round(x, 6))
    | st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcdefgh-", min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(PLAIN)
def test_what_pyyaml_writes_with_quotes_is_read_back(data: object) -> None:
    quoted = yaml.safe_dump({"a": data}, default_flow_style=False)
    document = parse(quoted.encode(), "a.yaml")
    if not document.found:
        assert document.data == {"a": data}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_bytes_raise_anything_but_a_scheme_error(content: bytes) -> None:
    told = ""
    try:
        parse(content, "a.yaml").raise_if([])
    except SchemeError as error:
        told = str(error)
    assert all(c == "\n" or c.isprintable() for c in told)


def test_values_are_shown_short_and_safe() -> None:
    assert show("x" * 5000) == '"' + "x" * 57 + '..."'
    assert clean("a\x1b[31mb\u202ec\n") == "a\\x1b[31mb\\u202ec\\n"
    assert show(None) == "null"
    assert show({"a": 1}) == "a block with the keys a"
    assert show([1]) == "a list of one item"


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    document = parse(b"a: yes\nb: 012\na: 2\nc: [1:30, no]\n", "a.yaml")
    with pytest.raises(SchemeError) as caught:
        document.raise_if([])
    assert [p.line for p in caught.value.problems] == [1, 2, 3, 4, 4]
    assert [p.path for p in caught.value.problems] == ["a", "b", "a", "c[0]", "c[1]"]
