"""Step 10: friends who break off, and children who bear what their parents do."""

from __future__ import annotations

from scoredsociety.base.streams import Block
from tests.engine.oracle.state import Person, Setting


def has_ties(setting: Setting) -> bool:
    """Say whether friends matter under this regime."""
    return any(
        (s.disclosure is not None and s.disclosure.level >= 1)
        or (s.features is not None and s.features.ties is not None)
        for s in setting.schemes.values()
    )


def break_ties(setting: Setting, month: int) -> None:
    """Let friends of people listed in public break off."""
    before = set(setting.broken)
    for person in setting.people:
        reaches = []
        for row in person.entries:
            d = setting.schemes[row.scheme].disclosure
            if row.month < month and d is not None and d.level >= 1:
                reaches.append(d.reach.value)
        if not reaches:
            continue
        leaves = setting.p.tie_loss * max(reaches)
        h = 1.0 - (1.0 - leaves) * (1.0 - setting.p.ordered_shunning)
        for k, friend in enumerate(person.friends):
            pair = frozenset((person.index, friend))
            block = Block.TIE | (k // 4) << 8
            if pair not in before and setting.u(person.index, month, block, k % 4) < h:
                setting.broken.add(pair)
                setting.book("friends-lost", month, person)


def living(setting: Setting, person: Person) -> int:
    """Return how many friends a person has left."""
    return sum(frozenset((person.index, j)) not in setting.broken for j in person.friends)


def burdened(setting: Setting, month: int) -> list[Person]:
    """Return those under 18 who live with an adult under the sanction SCHOOL."""
    homes = {p.home for p in setting.people if p.adult(month) and "sanction:SCHOOL" in p.mask}
    return [p for p in setting.people if not p.adult(month) and p.home in homes]
