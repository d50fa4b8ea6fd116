"""The report of one run, or of several side by side: one HTML page that loads nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.report import deterrence, firms
from scoredsociety.report.deterrence import Prevented
from scoredsociety.report.order import sections
from scoredsociety.report.parts import Number, Page
from scoredsociety.report.reading import Arm, make_arms
from scoredsociety.report.saying import (
    alike,
    by_arm,
    rate_of,
    status,
    status_item,
    unit_of,
    wrongful_share,
)

if TYPE_CHECKING:
    from scoredsociety.audit import Audit, Comparison
    from scoredsociety.audit.lives import Lives
    from scoredsociety.engine.result import RunData
    from scoredsociety.opinion.survey import Surveyed


def write_report(
    runs: Sequence[RunData],
    path: Path | str,
    *,
    audits: Sequence[Audit] | None = None,
    comparison: Comparison | None = None,
    baseline: RunData | None = None,
    opinion: Sequence[Surveyed | None] | None = None,
) -> Path:
    """Write the report of one run, or the comparison of several, as one HTML file.

    Parameters
    ----------
    runs : sequence of RunData
        The first is the one that the others are held against. Two paired runs are also
        compared person by person.
    path : Path
        Where to write.
    audits : sequence of Audit, optional
        The audits of the runs, if they were made already.
    comparison : Comparison, optional
        The comparison of the first two runs, if it was made already.
    baseline : RunData, optional
        The same people with the same luck under no scheme (``study.run.without_schemes``): what
        deterrence is read against. By default the run among ``runs`` that has no scheme; without
        one the report says nothing of deterrence.
    opinion : sequence of Surveyed or None, optional
        What the public of each run would say, in the order of the runs; null where nobody was
        asked. Without it the report has no section on opinion.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ValueError
        If there is no run, the audits or surveys do not match the runs, or the baseline holds a
        scheme.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    html = report_html(
        runs, audits=audits, comparison=comparison, baseline=baseline, opinion=opinion
    )
    target.write_text(html, encoding="utf-8", newline="\n")
    return target


def report_html(
    runs: Sequence[RunData],
    *,
    audits: Sequence[Audit] | None = None,
    comparison: Comparison | None = None,
    baseline: RunData | None = None,
    opinion: Sequence[Surveyed | None] | None = None,
) -> str:
    """Return the page of :func:`write_report` as text; the same input gives the same bytes."""
    from scoredsociety.audit import audit_run

    if not runs:
        raise ValueError("A report needs at least one run.")
    if audits is not None and len(audits) != len(runs):
        raise ValueError(f"There are {len(runs)} runs and {len(audits)} audits.")
    if opinion is not None and len(opinion) != len(runs):
        raise ValueError(f"There are {len(runs)} runs and {len(opinion)} surveys.")
    chosen: Lives | None = None
    if len(runs) > 1:
        comparison, chosen = pair_up(runs[0], runs[1], comparison)
    if audits is None:
        audits = [
            comparison.a if comparison is not None and i == 0 else
            comparison.b if comparison is not None and i == 1 else audit_run(run)
            for i, run in enumerate(runs)
        ]  # fmt: skip
    arms = make_arms(audits)
    against = deterrence.prevented(runs, baseline)
    return render(build_page(arms, comparison, chosen, against, opinion))


def pair_up(
    a: RunData, b: RunData, comparison: Comparison | None
) -> tuple[Comparison | None, Lives | None]:
    """Compare two runs person by person, where they are the same societies with the same luck."""
    from scoredsociety.audit import compare_runs, pick_lives

    try:
        return comparison or compare_runs(a, b), pick_lives(a, b)
    except ValueError:  # not a pair: they are shown side by side only
        return None, None


