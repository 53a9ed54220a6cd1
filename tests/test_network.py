"""The network over lines: what it says is what a walk from line to line says, to the last bit, wherever a line stands."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declutter import network as net
from declutter.network import REACHES, Layer, Network

settings.register_profile("network", deadline=None, max_examples=30)
settings.load_profile("network")


def made_up(rng, *, inputs=5, width=6, outputs=3, most=net.WEIGHTS):
    """A network of random whole numbers."""

    def layer(*shape):
        weights = rng.integers(-most, most + 1, shape).astype(np.float32)
        units = shape[:-1]
        return Layer(weights, rng.uniform(1e-4, 3e-3, units).astype(np.float32), rng.standard_normal(units).astype(np.float32))

    blocks = len(REACHES)
    return Network(
        rng.standard_normal(inputs).astype(np.float32),
        rng.uniform(1, 40, inputs).astype(np.float32),
        layer(width, inputs),
        layer(blocks, width, 3 * width),
        layer(blocks, width, width),
        layer(width, width),
        layer(width, 2 * width),
        layer(outputs, width),
        rng.uniform(1, 6, 2 * blocks + 2).astype(np.float32),
    )


def walked(network, columns):
    """The scores of one text, line by line, in whole numbers of any size."""
    whole = lambda weights: weights.astype(np.int64)
    levels = lambda value, top: np.rint(np.clip(value * np.float32(net.LEVELS / top), 0, net.LEVELS)).astype(np.int64)
    worth = lambda sums, layer, at=...: sums.astype(np.float32) * layer.unit[at] + layer.bias[at]
    given = net.standard(columns, network.middle, network.scale).astype(np.int64).T
    values = [worth(whole(network.first.weights) @ line, network.first) for line in given]
    count = len(values)
    for block, reach in enumerate(REACHES):
        if block == net.HALFWAY:
            told = np.array([levels(value, network.tops[-2]) for value in values])
            mean = worth(whole(network.whole.weights) @ np.rint(sum(told) * (net.FINE / count)).astype(np.int64), network.whole)
            most = [np.concatenate([told[: line + 1].max(axis=0), told[line:].max(axis=0)]) for line in range(count)]
            values = [values[line] + (worth(whole(network.most.weights) @ most[line], network.most) + mean) for line in range(count)]
        seen = [levels(value, network.tops[2 * block]) for value in values]
        for line in range(count):
            near = [seen[at] if 0 <= at < count else np.zeros_like(seen[0]) for at in (line - reach, line, line + reach)]
            sums = whole(network.around.weights[block]) @ np.concatenate(near)
            inner = levels(worth(sums, network.around, block), network.tops[2 * block + 1])
            values[line] = values[line] + worth(whole(network.inner.weights[block]) @ inner, network.inner, block)
    return np.array([worth(whole(network.last.weights) @ levels(value, network.tops[-1]), network.last) for value in values])


@given(seed=st.integers(0, 1000), sizes=st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_scores_are_those_of_a_walk_from_line_to_line(seed, sizes):
    """Bit for bit: the sums are exact, so the order in which a library adds does not matter."""
    rng = np.random.default_rng(seed)
    network, columns = made_up(rng), rng.standard_normal((5, sum(sizes))).astype(np.float32)
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    scores = network.predict(columns, bounds)
    assert scores.shape == (sum(sizes), 3)
    for low, high in itertools.pairwise(bounds):
        if low < high:
            assert np.array_equal(scores[low:high], walked(network, columns[:, low:high]))


@given(seed=st.integers(0, 1000), sizes=st.lists(st.integers(1, 40), min_size=2, max_size=30))
def test_a_text_has_the_same_scores_alone_and_among_others(seed, sizes):
    rng = np.random.default_rng(seed)
    network, columns = made_up(rng, inputs=40, width=32, outputs=20), rng.standard_normal((40, sum(sizes))).astype(np.float32)
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    together = network.predict(columns, bounds)
    alone = [network.predict(columns[:, low:high], np.array([0, high - low])) for low, high in itertools.pairwise(bounds)]
    assert np.array_equal(together, np.concatenate(alone))


@pytest.mark.parametrize("count", [127, 128, 129, 300])
def test_many_texts_at_once_are_kept_apart(count):
    """Values of a text that are all at the top say nothing to the next one, however many texts stand before it."""
    rng = np.random.default_rng(count)
    sizes = rng.integers(1, 4, count)
    network, columns = made_up(rng), 9 * rng.standard_normal((5, sizes.sum())).astype(np.float32)
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    scores = network.predict(columns, bounds)
    for low, high in itertools.pairwise(bounds):
        assert np.array_equal(scores[low:high], walked(network, columns[:, low:high]))


def test_the_largest_sums_of_the_widest_network_are_exact():
    """All weights and all values at their greatest: past 2**24 a float would no longer hold every whole number."""
    width = net.WIDEST
    assert 3 * width * net.LEVELS * 128 < 2**24
    assert width * net.LEVELS * net.FINE * 128 < 2**24
    assert 2 * 400 * net.INPUTS * net.SPREAD * 128 < 2**24  # inputs: 400 and more
    rng = np.random.default_rng(0)
    network = made_up(rng, width=width, most=0)
    for layer in (network.first, network.around, network.inner, network.whole, network.most, network.last):
        layer.weights[...] = net.WEIGHTS
        layer.unit[...] = 1
    columns = np.full((5, 20), 1e6, dtype=np.float32)
    assert np.array_equal(network.predict(columns, np.array([0, 20])), walked(network, columns))


def test_a_line_hears_of_lines_far_away_only_by_the_mean_and_the_greatest():
    rng = np.random.default_rng(3)
    network = made_up(rng, inputs=4, width=8)
    network.whole.weights[...] = network.most.weights[...] = 0
    columns = rng.standard_normal((4, 60)).astype(np.float32)
    moved = columns.copy()
    moved[:, 0] += 5
    far = sum(REACHES)
    one, two = (network.predict(each, np.array([0, 60])) for each in (columns, moved))
    assert np.array_equal(one[far + 1 :], two[far + 1 :])
    assert not np.array_equal(one[: far + 1], two[: far + 1])


@pytest.mark.parametrize("sizes", [[], [0], [0, 0, 3, 0]])
def test_texts_without_lines(sizes):
    network = made_up(np.random.default_rng(1))
    columns = np.ones((5, sum(sizes)), dtype=np.float32)
    assert network.predict(columns, np.concatenate([[0], np.cumsum(sizes, dtype=int)])).shape == (sum(sizes), 3)


def test_what_no_input_may_be_is_as_the_nearest_that_it_may():
    network = made_up(np.random.default_rng(2))
    wild, most = (np.full((5, 3), value, dtype=np.float32) for value in (1e30, 1e9))
    assert np.array_equal(network.predict(wild, np.array([0, 3])), network.predict(most, np.array([0, 3])))
