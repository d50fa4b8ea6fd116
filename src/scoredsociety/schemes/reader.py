"""A strict reader of YAML files that remembers the line of everything.

Only plain mappings, lists and scalars are accepted: no anchors, aliases, tags, merge keys,
directives or second documents, so a small file cannot unfold into a large one and no text
can make an object. Sizes are bounded before anything is parsed.
"""

from __future__ import annotations

import codecs
import pathlib
import re
import stat
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from scoredsociety.schemes import scalars
from scoredsociety.schemes.document import Document, Mark
from scoredsociety.schemes.errors import (
    Finding,
    Path,
    Problem,
    SchemeError,
    Tree,
    clean,
    problem_of_file,
    show,
)

MOST_BYTES = 1_000_000
MOST_NODES = 20_000
DEEPEST = 20
LONGEST_KEY = 200

FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060"
    "\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

SYNTAX = (
    ("mapping values are not allowed", "put a text that contains a colon in quotes"),
    ("could not find expected ':'", "write key: value, and put long texts in quotes"),
    ("expected <block end>", "items of one block must begin in the same column"),
    ("did not find expected key", "items of one block must begin in the same column"),
    ("did not find expected '-'", "items of one list must begin in the same column"),
    ("expected ',' or '}'", "close the bracket }, and put texts with a comma in quotes"),
    ("did not find expected ',' or '}'", "close the bracket }, and put such texts in quotes"),
    ("did not find expected ',' or ']'", "close the bracket ]"),
    ("expected ',' or ']'", "close the bracket ]"),
    ("found unexpected end of stream", "close the quotes or the bracket"),
    ("cannot start any token", "put the text in quotes"),
)


class _Loader(yaml.SafeLoader):
    """The safe loader of PyYAML, used for its events only."""


def read(path: pathlib.Path) -> Document:
    """Read a file.

    Parameters
    ----------
    path : pathlib.Path
        A regular file of at most ``MOST_BYTES`` bytes.

    Returns
    -------
    Document

    Raises
    ------
    SchemeError
        When the file cannot be read at all: missing, too large, not UTF-8, not YAML.
    """
    name = clean(path.name)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise problem_of_file(name, "this is not a file", "name a file that ends in .yaml")
        if status.st_size > MOST_BYTES:
            raise _too_large(name, status.st_size)
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise problem_of_file(name, "there is no such file", "check the name and folder") from None
    except (OSError, ValueError):
        raise problem_of_file(name, "the file cannot be opened") from None
    return parse(content, name)


