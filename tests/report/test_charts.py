"""Every chart renders, says that it is simulated, and has a text and a table."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest

from scoredsociety.report import CHARTS, chart, figure, svg
from scoredsociety.report.charts import LIVES, ONE, PAIRED
from scoredsociety.report.reading import make_arms
from scoredsociety.report.theme import SAFEGUARD, spread, ticks


def arms_of(name, audits):
    return audits[:1] if name in ONE else audits


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_renders_and_says_that_it_is_simulated(name, audits, comparison, lives):
    fig = figure(name, arms_of(name, audits), comparison, lives)
    assert fig.panels, name
    assert fig.tables
    assert all(t.rows and t.caption for t in fig.tables)
    drawn = svg(fig.panels[-1], "x")
    assert drawn.startswith("<svg")
    assert 'role="img"' in drawn
    assert "Simulated" in drawn.split("</svg>")[0].split(">", 1)[1]
    assert "simulated" in fig.panels[0].alt.lower()


@pytest.mark.parametrize("name", CHARTS)
def test_a_notebook_gets_one_chart_with_a_description(name, audits, comparison, lives):
    spec = chart(audits, name, comparison, lives).to_dict()
    assert spec["description"]
    assert "Simulated" in json.dumps(spec)


@pytest.mark.parametrize("name", [*ONE])
def test_small_multiples_share_their_axes(name, audits):
    fig = figure(name, audits)
    domains: dict[int, set[str]] = {}
    panels = list(fig.panels)
    assert len(panels) % 2 == 0
    for panel in panels:
        spec = panel.chart.to_dict()
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
    spec = json.dumps(figure("over-time", audits).panels[1].chart.to_dict())
    assert SAFEGUARD in spec
    assert '"strokeDash": [6, 3]' in spec


def test_an_unknown_chart_names_the_known_ones(audits):
    with pytest.raises(KeyError, match="over-time"):
        figure("pie", audits)


@pytest.mark.parametrize("name", [*PAIRED, *LIVES])
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


def test_deterrence_leaves_good_deeds_to_the_table(audits, comparison):
    fig = figure("deterrence", audits, comparison)
    drawn = json.dumps(fig.panels[0].chart.to_dict())
    assert "Volunteering" not in drawn
    assert any("Volunteering" in row[0] for row in fig.tables[0].rows)
