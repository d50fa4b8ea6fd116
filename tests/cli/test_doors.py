"""The Python door: three lines, nothing heavy until it is used."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

import scoredsociety
from tests.conftest import bytes_of

SMALL: dict[str, Any] = {"people": 2000, "months": 6, "replicates": 2}
HEAVY = ("numba", "numpy", "pyarrow", "altair", "pydantic", "yaml", "typer", "rich", "jinja2")


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_it_is_quick_and_loads_nothing_heavy():
    code = (
        "import sys, time; t = time.process_time(); import scoredsociety; "
        f"print(time.process_time() - t, [m for m in {HEAVY} if m in sys.modules])"
    )
    seconds, loaded = min(python(code).split(maxsplit=1) for _ in range(3))
    assert float(seconds) < 0.3
    assert loaded.strip() == "[]"


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom scoredsociety.cli import main\ntry: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numba', 'numpy', 'pyarrow', 'altair') if m in sys.modules])"
    )
    assert python(code).splitlines()[-1] == "[]"


def test_three_lines():
    code = (
        "from scoredsociety import audit, compare, simulate\n"
        f"found = audit(simulate('fragmented-2018', **{SMALL}))\n"
        "print(type(found.chart('over-time')).__module__.split('.')[0], len(found.to_text()) > 3)"
    )
    assert python(code) == "altair True\n"


@pytest.mark.parametrize(
    "before", ["", "import scoredsociety.audit", "from scoredsociety.audit import audit_run"]
)
def test_audit_is_a_room_and_a_function_in_any_order(before):
    code = (
        f"{before}\nimport scoredsociety\nfrom scoredsociety import audit\n"
        "class Asked(Exception): pass\n"
        "class Run:\n    def __getattr__(self, name): raise Asked\n"
        "for way in (audit, scoredsociety.audit):\n"
        "    try: way(Run())\n"
        "    except Asked: pass\n"
        "    else: raise SystemExit('nothing was read of the run')\n"
        "assert scoredsociety.audit.Audit.__module__ == 'scoredsociety.audit.audit'"
    )
    python(code)


def test_the_public_names():
    assert set(scoredsociety.__all__) == set(dir(scoredsociety))
    for name in scoredsociety.__all__:
        assert getattr(scoredsociety, name)
    with pytest.raises(AttributeError, match="no attribute 'punish'"):
        scoredsociety.punish  # noqa: B018


def test_a_comparison_is_one_object(tmp_path):
    from scoredsociety.report.charts import CHARTS

    both = scoredsociety.compare("fragmented-2018", safeguards=["notice"], **SMALL)
    assert both.path is None
    assert len(both.runs) == len(both.audits) == 2
    assert len(both.comparisons) == 1
    assert both.audits[0] is both.comparisons[0].a
    assert "over-time" in CHARTS
    assert both.chart("over-time").to_dict()
    assert both.chart("differences").to_dict()
    assert both.report(tmp_path / "page.html").stat().st_size > 10_000


def test_regimes_with_other_majorants_are_still_the_same_people(tmp_path):
    both = scoredsociety.compare("none", "court-list", "fragmented-2018", **SMALL)
    assert len(both.comparisons) == 2
    first = both.runs[0].manifest["majorants"]
    assert all(run.manifest["majorants"] == first for run in both.runs)
    assert both.comparisons[0].value("entries", "wrongful prevented") == 0.0


def test_a_folder_is_the_same_whoever_asked_for_it(cli, compared, tmp_path):
    size = ("--people", "2000", "--months", "6", "--replicates", "2")
    ask = ("compare", "fragmented-2018", "--safeguard", "notice")
    assert cli(*ask, *size, "--out", tmp_path / "x").code == 0
    mine = bytes_of(tmp_path / "x")
    page = mine.pop("report.html")
    assert mine == bytes_of(compared)
    assert cli("report", compared, "--out", tmp_path / "page.html").code == 0
    assert (tmp_path / "page.html").read_bytes() == page


def test_time_is_not_measured_by_hope():
    """The display's timer never outlives a run."""
    import threading

    from scoredsociety.cli.display import Display

    with Display(10, 10, 1) as display:
        display.start("x", 100)
        display.advance(50)
        display.start("y", 100)
    time.sleep(0.05)
    assert not [t for t in threading.enumerate() if isinstance(t, threading.Timer)]
