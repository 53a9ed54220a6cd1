"""Training of the network: its gradients are right, it learns what is there, and the same every time."""

import numpy as np
import pytest

from declutter import descent, network
from declutter.descent import Descent, apart, shifted, train_network
from declutter.network import REACHES

SMALL = Descent(epochs=30, width=12, rate=0.02, dropped=0.0, lines=200)


def ones(count):
    return np.ones(count, dtype=np.float32)


def zeros(count, kinds):
    return np.zeros((count, kinds), dtype=np.float32)


def bounds_of(sizes):
    return np.concatenate([[0], np.cumsum(sizes)])


def toy(count=100, seed=1):
    """Texts of six lines with four numbers each: a line is of kind 1 where the first number of the line before it is above 0, else 0."""
    sizes = np.full(count, 6)
    columns = np.random.default_rng(seed).standard_normal((4, 6 * count)).astype(np.float32)
    kinds = np.zeros(6 * count, dtype=int)
    kinds[1:] = columns[0, :-1] > 0
    kinds[::6] = 0
    return columns, sizes, kinds


def right(found, columns, sizes, kinds):
    return (found.predict(columns, bounds_of(sizes)).argmax(axis=1) == kinds).mean()


# --- the gradient


def loss(weights, given, texts, allowed, weight, start):
    """The mean loss, in the plainest words."""
    entry = np.zeros((len(given), texts.size))
    entry[:, texts.at] = given
    values = weights["first"] @ entry + weights["first_bias"][:, None]
    for block, reach in enumerate(REACHES):
        if block == network.HALFWAY:
            told = np.maximum(values, 0) * texts.mask
            mean = np.add.reduceat(told, texts.starts, axis=1) / texts.counts
            ends = texts.starts + texts.widths
            own = [(start, at, end) for start, end in zip(texts.starts, ends, strict=True) for at in range(start, end)]
            most = [np.concatenate([told[:, start : at + 1].max(axis=1), told[:, at:end].max(axis=1)]) for start, at, end in own]
            values = values + np.repeat(weights["whole"] @ mean + weights["whole_bias"][:, None], texts.widths, axis=1)
            values = values + weights["most"] @ np.array(most).T + weights["most_bias"][:, None]
        seen = np.maximum(values, 0) * texts.mask
        inner = sum(part @ there for part, there in zip(weights["around"][block], shifted(seen, reach), strict=True))
        inner = np.maximum(inner + weights["around_bias"][block][:, None], 0)
        values = values.copy()
        values[:, reach:-reach] += weights["inner"][block] @ inner + weights["inner_bias"][block][:, None]
    scores = (weights["last"] @ np.maximum(values, 0)[:, texts.at] + weights["last_bias"][:, None]).T + start
    powers = np.exp(scores)
    told = (powers * allowed).sum(axis=1) / powers.sum(axis=1)
    return -(np.log(told) * weight).sum() / weight.sum()


@pytest.mark.parametrize("name", ["first", "around", "inner", "whole", "most", "last"])
@pytest.mark.parametrize("part", ["", "_bias"])
def test_slopes_are_those_of_the_loss(name, part):
    rng = np.random.default_rng(0)
    sizes = np.array([5, 1, 9, 3])
    count, name = int(sizes.sum()), name + part
    given, start = rng.standard_normal((6, count)), rng.standard_normal((count, 4))
    allowed = np.eye(4, dtype=bool)[rng.integers(0, 4, count)]
    allowed[3, :2] = True  # one of these
    weight = rng.random(count)
    weight[2] = 0
    texts = apart(bounds_of(sizes))
    weights = {key: value + 0.3 * rng.standard_normal(value.shape) for key, value in descent._begin(6, 4, 8, rng).items()}
    slopes = descent._slopes(weights, given, texts, allowed, weight, start, 0.0, rng)[name]

    assert np.abs(slopes).max() > 1e-3
    for _ in range(10):
        at = tuple(rng.integers(0, size) for size in slopes.shape)
        up, down = ({key: value.copy() for key, value in weights.items()} for _ in range(2))
        up[name][at] += 1e-5
        down[name][at] -= 1e-5
        change = loss(up, given, texts, allowed, weight, start) - loss(down, given, texts, allowed, weight, start)
        assert slopes[at] == pytest.approx(change / 2e-5, abs=1e-6)


# --- what is learned


