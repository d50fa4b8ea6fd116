"""Steps 5 to 9 and 12: due process, records, lists, copies, counters, and how rows end."""

from __future__ import annotations

import math

from scoredsociety.base.streams import Block
from scoredsociety.engine.result import ExitReason, Flag, Kind, Truth
from scoredsociety.schemes.model import Memorandum, Rule, Scheme
from tests.engine.oracle.conduct import somebody_else
from tests.engine.oracle.state import NEVER, Found, Person, Point, Row, Setting

LISTS = ("list", "record")


def enter(setting: Setting, found: Found, month: int) -> None:
    """Let every scheme with a rule for a recorded act make its row, and pass it on."""
    for name, s in setting.schemes.items():
        rule = next((r for r in s.rules if r.conduct == found.point.conduct), None)
        if rule is None or not found.person.in_[name].enrolled(month):
            continue
        if _exempt(setting, name, found):
            setting.happened["exempt elite" if found.person.elite else "exempt"] += 1
            continue
        row = _make(setting, name, rule, found, month)
        setting.ledger.append(row)
        if row.exit == ExitReason.STOPPED:
            setting.book(f"stopped:{name}", month, found.person)
            continue
        _take_effect(setting, found.person, found.point, row, month)
        queue = [row]
        while queue:
            origin = queue.pop(0)
            copies = _copies(setting, found, origin, month)
            queue += copies


def _exempt(setting: Setting, name: str, found: Found) -> bool:
    """Say whether the scheme drops what it hears about members of a privileged group."""
    member = {
        "elite": found.person.elite,
        "party-members": found.person.party,
        "everyone": True,
    }
    shares = [e.share for e in setting.schemes[name].exemptions if e.members and member[e.members]]
    share = max(shares, default=0.0)
    return share > 0.0 and setting.luck(found.point, Block.EXEMPT, 0, name) < share


def _make(setting: Setting, name: str, rule: Rule, found: Found, month: int) -> Row:
    """Return the row of a recorded act after due process."""
    s, person, point = setting.schemes[name], found.person, found.point
    flags = 0
    if not rule.points or rule.points < 0:  # a deed needs no defence
        marks = [setting.luck(point, Block.PROCESS, lane, name) for lane in range(4)]
        flags = _due_process(s, found.truth, marks)
    stopped = bool(flags & Flag.CORRECTED)
    points = 0
    if s.kind not in LISTS:
        points = rule.points or 0
        strikes = sum(row.points < 0 for row in person.records_of(name))
        if rule.escalates and strikes > 0:
            points = rule.escalates[min(strikes, len(rule.escalates)) - 1]
    return Row(
        subject=person.index,
        kind=Kind.ENTRY if s.kind in LISTS else Kind.RECORD,
        scheme=name,
        conduct=point.conduct,
        channel=found.channel,
        truth=found.truth,
        month=month,
        end=month if stopped else setting.months,
        act=(point.conduct, point.innocent, point.layer, point.serial),
        actor=-1 if point.innocent else point.who,
        generation=found.generation,
        flags=flags,
        exit=ExitReason.STOPPED if stopped else ExitReason.IN_FORCE,
        points=points,
        cause=found.cause,
        holds=rule.at_most is not None,
    )


def _due_process(s: Scheme, truth: Truth, marks: list[float]) -> int:
    p = s.process
    if truth == Truth.EXCUSED and marks[3] < p.hardship_exemption.value:
        return Flag.EXEMPTED | Flag.CORRECTED
    if marks[0] >= p.notice.value:
        return 0
    filing = p.filing_days.value
    files = 1.0 - math.exp(-p.window_days.value / filing) if filing > 0 else 1.0
    if marks[1] >= files:
        return Flag.NOTIFIED
    success = p.review.rightful if truth == Truth.TRUE else p.review.wrongful
    corrected = Flag.CORRECTED if marks[2] < success.value else 0
    return Flag.NOTIFIED | Flag.FILED | corrected


def _take_effect(setting: Setting, person: Person, point: Point, row: Row, month: int) -> None:
    if row.kind == Kind.RECORD:
        _record(setting, person, row, month)
        return
    s = setting.schemes[row.scheme]
    marks = [setting.luck(point, Block.OUTCOME, lane, row.scheme) for lane in range(4)]
    _join(setting, point, row)
    _list(setting, person, row, marks[0], month)
    row.late = marks[2] < s.process.late_appeal.value
    success = s.process.review.rightful if row.truth == Truth.TRUE else s.process.review.wrongful
    row.wins = marks[3] < success.value
    _namesake(setting, person, point, row, month)


