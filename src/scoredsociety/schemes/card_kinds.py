"""The parts of a card that only some schemes have: coverage in time, features, stars, firms."""

from __future__ import annotations

from collections.abc import Iterator

from scoredsociety.schemes.layout import heading, table, wrap
from scoredsociety.schemes.model import Scheme
from scoredsociety.schemes.structures import Features, Organisations, Stars, Term
from scoredsociety.schemes.wording import Row, exempts, origin, plain, row, share
from scoredsociety.schemes.world import World

WHO = {
    "adult-residents": "adult residents",
    "everyone": "everybody",
    "drivers": "people who drive",
    "dog-owners": "people who own a dog",
    "business-owners": "people who own a business",
    "internet-users": "people who use the internet",
    "students": "students",
    "young-men": "men of 18 to 22 years",
    "party-members": "members of the Party",
    "consenting": "people who consent to the use of their data",
    "thin-file": "people of whom lenders have no file",
    "restaurants": "restaurants",
    "firms": "firms",
    "airlines": "airlines",
    "departments": "departments of the administration",
}
WHERE = {"everywhere": "everywhere", "pilot-cities": "in the pilot cities"}
LEVELS = (
    "nobody can look an entry up",
    "whoever looks up the code sees an entry",
    "names are published",
    "names are shown on public screens",
)
ATTRIBUTES = {
    "income-rank": "rank of income",
    "age": "age",
    "education": "education",
    "urban": "lives in a town",
    "parent": "lives with a child",
    "gaming-hours": "hours of games",
    "frivolous-share": "share of frivolous purchases",
    "thin-file": "no file at a lender",
    "student": "studies",
    "chance": "chance",
}
HEADS = ("what", "value", "where it comes from")


def subjects(scheme: Scheme) -> Iterator[str]:
    """Yield whom the scheme covers and when, and who is let off."""
    yield from heading("Who is covered")
    who = scheme.subjects
    yield from wrap(
        f"{WHO[who.who].capitalize()}, {WHERE[who.where]}; taking part is {who.enrolment}. "
        f"{origin(who)}"
    )
    if who.coverage is not None:
        verb = "enrol by themselves" if who.enrolment == "voluntary" else "are reached"
        yield from wrap(f"Of these {share(who.coverage)} {verb}. {origin(who.coverage)}")
    if who.selection is not None:
        chosen = f"{who.selection.value:+.6g}. {origin(who.selection)}"
        yield from wrap(f"Enrolling and good conduct are correlated by {chosen}")
    if who.pressure is not None:
        penalty, cost = who.pressure.penalty, who.pressure.cost
        yield from wrap(
            f"Silence is read as a bad sign: it costs {share(penalty)} of the distance from the "
            f"worst to the best {origin(penalty)}, enrolling {share(cost)} {origin(cost)}."
        )
    timing = scheme.timing
    if timing is not None:
        begins = (
            f"starts in month {timing.first}"
            if timing.first == timing.last
            else f"starts city by city in months {timing.first} to {timing.last}"
        )
        known = f"Announced in month {timing.announced}" if timing.announced else "Announced before"
        ends = f"; ends after month {timing.ends}" if timing.ends is not None else ""
        yield from wrap(f"{known}; {begins}{ends}. {origin(timing)}")
    for exemption in scheme.exemptions:
        yield from wrap(f"Exempted: {exempts(exemption)}. {origin(exemption)}")


def disclosure(scheme: Scheme) -> Iterator[str]:
    """Yield who can see an entry, and how much of the weights can be read."""
    seen, clear = scheme.disclosure, scheme.transparency
    if seen is None and clear is None:
        return
    yield from heading("Who can see it")
    if seen is not None:
        yield from wrap(f"Level {seen.level}: {LEVELS[seen.level]}. {origin(seen)}")
        yield from wrap(f"{share(seen.reach)} of friends learn of an entry. {origin(seen.reach)}")
        if seen.namesakes is not None:
            part = f"{share(seen.namesakes)} of entries. {origin(seen.namesakes)}"
            yield from wrap(f"A namesake is taken too for {part}")
    if clear is not None:
        yield from wrap(f"{share(clear)} of the true weights can be read. {origin(clear)}")


