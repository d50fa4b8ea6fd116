"""One chart grammar and one page: what a run did to people, for readers."""

from __future__ import annotations

from scoredsociety.report.charts import CHARTS, SURVEY, chart, figure, survey_chart
from scoredsociety.report.deterrence import prevented
from scoredsociety.report.page import report_html, write_report
from scoredsociety.report.theme import svg

__all__ = [
    "CHARTS",
    "SURVEY",
    "chart",
    "figure",
    "prevented",
    "report_html",
    "survey_chart",
    "svg",
    "write_report",
]