def _record(setting: Setting, person: Person, row: Row, month: int) -> None:
    """Enter a record in a score."""
    standing = person.in_[row.scheme]
    person.records.append(row)
    setting.book(f"records:{row.scheme}", month, person)
    if row.points < 0 or row.holds:
        standing.last_bad = row
        if row.truth != Truth.TRUE:
            standing.last_wrong = row.truth
    life = setting.schemes[row.scheme].process.expiry_months
    row.due = month + int(life.value) if life and life.value else NEVER
    row.ends_as = ExitReason.TERM


def _list(setting: Setting, person: Person, row: Row, u: float, month: int) -> None:
    """Make an entry: in force in months month + 1 ... month + d."""
    process = setting.schemes[row.scheme].process
    d, term = NEVER, process.expiry_months
    if process.exit is not None:
        loss = 0.0
        if person.mask & {"sanction:JOB", "sanction:SHAME"} and "JOB" in setting.world.sanctions:
            loss = setting.world.sanctions["JOB"].harm.value
        income = person.income * (1.0 - loss) / setting.median
        hazard = process.exit.monthly.value * income**process.exit.income_exponent.value
        hazard = min(max(hazard, 1e-9), 0.999999)
        d, term = 1 + math.floor(math.log(u) / math.log1p(-hazard)), process.exit.term_months
    row.ends_as = ExitReason.PERFORMED
    if term and term.value and d > int(term.value):
        d, row.ends_as = int(term.value), ExitReason.TERM
    row.due = month + d
    person.entries.append(row)
    setting.book(f"in:{row.scheme}", month, person)
    person.in_[row.scheme].ever = True


