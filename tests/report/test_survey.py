"""The page of a survey: the sanctioned stand beside every approval, and null is never nought."""

from __future__ import annotations

import inspect
import json
import re
import shlex
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from scoredsociety import simulate
from scoredsociety.audit import words
from scoredsociety.cli.survey import survey as command_line
from scoredsociety.opinion.approval import Reading
from scoredsociety.opinion.files import load_questionnaire
from scoredsociety.opinion.public import publics
from scoredsociety.opinion.survey import conduct
from scoredsociety.report import SURVEY, report_html, survey_chart, svg
from scoredsociety.report.asked import Answers, Found
from scoredsociety.report.opinion import beside, section_public
from scoredsociety.report.order import sure
from scoredsociety.report.reading import make_arms
from scoredsociety.report.said import told_apart
from scoredsociety.report.stacks import LOOKS, flow, ranges, shade, signed, stacked
from scoredsociety.report.survey import survey_html, three
from scoredsociety.report.survey_ending import command
from tests.report.test_page import outline

READINGS = (Reading("sincere", 0.0), Reading("partly", 0.41), Reading("f = 0.45", 0.45))
PEOPLE, MONTHS = 12_000, 24
EVIL = '<script>alert("x")</script>&'
PAGES = ("kostka", "merics", "xu", "none", "panopticon")


def small(name, size=300):
    q = load_questionnaire(name)
    value = q.sample.size.model_copy(update={"value": size})
    changed: dict[str, Any] = {"sample": q.sample.model_copy(update={"size": value})}
    if len(q.groups) > 3:
        changed["groups"] = ["sex", "income", "standing"]
    return q.model_copy(update=changed)


def hostile(q):
    """Return a questionnaire all of whose words are an attack."""
    items = {k: v.model_copy(update={"asks": EVIL}) for k, v in q.items.items()}
    trials = {k: v.model_copy(update={"title": EVIL}) for k, v in q.experiments.items()}
    words_ = dict.fromkeys(("title", "summary"), EVIL)
    return q.model_copy(
        update={"items": items, "experiments": trials, "unpublished": [EVIL], **words_}
    )


@pytest.fixture(scope="session")
def surveys():
    """Return five surveys of one small society, by name; not to be changed."""
    there = {
        regime: publics(simulate(regime, people=PEOPLE, months=MONTHS, snapshot=True, replicates=1))
        for regime in ("fragmented-2018", "none", "panopticon")
    }
    asked = (
        ("kostka", "kostka-2018", "fragmented-2018"),
        ("merics", "merics-2019", "fragmented-2018"),
        ("xu", "xu-2019", "fragmented-2018"),
        ("none", "kostka-2018", "none"),
        ("panopticon", "kostka-2018", "panopticon"),
    )
    made = {}
    for name, questionnaire, regime in asked:
        q = small(questionnaire) if name != "merics" else hostile(small(questionnaire))
        settings = {"regime": regime, "label": regime, "safeguards": ["notice"], "people": PEOPLE,
                    "month": MONTHS, "seed": 1, "societies": 1, "replicates": 2,
                    "calibrated_in": "The reference", "on": "reported"}  # fmt: skip
        made[name] = conduct(
            q, there[regime], there["fragmented-2018"], READINGS, surveys=2,
            later=there[regime] if q.panel else None, settings=settings,
            assumptions=[{"path": "opinion.age", "value": 0.08, "range": [0, 0.3], "note": "x"}],
        )  # fmt: skip
    return made


@pytest.fixture(scope="session")
def pages(surveys):
    return {name: survey_html(s) for name, s in surveys.items() if name != "panopticon"}


def plain(html):
    """Return the words of a piece of a page."""
    bare = unescape(re.sub("<[^>]+>", " ", html))
    return " ".join(bare.split())


@pytest.mark.parametrize("chart", SURVEY)
@pytest.mark.parametrize("name", PAGES)
def test_every_figure_builds_or_says_why_not(name, chart, surveys):
    fig = SURVEY[chart](surveys[name])
    assert re.search(r"\d", fig.heading)
    assert beside(surveys[name]) in fig.notes
    if fig.panels:
        assert all(t.rows and t.caption for t in fig.tables)
        assert all("simulated" in p.alt.lower() for p in fig.panels)
    else:
        assert fig.empty.endswith("not drawn as nought.")
    drawn = bool(fig.panels)
    if name in ("kostka", "panopticon"):
        assert drawn
    if name == "none":
        assert not drawn
        assert "there is no scheme" in fig.empty or "under a sanction" in fig.empty


