"""The last sections of a report: limits, assumptions, sources, and how to repeat it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from scoredsociety.audit import words
from scoredsociety.report.commands import commands
from scoredsociety.report.parts import Section, Table
from scoredsociety.report.reading import Arm

LIMITS = (
    "The people are synthetic. No real person's attributes, records or scores are in this run, "
    "and none can be computed with it.",
    "It shows what the rules do to a population that we made up. It does not estimate how many "
    "real people any real scheme has harmed, and it does not forecast.",
    "Effect sizes come from other places and other sanctions. Their signs may carry over; their "
    "sizes need not.",
    "Several assumed numbers cannot be told apart from published facts: how often people offend "
    "and how often they are caught, or how many are told, how long they have and how fair the "
    "review is. Only their product is known.",
    "How much a listing itself leads to the next default, and how many of the listed cannot pay, "
    "are guesses. Wrongful shares and recovery times lean on them.",
    "Harm in monthly incomes is a unit of account. Dignity and fear are not in it.",
    "Whether a scheme is meant for trust in markets or for power has no observable here.",
    "There is no macroeconomy, no migration, no strategic state and no content of speech. The "
    "disparity between the two abstract groups is not a measure of persecution.",
    "Reproducing a published total does not validate the mechanism that leads to it.",
)


def limits(arms: Sequence[Arm] = ()) -> Section:
    """Say what the report cannot tell."""
    points = list(LIMITS)
    joint = [j for a in arms for j in a.regime.get("joint") or []]
    if joint:
        said = "; ".join(dict.fromkeys(f"{j['probability']['value']:g}" for j in joint))
        points.append(
            "Institutions are announced to join in enforcing a list. How often one of them really "
            f"does is assumed (here {said} for each entry), and every sanction beyond the list's "
            "own leans on it."
        )
    if any(a.regime.get("memoranda") for a in arms):
        points.append(
            "Agreements that copy what one scheme records into another are reported; how many "
            "records they pass on, and for how many points, is assumed where no source says it."
        )
    if any(a.organisations for a in arms):
        points.append(
            "A firm here is a cost and a threshold. Firms do not close, open, bribe an auditor or "
            "move, and no person is held to account for one."
        )
    return Section(
        "limits",
        "Limits",
        f"There are {words.spelled(len(points))} things that this report cannot tell you",
        points=points,
    )


def agreements(arms: Sequence[Arm]) -> list[Table]:
    """Print the memoranda and the joint enforcement of all arms, with where they come from."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for arm in arms:
        for memo in arm.regime.get("memoranda") or []:
            share = (memo.get("share") or {}).get("value")
            what = (
                "copied into the list" if memo.get("lists") else f"{plain(memo['points'])} points"
            )
            terms = [what]
            terms += [] if share is None else [f"{words.percent(share)} of records"]
            terms += ["only of those who consented"] if memo.get("consent") else []
            key = ("Memorandum", arm.title(memo["origin"]), arm.title(memo["target"]),
                   ", ".join(terms), _from(memo))  # fmt: skip
            rows.setdefault(key, []).append(arm.label)
        for joint in arm.regime.get("joint") or []:
            known = (arm.regime.get("world") or {}).get("institutions") or {}
            all_ = joint["institutions"] == "all"
            count = len(known) if all_ else len(joint["institutions"])
            chance = joint["probability"]
            key = ("Joint enforcement", arm.title(joint["origin"]),
                   words.plural(float(count), "institution"),
                   f"each joins in an entry with a chance of {chance['value']:g}",
                   _from(chance))  # fmt: skip
            rows.setdefault(key, []).append(arm.label)
    if not rows:
        return []
    several = len(arms) > 1
    columns = ["Kind", "From", "To", "Terms", "Source", *(["Under"] if several else [])]
    body = [(*key, *([words.listing(under)] if several else [])) for key, under in rows.items()]
    return [Table("Agreements between schemes, and institutions that join in", columns, body,
                  open=True)]  # fmt: skip


def _from(block: Mapping[str, Any]) -> str:
    return str(block.get("source") or block.get("confidence") or "not stated")


