"""The page loads nothing, escapes everything, and says in words what it does not know."""

from __future__ import annotations

import copy
import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from scoredsociety.engine.result import LEDGER_DTYPE
from scoredsociety.report import report_html, write_report
from tests.report import invented

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Outline(HTMLParser):
    """Collects tags with attributes, headings, and text outside <style>."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)


def outline(html: str) -> Outline:
    out = Outline()
    out.feed(html)
    out.close()
    assert not out.open
    return out


@pytest.fixture(scope="module", params=["one", "two"])
def page(request):
    return request.getfixturevalue(request.param)


def test_it_loads_nothing_and_runs_nothing(page):
    found = outline(page)
    for tag, attrs in found.tags:
        assert tag not in {"script", "link", "img", "iframe", "object", "base", "a", "use", "image"}
        assert not any(name.startswith("on") for name in attrs)
        for name, value in attrs.items():
            if name != "xmlns":
                assert "//" not in (value or ""), (tag, name)
            assert name not in {"src", "href", "xlink:href"}
    assert "@import" not in page
    assert all(ref.startswith("#") for ref in re.findall(r"url\(([^)]*)\)", page))
    assert "default-src 'none'" in page


def test_its_structure_is_sound(page):
    tags = outline(page).tags
    names = [t for t, _ in tags]
    levels = [int(t[1]) for t in names if re.fullmatch(r"h[1-6]", t)]
    assert names.count("h1") == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert ("html", {"lang": "en-GB"}) in tags
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    for tag, attrs in tags:
        if tag == "svg":
            assert attrs["role"] == "img"
            assert attrs["aria-label"]
    assert names.count("caption") == names.count("table")
    assert names.count("figcaption") == names.count("figure") > 8


def test_every_figure_has_a_table_and_a_heading_with_a_number(page):
    for part in page.split("<figure")[1:]:
        body = part.split("</figure>")[0]
        assert "<table>" in body
        assert "<details>" in body
    for heading in re.findall(r"<h1>(.*?)</h1>", page) + re.findall(r"<h2[^>]*>(.*?)</h2>", page):
        assert re.search(r"\d|one|two|nine|\bten\b", heading, re.I), heading


def test_it_begins_with_simulated_and_ends_with_how_to_repeat_it(page):
    text = "".join(outline(page).text).split()
    assert "Simulated." in text[:12]
    assert page.index("Simulated.") < page.index("<h1>")
    assert re.search("scoredsociety (run|compare) fragmented-2018", page)
    assert "--seed 7" in page
    assert "not yet sweep" in " ".join(text)


def test_it_never_says_nought_per_cent_nor_forbidden_words(page):
    bare = re.sub(r"<svg.*?</svg>", "", page, flags=re.S)
    text = "".join(outline(bare).text)
    assert not re.search(r"(?<![\d.,])0(\.0+)?\s?%", text)
    assert "bad citizen" not in text
    assert not re.search(r"\b(nan|None|inf)\b", text)
    assert "under 0.1%" in text
    assert "fewer than 1 in 1,000" in page


def test_it_is_light(page):
    assert len(page.encode()) < 3_000_000


def test_the_same_input_gives_the_same_bytes(runs, audits, one, tmp_path):
    path = write_report(runs[:1], tmp_path / "deep" / "report.html", audits=audits[:1])
    assert path.read_bytes() == one.encode()


def test_units_stand_together_and_apart(one):
    table = one.split("<caption>Different counts")[1].split("</table>")[0]
    for unit in ("persons", "entries", "refusals"):
        assert unit in table


def test_deterrence_never_stands_alone(two):
    part = two.split('id="figure-deterrence"')[1].split("</figure>")[0]
    assert part.count(": wrongful") >= 2
    assert "How many entries are wrongful" in part


def test_without_a_baseline_deterrence_is_not_drawn_but_explained(one, runs, audits, comparison):
    both = report_html(runs, audits=audits, comparison=comparison)
    for page in (one, both):
        assert 'id="figure-deterrence"' not in page
        assert page.count("What the scheme prevents is not shown") == 1


def test_everything_is_escaped(runs, audits):
    evil = '<script>alert("x")</script>&'
    manifest = copy.deepcopy(dict(runs[0].manifest))
    manifest["label"] = evil
    manifest["regime"]["title"] = evil
    manifest["regime"]["summary"] = evil
    for scheme in manifest["regime"]["schemes"].values():
        scheme["title"] = evil
        scheme["sources"] = {"x": {"title": evil, "url": "javascript:alert(1)", "year": None}}
    html = report_html(
        [replace(runs[0], manifest=manifest)], audits=[replace(audits[0], manifest=manifest)]
    )
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    outline(html)


def test_what_is_not_known_is_said_in_words(alone):
    html = report_html([alone[0]], audits=[alone[1]])
    assert "not enough evidence" in html
    outline(html)


def test_a_run_in_which_nothing_happens_has_a_report(runs):
    quiet = runs[0].replicates[0]
    quiet = replace(
        quiet,
        ledger=quiet.ledger[:0].astype(LEDGER_DTYPE),
        monthly={
            k: v if k == "adults" or k.startswith("grade") else v * 0
            for k, v in quiet.monthly.items()
        },
    )
    html = report_html([replace(runs[0], replicates=[quiet])])
    assert "undefined" in html
    assert "There is not enough evidence" in html
    outline(html)


def test_the_regime_none_has_a_report(runs):
    manifest = copy.deepcopy(dict(runs[0].manifest))
    manifest["regime"]["schemes"] = {}
    manifest["regime"]["memoranda"] = []
    manifest["schemes"] = []
    quiet = runs[0].replicates[0]
    quiet = replace(quiet, ledger=quiet.ledger[:0], mobility={})
    html = report_html([replace(runs[0], manifest=manifest, replicates=[quiet])])
    assert "nobody is on a list" in html
    kinds = len(manifest["conducts"])
    assert f"There is no scheme, and {kinds} kinds of conduct go on" in html
    assert "Acts per 1,000 adults in month 48" in html
    assert "<svg" not in html
    outline(html)
    whole = report_html([invented.baseline(runs[0])])
    assert "not enough evidence" not in whole
    outline(whole)


@pytest.mark.slow
def test_three_regimes_are_small_multiples(runs, audits, comparison):
    third = audits[1]
    html = report_html([*runs, runs[1]], audits=[*audits, third], comparison=comparison)
    figure = html.split('id="figure-survival"')[1].split("</figure>")[0]
    assert figure.count("<svg") == 3


def test_it_needs_a_run_and_matching_audits(runs, audits):
    with pytest.raises(ValueError, match="at least one run"):
        report_html([])
    with pytest.raises(ValueError, match="2 runs and 1 audits"):
        report_html(runs, audits=audits[:1])


def test_a_comparison_is_repeated_with_one_command(two):
    assert (
        "scoredsociety compare fragmented-2018 --safeguard hardship-exemption --people 4000 "
        "--months 48 --replicates 5 --seed 7"
    ) in two


def only(run, scheme):
    """Leave one scheme of a run: its rows, its columns and its rules."""
    manifest = copy.deepcopy(dict(run.manifest))
    code = manifest["schemes"].index(scheme)
    regime = manifest["regime"]
    regime |= {"schemes": {scheme: regime["schemes"][scheme]}, "memoranda": []}
    regime |= {"regime": scheme, "title": regime["schemes"][scheme]["title"], "safeguards": []}
    regime["calibrations"] = {scheme: "A"}
    manifest |= {"schemes": [scheme], "label": regime["title"]}
    made = []
    for one in run.replicates:
        ledger = one.ledger[one.ledger["scheme"] == code].copy()
        ledger["scheme"] = 0
        own = {k: v for k, v in one.monthly.items() if ":" not in k or scheme in k}
        moves = {k: v for k, v in one.mobility.items() if k == scheme}
        made.append(replace(one, ledger=ledger, monthly=own, mobility=moves))
    return replace(run, manifest=manifest, replicates=made)


def test_a_page_of_points_alone_speaks_of_no_list(runs):
    run = only(runs[0], "rongcheng-points")
    html = report_html([run], baseline=invented.baseline(run))
    bare = html.split('id="limits"')[0].split("</style>")[1]
    for tag in ("h1", "h2", "h3", "dt", "figcaption", "caption", "p class=.kicker."):
        for text in re.findall(rf"<{tag}[^>]*>(.*?)</{tag[:10].split()[0]}>", bare, re.S):
            plain = re.sub("<[^>]+>", "", text)
            assert not re.search(r"\b(listed|the list|entry|entries)\b", plain), plain
    assert "records are wrongful" in html
    assert "in a sanctioned grade are out of it again" in html
    assert "scoredsociety run rongcheng-points --people" in html
    outline(html)


def test_a_page_of_one_list_says_that_nobody_is_told(runs):
    run = only(runs[0], "court-list")
    html = report_html([run], baseline=invented.baseline(run))
    assert "Where scores stand" not in html
    assert "Among all adults, “not doing what a judgment orders”" in html
    assert "so it deters nobody" in html
    outline(html)


@pytest.mark.parametrize("turned", [False, True])
def test_a_list_beside_points_each_speaks_for_its_own_kind(runs, turned):
    pair = [only(runs[0], "court-list"), only(runs[0], "rongcheng-points")]
    pair = pair[::-1] if turned else pair
    html = report_html(pair, baseline=invented.baseline(runs[0]))
    outline(html)
    head = html.split("</dl>")[0]
    assert "entries" in head
    assert "records" in head
    assert "on the list" in head
    assert "under a sanction" in head
    assert html.count("Who is listed under one regime alone") == 1
    assert 'id="figure-differences"' not in html
    assert 'id="figure-life"' not in html
    assert "Months sanctioned saved" in html or "months sanctioned saved" in html
    assert html.count("where nobody keeps a list.") == 1
    assert html.count("where nobody keeps a score.") == 1
    assert "<caption>What the scheme does, counted" in html
    assert "does not exist" in html
    for name, count in (("who", 2), ("grades", 2), ("over-time", 3), ("funnel", 2)):
        figure = html.split(f'id="figure-{name}"')[1].split("</figure>")[0]
        assert figure.count("<svg") == count, name
    bare = re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", html, flags=re.S))
    assert not re.search(r"\b(nan|None|inf)\b", bare)


@pytest.mark.slow
def test_of_more_than_two_regimes_the_three_numbers_are_the_first_and_the_last(runs, audits):
    html = report_html([*runs, runs[1], runs[0]], audits=[*audits, audits[1], audits[0]])
    head = html.split("</dl>")[0]
    assert "the first and the last of four regimes: As it is \u2192 As it is" in head
    assert all(part.count("\u2192") <= 1 for part in re.findall(r"<dd.*?</dd>|<dt.*?</dt>", head))


def test_two_replicates_make_no_interval():
    html = report_html([invented.run("Two", replicates=2)])
    assert "too few replicates for an interval" in html
    assert "Two replicates show too little of luck" in html
    outline(html)
