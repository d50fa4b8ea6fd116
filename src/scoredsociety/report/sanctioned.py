"""Who approves and who is sanctioned, on the same people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoredsociety.audit import words
from scoredsociety.opinion.approval import Reading
from scoredsociety.opinion.frame import STANDING
from scoredsociety.opinion.standing import EVERYBODY
from scoredsociety.report.asked import (
    ADULTS,
    FRAME,
    PRIVATELY,
    SAID,
    SHARE,
    UNDER,
    Answers,
    beside,
    framed,
    hundred,
    nothing,
    read_as,
    share,
    spans,
)
from scoredsociety.report.bars import bars
from scoredsociety.report.parts import Figure, Table
from scoredsociety.report.people import dots
from scoredsociety.report.saying import ENOUGH
from scoredsociety.report.theme import HARM, INK, Row, aligned

if TYPE_CHECKING:
    from scoredsociety.opinion.survey import Surveyed

TOO_FEW = "too few to say"


def standing(surveyed: Surveyed) -> Figure:
    """Draw who approves and who is sanctioned, on the same people: the frame and all adults."""
    a = Answers(surveyed)
    whole = {p: a.stand(p, EVERYBODY, SHARE).asked for p in (FRAME, ADULTS)}
    if a.stand(FRAME, UNDER, SHARE).value is None:
        why = a.reason or "How many are under a sanction was not counted"
        return nothing("standing", a, why)
    who = {FRAME: words.sentence(framed(a.asks.frame)), ADULTS: "All adults"}
    shares = [_listed(a, p, who[p]) for p in (FRAME, ADULTS)]
    societies = a.stand(FRAME, EVERYBODY, SHARE).surveys
    drawn = [
        dots(
            shares, "Under a sanction", "Of 1,000 people; hollow: wrongly.", total=1000,
            alt_text="Dots, simulated. Of 1,000 people under a sanction: "
            + "; ".join(f"{r['group']}, {r['said']}" for r in shares) + ".",
        )
    ]  # fmt: skip
    rows = [_approval(a, p, s) for p in (FRAME, ADULTS) for s in STANDING]
    if a.item and any(r["y"] is not None for r in rows):
        drawn.append(
            bars(
                rows, "Say that they approve",
                "Per cent. Line: 95% of luck in societies of this size. Dashed: wrongly. "
                f"{beside(surveyed, brief=True)}.",
                top=1.0, left=136, right=70,
                alt_text="Bars, simulated. Say that they approve: "
                + "; ".join(f"{r['name']}, {r['said']}" for r in rows) + ".",
            )
        )  # fmt: skip
    under = a.stand(FRAME, UNDER, SAID)
    many = words.per(a.stand(FRAME, UNDER, SHARE).value)
    if a.stand(FRAME, UNDER, SHARE).value == 0:
        many = "none in 1,000"
    head = f"In the frame, {many} are under a sanction"
    if a.item and not a.reason:
        said = hundred(under.value) if under.people >= ENOUGH else ""
        head = (
            f"{hundred(a.stand(FRAME, EVERYBODY, SAID).value)} say that they approve, and {many} "
            f"are under a sanction"
            + (f": of these, {said} say so" if said else ", too few to say how many of them do")
        )
    lines = [
        line
        for r in surveyed.readings
        for p in (FRAME, ADULTS)
        for line in _stand_lines(a, r, p, who[p])
    ]
    table = Table(
        f"Who approves and who is sanctioned, on the same people. {beside(surveyed, brief=True)}",
        ("Reading", "Of", "Standing", "Share", "Say that they approve", "Its range",
         "Approve privately", "Its range", "People in all societies"),
        lines, frozenset(range(3, 9)),
    )  # fmt: skip
    unit = (
        f"Counted in {words.plural(float(societies), 'whole society', 'whole societies')}, not in "
        f"samples: {words.number(whole[FRAME], 0)} people of the frame and "
        f"{words.number(whole[ADULTS], 0)} adults in each."
    )
    return Figure("standing", head, unit, aligned(drawn), (table,), (beside(surveyed),))


def _listed(a: Answers, p: str, name: str) -> Row:
    right, wrong = (a.stand(p, s, SHARE).value for s in STANDING[1:])
    under = a.stand(p, UNDER, SHARE).value
    said = "none" if under == 0 else words.per(under)
    return {"group": name, "right": right, "wrong": wrong, "said": said}


def _approval(a: Answers, p: str, s: str) -> Row:
    found = a.stand(p, s, SAID)
    name = f"{'frame' if p == FRAME else 'adults'}: {s}"
    if found.value is None or found.people < ENOUGH:
        few = "nobody" if a.stand(p, s, SHARE).value == 0 else TOO_FEW
        return {"name": name, "y": None, "said": few}
    ends: tuple[float | None, float | None] = (None, None)
    if found.low is not None and found.high is not None:
        ends = words.cut(found.low, found.high, "share")
    return {"name": name, "y": found.value, "said": hundred(found.value), "low": ends[0],
            "high": ends[1], "colour": INK if s == STANDING[0] else HARM,
            "hollow": s == STANDING[2]}  # fmt: skip


def _stand_lines(a: Answers, r: Reading, p: str, who: str) -> list[tuple[str, ...]]:
    out = []
    for s in dict.fromkeys(k[3] for k in a.cells("people")):
        part = a.stand(p, s, SHARE, r)
        said, thought = (a.stand(p, s, what, r) for what in (SAID, PRIVATELY))
        few = "not asked" if not a.item else TOO_FEW if said.people < ENOUGH else ""
        out.append(
            (read_as(r), who, s, "none" if part.value == 0 else share(part.value),
             *(few or cell for cell in (share(said.value), spans(said), share(thought.value),
                                        spans(thought))),
             words.number(round(part.people), 0))
        )  # fmt: skip
    return out