def render(page: Page) -> str:
    """Fill the template; everything that is not a drawing is escaped."""
    from importlib.resources import files

    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    env = Environment(
        loader=PackageLoader("scoredsociety.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    css = Markup(files("scoredsociety.report").joinpath("style.css").read_text("utf-8"))  # noqa: S704
    return env.get_template("report.html.j2").render(page=page, css=css)


def build_page(
    arms: Sequence[Arm],
    comparison: Comparison | None = None,
    chosen: Lives | None = None,
    against: Sequence[Prevented | None] | None = None,
    asked: Sequence[Surveyed | None] | None = None,
) -> Page:
    """Put the sections of a report in order."""
    first = arms[0]
    m = first.manifest
    simulated = (
        f"Every person here is synthetic. {words.plural(float(m['people']), 'person', 'people')} × "
        f"{words.plural(first.months, 'month')} × "
        f"{words.plural(float(m['replicates']), 'replicate')}"
        f"{f' × {len(arms)} regimes' if len(arms) > 1 else ''}, seed {m['seed']}. "
        f"{words.listing(list(dict.fromkeys(str(a.regime['title']) for a in arms)))}."
    )
    held = [a for a in arms if a.holds] or arms
    return Page(
        title=f"Simulated: {' and '.join(a.label for a in arms)}",
        simulated=simulated,
        finding=finding(held),
        lede=lede(arms),
        three=three(held),
        sections=sections(arms, comparison, chosen, against, asked),
        footer="Simulated. Made with scoredsociety, an open laboratory for published social "
        "credit schemes. This page loads nothing from anywhere.",
    )


def finding(arms: Sequence[Arm]) -> str:
    """Say the finding of the report in one sentence with a number."""
    first, last = arms[0], arms[-1]
    item, phrase = status(first)
    wrong = [wrongful_share(a) for a in arms]
    said = [words.per(w, 100) for w in wrong]
    more = [a.value("M1", "any", "rate") for a in arms]
    if (
        len({a.regime["regime"] for a in arms}) > 1
        and None not in (more[0], more[-1])
        and len(set(said)) == 1
    ):
        low, high = (words.per((m or 0.0) / 1000) for m in (more[0], more[-1]))
        if low != high:
            return (
                f"{words.sentence(last.under)}, {high} adults are under a sanction; "
                f"{first.under}, {low}"
            )
    if len(arms) > 1 and None not in wrong and len(set(said)) == 1 and alike(arms):
        return by_arm(arms, lambda _: f"{said[0]} {unit_of(first)} are wrongful", lambda _: said[0])
    if len(arms) > 1 and wrong[0] is not None and wrong[-1] is not None:
        return (
            f"{words.sentence(last.under)}, {words.per(wrong[-1], 100)} {unit_of(last)} are "
            f"wrongful; {first.under}, {words.per(wrong[0], 100)}"
            f"{'' if unit_of(first) == unit_of(last) else f' {unit_of(first)}'}"
        )
    if not first.holds and first.organisations:
        return f"{words.sentence(firms.said(first, first.organisations[0]))}; no person is scored"
    if not first.holds:
        return (
            f"No scheme holds: after {words.plural(first.months, 'month')}, nobody is on a list "
            "or sanctioned"
        )
    rate = first.value("M1", item, rate_of(first))
    if rate is None:
        return f"After {words.plural(first.months, 'month')}, nobody is on a list or sanctioned"
    count = words.one_in(rate / 1000)
    tail = (
        f", and {words.per(wrong[0], 100)} {unit_of(first)} are wrongful"
        if wrong[0] is not None
        else ""
    )
    wide = first.value("M1", "any", "rate") if first.kind == "list" else None
    if wide is not None and wide > 1.5 * rate and wide >= 1:
        tail = f", {words.per(wide / 1000)} are under a sanction{tail}"
    return f"After {words.plural(first.months, 'month')}, {count} {words.are(count)} {phrase}{tail}"


def lede(arms: Sequence[Arm]) -> list[str]:
    """Say what the regimes are, in the words of their files."""
    summaries = list(dict.fromkeys(str(a.regime["summary"]) for a in arms))
    if len(summaries) == 1:
        return [f"{summaries[0]}{added(arms[0]) if len(arms) == 1 else ''}"]
    return [f"{a.label}: {a.regime['summary']}{added(a)}" for a in arms]


def added(arm: Arm) -> str:
    """Name the safeguards of an arm."""
    names = [str(s).replace("-", " ") for s in arm.regime.get("safeguards") or []]
    return f" With {words.listing(names)}." if names else ""


def three(arms: Sequence[Arm]) -> list[Number]:
    """Choose the three numbers under the finding: of more than two arms, the first and last."""
    first, last = arms[0], arms[-1]
    if not first.holds:
        return rated(first) if first.organisations else nothing(first)
    ends = [first, last] if len(arms) > 1 else [first]
    names = ARROW.join(a.label for a in ends)
    order = "" if len(arms) == 1 else f" ({names})"
    if len(arms) > 2:
        order = f" (the first and the last of {words.spelled(len(arms))} regimes: {names})"

    def rate(arm: Arm) -> str:
        found = arm.value("M1", status(arm)[0], rate_of(arm))
        return words.one_in(None if found is None else found / 1000)

    def months(arm: Arm) -> float | None:
        return arm.value("M7", status_item(arm), "median months to recovery")

    def back(arm: Arm) -> str:
        found = months(arm)
        return words.plural(found, "month") if found is not None else "not within the run"

    def followed(arm: Arm) -> bool:
        return arm.value("M7", status_item(arm), "episodes still running") is not None

    until = f"until half of {first.wording.until}"
    if not alike(ends):
        until = f"until half of those {first.wording.where}, and half of those "
        until += f"{last.wording.where}, are free again"
    return [
        Number(
            words.sentence(each(ends, rate)),
            f"{each(ends, lambda a: status(a)[1])} after {words.plural(first.months, 'month')}"
            f"{order}",
        ),
        Number(
            each(ends, lambda a: words.percent(wrongful_share(a))),
            f"of {each(ends, unit_of)} are wrongful: wrong person, no event, or could not do "
            "otherwise",
        ),
        Number(
            each(ends, back) if any(followed(a) for a in ends) else words.NO_EVIDENCE,
            until,
        ),
    ]


ARROW = " \N{RIGHTWARDS ARROW} "


def each(arms: Sequence[Arm], say: Callable[[Arm], str]) -> str:
    """Say something of the first and of the last arm, once where it is the same."""
    return ARROW.join(dict.fromkeys(say(a) for a in arms))


def rated(arm: Arm) -> list[Number]:
    """Choose the numbers of a run whose schemes concern firms and offices only."""
    scheme = arm.organisations[0]
    quantity, title = firms.complying(arm, scheme), firms.in_sentence(arm.title(scheme))
    fall = arm.value("M21", scheme, "fall of illness")
    out = [
        Number("Nobody", "is listed, scored, sanctioned or rewarded: people are no subjects here"),
        Number(
            words.per(arm.value("M21", scheme, quantity), 100),
            f"comply under {title} after {words.plural(arm.months, 'month')}",
        ),
    ]
    if fall is not None:
        way = "fewer" if fall >= 0 else "more"
        out.append(Number(words.percent(abs(fall)), f"{way} cases of illness among customers"))
    else:
        before = arm.value("M21", scheme, f"{quantity} without the scheme")
        out.append(Number(words.per(before, 100), "would comply without the scheme"))
    return out


def nothing(arm: Arm) -> list[Number]:
    """Choose the numbers of a run without a scheme: what people do, and that nobody scores it."""
    found = {k: arm.series("M13", k, "acts") for k in arm.series_items("M13", "acts")}
    kinds = [k for k, cells in found.items() if cells]
    out = [
        Number("Nobody", "is listed, scored, sanctioned or rewarded: there is no scheme"),
        Number(str(len(kinds)), "kinds of conduct go on, and nobody keeps a score of them"),
    ]
    if kinds:
        often = max(kinds, key=lambda k: (found[k][-1].value or 0.0, k))
        title = deterrence.lowered(deterrence.conduct_titles([arm])[often])
        out.append(
            Number(
                words.number(found[often][-1].value),
                f"acts of “{title}” per 1,000 adults in month {arm.months}, the most frequent",
            )
        )
    return out
