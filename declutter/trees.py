"""Boosted oblivious trees: every node of a level asks the same question, so a tree is a few comparisons and a table.

That is what makes them fast in plain numpy: the answers of all lines to all questions are one comparison of arrays, the leaves one
sparse product.  As good as histogram gradient boosting on this task (keep/drop out of fold 0.896 to 0.894, training/README.md).
The form is that of Prokhorenkova et al., "CatBoost" (2018); `declutter.boosting` grows them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from declutter.document import Array

_BLOCK = 256  # lines at a time: their answers to all questions stay in the second-level cache

Floats = Array


@dataclass(frozen=True, slots=True)
class Trees:
    """`feature` and `border` are (trees, depth), `leaves` (trees, 2**depth, outputs), `base` (outputs,)."""

    feature: Array
    border: Floats
    leaves: Floats
    base: Floats

    def predict(self, columns: Floats) -> Floats:
        """Raw scores (lines, outputs) for features given as (features, lines)."""
        count, depth = self.feature.shape
        n = columns.shape[1]
        table = self.leaves.reshape(count << depth, -1)
        roots = (np.arange(count, dtype=np.int32) << depth)[:, None]
        leaf = np.empty((n, count), dtype=np.int32)
        for low in range(0, n, _BLOCK):
            block = columns[:, low : low + _BLOCK]
            found = np.zeros((count, block.shape[1]), dtype=np.int32)
            for level in range(depth):
                found <<= 1
                found |= block[self.feature[:, level]] > self.border[:, level, None]
            leaf[low : low + _BLOCK] = (found + roots).T
        ones = np.ones(n * count, dtype=np.float32)
        hits = csr_array((ones, leaf.reshape(-1), np.arange(0, n * count + 1, count, dtype=np.int32)), shape=(n, len(table)))
        scores: Floats = hits @ table + self.base
        return scores
