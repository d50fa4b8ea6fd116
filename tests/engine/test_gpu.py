"""What can be known of the CUDA back end without a device: how it refuses, and that it compiles."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import numpy as np
import pytest
from numba import float64, int64, typeof

from scoredsociety.engine.lanes import mapped, plan_block
from scoredsociety.engine.result import LEDGER_DTYPE
from scoredsociety.engine.run import empty_tally
from scoredsociety.engine.snapshot import SNAPSHOT
from scoredsociety.engine.state import new_rooms, new_scratch
from scoredsociety.schemes.catalogue import resolve
from scoredsociety.study import StudyError, simulate
from tests.engine.worlds import SOCIETY, compiled

CAPABILITY = (9, 0)


def test_without_the_extra_one_message_names_the_remedy(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(StudyError, match=r"numba-cuda is not installed.*scoredsociety\[gpu\]"):
        simulate("none", people=10, months=2, replicates=1, device="gpu")


def test_without_a_device_one_message_says_what_works(monkeypatch):
    monkeypatch.setattr("scoredsociety.study.devices.lacking", lambda: "no CUDA device")
    with pytest.raises(StudyError, match=r"no CUDA device.*Leave --device out"):
        simulate("none", people=10, months=2, replicates=1, device="gpu")


def test_other_devices_are_named_as_not_allowed():
    with pytest.raises(StudyError, match=r"device: 'tpu' is not allowed\. Allowed: cpu or gpu"):
        simulate("none", people=10, months=2, replicates=1, device="tpu")


def test_whoever_does_not_ask_imports_nothing_of_it():
    code = (
        "import scoredsociety.study, scoredsociety.study.devices as d, sys; d.lanes_of('cpu');"
        "print([m for m in sys.modules if m == 'numba_cuda' or m.startswith('numba.cuda.cudadrv')"
        " or m in ('scoredsociety.engine.gpu', 'scoredsociety.engine.lanes')])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


@pytest.mark.slow
def test_a_simulated_device_gives_the_bytes_of_threads():
    command = [sys.executable, "-m", "tests.engine.simulated_device"]
    where = os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=where)
    assert answer.stdout == "True True []\n"


@pytest.fixture
def compiler(monkeypatch):
    """Return the CUDA compiler, told for which device since it can ask none."""
    pytest.importorskip("numba_cuda", reason="the extra `gpu` is not installed")
    from scoredsociety.engine import gpu

    compile_for_device = importlib.import_module("numba.cuda").compile
    gpu.prepare()
    device = type("Device", (), {"compute_capability": CAPABILITY})
    monkeypatch.setattr("numba.cuda.dispatcher.get_current_device", lambda: device)

    def to_ptx(function, *kinds):
        with gpu.unfused():
            return compile_for_device(
                function, kinds, device=False, cc=CAPABILITY, output="ptx", abi="numba"
            )[0]

    return gpu, to_ptx


def test_products_and_sums_are_rounded_one_by_one(compiler):
    def multiply_and_add(out, a, b, c):
        out[0] = a * b + c

    ptx = compiler[1](multiply_and_add, float64[::1], float64, float64, float64)
    assert "mul.rn.f64" in ptx
    assert "add.rn.f64" in ptx
    assert "fma" not in ptx


def test_records_are_aligned_for_a_device(compiler):
    gpu, _ = compiler
    rows = np.zeros(3, LEDGER_DTYPE)
    rows["act"] = [7, 8, 9]
    moved, back = gpu.aligned(rows), np.zeros(3, LEDGER_DTYPE)
    assert moved.dtype.isalignedstruct
    back[...] = moved  # as the ledger of a pass takes them
    assert back.tobytes() == rows.tobytes()


@pytest.mark.slow
def test_the_kernel_of_the_processors_compiles_for_a_device(compiler):
    gpu, to_ptx = compiler
    c, months = compiled(resolve("fragmented-2018")), 12
    arrays = (empty_tally(c, months), new_scratch(c.program, months, 100, 100), new_rooms(months))
    plan = plan_block(mapped(gpu.aligned, arrays))
    capacity = np.ones((len(c.channels), months))
    given = mapped(gpu.aligned, (c.program, SOCIETY.kernel_tables, capacity))
    words, seen = int64[::1], np.zeros(0, SNAPSHOT)
    kinds = [words, int64, int64, words, words, *map(typeof, given), *[int64] * 4, typeof(seen)]
    ptx = to_ptx(gpu.tile_kernel(plan.arrays), *kinds)
    assert ".visible .entry" in ptx
    clear, add_up = gpu.block_kernels()
    assert ".visible .entry" in to_ptx(clear, words)
    assert ".visible .entry" in to_ptx(add_up, words, int64, int64, words)
