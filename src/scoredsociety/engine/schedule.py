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
        The kernel that does it; empty where the model has a step that no shipped regime uses yet.
    """

    number: int
    name: str
    does: str
    function: str = ""


SCHEDULE: tuple[Step, ...] = (
    Step(
        1,
        "shocks",
        "illness and job loss; people come of age in every twelfth month",
        "acts.shocks",
    ),
    Step(
        2,
        "awareness",
        "who knows of each scheme (set at the announcement, before month 1)",
        "tile.begin_tile",
    ),
    Step(3, "conduct", "acts, from the state at the start of the month", "acts.conduct"),
    Step(
        4,
        "detection",
        "which channel records an act, about whom, and what was true",
        "acts.conduct",
    ),
    Step(
        5, "due process", "exemption, notice, filing inside the window, review", "entries.records"
    ),
    Step(6, "records", "records enter a score", "entries.records"),
    Step(7, "lists", "entries in lists; copies under a memorandum", "entries.records"),
    Step(
        8,
        "in force",
        "an entry of month t with duration d is in force in months t+1 to t+d",
        "entries._enter",
    ),
    Step(
        9,
        "counters",
        "refusals; discovery of entries nobody told about; late appeals",
        "exits.counters",
    ),
    Step(10, "spill-over", "friends, households and children (no shipped regime uses it yet)"),
    Step(
        11, "feedback", "status acts on conduct and income from the next month on", "acts.conduct"
    ),
    Step(12, "exits", "performance, term, successful late appeal; records expire", "exits.exits"),
    Step(
        13, "beliefs", "those whose act was recorded learn how likely that is", "observers.beliefs"
    ),
    Step(14, "firms", "firms and consumers (no shipped regime uses it yet)"),
    Step(15, "opinion", "approval and surveys (no shipped regime uses it yet)"),
    Step(
        16,
        "observers",
        "grades, sanctions and rewards are settled and counted",
        "observers.observe",
    ),
)
