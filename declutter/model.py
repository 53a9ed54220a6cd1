"""A trained model: arrays and the card that says where they come from, in one file that cannot run code (`archive`)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from declutter import archive, features
from declutter.archive import Archive
from declutter.breaks import BUCKETS as GAP_BUCKETS
from declutter.breaks import NUMBERS as GAP_NUMBERS
from declutter.breaks import Breaks
from declutter.context import number_names
from declutter.document import Array, Ints
from declutter.features import BUCKETS, Floats
from declutter.kinds import KINDS
from declutter.markup import MARKUP_BUCKETS, page_number_names
from declutter.network import REACHES, WIDEST, Layer, Network

FORMAT = 5
MAX_BYTES = 128 << 20  # of a model file, packed or unpacked; the shipped one has 8 and 20
# Of an n-gram of a line's edges, whatever the length of the line; one of n others weighs 1 / sqrt(n)
EDGE_WEIGHT = 0.12
OUTPUTS = len(KINDS) + 1  # the kinds, and whether the line could stand in an article at all
# How much of the first stage's answer the second starts from.  Measured with boosted trees for a second stage: 0.6 lifts macro F1 over
# kinds from 0.470 to 0.497 and leaves 89 % of clean bodies untouched in place of 85 %, at the same body recall (folds 1 to 4, out of fold)
_LEAN = 0.6


class ModelError(ValueError):
    """A model file that cannot be used; the message names it, what is wrong, and what to do."""


_FILE = archive.Format("model", MAX_BYTES, ModelError, "make one with 'declutter train SAMPLES... -o MODEL'")


@dataclass(frozen=True, slots=True)
class Stage:
    """The second stage, for lines, for pieces of lines or for pages: networks for the kinds, and what is made of their mean.

    `cut` is the probability below which a line goes by default.  `tilt` (kinds,) is added to the scores before a kind is chosen, so
    that rare kinds are chosen as often as they are right; the
    probability of belonging to the article is taken before.  `curve` makes that one calibrated: points and values, both rising.
    """

    kinds: tuple[Network, ...]
    tilt: Floats
    curve: Floats
    cut: float

    def predict(self, columns: Floats, alone: Floats, bounds: Ints) -> tuple[Floats, Floats]:
        """Probabilities of the kinds (lines, kinds) and of belonging to the article (lines,), from (features, lines).

        `alone` (lines, outputs) is what the first stage says, which the networks correct; text t has the lines `bounds[t]` to before
        `bounds[t + 1]`.
        """
        inputs = with_odds(columns, alone)
        scores = sum(network.predict(inputs, bounds) for network in self.kinds) / np.float32(len(self.kinds)) + leaning(alone)
        raw = softmax(scores)[:, features.KEPT_COLUMNS].sum(axis=1)
        return softmax(scores + self.tilt), np.interp(raw, *self.curve).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Pages:
    """What is learned from markup: a linear opinion on the names of tags, classes and ids around a line, and a second stage."""

    weights: Floats
    bias: Floats
    stage: Stage


@dataclass(frozen=True, slots=True)
class Model:
    """The linear first stage, `weights` (buckets, outputs) and `bias` (outputs,), the second stages, and the card.

    `breaks` tells where lines began in a text that has lost its line breaks.  `pages` is None in a model that was trained on texts alone:
    pages are then judged as texts.
    """

    weights: Floats
    bias: Floats
    lines: Stage
    pieces: Stage
    breaks: Breaks
    pages: Pages | None
    card: Mapping[str, Any]

    def look(self, buckets: Array, bounds: Array, lines: Ints, edges: Array, piece_edges: Array) -> tuple[Floats, Floats]:
        """What lines, and pieces of lines, look like by themselves, from the n-grams of the pieces (`features.ngrams`).

        `lines[i]` is the first piece of line i; `edges` are those of lines, `piece_edges` those of the pieces of lines that have several
        (`features.edges`).  Returns (lines, outputs) and (pieces, outputs): probabilities of the kinds, and in the last column of
        standing in an article.  The n-grams of a line are those of its pieces.
        """
        sums = bag(buckets, bounds, self.weights)
        count = bounds[1:] - bounds[:-1]
        of_lines = self._by_edges(edges)
        pieces = np.diff(lines, append=len(count))
        of_pieces = np.repeat(of_lines, pieces, axis=0)
        of_pieces[np.repeat(pieces > 1, pieces)] = self._by_edges(piece_edges)
        whole = np.add.reduceat(sums, lines, axis=0) if len(lines) else sums
        counts = np.add.reduceat(count, lines) if len(lines) else count
        return probabilities(whole, counts, of_lines), probabilities(sums, count, of_pieces)

    def _by_edges(self, edges: Array) -> Floats:
        """What the edges of each line say, and the bias."""
        bounds = np.arange(len(edges) + 1, dtype=np.int32) * edges.shape[1]
        return bag(edges.ravel(), bounds, self.weights) * np.float32(EDGE_WEIGHT) + self.bias


def bag(buckets: Array, bounds: Array, weights: Floats) -> Floats:
    """Sums of weights (lines, outputs) over the buckets of each line."""
    ones = np.ones(len(buckets), dtype=np.float32)
    sums: Floats = csr_array((ones, buckets, bounds), shape=(len(bounds) - 1, len(weights))) @ weights
    return sums


def probabilities(sums: Floats, count: Array, bias: Floats) -> Floats:
    """Of the kinds (softmax), and in the last column of standing in an article, from sums over `count` buckets.

    `bias` is (outputs,) or (lines, outputs).
    """
    scores = sums / np.sqrt(np.maximum(count, 1))[:, None].astype(np.float32) + bias
    return np.concatenate([softmax(scores[:, :-1]), sigmoid(scores[:, -1:])], axis=1)


def leaning(alone: Floats) -> Floats:
    """Scores of the kinds (lines, kinds) that the second stage starts from: a part of the first stage's log-probabilities."""
    start: Floats = (_LEAN * np.log(alone[:, :-1] + 1e-4)).astype(np.float32)
    return start


