"""Questionnaires: what is refused, with its line; those of the catalogue; their cards."""

from __future__ import annotations

import copy
import itertools
import json
import pathlib
import random
import re
from collections.abc import Iterator
from statistics import NormalDist
from typing import Any

import pytest
import yaml

from scoredsociety.opinion import checking
from scoredsociety.opinion.card import questionnaire_card
from scoredsociety.opinion.checking_routes import reach
from scoredsociety.opinion.files import (
    check_questionnaire,
    json_schema,
    list_questionnaires,
    load_questionnaire,
)
from scoredsociety.opinion.questionnaire import Published, Questionnaire
from scoredsociety.schemes import SchemeError, catalogue
from scoredsociety.schemes.library import root, world_data
from scoredsociety.schemes.quantities import Closed, Sourced
from scoredsociety.schemes.structure import build
from tests.conftest import Cli

HERE = pathlib.Path(__file__).parent
FAULTY = sorted((HERE / "faulty").glob("*.yaml"))
SOUND = HERE / "sound" / "small.yaml"
SHIPPED = ["everyone-2018", "kostka-2018", "merics-2019", "xu-2019"]
ODD: list[Any] = [None, True, 0, -1, 1.5, "x", "", [], {}, [1], {"a": 1}, [[]], "A", 10**30, [{}]]


def words(path: pathlib.Path) -> list[tuple[int | None, str]]:
    with pytest.raises(SchemeError) as caught:
        check_questionnaire(path)
    return [(p.line, str(p)) for p in caught.value.problems]


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_a_faulty_file_is_told_with_its_line(path: pathlib.Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    expected = re.match(r"^# line (\d+): (.+)$", first)
    assert expected, first
    told = words(path)
    assert any(line == int(expected[1]) and expected[2] in text for line, text in told), told
    assert len(told) <= 2, "one mistake is told once, or once more where it makes another"
    for _, text in told:
        assert text.isprintable()
        for word in ("pydantic", "Input should", "validation error", "NoneType", "dict"):
            assert word not in text


def test_the_file_that_they_are_made_of_is_sound() -> None:
    assert len(FAULTY) >= 80
    assert check_questionnaire(SOUND).questionnaire == "my-survey"


def test_all_mistakes_are_told_at_once(tmp_path: pathlib.Path) -> None:
    text = SOUND.read_text("utf-8")
    for old, new in (
        ("quotas: [age, sex]", "quotas: [age, age]"),
        ("neither: 0.3", "neither: 0.2"),
        ("item: pilot", "item: score"),
        ("items: [approve]", "items: [approval]"),
        ("headline: approve", "headlines: approve"),
    ):
        text = text.replace(old, new, 1)
    path = tmp_path / "many.yaml"
    path.write_text(text, "utf-8")
    told = " ".join(told for _, told in words(path))
    for part in ("stands twice", "add up to 0.9", "asked later", '"approval"', "headlines"):
        assert part in told


# ------------------------------------------------------------------- the catalogue


def sourced(value: object) -> Iterator[Sourced]:
    if isinstance(value, Sourced):
        yield value
    if isinstance(value, Closed):
        inner: list[Any] = [getattr(value, name) for name in type(value).model_fields]
    else:
        inner = list(value.values()) if isinstance(value, dict) else []
        inner += value if isinstance(value, list) else []
    for one in inner:
        yield from sourced(one)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_questionnaire_of_the_catalogue_is_sound_and_sourced(name: str) -> None:
    assert list_questionnaires() == SHIPPED
    q = load_questionnaire(name)
    assert q.questionnaire == name
    assert load_questionnaire(name) is q, "read once"
    assert check_questionnaire(root() / "questionnaires" / f"{name}.yaml") == q
    assert q.unpublished
    used = {entry.source for entry in sourced(q)} - {None}
    assert used == set(q.sources), "every source is used"
    for entry in sourced(q):
        if isinstance(entry, Published):
            assert entry.source, "what is published has a source"
            assert entry.confidence != "assumed"


def test_the_published_figures_of_the_survey_of_2018() -> None:
    q = load_questionnaire("kostka-2018")
    assert (q.sample.size.value, q.sample.size.confidence) == (2209, "H")
    assert (q.frame.who, q.frame.youngest, q.frame.oldest) == ("internet-users", 14, 65)
    found = {n: [(f.value, f.confidence) for f in i.published] for n, i in q.items.items()}
    assert {name: figures for name, figures in found.items() if figures} == {
        "in-pilot": [(0.43, "H")],
        "aware": [(0.07, "H"), (0.11, "H")],
        "commercial": [(0.8, "H")],
        "lack-of-trust": [(0.76, "H")],
        "approve": [(0.8, "H"), (0.19, "H"), (0.01, "H"), (0.5, "H")],
        "manager": [(0.59, "H"), (0.09, "H"), (0.17, "H"), (0.02, "H")],
        "no-national-system": [(0.01, "H")],
        "purchases": [(0.72, "H")],
    }
    for name, item in q.items.items():
        for figure in item.published:  # the shares in use are those that are published
            if item.shares is not None:
                total = sum(item.shares.values[answer] for answer in figure.answers)
                assert total == pytest.approx(figure.value), (name, figure.what)
    assert all(part.confidence == "assumed" for part in sourced(q.panel))
    everyone = load_questionnaire("everyone-2018")
    assert everyone.reference == q.frame
    for name in set(everyone.items) & set(q.items):
        ours, theirs = everyone.items[name], q.items[name]
        assert (ours.asks, ours.scale, ours.neutral) == (theirs.asks, theirs.scale, theirs.neutral)
        if ours.shares is not None and theirs.shares is not None:
            assert ours.shares.values == theirs.shares.values


def test_derived_numbers_follow_from_published_ones() -> None:
    normal = NormalDist()
    told = load_questionnaire("merics-2019").experiments["pros-and-cons"]
    shift = told.arms["arguments"].shift
    assert shift is not None
    assert shift.value == pytest.approx(normal.inv_cdf(0.29) - normal.inv_cdf(0.53), abs=5e-4)
    after = {f.arm: f.value for f in load_questionnaire("xu-2019").experiments["texts"].published}
    assert after["repression"] == pytest.approx(7.5 * (1 - 0.12))
    assert after["control"] == after["order-maintenance"] == 7.5


def test_names_and_files_that_are_no_questionnaire() -> None:
    with pytest.raises(SchemeError, match=r"Likely fix: write kostka-2018"):
        load_questionnaire("kostka-2019")
    with pytest.raises(SchemeError, match="this is the file of a scheme"):
        load_questionnaire(root() / "schemes" / "court-list.yaml")
    with pytest.raises(SchemeError, match="this is the file of a questionnaire"):
        catalogue.check_scheme(SOUND)


def test_the_schema_covers_questionnaires() -> None:
    from pydantic import TypeAdapter

    schema = json_schema()
    own = TypeAdapter(Questionnaire).json_schema()["$defs"]
    theirs = catalogue.json_schema()["$defs"]
    assert all(own[name] == theirs[name] for name in own.keys() & theirs.keys())
    assert [ref["$ref"].split("/")[-1] for ref in schema["anyOf"]] == [
        "Scheme", "Regime", "Safeguard", "Questionnaire",
    ]  # fmt: skip
    named = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    assert named <= schema["$defs"].keys()


# -------------------------------------------------------- the checks against slow ones


def nobody(routes: dict[str, list[tuple[str, list[str]]]]) -> set[str]:
    """Return items that no set of answers leads to, by trying all answers."""
    left = set(routes)
    for given in itertools.product(("yes", "no"), repeat=len(routes)):
        answers = dict(zip(routes, given, strict=True))
        asked: set[str] = set()
        for name, needs in routes.items():
            if all(to in asked and answers[to] in wanted for to, wanted in needs):
                asked.add(name)
        left -= asked
    return left


def test_contradictions_are_those_that_all_answers_show() -> None:
    luck = random.Random(4)
    seen = 0
    for _ in range(300):
        names = ["a", "b", "c", "d", "e"]
        routes = {
            name: [
                (luck.choice(names[:k]), [luck.choice(("yes", "no"))])
                for _ in range(luck.choice((0, 1, 2)) if k else 0)
            ]
            for k, name in enumerate(names)
        }
        asked = {
            name: {"answer": "informed", "asked": [{"item": i, "answers": a} for i, a in needs]}
            for name, needs in routes.items()
        }
        empty: set[str] = set()
        for name, left in reach(asked).items():
            if not all(left.values()) or any(to in empty for to, _ in routes[name]):
                empty.add(name)
        assert empty == nobody(routes), routes
        seen += bool(empty)
    assert 50 < seen < 250


def places(data: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data if isinstance(data, list) else [])
    )
    for key, value in inner:
        yield from places(value, (*path, key))


