"""Every chart renders, says that it is simulated, and has a text and a table."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace

import pytest

from scoredsociety.audit import audit_run, compare_runs
from scoredsociety.report import CHARTS, chart, figure, prevented, svg
from scoredsociety.report.charts import AGAINST, LIVES, ONE, PAIRED
from scoredsociety.report.reading import make_arms
from scoredsociety.report.theme import SAFEGUARD, spread, ticks
from scoredsociety.study import simulate

FIRMS = "firms"
"""The one chart that the invented runs cannot fill: they rate no firm."""
PEOPLE = [name for name in CHARTS if name != FIRMS]


def arms_of(name, audits):
    return audits[:1] if name in ONE else audits


@pytest.mark.parametrize("name", PEOPLE)
def test_every_chart_renders_and_says_that_it_is_simulated(
    name, audits, comparison, lives, against
):
    fig = figure(name, arms_of(name, audits), comparison, lives, against)
    assert fig.panels, name
    assert fig.tables
    assert all(t.rows and t.caption for t in fig.tables)
    drawn = svg(fig.panels[-1], "x")
    assert drawn.startswith("<svg")
    assert 'role="img"' in drawn
    assert "Simulated" in drawn.split("</svg>")[0].split(">", 1)[1]
    assert "simulated" in fig.panels[0].alt.lower()


@pytest.mark.parametrize("name", PEOPLE)
def test_a_notebook_gets_one_chart_with_a_description(name, audits, comparison, lives, against):
    spec = chart(audits, name, comparison, lives, against).to_dict()  # which checks its shape
    assert spec["description"]
    assert "Simulated" in json.dumps(spec)


def test_the_chart_of_firms_shows_what_is_shown_beside_what_is():
    found = audit_run(simulate("firm-only", people=500, months=8, replicates=3))
    fig = figure(FIRMS, found)
    assert len(fig.panels) == 4
    assert re.search(r"\d+ in 100 comply under .*, \d+ in 100 would without it", fig.heading)
    assert any("exemption gap" in row[0] for row in fig.tables[0].rows)
    assert "Simulated" in json.dumps(chart(found, FIRMS).to_dict())


@pytest.mark.parametrize("name", [n for n in ONE if n != FIRMS])
def test_small_multiples_share_their_axes(name, audits):
    fig = figure(name, audits)
    domains: dict[int, set[str]] = {}
    panels = list(fig.panels)
    assert len(panels) % 2 == 0
    for panel in panels:
        spec = panel.chart.to_dict(validate=False)
        key = (panel.left, panel.right, panel.bottom, spec["height"], spec["width"])
        scales = {
            json.dumps(layer["encoding"][axis]["scale"])
            for layer in spec["layer"]
            for axis in ("x", "y")
            if "scale" in layer.get("encoding", {}).get(axis, {})
        }
        domains.setdefault(hash(key), set()).update(scales)
    # x and y: at most two scales for all panels of one kind
    assert all(len(found) <= 2 for found in domains.values())


def test_the_safeguard_is_blue_and_dashed(audits):
    spec = json.dumps(figure("over-time", audits).panels[1].chart.to_dict(validate=False))
    assert SAFEGUARD in spec
    assert '"strokeDash": [6, 3]' in spec


def test_an_unknown_chart_names_the_known_ones(audits):
    with pytest.raises(KeyError, match="over-time"):
        figure("pie", audits)


@pytest.mark.parametrize("name", [*PAIRED, *AGAINST, *LIVES])
def test_paired_charts_say_what_they_need(name, audits):
    with pytest.raises(ValueError, match="pass"):
        figure(name, audits)


def test_a_single_replicate_shows_no_luck(alone):
    fig = figure("luck", alone[1])
    assert not fig.panels
    with pytest.raises(ValueError, match="not enough evidence"):
        chart(alone[1], "luck")


def test_end_labels_keep_their_distance_and_their_order():
    places = spread([5.0, 5.1, 5.2, 9.0], 1.0, 0.0, 10.0)
    assert places == sorted(places)
    assert min(b - a for a, b in itertools.pairwise(places)) >= 1.0 - 1e-9
    assert places[3] == 9.0
    assert spread([10.0, 10.0], 2.0, 0.0, 10.0) == [8.0, 10.0]
    assert spread([], 1.0, 0.0, 1.0) == []


@pytest.mark.parametrize(
    ("top", "marks"),
    [
        (0.0, [0.0, 1.0]),
        (float("nan"), [0.0, 1.0]),
        (7.0, [0, 2, 4, 6, 8]),
        (0.04, [0, 0.01, 0.02, 0.03, 0.04]),
    ],
)
def test_axis_values_are_round(top, marks):
    assert ticks(top) == pytest.approx(marks)


def test_arms_of_one_regime_are_called_by_their_safeguards(audits):
    def labelled(audit, label):
        return replace(audit, manifest={**audit.manifest, "label": label})

    title = audits[0].manifest["regime"]["title"]
    named = make_arms(
        [labelled(audits[0], title), labelled(audits[1], f"{title} + hardship-exemption")]
    )
    assert [a.label for a in named] == ["Without safeguards", "With hardship exemption"]
    assert [a.under for a in named] == ["without safeguards", "with hardship exemption"]
    assert [a.label for a in make_arms(audits)] == ["As it is", "Hardship exemption"]
    assert make_arms(audits)[0].under == "under “As it is”"


def test_deterrence_leaves_good_deeds_to_the_table(audits, against):
    fig = figure("deterrence", audits, against=against)
    drawn = json.dumps(fig.panels[0].chart.to_dict(validate=False))
    assert "Volunteering" not in drawn
    assert any("Volunteering" in row[0] for row in fig.tables[0].rows)


def test_deterrence_is_read_against_no_scheme_and_beside_the_wrongful_share(audits, against):
    fig = figure("deterrence", audits, against=against)
    assert len(fig.panels) == 4  # acts prevented and wrongful entries, for each regime
    assert [("wrongful" in p.alt) for p in fig.panels] == [False, True, False, True]
    assert re.search(r"falls by 20% at first and by 20% after 48 months", fig.heading)
    assert "wrongful" in fig.heading
    assert re.search(r"in 100 adults know of the scheme \(M17\)", fig.notes[0])
    found = against[0].windows["traffic-violation", "aware=aware"]
    assert [c.month for c in found] == [6, 12, 18, 24, 30, 36, 42, 48]
    assert all(c.value == pytest.approx(0.2) for c in found)
    rows = {(r[0], r[1]): r[3] for r in fig.tables[0].rows}
    assert rows["Breaking a traffic rule: fewer acts, whole run", "the aware"] == "20%"


def test_the_run_without_a_scheme_is_the_baseline(runs, baseline):
    assert prevented(runs) is None
    found = prevented([baseline, *runs]) or []
    assert found[0] is None
    assert found[1] is not None
    assert found[1].whole["littering", "deterrence", "aware=aware"].value == pytest.approx(0.2)
    with pytest.raises(ValueError, match="holds schemes"):
        prevented(runs, runs[1])
    other = replace(baseline, manifest={**baseline.manifest, "seed": 99})
    assert prevented(runs, other) == [None, None]


def test_a_comparison_with_no_scheme_draws_deterrence(runs, baseline):
    comparison = compare_runs(baseline, runs[0])
    fig = figure("deterrence", [comparison.a, comparison.b], comparison)
    assert len(fig.panels) == 2
    assert "falls by 20%" in fig.heading


def test_too_few_acts_are_said_in_words(audits, against):
    few = [replace(p, series=p.series.slice(0, 0)) for p in against]
    fig = figure("deterrence", audits, against=few)
    assert not fig.panels
    assert "not enough evidence" in fig.heading


@pytest.mark.parametrize("name", [n for n in (*ONE, *AGAINST, *LIVES) if n != FIRMS])
def test_panels_of_a_figure_stand_at_one_height(name, audits, comparison, lives, against):
    long = "With notice, a longer window to appeal and independent review"
    named = [audits[0], replace(audits[1], manifest={**audits[1].manifest, "label": long})]
    fig = figure(name, named, comparison, lives, against)
    heads = [p.chart.to_dict(validate=False)["title"] for p in fig.panels]
    assert len({(len(t["text"]), len(t["subtitle"])) for t in heads}) == 1
    tops = set()
    for i, panel in enumerate(fig.panels):
        top = re.search(r'transform="translate\([\d.]+,([\d.]+)\)', svg(panel, f"p{i}"))
        assert top is not None
        tops.add(top[1])
    assert len(tops) == 1
