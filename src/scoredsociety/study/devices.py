"""Where the passes of a run are computed: on the processors, or on a CUDA device."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from scoredsociety.study.errors import StudyError

if TYPE_CHECKING:
    from scoredsociety.engine.lanes import Lanes

DEVICES = ("cpu", "gpu")


def lacking() -> str | None:
    """Return what stands in the way of a CUDA device, with the remedy; None if nothing does."""
    if importlib.util.find_spec("numba_cuda") is None:
        return "numba-cuda is not installed (pip install 'scoredsociety[gpu]')"
    cuda: Any = importlib.import_module("numba.cuda")
    return None if cuda.is_available() else "this machine has no CUDA device with a driver"


def lanes_of(device: str) -> Lanes | None:
    """Return what runs the passes on a device; None: threads on the processors.

    Parameters
    ----------
    device : str
        ``cpu`` or ``gpu``.

    Raises
    ------
    StudyError
        If there is no such device here, with what is missing and what works instead.
    """
    if device == "cpu":
        return None
    if device not in DEVICES:
        raise StudyError(f"device: {device!r} is not allowed. Allowed: {' or '.join(DEVICES)}")
    missing = lacking()
    if missing:
        raise StudyError(
            f"device: 'gpu' cannot be used: {missing}. "
            "Leave --device out (in Python: device), and the processors do the same run"
        )
    from scoredsociety.engine.gpu import Gpu
    from scoredsociety.engine.lanes import Lanes

    return Lanes(Gpu())
