"""Train the network of `declutter.network`: stochastic gradient descent over whole texts, then rounding to whole numbers.

Adam with decoupled weight decay (Loshchilov and Hutter, 2019), a rate that rises for a tenth of the way and stays, dropout (Srivastava et
al., 2014), and in the end the mean of the weights over the last part of the way (Izmailov et al., 2018; training/README.md).  The gradients
are written out for this one shape of network: a hundred lines in place of a library of a gigabyte, and a model of one's own is trained with
what is installed anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from declutter.document import Array, Ints, running
from declutter.network import FINE, HALFWAY, INPUTS, LEVELS, REACHES, WEIGHTS, Floats, Layer, Network, standard

Weights = dict[str, Floats]

_GAP = max(REACHES)  # columns of nothing between texts
_TAIL = 0.002  # share of the values of an input on either side that do not count for its spread
_STILL = 1e-4  # standard deviation of an input that does not change
_CALIBRATING = 60_000  # lines, on which the tops of the values between layers are measured
_TOP = 0.9999  # share of those values that are below the top
_RISING, _AVERAGED = 0.1, 0.4  # shares of the way: the first, in which the rate rises, and the last, over which the weights are averaged


@dataclass(frozen=True, slots=True)
class Descent:
    """How to train: `epochs` times over all texts, `lines` a step, with this width, rate, share of values dropped, and decay."""

    epochs: int
    width: int
    rate: float
    dropped: float
    decay: float = 0.1
    lines: int = 6000  # with the columns of nothing between their texts


@dataclass(frozen=True, slots=True)
class Apart:
    """Texts laid out one after the other with columns of nothing before, between and after them.

    `at` is the column of each line, `mask` (1, size) tells lines (1) from nothing (0).  Of each text `starts` is the first column, of the
    nothing before it, `widths` the number of columns, `counts` that of lines, at least 1; `text_of` is the text of each column.
    """

    at: Ints
    mask: Floats
    starts: Ints
    widths: Ints
    counts: Ints
    text_of: Ints
    size: int


def apart(bounds: Ints) -> Apart:
    """Lay out texts of the lines `bounds[t]` to before `bounds[t + 1]`."""
    counts = np.diff(bounds)
    at = np.arange(bounds[-1]) + _GAP * np.repeat(np.arange(1, len(bounds)), counts)
    size = int(bounds[-1]) + _GAP * len(bounds)
    mask = np.zeros((1, size), dtype=np.float32)
    mask[0, at] = 1
    widths = counts + _GAP
    widths[-1:] += _GAP
    return Apart(at, mask, running(widths)[:-1], widths, np.maximum(counts, 1), np.repeat(np.arange(len(counts)), widths), size)


def shifted(values: Floats, reach: int) -> tuple[Floats, Floats, Floats]:
    """What a convolution sees before, at and after each of the columns from `reach` to before `-reach`."""
    size = values.shape[1]
    return values[:, : size - 2 * reach], values[:, reach : size - reach], values[:, 2 * reach :]


def most_so_far(values: Floats, text_of: Ints) -> tuple[Floats, Array]:
    """The greatest of each value up to each column of its text, and whether it is first reached there."""
    above = text_of * (float(values.max(initial=0)) + 1)  # whatever is in a text is more than all that is in those before it
    most = np.maximum.accumulate(values + above, axis=1)
    reached = np.ones(most.shape, dtype=bool)
    reached[:, 1:] = most[:, 1:] > most[:, :-1]
    return (most - above).astype(values.dtype), reached


def _returned(slopes: Floats, reached: Array) -> Floats:
    """The gradients of the greatest values so far, given to the columns where these were first reached."""
    back, at = np.zeros(slopes.size, dtype=slopes.dtype), np.flatnonzero(reached)
    back[at] = np.add.reduceat(slopes.ravel(), at)
    return back.reshape(slopes.shape)


def train_network(
    columns: Floats,
    sizes: Ints,
    allowed: Array,
    weight: Floats,
    start: Floats,
    descent: Descent,
    seed: int = 0,
    progress: Callable[[], None] = lambda: None,
) -> Network:
    """A network from inputs (inputs, lines) of texts of `sizes` lines.

    `allowed` (lines, kinds) tells what each line may be, `weight` (lines,) how much it counts (0: it is there for its neighbours);
    `start` (lines, kinds) are the scores that the network adds to.  `progress` is called after each epoch.
    """
    rng = np.random.default_rng(seed)
    middle, scale = _spread(columns, rng)
    given = np.ascontiguousarray(standard(columns, middle, scale).T) / np.float32(INPUTS)
    weights = _begin(len(columns), allowed.shape[1], descent.width, rng)
    bounds = running(sizes)
    learned = np.concatenate([[0], np.cumsum(weight, dtype=np.float64)])
    texts = np.flatnonzero(learned[bounds[1:]] > learned[bounds[:-1]])
    steps = descent.epochs * len(_batches(texts, sizes, descent.lines))
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in weights.items()}
    averaged = {name: np.zeros(value.shape) for name, value in weights.items()}
    alone = int((1 - _AVERAGED) * steps)  # steps before those that are averaged
    step = 0
    for _ in range(descent.epochs):
        for chosen in _batches(rng.permutation(texts), sizes, descent.lines):
            rows, layout = _laid_out(chosen, bounds)
            slopes = _slopes(weights, given[rows].T, layout, allowed[rows], weight[rows], start[rows], descent.dropped, rng)
            step += 1
            _move(weights, moments, slopes, step, descent.rate * min(1, step / steps / _RISING), descent.decay)
            for name, value in weights.items():
                averaged[name] += (value - averaged[name]) / max(1, step - alone)
        progress()
    weights = {name: value.astype(np.float32) for name, value in averaged.items()}
    some = rng.permutation(texts)[: max(1, int(_CALIBRATING / max(1, sizes[texts].mean())))]
    rows, layout = _laid_out(some, bounds)
    return _rounded(weights, middle, scale, given[rows].T, layout)


def _spread(columns: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Middle and scale of each input: mean and standard deviation without its tails, unless there is nothing but tails.

    An input that never changes is not listened to.
    """
    some = columns[:, np.sort(rng.permutation(columns.shape[1])[:50_000])]
    low, high = np.quantile(some, (_TAIL, 1 - _TAIL), axis=1)[:, :, None]
    inner = np.where(low < high, np.clip(some, low, high), some)
    deviation = inner.std(axis=1)
    scale = np.where(deviation > _STILL, INPUTS / np.maximum(deviation, _STILL), 0)
    return inner.mean(axis=1).astype(np.float32), scale.astype(np.float32)