def assumptions(arms: Sequence[Arm]) -> Section:
    """Print the table of assumed parameters as the audit lists them."""
    rows = assumed(arms)
    head = (
        f"{words.plural(len(rows), 'number')} in {'this run' if len(arms) == 1 else 'these runs'} "
        f"{'is an assumption' if len(rows) == 1 else 'are assumptions'}"
        if rows
        else "The audit lists no assumed number"
    )
    table = Table(
        "Assumed numbers of the regime and the world, with the range each could lie in",
        ("Where it stands", "Value", "Range", "Note"),
        rows,
        frozenset({1, 2}),
        "Show the assumed numbers as a table",
    )
    return Section(
        "assumptions",
        "Assumptions",
        head,
        text=(
            "They have no published source. Change them in the scheme's file and run again: "
            "every figure above depends on them.",
        ),
        tables=(*((table,) if rows else ()), *agreements(arms)),
    )


def assumed(arms: Sequence[Arm]) -> list[tuple[str, str, str, str]]:
    """Return the assumed numbers of all arms as words, each once: place, value, range, note."""
    return list(
        dict.fromkeys(
            (str(row["path"]), plain(row["value"]), spoken_range(row.get("range")),
             row["note"] or "")
            for arm in arms
            for row in arm.audit.assumptions
        )
    )  # fmt: skip


def plain(value: object) -> str:
    """Write a value of any plain type."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words.number(float(value)) if isinstance(value, (int, float)) else str(value)


def spoken_range(span: object) -> str:
    """Write a range: a pair, a text, or null."""
    if span is None or span == "":
        return "not stated"
    if isinstance(span, Sequence) and not isinstance(span, str) and len(span) == 2:
        return words.interval(span[0], span[1])
    return str(span)


def sources(arms: Sequence[Arm]) -> Section:
    """List the publications named by the resolved regimes."""
    found: dict[str, tuple[str, str, str, str]] = {}
    for arm in arms:
        for name, source in named_sources(arm.regime):
            found.setdefault(
                name,
                (
                    name,
                    str(source["title"]),
                    str(source.get("year") or "no date"),
                    str(source.get("url") or source.get("note") or ""),
                ),
            )
    rows = [found[k] for k in sorted(found)]
    head = (
        f"The numbers with a source come from {words.plural(len(rows), 'publication')}"
        if rows
        else "The regime of this run names no publication"
    )
    table = Table(
        "Publications named by the schemes, the regime and the world",
        ("Name", "Title", "Year", "Where"),
        rows,
        summary="Show the sources as a table",
    )
    return Section("sources", "Sources", head, tables=(table,) if rows else ())


def named_sources(regime: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the sources of every scheme, of the world and of the regime."""
    blocks: list[Mapping[str, Any]] = [s.get("sources") or {} for s in regime["schemes"].values()]
    blocks += [(regime.get("world") or {}).get("sources") or {}, regime.get("sources") or {}]
    return [(name, source) for block in blocks for name, source in block.items()]


def fingerprint(plain_data: object) -> str:
    """Return the SHA-256 of plain data written as canonical JSON."""
    text = json.dumps(plain_data, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def reproduce(arms: Sequence[Arm]) -> Section:
    """Say how to make the same numbers again."""
    rows: list[tuple[str, ...]] = []
    for title, key in (
        ("People in each society", "people"),
        ("Months", "months"),
        ("Replicates", "replicates"),
        ("Seed", "seed"),
    ):
        rows.append((title, *(plain(a.manifest.get(key)) for a in arms)))
    rows[3] = ("Seed", *(str(a.manifest.get("seed")) for a in arms))
    names = sorted({k for a in arms for k in (a.manifest.get("versions") or {})})
    for name in names:
        found = [(a.manifest.get("versions") or {}).get(name, "not stated") for a in arms]
        rows.append((f"Version of {name}", *map(str, found)))
    for title, key in (("regime", "regime"), ("marginals", "marginals")):
        hashes = [fingerprint(a.manifest.get(key))[:16] for a in arms]
        rows.append((f"Fingerprint of the {title} (SHA-256, first 16 digits)", *hashes))
    table = Table(
        "What makes these runs" if len(arms) > 1 else "What makes this run",
        ("What", *(a.label for a in arms)),
        rows,
        frozenset(range(1, len(arms) + 1)),
        open=True,
    )
    lines, notes = commands(arms)
    return Section(
        "reproduce",
        "How to reproduce",
        f"{words.sentence(words.spelled(len(lines)))} "
        f"{'command makes' if len(lines) == 1 else 'commands make'} these numbers again",
        text=(
            "The same command, seed and version give the same figures, bit for bit.",
            *notes,
        ),
        code=lines,
        tables=(table,),
    )
