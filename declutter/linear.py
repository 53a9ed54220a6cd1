"""Train the first stage, what a line looks like by itself: logistic regressions over hashed n-grams, by scikit-learn.

How well it is fitted decides more than anything that was tried on the second stage (training/README.md).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from declutter import breaks
from declutter.document import Array, Ints
from declutter.features import KEPT_COLUMNS, Floats
from declutter.model import OUTPUTS, sigmoid, softmax
from declutter.prepared import Beside, Prepared

# Inverses of the penalty on weights: of kinds, of standing in an article, of line breaks
_STRENGTH, _STANDS_STRENGTH, _GAP_STRENGTH = 4.0, 0.3, 0.15
PASSES = 10  # over the lines, of the stochastic average gradient; 20 are no better
_BESIDE_WEIGHT = 0.4  # of a line whose kind is known beside the labelled articles, to the 1 of a hand-labelled one
# Weights are multiples of it: a model file is a third the size for it, and no figure changes
_STEP = 1 / 32

Lesson = tuple[Any, Array, Array | None]  # n-grams (lines, buckets), answers (lines,), weights (lines,)


def first_stage(data: Prepared, beside: Beside, without: int | None, passes: int) -> tuple[Floats, Floats]:
    """Weights (buckets, outputs) and bias (outputs,) learned from all folds but one."""
    from scipy.sparse import csr_array, vstack

    firm = np.flatnonzero((data.allowed.sum(axis=1) == 1) & (data.fold != without) & ~data.told)
    ngrams, kind, weight = data.ngrams[firm], data.allowed[firm].argmax(axis=1), data.weight[firm]
    stands = (ngrams, np.isin(kind, KEPT_COLUMNS)) if beside.stands is None else beside.stands.without(without)
    if beside.kinds is not None:
        more, kinds = beside.kinds.without(without)
        ngrams, kind = csr_array(vstack([ngrams, more])), np.concatenate([kind, kinds])
        weight = np.concatenate([weight, np.full(len(kinds), _BESIDE_WEIGHT, dtype=np.float32)])
    return opinions((ngrams, kind, weight), (*stands, None), _STRENGTH, _STANDS_STRENGTH, passes)


def opinions(kinds: Lesson, stands: Lesson, strength: float, stands_strength: float, passes: int = PASSES) -> tuple[Floats, Floats]:
    """Weights (buckets, outputs) and bias (outputs,) for the scores of the kinds, and for the log-odds of standing in an article."""
    weights = np.zeros((kinds[0].shape[1], OUTPUTS), dtype=np.float32)
    bias = np.zeros(OUTPUTS, dtype=np.float32)
    bias[:-1] = -12  # a kind without an example is never seen
    met, rarity, lines = by_rarity(kinds[0])
    found = _fit(lines, *kinds[1:], strength, passes)
    weights[np.ix_(met, found.classes_)] = (_per_class(found.coef_) * rarity).T
    bias[found.classes_] = _per_class(found.intercept_[:, None])[:, 0]
    met, rarity, lines = by_rarity(stands[0])
    found = _fit(lines, *stands[1:], stands_strength, passes)
    weights[met, -1], bias[-1] = found.coef_[0] * rarity, found.intercept_[0]
    return _rounded(weights), bias


def by_rarity(ngrams: Any) -> tuple[Ints, Floats, Any]:
    """The buckets that lines meet, how rare each is, and the matrix of those buckets multiplied by it.

    What is met in few lines tells more than what is met in all, so it is let weigh more at the same penalty (inverse document
    frequency).  The log loss of kinds on lines of other sites falls from 1.006 to 0.935.
    """
    met, lines = np.unique(ngrams.indices, return_counts=True)  # buckets never met have no weight
    rarity = (np.log(ngrams.shape[0] / lines) / 6).astype(np.float32)
    matrix = ngrams[:, met]
    matrix.data = matrix.data * rarity[matrix.indices]
    return met, rarity, matrix


def _fit(lines: Any, answer: Array, weight: Array | None, strength: float, passes: int) -> Any:
    """A fitted logistic regression, by the stochastic average gradient.

    Its steps are as small as the longest of the vectors asks for, so the longest hundredth of them (lines that say one word again and
    again) are made as long as the next one.  Ten passes then come as far as 300 iterations of L-BFGS, in a twentieth of the time.
    """
    from scipy.sparse import csr_matrix
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    indices, ends = lines.indices.astype(np.int32), lines.indptr.astype(np.int32)  # the solver's, as are 64 bits: its steps get that small
    matrix = csr_matrix((lines.data.astype(np.float64), indices, ends), shape=lines.shape)
    lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1)).A1
    longest = max(float(np.quantile(lengths, 0.99)), 1e-9)  # n-grams that all lines have say nothing: their rarity is 0
    matrix.data *= np.repeat(longest / np.maximum(lengths, longest), np.diff(ends))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the passes are the measured ones
        return LogisticRegression(C=strength, solver="sag", max_iter=passes, random_state=0).fit(matrix, answer, sample_weight=weight)


def _rounded(weights: Floats) -> Floats:
    """Weights as a model file holds them."""
    return (np.rint(weights / _STEP) * _STEP).astype(np.float16).astype(np.float32)


def _per_class(values: Array) -> Array:
    """scikit-learn gives one row for two classes: as softmax scores, half of it to either side."""
    return np.concatenate([-values, values]) / 2 if len(values) == 1 else values


def look_out_of_fold(data: Prepared, stages: Sequence[tuple[Floats, Floats]]) -> Floats:
    """First-stage opinions on every line by the stage that never saw its site; `stages[f]` was learned without fold f."""
    alone = np.zeros((len(data.fold), OUTPUTS), dtype=np.float32)
    for fold, (weights, bias) in enumerate(stages):
        here = np.flatnonzero(data.fold == fold)
        scores = data.ngrams[here] @ weights + bias
        alone[here] = np.concatenate([softmax(scores[:, :-1]), sigmoid(scores[:, -1:])], axis=1)
    return alone


def gap_weights(buckets: Array, began: Array) -> tuple[Floats, float]:
    """Weights (buckets,) and bias of the log-odds that lines `began` at gaps, by their hashed features (`breaks.features`).

    Where lines began at all of the gaps or at none nothing tells them apart: it is as likely everywhere as it was there.
    """
    from scipy.sparse import csr_array

    if began.all() or not began.any():
        return np.zeros(breaks.BUCKETS, dtype=np.float32), math.log((began.sum() + 0.5) / ((~began).sum() + 0.5))
    ends = np.arange(len(buckets) + 1) * buckets.shape[1]
    matrix = csr_array((np.ones(buckets.size, dtype=np.float32), buckets.ravel(), ends), shape=(len(buckets), breaks.BUCKETS))
    found = _fit(matrix, began, None, _GAP_STRENGTH, PASSES)
    return _rounded(found.coef_[0]), float(np.float32(found.intercept_[0]))
