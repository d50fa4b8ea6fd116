"""What scores foretell as a function of rho: the same regime at five values, each audited."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def information(
    regime: str | Path = "fragmented-2018",
    *,
    rhos: Sequence[float] | None = None,
    people: int = 20_000,
    months: int = 60,
    seed: int = 1,
    replicates: int = 4,
    **settings: Any,  # noqa: ANN401
) -> pa.Table:
    """Measure what the scores of a regime foretell, as a function of rho.

    Parameters
    ----------
    regime : str or Path
        A name of the catalogue, or a YAML file.
    rhos : sequence of float, optional
        Shares of propensity common to all contexts; 0, .15, .3, .5 and .6 if not given.
    people, months, seed, replicates : int
        Of every run; at least 36 months.
    **settings
        ``marginals`` and ``threads``, as in :func:`scoredsociety.simulate`.

    Returns
    -------
    pyarrow.Table
        ``rho`` and the columns of ``Audit.figures``: M14 of each run (the scores, and the record
        of the same conduct), and of an oracle; see :func:`scoredsociety.audit.oracle_table`.

    Raises
    ------
    SchemeError
        If there is no such regime.
    StudyError
        If a number is not allowed.
    """
    import pyarrow as pa

    from scoredsociety.audit import audit_run, oracle_table
    from scoredsociety.study.rho import RHOS, simulate_rhos

    sizes = {"people": people, "months": months, "seed": seed, "replicates": replicates}
    parts = []
    for rho, run in simulate_rhos(regime, RHOS if rhos is None else rhos, {**sizes, **settings}):
        found = pa.concat_tables([audit_run(run).table("M14"), oracle_table(run)])
        parts.append(found.add_column(0, "rho", pa.array([rho] * found.num_rows, pa.float64())))
    return pa.concat_tables(parts)
