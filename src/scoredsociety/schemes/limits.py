"""Between which numbers every quantity may lie."""

from __future__ import annotations

from dataclasses import dataclass

from scoredsociety.schemes.errors import Path


@dataclass(frozen=True)
class Limit:
    """An interval with its unit.

    Attributes
    ----------
    low, high : float
        Both allowed, unless ``above`` says that ``low`` is not.
    unit : str
        Told in messages.
    above : bool
        Whether the number must be greater than ``low``.
    whole : bool
        Whether it must be a whole number.
    """

    low: float
    high: float
    unit: str = ""
    above: bool = False
    whole: bool = False

    def accepts(self, value: float) -> bool:
        """Whether a number lies inside."""
        if self.whole and value != int(value):
            return False
        return (self.low < value if self.above else self.low <= value) and value <= self.high

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        unit = f" of {self.unit}" if self.unit else ""
        if self.above:
            return f"{kind}{unit} above {self.low:g} and up to {self.high:g}"
        return f"{kind}{unit} from {self.low:g} to {self.high:g}"


SHARE = Limit(0, 1)
HAZARD = Limit(0, 1, above=True)
DAYS = Limit(0, 3650, "days")
MONTHS = Limit(1, 1200, "months", whole=True)
FACTOR = Limit(0, 100)
RATE = Limit(0, 1000, "acts a month")
MONEY = Limit(0, 1e9, "CNY")
STAR = Limit(1, 5, "stars")
THOUSAND = Limit(0, 1000, "cases for each thousand visits")

CONDUCT: dict[Path, Limit] = {
    ("monthly",): RATE,
    ("others",): SHARE,
    ("log_sd",): Limit(0, 2),
    ("income_gradient",): Limit(-5, 5),
    ("detection", "*"): SHARE,
    ("certainty_cap",): Limit(1, 8),
    ("excused",): SHARE,
    ("excused_after_shock",): SHARE,
    ("innocent", "*"): SHARE,
    ("hardship_excuse",): SHARE,
}

SCHEME: dict[Path, Limit] = {
    ("start",): Limit(-10_000, 10_000, "points", whole=True),
    ("process", "notice"): SHARE,
    ("process", "window_days"): DAYS,
    ("process", "filing_days"): Limit(0, 3650, "days", above=True),
    ("process", "review", "wrongful"): SHARE,
    ("process", "review", "rightful"): SHARE,
    ("process", "late_appeal"): SHARE,
    ("process", "hardship_exemption"): SHARE,
    ("process", "expiry_months"): MONTHS,
    ("process", "exit", "monthly"): HAZARD,
    ("process", "exit", "income_exponent"): Limit(0, 5),
    ("process", "exit", "term_months"): MONTHS,
    ("process", "reset", "after_months"): MONTHS,
    ("subjects", "coverage"): SHARE,
    ("subjects", "selection"): Limit(-1, 1),
    ("subjects", "pressure", "penalty"): SHARE,
    ("subjects", "pressure", "cost"): SHARE,
    ("disclosure", "reach"): SHARE,
    ("disclosure", "namesakes"): SHARE,
    ("transparency",): SHARE,
    ("features", "low"): Limit(0, 10_000),
    ("features", "high"): Limit(0, 10_000),
    ("features", "dimensions", "*", "weight"): SHARE,
    ("features", "dimensions", "*", "base"): Limit(-10, 10),
    ("features", "dimensions", "*", "terms", "*", "slope"): Limit(-10, 10),
    ("features", "ties"): Limit(0, 0.9),
    ("stars", "prior"): STAR,
    ("stars", "weight"): Limit(0, 1e6, "ratings", above=True),
    ("stars", "trades"): Limit(0, 100, "trades a month", whole=True),
    ("stars", "quality"): STAR,
    ("stars", "spread"): Limit(0, 5, "stars"),
    ("stars", "noise"): Limit(0, 5, "stars"),
    ("stars", "retaliation"): SHARE,
    ("organisations", "count"): Limit(1, 10_000_000, whole=True),
    ("organisations", "costs", "location"): Limit(-100, 100),
    ("organisations", "costs", "scale"): Limit(0, 100, above=True),
    ("organisations", "gain"): FACTOR,
    ("organisations", "look"): SHARE,
    ("organisations", "audits"): SHARE,
    ("organisations", "fine"): FACTOR,
    ("organisations", "threat"): FACTOR,
    ("organisations", "enforced"): SHARE,
    ("organisations", "party_share"): SHARE,
    ("organisations", "independent"): SHARE,
    ("organisations", "harm", "visits"): Limit(0, 10_000_000, "visits a month"),
    ("organisations", "harm", "complying"): THOUSAND,
    ("organisations", "harm", "otherwise"): THOUSAND,
    ("awareness", "inside"): SHARE,
    ("awareness", "outside"): SHARE,
    ("awareness", "certainty"): Limit(1, 100),
    ("feedback", "*", "theta"): FACTOR,
    ("gravity", "*"): MONEY,
} | {("conducts", "*", *path): limit for path, limit in CONDUCT.items()}

