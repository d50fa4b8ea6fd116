"""The order of the month as data (docs/model.md, which is normative)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step of the month.

    Attributes
    ----------
    number : int
        Place in the order.
    name : str
    does : str
        What happens, in words.
    function : str
        What does it; empty where the model has a step that is not built yet.
    """

    number: int
    name: str
    does: str
    function: str = ""


SCHEDULE: tuple[Step, ...] = (
    Step(1, "shocks", "illness and job loss", "chains.shocks"),
    Step(
        2,
        "arrival",
        "people come of age; schemes start in further cities; people enrol; who knows of a scheme "
        "is fixed when it is announced",
        "opening.arrive",
    ),
    Step(3, "conduct", "acts, from the state at the start of the month", "acts.conduct"),
    Step(
        4,
        "detection",
        "which channel records an act, about whom, and what was true",
        "acts.conduct",
    ),
    Step(
        5,
        "due process",
        "individual exemption, hardship exemption, notice, filing inside the window, review",
        "entries.records",
    ),
    Step(6, "records", "records enter a score", "entries.records"),
    Step(6, "trades", "members of a platform trade and rate each other", "stars.trades"),
    Step(
        7,
        "lists",
        "entries in lists and stores of records; institutions join in; namesakes are taken; copies "
        "under a memorandum, and copies of copies",
        "entries.records",
    ),
    Step(
        8,
        "in force",
        "an entry of month t with duration d is in force in months t+1 to t+d",
        "lists._put_in_force",
    ),
    Step(
        9,
        "counters",
        "refusals; discovery of entries nobody told about; late appeals",
        "exits.counters",
    ),
    Step(
        10,
        "spill-over",
        "friends of the publicly listed break off; scores read those of friends with a lag of a "
        "month; children are barred with a parent",
        "ties.tie_loss",
    ),
    Step(
        11, "feedback", "status acts on conduct and income from the next month on", "acts.conduct"
    ),
    Step(
        12,
        "exits",
        "performance, term, successful late appeal; records expire; a course resets a score; a "
        "scheme that ends lets everybody go",
        "exits.exits",
    ),
    Step(
        13, "beliefs", "those whose act was recorded learn how likely that is", "observers.beliefs"
    ),
    Step(
        14,
        "organisations",
        "firms and offices comply where it pays; audits, shown grades, customers (apart from the "
        "month of people, which they do not touch)",
        "organisations.run_organisations",
    ),
    Step(
        15,
        "opinion",
        "what people know, think and say when asked, at the end of the last month; nothing of it "
        "acts on a month",
        "snapshot.take_snapshot",
    ),
    Step(
        16,
        "observers",
        "weighted scores, grades, sanctions and rewards are settled and counted",
        "observers.observe",
    ),
)