def _join(setting: Setting, point: Point, row: Row) -> None:
    """Let institutions add their own sanctions to an entry."""
    joining: list[tuple[str, float]] = []
    for joint in setting.regime.joint:
        if joint.origin == row.scheme:
            everybody = list(setting.world.institutions)
            names = everybody if joint.institutions == "all" else joint.institutions
            joining += [(name, joint.probability.value) for name in names]
    extra: set[str] = set()
    for j, (name, probability) in enumerate(joining):
        u = setting.luck(point, Block.JOINT, j % 4, row.scheme, high=(j // 4) << 3)
        if u < probability:
            extra |= set(setting.world.institutions[name].sanctions)
    row.extra = frozenset(extra)
    codes = list(setting.world.sanctions)
    row.sanctions = sum(1 << codes.index(code) for code in extra)


def _namesake(setting: Setting, person: Person, point: Point, row: Row, month: int) -> None:
    """Let somebody who bears the name of a listed person be taken for them."""
    s = setting.schemes[row.scheme]
    d = s.disclosure
    if d is None or d.namesakes is None or d.namesakes.value <= 0 or d.level < 2:
        return
    hit, who, u, late = (setting.luck(point, Block.NAMESAKE, k, row.scheme) for k in range(4))
    wins = setting.luck(point, Block.NAMESAKE, 0, row.scheme, high=8)
    if hit >= d.namesakes.value:
        return
    other = somebody_else(setting, person, who)
    if other is None or not other.in_[row.scheme].enrolled(month):
        setting.happened["namesake outside"] += 1
        return
    taken = Row(
        subject=other.index,
        kind=Kind.ENTRY,
        scheme=row.scheme,
        conduct=row.conduct,
        channel=row.channel,
        truth=Truth.WRONG_PERSON,
        month=month,
        end=setting.months,
        act=row.act,
        actor=row.actor,
        generation=row.generation,
        flags=Flag.NAMESAKE,
        cause=row,
        extra=row.extra,
        sanctions=row.sanctions,
    )
    setting.ledger.append(taken)
    _list(setting, other, taken, u, month)
    taken.late = late < s.process.late_appeal.value
    taken.wins = wins < s.process.review.wrongful.value


def _copies(setting: Setting, found: Found, origin: Row, month: int) -> list[Row]:
    """Return the rows that the memoranda make of a row."""
    person, copies = found.person, []
    if origin.kind == Kind.RECORD and origin.points >= 0 and not origin.holds:
        return []  # a good deed is no bad mark elsewhere
    for target, other in setting.schemes.items():
        memo = _memorandum(setting, origin.scheme, target)
        if memo is None or not person.in_[target].enrolled(month):
            continue
        if memo.consent and not person.consents:
            setting.happened["no consent"] += 1
            continue
        if memo.share is not None and memo.share.value < 1.0:
            u = setting.luck(found.point, Block.COPY, 0, f"{origin.scheme}>{target}")
            if u >= memo.share.value:
                setting.happened["not shared"] += 1
                continue
        copy = Row(
            subject=origin.subject,
            kind=Kind.ENTRY if other.kind in LISTS else Kind.RECORD,
            scheme=target,
            conduct=origin.conduct,
            channel=origin.channel,
            truth=origin.truth,
            month=month,
            end=setting.months,
            act=origin.act,
            actor=origin.actor,
            generation=origin.generation,
            flags=origin.flags | Flag.COPIED,
            points=0 if other.kind in LISTS else memo.points or 0,
            cause=origin,
        )
        setting.ledger.append(copy)
        _take_effect(setting, person, found.point, copy, month)
        copies.append(copy)
    return copies


def _memorandum(setting: Setting, origin: str, target: str) -> Memorandum | None:
    return next(
        (m for m in setting.regime.memoranda if (m.origin, m.target) == (origin, target)), None
    )


# ------------------------------------------------------------------ what entries bring


def brings(setting: Setting, rows: list[Row]) -> set[str]:
    """Return the sanctions and rewards of some entries, by the names of their measures."""
    out = set()
    for row in rows:
        out |= {f"sanction:{code}" for code in row.extra}
        for e in setting.schemes[row.scheme].effects:
            if e.listed:
                out.add(f"sanction:{e.sanction}" if e.sanction else f"reward:{e.reward}")
    return out


def counters(setting: Setting, person: Person, month: int) -> None:
    """Take step 9: refusals, discovery of entries nobody told about, late appeals."""
    refused = {"sanction:FLY", "sanction:RAIL"}
    old = [
        row
        for row in person.entries
        if row.month < month and brings(setting, [row]) & refused  # only these show at a counter
    ]
    codes = brings(setting, old)
    total = 0
    for lane, code, mean in (
        (0, "FLY", setting.p.flight_attempts),
        (1, "RAIL", setting.p.rail_attempts),
    ):
        if f"sanction:{code}" in codes:
            n = _attempts(setting.u(person.index, month, Block.ATTEMPT, lane), mean)
            setting.book(f"refused:{code}", month, person, n)
            total += n
    if not total:
        return
    old[0].refusals += total
    for row in old:
        if not row.flags & (Flag.NOTIFIED | Flag.DISCOVERED):
            row.flags |= Flag.DISCOVERED
            if row.late:
                row.flags |= Flag.FILED_LATE
                if row.wins:
                    row.due, row.ends_as = month, ExitReason.LATE_APPEAL


def _attempts(u: float, mean: float) -> int:
    """Return a Poisson number by inversion."""
    n, q = 0, math.exp(-mean)
    cumulated = q
    while u > cumulated and n < 50:
        n += 1
        q *= mean / n
        cumulated += q
    return n


def exits(setting: Setting, person: Person, month: int) -> None:
    """Take step 12: what is due ends; then courses are over; then schemes shut."""
    for row in [r for r in person.entries + person.records if r.due == month]:
        _end(setting, person, row, row.ends_as, month)
    for name, standing in person.in_.items():
        if standing.reset_on == month:
            for row in person.records_of(name):
                _end(setting, person, row, ExitReason.RESET, month)
            standing.ratings.clear()
            standing.reset_on = None
            setting.book(f"reset:{name}", month, person)
        if standing.ends == month:
            for row in person.entries_of(name):
                _end(setting, person, row, ExitReason.SHUT, month)


def _end(setting: Setting, person: Person, row: Row, reason: ExitReason, month: int) -> None:
    row.exit, row.end = reason, month
    if row.kind == Kind.ENTRY:
        person.entries.remove(row)
        setting.book(f"out:{row.scheme}", month, person)
    else:
        person.records.remove(row)