@pytest.mark.parametrize("chart", SURVEY)
def test_a_picture_alone_says_simulated_and_who_is_sanctioned(chart, surveys):
    spec = json.dumps(
        survey_chart(surveys["kostka"], chart).to_dict(validate=False), ensure_ascii=False
    )
    joined = " ".join(spec.replace('", "', " ").split())
    assert "Simulated" in joined
    assert beside(surveys["kostka"], brief=True) in joined


def test_charts_of_surveys_are_known_by_name(surveys):
    with pytest.raises(KeyError, match="private-reported"):
        survey_chart(surveys["kostka"], "pie")
    with pytest.raises(ValueError, match="there is no scheme"):
        survey_chart(surveys["none"], "responses")


@pytest.mark.parametrize("name", [n for n in PAGES if n != "panopticon"])
def test_no_approval_without_the_sanctioned_beside_it(name, pages, surveys):
    full, brief = beside(surveys[name]), beside(surveys[name], brief=True)
    assert full in plain(pages[name].split("</dl>")[0])
    parts = re.findall(r"<section.*?</section>", pages[name], re.S)
    assert len(parts) > 4
    for part in parts:
        said = plain(part)
        if re.search(r"approv", said, re.I):
            short = re.search(r'id="(limits|unpublished|assumptions)"', part)
            assert (brief if short else full) in said, said[:80]
        for caption in re.findall(r"<caption>(.*?)</caption>", part, re.S):
            rows = part.split(caption)[2].split("</table>")[0]
            if re.search(r"approv", caption + rows, re.I):
                assert short or brief in unescape(caption), caption


def test_what_stands_beside_is_counted_from_the_people(surveys):
    s = surveys["kostka"]
    rows = {(r["population"], r["standing"]): r for r in s.people.to_pylist()
            if r["reading"] == "sincere" and r["item"] == "approve"
            and r["what"] == "share of the population"}  # fmt: skip
    under = rows["frame", "under a sanction"]
    wrong = rows["adults", "wrongly under a sanction"]["value"]
    said = beside(s)
    assert words.per(under["value"]) in said
    assert f"({under['asked']:.0f} people in 1 society)" in said
    assert words.per(wrong / rows["adults", "under a sanction"]["value"], 100) in said
    assert "sincere (f = 0)" in said
    assert "partly (f = 0.41) and f = 0.45" in said
    assert "reported answers under “The reference”" in said
    assert "nobody is under a sanction" in beside(surveys["none"])


def test_a_wrongful_share_of_a_handful_is_not_said(surveys):
    few = Answers(surveys["merics"])
    assert 0 < few.stand("frame", "under a sanction", "share of the population").people < 20
    assert few.wrongful("frame") is None
    assert "too few to say" in beside(surveys["merics"])


def test_where_no_approval_is_asked_the_sanctioned_are_still_counted(surveys):
    counted = [r for r in surveys["kostka"].people.to_pylist()
               if r["what"] == "share of the population"]  # fmt: skip
    people = surveys["kostka"].people
    s = replace(surveys["xu"], people=type(people).from_pylist(counted, schema=people.schema))
    fig = SURVEY["standing"](s)
    assert "are under a sanction" in fig.heading
    assert len(fig.panels) == 1
    assert {cell for row in fig.tables[0].rows for cell in row[4:8]} == {"not asked"}
    shares = [r for r in counted if r["reading"] == "sincere" and r["item"] == "approve"]
    assert [row[-1] for row in fig.tables[0].rows[: len(shares)]] == [
        words.number(r["asked"], 0) for r in shares
    ]
    assert "of these wrongly" in beside(s)


@pytest.mark.parametrize("name", [n for n in PAGES if n != "panopticon"])
def test_the_page_loads_nothing_and_is_sound(name, pages):
    page = pages[name]
    found = outline(page)
    for tag, attrs in found.tags:
        assert tag not in {"script", "link", "img", "iframe", "object", "base", "a", "use", "image"}
        for key, value in attrs.items():
            assert not key.startswith("on")
            assert key not in {"src", "href", "xlink:href"}
            assert key == "xmlns" or "//" not in (value or "")
    names = [t for t, _ in found.tags]
    ids = [a["id"] for _, a in found.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert names.count("h1") == 1
    assert names.count("caption") == names.count("table") > 0
    text = "".join(found.text)
    assert "Simulated." in text[:200]
    for heading in re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page):
        assert re.search(r"\d|one|two|three|seven|eight|nine|ten\b", heading, re.I), heading