def _begin(inputs: int, outputs: int, width: int, rng: np.random.Generator) -> Weights:
    """Weights to begin with: what ends a branch is 0, so that the network begins as its start and a line by itself."""

    def uniform(fan: int, *shape: int) -> Floats:
        return rng.uniform(-1, 1, shape).astype(np.float32) / np.float32(np.sqrt(fan))

    def nothing(*shape: int) -> Floats:
        return np.zeros(shape, dtype=np.float32)

    blocks = len(REACHES)
    return {
        "first": uniform(inputs, width, inputs),
        "first_bias": uniform(inputs, width),
        "around": uniform(3 * width, blocks, 3, width, width),
        "around_bias": uniform(3 * width, blocks, width),
        "inner": nothing(blocks, width, width),
        "inner_bias": nothing(blocks, width),
        "whole": nothing(width, width),
        "whole_bias": nothing(width),
        "most": nothing(width, 2 * width),
        "most_bias": nothing(width),
        "last": nothing(outputs, width),
        "last_bias": nothing(outputs),
    }


def _batches(texts: Ints, sizes: Ints, lines: int) -> list[Ints]:
    """Texts, in their order, in groups of about so many lines."""
    filled = np.cumsum(sizes[texts] + _GAP)
    return np.split(texts, np.flatnonzero(np.diff(filled // lines)) + 1)


def _laid_out(chosen: Ints, bounds: Ints) -> tuple[Ints, Apart]:
    """The lines of some texts, and these texts laid out."""
    rows = np.concatenate([np.arange(bounds[text], bounds[text + 1]) for text in chosen.tolist()])
    return rows, apart(running(np.diff(bounds)[chosen]))


Drop = Callable[[tuple[int, ...]], Floats]  # factors of that shape that drop a share of values


def _dropping(dropped: float, rng: np.random.Generator) -> Drop:
    """Factors that leave the sum of the values as it was."""
    return lambda shape: (rng.random(shape, dtype=np.float32) >= dropped).astype(np.float32) / np.float32(1 - dropped)


def _keeping(shape: tuple[int, ...]) -> Floats:
    return np.ones((1,) * len(shape), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Block:
    """What a block was given, which of it is above 0, and what came out of its convolution, with the factors of that."""

    positive: Floats
    seen: Floats
    open: Floats
    inner: Floats


@dataclass(frozen=True, slots=True)
class _Pass:
    """One way forward: the inputs; halfway which values are above 0, these, their mean over each text, the greatest of them before and
    after each column, and where these are reached, seen from the front and from the back; the blocks; the end.
    """

    entry: Floats
    whole: Floats
    told: Floats
    mean: Floats
    most: Floats
    reached: tuple[Array, Array]
    blocks: list[_Block]
    values: Floats


def _forward(weights: Weights, given: Floats, texts: Apart, drop: Drop) -> _Pass:
    """The values of all layers but the last, for inputs (inputs, lines) of texts laid out."""
    entry = np.zeros((len(given), texts.size), dtype=np.float32)
    entry[:, texts.at] = given * drop(given.shape)
    values: Floats = weights["first"] @ entry + weights["first_bias"][:, None]
    nothing: Floats = np.zeros(0)
    whole = told = mean = most = nothing
    reached = (nothing, nothing)
    blocks = []
    for block, reach in enumerate(REACHES):
        if block == HALFWAY:
            whole = (values > 0) * texts.mask
            told = values * whole
            mean = np.add.reduceat(told, texts.starts, axis=1) / texts.counts.astype(np.float32)
            before, first = most_so_far(told, texts.text_of)
            after, last = most_so_far(told[:, ::-1], texts.text_of[-1] - texts.text_of[::-1])
            most, reached = np.concatenate([before, after[:, ::-1]]), (first, last)
            values = values + np.repeat(weights["whole"] @ mean + weights["whole_bias"][:, None], texts.widths, axis=1)
            values += weights["most"] @ most + weights["most_bias"][:, None]
        positive = (values > 0) * texts.mask
        seen = values * positive
        inner = sum(part @ column for part, column in zip(weights["around"][block], shifted(seen, reach), strict=True))
        inner = inner + weights["around_bias"][block][:, None]
        opened = (inner > 0) * drop(inner.shape)
        inner = inner * opened
        values = values.copy()
        values[:, reach:-reach] += weights["inner"][block] @ inner + weights["inner_bias"][block][:, None]
        blocks.append(_Block(positive, seen, opened, inner))
    return _Pass(entry, whole, told, mean, most, reached, blocks, values)


def _slopes(
    weights: Weights, given: Floats, texts: Apart, allowed: Array, weight: Floats, start: Floats, dropped: float, rng: np.random.Generator
) -> Weights:
    """The gradient of the mean loss: minus the logarithm of the probability that a line is of a kind that it may be."""
    drop = _dropping(dropped, rng)
    way = _forward(weights, given, texts, drop)
    passed = (way.values > 0) * drop(way.values.shape)
    seen = (way.values * passed)[:, texts.at]
    scores = (weights["last"] @ seen + weights["last_bias"][:, None]).T + start
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    inside = powers * allowed
    wrong = powers / powers.sum(axis=1, keepdims=True) - inside / np.maximum(inside.sum(axis=1, keepdims=True), 1e-30)
    wrong = (wrong * (weight / weight.sum())[:, None]).T.astype(np.float32)
    back = np.zeros_like(way.values)
    back[:, texts.at] = weights["last"].T @ wrong
    slopes = _backward(weights, way, texts, back * passed)
    slopes["last"], slopes["last_bias"] = wrong @ seen.T, wrong.sum(axis=1)
    return slopes


def _backward(weights: Weights, way: _Pass, texts: Apart, back: Floats) -> Weights:
    """The gradients of all layers but the last, from that of the values at the end."""
    slopes: Weights = {name: np.zeros_like(value) for name, value in weights.items()}
    for block, reach in reversed(list(enumerate(REACHES))):
        held, here = way.blocks[block], back[:, reach:-reach]
        slopes["inner"][block], slopes["inner_bias"][block] = here @ held.inner.T, here.sum(axis=1)
        inner = (weights["inner"][block].T @ here) * held.open
        slopes["around_bias"][block] = inner.sum(axis=1)
        through = np.zeros_like(back)
        for part, (column, target) in enumerate(zip(shifted(held.seen, reach), shifted(through, reach), strict=True)):
            slopes["around"][block, part] = inner @ column.T
            target += weights["around"][block, part].T @ inner
        back = back + through * held.positive
        if block == HALFWAY:
            told = np.add.reduceat(back, texts.starts, axis=1)
            slopes["whole"], slopes["whole_bias"] = told @ way.mean.T, told.sum(axis=1)
            spread = weights["whole"].T @ told / texts.counts.astype(np.float32)
            slopes["most"], slopes["most_bias"] = back @ way.most.T, back.sum(axis=1)
            before, after = np.split(weights["most"].T @ back, 2)
            most = _returned(before, way.reached[0]) + _returned(after[:, ::-1], way.reached[1])[:, ::-1]
            back = back + (np.repeat(spread, texts.widths, axis=1) + most) * way.whole
    slopes["first"], slopes["first_bias"] = back @ way.entry.T, back.sum(axis=1)
    return slopes


def _move(weights: Weights, moments: dict[str, tuple[Floats, Floats]], slopes: Weights, step: int, rate: float, decay: float) -> None:
    """One step of Adam, on gradients not longer than 1."""
    length = np.sqrt(sum(float((slope.astype(np.float64) ** 2).sum()) for slope in slopes.values()))
    for name, slope in slopes.items():
        slope = slope * np.float32(min(1, 1 / (length + 1e-6)))
        mean, square = moments[name]
        mean += np.float32(0.1) * (slope - mean)
        square += np.float32(0.001) * (slope**2 - square)
        change = (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8) + decay * weights[name]
        weights[name] -= (rate * change).astype(np.float32)


def _rounded(weights: Weights, middle: Floats, scale: Floats, given: Floats, texts: Apart) -> Network:
    """The network in whole numbers; the tops of the values between layers are those that these texts show."""

    def top(values: Floats) -> float:
        return max(float(np.quantile(np.maximum(values, 0), _TOP)), 1e-3)

    def layer(name: str, unit: Floats | float) -> Layer:
        value = np.concatenate(list(weights[name].swapaxes(0, 1)), axis=2) if name == "around" else weights[name]
        largest = np.maximum(np.abs(value).max(axis=-1), 1e-8) / WEIGHTS
        return Layer(np.rint(value / largest[..., None]).astype(np.float32), (largest * unit).astype(np.float32), weights[f"{name}_bias"])

    way = _forward(weights, given, texts, _keeping)
    tops = [top(values) for block in way.blocks for values in (block.seen[:, texts.at], block.inner)]
    units = np.array([*tops, top(way.told[:, texts.at]), top(way.values[:, texts.at])], dtype=np.float32) / LEVELS
    return Network(
        middle,
        scale,
        layer("first", 1 / INPUTS),
        layer("around", units[0:-2:2, None]),
        layer("inner", units[1:-2:2, None]),
        layer("whole", units[-2] / FINE),
        layer("most", units[-2]),
        layer("last", units[-1]),
        units * LEVELS,
    )
