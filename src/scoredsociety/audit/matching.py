"""Which ledger rows of two runs are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoredsociety.audit.rows import Ints
from scoredsociety.engine.result import RunData


def same(*keys: NDArray[Any]) -> Ints:
    """Give equal rows of several key columns the same number, and others different ones.

    Parameters
    ----------
    *keys : integer arrays, shape (n,)

    Returns
    -------
    int64 array, shape (n,)
        Equal for two rows if and only if all their keys are.
    """
    order = np.lexsort(keys)
    new = np.zeros(order.size, dtype=np.bool_)
    for key in keys:
        k = key[order]
        new[1:] |= k[1:] != k[:-1]
    out = np.empty(order.size, dtype=np.int64)
    out[order] = np.cumsum(new)
    return out


def shared_names(a: RunData, b: RunData, key: str) -> dict[str, int]:
    """Return codes that two runs share, for the names under ``key`` in their manifests."""
    names = dict.fromkeys([*a.manifest[key], *b.manifest[key]])
    return {name: k for k, name in enumerate(names)}


def recode(
    run: RunData, key: str, codes: NDArray[Any], names: dict[str, int]
) -> NDArray[np.uint64]:
    """Replace the codes of one run by codes that both runs share."""
    table = np.arange(256, dtype=np.uint64) + len(names)  # codes without a name keep apart
    for k, name in enumerate(run.manifest[key]):
        table[k] = names[name]
    out: NDArray[np.uint64] = table[codes]
    return out


def _same_bits(masks: NDArray[np.uint64], order: list[int]) -> NDArray[np.uint64]:
    """Move bit k of each mask to bit ``order[k]``."""
    if order == list(range(len(order))):
        return masks
    distinct, at = np.unique(masks, return_inverse=True)
    moved = [sum(1 << to for k, to in enumerate(order) if int(m) >> k & 1) for m in distinct]
    out: NDArray[np.uint64] = np.array(moved, dtype=np.uint64)[at]
    return out


def differing_lives(a: RunData, b: RunData, *, flags: bool = True) -> list[Ints]:
    """Return, for each replicate, the persons whose ledger rows are not the same.

    Rows are the same if subject, kind, scheme, act, conduct, month, end, truth, exit, flags and
    the sanctions added by joint enforcement are; schemes, conducts and sanctions by name.
    Several equal rows count as several.

    Parameters
    ----------
    a, b : RunData
        A pair.
    flags : bool
        False: being told, filing and discovering make no difference by themselves, only what
        came of them does.

    Returns
    -------
    list of int64 arrays
        Ascending subject indices.
    """
    schemes, conducts = shared_names(a, b, "schemes"), shared_names(a, b, "conducts")
    worlds = [list(run.manifest["regime"]["world"]["sanctions"]) for run in (a, b)]
    names = list(dict.fromkeys([*worlds[0], *worlds[1]]))
    orders = [[names.index(code) for code in world] for world in worlds]
    out = []
    for left, right in zip(a.replicates, b.replicates, strict=True):
        first, second = [], []
        for order, run, ledger in ((orders[0], a, left.ledger), (orders[1], b, right.ledger)):
            u = {n: ledger[n].astype(np.uint64) for n in ledger.dtype.names or ()}
            scheme = recode(run, "schemes", ledger["scheme"], schemes)
            conduct = recode(run, "conducts", ledger["conduct"], conducts)
            # 32 bits of subject, then 2 kind, 9 scheme, 9 conduct; two more words for the rest.
            first.append(u["subject"] << 32 | u["kind"] << 18 | scheme << 9 | conduct)
            when = u["act"] << 32 | u["month"] << 16 | u["end"]
            how = u["truth"] << 16 | u["exit"] << 8 | u["flags"] * np.uint64(flags)
            how |= _same_bits(u["sanctions"], order) << 32
            second.append((when, how))
        k1 = np.concatenate(first)
        k2 = np.concatenate([second[0][0], second[1][0]])
        k3 = np.concatenate([second[0][1], second[1][1]])
        n = len(left.ledger)
        group = same(k1, k2, k3)
        size = int(group.max()) + 1 if group.size else 0
        balance = np.bincount(group[:n], minlength=size) - np.bincount(group[n:], minlength=size)
        differs = (balance != 0)[group]
        out.append(np.unique(k1[differs] >> np.uint64(32)).astype(np.int64))
    return out
