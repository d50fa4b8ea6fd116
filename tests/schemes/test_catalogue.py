"""The catalogue itself, regimes written out, and files of users."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from scoredsociety.schemes import (
    SchemeError,
    check_scheme,
    json_schema,
    list_regimes,
    list_safeguards,
    list_schemes,
    load_regime,
    load_safeguard,
    load_scheme,
    load_world,
    resolve,
)
from scoredsociety.schemes.library import root
from scoredsociety.schemes.quantities import Closed, Sourced

FILES = sorted(
    path
    for folder in ("schemes", "regimes", "safeguards")
    for path in (root() / folder).glob("*.yaml")
)


def sourced(value: object, path: str = "") -> Iterator[tuple[str, Sourced]]:
    if isinstance(value, Sourced):
        yield path, value
    if isinstance(value, Closed):
        for name in type(value).model_fields:
            yield from sourced(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from sourced(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from sourced(inner, f"{path}.{i}")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_of_the_catalogue_conforms(path: pathlib.Path) -> None:
    item = check_scheme(path)
    assert path.stem in (getattr(item, k, None) for k in ("scheme", "regime", "safeguard"))


def test_the_lists_name_every_file() -> None:
    assert sorted([*list_schemes(), *list_regimes(), *list_safeguards()]) == sorted(
        p.stem for p in FILES
    )
    assert {"none", "fragmented-2018"} <= set(list_regimes())


def test_remembered_numbers_are_marked_as_assumed() -> None:
    city, court = load_scheme("rongcheng-points"), load_scheme("court-list")
    assert city.grades is not None
    assert city.grades.confidence == "assumed"
    remembered = {"transit-misconduct", "unleashed-dog", "tax-arrears", "rumour", "donation"}
    assert {r.conduct for r in city.rules if r.confidence == "assumed"} == remembered
    assert city.process.expiry_months is not None
    assert city.process.expiry_months.confidence == "assumed"
    assert all(m.confidence == "assumed" for m in load_regime("fragmented-2018").memoranda)
    term = (
        resolve("court-list", calibrations={"court-list": "B"}).schemes["court-list"].process.exit
    )
    assert term is not None
    assert (term.term_months.value, term.term_months.confidence) == (24, "assumed")
    for scheme in (city, court):
        process = scheme.process
        for entry in (process.notice, process.filing_days, process.review.wrongful):
            assert entry.confidence == "assumed"


def test_published_points_are_those_of_the_city() -> None:
    points = {r.conduct: (r.points, r.confidence) for r in load_scheme("rongcheng-points").rules}
    assert points["loan-arrears"] == (-10, "H")
    assert points["utility-theft"] == (-60, "H")
    assert points["public-damage"] == (-100, "H")
    assert points["traffic-violation"] == (-5, "L")
    assert points["littering"] == (-10, "M")


def test_every_number_says_where_it_comes_from() -> None:
    world = load_world()
    for path, entry in sourced(world):
        assert entry.confidence == "assumed" or entry.source in world.sources, path
    for name in list_schemes():
        scheme = load_scheme(name)
        for path, entry in sourced(scheme):
            assert entry.confidence == "assumed" or entry.source in scheme.sources, path


def test_the_catalogue_names_no_machine() -> None:
    for path in root().rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(^|[\s\"'(])/[a-z]+/", text), path


def test_the_world_meets_the_model_text() -> None:
    world = load_world()
    assert len(world.conducts) <= 63
    assert set(world.gravity) == set(world.conducts)
    parameters = world.parameters
    assert parameters.rail_attempts.value == pytest.approx(0.39 * parameters.flight_attempts.value)
    monthly = world.conducts["court-default"].monthly.value * 0.8 * 1.1e9
    assert monthly == pytest.approx(0.27e6, rel=0.01)
    city = load_scheme("rongcheng-points").awareness
    assert city is not None
    assert 0.43 * city.inside.value + 0.57 * city.outside.value == pytest.approx(0.07, abs=1e-4)
    harm = {
        e.sanction: world.sanctions[e.sanction]
        for e in load_scheme("court-list").effects
        if e.sanction
    }
    total = sum(s.harm.value * s.exposed.value for s in harm.values())
    finance = sum(s.harm.value for s in harm.values() if s.context == "finance")
    assert total == pytest.approx(0.1825)
    assert 1 - finance / total == pytest.approx(0.616, abs=1e-3)


def test_a_regime_without_schemes() -> None:
    assert resolve("none").schemes == {}


def test_the_name_or_file_of_a_scheme_is_a_regime_of_its_own(tmp_path: pathlib.Path) -> None:
    alone = resolve("court-list")
    assert list(alone.schemes) == ["court-list"]
    path = tmp_path / "mine.yaml"
    path.write_text(
        (root() / "schemes" / "court-list.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert resolve(path) == alone
    assert resolve(str(path)) == alone
    assert check_scheme(str(path)) == load_scheme("court-list")


def test_calibrations() -> None:
    file = resolve("fragmented-2018")
    assert set(file.calibrations.values()) == {"A"}
    assert list(file.calibrations) == list(file.schemes)
    slow = resolve("fragmented-2018", calibrations={"court-list": "B"})
    assert slow.calibrations["court-list"] == "B"
    ends = slow.schemes["court-list"].process.exit
    assert ends is not None
    assert (ends.monthly.value, ends.term_months.value) == (0.012, 24)
    assert slow.schemes["rongcheng-points"] == file.schemes["rongcheng-points"]
    with pytest.raises(SchemeError, match=r"has no calibration Q. Allowed: A, B"):
        resolve("fragmented-2018", calibrations={"court-list": "Q"})
    with pytest.raises(SchemeError, match="not in this regime"):
        resolve("fragmented-2018", calibrations={"court-lst": "A"})


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(SchemeError, match=r"Likely fix: write fragmented-2018"):
        resolve("fragmented-2019")
    with pytest.raises(SchemeError, match=r"Likely fix: write sunset"):
        resolve("none", ["sunsets"])
    for hostile in ("../schemes/court-list", "a\x1b[31m", "", "x" * 10_000):
        with pytest.raises(SchemeError) as caught:
            load_scheme(hostile)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 1000
    with pytest.raises(SchemeError, match="the file of a scheme"):
        load_safeguard(root() / "schemes" / "court-list.yaml")


QUEUE = """
conducts:
  queue-jumping:
    title: Jumping a queue
    context: transit
    monthly: {value: 1, source: spc-2010, confidence: L}
    log_sd: {value: 1, confidence: assumed}
    income_gradient: {value: 0, confidence: assumed}
    detection: {witness: {value: 0.01, confidence: assumed}}
    certainty_cap: {value: 2, confidence: assumed}
    excused: {value: 0, confidence: assumed}
    excused_after_shock: {value: 0, confidence: assumed}
