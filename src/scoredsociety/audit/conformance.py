"""What every measure must keep to: a suite that any measure, shipped or your own, can be put to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from scoredsociety.audit.audit import MEASURES
from scoredsociety.audit.measures import SEVERITIES, SUMS, UNITS, Measure, fields_of, standing_on
from scoredsociety.audit.rows import Floats
from scoredsociety.audit.sample import Sample, load_sample
from scoredsociety.audit.sheet import Line, Sheet
from scoredsociety.audit.specimens import (
    WORSE,
    Specimen,
    backwards,
    deserted,
    shipped,
    strangers,
    without_group,
)
from scoredsociety.engine.result import RunData

Lines = Mapping[tuple[str, str, str, bool], Line]
"""What a measure wrote: item, quantity, group and whether by month."""

Broken = Iterator[tuple[str, str]]
"""What kind of mistake, and the sentence that tells it."""

CHANGES = {
    "when people have other numbers": strangers,
    "when the societies stand in another order": backwards,
}
"""What must change no figure."""
CLOSE = 1e-9


class MeasureError(AssertionError):
    """A measure breaks rules; the message names every one of them.

    Attributes
    ----------
    broken : tuple of str
        One sentence a rule.
    """

    def __init__(self, measure: Measure, broken: Sequence[str]) -> None:
        self.broken = tuple(broken)
        rules = "rule" if len(broken) == 1 else "rules"
        told = "\n".join(f"- {line}" for line in broken)
        super().__init__(f"The measure {measure.id} breaks {len(broken)} {rules}:\n{told}")


def check_measure(
    measure: Measure, *, beside: Sequence[Measure] = (), runs: Sequence[RunData] = ()
) -> None:
    """Hold a measure to everything that the shipped ones keep to.

    It is tried on small runs: points, features, lists with joint enforcement, stars and firms.
    The rules: it gives the same figures again and leaves the run as it was; the numbers of people
    and the order of societies do not matter; a figure that stands on nobody and nothing is NaN
    and not 0, in a run without the group, and in one without anybody; it is 0 or NaN where there
    is no scheme; it rises with what it says it rises with; its companions exist; units and groups
    are known and declared; nothing is infinite, and no share above 1.

    Parameters
    ----------
    measure : Measure
    beside : sequence of Measure
        Measures of your own that it may name as companions.
    runs : sequence of RunData
        Runs of your own on which to try it too; their seeds and sizes are free.

    Raises
    ------
    MeasureError
        An ``AssertionError`` that names every rule that is broken, and where.

    Examples
    --------
    >>> from scoredsociety.audit import MEASURES
    >>> check_measure(MEASURES[0])
    """
    broken = list(_declared(measure, beside))
    rose: dict[tuple[str, str], bool] = {}
    specimens = [*_ready(), *(_Tried(f"your run {k + 1}", run) for k, run in enumerate(runs))]
    wrote = False
    for tried in specimens:
        try:
            lines = tried.write(measure)
            wrote |= bool(lines)
            for rule in (_figures, _indifferent, _undefined, _bare):
                broken += _first(rule(measure, tried, lines))
            broken += _first(_rising(measure, tried, lines, rose))
        except Exception as error:  # whatever it raises is what there is to tell
            broken.append(f"raises {type(error).__name__} on {tried.name}: {error}")
    if not wrote and not measure.asked:
        broken.append("writes no figure on any of the runs: nothing of it was tried")
    broken += [f"{quantity!r} rises nowhere when {SEVERITIES[severity]}"
               for (severity, quantity), up in rose.items() if not up]  # fmt: skip
    if broken:
        raise MeasureError(measure, broken)


def _first(found: Broken) -> list[str]:
    """Return the first of each kind of mistake: one in thirty groups is told once."""
    told: dict[str, str] = {}
    for kind, text in found:
        told.setdefault(kind, text)
    return list(told.values())


class _Tried:
    """A run with everything that is done to it, laid side by side once."""

    def __init__(self, name: str, run: RunData, bare: RunData | None = None) -> None:
        self.name, self.run, self.bare = name, run, bare
        self.memo: dict[str, tuple[RunData, Sample]] = {}

    def changed(self, change: str) -> tuple[RunData, Sample]:
        """Return the run after a change, and its replicates side by side."""
        if change not in self.memo:
            makers = {**CHANGES, **WORSE, "": lambda run: run, "no group": without_group,
                      "nobody": deserted}  # fmt: skip
            run = self.bare if change == "bare" else makers[change](self.run)
            assert run is not None
            self.memo[change] = run, load_sample(run)
        return self.memo[change]

    def write(self, measure: Measure, change: str = "") -> Lines:
        """Let a measure write, on the run as it is or after a change."""
        run, sample = self.changed(change)
        sheet = Sheet(sample.replicates, sample.weight)
        if measure.compute is not None:
            measure.compute(sample, sheet)
        if measure.pair is not None and self.bare is not None:
            other = backwards(self.bare) if CHANGES.get(change) is backwards else self.bare
            measure.pair(run, deserted(other) if change == "nobody" else other, sheet)
        out = {}
        for monthly, lines in ((False, sheet.lines), (True, sheet.series)):
            for x in lines:
                if x.measure != measure.id:
                    raise ValueError(f"it writes figures of {x.measure!r}, which it is not")
                key = (x.item, x.quantity, x.group, monthly)
                if key in out:
                    raise ValueError(f"it writes {key[:3]} twice")
                out[key] = x
        return out


@lru_cache(maxsize=1)
def _ready() -> tuple[_Tried, ...]:
    def of(specimen: Specimen) -> _Tried:
        return _Tried(specimen.name, specimen.run, specimen.bare)

    return tuple(of(specimen) for specimen in shipped())


def _declared(measure: Measure, beside: Sequence[Measure]) -> Iterator[str]:
    """Yield what is wrong with what a measure says of itself."""
    for name in ("id", "name", "question", "unit", "formula"):
        if not str(getattr(measure, name)).strip():
            yield f"{name} is empty: say it in plain words"
    known = {m.id for m in (*MEASURES, *beside)}
    for companion in measure.companions:
        if companion not in known:
            yield f"its companion {companion} does not exist; there are: {', '.join(sorted(known))}"
    if measure.id in measure.companions:
        yield "it is its own companion"
    if measure.compute is None and measure.pair is None and not measure.asked:
        yield "it has neither compute nor pair: there is nothing to compute"
    for severity in measure.rises_with:
        if severity not in SEVERITIES:
            allowed = ", ".join(SEVERITIES)
            yield f"rises_with names {severity!r}; allowed are: {allowed}"
    for path in measure.rests_on:
        if not path.startswith(("world.", "schemes.", "memoranda.", "joint.")):
            yield f"rests_on names {path!r}, which no path of a regime begins with"


def _figures(measure: Measure, tried: _Tried, lines: Lines) -> Broken:
    """Yield what is wrong with units, groups and sizes of figures."""
    for (item, quantity, group, _), line in lines.items():
        where = f"{quantity!r} of {item} on {tried.name}"
        if line.unit not in UNITS:
            yield (
                line.unit,
                (
                    f"the unit {line.unit!r} is not known ({where}); known are: "
                    f"{', '.join(sorted(UNITS))}"
                ),
            )
        if group != "all" and not set(fields_of(group)) <= set(measure.groups):
            yield (
                group.partition("=")[0],
                f"the group {group!r} is not declared in groups ({where})",
            )
        if np.isinf(line.values).any():
            yield "infinite", f"{where} is infinite: write NaN where it is undefined"
        if line.unit == "share" and (line.values > 1 + CLOSE).any():
            yield "share", f"{where} is a share above 1"


def _indifferent(measure: Measure, tried: _Tried, lines: Lines) -> Broken:
    """Yield which figures change though nothing did."""
    before = [r.ledger.tobytes() for r in tried.run.replicates]
    for label, change in (("when it is computed again", ""), *((k, k) for k in CHANGES)):
        again = tried.write(measure, change)
        if again.keys() != lines.keys():
            yield label, f"it writes other figures {label} ({tried.name})"
            continue
        turned = CHANGES.get(change) is backwards
        for key, line in lines.items():
            mine = again[key].values[::-1] if turned else again[key].values
            pooled = (np.array(x.pooled or ()) for x in (line, again[key]))
            if not _same(line.values, mine) or not _same(*pooled):
                yield label, f"{key[1]!r} of {key[0]} changes {label} ({tried.name})"
    if before != [r.ledger.tobytes() for r in tried.run.replicates]:
        yield "run", f"it changes the run that it reads ({tried.name})"


def _same(a: Floats, b: Floats) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=CLOSE, atol=CLOSE, equal_nan=True)


def _undefined(measure: Measure, tried: _Tried, lines: Lines) -> Broken:
    """Yield which figures stand on nothing and are a number all the same."""
    for change in ("", "no group", "nobody"):
        found = tried.write(measure, change) if change else lines
        for (item, quantity, group, _), x in found.items():
            base = standing_on(x.people, x.entries)
            if x.unit in SUMS or base is None:
                continue
            if not np.isnan(x.values[base == 0]).all():
                yield (
                    quantity,
                    (
                        f"{quantity!r} of {item} is a number where it stands on nobody and no "
                        f"entry ({tried.name}, group {group}): write NaN"
                    ),
                )


def _bare(measure: Measure, tried: _Tried, lines: Lines) -> Broken:
    """Yield which figures are something where there is no scheme."""
    if tried.bare is None:
        return
    for (item, quantity, _, _), x in tried.write(measure, "bare").items():
        if np.nan_to_num(x.values).any():
            yield (
                quantity,
                (
                    f"{quantity!r} of {item} is not 0 where there is no scheme (people of "
                    f"{tried.name})"
                ),
            )


def _rising(
    measure: Measure, tried: _Tried, lines: Lines, rose: dict[tuple[str, str], bool]
) -> Broken:
    """Yield which figures fall when something is worse, and note which rise."""
    for severity in measure.rises_with.keys() & WORSE.keys():
        worse = tried.write(measure, severity)
        for quantity in measure.rises_with[severity]:
            rose.setdefault((severity, quantity), False)
            for key in (k for k in lines.keys() & worse.keys() if k[1] == quantity):
                a, b = lines[key].values, worse[key].values
                both = np.isfinite(a) & np.isfinite(b)
                if (b[both] < a[both] - CLOSE).any():
                    yield (
                        severity + quantity,
                        (
                            f"{quantity!r} of {key[0]} falls when {SEVERITIES[severity]} "
                            f"({tried.name})"
                        ),
                    )
                rose[severity, quantity] |= bool((b[both] > a[both] + CLOSE).any())
