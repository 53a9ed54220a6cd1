"""A trained model: arrays and the card that says where they come from, in one file that cannot run code.

The file is an `.npz` read with `allow_pickle=False`; the card is JSON inside of it, so the two cannot be parted.
"""

from __future__ import annotations

import functools
import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from declutter import features
from declutter.context import number_names
from declutter.document import Array, Ints
from declutter.features import BUCKETS, Floats
from declutter.kinds import KINDS
from declutter.markup import MARKUP_BUCKETS, page_number_names
from declutter.trees import Trees

FORMAT = 1
MAX_BYTES = 64 << 20  # of a model file, packed or unpacked; the shipped one has under 10 MB
OUTPUTS = len(KINDS) + 1  # the kinds, and whether the line could stand in an article at all
# How much of the first stage's answer the trees start from: 0.6 lifts macro F1 over kinds from 0.470 to 0.497 and leaves 89 % of clean
# bodies untouched in place of 85 %, at the same body recall (folds 1 to 4, out of fold)
_LEAN = 0.6
_RETRAIN = "make one with 'declutter train SAMPLES... -o MODEL'"


class ModelError(ValueError):
    """A model file that cannot be used; the message names it, what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The second stage, for lines, for pieces of lines or for pages: trees for the kinds, and what is made of their answer.

    `cut` is the probability below which a line goes by default.  `tilt` (kinds,) is added to the scores before a kind is chosen, so
    that rare kinds are chosen as often as they are right; the
    probability of belonging to the article is taken before.  `curve` makes that one calibrated: points and values, both rising.
    """

    kinds: Trees
    tilt: Floats
    curve: Floats
    cut: float

    def predict(self, columns: Floats, alone: Floats) -> tuple[Floats, Floats]:
        """Probabilities of the kinds (lines, kinds) and of belonging to the article (lines,), from (features, lines).

        `alone` (lines, outputs) is what the first stage says; the trees correct it.
        """
        scores = self.kinds.predict(columns) + leaning(alone)
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

    `pages` is None in a model that was trained on texts alone: pages are then judged as texts.
    """

    weights: Floats
    bias: Floats
    lines: Stage
    pieces: Stage
    pages: Pages | None
    card: Mapping[str, Any]

    def look(self, buckets: Array, bounds: Array, lines: Ints) -> tuple[Floats, Floats]:
        """What lines, and pieces of lines, look like by themselves, from the n-grams of the pieces (`features.ngrams`).

        `lines[i]` is the first piece of line i.  Returns (lines, outputs) and (pieces, outputs): probabilities of the kinds, and
        in the last column of standing in an article.  The n-grams of a line are those of its pieces.
        """
        sums = bag(buckets, bounds, self.weights)
        count = bounds[1:] - bounds[:-1]
        whole = np.add.reduceat(sums, lines, axis=0) if len(lines) else sums
        counts = np.add.reduceat(count, lines) if len(lines) else count
        return probabilities(whole, counts, self.bias), probabilities(sums, count, self.bias)


def bag(buckets: Array, bounds: Array, weights: Floats) -> Floats:
    """Sums of weights (lines, outputs) over the buckets of each line."""
    ones = np.ones(len(buckets), dtype=np.float32)
    sums: Floats = csr_array((ones, buckets, bounds), shape=(len(bounds) - 1, len(weights))) @ weights
    return sums


def probabilities(sums: Floats, count: Array, bias: Floats) -> Floats:
    """Of the kinds (softmax), and in the last column of standing in an article, from sums over `count` buckets."""
    scores = sums / np.sqrt(np.maximum(count, 1))[:, None].astype(np.float32) + bias
    return np.concatenate([softmax(scores[:, :-1]), sigmoid(scores[:, -1:])], axis=1)


def leaning(alone: Floats) -> Floats:
    """Scores of the kinds (lines, kinds) that the second stage starts from: a part of the first stage's log-probabilities."""
    start: Floats = (_LEAN * np.log(alone[:, :-1] + 1e-4)).astype(np.float32)
    return start


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
    arrays: dict[str, Array] = {"card": np.frombuffer(json.dumps(model.card, sort_keys=True).encode(), dtype=np.uint8)}
    arrays |= {"weights": model.weights.astype(np.float16), "bias": model.bias}
    stages = {"lines": model.lines, "pieces": model.pieces}
    if model.pages is not None:
        arrays |= {"markup": model.pages.weights.astype(np.float16), "markup_bias": model.pages.bias}
        stages["pages"] = model.pages.stage
    for name, stage in stages.items():
        arrays |= {f"{name}_curve": stage.curve, f"{name}_tilt": stage.tilt, f"{name}_cut": np.array([stage.cut], dtype=np.float32)}
        arrays |= {f"{name}_{part}": getattr(stage.kinds, part) for part in _PARTS}
        arrays[f"{name}_leaves"] = stage.kinds.leaves.astype(np.float16)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{key}.npy"), content.getvalue(), zipfile.ZIP_DEFLATED)
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    try:
        half.write_bytes(buffer.getvalue())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