def with_odds(columns: Floats, alone: Floats) -> Floats:
    """The network's inputs: the features (features, lines), and the logarithms of the odds that the first stage gives."""
    odds: Floats = np.log(alone + 1e-4) - np.log(1 - alone + 1e-4)
    return np.concatenate([columns, odds.T])


def softmax(scores: Floats) -> Floats:
    """Probabilities from scores, along the last axis."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result


def sigmoid(scores: Floats) -> Floats:
    """The logistic function, without overflow."""
    result: Floats = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
    return result


def save(model: Model, path: Path) -> None:
    """Write a model file; it appears whole or not at all.  Equal models give equal bytes."""
    arrays: dict[str, Array] = {"weights": model.weights.astype(np.float16), "bias": model.bias}
    arrays |= {"breaks": model.breaks.weights.astype(np.float16), "breaks_bias": np.array([model.breaks.bias], dtype=np.float32)}
    stages = {"lines": model.lines, "pieces": model.pieces}
    if model.pages is not None:
        arrays |= {"markup": model.pages.weights.astype(np.float16), "markup_bias": model.pages.bias}
        stages["pages"] = model.pages.stage
    for name, stage in stages.items():
        arrays |= {f"{name}_curve": stage.curve, f"{name}_tilt": stage.tilt, f"{name}_cut": np.array([stage.cut], dtype=np.float32)}
        for number, network in enumerate(stage.kinds):
            arrays |= _arrays(f"{name}{number}", network)
    for number, network in enumerate(model.breaks.networks):
        arrays |= _arrays(f"breaks{number}", network)
    archive.write(path, model.card, arrays)


def _arrays(name: str, network: Network) -> dict[str, Array]:
    """The arrays of a network, by their keys in the file."""
    arrays: dict[str, Array] = {f"{name}_{part}": getattr(network, part) for part in ("middle", "scale", "tops")}
    for part in _LAYERS:
        layer: Layer = getattr(network, part)
        arrays |= {
            f"{name}_{part}": layer.weights.astype(np.int8),
            f"{name}_{part}_unit": layer.unit,
            f"{name}_{part}_bias": layer.bias,
        }
    return arrays


_LAYERS = ("first", "around", "inner", "whole", "most", "last")
_MOST = 1e6  # of a score: far beyond what training gives, far below where sums stop being numbers


def load(path: Path) -> Model:
    """Read and check a model file.

    Raises ModelError, in one line, where the file is missing, damaged, too large, of another format or feature version, or holds
    arrays of other shapes or values than a model has.
    """
    return _read(_FILE.load(path))


@functools.cache
def shipped() -> Model:
    """The model that comes with the package."""
    return _read(_FILE.read((resources.files("declutter") / "data" / "model.npz").read_bytes(), "the shipped model"))


def _read(held: Archive) -> Model:
    card, take = _card(held), held.take

    def scores(key: str, *shape: int) -> Floats:
        array = take(key, "float32", *shape)
        if np.abs(array).max(initial=0) > _MOST:
            raise held.refuse(f"array {key} holds scores beyond {_MOST:g}")
        return array

    def layer(key: str, shape: tuple[int, ...], units: tuple[int, ...]) -> Layer:
        weights = take(key, "int8", *shape).astype(np.float32)
        return Layer(weights, scores(f"{key}_unit", *units), scores(f"{key}_bias", *units))

    def network(name: str, inputs: int, outputs: int) -> Network:
        width, blocks = take(f"{name}_whole", "int8", None, None).shape[0], len(REACHES)
        tops = scores(f"{name}_tops", 2 * blocks + 2)
        if not 0 < width <= WIDEST or tops.min() <= 0:
            raise held.refuse(f"{name} holds no network of 1 to {WIDEST} values a line")
        return Network(
            scores(f"{name}_middle", inputs),
            scores(f"{name}_scale", inputs),
            layer(f"{name}_first", (width, inputs), (width,)),
            layer(f"{name}_around", (blocks, width, 3 * width), (blocks, width)),
            layer(f"{name}_inner", (blocks, width, width), (blocks, width)),
            layer(f"{name}_whole", (width, width), (width,)),
            layer(f"{name}_most", (width, 2 * width), (width,)),
            layer(f"{name}_last", (outputs, width), (outputs,)),
            tops,
        )

    def networks(name: str, least: int, inputs: int, outputs: int) -> tuple[Network, ...]:
        found = [network(f"{name}{number}", inputs, outputs) for number in range(least)]
        while any(key.startswith(f"{name}{len(found)}_") for key in held.arrays):
            found.append(network(f"{name}{len(found)}", inputs, outputs))
        return tuple(found)

    def stage(name: str, inputs: int) -> Stage:
        curve = take(f"{name}_curve", "float32", 2, None)
        if curve.shape[1] < 2 or (np.diff(curve[0]) <= 0).any() or (np.diff(curve[1], prepend=0, append=1) < 0).any():
            raise held.refuse(f"{name}_curve does not rise from 0 to 1")
        cut = float(take(f"{name}_cut", "float32", 1)[0])
        if not 0 <= cut <= 1:
            raise held.refuse(f"{name}_cut is {cut}, no probability")
        found = networks(name, 1, inputs + OUTPUTS, len(KINDS))
        return Stage(found, scores(f"{name}_tilt", len(KINDS)), curve, cut)

    def wide(key: str, rows: int) -> Floats:
        return take(key, "float16", rows, OUTPUTS).astype(np.float32)

    pages = None
    if any(key.startswith(("markup", "pages_")) for key in held.arrays):
        extra = len(page_number_names())
        pages = Pages(wide("markup", MARKUP_BUCKETS), scores("markup_bias", OUTPUTS), stage("pages", len(number_names()) + extra))
    lines, pieces = stage("lines", len(number_names())), stage("pieces", len(number_names()))
    gap_weights, gap_bias = take("breaks", "float16", GAP_BUCKETS).astype(np.float32), float(scores("breaks_bias", 1)[0])
    breaks = Breaks(gap_weights, gap_bias, networks("breaks", 0, GAP_NUMBERS, 2))
    return Model(wide("weights", BUCKETS), scores("bias", OUTPUTS), lines, pieces, breaks, pages, card)


def _card(held: Archive) -> dict[str, Any]:
    card = held.card()
    found = (card.get("format"), card.get("features"))
    made_by = f"by declutter {card.get('declutter', '?')!r}"
    if found != (FORMAT, features.VERSION):
        raise held.refuse(
            f"made for format {found[0]!r}, features {found[1]!r} {made_by}; this one reads format {FORMAT}, features {features.VERSION}"
        )
    if card.get("kinds") != list(KINDS):
        raise held.refuse(f"made for other kinds of lines {made_by}")
    return card