@pytest.mark.parametrize("name", [n for n in PAGES if n != "panopticon"])
def test_null_is_a_word_and_never_nought_per_cent(name, pages):
    text = plain(re.sub(r"<svg.*?</svg>|<style.*?</style>", "", pages[name], flags=re.S))
    assert not re.search(r"(?<![\d.,])0(\.0+)?\s?%", text)
    assert not re.search(r"\b(nan|None|inf)\b", text)
    if name == "none":
        assert "undefined" in text
        assert "there is no scheme to have an opinion of (" in text
        assert "<svg" not in pages[name]


def test_a_group_that_nobody_is_in_is_named_and_not_drawn(surveys):
    s = surveys["kostka"]
    cells = s.groups.to_pylist()
    gone = [r | {"value": None, "low": None, "high": None, "se": None, "note": "nobody was drawn"}
            if r["group"] == "sex=female" else r for r in cells]  # fmt: skip
    table = type(s.groups).from_pylist(gone, schema=s.groups.schema)
    fig = SURVEY["responses"](replace(s, groups=table))
    assert "female" not in json.dumps(fig.panels[0].chart.to_dict(validate=False))
    assert any("sex: female (nobody was drawn)" in n for n in fig.notes)
    line = next(r for r in fig.tables[0].rows if r[0] == "Sex: female")
    assert line[6] == "undefined"
    assert line[-1] == "0: nobody was drawn"


def test_everything_a_questionnaire_says_is_escaped(pages):
    page = pages["merics"]
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 6
    drawn = "".join(re.findall(r"<svg.*?</svg>", page, re.S))
    assert "&lt;script&gt;" in drawn


def test_the_same_survey_gives_the_same_bytes(surveys, pages):
    assert survey_html(surveys["xu"]) == pages["xu"]


def test_the_command_of_the_page_is_one_that_exists(surveys):
    line, notes = command(Answers(surveys["kostka"]))
    words_ = shlex.split(line)
    assert words_[:5] == ["scoredsociety", "survey", "fragmented-2018", "--questionnaire",
                          "kostka-2018"]  # fmt: skip
    known = {f"--{p.replace('_', '-')}" for p in inspect.signature(command_line).parameters}
    assert {w for w in words_ if w.startswith("--")} <= known
    assert "--safeguard notice" in line
    assert line.count("--falsification") == 3
    assert "--falsification 0.45" in line
    assert not notes
    own = replace(surveys["kostka"], settings=dict(surveys["kostka"].settings) | {"regime": "/a b"})
    line, notes = command(Answers(own))
    assert "/a b" not in line
    assert "your-file.yaml" in notes[0]


def test_the_page_counts_the_published_figures_that_it_meets(surveys, pages):
    rows = [r for r in surveys["kostka"].published.to_pylist()
            if r["reading"] == "sincere" and r["value"] is not None]  # fmt: skip
    inside = words.sentence(words.spelled(sum(r["inside"] for r in rows)))
    assert f"{inside} of {words.spelled(len(rows))} published figures" in pages["kostka"]
    part = pages["kostka"].split('id="paper"')[1].split("</section>")[0]
    assert "inside, fitted" in part


def test_the_power_of_a_list_counts_surveys(surveys):
    assert told_apart(Found(value=0.95, surveys=40)) == "38 of 40 surveys"
    assert told_apart(Found(value=0.0, surveys=4)) == "none of 4 surveys"
    assert told_apart(Found()) == "undefined"
    notes = SURVEY["private-reported"](surveys["kostka"]).notes[1]
    assert notes.count("of 2 surveys") == 3


def test_the_numbers_at_the_head_begin_with_harm(surveys):
    first, second, third = three(Answers(surveys["kostka"]))
    assert "under a sanction" in first.what
    assert "when asked" in second.what
    assert "f = 0.45" in third.what
    assert "fewer than say so" in third.what


# ---------------------------------------------------------------- in the report of a run


