"""A country says what the whole ledger would say, in the same bytes however it was cut."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from scoredsociety import audit, simulate
from scoredsociety.audit import words
from scoredsociety.audit.national import by_group
from scoredsociety.doors.country import (
    countries,
    country,
    headline,
    merge,
    seventeen,
    shard,
    write_page,
)
from scoredsociety.doors.seventeen import SCHEME, eligible_share
from scoredsociety.engine.country import Counter
from scoredsociety.engine.result import ExitReason, Kind, RunData
from scoredsociety.report.country_charts import over_time, wronged
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.society import Society, load_marginals
from scoredsociety.study import StudyError, blocks, passes, replay_life, verify_run
from scoredsociety.study.country import make_country
from scoredsociety.study.country_folder import Country
from scoredsociety.study.country_plan import plan_country
from scoredsociety.study.shards import make_shard, merge_shards
from tests.conftest import bytes_of
from tests.engine.oracle import Oracle, engine_keys, oracle_keys
from tests.engine.worlds import edited

SIZE: dict[str, Any] = {"people": 40_000, "months": 36, "seed": 4}
SMALL: dict[str, Any] = {"people": 36_000, "months": 12, "sample": 5000}


@pytest.fixture(scope="module")
def made() -> Country:
    return country("joint-2020", sample=8192, **SIZE)


def sample_of(made: Country) -> RunData:
    """Return the sample of a country."""
    assert made.sample is not None
    return made.sample


@pytest.fixture(scope="module")
def run() -> Any:
    return simulate("joint-2020", replicates=1, **SIZE)


@pytest.fixture(scope="module")
def audited(run: Any) -> Any:
    return audit(run)


def capped(limit: float) -> ResolvedRegime:
    """Return the regime with a police that handles less than what happens."""

    def edit(data: Any) -> None:
        data["world"]["channels"]["police"]["capacity"]["value"] = limit

    return edited(edit)


def streams(found: Any) -> list[tuple[str, str, str]]:
    """Return the items of M5 with the scheme and part of the country that they are."""
    out = []
    for item in found.items("M5"):
        scheme, _, part = item.partition("/")
        out.append((item, scheme, part or "entries"))
    return out


def test_wrongful_shares_of_every_group_are_those_of_the_audit(made, audited):
    quantities = {
        "entry-weighted": "by_entry",
        "time-weighted": "by_time",
        "person-weighted": "by_person",
        "persons ever wronged": "wronged",
    }
    checked = 0
    for item, scheme, part in streams(audited):
        table = by_group(made.tables, scheme, part)
        for quantity, column in quantities.items():
            groups, values = table["group"].to_pylist(), table[column].to_pylist()
            for group, value in zip(groups, values, strict=True):
                assert audited.value("M5", item, quantity, group) == value, (item, group)
                checked += value is not None and value > 0
    assert checked > 300


def test_the_headline_is_that_of_the_audit(made, audited):
    told = made.headline
    assert told["under a sanction at the end"] == audited.value("M1", "any", "persons")
    for code in ("FLY", "RAIL"):
        assert told["refusals"][code] == audited.value("M4", code, "refusals") > 0
    by_name = {(s["scheme"], s["part"]): s for s in told["schemes"]}
    for item, scheme, part in streams(audited):
        one = by_name[scheme, part]
        assert one["wrongful share by entry"] == audited.value("M5", item, "entry-weighted")
        assert one["wrongful share by person"] == audited.value("M5", item, "person-weighted")
    court = by_name["court-list", "entries"]
    assert court["persons"] == audited.value("M3", "court-list", "persons ever listed")
    assert court["entries at the end"] == audited.value("M2", "court-list", "entries")
    assert court["share triggered"] == audited.value("M6", "court-list", "share triggered")
    assert told["refusals"]["FLY"] + told["refusals"]["RAIL"] == sum(
        s["refusals"] for s in told["schemes"]
    )


def test_the_pictures_show_what_the_audit_says(made, audited):
    stock, struck = (draw(["a", "b"], [made.tables] * 2) for draw in (over_time, wronged))
    monthly = audited.series.to_pylist()
    rates = [c["value"] for c in monthly
             if (c["measure"], c["item"], c["quantity"], c["group"])
             == ("M1", "any", "rate", "all")]  # fmt: skip
    assert [row[1] for row in stock.tables[0].rows] == [words.number(x) for x in rates]
    told = {row[0]: row[1:] for row in struck.tables[0].rows}
    everybody = 1000 * made.headline["ever wrongfully under a sanction"] / made.headline["adults"]
    assert told["All adults"] == [words.number(everybody)] * 2
    poorest = told["Poorest fifth"][0]
    assert struck.heading == (
        f"{poorest} of 1,000 adults of the poorest fifth are at some time wrongfully under a "
        f"sanction, {poorest} with the safeguards"
    )
    for figure in (stock, struck):
        assert [svg.count("Simulated") for svg in figure.drawn] == [1, 1]
    assert poorest in struck.drawn[0]


def test_a_country_without_sanctions_has_no_pictures(tmp_path):
    calm = country("none", people=4096, months=6, sample=0)
    assert not over_time(["calm"], [calm.tables]).panels
    page = write_page([calm], tmp_path / "report.html").read_text("utf-8")
    assert "Nobody is under a sanction in any month." in page
    assert "<svg" not in page


def test_every_row_of_the_ledger_is_in_both_tables(made, run):
    ledger = run.replicates[0].ledger
    names = run.manifest["schemes"]
    for table in (made.tables["conducts"], made.tables["process"]):
        assert pc.sum(table["rows"]).as_py() == len(ledger)
        for k, name in enumerate(names):
            mine = table.filter(pc.equal(table["scheme"].cast("string"), name))
            rows = ledger[ledger["scheme"] == k]
            assert (pc.sum(mine["rows"]).as_py() or 0) == len(rows)
            assert (pc.sum(mine["refusals"]).as_py() or 0) == rows["refusals"].sum()
            months = rows["end"].astype(int) - rows["month"]
            assert (pc.sum(mine["months"]).as_py() or 0) == months.sum()
    entered = ledger["exit"] != ExitReason.STOPPED
    assert pc.sum(made.tables["conducts"]["entered"]).as_py() == entered.sum()
    late = np.minimum(ledger["generation"], 7)
    process = made.tables["process"]
    for g in range(8):
        mine = process.filter(pc.equal(process["generation"], g))
        assert (pc.sum(mine["rows"]).as_py() or 0) == (late == g).sum()
    for flag in range(256):
        mine = process.filter(pc.equal(process["flags"], flag))
        assert (pc.sum(mine["rows"]).as_py() or 0) == (ledger["flags"] == flag).sum()


def test_persons_are_counted_once_with_the_number_of_their_entries(made, run):
    ledger = run.replicates[0].ledger
    at = run.manifest["schemes"].index("court-list")
    mine = ledger[(ledger["scheme"] == at) & (ledger["exit"] != ExitReason.STOPPED)]
    assert (mine["kind"] == Kind.ENTRY).all()
    each = np.unique(mine["subject"], return_counts=True)[1]
    told = next(s for s in made.headline["schemes"] if s["scheme"] == "court-list")
    counted = {int(k): v for k, v in told["by number of rows"].items()}
    assert counted == {k: int((each == k).sum()) for k in np.unique(each)}
    assert max(counted) > 2
    assert told["persons"] == len(each) < told["rows that entered"]
    assert made.headline["ever under a sanction"] >= told["persons"]


def test_monthly_tables_are_those_of_a_run(made, run):
    from scoredsociety.study.tables import to_tables

    tables = to_tables(run.replicates[0], run.manifest)
    for name in ("monthly", "acts", "mobility", "population", "information", "organisations"):
        assert made.tables[name].equals(tables[name]), name


def test_the_sample_is_the_beginning_of_the_ledger(made, run):
    ledger, sample = run.replicates[0].ledger, sample_of(made)
    assert sample.manifest["people"] == 8192
    assert sample.manifest["sample_of"]["people"] == 40_000
    kept = sample.replicates[0].ledger
    assert np.array_equal(kept, ledger[: len(kept)])
    assert ledger[len(kept)]["subject"] >= 8192
    person, rows = replay_life(sample, int(kept["subject"][0]))
    assert len(rows) > 0
    assert person["age"] >= 0


CUTS: list[dict[str, Any]] = [
    {"threads": 1, "blocks": 1},
    {"threads": 2, "blocks": 2},
    {"threads": 3, "blocks": 200},
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of a small country."""
    target = tmp_path_factory.mktemp("whole") / "x"
    country("fragmented-2018", out=target, **SMALL)
    assert [p.name for p in target.parent.iterdir()] == ["x"]
    return bytes_of(target)


