"""What the file of a scheme says to each element of the prohibition, with its paths."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from scoredsociety.audit import words
from scoredsociety.audit.card.model import Said
from scoredsociety.audit.card.statuses import Status, bands, conduct_of, counted, joint_chances
from scoredsociety.schemes.model import ResolvedRegime

KINDS = {
    "points": "a sum of points for recorded acts, after a table that people wrote",
    "list": "a list, entered under rules that people wrote",
    "record": "a store of records without a score, under rules that people wrote",
    "features": "a weighted score of characteristics, with weights that the file states",
    "stars": "the mean of ratings that users give each other",
    "organisations": "grades, a list or records of firms or offices",
}

Says = Callable[[ResolvedRegime, str, list[Status]], Iterator[Said]]


def _ai_system(regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    s = regime.schemes[name]
    yield Said(text=f"It is {KINDS[s.kind]}.", path=f"schemes.{name}.kind")
    faces = sorted(
        channel
        for channel, c in regime.world.channels.items()
        if c.faces is not None and channel in _channels(regime, name)
    )
    if faces:
        yield Said(
            text=f"Cameras that compare faces bring records ({', '.join(faces)}).",
            path=f"world.channels.{faces[0]}.faces",
        )
    yield Said(text="Not said: which software works it out, and whether it infers.", path="")


def _channels(regime: ResolvedRegime, name: str) -> set[str]:
    acts = (conduct_of(regime, c.conduct) for c in counted(regime, name))
    return {channel for c in acts if c is not None for channel in c.detection}


def _practice(regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    s = regime.schemes[name]
    yield Said(text=f"The operator is {s.operator}.", path=f"schemes.{name}.operator")
    if s.timing is not None:
        ends = f" and ends after month {s.timing.ends}" if s.timing.ends is not None else ""
        yield Said(
            text=f"It starts in month {s.timing.first} to {s.timing.last}{ends}.",
            path=f"schemes.{name}.timing",
        )


def _persons(regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    s = regime.schemes[name]
    who = s.subjects.who.replace("-", " ")
    path = f"schemes.{name}.subjects"
    if s.kind == "organisations":
        yield Said(
            text=f"It concerns {who}, and no natural person: out of scope in principle (para 173).",
            path=path,
        )
        return
    where = s.subjects.where.replace("-", " ")
    yield Said(text=f"It concerns {who}, {where}; {s.subjects.enrolment}.", path=path)
    for i, exemption in enumerate(s.exemptions):
        spared = exemption.members or exemption.institution
        yield Said(
            text=f"Of records of {spared}, {words.percent(exemption.share)} are dropped.",
            path=f"schemes.{name}.exemptions.{i}",
        )


def _period(regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    s = regime.schemes[name]
    p = s.process
    if p.expiry_months is not None:
        months = p.expiry_months.value
        said = "never expires" if months is None else f"counts for {months:g} months"
        yield Said(text=f"A record {said}.", path=f"schemes.{name}.process.expiry_months")
    if p.exit is not None:
        term = p.exit.term_months.value
        said = "no term" if term is None else f"a term of {term:g} months"
        yield Said(text=f"An entry has {said}.", path=f"schemes.{name}.process.exit")
    escalating = [i for i, rule in enumerate(s.rules) if rule.escalates]
    if escalating:
        yield Said(
            text=f"{words.plural(len(escalating), 'rule')} count earlier records of the same act.",
            path=f"schemes.{name}.rules.{escalating[0]}.escalates",
        )
    if s.kind in ("points", "features", "stars"):
        yield Said(text="The score goes on from month to month.", path=f"schemes.{name}.kind")


def _basis(regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    s = regime.schemes[name]
    by_context: dict[str, dict[str, str]] = {}
    for cause in counted(regime, name):
        by_context.setdefault(cause.context, {}).setdefault(cause.conduct, cause.path)
    for context, acts in by_context.items():
        yield Said(
            text=f"{regime.world.contexts[context].title}: {', '.join(acts)}.",
            path=next(iter(acts.values())),
        )
    if s.features is not None:
        for key, dimension in s.features.dimensions.items():
            terms = ", ".join(t.attribute for t in dimension.terms) or "records alone"
            yield Said(
                text=f"Characteristics: {dimension.title}, {dimension.weight.value:g}: {terms}.",
                path=f"schemes.{name}.features.dimensions.{key}",
            )
        if s.features.ties is not None:
            yield Said(
                text=f"Scores of friends, {s.features.ties.value:g}.",
                path=f"schemes.{name}.features.ties",
            )
    if s.stars is not None:
        context = regime.world.contexts[s.stars.context].title
        yield Said(text=f"Ratings of trades: {context}.", path=f"schemes.{name}.stars")
    for k, memo in enumerate(regime.memoranda):
        if memo.target == name:
            yield Said(
                text=f"Obtained from others (para 156): records of {memo.origin}.",
                path=f"memoranda.{k}",
            )


def _score(regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    s = regime.schemes[name]
    if s.start is not None:
        yield Said(text=f"A number that starts at {s.start.value:g}.", path=f"schemes.{name}.start")
    if s.features is not None:
        low, high = s.features.low.value, s.features.high.value
        yield Said(text=f"A number from {low:g} to {high:g}.", path=f"schemes.{name}.features")
    if grades := bands(s):
        yield Said(text=f"Labels: {', '.join(grades)}.", path=f"schemes.{name}.grades.bands")
    if s.kind in ("list", "record"):
        said = "being listed" if s.kind == "list" else "being on record"
        yield Said(text=f"A label at most: {said}; no number.", path=f"schemes.{name}.kind")


def _causality(regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    s = regime.schemes[name]
    for i, effect in enumerate(s.effects):
        status = f"grade {', '.join(effect.grade or [])}"
        if effect.listed:
            status = "being on record" if s.kind == "record" else "being listed"
        yield Said(
            text=f"{words.sentence(status)} brings {effect.sanction or effect.reward}.",
            path=f"schemes.{name}.effects.{i}",
        )
    for k, joint in enumerate(regime.joint):
        if joint.origin == name:
            count = len(regime.world.institutions if joint.institutions == "all"
                        else joint.institutions)  # fmt: skip
            yield Said(
                text=f"{words.plural(count, 'other institution')} may each add sanctions of their "
                f"own, with chance {joint.probability.value:g} (para 162).",
                path=f"joint.{k}",
            )
    for k, memo in enumerate(regime.memoranda):
        if name in (memo.origin, memo.target):
            what = f"{memo.points:+d} points" if memo.points is not None else "a record"
            yield Said(
                text=f"A record of {memo.origin} brings {what} in {memo.target} (para 162).",
                path=f"memoranda.{k}",
            )
    if not s.effects and not joint_chances(regime, name):
        yield Said(text="No status brings a sanction or an advantage.", path="")


def _treatment(regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    world = regime.world
    sanctions = {code: p for status in found for code, p in status.sanctions.items()}
    for code, chance in sanctions.items():
        known = world.sanctions[code]
        often = "" if chance >= 1 else f", for {words.percent(chance)} of entries"
        yield Said(
            text=f"{known.title} ({world.harm_contexts[known.context].lower()}): "
            f"{known.harm.value:g} median monthly incomes a month{often}.",
            path=f"world.sanctions.{code}",
        )
    for code in dict.fromkeys(code for status in found for code in status.rewards):
        reward = world.rewards[code]
        yield Said(
            text=f"Advantage of some (para 169): {reward.title} "
            f"({world.harm_contexts[reward.context].lower()}).",
            path=f"world.rewards.{code}",
        )
    for status in found:
        if status.sanctions:
            length = (
                "it does not end by itself"
                if math.isinf(status.months)
                else f"{status.months:,.3g} months on average at median income"
            )
            yield Said(text=f"{words.sentence(status.name)}: {length}.", path=status.end)


def _scope(regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    s = regime.schemes[name]
    if s.transparency is not None:
        yield Said(
            text=f"{words.percent(s.transparency.value)} of the weights can be read (para 171).",
            path=f"schemes.{name}.transparency",
        )
    if s.kind == "stars":
        yield Said(
            text="Mere ratings of a service by users are set apart (para 174).",
            path=f"schemes.{name}.stars",
        )
    if s.kind != "organisations":
        p = s.process
        yield Said(
            text=f"Told: {words.percent(p.notice.value)}; {p.window_days.value:g} days to object; "
            f"a review corrects {words.percent(p.review.wrongful.value)} of wrongful records.",
            path=f"schemes.{name}.process",
        )


def _limb(regime: ResolvedRegime, name: str, found: list[Status]) -> Iterator[Said]:
    yield Said(text="See the limb below.", path="")


SAYS: dict[str, Says] = {
    "ai_system": _ai_system,
    "practice": _practice,
    "natural_persons": _persons,
    "period": _period,
    "basis": _basis,
    "score": _score,
    "causality": _causality,
    "treatment": _treatment,
    "unrelated": _limb,
    "disproportionate": _limb,
    "scope": _scope,
}
"""What the file says to each element, by its name in ``article5.yaml``."""
