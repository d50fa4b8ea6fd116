"""Uncertainty in two layers: the declared draws, what is luck, and what moves a figure."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import scoredsociety
from scoredsociety import resolve
from scoredsociety.audit.along import Course
from scoredsociety.audit.assumptions import list_assumptions
from scoredsociety.audit.unknown import Evidence, Statement, movers, spearman_p, unknown
from scoredsociety.doors.sweeping import read_statement
from scoredsociety.schemes.model import ResolvedRegime
from scoredsociety.study import StudyError
from scoredsociety.study.sweep import Assumed, design, floods, hypercube, placed
from tests.report.test_page import outline

SIZE: dict[str, Any] = {"people": 1500, "months": 12, "replicates": 3}
ASKED = ("notice",)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("sweep") / "drawn"
    only = ["schemes.court-list.process", "world.conducts.court-default"]
    return scoredsociety.sweep("court-list", safeguards=ASKED, draws=4, only=only, out=out, **SIZE)


def of(regime: str) -> tuple[ResolvedRegime, list[dict[str, Any]]]:
    found = resolve(regime)
    return found, list_assumptions(found)


def test_every_number_takes_every_part_of_its_range_once() -> None:
    paths = [f"p{k}" for k in range(40)]
    shares = hypercube(3, paths, 16)
    assert shares.shape == (16, 40)
    assert (np.sort(np.floor(shares * 16), axis=0) == np.arange(16)[:, None]).all()
    assert abs(stats.kstest((shares * 16 % 1).ravel(), "uniform").statistic) < 0.06
    # each has an order and a stream of its own, which hang on the seed and on nothing else
    assert len({tuple(np.argsort(column)) for column in shares.T}) == 40
    np.testing.assert_array_equal(hypercube(3, ["p7", "p2"], 16), shares[:, [7, 2]])
    assert (hypercube(4, paths, 16) != shares).all()
    together = np.array(np.corrcoef(hypercube(3, paths[:12], 100).T))
    assert np.abs(together[np.triu_indices(12, 1)]).max() < 0.35


def test_a_range_of_an_order_of_magnitude_is_drawn_by_its_logarithm() -> None:
    wide, narrow, low = (Assumed("x", 1, *r) for r in ((0.01, 1), (1, 9.9), (0.0, 100.0)))
    assert (wide.logarithmic, narrow.logarithmic, low.logarithmic) == (True, False, False)
    assert wide.at(0.5) == pytest.approx(0.1)
    assert narrow.at(0.5) == pytest.approx(5.45)
    assert Assumed("x", 1, -0.3, 0.5).at(0.25) == pytest.approx(-0.1)
    for a in (wide, narrow, low):
        assert [a.at(0.0), a.at(1.0)] == pytest.approx([a.low, a.high])


def test_a_draw_is_the_regime_with_other_numbers_inside_their_ranges() -> None:
    plain, assumed = of("fragmented-2018")
    found = design("fragmented-2018", assumed, draws=4, only=["schemes.court-list"])
    assert found.regimes[0] == plain
    assert {a.path for a in found.assumed} == {
        a["path"] for a in assumed if a["range"] and a["path"].startswith("schemes.court-list")
    }
    for row, regime in zip(found.values, found.regimes[1:], strict=True):
        told = {a["path"]: a["value"] for a in list_assumptions(regime)}
        before = {a["path"]: a["value"] for a in assumed}
        for a, value in zip(found.assumed, row, strict=True):
            assert a.low <= value <= a.high
            assert told[a.path] == pytest.approx(value)
        drawn = {a.path for a in found.assumed}
        assert {p: v for p, v in told.items() if p not in drawn} == {
            p: v for p, v in before.items() if p not in drawn
        }


def test_what_a_safeguard_sets_is_not_drawn_and_whole_numbers_stay_whole() -> None:
    _, assumed = of("fragmented-2018")
    only = ["schemes.court-list.process.notice", "schemes.rongcheng-points.process.expiry_months"]
    found = design("fragmented-2018", assumed, safeguards=["notice"], draws=4, only=only)
    notice = [r.schemes["court-list"].process.notice.value for r in found.regimes[1:]]
    assert len(set(notice)) == 4
    assert {r.schemes["court-list"].process.notice.value for r in found.guarded} == {1.0}
    for a, b in zip(found.regimes, found.guarded, strict=True):
        months = [x.schemes["rongcheng-points"].process.expiry_months for x in (a, b)]
        assert months[0] is not None
        assert months[0].value == months[1].value == int(months[0].value or 0)  # type: ignore[union-attr]


def test_numbers_that_do_not_fit_together_keep_their_value_and_are_counted() -> None:
    regime, _ = of("dystopia")
    assert floods(regime) == []
    faces, own = "world.channels.camera.faces", regime.world.channels["camera"].faces
    assert own is not None
    wanted = {
        Assumed(f"{faces}.gallery", own.gallery.value, 1, 1e8): 1e8,
        Assumed(f"{faces}.false_match.minority", own.false_match.minority.value, 0, 1): 1e-6,
        Assumed("world.parameters.chill", regime.world.parameters.chill.value, 0, 1): 0.2,
    }
    drawn, kept = placed(regime, wanted)
    assert set(kept) == {f"{faces}.gallery", f"{faces}.false_match.minority"}
    assert drawn.world.parameters.chill.value == 0.2
    assert drawn.world.channels == regime.world.channels
    spoken = {a["path"]: a for a in list_assumptions(regime) if "private-critical.detection" in
              a["path"] and a["range"]}  # fmt: skip
    assert spoken
    shares = {Assumed(p, a["value"], 0, 1): 0.9 for p, a in spoken.items()}
    _, kept = placed(regime, shares)
    assert set(kept) == set(spoken)  # channels would record more than all


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"draws": 3}, "draws: 3 is not allowed. Allowed: a whole number from 4 to 1000"),
        ({"only": ["world.persons"]}, "no assumed number with a range begins with"),
        ({"ask": ["wrongful"]}, "is no statement"),
        ({"ask": ["happiness > 3"]}, "no measure of a sweep. There are: sanctioned"),
        ({"ask": ["change of wrongful < 0"]}, "change by what"),
        ({"people": 0}, "people: 0 is not allowed"),
    ],
)
def test_what_cannot_be_swept_is_told(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(StudyError, match=re.escape(told)):
        scoredsociety.sweep("bureau", **{**SIZE, **wrong})


def test_statements_are_judged_by_the_whole_range() -> None:
    above = read_statement(" wrongful > 0.05")
    assert above == Statement("wrongful", True, 0.05)
    below = read_statement("change of cross-context < -1e-3")
    assert below == Statement("cross-context", False, -0.001, True)
    assert str(below) == "the change of cross-context is below -0.001"
    assert above.judge(0.06, 0.2) is Evidence.OF
    assert above.judge(0.01, 0.04) is Evidence.AGAINST
    assert above.judge(0.04, 0.06) is above.judge(None, None) is Evidence.OPEN
    assert above.judge(0.05, 0.06) is Evidence.OPEN
    assert below.judge(-0.2, -0.1) is Evidence.OF
    assert below.judge(0.1, 0.2) is Evidence.AGAINST


def test_rank_correlations_and_their_luck_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random((14, 3)), rng.random(14)
    y[:2] = np.nan
    known = np.isfinite(y)
    found = {m.path: m for m in movers(x, y, ["a", "b", "c"])}
    exact = [stats.spearmanr(x[known, k], y[known]) for k in range(3)]
    for m, e in zip((found["a"], found["b"], found["c"]), exact, strict=True):
        assert m.correlation == pytest.approx(e.statistic)
        assert spearman_p(m.correlation, 12) == pytest.approx(e.pvalue)
    ordered = sorted(e.pvalue for e in exact)
    holm, worst = [], 0.0
    for k, p in enumerate(ordered):
        worst = min(1.0, max(worst, p * (3 - k)))
        holm.append(worst)
    assert sorted(m.p for m in found.values()) == pytest.approx(holm)


def test_few_draws_say_nothing_of_single_numbers_and_luck_names_none() -> None:
    rng = np.random.default_rng(1)
    x = rng.random((16, 100))
    assert movers(x[:7], x[:7, 0], [str(k) for k in range(100)]) == []
    assert movers(x, np.ones(16), [str(k) for k in range(100)]) == []
    strong = movers(x, x[:, 5] + 1e-3 * rng.random(16), [str(k) for k in range(100)])
    assert [m.path for m in strong if m.evident] == ["5"]
    false = sum(
        any(m.evident for m in movers(x, rng.random(16), [str(k) for k in range(100)]))
        for _ in range(40)
    )
    assert false <= 6  # about one in twenty


def course(values: Any) -> Course:
    return Course("k", "Something", "M1", "any", "rate", "share", np.asarray(values, dtype=float))


def test_luck_and_what_nobody_knows_are_told_apart() -> None:
    rng = np.random.default_rng(2)
    k, r = 400, 4
    truth, noise = rng.normal(0.5, 0.03, (k, 1)), rng.normal(0, 0.04, (k + 1, r))
    found = unknown(course(np.concatenate([[[0.5]], truth]) + noise), truth, ["x"])
    assert found.form == "2.5 to 97.5%"
    whole = math.sqrt(0.03**2 + 0.04**2 / r)
    assert found.drawn_low == pytest.approx(0.5 - 1.96 * whole, abs=0.01)
    assert found.luck == pytest.approx(0.04**2 / r / whole**2, abs=0.08)
    assert found.both_low is not None
    assert found.drawn_low is not None
    assert found.drawn_low - found.both_low == pytest.approx(1.96 * 0.04 / 2, rel=0.05)
    assert [m.path for m in found.evident] == ["x"]
    few = unknown(course(noise[:7]), truth[:6], ["x"])
    assert few.form == "lowest to highest"
    assert few.drawn_low == pytest.approx(noise[1:7].mean(axis=1).min())
    only = unknown(course(np.full((9, 3), 0.25)), truth[:8], ["x"])  # nothing moves, no luck
    assert (only.drawn_low, only.drawn_high, only.luck, only.movers) == (0.25, 0.25, None, [])
    gone = unknown(course(np.full((9, 3), np.nan)), truth[:8], ["x"])
    assert (gone.value, gone.draws, gone.drawn_low, gone.both_low) == (None, 0, None, None)


@pytest.mark.slow
def test_the_declared_regime_of_a_sweep_is_its_own_run(made: Any) -> None:
    """The draws share one set of majorants, and that changes no result."""
    plain = scoredsociety.audit(scoredsociety.simulate("court-list", **SIZE))
    for key, cell in {
        "sanctioned": ("M1", "any", "rate"),
        "wrongful": ("M5", "court-list", "entry-weighted"),
        "harms": ("M15", "any", "harms"),
    }.items():
        u = made.made.figure(key)
        assert u.value == pytest.approx(plain.value(*cell))
        assert u.drawn_low <= u.drawn_high


@pytest.mark.slow
def test_the_folder_holds_the_page_and_both_tables(made: Any) -> None:
    assert sorted(p.name for p in made.path.iterdir()) == ["draws.csv", "sweep.csv", "sweep.html"]
    with (made.path / "sweep.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {r["change"] for r in rows} == {"true", "false"}
    assert {r["form"] for r in rows} == {"lowest to highest"}
    trap = [r for r in rows if r["metric"] == "trap"]
    assert {r["value"] for r in trap} == {""}  # twelve months say nothing about 24
    assert made.draws().num_rows == 4
    page = (made.path / "sweep.html").read_text("utf-8")
    for tag, attrs in outline(page).tags:
        assert tag not in {"script", "link", "img", "iframe", "object", "base", "a", "use", "image"}
        for name, value in attrs.items():
            assert name == "xmlns" or "//" not in (value or "")
    text = re.sub("<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", page, flags=re.S))
    assert not re.search(r"\b(nan|None|inf)\b", text)
    assert text.index("falls silent") < text.index("Prevented")  # both, though undefined here
    for path in made.made.paths:
        assert path in text
    assert "state no range and stay as declared" in text
    assert "The change of wrongful is below 0" in text
    assert "scoredsociety sweep court-list --safeguard notice --draws 4 --only" in page
    assert made.chart().to_dict()["description"].startswith("Simulated")


@pytest.mark.slow
def test_the_command_tells_both_layers(cli: Any, tmp_path: Path) -> None:
    ask = ["sweep", "bureau", "--people", "1000", "--months", "6", "--replicates", "2"]
    answer = cli(*ask, "--draws", "4", "--only", "world.parameters", "--out", tmp_path / "x")
    assert answer.code == 0, answer.err
    flat = " ".join(answer.out.split())
    assert "4 draws of" in flat
    assert "Wrongful is above 0.05" in flat
    wrong = cli(*ask, "--only", "nowhere", "--out", tmp_path / "y")
    assert wrong.code == 2
    assert "There are numbers below" in wrong.err
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