def test_it_learns_what_only_the_line_before_tells():
    columns, sizes, kinds = toy()
    found = train_network(columns, sizes, np.eye(2, dtype=bool)[kinds], ones(600), zeros(600, 2), SMALL)
    assert right(found, *toy(seed=2)) > 0.95


def test_it_learns_what_only_the_whole_text_tells():
    """All lines of a text are of the kind that most of them look like; some texts are longer than a convolution reaches."""
    rng = np.random.default_rng(4)
    sizes = rng.integers(30, 60, 120)
    kinds = np.repeat(rng.integers(0, 2, 120), sizes)
    columns = (rng.standard_normal((3, len(kinds))) + 0.4 * (2 * kinds - 1)).astype(np.float32)
    found = train_network(columns, sizes, np.eye(2, dtype=bool)[kinds], ones(len(kinds)), zeros(len(kinds), 2), SMALL)
    assert right(found, columns, sizes, kinds) > 0.97  # a line by itself tells it right three times in four


def test_it_learns_what_only_one_line_far_away_tells():
    """All lines from the one with a great first number on are of kind 1, however far they are from it."""
    rng = np.random.default_rng(8)
    sizes = np.full(150, 80)
    columns = rng.standard_normal((3, 80 * 150)).astype(np.float32)
    mark = bounds_of(sizes)[:-1] + rng.integers(10, 70, 150)
    columns[0, mark] = 8
    kinds = np.repeat(mark, sizes) <= np.arange(len(columns[0]))
    allowed = np.stack([~kinds, kinds], axis=1)
    few = Descent(epochs=8, width=12, rate=0.02, dropped=0.0, lines=800)
    found = train_network(columns, sizes, allowed, ones(len(kinds)), zeros(len(kinds), 2), few)
    assert right(found, columns, sizes, kinds) > 0.98


def test_the_greatest_so_far_and_where_it_was_reached():
    values = np.array([[1, 0, 2, 2, 1, 3], [0, 0, 5, 4, 6, 1]], dtype=np.float32)
    most, reached = descent.most_so_far(values, np.array([0, 0, 0, 1, 1, 1]))
    assert most.tolist() == [[1, 1, 2, 2, 2, 3], [0, 0, 5, 4, 6, 6]]
    assert reached.tolist() == [[True, False, True, True, False, True], [True, False, True, True, True, False]]


def test_labels_without_a_pattern_are_not_foretold():
    columns, sizes, _ = toy()
    kinds, truth = np.random.default_rng(5).integers(0, 2, (2, 600))
    found = train_network(columns, sizes, np.eye(2, dtype=bool)[kinds], ones(600), zeros(600, 2), SMALL)
    assert 0.4 < right(found, toy(seed=3)[0], sizes, truth) < 0.6


def test_the_same_input_and_seed_give_the_same_network():
    columns, sizes, kinds = toy(40)
    allowed = np.eye(2, dtype=bool)[kinds]
    few = Descent(epochs=2, width=6, rate=0.01, dropped=0.2, lines=100)
    one, two, other = (train_network(columns, sizes, allowed, ones(240), zeros(240, 2), few, seed=seed) for seed in (7, 7, 8))
    for layer in ("first", "around", "inner", "whole", "most", "last"):
        for part in ("weights", "unit", "bias"):
            assert getattr(getattr(one, layer), part).tobytes() == getattr(getattr(two, layer), part).tobytes()
    assert one.first.weights.tobytes() != other.first.weights.tobytes()


def test_one_of_these_is_a_label_too():
    """Lines of the right half may be kind 1 or 2; a few of them say which, and the rest follow these."""
    rng = np.random.default_rng(3)
    columns, sizes = rng.standard_normal((3, 1200)).astype(np.float32), np.full(200, 6)
    truth = np.where(columns[0] < 0, 0, np.where(columns[1] < 0, 1, 2))
    allowed = np.eye(3, dtype=bool)[truth]
    vague = (truth > 0) & (rng.random(1200) < 0.8)
    allowed[vague] = [False, True, True]
    found = train_network(columns, sizes, allowed, ones(1200), zeros(1200, 3), SMALL).predict(columns, bounds_of(sizes)).argmax(axis=1)
    assert (found == truth)[vague].mean() > 0.85
    assert (found > 0)[vague].mean() > 0.95


