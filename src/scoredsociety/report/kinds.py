"""What a scheme keeps decides the words: entries of a list, records, grades, or bans."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """The words for one kind of standing.

    Attributes
    ----------
    unit : str
        What is wrongful or rightful.
    where, who : str
        "on the list", "listed": the standing that people recover from.
    gone, until : str
        How a sentence says that it is over; ``until`` with its subject.
    status : str
        What is counted at the end of the run.
    on, ever : str
        In "months on record", "people ever recorded".
    weighed : str
        What is held against the gravity of the act.
    """

    unit: str
    where: str
    who: str
    gone: str
    until: str
    status: str
    on: str
    ever: str
    weighed: str


WORDING = {
    "list": Wording(
        "entries", "on the list", "listed", "off the list again",
        "those listed are off the list again", "on the list", "on the list", "listed", "entries",
    ),
    "record": Wording(
        "records", "on record", "recorded", "off record again",
        "those recorded are off record again", "on record", "on record", "recorded", "records",
    ),
    "grade": Wording(
        "records", "in a sanctioned grade", "sanctioned", "out of the grade again",
        "those in a sanctioned grade are out of it again", "under a sanction", "on record",
        "recorded", "times in a low grade",
    ),
    "ban": Wording(
        "bans", "under a ban", "barred", "allowed back", "those barred are allowed back",
        "under a ban", "under a ban", "barred", "bans",
    ),
}  # fmt: skip
"""By :attr:`scoredsociety.report.reading.Arm.kind`."""