def parse(content: bytes, name: str) -> Document:
    """Read the bytes of a file; see `read`."""
    if len(content) > MOST_BYTES:
        raise _too_large(name, len(content))
    text = _decode(content, name)
    document = Document(name)
    builder = _Builder(document)
    try:
        builder.run(_events(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _stop(name, mark, *_explain(f"{error.problem or ''} {error.context or ''}"))
    except (yaml.YAMLError, RecursionError):
        _stop(name, None, "the file cannot be read as YAML", "")
    return document


def _events(text: str) -> Iterator[Any]:
    return iter(yaml.parse(text, Loader=_Loader))


def _decode(content: bytes, name: str) -> str:
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = "the file is not written in UTF-8"
        hint = "save the file again with the encoding UTF-8"
        raise SchemeError([Problem(name, line, None, "", "", message, "", hint)]) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    problems = []
    for number, line_text in enumerate(text.split("\n"), start=1):
        match = FORBIDDEN.search(line_text)
        if match:
            message, hint = _character(match.group())
            value = show(match.group())
            column = match.start() + 1
            problems.append(Problem(name, number, column, "", value, message, "", hint))
    if problems:
        raise SchemeError(problems)
    return text


def _character(found: str) -> tuple[str, str]:
    if found == "\t":
        return "a tab stands here; YAML is indented with spaces", "replace the tab by spaces"
    code = f"U+{ord(found):04X}"
    if DIRECTIONS.match(found):
        return (
            f"the invisible character {code} changes the direction of the text, so that a file "
            "can show something else than it says",
            "delete the invisible character",
        )
    return f"the invisible or control character {code} is not allowed", "delete it"


class _Builder:
    """Turns events into plain data and keeps the positions."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes = 0

    def run(self, events: Iterator[Any]) -> None:
        started = False
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if started:
                    self.stop(event, "a second document begins here", "keep one in a file")
                if event.version or event.tags:
                    self.stop(event, "lines that begin with % are not allowed", "delete the line")
                started = True
            elif isinstance(event, yaml.NodeEvent):
                self.document.data = self.value(event, events, ())
        if not started:
            _stop(self.document.file, None, "the file is empty", "")

    def value(self, event: Tree, events: Iterator[Any], path: Path) -> Tree:
        scalar = isinstance(event, yaml.ScalarEvent)
        own = self.mark(event)
        self.document.values[path] = own if scalar else self.document.keys.get(path, own)
        self.check(event, path)
        if scalar:
            return self.scalar(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self.value(event, events, (*path, len(items))))
            return items
        return self.mapping(events, path)

    def mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            self.check(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                self.stop(
                    event, "a key must be a single word", "put a text with brackets in quotes"
                )
            key = event.value
            mark = self.mark(event)
            if FORBIDDEN.search(key) or len(key) > LONGEST_KEY:
                self.stop(event, f"{show(key)} cannot be a key", "write a plain word")
            inner: Path = (*path, key)
            if key == "<<" and event.style is None:
                self.stop(event, "merge keys (<<) are not allowed", "write the keys out")
            if key in data:
                first = self.document.keys[inner].line
                finding = Finding(
                    inner,
                    f"the key stands twice; the first time in line {first}",
                    hint="delete one of the two",
                )
                keys, values = dict(self.document.keys), dict(self.document.values)
                self.value(next(events), events, inner)
                self.document.keys, self.document.values = keys, values
                self.document.found.append((finding, mark))
                continue
            self.document.keys[inner] = mark
            data[key] = self.value(next(events), events, inner)
        return data

    def scalar(self, event: Tree, path: Path) -> Tree:
        if event.style is not None:
            hidden = FORBIDDEN.search(event.value.replace("\n", "").replace("\t", ""))
            if hidden:
                message, hint = _character(hidden.group())
                finding = Finding(path, message, show(event.value), hint=hint)
                self.document.found.append((finding, self.mark(event)))
            return event.value
        try:
            return scalars.plain(event.value)
        except scalars.Refused as refused:
            finding = Finding(path, refused.message, show(event.value), hint=refused.hint)
            self.document.found.append((finding, self.mark(event)))
            return event.value

    def check(self, event: Tree, path: Path) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self.stop(event, f"the file holds more than {MOST_NODES} items", "split the file")
        if len(path) > DEEPEST:
            self.stop(event, f"blocks are nested more than {DEEPEST} deep", "")
        if isinstance(event, yaml.AliasEvent):
            self.stop(event, "references (*name) are not allowed", "write the value out")
        if event.anchor is not None:
            self.stop(event, "anchors (&name) are not allowed", "delete the anchor")
        if event.tag is not None:
            self.stop(event, "tags (!name) are not allowed", "delete the tag or use quotes")

    def mark(self, event: Tree) -> Mark:
        start = event.start_mark
        return Mark(self.document.file, start.line + 1, start.column + 1)

    def stop(self, event: Tree, message: str, hint: str) -> NoReturn:
        _stop(self.document.file, event.start_mark, message, hint)


def _explain(said: str) -> tuple[str, str]:
    for part, hint in SYNTAX:
        if part in said:
            return "the file cannot be read as YAML from here on", hint
    if "character" in said and "%" in said:
        return "the file cannot be read as YAML from here on", "put the text in quotes"
    return "the file cannot be read as YAML from here on", "check indents, quotes and brackets"


def _too_large(name: str, size: int) -> SchemeError:
    return problem_of_file(
        name,
        f"the file has {size:,} bytes and was not read",
        allowed=f"at most {MOST_BYTES:,} bytes",
    )


def _stop(file: str, mark: Tree, message: str, hint: str) -> NoReturn:
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    raise SchemeError([Problem(file, line, column, "", "", message, "", hint)]) from None
