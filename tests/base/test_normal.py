"""Normal numbers of a whole tile against those made one by one."""

from __future__ import annotations

import numpy as np
import pytest

from scoredsociety.base.normal import normal_quantile, normals_of_many
from scoredsociety.base.streams import Block, draw
from scoredsociety.society.people import TILE


@pytest.mark.parametrize("people", [1, 37, TILE])
def test_normal_numbers_of_a_tile_are_those_drawn_one_by_one(people):
    out, room = np.empty(people), np.empty(people)
    where = np.empty(people, np.uint32)
    block = int(Block.CONTEXT)
    normals_of_many(out, where, room, 5, 1, np.uint64(77), 3, np.uint64(block))
    one_by_one = [normal_quantile(draw(5, 1, i, 77, 3, block, 0)) for i in range(people)]
    assert out.tolist() == one_by_one