def features(known: Features) -> Iterator[str]:
    """Yield the dimensions of a weighted score, their weights and terms."""
    yield from heading("What the score is made of")
    low, high = known.low, known.high
    span = f"from {plain(low)} {origin(low)} to {plain(high)} {origin(high)}"
    yield from wrap(
        f"A weighted mean of these dimensions, each between 0 and 1, as a score {span}."
    )
    rows: list[Row] = []
    for name, dimension in known.dimensions.items():
        extra = " (points of records count here)" if name == known.records else ""
        rows.append(row(f"{dimension.title}{extra}: weight", dimension.weight, as_share=True))
        rows.append(row(f"{dimension.title}: base", dimension.base))
        rows += [_term(dimension.title, term) for term in dimension.terms]
    if known.ties is not None:
        rows.append(row("Mean score of friends who have one: weight", known.ties, as_share=True))
    yield from table(HEADS, rows)


def _term(title: str, term: Term) -> Row:
    value = f"{term.slope.value:+.6g}"
    return f"{title}: for {ATTRIBUTES[term.attribute]}", value, origin(term.slope)


def stars(known: Stars, world: World) -> Iterator[str]:
    """Yield the numbers of mutual ratings."""
    yield from heading("Mutual ratings")
    context = world.contexts[known.context].title
    yield from wrap(
        "Both sides of a trade rate each other with 1 to 5 stars. A member's score is the mean of "
        f"a prior and all ratings. What shows in a trade is the propensity in: {context}."
    )
    rows = [
        row("stars of the prior", known.prior),
        row("ratings that the prior counts for", known.weight),
        row("trades a month that a member begins", known.trades),
        row("mean rating of an average member", known.quality),
        row("fall for one deviation of propensity", known.spread),
        row("deviation of one rating", known.noise),
        row("low ratings answered with 1 star", known.retaliation, as_share=True),
    ]
    yield from table(HEADS, rows)


def organisations(known: Organisations) -> Iterator[str]:
    """Yield what makes organisations comply, and what an audit writes."""
    yield from heading("Who complies, and what an audit writes")
    writes = {
        "grade": "a grade on the door",
        "list": "an entry that ends when the firm complies",
        "record": "a record",
    }[known.consequence]
    political = " What is demanded is political." if known.political else ""
    yield from wrap(
        f"An organisation complies where its cost lies below what complying brings. An audit "
        f"writes {writes}.{political}"
    )
    location = "median cost" if known.costs.law == "lognormal" else "mean cost"
    scale = "deviation of its log" if known.costs.law == "lognormal" else "scale of its law"
    rows = [
        row("organisations", known.count),
        row(f"{location} of complying, share of revenue", known.costs.location, as_share=True),
        row(f"{scale} ({known.costs.law})", known.costs.scale),
        row("gain of a good grade if all look", known.gain, as_share=True),
        row("customers who look", known.look, as_share=True),
        row("chance of an audit a month", known.audits, as_share=True),
        row("fine, share of revenue", known.fine, as_share=True),
        row("threatened loss, share of revenue", known.threat, as_share=True),
        row("chance that the threat is carried out", known.enforced, as_share=True),
        row("organisations of the Party", known.party_share, as_share=True),
        row("audits by somebody else", known.independent, as_share=True),
    ]
    if known.harm is not None:
        rows += [
            row("visits a month", known.harm.visits),
            row("cases for 1,000 visits, complying", known.harm.complying),
            row("cases for 1,000 visits, otherwise", known.harm.otherwise),
        ]
    yield from table(HEADS, rows)
