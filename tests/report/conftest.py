"""Two invented runs, their audits and their pages, made once."""

from __future__ import annotations

import pytest

from scoredsociety.audit import audit_run, compare_runs, pick_lives
from scoredsociety.report import prevented, report_html
from tests.report import invented


@pytest.fixture(scope="session")
def runs():
    return [
        invented.run("As it is"),
        invented.run("Hardship exemption", "hardship-exemption", corrected=0.8),
    ]


@pytest.fixture(scope="session")
def comparison(runs):
    return compare_runs(*runs)


@pytest.fixture(scope="session")
def audits(comparison):
    return [comparison.a, comparison.b]


@pytest.fixture(scope="session")
def lives(runs):
    return pick_lives(*runs)


@pytest.fixture(scope="session")
def baseline(runs):
    return invented.baseline(runs[0])


@pytest.fixture(scope="session")
def against(runs, baseline):
    return prevented(runs, baseline)


@pytest.fixture(scope="session")
def one(runs, audits):
    return report_html(runs[:1], audits=audits[:1])


@pytest.fixture(scope="session")
def two(runs, audits, comparison, baseline):
    return report_html(runs, audits=audits, comparison=comparison, baseline=baseline)


@pytest.fixture(scope="session")
def alone():
    """Make a run of one replicate: nothing can be said about luck."""
    run = invented.run("One replicate", replicates=1)
    return run, audit_run(run)
