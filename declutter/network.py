"""A convolutional network over the lines of a text: what a line is, from its numbers and those of the lines around it.

Residual blocks of convolutions that reach 1, 2, 4 and 8 lines far (Bai, Kolter and Koltun, "An empirical evaluation of generic
convolutional and recurrent networks for sequence modeling", 2018), and halfway what the rest of the text says: the mean over it, and
the greatest of each value up to the line and from the line on.  So a line knows that comments began forty lines above it, or that the
story goes on forty lines below; the mean alone tells that some lines somewhere are comments (training/README.md).

Weights, and values between the layers, are whole numbers of one byte (Jacob et al., "Quantization and training of neural networks for
efficient integer-arithmetic-only inference", 2018), held as floats: every sum stays below 2**24, where floats are exact.  So a line's
scores are the same to the last bit whatever stands beside it in the batch, and whatever library, processor and number of threads
multiply the matrices; keep/drop out of fold is 0.0006 lower for it.  `declutter.descent` trains the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from declutter.document import Array, Ints

Floats = Array

REACHES = (1, 2, 4, 8)  # lines to either side that the convolution of each block sees
HALFWAY = 2  # blocks before the rest of the text is told
LEVELS, FINE = 255, 4  # whole numbers of a value between layers; of a mean over a text so many times as many
WEIGHTS = 127  # the greatest whole number of a weight
WIDEST = 128  # values of a line between layers: with more the sums could pass 2**24
INPUTS, SPREAD = 16, 8  # whole numbers of a standard deviation of an input; deviations from the mean beyond which all is the same


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights (..., outputs, inputs), whole numbers; what one is worth, `unit`, and `bias`, both (..., outputs)."""

    weights: Floats
    unit: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Network:
    """`middle` and `scale` (inputs,) make inputs alike; `tops` are what the highest level between the layers stands for.

    `around` has the weights of the convolutions, (blocks, width, 3 * width), for the line before, the line itself and the line after;
    `inner` those of the layers after them, (blocks, width, width); `whole` reads the mean over the text, `most`, (width, 2 * width), the
    greatest values before and after; `last` gives the outputs.  `tops` are those of the values that `around` and `inner`, then `whole` and
    `most`, then `last` are given: two for each block, one, and one.
    """

    middle: Floats
    scale: Floats
    first: Layer
    around: Layer
    inner: Layer
    whole: Layer
    most: Layer
    last: Layer
    tops: Floats

    def predict(self, columns: Floats, bounds: Ints) -> Floats:
        """Scores (lines, outputs) for inputs (inputs, lines); text t has the lines `bounds[t]` to before `bounds[t + 1]`."""
        count, width = columns.shape[1], len(self.first.weights)
        if not count:
            return np.zeros((0, len(self.last.bias)), dtype=np.float32)
        counts = np.diff(bounds)
        place = np.arange(count) - np.repeat(bounds[:-1], counts)  # of each line in its text, from the front
        left = np.repeat(counts, counts) - 1 - place  # and from the back
        values = self.first.weights @ standard(columns, self.middle, self.scale)
        _worth(values, self.first.unit, self.first.bias)
        seen = np.empty((3 * width, count), dtype=np.float32)
        for block, reach in enumerate(REACHES):
            if block == HALFWAY:
                values += self._told(_levels(values, self.tops[-2], np.empty_like(values)), counts, place, left)
            here = _levels(values, self.tops[2 * block], seen[width : 2 * width])
            _shift(here, seen[:width], place >= reach, reach)
            _shift(here[:, ::-1], seen[2 * width :, ::-1], (left >= reach)[::-1], reach)
            inner = self.around.weights[block] @ seen
            _worth(inner, self.around.unit[block], self.around.bias[block])
            more = self.inner.weights[block] @ _levels(inner, self.tops[2 * block + 1], inner)
            _worth(more, self.inner.unit[block], self.inner.bias[block])
            values += more
        scores = self.last.weights @ _levels(values, self.tops[-1], values)
        _worth(scores, self.last.unit, self.last.bias)
        return np.ascontiguousarray(scores.T)

    def _told(self, levels: Floats, counts: Ints, place: Ints, left: Ints) -> Floats:
        """What the rest of its text says to each line."""
        counts = counts[counts > 0]
        sums = np.add.reduceat(levels, np.cumsum(counts) - counts, axis=1, dtype=np.float64)
        mean = self.whole.weights @ np.rint(sums * (FINE / counts)).astype(np.float32)
        _worth(mean, self.whole.unit, self.whole.bias)
        told: Floats = self.most.weights @ _most(levels, place, left)
        _worth(told, self.most.unit, self.most.bias)
        told += np.repeat(mean, counts, axis=1)
        return told


def _most(levels: Floats, place: Ints, left: Ints) -> Floats:
    """The greatest of each value up to each line of its text, and from each line on, (2 * width, lines).

    After each step a line knows the greatest of twice as many lines: with one byte a value, eight such steps, enough for texts of 256
    lines, take a third of the time of one pass from line to line.
    """
    most = np.empty((2, *levels.shape), dtype=np.float32)
    own = levels.astype(np.min_scalar_type(LEVELS))
    for out, values, behind in ((most[0], own, place), (most[1, :, ::-1], own[:, ::-1], left[::-1])):
        greatest, reach = values.copy(), 1
        while (inside := behind[reach:] >= reach).any():
            greatest[:, reach:] = np.maximum(greatest[:, reach:], greatest[:, :-reach] * inside)
            reach *= 2
        out[...] = greatest
    return most.reshape(-1, levels.shape[1])


def standard(columns: Floats, middle: Floats, scale: Floats) -> Floats:
    """Inputs as whole numbers: deviations from the middle, `INPUTS` to the standard deviation, as far as `SPREAD` of them."""
    levels = columns - middle[:, None]
    levels *= scale[:, None]
    np.clip(levels, -INPUTS * SPREAD, INPUTS * SPREAD, out=levels)
    np.rint(levels, out=levels)
    return levels


def _levels(values: Floats, top: float, out: Floats) -> Floats:
    """Values from 0 to `top` as whole numbers; what is below is 0, what is above is the highest."""
    np.multiply(values, np.float32(LEVELS / top), out=out)
    np.clip(out, 0, LEVELS, out=out)
    np.rint(out, out=out)
    return out


def _shift(here: Floats, out: Floats, inside: Array, reach: int) -> None:
    """What stands `reach` columns before each column, or nothing where that is not `inside` the text."""
    out[:, :reach] = 0
    np.multiply(here[:, :-reach], inside[reach:].astype(np.float32), out=out[:, reach:])


def _worth(sums: Floats, unit: Floats, bias: Floats) -> None:
    """Make sums of whole numbers what they are worth."""
    sums *= unit[:, None]
    sums += bias[:, None]