def test_odd_values_never_crash() -> None:
    conducts = world_data()["conducts"]
    whole = yaml.safe_load(SOUND.read_text("utf-8"))
    accepted = 0
    cases = list(itertools.product(list(places(whole))[1:], ODD))
    for place, value in random.Random(4).sample(cases, 1200):
        data = copy.deepcopy(whole)
        at = data
        for key in place[:-1]:
            at = at[key]
        at[place[-1]] = value
        findings = checking.questionnaire(data, conducts)
        assert all(f.message and f.path is not None for f in findings)
        item, shape = build(Questionnaire, data)
        if item is not None and not findings:
            assert not shape
            questionnaire_card(item)
            accepted += 1
    assert accepted


# --------------------------------------------------------------------- cards, commands


@pytest.mark.parametrize("name", SHIPPED)
def test_a_card_shows_items_figures_gaps_and_sources(name: str) -> None:
    q = load_questionnaire(name)
    card = questionnaire_card(q)
    lines = card.split("\n")
    assert lines[0] == q.title
    assert name in lines[1]
    assert all(len(line) <= 100 for line in lines if "http" not in line)
    assert all(line == line.rstrip() and (line == "" or line.isprintable()) for line in lines)
    text = " ".join(card.split())
    spots = [text.index(f"{n} {key}: ") for n, key in enumerate(q.items, start=1)]
    assert spots == sorted(spots), "in the order in which they are asked"
    parts = [*q.unpublished, *(source.title for source in q.sources.values())]
    for item in q.items.values():
        parts += [item.asks, *(f.what for f in item.published)]
        parts += [f"to {route.item}." for route in item.asked]
    for experiment in q.experiments.values():
        parts += [experiment.title, *experiment.controls, *(f.what for f in experiment.published)]
        parts += [arm.title for arm in experiment.arms.values()]
    for part in parts:
        assert " ".join(part.split()) in text
    assumed = sum(entry.confidence == "assumed" for entry in sourced(q))
    assert f"{assumed} entries rest on no published and verified number" in text


def test_the_commands_know_questionnaires(cli: Cli) -> None:
    assert cli("show", "xu-2019").out.startswith("Information experiment")
    assert cli("show", SOUND).out.startswith("My survey")
    told = cli("check", SOUND, HERE / "faulty" / "quota-twice.yaml")
    assert told.code == 2
    assert told.out.endswith("small.yaml: a questionnaire, no mistake found\n")
    assert 'the quota "age" stands twice' in told.err
    assert "Questionnaire" in cli("schema").out