gravity:
  queue-jumping: {value: 5, confidence: assumed}
"""


def user_regime(folder: pathlib.Path, conduct: str = QUEUE) -> pathlib.Path:
    text = (root() / "schemes" / "court-list.yaml").read_text(encoding="utf-8")
    text = text.replace("scheme: court-list", "scheme: my-list") + conduct
    text = text.replace(
        "\nrules:\n", "\nrules:\n  - {conduct: queue-jumping, lists: true, confidence: assumed}\n"
    )
    (folder / "lists").mkdir(exist_ok=True)
    (folder / "lists" / "mine.yaml").write_text(text, encoding="utf-8")
    path = folder / "regime.yaml"
    path.write_text(
        "regime: mine\ntitle: Mine\nsummary: Mine.\nschemes:\n"
        "  - {scheme: lists/mine.yaml, calibration: B}\n  - {scheme: rongcheng-points}\n"
        "memoranda:\n"
        "  - {origin: my-list, target: rongcheng-points, points: -20, confidence: assumed}\n",
        encoding="utf-8",
    )
    return path


def test_a_regime_names_a_file_of_its_folder(tmp_path: pathlib.Path) -> None:
    path = user_regime(tmp_path)
    regime = resolve(path)
    assert list(regime.schemes) == ["my-list", "rongcheng-points"]
    assert "queue-jumping" in regime.world.conducts
    assert regime.world.gravity["queue-jumping"].value == 5
    assert regime.world.conducts["queue-jumping"].monthly.source in regime.world.sources
    assert "queue-jumping" not in load_world().conducts
    check_scheme(path)
    some = ["notice", "longer-window", "hardship-exemption", "no-cross-context"]
    assert resolve(path, some).safeguards == some


def test_a_link_out_of_the_folder_is_refused(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = user_regime(folder)
    (folder / "lists" / "mine.yaml").rename(tmp_path / "mine.yaml")
    (folder / "lists" / "mine.yaml").symlink_to(tmp_path / "mine.yaml")
    with pytest.raises(SchemeError, match="outside the folder"):
        resolve(path)


def test_a_mistake_in_a_named_file_is_told_for_that_file(tmp_path: pathlib.Path) -> None:
    path = user_regime(tmp_path, QUEUE.replace("context: transit", "context: queues"))
    with pytest.raises(SchemeError, match=r"^mine.yaml:\d+: conducts.queue-jumping.context"):
        resolve(path)


def test_what_is_resolved_is_frozen_and_its_own() -> None:
    one, two = resolve("fragmented-2018"), resolve("fragmented-2018")
    assert one == two
    assert one.schemes["court-list"] is not two.schemes["court-list"]
    with pytest.raises(ValidationError):
        setattr(one, "title", "other")  # noqa: B010
    one.schemes["court-list"].sources.clear()
    assert resolve("fragmented-2018") == two


def test_the_schema_is_plain_json_and_knows_the_keys() -> None:
    schema = json_schema()
    text = json.dumps(schema)
    assert len(schema["anyOf"]) == 3
    for word in (
        "income_exponent", "memoranda", "includes", "joint", "changes", "dimensions",
        "retaliation", "party_share", "after_months", "namesakes", "escalates", "pressure",
    ):  # fmt: skip
        assert word in text
    assert "pattern" not in schema["$defs"]["Member"]["properties"]["scheme"]


def test_importing_the_room_loads_neither_yaml_nor_pydantic() -> None:
    code = "import sys, scoredsociety.schemes; print({'yaml', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
