"""The folder of an audit: every table whole, nothing armed, the JSON as its schema says."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from dataclasses import replace

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv as pa_csv

from scoredsociety.audit import Audit, Comparison, audit_run, compare_runs
from scoredsociety.report.brief import brief, escaped
from scoredsociety.report.document import audit_schema, document
from scoredsociety.report.export import audit_tables, disarmed, write_audit
from scoredsociety.study import load_run

EVIL = "=cmd|' /C calc'!A0 | <script>x</script> [a](https://b) `c` *d*"


@pytest.fixture(scope="module")
def pair(compared) -> Comparison:
    a, b = (load_run(folder) for folder in sorted(compared.glob("[01]-*")))
    return compare_runs(a, b)


@pytest.fixture(scope="module")
def evil(finished) -> Audit:
    """Return an audit whose regime and scheme were given names that mean harm."""
    audit = audit_run(load_run(finished))
    manifest = copy.deepcopy(dict(audit.manifest)) | {"label": EVIL}
    for scheme in manifest["regime"]["schemes"].values():
        scheme["title"] = EVIL
    noted = [{**row, "note": EVIL} for row in audit.assumptions]
    return replace(audit, manifest=manifest, assumptions=noted)


def test_the_tables_hold_every_arm_and_every_pair(pair):
    tables = audit_tables([pair.a, pair.b], [pair])
    for name in ("figures", "series", "survival", "leaving", "mobility"):
        both = [getattr(arm, name) for arm in (pair.a, pair.b)]
        assert tables[name].num_rows == sum(t.num_rows for t in both)
        for k, table in enumerate(both):
            mine = tables[name].filter(pa.compute.equal(tables[name]["arm"], k))
            assert mine.select(table.column_names).to_pylist() == table.to_pylist()
    assert tables["paired"].num_rows == pair.figures.num_rows
    assert tables["differences"].num_rows == pair.differences.num_rows
    assert set(tables["paired"]["b"].to_pylist()) == {1}
    named = dict(zip(*tables["measures"].select(["id", "companions"]).columns, strict=True))
    assert {str(k): str(v) for k, v in named.items()}["M13"] == " ".join(
        pair.a.measure("M13").companions
    )
    assert "paired" not in audit_tables([pair.a])


def test_undefined_is_null_and_never_nought(pair):
    figures = audit_tables([pair.a])["figures"]
    empty = pair.a.figures.filter(pa.compute.is_null(pair.a.figures["value"]))
    assert empty.num_rows  # somebody is never listed in a small run
    assert figures["value"].null_count == empty.num_rows
    told = document([pair.a]).model_dump(mode="json")["arms"][0]["figures"]
    assert sum(row["value"] is None for row in told) == empty.num_rows
    text = io.BytesIO()
    pa_csv.write_csv(disarmed(figures), text)
    read = list(csv.DictReader(io.StringIO(text.getvalue().decode())))
    assert sum(row["value"] == "" for row in read) == empty.num_rows


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\rx", "\nx", " =1", "＝1"])
def test_no_text_begins_as_a_formula_does(text):
    table = pa.table({"t": [text, "fine", None, "a=b"], "n": [-1.0, 2.0, None, 0.0]})
    safe = disarmed(table)
    assert safe["t"].to_pylist() == ["'" + text, "fine", None, "a=b"]
    assert safe["n"] == table["n"]


def test_labels_of_users_do_no_harm(evil, tmp_path):
    write_audit(tmp_path, [evil])
    for path in tmp_path.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                for cell in row:
                    assert cell[:1] not in ("=", "@", "\t", "\r")
                    assert cell[:1] not in ("+", "-") or float(cell)
    text = (tmp_path / "audit.md").read_text("utf-8")
    assert "=cmd" in text
    bare = re.sub(r"\\.", "", text)  # what is left of it once all that is escaped is gone
    for armed in ("<script>", "](https", "`c`", "*d*", "://"):
        assert armed not in bare
    assert pq.read_table(tmp_path / "figures.parquet")["label"][0].as_py() == EVIL  # data as it is
    assert json.loads((tmp_path / "audit.json").read_text("utf-8"))["arms"][0]["label"] == EVIL


def test_every_row_of_a_markdown_table_has_the_columns_of_its_head(pair, evil):
    for text in (brief([pair.a, pair.b], [pair]), brief([evil])):
        width = 0
        for line in text.splitlines():
            if not line.startswith("|"):
                width = 0
                continue
            columns = line.replace("\\|", "").count("|")
            width = width or columns
            assert columns == width, line


def test_the_brief_says_first_that_it_is_simulated_and_counts_first(pair):
    lines = brief([pair.a, pair.b], [pair]).splitlines()
    assert "Simulated" in lines[0]
    heads = [line for line in lines if line.startswith("## ")]
    assert heads[0].startswith("## Counts")
    assert heads.index("## B against A, person by person (1 of 1)") > 2
    assert any("ever wronged by one" in line for line in lines)
    assert any(line.startswith("    - world.sanctions: FLY") for line in lines)
    assert any(line.startswith("    - schemes.court-list: ") for line in lines)


def test_the_json_is_as_its_schema_says(pair, tmp_path):
    write_audit(tmp_path, [pair.a, pair.b], [pair])
    told = json.loads((tmp_path / "audit.json").read_text("utf-8"))
    schema = json.loads((tmp_path / "audit.schema.json").read_text("utf-8"))
    assert schema == audit_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    few = told  # every row is of one of these forms; a few of each are enough
    for block in (*few["arms"], *few["comparisons"]):
        for name, rows in block.items():
            block[name] = rows[:: len(rows) // 9 + 1] if isinstance(rows, list) else rows
    assert not list(check.iter_errors(few))
    for spoil in (
        lambda d: d.update(simulated=False),
        lambda d: d["arms"][0]["figures"][0].update(value="nought"),
        lambda d: d["arms"][0]["figures"][0].pop("entries"),
        lambda d: d["arms"][0].update(verdict="unlawful"),
        lambda d: d["comparisons"][0]["differences"][0].update(difference=[]),
    ):
        bad = copy.deepcopy(few)
        spoil(bad)
        assert list(check.iter_errors(bad))


def test_escaping_keeps_the_words():
    assert escaped("a|b\n*c*  <d>") == r"a\|b \*c\* \<d\>"
    assert escaped("https://x") == r"https\://x"
    assert escaped("plain words, 12%") == "plain words, 12%"