@pytest.mark.parametrize("cut", CUTS, ids=lambda c: f"{c['threads']}-{c['blocks']}")
def test_the_same_bytes_however_it_is_cut(cut, whole, tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "SMALLEST", 1)
    made = make_country(
        plan_country("fragmented-2018", **SMALL), headline, out=tmp_path / "x", **cut
    )
    assert bytes_of(tmp_path / "x") == whole
    assert made.headline == json.loads(whole["country.json"])


@pytest.mark.parametrize("of", [1, 3, 9])
def test_shards_have_the_same_bytes(of, whole, tmp_path):
    for number in range(of, 0, -1):
        shard("fragmented-2018", number=number, of=of, out=tmp_path, **SMALL)
    merge(tmp_path)
    assert bytes_of(tmp_path / "country") == whole


def test_what_an_interrupted_country_finished_is_not_run_again(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "SMALLEST", 1)
    plan = plan_country("fragmented-2018", **SMALL)
    write, count = blocks.write_sums, 0

    def until_full(*args: Any) -> None:
        nonlocal count
        if count == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count += 1
        write(*args)

    with monkeypatch.context() as patch:
        patch.setattr(blocks, "write_sums", until_full)
        with pytest.raises(StudyError, match=r"No space left.*4 finished block\(s\) are kept"):
            make_country(plan, headline, out=tmp_path / "x", threads=1)
    assert not (tmp_path / "x").exists()
    ran: list[range] = []
    run = Counter.run

    def counted(self: Any, tiles: range, *args: Any) -> Any:
        ran.append(tiles)
        return run(self, tiles, *args)

    broken = min(tmp_path.rglob("*.npz"))
    broken.write_bytes(broken.read_bytes()[:-100])
    monkeypatch.setattr(Counter, "run", counted)
    make_country(plan, headline, out=tmp_path / "x", threads=1)
    assert sorted(t.start for t in ran) == [0, 4, 5, 6, 7, 8]
    assert bytes_of(tmp_path / "x") == whole


