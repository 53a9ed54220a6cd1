"""Oblivious trees answer as a walk from node to node would."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declutter.trees import Trees


def made_up(rng, *, trees, depth, inputs, outputs):
    return Trees(
        rng.integers(0, inputs, (trees, depth)).astype(np.int32),
        rng.integers(-2, 3, (trees, depth)).astype(np.float32),
        rng.standard_normal((trees, 1 << depth, outputs)).astype(np.float32),
        rng.standard_normal(outputs).astype(np.float32),
    )


def walk(trees, columns):
    """One line at a time, one question at a time."""
    scores = []
    for line in columns.T.tolist():
        total = trees.base.astype(np.float64)
        for features, borders, leaves in zip(trees.feature.tolist(), trees.border.tolist(), trees.leaves, strict=True):
            leaf = 0
            for feature, border in zip(features, borders, strict=True):
                leaf = 2 * leaf + (line[feature] > border)
            total = total + leaves[leaf]
        scores.append(total)
    return np.array(scores).reshape(columns.shape[1], -1)


@settings(deadline=None)
@given(
    seed=st.integers(0, 1000), trees=st.integers(1, 5), depth=st.integers(1, 5), inputs=st.integers(1, 6), outputs=st.integers(1, 4),
    lines=st.integers(1, 20),
)  # fmt: skip
def test_answers_are_those_of_a_plain_walk(seed, trees, depth, inputs, outputs, lines):
    rng = np.random.default_rng(seed)
    model = made_up(rng, trees=trees, depth=depth, inputs=inputs, outputs=outputs)
    columns = rng.integers(-3, 4, (inputs, lines)).astype(np.float32)  # whole numbers: many stand just on a border
    np.testing.assert_allclose(model.predict(columns), walk(model, columns), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("lines", [255, 256, 257, 600])
def test_lines_are_answered_alike_whatever_stands_beside_them(lines):
    rng = np.random.default_rng(lines)
    model = made_up(rng, trees=7, depth=4, inputs=5, outputs=3)
    columns = rng.standard_normal((5, lines)).astype(np.float32)
    together = model.predict(columns)
    np.testing.assert_allclose(together, walk(model, columns), rtol=1e-4, atol=1e-5)
    alone = np.concatenate([model.predict(columns[:, i : i + 1]) for i in range(lines)])
    assert together.tolist() == alone.tolist()


@pytest.mark.parametrize("depth", [1, 8, 9, 10])
def test_trees_of_any_depth_that_a_model_may_have(depth):
    rng = np.random.default_rng(depth)
    model = made_up(rng, trees=3, depth=depth, inputs=4, outputs=2)
    columns = rng.integers(-3, 4, (4, 300)).astype(np.float32)
    np.testing.assert_allclose(model.predict(columns), walk(model, columns), rtol=1e-5, atol=1e-5)


def test_no_lines_have_no_answers():
    model = made_up(np.random.default_rng(0), trees=3, depth=2, inputs=4, outputs=2)
    assert model.predict(np.zeros((4, 0), dtype=np.float32)).shape == (0, 2)


def test_a_value_on_the_border_is_not_above_it():
    model = Trees(np.zeros((1, 1), np.int32), np.ones((1, 1), np.float32), np.array([[[0.0], [1.0]]], np.float32), np.zeros(1, np.float32))
    assert model.predict(np.array([[0.5, 1.0, 1.5]], np.float32))[:, 0].tolist() == [0, 0, 1]