_PARTS = ("feature", "border", "leaves", "base")


def load(path: Path) -> Model:
    """Read and check a model file.

    Raises ModelError, in one line, where the file is missing, damaged, too large, of another format or feature version, or holds
    arrays of other shapes or values than a model has.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelError(f"{path}: larger than {MAX_BYTES >> 20} MB, no model of declutter; {_RETRAIN}")
        return _read(path.read_bytes(), str(path))
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}; {_RETRAIN}") from None


@functools.cache
def shipped() -> Model:
    """The model that comes with the package."""
    return _read((resources.files("declutter") / "data" / "model.npz").read_bytes(), "the shipped model")


def _read(content: bytes, name: str) -> Model:
    arrays = _arrays(content, name)
    card = _card(arrays, name)

    def take(key: str, dtype: str, *shape: int | None) -> Array:
        return _take(arrays, name, key, dtype, shape)

    def stage(name_: str, inputs: int) -> Stage:
        feature = take(f"{name_}_feature", "int32", None, None)
        count, depth = feature.shape
        if not count or not 0 < depth <= 10 or feature.min(initial=0) < 0 or feature.max(initial=0) >= inputs:
            raise ModelError(f"{name}: {name_}_feature holds no trees, or asks for features that are not there; {_RETRAIN}")
        trees = Trees(
            feature,
            take(f"{name_}_border", "float32", count, depth),
            take(f"{name_}_leaves", "float16", count, 1 << depth, len(KINDS)).astype(np.float32),
            take(f"{name_}_base", "float32", len(KINDS)),
        )
        curve = take(f"{name_}_curve", "float32", 2, None)
        if curve.shape[1] < 2 or (np.diff(curve[0]) <= 0).any() or (np.diff(curve[1], prepend=0, append=1) < 0).any():
            raise ModelError(f"{name}: {name_}_curve does not rise from 0 to 1; {_RETRAIN}")
        cut = float(take(f"{name_}_cut", "float32", 1)[0])
        if not 0 <= cut <= 1:
            raise ModelError(f"{name}: {name_}_cut is {cut}, no probability; {_RETRAIN}")
        return Stage(trees, take(f"{name_}_tilt", "float32", len(KINDS)), curve, cut)

    def wide(key: str, rows: int) -> Floats:
        return take(key, "float16", rows, OUTPUTS).astype(np.float32)

    pages = None
    if any(key.startswith(("markup", "pages_")) for key in arrays):
        extra = len(page_number_names())
        pages = Pages(wide("markup", MARKUP_BUCKETS), take("markup_bias", "float32", OUTPUTS), stage("pages", len(number_names()) + extra))
    lines, pieces = stage("lines", len(number_names())), stage("pieces", len(number_names()))
    return Model(wide("weights", BUCKETS), take("bias", "float32", OUTPUTS), lines, pieces, pages, card)


def _arrays(content: bytes, name: str) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise ModelError(f"{name}: unpacks to more than {MAX_BYTES >> 20} MB, no model of declutter; {_RETRAIN}")
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            arrays = {key: held[key] for key in held.files}
            # a member that is no array comes as bytes
            return {key: array for key, array in arrays.items() if isinstance(array, np.ndarray)}
    except ModelError:
        raise
    except Exception as error:  # numpy and zipfile raise a dozen sorts of errors on damaged bytes
        told = " ".join(str(error).split())
        raise ModelError(f"{name}: not a model file ({type(error).__name__}: {told}); {_RETRAIN}") from None


def _card(arrays: dict[str, Array], name: str) -> dict[str, Any]:
    try:
        card = json.loads(bytes(arrays["card"]))
        found = (card["format"], card["features"], card["kinds"])
    except (KeyError, TypeError, ValueError, RecursionError):
        raise ModelError(f"{name}: holds no card, so no model of declutter; {_RETRAIN}") from None
    if found != (FORMAT, features.VERSION, list(KINDS)):
        raise ModelError(
            f"{name}: made for format {found[0]!r}, features {found[1]!r} by declutter {card.get('declutter', '?')!r}; "
            f"this one reads format {FORMAT}, features {features.VERSION}; {_RETRAIN}"
        )
    return dict(card)


def _take(arrays: dict[str, Array], name: str, key: str, dtype: str, shape: tuple[int | None, ...]) -> Array:
    array = arrays.get(key)
    if array is None:
        raise ModelError(f"{name}: array {key} is missing; {_RETRAIN}")
    fits = array.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, array.shape, strict=True))
    if array.dtype != dtype or not fits:
        raise ModelError(f"{name}: array {key} is {array.dtype} {array.shape}, not {dtype} {shape}; {_RETRAIN}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ModelError(f"{name}: array {key} holds numbers that are not finite; {_RETRAIN}")
    return array