def test_a_limit_that_binds_is_settled_by_passes(tmp_path, monkeypatch):
    regime = capped(0.9)
    monkeypatch.setattr(passes, "EARLY_TILES", 2)
    plan = plan_country(regime, **SMALL)
    made = make_country(plan, headline, out=tmp_path / "x")
    order = simulate(regime, people=SMALL["people"], months=SMALL["months"], replicates=1)
    result = order.replicates[0]
    table = made.tables["monthly"]
    for name, expected in result.monthly.items():
        assert np.array_equal(table[name].to_numpy().reshape(expected.shape), expected), name
    assert pc.sum(made.tables["process"]["rows"]).as_py() == len(result.ledger)
    assert made.headline["passes"]["early"] > 1
    assert made.headline["passes"]["full"] > 1
    assert made.headline["channels that cannot handle everything"] == ["police"]
    sample = sample_of(made)
    kept = sample.replicates[0].ledger
    assert np.array_equal(kept, result.ledger[: len(kept)])
    assert verify_run(tmp_path / "x" / "sample", again=True) == []
    alone = simulate(regime, people=8192, months=SMALL["months"], replicates=1)
    assert not np.array_equal(alone.replicates[0].ledger, kept)
    person = int(kept["subject"][-1])
    _, rows = replay_life(sample, person)
    assert np.array_equal(rows["month"], kept[kept["subject"] == person]["month"])
    with pytest.raises(StudyError, match="did not settle in 1 passes"):
        make_country(plan, headline, out=tmp_path / "y", passes=1)
    assert not (tmp_path / "y").exists()


def test_shards_of_a_limit_that_binds_are_run_again(tmp_path, monkeypatch):
    monkeypatch.setattr(passes, "EARLY_TILES", 2)
    plan = plan_country(capped(0.9), **SMALL)
    whole = make_country(plan, headline, out=tmp_path / "whole")
    asked = {"regime": "mine.yaml", "people": SMALL["people"]}
    folder = tmp_path / "shards"
    needed = whole.headline["passes"]["full"]
    assert needed > 1
    for further in range(needed, 0, -1):
        for number in (1, 2):
            make_shard(plan, folder, number, 2, asked)
        if further > 1:
            with pytest.raises(StudyError, match=r"(?s)is needed.*--people 36000"):
                merge_shards(folder, headline)
            with pytest.raises(StudyError, match="2 of 2 shards are missing of pass"):
                merge_shards(folder, headline)
    merge_shards(folder, headline)
    assert bytes_of(folder / "country") == bytes_of(tmp_path / "whole")


def test_a_missing_shard_is_named_with_its_command(tmp_path):
    asked = {"safeguards": ["notice"], "calibrations": {"court-list": "B"}, **SMALL}
    for number in (1, 3):
        shard("fragmented-2018", number=number, of=3, out=tmp_path, **asked)
    with pytest.raises(StudyError) as told:
        merge(tmp_path)
    assert (
        "scoredsociety country fragmented-2018 --safeguard notice --calibration court-list=B "
        "--people 36000 --months 12 --sample 5000 --out"
    ) in str(told.value)
    assert str(told.value).endswith("--shard 2/3")
    with pytest.raises(StudyError, match="belongs to another country"):
        shard("fragmented-2018", number=1, of=3, out=tmp_path, **SMALL)
    shard("fragmented-2018", number=2, of=3, out=tmp_path / "other", **SMALL)
    (tmp_path / "other" / "shard-2-of-3.npz").rename(tmp_path / "shard-2-of-3.npz")
    with pytest.raises(StudyError, match="different countries: they differ in"):
        merge(tmp_path)
    assert not (tmp_path / "country").exists()