@pytest.mark.slow
def test_a_report_has_the_section_after_the_card(runs, audits, surveys, monkeypatch):
    monkeypatch.setattr("scoredsociety.report.page.render", lambda page: page)
    page: Any = report_html(runs[:1], audits=audits[:1], opinion=[surveys["kostka"]])
    order = [section.name for section in page.sections]
    assert order.index("card") < order.index("public") == order.index("sure") - 1
    part = page.sections[order.index("public")]
    assert part.heading
    assert all(beside(surveys["kostka"]) in f.notes for f in part.figures)
    assert "scoredsociety survey" not in " ".join(page.sections[order.index("sure")].text)


def test_a_report_without_a_survey_says_where_to_find_one(runs, audits):
    assert "`scoredsociety survey`" in sure(make_arms(audits[:1])).text[-1]
    with pytest.raises(ValueError, match="1 runs and 2 surveys"):
        report_html(runs[:1], audits=audits[:1], opinion=[None, None])


def test_several_regimes_each_have_their_sanctioned_beside_them(surveys):
    held = [surveys["kostka"], None, surveys["panopticon"], surveys["none"]]
    part = section_public(held)
    for s in held:
        if s is not None:
            assert beside(s) in " ".join(part.figures[0].notes)
            assert any(beside(s, brief=True) in row[0] for row in part.figures[0].tables[0].rows)
    assert "In 1 run nobody was asked." in part.text
    assert part.heading.endswith("under “none” nobody can say")
    with pytest.raises(ValueError, match="at least one run"):
        section_public([None])


# ---------------------------------------------------------------- drawing


def marks(panel, layer):
    return panel.chart.to_dict()["layer"][layer]["data"]["values"]


def test_stacked_answers_fill_the_bar_and_greys_get_lighter():
    rows: list[dict[str, Any]] = [
        {"name": "Age"},
        {"name": "all", "shares": [0.5, 0.3, 0.2], "low": -0.1, "high": 1.2, "said": "80 in 100"},
    ]
    panel = stacked(rows, ("yes", "so", "no"), "Heading", "Unit.", left=100, right=100, width=640)
    cells = marks(panel, 0)[:3]
    assert [c["x2"] - c["x"] for c in cells] == pytest.approx([220, 132, 88])
    (line,) = marks(panel, 1)
    assert (line["x"], line["x2"]) == (0, 440)
    assert [shade(k, 3) for k in range(3)] == ["#4a4a4a", "#9d9d9d", "#f0f0f0"]
    assert shade(0, 1) == "#4a4a4a"
    assert "Simulated" in svg(panel, "x")


def test_a_key_breaks_into_lines_where_the_picture_ends():
    places, deep = flow(["abc", "defghijkl", "mno"], 4, 120)
    assert [p["y"] for p in places] == [8, 26, 44]
    assert places[0]["x"] == 4
    assert all(p["x"] + 16 + 6.9 * len(p["t"]) <= 4 + 120 for p in places)
    assert deep == places[-1]["y"] + 10
    assert flow([], 0, 10) == ([], 0.0)


def test_ranges_stand_where_their_values_are():
    rows = [{"name": "a", "said": "x", "link": True, "marks": [
        {"look": "hollow", "x": 25}, {"look": "filled", "x": 75, "low": 50, "high": 200},
        {"look": "diamond", "x": 50, "lane": 1}]}]  # fmt: skip
    panel = ranges(rows, [("filled", "said")], "H", "U.", marks=(0, 50, 100), left=100, right=100,
                   width=600)  # fmt: skip
    layers = panel.chart.to_dict()["layer"]
    assert [g["x"] for g in layers[0]["data"]["values"]] == [0, 200, 400]
    assert (layers[1]["data"]["values"][0]["x"], layers[1]["data"]["values"][0]["x2"]) == (100, 300)
    assert (layers[2]["data"]["values"][0]["x"], layers[2]["data"]["values"][0]["x2"]) == (200, 400)
    shapes = [m["mark"]["shape"] for m in layers if m["mark"]["type"] == "point"]
    assert shapes == [LOOKS[k]["shape"] for k in ("filled", "hollow", "diamond")]


def test_signed_bars_go_both_ways_from_nought():
    rows: list[dict[str, Any]] = [
        {"name": "a", "y": 0.5, "said": "0.5"},
        {"name": "b", "y": -0.5, "said": "−0.5"},
        {"name": "c", "y": None, "said": "undefined"},
    ]
    panel = signed(rows, "H", "U.", low=-0.5, top=0.5, left=100, right=48, width=348)
    assert [(b["x"], b["x2"]) for b in marks(panel, 0)] == [(100, 200), (0, 100)]
