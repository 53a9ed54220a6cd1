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
from declutter.features import BUCKETS, KEPT_COLUMNS, Floats
from declutter.model import OUTPUTS, sigmoid, softmax
from declutter.prepared import Beside, Prepared

_STRENGTH = 4.0  # inverse of the penalty on first-stage weights
_GAP_STRENGTH, _GAP_ITERATIONS = 0.15, 150  # of line breaks
_BESIDE_WEIGHT = 0.4  # of a line whose kind is known beside the labelled articles, to the 1 of a hand-labelled one


def first_stage(data: Prepared, beside: Beside, without: int | None, iterations: int) -> tuple[Floats, Floats]:
    """Weights (buckets, outputs) and bias (outputs,) learned from all folds but one."""
    from scipy.sparse import csr_array, vstack
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    firm = np.flatnonzero((data.allowed.sum(axis=1) == 1) & (data.fold != without) & ~data.told)
    ngrams, kind, weight = data.ngrams[firm], data.allowed[firm].argmax(axis=1), data.weight[firm]
    stands = (ngrams, np.isin(kind, KEPT_COLUMNS)) if beside.stands is None else beside.stands.without(without)
    if beside.kinds is not None:
        more, kinds = beside.kinds.without(without)
        ngrams, kind = csr_array(vstack([ngrams, more])), np.concatenate([kind, kinds])
        weight = np.concatenate([weight, np.full(len(kinds), _BESIDE_WEIGHT, dtype=np.float32)])
    weights = np.zeros((BUCKETS, OUTPUTS), dtype=np.float32)
    bias = np.zeros(OUTPUTS, dtype=np.float32)
    bias[:-1] = -12  # a kind without an example is never seen
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the iterations are the measured ones
        linear = LogisticRegression(C=_STRENGTH, max_iter=iterations)
        met, rarity, some = by_rarity(ngrams)
        linear.fit(some, kind, sample_weight=weight)
        weights[np.ix_(met, linear.classes_)] = (_per_class(linear.coef_) * rarity).T
        bias[linear.classes_] = _per_class(linear.intercept_[:, None])[:, 0]
        met, rarity, some = by_rarity(stands[0])
        linear = LogisticRegression(C=_STRENGTH, max_iter=iterations).fit(some, stands[1])
        weights[met, -1], bias[-1] = linear.coef_[0] * rarity, linear.intercept_[0]
    return weights, bias


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


def _per_class(values: Array) -> Array:
    """scikit-learn gives one row for two classes: as softmax scores, half of it to either side."""
    return np.concatenate([-values, values]) / 2 if len(values) == 1 else values


def _look(data: Prepared, weights: Floats, bias: Floats) -> Floats:
    scores = data.ngrams @ weights + bias
    return np.concatenate([softmax(scores[:, :-1]), sigmoid(scores[:, -1:])], axis=1)


def look_out_of_fold(data: Prepared, stages: Sequence[tuple[Floats, Floats]]) -> Floats:
    """First-stage opinions on every line by the stage that never saw its site; `stages[f]` was learned without fold f."""
    opinions = np.zeros((len(data.fold), OUTPUTS), dtype=np.float32)
    for fold, (weights, bias) in enumerate(stages):
        opinions[data.fold == fold] = _look(data, weights, bias)[data.fold == fold]
    return opinions


def gap_weights(buckets: Array, began: Array) -> tuple[Floats, float]:
    """Weights (buckets,) and bias of the log-odds that lines `began` at gaps, by their hashed features (`breaks.features`).

    Where lines began at all of the gaps or at none nothing tells them apart: it is as likely everywhere as it was there.
    """
    from scipy.sparse import csr_array
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if began.all() or not began.any():
        return np.zeros(breaks.BUCKETS, dtype=np.float32), math.log((began.sum() + 0.5) / ((~began).sum() + 0.5))
    ends = np.arange(len(buckets) + 1) * buckets.shape[1]
    matrix = csr_array((np.ones(buckets.size, dtype=np.float32), buckets.ravel(), ends), shape=(len(buckets), breaks.BUCKETS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        linear = LogisticRegression(C=_GAP_STRENGTH, max_iter=_GAP_ITERATIONS).fit(matrix, began)
    return linear.coef_[0].astype(np.float16).astype(np.float32), float(np.float32(linear.intercept_[0]))