def test_lines_of_no_weight_teach_nothing_but_are_seen_by_their_neighbours():
    columns, sizes, kinds = toy()
    weight = ones(600)
    weight[::6] = 0  # the first lines of texts, which tell the second ones
    wrong = kinds.copy()
    wrong[::6] = 1
    found = train_network(columns, sizes, np.eye(2, dtype=bool)[wrong], weight, zeros(600, 2), SMALL)
    said = found.predict(columns, bounds_of(sizes)).argmax(axis=1)
    assert (said == kinds)[1::6].mean() > 0.95


def test_the_weights_are_the_mean_of_those_of_the_last_steps(monkeypatch):
    """Ten steps, each of which puts its number in place of the last bias: the last four are 7, 8, 9 and 10."""

    def numbered(weights, *given):
        _, _, step, rate, _ = given
        weights["last_bias"][:] = step
        rates.append(round(rate, 3))

    rates = []
    monkeypatch.setattr(descent, "_move", numbered)
    columns, sizes, kinds = toy(10)
    found = train_network(
        columns, sizes, np.eye(2, dtype=bool)[kinds], ones(60), zeros(60, 2), Descent(epochs=10, width=4, rate=0.5, dropped=0, lines=1000)
    )
    assert found.last.bias.tolist() == [8.5, 8.5]
    assert rates == [0.5] * 10


def test_what_it_starts_from_counts():
    """Where the numbers tell nothing, the scores to start from decide."""
    columns, sizes, kinds = np.zeros((2, 600), dtype=np.float32), np.full(100, 6), np.random.default_rng(6).integers(0, 2, 600)
    start = 4 * np.eye(2, dtype=np.float32)[kinds]
    found = train_network(columns, sizes, np.eye(2, dtype=bool)[kinds], ones(600), start, SMALL)
    assert np.array_equal((found.predict(columns, bounds_of(sizes)) + start).argmax(axis=1), kinds)


def test_a_number_that_never_changes_harms_nothing_and_tells_nothing():
    columns, sizes, kinds = toy()
    columns[3] = 5
    found = train_network(columns, sizes, np.eye(2, dtype=bool)[kinds], ones(600), zeros(600, 2), SMALL)
    moved = columns.copy()
    moved[3] = 4
    assert right(found, columns, sizes, kinds) > 0.95
    assert np.array_equal(found.predict(moved, bounds_of(sizes)), found.predict(columns, bounds_of(sizes)))


def test_whole_numbers_say_nearly_what_the_trained_weights_say(monkeypatch):
    columns, sizes, kinds = toy()
    allowed = np.eye(2, dtype=bool)[kinds]
    rounded = train_network(columns, sizes, allowed, ones(600), zeros(600, 2), SMALL).predict(columns, bounds_of(sizes))
    for module in (network, descent):
        monkeypatch.setattr(module, "LEVELS", (1 << 14) - 1)
        monkeypatch.setattr(module, "WEIGHTS", 1 << 20)
    fine = train_network(columns, sizes, allowed, ones(600), zeros(600, 2), SMALL).predict(columns, bounds_of(sizes))
    assert np.abs(rounded - fine).mean() < 0.05 * np.abs(fine).mean()


@pytest.mark.parametrize("sizes", [[1], [0, 1, 0], [3, 1]])
def test_few_lines_and_labels_all_alike_give_a_finite_network(sizes):
    count = sum(sizes)
    found = train_network(
        np.ones((2, count), dtype=np.float32), np.array(sizes), np.eye(2, dtype=bool)[[1] * count], ones(count), zeros(count, 2), SMALL
    )
    assert np.isfinite(found.predict(np.ones((2, count), dtype=np.float32), bounds_of(sizes))).all()


def test_progress_is_told_once_an_epoch():
    told = []
    columns, sizes, kinds = toy(10)
    train_network(columns, sizes, np.eye(2, dtype=bool)[kinds], ones(60), zeros(60, 2), SMALL, progress=lambda: told.append(1))
    assert len(told) == SMALL.epochs


def test_texts_are_laid_out_with_nothing_between_them():
    texts = apart(np.array([0, 2, 2, 5]))
    assert texts.size == 5 + 4 * descent._GAP
    assert texts.at.tolist() == [descent._GAP, descent._GAP + 1, *(3 * descent._GAP + 2 + line for line in range(3))]
    assert texts.mask.sum() == 5
    assert texts.counts.tolist() == [2, 1, 3]  # an empty text counts as one line, to divide by
    assert texts.widths.sum() == texts.size
