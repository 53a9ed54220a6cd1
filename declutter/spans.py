"""Clutter inside a line: the pieces of a kept line, judged among each other, and those that do not belong as spans.

The same second stage as for lines, trained on pieces: a line is a text whose lines are its pieces.  Only lines with a piece that by
itself looks like clutter are looked at, and articles that are one line, whose line breaks are lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from declutter import context, features
from declutter.document import Array, Ints, split
from declutter.features import KEPT_COLUMNS
from declutter.model import Model
from declutter.stages import Cut, Opinions, cut

JOINED = 5  # pieces of an only line that make it an article whose line breaks are lost
_SUSPECT = 0.5  # a piece that by itself looks kept less than this is looked at again among its neighbours
_MOST = 0.5  # of a line's characters: if more would go, only pieces with strong evidence go
_STRONG = 0.4  # times the cut


@dataclass(frozen=True, slots=True)
class Found:
    """A span of line `line`: offsets into the buffer, kind as an index, score."""

    line: int
    start: int
    end: int
    kind: int
    score: float


def joined(parts: Cut) -> Array:
    """Which lines are whole articles: the only line of their text, of several pieces."""
    pieces = np.diff(np.append(parts.first_pieces, len(parts.begins)))
    alone = np.diff(parts.lines.bounds)[parts.lines.text_of] == 1
    whole: Array = alone & (pieces >= JOINED)
    return whole


def find(model: Model, parts: Cut, views: Opinions, kept: Array, piece_cut: float) -> Iterator[Found]:
    """The spans that go out of kept lines, in order."""
    suspects = np.flatnonzero(kept & (_suspect(parts, views) | joined(parts)))
    if not len(suspects) or piece_cut <= 0:
        return
    pieces = parts.pieces
    groups = [np.arange(pieces.bounds[i], pieces.bounds[i + 1]) for i in suspects]
    every = np.concatenate(groups)
    chars = parts.lines.chars
    texts = [
        "\n".join(chars[pieces.starts[p] : pieces.ends[p]].tobytes().decode("utf-32-le", "surrogatepass") for p in group)
        for group in groups
    ]
    inner = cut(split(texts))
    alone, _ = model.look(*features.ngrams(inner.piece_words), inner.first_pieces)
    kinds, keep = model.pieces.predict(context.stacked(context.columns(inner.lines, inner.words, alone)), alone)
    bounds = np.cumsum([0, *map(len, groups)])
    whole = joined(parts)
    for line, low, high in zip(suspects.tolist(), bounds[:-1], bounds[1:], strict=True):
        own = every[low:high]
        goes = _goes(keep[low:high], pieces.ends[own] - pieces.starts[own], piece_cut, model.pieces.cut, bool(whole[line]))
        yield from _spans(parts, line, own, goes, kinds[low:high], keep[low:high])


def _suspect(parts: Cut, views: Opinions) -> Array:
    pieces = np.diff(np.append(parts.first_pieces, len(parts.begins)))
    looks = views.alone_pieces[:, KEPT_COLUMNS].sum(axis=1)
    least = np.minimum.reduceat(looks, parts.first_pieces) if len(looks) else looks
    suspect: Array = (pieces > 1) & (least < _SUSPECT)
    return suspect


def _goes(keep: Array, size: Ints, piece_cut: float, middle_cut: float, whole: bool) -> Array:
    """Which pieces of one line go; a line that would lose most of its characters loses what is surest, or nothing."""
    most = _MOST * size.sum()
    # the guards look at the measured middle, whatever the cut: so more caution never takes more
    strength = 1.0 if size[keep < middle_cut].sum() <= most else _STRONG
    middle = keep < middle_cut * strength
    if middle.all() or (not whole and size[middle].sum() > most):
        return np.zeros_like(middle)
    goes: Array = keep < piece_cut * strength
    goes[keep.argmax()] = False
    return goes


def _spans(parts: Cut, line: int, own: Ints, goes: Array, kinds: Array, keep: Array) -> Iterator[Found]:
    """Runs of pieces that go, each with the white space after it, or before it at the end of the line."""
    pieces = parts.pieces
    clutter = np.delete(np.arange(kinds.shape[1]), KEPT_COLUMNS)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], goes.astype(int), [0]])))
    for low, high in edges.reshape(-1, 2):
        start, end = int(pieces.starts[own[low]]), int(pieces.ends[own[high - 1]])
        if high < len(own):
            end = int(pieces.starts[own[high]])
        else:
            end = int(parts.lines.last[line])
            start = int(pieces.ends[own[low - 1]]) if low else start
        surest = low + int(keep[low:high].argmin())
        kind = int(clutter[kinds[surest][clutter].argmax()])
        yield Found(line, start, end, kind, float(keep[surest]))
