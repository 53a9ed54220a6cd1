"""Grow boosted oblivious trees, for one logistic output or for a softmax over kinds, on histograms of binned features.

Gradients and Newton leaves as in Friedman (2001) and Chen and Guestrin (2016); for many outputs the questions of a tree are chosen
on random projections of the gradients and the leaves filled for all outputs, as in Iosipoi and Vakhrushev, "SketchBoost" (2022).
scikit-learn has no oblivious trees, and its own trees run at a twentieth of the speed with twenty outputs in plain numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from declutter.document import Array
from declutter.trees import Floats, Trees

_BINS = 64
_BEYOND = np.finfo(np.float32).max


@dataclass(frozen=True, slots=True)
class Growth:
    """How trees are grown.  The numbers were chosen on folds 1 to 4, out of fold (training/README.md)."""

    trees: int = 300
    depth: int = 6
    rate: float = 0.08
    penalty: float = 5.0
    rows: float = 0.7  # share of lines each tree sees
    most_rows: int = 60_000  # that each tree sees
    features: float = 0.2  # share of features each level may ask about
    sketch: int = 2  # projections of the gradients, where there is more than one output


def grow(
    columns: Floats,
    allowed: Array,
    weight: Floats,
    growth: Growth,
    *,
    start: Floats | None = None,
    seed: int = 0,
    progress: Callable[[], None] = lambda: None,
) -> Trees:
    """Trees for features (features, lines) and, for each line, which of the outputs it may be (lines, outputs).

    One output allowed is a label; several say "one of these".  With a single output column the loss is logistic and the column is
    the label.  `start` (lines, outputs) are scores that the trees build on; whoever predicts adds them again.  `progress` is called
    once a tree.  The same input and seed give the same trees.
    """
    rng = np.random.default_rng(seed)
    borders = _borders(columns, rng)
    bins = np.stack([np.searchsorted(edge, column).astype(np.uint8) for edge, column in zip(borders, columns, strict=True)])
    gradients = _logistic if allowed.shape[1] == 1 else _softmax
    base = _base(allowed, weight)
    scores = np.tile(base, (len(weight), 1)) if start is None else start.astype(np.float32)
    base = base if start is None else np.zeros_like(base)
    feature = np.zeros((growth.trees, growth.depth), dtype=np.int32)
    border = np.zeros((growth.trees, growth.depth), dtype=np.float32)
    leaves = np.zeros((growth.trees, 1 << growth.depth, allowed.shape[1]), dtype=np.float32)
    for tree in range(growth.trees):
        rows = np.sort(rng.permutation(len(weight))[: min(round(growth.rows * len(weight)), growth.most_rows)])
        first, second = gradients(scores[rows], allowed[rows], weight[rows])
        asked, cuts = _ask(bins, first, second, rows, growth, rng)
        leaf = np.zeros(len(weight), dtype=np.int64)
        for f, cut in zip(asked, cuts, strict=True):
            leaf = leaf << 1 | (bins[f] > cut)
        values = _values(leaf[rows], first, second, growth)
        scores += values[leaf]
        feature[tree], leaves[tree] = asked, values
        # beyond the last border of a feature of few values all lines are on one side: the best question may be none
        border[tree] = [borders[f][cut] if cut < len(borders[f]) else _BEYOND for f, cut in zip(asked, cuts, strict=True)]
        progress()
    return Trees(feature, border, leaves, base)


def _borders(columns: Floats, rng: np.random.Generator) -> list[Floats]:
    """Up to `_BINS - 1` borders a feature, between distinct values, so that about as many lines fall into each bin."""
    sample = rng.permutation(columns.shape[1])[:50_000]
    steps = np.linspace(0, 1, _BINS + 1)[1:-1]
    borders = []
    for column in columns[:, sample]:
        values = np.unique(column)
        between = (values[1:] + values[:-1]) / 2
        if len(between) >= _BINS:
            between = np.unique(between[np.searchsorted(values, np.quantile(column, steps)).clip(0, len(between) - 1)])
        borders.append(between.astype(np.float32) if len(between) else np.zeros(1, dtype=np.float32))
    return borders


def _base(allowed: Array, weight: Floats) -> Floats:
    share = np.average(allowed / allowed.sum(axis=1, keepdims=True).clip(1), axis=0, weights=weight).clip(1e-4, 1 - 1e-4)
    scores: Floats = (np.log(share) - np.log1p(-share) * (len(share) == 1)).astype(np.float32)
    return scores


def _logistic(scores: Floats, allowed: Array, weight: Floats) -> tuple[Floats, Floats]:
    probability = 1 / (1 + np.exp(-scores))
    return (probability - allowed) * weight[:, None], np.maximum(probability * (1 - probability), 1e-4) * weight[:, None]


def _softmax(scores: Floats, allowed: Array, weight: Floats) -> tuple[Floats, Floats]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    probability = powers / powers.sum(axis=1, keepdims=True)
    inside = probability * allowed
    target = inside / np.maximum(inside.sum(axis=1, keepdims=True), 1e-9)
    return (probability - target) * weight[:, None], np.maximum(probability * (1 - probability), 1e-4) * weight[:, None]


def _ask(bins: Array, first: Floats, second: Floats, rows: Array, growth: Growth, rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """The questions of one tree: at each level the feature and cut that lower the loss most over all nodes."""
    outputs = first.shape[1]
    if outputs == 1:
        sketches, mass = [first[:, 0].astype(np.float64)], second[:, 0].astype(np.float64)
    else:
        projection = rng.standard_normal((outputs, growth.sketch)).astype(np.float32)
        sketches = [column.astype(np.float64) for column in (first @ projection).T]
        mass = second.sum(axis=1, dtype=np.float64)
    node = np.zeros(len(rows), dtype=np.int64)
    asked: list[int] = []
    cuts: list[int] = []
    some = max(1, round(growth.features * len(bins)))
    for level in range(growth.depth):
        best = (-np.inf, 0, 0)
        for f in sorted(rng.choice(len(bins), size=some, replace=False).tolist()):
            gain = _gains(node * _BINS + bins[f][rows], 1 << level, sketches, mass, growth.penalty)
            cut = int(gain.argmax())
            best = max(best, (float(gain[cut]), -f, -cut))
        f, cut = -best[1], -best[2]
        node = node << 1 | (bins[f][rows] > cut)
        asked.append(f)
        cuts.append(cut)
    return asked, cuts


def _gains(cell: Array, nodes: int, sketches: list[Floats], mass: Floats, penalty: float) -> Floats:
    """For each cut of one feature, how much it lowers the loss, summed over nodes and sketches."""
    left_mass = np.bincount(cell, weights=mass, minlength=nodes * _BINS).reshape(nodes, _BINS).cumsum(axis=1)
    whole_mass = left_mass[:, -1:]
    gain = np.zeros(_BINS)
    for sketch in sketches:
        left = np.bincount(cell, weights=sketch, minlength=nodes * _BINS).reshape(nodes, _BINS).cumsum(axis=1)
        whole = left[:, -1:]
        gain += (left**2 / (left_mass + penalty) + (whole - left) ** 2 / (whole_mass - left_mass + penalty)).sum(axis=0)
    return gain[:-1]


def _values(leaf: Array, first: Floats, second: Floats, growth: Growth) -> Floats:
    """Newton steps of the leaves, (leaves, outputs)."""
    count = 1 << growth.depth
    sums = np.stack([np.bincount(leaf, weights=column, minlength=count) for column in first.T], axis=1)
    mass = np.stack([np.bincount(leaf, weights=column, minlength=count) for column in second.T], axis=1)
    return (-growth.rate * sums / (mass + growth.penalty)).astype(np.float32)
