"""A questionnaire as a page of plain text that anybody can read."""

from __future__ import annotations

from collections.abc import Iterator

from scoredsociety.opinion.questionnaire import (
    YES_NO,
    Experiment,
    Frame,
    Item,
    Panel,
    Published,
    Questionnaire,
    Route,
)
from scoredsociety.schemes import library
from scoredsociety.schemes.layout import head, heading, table, wrap
from scoredsociety.schemes.wording import (
    Row,
    assumed,
    assumption_list,
    origin,
    plain,
    row,
    share,
    sources,
)

WHO = {"internet-users": "internet users", "students": "students", "everyone": "everyone"}
ABOUT = {
    "local": "public schemes in pilot cities",
    "national": "public schemes that hold everywhere",
    "commercial": "schemes of firms",
    "any": "schemes of any kind",
}
ANSWERED = {
    "attitude": "private approval of schemes, cut into these answers by thresholds of its own",
    "support": "private approval of schemes, as a number",
    "aware": "who knows of one of the {about}",
    "covered": "who lives under one of the {about}, knowing it or not",
    "user": "who uses one of the {about} that can be left, or says so",
    "own-score": "who knows the own score in one of the {about}",
    "sanctioned": "who knows of a sanction of their own",
    "changed": "who knows of a rule of the {about} on {conducts}, and says so",
    "lack-of-trust": "who sees a general lack of trust as a problem",
    "informed": "who knows that schemes are used against critics",
    "drawn": "a draw by the shares below; nothing in the model answers it",
}


def questionnaire_card(questionnaire: Questionnaire) -> str:
    """Write the card of a questionnaire.

    Parameters
    ----------
    questionnaire : Questionnaire

    Returns
    -------
    str
        Plain text, at most 100 columns wide but for addresses, without a line end at the end.
    """
    lines = list(_card(questionnaire))
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _card(q: Questionnaire) -> Iterator[str]:
    kind = f"{q.questionnaire} · a questionnaire · {_frame(q.frame)}"
    yield from head(q.title, kind, q.summary)
    yield from heading("Who is asked, and when")
    yield from table(("what", "value", "where it comes from"), list(_sample(q)))
    yield from heading("Items, in the order in which they are asked")
    for number, (name, item) in enumerate(q.items.items(), start=1):
        yield from wrap(f"{number}  {name}: {item.asks}", indent=" " * (number < 10), hang="    ")
        for text in _item(item):
            yield from wrap(text, indent="    ", hang="      ")
    if q.experiments:
        yield from heading("Experiments: respondents are split at random")
    for name, experiment in q.experiments.items():
        yield from wrap(f"{name}: {experiment.title}", indent="  ", hang="    ")
        for text in _experiment(experiment):
            yield from wrap(text, indent="    ", hang="      ")
    if q.panel is not None:
        yield from heading("Second wave, with the same people")
        yield from table(("what", "value", "where it comes from"), list(_panel(q.panel)))
    yield from heading("What is not published")
    if not q.unpublished:
        yield "Nothing is named."
    for gap in q.unpublished:
        yield from wrap(gap, indent="  ", hang="    ")
    yield from assumption_list(assumed(q, ()))
    yield from sources(q.sources)


def _frame(frame: Frame) -> str:
    return f"{WHO[frame.who]} aged {frame.youngest} to {frame.oldest}"


def _sample(q: Questionnaire) -> Iterator[Row]:
    sample, response = q.sample, q.sample.response
    yield row("asked at the end of month", q.fieldwork.month)
    yield "frame: who can be drawn", _frame(q.frame), ""
    if q.reference is not None:
        yield "shares of the items hold among", _frame(q.reference), ""
    yield row("respondents", sample.size)
    yield "quotas", ", ".join(sample.quotas) or "none", ""
    if sample.bands:
        yield "bands of age begin at", ", ".join(map(str, sample.bands)), ""
    yield row("answers when asked", response.share, as_share=True)
    tilts = (
        ("college", response.college),
        ("ten more years", response.age),
        ("one unit more of approval", response.approval),
    )
    for what, tilt in tilts:
        if tilt is not None:
            yield row(f"log odds of answering: {what}", tilt)
    yield "weighted to the frame by", ", ".join(sample.weights) or "nothing", ""
    if q.groups:
        yield "results are cut by", ", ".join(q.groups), ""
        yield "item that is cut", q.headline or _first(q), ""


