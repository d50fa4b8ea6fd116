"""A small lively world, where all sorts of conduct are frequent, and schemes for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scoredsociety.schemes.model import ResolvedRegime
from tests.engine.worlds import (
    SUBJECTS,
    Tree,
    a_list,
    a_record,
    conduct,
    dimension,
    edited,
    effect,
    exit_by,
    features,
    points,
    process,
    quantity,
    stars,
)

DUE = {
    "notice": quantity(0.5),
    "late_appeal": quantity(0.6),
    "hardship_exemption": quantity(0.3),
}
BANDS = {"A": 980, "B": 900, "C": 0}
AWARE = {"inside": quantity(0.7), "outside": quantity(0.4), "certainty": quantity(2.5)}


def by_group(majority: float, minority: float) -> Tree:
    """Return a number for each group."""
    return {"majority": quantity(majority), "minority": quantity(minority)}


def institutions() -> Tree:
    """Return six bodies, the first five with sanctions that do something in the month."""
    codes = (["FLY"], ["RAIL"], ["JOB"], ["SCHOOL"], ["LOAN", "CARD"], ["SHAME", "FLY"])
    return {f"body-{'abcdef'[i]}": {"title": "Body", "sanctions": c} for i, c in enumerate(codes)}


def conducts() -> Tree:
    """Return one conduct of each sort, frequent enough for a few hundred people."""
    often = {"log_sd": quantity(1.0), "income_gradient": quantity(0.6)}
    often |= {"certainty_cap": quantity(2.0), "excused": quantity(0.1)}
    often |= {"excused_after_shock": quantity(0.6)}

    def one(rate: float, context: str, detection: dict[str, float], **settings: Any) -> Tree:
        channels = {name: quantity(q) for name, q in detection.items()}
        return conduct(rate, **(often | {"context": context, "detection": channels} | settings))

    return {
        "theft": one(0.08, "court", {"court": 0.6}, shock=True),
        "speeding": one(
            0.2,
            "traffic",
            {"police": 0.2, "camera": 0.3},
            who="drivers",
            others=quantity(0.3),
            innocent=by_group(0.002, 0.02),
            innocent_channel="camera",
        ),
        "barking": one(0.5, "pets", {"informant": 0.5, "witness": 0.2}, who="dog-owners"),
        "help": one(0.1, "deeds", {"witness": 0.4}, deed=True),
        "gossip": one(0.4, "speech", {"administration": 0.3}, speech="punishable"),
        "critique": one(0.5, "speech", {"administration": 0.2, "device": 0.05}, speech="lawful"),
    }


def world(
    *schemes: Tree,
    edit: Callable[[Tree], None] | None = None,
    memoranda: tuple[Tree, ...] = (),
    joint: tuple[Tree, ...] = (),
    **parameters: float,
) -> ResolvedRegime:
    """Return a regime in a world where people differ, learn, fall ill and channels err."""

    def change(data: Tree) -> None:
        at = data["world"]
        at["conducts"], at["gravity"], at["institutions"] = conducts(), {}, institutions()
        shocks = {"illness_monthly": 0.01, "job_loss_monthly": 0.01, "flight_attempts": 0.5}
        for name, value in (shocks | parameters).items():
            at["parameters"][name]["value"] = value
        for name, channel in at["channels"].items():
            channel["wrong_person"] = by_group(0.05, 0.2)
            channel["human_review"] = quantity(0.3)
            channel["capacity"] = quantity(None)
            if name == "informant":
                channel["informants"] = None
        data["schemes"] = {s["scheme"]: s for s in schemes}
        data["memoranda"], data["joint"] = list(memoranda), list(joint)
        if edit:
            edit(data)

    return edited(change, "none")


def a_court_list(**settings: Any) -> Tree:
    """Return a list with due process, feedback, a term and sanctions at counters."""
    listing = a_list(exits=exit_by(0.06, 18), theta=0.6, counts_to=2, conduct_name="theft")
    listing["process"] = process(**DUE, exit=exit_by(0.06, 18))
    listing["awareness"] = AWARE
    listing["effects"] = [effect(listed=True, sanction=c) for c in ("FLY", "SCHOOL", "JOB")]
    return listing | settings


def a_city_score(**settings: Any) -> Tree:
    """Return a points scheme whose lower grades bear sanctions."""
    rules = {"theft": -40, "speeding": -15, "barking": -10, "help": 10}
    score = points(rules, expiry=14, bands=BANDS)
    score["process"] = process(**DUE, expiry_months=quantity(14))
    score["awareness"] = AWARE
    score["effects"] = [
        effect(grade=["C"], sanction="PAPER"),
        effect(grade=["C"], sanction="SCHOOL"),
        effect(grade=["A"], reward="DISC"),
    ]
    score["feedback"] = [{"conduct": "speeding", "below": "A", "theta": quantity(0.5)}]
    return score | settings


def a_friendly_profile(ties: float | None = 0.4, **settings: Any) -> Tree:
    """Return a weighted score that reads everything, friends among it."""
    rest = 1.0 - (ties or 0.0)
    parts = {
        "history": dimension(0.4 * rest, 0.7, thin_file=-0.3),
        "capacity": dimension(0.3 * rest, 0.1, income_rank=0.8, education=0.2, age=0.1),
        "behaviour": dimension(
            0.2 * rest, 0.6, gaming_hours=-1.0, frivolous_share=-0.5, parent=0.2, student=0.1
        ),
        "identity": dimension(0.1 * rest, 0.2, urban=0.3, chance=0.5),
    }
    profile = features({"theft": -60, "help": 15}, dimensions=parts, records="history", ties=ties)
    profile["process"] = process(**DUE, expiry_months=quantity(10))
    profile["grades"] = {"bands": {"HIGH": 690, "FAIR": 610, "LOW": 350}, "confidence": "assumed"}
    profile["effects"] = [
        effect(grade=["LOW"], sanction="LOAN"),
        effect(grade=["HIGH"], reward="DEP"),
    ]
    return profile | settings


def a_platform(**settings: Any) -> Tree:
    """Return mutual stars with a ban and a way back."""
    numbers = {"prior": 3.5, "weight": 5, "trades": 2, "quality": 3.9, "spread": 0.7}
    bands = {"GOOD": 3.9, "FAIR": 3.2, "BANNED": 1}
    platform = stars(
        context="traffic", bands=bands, numbers=numbers | {"noise": 1, "retaliation": 0.4}
    )
    platform["effects"] = [
        effect(grade=["BANNED"], sanction="ACCESS"),
        effect(grade=["GOOD"], reward="CARD+"),
    ]
    platform["process"] = process(reset={"at": "BANNED", "after_months": quantity(4)})
    return platform | settings


def who(**settings: Any) -> Tree:
    """Return subjects with something changed."""
    return {"subjects": SUBJECTS | settings}


def timing(**settings: Any) -> Tree:
    """Return when a scheme holds."""
    return {"timing": settings | {"confidence": "assumed"}}


def disclosure(level: int, reach: float, namesakes: float | None = None) -> Tree:
    """Return who can see entries."""
    names = None if namesakes is None else quantity(namesakes)
    shown = {"level": level, "reach": quantity(reach), "namesakes": names}
    return {"disclosure": shown | {"confidence": "assumed"}}


def speech(data: Tree, rules: tuple[str, ...]) -> None:
    """Have a city score rules for acts of speech."""
    score = data["schemes"]["a-score"]
    score["rules"] += [{"conduct": c, "points": -10, "confidence": "assumed"} for c in rules]


def faces(data: Tree) -> None:
    """Let cameras search faces, and let false records follow from that."""
    numbers = {"density": 2, "passages": 60, "gallery": 10_000, "hit_rate": 0.9}
    searched = {name: quantity(x) for name, x in numbers.items()}
    searched["false_match"] = by_group(1e-8, 1e-7)
    data["world"]["channels"]["camera"]["faces"] = searched
    data["world"]["conducts"]["speeding"]["innocent"] = None


def informants(data: Tree) -> None:
    """Let neighbours report, also what did not happen."""
    numbers = {"reports": 0.02, "neighbours": 10, "false_share": 0.3, "reward": 3}
    numbers |= {"reward_elasticity": 0.5}
    reporting = {name: quantity(x) for name, x in numbers.items()}
    data["world"]["channels"]["informant"]["informants"] = reporting
    data["world"]["conducts"]["barking"]["innocent_channel"] = "informant"


def targeted(data: Tree) -> None:
    """Have the police, whose time is short, and the courts look harder at the minority."""
    channels = data["world"]["channels"]
    channels["police"] |= {"targeting": by_group(0.8, 3.0), "capacity": quantity(0.7)}
    channels["court"]["targeting"] = by_group(1.0, 1.5)


def hardship(data: Tree) -> None:
    """Have sanctions themselves make people unable."""
    data["world"]["conducts"]["theft"]["hardship_excuse"] = quantity(0.9)


def dog_points(**settings: Any) -> Tree:
    """Return points of dog owners that fall faster each time, and a course."""
    score = points({"barking": -3, "help": 1}, expiry=None, bands={"FULL": 10, "LOW": 1, "NONE": 0})
    score["start"] = quantity(12)
    score["rules"][0]["escalates"] = [-4, -6, -12]
    score["effects"] = [effect(grade=["NONE"], sanction="PET")]
    score["process"] = process(
        expiry_months=quantity(12), reset={"at": "NONE", "after_months": quantity(3)}
    )
    return score | who(who="dog-owners") | settings


def a_store(expiry: int | None) -> Tree:
    """Return a store of records with due process."""
    store = a_record(["theft", "speeding"], expiry=expiry)
    store["process"] = process(**DUE, expiry_months=quantity(expiry))
    store["effects"] = [effect(listed=True, sanction="RAIL"), effect(listed=True, reward="DATE")]
    return store
