"""Surveys made many times: the table that a paper would print, and what lies behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.opinion import experiments, gradients, panel, standing
from scoredsociety.opinion.answers import (
    Calibrated,
    Codes,
    Replies,
    calibrated,
    is_attitude,
    scale_of,
)
from scoredsociety.opinion.approval import Reading
from scoredsociety.opinion.errors import OpinionError
from scoredsociety.opinion.estimates import Estimate, means
from scoredsociety.opinion.experiments import approves
from scoredsociety.opinion.frame import Cut
from scoredsociety.opinion.gathering import Gatherer
from scoredsociety.opinion.public import Floats, Public
from scoredsociety.opinion.published import hold_published
from scoredsociety.opinion.questionnaire import Item, Questionnaire
from scoredsociety.opinion.sampling import Fieldwork, Sampled

if TYPE_CHECKING:
    import pyarrow as pa

APPROVES = "approves"
"""Category in the tables that stands for all answers above the neutral one."""
MEAN = "mean"
Advance = Callable[[], None]


@dataclass(frozen=True)
class Surveyed:
    """What surveys of a society found, and what was there to find.

    Attributes
    ----------
    questionnaire : Questionnaire
    readings : tuple of Reading
        Settings of falsification under which the same people answered; the first is that of
        the main table.
    settings : mapping
        regime, label, safeguards, people, months, seed, societies, replicates, calibrated_in, on.
    items : pyarrow.Table
        reading, item, category, then value, se (design-based), spread (between surveys), low, high
        (95 % of the surveys), truth (in the frame), coverage, asked, surveys, note; and
        published figures (item, what, published, source, confidence, inside) in ``published``.
    groups, experiments, panel, regression : pyarrow.Table
        The same columns by group, experiment, wave and coefficient.
    people : pyarrow.Table
        Who approves and who is sanctioned, of the same people: reading, population, standing,
        share of the population, private and reported approval.
    errors : pyarrow.Table
        What separates the estimate from all adults' private approval, by attitude.
    gradients : pyarrow.Table
        Differences between groups, their parts, and what is left when benefits are equal.
    published : pyarrow.Table
    assumptions : list of dict
        Every assumed number that the answers rest on.
    """

    questionnaire: Questionnaire
    readings: tuple[Reading, ...]
    settings: Mapping[str, Any]
    items: pa.Table
    groups: pa.Table
    experiments: pa.Table
    panel: pa.Table
    regression: pa.Table
    people: pa.Table
    errors: pa.Table
    gradients: pa.Table
    published: pa.Table
    assumptions: list[dict[str, Any]]

    @property
    def headline(self) -> str | None:
        """The attitude that is shown by group; None if the questionnaire has none."""
        return headline_of(self.questionnaire)


def headline_of(questionnaire: Questionnaire) -> str | None:
    """Return the attitude that is shown by group."""
    if questionnaire.headline is not None:
        return questionnaire.headline
    known = questionnaire.items.items()
    return next((name for name, item in known if item.answer == "attitude"), None)


@dataclass
class _Tables:
    items: Gatherer
    groups: Gatherer
    experiments: Gatherer
    panel: Gatherer
    regression: Gatherer


def conduct(
    questionnaire: Questionnaire,
    societies: Sequence[Public],
    reference: Sequence[Public],
    readings: Sequence[Reading],
    *,
    surveys: int,
    later: Sequence[Public] | None = None,
    settings: Mapping[str, Any] | None = None,
    assumptions: Sequence[Mapping[str, Any]] = (),
    advance: Advance | None = None,
) -> Surveyed:
    """Make a survey many times and put the results together.

    Parameters
    ----------
    questionnaire : Questionnaire
    societies : sequence of Public
        Survey r is made in society r modulo their number.
    reference : sequence of Public
        Societies under the regime on whose survey attitudes are calibrated.
    readings : sequence of Reading
        The first is that of the main table.
    surveys : int
        How many; each with a sample of its own.
    later : sequence of Public, optional
        The same societies at the second wave of a panel.
    settings, assumptions
        Kept in the result.
    advance : callable, optional
        Called after each survey.

    Returns
    -------
    Surveyed

    Raises
    ------
    OpinionError
        If a quota cannot be met, or no thresholds give the shares to calibrate on.
    """
    if not readings:
        raise OpinionError("a survey needs at least one reading of its answers")
    scales = [calibrated(questionnaire, reference, reading) for reading in readings]
    fields = [Fieldwork(questionnaire, public) for public in societies]
    tables = _Tables(
        Gatherer(("reading", "item", "category")),
        Gatherer(("reading", "item", "group", "category")),
        Gatherer(("reading", "experiment", "what")),
        Gatherer(("reading", "item", "what")),
        Gatherer(("reading", "item", "answers", "link", "name")),
    )
    found = hold_published(questionnaire)
    behind = standing.Behind(questionnaire)
    for number, place in enumerate(fields):
        mine = range(number, surveys, len(fields))
        samples = [(r, place.draw(r)) for r in mine]
        cuts: dict[str, Cut] = {name: place.cut(name) for name in questionnaire.groups}
        for scale in scales:
            replies = Replies(questionnaire, place.public, scale)
            behind.add(replies, place.mask)
            after = panel.second(questionnaire, later[number], scale) if later else None
            for r, sample in samples:
                _one(tables, replies, place, sample, cuts, main=scale is scales[0])
                found.add(replies, sample)
                gradients.regress(tables.regression, replies, sample, headline_of(questionnaire), r)
                if after is not None:
                    panel.add(tables.panel, replies, after, sample, place.mask)
                if advance is not None and scale is scales[-1]:
                    advance()
    items = tables.items
    return Surveyed(
        questionnaire,
        tuple(readings),
        dict(settings or {}),
        items.table(),
        tables.groups.table(),
        tables.experiments.table(),
        tables.panel.table(),
        tables.regression.table(),
        behind.people(),
        behind.errors(items),
        behind.gradients(),
        found.table(tables.experiments.summaries()),
        [dict(a) for a in assumptions],
    )


def _one(
    tables: _Tables,
    replies: Replies,
    place: Fieldwork,
    sample: Sampled,
    cuts: Mapping[str, Cut],
    main: bool,
) -> None:
    """Add what one survey finds under one reading."""
    q, reading = replies.questionnaire, replies.scale.reading.name
    for name, item in q.items.items():
        if not (main or item.sensitive):
            continue  # what nobody conceals is the same under every reading
        if name in replies.missing:
            for category in scale_of(item):
                tables.items.add((reading, name, category), np.nan, note=replies.missing[name])
            continue
        _item(tables.items, replies, place, sample, name, item)
    for position, name in enumerate(q.experiments):
        sensitive = q.items[q.experiments[name].item].sensitive
        if not (main or sensitive):
            continue
        rows, reason = experiments.run(replies, sample, place.mask, name, position)
        if reason:
            tables.experiments.add((reading, name, ""), np.nan, note=reason)
        for row in rows:
            e = row.estimate
            key = (reading, name, row.what)
            tables.experiments.add(key, float(e.value[0]), float(e.se[0]), row.truth, e.asked)
    head = headline_of(q)
    if head is not None and head not in replies.missing:
        for each in cuts.values():
            _groups(tables.groups, replies, place, sample, head, each)


def _item(
    out: Gatherer, replies: Replies, place: Fieldwork, sample: Sampled, name: str, item: Item
) -> None:
    reading, scale, codes = replies.scale.reading.name, scale_of(item), replies.said[name]
    truths = replies.once(("item", name), lambda: _shares(codes[place.frame], item))
    codes = codes[sample.index]
    note = "" if (codes >= 0).any() else "nobody was asked: the route leaves everybody out"
    if item.answer == "support":
        value = (codes.astype(np.float64) + item.low)[:, None]
        truth = float(truths[: len(scale)] @ np.arange(item.low, item.high + 1))
        _put(out, (reading, name, MEAN), means(sample, value, codes >= 0), 0, truth, note)
        return
    found = means(sample, _indicators(codes, item), codes >= 0)
    for k, category in enumerate(_categories(item)):
        _put(out, (reading, name, category), found, k, float(truths[k]), note)


def _groups(
    out: Gatherer, replies: Replies, place: Fieldwork, sample: Sampled, name: str, each: Cut
) -> None:
    """Add the answers to one attitude in every group of one cut; empty groups are null."""
    item, reading = replies.questionnaire.items[name], replies.scale.reading.name

    def whole() -> list[tuple[int, Floats]]:
        there, level = replies.said[name][place.frame], each.level[place.frame]
        c = len(scale_of(item)) + 1  # the first: not asked
        cells = np.bincount(level * c + (there + 1), minlength=c * len(each.labels))
        return [(int(x[1:].sum()), _of_counts(x[1:], item)) for x in cells.reshape(-1, c)]

    codes, level = replies.said[name][sample.index], each.level[sample.index]
    given = _indicators(codes, item)
    for g, (count, truths) in enumerate(replies.once(("group", name, each.name), whole)):
        found = means(sample, given, (level == g) & (codes >= 0))
        note = "" if found.asked else (
            "nobody was drawn" if count else "nobody of this group is in the frame"
        )  # fmt: skip
        for k, category in enumerate(_categories(item)):
            key = (reading, name, f"{each.name}={each.labels[g]}", category)
            _put(out, key, found, k, float(truths[k]), note)


def _categories(item: Item) -> tuple[str, ...]:
    """Return the categories of an item, and for an attitude approval as a whole."""
    return (*scale_of(item), APPROVES) if item.answer == "attitude" else scale_of(item)


def _indicators(codes: Codes, item: Item) -> Floats:
    """Return 1 where an answer is of a category of :func:`_categories`, shape (n, C)."""
    given = codes[:, None] == np.arange(len(scale_of(item)))
    if item.answer == "attitude":
        given = np.concatenate([given, approves(item, codes)[:, None]], axis=1)
    return np.asarray(given, dtype=np.float64)


def _shares(codes: Codes, item: Item) -> Floats:
    """Return the shares of :func:`_categories` among those asked; NaN where there is nobody."""
    count = np.bincount(codes.astype(np.int64) + 1, minlength=len(scale_of(item)) + 1)
    return _of_counts(count[1:], item)


def _of_counts(count: NDArray[np.int64], item: Item) -> Floats:
    """Return the shares of :func:`_categories` from how many gave each answer."""
    out = count.astype(np.float64)
    if item.answer == "attitude":
        codes = np.arange(len(count), dtype=np.int8)
        out = np.append(out, out[approves(item, codes)].sum())
    asked = count.sum()
    return np.asarray(out / asked) if asked else np.full(len(out), np.nan)


def _put(
    out: Gatherer, key: tuple[str, ...], found: Estimate, k: int, truth: float, note: str
) -> None:
    out.add(key, float(found.value[k]), float(found.se[k]), truth, found.asked, note)


def settle(scale: Calibrated) -> Mapping[str, list[float]]:
    """Return the thresholds of a calibration as plain numbers, for a record of the survey."""
    return {name: [float(t) for t in x] for name, x in scale.thresholds.items()}


def attitudes(questionnaire: Questionnaire) -> list[str]:
    """Return the items that approval of schemes answers."""
    return [name for name, item in questionnaire.items.items() if is_attitude(item)]
