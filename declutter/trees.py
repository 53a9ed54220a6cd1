"""Boosted oblivious trees: every node of a level asks the same question, so a tree is a few comparisons and a table.

That is what makes them fast in plain numpy: the answers of many lines to all questions are one comparison of arrays, the leaves one
sparse product.  As good as histogram gradient boosting on this task (keep/drop out of fold 0.896 to 0.894, training/README.md).
The form is that of Prokhorenkova et al., "CatBoost" (2018); `declutter.boosting` grows them.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from declutter.document import Array

_BLOCK = 128  # lines at a time: their answers to all questions stay in the second-level cache

Floats = Array


@dataclass(frozen=True)
class Trees:
    """`feature` and `border` are (trees, depth), `leaves` (trees, 2**depth, outputs), `base` (outputs,)."""

    feature: Array
    border: Floats
    leaves: Floats
    base: Floats

    def predict(self, columns: Floats) -> Floats:
        """Raw scores (lines, outputs) for features given as (features, lines)."""
        count, depth = self.feature.shape
        feature, border, asked = self._questions
        table = self.leaves.reshape(count << depth, -1)
        roots = np.arange(count, dtype=np.int32) << depth
        n = columns.shape[1]
        most = min(n, _BLOCK)
        # one row a line of a block, one entry a tree: which leaf the line falls into
        places = np.zeros(most * count, dtype=np.int32)
        ends = np.arange(0, most * count + 1, count, dtype=np.int32)
        hits = csr_array((np.ones(most * count, dtype=np.float32), places, ends), shape=(most, len(table)))
        fallen = hits.indices.reshape(most, count)
        scores = np.empty((n, table.shape[1]), dtype=np.float32)
        for low in range(0, n, _BLOCK):
            answers = (columns[:, low : low + _BLOCK].take(feature, axis=0) > border).view(np.uint8)
            leaf = answers.take(asked[0], axis=0).astype(np.min_scalar_type((1 << depth) - 1), copy=False)
            for level in asked[1:]:
                leaf += leaf
                leaf |= answers.take(level, axis=0)
            here = leaf.shape[1]
            np.add(np.ascontiguousarray(leaf.T), roots, out=fallen[:here])
            scores[low : low + here] = (hits @ table)[:here]
        return scores + self.base

    @functools.cached_property
    def _questions(self) -> tuple[Array, Floats, Array]:
        """The different questions, as features and borders (questions, 1), and which of them each tree asks (depth, trees)."""
        every = np.stack([self.feature.ravel().astype(np.float64), self.border.ravel().astype(np.float64)])
        different, which = np.unique(every, axis=1, return_inverse=True)
        return different[0].astype(np.intp), different[1].astype(np.float32)[:, None], which.reshape(self.feature.shape).T.copy()