EFFECT = Limit(0, 10, "standard deviations")
EFFECTS = (
    "benefits", "fairness", "lack_of_trust", "sanctioned", "friends_sanctioned", "repression",
    "media", "age", "tertiary", "income", "urban", "liberal",
)  # fmt: skip
SHARES_OF_PEOPLE = (
    "stability", "sees_lack_of_trust", "informed", "follows_media", "supposed_fairness",
    "fairness_spread", "hears_monthly", "looks_up", "overclaims", "changes",
)  # fmt: skip

OPINION: dict[Path, Limit] = {
    ("opinion", "falsification", "*"): SHARE,
    ("opinion", "fear_of_scores"): FACTOR,
}
OPINION |= {("opinion", name): EFFECT for name in EFFECTS}
OPINION |= {("opinion", name): SHARE for name in SHARES_OF_PEOPLE}

WORLD: dict[Path, Limit] = {
    ("parameters", "common_propensity"): SHARE,
    ("parameters", "certainty_elasticity"): Limit(0, 5),
    ("parameters", "prior_acts"): Limit(0, 1e6, "acts", above=True),
    ("parameters", "deed_boost"): FACTOR,
    ("parameters", "illness_monthly"): SHARE,
    ("parameters", "job_loss_monthly"): SHARE,
    ("parameters", "shock_months"): MONTHS,
    ("parameters", "shock_factor"): FACTOR,
    ("parameters", "flight_attempts"): SHARE,
    ("parameters", "rail_attempts"): SHARE,
    ("parameters", "habit"): SHARE,
    ("parameters", "chill"): SHARE,
    ("parameters", "vagueness"): SHARE,
    ("parameters", "identifiability"): SHARE,
    ("parameters", "assume_watched"): SHARE,
    ("parameters", "friends_mean"): Limit(0, 100, "friends"),
    ("parameters", "friends_size"): Limit(0, 1000, above=True),
    ("parameters", "friends_within"): SHARE,
    ("parameters", "tie_loss"): SHARE,
    ("parameters", "ordered_shunning"): SHARE,
    ("parameters", "hardship_scale"): Limit(0, 10, "monthly incomes", above=True),
    ("channels", "*", "wrong_person", "*"): SHARE,
    ("channels", "*", "targeting", "*"): Limit(0, 20),
    ("channels", "*", "faces", "density"): FACTOR,
    ("channels", "*", "faces", "passages"): Limit(0, 100_000, "passages a month"),
    ("channels", "*", "faces", "gallery"): Limit(0, 1e10, "faces"),
    ("channels", "*", "faces", "false_match", "*"): SHARE,
    ("channels", "*", "faces", "hit_rate"): SHARE,
    ("channels", "*", "informants", "reports"): FACTOR,
    ("channels", "*", "informants", "neighbours"): Limit(0, 100_000, "neighbours"),
    ("channels", "*", "informants", "false_share"): Limit(0, 0.99),
    ("channels", "*", "informants", "reward"): Limit(0, 1000),
    ("channels", "*", "informants", "reward_elasticity"): Limit(0, 5),
    ("channels", "*", "human_review"): SHARE,
    ("channels", "*", "capacity"): Limit(0, 1000, above=True),
    ("sanctions", "*", "harm"): Limit(0, 10, "monthly incomes"),
    ("sanctions", "*", "exposed"): SHARE,
    ("rewards", "*", "benefit"): Limit(0, 10, "monthly incomes"),
    ("gravity", "*"): MONEY,
}
WORLD |= OPINION
WORLD |= {("conducts", "*", *path): limit for path, limit in CONDUCT.items()}

REGIME: dict[Path, Limit] = {
    ("memoranda", "*", "share"): SHARE,
    ("joint", "*", "probability"): SHARE,
}


def limit_at(path: Path, table: dict[Path, Limit]) -> Limit | None:
    """Return the limit of the quantity at a path, if the table names one."""
    for pattern, limit in table.items():
        if len(pattern) != len(path) or pattern[-1] not in ("*", path[-1]):
            continue  # nearly all of them, and this is asked of every number
        if all(want in ("*", have) for want, have in zip(pattern, path, strict=True)):
            return limit
    return None