@pytest.mark.parametrize(("number", "of"), [(0, 2), (3, 2), (1, 99)])
def test_a_shard_that_cannot_be_is_refused(number, of, tmp_path):
    with pytest.raises(StudyError, match="is not allowed"):
        shard("none", number=number, of=of, out=tmp_path, **SMALL)


def test_a_pair_is_the_same_people_with_the_same_luck(tmp_path):
    settings: dict[str, Any] = {"safeguards": ["notice"], "out": tmp_path / "pair", **SMALL}
    both = countries("fragmented-2018", **settings)
    adults = [c.headline["adults"] for c in both]
    assert adults[0] == adults[1]
    told = [c.tables["process"].filter(pc.equal(c.tables["process"]["flags"], 1)) for c in both]
    assert pc.sum(told[0]["rows"]).as_py() < pc.sum(told[1]["rows"]).as_py()
    first, second = (sample_of(c).manifest for c in both)
    assert first["majorants"] == second["majorants"]
    before = bytes_of(tmp_path / "pair" / "0-fragmented-2018")
    with pytest.raises(StudyError, match="exists already"):
        countries("fragmented-2018", **settings)
    shutil.rmtree(tmp_path / "pair" / "1-fragmented-2018+notice")
    again = countries("fragmented-2018", **settings)
    assert again[1].headline == both[1].headline
    assert bytes_of(tmp_path / "pair" / "0-fragmented-2018") == before


def busier(times: float) -> ResolvedRegime:
    """Return a regime in which more refuse, all alike, and none learns from it."""

    def edit(data: Any) -> None:
        refusal = data["world"]["conducts"]["service-refusal"]
        refusal["monthly"]["value"] *= times
        refusal["log_sd"]["value"] = 0.0
        data["world"]["parameters"]["certainty_elasticity"]["value"] = 0.0

    return edited(edit, "joint-2020")


def test_the_expected_seventeen_are_those_of_the_people():
    people, months, times = 120_000, 48, 1e5
    share = eligible_share(load_marginals("china-2018"), months)
    table = Society.make(people=people, seed=1).table()
    age = table["age"].to_numpy()
    men = ~table["female"].to_numpy(zero_copy_only=False)
    for month in (1, 20, 48):
        adult = np.maximum(1, (18 - age.astype(int)) * 12 + 1) <= month
        assert (men & (age <= 22) & adult).mean() == pytest.approx(share[month - 1], rel=0.02)
    regime = busier(times)
    expected = seventeen(regime, people=people, months=months)
    plan = plan_country(regime, people=people, months=months, sample=0)
    told = make_country(plan, headline).headline["seventeen"]
    assert told["expected"] == pytest.approx(expected.expected)
    low, high = told["counted_interval"]
    assert low < told["expected"] < high
    assert told["counted"] > 100


def test_the_published_seventeen_stand_beside():
    found = seventeen(people=1_400_000_000, months=120)
    assert found.published == 17
    assert tuple(round(x, 1) for x in found.published_interval) == (9.9, 27.2)
    low, high = found.published_interval
    assert low < found.expected_first_year < high
    assert found.per_100_000_a_year == pytest.approx(0.0012, abs=0.00005)
    assert dataclasses.replace(found).counted is None
    with pytest.raises(StudyError, match=f"has no {SCHEME}"):
        seventeen("fragmented-2018")
    assert SCHEME in resolve("joint-2020").schemes


@pytest.mark.slow
def test_a_country_is_the_month_by_month_order():
    regime = capped(0.9)
    slow = Oracle(regime, Society.make(people=2000, seed=3), 10)
    slow.run()
    made = make_country(plan_country(regime, people=2000, months=10, seed=3), headline)
    assert made.headline["passes"]["full"] > 1
    sample = sample_of(made)
    ours = engine_keys(sample.replicates[0].ledger, sample.manifest)
    assert sorted(map(repr, ours)) == sorted(map(repr, oracle_keys(slow.ledger)))
    assert pc.sum(made.tables["process"]["rows"]).as_py() == len(slow.ledger)
    expected = slow.monthly()
    for name in set(expected) & set(made.tables["monthly"].column_names):
        given = made.tables["monthly"][name].to_numpy().reshape(expected[name].shape)
        assert np.array_equal(given, expected[name]), name
