"""Trees are grown that learn what is there, the same ones every time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declutter.boosting import Growth, grow

SMALL = Growth(trees=40, depth=3, rate=0.3, features=1.0)


def ones(count):
    return np.ones(count, dtype=np.float32)


def toy(count=400, seed=1):
    """Four columns, of which the first two decide: the label is whether they have different signs."""
    columns = np.random.default_rng(seed).standard_normal((4, count)).astype(np.float32)
    return columns, ((columns[0] > 0) != (columns[1] > 0))[:, None]


def test_one_output_learns_what_no_single_question_tells():
    columns, label = toy()
    trees = grow(columns, label, ones(400), SMALL)
    fresh, truth = toy(seed=2)
    assert ((trees.predict(fresh) > 0) == truth).mean() > 0.9


def test_many_outputs_learn_it_too():
    columns, label = toy()
    kinds = label[:, 0] + 2 * (columns[2] > 0.5)
    trees = grow(columns, np.eye(4, dtype=bool)[kinds.astype(int)], ones(400), SMALL)
    assert (trees.predict(columns).argmax(axis=1) == kinds).mean() > 0.9


def test_labels_without_a_pattern_are_not_foretold():
    rng = np.random.default_rng(5)
    columns, fresh = rng.standard_normal((2, 4, 400)).astype(np.float32)
    label, truth = rng.integers(0, 2, (2, 400, 1)).astype(bool)
    assert 0.35 < ((grow(columns, label, ones(400), SMALL).predict(fresh) > 0) == truth).mean() < 0.65


@pytest.mark.parametrize("outputs", [1, 3])
def test_the_same_input_and_seed_give_the_same_trees(outputs):
    columns, label = toy(120)
    allowed = label if outputs == 1 else np.eye(3, dtype=bool)[label[:, 0].astype(int)]
    one, two, other = (grow(columns, allowed, ones(120), SMALL, seed=seed) for seed in (7, 7, 8))
    for part in ("feature", "border", "leaves", "base"):
        assert getattr(one, part).tobytes() == getattr(two, part).tobytes()
    assert one.leaves.tobytes() != other.leaves.tobytes()


def test_one_of_these_is_a_label_too():
    """Lines of the right half may be kind 1 or 2; a few of them say which, and the rest follow these."""
    rng = np.random.default_rng(3)
    columns = rng.standard_normal((3, 600)).astype(np.float32)
    truth = np.where(columns[0] < 0, 0, np.where(columns[1] < 0, 1, 2))
    allowed = np.eye(3, dtype=bool)[truth]
    vague = (truth > 0) & (rng.random(600) < 0.8)
    allowed[vague] = [False, True, True]
    found = grow(columns, allowed, ones(600), SMALL).predict(columns).argmax(axis=1)
    assert (found == truth)[vague].mean() > 0.85
    assert (found > 0)[vague].mean() > 0.95


def test_lines_of_no_weight_teach_nothing():
    columns, label = toy()
    weight = ones(400)
    wrong = label.copy()
    wrong[200:] = ~wrong[200:]
    weight[200:] = 0
    found = grow(columns, wrong, weight, SMALL).predict(columns) > 0
    assert (found == label).mean() > 0.9


def test_a_constant_feature_harms_nothing_and_tells_nothing():
    columns, label = toy()
    columns[3] = 5
    trees = grow(columns, label, ones(400), SMALL)
    moved = columns.copy()
    moved[3] = 4
    assert ((trees.predict(columns) > 0) == label).mean() > 0.9
    assert trees.predict(moved).tolist() == trees.predict(columns).tolist()


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 500), count=st.integers(2, 40), values=st.integers(1, 3), outputs=st.sampled_from([1, 3]))
def test_few_lines_and_features_of_few_values_are_enough_to_grow(seed, count, values, outputs):
    rng = np.random.default_rng(seed)
    columns = rng.integers(0, values, (4, count)).astype(np.float32)
    allowed = rng.integers(0, 2, (count, 1)).astype(bool) if outputs == 1 else np.eye(3, dtype=bool)[rng.integers(0, 3, count)]
    trees = grow(columns, allowed, ones(count), Growth(trees=5, depth=4, features=1.0), seed=seed)
    for part in ("border", "leaves", "base"):
        assert np.isfinite(getattr(trees, part)).all(), part
    assert np.isfinite(trees.predict(columns)).all()


def test_labels_that_are_all_alike_give_finite_trees():
    columns, label = toy(60)
    trees = grow(columns, np.ones_like(label), ones(60), SMALL)
    scores = trees.predict(columns)
    assert np.isfinite(scores).all()
    assert (scores > 0).all()


def test_the_base_alone_tells_the_share():
    columns, _ = toy(100)
    label = (np.arange(100) < 20)[:, None]
    trees = grow(columns, label, ones(100), Growth(trees=1, rate=0.0))
    assert 1 / (1 + np.exp(-trees.predict(columns))) == pytest.approx(0.2, abs=1e-4)


def test_progress_is_told_once_a_tree():
    told = []
    columns, label = toy(50)
    grow(columns, label, ones(50), Growth(trees=9, depth=2), progress=lambda: told.append(1))
    assert len(told) == 9
