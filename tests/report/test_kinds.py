"""Every regime of the catalogue has a report that speaks of what its schemes keep."""

from __future__ import annotations

import re

import pytest

from scoredsociety.report import report_html
from scoredsociety.schemes import list_regimes
from scoredsociety.study import simulate
from scoredsociety.study.run import without_schemes
from tests.report.test_page import outline

SAYS = {
    "bureau": ("on record", "Records over time", "off record again", "records are wrongful"),
    "platform": ("under a ban", "BARRED", "No rule answers any recorded act"),
    "firm-only": ("no person is scored", "Honest Shanghai", "illness among customers", "M11"),
    "showcase": ("in a sanctioned grade", "Firms and offices", "illness among customers"),
    "everything": ("Rongcheng personal credit points", "Stars on a platform", "Joint enforcement"),
    "dystopia": ("Between people", "Lawful criticism", "Memorandum", "under a sanction"),
    "fragmented-2018": ("nine million people with low scores", "VERY-GOOD", "Memorandum"),
}
"""What must be said of some regimes."""
NEVER = {
    "bureau": ("ever listed", "On the list", "entries"),
    "platform": ("ever listed", "On the list", "Due process"),
    "firm-only": ("Where scores stand", "Who is on it", "Due process"),
}
"""What must not."""


@pytest.fixture(scope="module")
def page():
    made: dict[str, str] = {}

    def of(name: str) -> str:
        if name not in made:
            run = simulate(name, people=3000, months=12, replicates=2)
            made[name] = report_html([run], baseline=without_schemes(run) if run.manifest["schemes"]
                                     else None)  # fmt: skip
        return made[name]

    return of


LARGE = [
    pytest.param(n, marks=pytest.mark.slow) for n in ("everything", "joint-2020", "panopticon")
]
"""Regimes of many schemes; each of their kinds has a page in another regime."""


@pytest.mark.parametrize("name", [*(n for n in SAYS if n != "everything"), "none", *LARGE])
def test_a_regime_has_a_page_that_reads_well(name, page):
    html = page(name)
    outline(html)
    assert name in list_regimes()
    bare = re.sub(r"<svg.*?</svg>", "", html, flags=re.S).split("</style>")[1]
    text = re.sub("<[^>]+>", " ", bare)
    assert not re.search(r"\b(nan|None|inf)\b", text)
    for said in SAYS.get(name, ()):
        assert said in html, said
    before = text.split("How sure")[0]
    for not_said in NEVER.get(name, ()):
        assert not_said not in before, not_said
    for heading in re.findall(r"<h1>(.*?)</h1>", html) + re.findall(r"<h2[^>]*>(.*?)</h2>", html):
        assert re.search(
            r"\d|\b(no|one|two|three|nine|ten)\b|nobody|not enough|undefined", heading, re.I
        )


@pytest.mark.slow
def test_runs_of_all_kinds_stand_side_by_side():
    names = ("bureau", "platform", "showcase", "dystopia")
    runs = [simulate(name, people=2000, months=8, replicates=2) for name in names]
    html = report_html(runs, baseline=without_schemes(runs[0]))
    outline(html)
    for unit in ("entries", "records", "bans"):
        assert unit in html
    assert html.count("ratings are no records") == 1


def test_the_aware_of_another_grouping_are_not_compared():
    """A group of aware people is one only where both runs cut people by the same scheme."""
    from scoredsociety.report import prevented

    runs = [simulate(n, people=2000, months=8, replicates=2) for n in ("bureau", "dystopia")]
    apart, same = (
        prevented([runs[1]], without_schemes(runs[0])),
        prevented([runs[1]], without_schemes(runs[1])),
    )
    assert apart is not None
    assert same is not None
    assert apart[0] is not None
    assert same[0] is not None
    assert (apart[0].grouped, same[0].grouped) == (False, True)