def _first(q: Questionnaire) -> str:
    return next(name for name, item in q.items.items() if item.answer == "attitude")


def _item(item: Item) -> Iterator[str]:
    for route in item.asked:
        yield f"Asked only of those who answered {_route(route)}."
    known = library.world().conducts
    conducts = ", ".join(known[name].title.lower() for name in item.conducts)
    answered = ANSWERED[item.answer].format(about=ABOUT[item.about or "any"], conducts=conducts)
    if (item.answer, item.about) == ("covered", "local"):
        answered = "who lives in a pilot city, knowing of a scheme or not"
    yield f"Answered by: {answered}"
    if item.mean is not None and item.spread is not None:
        yield (
            f"Answers: {item.low} to {item.high}, mean {plain(item.mean)} {origin(item.mean)}, "
            f"{plain(item.spread)} to one unit of approval {origin(item.spread)}"
        )
    elif item.shares is not None:
        each = ", ".join(f"{a} {_percent(item.shares.values[a])}" for a in item.scale)
        yield f"Answers: {each} {origin(item.shares)}"
        if item.shares.note:
            yield f"Note: {item.shares.note}"
    else:
        yield f"Answers: {', '.join(YES_NO)}"
    if item.sensitive and item.neutral is not None:
        said = item.scale[item.scale.index(item.neutral) + 1]
        yield f"Sensitive: who privately answers {item.neutral!r} or lower may say {said!r}."
    for answer, odds in item.by_fairness.items():
        yield f"Log odds of {answer!r} at full perceived fairness: {plain(odds)} {origin(odds)}"
    for figure in item.published:
        yield _figure(figure, item.answer == "support")


def _route(route: Route) -> str:
    return f"{' or '.join(map(repr, route.answers))} to {route.item}"


def _figure(figure: Published, number: bool = False) -> str:
    """Write a published figure: a share in per cent, or a number."""
    write = _number if number else _percent
    value = write(figure.value)
    if figure.range is not None:
        value += f" ({write(figure.range[0])} to {write(figure.range[1])})"
    note = f" {figure.note}" if figure.note else ""
    return f"Published: {figure.what}: {value} {origin(figure)}{note}"


def _percent(value: float) -> str:
    return f"{value * 100:.6g} %"


def _number(value: float) -> str:
    return f"{value:g}"


def _experiment(experiment: Experiment) -> Iterator[str]:
    kinds = {
        "list": "half count the statements below, half their own approval with them",
        "endorsement": "half are told that the operator of the schemes is for the policy",
        "information": "each group reads one text before the question",
    }
    yield f"About {experiment.item}: {kinds[experiment.kind]}."
    for statement, known in experiment.controls.items():
        yield f"Statement: {statement}, true of {share(known)} {origin(known)}"
    if experiment.policy is not None and experiment.strength is not None:
        yield f"Policy: {experiment.policy}"
        yield (
            f"Support won for one unit of approval: {plain(experiment.strength)} "
            f"{origin(experiment.strength)}"
        )
    for name, arm in experiment.arms.items():
        does = ["learn that schemes are used against critics"] if arm.informs else []
        if arm.shift is not None:
            does.append(f"approval moves by {plain(arm.shift)} units {origin(arm.shift)}")
        yield f"Arm {name}: {arm.title} ({'; '.join(does) or 'no effect'})"
    for figure in experiment.published:
        yield _figure(figure, not figure.answers)


def _panel(panel: Panel) -> Iterator[Row]:
    yield row("months later", panel.months_later)
    yield row("answers again", panel.stays, as_share=True)
    if panel.informs is not None:
        yield row("learns between of use against critics", panel.informs, as_share=True)
    yield "items", ", ".join(panel.items), ""
